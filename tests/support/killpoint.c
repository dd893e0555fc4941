/* SPDX-License-Identifier: MIT */
/*
 * Loaded into a program before all else (LD_PRELOAD), this kills it with
 * SIGKILL at a chosen call of the C library:
 *
 *	KILLPOINT="before|after CALL END COUNT"
 *
 * on the COUNTth time that it is called with a descriptor whose file has a name
 * that ends so or, for what is no file, begins so: "-wal", ".db", "socket",
 * "pipe"; "any" for each. Counting begins when the file KILLPOINT_ARMED is
 * there, so that a test can wait for its moment.
 *
 * With KILLPOINT_POWER set, the power fails, too: what was written to the
 * write-ahead log since it was synced last is gone.
 */
/* With it, some of these are inline functions. */
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WORD_SIZE = 32, PATH_SIZE = 512 };

static bool
is_file(int fd, const char *end)
{
	char link[64], path[PATH_SIZE];

	if (strcmp(end, "any") == 0)
		return true;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	if (n < (ssize_t)strlen(end))
		return false;
	path[n] = '\0';
	if (strncmp(path, end, strlen(end)) == 0)
		return true;
	return strcmp(path + n - strlen(end), end) == 0;
}

/* Where the log was written since it was synced; -1: nowhere. */
static off64_t dirty_at = -1;
static int dirty_fd;

static void
note_written(int fd, off64_t at)
{
	if (is_file(fd, "-wal") && (dirty_at < 0 || at < dirty_at)) {
		dirty_at = at;
		dirty_fd = fd;
	}
}

static void
note_synced(int fd)
{
	if (dirty_at >= 0 && fd == dirty_fd)
		dirty_at = -1;
}

static void
die(void)
{
	if (getenv("KILLPOINT_POWER") != NULL && dirty_at >= 0 &&
	    ftruncate(dirty_fd, dirty_at) != 0)
		abort();
	raise(SIGKILL);
}

static void
point(const char *when, const char *call, int fd)
{
	static int seen;
	const char *text = getenv("KILLPOINT");
	const char *armed = getenv("KILLPOINT_ARMED");
	char want_when[WORD_SIZE], want_call[WORD_SIZE], end[WORD_SIZE];
	int count;

	if (text == NULL || armed == NULL ||
	    sscanf(text, "%31s %31s %31s %d", want_when, want_call, end,
		&count) != 4)
		return;
	if (strcmp(want_when, when) != 0 || strcmp(want_call, call) != 0 ||
	    access(armed, F_OK) != 0 || !is_file(fd, end))
		return;
	if (++seen == count)
		die();
}

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* A function of the same name around the real one; fd is where it counts. */
#define AROUND(type, name, fd, parameters, arguments) \
	type name parameters \
	{ \
		type(*f) parameters; \
		*(void **)&f = real(#name); \
		point("before", #name, fd); \
		type result = f arguments; \
		point("after", #name, fd); \
		return result; \
	}

AROUND(int, fsync, fd, (int fd), (fd))
AROUND(ssize_t, write, fd, (int fd, const void *p, size_t n), (fd, p, n))
AROUND(ssize_t, send, fd, (int fd, const void *p, size_t n, int flags),
    (fd, p, n, flags))
AROUND(ssize_t, recv, fd, (int fd, void *p, size_t n, int flags),
    (fd, p, n, flags))
AROUND(ssize_t, sendmsg, fd, (int fd, const struct msghdr *m, int flags),
    (fd, m, flags))
AROUND(
    ssize_t, recvmsg, fd, (int fd, struct msghdr *m, int flags), (fd, m, flags))
AROUND(int, poll, fds->fd, (struct pollfd * fds, nfds_t n, int timeout),
    (fds, n, timeout))
AROUND(int, rename, -1, (const char *from, const char *to), (from, to))
AROUND(int, unlink, -1, (const char *path), (path))
AROUND(int, ftruncate64, fd, (int fd, off64_t size), (fd, size))

int
fdatasync(int fd)
{
	int (*f)(int);

	*(void **)&f = real("fdatasync");
	point("before", "fdatasync", fd);
	int err = f(fd);
	if (err == 0)
		note_synced(fd);
	point("after", "fdatasync", fd);
	return err;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	ssize_t (*f)(int, const void *, size_t, off64_t);

	*(void **)&f = real("pwrite64");
	point("before", "pwrite64", fd);
	ssize_t done = f(fd, p, n, at);
	note_written(fd, at);
	point("after", "pwrite64", fd);
	return done;
}
