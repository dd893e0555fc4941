/* SPDX-License-Identifier: MIT */
/*
 * Clicks on what is seen, and what they must not do.
 */
#include "ui/ui.h"

#include "model_fixture.h"
#include "ui_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
set_up(void **state)
{
	struct scene *s = scene_new(false, false);

	s->m->settings.look_mouse = true;
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

/* Where the text stands, in bytes of ASCII. */
static bool
find(struct scene *s, const char *text, int *ret_row, int *ret_col)
{
	scene_draw(s, 24, 80);
	for (int row = 0; row < s->grid.rows; row++)
		for (int col = 0; col < s->grid.cols; col++) {
			size_t i = 0;
			while (text[i] != '\0' && col + (int)i < s->grid.cols &&
			       grid_cell(&s->grid, row, col + (int)i)->cp[0] ==
				   (uint32_t)text[i])
				i++;
			if (text[i] != '\0')
				continue;
			*ret_row = row;
			*ret_col = col;
			return true;
		}
	return false;
}

static void
act(struct scene *s, enum mouse_kind kind, int row, int col)
{
	struct mouse mouse = { .kind = kind, .row = row, .col = col };
	struct command cmd = { .kind = COMMAND_NONE };

	assert_false(ui_mouse(s->ui, s->m, s->now, &mouse, &cmd));
	scene_draw(s, 24, 80);
}

static void
click(struct scene *s, const char *text)
{
	int row, col;

	if (!find(s, text, &row, &col)) {
		char *dump = grid_dump(&s->grid, false);
		fail_msg("no \"%s\" in\n%s", text, dump);
		free(dump);
	}
	act(s, MOUSE_CLICK, row, col);
}

static void
assert_at(struct scene *s, const char *prompt)
{
	int row, col;

	assert_true(find(s, prompt, &row, &col));
	assert_int_equal(row, 23);
	assert_int_equal(col, 0);
}

static bool
shows(struct scene *s, const char *text)
{
	int row, col;

	return find(s, text, &row, &col);
}

static void
a_click_goes_to_somebody(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	struct peer *bob = fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);

	fixture_receive(s->m, ana, 3, "hello");
	fixture_receive(s->m, bob, 2, "hi");
	click(s, " bob");
	assert_at(s, "bob>");
	/* In the status row. */
	s->now.mono_ms += 10000;
	click(s, ":ana(1)");
	assert_at(s, "ana>");
	/* And where nothing is, nothing happens. */
	act(s, MOUSE_CLICK, 23, 40);
	act(s, MOUSE_CLICK, 500, 500);
	act(s, MOUSE_CLICK, -1, -1);
	act(s, MOUSE_OTHER, 2, 2);
	assert_at(s, "ana>");
}

static void
how_to_select_is_said_once(void **state)
{
	struct scene *s = *state;

	act(s, MOUSE_CLICK, 10, 40);
	assert_true(shows(s, "hold Shift"));
	s->now.mono_ms += 10000;
	act(s, MOUSE_CLICK, 10, 40);
	assert_false(shows(s, "hold Shift"));
}

static void
the_wheel_scrolls(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	for (int i = 0; i < 60; i++) {
		char text[32];
		snprintf(text, sizeof(text), "line %d.", i);
		fixture_receive(s->m, ana, 60 - i, text);
	}
	click(s, " ana");
	assert_true(shows(s, "line 59."));
	act(s, MOUSE_WHEEL_UP, 10, 40);
	assert_false(shows(s, "line 59."));
	act(s, MOUSE_WHEEL_DOWN, 10, 40);
	act(s, MOUSE_WHEEL_DOWN, 10, 40);
	assert_true(shows(s, "line 59."));
}

static void
expect_open(struct scene *s, const char *url)
{
	struct request request;
	bool found = false;

	while (ui_request(s->ui, &request)) {
		if (request.kind == REQUEST_OPEN) {
			assert_non_null(url);
			assert_string_equal(request.text, url);
			found = true;
		}
		request_clear(&request);
	}
	assert_int_equal(found, url != NULL);
}

static void
t48_a_link_is_opened_and_nothing_else(void **state)
{
	static const char url[] =
	    "https://example.org/a-rather-long-path-that-does-not-fit-into-one-"
	    "row?q=$(id)&x=;reboot#end";
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	char text[256];

	snprintf(text, sizeof(text), "see %s (now), javascript:alert(1)", url);
	fixture_receive(s->m, ana, 1, text);
	click(s, " ana");
	click(s, "https://");
	expect_open(s, url);
	/* In the row behind the break it is the same link. */
	click(s, "does-not-fit");
	expect_open(s, url);
	click(s, "see ");
	expect_open(s, NULL);
	click(s, "javascript:");
	expect_open(s, NULL);
	click(s, "(now)");
	expect_open(s, NULL);
}

static void
it_is_ours_only_where_it_was_asked_for(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	s->m->settings.look_mouse = false;
	click(s, " ana");
	assert_at(s, "nearby>");
	assert_false(shows(s, "hold Shift"));
}

static void
over_a_list_it_chooses(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);
	scene_draw(s, 24, 80);
	scene_key(s, KEY_F1 + 1, 0);
	act(s, MOUSE_WHEEL_DOWN, 5, 5);
	act(s, MOUSE_WHEEL_UP, 5, 5);
	click(s, " bob");
	assert_at(s, "bob>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_click_goes_to_somebody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    how_to_select_is_said_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_wheel_scrolls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    t48_a_link_is_opened_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    it_is_ours_only_where_it_was_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    over_a_list_it_chooses, set_up, tear_down),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("ui_mouse", tests, NULL, NULL);
}
