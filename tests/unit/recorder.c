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

enum { LIMIT = 64 * 1024 * 1024, END_SIZE = 15, END_CODE_AT = 14 };

static struct shell sh;
static char *dir, *path;

static int
begin(void **state)
{
	(void)state;
	char *error = NULL;

	dir = tmpdir_make();
	path = strdup(tmpdir_path(dir, "a.rec"));
	memset(&sh, 0, sizeof(sh));
	assert_int_equal(recorder_open(&sh, path, &error), 0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	recorder_close(&sh);
	free(path);
	tmpdir_remove(dir);
	return 0;
}

static void
record(size_t count, size_t kept)
{
	static const uint8_t bytes[RECORD_KEPT_MAX];
	struct engine_trace t = recorder_trace(&sh);
	struct record_entry e = {
		.kind = RECORD_IN, .size = kept, .kept = kept, .bytes = bytes
	};

	for (size_t i = 0; i < count; i++)
		t.tell(t.ctx, &e);
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
	record(3, 100);
	recorder_close(&sh);
	struct stat st = file();
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(last_reason(), RECORD_END_OVER);
}

static void
it_ends_at_64_mib(void **state)
{
	(void)state;
	recorder_start(&sh);
	record(LIMIT / 1000, RECORD_KEPT_MAX);
	assert_true(file().st_size <= LIMIT);
	assert_true(file().st_size > LIMIT - LIMIT / 1000);
	assert_int_equal(last_reason(), RECORD_END_SIZE);
	off_t size = file().st_size;
	record(100, RECORD_KEPT_MAX);
	recorder_close(&sh);
	assert_int_equal(file().st_size, size);
}

static void
it_ends_after_31_days(void **state)
{
	(void)state;
	recorder_start(&sh);
	record(1, 10);
	sh.now.mono_ms = RECORD_AT_MAX;
	record(1, 10);
	sh.now.mono_ms++;
	record(1, 10);
	assert_int_equal(last_reason(), RECORD_END_TIME);
}

static void
what_never_began_leaves_nothing(void **state)
{
	(void)state;
	record(3, 100);
	recorder_close(&sh);
	assert_false(tmpdir_exists(path));
}

static void
without_one_nothing_is_told(void **state)
{
	(void)state;
	recorder_close(&sh);
	assert_null(recorder_trace(&sh).tell);
	recorder_start(&sh);
	recorder_close(&sh);
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
		CASE(without_one_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
