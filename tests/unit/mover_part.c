/* SPDX-License-Identifier: MIT */
/*
 * What is here of a transfer, when somebody else has it, or nobody wants it any
 * more.
 */
#include "mover_kit.h"

#include "base/mem.h"
#include "start_sodium.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };

/* Some of it is here. */
static void
run_and_cut(struct kit *k)
{
	k->limit = 3 * MIB;
	kit_start(k);
	kit_run_to_limit(k);
	kit_cut(k);
	kit_wait(k, &k->from);
	kit_wait(k, &k->to);
	k->limit = SIZE_MAX;
}

/* As while it is put in its place by a process of a program that was killed. */
static void
a_part_that_is_busy_is_tried_later(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	run_and_cut(k);
	char *list =
	    xasprintf("%.*s.list", (int)strlen(k->to.part) - 5, k->to.part);
	int fd = open(list, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	kit_start_receiver(k);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_LOST);
	assert_int_equal(k->to.sys_errno, EBUSY);
	assert_int_equal(kit_downloads(k), 2);
	assert_true(tmpdir_exists(k->to.part));
	close(fd);
	kit_start(k);
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_int_not_equal(k->to.offset, 0);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
	free(list);
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_open, kit_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_part_that_is_busy_is_tried_later),
	};

	return cmocka_run_group_tests_name(
	    "mover_part", tests, start_sodium, NULL);
}
