/* SPDX-License-Identifier: MIT */
/*
 * Commands about messages that were said, and about what is kept of them.
 */
#include "base/err.h"
#include "core/pin.h"
#include "model_fixture.h"
#include "ui/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct model *m;
static struct peer *ana, *bob;

static int
set_up(void **state)
{
	(void)state;
	m = fixture_model();
	ana = fixture_contact(m, "ana", PRESENCE_ONLINE, 1);
	bob = fixture_contact(m, "bob", PRESENCE_ONLINE, 2);
	fixture_receive(m, ana, 9, "first of theirs");
	fixture_send(m, ana, 8, "first of ours");
	fixture_receive(m, ana, 7, "last of theirs");
	fixture_send(m, ana, 6, "last of ours");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fixture_free(m);
	return 0;
}

static struct command
parsed(uint32_t conv, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	if (command_parse(m, fixture_now(), conv, line, &en, &error, &at) < 0)
		fail_msg("%s: %s", line, error);
	return en.cmd;
}

static const char *
target_text(const struct command *cmd)
{
	const struct conv *c = model_conv_of(m, &cmd->peer);

	assert_true(cmd->has_target);
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		if (msg_id_equal(&msg->id, &cmd->target))
			return msg->text;
	}
	return NULL;
}

static void
messages_are_named_by_place_or_by_default(void **state)
{
	static const struct {
		const char *line;
		enum command_kind kind;
		const char *target, *text;
	} rows[] = {
		{ "/reply yes", COMMAND_SAY, "last of theirs", "yes" },
		{ "/reply #4 3 pm works", COMMAND_SAY, "first of theirs",
		    "3 pm works" },
		{ "/reply 3 pm works", COMMAND_SAY, "last of theirs",
		    "3 pm works" },
		{ "/edit oops", COMMAND_EDIT, "last of ours", "oops" },
		{ "/edit #3 oops", COMMAND_EDIT, "first of ours", "oops" },
		{ "/delete", COMMAND_DELETE, "last of ours", NULL },
		{ "/delete #3", COMMAND_DELETE, "first of ours", NULL },
		{ "/react +1", COMMAND_REACT, "last of theirs", "+1" },
		{ "/react #1 +1", COMMAND_REACT, "last of ours", "+1" },
		{ "/react", COMMAND_REACT, "last of theirs", "" },
		{ "/forget #2", COMMAND_FORGET, "last of theirs", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct command cmd = parsed(ana->conv, rows[i].line);
		assert_int_equal(cmd.kind, rows[i].kind);
		assert_true(fp_equal(&cmd.peer, &ana->fp));
		assert_string_equal(target_text(&cmd), rows[i].target);
		if (rows[i].text != NULL)
			assert_string_equal(cmd.text, rows[i].text);
		command_clear(&cmd);
	}
}

static void
messages_are_named_by_id(void **state)
{
	(void)state;
	const struct conv *c = model_conv_of(m, &ana->fp);
	const struct message *msg = conv_message(c, c->first_serial);
	char id[MSG_ID_TEXT_SIZE], line[64];

	snprintf(line, sizeof(line), "/reply %s ok", msg_id_text(&msg->id, id));
	struct command cmd = parsed(ana->conv, line);
	assert_string_equal(target_text(&cmd), "first of theirs");
	assert_string_equal(cmd.text, "ok");
	command_clear(&cmd);
	/* It may be one that only the store has. */
	cmd = parsed(ana->conv, "/edit aaaaaaaaaaaaaaaaaaaaaaaaaa other");
	assert_true(cmd.has_target);
	assert_null(target_text(&cmd));
	command_clear(&cmd);
	cmd = parsed(CONV_NEARBY, "/cancel aaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_true(cmd.has_target);
}

static void
contacts_are_here_or_named(void **state)
{
	static const struct {
		const char *line;
		enum command_kind kind;
		bool on;
		uint32_t number;
		bool is_bob;
	} rows[] = {
		{ "/history off", COMMAND_HISTORY, false, 0, false },
		{ "/history ON bob", COMMAND_HISTORY, true, 0, true },
		{ "/receipts on", COMMAND_RECEIPTS, true, 0, false },
		{ "/transport udp bob", COMMAND_TRANSPORT, false, TRANSPORT_UDP,
		    true },
		{ "/transport auto", COMMAND_TRANSPORT, false, TRANSPORT_AUTO,
		    false },
		{ "/forget conversation bob", COMMAND_FORGET, false, 0, true },
		{ "/forget contact", COMMAND_FORGET, true, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct command cmd = parsed(ana->conv, rows[i].line);
		const struct peer *who = rows[i].is_bob ? bob : ana;
		assert_int_equal(cmd.kind, rows[i].kind);
		assert_int_equal(cmd.on, rows[i].on);
		assert_int_equal(cmd.number, rows[i].number);
		assert_true(fp_equal(&cmd.peer, &who->fp));
		assert_false(cmd.has_target);
		command_clear(&cmd);
	}
	struct command cmd = parsed(CONV_NEARBY, "/forget conversation");
	assert_true(fp_is_zero(&cmd.peer));
	cmd = parsed(CONV_NEARBY, "/cancel 12");
	assert_int_equal(cmd.number, 12);
	cmd = parsed(CONV_NEARBY, "/cancel bob");
	assert_true(fp_equal(&cmd.peer, &bob->fp));
}

static void
questions_go_to_the_store(void **state)
{
	(void)state;
	struct command cmd = parsed(ana->conv, "/search pizza from:bob ");

	assert_int_equal(cmd.kind, COMMAND_QUERY);
	assert_int_equal(cmd.number, QUESTION_SEARCH);
	assert_string_equal(cmd.text, "pizza from:bob");
	assert_true(fp_equal(&cmd.peer, &ana->fp));
	command_clear(&cmd);
	cmd = parsed(CONV_NEARBY, "/goto yesterday");
	assert_int_equal(cmd.number, QUESTION_GOTO);
	assert_true(fp_is_zero(&cmd.peer));
	command_clear(&cmd);
	cmd = parsed(ana->conv, "/export -json a talk.json");
	assert_int_equal(cmd.number, QUESTION_EXPORT);
	assert_string_equal(cmd.text, "-json a talk.json");
	command_clear(&cmd);
}

static void
the_doctor_is_asked_of_people_and_addresses(void **state)
{
	static const char *const addresses[] = { "10.0.0.9", "10.0.0.9:41827",
		"fe80::1%3", "[fe80::1%3]:99" };
	static const char *const bad[] = { "/doctor nobody", "/doctor 10.0.0",
		"/doctor 10.0.0.9 bob" };
	struct command cmd = parsed(ana->conv, "/doctor");

	(void)state;
	assert_int_equal(cmd.kind, COMMAND_QUERY);
	assert_int_equal(cmd.number, QUESTION_DOCTOR);
	assert_true(fp_is_zero(&cmd.peer));
	assert_null(cmd.text);
	cmd = parsed(ana->conv, "/doctor BOB");
	assert_true(fp_equal(&cmd.peer, &bob->fp));
	assert_string_equal(cmd.text, "bob");
	command_clear(&cmd);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		char line[64];
		snprintf(line, sizeof(line), "/doctor %s", addresses[i]);
		cmd = parsed(ana->conv, line);
		assert_true(fp_is_zero(&cmd.peer));
		assert_string_equal(cmd.text, addresses[i]);
		command_clear(&cmd);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct entered en;
		char *error;
		size_t at;
		assert_true(command_parse(m, fixture_now(), ana->conv, bad[i],
				&en, &error, &at) < 0);
		free(error);
	}
}

static void
mistakes_are_said_where_they_are(void **state)
{
	static const struct {
		const char *line;
		uint32_t conv; /* 0: ana's */
		int err;
		size_t at;
	} rows[] = {
		{ "/reply", 0, ERR_FORMAT, 6 },
		{ "/reply #1", 0, ERR_FORMAT, 9 },
		{ "/reply #9 x", 0, ERR_NOT_FOUND, 7 },
		{ "/reply x", CONV_NEARBY, ERR_STATE, 0 },
		{ "/delete now", 0, ERR_FORMAT, 8 },
		{ "/react abcdefghijklmnopq", 0, ERR_LIMIT, 23 },
		{ "/forget", 0, ERR_FORMAT, 7 },
		{ "/forget ana", 0, ERR_FORMAT, 8 },
		{ "/forget contact", CONV_NEARBY, ERR_FORMAT, 15 },
		{ "/history maybe", 0, ERR_FORMAT, 9 },
		{ "/history on zoe", 0, ERR_NOT_FOUND, 12 },
		{ "/transport sctp", 0, ERR_FORMAT, 11 },
		{ "/cancel", 0, ERR_FORMAT, 7 },
		{ "/cancel zoe", 0, ERR_NOT_FOUND, 8 },
		{ "/search", 0, ERR_FORMAT, 7 },
		{ "/search a \"b", 0, ERR_FORMAT, 10 },
		{ "/search since:never", 0, ERR_FORMAT, 14 },
		{ "/goto someday", 0, ERR_FORMAT, 6 },
		{ "/export", 0, ERR_FORMAT, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct entered en;
		char *error = NULL;
		size_t at = 999;
		uint32_t conv = rows[i].conv == 0 ? ana->conv : rows[i].conv;
		int err = command_parse(
		    m, fixture_now(), conv, rows[i].line, &en, &error, &at);
		if (err != rows[i].err || at != rows[i].at)
			fail_msg(
			    "%s: %d at %zu: %s", rows[i].line, err, at, error);
		free(error);
	}
}

/* A sentence must not contradict what stands in the manual or in itself. */
static void
mistakes_come_with_what_helps(void **state)
{
	static const struct {
		const char *line;
		uint32_t conv; /* 0: ana's */
		const char *part;
	} rows[] = {
		{ "/delete now", 0, "/delete needs [#N]" },
		{ "/goto someday", 0, "\"someday\" is no day: write it as" },
		{ "/forget contact", CONV_NEARBY, "/forget of whom?" },
		{ "/forget contact", CONV_NEARBY, "/forget conversation bob" },
		{ "/history off", CONV_NEARBY, "/history of whom?" },
		{ "/forget #1", CONV_NEARBY, "nothing was said here yet" },
		{ "/reply #9 x", 0, "no message #9 here" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct entered en;
		char *error = NULL;
		size_t at;
		uint32_t conv = rows[i].conv == 0 ? ana->conv : rows[i].conv;
		assert_true(command_parse(m, fixture_now(), conv, rows[i].line,
				&en, &error, &at) < 0);
		if (strstr(error, rows[i].part) == NULL)
			fail_msg("%s: %s", rows[i].line, error);
		free(error);
	}
}

static void
commands_of_others(void **state)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	(void)state;
	struct command cmd =
	    parsed(ana->conv, "/run bob disk '/a b'  \"$(id)\" ");
	assert_int_equal(cmd.kind, COMMAND_RUN);
	assert_true(fp_equal(&cmd.peer, &bob->fp));
	assert_false(cmd.on);
	assert_string_equal(cmd.text, "disk '/a b'  \"$(id)\"");
	command_clear(&cmd);
	cmd = parsed(ana->conv, "/run bob --stop");
	assert_int_equal(cmd.kind, COMMAND_RUN);
	assert_true(cmd.on);
	assert_null(cmd.text);
	static const char *const bad[] = { "/run", "/run bob", "/run nobody x",
		"/run bob --stop now" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(command_parse(m, fixture_now(), ana->conv, bad[i],
				&en, &error, &at) < 0);
		free(error);
	}
}

int
main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(messages_are_named_by_place_or_by_default),
		ROW(messages_are_named_by_id),
		ROW(contacts_are_here_or_named),
		ROW(questions_go_to_the_store),
		ROW(the_doctor_is_asked_of_people_and_addresses),
		ROW(mistakes_are_said_where_they_are),
		ROW(mistakes_come_with_what_helps),
		cmocka_unit_test_setup_teardown(
		    commands_of_others, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
