/* SPDX-License-Identifier: MIT */
/*
 * Files on the screen: what is typed and pressed.
 */
#include "base/err.h"
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui/commands.h"
#include "ui/report.h"
#include "ui/request.h"
#include "ui/transfer_text.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 24, COLS = 80 };

static const struct peer *ana;

static int
begin(void **state)
{
	struct scene *s = scene_new(false, false);

	ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	*state = s;
	return 0;
}

static int
end(void **state)
{
	scene_free(*state);
	return 0;
}

static bool
shows_in(struct scene *s, int rows, int cols, const char *text)
{
	scene_draw(s, rows, cols);
	char *dump = grid_dump(&s->grid, false);
	bool found = strstr(dump, text) != NULL;

	free(dump);
	return found;
}

static bool
shows(struct scene *s, const char *text)
{
	return shows_in(s, ROWS, COLS, text);
}

static int
parse(struct scene *s, const char *line, struct entered *ret_en)
{
	char *error = NULL;
	size_t at;
	int err =
	    command_parse(s->m, s->now, ana->conv, line, ret_en, &error, &at);

	assert_true((err == 0) == (error == NULL));
	free(error);
	return err;
}

static void
fails_with(struct scene *s, const char *line, const char *part)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	assert_int_equal(
	    command_parse(s->m, s->now, ana->conv, line, &en, &error, &at),
	    ERR_FORMAT);
	if (strstr(error, part) == NULL)
		fail_msg("\"%s\" has no \"%s\"", error, part);
	free(error);
}

static void
lines(void **state)
{
	static const struct {
		const char *line;
		enum command_kind kind;
		uint32_t number;
		const char *text;
	} rows[] = {
		{ "/send a.txt", COMMAND_SEND_FILES, 0, "a.txt\n" },
		{ "/send a\\ b 'c d' \"e f\"", COMMAND_SEND_FILES, 0,
		    "a b\nc d\ne f\n" },
		{ "/send file:///tmp/a%20b", COMMAND_SEND_FILES, 0,
		    "/tmp/a b\n" },
		{ "/get", COMMAND_GET, 0, NULL },
		{ "/get 3", COMMAND_GET, 3, NULL },
		{ "/get f3 ~/in", COMMAND_GET, 3, "~/in" },
		{ "/get ~/in\\ box", COMMAND_GET, 0, "~/in box" },
		{ "/get f3 '/tmp/B/my folder'", COMMAND_GET, 3,
		    "/tmp/B/my folder" },
		{ "/refuse", COMMAND_REFUSE, 0, NULL },
		{ "/refuse F7", COMMAND_REFUSE, 7, NULL },
		{ "/cancel f1", COMMAND_STOP, 1, NULL },
		{ "/pause f1", COMMAND_PAUSE, 1, NULL },
		{ "/resume 2", COMMAND_RESUME, 2, NULL },
	};
	struct scene *s = *state;

	fixture_transfer(s->m, ana, "a", false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct entered en;
		assert_int_equal(parse(s, rows[i].line, &en), 0);
		assert_int_equal(en.cmd.kind, rows[i].kind);
		assert_int_equal(en.cmd.number, rows[i].number);
		if (rows[i].text == NULL)
			assert_null(en.cmd.text);
		else
			assert_string_equal(en.cmd.text, rows[i].text);
		entered_clear(&en);
	}
}

static void
lines_that_mean_nothing(void **state)
{
	static const struct {
		const char *line;
		int err;
	} rows[] = {
		{ "/send", ERR_FORMAT },
		{ "/send a ''", ERR_FORMAT },
		{ "/send file:///%1b%5b2J", ERR_FORMAT },
		{ "/send file:///%ff", ERR_FORMAT },
		{ "/send file:///a%0ab", ERR_FORMAT },
		{ "/get 3 a b", ERR_FORMAT },
		{ "/refuse 3 4", ERR_FORMAT },
		{ "/refuse him", ERR_FORMAT },
		{ "/files now", ERR_FORMAT },
		{ "/pause", ERR_FORMAT },
		{ "/resume ana", ERR_FORMAT },
		{ "/send --to ana", ERR_FORMAT },
		{ "/send --to eve a.txt", ERR_NOT_FOUND },
		{ "/open f9", ERR_NOT_FOUND },
		{ "/open f1", ERR_UNSUPPORTED },
		/* No such transfer, and nobody of that name. */
		{ "/cancel f2", ERR_NOT_FOUND },
	};
	struct scene *s = *state;

	fixture_transfer(s->m, ana, "a", false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct entered en;
		assert_int_equal(parse(s, rows[i].line, &en), rows[i].err);
	}
}

/* What is wrong is named, and breaks no line. */
static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *line, *text;
	} rows[] = {
		{ "/send a.txt file:///a%0ab",
		    "\"/a\xe2\x8f\x8e"
		    "b\" is not the name of a file" },
		{ "/send file:///%1b%5b2J", "\"/\xe2\x90\x9b[2J\" is not" },
		{ "/get f30 /tmp/B/my folder", "one with blanks in quotes" },
		{ "/get x y", "/get takes one path" },
		{ "/send ''", "\"\" is not the name of a file" },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fails_with(s, rows[i].line, rows[i].text);
}

static void
the_list_as_lines(void **state)
{
	struct scene *s = *state;
	char *text = report_files(s->m);

	assert_non_null(strstr(text, "/send PATH"));
	free(text);
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);
	t->state = TRANSFER_RUNNING;
	t->done = 700000;
	t->rate = 100000;
	t = fixture_transfer(s->m, ana, "b.txt", false);
	t->state = TRANSFER_DONE;
	t->path = strdup("/tmp/b.txt");
	t = fixture_transfer(s->m, ana, "c", true);
	t->state = TRANSFER_FAILED;
	t->reason = strdup("gone");
	text = report_files(s->m);
	assert_string_equal(text,
	    "f1 from ana: a.txt, 50% of 1.4 MB, 100 kB/s, 7 s left\n"
	    "f2 from ana: b.txt, 1.4 MB, done, /tmp/b.txt\n"
	    "f3 to ana: c, failed: gone");
	free(text);
}

/* What was over before this start is there only for who is not told yet. */
static void
what_is_past_is_not_listed(void **state)
{
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);

	t->state = TRANSFER_DONE;
	t->path = strdup("/tmp/a.txt");
	t->past = true;
	char *text = report_files(s->m);
	assert_non_null(strstr(text, "/send PATH"));
	free(text);
	scene_type(s, "/open f");
	scene_key(s, KEY_TAB_KEY, 0);
	assert_true(shows(s, "ana> /open f"));
	assert_false(shows(s, "ana> /open f1"));
	scene_key(s, KEY_F1 + 4, 0);
	assert_false(shows(s, "< a.txt"));
}

/* Words of paths are completed one by one, and can be read back. */
static void
tab_completes_each_path(void **state)
{
	static const char *const paths[] = { "my file.txt" };
	struct scene *s = *state;
	struct request r;

	scene_type(s, "/send a.txt my\\ f");
	scene_key(s, KEY_TAB_KEY, 0);
	assert_true(ui_request(s->ui, &r));
	assert_int_equal(r.kind, REQUEST_PATHS);
	assert_string_equal(r.text, "my f");
	request_clear(&r);
	ui_answer_paths(s->ui, paths, 1);
	assert_true(shows(s, "ana> /send a.txt my\\ file.txt"));
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_SEND_FILES);
	assert_string_equal(scene_last(s)->text, "a.txt\nmy file.txt\n");
}

static void
the_list_has_keys(void **state)
{
	struct scene *s = *state;

	scene_key(s, KEY_F1 + 4, 0);
	assert_true(shows(s, "Nothing is on its way."));
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_null(scene_last(s));
	fixture_transfer(s->m, ana, "a.txt", false);
	struct transfer *b = fixture_transfer(s->m, ana, "b.txt", false);
	assert_true(shows(s, ">f2  < b.txt"));
	assert_true(shows(s, "g get  r refuse  Enter talk  Esc"));
	scene_key(s, 'g', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_GET);
	assert_int_equal(scene_last(s)->number, 2);
	assert_int_equal(scene_last(s)->conv, ana->conv);
	b->state = TRANSFER_RUNNING;
	assert_true(shows(s, "p pause  c cancel  Enter talk  Esc"));
	scene_key(s, 'p', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_PAUSE);
	assert_int_equal(scene_last(s)->number, 2);
	b->state = TRANSFER_PAUSED;
	scene_key(s, 'p', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_RESUME);
	scene_key(s, 'c', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_STOP);
	/* Not for us to end. */
	b->paused_there = true;
	assert_false(shows(s, "p resume"));
	assert_true(shows(s, "c cancel  Enter talk"));
	scene_key(s, 'p', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_STOP);
	assert_true(shows(s, "f2 is paused by ana, who lets it go on"));
	b->paused_here = true;
	assert_true(shows(s, "p resume"));
	b->paused_here = b->paused_there = false;
	b->state = TRANSFER_FAILED;
	assert_true(shows(s, "g get  Enter talk"));
	b->gone = true;
	assert_false(shows(s, "g get"));
	b->gone = false;
	b->state = TRANSFER_OFFERED;
	scene_key(s, KEY_DOWN_KEY, 0);
	/* What comes does not move the others under the hand. */
	fixture_transfer(s->m, ana, "c.txt", false);
	assert_true(shows(s, ">f1  < a.txt"));
	scene_key(s, 'r', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_REFUSE);
	assert_int_equal(scene_last(s)->number, 1);
	size_t count = s->command_count;
	scene_key(s, 'p', 0);
	scene_key(s, 'o', 0);
	assert_int_equal(s->command_count, count);
	assert_true(shows(s, "that does not go: f1 is offered"));
	assert_true(
	    shows_in(s, 12, 40, "\n that does not go: f1 is offered\n"));
	scene_key(s, KEY_F1 + 4, 0);
	assert_false(shows(s, "Enter talk"));
	scene_type(s, "/files\n");
	assert_true(shows(s, "Enter talk"));
}

/* Which may take a while, where much of it is there. */
static void
what_is_there_is_compared(void **state)
{
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);

	t->state = TRANSFER_ACCEPTED;
	t->done = t->size / 2;
	scene_key(s, KEY_F1 + 4, 0);
	assert_true(shows(s, "50% waits for ana"));
	t->reason = strdup("no way");
	t->moving = true;
	assert_true(shows(s, "50% checks what is there"));
	assert_false(shows(s, "no way"));
	/* There is nothing yet. */
	t->done = 0;
	assert_true(shows(s, "waits for ana: no way"));
}

static void
why_an_offer_failed_is_said_once(void **state)
{
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", true);
	struct conv *c = model_conv_edit(s->m, ana->conv);
	struct message *msg = conv_message_edit(c, c->next_serial - 1);

	t->state = TRANSFER_REFUSED;
	t->reason = strdup("too many");
	msg->delivery = DELIVERY_FAILED;
	msg->reason = strdup("too many");
	assert_true(shows(s, "refused by ana: too many"));
	assert_false(shows(s, "not delivered"));
	/* Another one is no less true. */
	msg->reason[0] = 'T';
	assert_true(shows(s, "not delivered: Too many"));
}

/* Enter leaves the list for whom the file is from. */
static void
the_list_says_how_it_stands(void **state)
{
	struct scene *s = *state;
	char name[240 + 1];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	struct transfer *t = fixture_transfer(s->m, ana, name, false);
	t->state = TRANSFER_FAILED;
	t->reason = strdup("the reason of it all");
	scene_key(s, KEY_F1 + 4, 0);
	assert_true(shows_in(s, 12, 40, "failed: the reason of it all"));
}

/* One of ours that waits for more than its receiver says why. */
static void
an_offer_that_waits_says_why(void **state)
{
	static const char why[] = "waits for ana: too many of yours";
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", true);

	assert_true(shows(s, "waits for ana"));
	assert_false(shows(s, why));
	t->reason = strdup("too many of yours");
	assert_true(shows(s, why));
	assert_true(shows_in(s, ROWS, 120, "/cancel f1"));
	scene_key(s, KEY_F1 + 4, 0);
	assert_true(shows(s, why));
	char *text = report_files(s->m);
	assert_non_null(strstr(text, why));
	free(text);
}

static void
the_list_leads_to_the_talk(void **state)
{
	struct scene *s = *state;
	const struct peer *bob =
	    fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);

	fixture_transfer(s->m, bob, "b.txt", false);
	assert_true(shows(s, "ana>"));
	scene_key(s, KEY_F1 + 4, 0);
	scene_key(s, KEY_ENTER_KEY, 0);
	assert_false(shows(s, "Enter talk"));
	assert_true(shows(s, "bob>"));
}

static bool
asks_for(struct scene *s, enum request_kind kind, const char *text)
{
	struct request r;
	bool found = false;

	while (ui_request(s->ui, &r)) {
		found |= r.kind == kind && strcmp(r.text, text) == 0;
		request_clear(&r);
	}
	return found;
}

static bool
complains(struct scene *s, const char *text)
{
	const struct command *cmd = scene_last(s);

	return cmd != NULL && cmd->kind == COMMAND_ERROR &&
	       strstr(cmd->text, text) != NULL;
}

/* What came is opened by its path, when the user says so, and no program. */
static void
what_came_is_opened(void **state)
{
	static const char path[] = "/home/u/in/a.txt";
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);

	scene_type(s, "/open f1\n");
	assert_true(complains(s, "a.txt is not here"));
	t->state = TRANSFER_DONE;
	t->path = strdup(path);
	assert_true(shows(s, "saved as /home/u/in/a.txt"));
	assert_true(shows(s, "/open f1"));
	assert_false(asks_for(s, REQUEST_OPEN_FILE, path));
	scene_key(s, 'u', KEY_CTRL);
	scene_type(s, "/open f1\n");
	assert_true(asks_for(s, REQUEST_OPEN_FILE, path));
	scene_key(s, KEY_F1 + 4, 0);
	scene_key(s, 'o', 0);
	assert_true(asks_for(s, REQUEST_OPEN_FILE, path));
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, 'v', KEY_ALT);
	scene_key(s, KEY_UP_KEY, 0);
	scene_key(s, 'o', 0);
	assert_true(asks_for(s, REQUEST_OPEN_FILE, path));
	free(t->name);
	t->name = strdup("a.txt.desktop");
	scene_type(s, "/open f1\n");
	assert_true(complains(s, "opening it would run it (.desktop)"));
	scene_key(s, 'u', KEY_CTRL);
	scene_key(s, KEY_F1 + 4, 0);
	scene_key(s, 'o', 0);
	assert_false(asks_for(s, REQUEST_OPEN_FILE, path));
}

/* The disk has any bytes; nobody sees them but who opens it. */
static void
any_path_is_shown_clean(void **state)
{
	static const char path[] = "/in/\xff\x1b[2Je\xcc\x81\xe2\x80\xae/a.txt";
	static const char clean[] = "/in/\xef\xbf\xbd";
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);

	t->state = TRANSFER_DONE;
	t->path = strdup(path);
	char *text = report_files(s->m);
	assert_non_null(strstr(text, clean));
	assert_null(strpbrk(text, "\xff\x1b"));
	free(text);
	struct transfer_place place = { .who = "ana", .cells = 200 };
	text = transfer_hint(s->m->lang, t, &place);
	assert_non_null(strstr(text, clean));
	assert_null(strpbrk(text, "\xff\x1b"));
	free(text);
	t->mine = true;
	text = transfer_cannot_open(s->m->lang, t);
	assert_non_null(strstr(text, clean));
	assert_null(strpbrk(text, "\xff\x1b"));
	free(text);
	t->mine = false;
	scene_type(s, "/open f1\n");
	assert_true(asks_for(s, REQUEST_OPEN_FILE, path));
}

/* The table is of this run, its number for ever. */
static void
what_came_before_is_opened(void **state)
{
	static const char path[] = "/home/u/in/a.txt";
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);
	struct conv *c = model_conv_edit(s->m, ana->conv);

	t->state = TRANSFER_DONE;
	t->path = strdup(path);
	conv_message_edit(c, c->next_serial - 1)->file = t;
	s->m->transfer_count = 0;
	assert_true(shows(s, "saved as /home/u/in/a.txt; 1.4 MB; /open f1"));
	scene_type(s, "/open f1\n");
	assert_true(asks_for(s, REQUEST_OPEN_FILE, path));
}

/* One line, a command for each of them; and none when somebody is not known. */
static void
several_receivers(void **state)
{
	struct scene *s = *state;
	const struct peer *bob =
	    fixture_contact(s->m, "bob b", PRESENCE_ONLINE, 2);
	size_t sent = 0, to_ana = 0, to_bob = 0;

	scene_type(s, "/send --to ana,eve,zoe a.txt\n");
	assert_true(complains(s, "nobody here is called eve, zoe"));
	scene_key(s, KEY_END_KEY, 0);
	scene_key(s, 'u', KEY_CTRL);
	for (size_t i = 0; i < s->command_count; i++)
		assert_int_not_equal(s->commands[i].kind, COMMAND_SEND_FILES);
	scene_type(s, "/send --to ana, \"bob b\",ana a.txt b.txt\n");
	scene_draw(s, ROWS, COLS);
	for (size_t i = 0; i < s->command_count; i++) {
		const struct command *cmd = &s->commands[i];
		if (cmd->kind != COMMAND_SEND_FILES)
			continue;
		assert_string_equal(cmd->text, "a.txt\nb.txt\n");
		sent++;
		to_ana += fp_equal(&cmd->peer, &ana->fp);
		to_bob += fp_equal(&cmd->peer, &bob->fp);
	}
	assert_int_equal(sent, 2);
	assert_int_equal(to_ana, 1);
	assert_int_equal(to_bob, 1);
}

static void
rules(void **state)
{
	static const struct {
		const char *line;
		bool on;
		uint32_t number;
		uint64_t size;
		const char *text;
	} rows[] = {
		{ "/accept", false, UINT32_MAX, 0, NULL },
		{ "/accept ana", false, UINT32_MAX, 0, NULL },
		{ "/accept on", true, 0, 0, NULL },
		{ "/accept ana off", false, 0, 0, NULL },
		{ "/accept ana on max 500", true, 0, 500, NULL },
		{ "/accept on max 500kB", true, 0, 500000, NULL },
		{ "/accept on max 1.5 GB to ~/in", true, 0, 1500000000,
		    "~/in" },
		{ "/accept on to '~/my in' max 2 MiB", true, 0, 2 << 20,
		    "~/my in" },
		{ "/accept on max 7 to x", true, 0, 7, "x" },
	};
	static const char *const bad[] = { "/accept on max", "/accept on to",
		"/accept on max x", "/accept on max 0", "/accept on max 5 XB",
		"/accept on max 5 max 6", "/accept ana maybe",
		"/accept off max 5", "/accept on max 99999999999999 TB",
		"/accept on always" };
	struct scene *s = *state;
	struct entered en;

	assert_int_equal(parse(s, "/accept on", &en), ERR_UNSUPPORTED);
	assert_int_equal(parse(s, "/accept off", &en), 0);
	model_peer_edit(s->m, &ana->fp)->trust = TRUST_VERIFIED;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(s, rows[i].line, &en), 0);
		assert_int_equal(en.cmd.kind, COMMAND_ACCEPT);
		assert_true(fp_equal(&en.cmd.peer, &ana->fp));
		assert_int_equal(en.cmd.on, rows[i].on);
		assert_int_equal(en.cmd.number, rows[i].number);
		assert_int_equal(en.cmd.size, rows[i].size);
		if (rows[i].text == NULL)
			assert_null(en.cmd.text);
		else
			assert_string_equal(en.cmd.text, rows[i].text);
		entered_clear(&en);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(s, bad[i], &en), ERR_FORMAT);
}

static char *
offered_by_tab(struct scene *s, const char *line)
{
	scene_type(s, line);
	scene_key(s, KEY_TAB_KEY, 0);
	scene_draw(s, ROWS, COLS);
	char *dump = grid_dump(&s->grid, false);
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, 'u', KEY_CTRL);
	return dump;
}

static void
tab_knows_files_and_receivers(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	fixture_transfer(s->m, ana, "a.txt", false);
	fixture_transfer(s->m, ana, "b.txt", false)->state = TRANSFER_RUNNING;
	fixture_transfer(s->m, ana, "c.txt", false)->state = TRANSFER_RUNNING;
	char *dump = offered_by_tab(s, "/get ");
	assert_non_null(strstr(dump, "ana> /get f1"));
	free(dump);
	dump = offered_by_tab(s, "/pause ");
	assert_non_null(strstr(dump, "f3"));
	assert_non_null(strstr(dump, "b.txt  0% of 1.4 MB"));
	free(dump);
	dump = offered_by_tab(s, "/send --to ana,b");
	assert_non_null(strstr(dump, "/send --to ana,bob"));
	free(dump);
	dump = offered_by_tab(s, "/accept an");
	assert_non_null(strstr(dump, "/accept ana"));
	free(dump);
	dump = offered_by_tab(s, "/accept ana o");
	assert_non_null(strstr(dump, "off"));
	free(dump);
	struct request r;
	scene_type(s, "/send --to ana,bob my\\ f");
	while (ui_request(s->ui, &r))
		request_clear(&r);
	scene_key(s, KEY_TAB_KEY, 0);
	assert_true(asks_for(s, REQUEST_PATHS, "my f"));
}

/* An offer counts as what is said does, also above the line of the new. */
static void
offers_are_new(void **state)
{
	struct scene *s = *state;

	scene_draw(s, ROWS, COLS);
	scene_key(s, '1', KEY_ALT);
	for (unsigned i = 0; i < 3; i++)
		fixture_receive(s->m, ana, 9, "old");
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
	fixture_transfer(s->m, ana, "a.txt", false);
	fixture_receive(s->m, ana, 1, "have a look");
	assert_true(shows(s, "ana(2)"));
	scene_key(s, '2', KEY_ALT);
	assert_true(shows(s, " 2 new "));
	scene_draw(s, ROWS, COLS);
	char *dump = grid_dump(&s->grid, false);
	const char *marker = strstr(dump, " 2 new ");
	assert_non_null(marker);
	assert_non_null(strstr(marker, "file a.txt"));
	assert_null(strstr(marker, "old"));
	free(dump);
}

static void
an_offer_is_saved_from_its_message(void **state)
{
	struct scene *s = *state;
	struct transfer *t = fixture_transfer(s->m, ana, "a.txt", false);

	assert_true(shows(s, "/get f1"));
	scene_key(s, 'v', KEY_ALT);
	scene_key(s, 's', 0);
	assert_int_equal(scene_last(s)->kind, COMMAND_GET);
	assert_int_equal(scene_last(s)->number, 1);
	size_t count = s->command_count;
	t->state = TRANSFER_DONE;
	scene_key(s, 'v', KEY_ALT);
	scene_key(s, 's', 0);
	assert_int_equal(s->command_count, count);
	/* The table is short, a conversation long. */
	t->id = 99;
	assert_true(shows(s, "a.txt"));
	assert_false(shows(s, "saved"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines),
		TEST(lines_that_mean_nothing),
		TEST(what_is_wrong_is_named),
		TEST(the_list_as_lines),
		TEST(what_is_past_is_not_listed),
		TEST(any_path_is_shown_clean),
		TEST(tab_completes_each_path),
		TEST(the_list_has_keys),
		TEST(what_is_there_is_compared),
		TEST(why_an_offer_failed_is_said_once),
		TEST(the_list_says_how_it_stands),
		TEST(an_offer_that_waits_says_why),
		TEST(the_list_leads_to_the_talk),
		TEST(what_came_is_opened),
		TEST(what_came_before_is_opened),
		TEST(several_receivers),
		TEST(rules),
		TEST(tab_knows_files_and_receivers),
		TEST(offers_are_new),
		TEST(an_offer_is_saved_from_its_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
