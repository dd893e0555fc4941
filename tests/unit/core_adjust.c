/* SPDX-License-Identifier: MIT */
#include "engine_kit.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

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

/* Effects EFFECT_SETTING that a command has, and the last of them. */
static unsigned
command(enum command_kind kind, uint32_t conv, bool on, const char *text)
{
	struct command cmd = { .kind = kind,
		.conv = conv,
		.on = on,
		.text = text == NULL ? NULL : xstrdup(text) };
	unsigned before = k.counts[EFFECT_SETTING];

	engine_command(k.engine, k.now, &cmd);
	ekit_drain(&k);
	return k.counts[EFFECT_SETTING] - before;
}

static const struct message *
last(void)
{
	const struct conv *c = model_conv(engine_model(k.engine), CONV_NEARBY);

	return c->next_serial == c->first_serial
		   ? NULL
		   : conv_message(c, c->next_serial - 1);
}

static void
assert_said(enum message_kind kind, const char *text)
{
	assert_non_null(last());
	assert_int_equal(last()->kind, kind);
	assert_string_equal(last()->text, text);
}

static void
a_setting_changes_and_is_to_be_kept(void **state)
{
	const struct model *m = engine_model(k.engine);

	(void)state;
	assert_true(m->settings.look_boxes);
	uint64_t revision = m->revision;
	assert_int_equal(
	    command(COMMAND_SET, CONV_NEARBY, true, "look.boxes off"), 1);
	assert_false(m->settings.look_boxes);
	assert_true(m->revision > revision);
	assert_string_equal(k.told_text, "look.boxes");
	assert_true(k.told.on);
	assert_said(MESSAGE_INFO, "look.boxes is off");
	assert_int_equal(
	    command(COMMAND_SET, CONV_NEARBY, false, "look.boxes"), 1);
	assert_true(m->settings.look_boxes);
	assert_false(k.told.on);
	assert_said(MESSAGE_INFO, "look.boxes is on, the default");
	command(COMMAND_SET, CONV_NEARBY, true, "port 5");
	assert_said(MESSAGE_INFO, "port will be 5, from the next start on");
}

static void
a_browser_is_not_answered(void **state)
{
	(void)state;
	assert_int_equal(command(COMMAND_SET, 0, true, "look.boxes off"), 1);
	assert_null(last());
}

static void
a_mistake_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(
	    command(COMMAND_SET, CONV_NEARBY, true, "look.boxes of"), 0);
	assert_said(MESSAGE_ERROR, "look.boxes is on|off, not \"of\"");
	assert_int_equal(command(COMMAND_SET, CONV_NEARBY, true, ""), 0);
	assert_int_equal(command(COMMAND_SET, CONV_NEARBY, true, NULL), 0);
	assert_true(engine_model(k.engine)->settings.look_boxes);
}

static void
name_and_status_go_out(void **state)
{
	const struct model *m = engine_model(k.engine);

	(void)state;
	assert_int_equal(
	    command(COMMAND_SET, CONV_NEARBY, true, "name mira"), 1);
	assert_string_equal(m->name, "mira");
	command(COMMAND_SET, CONV_NEARBY, true, "status at my desk");
	assert_string_equal(m->status, "at my desk");
	command(COMMAND_SET, CONV_NEARBY, false, "status");
	assert_string_equal(m->status, "");
	/* Until the next start nobody knows another. */
	command(COMMAND_SET, CONV_NEARBY, false, "name");
	assert_string_equal(m->name, "mira");
}

static void
a_nick_is_kept(void **state)
{
	const struct model *m = engine_model(k.engine);

	(void)state;
	assert_int_equal(command(COMMAND_NICK, CONV_NEARBY, true, "zoe"), 1);
	assert_string_equal(m->name, "zoe");
	assert_string_equal(m->settings.name, "zoe");
	assert_string_equal(k.told_text, "name");
}

static void
all_can_be_saved(void **state)
{
	(void)state;
	assert_int_equal(command(COMMAND_SAVE, CONV_NEARBY, false, NULL), 1);
	assert_string_equal(k.told_text, "");
	assert_true(k.told.on);
	assert_int_equal(k.told.conv, CONV_NEARBY);
}

/* The effects that wait: which of the first two kinds comes first, and whether
 * keys are to be made. */
static bool
asks_for_keys(struct engine *e, bool *ret_make)
{
	struct effect effect;
	bool asks = false, listens = false;

	while (engine_next(e, &effect)) {
		listens |= effect.kind == EFFECT_LISTEN;
		if (effect.kind != EFFECT_KEYS)
			continue;
		assert_false(asks || listens);
		asks = true;
		*ret_make = effect.on;
	}
	return asks;
}

static bool
switching_asks(bool on, bool *ret_make)
{
	struct command cmd = { .kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.on = true,
		.text = xstrdup(on ? "ipmsg on" : "ipmsg off") };

	engine_command(k.engine, k.now, &cmd);
	return asks_for_keys(k.engine, ret_make);
}

static void
a_command_has_keys_of_ipmsg_made_and_a_start_has_not(void **state)
{
	struct settings settings;
	struct engine_cfg cfg = { .identity = &k.identity,
		.rng = rng_seeded(&k.seed, 1),
		.epoch = 1,
		.name = "ana",
		.settings = &settings };
	bool make = false;
	struct ipmsg_keys *keys = (struct ipmsg_keys *)&make;

	(void)state;
	assert_int_equal(k.counts[EFFECT_KEYS], 0);
	assert_true(switching_asks(true, &make));
	assert_true(make);
	assert_false(switching_asks(false, &make));
	assert_true(switching_asks(true, &make));
	assert_false(switching_asks(false, &make));
	/* Nobody is asked for what is there. */
	engine_ipmsg_keys(k.engine, keys);
	assert_false(switching_asks(true, &make));

	settings_init(&settings);
	settings.ipmsg = true;
	struct engine *e = engine_new(&cfg, k.now);
	engine_start(e, k.now);
	assert_true(asks_for_keys(e, &make));
	assert_false(make);
	engine_free(e);
	settings_clear(&settings);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_setting_changes_and_is_to_be_kept, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_browser_is_not_answered, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_mistake_changes_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
		    name_and_status_go_out, begin, end),
		cmocka_unit_test_setup_teardown(a_nick_is_kept, begin, end),
		cmocka_unit_test_setup_teardown(all_can_be_saved, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_command_has_keys_of_ipmsg_made_and_a_start_has_not, begin,
		    end),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
