/* SPDX-License-Identifier: MIT */
/*
 * What wakes who receives, by the kernel's own word of it. The clock stands
 * still, so all that comes comes quickly, and nothing is read because it is
 * time.
 */
#include "mover_kit.h"

#include "app/clock.h"
#include "app/mover_gather.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum {
	KIB = 1024,
	MIB = 1024 * KIB,
	SIZE = 8 * MIB,
	BEGIN = 2 * MIB, /* that much gathers */
	/* Once more it gathers behind the first step of so much of the end, but
	 * not behind the second. */
	END = 800 * KIB,
	STEP = 300 * KIB,
	LITTLE = 1000,
};

static _Atomic int64_t mono_ms = 1000000;

struct now
clock_read(void)
{
	return (struct now){ .mono_ms = mono_ms, .wall_ms = mono_ms };
}

static int
least(const struct kit *k)
{
	int bytes = 0;
	socklen_t n = sizeof(bytes);

	assert_int_equal(
	    getsockopt(k->to.given, SOL_SOCKET, SO_RCVLOWAT, &bytes, &n), 0);
	return bytes;
}

/* Bytes that are there, and were not read. */
static int
unread(const struct kit *k)
{
	int bytes = 0;

	assert_int_equal(ioctl(k->to.given, FIONREAD, &bytes), 0);
	return bytes;
}

/* So many more; they are there, and whoever they wake was woken. */
static void
carry(struct kit *k, size_t n)
{
	int on_their_way;

	k->limit += n;
	kit_run_to_limit(k);
	do {
		kit_look(&k->to);
		assert_int_equal(ioctl(k->to.fd, TIOCOUTQ, &on_their_way), 0);
	} while (on_their_way > 0);
	kit_look(&k->to);
}

static void
begin(struct kit *k)
{
	k->tcp = true;
	k->limit = 0;
	kit_file(k, "a.bin", SIZE);
	kit_start(k);
	carry(k, BEGIN);
	assert_int_equal(least(k), GATHER_BYTES);
}

static void
a_little_of_much_wakes_nobody(void **state)
{
	struct kit *k = *state;

	begin(k);
	/* With the first of it there may be enough. */
	carry(k, LITTLE);
	if (unread(k) == 0)
		carry(k, LITTLE);
	assert_in_range(unread(k), 1, GATHER_BYTES - 1);
	/* But it is not kept back for long, and what comes then is read. */
	mono_ms += GATHER_MS;
	kit_look(&k->to);
	assert_int_equal(unread(k), 0);
	assert_int_equal(least(k), 1);
	carry(k, LITTLE);
	assert_int_equal(unread(k), 0);
}

static void
the_rest_wakes_at_once(void **state)
{
	struct kit *k = *state;

	begin(k);
	carry(k, SIZE - BEGIN - END);
	assert_int_equal(least(k), GATHER_BYTES);
	mono_ms += GATHER_MS;
	kit_look(&k->to);
	assert_int_equal(unread(k), 0);
	carry(k, STEP);
	assert_int_equal(least(k), GATHER_BYTES);
	carry(k, STEP);
	assert_int_equal(unread(k), 0);
	assert_int_equal(least(k), 1);
	k->limit = SIZE_MAX;
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_DONE);
	kit_check_file(k);
}

static void
little_wakes_as_it_comes(void **state)
{
	struct kit *k = *state;

	k->tcp = true;
	k->limit = 0;
	kit_file(k, "a.bin", GATHER_BYTES);
	kit_start(k);
	for (int i = 0; i < 5; i++) {
		carry(k, LITTLE);
		assert_int_equal(unread(k), 0);
	}
	assert_int_equal(least(k), 1);
	k->limit = SIZE_MAX;
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_DONE);
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_open, kit_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_little_of_much_wakes_nobody),
		KIT_TEST(the_rest_wakes_at_once),
		KIT_TEST(little_wakes_as_it_comes),
	};

	return cmocka_run_group_tests_name(
	    "mover_wake", tests, start_sodium, NULL);
}
