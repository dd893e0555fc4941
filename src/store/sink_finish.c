/* SPDX-License-Identifier: MIT */
/*
 * The end of a file in a process of its own: a sync waits for the disk, and
 * for whatever else is on its way there, and meanwhile people talk. The answer
 * is one byte and a path or a sentence.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ANSWER_PATH = 'p',
	ANSWER_ERROR = 'e',
	READ_SIZE = 1024,
	FDS_MAX = 1024
};

static void
close_range_of(int first, int last)
{
#ifdef CLOSE_RANGE_CLOEXEC
	if (first <= last)
		close_range((unsigned)first, (unsigned)last, 0);
#else
	for (int fd = first; fd <= last && fd < FDS_MAX; fd++)
		close(fd);
#endif
}

/* It holds neither the terminal nor connections, whose end would not be seen
 * while the disk works. */
static void
drop_all_but(int a, int b, int c)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	int keep[] = { a, b, c };
	sigset_t none;
	int from = 0;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (;;) {
		int next = INT_MAX;
		for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
			if (keep[i] >= from && keep[i] < next)
				next = keep[i];
		close_range_of(from, next == INT_MAX ? INT_MAX : next - 1);
		if (next == INT_MAX)
			return;
		from = next + 1;
	}
}

static _Noreturn void
child_run(struct sink *s, int answer)
{
	char *error = NULL;

	/* It is closed here. */
	s->list = -1;
	drop_all_but(
	    answer, s->dir, s->plan.is_folder ? s->levels[0].fd : s->fd);
	char *path = sink_finish(s, &error);
	const char *text = path != NULL ? path : error;
	char kind = path != NULL ? ANSWER_PATH : ANSWER_ERROR;
	bool told = file_write_all(answer, &kind, 1) == 0 &&
		    file_write_all(answer, text, strlen(text)) == 0;
	_exit(!told);
}

int
sink_finish_begin(struct sink *s)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return ERR_SYS;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	sink_note_complete(s);
	pid_t pid = fork();
	if (pid == 0)
		child_run(s, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return ERR_SYS;
	}
	s->child = pid;
	s->answer_fd = fds[0];
	return 0;
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

char *
sink_finish_end(struct sink *s, char **ret_error)
{
	char *path = NULL;

	fcntl(s->answer_fd, F_SETFL, 0);
	sink_is_finished(s);
	close(s->answer_fd);
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	s->child = 0;
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
