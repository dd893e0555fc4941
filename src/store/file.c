/* SPDX-License-Identifier: MIT */
/*
 * Whole files. A file is replaced by renaming a finished and synced one over
 * it, and the directory is synced too, since a rename that only lives in the
 * cache brings the old file back after a power cut. For the start counter
 * that would be a replay.
 */
#include "store/file.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 4096 };

int
file_write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t written = write(fd, p, n);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return ERR_SYS;
		p += written;
		n -= (size_t)written;
	}
	return 0;
}

int
file_sync_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent;

	if (slash == NULL)
		parent = xstrdup(".");
	else
		parent = xstrndup(path, (size_t)(slash - path) + 1);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	if (fd < 0)
		return ERR_SYS;
	int err = fsync(fd) == 0 ? 0 : ERR_SYS;
	/* Some file systems cannot sync a directory, and say so. */
	if (err != 0 && (errno == EINVAL || errno == ENOTSUP))
		err = 0;
	int saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return err;
}

int
file_write_and_close(int fd, const void *data, size_t n)
{
	int err = file_write_all(fd, data, n);

	if (err == 0 && fsync(fd) != 0)
		err = ERR_SYS;
	int saved_errno = errno;
	/* A network file system tells of a full disk as late as here. */
	if (close(fd) != 0 && err == 0)
		return ERR_SYS;
	errno = saved_errno;
	return err;
}

int
file_replace(const char *path, const void *data, size_t n)
{
	/* The home belongs to one process, so one name is enough, and a crash
	 * leaves at most one such file behind. */
	char *fresh = xasprintf("%s~", path);

	if (unlink(fresh) != 0 && errno != ENOENT) {
		free(fresh);
		return ERR_SYS;
	}
	int fd = open(
	    fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = fd < 0 ? ERR_SYS : file_write_and_close(fd, data, n);
	if (err == 0 && rename(fresh, path) != 0)
		err = ERR_SYS;
	if (err == 0)
		err = file_sync_parent(path);
	int saved_errno = errno;
	if (err != 0 && fd >= 0)
		unlink(fresh);
	free(fresh);
	errno = saved_errno;
	return err;
}

int
file_overwrite(const char *path, const void *data, size_t n)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	int err = 0;

	if (fd < 0)
		return ERR_SYS;
	if (fstat(fd, &st) != 0)
		err = ERR_SYS;
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1 ||
		 st.st_size != (off_t)n)
		err = ERR_FORMAT;
	if (err == 0)
		err = file_write_all(fd, data, n);
	if (err == 0 && fdatasync(fd) != 0)
		err = ERR_SYS;
	int saved_errno = errno;
	if (close(fd) != 0 && err == 0)
		return ERR_SYS;
	errno = saved_errno;
	return err;
}

/* Up to max bytes and a NUL; ERR_LIMIT when there are more. */
static int
read_fd(int fd, size_t max, char **ret_data, size_t *ret_size)
{
	char *data = NULL;
	size_t size = 0, cap = 0;

	for (;;) {
		/* Grown only when full: a key fits at once, and growing may
		 * leave a copy behind. */
		if (cap - size < 2) {
			cap = 2 * cap + READ_STEP + 1;
			data = xrealloc(data, cap, 1);
		}
		ssize_t n = read(fd, data + size, cap - size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || size + (size_t)n > max) {
			int saved_errno = errno;
			free(data);
			errno = saved_errno;
			return n < 0 ? ERR_SYS : ERR_LIMIT;
		}
		if (n == 0)
			break;
		size += (size_t)n;
	}
	data[size] = '\0';
	*ret_data = data;
	*ret_size = size;
	return 0;
}

static int
close_after(int fd, int err)
{
	int saved_errno = errno;

	close(fd);
	errno = saved_errno;
	return err;
}

int
file_read(const char *path, size_t max, char **ret_data, size_t *ret_size)
{
	struct stat st;
	/* Not to hang on a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_SYS;
	if (fstat(fd, &st) != 0)
		return close_after(fd, ERR_SYS);
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return close_after(fd, ERR_SYS);
	}
	return close_after(fd, read_fd(fd, max, ret_data, ret_size));
}

static int
check_private(const char *path, int fd, char **ret_error)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(
		    ret_error, ERR_SYS, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(ret_error, ERR_FORMAT,
		    "%s is not a plain file; move it away", path);
	if (st.st_uid != geteuid())
		return fail(ret_error, ERR_PERMISSION,
		    "%s belongs to user %ld, not to you (%ld); use a home of "
		    "your own with --home DIR",
		    path, (long)st.st_uid, (long)geteuid());
	if ((st.st_mode & 077) != 0)
		return fail(ret_error, ERR_PERMISSION,
		    "%s is open to other users (mode %04o), and what it holds "
		    "must be yours alone; if nobody can have read or changed "
		    "it: chmod 600 '%s'",
		    path, (unsigned)(st.st_mode & 07777), path);
	return 0;
}

static int
fail_unreadable(const char *path, char **ret_error)
{
	return fail(ret_error, ERR_SYS,
	    "cannot read %s: %s; correct that, or use another home with "
	    "--home DIR",
	    path, strerror(errno));
}

int
file_read_private(const char *path, size_t max, char **ret_data,
    size_t *ret_size, char **ret_error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (fd < 0 && (errno == ELOOP || errno == EMLINK))
		return fail(ret_error, ERR_PERMISSION,
		    "%s is a symbolic link; put the file itself there", path);
	if (fd < 0)
		return fail_unreadable(path, ret_error);
	int err = check_private(path, fd, ret_error);
	if (err != 0)
		return close_after(fd, err);
	err = read_fd(fd, max, ret_data, ret_size);
	if (err == ERR_SYS)
		fail_unreadable(path, ret_error);
	return close_after(fd, err);
}
