/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include "model_fixture.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
set_up(void **state)
{
	*state = scene_new(false, false);
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

static bool
shows(struct scene *s, const char *text)
{
	char *dump = grid_dump(&s->grid, false);
	bool found = strstr(dump, text) != NULL;

	free(dump);
	return found;
}

/* The last row is as the whole frame has it. */
static void
expect_echo(struct scene *s)
{
	struct cell echo[80];
	int first = 0;

	assert_true(ui_draw_draft(s->ui, s->m, s->now, &s->grid, &first));
	assert_int_equal(first, 23);
	int row = s->grid.cursor_row, col = s->grid.cursor_col;
	memcpy(echo, grid_cell(&s->grid, 23, 0), sizeof(echo));
	scene_draw(s, 24, 80);
	assert_memory_equal(echo, grid_cell(&s->grid, 23, 0), sizeof(echo));
	assert_int_equal(row, s->grid.cursor_row);
	assert_int_equal(col, s->grid.cursor_col);
}

static bool
echoes(struct scene *s)
{
	int first;

	return ui_draw_draft(s->ui, s->m, s->now, &s->grid, &first);
}

static void
a_key_is_seen_before_the_rest(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	assert_false(echoes(s));
	scene_draw(s, 24, 80);
	scene_key(s, '2', KEY_ALT);
	/* Another conversation is another prompt. */
	assert_false(echoes(s));
	scene_draw(s, 24, 80);
	scene_type(s, "hello");
	expect_echo(s);
	scene_key(s, 'u', KEY_CTRL);
	expect_echo(s);
	fixture_receive(s->m, ana, 0, "one");
	scene_draw(s, 24, 80);
	fixture_receive(s->m, ana, 0, "two");
	scene_type(s, "x");
	assert_true(echoes(s));
	assert_false(s->grid.bell);
	assert_true(ui_is_dirty(s->ui, s->m));
	assert_false(shows(s, "two"));
	scene_draw(s, 24, 80);
	for (int i = 0; i < 80; i++)
		scene_type(s, "y");
	/* The draft takes another row, or a list stands over it. */
	assert_false(echoes(s));
	scene_draw(s, 24, 80);
	scene_key(s, KEY_F1, 0);
	assert_false(echoes(s));
	scene_draw(s, 24, 80);
	assert_false(echoes(s));
	scene_key(s, KEY_ESCAPE, 0);
	assert_false(echoes(s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_key_is_seen_before_the_rest, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
