/* SPDX-License-Identifier: MIT */
/*
 * The file of a record: how large and how long it gets, and when there is none.
 */
#include "app/record.h"

#include "core/record.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

enum {
	LIMIT = 64 * 1024 * 1024,
	END_SIZE = 15,
	END_CODE_AT = 14,
	ENTRY_LEAST = 2500, /* of many interfaces */
};

static struct shell sh;
static struct identity identity;
static char *dir, *path;

static int
begin(void **state)
{
	(void)state;
	static const uint8_t seed[SEED_SIZE] = { 1 };
	char *error = NULL;

	dir = tmpdir_make();
	path = strdup(tmpdir_path(dir, "a.rec"));
	memset(&sh, 0, sizeof(sh));
	sh.now = (struct now){ 1000000, 1000000 };
	identity_from_seed(&identity, seed);
	struct engine_cfg cfg = { .identity = &identity,
		.rng = rng_system(),
		.epoch = 1,
		.name = "me",
		.traced = true };
	assert_int_equal(recorder_open(&sh, path, &error), 0);
	sh.engine = engine_new(&cfg, sh.now);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	recorder_close(&sh);
	engine_free(sh.engine);
	free(sh.reports);
	free(path);
	tmpdir_remove(dir);
	return 0;
}

/* So many entries, each in a turn of its own. */
static void
record(size_t count)
{
	struct iface list[IFACES_MAX];
	struct front *f = sh.fronts.first;

	for (size_t i = 0; i < IFACES_MAX; i++)
		list[i] = (struct iface){ .name = "an-interface-99",
			.addr = { .family = ADDR_IPV6 },
			.prefix_bits = 64 };
	for (size_t i = 0; i < count; i++) {
		engine_network(sh.engine, sh.now, list, IFACES_MAX, false);
		if (f != NULL)
			f->turn(f, &sh);
	}
}

static struct stat
file(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st;
}

/* The reason of the last entry, which is the end. */
static int
last_reason(void)
{
	uint8_t last[END_SIZE];
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	assert_int_equal(fseek(f, -END_SIZE, SEEK_END), 0);
	assert_int_equal(fread(last, 1, END_SIZE, f), END_SIZE);
	fclose(f);
	assert_int_equal(last[2], RECORD_END);
	return last[END_CODE_AT];
}

static void
it_is_ours_and_begins_and_ends(void **state)
{
	(void)state;
	recorder_start(&sh);
	record(3);
	recorder_close(&sh);
	assert_null(sh.recorder);
	struct stat st = file();
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(last_reason(), RECORD_END_OVER);
}

static void
it_ends_at_64_mib(void **state)
{
	(void)state;
	recorder_start(&sh);
	record(LIMIT / ENTRY_LEAST);
	assert_true(file().st_size <= LIMIT);
	assert_true(file().st_size > LIMIT - 2 * RECORD_ENTRY_MAX);
	assert_int_equal(last_reason(), RECORD_END_SIZE);
	off_t size = file().st_size;
	record(100);
	recorder_close(&sh);
	assert_int_equal(file().st_size, size);
}

static void
it_ends_after_31_days(void **state)
{
	(void)state;
	recorder_start(&sh);
	record(1);
	sh.now.mono_ms += RECORD_AT_MAX;
	record(1);
	sh.now.mono_ms++;
	record(1);
	assert_int_equal(last_reason(), RECORD_END_TIME);
}

static void
what_never_began_leaves_nothing(void **state)
{
	(void)state;
	record(3);
	recorder_close(&sh);
	assert_false(tmpdir_exists(path));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(it_is_ours_and_begins_and_ends),
		CASE(it_ends_at_64_mib),
		CASE(it_ends_after_31_days),
		CASE(what_never_began_leaves_nothing),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
