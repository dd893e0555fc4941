/* SPDX-License-Identifier: MIT */
/*
 * Stream sockets within this machine and this user, by a path (unix(7)).
 * Nonblocking; nothing leaks into children.
 */
#ifndef NET_LOCAL_SOCKET_H
#define NET_LOCAL_SOCKET_H

/*
 * Listens at path, mode 0600, in a directory that is there. What an ended
 * process left there is replaced. *ret_fd, or ERR_LIMIT (the path is too long
 * for a socket), ERR_STATE (somebody listens there), ERR_SYS (errno).
 */
int local_listen(const char *path, int *ret_fd);
/* The next one that connected, of our own user or root; -1: none now. Others
 * are closed. */
int local_accept(int fd);
/* Blocking. ERR_LIMIT, ERR_NOT_FOUND (nobody listens there), ERR_PERMISSION (of
 * another user), ERR_SYS (errno). */
int local_connect(const char *path, int *ret_fd);
/* The process at the other end; 0: unknown. */
long local_peer_pid(int fd);
/* Closes what local_listen opened and removes path. */
void local_unlisten(int fd, const char *path);

#endif
