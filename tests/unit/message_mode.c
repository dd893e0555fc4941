/* SPDX-License-Identifier: MIT */
#include "ui/message_mode.h"

#include "core/change.h"
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui/find.h"
#include "ui/links.h"
#include "ui/mention.h"
#include "ui_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A conversation with ana: hers, ours, hers, the newest last. */
static int
set_up(void **state)
{
	struct scene *s = scene_new(false, false);
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	fixture_receive(s->m, ana, 9, "the first");
	fixture_send(s->m, ana, 8, "one of ours");
	fixture_receive(s->m, ana, 7, "see https://a.lan/x, mira");
	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	scene_forget(s);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

static struct conv *
conv_of_ana(struct scene *s)
{
	return model_conv_edit(s->m, s->m->peers[0]->conv);
}

static const struct message *
message(struct scene *s, unsigned i)
{
	return conv_message(conv_of_ana(s), conv_of_ana(s)->first_serial + i);
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

/* The row of the screen with the text; -1. */
static int
find_row(struct scene *s, const char *text)
{
	int row = 0;
	char *dump = grid_dump(&s->grid, false);
	const char *at = strstr(dump, text);

	for (const char *p = dump; at != NULL && p < at; p++)
		row += *p == '\n';
	free(dump);
	return at == NULL ? -1 : row;
}

static void
expect_draft(struct scene *s, const char *line)
{
	scene_draw(s, 24, 80);
	char *dump = grid_dump(&s->grid, false);
	dump[strlen(dump) - 1] = '\0';
	assert_string_equal(strrchr(dump, '\n') + 1, line);
	free(dump);
}

/* Not what goes out by itself. */
static bool
is_asked_for(const struct command *cmd)
{
	return cmd->kind != COMMAND_TYPING && cmd->kind != COMMAND_DRAFT &&
	       cmd->kind != COMMAND_READ;
}

static size_t
count_commands(const struct scene *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->command_count; i++)
		n += is_asked_for(&s->commands[i]);
	return n;
}

/* The only command since the last look, which is forgotten then but for the
 * target. */
static struct command
expect_command(struct scene *s, enum command_kind kind, const char *text)
{
	struct command cmd = { .kind = COMMAND_NONE };

	assert_int_equal(count_commands(s), 1);
	for (size_t i = 0; i < s->command_count; i++)
		if (is_asked_for(&s->commands[i]))
			cmd = s->commands[i];
	assert_int_equal(cmd.kind, kind);
	if (text != NULL)
		assert_string_equal(cmd.text, text);
	scene_forget(s);
	cmd.text = NULL;
	return cmd;
}

static void
expect_target(const struct command *cmd, const struct message *msg)
{
	assert_true(cmd->has_target);
	assert_true(msg_id_equal(&cmd->target, &msg->id));
}

static bool
next_request(struct scene *s, enum request_kind kind, const char *text)
{
	struct request r;

	if (!ui_request(s->ui, &r))
		return false;
	bool same = r.kind == kind && strcmp(r.text, text) == 0;
	request_clear(&r);
	return same;
}

static void
escape(struct scene *s)
{
	scene_key(s, KEY_ESCAPE, 0);
}

static void
escape_on_an_empty_line_selects(void **state)
{
	struct scene *s = *state;

	escape(s); /* the marker goes with it */
	assert_int_equal(ui_selected(s->ui), message(s, 2)->serial);
	assert_true(shows(s, "Esc done"));
	scene_type(s, "k");
	scene_key(s, KEY_UP_KEY, 0);
	scene_key(s, KEY_UP_KEY, 0);
	assert_int_equal(ui_selected(s->ui), message(s, 0)->serial);
	scene_type(s, "j");
	assert_int_equal(ui_selected(s->ui), message(s, 1)->serial);
	escape(s);
	assert_int_equal(ui_selected(s->ui), 0);
	assert_false(shows(s, "Esc done"));
	/* With a text, only Alt-V does. */
	scene_type(s, "text");
	escape(s);
	assert_int_equal(ui_selected(s->ui), 0);
	scene_key(s, 'v', KEY_ALT);
	assert_int_not_equal(ui_selected(s->ui), 0);
	expect_draft(s, "ana> text");
	assert_int_equal(count_commands(s), 0);
}

static void
other_text_leaves_and_is_typed(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "hello");
	assert_int_equal(ui_selected(s->ui), 0);
	expect_draft(s, "ana> hello");
	scene_key(s, 'v', KEY_ALT);
	scene_paste(s, " you", 4);
	assert_int_equal(ui_selected(s->ui), 0);
	expect_draft(s, "ana> hello you");
	scene_key(s, 'v', KEY_ALT);
	scene_key(s, '3', KEY_ALT);
	assert_int_equal(ui_selected(s->ui), 0);
	expect_draft(s, "bob>");
}

static void
a_reply_answers_that_message(void **state)
{
	struct scene *s = *state;

	scene_type(s, "half a");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "kkr");
	assert_true(shows(s, "replying to ana: the first"));
	expect_draft(s, "ana> half a");
	scene_type(s, " text\n");
	struct command cmd = expect_command(s, COMMAND_SAY, "half a text");
	expect_target(&cmd, message(s, 0));
	/* Once: the next one answers nothing. */
	assert_false(shows(s, "replying"));
	scene_type(s, "next\n");
	cmd = expect_command(s, COMMAND_SAY, "next");
	assert_false(cmd.has_target);
}

static void
escape_drops_the_reply_and_keeps_the_text(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "r");
	scene_type(s, "text");
	escape(s);
	assert_false(shows(s, "replying"));
	expect_draft(s, "ana> text");
	scene_type(s, "\n");
	struct command cmd = expect_command(s, COMMAND_SAY, "text");
	assert_false(cmd.has_target);
}

static void
a_command_is_no_answer(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "r");
	scene_type(s, "/msg bob hi\n");
	struct command cmd = expect_command(s, COMMAND_SAY, "hi");
	assert_false(cmd.has_target);
	assert_true(fp_equal(&cmd.peer, &s->m->peers[1]->fp));
}

static void
an_edit_replaces_and_gives_the_draft_back(void **state)
{
	struct scene *s = *state;

	scene_type(s, "before");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "ke");
	expect_draft(s, "ana> one of ours");
	assert_true(shows(s, "editing: one of ours"));
	escape(s);
	expect_draft(s, "ana> before");
	assert_int_equal(count_commands(s), 0);
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "ke");
	scene_type(s, "!\n");
	struct command cmd = expect_command(s, COMMAND_EDIT, "one of ours!");
	expect_target(&cmd, message(s, 1));
	expect_draft(s, "ana> before");
}

static void
what_does_not_apply_says_why(void **state)
{
	struct scene *s = *state;
	static const char *const sentences[][2] = {
		{ "e", "only your own messages" },
		{ "d", "only your own messages" },
		{ "s", "no file to save" },
		{ "R", "did not fail" },
		{ "ko", "no link in it" },
	};

	scene_key(s, 'v', KEY_ALT);
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		scene_type(s, sentences[i][0]);
		assert_true(shows(s, sentences[i][1]));
		assert_int_not_equal(ui_selected(s->ui), 0);
	}
	assert_int_equal(count_commands(s), 0);
	/* What is ours and old is not changed any more. */
	conv_message_edit(conv_of_ana(s), message(s, 1)->serial)->arrived_ms -=
	    REVISE_MS;
	scene_type(s, "e");
	assert_true(shows(s, "only your own messages"));
	expect_draft(s, "ana>");
}

static void
deleting_asks(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "kd");
	assert_true(shows(s, "[y]es [n]o"));
	scene_type(s, "x\n");
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_int_equal(count_commands(s), 0);
	scene_type(s, "n");
	assert_int_equal(ui_selected(s->ui), message(s, 1)->serial);
	scene_type(s, "dy");
	struct command cmd = expect_command(s, COMMAND_DELETE, NULL);
	expect_target(&cmd, message(s, 1));
	assert_int_equal(ui_selected(s->ui), 0);
}

static void
reactions_by_digit_and_by_text(void **state)
{
	struct scene *s = *state;
	struct message *msg;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "+1");
	struct command cmd =
	    expect_command(s, COMMAND_REACT, "\xf0\x9f\x91\x8d");
	expect_target(&cmd, message(s, 2));
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "+well 1\n");
	expect_command(s, COMMAND_REACT, "well 1");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "+:tada:\n");
	expect_command(s, COMMAND_REACT, "\xf0\x9f\x8e\x89");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "+:tad");
	assert_true(shows(s, "tada"));
	scene_key(s, KEY_ENTER_KEY, 0);
	expect_command(s, COMMAND_REACT, "\xf0\x9f\x8e\x89");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "+far too long a word\n");
	assert_true(shows(s, "16 bytes"));
	assert_int_equal(count_commands(s), 0);
	escape(s);
	/* 0 takes it back where there is one. */
	msg = conv_message_edit(conv_of_ana(s), message(s, 2)->serial);
	msg->reactions[1][0] = '\0';
	scene_type(s, "+0");
	assert_int_equal(count_commands(s), 0);
	escape(s);
	escape(s);
	msg = conv_message_edit(conv_of_ana(s), message(s, 2)->serial);
	msg->reactions[1][0] = 'x';
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "+0");
	expect_command(s, COMMAND_REACT, "");
}

static void
copy_and_open_are_requests(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "y");
	assert_true(next_request(s, REQUEST_COPY, "see https://a.lan/x, mira"));
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "o");
	assert_true(next_request(s, REQUEST_OPEN, "https://a.lan/x"));
	fixture_receive(
	    s->m, s->m->peers[0], 1, "http://one.lan (http://two.lan)");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "o");
	assert_true(shows(s, "2 http://two.lan"));
	assert_false(next_request(s, REQUEST_OPEN, ""));
	scene_type(s, "3");
	scene_type(s, "2");
	assert_true(next_request(s, REQUEST_OPEN, "http://two.lan"));
	assert_int_equal(ui_selected(s->ui), 0);
	/* The same by commands. */
	scene_type(s, "/copy\n");
	assert_true(
	    next_request(s, REQUEST_COPY, "http://one.lan (http://two.lan)"));
	scene_type(s, "/copy #4\n");
	assert_true(next_request(s, REQUEST_COPY, "the first"));
	scene_type(s, "/open\n");
	assert_true(next_request(s, REQUEST_OPEN, "http://one.lan"));
	scene_type(s, "/open #2\n");
	assert_true(next_request(s, REQUEST_OPEN, "https://a.lan/x"));
	assert_int_equal(count_commands(s), 0);
	scene_type(s, "/open #3\n");
	expect_command(s, COMMAND_ERROR, "there is no link in it");
	expect_draft(s, "ana> /open #3");
}

static void
forwarded_words_are_a_quote(void **state)
{
	struct scene *s = *state;

	fixture_receive(s->m, s->m->peers[0], 1, "two\nlines");
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "f");
	scene_type(s, "zoe\n");
	assert_int_equal(count_commands(s), 0);
	assert_true(shows(s, "nobody here is called so"));
	for (int i = 0; i < 3; i++)
		scene_key(s, KEY_BACKSPACE_KEY, 0);
	scene_type(s, "b\n");
	struct command cmd =
	    expect_command(s, COMMAND_SAY, "> ana: two\n> lines");
	assert_true(fp_equal(&cmd.peer, &s->m->peers[1]->fp));
	assert_false(cmd.has_target);
	expect_draft(s, "ana>");
	/* The arrows choose among those who fit. */
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "f");
	scene_key(s, KEY_TAB_KEY, 0);
	scene_key(s, KEY_ENTER_KEY, 0);
	cmd = expect_command(s, COMMAND_SAY, "> ana: two\n> lines");
	assert_true(fp_equal(&cmd.peer, &s->m->peers[1]->fp));
}

static void
what_failed_is_sent_once_more(void **state)
{
	struct scene *s = *state;
	struct message *msg =
	    conv_message_edit(conv_of_ana(s), message(s, 1)->serial);

	msg->delivery = DELIVERY_FAILED;
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "k");
	assert_true(shows(s, "r retry"));
	assert_false(shows(s, "r reply"));
	scene_type(s, "r");
	expect_command(s, COMMAND_SAY, "one of ours");
	assert_int_equal(ui_selected(s->ui), 0);
}

static void
the_menu_does_the_same(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_true(shows(s, "reply to this message"));
	assert_false(shows(s, "change its text"));
	escape(s);
	assert_false(shows(s, "reply to this message"));
	assert_int_not_equal(ui_selected(s->ui), 0);
	scene_key(s, KEY_ENTER_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_true(shows(s, "react:"));
	scene_type(s, "2");
	expect_command(s, COMMAND_REACT, "\xf0\x9f\x91\x8e");
	/* Its letters, too. */
	scene_key(s, 'v', KEY_ALT);
	scene_key(s, KEY_ENTER_KEY, 0);
	scene_type(s, "y");
	assert_true(next_request(s, REQUEST_COPY, "see https://a.lan/x, mira"));
}

static void
what_is_selected_stays_in_view(void **state)
{
	struct scene *s = *state;
	struct peer *ana = s->m->peers[0];
	char text[32];

	scene_key(s, 'v', KEY_ALT);
	for (int i = 0; i < 60; i++) {
		snprintf(text, sizeof(text), "later %d.", i);
		fixture_receive(s->m, ana, 1, text);
	}
	assert_true(shows(s, "see https://a.lan/x"));
	assert_false(shows(s, "later 59."));
	for (int i = 0; i < 30; i++)
		scene_type(s, "j");
	assert_true(shows(s, "later 29."));
	escape(s);
	assert_true(shows(s, "later 59."));
	assert_int_equal(s->commands[s->command_count - 1].kind, COMMAND_READ);
	/* It may be forgotten meanwhile. */
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "kkk");
	conv_clear(s->m, conv_of_ana(s));
	scene_draw(s, 24, 80);
	assert_int_equal(ui_selected(s->ui), 0);
}

static void
our_name_is_found_as_a_word(void **state)
{
	struct scene *s = *state;
	struct peer *ana = s->m->peers[0];
	static const char *const no[] = { "admiral", "miran", "mir a" };

	for (size_t i = 0; i < 3; i++)
		fixture_receive(s->m, ana, 3, no[i]);
	fixture_receive(s->m, ana, 3, "Mira: look");
	fixture_receive(s->m, ana, 3, "last");
	scene_draw(s, 24, 80);
	scene_key(s, 'n', KEY_ALT);
	assert_true(shows(s, "no message further down has your name"));
	scene_key(s, 'p', KEY_ALT);
	assert_int_equal(ui_selected(s->ui), message(s, 6)->serial);
	scene_key(s, 'p', KEY_ALT);
	assert_int_equal(ui_selected(s->ui), message(s, 2)->serial);
	scene_key(s, 'p', KEY_ALT);
	assert_int_equal(ui_selected(s->ui), message(s, 2)->serial);
	scene_key(s, 'n', KEY_ALT);
	assert_int_equal(ui_selected(s->ui), message(s, 6)->serial);
}

static void
the_newest_stay_below_a_frozen_view(void **state)
{
	struct scene *s = *state;
	char text[32];

	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "row %d.", i);
		fixture_receive(s->m, s->m->peers[0], 1, text);
	}
	escape(s);
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "row 199."), 37);
	assert_int_equal(find_row(s, "row 170."), 8);
	scene_key(s, KEY_PAGE_UP, KEY_ALT);
	scene_draw(s, 40, 80);
	/* The rows at the top went down by three; the last four are there. */
	assert_int_equal(find_row(s, "row 170."), 11);
	assert_int_equal(find_row(s, "row 191."), 32);
	assert_int_equal(find_row(s, "newest"), 33);
	assert_int_equal(find_row(s, "row 196."), 34);
	assert_int_equal(find_row(s, "row 199."), 37);
	/* Down again by as much it is at the end. */
	scene_key(s, KEY_PAGE_DOWN, KEY_ALT);
	scene_key(s, KEY_PAGE_DOWN, KEY_ALT);
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "newest"), -1);
	assert_int_equal(find_row(s, "row 170."), 8);
	/* Page by page no row is left out. */
	scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "row 163."), 31);
	scene_key(s, KEY_PAGE_DOWN, 0);
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "row 170."), 8);
	/* What comes is counted there, and the view stays. */
	scene_key(s, KEY_PAGE_UP, KEY_ALT);
	fixture_receive(s->m, s->m->peers[0], 1, "new one");
	scene_draw(s, 40, 80);
	assert_int_equal(find_row(s, "row 170."), 11);
	assert_int_equal(find_row(s, "v 1 new"), 33);
	assert_int_equal(find_row(s, "new one"), 37);
}

static void
the_first_unread_goes_to_the_top(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'u', KEY_ALT);
	escape(s);
	scene_key(s, 'u', KEY_ALT);
	assert_true(shows(s, "nothing here is unread"));
	scene_key(s, '3', KEY_ALT);
	scene_draw(s, 24, 80);
	for (int i = 0; i < 60; i++)
		fixture_receive(s->m, s->m->peers[0], 1, "more");
	scene_key(s, '2', KEY_ALT);
	assert_false(shows(s, "60 new"));
	scene_key(s, 'u', KEY_ALT);
	assert_true(shows(s, "60 new"));
}

static void
expect_links(const char *text, const char *want)
{
	char got[256] = "";
	size_t used = 0;
	struct link link = { 0 };

	while (link_next(text, strlen(text), link.offset + link.size, &link))
		used += (size_t)snprintf(got + used, sizeof(got) - used,
		    "<%.*s>", (int)link.size, text + link.offset);
	assert_string_equal(got, want);
}

static void
links_end_where_the_sentence_goes_on(void **state)
{
	(void)state;
	expect_links("no link, http:// neither", "");
	expect_links("https://a.b/c.", "<https://a.b/c>");
	expect_links("(see http://a.b/x_(y)), or mailto:a@b.c!",
	    "<http://a.b/x_(y)>");
	expect_links("xhttp://a.b \"HTTP://C.D\"", "<HTTP://C.D>");
	expect_links("http://a.b\nhttp://c.d", "<http://a.b><http://c.d>");
	expect_links("http://a.b/\xe4\xb8\x96", "<http://a.b/>");
	expect_links("file:///etc/passwd javascript:alert(1)", "");
}

/* While the question stands its message may leave memory: the answer must not
 * go to another. */
static void
a_question_is_about_one_message(void **state)
{
	struct scene *s = *state;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "kd");
	assert_true(shows(s, "delete it, there too?"));
	conv_clear(s->m, conv_of_ana(s));
	fixture_send(s->m, s->m->peers[0], 1, "another of ours");
	scene_draw(s, 24, 80);
	scene_type(s, "y");
	assert_int_equal(count_commands(s), 0);
}

/* Who comes moves the others in the list, and Enter is on its way already. */
static void
it_is_forwarded_to_whom_one_sees(void **state)
{
	struct scene *s = *state;
	struct peer *bob = s->m->peers[1];
	const struct command *cmd = NULL;

	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "f");
	scene_key(s, KEY_TAB_KEY, 0);
	assert_true(shows(s, "[bob]"));
	s->m->peers[0]->presence = PRESENCE_OFFLINE;
	scene_type(s, "\n");
	for (size_t i = 0; i < s->command_count; i++)
		if (s->commands[i].kind == COMMAND_SAY)
			cmd = &s->commands[i];
	assert_non_null(cmd);
	assert_true(fp_equal(&cmd->peer, &bob->fp));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(escape_on_an_empty_line_selects),
		TEST(other_text_leaves_and_is_typed),
		TEST(a_reply_answers_that_message),
		TEST(escape_drops_the_reply_and_keeps_the_text),
		TEST(a_command_is_no_answer),
		TEST(an_edit_replaces_and_gives_the_draft_back),
		TEST(what_does_not_apply_says_why),
		TEST(deleting_asks),
		TEST(reactions_by_digit_and_by_text),
		TEST(copy_and_open_are_requests),
		TEST(forwarded_words_are_a_quote),
		TEST(it_is_forwarded_to_whom_one_sees),
		TEST(what_failed_is_sent_once_more),
		TEST(the_menu_does_the_same),
		TEST(what_is_selected_stays_in_view),
		TEST(a_question_is_about_one_message),
		TEST(our_name_is_found_as_a_word),
		TEST(the_newest_stay_below_a_frozen_view),
		TEST(the_first_unread_goes_to_the_top),
		cmocka_unit_test(links_end_where_the_sentence_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
