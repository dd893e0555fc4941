/* SPDX-License-Identifier: MIT */
/*
 * The first start: a name by Enter, and the first words to somebody.
 */
#include "base/mem.h"
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scene *s;

static int
set_up(void **state)
{
	(void)state;
	s = scene_new(false, true);
	model_notes_add(s->m);
	scene_draw(s, 24, 80);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scene_free(s);
	return 0;
}

static bool
shows(const char *part)
{
	scene_draw(s, 24, 80);
	char *text = grid_dump(&s->grid, false);
	bool found = strstr(text, part) != NULL;

	free(text);
	return found;
}

static const struct command *
find(enum command_kind kind)
{
	for (size_t i = 0; i < s->command_count; i++)
		if (s->commands[i].kind == kind)
			return &s->commands[i];
	return NULL;
}

static const char *
text_of(enum command_kind kind)
{
	const struct command *cmd = find(kind);

	return cmd == NULL || cmd->text == NULL ? "" : cmd->text;
}

static void
enter_takes_the_name_that_was_found(void **state)
{
	(void)state;
	assert_true(shows("Your name here: [ mira ]"));
	assert_true(shows("your name> mira  (Enter takes it"));
	scene_type(s, "\n");
	assert_int_equal(s->command_count, 0);
	assert_true(shows("you are mira"));
	assert_true(shows("nearby>"));
	assert_false(shows("Your name here: ["));
}

static void
another_name_takes_its_place(void **state)
{
	(void)state;
	scene_type(s, "ana maria");
	assert_true(shows("your name> ana maria"));
	scene_type(s, "\n");
	assert_non_null(find(COMMAND_NICK));
	assert_string_equal(text_of(COMMAND_NICK), "ana maria");
	assert_true(shows("nearby>"));
}

static void
a_name_that_cannot_be_stays_in_the_line(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++)
		scene_type(s, "long");
	scene_type(s, "\n");
	assert_null(find(COMMAND_NICK));
	assert_non_null(find(COMMAND_ERROR));
	assert_true(shows("longlong"));
	assert_true(shows("your name>"));
}

static void
a_command_is_one_there_too(void **state)
{
	(void)state;
	scene_type(s, "/away\n");
	assert_non_null(find(COMMAND_AWAY));
	assert_true(shows("your name>"));
}

/* Nothing has to be answered. */
static void
who_goes_elsewhere_is_not_asked_again(void **state)
{
	(void)state;
	scene_key(s, '0', KEY_ALT);
	assert_true(shows("note-to-self>"));
	scene_key(s, '1', KEY_ALT);
	assert_true(shows("nearby>"));
}

static void
a_configured_name_is_not_asked_for(void **state)
{
	(void)state;
	s->m->settings.name = xstrdup("mira");
	assert_true(shows("nearby>"));
	assert_true(shows("Your name here is mira. /nick"));
}

static struct peer *
meet(const char *name, unsigned seed)
{
	scene_type(s, "\n");
	return fixture_peer(s->m, name, PRESENCE_ONLINE, seed);
}

static void
the_first_one_is_named_with_the_keys(void **state)
{
	(void)state;
	meet("ana", 1);
	assert_true(shows("ana\xc2\xb7"));
	assert_true(shows("is here (192.168.1.21). Alt-2"));
}

static void
words_for_nobody_are_offered_to_the_only_one(void **state)
{
	(void)state;
	struct peer *ana = meet("ana", 1);

	scene_type(s, "hello there\n");
	assert_null(find(COMMAND_SAY));
	assert_null(find(COMMAND_ERROR));
	assert_true(shows("Enter again to send to ana"));
	scene_type(s, "\n");
	const struct command *cmd = find(COMMAND_SAY);
	assert_string_equal(text_of(COMMAND_SAY), "hello there");
	assert_true(cmd != NULL && fp_equal(&cmd->peer, &ana->fp));
	assert_true(shows("ana>"));
	assert_false(shows("Enter again"));
}

static void
escape_takes_the_offer_back(void **state)
{
	(void)state;
	meet("ana", 1);
	scene_type(s, "hello\n");
	scene_key(s, KEY_ESCAPE, 0);
	assert_false(shows("Enter again"));
	assert_true(shows("nearby> hello"));
	scene_type(s, "\n");
	assert_null(find(COMMAND_SAY));
	assert_true(shows("Enter again"));
}

static void
another_text_is_offered_anew(void **state)
{
	(void)state;
	meet("ana", 1);
	scene_type(s, "hello\n!");
	assert_false(shows("Enter again"));
	scene_type(s, "\n");
	assert_null(find(COMMAND_SAY));
	scene_type(s, "\n");
	assert_string_equal(text_of(COMMAND_SAY), "hello!");
}

static void
with_several_there_is_nothing_to_offer(void **state)
{
	(void)state;
	meet("ana", 1);
	fixture_peer(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_type(s, "hello\n\n");
	assert_null(find(COMMAND_SAY));
	assert_non_null(find(COMMAND_ERROR));
	assert_true(shows("nearby> hello"));
}

static void
an_unknown_command_is_never_offered(void **state)
{
	(void)state;
	meet("ana", 1);
	scene_type(s, "/nonsense\n\n");
	assert_null(find(COMMAND_SAY));
	assert_false(shows("Enter again to send to"));
	scene_key(s, 'c', KEY_CTRL);
	scene_type(s, "  /quit\n");
	assert_null(find(COMMAND_QUIT));
	assert_false(shows("Enter again to send to"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    enter_takes_the_name_that_was_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    another_name_takes_its_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_name_that_cannot_be_stays_in_the_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_command_is_one_there_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    who_goes_elsewhere_is_not_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_configured_name_is_not_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_first_one_is_named_with_the_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    words_for_nobody_are_offered_to_the_only_one, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    escape_takes_the_offer_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    another_text_is_offered_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    with_several_there_is_nothing_to_offer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_unknown_command_is_never_offered, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
