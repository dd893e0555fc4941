/* SPDX-License-Identifier: MIT */
/*
 * Who takes over removes what was dropped before it, wherever that is, although
 * it may write nowhere else (store/confine.h).
 */
#include "mover_kit.h"

#include "base/mem.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	/* As many may be waiting to be removed, says the mover. */
	WAITING = 16,
	FOLDERS = WAITING + 1,
	HELD_TOKEN = 100,
	LAST_TOKEN,
};

/* Who is not the test stops where it reads next, and that is told; until it is
 * let go. */
static atomic_bool holds;
static pthread_t tester;
static int stopped[2], let_go[2];

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	char byte;

	if (!pthread_equal(pthread_self(), tester) &&
	    atomic_exchange(&holds, false)) {
		(void)!write(stopped[1], "", 1);
		(void)!read(let_go[0], &byte, 1);
	}
	return recvfrom(fd, p, n, flags, NULL, NULL);
}

static void
wait_for(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&one, 1, KIT_WAIT_MS), 1);
}

/* The mover's thread does nothing any more. */
static void
hold(struct kit *k, int fds[static 2])
{
	struct move_plan plan = k->plan;
	char byte;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	plan.sends = true;
	plan.path = k->source;
	plan.keys = kit_keys(true);
	holds = true;
	mover_start(k->to.m, HELD_TOKEN, &plan, fds[0], NULL, 0, NULL);
	wait_for(stopped[0]);
	assert_int_equal(read(stopped[0], &byte, 1), 1);
}

/* In a folder of its own. */
static void
receive(struct kit *k, uint32_t token, int fd, const char *folder)
{
	struct move_plan plan = k->plan;

	plan.path = "";
	plan.keys = kit_keys(false);
	mover_start(k->to.m, token, &plan, fd, NULL, 0, folder);
}

struct begun {
	char *folder;
	struct kit_liar liar;
};

/* Some of it is there, and main knows where. */
static void
begin(struct kit *k, struct begun *b, uint32_t token)
{
	struct move_report r = { .kind = MOVE_PROGRESS };
	uint32_t heard = 0;
	int fds[2];

	b->folder = xasprintf("%s/%u", k->top, (unsigned)token);
	assert_int_equal(mkdir(b->folder, 0700), 0);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	receive(k, token, fds[0], b->folder);
	kit_liar_open(&b->liar, fds[1]);
	kit_liar_say(&b->liar);
	while (r.kind != MOVE_BEGUN) {
		wait_for(mover_fd(k->to.m));
		(void)mover_next(k->to.m, &heard, &r);
	}
	assert_int_equal(heard, token);
	assert_int_not_equal(rmdir(b->folder), 0);
}

static void
drop(struct kit *k, uint32_t token)
{
	mover_stop(k->to.m, token, FLOW_STOP_CANCELLED, true);
}

static void
forget(struct begun *b)
{
	close(b->liar.fd);
	flow_free(b->liar.f);
	free(b->folder);
}

static void
what_waits_to_be_dropped_is(void **state)
{
	struct kit *k = *state;
	struct begun all[FOLDERS];
	int held[2], last[2];

	kit_file(k, "a.bin", 100);
	assert_int_equal(mkdir(k->downloads, 0700), 0);
	for (uint32_t i = 0; i < FOLDERS; i++)
		begin(k, &all[i], i);
	/* It is the last of them that may still wait. */
	drop(k, 0);
	kit_look(&k->to);
	assert_int_equal(rmdir(all[0].folder), 0);
	assert_int_equal(mkdir(all[0].folder, 0700), 0);
	hold(k, held);
	for (uint32_t i = 1; i < FOLDERS; i++)
		drop(k, i);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, last), 0);
	receive(k, LAST_TOKEN, last[0], k->downloads);
	assert_int_equal(write(let_go[1], "", 1), 1);
	kit_look(&k->to);
	for (uint32_t i = 0; i < FOLDERS; i++) {
		assert_int_equal(rmdir(all[i].folder), 0);
		forget(&all[i]);
	}
	drop(k, HELD_TOKEN);
	drop(k, LAST_TOKEN);
	kit_look(&k->to);
	close(held[1]);
	close(last[1]);
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_open, kit_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(what_waits_to_be_dropped_is),
	};

	tester = pthread_self();
	if (pipe(stopped) != 0 || pipe(let_go) != 0)
		return 99;
	return cmocka_run_group_tests_name(
	    "mover_drop", tests, start_sodium, NULL);
}
