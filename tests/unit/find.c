/* SPDX-License-Identifier: MIT */
#include "ui/find.h"

#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
set_up(void **state)
{
	struct scene *s = scene_new(false, false);

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_key(s, '2', KEY_ALT);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

static struct peer *
ana_of(struct scene *s)
{
	return s->m->peers[0];
}

static void
say_lines(struct scene *s, unsigned count)
{
	char text[32];

	for (unsigned i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "line %u.", i);
		fixture_receive(s->m, ana_of(s), 5, text);
	}
	scene_draw(s, 24, 80);
	scene_forget(s);
}

static bool
shows(struct scene *s, const char *text)
{
	scene_draw(s, 24, 80);
	char *dump = grid_dump(&s->grid, false);
	bool found = strstr(dump, text) != NULL;
	free(dump);
	return found;
}

static void
find(struct scene *s, const char *text)
{
	scene_key(s, 's', KEY_CTRL);
	scene_type(s, text);
	scene_draw(s, 24, 80);
}

static void
found_while_it_is_typed(void **state)
{
	struct scene *s = *state;

	say_lines(s, 100);
	scene_type(s, "draft");
	find(s, "LINE 4");
	/* 4 and 40 to 49. */
	assert_true(shows(s, "11 of 11"));
	assert_true(shows(s, "\xe2\x96\x88 line 49."));
	scene_type(s, "2");
	assert_true(shows(s, "1 of 1"));
	assert_true(shows(s, "\xe2\x96\x88 line 42."));
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	assert_true(shows(s, "11 of 11"));
	scene_key(s, KEY_UP_KEY, 0);
	assert_true(shows(s, "10 of 11"));
	scene_key(s, 'r', KEY_CTRL);
	assert_true(shows(s, "9 of 11"));
	scene_key(s, 's', KEY_CTRL);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	assert_true(shows(s, "on from the first"));
	s->now.mono_ms += 10000;
	assert_true(shows(s, "1 of 11"));
	/* Nothing of it went anywhere. */
	assert_true(shows(s, "ana> draft"));
	for (size_t i = 0; i < s->command_count; i++)
		assert_int_not_equal(s->commands[i].kind, COMMAND_SAY);
}

static void
escape_returns_and_enter_stays(void **state)
{
	struct scene *s = *state;

	say_lines(s, 100);
	find(s, "line 7.");
	assert_true(shows(s, "line 7."));
	assert_false(shows(s, "line 99."));
	scene_key(s, KEY_ESCAPE, 0);
	assert_true(shows(s, "line 99."));
	assert_false(shows(s, "find:"));
	find(s, "line 7.");
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_false(shows(s, "find:"));
	assert_true(shows(s, "line 7."));
	/* From there, what is further down goes first only when nothing is
	 * above; and the words are there again. */
	scene_key(s, 's', KEY_CTRL);
	scene_key(s, 's', KEY_CTRL);
	assert_true(shows(s, "find: line 7."));
	scene_key(s, KEY_ESCAPE, 0);
	assert_true(shows(s, "line 7."));
}

static void
what_comes_is_counted(void **state)
{
	struct scene *s = *state;

	say_lines(s, 30);
	find(s, "line 2");
	assert_true(shows(s, "11 of 11"));
	fixture_receive(s->m, ana_of(s), 0, "line 2, once more");
	fixture_receive(s->m, ana_of(s), 0, "another");
	assert_true(shows(s, "11 of 12"));
	scene_key(s, KEY_DOWN_KEY, 0);
	assert_true(shows(s, "12 of 12"));
}

static void
the_past_is_asked_for(void **state)
{
	struct scene *s = *state;

	scene_store(s, ana_of(s), 200, 0);
	say_lines(s, 40);
	scene_draw(s, 24, 80);
	s->slow = true;
	find(s, "past 60.");
	assert_true(shows(s, "Up: further back"));
	scene_forget(s);
	for (int i = 0; i < 4; i++) {
		scene_key(s, KEY_UP_KEY, 0);
		scene_load(s);
		scene_draw(s, 24, 80);
	}
	assert_true(s->command_count > 0);
	assert_int_equal(s->commands[0].kind, COMMAND_OLDER);
	assert_true(shows(s, "1 of 1"));
	assert_true(shows(s, "\xe2\x96\x88 past 60."));
}

static void
nothing_is_said_to_be_nothing(void **state)
{
	struct scene *s = *state;

	say_lines(s, 3);
	find(s, "zebra");
	assert_true(shows(s, "No \"zebra\" in this conversation."));
	scene_key(s, KEY_UP_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_TAB_KEY, 0);
	const struct command *cmd = scene_last(s);
	assert_int_equal(cmd->kind, COMMAND_QUERY);
	assert_int_equal(cmd->number, QUESTION_SEARCH);
	assert_string_equal(cmd->text, "-all zebra*");
}

static void
a_finding_is_gone_to(void **state)
{
	struct scene *s = *state;
	struct peer *bob = s->m->peers[1];
	struct found_line lines[2] = { 0 };

	scene_store(s, bob, 120, 0);
	lines[0] = (struct found_line){
		.conv = ana_of(s)->fp, .row = 5, .name = "ana", .text = "a"
	};
	lines[1] = (struct found_line){
		.conv = bob->fp, .row = 110, .name = "bob", .text = "past\n110."
	};
	say_lines(s, 3);
	ui_show_found(s->ui, "-all past*", lines, 2, true);
	assert_true(shows(s, "the newest 2 found"));
	assert_true(shows(s, "past 110."));
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_ENTER_KEY, 0);
	const struct command *cmd = scene_last(s);
	assert_int_equal(cmd->kind, COMMAND_OLDER);
	assert_int_equal(cmd->conv, bob->conv);
	assert_int_equal(cmd->row, 110);
	assert_true(shows(s, "\xe2\x96\x88 past 110."));
	scene_key(s, KEY_ESCAPE, 0);
	assert_true(shows(s, "bob>"));
}

static void
a_list_that_is_left_changes_nothing(void **state)
{
	struct scene *s = *state;

	say_lines(s, 3);
	ui_show_found(s->ui, "quux", NULL, 0, false);
	assert_true(shows(s, "nothing found"));
	assert_true(shows(s, "No message has \"quux\""));
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_true(shows(s, "line 2."));
	assert_int_equal(s->command_count, 0);
}

static void
expect_at(const char *needle, const char *text, int from, int to)
{
	struct needle n = needle_of(needle);
	size_t start = 999, end = 999;
	bool found = needle_find(&n, text, strlen(text), 0, &start, &end);

	assert_int_equal(found, from >= 0);
	if (!found)
		return;
	assert_int_equal(start, from);
	assert_int_equal(end, to);
}

static void
needles_ignore_case(void **state)
{
	(void)state;
	expect_at("abc", "xABc", 1, 4);
	expect_at("ABC", "ababc", 2, 5);
	expect_at("", "abc", -1, -1);
	expect_at("abc", "ab", -1, -1);
	expect_at("@", "`@", 1, 2);
	expect_at("[", "{[", 1, 2);
	/* \xc3\x84 and \xc3\xa4; a byte in the middle is no place. */
	expect_at("\xc3\xa4\xc3\xb6", "x\xc3\x84\xc3\x96", 1, 5);
	expect_at("\xe4\xb8\x96", "\xe7\x95\x8c\xe4\xb8\x96", 3, 6);
}

static void
a_mark_stays_on_its_letter(void **state)
{
	struct scene *s = *state;

	fixture_receive(s->m, ana_of(s), 1, "caf\x65\xcc\x81 au lait");
	scene_draw(s, 24, 80);
	find(s, "caf\x65");
	assert_true(
	    shows(s, "caf\xc3\xa9 au") || shows(s, "caf\x65\xcc\x81 au"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(found_while_it_is_typed),
		TEST(escape_returns_and_enter_stays),
		TEST(what_comes_is_counted),
		TEST(the_past_is_asked_for),
		TEST(nothing_is_said_to_be_nothing),
		TEST(a_finding_is_gone_to),
		TEST(a_list_that_is_left_changes_nothing),
		cmocka_unit_test(needles_ignore_case),
		TEST(a_mark_stays_on_its_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
