/* SPDX-License-Identifier: MIT */
/*
 * A folder for each, since the name of the file is what the other end is
 * offered.
 */
#include "store/spool.h"

#include "base/mem.h"
#include "store/file.h"
#include "store/room.h"
#include "store/sentence.h"
#include "store/sink_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 128 * 1024, FILE_MODE = 0600 };

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

/* Gone with this process, until it has a name; -1: there is no such thing. */
static int
make_nameless(int folder)
{
#ifdef O_TMPFILE
	/* Else there is no way to the name. */
	if (access("/proc/self/fd", X_OK) == 0)
		return openat(
		    folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
#endif
	(void)folder;
	return -1;
}

static int
give_name(int fd, int folder, const char *name)
{
	char *own = xasprintf("/proc/self/fd/%d", fd);
	int failed = linkat(AT_FDCWD, own, folder, name, AT_SYMLINK_FOLLOW);
	int saved_errno = errno;

	free(own);
	errno = saved_errno;
	return failed;
}

static int
copy_into(
    int folder, const char *name, int fd, const char *dir, char **ret_error)
{
	int nameless = make_nameless(folder);
	int to = nameless < 0 ? place_make_file(folder, name, 0) : nameless;

	if (to < 0)
		return cannot(name, ret_error);
	struct room_plan plan = { .fd = to, .path = dir };
	int err = copy(fd, to, &plan, ret_error);
	if (err == 0 && to == nameless && give_name(to, folder, name) != 0)
		err = cannot(name, ret_error);
	close(to);
	return err;
}

char *
spool_open(const char *dir, const char *name, int fd, char **ret_error)
{
	char temp[TEMP_NAME_SIZE];
	char *path = NULL;

	if (!is_component(name)) {
		fail(ret_error, -1, "%s is no name for a file", name);
		return NULL;
	}
	int top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0) {
		cannot(dir, ret_error);
		return NULL;
	}
	place_sweep(top);
	place_temp_name(temp);
	int folder = place_make_folder(top, temp, 0);
	if (folder < 0)
		cannot(dir, ret_error);
	else if (copy_into(folder, name, fd, dir, ret_error) == 0)
		path = xasprintf("%s/%s/%s", dir, temp, name);
	else
		place_remove_entry(top, temp);
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
