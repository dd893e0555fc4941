/* SPDX-License-Identifier: MIT */
/*
 * Blocking the signals means that no system call of ours is ever interrupted
 * by them and that every one is handled between two turns of the loop. What is
 * saved here belongs to the process, as signals do; hence the file scope.
 */
#include "net/signals.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/signalfd.h>
#endif

/* SIGINT is the first: alone it is watched, too. */
static const int watched[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP,
	SIGCONT, SIGCHLD };

enum { WATCHED_COUNT = sizeof(watched) / sizeof(watched[0]) };

static const struct sigaction ignored = { .sa_handler = SIG_IGN };

static struct sigaction saved_pipe;

#ifdef __linux__

static sigset_t saved_mask;

/* sigpipe: what becomes of that one; NULL: nothing. */
static int
watch_first(size_t count, const struct sigaction *sigpipe)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < count; i++)
		sigaddset(&set, watched[i]);
	if (sigprocmask(SIG_BLOCK, &set, &saved_mask) != 0)
		return ERR_SYS;
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0) {
		sigprocmask(SIG_SETMASK, &saved_mask, NULL);
		return ERR_SYS;
	}
	sigaction(SIGPIPE, sigpipe, &saved_pipe);
	return fd;
}

int
signals_next(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

void
signals_restore(int fd)
{
	if (fd >= 0)
		close(fd);
	sigaction(SIGPIPE, &saved_pipe, NULL);
	sigprocmask(SIG_SETMASK, &saved_mask, NULL);
}

#else /* a pipe that the handlers write to */

static struct sigaction saved_actions[WATCHED_COUNT];
static size_t saved_count;
static int pipe_fds[2] = { -1, -1 };

static void
signals_note(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;

	/* A full pipe holds more signals than anybody reads apart. */
	if (write(pipe_fds[1], &byte, 1) < 0)
		errno = saved;
	errno = saved;
}

static int
watch_first(size_t count, const struct sigaction *sigpipe)
{
	struct sigaction note = { .sa_handler = signals_note,
		.sa_flags = SA_RESTART };

	if (pipe(pipe_fds) != 0)
		return ERR_SYS;
	for (size_t i = 0; i < 2; i++) {
		fcntl(pipe_fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(pipe_fds[i], F_SETFL, O_NONBLOCK);
	}
	sigemptyset(&note.sa_mask);
	for (saved_count = 0; saved_count < count; saved_count++)
		sigaction(
		    watched[saved_count], &note, &saved_actions[saved_count]);
	sigaction(SIGPIPE, sigpipe, &saved_pipe);
	return pipe_fds[0];
}

int
signals_next(int fd)
{
	unsigned char byte;

	return read(fd, &byte, 1) == 1 ? byte : 0;
}

void
signals_restore(int fd)
{
	for (size_t i = 0; i < saved_count; i++)
		sigaction(watched[i], &saved_actions[i], NULL);
	sigaction(SIGPIPE, &saved_pipe, NULL);
	close(pipe_fds[1]);
	close(fd);
}

#endif

int
signals_open(void)
{
	return watch_first(WATCHED_COUNT, &ignored);
}

int
signals_open_interrupt(void)
{
	struct sigaction is;

	if (sigaction(SIGINT, NULL, &is) != 0 || is.sa_handler == SIG_IGN)
		return ERR_STATE;
	return watch_first(1, NULL);
}
