/* SPDX-License-Identifier: MIT */
/*
 * Command lines about people without a key.
 */
#include "ui/commands.h"

#include "base/err.h"
#include "core/model_edit.h"
#include "model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
	struct model *m;
	struct peer *ana, *fake, *zhang;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->m = fixture_model();
	w->ana = fixture_contact(w->m, "ana", PRESENCE_ONLINE, 1);
	w->fake = fixture_legacy(w->m, DIALECT_IPMSG, "ana@PC-7", "ana");
	w->zhang = fixture_legacy(
	    w->m, DIALECT_PLAIN, "udp://10.0.0.2:9000", "zhang san");
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

static struct command
parse(struct world *w, uint32_t conv, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	if (command_parse(w->m, fixture_now(), conv, line, &en, &error, &at) <
	    0)
		fail_msg("%s: %s", line, error);
	struct command cmd = en.cmd;
	assert_null(cmd.text);
	entered_clear(&en);
	return cmd;
}

static void
refuse(struct world *w, uint32_t conv, const char *line, const char *part)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	assert_true(command_parse(
			w->m, fixture_now(), conv, line, &en, &error, &at) < 0);
	if (strstr(error, part) == NULL)
		fail_msg("\"%s\" has no \"%s\"", error, part);
	free(error);
}

static void
expect_open(struct world *w, const char *line, const struct peer *p, bool on)
{
	struct command cmd = parse(w, CONV_NEARBY, line);

	assert_int_equal(cmd.kind, COMMAND_OPEN);
	assert_true(fp_equal(&cmd.peer, &p->fp));
	assert_int_equal(cmd.on, on);
}

static void
t10_the_word_means_who_has_no_key(void **state)
{
	struct world *w = *state;

	expect_open(w, "/query ana", w->ana, false);
	expect_open(w, "/query ana unencrypted", w->fake, true);
	expect_open(w, "/query ana@PC-7 unencrypted", w->fake, true);
	expect_open(w, "/query ana@pc-7 UNENCRYPTED ", w->fake, true);
	expect_open(w, "/query ana@PC-7", w->fake, false);
	expect_open(w, "/query zhang san unencrypted", w->zhang, true);
	expect_open(w, "/query udp://10.0.0.2:9000", w->zhang, false);
	/* Nobody without a key is called so. */
	fixture_peer(w->m, "bob", PRESENCE_ONLINE, 9);
	refuse(w, CONV_NEARBY, "/query bob unencrypted", "bob unencrypted");
	refuse(w, CONV_NEARBY, "/query unencrypted", "unencrypted");
	/* The key of our tables is nothing to be typed. */
	char line[128] = "/query ", fp[FP_TEXT_SIZE];
	strncat(line, fp_text(&w->fake->fp, fp), FP_TEXT_SIZE);
	refuse(w, CONV_NEARBY, line, "nobody here");
}

static void
an_encoding_and_whose(void **state)
{
	struct world *w = *state;
	struct command cmd = parse(w, w->zhang->conv, "/encoding gbk");

	assert_int_equal(cmd.kind, COMMAND_ENCODING);
	assert_true(fp_equal(&cmd.peer, &w->zhang->fp));
	assert_true(cmd.on);
	assert_int_equal(cmd.number, CHARSET_GB18030);
	cmd = parse(w, w->zhang->conv, "/encoding ana@PC-7 Shift_JIS ");
	assert_true(fp_equal(&cmd.peer, &w->fake->fp));
	assert_int_equal(cmd.number, CHARSET_CP932);
	cmd = parse(w, CONV_NEARBY, "/encoding zhang san auto");
	assert_true(fp_equal(&cmd.peer, &w->zhang->fp));
	assert_true(cmd.on);
	assert_int_equal(cmd.number, CHARSET_AUTO);
	cmd = parse(w, w->zhang->conv, "/encoding");
	assert_false(cmd.on);
	cmd = parse(w, CONV_NEARBY, "/encoding zhang san");
	assert_false(cmd.on);
	refuse(w, w->zhang->conv, "/encoding ebcdic", "ebcdic");
	refuse(w, CONV_NEARBY, "/encoding gbk", "needs WHO");
}

static void
receive(struct world *w, enum seal seal, const char *text)
{
	fixture_add(w->m, w->zhang->conv, w->zhang,
	    &(struct fixture_message){ .text = text, .seal = seal });
}

static const struct message *
target(struct world *w, const struct command *cmd)
{
	return conv_find_id(
	    model_conv_edit(w->m, w->zhang->conv), &cmd->target);
}

static void
the_newest_seal_or_the_one_that_is_named(void **state)
{
	struct world *w = *state;

	refuse(w, CONV_NEARBY, "/unseal", "/query WHO");
	refuse(w, w->zhang->conv, "/unseal", "nothing was said");
	receive(w, SEAL_CLOSED, "one");
	receive(w, SEAL_CLOSED, "two");
	receive(w, SEAL_OPENED, "three");
	receive(w, SEAL_NONE, "four");
	struct command cmd = parse(w, w->zhang->conv, "/unseal");
	assert_int_equal(cmd.kind, COMMAND_UNSEAL);
	assert_string_equal(target(w, &cmd)->text, "two");
	cmd = parse(w, w->zhang->conv, "/unseal #4");
	assert_string_equal(target(w, &cmd)->text, "one");
	refuse(w, w->zhang->conv, "/unseal #5", "#5");
	refuse(w, w->zhang->conv, "/unseal #4 now", "/unseal #2");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(t10_the_word_means_who_has_no_key),
		CASE(an_encoding_and_whose),
		CASE(the_newest_seal_or_the_one_that_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
