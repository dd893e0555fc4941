/* SPDX-License-Identifier: MIT */
/*
 * The end of a file in a process of its own: a sync waits for the disk, and
 * for whatever else is on its way there, and meanwhile people talk. The answer
 * is one byte and a path or a sentence.
 *
 * Of a folder with many files that process begins before the end, and syncs
 * while they come: all of them at once would take as long as half of what it
 * took to write them.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ANSWER_PATH = 'p',
	ANSWER_ERROR = 'e',
	ORDER_FINISH = 'f',
	READ_SIZE = 1024,
	/* Where they have to be closed one by one. */
	FDS_MAX = 65536,
	SYNC_MS = 100,
	/* With less it is not worth a process. */
	SYNC_ENTRIES = 500,
	KEPT = 5,
};

/* Kernels and sandboxes may not have it. */
static void
close_range_of(int first, int last)
{
	long max = sysconf(_SC_OPEN_MAX);

	if (first > last)
		return;
#ifdef CLOSE_RANGE_CLOEXEC
	if (close_range((unsigned)first, (unsigned)last, 0) == 0)
		return;
#endif
	if (max < 0 || max > FDS_MAX)
		max = FDS_MAX;
	for (int fd = first; fd <= last && fd < max; fd++)
		close(fd);
}

/* It holds neither the terminal nor connections, whose end would not be seen
 * while the disk works. */
static void
drop_all_but(const int keep[static KEPT])
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int from = 0;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (;;) {
		int next = INT_MAX;
		for (size_t i = 0; i < KEPT; i++)
			if (keep[i] >= from && keep[i] < next)
				next = keep[i];
		close_range_of(from, next == INT_MAX ? INT_MAX : next - 1);
		if (next == INT_MAX)
			return;
		from = next + 1;
	}
}

static int
sync_system(const struct sink *s)
{
#ifdef __linux__
	return syncfs(s->levels[0].fd);
#else
	(void)s;
	return 0;
#endif
}

/* A file that was just written is closed here; the folder is what counts. */
static void
sync_until_told(struct sink *s, int orders)
{
	struct pollfd told = { .fd = orders, .events = POLLIN };
	char order;
	int n;

	s->fd = -1;
	s->depth = 0;
	while ((n = poll(&told, 1, s->sync_errno == 0 ? SYNC_MS : -1)) <= 0)
		if (n == 0 && sync_system(s) != 0)
			s->sync_errno = errno;
	if (read(orders, &order, 1) != 1)
		_exit(0);
	s->left_root = true;
}

static _Noreturn void
child_run(struct sink *s, int answer, int orders)
{
	char *error = NULL;
	/* The list is open for its lock alone, as long as the process lives. */
	int keep[KEPT] = { answer, orders, s->dir, s->list,
		s->plan.is_folder ? s->levels[0].fd : s->fd };

	s->list = -1;
	/* It would never see the end of its orders. */
	if (s->order_fd >= 0)
		close(s->order_fd);
	s->order_fd = -1;
	drop_all_but(keep);
	if (orders >= 0)
		sync_until_told(s, orders);
	char *path = sink_finish(s, &error);
	const char *text = path != NULL ? path : error;
	char kind = path != NULL ? ANSWER_PATH : ANSWER_ERROR;
	bool told = file_write_all(answer, &kind, 1) == 0 &&
		    file_write_all(answer, text, strlen(text)) == 0;
	_exit(!told);
}

/* orders: where the child hears when it is to finish; -1: at once. */
static int
start_child(struct sink *s, int orders)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return ERR_SYS;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	pid_t pid = fork();
	if (pid == 0)
		child_run(s, fds[1], orders);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return ERR_SYS;
	}
	s->child = pid;
	s->answer_fd = fds[0];
	return 0;
}

static void
reap(struct sink *s)
{
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	s->child = 0;
}

void
sink_sync_begin(struct sink *s)
{
	int fds[2];

	if (s->entries != SYNC_ENTRIES || s->part == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return;
	s->order_fd = fds[0];
	if (start_child(s, fds[1]) < 0) {
		close(fds[0]);
		s->order_fd = -1;
	}
	close(fds[1]);
}

void
sink_sync_end(struct sink *s)
{
	if (s->order_fd < 0)
		return;
	close(s->order_fd);
	close(s->answer_fd);
	s->order_fd = -1;
	reap(s);
}

/* Whoever syncs already, finishes. */
static bool
tell_child(struct sink *s)
{
	char order = ORDER_FINISH;

	if (s->order_fd < 0)
		return false;
	if (!s->left_root || send(s->order_fd, &order, 1, MSG_NOSIGNAL) != 1) {
		sink_sync_end(s);
		return false;
	}
	close(s->order_fd);
	s->order_fd = -1;
	return true;
}

int
sink_finish_begin(struct sink *s)
{
	sink_note_complete(s);
	return tell_child(s) ? 0 : start_child(s, -1);
}

int
sink_fd(const struct sink *s)
{
	return s->answer_fd;
}

bool
sink_is_finished(struct sink *s)
{
	for (;;) {
		if (s->answer_cap - s->answer_size < READ_SIZE + 1) {
			s->answer_cap += 2 * READ_SIZE;
			s->answer = xrealloc(s->answer, s->answer_cap, 1);
		}
		ssize_t got =
		    read(s->answer_fd, s->answer + s->answer_size, READ_SIZE);
		if (got > 0) {
			s->answer_size += (size_t)got;
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		s->answer[s->answer_size] = '\0';
		return got == 0 || errno != EAGAIN;
	}
}

void
sink_finish_kill(struct sink *s)
{
	if (s->child > 0)
		kill(s->child, SIGKILL);
}

char *
sink_finish_end(struct sink *s, char **ret_error)
{
	char *path = NULL;

	fcntl(s->answer_fd, F_SETFL, 0);
	sink_is_finished(s);
	close(s->answer_fd);
	reap(s);
	if (s->answer_size > 1 && s->answer[0] == ANSWER_PATH) {
		path = xstrdup(s->answer + 1);
	} else if (s->answer_size > 1) {
		*ret_error = xstrdup(s->answer + 1);
	} else {
		fail(ret_error, ERR_SYS, "%s: what writes it was ended",
		    s->name);
	}
	if (path != NULL)
		sink_free(s);
	else
		sink_fail(s);
	return path;
}
