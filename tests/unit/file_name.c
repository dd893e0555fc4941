/* SPDX-License-Identifier: MIT */
#include "base/file_name.h"
#include "bad_names.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Whatever is wanted of a name, of all of them. */
static void
assert_safe(const char *name)
{
	char *again = file_name_safe(name, strlen(name));

	assert_string_equal(name, again);
	assert_true(name[0] != '\0' && name[0] != '.' && name[0] != '-');
	assert_null(strpbrk(name, "/\\:\n"));
	assert_true(strlen(name) <= FILE_NAME_BYTES_MAX);
	assert_true(utf8_is_valid(name, strlen(name)));
	free(again);
}

static void
t37_names(void **state)
{
	(void)state;
	unsigned count = 0;
	for (size_t i = 0; i < BAD_NAME_COUNT; i++, count++) {
		const struct bad_name *b = &bad_names[i];
		size_t n = b->size != 0 ? b->size : strlen(b->name);
		char *safe = file_name_safe(b->name, n);
		assert_string_equal(safe, b->safe);
		assert_safe(safe);
		free(safe);
	}
	assert_true(count >= 80);
}

static void
t37_each_byte_and_each_pair(void **state)
{
	(void)state;
	unsigned count = 0;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++, count++) {
			char pair[2] = { (char)a, (char)b };
			char *safe = file_name_safe(pair, sizeof(pair));
			assert_safe(safe);
			free(safe);
		}
	}
	assert_int_equal(count, 65536);
}

static void
t37_long_names_keep_their_extension(void **state)
{
	static const size_t sizes[] = { 239, 240, 241, 255, 256, 4096, 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *name = xmalloc(sizes[i] + 1);
		memset(name, 'a', sizes[i]);
		memcpy(name + sizes[i] - 4, ".txt", 5);
		char *safe = file_name_safe(name, sizes[i]);
		size_t want = sizes[i] < FILE_NAME_BYTES_MAX
				  ? sizes[i]
				  : (size_t)FILE_NAME_BYTES_MAX;
		assert_int_equal(strlen(safe), want);
		assert_string_equal(file_name_extension(safe), ".txt");
		assert_safe(safe);
		free(safe);
		free(name);
	}
}

static void
long_names_are_cut_between_characters(void **state)
{
	(void)state;
	char name[3 * 200 + 1];
	for (size_t i = 0; i < 200; i++)
		memcpy(name + 3 * i, "\xe6\x8a\xa5", 3);
	char *safe = file_name_safe(name, 600);
	assert_int_equal(strlen(safe), 240);
	assert_safe(safe);
	free(safe);
	/* One cluster that is longer than a name may be. */
	char marks[1 + 2 * 400];
	marks[0] = 'e';
	for (size_t i = 0; i < 400; i++)
		memcpy(marks + 1 + 2 * i, "\xcc\xb2", 2);
	safe = file_name_safe(marks, sizeof(marks));
	assert_safe(safe);
	free(safe);
}

static void
numbers(void **state)
{
	static const struct {
		const char *name, *second;
	} rows[] = {
		{ "a.txt", "a (2).txt" },
		{ "a", "a (2)" },
		{ "a.tar.gz", "a (2).tar.gz" },
		{ ".tar.gz", ".tar (2).gz" },
		{ "a.b.c", "a.b (2).c" },
		{ "a.averyverylongextension", "a.averyverylongextension (2)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *second = file_name_numbered(rows[i].name, 2);
		assert_string_equal(second, rows[i].second);
		free(second);
	}
	char name[FILE_NAME_BYTES_MAX + 1];
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	char *last = file_name_numbered(name, 99999);
	assert_true(strlen(last) <= 255);
	free(last);
}

/* What would run is known by what it ends in, however that is hidden. */
static void
t41_programs(void **state)
{
	static const char *const ends[] = { "exe", "scr", "Bat", "CMD", "sh",
		"desktop", "jar", "vbs", "PS1", "lnk" };
	static const char *const starts[] = { "photo.jpg.", "photo.jpg      .",
		"photo\xe2\x80\xaegpj.", "photo.jpg\xe3\x80\x80." };
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		for (size_t j = 0; j < sizeof(starts) / sizeof(starts[0]);
		     j++, count++) {
			char *name = xasprintf("%s%s. ", starts[j], ends[i]);
			char *safe = file_name_safe(name, strlen(name));
			assert_non_null(file_name_program(safe));
			assert_string_equal(file_name_program(safe), ends[i]);
			assert_null(strstr(safe, "\xe2\x80\xae"));
			assert_null(strstr(safe, "  "));
			free(safe);
			free(name);
		}
	}
	assert_int_equal(count, 40);
	assert_null(file_name_program("photo.jpg"));
	assert_null(file_name_program("exe"));
	assert_null(file_name_program("a.exe.txt"));
}

static void
what_is_spooled(void **state)
{
	static const char *const others[] = { "", "/", "x", "/home/x",
		".earshot-0123456789abcdef.spool/x",
		"/h/.earshot-0123456789abcdef.spool",
		"/h/.earshot-0123456789abcdef.spool/x/y",
		"/h/.earshot-0123456789abcdef.part/x",
		"/h/.earshot-0123456789abcde.spool/x",
		"/h/.earshot-0123456789abcdefg.spool/x",
		"/h/.earshot-0123456789ABCDEF.spool/x",
		"/h/a.earshot-0123456789abcdef.spool/x" };
	char name[FILE_NAME_SPOOL_SIZE];

	(void)state;
	file_name_spool(0, name);
	assert_string_equal(name, ".earshot-0000000000000000.spool");
	file_name_spool(UINT64_C(0x0123456789abcdef), name);
	assert_string_equal(name, ".earshot-0123456789abcdef.spool");
	assert_true(file_name_is_spool(name));
	assert_false(file_name_is_spool(".earshot-0123456789abcdef.spoolx"));
	assert_false(file_name_is_spool(".earshot-0123456789abcdef.part"));
	static const char path[] = "/h/.earshot-0123456789abcdef.spool/a b";
	assert_ptr_equal(file_name_spooled(path), path + strlen("/h/"));
	assert_ptr_equal(file_name_spooled(path + 2), path + 3);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_null(file_name_spooled(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t37_names),
		cmocka_unit_test(t37_each_byte_and_each_pair),
		cmocka_unit_test(t37_long_names_keep_their_extension),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(numbers),
		cmocka_unit_test(t41_programs),
		cmocka_unit_test(what_is_spooled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
