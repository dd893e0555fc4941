/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

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
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

static bool
shows(struct scene *s, const char *text)
{
	char *dump = grid_dump(&s->grid, false);
	bool found = strstr(dump, text) != NULL;

	free(dump);
	return found;
}

static void
expect_screen(struct scene *s, const char *text)
{
	char *dump = grid_dump(&s->grid, false);

	if (strstr(dump, text) == NULL)
		fail_msg("no \"%s\" in\n%s", text, dump);
	free(dump);
}

/* The last line of the screen: the draft and its prompt. */
static void
expect_draft(struct scene *s, const char *line)
{
	scene_draw(s, 24, 80);
	char *dump = grid_dump(&s->grid, false);
	dump[strlen(dump) - 1] = '\0';
	assert_string_equal(strrchr(dump, '\n') + 1, line);
	free(dump);
}

static const struct command *
expect_command(struct scene *s, enum command_kind kind)
{
	const struct command *cmd = scene_last(s);

	assert_non_null(cmd);
	assert_int_equal(cmd->kind, kind);
	return cmd;
}

static size_t
count_kind(const struct scene *s, enum command_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < s->command_count; i++)
		n += s->commands[i].kind == kind;
	return n;
}

static void
a_stranger_is_opened_by_typing(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_peer(s->m, "ana", PRESENCE_ONLINE, 1);

	scene_draw(s, 24, 80);
	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	expect_screen(s, "No messages with ana yet.");
	assert_int_equal(s->command_count, 0);
	scene_type(s, "h");
	const struct command *cmd = expect_command(s, COMMAND_OPEN);
	assert_true(fp_equal(&cmd->peer, &ana->fp));
	scene_type(s, "ello\n");
	cmd = expect_command(s, COMMAND_SAY);
	assert_true(fp_equal(&cmd->peer, &ana->fp));
	assert_string_equal(cmd->text, "hello");
	expect_draft(s, "ana>");
	expect_screen(s, "hello");
}

static void
text_nearby_goes_nowhere_and_stays(void **state)
{
	struct scene *s = *state;

	fixture_peer(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_peer(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_type(s, "hello?\n");
	assert_int_equal(s->command_count, 1);
	expect_command(s, COMMAND_ERROR);
	expect_draft(s, "nearby> hello?");
	expect_screen(s, "opens one");
}

static void
an_error_keeps_the_line(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/msg zoe hi\n");
	const struct command *cmd = expect_command(s, COMMAND_ERROR);
	assert_int_equal(cmd->conv, ana->conv);
	expect_draft(s, "ana> /msg zoe hi");
	assert_int_equal(s->grid.cursor_col, 5 + 8);
	scene_forget(s);
	/* Corrected where the cursor is, it goes out. */
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	scene_type(s, "ana\n");
	cmd = expect_command(s, COMMAND_SAY);
	assert_string_equal(cmd->text, "hi");
}

static void
leak_guard_lets_the_second_enter_through(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, " /quit\n");
	assert_non_null(
	    strstr(expect_command(s, COMMAND_ERROR)->text, "Enter again"));
	assert_int_equal(count_kind(s, COMMAND_SAY), 0);
	scene_type(s, "\n");
	assert_string_equal(expect_command(s, COMMAND_SAY)->text, " /quit");
	scene_forget(s);
	/* A change in between asks again. */
	scene_type(s, " /quit\n");
	scene_key(s, KEY_END_KEY, 0);
	scene_type(s, "x\n");
	assert_int_equal(count_kind(s, COMMAND_ERROR), 2);
	assert_int_equal(count_kind(s, COMMAND_SAY), 0);
}

static void
drafts_belong_to_conversations(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "for ana");
	scene_key(s, '3', KEY_ALT);
	scene_type(s, "for bob");
	expect_draft(s, "bob> for bob");
	expect_screen(s, "2\xe2\x97\x8f ana             *");
	scene_key(s, '2', KEY_ALT);
	expect_draft(s, "ana> for ana");
	scene_key(s, '/', KEY_ALT);
	expect_draft(s, "bob> for bob");
}

static void
a_paste_sends_nothing(void **state)
{
	static char big[70000];
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	scene_paste(s, "/quit\n/quit\n", 12);
	scene_paste(s, "hello\rworld\n", 12);
	assert_int_equal(s->command_count, 0);
	memset(big, 'x', sizeof(big));
	scene_paste(s, big, sizeof(big));
	scene_draw(s, 24, 80);
	expect_screen(s, "70000 bytes more do not fit");
	assert_int_equal(count_kind(s, COMMAND_SAY), 0);
}

static void
paste_of_lines_is_looked_at(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	scene_paste(s, "one", 3);
	scene_draw(s, 24, 80);
	assert_false(shows(s, "pasted"));
	scene_paste(s, " two\nthree\n", 11);
	scene_draw(s, 24, 80);
	expect_screen(s, "pasted 2 lines: Enter sends");
	scene_key(s, '>', 0);
	scene_draw(s, 24, 80);
	expect_screen(s, "one>  two");
	expect_screen(s, "> three");
	assert_false(shows(s, "pasted"));
	scene_key(s, '_', KEY_CTRL);
	scene_key(s, '_', KEY_CTRL);
	scene_paste(s, " a\nb\n\nc", 7);
	scene_key(s, 's', 0);
	scene_draw(s, 24, 80);
	expect_screen(s, "ana> one a b c");
	/* Any other key does what it does, and is text where it is text. */
	scene_paste(s, "x\ny", 3);
	scene_key(s, 'q', 0);
	scene_key(s, 's', 0);
	scene_draw(s, 24, 80);
	expect_screen(s, "  yqs");
	scene_paste(s, "x\ny", 3);
	scene_key(s, KEY_ESCAPE, 0);
	scene_draw(s, 24, 80);
	assert_false(shows(s, "pasted"));
	assert_int_equal(count_kind(s, COMMAND_SAY), 0);
}

static void
paths_are_asked_for(void **state)
{
	static const char *const paths[] = { "notes/", "notes.txt" };
	struct scene *s = *state;
	struct request r;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/export no");
	scene_key(s, KEY_TAB_KEY, 0);
	assert_true(ui_request(s->ui, &r));
	assert_int_equal(r.kind, REQUEST_PATHS);
	assert_string_equal(r.text, "no");
	request_clear(&r);
	ui_answer_paths(s->ui, paths, 2);
	scene_draw(s, 24, 80);
	expect_screen(s, " notes.txt");
	expect_draft(s, "ana> /export notes");
	scene_key(s, KEY_TAB_KEY, 0);
	expect_draft(s, "ana> /export notes/");
	/* An answer that comes too late changes nothing. */
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, KEY_TAB_KEY, 0);
	assert_true(ui_request(s->ui, &r));
	assert_string_equal(r.text, "notes/");
	request_clear(&r);
	scene_type(s, "x");
	ui_answer_paths(s->ui, paths, 1);
	expect_draft(s, "ana> /export notes/x");
}

static void
what_was_sent_is_found_anywhere(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "the build is red\n");
	scene_type(s, "the nightly is green\n");
	scene_key(s, '3', KEY_ALT);
	scene_type(s, "draft");
	scene_key(s, 'r', KEY_CTRL);
	scene_draw(s, 24, 80);
	expect_screen(s, "> the nightly is green");
	expect_screen(s, "  the build is red");
	scene_type(s, "build");
	scene_draw(s, 24, 80);
	expect_screen(s, "1 of 2");
	assert_false(shows(s, "nightly is green"));
	scene_key(s, KEY_ESCAPE, 0);
	expect_draft(s, "bob> draft");
	scene_key(s, 'r', KEY_CTRL);
	scene_key(s, 'r', KEY_CTRL);
	scene_key(s, KEY_ENTER_KEY, 0);
	expect_draft(s, "bob> the build is red");
	assert_int_equal(count_kind(s, COMMAND_SAY), 2);
}

static void
a_draft_stays_where_it_was_typed(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "sent\n");
	scene_type(s, "for ana alone");
	scene_key(s, KEY_UP_KEY, KEY_CTRL);
	expect_draft(s, "ana> sent");
	scene_key(s, '3', KEY_ALT);
	scene_key(s, KEY_DOWN_KEY, KEY_CTRL);
	expect_draft(s, "bob>");
	scene_key(s, '2', KEY_ALT);
	expect_draft(s, "ana> for ana alone");
	scene_key(s, KEY_UP_KEY, KEY_CTRL);
	scene_key(s, KEY_DOWN_KEY, KEY_CTRL);
	expect_draft(s, "ana> for ana alone");
}

static void
a_line_is_refined(void **state)
{
	static const struct {
		const char *typed, *sent;
		enum command_kind kind;
	} lines[] = {
		{ "go :rocket: now\n", "go \xf0\x9f\x9a\x80 now", COMMAND_SAY },
		{ "s/fod/food/\n", "the food is gone", COMMAND_EDIT },
		{ "s/fod/food\n", "the food is gone", COMMAND_EDIT },
		{ "s/fod//\n", "the  is gone", COMMAND_EDIT },
		/* What is not there was not meant, nor is a path. */
		{ "s/none/other/\n", "s/none/other/", COMMAND_SAY },
		{ "s/fod/a/b/\n", "s/fod/a/b/", COMMAND_SAY },
		{ "s/fod\n", "s/fod", COMMAND_SAY },
		{ "s//food/\n", "s//food/", COMMAND_SAY },
		{ "/react :tada:\n", "\xf0\x9f\x8e\x89", COMMAND_REACT },
		{ "/react :stuck_out_tongue:\n", "\xf0\x9f\x98\x9b",
		    COMMAND_REACT },
		{ "/quote yes\n", "> and theirs\n> two\nyes", COMMAND_SAY },
	};
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	scene_key(s, '2', KEY_ALT);
	fixture_receive(s->m, ana, 1, "and theirs\ntwo");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fixture_send(s->m, ana, 0, "the fod is gone");
		scene_type(s, lines[i].typed);
		assert_int_equal(scene_last(s)->kind, lines[i].kind);
		assert_string_equal(scene_last(s)->text, lines[i].sent);
	}
}

static void
news_are_walked_and_one_comes_back(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	struct peer *bob = fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	struct peer *eve = fixture_contact(s->m, "eve", PRESENCE_ONLINE, 3);
	struct fixture_message shout = { .text = "all!",
		.kind = MESSAGE_SHOUT };

	scene_key(s, '2', KEY_ALT);
	fixture_receive(s->m, bob, 5, "older");
	fixture_receive(s->m, eve, 1, "newer");
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	static const char *const order[] = { "eve>", "bob>", "nearby>",
		"ana>" };
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		scene_key(s, i == 1 ? KEY_TAB_KEY : 'a', i == 1 ? 0 : KEY_ALT);
		expect_draft(s, order[i]);
	}
	scene_key(s, 'a', KEY_ALT);
	expect_draft(s, "ana>");
	assert_int_equal(count_kind(s, COMMAND_READ), 3);
}

static void
next_and_previous_go_round(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_OFFLINE, 2);
	fixture_peer(s->m, "eve", PRESENCE_ONLINE, 3);
	static const char *const order[] = { "ana>", "bob>", "eve>",
		"nearby>" };
	for (size_t i = 0; i < 4; i++) {
		scene_key(s, 'n', KEY_CTRL);
		expect_draft(s, order[i]);
	}
	for (size_t i = 3; i > 0; i--) {
		scene_key(s, KEY_UP_KEY, KEY_ALT);
		expect_draft(s, order[i - 1]);
	}
	assert_int_equal(s->command_count, 0);
}

static void
read_needs_eyes(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	fixture_receive(s->m, ana, 1, "one");
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_READ), 0); /* another window */
	scene_key(s, '2', KEY_ALT);
	scene_key(s, KEY_FOCUS_OUT, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_READ), 0); /* no focus */
	scene_key(s, KEY_FOCUS_IN, 0);
	scene_key(s, KEY_F1, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(count_kind(s, COMMAND_READ), 0); /* help before it */
	scene_key(s, KEY_ESCAPE, 0);
	scene_draw(s, 1, 80);
	assert_int_equal(count_kind(s, COMMAND_READ), 0); /* no chat */
	scene_draw(s, 24, 80);
	assert_int_equal(expect_command(s, COMMAND_READ)->conv, ana->conv);
	assert_int_equal(s->m->convs[1]->unread, 0);
}

static void
read_is_not_repeated(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	struct command cmd;

	fixture_receive(s->m, ana, 1, "one");
	scene_key(s, '2', KEY_ALT);
	ui_draw(s->ui, s->m, s->now, &s->grid);
	assert_true(ui_pending(s->ui, s->m, s->now, &cmd));
	/* Whoever should have marked it did not. */
	assert_false(ui_pending(s->ui, s->m, s->now, &cmd));
}

static void
at(struct scene *s, int64_t ms)
{
	s->now.mono_ms = FIXTURE_MONO_MS + ms;
	s->now.wall_ms = FIXTURE_WALL_MS + ms;
	scene_draw(s, 24, 80);
}

static void
typing_is_told_sparingly(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "h");
	at(s, 0);
	assert_true(expect_command(s, COMMAND_TYPING)->on);
	for (int ms = 500; ms < 4000; ms += 500) {
		scene_type(s, "x");
		at(s, ms);
	}
	assert_int_equal(count_kind(s, COMMAND_TYPING), 1);
	scene_type(s, "x");
	at(s, 4000);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 2);
	assert_true(expect_command(s, COMMAND_TYPING)->on);
	/* The last key was at 4 s less a frame. */
	assert_true(
	    ui_deadline(s->ui, s->m, s->now) <= FIXTURE_MONO_MS + 10000);
	at(s, 9400);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 2);
	at(s, 10000);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 3);
	assert_false(expect_command(s, COMMAND_TYPING)->on);
	at(s, 20000);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 3);
}

static void
typing_ends_with_the_draft(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "h");
	at(s, 0);
	scene_key(s, KEY_BACKSPACE_KEY, 0);
	at(s, 100);
	assert_false(expect_command(s, COMMAND_TYPING)->on);
	scene_forget(s);
	scene_type(s, "hi");
	at(s, 200);
	scene_key(s, '3', KEY_ALT);
	at(s, 300);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 2);
	assert_false(expect_command(s, COMMAND_TYPING)->on);
	/* Coming back to an old draft is not typing. */
	scene_key(s, '2', KEY_ALT);
	at(s, 400);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 2);
	/* What was sent says it by itself. */
	scene_type(s, "!");
	at(s, 500);
	scene_type(s, "\n");
	at(s, 600);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 3);
	assert_int_equal(count_kind(s, COMMAND_SAY), 1);
}

static void
typing_of_commands_is_private(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_type(s, "text for nobody");
	at(s, 0);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/msg bob secret");
	at(s, 100);
	scene_key(s, 'u', KEY_CTRL);
	scene_type(s, "  /msg");
	at(s, 200);
	assert_int_equal(count_kind(s, COMMAND_TYPING), 0);
}

static void
completion_never_takes_enter(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bobby", PRESENCE_ONLINE, 2);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/m");
	scene_key(s, KEY_TAB_KEY, 0);
	scene_draw(s, 24, 80);
	expect_screen(s, "/msg WHO TEXT");
	scene_key(s, KEY_TAB_KEY, 0);
	expect_draft(s, "bob> /msg");
	scene_key(s, KEY_TAB_KEY, 0);
	expect_draft(s, "bob> /me");
	scene_key(s, KEY_TAB_KEY, KEY_SHIFT);
	expect_draft(s, "bob> /msg");
	scene_type(s, "bo");
	scene_draw(s, 24, 80);
	assert_false(shows(s, "/msg WHO TEXT"));
	scene_key(s, KEY_TAB_KEY, 0);
	scene_key(s, KEY_TAB_KEY, 0);
	scene_key(s, KEY_TAB_KEY, 0);
	expect_draft(s, "bob> /msg bobby");
	scene_type(s, "hi\n");
	assert_string_equal(expect_command(s, COMMAND_SAY)->text, "hi");
	scene_type(s, "/cle");
	scene_key(s, KEY_TAB_KEY, 0);
	expect_draft(s, "bob> /clear");
	scene_type(s, "\n");
	expect_command(s, COMMAND_CLEAR);
}

static void
what_goes_elsewhere_is_told(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 1);
	scene_type(s, "/msg bob hi\n");
	scene_draw(s, 24, 80);
	expect_screen(s, "goes to bob");
	s->now.mono_ms += 3001;
	scene_draw(s, 24, 80);
	assert_false(shows(s, "goes to bob"));
}

static void
query_shows_the_window(void **state)
{
	struct scene *s = *state;

	fixture_peer(s->m, "bob", PRESENCE_ONLINE, 1);
	scene_type(s, "/query bob\n");
	expect_command(s, COMMAND_OPEN);
	expect_draft(s, "bob>");
}

static void
ctrl_c_clears_then_offers_quit(void **state)
{
	struct scene *s = *state;

	scene_type(s, "secret");
	scene_key(s, 'c', KEY_CTRL);
	expect_draft(s, "nearby>");
	scene_key(s, 'y', KEY_CTRL);
	expect_draft(s, "nearby> secret");
	scene_key(s, 'c', KEY_CTRL);
	scene_key(s, 'c', KEY_CTRL);
	expect_draft(s, "nearby> /quit");
	assert_int_equal(s->command_count, 0);
	scene_type(s, "\n");
	expect_command(s, COMMAND_QUIT);
}

static void
help_is_no_trap(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/help\n");
	assert_int_equal(s->command_count, 0);
	scene_draw(s, 24, 80);
	expect_screen(s, "/msg WHO TEXT");
	scene_key(s, KEY_END_KEY, 0);
	scene_draw(s, 24, 80);
	assert_false(shows(s, "/msg WHO TEXT"));
	expect_screen(s, "use this interface");
	scene_key(s, KEY_ESCAPE, 0);
	scene_draw(s, 24, 80);
	assert_false(shows(s, "use this interface"));
	scene_key(s, KEY_F1, 0);
	scene_key(s, KEY_F1, 0);
	scene_type(s, "hi");
	expect_draft(s, "nearby> hi");
}

static void
the_list_opens_people(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_peer(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_draw(s, 12, 40);
	scene_key(s, KEY_F1 + 1, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_type(s, "\n");
	expect_draft(s, "bob>");
	scene_key(s, KEY_F1 + 1, 0);
	scene_type(s, "2");
	expect_draft(s, "ana>");
	assert_int_equal(s->command_count, 0);
}

static void
a_peer_that_is_gone_leaves_no_window(void **state)
{
	struct scene *s = *state;
	struct peer *bob = fixture_peer(s->m, "bob", PRESENCE_ONLINE, 1);

	scene_key(s, '2', KEY_ALT);
	expect_draft(s, "bob>");
	model_peer_remove(s->m, &bob->fp);
	expect_draft(s, "nearby>");
	scene_key(s, '/', KEY_ALT);
	expect_draft(s, "nearby>");
}

static void
deadlines(void **state)
{
	struct scene *s = *state;

	/* Alone: the seconds since the last look around. */
	scene_draw(s, 24, 80);
	assert_int_equal(
	    ui_deadline(s->ui, s->m, s->now), FIXTURE_MONO_MS + 1000);
	/* It passes, and stays passed until the next frame. */
	s->now.mono_ms += 5000;
	assert_int_equal(
	    ui_deadline(s->ui, s->m, s->now), FIXTURE_MONO_MS + 1000);
	/* With others: nothing but the clock, at the full minute. */
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	at(s, 15000);
	assert_int_equal(
	    ui_deadline(s->ui, s->m, s->now), FIXTURE_MONO_MS + 60000);
	scene_key(s, '2', KEY_ALT);
	ana->typing_until_ms = FIXTURE_MONO_MS + 17500;
	assert_int_equal(
	    ui_deadline(s->ui, s->m, s->now), FIXTURE_MONO_MS + 17500);
}

static void
dirty_means_another_frame(void **state)
{
	struct scene *s = *state;

	assert_true(ui_is_dirty(s->ui, s->m));
	scene_draw(s, 24, 80);
	assert_false(ui_is_dirty(s->ui, s->m));
	scene_type(s, "x");
	assert_true(ui_is_dirty(s->ui, s->m));
	scene_draw(s, 24, 80);
	fixture_peer(s->m, "ana", PRESENCE_ONLINE, 1);
	assert_true(ui_is_dirty(s->ui, s->m));
}

static void
the_bell_rings_once_for_what_is_not_seen(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	scene_draw(s, 24, 80);
	assert_false(s->grid.bell);
	fixture_receive(s->m, ana, 0, "one");
	scene_draw(s, 24, 80);
	assert_true(s->grid.bell);
	assert_string_equal(s->grid.title, "earshot (1)");
	fixture_receive(s->m, ana, 0, "two");
	scene_draw(s, 24, 80);
	assert_false(s->grid.bell); /* of the same burst */
	scene_key(s, '2', KEY_ALT);
	s->now.mono_ms += 5000;
	scene_draw(s, 24, 80);
	fixture_receive(s->m, ana, 0, "three");
	scene_draw(s, 24, 80);
	assert_false(s->grid.bell); /* in front of our eyes */
	scene_key(s, KEY_FOCUS_OUT, 0);
	fixture_receive(s->m, ana, 0, "four");
	scene_draw(s, 24, 80);
	assert_true(s->grid.bell);
}

/* Any keys, at any size. */
static void
seeded_play(void **state)
{
	uint8_t bytes[2000];
	uint64_t x = 88172645463325252u;

	(void)state;

	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			bytes[i] = (uint8_t)(x >> 32);
		}
		ui_play_all(bytes, sizeof(bytes) - (size_t)round % 4);
	}
}

int
main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(a_stranger_is_opened_by_typing),
		ROW(text_nearby_goes_nowhere_and_stays),
		ROW(an_error_keeps_the_line),
		ROW(leak_guard_lets_the_second_enter_through),
		ROW(drafts_belong_to_conversations),
		ROW(a_paste_sends_nothing),
		ROW(paste_of_lines_is_looked_at),
		ROW(a_line_is_refined),
		ROW(paths_are_asked_for),
		ROW(what_was_sent_is_found_anywhere),
		ROW(a_draft_stays_where_it_was_typed),
		ROW(news_are_walked_and_one_comes_back),
		ROW(next_and_previous_go_round),
		ROW(read_needs_eyes),
		ROW(read_is_not_repeated),
		ROW(typing_is_told_sparingly),
		ROW(typing_ends_with_the_draft),
		ROW(typing_of_commands_is_private),
		ROW(completion_never_takes_enter),
		ROW(what_goes_elsewhere_is_told),
		ROW(query_shows_the_window),
		ROW(ctrl_c_clears_then_offers_quit),
		ROW(help_is_no_trap),
		ROW(the_list_opens_people),
		ROW(a_peer_that_is_gone_leaves_no_window),
		ROW(deadlines),
		ROW(dirty_means_another_frame),
		ROW(the_bell_rings_once_for_what_is_not_seen),
		cmocka_unit_test(seeded_play),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
