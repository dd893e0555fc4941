/* SPDX-License-Identifier: MIT */
#include "ui/report.h"
#include "ui/commands.h"
#include "ui/help.h"
#include "ui/keymap.h"

#include "model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
expect_parts(char *report, const char *const *parts)
{
	assert_non_null(report);
	for (; *parts != NULL; parts++)
		if (strstr(report, *parts) == NULL)
			fail_msg("no \"%s\" in:\n%s", *parts, report);
	free(report);
}

static size_t
count_lines(const char *text)
{
	size_t n = 1;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
who(void **state)
{
	struct model *m = fixture_model();

	(void)state;

	expect_parts(report_who(m, fixture_now()),
	    (const char *[]){ "nobody is here", NULL });
	fixture_contact(m, "dave", PRESENCE_OFFLINE, 1);
	struct peer *bob = fixture_peer(m, "bob", PRESENCE_AWAY, 2);
	free(bob->status);
	bob->status = strdup("lunch");
	expect_parts(report_who(m, fixture_now()),
	    (const char *[]){ "1 here, 1 seen before",
		"away  192.168.1.22  [not verified]", "\"lunch\"", "offline",
		"seen 2 h ago", NULL });
	expect_parts(report_who_word(m, fixture_now(), ".22"),
	    (const char *[]){ "1 with .22\nbob\xc2\xb7", NULL });
	assert_null(report_who_word(m, fixture_now(), "carol"));
	fixture_free(m);
}

static void
t22_who_is_bounded(void **state)
{
	struct model *m = fixture_model();
	char name[16];

	(void)state;

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		fixture_peer(m, name, PRESENCE_ONLINE, i + 1);
	}
	char *report = report_who(m, fixture_now());
	assert_int_equal(count_lines(report), 102);
	assert_non_null(strstr(report, "900 more"));
	free(report);
	fixture_free(m);
}

static void
info(void **state)
{
	struct model *m = fixture_model();
	struct peer *ana = fixture_contact(m, "ana", PRESENCE_ONLINE, 1);
	char fp[FP_TEXT_SIZE];

	(void)state;

	ana->clock_skew_ms = -120000;
	expect_parts(report_info(m, fixture_now(), ana),
	    (const char *[]){ "is online", "192.168.1.21:41827",
		"encrypted, tcp", "not verified", fp_text(&ana->fp, fp),
		"0.1.0", "Fri 20 Nov 09:11", "4 s ago", "2 min behind", NULL });
	char *text = report_info(m, fixture_now(), ana);
	assert_null(strstr(text, "chose"));
	assert_null(strstr(text, "receipts"));
	assert_null(strstr(text, "history"));
	free(text);
	ana->transport = CARRIER_UDP;
	ana->choice = TRANSPORT_UDP;
	ana->receipts = ana->forgets = true;
	expect_parts(report_info(m, fixture_now(), ana),
	    (const char *[]){ "encrypted, udp 192", "udp, as you chose",
		"learns what you have read", "nothing said is kept", NULL });
	struct peer *fake = fixture_peer(m, "ana", PRESENCE_ONLINE, 2);
	assert_int_equal(fake->trust, TRUST_CHANGED);
	expect_parts(report_info(m, fixture_now(), fake),
	    (const char *[]){
		"KEY CHANGED", "resembles ana\xc2\xb7", "opened when", NULL });
	fixture_free(m);
}

static void
net(void **state)
{
	struct model *m = fixture_model();

	(void)state;

	m->discovery.received = 12;
	m->offers_refused = 97;
	m->discovery.dropped[DROP_FORMAT] = 3;
	m->ifaces[1].last_error = 101;
	m->legacy.plain_bad = 1000;
	m->legacy.ipmsg_unknown = 7;
	expect_parts(report_net(m, fixture_now()),
	    (const char *[]){ "mira", "tcp 41827", "udp 50123",
		"3 s ago, next in 2 s", "192.168.1.20/24 used", "docker0",
		"the last send failed", "12 in",
		"3 dropped, 0 in the last minute: ", "97 offers refused",
		"plain        1000 were no text, 0 too many",
		"ipmsg        0 were no packets, 7 unknown", NULL });
	m->tcp_port = 0;
	m->last_announce_ms = 0;
	m->iface_count = 0;
	expect_parts(report_net(m, fixture_now()),
	    (const char *[]){
		"no TCP port", "not yet", "none: connect", NULL });
	fixture_free(m);
}

static bool
is_action(const char *name, size_t n)
{
	return keymap_row_named(name, n) != NULL;
}

static bool
is_setting(const char *name, size_t n)
{
	return settings_find(name, n) != NULL;
}

static void
expect_names(const char *names, bool (*is_there)(const char *, size_t))
{
	while (names != NULL && *names != '\0') {
		size_t n = strcspn(names, " ");
		if (!is_there(names, n))
			fail_msg("%.*s", (int)n, names);
		names += n + (names[n] == ' ');
	}
}

static void
expect_understood(const struct model *m, uint32_t conv, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	if (command_parse(m, fixture_now(), conv, line, &en, &error, &at) < 0)
		fail_msg("%s: %s", line, error);
	entered_clear(&en);
}

static void
help(void **state)
{
	struct model *m = fixture_model();

	(void)state;
	expect_parts(
	    report_help(m, NULL), (const char *[]){ "Talk\n  /msg WHO TEXT",
				      "People\n", "/quit", "quotes", NULL });
	expect_parts(report_help(m, "shout"),
	    (const char *[]){ "/shout: tell", "syntax   /shout [--plain] TEXT",
		"example  /shout pizza", NULL });
	expect_parts(report_help(m, "q"),
	    (const char *[]){ "/query: ", "also     /q", "Alt-G (go)", NULL });
	expect_parts(report_help(m, "keys"),
	    (const char *[]){ "Keys\n", "Enter", "Alt-A", NULL });
	expect_parts(report_help(m, "settings"),
	    (const char *[]){ "Settings\n", "look.theme", NULL });
	expect_parts(report_help(m, "look.theme"),
	    (const char *[]){ "look.theme: the colours", "now      auto",
		"default  auto", "/set look.theme light", NULL });
	expect_parts(report_help(m, "news"),
	    (const char *[]){ "news: ", "keys     Alt-A", "/bind", NULL });
	/* The action, whatever command begins so. */
	expect_parts(
	    report_help(m, "go"), (const char *[]){ "go: ", "Alt-G", NULL });
	expect_parts(report_help(m, "alt-a"),
	    (const char *[]){ "news: ", "keys     Alt-A", NULL });
	expect_parts(report_help(m, "ctrl-x ctrl-u"),
	    (const char *[]){ "undo: ", "Ctrl-X Ctrl-U", NULL });
	assert_null(report_help(m, "nothing"));
	assert_null(report_help(m, "x"));
	fixture_free(m);
}

static void
help_follows_what_is_bound(void **state)
{
	struct model *m = fixture_model();
	char *error = NULL;

	(void)state;
	assert_int_equal(
	    settings_set(&m->settings, "bind", "alt-a = /who", &error), 0);
	assert_int_equal(
	    settings_set(&m->settings, "bind", "f9 = news", &error), 0);
	expect_parts(report_help(m, "news"),
	    (const char *[]){ "news: ", "keys     F9", NULL });
	expect_parts(
	    report_help(m, "alt-a"), (const char *[]){ "runs /who", NULL });
	fixture_free(m);
}

/* Each in the table, and each example understood. */
static void
help_names_what_there_is(void **state)
{
	struct model *m = fixture_model();
	const struct help_more *more;
	unsigned count = 0;

	(void)state;
	struct peer *ana = fixture_contact(m, "ana.k7qd", PRESENCE_ONLINE, 1);
	fixture_contact(m, "Ana Maria", PRESENCE_ONLINE, 2);
	fixture_contact(m, "bob", PRESENCE_ONLINE, 3);
	for (unsigned i = 0; i < 3; i++) {
		fixture_receive(m, ana, 5, "theirs");
		fixture_send(m, ana, 4, "ours");
	}
	for (; (more = help_more_at(count)) != NULL; count++) {
		char *candidates = NULL;
		const struct command_spec *spec = command_find(
		    more->command, strlen(more->command), &candidates);
		assert_non_null(spec);
		assert_string_equal(spec->name, more->command);
		expect_names(more->actions, is_action);
		expect_names(more->settings, is_setting);
		if (more->example != NULL)
			expect_understood(m, ana->conv, more->example);
	}
	assert_true(count > 20);
	fixture_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who),
		cmocka_unit_test(t22_who_is_bounded),
		cmocka_unit_test(info),
		cmocka_unit_test(net),
		cmocka_unit_test(help),
		cmocka_unit_test(help_follows_what_is_bound),
		cmocka_unit_test(help_names_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
