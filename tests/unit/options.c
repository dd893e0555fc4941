/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARGS_MAX = 8 };

/* Splits at blanks, as a shell would; getopt starts anew. */
static int
parse(struct options *o, const char *line)
{
	static char text[256];
	static char program[] = "earshot";
	char *argv[ARGS_MAX + 2] = { program }, *rest = text;
	int argc = 1;

	snprintf(text, sizeof(text), "%s", line);
	while (rest != NULL && *rest != '\0' && argc <= ARGS_MAX)
		argv[argc++] = strsep(&rest, " ");
	optind = 0;
	return options_parse(o, argc, argv);
}

static void
good_use(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, ""), -1);
	assert_false(
	    o.plain || o.json || o.verb != VERB_NONE || o.overrides.count > 0);
	assert_null(o.home);
	assert_int_equal(parse(&o, "--json --port 4000 -i eth0 -i lo"), -1);
	assert_true(o.plain && o.json);
	assert_int_equal(o.overrides.count, 3);
	assert_string_equal(o.overrides.items[0], "port 4000");
	assert_string_equal(o.overrides.items[1], "interface eth0");
	options_clear(&o);
	assert_int_equal(parse(&o, "--quiet --ascii --home d --name ana"), -1);
	assert_string_equal(o.overrides.items[0], "quiet on");
	assert_string_equal(o.overrides.items[1], "look.glyphs ascii");
	assert_string_equal(o.home, "d");
	assert_string_equal(o.overrides.items[2], "name ana");
	options_clear(&o);
	assert_int_equal(parse(&o, "demo"), -1);
	assert_int_equal(o.verb, VERB_DEMO);
	options_clear(&o);
	assert_int_equal(parse(&o, "log"), -1);
	assert_int_equal(o.verb, VERB_LOG);
	assert_int_equal(o.word_count, 0);
	options_clear(&o);
	assert_int_equal(parse(&o, "log bob --search tea --limit 1000000"), -1);
	assert_int_equal(o.verb, VERB_LOG);
	assert_string_equal(o.words[0], "bob");
	assert_string_equal(o.search, "tea");
	assert_int_equal(o.limit, 1000000);
	options_clear(&o);
	assert_int_equal(parse(&o, "--since a --until b log --json"), -1);
	assert_string_equal(o.since, "a");
	assert_string_equal(o.until, "b");
	assert_true(o.json);
	options_clear(&o);
	assert_int_equal(parse(&o, "--passphrase-file p passphrase"), -1);
	assert_int_equal(o.verb, VERB_PASSPHRASE);
	assert_string_equal(o.passphrase_file, "p");
	options_clear(&o);
	assert_int_equal(parse(&o, "listen tcp 9 --exec cat -f line -j"), -1);
	assert_true(o.verb == VERB_LISTEN && o.json);
	assert_string_equal(o.words[0], "tcp");
	assert_string_equal(o.words[1], "9");
	assert_string_equal(o.exec, "cat");
	assert_string_equal(o.framing, "line");
	options_clear(&o);
	assert_int_equal(parse(&o, "send bob hi --timeout 5 -N --wait 0"), -1);
	assert_int_equal(o.verb, VERB_SEND);
	assert_string_equal(o.words[1], "hi");
	assert_int_equal(o.timeout_ms, 5000);
	assert_int_equal(o.wait_ms, 0);
	assert_true(o.no_wait);
	options_clear(&o);
	assert_int_equal(parse(&o, "listen --from bob -e cat"), -1);
	assert_int_equal(o.word_count, 0);
	assert_string_equal(o.from, "bob");
	options_clear(&o);
	assert_int_equal(parse(&o, "receive --count 3"), -1);
	assert_int_equal(o.count, 3);
	assert_int_equal(o.wait_ms, -1);
	options_clear(&o);
	assert_int_equal(parse(&o, "send-file bob a b c -t 9 --json"), -1);
	assert_int_equal(o.verb, VERB_SEND_FILE);
	assert_int_equal(o.word_count, 4);
	assert_int_equal(o.timeout_ms, 9000);
	options_clear(&o);
	assert_int_equal(parse(&o, "send-file bob - --name a/b"), -1);
	assert_string_equal(o.name, "a/b");
	assert_int_equal(o.overrides.count, 0);
	options_clear(&o);
	assert_int_equal(parse(&o, "--headless"), -1);
	assert_true(o.headless);
	options_clear(&o);
}

static void
wrong_use_is_status_2(void **state)
{
	static const char *const lines[] = { "--nosuch", "-Z", "--port",
		"--port 0", "--port 65536", "--port x", "--port -1",
		"--interface", "--interface averyveryverylongname", "extra",
		"demo demo", "--name", "--home", "--passphrase-file",
		"passphrase secret", "demo passphrase", "log a b", "--search x",
		"--since today", "--until today demo", "--limit 5",
		"log --limit 0", "log --limit x", "log --limit -1",
		"log --limit 5x", "listen udp", "send", "send-file",
		"send-file bob", "send-file bob a -N", "send a b c", "shout",
		"info", "who all", "--no-wait", "who -N",
		"send a b --timeout x", "receive --count 0", "--wait 3",
		"log --from bob", "set a b c", "listen udp 1 2", "--exec cat",
		"log --framing line", "log --limit 1000001",
		/* Two blanks: an empty word. */
		"send  hi", "send-file  a", "send-file bob a  b", "pin  x",
		"send-file bob a --name b", "send-file bob - a --name b" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct options o;
		if (parse(&o, lines[i]) != EXIT_USAGE)
			fail_msg("\"%s\" is no wrong use", lines[i]);
		options_clear(&o);
	}
}

static void
questions_are_answered(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, "--version"), EXIT_DONE);
	options_clear(&o);
	assert_int_equal(parse(&o, "--help"), EXIT_DONE);
	options_clear(&o);
	/* Of a verb, wherever it stands, and whatever else is missing. */
	assert_int_equal(parse(&o, "send --help"), EXIT_DONE);
	options_clear(&o);
	assert_int_equal(parse(&o, "-h who -N extra"), EXIT_DONE);
	options_clear(&o);
	assert_int_equal(parse(&o, "nosuch --help"), EXIT_USAGE);
	options_clear(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_use),
		cmocka_unit_test(wrong_use_is_status_2),
		cmocka_unit_test(questions_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
