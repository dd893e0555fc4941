/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "base/peer_text.h"
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

static bool
look_alike(const char *a, const char *b)
{
	char *x = name_skeleton(a), *y = name_skeleton(b);
	bool same = strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* Other spellings of a letter, which a reader takes for it. */
static const struct {
	char letter;
	const char *lookalikes[12];
} letters[] = {
	{ 'a', { "\xd0\xb0", "\xce\xb1", "\xc9\x91", "\xef\xbd\x81",
		   "\xf0\x9d\x90\x9a", "A", "\xd0\x90", "\xce\x91" } },
	{ 'b',
	    { "\xef\xbd\x82", "B", "\xd0\x92", "\xce\x92", "\xe1\x8f\xbc" } },
	{ 'c', { "\xd1\x81", "\xcf\xb2", "\xef\xbd\x83", "\xe2\x85\xbd", "C",
		   "\xd0\xa1" } },
	{ 'd', { "\xd4\x81", "\xe2\x85\xbe", "\xf0\x9d\x95\x95" } },
	{ 'e', { "\xd0\xb5", "\xef\xbd\x85", "\xe2\x84\xaf", "E", "\xd0\x95",
		   "\xce\x95" } },
	{ 'h', { "\xd2\xbb", "\xd5\xb0", "\xe2\x84\x8e", "H", "\xd0\x9d",
		   "\xce\x97" } },
	{ 'i', { "\xd1\x96", "\xc4\xb1", "l", "1", "|", "I", "\xd0\x86",
		   "\xce\x99", "\xe2\x85\xb0", "\xd3\x80" } },
	{ 'k', { "\xef\xbd\x8b", "\xe2\x84\xaa", "\xd0\x9a", "\xce\x9a",
		   "\xd0\xba" } },
	{ 'l', { "1", "I", "\xd3\x8f", "\xe2\x85\xbc", "\xef\xbd\x8c",
		   "\xce\x99" } },
	{ 'm', { "rn", "\xd0\x9c", "\xce\x9c", "\xe2\x85\xbf" } },
	{ 'n', { "\xd5\xb8", "\xef\xbd\x8e", "\xce\x9d" } },
	{ 'o', { "0", "\xd0\xbe", "\xce\xbf", "\xd6\x85", "O", "\xd0\x9e",
		   "\xce\x9f", "\xef\xbd\x8f", "\xf0\x9d\x9f\x8e" } },
	{ 'p', { "\xd1\x80", "\xcf\x81", "\xef\xbd\x90", "\xd0\xa0",
		   "\xce\xa1" } },
	{ 'r', { "\xd0\xb3", "\xef\xbd\x92", "\xe1\xb4\xa6" } },
	{ 's', { "\xd1\x95", "\xc5\xbf", "\xd0\x85", "\xea\x9c\xb1" } },
	{ 't', { "\xd0\xa2", "\xce\xa4", "\xef\xbd\x94" } },
	{ 'u', { "\xcf\x85", "\xd5\xbd", "\xea\x9e\x9f" } },
	{ 'v', { "\xce\xbd", "\xd1\xb5", "\xe2\x85\xb4" } },
	{ 'w', { "vv", "\xd4\x9d", "\xd1\xa1" } },
	{ 'x', { "\xd1\x85", "\xe2\x85\xb9", "\xd0\xa5", "\xce\xa7" } },
	{ 'y', { "\xd1\x83", "\xd2\xaf", "\xce\xa5" } },
};

static const char *const people[] = { "alice", "bob", "carol", "dave", "erin",
	"frank", "heidi", "ivan", "mallory", "oscar", "peggy", "sybil", "trent",
	"victor", "walter", "xaver", "yusuf" };

/* The name with the character at so many bytes written another way. */
static char *
with_letter(const char *name, size_t at, const char *lookalike)
{
	size_t n = strlen(name), m = strlen(lookalike);
	char *out = xmalloc(n + m);

	memcpy(out, name, at);
	memcpy(out + at, lookalike, m);
	memcpy(out + at + m, name + at + 1, n - at);
	return out;
}

static size_t
try_letter(const char *name, size_t at)
{
	size_t tried = 0;

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].letter != name[at])
			continue;
		for (; letters[i].lookalikes[tried] != NULL; tried++) {
			char *other =
			    with_letter(name, at, letters[i].lookalikes[tried]);
			if (!look_alike(name, other))
				fail_msg("%s and %s differ", name, other);
			free(other);
		}
	}
	return tried;
}

static void
t45_names_that_look_alike_have_one_skeleton(void **state)
{
	size_t names = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		for (size_t at = 0; people[i][at] != '\0'; at++)
			names += try_letter(people[i], at);
	}
	assert_in_range(names, 200, 1000);
}

static void
t45_further_pairs_that_look_alike(void **state)
{
	static const char *const pairs[][2] = {
		{ "ana", "ANA" }, { "ana", "a\xcc\xa3na" }, /* dot below */
		{ "ana", "\xe1\xba\xa1na" },
		{ "ana", "an\xcc\xb1"
			 "a" },             /* macron below */
		{ "ivan", "i\xcc\x87van" }, /* second dot */
		{ "ivan", "\xc4\xb0van" },
		{ "jo", "\xc8\xb7o" },      /* dotless j */
		{ "fin", "\xef\xac\x81n" }, /* ligature */
		{ "strasse", "stra\xc3\x9f"
			     "e" },                /* sharp s */
		{ "jos\xc3\xa9", "jose\xcc\x81" }, /* not composed */
		{ "a-b", "a\xe2\x80\x93"
			 "b" }, /* dash */
		{ "a-b", "a\xe2\x88\x92"
			 "b" },                    /* minus */
		{ "o'neil", "o\xe2\x80\x99neil" }, /* quote */
		{ "a b", "a\xc2\xa0"
			 "b" }, /* blank */
		{ "10", "lo" }, { "modern", "modem" },
		{ "\xd0\xbe\xd0\xbb\xd1\x8f", "\xd0\x9e\xd0\x9b\xd0\xaf" },
		{ "\xe2\x93\x91ob", "bob" }, /* circled */
		{ "pa\xe1\xbb\xb3"
		  "al",
		    "pa\xd1\x83\xcc\x80"
		    "al" },
		{ "\xe2\x9d\xa4", "\xe2\x9d\xa4\xef\xb8\x8f" }, /* style */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (!look_alike(pairs[i][0], pairs[i][1]))
			fail_msg("%s and %s differ", pairs[i][0], pairs[i][1]);
	}
}

static void
t45_names_that_differ_stay_apart(void **state)
{
	static const char *const pairs[][2] = {
		{ "ana", "\xc3\xa1na" }, /* accents above are seen */
		{ "ana", "a\xcc\x8ana" },
		{ "muller", "m\xc3\xbcller" },
		{ "o", "\xc3\xb8" },
		{ "ana", "anna" },
		{ "ana", "ana." },
		{ "a b", "ab" },
		{ "b", "d" },
		{ "n", "m" },
		{ "2", "z" },
		{ "bob", "b\xef\xbf\xbdob" },
		{ "\xe5\xb0\x8f\xe6\x98\x8e", "\xe5\xb0\x8f\xe7\xba\xa2" },
		{ "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd",
		    "\xd0\xb8\xd0\xb2\xd0\xbe\xd0\xbd" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x81" },
		{ "", "?" },
	};
	const size_t count = sizeof(people) / sizeof(people[0]);

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (look_alike(pairs[i][0], pairs[i][1]))
			fail_msg("%s and %s are one", pairs[i][0], pairs[i][1]);
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++)
			assert_false(look_alike(people[i], people[k]));
	}
}

/* The skeleton of a skeleton is itself: the rules do not undo each other. Han
 * and Hangul, of which there are many, have none. */
static void
every_code_point_has_a_stable_skeleton(void **state)
{
	size_t changed = 0;

	(void)state;
	for (uint32_t cp = 1; cp < 0x20000; cp++) {
		if (cp == 0x3400)
			cp = 0xa000;
		if (cp == 0xac00)
			cp = 0xf900;
		char name[UTF8_MAX + 2] = "x";
		name[1 + utf8_encode(cp, name + 1)] = '\0';
		char *once = name_skeleton(name);
		char *twice = name_skeleton(once);
		if (strcmp(once, twice) != 0) {
			print_message("U+%04X: %s, then %s\n", cp, once, twice);
			changed++;
		}
		free(once);
		free(twice);
	}
	assert_int_equal(changed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t45_names_that_look_alike_have_one_skeleton),
		cmocka_unit_test(t45_further_pairs_that_look_alike),
		cmocka_unit_test(t45_names_that_differ_stay_apart),
		cmocka_unit_test(every_code_point_has_a_stable_skeleton),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
