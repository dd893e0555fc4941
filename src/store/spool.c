/* SPDX-License-Identifier: MIT */
/*
 * A folder for each, since the name of the file is what the other end is
 * offered.
 */
#include "store/spool.h"

#include "base/file_name.h"
#include "base/mem.h"
#include "core/saved.h"
#include "core/transfer.h"
#include "store/file.h"
#include "store/room.h"
#include "store/sentence.h"
#include "store/sink_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	READ_SIZE = 128 * 1024,
	STALE_S = 7 * 24 * 3600,
	/* Entries looked through. */
	SWEEP_MAX = 10000,
	DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
};

static bool
is_component(const char *name)
{
	return name[0] != '\0' && strlen(name) <= NAME_MAX &&
	       strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static int
cannot(const char *name, char **ret_error)
{
	return fail(ret_error, -1, "%s: %s", name, strerror(errno));
}

static int
copy(int from, int to, const struct room_plan *plan, char **ret_error)
{
	uint8_t *bytes = xmalloc(READ_SIZE);
	uint64_t room = 0;
	int err = 0;

	while (err == 0) {
		ssize_t got = read(from, bytes, READ_SIZE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = cannot(plan->path, ret_error);
		if (got <= 0)
			break;
		uint64_t n = (uint64_t)got;
		if (n > room) {
			err = room_look(plan, n, &room, ret_error);
			room = room_step(room) < n ? n : room_step(room);
		}
		if (err < 0)
			break;
		room -= n;
		if (file_write_all(to, bytes, (size_t)got) < 0)
			err = cannot(plan->path, ret_error);
	}
	free(bytes);
	return err;
}

static int
copy_into(
    int folder, const char *name, int fd, const char *dir, char **ret_error)
{
	int nameless = place_make_nameless(folder, ".");
	int to = nameless < 0 ? place_make_file(folder, name, 0) : nameless;

	if (to < 0)
		return cannot(name, ret_error);
	struct room_plan plan = { .fd = to, .path = dir };
	int err = copy(fd, to, &plan, ret_error);
	if (err == 0 && to == nameless &&
	    place_give_name(to, folder, name) != 0)
		err = cannot(name, ret_error);
	close(to);
	return err;
}

/* A new one in dir, held open, or -1. */
static int
make_folder(int dir, char out[static FILE_NAME_SPOOL_SIZE])
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		abort();
	file_name_spool(number, out);
	return place_make_folder(dir, out, 0);
}

char *
spool_open(const char *dir, const char *name, int fd, char **ret_error)
{
	char spool[FILE_NAME_SPOOL_SIZE];
	char *path = NULL;

	if (!is_component(name)) {
		fail(ret_error, -1, "%s is no name for a file", name);
		return NULL;
	}
	int top = open(dir, DIR_FLAGS);
	if (top < 0) {
		cannot(dir, ret_error);
		return NULL;
	}
	int folder = make_folder(top, spool);
	if (folder < 0)
		cannot(dir, ret_error);
	else if (copy_into(folder, name, fd, dir, ret_error) == 0)
		path = xasprintf("%s/%s/%s", dir, spool, name);
	else
		place_remove_entry(top, spool);
	if (folder >= 0)
		close(folder);
	close(top);
	return path;
}

void
spool_remove(const char *path)
{
	const char *slash = path == NULL ? NULL : strrchr(path, '/');

	if (slash == NULL)
		return;
	char *folder = xstrndup(path, (size_t)(slash - path));
	unlink(path);
	rmdir(folder);
	free(folder);
}

bool
spool_drop(const char *dir, const char *path)
{
	const char *spooled = file_name_spooled(path);

	if (spooled == NULL)
		return false;
	char *own = xasprintf("%s/%s", dir, spooled);
	spool_remove(own);
	free(own);
	return true;
}

static bool
is_needed(const struct saved *saved, const char *spool)
{
	for (size_t i = 0; i < saved->transfer_count; i++) {
		const struct transfer *t = saved->transfers[i];
		const char *spooled = t->mine && t->path != NULL &&
					      !transfer_state_is_last(t->state)
					  ? file_name_spooled(t->path)
					  : NULL;
		if (spooled != NULL &&
		    strncmp(spooled, spool, strlen(spool)) == 0)
			return true;
	}
	return false;
}

/* Of the folder, and of what has a name in it while it comes. */
static time_t
newest(int dir, const char *spool, const struct stat *of)
{
	int fd = openat(dir, spool, DIR_FLAGS | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	time_t found = of->st_mtim.tv_sec;
	const struct dirent *e;
	struct stat st;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtim.tv_sec > found)
			found = st.st_mtim.tv_sec;
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return found;
}

static void
sweep_one(int dir, const char *name, int64_t wall_ms, const struct saved *saved)
{
	struct stat st;

	if (!file_name_is_spool(name) || is_needed(saved, name) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !place_is_ours(&st))
		return;
	if (newest(dir, name, &st) < wall_ms / 1000 - STALE_S)
		place_remove(dir, name, &st);
}

void
spool_sweep(const char *dir, int64_t wall_ms, const struct saved *saved)
{
	int fd = open(dir, DIR_FLAGS);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	for (unsigned i = 0;
	     d != NULL && i < SWEEP_MAX && (e = readdir(d)) != NULL; i++)
		sweep_one(dirfd(d), e->d_name, wall_ms, saved);
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}
