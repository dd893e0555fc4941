/* SPDX-License-Identifier: MIT */
/*
 * What calls the user, and what does not.
 */
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE = 60000 };

static int
set_up(void **state)
{
	*state = scene_new(false, false);
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

static void
expect_notice(struct scene *s, const char *title, const char *text)
{
	struct request r;

	assert_true(ui_request(s->ui, &r));
	assert_int_equal(r.kind, REQUEST_NOTIFY);
	assert_string_equal(r.text, title);
	assert_string_equal(r.more, text);
	request_clear(&r);
	assert_false(ui_request(s->ui, &r));
}

static void
expect_silence(struct scene *s)
{
	struct request r;

	scene_draw(s, 24, 80);
	assert_false(s->grid.bell);
	assert_false(ui_request(s->ui, &r));
}

/* The terminal has no focus, and what was there has been seen. */
static struct peer *
look_away(struct scene *s)
{
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	scene_draw(s, 24, 80);
	scene_key(s, KEY_FOCUS_OUT, 0);
	return ana;
}

static void
a_notice_tells_who_and_what(void **state)
{
	struct scene *s = *state;
	struct peer *ana = look_away(s);
	struct fixture_message shout = { .text = "mira: lunch?\nnow",
		.kind = MESSAGE_SHOUT };

	fixture_receive(s->m, ana, 0, "one\ntwo");
	scene_draw(s, 24, 80);
	assert_true(s->grid.bell);
	expect_notice(s, "ana", "one");
	/* At most one for a conversation and ten seconds; and then again. */
	s->now.mono_ms += 9000;
	fixture_receive(s->m, ana, 0, "three");
	scene_draw(s, 24, 80);
	struct request r;
	assert_false(ui_request(s->ui, &r));
	s->now.mono_ms += 2000;
	fixture_receive(s->m, ana, 0, "four");
	scene_draw(s, 24, 80);
	expect_notice(s, "ana", "four");
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	scene_draw(s, 24, 80);
	expect_notice(s, "ana (PUBLIC)", "mira: lunch?");
	s->m->settings.notify_text = false;
	s->now.mono_ms += 20000;
	fixture_receive(s->m, ana, 0, "secret");
	scene_draw(s, 24, 80);
	expect_notice(s, "ana", "new message");
}

static void
with_focus_there_is_the_bell_alone(void **state)
{
	struct scene *s = *state;
	struct peer *ana = look_away(s);
	struct request r;

	scene_key(s, KEY_FOCUS_IN, 0);
	fixture_receive(s->m, ana, 0, "one");
	scene_draw(s, 24, 80);
	assert_true(s->grid.bell);
	assert_false(ui_request(s->ui, &r));
	s->m->settings.notify_bell = false;
	s->now.mono_ms += 5000;
	fixture_receive(s->m, ana, 0, "two");
	expect_silence(s);
	assert_string_equal(s->grid.title, "earshot (2)");
}

static void
what_was_there_at_the_start_is_silent(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	fixture_receive(s->m, ana, 10, "before");
	expect_silence(s);
	assert_string_equal(s->grid.title, "earshot (1)");
}

static void
a_shout_calls_by_name_only(void **state)
{
	struct scene *s = *state;
	struct peer *ana = look_away(s);
	struct fixture_message shout = { .text = "pizza is here",
		.kind = MESSAGE_SHOUT };
	char word[] = "pizza";

	scene_key(s, '2', KEY_ALT);
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	expect_silence(s);
	setting_list_add(&s->m->settings.notify_words, word);
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	scene_draw(s, 24, 80);
	assert_true(s->grid.bell);
	expect_notice(s, "ana (PUBLIC)", "pizza is here");
}

static void
who_is_muted_does_not_call(void **state)
{
	struct scene *s = *state;
	struct peer *ana = look_away(s);

	ana->muted_ms = s->now.wall_ms + MINUTE;
	fixture_receive(s->m, ana, 0, "one");
	expect_silence(s);
	assert_string_equal(s->grid.title, "earshot");
	/* Nor is it news. */
	scene_key(s, 'a', KEY_ALT);
	scene_draw(s, 24, 80);
	assert_string_equal(s->grid.title, "earshot");
	ana->muted_ms = 0;
	s->m->settings.notify_quiet = true;
	fixture_receive(s->m, ana, 0, "two");
	expect_silence(s);
	assert_string_equal(s->grid.title, "earshot (2)");
}

static unsigned
count_kind(const struct scene *s, enum command_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->command_count; i++)
		n += s->commands[i].kind == kind;
	return n;
}

static void
nobody_there_is_away(void **state)
{
	struct scene *s = *state;

	s->m->settings.away_idle_min = 10;
	scene_draw(s, 24, 80);
	scene_key(s, 'x', 0);
	s->now.mono_ms += 10 * MINUTE - 1;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_AWAY), 0);
	assert_true(ui_deadline(s->ui, s->m, s->now) <= s->now.mono_ms + 1);
	s->now.mono_ms += 1;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_AWAY), 1);
	assert_true(scene_last(s)->on);
	s->m->away = true;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_AWAY), 1);
	scene_key(s, 'y', 0);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_BACK), 1);
	s->m->away = false;
	/* Who said so by hand stays away. */
	scene_draw(s, 24, 80);
	s->m->away = true;
	scene_key(s, 'z', 0);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_BACK), 1);
}

static void
without_focus_one_is_away_sooner(void **state)
{
	struct scene *s = *state;

	s->m->settings.away_idle_min = 0;
	s->m->settings.away_unfocused_min = 1;
	scene_key(s, 'x', 0);
	s->now.mono_ms += 100 * MINUTE;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_AWAY), 0);
	scene_key(s, KEY_FOCUS_OUT, 0);
	s->now.mono_ms += MINUTE;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_AWAY), 1);
}

static void
at_another_screen_nobody_is_away(void **state)
{
	struct scene *s = *state;
	struct command cmd;

	s->m->settings.away_idle_min = 10;
	s->m->settings.away_unfocused_min = 10;
	scene_key(s, 'x', 0);
	scene_key(s, KEY_FOCUS_OUT, 0);
	for (int i = 0; i < 4; i++) {
		s->now.mono_ms += 9 * MINUTE;
		ui_elsewhere(s->ui, s->now);
		scene_draw(s, 24, 80);
	}
	assert_int_equal(count_kind(s, COMMAND_AWAY), 0);
	assert_false(ui_leave(s->ui, s->m, &cmd));
	s->now.mono_ms += 10 * MINUTE;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_AWAY), 1);
	s->m->away = true;
	/* Back there, back here. */
	ui_elsewhere(s->ui, s->now);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_BACK), 1);
	s->m->away = false;
	s->now.mono_ms += 10 * MINUTE;
	scene_draw(s, 24, 80);
	s->m->away = true;
	/* The last one that could tell is closed. */
	assert_true(ui_leave(s->ui, s->m, &cmd));
	assert_int_equal(cmd.kind, COMMAND_BACK);
	assert_false(ui_leave(s->ui, s->m, &cmd));
}

static bool
shows(struct scene *s, const char *part)
{
	scene_draw(s, 24, 80);
	char *text = grid_dump(&s->grid, false);
	bool found = strstr(text, part) != NULL;

	free(text);
	return found;
}

static void
what_is_ignored_neither_calls_nor_shows(void **state)
{
	struct scene *s = *state;
	struct peer *ana = look_away(s);
	struct fixture_message shout = { .text = "mira: Lunch MENU of today",
		.kind = MESSAGE_SHOUT };
	struct fixture_message other = { .text = "fire alarm",
		.kind = MESSAGE_SHOUT };

	scene_key(s, '1', KEY_ALT);
	scene_type(s, "/ignore lunch menu\n");
	assert_int_equal(s->m->settings.talk_ignore.count, 1);
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	fixture_add(s->m, CONV_NEARBY, ana, &other);
	expect_silence(s);
	assert_true(shows(s, "(ignored)"));
	assert_true(shows(s, "fire alarm"));
	assert_false(shows(s, "of today"));
	scene_key(s, '=', KEY_ALT);
	assert_false(s->m->settings.look_filter);
	assert_true(shows(s, "of today"));
	scene_type(s, "/filter\n");
	assert_false(shows(s, "of today"));
	/* By name, and ours never. */
	scene_type(s, "/unignore lunch menu\n/ignore ANA\n");
	assert_false(shows(s, "fire alarm"));
	shout.mine = true;
	fixture_add(s->m, CONV_NEARBY, NULL, &shout);
	assert_true(shows(s, "of today"));
	scene_type(s, "/unignore ANA\n");
	assert_true(shows(s, "fire alarm"));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_notice_tells_who_and_what),
		TEST(with_focus_there_is_the_bell_alone),
		TEST(what_was_there_at_the_start_is_silent),
		TEST(a_shout_calls_by_name_only),
		TEST(what_is_ignored_neither_calls_nor_shows),
		TEST(who_is_muted_does_not_call),
		TEST(nobody_there_is_away),
		TEST(without_focus_one_is_away_sooner),
		TEST(at_another_screen_nobody_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
