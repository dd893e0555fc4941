/* SPDX-License-Identifier: MIT */
#include "ui/path_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
words(void **state)
{
	static const struct {
		const char *typed, *path;
		size_t used;
	} rows[] = {
		{ "a.txt", "a.txt", 5 },
		{ "a.txt b", "a.txt", 5 },
		{ "a\\ b c", "a b", 4 },
		{ "\"a b\" c", "a b", 5 },
		{ "'a b' c", "a b", 5 },
		{ "'a\\b'", "a\\b", 5 },
		{ "\"a\\\"b\"", "a\"b", 6 },
		{ "'it'\\''s' x", "it's", 9 },
		{ "\"open end", "open end", 9 },
		{ "x\\", "x\\", 2 },
		{ "file:///home/u/a%20b.txt x", "/home/u/a b.txt", 24 },
		{ "file://localhost/a", "/a", 18 },
		{ "FILE:///a%2Fb", "/a/b", 13 },
		{ "file:///a%zz%4", "/a%zz%4", 14 },
		{ "file:///a%00b", "/ab", 13 },
		{ "file://", "", 7 },
		{ "'file:///a b'", "/a b", 13 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path;
		size_t used =
		    path_word(rows[i].typed, strlen(rows[i].typed), &path);
		assert_string_equal(path, rows[i].path);
		assert_int_equal(used, rows[i].used);
		free(path);
	}
}

static void
escaped_is_understood(void **state)
{
	static const char *const paths[] = { "a", "a b", "it's", "a\"b",
		"back\\slash", "  ", "\xe6\x8a\xa5 \xe5\x91\x8a" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *typed = path_escape(paths[i]), *path;
		size_t n = strlen(typed);
		assert_int_equal(path_word(typed, n, &path), n);
		assert_string_equal(path, paths[i]);
		free(path);
		free(typed);
	}
}

static void
last_words(void **state)
{
	static const struct {
		const char *typed;
		size_t at;
	} rows[] = { { "", 0 }, { "a", 0 }, { "a ", 2 }, { "a b", 2 },
		{ "a\\ b", 0 }, { "a\\ b c\\ d", 5 }, { "'a b", 0 },
		{ "'a b' \"c d", 6 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    path_last_word(rows[i].typed, strlen(rows[i].typed)),
		    rows[i].at);
}

static void
drops(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "/home/u/a.txt", true },
		{ "/home/u/a.txt ", true },
		{ "'/home/u/my file.txt' ", true },
		{ "/home/u/my\\ file.txt", true },
		{ "/home/u/a /home/u/b", true },
		{ "file:///home/u/a", true },
		{ "'/home/u/a' '/home/u/b c' ", true },
		{ "/help", false },
		{ "/msg ana /tmp/x", false },
		{ "/tmp/x is full", false },
		{ "a/b", false },
		{ "https://a/b", false },
		{ "", false },
		{ " ", false },
		{ "/", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    path_is_drop(rows[i].text, strlen(rows[i].text)),
		    rows[i].is);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(escaped_is_understood),
		cmocka_unit_test(last_words),
		cmocka_unit_test(drops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
