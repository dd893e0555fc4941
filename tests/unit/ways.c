/* SPDX-License-Identifier: MIT */
/*
 * The ways to people, commands and what was said: help, Alt-G, F2, numbers.
 */
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui/mouse.h"
#include "ui/request.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scene *s;
static struct peer *ana, *bob, *carol;

static int
set_up(void **state)
{
	(void)state;
	s = scene_new(false, false);
	ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	bob = fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	carol = fixture_contact(s->m, "carol", PRESENCE_OFFLINE, 3);
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

static bool
shows(const char *part)
{
	scene_draw(s, 24, 80);
	char *text = grid_dump(&s->grid, false);
	bool found = strstr(text, part) != NULL;

	free(text);
	return found;
}

static void
expect_line(const char *want)
{
	scene_draw(s, 24, 80);
	char *text = grid_dump(&s->grid, false);

	text[strlen(text) - 1] = '\0';
	assert_string_equal(strrchr(text, '\n') + 1, want);
	free(text);
}

static void
help_finds_and_does(void **state)
{
	(void)state;
	scene_key(s, KEY_F1, 0);
	assert_true(shows("Start here"));
	/* A command that takes something goes into the line. */
	scene_type(s, "send text msg");
	assert_true(shows("/msg WHO TEXT"));
	assert_false(shows("Start here"));
	scene_type(s, "\n");
	expect_line("nearby> /msg");
	scene_key(s, 'c', KEY_CTRL);
	/* One that takes nothing is run. */
	scene_key(s, KEY_F1, 0);
	scene_type(s, "/net\n");
	assert_int_equal(scene_last(s)->kind, COMMAND_INFO);
	/* A key is pressed. */
	scene_key(s, KEY_F1, 0);
	scene_type(s, "show the contacts\n");
	assert_true(shows("contacts"));
	scene_key(s, KEY_ESCAPE, 0);
	/* A setting is shown where it is changed. */
	scene_key(s, KEY_F1, 0);
	scene_type(s, "colours follows\n");
	assert_true(shows("settings"));
	assert_true(shows("look.theme"));
	scene_key(s, KEY_ESCAPE, 0);
	expect_line("nearby>");
}

static void
help_sends_and_loses_nothing(void **state)
{
	(void)state;
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "half a thou");
	size_t count = s->command_count;
	/* "send" itself, what kills the line, and quitting. */
	scene_key(s, KEY_F1, 0);
	scene_type(s, "\n");
	expect_line("ana> half a thou");
	scene_key(s, KEY_F1, 0);
	scene_type(s, "kill the whole text\n");
	expect_line("ana> half a thou");
	scene_key(s, KEY_F1, 0);
	scene_type(s, "goodbye\n");
	expect_line("ana> /quit");
	for (; count < s->command_count; count++) {
		assert_int_not_equal(s->commands[count].kind, COMMAND_SAY);
		assert_int_not_equal(s->commands[count].kind, COMMAND_QUIT);
	}
	scene_key(s, 'u', KEY_CTRL);
	scene_key(s, 'y', KEY_CTRL);
	scene_key(s, 'y', KEY_ALT);
	expect_line("ana> half a thou");
}

static void
no_help_is_told(void **state)
{
	(void)state;
	scene_key(s, KEY_F1, 0);
	scene_type(s, "zeppelin");
	assert_true(shows("No help on that"));
	scene_type(s, "\n");
	assert_true(shows("No help on that"));
	scene_key(s, KEY_ESCAPE, 0);
	assert_false(shows("No help on that"));
}

static void
help_shows_what_is_bound(void **state)
{
	(void)state;
	scene_type(s, "/bind f9 news\n");
	scene_key(s, KEY_F1, 0);
	scene_type(s, "f9");
	assert_true(shows("F9 Alt-A"));
}

static void
a_few_letters_are_enough(void **state)
{
	(void)state;
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "crl\n");
	expect_line("carol>");
	/* The same with Ctrl-K where there is nothing to kill. */
	scene_key(s, 'k', KEY_CTRL);
	scene_type(s, "bo\n");
	expect_line("bob>");
	scene_type(s, "abc");
	scene_key(s, 'a', KEY_CTRL);
	scene_key(s, 'k', KEY_CTRL);
	expect_line("bob>");
	assert_false(shows("go to"));
}

static void
news_come_first_and_here_last(void **state)
{
	(void)state;
	scene_key(s, '2', KEY_ALT);
	fixture_receive(s->m, carol, 3, "look at this");
	scene_key(s, 'g', KEY_ALT);
	assert_true(shows("> \xe2\x97\x8b carol"));
	assert_true(shows("1 unread"));
	scene_type(s, "\n");
	expect_line("carol>");
}

static void
commands_stand_behind_a_slash(void **state)
{
	(void)state;
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "/whois\n");
	expect_line("nearby> /info");
}

static void
what_was_said_is_found(void **state)
{
	char text[64];

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "line %u", i);
		fixture_receive(
		    s->m, ana, 300 - i, i == 20 ? "the Zeppelin landed" : text);
	}
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "zeppelin");
	assert_true(shows("ana: the Zeppelin landed"));
	scene_type(s, "\n");
	expect_line("ana>");
	assert_true(shows("the Zeppelin landed"));
	/* Further back only the store knows. */
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "balloon");
	assert_true(shows("Tab searches all"));
	scene_key(s, KEY_TAB_KEY, 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_QUERY);
	assert_int_equal(scene_last(s)->number, QUESTION_SEARCH);
	assert_string_equal(scene_last(s)->text, "-all balloon*");
}

static void
nobody_is_told(void **state)
{
	(void)state;
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "xyzzy\n");
	assert_true(shows("Nobody and nothing like that"));
	scene_key(s, KEY_ESCAPE, 0);
	expect_line("nearby>");
}

static void
the_list_is_filtered(void **state)
{
	(void)state;
	scene_key(s, KEY_F1 + 1, 0);
	scene_type(s, "car");
	assert_true(shows("1 of 4"));
	scene_type(s, "\n");
	expect_line("carol>");
	scene_key(s, KEY_F1 + 1, 0);
	scene_type(s, "near\n");
	expect_line("nearby>");
	scene_key(s, KEY_F1 + 1, 0);
	scene_type(s, "xyzzy\n");
	assert_true(shows("Nobody like that"));
	scene_key(s, KEY_ESCAPE, 0);
	/* A digit is a number only where it is the first. */
	scene_key(s, KEY_F1 + 1, 0);
	scene_type(s, "3");
	expect_line("bob>");
}

static void
numbers_lead_to_people(void **state)
{
	(void)state;
	scene_type(s, "/win 2\n");
	expect_line("ana>");
	scene_type(s, "/close\n");
	expect_line("nearby>");
	scene_type(s, "/win 1\n");
	expect_line("nearby>");
	scene_type(s, "/win 99\n");
	assert_int_equal(scene_last(s)->kind, COMMAND_ERROR);
	expect_line("nearby> /win 99");
	scene_key(s, 'c', KEY_CTRL);
	/* One digit is enough as long as nobody has more. */
	scene_key(s, 'j', KEY_ALT);
	assert_true(shows("conversation number"));
	scene_type(s, "4");
	expect_line("carol>");
	for (unsigned i = 0; i < 20; i++)
		fixture_contact(s->m, "another", PRESENCE_ONLINE, 50 + i);
	scene_key(s, 'j', KEY_ALT);
	scene_type(s, "12");
	assert_int_equal(model_peer(s->m, &s->m->peers[9]->fp)->number, 12);
	assert_true(shows("another"));
	scene_key(s, 'j', KEY_ALT);
	scene_type(s, "2\n");
	expect_line("ana>");
	scene_key(s, 'j', KEY_ALT);
	scene_key(s, KEY_ESCAPE, 0);
	scene_type(s, "5");
	expect_line("ana> 5");
}

static void
closing_keeps_what_is_typed(void **state)
{
	(void)state;
	scene_key(s, '2', KEY_ALT);
	scene_key(s, '3', KEY_ALT);
	scene_type(s, "/close\n");
	expect_line("ana>");
	scene_type(s, "half");
	scene_key(s, '3', KEY_ALT);
	scene_key(s, '2', KEY_ALT);
	expect_line("ana> half");
}

static void
expect_request(enum request_kind kind, const char *text)
{
	struct request r;

	assert_true(ui_request(s->ui, &r));
	assert_int_equal(r.kind, kind);
	assert_string_equal(r.text, text);
	request_clear(&r);
}

static void
links_are_listed_once(void **state)
{
	(void)state;
	fixture_receive(s->m, ana, 9,
	    "see https://a.example/x, and\n"
	    "http://b.example");
	fixture_receive(s->m, ana, 8, "again https://a.example/x");
	fixture_receive(s->m, bob, 7, "https://c.example");
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/urls\n");
	assert_true(shows("2 of 2"));
	assert_true(shows("https://a.example/x"));
	assert_false(shows("c.example/"));
	scene_type(s, "b.ex\n");
	expect_request(REQUEST_OPEN, "http://b.example");
	scene_type(s, "/urls\n");
	scene_key(s, KEY_TAB_KEY, 0);
	expect_request(REQUEST_COPY, "https://a.example/x");
	scene_key(s, '4', KEY_ALT);
	scene_type(s, "/urls\n");
	assert_true(shows("No link was said here"));
	scene_type(s, "\n");
	struct request r;
	assert_false(ui_request(s->ui, &r));
}

static void
ctrl_d_leaves_nothing(void **state)
{
	(void)state;
	scene_key(s, 'd', KEY_CTRL);
	assert_int_equal(s->command_count, 0);
	assert_true(shows("/quit leaves"));
}

/* Takes all requests; the last of the kind, or NULL (caller frees). */
static char *
told(void)
{
	struct request r;
	char *text = NULL;

	while (ui_request(s->ui, &r)) {
		if (r.kind == REQUEST_HINTS) {
			free(text);
			text = r.text;
			r.text = NULL;
		}
		request_clear(&r);
	}
	return text;
}

static void
later(void)
{
	s->now.mono_ms += 61000;
}

static void
a_hint_is_told_three_times(void **state)
{
	(void)state;
	/* Not before it is known what was told. */
	fixture_receive(s->m, ana, 1, "hello");
	assert_false(shows("Alt-A: goes to what is new"));
	ui_set_hints(s->ui, "");
	for (unsigned i = 0; i < 3; i++) {
		assert_true(shows("Alt-A: goes to what is new"));
		/* The same one stays, and counts once. */
		assert_true(shows("Alt-A: goes to what is new"));
		scene_key(s, '2', KEY_ALT);
		assert_false(shows("Alt-A: goes to what is new"));
		scene_key(s, '1', KEY_ALT);
		fixture_receive(s->m, ana, 0, "more");
		assert_false(shows("Alt-A: goes to what is new"));
		later();
	}
	assert_false(shows("Alt-A: goes to what is new"));
	char *text = told();
	assert_non_null(strstr(text, "news 3\n"));
	/* The next run remembers. */
	ui_set_hints(s->ui, text);
	free(text);
	assert_false(shows("Alt-A: goes to what is new"));
	ui_set_hints(s->ui, "nonsense\nnews 9\nnews\n");
	assert_true(shows("Alt-A: goes to what is new"));
}

static void
a_key_that_was_used_is_known(void **state)
{
	(void)state;
	ui_set_hints(s->ui, "");
	fixture_receive(s->m, ana, 1, "hello");
	assert_true(shows("Alt-A: goes to what is new"));
	scene_key(s, 'a', KEY_ALT);
	later();
	fixture_receive(s->m, bob, 1, "hello");
	assert_false(shows("Alt-A: goes to what is new"));
	char *text = told();
	assert_non_null(strstr(text, "news 3\n"));
	free(text);
}

static void
hints_can_be_off_and_follow_the_keys(void **state)
{
	(void)state;
	ui_set_hints(s->ui, "");
	scene_type(s, "/set look.hints off\n");
	fixture_receive(s->m, ana, 1, "hello");
	assert_false(shows("goes to what is new"));
	scene_type(s, "/set look.hints on\n");
	scene_type(s, "/bind f9 news\n");
	later();
	assert_true(shows("F9: goes to what is new"));
	scene_type(s, "/bind f9 none\n");
	scene_type(s, "/bind alt-a none\n");
	later();
	assert_false(shows("goes to what is new"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void
choose_bob(void)
{
	scene_key(s, KEY_F1 + 1, 0);
	for (int i = 0; i < 2; i++)
		scene_key(s, KEY_DOWN_KEY, 0);
	scene_draw(s, 24, 80);
}

/* Somebody comes or goes when Enter is on its way already: who was seen is
 * meant. */
static void
enter_means_whom_one_sees(void **state)
{
	(void)state;
	choose_bob();
	scene_type(s, "\n");
	expect_line("bob>");
	choose_bob();
	bob->presence = PRESENCE_OFFLINE;
	carol->presence = PRESENCE_ONLINE;
	model_touch(s->m);
	scene_type(s, "\n");
	expect_line("bob>");
}

static void
a_link_that_comes_is_not_opened_instead(void **state)
{
	struct request r;

	(void)state;
	fixture_receive(s->m, ana, 3, "see https://a.lan/x");
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/urls\n");
	scene_draw(s, 24, 80);
	fixture_receive(s->m, ana, 1, "see https://evil.lan/");
	scene_type(s, "\n");
	assert_true(ui_request(s->ui, &r));
	assert_string_equal(r.text, "https://a.lan/x");
	request_clear(&r);
	scene_type(s, "/urls\n");
	assert_true(shows("evil.lan"));
}

static struct spot
find_spot(enum spot_kind kind, const struct fp *fp)
{
	for (size_t i = 0; i < s->grid.spot_count; i++) {
		const struct spot *spot = &s->grid.spots[i];
		if (spot->kind == kind &&
		    (fp == NULL || fp_equal(&spot->fp, fp)))
			return *spot;
	}
	fail_msg("nothing there to click");
	return (struct spot){ .row = -1 };
}

static void
click(int row, int col)
{
	struct mouse m = { .kind = MOUSE_CLICK, .row = row, .col = col };
	struct command cmd;

	assert_false(ui_mouse(s->ui, s->m, s->now, &m, &cmd));
}

/* What an overlay hides is not clicked through it. */
static void
a_click_means_what_is_seen(void **state)
{
	struct request r;
	char *error;

	(void)state;
	assert_int_equal(
	    settings_set(&s->m->settings, "look.mouse", "on", &error), 0);
	fixture_receive(s->m, ana, 3, "see https://a.lan/x");
	for (int i = 0; i < 8; i++)
		fixture_receive(s->m, ana, 2, "and more");
	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	struct spot link = find_spot(SPOT_LINK, NULL);
	click(link.row, link.col);
	assert_true(ui_request(s->ui, &r));
	assert_int_equal(r.kind, REQUEST_OPEN);
	assert_string_equal(r.text, "https://a.lan/x");
	request_clear(&r);
	scene_type(s, "/set\n");
	scene_draw(s, 24, 80);
	click(link.row, link.col);
	assert_false(ui_request(s->ui, &r));
	scene_key(s, KEY_ESCAPE, 0);
	scene_draw(s, 24, 80);
	struct spot person = find_spot(SPOT_PERSON, &bob->fp);
	click(person.row, person.col);
	expect_line("bob>");
}

/* A stranger without a conversation may be forgotten while the editor runs:
 * what was for them must not come up where everybody reads it. */
static void
an_edited_draft_comes_up_nowhere_else(void **state)
{
	struct request r;

	(void)state;
	struct peer *eve = fixture_peer(s->m, "eve", PRESENCE_ONLINE, 9);
	struct fp fp = eve->fp;
	scene_type(s, "half");
	scene_key(s, '0' + eve->number % 10, KEY_ALT);
	scene_key(s, 'e', KEY_ALT);
	assert_int_equal(scene_last(s)->kind, COMMAND_OPEN);
	assert_true(ui_request(s->ui, &r));
	assert_int_equal(r.kind, REQUEST_EDITOR);
	request_clear(&r);
	/* What opening it is for: else it would be so. */
	eve->conv = 0;
	model_peer_remove(s->m, &fp);
	expect_line("nearby> half");
	ui_answer_editor(s->ui, s->now, "for eve alone");
	assert_true(shows("comes back with Ctrl-Y"));
	expect_line("nearby> half");
	scene_key(s, 'y', KEY_CTRL);
	expect_line("nearby> halffor eve alone");
}

/* What leads nowhere says so, and what is cleared comes back. */
static void
no_key_is_dead(void **state)
{
	(void)state;
	scene_key(s, '9', KEY_ALT);
	assert_true(shows("nobody has the number 9"));
	scene_key(s, KEY_F1 + 3, 0);
	assert_true(shows("no room for details here"));
	assert_int_equal(s->command_count, 0);
	scene_key(s, '0' + ana->number % 10, KEY_ALT);
	scene_type(s, "precious");
	scene_key(s, 'c', KEY_CTRL);
	assert_true(shows("cleared; Ctrl-_ undoes it"));
	scene_key(s, '_', KEY_CTRL);
	expect_line("ana> precious");
	scene_key(s, 'c', KEY_CTRL);
	scene_key(s, 'c', KEY_CTRL);
	expect_line("ana> /quit");
	assert_true(shows("Ctrl-C stays"));
}

/* Lines of nothing around a text are left from typing. */
static void
empty_lines_are_not_sent(void **state)
{
	(void)state;
	scene_key(s, '0' + ana->number % 10, KEY_ALT);
	scene_key(s, 'j', KEY_CTRL);
	scene_type(s, "  one");
	scene_key(s, 'j', KEY_CTRL);
	scene_key(s, 'j', KEY_CTRL);
	scene_type(s, "two");
	scene_key(s, 'j', KEY_CTRL);
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_SAY);
	assert_string_equal(scene_last(s)->text, "  one\n\ntwo");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(help_finds_and_does),
		TEST(help_sends_and_loses_nothing),
		TEST(no_help_is_told),
		TEST(help_shows_what_is_bound),
		TEST(a_few_letters_are_enough),
		TEST(news_come_first_and_here_last),
		TEST(commands_stand_behind_a_slash),
		TEST(what_was_said_is_found),
		TEST(nobody_is_told),
		TEST(the_list_is_filtered),
		TEST(numbers_lead_to_people),
		TEST(closing_keeps_what_is_typed),
		TEST(links_are_listed_once),
		TEST(an_edited_draft_comes_up_nowhere_else),
		TEST(a_click_means_what_is_seen),
		TEST(a_link_that_comes_is_not_opened_instead),
		TEST(enter_means_whom_one_sees),
		TEST(ctrl_d_leaves_nothing),
		TEST(no_key_is_dead),
		TEST(empty_lines_are_not_sent),
		TEST(a_hint_is_told_three_times),
		TEST(a_key_that_was_used_is_known),
		TEST(hints_can_be_off_and_follow_the_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
