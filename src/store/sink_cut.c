/* SPDX-License-Identifier: MIT */
/*
 * Taking up at a place in the stream. First the list ends there; then what is
 * in the folders that are not complete, and not in the list, goes: it came
 * later, or it is what a failing power left. In a folder that is complete there
 * can be nothing of that kind.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/sentence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A place in the stream, and what is around it. */
struct place {
	uint64_t list_end;
	struct {
		char name[NAME_MAX + 1];
		int64_t mtime;
		uint64_t at; /* of its ENTER, in the list */
	} levels[FILE_DEPTH_MAX];
	unsigned depth;
	bool in_file, left_root;
	char file[NAME_MAX + 1];
	uint64_t file_size, file_offset;
	int64_t file_mtime;
	uint64_t entries, names_changed, total;
};

/* What is in the folders that are not complete: sorted hashes of a level and a
 * name. */
struct known {
	uint64_t *hashes;
	size_t count, cap;
};

static void
take_file(struct place *p, const struct list_record *record, uint64_t offset)
{
	p->in_file = true;
	memcpy(p->file, record->local, sizeof(p->file));
	p->file_size = record->size;
	p->file_offset = offset < record->size ? offset : record->size;
	p->file_mtime = record->mtime;
	p->total += record->size;
	p->entries++;
}

static void
take_record(struct place *p, const struct list_record *record, uint64_t offset)
{
	p->in_file = false;
	p->names_changed += record->local[0] != '\0' &&
			    strcmp(record->local, record->name) != 0;
	if (record->kind == FILE_PIECE_FILE) {
		take_file(p, record, offset);
	} else if (record->kind == FILE_PIECE_ENTER) {
		p->entries++;
		p->levels[p->depth].mtime = record->mtime;
		p->levels[p->depth].at = record->at;
		memcpy(p->levels[p->depth].name, record->local,
		    sizeof(record->local));
		p->depth++;
	} else {
		p->depth--;
		p->left_root = p->depth == 0;
	}
	p->list_end = record->next;
}

/* False: the offset is within a header. */
static bool
find_place(const struct sink *s, uint64_t offset, struct place *p)
{
	struct list_reader *r = list_reader_new(s->list, s->plan.is_folder);
	const struct list_record *record;

	while (offset > 0 && (record = list_next(r)) != NULL &&
	       record->kind != LIST_COMPLETE) {
		struct file_piece piece = list_piece(record);
		size_t header = file_piece_header_size(&piece);
		if (offset < header)
			break;
		offset -= header;
		take_record(p, record, offset);
		offset -= p->in_file ? p->file_offset : 0;
	}
	list_reader_free(r);
	return offset == 0;
}

static uint64_t
hash_name(unsigned level, const char *name)
{
	uint64_t h = UINT64_C(14695981039346656037);

	h = (h ^ level) * UINT64_C(1099511628211);
	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * UINT64_C(1099511628211);
	return h;
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool
is_known(const struct known *k, unsigned level, const char *name)
{
	uint64_t h = hash_name(level, name);

	return k->count > 0 && bsearch(&h, k->hashes, k->count, sizeof(h),
				   compare_hashes) != NULL;
}

/* match: so many of the folders around a record are those of the place. */
static void
collect(const struct sink *s, const struct place *p, struct known *k)
{
	struct list_reader *r = list_reader_new(s->list, s->plan.is_folder);
	const struct list_record *record;
	unsigned match = 0;

	while ((record = list_next(r)) != NULL && record->at < p->list_end) {
		unsigned depth = list_depth(r);
		unsigned around =
		    record->kind == FILE_PIECE_ENTER ? depth - 1 : depth;
		if (match > depth)
			match = depth;
		if (record->kind != FILE_PIECE_LEAVE && around == match &&
		    around > 0) {
			k->hashes = xgrow(
			    k->hashes, k->count, &k->cap, sizeof(*k->hashes));
			k->hashes[k->count++] =
			    hash_name(around - 1, record->local);
		}
		if (record->kind == FILE_PIECE_ENTER && around == match &&
		    around < p->depth && record->at == p->levels[around].at)
			match++;
	}
	list_reader_free(r);
	if (k->count > 0)
		qsort(k->hashes, k->count, sizeof(*k->hashes), compare_hashes);
}

static void
sweep_level(const struct known *k, int dir, unsigned level)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 &&
		    !is_known(k, level, e->d_name))
			place_remove_entry(dir, e->d_name);
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

static void
sweep(struct sink *s, const struct place *p)
{
	struct known k = { 0 };
	unsigned levels = p->depth > 0 ? p->depth : 1;

	if (!s->plan.is_folder || p->left_root)
		return;
	collect(s, p, &k);
	for (unsigned i = 0; i < levels; i++)
		sweep_level(&k, s->levels[i].fd, i);
	free(k.hashes);
}

static int
open_levels(struct sink *s, const struct place *p, char **ret_error)
{
	struct stat st;

	for (unsigned i = 0; i < p->depth; i++) {
		s->levels[i].mtime = p->levels[i].mtime;
		if (i > 0)
			s->levels[i].fd = place_open_folder(
			    s->levels[i - 1].fd, p->levels[i].name, &st);
		if (s->levels[i].fd < 0)
			return sink_fail_sys(s, ret_error);
		s->depth = i + 1;
	}
	return 0;
}

static int
open_file(struct sink *s, const struct place *p, char **ret_error)
{
	struct stat st;

	if (s->plan.is_folder && p->in_file)
		s->fd = place_open_file(
		    s->levels[p->depth - 1].fd, p->file, O_RDWR, &st);
	if (s->plan.is_folder && !p->in_file)
		return 0;
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		return sink_fail_sys(s, ret_error);
	off_t offset = p->in_file ? (off_t)p->file_offset : 0;
	if (st.st_size < offset)
		return fail(ret_error, ERR_SHORT,
		    "%s ended before it was complete", s->name);
	if (!s->placed && (ftruncate(s->fd, offset) != 0 ||
			      lseek(s->fd, offset, SEEK_SET) != offset))
		return sink_fail_sys(s, ret_error);
	s->has_file = p->in_file;
	s->at = p->file_offset;
	return 0;
}

static void
set_state(struct sink *s, const struct place *p)
{
	const struct sink_plan *plan = &s->plan;

	s->left = p->file_size - p->file_offset;
	s->mtime = p->file_mtime;
	if (!plan->is_folder && !p->in_file) {
		s->left = plan->size_known ? plan->size : UINT64_MAX;
		s->mtime = plan->mtime;
	}
	s->left_root = p->left_root;
	s->entries = p->entries;
	s->names_changed = p->names_changed;
	s->total = p->total;
	s->resumed = false;
	sink_ahead_begin(s);
}

static bool
is_all_of_it(const struct sink *s, const struct place *p)
{
	return s->plan.is_folder ? p->left_root
				 : p->in_file && p->file_offset == p->file_size;
}

/* What is to come needs room. */
static int
look_ahead(struct sink *s, const struct place *p, char **ret_error)
{
	uint64_t there = p->total - (p->file_size - p->file_offset);
	uint64_t size = s->plan.size_known ? s->plan.size : 0;

	return sink_look_at_disk(s, size > there ? size - there : 0, ret_error);
}

static int
go_on(struct sink *s, const struct place *p, char **ret_error)
{
	if (s->placed && !is_all_of_it(s, p))
		return fail(
		    ret_error, ERR_STATE, "%s is complete already", s->name);
	/* What it says was all of it need not be. */
	if (!s->placed && ftruncate(s->list, (off_t)p->list_end) != 0)
		return sink_fail_sys(s, ret_error);
	s->list_at = p->list_end;
	int err = open_levels(s, p, ret_error);
	if (err < 0)
		return err;
	if (!s->placed)
		sweep(s, p);
	err = open_file(s, p, ret_error);
	if (err < 0)
		return err;
	set_state(s, p);
	return s->placed ? 0 : look_ahead(s, p, ret_error);
}

int
sink_cut(struct sink *s, uint64_t offset, char **ret_error)
{
	struct place *p = xcalloc(1, sizeof(*p));
	int err;

	p->list_end = LIST_RECORDS_SIZE;
	if (!s->resumed)
		err = offset == 0 ? 0
				  : fail(ret_error, ERR_STATE,
					"%s is not what was offered", s->name);
	else if (offset > s->replayed)
		err = fail(ret_error, ERR_LIMIT, "there is not so much of %s",
		    s->name);
	else if (!find_place(s, offset, p))
		err = fail(ret_error, ERR_FORMAT,
		    "what is there of %s is damaged", s->name);
	else
		err = go_on(s, p, ret_error);
	free(p);
	sink_replay_free(s->replay);
	s->replay = NULL;
	return err;
}
