/* SPDX-License-Identifier: MIT */
/*
 * Commands that one runs for another: who may, what is started, what comes
 * back, and that all of it ends.
 */
#include "core/run_entry.h"
#include "core/runs.h"
#include "engine_kit.h"

#include "base/err.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ekit k;

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static void
set(const char *line)
{
	struct command cmd = { .kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.on = true,
		.text = (char *)(uintptr_t)line };

	ekit_do(&k, &cmd);
	ekit_run(&k);
}

static void
verify(const struct remote *r, enum verdict verdict)
{
	struct command cmd = { .kind = COMMAND_VERIFY,
		.conv = CONV_NEARBY,
		.peer = r->end.identity.fp,
		.number = verdict };

	ekit_do(&k, &cmd);
	ekit_run(&k);
}

static struct remote *
verified(uint32_t number, const char *name)
{
	struct remote *r = ekit_friend(&k, number, name);

	verify(r, VERDICT_SAME);
	return r;
}

static uint8_t last_number;

static void
ask(struct remote *r, const char *name, const char *args, size_t size)
{
	struct msg m = { .type = MSG_RUN,
		.run = { .id = { { ++last_number } },
		    .name = untrusted_of(name, strlen(name)),
		    .args = (const uint8_t *)args,
		    .args_size = size } };

	remote_send(&k, r, &m);
	ekit_run(&k);
	ekit_commit(&k, true);
	ekit_run(&k);
}

static void
tell(struct remote *r, uint8_t type, uint8_t number)
{
	struct msg m = { .type = type,
		.news = { .target = { { number } }, .end = RUN_ENDED } };

	remote_send(&k, r, &m);
	ekit_run(&k);
}

static size_t
begun(void)
{
	return k.counts[EFFECT_RUN];
}

static void
report(uint32_t token, const struct run_news *news)
{
	engine_run(k.engine, k.now, token, news);
	ekit_drain(&k);
	ekit_commit(&k, true);
	ekit_run(&k);
}

static void
says(uint32_t token, const char *text, size_t n)
{
	struct run_news news = { .bytes = (const uint8_t *)text, .size = n };

	report(token, &news);
}

static void
ends(uint32_t token, uint8_t how, uint8_t code)
{
	struct run_news news = { .ended = true, .end = how, .code = code };

	report(token, &news);
}

static void
entries_are_names_and_words(void **state)
{
	static const char *const good[] = { "a = b", "disk = df -h {args}",
		"x.y-z_1 = /bin/x 'a b'", "any = tool -- {any}", "a  =  b" };
	static const char *const bad[] = { "", "a", "a=b", "a = ", " = b",
		"-a = b", "a b = c", "a = {args}", "a = {any} x", "a = 'b",
		"a = \"\"", "\xc3\xa9 = b", "a/b = c",
		"a12345678901234567890123456789012 = b" };
	struct words w;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(run_entry_read(good[i], &w), 0);
		assert_true(w.count > 0);
		words_clear(&w);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(run_entry_read(bad[i], &w), ERR_FORMAT);
}

static void
arguments_stay_words(void **state)
{
	static char a[] = "x; rm -rf /", b[] = "", dash[] = "-rf";
	static const struct {
		const char *item;
		char *args[2];
		size_t count;
		const char *lines; /* NULL: refused */
	} cases[] = {
		{ "n = p {args} z", { a, b }, 2, "p\nx; rm -rf /\n\nz" },
		{ "n = p {args}", { NULL }, 0, "p" },
		{ "n = p", { NULL }, 0, "p" },
		{ "n = p", { a }, 1, NULL },
		{ "n = p '{args}x'", { a }, 1, NULL },
		{ "n = p {args}", { a, dash }, 2, NULL },
		{ "n = p {any}", { a, dash }, 2, "p\nx; rm -rf /\n-rf" },
		{ "n = p 1 2 3 4 5 6 7 8 9 10 11 12 13 14 {args}", { a, b }, 2,
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *lines = NULL;
		int err = run_entry_fill(
		    cases[i].item, cases[i].args, cases[i].count, &lines);
		assert_int_equal(err == 0, cases[i].lines != NULL);
		if (err == 0)
			assert_string_equal(lines, cases[i].lines);
		free(lines);
	}
}

/* Whoever reads the conversation sees which words there were. */
static void
t44_a_line_tells_its_words(void **state)
{
	static const char *const nasty[] = { "", " ", "a b", "a' 'b", "a\" \"b",
		"'", "\"", "\\", "\\' '", "' \"x\" '", "a\\ b", "\\\"" };
	const size_t n = sizeof(nasty) / sizeof(nasty[0]);

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		char *args[] = { xstrdup(nasty[i / n]), xstrdup(nasty[i % n]) };
		char *line = run_line("n", args, 2);
		struct words w;
		assert_int_equal(words_split(line, &w), 0);
		assert_int_equal(w.count, 3);
		assert_string_equal(w.items[1], args[0]);
		assert_string_equal(w.items[2], args[1]);
		words_clear(&w);
		free(line);
		free(args[0]);
		free(args[1]);
	}
}

/* Who is not let in yet shows no text on this way either. */
static void
t44_strangers_show_no_arguments(void **state)
{
	static const char args[] = "call me at evil.example";
	struct remote *eve = ekit_remote(&k, 2);
	struct addr at = ekit_addr(2);

	(void)state;
	assert_true(remote_connect(&k, eve, &at));
	ask(eve, "up", args, sizeof(args));
	ask(eve, "Buy at evil.example", NULL, 0);
	assert_int_equal(eve->run_code, RUN_NOT_VERIFIED);
	assert_int_equal(engine_model(k.engine)->runs_refused, 2);
	const struct conv *c = model_conv(engine_model(k.engine), CONV_NEARBY);
	size_t told = 0;
	for (uint64_t at_row = c->first_serial; at_row < c->next_serial;
	     at_row++) {
		const char *text = conv_message(c, at_row)->text;
		told += strstr(text, "wanted to run") != NULL;
		assert_null(strstr(text, "evil.example"));
	}
	assert_int_equal(told, 2);
}

static void
who_is_verified_and_listed_may(void **state)
{
	struct remote *bob = verified(1, "bob");
	struct remote *eve = verified(2, "eve");
	char line[128], fp[FP_TEXT_SIZE];

	(void)state;
	ask(bob, "up", NULL, 0);
	assert_int_equal(bob->run_code, RUN_NOT_LISTED);
	set("run up = uptime -p");
	ask(bob, "up", NULL, 0);
	assert_int_equal(bob->run_code, RUN_NOT_LISTED);
	/* What it calls itself is nobody's name. */
	set("run.who up bob");
	ask(bob, "up", NULL, 0);
	assert_int_equal(bob->run_code, RUN_NOT_LISTED);
	assert_int_equal(begun(), 0);
	snprintf(line, sizeof(line), "run.who up %s",
	    fp_text(&bob->end.identity.fp, fp));
	set(line);
	ask(bob, "up", NULL, 0);
	assert_int_equal(begun(), 1);
	assert_string_equal(k.told_text, "up\nuptime\n-p");
	assert_int_equal(k.told.limit_ms, 30000);
	assert_true(fp_equal(&k.told.fp, &bob->end.identity.fp));
	/* Who may not learns no more than of one that is not there. */
	ask(eve, "up", NULL, 0);
	uint8_t code = eve->run_code;
	ask(eve, "no", NULL, 0);
	assert_int_equal(code, eve->run_code);
	assert_int_equal(begun(), 1);
	assert_int_equal(engine_model(k.engine)->runs_refused, 5);
}

static void
who_is_not_verified_learns_nothing(void **state)
{
	struct remote *bob = ekit_friend(&k, 1, "bob");
	uint32_t token;

	(void)state;
	set("run up = uptime");
	set("run.who up verified");
	ask(bob, "up", NULL, 0);
	assert_int_equal(bob->run_code, RUN_NOT_VERIFIED);
	ask(bob, "no", NULL, 0);
	assert_int_equal(bob->run_code, RUN_NOT_VERIFIED);
	assert_int_equal(begun(), 0);
	verify(bob, VERDICT_SAME);
	ask(bob, "up", NULL, 0);
	assert_int_equal(begun(), 1);
	token = k.told.token;
	/* Found out meanwhile: not a word more. */
	verify(bob, VERDICT_DIFFERENT);
	says(token, "secret\n", 7);
	ekit_pass(&k, 1000);
	ekit_run(&k);
	assert_int_equal(bob->run_outputs, 0);
	assert_int_equal(k.counts[EFFECT_RUN_STOP], 1);
	ask(bob, "up", NULL, 0);
	assert_int_equal(bob->run_code, RUN_NOT_VERIFIED);
	assert_int_equal(begun(), 1);
}

static void
t44_another_key_under_the_name(void **state)
{
	struct remote *bob = verified(1, "bob");
	struct addr at = ekit_addr(2);

	(void)state;
	set("run up = uptime");
	set("run.who up verified");
	struct remote *fake = ekit_heard(&k, 2, "bob");
	assert_true(remote_connect(&k, fake, &at));
	ekit_run(&k);
	for (int i = 0; i < 20; i++) {
		ask(fake, "up", NULL, 0);
		assert_int_equal(fake->run_code, RUN_NOT_VERIFIED);
	}
	assert_int_equal(begun(), 0);
	ask(bob, "up", NULL, 0);
	assert_int_equal(begun(), 1);
}

static void
who_is_blocked_is_not_heard(void **state)
{
	struct remote *bob = verified(1, "bob");

	(void)state;
	set("run up = uptime");
	set("run.who up verified");
	ask(bob, "up", NULL, 0);
	assert_int_equal(begun(), 1);
	ekit_command(&k, COMMAND_NONE, NULL, NULL);
	struct command cmd = { .kind = COMMAND_BLOCK,
		.conv = CONV_NEARBY,
		.peer = bob->end.identity.fp,
		.on = true };
	ekit_do(&k, &cmd);
	ekit_run(&k);
	/* What ran for it is over. */
	assert_int_equal(k.counts[EFFECT_RUN_STOP], 1);
	assert_true(bob->closed);
}

static void
output_goes_back_and_is_kept(void **state)
{
	struct remote *bob = verified(1, "bob");

	(void)state;
	set("run up = uptime {args}");
	set("run.who up verified");
	ask(bob, "up", "a b\0", 4);
	uint32_t token = k.told.token;
	says(token, "one\ntwo\n\033[31mred", 17);
	assert_int_equal(bob->run_outputs, 0);
	ekit_pass(&k, RUN_TELL_MS);
	ekit_run(&k);
	assert_int_equal(bob->run_outputs, 1);
	assert_null(strchr(bob->last_text, '\033'));
	ends(token, RUN_ENDED, 3);
	assert_int_equal(bob->run_end, RUN_ENDED);
	assert_int_equal(bob->run_code, 3);
	const struct conv *c = ekit_conv(&k, bob);
	unsigned asked = 0, said = 0;
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *m = conv_message(c, s);
		asked += m->ran == RAN_ASKED && !m->mine &&
			 strcmp(m->text, "up 'a b'") == 0;
		said += m->ran == RAN_SAID && m->mine &&
			strncmp(m->text, "one\ntwo\n", 8) == 0;
	}
	assert_int_equal(asked, 1);
	assert_int_equal(said, 1);
	/* Nothing of it is a post: no acknowledgement, no repetition. */
	unsigned acks = bob->acks, texts = bob->texts;
	ekit_restart(&k);
	remote_restart(bob);
	struct addr at = ekit_addr(1);
	assert_true(remote_connect(&k, bob, &at));
	ekit_run(&k);
	assert_int_equal(bob->acks, acks);
	assert_int_equal(bob->texts, texts);
	assert_int_equal(k.counts[EFFECT_RUN], 1);
	c = ekit_conv(&k, bob);
	assert_non_null(c);
}

static void
t39_a_gigabyte_is_64_kib(void **state)
{
	struct remote *bob = verified(1, "bob");
	static char much[RUN_OUTPUT_MAX];

	(void)state;
	memset(much, '\t', sizeof(much));
	set("run yes = yes");
	set("run.who yes verified");
	ask(bob, "yes", NULL, 0);
	uint32_t token = k.told.token;
	for (int i = 0; i < 1000; i++)
		says(token, much, sizeof(much) / 10);
	assert_int_equal(k.counts[EFFECT_RUN_STOP], 1);
	assert_int_equal(bob->run_end, RUN_LONG);
	assert_true(bob->run_outputs <= RUN_OUTPUT_MAX / RUN_RAW_MAX + 12);
	/* All of it came, and nothing after the end. */
	ends(token, RUN_ENDED, 0);
	assert_int_equal(bob->run_ends, 1);
}

static void
t20_a_flood_of_requests(void **state)
{
	struct remote *bob = verified(1, "bob");
	uint32_t tokens[RUNS_OF_ONE_MAX];

	(void)state;
	set("run up = uptime");
	set("run.who up verified");
	for (int i = 0; i < RUNS_OF_ONE_MAX; i++) {
		ask(bob, "up", NULL, 0);
		tokens[i] = k.told.token;
	}
	ask(bob, "up", NULL, 0);
	assert_int_equal(bob->run_code, RUN_BUSY);
	assert_int_equal(begun(), RUNS_OF_ONE_MAX);
	for (int i = 0; i < RUNS_OF_ONE_MAX; i++)
		ends(tokens[i], RUN_ENDED, 0);
	for (int i = 0; i < 1000; i++) {
		size_t before = begun();
		ask(bob, "up", NULL, 0);
		if (begun() > before)
			ends(k.told.token, RUN_ENDED, 0);
		else
			assert_int_equal(bob->run_code, RUN_TOO_OFTEN);
	}
	/* The one that was refused for being too many counts, too. */
	assert_int_equal(begun(), RUNS_BURST - 1);
	assert_int_equal(bob->run_ends, RUNS_OF_ONE_MAX + 1 + 1000);
	assert_true(ekit_count(&k, bob, MESSAGE_ERROR, false) <=
		    RUN_REFUSALS_BURST + 2);
	/* And later again. */
	ekit_pass(&k, 60000);
	size_t before = begun();
	ask(bob, "up", NULL, 0);
	assert_int_equal(begun(), before + 1);
}

static void
one_that_runs_is_not_begun_twice(void **state)
{
	struct remote *bob = verified(1, "bob");

	(void)state;
	set("run up = uptime");
	set("run.who up verified");
	ask(bob, "up", NULL, 0);
	for (int i = 0; i < 100; i++) {
		last_number--;
		ask(bob, "up", NULL, 0);
	}
	assert_int_equal(begun(), 1);
	assert_int_equal(bob->run_ends, 0);
	/* Somebody else's is not stopped. */
	struct remote *eve = verified(2, "eve");
	tell(eve, MSG_RUN_STOP, last_number);
	assert_int_equal(k.counts[EFFECT_RUN_STOP], 0);
	tell(bob, MSG_RUN_STOP, last_number);
	assert_int_equal(k.counts[EFFECT_RUN_STOP], 1);
	assert_int_equal(bob->run_end, RUN_STOPPED);
}

static void
it_ends_with_the_session(void **state)
{
	struct remote *bob = verified(1, "bob");

	(void)state;
	set("run up = uptime");
	set("run.who up verified");
	ask(bob, "up", NULL, 0);
	uint32_t token = k.told.token;
	remote_lose(&k, bob);
	ekit_run(&k);
	assert_int_equal(k.counts[EFFECT_RUN_STOP], 1);
	says(token, "late", 4);
	ends(token, RUN_ENDED, 0);
	assert_int_equal(bob->run_outputs + bob->run_ends, 0);
	assert_int_equal(runs_count(k.engine, false, NULL), 0);
}

static void
run_at(const struct remote *r, const char *text)
{
	ekit_command(&k, COMMAND_RUN, &r->end.identity.fp, text);
	ekit_commit(&k, true);
	ekit_run(&k);
}

static void
ours_is_asked_for_once(void **state)
{
	struct remote *bob = ekit_friend(&k, 1, "bob");

	(void)state;
	run_at(bob, "disk '/a b' x");
	assert_int_equal(bob->runs, 1);
	assert_string_equal(bob->last_text, "disk");
	assert_int_equal(bob->run_args, 7);
	remote_lose(&k, bob);
	remote_restart(bob);
	struct addr at = ekit_addr(1);
	assert_true(remote_connect(&k, bob, &at));
	ekit_run(&k);
	/* Never again, whatever breaks. */
	assert_int_equal(bob->runs, 1);
	assert_int_equal(runs_count(k.engine, true, NULL), 0);
	run_at(bob, "");
	run_at(bob, "-x");
	run_at(bob, "a 'b");
	run_at(bob, "a 1 2 3 4 5 6 7 8 9");
	assert_int_equal(bob->runs, 1);
}

static void
who_is_away_is_dialled_for_ten_seconds(void **state)
{
	struct remote *bob = ekit_heard(&k, 1, "bob");

	(void)state;
	run_at(bob, "disk");
	assert_int_equal(k.dial_count, 1);
	ekit_pass(&k, RUN_DIAL_MS);
	assert_int_equal(runs_count(k.engine, true, NULL), 0);
	struct addr at = ekit_addr(1);
	assert_true(remote_connect(&k, bob, &at));
	ekit_run(&k);
	assert_int_equal(bob->runs, 0);
	run_at(bob, "disk");
	assert_int_equal(bob->runs, 1);
}

/* Who says more than anybody may is told to stop, and not heard. */
static void
t39_too_much_of_ours(void **state)
{
	struct remote *bob = ekit_friend(&k, 1, "bob");
	static char text[RUN_PIECE_MAX];
	struct msg m = { .type = MSG_RUN_OUTPUT };

	(void)state;
	memset(text, 'x', sizeof(text));
	/* Of nothing that we asked for. */
	m.news.text = untrusted_of(text, sizeof(text));
	for (int i = 0; i < 100; i++)
		remote_send(&k, bob, &m);
	ekit_run(&k);
	size_t before = ekit_count(&k, bob, MESSAGE_TEXT, false);
	run_at(bob, "disk");
	m.news.target = bob->last_id;
	for (int i = 0; i < 100; i++) {
		remote_send(&k, bob, &m);
		ekit_run(&k);
	}
	assert_int_equal(ekit_count(&k, bob, MESSAGE_TEXT, false) - before,
	    RUN_HEARD_MAX / RUN_PIECE_MAX);
	assert_int_equal(bob->run_stops, 1);
	run_at(bob, "disk");
	m.news.target = bob->last_id;
	m.news.text = untrusted_of(text, 1);
	for (int i = 0; i < RUN_PIECES_MAX + 10; i++) {
		remote_send(&k, bob, &m);
		ekit_commit(&k, true);
	}
	ekit_run(&k);
	assert_int_equal(bob->run_stops, 2);
}

static void
an_older_one_refuses_it(void **state)
{
	struct remote *bob = ekit_friend(&k, 1, "bob");

	(void)state;
	run_at(bob, "disk");
	struct msg m = { .type = MSG_NACK,
		.nack = { .id = bob->last_id, .code = NACK_UNSUPPORTED } };
	remote_send(&k, bob, &m);
	ekit_run(&k);
	assert_int_equal(runs_count(k.engine, true, NULL), 0);
	assert_non_null(
	    strstr(ekit_last(&k, NULL, MESSAGE_ERROR)->text, "does not know"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_names_and_words),
		cmocka_unit_test(arguments_stay_words),
		cmocka_unit_test(t44_a_line_tells_its_words),
		cmocka_unit_test_setup_teardown(
		    t44_strangers_show_no_arguments, begin, end),
		cmocka_unit_test_setup_teardown(
		    who_is_verified_and_listed_may, begin, end),
		cmocka_unit_test_setup_teardown(
		    who_is_not_verified_learns_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
		    t44_another_key_under_the_name, begin, end),
		cmocka_unit_test_setup_teardown(
		    who_is_blocked_is_not_heard, begin, end),
		cmocka_unit_test_setup_teardown(
		    output_goes_back_and_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(
		    t39_a_gigabyte_is_64_kib, begin, end),
		cmocka_unit_test_setup_teardown(
		    t20_a_flood_of_requests, begin, end),
		cmocka_unit_test_setup_teardown(
		    one_that_runs_is_not_begun_twice, begin, end),
		cmocka_unit_test_setup_teardown(
		    it_ends_with_the_session, begin, end),
		cmocka_unit_test_setup_teardown(
		    ours_is_asked_for_once, begin, end),
		cmocka_unit_test_setup_teardown(
		    who_is_away_is_dialled_for_ten_seconds, begin, end),
		cmocka_unit_test_setup_teardown(
		    t39_too_much_of_ours, begin, end),
		cmocka_unit_test_setup_teardown(
		    an_older_one_refuses_it, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
