/* SPDX-License-Identifier: MIT */
#include "app/child.h"

#include "base/err.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TAG = 7, LONG_MS = 60000 };

static int
setup(void **state)
{
	*state = children_new();
	return 0;
}

static int
teardown(void **state)
{
	children_free(*state);
	return 0;
}

/* Until there is an event: what a turn of the loop does. A child that ends
 * closes its output, so there is always something to wait for. */
static struct child_event
wait_event(struct children *c)
{
	struct child_event ev;
	struct loop_event ready;
	struct loop *l = loop_new();

	while (!children_next(c, 0, &ev)) {
		loop_begin(l);
		children_watch(c, l, TAG);
		assert_int_equal(loop_wait(l, 10), 0);
		while (loop_ready(l, &ready))
			children_ready(c, &ready);
	}
	loop_free(l);
	return ev;
}

static struct child_event
wait_end(struct children *c)
{
	struct child_event ev = wait_event(c);

	while (!ev.ended)
		ev = wait_event(c);
	return ev;
}

static void
assert_output(const struct child_event *ev, const char *text)
{
	assert_int_equal(ev->size, strlen(text));
	assert_memory_equal(ev->output, text, ev->size);
}

static void
answers(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct child_spec spec = { .argv = argv,
		.input = "one two",
		.input_size = 7,
		.answers = true };
	int id = child_start(*state, &spec, 0);

	assert_true(id > 0);
	struct child_event ev = wait_end(*state);
	assert_int_equal(ev.id, id);
	assert_int_equal(ev.status, 0);
	assert_output(&ev, "one two");
	assert_false(children_next(*state, 0, &ev));
}

static void
arguments_are_no_shell_words(void **state)
{
	static const char *const argv[] = { "printf", "%s|", "a b", "$(id)",
		"; exit 3", "", NULL };
	struct child_spec spec = { .argv = argv, .answers = true };

	assert_true(child_start(*state, &spec, 0) > 0);
	struct child_event ev = wait_end(*state);
	assert_int_equal(ev.status, 0);
	assert_output(&ev, "a b|$(id)|; exit 3||");
}

static void
tells_what_is_missing(void **state)
{
	static const char *const argv[] = { "no-such-program-here", NULL };
	struct child_spec spec = { .argv = argv, .answers = true };
	struct child_event ev;

	assert_int_equal(child_start(*state, &spec, 0), ERR_NOT_FOUND);
	assert_false(children_next(*state, 0, &ev));
}

static void
tells_its_status(void **state)
{
	static const char *const argv[] = { "false", NULL };
	struct child_spec spec = { .argv = argv };

	assert_true(child_start(*state, &spec, 0) > 0);
	assert_int_equal(wait_end(*state).status, 1);
}

static void
lasts_and_answers_again(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct child_spec spec = {
		.argv = argv, .lasts = true, .answers = true
	};
	unsigned id = (unsigned)child_start(*state, &spec, 0);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(child_write(*state, id, "line\n", 5), 0);
		struct child_event ev = wait_event(*state);
		assert_false(ev.ended);
		assert_output(&ev, "line\n");
		child_consume(*state, id, ev.size);
	}
	child_stop(*state, id);
	assert_int_equal(child_write(*state, id, "line\n", 5), ERR_NOT_FOUND);
}

static void
gives_up_one_that_talks_too_much(void **state)
{
	static const char *const argv[] = { "yes", NULL };
	struct child_spec spec = { .argv = argv, .answers = true };

	assert_true(child_start(*state, &spec, 0) > 0);
	struct child_event ev = wait_end(*state);
	assert_int_equal(ev.status, -1);
	assert_true(ev.size <= CHILD_OUTPUT_MAX);
}

static void
gives_up_one_that_takes_too_long(void **state)
{
	static const char *const argv[] = { "sleep", "1000", NULL };
	struct child_spec spec = { .argv = argv, .limit_ms = LONG_MS };
	struct child_event ev;

	assert_true(child_start(*state, &spec, 5) > 0);
	assert_int_equal(children_deadline(*state), 5 + LONG_MS);
	assert_false(children_next(*state, 4 + LONG_MS, &ev));
	while (!children_next(*state, 5 + LONG_MS, &ev))
		;
	assert_true(ev.ended);
	assert_int_equal(ev.status, -1);
}

/* Whoever runs the tests may have left some open, so one of ours is given a
 * number that is nobody else's. */
static void
inherits_no_descriptor(void **state)
{
	static const char *const argv[] = { "test", "-e", "/proc/self/fd/77",
		NULL };
	struct child_spec spec = { .argv = argv, .answers = true };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_int_equal(fcntl(fd, F_DUPFD_CLOEXEC, 77), 77);
	if (access("/proc/self/fd/77", F_OK) != 0)
		skip();
	assert_true(child_start(*state, &spec, 0) > 0);
	assert_int_equal(wait_end(*state).status, 1);
	close(77);
	close(fd);
}

static void
has_a_bound_of_children(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct child_spec spec = {
		.argv = argv, .lasts = true, .answers = true
	};

	for (int i = 0; i < CHILDREN_MAX; i++)
		assert_true(child_start(*state, &spec, 0) > 0);
	assert_int_equal(child_start(*state, &spec, 0), ERR_LIMIT);
}

static void
alone_it_has_little_and_ends_as_a_whole(void **state)
{
	/* Who it leaves behind holds the pipe: it is over all the same. */
	static const char *const argv[] = { "sh", "-c",
		"sleep 63 & echo err >&2; env | grep -v ^_= | sort; exit 5",
		NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", "A=b", NULL };
	struct child_spec spec = { .argv = argv,
		.env = env,
		.answers = true,
		.errors = true,
		.alone = true };

	assert_true(child_start(*state, &spec, 0) > 0);
	struct child_event ev = wait_end(*state);
	assert_int_equal(ev.status, 5);
	assert_true(ev.size > 8 && memcmp(ev.output, "err\nA=b\n", 8) == 0);
	char *text = strndup((const char *)ev.output, ev.size);
	assert_null(strstr(text, "HOME"));
	free(text);
}

/* A session of its own has no terminal: nothing can ask there for a password,
 * or write over the screen. */
static void
alone_it_has_no_terminal_of_ours(void **state)
{
	static const char *const argv[] = { "sh", "-c",
		"read -r a < /proc/self/stat; set -- $a; echo $(($1 - $6))",
		NULL };
	struct child_spec spec = {
		.argv = argv, .answers = true, .alone = true
	};

	if (access("/proc/self/stat", R_OK) != 0)
		skip();
	setenv("PATH", "/usr/bin:/bin", 0);
	assert_true(child_start(*state, &spec, 0) > 0);
	struct child_event ev = wait_end(*state);
	assert_int_equal(ev.status, 0);
	assert_int_equal(ev.size, 2);
	assert_memory_equal(ev.output, "0\n", 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(answers),
		TEST(arguments_are_no_shell_words),
		TEST(tells_what_is_missing),
		TEST(tells_its_status),
		TEST(lasts_and_answers_again),
		TEST(gives_up_one_that_talks_too_much),
		TEST(gives_up_one_that_takes_too_long),
		TEST(inherits_no_descriptor),
		TEST(has_a_bound_of_children),
		TEST(alone_it_has_little_and_ends_as_a_whole),
		TEST(alone_it_has_no_terminal_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
