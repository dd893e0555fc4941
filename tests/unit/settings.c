/* SPDX-License-Identifier: MIT */
#include "core/settings.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
setup(void **state)
{
	static struct settings s;

	settings_init(&s);
	*state = &s;
	return 0;
}

static int
teardown(void **state)
{
	settings_clear(*state);
	return 0;
}

static const struct setting *
row_of(const char *key)
{
	const struct setting *row = settings_find(key, strlen(key));

	assert_non_null(row);
	return row;
}

static void
assert_text(const struct settings *s, const char *key, const char *expected)
{
	char *text = settings_text(s, row_of(key));

	assert_string_equal(text, expected);
	free(text);
}

static void
set(struct settings *s, const char *key, const char *value)
{
	char *error = NULL;

	if (settings_set(s, key, value, &error) != 0)
		fail_msg("%s %s: %s", key, value, error);
	assert_null(error);
}

/* Refused, with the word in the sentence, and nothing changed. */
static void
assert_refused(
    struct settings *s, const char *key, const char *value, const char *word)
{
	const struct setting *row = settings_find(key, strlen(key));
	char *before = row == NULL ? NULL : settings_text(s, row);
	char *error = NULL;

	assert_true(settings_set(s, key, value, &error) < 0);
	assert_non_null(error);
	if (strstr(error, word) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", error, word);
	if (row != NULL)
		assert_text(s, key, before);
	free(error);
	free(before);
}

/* Names that fit the table's columns; defaults that are values; examples that
 * are others. */
static void
the_table_is_right(void **state)
{
	struct settings *s = *state;
	size_t count;
	const struct setting *rows = settings_keys(&count);

	assert_true(count >= 30);
	for (size_t i = 0; i < count; i++) {
		const struct setting *row = &rows[i];
		assert_true(strlen(row->name) < SETTING_KEY_MAX);
		assert_ptr_equal(
		    settings_find(row->name, strlen(row->name)), row);
		assert_true(strlen(row->gloss) > 0);
		assert_true(strlen(row->gloss) <= 72);
		assert_true(strlen(row->values) > 0);
		assert_true(settings_is_default(s, row));
		assert_text(s, row->name, row->initial);
		set(s, row->name, row->example);
		assert_text(s, row->name, row->example);
		assert_false(settings_is_default(s, row));
		if (i > 0 && strcmp(row->group, rows[i - 1].group) != 0)
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(
				    row->group, rows[j].group);
	}
	for (size_t i = 0; i < count; i++) {
		char *error = NULL;
		assert_int_equal(
		    settings_unset(s, rows[i].name, NULL, &error), 0);
		assert_text(s, rows[i].name, rows[i].initial);
	}
}

static void
choices_are_in_the_order_of_their_enums(void **state)
{
	struct settings *s = *state;

	set(s, "look.language", "zh_CN");
	assert_int_equal(s->look_language, LANGUAGE_ZH_CN);
	set(s, "look.theme", "contrast");
	assert_int_equal(s->look_theme, THEME_CONTRAST);
	set(s, "look.theme", "dark");
	assert_int_equal(s->look_theme, THEME_DARK);
	set(s, "look.glyphs", "ascii");
	assert_int_equal(s->look_glyphs, GLYPHS_ASCII);
	set(s, "look.emoji", "text");
	assert_int_equal(s->look_emoji, EMOJI_TEXT);
	set(s, "look.sync", "off");
	assert_int_equal(s->look_sync, SYNC_OFF);
	set(s, "keys.ctrl_j", "send");
	assert_int_equal(s->keys_ctrl_j, CTRL_J_SEND);
	set(s, "notify.desktop", "program");
	assert_int_equal(s->notify_desktop, DESKTOP_PROGRAM);
	set(s, "notify.desktop", "osc9");
	assert_int_equal(s->notify_desktop, DESKTOP_OSC9);
	assert_true(s->look_boxes);
	set(s, "look.boxes", "off");
	assert_false(s->look_boxes);
}

static void
wrong_values_change_nothing(void **state)
{
	struct settings *s = *state;

	assert_refused(s, "look.boxes", "of", "on|off");
	assert_refused(s, "look.boxes", "", "on|off");
	assert_refused(s, "look.theme", "dark|light", "not \"dark|light\"");
	assert_refused(s, "look.theme", "Dark", "Dark");
	assert_refused(s, "away.idle", "1441", "from 0 to 1440");
	assert_refused(s, "away.idle", "-1", "-1");
	assert_refused(s, "away.idle", " 1", "from 0");
	assert_refused(s, "port", "0", "from 1");
	assert_refused(s, "history.days", "10000000", "9999999");
	assert_refused(s, "history.days", "99999999999999999999", "9999999");
	assert_refused(s, "name", "", "name has");
	assert_refused(s, "name", "a\x1b[2J", "control");
	assert_refused(s, "name", "\xff", "UTF-8");
	assert_refused(s, "edit.spell", "", "edit.spell has");
	assert_refused(s, "interface", "a/b", "a/b");
	assert_refused(s, "bind", "Ctrl-G", "Ctrl-G = /who");
	assert_refused(s, "bind", "Ctrl-G =", "Ctrl-G = /who");
	assert_refused(s, "notify.words", "", "notify.words");
	assert_refused(s, "look.boxs", "on", "look.boxes?");
	assert_refused(s, "elephant", "on", "/set lists");
	assert_refused(s, "", "on", "no setting");
}

static void
long_values_are_refused(void **state)
{
	struct settings *s = *state;
	char text[SETTING_VALUE_MAX + 2];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_refused(s, "notify.words", text, "256 bytes");
	text[SETTING_VALUE_MAX] = '\0';
	set(s, "notify.words", text);
	text[65] = '\0';
	assert_refused(s, "name", text, "1 and 64 bytes");
	text[64] = '\0';
	set(s, "name", text);
}

static void
lists_grow_item_by_item(void **state)
{
	struct settings *s = *state;
	char *error = NULL;

	set(s, "notify.words", "pizza");
	set(s, "notify.words", "tea, green");
	set(s, "notify.words", "pizza");
	assert_int_equal(s->notify_words.count, 2);
	assert_text(s, "notify.words", "pizza, tea, green");
	assert_int_equal(
	    settings_unset(s, "notify.words", "coffee", &error), ERR_NOT_FOUND);
	assert_non_null(strstr(error, "coffee"));
	free(error);
	assert_int_equal(settings_unset(s, "notify.words", "pizza", &error), 0);
	assert_int_equal(s->notify_words.count, 1);
	assert_string_equal(s->notify_words.items[0], "tea, green");
	assert_int_equal(settings_unset(s, "notify.words", "", &error), 0);
	assert_int_equal(s->notify_words.count, 0);
}

static void
lists_have_an_end(void **state)
{
	struct settings *s = *state;
	char name[16];

	for (int i = 0; i < SETTING_INTERFACES_MAX; i++) {
		snprintf(name, sizeof(name), "eth%d", i);
		set(s, "interface", name);
	}
	assert_refused(s, "interface", "one-more", "16 times");
	set(s, "interface", "eth3");
	assert_int_equal(s->interfaces.count, SETTING_INTERFACES_MAX);
}

static void
a_key_is_bound_once(void **state)
{
	struct settings *s = *state;
	char *error = NULL;

	set(s, "bind", "Ctrl-G = /who");
	set(s, "bind", "Alt-= = /net");
	set(s, "bind", "ctrl-g   = /set a = b");
	assert_int_equal(s->binds.count, 2);
	assert_string_equal(s->binds.items[0], "ctrl-g   = /set a = b");
	assert_int_equal(
	    settings_unset(s, "bind", "Ctrl-X", &error), ERR_NOT_FOUND);
	free(error);
	assert_int_equal(settings_unset(s, "bind", "CTRL-G", &error), 0);
	assert_int_equal(settings_unset(s, "bind", "Alt-=", &error), 0);
	assert_int_equal(s->binds.count, 0);
}

static void
a_line_sets_and_unsets(void **state)
{
	static const struct {
		const char *line;
		bool on;
		const char *key, *value;
	} cases[] = {
		{ "look.boxes off", true, "look.boxes", "off" },
		{ " \tlook.boxes \t on \r", true, "look.boxes", "on" },
		{ "name  Ana   Maria ", true, "name", "Ana   Maria" },
		{ "name ignored", false, "name", "" },
		{ "status", true, "status", "" },
		{ "port", false, "port", "41827" },
	};
	struct settings *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct setting *row;
		char *error = NULL;
		assert_int_equal(
		    settings_apply(s, cases[i].line, strlen(cases[i].line),
			cases[i].on, &row, &error),
		    0);
		assert_string_equal(row->name, cases[i].key);
		assert_text(s, cases[i].key, cases[i].value);
	}
}

/* A copy is a copy: neither end sees what becomes of the other. */
static void
copies_are_apart(void **state)
{
	struct settings *s = *state, copy = { 0 };
	size_t count;
	const struct setting *rows = settings_keys(&count);

	for (size_t i = 0; i < count; i++)
		set(s, rows[i].name, rows[i].example);
	settings_copy(&copy, s);
	for (size_t i = 0; i < count; i++) {
		char *error = NULL;
		settings_unset(s, rows[i].name, NULL, &error);
		assert_text(&copy, rows[i].name, rows[i].example);
	}
	settings_copy(&copy, s);
	for (size_t i = 0; i < count; i++)
		assert_text(&copy, rows[i].name, rows[i].initial);
	settings_clear(&copy);
}

static void
commands_of_others(void **state)
{
	struct settings *s = *state;
	char *error = NULL;

	set(s, "run", "up = uptime");
	set(s, "run", "up = uptime -p");
	set(s, "run", "Up = other");
	assert_text(s, "run", "up = uptime -p, Up = other");
	assert_refused(s, "run", "up", "NAME");
	assert_refused(s, "run", "up uptime", "NAME");
	assert_refused(s, "run", "-x = y", "NAME");
	assert_refused(s, "run", "x = {args}", "NAME");
	assert_refused(s, "run", "x = 'y", "NAME");
	assert_int_equal(settings_unset(s, "run", "up", &error), 0);
	assert_text(s, "run", "Up = other");
	set(s, "run.who", "up ana");
	set(s, "run.who", "up bob the builder");
	set(s, "run.who", "up ana");
	assert_text(s, "run.who", "up ana, up bob the builder");
	assert_refused(s, "run.who", "up", "NAME");
	assert_refused(s, "run.who", "a/b ana", "NAME");
	assert_refused(s, "run.time", "0", "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_table_is_right, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    choices_are_in_the_order_of_their_enums, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    wrong_values_change_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    long_values_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    lists_grow_item_by_item, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    lists_have_an_end, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_key_is_bound_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_line_sets_and_unsets, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    copies_are_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    commands_of_others, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
