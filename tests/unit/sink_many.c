/* SPDX-License-Identifier: MIT */
/*
 * Many files in a folder: a process syncs them while they come, and another one
 * finishes them.
 */
#include "base/err.h"
#include "base/mem.h"
#include "orphans.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 1200 };

static const char *
make_many(void)
{
	static char path[512];
	char *dir = xstrdup(tmpdir_path(top, "many"));

	assert_int_equal(mkdir(dir, 0700), 0);
	for (int i = 0; i < MANY; i++) {
		char name[32];
		snprintf(name, sizeof(name), "file%04d", i);
		FILE *f = fopen(tmpdir_path(dir, name), "w");
		assert_non_null(f);
		fprintf(f, "the bytes of %d", i);
		fclose(f);
	}
	snprintf(path, sizeof(path), "%s", dir);
	free(dir);
	return path;
}

static bool
has_child(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

static void
kill_child(void)
{
	char name[64];
	int pid;

	snprintf(
	    name, sizeof(name), "/proc/self/task/%d/children", (int)getpid());
	FILE *f = fopen(name, "r");
	if (f == NULL)
		skip();
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	siginfo_t info;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static char *
finish_by_child(struct sink *s)
{
	char *error = NULL;

	assert_int_equal(sink_finish_begin(s), 0);
	struct pollfd p = { .fd = sink_fd(s), .events = POLLIN };
	do
		assert_true(poll(&p, 1, -1) > 0 || errno == EINTR);
	while (!sink_is_finished(s));
	char *path = sink_finish_end(s, &error);
	if (path == NULL)
		fail_msg("%s", error);
	return path;
}

static void
synced_while_they_come(void **state)
{
	(void)state;
	const char *path = make_many();
	uint64_t size = stream_size(path);
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, size / 5), 0);
	assert_false(has_child());
	assert_int_equal(feed(s, path, size / 5, size), 0);
	assert_true(has_child());
	char *got = finish_by_child(s);
	orphans_wait();
	assert_true(is_same_tree(path, got));
	assert_int_equal(count_entries(downloads), 1);
	free(got);
}

/* Without a process of its own, too. */
static void
finished_here(void **state)
{
	(void)state;
	const char *path = make_many();
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, stream_size(path)), 0);
	char *got = finish(s);
	orphans_wait();
	assert_true(is_same_tree(path, got));
	free(got);
}

static void
cut_while_it_syncs(void **state)
{
	(void)state;
	int err;
	const char *path = make_many();
	uint64_t size = stream_size(path), there;
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, size - size / 3), 0);
	assert_true(has_child());
	sink_keep(s);
	orphans_wait();
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	there = replay(s, path);
	assert_true(there > size / 2);
	assert_int_equal(cut(s, there), 0);
	assert_int_equal(feed(s, path, there, size), 0);
	char *got = finish_by_child(s);
	assert_true(is_same_tree(path, got));
	free(got);
	free(part);
}

static void
abandoned_while_it_syncs(void **state)
{
	(void)state;
	const char *path = make_many();
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, stream_size(path)), 0);
	assert_true(has_child());
	sink_abandon(s);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 0);
}

/* What is not complete gets no name from it. */
static void
not_complete(void **state)
{
	(void)state;
	char *error = NULL;
	const char *path = make_many();
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, stream_size(path) - 1), 0);
	assert_true(has_child());
	assert_int_equal(sink_finish_begin(s), 0);
	assert_null(sink_finish_end(s, &error));
	assert_non_null(strstr(error, "ended before it was complete"));
	free(error);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 2);
}

/* The process that syncs was killed. */
static void
killed_while_it_syncs(void **state)
{
	(void)state;
	const char *path = make_many();
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, stream_size(path)), 0);
	kill_child();
	char *got = finish_by_child(s);
	assert_true(is_same_tree(path, got));
	free(got);
}

/* Names in order are not looked for; here is one that somebody made. */
static void
taken_meanwhile(void **state)
{
	(void)state;
	struct sink_plan plan = plan_folder("folder");
	char *error = NULL;
	struct sink *s;
	assert_int_equal(sink_open_part(&plan, &s, &error), 0);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(put_enter(s, "folder"), 0);
	assert_int_equal(put_file(s, "a", 1), 0);
	assert_int_equal(put_bytes(s, "a", 1), 0);
	int fd = open(tmpdir_path(part, "b"), O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(put_file(s, "b", 1), 0);
	assert_int_equal(put_bytes(s, "b", 1), 0);
	assert_int_equal(put_file(s, "c", 1), 0);
	assert_int_equal(put_bytes(s, "c", 1), 0);
	sink_keep(s);
	/* What is told of it is what is there. */
	int err;
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	struct file_piece piece;
	unsigned files = 0;
	for (;;) {
		sink_replay(s, &piece);
		if (piece.kind == FILE_PIECE_END)
			break;
		assert_true(piece.kind != FILE_PIECE_ERROR);
		files += piece.kind == FILE_PIECE_FILE;
		if (piece.kind == FILE_PIECE_BYTES)
			assert_int_equal(piece.bytes[0], "abc"[files - 1]);
	}
	assert_int_equal(files, 3);
	sink_keep(s);
	free(part);
}

int
main(void)
{
#define PLACED(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)
	const struct CMUnitTest tests[] = {
		PLACED(synced_while_they_come),
		PLACED(finished_here),
		PLACED(cut_while_it_syncs),
		PLACED(abandoned_while_it_syncs),
		PLACED(not_complete),
		PLACED(killed_while_it_syncs),
		PLACED(taken_meanwhile),
	};
#undef PLACED

	if (!orphans_adopt())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
