/* SPDX-License-Identifier: MIT */
/*
 * Two ends in one process, over the loopback of a namespace of its own. The
 * clock is handed in; where the kernel has to be waited for, poll() does it.
 */
#include "base/mem.h"
#include "netns.h"
#include "tcp_ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>

static void
a_taken_port_is_evaded(void **state)
{
	struct world *w = *state;
	struct end other;

	end_open(&other, tcp_port(w->a.t));
	assert_true(tcp_port(other.t) != 0);
	assert_int_not_equal(tcp_port(other.t), tcp_port(w->a.t));
	tcp_free(other.t);
}

static void
a_free_port_is_taken(void **state)
{
	struct end other;

	(void)state;
	end_open(&other, 41827);
	assert_int_equal(tcp_port(other.t), 41827);
	tcp_free(other.t);
}

static void
bytes_go_both_ways(void **state)
{
	struct world *w = *state;

	join(w);
	assert_true(addr_is_loopback(&w->b.from));
	tcp_send(w->a.t, 100, (const uint8_t *)"ping", 4);
	while (w->b.size < 4)
		turn(w, TURN_MS);
	assert_memory_equal(w->b.bytes, "ping", 4);
	tcp_send(w->b.t, 1, (const uint8_t *)"pong!", 5);
	while (w->a.size < 5)
		turn(w, TURN_MS);
	assert_memory_equal(w->a.bytes, "pong!", 5);
}

static void
both_families_are_served(void **state)
{
	struct world *w = *state;
	struct addr to = { .family = ADDR_IPV6, .port = tcp_port(w->b.t) };

	to.ip[15] = 1;
	tcp_dial(w->a.t, 100, &to);
	while (w->a.opened == 0 || w->b.accepted == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.from.family, ADDR_IPV6);
}

static void
what_is_sent_while_dialing_waits(void **state)
{
	struct world *w = *state;
	struct addr to = loopback(tcp_port(w->b.t));

	tcp_dial(w->a.t, 100, &to);
	tcp_send(w->a.t, 100, (const uint8_t *)"early", 5);
	while (w->b.size < 5)
		turn(w, TURN_MS);
	assert_memory_equal(w->b.bytes, "early", 5);
}

static void
three_megabytes_arrive_whole(void **state)
{
	struct world *w = *state;
	size_t n = 3 * 1024 * 1024;
	uint8_t *p = pattern(n);

	join(w);
	tcp_send(w->a.t, 100, p, n);
	while (w->b.size < n) {
		turn(w, TURN_MS);
		/* A flood does not keep the loop from the others. */
		assert_true(w->b.events_last_turn <= 4);
	}
	assert_int_equal(w->b.size, n);
	assert_memory_equal(w->b.bytes, p, n);
	free(p);
}

static void
the_queue_has_a_bound(void **state)
{
	struct world *w = *state;
	uint8_t *p = pattern(1024 * 1024);

	join(w);
	tcp_set_reading(w->b.t, 1, false);
	for (int i = 0; i < 16; i++)
		tcp_send(w->a.t, 100, p, 1024 * 1024);
	turn(w, 0);
	assert_int_equal(w->a.closed, 1);
	assert_int_equal(w->a.closed_errno, ENOBUFS);
	/* It is gone: nothing more is told of it. */
	tcp_send(w->a.t, 100, p, 10);
	tcp_close(w->a.t, 100, 0);
	turn(w, 0);
	assert_int_equal(w->a.closed, 1);
	free(p);
}

static void
who_gave_much_hears_when_there_is_room(void **state)
{
	struct world *w = *state;
	uint8_t *p = pattern(1024 * 1024);

	join(w);
	tcp_set_reading(w->b.t, 1, false);
	tcp_send(w->a.t, 100, p, 1000);
	assert_int_equal(tcp_drained(w->a.t), 0);
	tcp_send(w->a.t, 100, p, 1024 * 1024);
	assert_int_equal(tcp_drained(w->a.t), 0);
	assert_int_not_equal(tcp_deadline(w->a.t), 0);
	tcp_set_reading(w->b.t, 1, true);
	while (tcp_deadline(w->a.t) != 0)
		turn(w, TURN_MS);
	/* Some of it may still wait. */
	assert_true(w->b.size >= 1024 * 1024 - TCP_FULL - 256 * 1024);
	assert_int_equal(tcp_drained(w->a.t), 100);
	assert_int_equal(tcp_drained(w->a.t), 0);
	while (w->b.size < 1024 * 1024 + 1000)
		turn(w, TURN_MS);
	assert_int_equal(tcp_drained(w->a.t), 0);
	free(p);
}

static void
what_is_not_read_stays_and_nothing_spins(void **state)
{
	struct world *w = *state;

	join(w);
	tcp_set_reading(w->b.t, 1, false);
	tcp_send(w->a.t, 100, (const uint8_t *)"later", 5);
	assert_int_equal(turn(w, 0), 0);
	tcp_close(w->a.t, 100, 0);
	/* The end of it is not noticed, but neither does it wake us. */
	assert_int_equal(turn(w, 20), 0);
	assert_int_equal(w->b.size, 0);
	assert_int_equal(w->b.closed, 0);
	tcp_set_reading(w->b.t, 1, true);
	while (w->b.closed == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.size, 5);
	assert_int_equal(w->b.closed_errno, 0);
}

static void
who_has_said_all_can_be_answered(void **state)
{
	struct world *w = *state;
	uint8_t *p = pattern(100000);

	join(w);
	tcp_keep(w->b.t, 1);
	tcp_send(w->a.t, 100, (const uint8_t *)"all", 3);
	tcp_close(w->a.t, 100, 0);
	while (w->b.ended == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.size, 3);
	assert_int_equal(w->b.closed, 0);
	assert_int_equal(turn(w, 0), 0);
	tcp_send(w->b.t, 1, p, 100000);
	tcp_close(w->b.t, 1, 0);
	turn(w, 0);
	assert_int_equal(w->b.ended, 1);
	assert_int_equal(w->b.closed, 0);
	free(p);
}

static void
without_a_listener_it_still_connects(void **state)
{
	struct world *w = *state;

	tcp_free(w->a.t);
	w->a.t = tcp_new();
	assert_int_equal(tcp_port(w->a.t), 0);
	join(w);
	tcp_send(w->a.t, 100, (const uint8_t *)"ping", 4);
	while (w->b.size < 4)
		turn(w, TURN_MS);
}

static void
the_last_words_survive_a_failed_send(void **state)
{
	struct world *w = *state;

	join(w);
	tcp_set_reading(w->b.t, 1, false);
	tcp_send(w->a.t, 100, (const uint8_t *)"goodbye", 7);
	tcp_close(w->a.t, 100, 0);
	/* a's socket is closed at its deadline; sending to it is answered
	 * with a reset, and the next send fails. */
	w->now_ms = TCP_LINGER_MS;
	for (int i = 0; i < 3; i++) {
		tcp_send(w->b.t, 1, (const uint8_t *)"anybody?", 8);
		turn(w, 10);
	}
	assert_int_equal(w->b.closed, 0);
	tcp_set_reading(w->b.t, 1, true);
	while (w->b.closed == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.size, 7);
	assert_memory_equal(w->b.bytes, "goodbye", 7);
	assert_int_not_equal(w->b.closed_errno, 0);
}

static void
a_refused_dial_is_told(void **state)
{
	struct world *w = *state;
	struct addr to = loopback(1);

	tcp_dial(w->a.t, 100, &to);
	while (w->a.closed == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->a.closed_errno, ECONNREFUSED);
	assert_int_equal(w->a.opened, 0);
}

static void
a_dial_that_fails_at_once_is_told(void **state)
{
	struct world *w = *state;
	struct addr to = { .family = ADDR_IPV4, .ip = { 10, 1, 2, 3 } };
	struct tcp_event ev;

	to.port = 9;
	tcp_dial(w->a.t, 100, &to);
	assert_true(tcp_failed(w->a.t, &ev));
	assert_int_equal(ev.kind, TCP_CLOSED);
	assert_int_equal(ev.conn, 100);
	assert_int_equal(ev.sys_errno, ENETUNREACH);
	assert_false(tcp_failed(w->a.t, &ev));
}

static void
close_sends_the_rest(void **state)
{
	struct world *w = *state;
	size_t n = 3 * 1024 * 1024;
	uint8_t *p = pattern(n);

	join(w);
	tcp_set_reading(w->b.t, 1, false);
	tcp_send(w->a.t, 100, p, n);
	tcp_close(w->a.t, 100, 0);
	assert_true(tcp_is_busy(w->a.t));
	assert_int_equal(tcp_deadline(w->a.t), TCP_LINGER_MS);
	tcp_set_reading(w->b.t, 1, true);
	while (w->b.closed == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.size, n);
	assert_memory_equal(w->b.bytes, p, n);
	assert_int_equal(w->b.closed_errno, 0);
	assert_false(tcp_is_busy(w->a.t));
	assert_int_equal(w->a.closed, 0);
	free(p);
}

static void
close_does_not_wait_for_ever(void **state)
{
	struct world *w = *state;
	size_t n = 4 * 1024 * 1024;
	uint8_t *p = pattern(n);

	join(w);
	tcp_set_reading(w->b.t, 1, false);
	tcp_send(w->a.t, 100, p, n);
	tcp_close(w->a.t, 100, 0);
	w->now_ms = TCP_LINGER_MS - 1;
	turn(w, 0);
	assert_true(tcp_is_busy(w->a.t));
	w->now_ms = TCP_LINGER_MS;
	turn(w, 0);
	assert_false(tcp_is_busy(w->a.t));
	assert_true(tcp_deadline(w->a.t) > TCP_LINGER_MS);
	free(p);
}

static void
a_number_can_be_used_again(void **state)
{
	struct world *w = *state;
	struct addr to = loopback(tcp_port(w->b.t));

	join(w);
	tcp_close(w->a.t, 100, 0);
	/* The old one still lingers. */
	tcp_dial(w->a.t, 100, &to);
	while (w->a.opened < 2 || w->b.accepted < 2)
		turn(w, TURN_MS);
	tcp_send(w->a.t, 100, (const uint8_t *)"new", 3);
	while (w->b.size < 3)
		turn(w, TURN_MS);
	assert_int_equal(w->b.size, 3);
}

static void
an_event_of_the_last_owner_of_an_fd_is_not_believed(void **state)
{
	struct world *w = *state;
	struct loop_event stale = {
		.hangup = true, .readable = true, .writable = true
	};
	struct tcp_event ev;

	join(w);
	for (stale.fd = 3; stale.fd < 64; stale.fd++) {
		while (tcp_next(w->a.t, &stale, &ev))
			end_event(&w->a, &ev);
		while (tcp_next(w->b.t, &stale, &ev))
			end_event(&w->b, &ev);
	}
	assert_int_equal(w->a.closed + w->b.closed, 0);
	tcp_send(w->a.t, 100, (const uint8_t *)"still", 5);
	while (w->b.size < 5)
		turn(w, TURN_MS);
}

static int
raw_connect(uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void
t31_a_refused_connection_leaves_nothing_behind(void **state)
{
	struct world *w = *state;
	int fds[50];
	char c;

	w->b.refuse = true;
	for (size_t i = 0; i < 50; i++)
		fds[i] = raw_connect(tcp_port(w->b.t));
	while (w->b.accepted < 50) {
		turn(w, TURN_MS);
		assert_true(w->b.events_last_turn <= 16);
	}
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(recv(fds[i], &c, 1, 0), -1);
		assert_int_equal(errno, ECONNRESET);
		close(fds[i]);
	}
}

/* The same for a dial that nobody answers: writable is not connected. */
static void
a_stale_event_does_not_open_a_dial(void **state)
{
	struct world *w = *state;
	struct loop_event stale = { .writable = true };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	struct tcp_event ev;
	int full = socket(AF_INET, SOCK_STREAM, 0);
	int waiting[8];

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(full, (struct sockaddr *)&in, size), 0);
	assert_int_equal(listen(full, 0), 0);
	getsockname(full, (struct sockaddr *)&in, &size);
	for (size_t i = 0; i < 8; i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(waiting[i], (struct sockaddr *)&in, size);
	}
	struct addr to = loopback(ntohs(in.sin_port));
	tcp_dial(w->a.t, 100, &to);
	for (stale.fd = 3; stale.fd < 64; stale.fd++)
		assert_false(tcp_next(w->a.t, &stale, &ev));
	close(full);
	for (size_t i = 0; i < 8; i++)
		close(waiting[i]);
}

/* T32: all descriptors are used up by strangers. */
static void
t32_out_of_descriptors(void **state)
{
	struct world *w = *state;
	struct rlimit old, tight;
	int fds[100];
	char c;
	unsigned turns = 0;

	getrlimit(RLIMIT_NOFILE, &old);
	for (size_t i = 0; i < 100; i++)
		fds[i] = raw_connect(tcp_port(w->b.t));
	/* Nobody below the lowest free number plus ten may be had. */
	int lowest = dup(fds[0]);
	close(lowest);
	tight = old;
	tight.rlim_cur = (rlim_t)lowest + 10;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	while (turn(w, 50) > 0)
		assert_true(turns++ < 50);
	assert_int_equal(w->b.accepted, 10);
	unsigned shed = 0;
	for (size_t i = 0; i < 100; i++) {
		ssize_t got = recv(fds[i], &c, 1, MSG_DONTWAIT);
		shed += got == 0 || (got < 0 && errno == ECONNRESET);
	}
	assert_int_equal(shed, 90);

	/* One leaves, and an honest one comes in. */
	tcp_close(w->b.t, 1, 0);
	close(fds[0]);
	w->now_ms = TCP_LINGER_MS;
	setrlimit(RLIMIT_NOFILE, &old);
	fds[0] = raw_connect(tcp_port(w->b.t));
	setrlimit(RLIMIT_NOFILE, &tight);
	while (w->b.accepted < 11)
		turn(w, TURN_MS);
	setrlimit(RLIMIT_NOFILE, &old);
	for (size_t i = 0; i < 100; i++)
		close(fds[i]);
}

/* T32, when not even the reserve can be had: the listeners rest for a second
 * instead of spinning. */
static void
t32_no_reserve_either(void **state)
{
	struct world *w = *state;
	struct rlimit old, none;
	int fd = raw_connect(tcp_port(w->b.t));
	int other;

	/* More than poll() is given, less than any free descriptor. */
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 5;
	other = raw_connect(tcp_port(w->b.t));
	setrlimit(RLIMIT_NOFILE, &none);
	/* The reserve is given up, and cannot be had again. */
	turn(w, 0);
	w->now_ms = 1;
	turn(w, 0);
	turn(w, 0);
	assert_int_equal(tcp_deadline(w->b.t), 1001);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(turn(w, 0), 0);
	w->now_ms = 1002;
	while (w->b.accepted < 1)
		turn(w, TURN_MS);
	close(fd);
	close(other);
}

/* What waits here would be lost with the connection. */
static void
a_released_one_goes_with_what_waits(void **state)
{
	struct world *w = *state;
	uint8_t *sent = pattern(TCP_QUEUE_MAX), *queued, byte;
	size_t size;
	int on = 0;
	socklen_t on_size = sizeof(on);

	join(w);
	tcp_send(w->a.t, 100, sent, TCP_QUEUE_MAX);
	size_t waits = tcp_queued(w->a.t, 100);
	assert_true(waits > 0);
	int fd = tcp_release(w->a.t, 100, &queued, &size);
	assert_true(fd >= 0);
	assert_int_equal(size, waits);
	assert_memory_equal(queued, sent + TCP_QUEUE_MAX - waits, waits);
	assert_int_equal(
	    getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &on_size), 0);
	assert_int_equal(on, 1);
	/* It is open, and nobody's here any more. */
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(tcp_queued(w->a.t, 100), 0);
	free(queued);
	assert_int_equal(tcp_release(w->a.t, 100, &queued, &size), -1);
	assert_null(queued);
	close(fd);
	while (w->b.closed == 0)
		turn(w, TURN_MS);
	assert_int_equal(w->b.size, TCP_QUEUE_MAX - waits);
	assert_int_equal(w->a.closed, 0);
	free(sent);
}

static void
what_never_opened_cannot_be_released(void **state)
{
	struct world *w = *state;
	struct addr nowhere = loopback(1);
	uint8_t *queued;
	size_t size;

	tcp_dial(w->a.t, 100, &nowhere);
	assert_int_equal(tcp_release(w->a.t, 100, &queued, &size), -1);
	assert_int_equal(size, 0);
	turn(w, 0);
	assert_int_equal(w->a.closed, 0);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_new, world_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_taken_port_is_evaded),
		WORLD_TEST(a_free_port_is_taken),
		WORLD_TEST(bytes_go_both_ways),
		WORLD_TEST(both_families_are_served),
		WORLD_TEST(what_is_sent_while_dialing_waits),
		WORLD_TEST(three_megabytes_arrive_whole),
		WORLD_TEST(the_queue_has_a_bound),
		WORLD_TEST(who_gave_much_hears_when_there_is_room),
		WORLD_TEST(what_is_not_read_stays_and_nothing_spins),
		WORLD_TEST(who_has_said_all_can_be_answered),
		WORLD_TEST(without_a_listener_it_still_connects),
		WORLD_TEST(the_last_words_survive_a_failed_send),
		WORLD_TEST(a_refused_dial_is_told),
		WORLD_TEST(a_dial_that_fails_at_once_is_told),
		WORLD_TEST(close_sends_the_rest),
		WORLD_TEST(close_does_not_wait_for_ever),
		WORLD_TEST(a_number_can_be_used_again),
		WORLD_TEST(a_released_one_goes_with_what_waits),
		WORLD_TEST(what_never_opened_cannot_be_released),
		WORLD_TEST(an_event_of_the_last_owner_of_an_fd_is_not_believed),
		WORLD_TEST(a_stale_event_does_not_open_a_dial),
		WORLD_TEST(t31_a_refused_connection_leaves_nothing_behind),
		WORLD_TEST(t32_out_of_descriptors),
		WORLD_TEST(t32_no_reserve_either),
	};

	netns_enter();
	return cmocka_run_group_tests_name("tcp", tests, NULL, NULL);
}
