/* SPDX-License-Identifier: MIT */
/*
 * Who connects is asked of the kernel: the mode of a socket in the file system
 * is not honoured everywhere.
 */
#include "net/local_socket.h"

#include "base/err.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 };

/* False when it is too long. */
static bool
address(const char *path, struct sockaddr_un *ret_address)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(a.sun_path))
		return false;
	memcpy(a.sun_path, path, strlen(path) + 1);
	*ret_address = a;
	return true;
}

static int
new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* Keeps errno. */
static int
close_with(int fd, int err)
{
	int saved_errno = errno;

	close(fd);
	errno = saved_errno;
	return err;
}

static bool
is_ours(int fd, long *ret_pid)
{
#ifdef SO_PEERCRED
	struct ucred who;
	socklen_t size = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return false;
	*ret_pid = who.pid;
	return who.uid == geteuid() || who.uid == 0;
#else
	uid_t uid;
	gid_t gid;

	*ret_pid = 0;
	return getpeereid(fd, &uid, &gid) == 0 &&
	       (uid == geteuid() || uid == 0);
#endif
}

int
local_connect(const char *path, int *ret_fd)
{
	struct sockaddr_un a;
	long pid;

	if (!address(path, &a))
		return ERR_LIMIT;
	int fd = new_socket();
	if (fd < 0)
		return ERR_SYS;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		return close_with(fd, errno == ENOENT || errno == ECONNREFUSED
					  ? ERR_NOT_FOUND
					  : ERR_SYS);
	if (!is_ours(fd, &pid))
		return close_with(fd, ERR_PERMISSION);
	*ret_fd = fd;
	return 0;
}

/* A socket that nobody listens at stays until somebody removes it. */
static int
make_way(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return 0;
	if (local_connect(path, &fd) == 0)
		return close_with(fd, ERR_STATE);
	unlink(path);
	return 0;
}

int
local_listen(const char *path, int *ret_fd)
{
	struct sockaddr_un a;

	if (!address(path, &a))
		return ERR_LIMIT;
	int err = make_way(path);
	if (err < 0)
		return err;
	int fd = new_socket();
	if (fd < 0)
		return ERR_SYS;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	mode_t mask = umask(077);
	int bound = bind(fd, (struct sockaddr *)&a, sizeof(a));
	umask(mask);
	if (bound != 0)
		return close_with(
		    fd, errno == EADDRINUSE ? ERR_STATE : ERR_SYS);
	if (chmod(path, 0600) != 0 || listen(fd, BACKLOG) != 0) {
		unlink(path);
		return close_with(fd, ERR_SYS);
	}
	*ret_fd = fd;
	return 0;
}

int
local_accept(int listener)
{
	long pid;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		if (is_ours(fd, &pid))
			return fd;
		close(fd);
	}
	return -1;
}

long
local_peer_pid(int fd)
{
	long pid;

	return is_ours(fd, &pid) ? pid : 0;
}

void
local_unlisten(int fd, const char *path)
{
	if (fd < 0)
		return;
	close(fd);
	unlink(path);
}
