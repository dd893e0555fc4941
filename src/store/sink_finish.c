/* SPDX-License-Identifier: MIT */
/*
 * The end of a file in a process of its own: a sync waits for the disk, and
 * for whatever else is on its way there, and meanwhile people talk. The answer
 * is one byte and a path or a sentence.
 *
 * A folder with many files is synced while they come: all of them at once would
 * take as long as half of what it took to write them. Nobody waits for who does
 * that.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/aside.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ANSWER_PATH = 'p',
	ANSWER_ERROR = 'e',
	READ_SIZE = 1024,
	SYNC_MS = 100,
	/* With less it is not worth a process. */
	SYNC_ENTRIES = 500,
	KEPT = 4,
};

static _Noreturn void
child_run(struct sink *s, int answer)
{
	char *error = NULL;
	/* The list is open for its lock alone, as long as the process lives. */
	int keep[KEPT] = { answer, s->dir, s->list,
		s->plan.is_folder ? s->levels[0].fd : s->fd };

	s->list = -1;
	aside_keep(keep, KEPT);
	char *path = sink_finish(s, &error);
	const char *text = path != NULL ? path : error;
	char kind = path != NULL ? ANSWER_PATH : ANSWER_ERROR;
	bool told = file_write_all(answer, &kind, 1) == 0 &&
		    file_write_all(answer, text, strlen(text)) == 0;
	_exit(!told);
}

static int
start_child(struct sink *s)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return ERR_SYS;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
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

static void
reap(struct sink *s)
{
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	s->child = 0;
}

static int
sync_system(int folder)
{
#ifdef __linux__
	return syncfs(folder);
#else
	(void)folder;
	return 0;
#endif
}

static _Noreturn void
sync_until_ended(int folder, int end)
{
	struct pollfd ended = { .fd = end, .events = POLLIN };
	int n;

	while ((n = poll(&ended, 1, SYNC_MS)) <= 0)
		if (n == 0 && sync_system(folder) != 0)
			break;
	_exit(0);
}

void
sink_sync_begin(struct sink *s)
{
	int fds[2];

	if (s->entries != SYNC_ENTRIES || s->part == NULL ||
	    pipe2(fds, O_CLOEXEC) != 0)
		return;
	/* Not the one of who finishes: a failure is told once to each. */
	int folder =
	    openat(s->levels[0].fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int keep[] = { folder, fds[0] };
	int began = aside_begin(keep, 2);
	if (began > 0)
		sync_until_ended(folder, fds[0]);
	if (folder >= 0)
		close(folder);
	close(fds[0]);
	s->sync_fd = fds[1];
	if (began < 0)
		sink_sync_end(s);
}

void
sink_sync_end(struct sink *s)
{
	if (s->sync_fd >= 0)
		close(s->sync_fd);
	s->sync_fd = -1;
}

int
sink_finish_begin(struct sink *s)
{
	sink_note_complete(s);
	sink_sync_end(s);
	return start_child(s);
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
