/* SPDX-License-Identifier: MIT */
/*
 * Keys that the user bound: /bind, /unbind, Alt-K and Ctrl-X.
 */
#include "base/mem.h"
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui/commands.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scene *s;
static struct peer *ana;

static int
set_up(void **state)
{
	(void)state;
	s = scene_new(false, false);
	ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_draw(s, 24, 80);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scene_free(s);
	return 0;
}

static void
assert_error(const char *line, const char *part)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	assert_true(command_parse(s->m, fixture_now(), CONV_NEARBY, line, &en,
			&error, &at) < 0);
	if (strstr(error, part) == NULL)
		fail_msg("%s: %s", line, error);
	free(error);
}

static struct entered
parsed(const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	if (command_parse(
		s->m, fixture_now(), CONV_NEARBY, line, &en, &error, &at) < 0)
		fail_msg("%s: %s", line, error);
	return en;
}

static void
assert_sets(const char *line, bool on, const char *text)
{
	struct entered en = parsed(line);

	assert_int_equal(en.cmd.kind, COMMAND_SET);
	assert_int_equal(en.cmd.on, on);
	assert_string_equal(en.cmd.text, text);
	entered_clear(&en);
}

static void
names_are_kept_in_one_form(void **state)
{
	char *error = NULL;

	(void)state;
	assert_sets("/bind alt-x /who ana", true, "bind Alt-X = /who ana");
	assert_sets("/bind ALT-x = NEWS", true, "bind Alt-X = news");
	assert_sets("/bind ctrl-x k /net", true, "bind Ctrl-X k = /net");
	assert_sets("/bind f5 none", true, "bind F5 = none");
	settings_set(&s->m->settings, "bind", "shift-alt-x = /who", &error);
	assert_sets("/bind alt-shift-x news", true, "bind shift-alt-x = news");
	assert_sets("/unbind alt-shift-x", false, "bind shift-alt-x");
}

static void
mistakes_have_sentences(void **state)
{
	(void)state;
	assert_error("/bind enter /who", "Enter stays what it is");
	assert_error("/bind a /who", "a character to type");
	assert_error("/bind hyper-x /who", "no key is called hyper-x");
	assert_error("/bind alt-x nonsense", "no action is called nonsense");
	assert_error("/bind alt-x ne", "did you mean newline, news, next?");
	assert_error("/bind alt-x /nonsense", "no command /nonsense");
	assert_error("/bind alt-x /whoo", "did you mean");
	assert_error("/unbind", "/unbind needs KEY");
	assert_error("/unbind f5 f6", "nothing behind it");
}

static void
a_key_tells_what_it_does(void **state)
{
	struct entered en = parsed("/bind alt-a");

	(void)state;
	assert_int_equal(en.cmd.kind, COMMAND_INFO);
	assert_non_null(strstr(en.cmd.text, "Alt-A is news"));
	entered_clear(&en);
	en = parsed("/bind");
	assert_non_null(strstr(en.cmd.text, "you bound no key"));
	entered_clear(&en);
	en = parsed("/unbind alt-x");
	assert_non_null(strstr(en.cmd.text, "you bound nothing to Alt-X"));
	entered_clear(&en);
	en = parsed("/bind -capture");
	assert_int_equal(en.front, FRONT_CAPTURE);
	entered_clear(&en);
}

static const char *
draft(void)
{
	static char line[256];
	char *text = grid_dump(&s->grid, false);
	char *last = text + strlen(text) - 1;

	*last = '\0';
	last = strrchr(text, '\n');
	strncpy(line, last + 1, sizeof(line) - 1);
	free(text);
	return line;
}

static void
a_bound_key_runs_its_command(void **state)
{
	(void)state;
	scene_type(s, "/bind alt-x /shout hello\n");
	scene_key(s, 'x', KEY_ALT);
	assert_int_equal(scene_last(s)->kind, COMMAND_SHOUT);
	assert_string_equal(scene_last(s)->text, "hello");
	/* The draft is nobody's business. */
	scene_type(s, "half a thou");
	scene_key(s, 'x', KEY_ALT);
	assert_int_equal(scene_last(s)->kind, COMMAND_SHOUT);
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby> half a thou");
	scene_key(s, 'c', KEY_CTRL);
	scene_type(s, "/unbind alt-x\n");
	size_t count = s->command_count;
	scene_key(s, 'x', KEY_ALT);
	assert_int_equal(s->command_count, count);
}

static void
what_is_missing_is_typed(void **state)
{
	(void)state;
	scene_type(s, "/bind f6 /msg\n");
	scene_key(s, KEY_F1 + 5, 0);
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby> /msg");
	assert_int_equal(s->grid.cursor_col, 13);
}

static void
a_line_of_the_configuration_that_cannot_be(void **state)
{
	char *error = NULL;

	(void)state;
	assert_int_equal(
	    settings_set(&s->m->settings, "bind", "enter = none", &error), 0);
	model_touch(s->m);
	scene_draw(s, 24, 80);
	assert_int_equal(scene_last(s)->kind, COMMAND_ERROR);
	assert_non_null(strstr(scene_last(s)->text, "bind enter = none: "));
	size_t count = s->command_count;
	scene_draw(s, 24, 80);
	assert_int_equal(s->command_count, count);
}

static void
the_key_itself_is_asked_for(void **state)
{
	(void)state;
	scene_type(s, "/bind -capture\n");
	/* What cannot be bound is refused, and asked for again. */
	scene_key(s, KEY_ENTER_KEY, 0);
	scene_key(s, 'a', 0);
	/* Even what is the terminal's. */
	struct key suspend = { 'z', KEY_CTRL };
	assert_int_equal(ui_action(s->ui, &suspend), ACTION_NONE);
	scene_key(s, 'x', KEY_CTRL);
	scene_key(s, 'k', 0);
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby> /bind Ctrl-X k");
	scene_type(s, "news\n");
	assert_string_equal(scene_last(s)->text, "bind Ctrl-X k = news");
	scene_type(s, "/bind -capture\n");
	scene_key(s, KEY_ESCAPE, 0);
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby>");
	assert_int_equal(ui_action(s->ui, &suspend), ACTION_SUSPEND);
}

static void
alt_k_tells_and_fills_in(void **state)
{
	(void)state;
	scene_key(s, 'k', KEY_ALT);
	scene_key(s, KEY_ESCAPE, 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_INFO);
	assert_non_null(strstr(scene_last(s)->text, "Esc is escape"));
	scene_type(s, "/unbind ");
	scene_key(s, 'k', KEY_ALT);
	scene_key(s, KEY_F1 + 6, KEY_ALT);
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby> /unbind Alt-F7");
}

static void
ctrl_x_waits_without_being_in_the_way(void **state)
{
	(void)state;
	scene_type(s, "abc");
	scene_key(s, 'x', KEY_CTRL);
	scene_draw(s, 24, 80);
	char *text = grid_dump(&s->grid, false);
	assert_null(strstr(text, "Ctrl-X Ctrl-U"));
	free(text);
	assert_true(ui_deadline(s->ui, s->m, s->now) <= s->now.mono_ms + 500);
	s->now.mono_ms += 500;
	scene_draw(s, 24, 80);
	text = grid_dump(&s->grid, false);
	assert_non_null(strstr(text, "Ctrl-X Ctrl-U"));
	free(text);
	scene_key(s, 'u', KEY_CTRL);
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby>");
	/* Escape is the way out, and a key that is none does nothing. */
	scene_key(s, 'x', KEY_CTRL);
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, 'x', KEY_CTRL);
	scene_key(s, 'q', 0);
	scene_type(s, "d");
	scene_draw(s, 24, 80);
	assert_string_equal(draft(), "nearby> d");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_kept_in_one_form),
		TEST(mistakes_have_sentences),
		TEST(a_key_tells_what_it_does),
		TEST(a_bound_key_runs_its_command),
		TEST(what_is_missing_is_typed),
		TEST(a_line_of_the_configuration_that_cannot_be),
		TEST(the_key_itself_is_asked_for),
		TEST(alt_k_tells_and_fills_in),
		TEST(ctrl_x_waits_without_being_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
