/* SPDX-License-Identifier: MIT */
#include "net/loop.h"
#include "net/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void
make_pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
}

static void
nothing_watched_returns_at_once(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;

	(void)state;
	loop_begin(l);
	assert_int_equal(loop_wait(l, 0), 0);
	assert_false(loop_ready(l, &ev));
	loop_free(l);
}

static void
events_carry_fd_and_tag(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	int a[2], b[2];

	(void)state;
	make_pair(a);
	make_pair(b);
	assert_int_equal(write(b[1], "x", 1), 1);
	loop_begin(l);
	loop_watch(l, a[0], true, false, 11);
	loop_watch(l, b[0], true, true, UINT64_MAX);
	assert_int_equal(loop_wait(l, -1), 0);
	assert_true(loop_ready(l, &ev));
	assert_int_equal(ev.fd, b[0]);
	assert_true(ev.tag == UINT64_MAX);
	assert_true(ev.readable && ev.writable && !ev.hangup);
	assert_false(loop_ready(l, &ev));
	/* The next turn starts empty. */
	loop_begin(l);
	assert_int_equal(loop_wait(l, 0), 0);
	assert_false(loop_ready(l, &ev));
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	loop_free(l);
}

static void
a_closed_end_is_a_hangup(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	int a[2];

	(void)state;
	make_pair(a);
	close(a[1]);
	loop_begin(l);
	loop_watch(l, a[0], true, false, 1);
	assert_int_equal(loop_wait(l, -1), 0);
	assert_true(loop_ready(l, &ev));
	assert_true(ev.hangup);
	close(a[0]);
	loop_free(l);
}

static void
a_hundred_fds_at_once(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	int a[2];
	unsigned seen = 0;

	(void)state;
	make_pair(a);
	loop_begin(l);
	for (uint64_t i = 0; i < 100; i++)
		loop_watch(l, a[0], false, true, i);
	assert_int_equal(loop_wait(l, -1), 0);
	while (loop_ready(l, &ev))
		assert_true(ev.tag == seen++);
	assert_int_equal(seen, 100);
	close(a[0]);
	close(a[1]);
	loop_free(l);
}

static bool
turn_finds(struct loop *l, const int *fds, size_t count, uint64_t wanted)
{
	struct loop_event ev;
	uint64_t found = 0;

	loop_begin(l);
	for (size_t i = 0; i < count; i++)
		loop_watch_lasting(l, fds[i], i);
	assert_int_equal(loop_wait(l, 0), 0);
	while (loop_ready(l, &ev)) {
		assert_true(ev.tag < count && ev.fd == fds[ev.tag]);
		assert_true(ev.readable && !ev.writable);
		found |= UINT64_C(1) << ev.tag;
	}
	return found == wanted;
}

static void
lasting_fds_are_ready_in_each_turn(void **state)
{
	struct loop *l = loop_new();
	int a[2], b[2];

	(void)state;
	make_pair(a);
	make_pair(b);
	const int both[] = { a[0], b[0] }, turned[] = { b[0], a[0] };
	assert_true(turn_finds(l, both, 2, 0));
	assert_int_equal(write(b[1], "x", 1), 1);
	assert_true(turn_finds(l, both, 2, 2));
	/* Unread, it is ready again; left out, it is not; and back. */
	assert_true(turn_finds(l, both, 2, 2));
	assert_true(turn_finds(l, both, 1, 0));
	assert_true(turn_finds(l, both, 0, 0));
	assert_true(turn_finds(l, turned, 2, 1));
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_true(turn_finds(l, turned, 2, 3));
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	loop_free(l);
}

static void
a_lasting_end_is_a_hangup(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	int a[2];

	(void)state;
	make_pair(a);
	close(a[1]);
	loop_begin(l);
	loop_watch_lasting(l, a[0], 1);
	assert_int_equal(loop_wait(l, -1), 0);
	assert_true(loop_ready(l, &ev));
	assert_true(ev.hangup && ev.fd == a[0]);
	close(a[0]);
	loop_free(l);
}

/* More than are told to the kernel, and such as it does not take there. */
static void
no_lasting_fd_is_lost(void **state)
{
	enum { COUNT = 40 };
	struct loop *l = loop_new();
	int a[2], fds[COUNT];

	(void)state;
	make_pair(a);
	assert_int_equal(write(a[1], "x", 1), 1);
	for (size_t i = 0; i < COUNT; i++)
		fds[i] = dup(a[0]);
	uint64_t all = (UINT64_C(1) << COUNT) - 1;
	assert_true(turn_finds(l, fds, COUNT, all));
	close(fds[0]);
	fds[0] = open("/", O_RDONLY);
	assert_true(turn_finds(l, fds, COUNT, all));
	assert_true(turn_finds(l, fds, 2, 3));
	for (size_t i = 0; i < COUNT; i++)
		close(fds[i]);
	close(a[0]);
	close(a[1]);
	loop_free(l);
}

static void
a_rest_ends_when_there_is_something(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	int a[2], b[2];

	(void)state;
	make_pair(a);
	make_pair(b);
	for (int lasting = 0; lasting < 2; lasting++) {
		loop_begin(l);
		loop_watch_lasting(l, a[0], 1);
		loop_watch(l, b[0], true, false, 2);
		assert_int_equal(loop_wait(l, 0), 0);
		assert_false(loop_ready(l, &ev));
		loop_rest(l, 0);
		const int *pair = lasting ? a : b;
		assert_int_equal(write(pair[1], "x", 1), 1);
		loop_rest(l, INT64_MAX);
		assert_false(loop_ready(l, &ev));
		assert_int_equal(loop_wait(l, -1), 0);
		assert_true(loop_ready(l, &ev));
		assert_int_equal(ev.fd, pair[0]);
		char byte;
		assert_int_equal(read(pair[0], &byte, 1), 1);
	}
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
	loop_free(l);
}

static void
on_alarm(int number)
{
	(void)number;
}

static void
an_interrupted_wait_is_no_error(void **state)
{
	struct sigaction act = { .sa_handler = on_alarm }, old;
	struct loop *l = loop_new();
	struct loop_event ev;

	timer_t timer;
	/* Again and again: the first may come before anybody waits. */
	struct itimerspec in = { .it_value = { .tv_nsec = 1000000 },
		.it_interval = { .tv_nsec = 1000000 } };
	int a[2];
	(void)state;
	make_pair(a);
	sigaction(SIGALRM, &act, &old);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &in, NULL), 0);
	loop_begin(l);
	loop_watch(l, a[0], true, false, 1);
	assert_int_equal(loop_wait(l, INT64_MAX), 0);
	assert_false(loop_ready(l, &ev));
	timer_delete(timer);
	sigaction(SIGALRM, &old, NULL);
	close(a[0]);
	close(a[1]);
	loop_free(l);
}

static void
signals_become_readable(void **state)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	sigset_t before, after;
	int fd;

	(void)state;
	sigprocmask(SIG_SETMASK, NULL, &before);
	fd = signals_open();
	assert_true(fd >= 0);
	assert_int_equal(signals_next(fd), 0);
	raise(SIGTERM);
	raise(SIGWINCH);
	raise(SIGPIPE); /* would end us */
	loop_begin(l);
	loop_watch(l, fd, true, false, 5);
	assert_int_equal(loop_wait(l, -1), 0);
	assert_true(loop_ready(l, &ev));
	int first = signals_next(fd), second = signals_next(fd);
	assert_int_equal(first + second, SIGTERM + SIGWINCH);
	assert_int_equal(signals_next(fd), 0);
	signals_restore(fd);
	sigprocmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(
	    sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
	loop_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_watched_returns_at_once),
		cmocka_unit_test(events_carry_fd_and_tag),
		cmocka_unit_test(a_closed_end_is_a_hangup),
		cmocka_unit_test(a_hundred_fds_at_once),
		cmocka_unit_test(lasting_fds_are_ready_in_each_turn),
		cmocka_unit_test(a_lasting_end_is_a_hangup),
		cmocka_unit_test(no_lasting_fd_is_lost),
		cmocka_unit_test(a_rest_ends_when_there_is_something),
		cmocka_unit_test(an_interrupted_wait_is_no_error),
		cmocka_unit_test(signals_become_readable),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
