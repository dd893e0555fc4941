/* SPDX-License-Identifier: MIT */
/*
 * A draft is written as its text with | at the cursor.
 */
#include "ui/edit.h"
#include "base/err.h"
#include "ui_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ACTIONS_MAX = 8, TEXT_MAX = 256 };

static struct edit_kills *kills;
static struct edit *e;

static int
set_up(void **state)
{
	(void)state;
	kills = edit_kills_new();
	e = edit_new(kills);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	edit_free(e);
	edit_kills_free(kills);
	return 0;
}

static void
load(const char *text)
{
	char s[TEXT_MAX];
	const char *cursor = strchr(text, '|');
	size_t at = (size_t)(cursor - text), rest = strlen(cursor + 1);

	memcpy(s, text, at);
	memcpy(s + at, cursor + 1, rest);
	assert_int_equal(edit_set(e, s, at + rest), 0);
	edit_set_cursor(e, at);
	assert_int_equal(edit_cursor(e), at);
}

static void
assert_draft(const char *expected)
{
	char s[TEXT_MAX];
	size_t n, at = edit_cursor(e);
	const char *text = edit_text(e, &n);

	assert_true(n + 2 <= sizeof(s));
	memcpy(s, text, at);
	s[at] = '|';
	memcpy(s + at + 1, text + at, n - at + 1);
	assert_string_equal(s, expected);
}

static void
type(const char *text)
{
	for (size_t at = 0, n; text[at]; at += n) {
		for (n = 1; ((uint8_t)text[at + n] & 0xC0) == 0x80;)
			n++;
		assert_int_equal(edit_insert(e, text + at, n), 0);
	}
}

struct row {
	const char *before;
	enum edit_action actions[ACTIONS_MAX]; /* up to EDIT_NONE */
	const char *after;
};

static void
check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		load(rows[i].before);
		for (size_t j = 0; j < ACTIONS_MAX && rows[i].actions[j]; j++)
			edit_do(e, rows[i].actions[j]);
		assert_draft(rows[i].after);
	}
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
motions(void **state)
{
	static const struct row rows[] = {
		{ "ab|c", { EDIT_LEFT }, "a|bc" },
		{ "|abc", { EDIT_LEFT }, "|abc" },
		{ "ab|c", { EDIT_RIGHT }, "abc|" },
		{ "abc|", { EDIT_RIGHT }, "abc|" },
		{ "xe\xCC\x81|y", { EDIT_LEFT }, "x|e\xCC\x81y" },
		{ "x|👨‍👩‍👧y", { EDIT_RIGHT },
		    "x👨‍👩‍👧|y" },
		{ "x🇫🇷🇩🇪|", { EDIT_LEFT }, "x🇫🇷|🇩🇪" },
		{ "a|\nb", { EDIT_RIGHT }, "a\n|b" },
		{ "one two-three|", { EDIT_WORD_LEFT }, "one two-|three" },
		{ "one two-|three", { EDIT_WORD_LEFT }, "one |two-three" },
		{ "|one two", { EDIT_WORD_RIGHT }, "one| two" },
		{ "one| two", { EDIT_WORD_RIGHT }, "one two|" },
		{ "|été à", { EDIT_WORD_RIGHT }, "été| à" },
		{ "漢字、漢字|", { EDIT_WORD_LEFT }, "漢字、|漢字" },
		{ "...|", { EDIT_WORD_LEFT }, "|..." },
		{ "a\nbc|d\ne", { EDIT_HOME }, "a\n|bcd\ne" },
		{ "a\nbc|d\ne", { EDIT_HOME, EDIT_HOME }, "|a\nbcd\ne" },
		{ "a\nbc|d\ne", { EDIT_END }, "a\nbcd|\ne" },
		{ "a\nbc|d\ne", { EDIT_END, EDIT_END }, "a\nbcd\ne|" },
		{ "abcd\nef|", { EDIT_UP }, "ab|cd\nef" },
		{ "ab|cd\nef", { EDIT_DOWN }, "abcd\nef|" },
		{ "abcde\nf\nghijk|", { EDIT_UP, EDIT_UP },
		    "abcde|\nf\nghijk" },
		{ "漢字|\nabcdef", { EDIT_DOWN }, "漢字\nabcd|ef" },
		{ "漢字\nabc|def", { EDIT_UP }, "漢|字\nabcdef" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
deletions(void **state)
{
	static const struct row rows[] = {
		{ "ab|c", { EDIT_BACKSPACE }, "a|c" },
		{ "|abc", { EDIT_BACKSPACE }, "|abc" },
		{ "ab|c", { EDIT_DELETE }, "ab|" },
		{ "abc|", { EDIT_DELETE }, "abc|" },
		{ "xe\xCC\x81|y", { EDIT_BACKSPACE }, "x|y" },
		{ "x👨‍👩‍👧|y", { EDIT_BACKSPACE }, "x|y" },
		{ "x|👍🏽y", { EDIT_DELETE }, "x|y" },
		{ "a\n|b", { EDIT_BACKSPACE }, "a|b" },
	};

	(void)state;
	CHECK_ROWS(rows);
	/* A mark that comes to join what is before takes the cursor along. */
	load("ab\n|\xCC\x81");
	edit_do(e, EDIT_BACKSPACE);
	assert_draft("ab\xCC\x81|");
}

static void
kills_and_yanks(void **state)
{
	static const struct row rows[] = {
		{ "ab|cd", { EDIT_KILL_START }, "|cd" },
		{ "ab|cd", { EDIT_KILL_START, EDIT_YANK }, "ab|cd" },
		{ "ab|cd", { EDIT_KILL_END }, "ab|" },
		{ "a\nb|c\nd", { EDIT_KILL_START }, "a\n|c\nd" },
		{ "a\nb|c\nd", { EDIT_KILL_END }, "a\nb|\nd" },
		{ "a\nb|c\nd", { EDIT_KILL_END, EDIT_KILL_END }, "a\nb|d" },
		{ "one |two three", { EDIT_KILL_WORD }, "one | three" },
		{ "one two-x|", { EDIT_KILL_WORD_BACK }, "one two-|" },
		{ "one two-x  |", { EDIT_KILL_BLANK_BACK }, "one |" },
		{ "on|e two", { EDIT_KILL_ALL }, "|" },
		{ "on|e two", { EDIT_KILL_ALL, EDIT_YANK }, "one two|" },
		{ "on|e two", { EDIT_KILL_ALL, EDIT_UNDO }, "on|e two" },
		/* In succession they join, in the order of the text. */
		{ "aa bb| cc dd",
		    { EDIT_KILL_WORD_BACK, EDIT_KILL_WORD, EDIT_KILL_WORD_BACK,
			EDIT_YANK },
		    "aa bb cc| dd" },
		/* Not when something comes between. */
		{ "aa bb|",
		    { EDIT_KILL_WORD_BACK, EDIT_LEFT, EDIT_RIGHT,
			EDIT_KILL_WORD_BACK, EDIT_YANK },
		    "aa |" },
		{ "aa bb|",
		    { EDIT_KILL_WORD_BACK, EDIT_HOME, EDIT_KILL_WORD, EDIT_YANK,
			EDIT_YANK_POP },
		    "bb| " },
		{ "x|", { EDIT_YANK_POP }, "x|" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
the_kill_ring_turns(void **state)
{
	(void)state;
	for (int i = 0; i < EDIT_KILLS_MAX + 4; i++) {
		char c = (char)('a' + i);
		edit_set(e, &c, 1);
		edit_do(e, EDIT_KILL_ALL);
	}
	edit_do(e, EDIT_YANK);
	assert_draft("t|");
	for (int i = 1; i < EDIT_KILLS_MAX; i++)
		assert_true(edit_do(e, EDIT_YANK_POP));
	assert_draft("e|");
	edit_do(e, EDIT_YANK_POP);
	assert_draft("t|");
	edit_do(e, EDIT_LEFT);
	assert_false(edit_do(e, EDIT_YANK_POP));
}

static void
kills_are_shared_by_drafts(void **state)
{
	struct edit *other = edit_new(kills);

	(void)state;
	load("one two|");
	edit_do(e, EDIT_KILL_WORD_BACK);
	edit_set(other, "three", 5);
	edit_do(other, EDIT_KILL_WORD_BACK);
	/* Those of another draft do not join. */
	edit_do(e, EDIT_KILL_WORD_BACK);
	edit_do(other, EDIT_YANK);
	assert_string_equal(edit_text(other, NULL), "one ");
	edit_do(other, EDIT_YANK_POP);
	assert_string_equal(edit_text(other, NULL), "three");
	edit_do(other, EDIT_YANK_POP);
	assert_string_equal(edit_text(other, NULL), "two");
	edit_free(other);
}

static void
swaps_and_capitals(void **state)
{
	static const struct row rows[] = {
		{ "ab|c", { EDIT_TRANSPOSE }, "acb|" },
		{ "abc|", { EDIT_TRANSPOSE }, "acb|" },
		{ "|abc", { EDIT_TRANSPOSE }, "|abc" },
		{ "a|", { EDIT_TRANSPOSE }, "a|" },
		{ "ab|\nc", { EDIT_TRANSPOSE }, "ba|\nc" },
		{ "a\n|bc", { EDIT_TRANSPOSE }, "a\n|bc" },
		{ "e\xCC\x81|👍🏽", { EDIT_TRANSPOSE },
		    "👍🏽e\xCC\x81|" },
		{ "one |two", { EDIT_TRANSPOSE_WORD }, "two one|" },
		{ "one, two|", { EDIT_TRANSPOSE_WORD }, "two, one|" },
		{ "one tw|o.", { EDIT_TRANSPOSE_WORD }, "two one|." },
		{ "on|e", { EDIT_TRANSPOSE_WORD }, "on|e" },
		{ "|one two", { EDIT_CAPITALISE }, "One| two" },
		{ "one| tWO", { EDIT_CAPITALISE }, "one Two|" },
		{ "|éCOLE", { EDIT_CAPITALISE }, "École|" },
		{ "|жУК ώΣ", { EDIT_CAPITALISE, EDIT_CAPITALISE }, "Жук Ώσ|" },
		{ "|šÿß", { EDIT_CAPITALISE }, "Šÿß|" },
		{ "...|", { EDIT_CAPITALISE }, "...|" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
undo_takes_back_a_word(void **state)
{
	(void)state;
	type("hello big world");
	assert_true(edit_do(e, EDIT_UNDO));
	assert_draft("hello big |");
	assert_true(edit_do(e, EDIT_UNDO));
	assert_draft("hello |");
	assert_true(edit_do(e, EDIT_REDO));
	assert_draft("hello big |");
	type("x");
	assert_false(edit_do(e, EDIT_REDO));
	edit_do(e, EDIT_UNDO);
	edit_do(e, EDIT_UNDO);
	edit_do(e, EDIT_UNDO);
	assert_draft("|");
	assert_false(edit_do(e, EDIT_UNDO));
	edit_do(e, EDIT_REDO);
	assert_draft("hello |");
}

static void
undo_takes_back_a_run_of_deletions(void **state)
{
	static const struct row rows[] = {
		{ "abcd|", { EDIT_BACKSPACE, EDIT_BACKSPACE, EDIT_UNDO },
		    "abcd|" },
		{ "ab|cd", { EDIT_DELETE, EDIT_DELETE, EDIT_UNDO }, "ab|cd" },
		{ "ab|cd", { EDIT_BACKSPACE, EDIT_DELETE, EDIT_UNDO },
		    "ab|cd" },
		{ "abcd|",
		    { EDIT_BACKSPACE, EDIT_LEFT, EDIT_BACKSPACE, EDIT_UNDO },
		    "ab|c" },
		{ "ab|", { EDIT_NEWLINE, EDIT_UNDO }, "ab|" },
		{ "ab|cd", { EDIT_TRANSPOSE, EDIT_UNDO, EDIT_REDO }, "acb|d" },
		{ "one|",
		    { EDIT_KILL_WORD_BACK, EDIT_YANK, EDIT_UNDO, EDIT_UNDO },
		    "one|" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
undo_is_bounded(void **state)
{
	int count = 0;

	(void)state;
	for (int i = 0; i < 2 * EDIT_UNDO_MAX; i++)
		edit_do(e, EDIT_NEWLINE);
	while (edit_do(e, EDIT_UNDO))
		count++;
	assert_int_equal(count, EDIT_UNDO_MAX);
	char *big = test_malloc(EDIT_TEXT_MAX);
	memset(big, 'x', EDIT_TEXT_MAX);
	for (int i = 0; i < 100; i++)
		assert_int_equal(edit_set(e, big, EDIT_TEXT_MAX), 0);
	test_free(big);
	for (count = 0; edit_do(e, EDIT_UNDO); count++)
		;
	assert_int_equal(count, EDIT_UNDO_BYTES / (2 * EDIT_TEXT_MAX));
}

static void
text_is_cleaned(void **state)
{
	static const struct {
		const char *text, *draft;
	} rows[] = {
		{ "a\r\nb\rc\nd", "a\nb\nc\nd|" },
		{ "\033[31m", "␛[31m|" },
		{ "x\177\xC2\x9B\xFF", "x␡\xEF\xBF\xBD\xEF\xBF\xBD|" },
		{ "\tx", "        x|" },
		{ "abc\tx\n\ty", "abc     x\n        y|" },
		{ "漢\tx", "漢      x|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		edit_clear(e);
		edit_insert(e, rows[i].text, strlen(rows[i].text));
		assert_draft(rows[i].draft);
	}
	edit_clear(e);
	edit_insert(e, "a\0b", 3);
	assert_draft("a␀b|");
}

static void
the_draft_is_capped(void **state)
{
	char *big = test_malloc(EDIT_TEXT_MAX + 1);
	size_t n;

	(void)state;
	memset(big, 'x', EDIT_TEXT_MAX + 1);
	assert_int_equal(edit_insert(e, big, EDIT_TEXT_MAX + 1), ERR_LIMIT);
	assert_draft("|");
	assert_int_equal(edit_insert(e, big, EDIT_TEXT_MAX - 1), 0);
	assert_int_equal(edit_insert(e, "é", 2), ERR_LIMIT);
	assert_int_equal(edit_insert(e, "y", 1), 0);
	assert_false(edit_do(e, EDIT_NEWLINE));
	assert_int_equal(edit_replace(e, 0, 1, "zz", 2), ERR_LIMIT);
	edit_text(e, &n);
	assert_int_equal(n, EDIT_TEXT_MAX);
	test_free(big);
}

static void
replacing_for_completion(void **state)
{
	(void)state;
	load("/msg an| hi");
	unsigned revision = edit_revision(e);
	assert_int_equal(edit_replace(e, 5, 7, "anna", 4), 0);
	assert_draft("/msg anna| hi");
	assert_int_not_equal(edit_revision(e), revision);
	edit_do(e, EDIT_UNDO);
	assert_draft("/msg an| hi");
	/* Halves of clusters go with what is replaced. */
	load("e\xCC\x81x|");
	edit_replace(e, 1, 2, "o", 1);
	assert_draft("o|x");
	load("漢字|");
	edit_replace(e, 2, 4, "", 0);
	assert_draft("|");
}

static void
a_literal_key_is_text(void **state)
{
	static const struct {
		struct key key;
		const char *draft;
	} rows[] = {
		{ { 'x', 0 }, "x|" },
		{ { 0x1F600, 0 }, "😀|" },
		{ { 'c', KEY_CTRL }, "␃|" },
		{ { '[', KEY_CTRL }, "␛|" },
		{ { KEY_ESCAPE, 0 }, "␛|" },
		{ { KEY_TAB_KEY, 0 }, "        |" },
		{ { KEY_ENTER_KEY, 0 }, "\n|" },
		{ { 'j', KEY_CTRL }, "\n|" },
		{ { KEY_BACKSPACE_KEY, 0 }, "␡|" },
		{ { KEY_F1, KEY_ALT }, "Alt-F1|" },
		{ { KEY_FOCUS_IN, 0 }, "|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		edit_clear(e);
		assert_false(edit_is_literal(e));
		edit_do(e, EDIT_LITERAL);
		assert_true(edit_is_literal(e));
		assert_int_equal(edit_literal(e, &rows[i].key), 0);
		assert_false(edit_is_literal(e));
		assert_draft(rows[i].draft);
	}
	edit_do(e, EDIT_LITERAL);
	edit_do(e, EDIT_LEFT);
	assert_false(edit_is_literal(e));
}

static void
send(const char *text)
{
	edit_history_add(e, text, strlen(text));
}

static void
history_goes_back_and_forth(void **state)
{
	(void)state;
	send("one");
	send("two");
	send("two");
	send("");
	type("draft");
	assert_true(edit_do(e, EDIT_UP));
	assert_draft("two|");
	assert_true(edit_do(e, EDIT_UP));
	assert_draft("one|");
	assert_false(edit_do(e, EDIT_UP));
	assert_true(edit_do(e, EDIT_DOWN));
	assert_true(edit_do(e, EDIT_DOWN));
	assert_draft("draft|");
	assert_false(edit_do(e, EDIT_DOWN));
}

static void
history_keeps_what_was_edited(void **state)
{
	(void)state;
	send("one");
	send("two");
	edit_do(e, EDIT_HISTORY_OLDER);
	type("!");
	edit_do(e, EDIT_HISTORY_OLDER);
	edit_do(e, EDIT_HISTORY_NEWER);
	assert_draft("two!|");
	/* Until something is sent. */
	edit_clear(e);
	send("two!");
	edit_do(e, EDIT_HISTORY_OLDER);
	edit_do(e, EDIT_HISTORY_OLDER);
	assert_draft("two|");
}

static void
history_with_several_lines(void **state)
{
	(void)state;
	send("one\ntwo");
	type("a\nb");
	edit_do(e, EDIT_UP);
	assert_draft("a|\nb");
	edit_do(e, EDIT_UP);
	assert_draft("one\ntwo|");
	edit_do(e, EDIT_UP);
	assert_draft("one|\ntwo");
	edit_do(e, EDIT_DOWN);
	edit_do(e, EDIT_DOWN);
	assert_draft("a\nb|");
}

static void
history_is_bounded(void **state)
{
	char line[] = "000";
	int count = 0;

	(void)state;
	for (int i = 0; i < EDIT_HISTORY_MAX + 50; i++) {
		line[0] = (char)('0' + i / 100);
		line[1] = (char)('0' + i / 10 % 10);
		line[2] = (char)('0' + i % 10);
		send(line);
	}
	while (edit_do(e, EDIT_HISTORY_OLDER))
		count++;
	assert_int_equal(count, EDIT_HISTORY_MAX);
	assert_draft("050|");
	char *big = test_malloc(EDIT_TEXT_MAX);
	memset(big, 'x', EDIT_TEXT_MAX);
	for (int i = 0; i < 50; i++) {
		big[0] = (char)('a' + i % 2);
		edit_history_add(e, big, EDIT_TEXT_MAX);
	}
	test_free(big);
	for (count = 0; edit_do(e, EDIT_HISTORY_OLDER); count++)
		;
	assert_int_equal(count, EDIT_HISTORY_BYTES / EDIT_TEXT_MAX);
}

static void
sending_forgets_the_draft(void **state)
{
	(void)state;
	type("secret");
	edit_clear(e);
	assert_draft("|");
	assert_false(edit_do(e, EDIT_UNDO));
	assert_false(edit_do(e, EDIT_REDO));
	assert_false(edit_do(e, EDIT_DOWN));
	assert_false(edit_do(e, EDIT_NONE));
}

static void
any_actions_keep_a_clean_draft(void **state)
{
	static const char *const parts[] = { "a", " ", "\n", "e\xCC\x81", "漢",
		"👨‍👩‍👧", "\xCC\x81", "\xE2\x80\x8D", "🇫", "\t",
		"\033", "\xFF", "\xF0\x9F" };
	uint32_t seed = 11;

	(void)state;
	for (int run = 0; run < 500; run++) {
		uint8_t bytes[1024];
		size_t n = 0;
		for (int i = 0; i < 100; i++) {
			seed = seed * 1664525 + 1013904223;
			uint32_t r = seed >> 16;
			const char *part =
			    parts[r % (sizeof(parts) / sizeof(parts[0]))];
			if (r % 3 == 0) {
				bytes[n++] = (uint8_t)(r >> 8);
				continue;
			}
			bytes[n++] = 0xFC;
			bytes[n++] = (uint8_t)(strlen(part) + 1);
			memcpy(bytes + n, part, strlen(part));
			n += strlen(part);
		}
		ui_check_edit(bytes, n);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(motions),
		TEST(deletions),
		TEST(kills_and_yanks),
		TEST(the_kill_ring_turns),
		TEST(kills_are_shared_by_drafts),
		TEST(swaps_and_capitals),
		TEST(undo_takes_back_a_word),
		TEST(undo_takes_back_a_run_of_deletions),
		TEST(undo_is_bounded),
		TEST(text_is_cleaned),
		TEST(the_draft_is_capped),
		TEST(replacing_for_completion),
		TEST(a_literal_key_is_text),
		TEST(history_goes_back_and_forth),
		TEST(history_keeps_what_was_edited),
		TEST(history_with_several_lines),
		TEST(history_is_bounded),
		TEST(sending_forgets_the_draft),
		TEST(any_actions_keep_a_clean_draft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
