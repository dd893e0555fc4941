/* SPDX-License-Identifier: MIT */
/*
 * A receiver that is killed at each of its system calls, and what the next one
 * makes of it. A parent traces it, and knows only what it had said before.
 */
#include "base/err.h"
#include "base/mem.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_SIZE = 4096, STEPS_MAX = 5000 };

/* What the child has said. */
struct said {
	volatile uint64_t fed;
	volatile bool opened, finished;
	char part[PATH_SIZE];
};

static struct said *said;

/* What the child does; from where on. */
struct work {
	const char *path;
	struct sink_plan plan;
	const char *part; /* NULL: begins */
	uint64_t back;    /* goes on so far before what is there */
};

static void
do_work(const struct work *w)
{
	struct sink *s = NULL;
	char *error = NULL;
	uint64_t from = 0;
	struct file_piece p;

	if (w->part == NULL) {
		if (sink_open_part(&w->plan, &s, &error) != 0)
			_exit(1);
		snprintf(said->part, PATH_SIZE, "%s", sink_part(s));
		said->opened = true;
	} else {
		if (sink_resume(&w->plan, w->part, &s, &error) != 0)
			_exit(1);
		for (sink_replay(s, &p); p.kind == FILE_PIECE_BYTES ||
					 file_piece_header_size(&p) > 0;
		     sink_replay(s, &p))
			from += file_piece_header_size(&p) + p.count;
		from = from > w->back ? from - w->back : 0;
		said->fed = from;
		if (sink_cut(s, from, &error) != 0)
			_exit(1);
	}
	feed_told = &said->fed;
	if (feed(s, w->path, from, UINT64_MAX) != 0)
		_exit(1);
	char *got = sink_finish(s, &error);
	if (got == NULL)
		_exit(1);
	free(got);
	/* Now it is told, and nobody will ask again. */
	said->finished = true;
	sink_drop_aside(said->part);
}

/* False: it came to its end before so many calls. */
static bool
kill_at(const struct work *w, unsigned step)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(2);
		raise(SIGSTOP);
		do_work(w);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* Each call stops it twice. */
	for (unsigned i = 0; i < 2 * step && WIFSTOPPED(status); i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		return true;
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

static void
remove_all(void)
{
	char *line =
	    xasprintf("rm -rf '%s' && mkdir '%s'", downloads, downloads);

	assert_int_equal(system(line), 0);
	free(line);
}

/* What lies there under a name of its own, or NULL (caller frees). */
static char *
find_done(void)
{
	DIR *d = opendir(downloads);
	const struct dirent *e;
	char *found = NULL;

	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			found = xasprintf("%s/%s", downloads, e->d_name);
	closedir(d);
	return found;
}

/* The one after it: of what was told no more than the lag is lost, and all of
 * it gets there. */
static void
take_up_and_finish(const struct work *w, uint64_t least)
{
	struct sink_plan plan = w->plan;
	int err;

	plan.keeps_list = false;
	struct sink *s = take_up(&plan, said->part, &err);
	assert_int_equal(err, 0);
	uint64_t there = replay(s, w->path);
	assert_true(there + SINK_LAG > least);
	assert_int_equal(cut(s, there), 0);
	assert_int_equal(feed(s, w->path, there, UINT64_MAX), 0);
	free(finish(s));
}

static void
check(const struct work *w)
{
	if (!said->opened) {
		/* Nobody was told of a part. */
		assert_null(find_done());
		return;
	}
	feed_told = NULL;
	if (!said->finished)
		take_up_and_finish(w, said->fed);
	char *got = find_done();
	assert_non_null(got);
	assert_true(is_same_tree(w->path, got));
	sink_drop_aside(said->part);
	assert_int_equal(count_entries(downloads), 1);
	free(got);
}

/* Killed at each step from the beginning on. */
static unsigned
kill_everywhere(const char *path)
{
	struct work w = { .path = path, .plan = plan_of(path) };
	unsigned step = 1;

	w.plan.keeps_list = true;
	for (bool killed = true; killed; step++) {
		assert_true(step < STEPS_MAX);
		memset(said, 0, sizeof(*said));
		killed = kill_at(&w, step);
		check(&w);
		remove_all();
	}
	return step;
}

/* Killed at each step of one that takes it up in the middle. */
static unsigned
kill_everywhere_again(const char *path, uint64_t back)
{
	struct work w = {
		.path = path, .plan = plan_of(path), .part = said->part
	};
	unsigned step = 1;

	w.plan.keeps_list = true;
	w.back = back;
	for (bool killed = true; killed; step++) {
		assert_true(step < STEPS_MAX);
		memset(said, 0, sizeof(*said));
		struct sink *s = begin_part(&w.plan);
		snprintf(said->part, PATH_SIZE, "%s", sink_part(s));
		said->opened = true;
		feed_told = NULL;
		assert_int_equal(
		    feed(s, path, 0, stream_size(path) * 2 / 3), 0);
		sink_keep(s);
		killed = kill_at(&w, step);
		check(&w);
		remove_all();
	}
	return step;
}

static void
a_file(void **state)
{
	(void)state;
	assert_true(kill_everywhere(make_large(200000)) > 30);
	assert_true(kill_everywhere_again(make_large(200000), 0) > 30);
	assert_true(kill_everywhere_again(make_large(200000), 70000) > 30);
}

static void
an_empty_file(void **state)
{
	(void)state;
	assert_true(kill_everywhere(make_large(0)) > 15);
}

static void
a_folder(void **state)
{
	(void)state;
	assert_true(kill_everywhere(make_tree()) > 200);
}

/* Their headers are written together. */
static void
a_folder_of_small_ones(void **state)
{
	enum { SIZE = 4000, COUNT = 40 };

	(void)state;
	assert_true(COUNT * SIZE > 2 * SINK_LAG);
	const char *path = make_small(COUNT, SIZE);
	assert_true(kill_everywhere(path) > 4 * COUNT);
	assert_true(kill_everywhere_again(path, 0) > COUNT);
}

static void
a_folder_taken_up(void **state)
{
	(void)state;
	assert_true(kill_everywhere_again(make_tree(), 0) > 200);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file),
		TEST(an_empty_file),
		TEST(a_folder),
		TEST(a_folder_of_small_ones),
		TEST(a_folder_taken_up),
	};

	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (said == MAP_FAILED)
		return 99;
	/* In memory, a sync takes no time. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	pid_t pid = fork();
	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0);
	int status;
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0) {
		fprintf(stderr, "SKIPPED: nothing can be traced here\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
