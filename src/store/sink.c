/* SPDX-License-Identifier: MIT */
/*
 * The sizes that were announced are limits: not a byte more is written. What
 * stays free on the disk is looked at again and again, and each file and folder
 * counts as a block, for a million empty ones fill a disk too.
 */
#include "store/sink.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/room.h"
#include "store/sentence.h"
#include "store/sink_state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ENTRY_BYTES = 4096,
};

/* Times after the year 9999 are nobody's. */
#define TIME_MAX INT64_C(253402300799)

int
sink_fail_sys(const struct sink *s, char **ret_error)
{
	return fail(ret_error, ERR_SYS, "%s: %s", s->name, strerror(errno));
}

int
sink_look_at_disk(struct sink *s, uint64_t n, char **ret_error)
{
	struct room_plan plan = { .fd = s->dir,
		.path = s->dir_path,
		.free_bytes = s->plan.free_bytes };
	uint64_t bytes;
	int err = room_look(&plan, n, &bytes, ret_error);

	if (err == 0)
		s->room = room_step(bytes - n);
	return err;
}

static int
take_room(struct sink *s, uint64_t n, char **ret_error)
{
	if (n > s->room)
		return sink_look_at_disk(s, n, ret_error);
	s->room -= n;
	return 0;
}

static int
add_entry(struct sink *s, char **ret_error)
{
	if (++s->entries > SINK_ENTRIES_MAX)
		return fail(ret_error, ERR_LIMIT,
		    "%s has more than a million files", s->name);
	sink_sync_begin(s);
	return take_room(s, ENTRY_BYTES, ret_error);
}

/* The time of the last access is now. */
static void
set_time(int fd, int64_t mtime)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)mtime } };

	if (mtime > 0 && mtime <= TIME_MAX)
		(void)futimens(fd, times);
}

static int
make_temp(struct sink *s, char **ret_error)
{
	place_temp_name(s->temp);
	int fd = s->plan.is_folder ? place_make_folder(s->dir, s->temp, 0)
				   : place_make_file(s->dir, s->temp, 0);
	if (fd < 0)
		return fail(
		    ret_error, ERR_SYS, "%s: %s", s->dir_path, strerror(errno));
	s->has_temp = fstat(fd, &s->st) == 0;
	if (!s->plan.is_folder) {
		s->fd = fd;
		s->left = s->plan.size_known ? s->plan.size : UINT64_MAX;
		s->mtime = s->plan.mtime;
	} else {
		/* Until it is entered. */
		s->levels[0] = (struct level){ .fd = fd, .is_new = true };
	}
	return add_entry(s, ret_error);
}

struct sink *
sink_new(const struct sink_plan *plan)
{
	struct sink *s = xcalloc(1, sizeof(*s));

	s->plan = *plan;
	s->fd = s->dir = s->levels[0].fd = s->list = s->sync_fd = -1;
	return s;
}

static int
open_sink(struct sink *s, bool with_part, char **ret_error)
{
	const struct sink_plan *plan = &s->plan;
	int err = place_find(plan, &s->dir, &s->dir_path, &s->name, ret_error);

	if (err < 0)
		return err;
	place_sweep(s->dir);
	err =
	    sink_look_at_disk(s, plan->size_known ? plan->size : 0, ret_error);
	if (err == 0)
		err = make_temp(s, ret_error);
	if (err == 0 && with_part)
		err = sink_begin_list(s, ret_error);
	return err;
}

static int
open_new(const struct sink_plan *plan, bool with_part, struct sink **ret_sink,
    char **ret_error)
{
	struct sink *s = sink_new(plan);
	int err = open_sink(s, with_part, ret_error);

	if (err == 0)
		*ret_sink = s;
	else
		sink_abandon(s);
	return err;
}

int
sink_open(
    const struct sink_plan *plan, struct sink **ret_sink, char **ret_error)
{
	return open_new(plan, false, ret_sink, ret_error);
}

int
sink_open_part(
    const struct sink_plan *plan, struct sink **ret_sink, char **ret_error)
{
	return open_new(plan, true, ret_sink, ret_error);
}

static void
close_file(struct sink *s)
{
	close(s->fd);
	s->fd = -1;
}

static int
is_another(const struct sink *s, char **ret_error)
{
	return fail(
	    ret_error, ERR_FORMAT, "%s is not what was offered", s->name);
}

static int
end_file(struct sink *s, char **ret_error)
{
	if (s->fd < 0)
		return 0;
	if (s->left > 0)
		return fail(ret_error, ERR_SHORT,
		    "%s ended before it was complete", s->name);
	set_time(s->fd, s->mtime);
	close_file(s);
	return 0;
}

/* Under the name that was noted for it, in that which is entered: its
 * descriptor, -1 with errno, or an error and its sentence. */
static int
make_entry(struct sink *s, const struct file_piece *p, char **ret_error)
{
	int dir = s->levels[s->depth - 1].fd;
	/* In a list there is one name for each, so it is chosen before. */
	char *name = sink_note_entry(s, p, ret_error);

	if (name == NULL)
		return ERR_SYS;
	int fd = p->kind == FILE_PIECE_ENTER ? place_make_folder(dir, name, 0)
					     : place_make_file(dir, name, 0);
	int saved_errno = errno;
	s->names_changed += fd >= 0 && strcmp(name, p->name) != 0;
	free(name);
	errno = saved_errno;
	return fd;
}

/* A file or folder in that which is entered. */
static int
make_inside(
    struct sink *s, const struct file_piece *p, int *ret_fd, char **ret_error)
{
	struct level *l = &s->levels[s->depth - 1];
	uint64_t list_at = s->list_at;
	int err = add_entry(s, ret_error);

	if (err < 0)
		return err;
	int fd = make_entry(s, p, ret_error);
	/* Two names may be one to this file system; the list tells of another
	 * then. */
	if (fd == -1 && errno == EEXIST && l->is_new) {
		l->is_new = false;
		sink_note_undo(s, list_at);
		fd = make_entry(s, p, ret_error);
	}
	if (fd == -1)
		return sink_fail_sys(s, ret_error);
	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

static int
enter(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (!s->plan.is_folder || s->left_root)
		return is_another(s, ret_error);
	int err = end_file(s, ret_error);
	if (err < 0)
		return err;
	if (s->depth == FILE_DEPTH_MAX)
		return fail(ret_error, ERR_LIMIT,
		    "%s has more than %d folders in each other", s->name,
		    FILE_DEPTH_MAX);
	struct level *l = &s->levels[s->depth];
	if (s->depth == 0) {
		err = sink_note(s, p, ret_error);
	} else {
		*l = (struct level){ .is_new = true };
		err = make_inside(s, p, &l->fd, ret_error);
	}
	if (err < 0)
		return err;
	l->mtime = p->mtime;
	s->depth++;
	return 0;
}

static int
leave(struct sink *s, char **ret_error)
{
	int err = end_file(s, ret_error);

	if (err < 0)
		return err;
	if (s->depth == 0)
		return is_another(s, ret_error);
	struct level *l = &s->levels[--s->depth];
	/* After its entries, each of which changed it. */
	set_time(l->fd, l->mtime);
	err = sink_note(
	    s, &(struct file_piece){ .kind = FILE_PIECE_LEAVE }, ret_error);
	if (s->depth == 0) {
		s->left_root = err == 0;
		return err;
	}
	close(l->fd);
	l->fd = -1;
	return err;
}

/* The header of the one file; its size may be less than what was offered. */
static int
begin_single(struct sink *s, const struct file_piece *p, char **ret_error)
{
	bool known = s->plan.size_known;

	if (s->has_file || (known && p->size > s->plan.size) ||
	    (known && s->part != NULL && p->size != s->plan.size))
		return is_another(s, ret_error);
	int err = sink_note(s, p, ret_error);
	if (err < 0)
		return err;
	s->has_file = true;
	s->left = p->size;
	sink_ahead_begin(s);
	if (p->mtime != 0)
		s->mtime = p->mtime;
	return 0;
}

/* Before anything is written of what has no room. */
static int
check_size(struct sink *s, uint64_t size, char **ret_error)
{
	bool known = s->part != NULL && s->plan.size_known;

	if (known && size > s->plan.size - s->total)
		return fail(ret_error, ERR_LIMIT,
		    "more of %s came than was offered", s->name);
	return size > s->room ? sink_look_at_disk(s, size, ret_error) : 0;
}

static int
begin_file(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (!s->plan.is_folder)
		return begin_single(s, p, ret_error);
	if (s->depth == 0)
		return is_another(s, ret_error);
	int err = end_file(s, ret_error);
	if (err == 0)
		err = check_size(s, p->size, ret_error);
	if (err == 0)
		err = make_inside(s, p, &s->fd, ret_error);
	if (err < 0)
		return err;
	s->left = p->size;
	s->total += p->size;
	s->mtime = p->mtime;
	s->at = 0;
	sink_ahead_begin(s);
	return 0;
}

static int
write_bytes(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (s->fd < 0 ||
	    (s->part != NULL && !s->plan.is_folder && !s->has_file))
		return is_another(s, ret_error);
	s->has_file = true;
	if (p->count > s->left)
		return fail(ret_error, ERR_LIMIT,
		    "more of %s came than was offered", s->name);
	int err = take_room(s, sink_ahead_reserve(s, p->count), ret_error);
	if (err < 0)
		return err;
	if (file_write_all(s->fd, p->bytes, p->count) < 0)
		return sink_fail_sys(s, ret_error);
	s->left -= p->count;
	if (sink_ahead_wrote(s, p->count) < 0)
		return sink_fail_sys(s, ret_error);
	return 0;
}

int
sink_piece(struct sink *s, const struct file_piece *piece, char **ret_error)
{
	assert(!s->resumed);
	switch ((enum file_piece_kind)piece->kind) {
	case FILE_PIECE_ENTER:
		return enter(s, piece, ret_error);
	case FILE_PIECE_FILE:
		return begin_file(s, piece, ret_error);
	case FILE_PIECE_BYTES:
		return write_bytes(s, piece, ret_error);
	case FILE_PIECE_LEAVE:
		return leave(s, ret_error);
	case FILE_PIECE_NOTE:
	case FILE_PIECE_END:
	case FILE_PIECE_ERROR:
		break;
	}
	return 0;
}

/* A folder is many files: one sync for all of them. */
static int
sync_all(struct sink *s)
{
	if (!s->plan.is_folder)
		return fsync(s->fd);
#ifdef __linux__
	return syncfs(s->levels[0].fd);
#else
	return 0;
#endif
}

static bool
is_complete(const struct sink *s)
{
	if (s->placed)
		return true;
	if (s->plan.is_folder)
		return s->left_root;
	if (s->part != NULL && !s->has_file)
		return false;
	return s->left == 0 || (!s->plan.size_known && s->left > INT64_MAX);
}

/* The name that it has now (caller frees), or NULL with errno. */
static char *
put_in_place(struct sink *s)
{
	if (s->fd >= 0 && !s->placed)
		set_time(s->fd, s->mtime);
	if (sync_all(s) != 0)
		return NULL;
	char *name = s->placed ? xstrdup(s->name)
			       : place_rename(s->dir, s->temp, s->name, &s->st);
	if (name != NULL)
		(void)fsync(s->dir);
	return name;
}

char *
sink_finish(struct sink *s, char **ret_error)
{
	if (!is_complete(s)) {
		fail(ret_error, ERR_SHORT, "%s ended before it was complete",
		    s->name);
		sink_fail(s);
		return NULL;
	}
	sink_note_complete(s);
	char *name = put_in_place(s);
	if (name == NULL) {
		sink_fail_sys(s, ret_error);
		sink_fail(s);
		return NULL;
	}
	char *path = xasprintf("%s/%s", s->dir_path, name);
	free(name);
	if (s->part != NULL && !s->plan.keeps_list)
		unlinkat(s->dir, s->list_name, 0);
	sink_free(s);
	return path;
}

void
sink_fail(struct sink *s)
{
	if (s->part != NULL)
		sink_free(s);
	else
		sink_abandon(s);
}

void
sink_free(struct sink *s)
{
	sink_sync_end(s);
	sink_ahead_end(s);
	sink_note_end(s);
	if (s->fd >= 0)
		close_file(s);
	for (unsigned i = 1; i < FILE_DEPTH_MAX && i < s->depth; i++)
		close(s->levels[i].fd);
	if (s->levels[0].fd >= 0)
		close(s->levels[0].fd);
	if (s->list >= 0) {
		/* Whatever else was forked meanwhile has it, too. */
		(void)flock(s->list, LOCK_UN);
		close(s->list);
	}
	if (s->dir >= 0)
		close(s->dir);
	sink_replay_free(s->replay);
	free(s->dir_path);
	free(s->name);
	free(s->part);
	free(s->answer);
	free(s);
}

/* Waits for the child that finishes it. */
static bool
wait_for_end(struct sink *s)
{
	char *error = NULL;

	if (s->child == 0)
		return false;
	free(sink_finish_end(s, &error));
	free(error);
	return true;
}

static void
abandon(struct sink *s,
    void (*removes)(int dir, const char *temp, const struct stat *st))
{
	if (s == NULL || wait_for_end(s))
		return;
	/* Who closes it last waits until it is gone. */
	if (s->fd >= 0)
		close_file(s);
	if (s->has_temp && !s->placed)
		removes(s->dir, s->temp, &s->st);
	if (s->part != NULL)
		unlinkat(s->dir, s->list_name, 0);
	sink_free(s);
}

void
sink_abandon(struct sink *s)
{
	abandon(s, place_remove);
}

void
sink_abandon_aside(struct sink *s)
{
	abandon(s, place_remove_aside);
}

void
sink_keep(struct sink *s)
{
	if (s != NULL && !wait_for_end(s))
		sink_free(s);
}
