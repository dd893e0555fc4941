/* SPDX-License-Identifier: MIT */
/*
 * What the screen asks of the store and gives to it: older messages, and
 * drafts.
 */
#include "ui/ui.h"

#include "base/mem.h"
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
	*state = scene_new(false, false);
	scene_draw(*state, 24, 80);
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

/* The row of the screen with that text, or -1. */
static int
find_row(struct scene *s, const char *text)
{
	char *dump = grid_dump(&s->grid, false);
	char *at = strstr(dump, text);
	int row = at == NULL ? -1 : 0;

	for (const char *p = dump; at != NULL && p < at; p++)
		row += *p == '\n';
	free(dump);
	return row;
}

static size_t
count_kind(const struct scene *s, enum command_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < s->command_count; i++)
		n += s->commands[i].kind == kind;
	return n;
}

static struct peer *
contact(struct scene *s)
{
	return fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
}

static void
open_ana(struct scene *s)
{
	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	scene_draw(s, 24, 80);
}

static void
press_and_draw(struct scene *s, uint32_t code, unsigned mods)
{
	scene_key(s, code, mods);
	scene_draw(s, 24, 80);
	scene_draw(s, 24, 80);
}

static void
a_conversation_fills_its_screen(void **state)
{
	struct scene *s = *state;

	scene_store(s, contact(s), 500, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_OLDER), 0); /* not in view */
	open_ana(s);
	/* 21 rows: a page of 50 is more than two screens of them. */
	assert_int_equal(find_row(s, "past 500."), 21);
	assert_int_equal(find_row(s, "past 480."), 1);
	assert_int_equal(count_kind(s, COMMAND_OLDER), 1);
	assert_int_equal(s->commands[0].kind, COMMAND_OLDER);
	assert_int_equal(s->commands[0].number, 0);
	assert_int_equal(s->commands[0].conv, s->stored_conv);
}

static void
it_is_not_called_empty_before(void **state)
{
	struct scene *s = *state;

	scene_store(s, contact(s), 5, 0);
	s->slow = true;
	open_ana(s);
	assert_int_equal(find_row(s, "No messages"), -1);
	scene_load(s);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 5."), 21);
}

static void
nobody_is_asked_twice_at_a_time(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 500, 0);
	s->slow = true;
	open_ana(s);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_OLDER), 1);
	/* The store had nothing to say: only a key asks again. */
	model_conv_edit(s->m, ana->conv)->loading = false;
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_OLDER), 1);
	fixture_receive(s->m, ana, 0, "news");
	press_and_draw(s, KEY_PAGE_UP, 0);
	assert_int_equal(count_kind(s, COMMAND_OLDER), 2);
}

static void
scrolling_back_goes_on_to_the_first(void **state)
{
	struct scene *s = *state;

	scene_store(s, contact(s), 500, 0);
	open_ana(s);
	for (int page = 1; page <= 24; page++) {
		char text[32];
		press_and_draw(s, KEY_PAGE_UP, 0);
		/* 21 rows of chat, two of them seen before. */
		snprintf(text, sizeof(text), "past %d.", 500 - 19 * page);
		assert_int_equal(find_row(s, text), 21);
	}
	press_and_draw(s, KEY_PAGE_UP, 0);
	press_and_draw(s, KEY_PAGE_UP, 0);
	assert_int_equal(find_row(s, "past 1."), 2); /* the day first */
	assert_int_equal(s->stored, 0);
	size_t asked = count_kind(s, COMMAND_OLDER);
	press_and_draw(s, KEY_PAGE_UP, 0);
	assert_int_equal(asked, 10);
	assert_int_equal(count_kind(s, COMMAND_OLDER), asked);
	press_and_draw(s, KEY_END_KEY, KEY_CTRL);
	assert_int_equal(find_row(s, "past 500."), 21);
}

static void
the_view_stays_when_older_ones_come(void **state)
{
	struct scene *s = *state;

	scene_store(s, contact(s), 500, 0);
	open_ana(s);
	s->slow = true;
	for (int i = 0; i < 6; i++)
		press_and_draw(s, KEY_PAGE_UP, 0);
	/* The top of what is loaded: past 451. */
	int before = find_row(s, "past 460.");
	assert_true(before > 0);
	scene_load(s);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 460."), before);
	/* Also where the screen had grown and was filled from below. */
	for (int i = 0; i < 6; i++)
		press_and_draw(s, KEY_PAGE_UP, 0);
	scene_draw(s, 40, 80);
	before = find_row(s, "past 420.");
	assert_true(before > 0);
	scene_load(s);
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "past 420."), before);
}

static void
a_frozen_view_of_little_stays(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	for (int i = 0; i < 30; i++)
		fixture_receive(s->m, ana, 0, "line");
	fixture_receive(s->m, ana, 0, "the last");
	scene_store(s, ana, 200, 0);
	s->slow = true;
	open_ana(s);
	press_and_draw(s, KEY_HOME_KEY, KEY_CTRL);
	scene_draw(s, 40, 80);
	int before = find_row(s, "the last");
	assert_int_equal(before, 37);
	scene_load(s);
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "the last"), before);
}

static void
what_was_unread_is_marked_when_it_comes(void **state)
{
	struct scene *s = *state;

	scene_store(s, contact(s), 200, 3);
	s->slow = true;
	open_ana(s);
	assert_int_equal(count_kind(s, COMMAND_READ), 0); /* nothing seen */
	scene_load(s);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "3 new"), 18);
	assert_int_equal(find_row(s, "past 198."), 19);
	assert_int_equal(count_kind(s, COMMAND_READ), 1);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "3 new"), 18);
}

/* What was said meanwhile does not make it forget those before. */
static void
the_marker_waits_for_the_first_unread(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 200, 120);
	s->slow = true;
	fixture_receive(s->m, ana, 0, "news");
	open_ana(s);
	assert_int_equal(find_row(s, " new "), -1);
	assert_int_equal(count_kind(s, COMMAND_READ), 0);
	s->slow = false;
	scene_load(s);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_READ), 1);
	assert_int_equal(find_row(s, " new "), -1);
	for (int i = 0; i < 6 && find_row(s, " new ") < 0; i++)
		press_and_draw(s, KEY_PAGE_UP, 0);
	int row = find_row(s, "121 new");
	assert_true(row > 0);
	assert_int_equal(find_row(s, "past 81."), row + 1);
}

static void
unread_that_are_gone_are_read(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 200, 3);
	model_conv_edit(s->m, ana->conv)->older = false;
	open_ana(s);
	assert_int_equal(count_kind(s, COMMAND_READ), 1);
}

static void
a_row_is_shown_at_the_top(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 500, 0);
	open_ana(s);
	while (s->stored > 0)
		scene_load(s);
	scene_key(s, '1', KEY_ALT);
	ui_show_row(s->ui, s->m, s->now, ana->conv, 123);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 123."), 1);
	assert_int_equal(find_row(s, "past 143."), 21);
	assert_int_equal(find_row(s, "scrolled up"), 22);
	press_and_draw(s, KEY_PAGE_DOWN, 0);
	assert_int_equal(find_row(s, "past 142."), 1);
	ui_show_row(s->ui, s->m, s->now, ana->conv, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 1."), 2);
	/* Less than a screen is below it: the end, as ever. */
	ui_show_row(s->ui, s->m, s->now, ana->conv, 495);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 500."), 21);
	assert_int_equal(find_row(s, "scrolled up"), -1);
	ui_show_row(s->ui, s->m, s->now, ana->conv, 100000);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 500."), 21);
}

/* An answer of so many lines, to what was asked in front of it. */
static void
add_answer(struct scene *s, uint32_t conv, int lines)
{
	char text[2048] = "";
	struct fixture_message note = { .kind = MESSAGE_INFO, .text = text };

	for (int i = 1, n = 0; i <= lines; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%sline %d.",
		    i > 1 ? "\n" : "", i);
	fixture_add(s->m, conv, NULL, &note);
}

static void
a_long_answer_is_read_from_its_beginning(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 30, 0);
	open_ana(s);
	/* Of nothing that was asked here: the end, as ever. */
	add_answer(s, ana->conv, 60);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 60."), 21);
	assert_int_equal(find_row(s, "more below"), -1);
	add_answer(s, ana->conv, 60);
	ui_show_answer(s->ui, s->m, ana->conv);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 1."), 1);
	assert_int_equal(find_row(s, "more below: PgDn"), 22);
	press_and_draw(s, KEY_PAGE_DOWN, 0);
	assert_int_equal(find_row(s, "line 20."), 1);
	assert_int_equal(find_row(s, "more below: PgDn"), 22);
	press_and_draw(s, KEY_PAGE_DOWN, 0);
	press_and_draw(s, KEY_PAGE_DOWN, 0);
	assert_int_equal(find_row(s, "line 60."), 21);
	assert_int_equal(find_row(s, "more below"), -1);
}

static void
a_short_answer_stays_below(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 30, 0);
	open_ana(s);
	add_answer(s, ana->conv, 21);
	ui_show_answer(s->ui, s->m, ana->conv);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 1."), 1);
	assert_int_equal(find_row(s, "line 21."), 21);
	assert_int_equal(find_row(s, "more below"), -1);
	/* What comes behind it counts, too. */
	ui_show_answer(s->ui, s->m, ana->conv);
	add_answer(s, ana->conv, 1);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "more below"), 22);
	/* Who looks at what was before, or at somebody else, goes on. */
	press_and_draw(s, KEY_PAGE_UP, 0);
	press_and_draw(s, KEY_PAGE_UP, 0);
	add_answer(s, ana->conv, 60);
	ui_show_answer(s->ui, s->m, ana->conv);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 60."), -1);
	ui_show_answer(s->ui, s->m, CONV_NEARBY);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 60."), -1);
}

static void
a_row_is_kept_in_view_while_more_is_loaded(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_store(s, ana, 500, 0);
	open_ana(s);
	scene_load(s);
	ui_show_row(s->ui, s->m, s->now, ana->conv, 405);
	scene_draw(s, 24, 80);
	scene_draw(s, 24, 80);
	assert_int_equal(s->stored, 350); /* those before it came */
	assert_int_equal(find_row(s, "past 405."), 1);
	ui_show_row(s->ui, s->m, s->now, 77, 405); /* no such one */
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "past 405."), 1);
}

static void
at(struct scene *s, int64_t ms)
{
	s->now.mono_ms = FIXTURE_MONO_MS + ms;
	s->now.wall_ms = FIXTURE_WALL_MS + ms;
	scene_draw(s, 24, 80);
}

static const struct command *
last_draft(const struct scene *s)
{
	static const struct command none;
	const struct command *last = &none;

	for (size_t i = 0; i < s->command_count; i++)
		if (s->commands[i].kind == COMMAND_DRAFT)
			last = &s->commands[i];
	assert_ptr_not_equal(last, &none);
	return last;
}

static void
a_draft_is_kept_after_a_pause(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_key(s, '2', KEY_ALT);
	scene_type(s, "he");
	at(s, 1000);
	scene_type(s, "llo");
	at(s, 2900);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
	assert_int_equal(
	    ui_deadline(s->ui, s->m, s->now), FIXTURE_MONO_MS + 3000);
	at(s, 3000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 1);
	assert_int_equal(last_draft(s)->conv, ana->conv);
	assert_true(fp_equal(&last_draft(s)->peer, &ana->fp));
	assert_string_equal(last_draft(s)->text, "hello");
	/* Once, and then when it changed. */
	at(s, 3100);
	assert_true(ui_deadline(s->ui, s->m, s->now) > FIXTURE_MONO_MS + 3100);
	at(s, 9000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 1);
	scene_type(s, "!");
	at(s, 11000);
	assert_string_equal(last_draft(s)->text, "hello!");
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 2);
}

static void
a_draft_that_is_left_is_kept_at_once(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_key(s, '2', KEY_ALT);
	scene_type(s, "for ana");
	at(s, 100);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
	scene_key(s, '1', KEY_ALT);
	at(s, 200);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 1);
	assert_string_equal(last_draft(s)->text, "for ana");
	assert_int_equal(last_draft(s)->conv, ana->conv);
	scene_key(s, '2', KEY_ALT);
	at(s, 300);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 1);
}

/* As another screen of this model would keep it; then the line in view. */
static void
keep_elsewhere(struct scene *s, const struct peer *peer, const char *text,
    const char *expected)
{
	struct conv *c = model_conv_edit(s->m, peer->conv);

	free(c->draft);
	c->draft = xstrdup(text);
	model_touch(s->m);
	scene_draw(s, 24, 80);
	char *all = grid_dump(&s->grid, false);
	const char *line = strstr(all, "ana>");
	assert_non_null(line);
	assert_string_equal(line, expected);
	free(all);
}

static void
a_draft_of_another_screen_is_ours(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);

	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	keep_elsewhere(s, ana, "half a", "ana> half a\n");
	keep_elsewhere(s, ana, "half a sent", "ana> half a sent\n");
	/* It was sent there. */
	keep_elsewhere(s, ana, "", "ana>\n");
	at(s, 9000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
	/* What was typed here, and is kept by nobody yet, stays. */
	scene_type(s, "mine");
	keep_elsewhere(s, ana, "theirs", "ana> mine\n");
	at(s, 12000);
	assert_string_equal(last_draft(s)->text, "mine");
	at(s, 12100);
	keep_elsewhere(s, ana, "theirs again", "ana> theirs again\n");
	scene_type(s, "!");
	keep_elsewhere(s, ana, "", "ana> theirs again!\n");
	/* Nor does a command make room for one. */
	scene_key(s, 'u', KEY_CTRL);
	at(s, 18000);
	scene_type(s, "/who");
	keep_elsewhere(s, ana, "more", "ana> /who\n");
}

/* Whoever should have kept it did not. */
static void
a_draft_is_given_once(void **state)
{
	struct scene *s = *state;
	struct command cmd;

	contact(s);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "hello");
	scene_key(s, '1', KEY_ALT);
	while (
	    ui_pending(s->ui, s->m, s->now, &cmd) && cmd.kind != COMMAND_DRAFT)
		command_clear(&cmd);
	assert_int_equal(cmd.kind, COMMAND_DRAFT);
	command_clear(&cmd);
	assert_false(ui_pending(s->ui, s->m, s->now, &cmd));
}

static void
what_was_sent_is_no_draft(void **state)
{
	struct scene *s = *state;

	contact(s);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "hello");
	at(s, 2000);
	assert_string_equal(last_draft(s)->text, "hello");
	scene_type(s, "\n");
	at(s, 2001);
	assert_string_equal(last_draft(s)->text, "");
	/* Nor what was deleted; nor is nothing kept of what was not given. */
	scene_type(s, "x");
	at(s, 5000);
	assert_string_equal(last_draft(s)->text, "x");
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	at(s, 5001);
	assert_string_equal(last_draft(s)->text, "");
	scene_forget(s);
	scene_type(s, "y\n");
	at(s, 9000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
}

static void
commands_are_no_drafts(void **state)
{
	struct scene *s = *state;

	contact(s);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/msg bob secret");
	at(s, 5000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
	scene_key(s, '1', KEY_ALT);
	scene_type(s, "  /nick");
	at(s, 15000);
	scene_key(s, '2', KEY_ALT);
	at(s, 25000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
	/* A text that becomes a command is not kept any more. */
	scene_key(s, 'u', KEY_CTRL);
	scene_type(s, "msg");
	at(s, 35000);
	assert_string_equal(last_draft(s)->text, "msg");
	scene_key(s, 'a', KEY_CTRL);
	scene_type(s, "/");
	at(s, 35001);
	assert_string_equal(last_draft(s)->text, "");
}

static void
set_draft(struct scene *s, const struct peer *p, const char *text)
{
	model_conv_edit(s->m, p->conv)->draft = strdup(text);
	model_touch(s->m);
}

static void
a_draft_of_an_earlier_run_comes_back(void **state)
{
	struct scene *s = *state;
	struct peer *ana = contact(s);
	struct peer *bob = fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);

	set_draft(s, ana, "where was\nI");
	set_draft(s, bob, "not yet");
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "2\xe2\x97\x8f ana             *"), 3);
	open_ana(s);
	assert_int_equal(find_row(s, "ana> where was"), 22);
	assert_int_equal(find_row(s, "  I"), 23);
	at(s, 10000);
	assert_int_equal(count_kind(s, COMMAND_DRAFT), 0);
	scene_type(s, "?\n");
	assert_string_equal(scene_last(s)->text, "where was\nI?");
	at(s, 10001);
	assert_string_equal(last_draft(s)->text, "");
	scene_key(s, '1', KEY_ALT);
	open_ana(s);
	assert_int_equal(find_row(s, "ana> where"), -1);
}

static void
what_is_typed_goes_before_an_old_draft(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_peer(s->m, "ana", PRESENCE_ONLINE, 1);

	s->m->peers[0]->trust = TRUST_PINNED;
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "new");
	scene_draw(s, 24, 80);
	assert_int_not_equal(ana->conv, 0);
	set_draft(s, ana, "old");
	at(s, 5000);
	assert_int_equal(find_row(s, "ana> new"), 23);
	assert_string_equal(last_draft(s)->text, "new");
}

int
main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(a_conversation_fills_its_screen),
		ROW(it_is_not_called_empty_before),
		ROW(nobody_is_asked_twice_at_a_time),
		ROW(scrolling_back_goes_on_to_the_first),
		ROW(the_view_stays_when_older_ones_come),
		ROW(a_frozen_view_of_little_stays),
		ROW(what_was_unread_is_marked_when_it_comes),
		ROW(the_marker_waits_for_the_first_unread),
		ROW(unread_that_are_gone_are_read),
		ROW(a_row_is_shown_at_the_top),
		ROW(a_long_answer_is_read_from_its_beginning),
		ROW(a_short_answer_stays_below),
		ROW(a_row_is_kept_in_view_while_more_is_loaded),
		ROW(a_draft_is_kept_after_a_pause),
		ROW(a_draft_that_is_left_is_kept_at_once),
		ROW(a_draft_of_another_screen_is_ours),
		ROW(a_draft_is_given_once),
		ROW(what_was_sent_is_no_draft),
		ROW(commands_are_no_drafts),
		ROW(a_draft_of_an_earlier_run_comes_back),
		ROW(what_is_typed_goes_before_an_old_draft),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
