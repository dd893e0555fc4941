/* SPDX-License-Identifier: MIT */
/*
 * The browser of settings, key by key.
 */
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 24, COLS = 80 };

static int
begin(void **state)
{
	*state = scene_new(false, false);
	return 0;
}

static int
end(void **state)
{
	scene_free(*state);
	return 0;
}

static bool
shows(struct scene *s, const char *text)
{
	scene_draw(s, ROWS, COLS);
	char *dump = grid_dump(&s->grid, false);
	bool found = strstr(dump, text) != NULL;

	free(dump);
	return found;
}

/* The last command set just this, and quietly. */
static void
assert_set(const struct scene *s, bool on, const char *line)
{
	const struct command *cmd = scene_last(s);

	assert_non_null(cmd);
	assert_int_equal(cmd->kind, COMMAND_SET);
	assert_int_equal(cmd->on, on);
	assert_int_equal(cmd->conv, 0);
	assert_string_equal(cmd->text, line);
}

static void
enter_and_blank_change_a_switch(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set\n");
	assert_true(shows(s, "settings"));
	scene_type(s, "boxes");
	assert_true(shows(s, "1 of "));
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_set(s, true, "look.boxes off");
	assert_true(shows(s, "look.boxes       off         *"));
	scene_key(s, ' ', 0);
	assert_set(s, true, "look.boxes on");
	assert_true(shows(s, "settings"));
}

static void
choices_go_round_both_ways(void **state)
{
	static const char *const right[] = { "dark", "light", "mono",
		"contrast", "auto", "dark" };
	struct scene *s = *state;
	char line[32] = "look.theme ";

	scene_type(s, "/set theme\n");
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		scene_key(s, KEY_RIGHT_KEY, 0);
		strncpy(line + 11, right[i], sizeof(line) - 12);
		assert_set(s, true, line);
	}
	scene_key(s, KEY_LEFT_KEY, 0);
	assert_set(s, true, "look.theme auto");
	scene_key(s, KEY_LEFT_KEY, 0);
	assert_set(s, true, "look.theme contrast");
}

static void
a_value_is_asked_for(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set away.idle\n\n");
	assert_true(shows(s, "away.idle> 15"));
	scene_key(s, 'u', KEY_CTRL);
	scene_type(s, "9999\n");
	assert_true(shows(s, "a number from 0 to 1440"));
	assert_true(shows(s, "away.idle> 9999"));
	size_t before = s->command_count;
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	assert_false(shows(s, "a number from 0 to 1440"));
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	assert_int_equal(s->command_count, before);
	scene_type(s, "\n");
	assert_set(s, true, "away.idle 99");
	assert_false(shows(s, "away.idle> "));
	/* Nothing at all is the default. */
	scene_type(s, "\n");
	scene_key(s, 'u', KEY_CTRL);
	scene_type(s, "\n");
	assert_set(s, false, "away.idle");
}

/* One step back, not two; and what was typed is gone without a trace. */
static void
escape_leaves_the_value_then_the_browser(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set name\n\n");
	scene_type(s, "zoe");
	assert_true(shows(s, "name> zoe"));
	scene_key(s, KEY_ESCAPE, 0);
	assert_true(shows(s, "settings"));
	assert_false(shows(s, "zoe"));
	assert_null(s->m->settings.name);
	scene_key(s, KEY_ESCAPE, 0);
	assert_false(shows(s, "settings"));
}

static void
a_list_grows(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set notify.words\n");
	scene_type(s, "\ntea\n\nbob's pizza\n");
	assert_int_equal(s->m->settings.notify_words.count, 2);
	assert_true(shows(s, "tea, bob's ~"));
	assert_true(shows(s, "/unset notify.words VALUE"));
	scene_type(s, "\n\n");
	assert_int_equal(s->m->settings.notify_words.count, 2);
}

/* A paste is a value here and no message; its second line is nobody's. */
static void
a_paste_goes_into_the_value(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set name\n\n");
	scene_paste(s, "mira\nrm -rf", 11);
	assert_true(shows(s, "name> mira"));
	assert_false(shows(s, "rm -rf"));
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_set(s, true, "name mira");
}

static void
nothing_found_is_said(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set\nelephant");
	assert_true(shows(s, "No setting has this"));
	size_t before = s->command_count;
	scene_key(s, KEY_ENTER_KEY, 0);
	scene_key(s, ' ', 0);
	assert_int_equal(s->command_count, before);
	assert_true(shows(s, "No setting has this"));
}

/* The next start shows what will be, the next frame what is. */
static void
ascii_is_at_once(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/set\n");
	assert_true(shows(s, "\xe2\x94\x8c settings"));
	scene_type(s, "glyphs ");
	assert_set(s, true, "look.glyphs ascii");
	assert_true(shows(s, "+ settings"));
	for (int row = 0; row < ROWS; row++)
		for (int col = 0; col < COLS; col++)
			assert_in_range(
			    grid_cell(&s->grid, row, col)->cp[0], ' ', '~');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    enter_and_blank_change_a_switch, begin, end),
		cmocka_unit_test_setup_teardown(
		    choices_go_round_both_ways, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_value_is_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(
		    escape_leaves_the_value_then_the_browser, begin, end),
		cmocka_unit_test_setup_teardown(a_list_grows, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_paste_goes_into_the_value, begin, end),
		cmocka_unit_test_setup_teardown(
		    nothing_found_is_said, begin, end),
		cmocka_unit_test_setup_teardown(ascii_is_at_once, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
