/* SPDX-License-Identifier: MIT */
/*
 * A file is sent with the size that it had when it was opened: the other end
 * was told so. What is added meanwhile stays behind, and is told; a file that
 * becomes shorter cannot be completed.
 */
#include "store/source.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "store/sentence.h"
#include "store/walk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct source {
	struct walk *walk;
	struct source_plan plan; /* path is not used any more */
	bool single;             /* nothing was entered */
	char *name;              /* clean; of the last piece */
	char *text;              /* of the last NOTE or ERROR */
	int fd;                  /* the file that is read; or -1 */
	struct stat st;          /* when it was opened */
	uint64_t left;
	struct file_piece last; /* END or ERROR, once it came */
	bool ended, changed;
	uint32_t left_out;
	uint8_t bytes[FILE_PIECE_MAX];
};

int
source_open(const struct source_plan *plan, struct source **ret_source,
    char **ret_error)
{
	struct walk *walk;
	int err = walk_open(plan->path, &walk, ret_error);

	if (err < 0)
		return err;
	struct source *s = xcalloc(1, sizeof(*s));
	s->walk = walk;
	s->plan = *plan;
	s->plan.path = NULL;
	s->fd = -1;
	s->single = true;
	if (plan->sorted)
		walk_sort(walk);
	*ret_source = s;
	return 0;
}

/* Takes text. */
static void
say_piece(struct source *s, enum file_piece_kind kind, char *text,
    struct file_piece *piece)
{
	free(s->text);
	s->text = text;
	*piece = (struct file_piece){ .kind = (uint8_t)kind, .name = text };
	if (kind == FILE_PIECE_NOTE)
		return;
	s->ended = true;
	s->last = *piece;
}

static void
end_file(struct source *s)
{
	close(s->fd);
	s->fd = -1;
}

static bool
has_changed(const struct stat *was, const struct stat *is)
{
	return was->st_size != is->st_size ||
	       was->st_mtim.tv_sec != is->st_mtim.tv_sec ||
	       was->st_mtim.tv_nsec != is->st_mtim.tv_nsec;
}

/* All bytes are out: was it the same file to the end? True for a piece. */
static bool
check_file(struct source *s, struct file_piece *piece)
{
	struct stat st;
	bool changed = fstat(s->fd, &st) == 0 && has_changed(&s->st, &st);

	end_file(s);
	s->changed = s->changed || changed;
	if (changed)
		say_piece(s, FILE_PIECE_NOTE,
		    xasprintf(
			say(sentence_lang(), "%s changed while it was sent"),
			s->name),
		    piece);
	return changed;
}

static void
read_file(struct source *s, struct file_piece *piece)
{
	size_t want =
	    s->left < FILE_PIECE_MAX ? (size_t)s->left : (size_t)FILE_PIECE_MAX;
	ssize_t got;

	do
		got = read(s->fd, s->bytes, want);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		s->left -= (uint64_t)got;
		*piece = (struct file_piece){ .kind = FILE_PIECE_BYTES,
			.bytes = s->bytes,
			.count = (size_t)got };
		return;
	}
	char *why = got < 0
			? xasprintf("%s: %s", s->name, strerror(errno))
			: xasprintf(say(sentence_lang(),
					"%s became shorter while it was sent"),
			      s->name);
	end_file(s);
	say_piece(s, FILE_PIECE_ERROR, why, piece);
}

/* NULL, or why it is not what was offered (caller frees). */
static char *
judge_first(const struct source *s, const struct stat *st)
{
	const struct source_plan *plan = &s->plan;
	bool folder = S_ISDIR(st->st_mode);

	if (!plan->expects)
		return NULL;
	if (folder)
		return xasprintf(
		    say(sentence_lang(), "%s is a folder now"), s->name);
	if ((uint64_t)st->st_size != plan->size || plan->offset > plan->size)
		return xasprintf(
		    say(sentence_lang(), "%s has another size than when it was "
					 "offered"),
		    s->name);
	if (plan->mtime == 0 || plan->mtime == (int64_t)st->st_mtim.tv_sec)
		return NULL;
	if (plan->offset > 0)
		return xasprintf(say(sentence_lang(),
				     "%s changed since the first part of it "
				     "was sent"),
		    s->name);
	if (plan->exact)
		return xasprintf(
		    say(sentence_lang(), "%s changed since it was offered"),
		    s->name);
	return NULL;
}

static void
begin_file(
    struct source *s, const struct walk_item *item, struct file_piece *piece)
{
	s->fd = item->fd;
	s->st = item->st;
	s->left = (uint64_t)item->st.st_size;
	if (s->single && s->plan.offset > 0) {
		s->left -= s->plan.offset;
		if (lseek(s->fd, (off_t)s->plan.offset, SEEK_SET) < 0)
			s->left = 0;
	}
#ifdef POSIX_FADV_SEQUENTIAL
	if (s->left > sizeof(s->bytes))
		posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	*piece = (struct file_piece){ .kind = FILE_PIECE_FILE,
		.name = s->name,
		.size = (uint64_t)item->st.st_size,
		.mtime = (int64_t)item->st.st_mtim.tv_sec,
		.mode = item->st.st_mode & 0777 };
}

static void
set_name(struct source *s, const char *name)
{
	size_t size;

	free(s->name);
	s->name = own_text(name, PEER_TEXT_LINE, &size);
	if (size == 0) {
		free(s->name);
		s->name = xstrdup("_");
	}
	/* What is no text became longer: cut between two characters. */
	if (size <= FILE_PIECE_NAME_MAX)
		return;
	size = FILE_PIECE_NAME_MAX;
	while (((uint8_t)s->name[size] & 0xc0) == 0x80)
		size--;
	s->name[size] = '\0';
}

static void
begin_entry(
    struct source *s, const struct walk_item *item, struct file_piece *piece)
{
	char *why = s->single ? judge_first(s, &item->st) : NULL;

	if (why != NULL) {
		if (item->fd >= 0)
			close(item->fd);
		say_piece(s, FILE_PIECE_ERROR, why, piece);
		return;
	}
	if (item->kind == WALK_FILE) {
		begin_file(s, item, piece);
		return;
	}
	s->single = false;
	*piece = (struct file_piece){ .kind = FILE_PIECE_ENTER,
		.name = s->name,
		.mtime = (int64_t)item->st.st_mtim.tv_sec,
		.mode = item->st.st_mode & 0777 };
}

static void
walk_on(struct source *s, struct file_piece *piece)
{
	struct walk_item item;

	walk_next(s->walk, &item);
	if (item.name != NULL)
		set_name(s, item.name);
	switch (item.kind) {
	case WALK_ENTER:
	case WALK_FILE:
		begin_entry(s, &item, piece);
		break;
	case WALK_LEAVE:
		*piece = (struct file_piece){ .kind = FILE_PIECE_LEAVE };
		break;
	case WALK_LEFT_OUT:
		s->left_out++;
		say_piece(s, FILE_PIECE_NOTE,
		    xasprintf(say(sentence_lang(), "%s was left out: %s"),
			s->name, item.why),
		    piece);
		break;
	case WALK_END:
		say_piece(s, FILE_PIECE_END, NULL, piece);
		break;
	}
}

int
source_fd(const struct source *s, uint64_t *ret_left)
{
	*ret_left = s->fd >= 0 ? s->left : 0;
	return s->fd;
}

void
source_took(struct source *s, size_t n)
{
	assert(s->fd >= 0 && n <= s->left);
	s->left -= n;
}

bool
source_changed(const struct source *s)
{
	return s->changed;
}

uint32_t
source_left_out(const struct source *s)
{
	return s->left_out;
}

void
source_next(struct source *s, struct file_piece *ret_piece)
{
	if (s->ended)
		*ret_piece = s->last;
	else if (s->fd >= 0 && s->left > 0)
		read_file(s, ret_piece);
	else if (s->fd < 0 || !check_file(s, ret_piece))
		walk_on(s, ret_piece);
}

void
source_free(struct source *s)
{
	if (s == NULL)
		return;
	walk_free(s->walk);
	if (s->fd >= 0)
		close(s->fd);
	free(s->name);
	free(s->text);
	free(s);
}
