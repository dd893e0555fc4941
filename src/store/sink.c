/* SPDX-License-Identifier: MIT */
/*
 * The sizes that were announced are limits: not a byte more is written. What
 * stays free on the disk is looked at every few MiB, and each file and folder
 * counts as a block, for a million empty ones fill a disk too.
 */
#include "store/sink.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"
#include "store/sink_state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	MIB = 1024 * 1024,
	ENTRY_BYTES = 4096,
	/* How much is written between two looks at the disk. */
	ROOM_STEP = 16 * MIB,
	/* Begun to be written out by then, so that the sync at the end is
	 * short. */
	FLUSH_STEP = 8 * MIB,
	INODES_MIN = 1024,
};

/* Times after the year 9999 are nobody's. */
#define TIME_MAX INT64_C(253402300799)

static int
fail_sys(const struct sink *s, char **ret_error)
{
	return fail(ret_error, ERR_SYS, "%s: %s", s->name, strerror(errno));
}

static uint64_t
free_floor(const struct sink *s)
{
	return s->plan.free_bytes != 0 ? s->plan.free_bytes
				       : (uint64_t)SINK_FREE_MIB * MIB;
}

/* Whether n bytes more leave enough of the disk free. */
static int
look_at_disk(struct sink *s, uint64_t n, char **ret_error)
{
	struct statvfs vfs;

	if (fstatvfs(s->dir, &vfs) != 0)
		return fail_sys(s, ret_error);
	uint64_t bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	uint64_t floor = free_floor(s);
	if (bytes < floor || bytes - floor < n ||
	    (vfs.f_files != 0 && vfs.f_favail < INODES_MIN))
		return fail(ret_error, ERR_LIMIT,
		    "the disk of %s is too full: %llu MiB of it stay free",
		    s->dir_path, (unsigned long long)(floor / MIB));
	s->room = bytes - floor - n;
	if (s->room > ROOM_STEP)
		s->room = ROOM_STEP;
	return 0;
}

static int
take_room(struct sink *s, uint64_t n, char **ret_error)
{
	if (n > s->room)
		return look_at_disk(s, n, ret_error);
	s->room -= n;
	return 0;
}

static int
add_entry(struct sink *s, char **ret_error)
{
	if (++s->entries > SINK_ENTRIES_MAX)
		return fail(ret_error, ERR_LIMIT,
		    "%s has more than a million files", s->name);
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
		s->levels[0] = (struct level){ .fd = fd };
	}
	return add_entry(s, ret_error);
}

int
sink_open(
    const struct sink_plan *plan, struct sink **ret_sink, char **ret_error)
{
	struct sink *s = xcalloc(1, sizeof(*s));

	s->plan = *plan;
	s->fd = s->dir = s->levels[0].fd = -1;
	int err = place_find(plan, &s->dir, &s->dir_path, &s->name, ret_error);
	if (err == 0)
		place_sweep(s->dir);
	if (err == 0)
		err = look_at_disk(
		    s, plan->size_known ? plan->size : 0, ret_error);
	if (err == 0)
		err = make_temp(s, ret_error);
	if (err == 0)
		*ret_sink = s;
	else
		sink_abandon(s);
	return err;
}

static void
close_file(struct sink *s)
{
	close(s->fd);
	s->fd = -1;
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

static int
enter(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (!s->plan.is_folder || s->left_root)
		return fail(ret_error, ERR_FORMAT, "%s is not what was offered",
		    s->name);
	int err = end_file(s, ret_error);
	if (err < 0)
		return err;
	if (s->depth == FILE_DEPTH_MAX)
		return fail(ret_error, ERR_LIMIT,
		    "%s has more than %d folders in each other", s->name,
		    FILE_DEPTH_MAX);
	if (s->depth > 0) {
		err = add_entry(s, ret_error);
		if (err < 0)
			return err;
		char *name = file_name_safe(p->name, strlen(p->name));
		int fd = place_make_folder(
		    s->levels[s->depth - 1].fd, name, ENTRY_NUMBERS_MAX);
		free(name);
		if (fd < 0)
			return fail_sys(s, ret_error);
		s->levels[s->depth].fd = fd;
	}
	s->levels[s->depth++].mtime = p->mtime;
	return 0;
}

static int
leave(struct sink *s, char **ret_error)
{
	int err = end_file(s, ret_error);

	if (err < 0)
		return err;
	if (s->depth == 0)
		return fail(ret_error, ERR_FORMAT, "%s is not what was offered",
		    s->name);
	struct level *l = &s->levels[--s->depth];
	/* After its entries, each of which changed it. */
	set_time(l->fd, l->mtime);
	if (s->depth == 0) {
		s->left_root = true;
		return 0;
	}
	close(l->fd);
	l->fd = -1;
	return 0;
}

/* The header of the one file; its size may be less than what was offered. */
static int
begin_single(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (s->has_file || (s->plan.size_known && p->size > s->plan.size))
		return fail(ret_error, ERR_FORMAT, "%s is not what was offered",
		    s->name);
	s->has_file = true;
	s->left = p->size;
	if (p->mtime != 0)
		s->mtime = p->mtime;
	return 0;
}

static int
begin_file(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (!s->plan.is_folder)
		return begin_single(s, p, ret_error);
	if (s->depth == 0)
		return fail(ret_error, ERR_FORMAT, "%s is not what was offered",
		    s->name);
	int err = end_file(s, ret_error);
	if (err == 0)
		err = add_entry(s, ret_error);
	if (err < 0)
		return err;
	/* Before anything is written of what has no room. */
	if (p->size > s->room) {
		err = look_at_disk(s, p->size, ret_error);
		if (err < 0)
			return err;
	}
	char *name = file_name_safe(p->name, strlen(p->name));
	s->fd = place_make_file(
	    s->levels[s->depth - 1].fd, name, ENTRY_NUMBERS_MAX);
	free(name);
	if (s->fd < 0)
		return fail_sys(s, ret_error);
	s->left = p->size;
	s->mtime = p->mtime;
	s->at = s->unflushed = 0;
	return 0;
}

/* It goes to the disk while more comes, not all of it at the end. */
static void
flush_some(struct sink *s, size_t n)
{
	s->at += n;
	s->unflushed += n;
	if (s->unflushed < FLUSH_STEP)
		return;
#ifdef SYNC_FILE_RANGE_WRITE
	(void)sync_file_range(s->fd, (off_t)(s->at - s->unflushed),
	    (off_t)s->unflushed, SYNC_FILE_RANGE_WRITE);
#endif
	s->unflushed = 0;
}

static int
write_bytes(struct sink *s, const struct file_piece *p, char **ret_error)
{
	if (s->fd < 0)
		return fail(ret_error, ERR_FORMAT, "%s is not what was offered",
		    s->name);
	s->has_file = true;
	if (p->count > s->left)
		return fail(ret_error, ERR_LIMIT,
		    "more of %s came than was offered", s->name);
	int err = take_room(s, p->count, ret_error);
	if (err < 0)
		return err;
	if (file_write_all(s->fd, p->bytes, p->count) < 0)
		return fail_sys(s, ret_error);
	s->left -= p->count;
	flush_some(s, p->count);
	return 0;
}

int
sink_piece(struct sink *s, const struct file_piece *piece, char **ret_error)
{
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
	if (s->plan.is_folder)
		return s->left_root;
	return s->left == 0 || (!s->plan.size_known && s->left > INT64_MAX);
}

char *
sink_finish(struct sink *s, char **ret_error)
{
	char *name = NULL, *path = NULL;

	if (!is_complete(s)) {
		fail(ret_error, ERR_SHORT, "%s ended before it was complete",
		    s->name);
	} else {
		if (s->fd >= 0)
			set_time(s->fd, s->mtime);
		if (sync_all(s) == 0)
			name = place_rename(s->dir, s->temp, s->name, &s->st);
		if (name == NULL)
			fail_sys(s, ret_error);
	}
	if (name != NULL) {
		s->has_temp = false;
		(void)fsync(s->dir);
		path = xasprintf("%s/%s", s->dir_path, name);
		free(name);
	}
	sink_abandon(s);
	return path;
}

void
sink_abandon(struct sink *s)
{
	if (s == NULL)
		return;
	if (s->child != 0) {
		char *error = NULL;
		free(sink_finish_end(s, &error));
		free(error);
		return;
	}
	if (s->fd >= 0)
		close_file(s);
	for (unsigned i = 1; i < FILE_DEPTH_MAX && i < s->depth; i++)
		close(s->levels[i].fd);
	if (s->levels[0].fd >= 0)
		close(s->levels[0].fd);
	if (s->has_temp)
		place_remove(s->dir, s->temp, &s->st);
	if (s->dir >= 0)
		close(s->dir);
	free(s->dir_path);
	free(s->name);
	free(s->answer);
	free(s);
}
