/* SPDX-License-Identifier: MIT */
#include "base/id.h"
#include "base/err.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* "foobar", of the vectors in RFC 4648 §10, is MZXW6YTBOI. */
static void
text_follows_rfc_4648(void **state)
{
	struct msg_id id = { "foobar" };
	struct fp fp = { "foobarfoobarfoobarfoobarfoobarfo" };
	char id_text[MSG_ID_TEXT_SIZE], text[FP_TEXT_SIZE];

	(void)state;
	assert_string_equal(
	    msg_id_text(&id, id_text), "mzxw6ytboiaaaaaaaaaaaaaaaa");
	assert_string_equal(fp_text(&fp, text),
	    "mzxw6ytbojtg633cmfzgm33pmjqxeztpn5rgc4tgn5xweylsmzxq");
	struct msg_id back;
	assert_int_equal(msg_id_parse(id_text, &back), 0);
	assert_true(msg_id_equal(&id, &back));
	assert_int_equal(msg_id_parse(text, &back), ERR_FORMAT);
	id_text[25] = 'b'; /* bits beyond the last byte */
	assert_int_equal(msg_id_parse(id_text, &back), ERR_FORMAT);
}

static void
extremes(void **state)
{
	struct fp fp;
	char text[FP_TEXT_SIZE];

	(void)state;
	memset(&fp, 0, sizeof(fp));
	assert_true(fp_is_zero(&fp));
	assert_string_equal(fp_text(&fp, text),
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	memset(&fp, 0xff, sizeof(fp));
	assert_false(fp_is_zero(&fp));
	assert_string_equal(fp_text(&fp, text),
	    "777777777777777777777777777777777777777777777777777q");
}

static void
every_value_of_every_byte_comes_back(void **state)
{
	(void)state;
	for (size_t at = 0; at < FP_SIZE; at++) {
		for (unsigned v = 0; v < 256; v++) {
			struct fp fp = { { 0x5a } }, back;
			char text[FP_TEXT_SIZE];
			fp.b[at] = (uint8_t)v;
			assert_int_equal(strlen(fp_text(&fp, text)), 52);
			assert_int_equal(fp_parse(text, &back), 0);
			assert_true(fp_equal(&fp, &back));
		}
	}
}

static void
case_is_ignored(void **state)
{
	struct fp fp = { { 0xde, 0xad, 0xbe, 0xef } }, back;
	char text[FP_TEXT_SIZE];

	(void)state;
	fp_text(&fp, text);
	for (size_t i = 0; text[i] != '\0'; i++)
		text[i] = (char)toupper(text[i]);
	assert_int_equal(fp_parse(text, &back), 0);
	assert_true(fp_equal(&fp, &back));
}

/* Half of a fingerprint's text, to make long ones of. */
#define ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"a",
		ZEROS,
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaa",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaaaa",
		ZEROS ZEROS "====",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaa1",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaa0",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaa8",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaa ",
		ZEROS "aaaaaaaaaaaa-aaaaaaaaaaaaa",
		/* Bits behind the last byte: a second spelling of zero. */
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaab",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaai",
		ZEROS "aaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa4",
	};
	struct fp fp = { { 42 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (fp_parse(bad[i], &fp) != ERR_FORMAT)
			fail_msg("\"%s\" is accepted", bad[i]);
		assert_int_equal(fp.b[0], 42);
	}
	assert_int_equal(fp_parse(ZEROS "aaaaaaaaaaaaaaaaaaaaaaaaaq", &fp), 0);
	assert_int_equal(fp.b[FP_SIZE - 1], 1);
}

static void
tags_are_prefixes(void **state)
{
	struct fp fp = { "foobar" };
	char tag[TAG_LONG + 1];

	(void)state;
	assert_string_equal(fp_tag(&fp, TAG_SHORT, tag), "mzxw");
	assert_string_equal(fp_tag(&fp, TAG_LONG, tag), "mzxw6ytb");
	assert_string_equal(fp_tag(&fp, 0, tag), "");
}

static void
order_is_total(void **state)
{
	struct fp a = { { 1, 0xff } }, b = { { 2 } };

	(void)state;
	assert_true(fp_compare(&a, &b) < 0);
	assert_true(fp_compare(&b, &a) > 0);
	assert_int_equal(fp_compare(&a, &a), 0);
	assert_false(fp_equal(&a, &b));
	b = a;
	b.b[FP_SIZE - 1] = 1;
	assert_true(fp_compare(&a, &b) < 0);
	assert_false(fp_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_follows_rfc_4648),
		cmocka_unit_test(extremes),
		cmocka_unit_test(every_value_of_every_byte_comes_back),
		cmocka_unit_test(case_is_ignored),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(tags_are_prefixes),
		cmocka_unit_test(order_is_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
