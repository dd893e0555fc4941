/* SPDX-License-Identifier: MIT */
#include "ui/emoji.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define ROCKET "\xf0\x9f\x9a\x80"
#define TADA "\xf0\x9f\x8e\x89"
#define THUMB "\xf0\x9f\x91\x8d"

static void
every_name_is_found(void **state)
{
	size_t count, all;
	const struct emoji *e = emoji_starting("", 0, &all);

	(void)state;
	assert_true(all > 400);
	for (size_t i = 0; i < all; i++) {
		size_t n = strlen(e[i].name);
		assert_true(n <= EMOJI_NAME_MAX);
		assert_ptr_equal(emoji_find(e[i].name, n), &e[i]);
		assert_ptr_equal(emoji_starting(e[i].name, n, &count), &e[i]);
		assert_true(count >= 1);
		assert_true(i == 0 || strcasecmp(e[i - 1].name, e[i].name) < 0);
		const struct emoji *back =
		    emoji_at(e[i].text, strlen(e[i].text));
		assert_string_equal(back->text, e[i].text);
		/* A text does not grow by it. */
		assert_true(strlen(e[i].text) <= n + 2);
	}
}

static void
expect_shown(const char *cluster, const char *want)
{
	char shown[EMOJI_SHOWN_SIZE] = "";
	size_t n = emoji_shown(cluster, strlen(cluster), shown);

	assert_int_equal(n, strlen(want));
	assert_string_equal(shown, want);
	assert_int_equal(emoji_is(cluster, strlen(cluster)), n > 0);
	if (n > 0)
		assert_int_equal(
		    emoji_width(true, cluster, strlen(cluster)), n);
}

static void
an_emoji_can_be_shown_by_its_name(void **state)
{
	size_t all;
	const struct emoji *e = emoji_starting("", 0, &all);

	(void)state;
	expect_shown(ROCKET, ":rocket:");
	expect_shown("\xf0\x9f\xaa\xbf", "[U+1FABF]");
	expect_shown("\xf0\x9f\x87\xb3\xf0\x9f\x87\xb4", "[NO]");
	expect_shown("a", "");
	expect_shown("\xe4\xbd\xa0", "");
	expect_shown("\xe2\x80\xa6", "");
	for (size_t i = 0; i < all; i++) {
		char shown[EMOJI_SHOWN_SIZE];
		const char *text = e[i].text;
		size_t n = emoji_shown(text, strlen(text), shown);
		assert_true(n < EMOJI_SHOWN_SIZE);
	}
	assert_int_equal(
	    emoji_width(true, "a" ROCKET "b", 6), strlen("a:rocket:b"));
	assert_int_equal(emoji_width(false, "a" ROCKET "b", 6), 4);
}

static void
what_is_no_name_is_not_found(void **state)
{
	size_t count;

	(void)state;
	assert_null(emoji_find("", 0));
	assert_null(emoji_find("rocke", 5));
	assert_null(emoji_find("rockets", 7));
	assert_null(emoji_find("zzzz", 4));
	assert_non_null(emoji_find("ROCKET", 6));
	emoji_starting("qq", 2, &count);
	assert_int_equal(count, 0);
	emoji_starting("zzzz", 4, &count);
	assert_int_equal(count, 0);
	assert_null(emoji_at("a", 1));
	assert_null(emoji_at(ROCKET, 3));
	assert_string_equal(emoji_at(THUMB "x", 5)->name, "thumbsup");
}

static void
names_are_replaced(void **state)
{
	static const char *const pairs[][2] = {
		{ ":rocket:", ROCKET },
		{ "go :rocket: go", "go " ROCKET " go" },
		{ "(:rocket:)", "(" ROCKET ")" },
		{ ":rocket::tada:", ROCKET TADA },
		{ ":Rocket: :+1:.", ROCKET " " THUMB "." },
		{ "\n:tada:\n", "\n" TADA "\n" },
		{ "`:tada:` :tada:", "`:tada:` " TADA },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char *text = emoji_replaced(pairs[i][0]);
		assert_non_null(text);
		assert_string_equal(text, pairs[i][1]);
		free(text);
	}
}

static void
what_is_no_emoji_stays(void **state)
{
	static const char *const texts[] = { "", ":", "::", "10:30:00",
		"std::key::x", "a:key:", ":rocket", ":rocket:s",
		"x:tada:", "http://host:key:8080/", "`:tada:`",
		":no_such_name:", ": tada :" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(emoji_replaced(texts[i]));
}

static void
a_name_being_typed_is_seen(void **state)
{
	(void)state;
	assert_int_equal(emoji_typed(":ro", 3), 1);
	assert_int_equal(emoji_typed("go :ro", 6), 4);
	assert_int_equal(emoji_typed("go :", 4), 4);
	assert_true(emoji_typed("go", 2) == SIZE_MAX);
	assert_true(emoji_typed("10:30", 5) == SIZE_MAX);
	assert_true(emoji_typed("", 0) == SIZE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found),
		cmocka_unit_test(an_emoji_can_be_shown_by_its_name),
		cmocka_unit_test(what_is_no_name_is_not_found),
		cmocka_unit_test(names_are_replaced),
		cmocka_unit_test(what_is_no_emoji_stays),
		cmocka_unit_test(a_name_being_typed_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
