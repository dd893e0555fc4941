/* SPDX-License-Identifier: MIT */
#include "ui/commands.h"

#include "base/err.h"
#include "base/lang.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
	struct model *m;
	struct peer *ana, *maria, *bob, *bobby;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->m = fixture_model();
	struct peer *ana = fixture_contact(w->m, "ana", PRESENCE_ONLINE, 1);
	/* For the example of /accept. */
	ana->trust = TRUST_VERIFIED;
	w->ana = ana;
	w->bob = fixture_peer(w->m, "bob", PRESENCE_ONLINE, 2);
	w->bobby = fixture_peer(w->m, "bobby", PRESENCE_AWAY, 3);
	w->maria = fixture_peer(w->m, "Ana Maria", PRESENCE_ONLINE, 4);
	/* What the example of /unignore takes away. */
	char *error = NULL;
	assert_int_equal(
	    settings_set(&w->m->settings, "talk.ignore", "lunch menu", &error),
	    0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	fixture_free(w->m);
	free(w);
	return 0;
}

static struct entered
parse(struct world *w, uint32_t conv, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;
	int err =
	    command_parse(w->m, fixture_now(), conv, line, &en, &error, &at);

	if (err < 0)
		fail_msg("%s: %s", line, error);
	assert_int_equal(en.cmd.conv, conv);
	return en;
}

static void
expect(struct entered en, enum command_kind kind, const char *text)
{
	assert_int_equal(en.cmd.kind, kind);
	if (text == NULL)
		assert_null(en.cmd.text);
	else
		assert_string_equal(en.cmd.text, text);
	entered_clear(&en);
}

static void
expect_to(struct entered en, const struct peer *peer, const char *text)
{
	assert_true(fp_equal(&en.cmd.peer, &peer->fp));
	expect(en, COMMAND_SAY, text);
}

static void
expect_error(
    struct world *w, const char *line, int err, size_t at, const char *part)
{
	struct entered en;
	char *error = NULL;
	size_t ret_at = 0;
	int ret = command_parse(
	    w->m, fixture_now(), CONV_NEARBY, line, &en, &error, &ret_at);

	assert_int_equal(ret, err);
	assert_int_equal(ret_at, at);
	if (strstr(error, part) == NULL)
		fail_msg("\"%s\" has no \"%s\"", error, part);
	free(error);
}

static void
every_row_parses_its_example(void **state)
{
	struct world *w = *state;
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	assert_true(count >= 28);
	for (int i = 0; i < 3; i++) {
		fixture_receive(w->m, w->ana, 5, "https://a.lan");
		fixture_send(w->m, w->ana, 4, "hi");
	}
	for (size_t i = 0; i < count; i++) {
		char *none = NULL;
		const char *name = specs[i].name;
		assert_ptr_equal(
		    command_find(name, strlen(name), &none), &specs[i]);
		struct entered en = parse(w, w->ana->conv, specs[i].example);
		assert_true(
		    en.cmd.kind != COMMAND_NONE || en.front != FRONT_NONE);
		entered_clear(&en);
		assert_true(strlen(specs[i].gloss) > 0);
	}
}

static bool
is_told(const struct command *cmd)
{
	return cmd->kind == COMMAND_INFO || cmd->kind == COMMAND_LOOK ||
	       cmd->kind == COMMAND_ERROR;
}

/* What is said changes with the language, what is done does not. */
static void
every_row_does_the_same_in_any_language(void **state)
{
	struct world *w = *state;
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	for (size_t i = 0; i < count; i++) {
		w->m->lang = NULL;
		fixture_receive(w->m, w->ana, 2, "see https://a.lan/");
		fixture_send(w->m, w->ana, 1, "one of ours");
		struct entered en = parse(w, w->ana->conv, specs[i].example);
		w->m->lang = lang_find("zh_CN");
		assert_non_null(w->m->lang);
		struct entered zh = parse(w, w->ana->conv, specs[i].example);
		assert_int_equal(zh.cmd.kind, en.cmd.kind);
		assert_int_equal(zh.front, en.front);
		if (!is_told(&en.cmd) && en.cmd.text != NULL)
			assert_string_equal(zh.cmd.text, en.cmd.text);
		entered_clear(&en);
		entered_clear(&zh);
	}
}

static void
a_shout_too_soon_stays_in_the_line(void **state)
{
	struct world *w = *state;

	w->m->next_shout_ms = fixture_now().mono_ms + 2500;
	expect_error(w, "/shout pizza", ERR_LIMIT, 7, "in 3 s");
	w->m->next_shout_ms = fixture_now().mono_ms;
	expect(parse(w, 1, "/shout pizza"), COMMAND_SHOUT, "pizza");
}

static void
prefixes_and_aliases(void **state)
{
	static const struct {
		const char *word, *name, *candidates;
	} rows[] = {
		{ "q", "query", NULL }, /* an alias beats a prefix */
		{ "qu", NULL, "/query, /quote, /quit" },
		{ "who", "who", NULL },
		{ "whois", "info", NULL },
		{ "n", NULL, "/nick, /net" },
		{ "ba", "back", NULL },
		{ "MSG", "msg", NULL },
		{ "me", "me", NULL }, /* whole, though /m is not */
		{ "m", NULL, "/msg, /me, /mute" },
		{ "qiut", NULL, "/quit" },
		{ "shoot", NULL, "/shout" },
		{ "foobar", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *candidates = NULL;
		const struct command_spec *spec = command_find(
		    rows[i].word, strlen(rows[i].word), &candidates);
		if (rows[i].name != NULL)
			assert_string_equal(spec->name, rows[i].name);
		else
			assert_null(spec);
		if (rows[i].candidates != NULL)
			assert_string_equal(candidates, rows[i].candidates);
		else
			assert_null(candidates);
		free(candidates);
	}
}

static void
text_goes_to_the_conversation(void **state)
{
	struct world *w = *state;
	uint32_t conv = w->ana->conv;

	expect_to(parse(w, conv, "hello there"), w->ana, "hello there");
	expect_to(parse(w, conv, "two\nlines\n"), w->ana, "two\nlines");
	expect_to(parse(w, conv, "//etc/passwd"), w->ana, "/etc/passwd");
	struct entered en = parse(w, conv, "/me waves");
	assert_true(en.cmd.action);
	expect_to(en, w->ana, "waves");
	expect(parse(w, conv, ""), COMMAND_NONE, NULL);
	expect(parse(w, conv, " \n "), COMMAND_NONE, NULL);
}

static void
typing_is_told_where_one_talks(void **state)
{
	static const struct {
		const char *line;
		bool on;
	} rows[] = { { "/typing", true }, { "/typing on", true },
		{ "/TYPING OFF ", false } };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct entered en = parse(w, w->ana->conv, rows[i].line);
		assert_int_equal(en.cmd.on, rows[i].on);
		assert_true(fp_equal(&en.cmd.peer, &w->ana->fp));
		expect(en, COMMAND_TYPING, NULL);
	}
	expect_error(w, "/typing", ERR_STATE, 0, "/query WHO");
	expect_error(w, "/typing maybe", ERR_FORMAT, 8, "/typing on");
	expect_error(w, "/typing onoff", ERR_FORMAT, 8, "/typing on");
}

/* Who looks like a contact is written to only when the long tag was typed. */
static void
the_long_tag_is_noticed(void **state)
{
	static const struct {
		const char *before;
		int tag;
		const char *after;
		bool on;
	} rows[] = {
		{ "ana", 0, "", false },
		{ "ana.", TAG_SHORT, "", false },
		{ "ana.", TAG_LONG, "", true },
		{ "ana.", TAG_LONG, " ", true },
		{ "\"ana.", TAG_LONG, "\"", true },
		{ "", FP_TEXT_SIZE - 1, "", true },
	};
	struct world *w = *state;
	char text[FP_TEXT_SIZE], line[2 * FP_TEXT_SIZE];

	fp_text(&w->ana->fp, text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(line, sizeof(line), "/query %s%.*s%s", rows[i].before,
		    rows[i].tag, text, rows[i].after);
		struct entered en = parse(w, CONV_NEARBY, line);
		assert_int_equal(en.cmd.on, rows[i].on);
		assert_true(fp_equal(&en.cmd.peer, &w->ana->fp));
		expect(en, COMMAND_OPEN, NULL);
	}
}

static void
text_nearby_is_sent_to_nobody(void **state)
{
	struct world *w = *state;

	expect_error(w, "hello", ERR_STATE, 0, "/query WHO");
	expect_error(w, "//hello", ERR_STATE, 0, "nothing sent");
	expect_error(w, "/me waves", ERR_STATE, 0, "/shout TEXT");
}

static void
one_peer_is_offered(void **state)
{
	struct world w = { .m = fixture_model() };

	(void)state;

	fixture_peer(w.m, "ana", PRESENCE_ONLINE, 1);
	expect_error(&w, "hello", ERR_STATE, 0, "/query ana opens one");
	fixture_free(w.m);
}

static void
typed_text_is_cleaned(void **state)
{
	struct world *w = *state;
	struct entered en = parse(w, w->ana->conv, "a\x1b[31mred\xe2\x80\xae");

	assert_null(strchr(en.cmd.text, 0x1b));
	assert_null(strstr(en.cmd.text, "\xe2\x80\xae"));
	entered_clear(&en);
	expect_error(w, "/\x1b[31m", ERR_NOT_FOUND, 1, "no command /");
}

static void
who_is_found(void **state)
{
	struct world *w = *state;
	char label[PEER_LABEL_SIZE], line[256], fp[FP_TEXT_SIZE];

	expect_to(parse(w, 1, "/msg bob hi there"), w->bob, "hi there");
	expect_to(parse(w, 1, "/msg bobby hi"), w->bobby, "hi");
	expect_to(parse(w, 1, "/msg BOBB hi"), w->bobby, "hi");
	expect_to(parse(w, 1, "/msg \"ana maria\" hi"), w->maria, "hi");
	expect_to(parse(w, 1, "/msg \"ana\" maria hi"), w->ana, "maria hi");
	expect_to(parse(w, 1, "/msg ana hi maria"), w->ana, "hi maria");
	snprintf(line, sizeof(line), "/msg %s hi",
	    peer_label(w->bobby, true, label));
	expect_to(parse(w, 1, line), w->bobby, "hi");
	snprintf(line, sizeof(line), "/msg %s hi", fp_text(&w->bob->fp, fp));
	expect_to(parse(w, 1, line), w->bob, "hi");
}

static void
a_name_with_blanks_is_never_guessed(void **state)
{
	struct world *w = *state;

	/* "maria hi" for ana, or "hi" for Ana Maria? */
	expect_error(w, "/msg ana maria hi", ERR_AMBIGUOUS, 5,
	    "for ana or for Ana Maria");
	/* Alone it is no question: no one else has that name. */
	fixture_peer(w->m, "Big Joe", PRESENCE_ONLINE, 9);
	const struct peer *joe;
	assert_int_equal(model_find_peer(w->m, "big joe", &joe), 0);
	expect_to(parse(w, 1, "/msg big joe hi"), joe, "hi");
	/* The whole rest is the name where nothing follows it. */
	struct entered en = parse(w, 1, "/query ana maria ");
	assert_true(fp_equal(&en.cmd.peer, &w->maria->fp));
	assert_int_equal(en.front, FRONT_SELECT);
	expect(en, COMMAND_OPEN, NULL);
}

static void
who_is_not_found(void **state)
{
	struct world *w = *state;

	fixture_peer(w->m, "zoe one", PRESENCE_ONLINE, 20);
	fixture_peer(w->m, "zoe two", PRESENCE_ONLINE, 21);
	expect_error(w, "/msg", ERR_FORMAT, 4, "/msg bob lunch?");
	expect_error(w, "/msg bob", ERR_FORMAT, 8, "WHO TEXT");
	expect_error(w, "/msg nobody hi", ERR_NOT_FOUND, 5, "nobody here is");
	expect_error(w, "/msg zo hi", ERR_AMBIGUOUS, 5, "zoe two\xc2\xb7");
	expect_error(w, "/msg \"bob hi", ERR_FORMAT, 5, "quote");
	expect_error(w, "/query", ERR_FORMAT, 6, "/query bob");
	expect_error(w, "/info", ERR_FORMAT, 5, "/info of whom?");
	expect_error(w, "/info \"bob\" x", ERR_FORMAT, 12, "nothing behind");
}

static void
errors_name_the_place(void **state)
{
	struct world *w = *state;

	expect_error(w, "/foobar x", ERR_NOT_FOUND, 1, "no command /foobar");
	expect_error(w, "/n ana", ERR_AMBIGUOUS, 1, "/nick, /net");
	expect_error(w, "/shoot x", ERR_NOT_FOUND, 1, "did you mean /shout?");
	expect_error(w, "/", ERR_NOT_FOUND, 1, "/help");
	expect_error(w, "/etc/passwd", ERR_NOT_FOUND, 1, "// in front");
	expect_error(w, "/back now", ERR_FORMAT, 6, "takes nothing");
	expect_error(w, "/quit now", ERR_FORMAT, 6, "takes nothing");
	expect_error(w, "/nick", ERR_FORMAT, 5, "/nick ana");
	expect_error(w, "/shout  ", ERR_FORMAT, 8, "/shout pizza");
	expect_error(w, "/help nothing", ERR_NOT_FOUND, 6, "/help has");
	expect_error(w, "/who zzz", ERR_NOT_FOUND, 5, "/who lists");
}

static void
leak_guard(void **state)
{
	struct world *w = *state;
	struct entered en;
	char *error = NULL;

	expect_error(w, "  /quit", ERR_STATE, 2, "// in front");
	expect_error(w, "\n/quit", ERR_STATE, 1, "// in front");
	int err =
	    command_parse_text(w->m, w->ana->conv, "  /quit", &en, &error);
	assert_int_equal(err, 0);
	assert_string_equal(en.cmd.text, "  /quit");
	entered_clear(&en);
	err = command_parse_text(w->m, CONV_NEARBY, " /quit", &en, &error);
	assert_int_equal(err, ERR_STATE);
	free(error);
}

static void
sizes_are_refused_by_name(void **state)
{
	struct world *w = *state;
	struct entered en;
	char *error = NULL, *line = malloc(BODY_BYTES_MAX + 64);
	size_t at;

	memset(line, 'x', BODY_BYTES_MAX + 1);
	line[BODY_BYTES_MAX] = '\0';
	en = parse(w, w->ana->conv, line);
	assert_int_equal(strlen(en.cmd.text), BODY_BYTES_MAX);
	entered_clear(&en);
	line[BODY_BYTES_MAX] = 'x';
	line[BODY_BYTES_MAX + 1] = '\0';
	assert_int_equal(command_parse(w->m, fixture_now(), w->ana->conv, line,
			     &en, &error, &at),
	    ERR_LIMIT);
	assert_non_null(strstr(error, "65537"));
	assert_non_null(strstr(error, "65536"));
	assert_int_equal(at, BODY_BYTES_MAX);
	free(error);
	memcpy(line, "/shout ", 7);
	line[7 + 513] = '\0';
	expect_error(w, line, ERR_LIMIT, 7 + 512, "513 bytes");
	line[7 + 512] = '\0';
	en = parse(w, 1, line);
	assert_int_equal(strlen(en.cmd.text), 512);
	entered_clear(&en);
	memcpy(line, "/nick  ", 7);
	line[7 + 33] = '\0';
	expect_error(w, line, ERR_LIMIT, 7, "32 cells");
	line[7 + 33] = 'x';
	line[7 + 65] = '\0';
	expect_error(w, line, ERR_LIMIT, 7 + 64, "65 bytes");
	memcpy(line, "/status", 7);
	line[7] = ' ';
	line[7 + 65] = 'x';
	line[8 + 129] = '\0';
	expect_error(w, line, ERR_LIMIT, 8 + 128, "129 bytes");
	free(line);
}

static void
addresses(void **state)
{
	struct world *w = *state;

	expect(parse(w, 1, "/connect 10.0.0.1"), COMMAND_CONNECT, "10.0.0.1");
	expect(parse(w, 1, "/connect h:99"), COMMAND_CONNECT, "h:99");
	expect(parse(w, 1, "/connect fe80::1%3"), COMMAND_CONNECT, "fe80::1%3");
	expect(parse(w, 1, "/connect [::1]:65535"), COMMAND_CONNECT,
	    "[::1]:65535");
	expect_error(w, "/connect", ERR_FORMAT, 8, "/connect 192");
	expect_error(w, "/connect a b", ERR_FORMAT, 11, "one address");
	expect_error(w, "/connect h:", ERR_FORMAT, 11, "65535");
	expect_error(w, "/connect h:0", ERR_FORMAT, 11, "65535");
	expect_error(w, "/connect h:65536", ERR_FORMAT, 11, "65535");
	expect_error(w, "/connect [\xff\xff]:x", ERR_FORMAT, 9, "such char");
	expect_error(w, "/connect [::1]:x", ERR_FORMAT, 15, "65535");
}

static void
plain_commands(void **state)
{
	struct world *w = *state;

	expect(parse(w, 1, "/shout hi all"), COMMAND_SHOUT, "hi all");
	expect(parse(w, 1, "/nick  zoe x "), COMMAND_NICK, "zoe x");
	expect(parse(w, 1, "/status"), COMMAND_STATUS, "");
	expect(parse(w, 1, "/status at work"), COMMAND_STATUS, "at work");
	expect(parse(w, 1, "/away"), COMMAND_AWAY, "");
	expect(parse(w, 1, "/back"), COMMAND_BACK, NULL);
	expect(parse(w, 1, "/clear"), COMMAND_CLEAR, NULL);
	expect(parse(w, 1, "/quit"), COMMAND_QUIT, NULL);
	struct entered en = parse(w, 1, "/quit --all");
	assert_int_equal(en.cmd.number, QUIT_ALL);
	expect(en, COMMAND_QUIT, NULL);
}

static void
dialects_and_their_ports(void **state)
{
	struct world *w = *state;
	struct entered en = parse(w, w->ana->conv, "/listen tcp 8888 length");

	assert_int_equal(en.cmd.number, 8888);
	assert_true(en.cmd.on);
	expect(en, COMMAND_LISTEN, "length");
	en = parse(w, w->ana->conv, "/listen udp 9000");
	assert_int_equal(en.cmd.number, 9000);
	assert_false(en.cmd.on);
	expect(en, COMMAND_LISTEN, NULL);
	en = parse(w, CONV_NEARBY, "/listen");
	assert_int_equal(en.cmd.number, 0);
	expect(en, COMMAND_LISTEN, NULL);
	en = parse(w, CONV_NEARBY, "/unlisten tcp 8888");
	assert_true(en.cmd.on && en.cmd.number == 8888);
	expect(en, COMMAND_UNLISTEN, NULL);
	en = parse(w, CONV_NEARBY, "/framing length-le ana");
	assert_true(fp_equal(&en.cmd.peer, &w->ana->fp));
	expect(en, COMMAND_FRAMING, "length-le");
	en = parse(w, w->ana->conv, "/hangup");
	assert_true(fp_equal(&en.cmd.peer, &w->ana->fp));
	expect(en, COMMAND_HANGUP, NULL);
	expect(parse(w, CONV_NEARBY, "/contact add lab 2 udp://10.0.0.2:9"),
	    COMMAND_CONTACT, "lab 2 udp://10.0.0.2:9");
	expect(parse(w, CONV_NEARBY, "/dialect"), COMMAND_DIALECT, NULL);
	en = parse(w, CONV_NEARBY, "/dialect plain on");
	assert_true(en.cmd.on);
	expect(en, COMMAND_SET, "plain on");
	en = parse(w, CONV_NEARBY, "/shout --plain pizza");
	assert_true(en.cmd.on);
	expect(en, COMMAND_SHOUT, "pizza");
	en = parse(w, CONV_NEARBY, "/shout --plainly spoken");
	assert_false(en.cmd.on);
	expect(en, COMMAND_SHOUT, "--plainly spoken");
	expect(parse(w, CONV_NEARBY, "/connect tcp://lab:8888 length"),
	    COMMAND_CONNECT, "tcp://lab:8888 length");
	expect_error(w, "/listen tcp 0", ERR_FORMAT, 12, "from 1 to 65535");
	expect_error(w, "/listen tcp 65536", ERR_FORMAT, 12, "65535");
	expect_error(w, "/listen tcp", ERR_FORMAT, 11, "65535");
	expect_error(w, "/listen sctp 9", ERR_FORMAT, 8, "udp or tcp");
	expect_error(w, "/listen tcp 9 rows", ERR_FORMAT, 14, "line");
	expect_error(w, "/listen udp 9 line", ERR_FORMAT, 14, "nothing");
	expect_error(w, "/contact add lab", ERR_FORMAT, 16, "/contact");
	expect_error(w, "/dialect morse on", ERR_FORMAT, 9, "plain");
	expect_error(w, "/hangup", ERR_FORMAT, 7, "of whom");
}

static void
answers_are_info(void **state)
{
	static const struct {
		const char *line, *part;
	} rows[] = {
		{ "/who", "4 here" },
		{ "/who bobb", "bobby\xc2\xb7" },
		{ "/info", "ana\xc2\xb7" },
		{ "/whois Ana Maria", "Ana Maria\xc2\xb7" },
		{ "/net", "docker0" },
		{ "/help", "/connect HOST[:PORT]" },
		{ "/help /msg", "example" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct entered en = parse(w, w->ana->conv, rows[i].line);
		/* And what the system knows, of somebody. */
		assert_int_equal(en.cmd.kind,
		    i == 2 || i == 3 ? COMMAND_LOOK : COMMAND_INFO);
		if (strstr(en.cmd.text, rows[i].part) == NULL)
			fail_msg("%s: %s", rows[i].line, en.cmd.text);
		assert_int_equal(
		    en.front == FRONT_HELP, strcmp(rows[i].line, "/help") == 0);
		entered_clear(&en);
	}
}

int
main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(every_row_parses_its_example),
		ROW(every_row_does_the_same_in_any_language),
		ROW(a_shout_too_soon_stays_in_the_line),
		ROW(prefixes_and_aliases),
		ROW(text_goes_to_the_conversation),
		ROW(typing_is_told_where_one_talks),
		ROW(the_long_tag_is_noticed),
		ROW(text_nearby_is_sent_to_nobody),
		ROW(one_peer_is_offered),
		ROW(typed_text_is_cleaned),
		ROW(who_is_found),
		ROW(a_name_with_blanks_is_never_guessed),
		ROW(who_is_not_found),
		ROW(errors_name_the_place),
		ROW(leak_guard),
		ROW(sizes_are_refused_by_name),
		ROW(addresses),
		ROW(plain_commands),
		ROW(dialects_and_their_ports),
		ROW(answers_are_info),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
