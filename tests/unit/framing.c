/* SPDX-License-Identifier: MIT */
#include "proto/framing.h"

#include "base/err.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
input(struct framing *f, int64_t at_ms, const char *text)
{
	framing_input(f, (struct now){ .mono_ms = at_ms },
	    (const uint8_t *)text, strlen(text));
}

static void
expect(struct framing *f, const char *text)
{
	struct framing_message m;

	assert_int_equal(framing_next(f, &m), 1);
	assert_int_equal(m.size, strlen(text));
	if (m.size > 0)
		assert_memory_equal(m.bytes, text, m.size);
	assert_false(m.cut);
}

static void
expect_none(struct framing *f)
{
	struct framing_message m;

	assert_int_equal(framing_next(f, &m), 0);
}

static void
expect_sent(const struct framing *f, const char *text, const char *bytes)
{
	uint8_t *p = NULL;
	size_t n = 0;

	assert_int_equal(
	    framing_encode(f, (const uint8_t *)text, strlen(text), &p, &n), 0);
	assert_int_equal(n, strlen(bytes));
	assert_memory_equal(p, bytes, n);
	free(p);
}

static void
lines_end_with_lf_or_crlf(void **state)
{
	struct framing *f = framing_new(FRAMING_LINE);

	(void)state;
	input(f, 0, "one\ntwo\r\n\nthr");
	expect(f, "one");
	expect(f, "two");
	expect(f, "");
	expect_none(f);
	assert_int_equal(framing_left(f), 3);
	input(f, 10, "ee\r");
	expect_none(f);
	input(f, 20, "\n");
	expect(f, "three");
	expect_none(f);
	assert_int_equal(framing_left(f), 0);
	assert_true(framing_deadline(f) == NEVER_MS);
	framing_free(f);
}

static void
a_line_split_anywhere_is_one_line(void **state)
{
	static const char text[] = "a\xe4\xbd\xa0 b\r\n";

	(void)state;
	for (size_t at = 0; at < strlen(text); at++) {
		struct framing *f = framing_new(FRAMING_LINE);
		char *head = xstrndup(text, at);
		input(f, 0, head);
		expect_none(f);
		input(f, 1, text + at);
		expect(f, "a\xe4\xbd\xa0 b");
		expect_none(f);
		free(head);
		framing_free(f);
	}
}

static void
what_has_no_end_counts_when_nothing_follows(void **state)
{
	struct framing *f = framing_new(FRAMING_LINE);

	(void)state;
	input(f, 1000, "hel");
	expect_none(f);
	input(f, 1100, "lo");
	expect_none(f);
	assert_int_equal(framing_deadline(f), 1100 + FRAMING_QUIET_MS);
	framing_tick(f, (struct now){ .mono_ms = 1099 + FRAMING_QUIET_MS });
	expect_none(f);
	framing_tick(f, (struct now){ .mono_ms = 1100 + FRAMING_QUIET_MS });
	expect(f, "hello");
	assert_true(framing_deadline(f) == NEVER_MS);
	expect_none(f);
	framing_free(f);
}

static void
the_last_line_counts_at_the_end(void **state)
{
	struct framing *f = framing_new(FRAMING_LINE);

	(void)state;
	input(f, 0, "one\nexit");
	expect(f, "one");
	expect_none(f);
	framing_end(f);
	expect(f, "exit");
	expect_none(f);
	framing_free(f);
}

static void
ours_end_as_theirs_do(void **state)
{
	struct framing *f = framing_new(FRAMING_LINE);

	(void)state;
	expect_sent(f, "exit", "exit\n");
	expect_sent(f, "a\nb", "a\nb\n");
	input(f, 0, "hello\r\n");
	expect(f, "hello");
	expect_sent(f, "a\nb", "a\r\nb\r\n");
	input(f, 0, "hello\n");
	expect(f, "hello");
	expect_sent(f, "a", "a\n");
	/* A program that reads "exit" and nothing else. */
	input(f, 0, "hello");
	framing_tick(f, (struct now){ .mono_ms = FRAMING_QUIET_MS });
	expect(f, "hello");
	expect_sent(f, "exit", "exit");
	framing_free(f);
}

static void
an_overlong_line_is_cut_between_characters(void **state)
{
	struct framing *f = framing_new(FRAMING_LINE);
	struct framing_message m;
	char *text = xmalloc(FRAMING_MAX + 10);
	size_t got = 0;

	(void)state;
	/* "x", then characters of three bytes: the bound is inside one. */
	text[0] = 'x';
	for (size_t i = 1; i < FRAMING_MAX + 9; i++)
		text[i] = "\xe4\xbd\xa0"[(i - 1) % 3];
	text[FRAMING_MAX + 9] = '\n';
	framing_input(f, (struct now){ 0 }, (const uint8_t *)text, 60000);
	expect_none(f);
	framing_input(f, (struct now){ 0 }, (const uint8_t *)text + 60000,
	    FRAMING_MAX + 10 - 60000);
	assert_int_equal(framing_next(f, &m), 1);
	assert_true(m.cut);
	assert_int_equal(m.size % 3, 1);
	assert_true(m.size <= FRAMING_MAX && m.size > FRAMING_MAX - 3);
	got = m.size;
	assert_int_equal(framing_next(f, &m), 1);
	assert_false(m.cut);
	assert_int_equal(got + m.size, FRAMING_MAX + 9);
	assert_memory_equal(m.bytes, text + got, m.size);
	expect_none(f);
	free(text);
	framing_free(f);
}

static void
records_stick_together_and_come_apart(void **state)
{
	static const char stream[] =
	    "\0\0\0\5hello\0\0\0\0\0\0\0\3a\nb\0\0\0\2\xc4\xe3";

	(void)state;
	for (size_t at = 0; at < sizeof(stream); at++) {
		struct framing *f = framing_new(FRAMING_LENGTH);
		struct framing_message m;
		size_t sizes[8], count = 0;
		const size_t parts[] = { at, sizeof(stream) - 1 - at };
		const char *p = stream;
		for (int i = 0; i < 2; i++) {
			framing_input(
			    f, (struct now){ 0 }, (const uint8_t *)p, parts[i]);
			p += parts[i];
			while (framing_next(f, &m) == 1)
				sizes[count++] = m.size;
		}
		assert_int_equal(count, 4);
		assert_int_equal(sizes[0], 5);
		assert_int_equal(sizes[1], 0);
		assert_int_equal(sizes[2], 3);
		assert_int_equal(sizes[3], 2);
		assert_int_equal(framing_left(f), 0);
		framing_free(f);
	}
}

static void
lengths_go_either_way_round(void **state)
{
	struct framing *f = framing_new(FRAMING_LENGTH);
	uint8_t *p = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(
	    framing_encode(f, (const uint8_t *)"hi", 2, &p, &n), 0);
	assert_int_equal(n, 6);
	assert_memory_equal(p, "\0\0\0\2hi", 6);
	free(p);
	framing_change(f, FRAMING_LENGTH_LE);
	assert_int_equal(
	    framing_encode(f, (const uint8_t *)"hi", 2, &p, &n), 0);
	assert_memory_equal(p, "\2\0\0\0hi", 6);
	framing_input(f, (struct now){ 0 }, p, n);
	expect(f, "hi");
	free(p);
	framing_free(f);
}

static void
t25_a_length_above_the_bound_is_the_end(void **state)
{
	static const uint8_t most[] = { 0, 1, 0, 0 }, more[] = { 0, 1, 0, 1 };
	static uint8_t body[FRAMING_MAX];
	struct framing *f = framing_new(FRAMING_LENGTH);
	struct framing_message m;

	(void)state;
	framing_input(f, (struct now){ 0 }, most, 4);
	expect_none(f);
	framing_input(f, (struct now){ 0 }, body, FRAMING_MAX);
	assert_int_equal(framing_next(f, &m), 1);
	assert_int_equal(m.size, FRAMING_MAX);
	framing_input(f, (struct now){ 0 }, more, 4);
	assert_int_equal(framing_next(f, &m), ERR_FORMAT);
	/* Whatever follows. */
	for (int i = 0; i < 8; i++)
		framing_input(f, (struct now){ 0 }, body, FRAMING_MAX);
	assert_int_equal(framing_next(f, &m), ERR_FORMAT);
	framing_free(f);
}

static void
an_unfinished_record_is_no_message(void **state)
{
	struct framing *f = framing_new(FRAMING_LENGTH);

	(void)state;
	framing_input(f, (struct now){ 0 }, (const uint8_t *)"\0\0\0\4ab", 6);
	framing_end(f);
	expect_none(f);
	assert_int_equal(framing_left(f), 6);
	assert_true(framing_deadline(f) == NEVER_MS);
	framing_free(f);
}

static void
what_arrives_at_once_is_one_datagram(void **state)
{
	struct framing *f = framing_new(FRAMING_DATAGRAM);

	(void)state;
	input(f, 0, "one\ntwo");
	expect(f, "one\ntwo");
	expect_none(f);
	input(f, 0, "three");
	expect(f, "three");
	expect_sent(f, "a\nb", "a\nb");
	expect_none(f);
	framing_free(f);
}

static void
another_framing_reads_what_is_left_anew(void **state)
{
	struct framing *f = framing_new(FRAMING_LENGTH);

	(void)state;
	input(f, 0, "hey");
	expect_none(f);
	framing_change(f, FRAMING_LINE);
	expect(f, "hey");
	assert_int_equal(framing_kind(f), FRAMING_LINE);
	framing_free(f);
}

static void
a_text_of_ours_has_a_bound(void **state)
{
	static uint8_t body[FRAMING_MAX + 1];
	struct framing *f = framing_new(FRAMING_LINE);
	uint8_t *p = NULL;
	size_t n = 0;

	(void)state;
	memset(body, '\n', sizeof(body));
	assert_int_equal(
	    framing_encode(f, body, FRAMING_MAX + 1, &p, &n), ERR_LIMIT);
	assert_null(p);
	input(f, 0, "\r\n");
	expect(f, "");
	assert_int_equal(framing_encode(f, body, FRAMING_MAX, &p, &n), 0);
	assert_int_equal(n, 2 * FRAMING_MAX + 2);
	free(p);
	framing_free(f);
}

static void
names_are_read_and_said(void **state)
{
	enum framing_kind kind;

	(void)state;
	for (int i = FRAMING_LINE; i <= FRAMING_DATAGRAM; i++) {
		assert_int_equal(
		    framing_parse(framing_text((enum framing_kind)i), &kind),
		    0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(framing_parse("lines", &kind), ERR_NOT_FOUND);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_with_lf_or_crlf),
		cmocka_unit_test(a_line_split_anywhere_is_one_line),
		cmocka_unit_test(what_has_no_end_counts_when_nothing_follows),
		cmocka_unit_test(the_last_line_counts_at_the_end),
		cmocka_unit_test(ours_end_as_theirs_do),
		cmocka_unit_test(an_overlong_line_is_cut_between_characters),
		cmocka_unit_test(records_stick_together_and_come_apart),
		cmocka_unit_test(lengths_go_either_way_round),
		cmocka_unit_test(t25_a_length_above_the_bound_is_the_end),
		cmocka_unit_test(an_unfinished_record_is_no_message),
		cmocka_unit_test(what_arrives_at_once_is_one_datagram),
		cmocka_unit_test(another_framing_reads_what_is_left_anew),
		cmocka_unit_test(a_text_of_ours_has_a_bound),
		cmocka_unit_test(names_are_read_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
