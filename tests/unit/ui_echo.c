/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include "cases.h"
#include "model_fixture.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
	SIZES = 4,
	RANDOM_KEYS = 6000,
	CELLS_MAX = 40 * 120,
};

static const int sizes[SIZES][2] = { { 24, 80 }, { 40, 120 }, { 12, 40 },
	{ 3, 12 } };

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

/* What was echoed stays when the whole frame is drawn. */
static void
expect_same(struct scene *s, int first)
{
	struct cell echo[CELLS_MAX];
	int rows = s->grid.rows, cols = s->grid.cols;
	int row = s->grid.cursor_row, col = s->grid.cursor_col;
	size_t size = (size_t)(rows - first) * (size_t)cols * sizeof(*echo);

	memcpy(echo, grid_cell(&s->grid, first, 0), size);
	scene_draw(s, rows, cols);
	assert_memory_equal(echo, grid_cell(&s->grid, first, 0), size);
	assert_int_equal(row, s->grid.cursor_row);
	assert_int_equal(col, s->grid.cursor_col);
}

/* True when it was drawn, and then no other cell has changed. */
static bool
draws_letter(struct scene *s)
{
	struct cell before[CELLS_MAX];
	struct grid *g = &s->grid;
	size_t count = (size_t)g->rows * (size_t)g->cols;
	int row = g->cursor_row, col = g->cursor_col;

	memcpy(before, g->cells, count * sizeof(*before));
	bool drawn = ui_draw_letter(s->ui, s->m, g);
	assert_int_equal(g->cursor_row, row);
	assert_int_equal(g->cursor_col, col + drawn);
	if (drawn)
		before[row * g->cols + col] = *grid_cell(g, row, col);
	assert_memory_equal(before, g->cells, count * sizeof(*before));
	return drawn;
}

static void
a_letter_changes_a_cell(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	scene_draw(s, 24, 80);
	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	/* What an empty line says goes with the first. */
	scene_type(s, "h");
	assert_false(draws_letter(s));
	scene_draw(s, 24, 80);
	for (const char *p = "ello, 2 of us"; *p != '\0'; p++) {
		scene_type(s, (char[]){ *p, '\0' });
		assert_true(draws_letter(s));
	}
	expect_same(s, 23);
	/* Two at once, one that is not at the end, and one that is gone. */
	scene_type(s, "ab");
	assert_false(draws_letter(s));
	scene_draw(s, 24, 80);
	scene_key(s, 'b', KEY_CTRL);
	scene_type(s, "b");
	assert_false(draws_letter(s));
	scene_draw(s, 24, 80);
	scene_key(s, 'h', KEY_CTRL);
	assert_false(draws_letter(s));
	scene_key(s, 'e', KEY_CTRL);
	scene_draw(s, 24, 80);
	fixture_receive(s->m, ana, 0, "who is it from?");
	scene_type(s, "d");
	assert_false(draws_letter(s));
}

/* The mark joins what is before it, and what comes behind a sign of Arabic
 * numbers joins that. */
static void
what_joins_is_no_letter(void **state)
{
	static const char *const texts[] = { "e", "\xd8\x80", "\xe6\xbc\xa2",
		"\n" };
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_draw(s, 24, 80);
	scene_key(s, '2', KEY_ALT);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		scene_paste(s, texts[i], strlen(texts[i]));
		scene_paste(s, i == 0 ? "x" : "", i == 0);
		scene_draw(s, 24, 80);
		if (i == 0)
			scene_key(s, 0x301, 0);
		else
			scene_key(s, '7', 0);
		assert_false(draws_letter(s));
		scene_key(s, 'u', KEY_CTRL);
		scene_draw(s, 24, 80);
	}
}

static unsigned
next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void
press_something(struct scene *s, unsigned *seed)
{
	static const struct key keys[] = { { ' ', 0 }, { ' ', 0 }, { '/', 0 },
		{ ':', 0 }, { 0x6F22, 0 }, { 0x301, 0 }, { 0x1F600, 0 },
		{ 0xE9, 0 }, { 'h', KEY_CTRL }, { 'u', KEY_CTRL },
		{ 'w', KEY_CTRL }, { 'y', KEY_CTRL }, { 'b', KEY_CTRL },
		{ 'a', KEY_CTRL }, { 'e', KEY_CTRL }, { 'e', KEY_CTRL },
		{ 'j', KEY_CTRL }, { 't', KEY_CTRL }, { KEY_UP_KEY, 0 },
		{ KEY_F1, 0 }, { KEY_ESCAPE, 0 }, { KEY_ESCAPE, 0 },
		{ KEY_TAB_KEY, 0 }, { KEY_ENTER_KEY, 0 }, { '1', KEY_ALT },
		{ '2', KEY_ALT }, { 's', KEY_CTRL }, { 'x', KEY_CTRL },
		{ 'r', KEY_CTRL } };
	enum { COUNT = sizeof(keys) / sizeof(keys[0]), LETTERS = 4 * COUNT };
	unsigned which = next_random(seed) % (COUNT + LETTERS);

	if (which < COUNT)
		scene_key(s, keys[which].code, keys[which].mods);
	else
		scene_key(s, '!' + next_random(seed) % ('~' - '!' + 1), 0);
}

/* Returns whether it was a letter. */
static bool
echo_something(struct scene *s, unsigned *seed)
{
	int first = s->grid.cursor_row;

	press_something(s, seed);
	bool letter = draws_letter(s);
	bool drawn =
	    letter || ui_draw_draft(s->ui, s->m, s->now, &s->grid, &first);
	if (drawn && next_random(seed) % 3 > 0)
		expect_same(s, first);
	else if (!drawn || next_random(seed) % 3 > 0)
		scene_draw(s, s->grid.rows, s->grid.cols);
	return letter;
}

static void
an_echo_is_what_the_frame_has(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	unsigned seed = 11, letters = 0;

	for (int i = 0; i < RANDOM_KEYS; i++) {
		const int *size = sizes[i / 100 % SIZES];
		if (i % 50 == 0)
			fixture_receive(s->m, ana, 0, "in between");
		if (i % 20 == 0) {
			scene_key(s, KEY_ESCAPE, 0);
			scene_key(s, KEY_ESCAPE, 0);
			scene_key(s, 'c', KEY_CTRL);
			scene_draw(s, size[0], size[1]);
		}
		letters += echo_something(s, &seed);
	}
	assert_true(letters > RANDOM_KEYS / 10);
}

/* Whatever stands on the screen. */
static void
each_screen_echoes_as_it_draws(void **state)
{
	unsigned letters = 0;

	(void)state;
	for (size_t i = 0; i < screen_case_count * SIZES; i++) {
		const struct screen_case *c = &screen_cases[i / SIZES];
		const int *size = sizes[i % SIZES];
		struct scene *s = scene_new(false, c->first_start);
		scene_draw(s, size[0], size[1]);
		c->build(s);
		scene_draw(s, size[0], size[1]);
		for (int k = 0; k < 8; k++) {
			int first = s->grid.cursor_row;
			scene_key(s, k % 2 ? 'x' : '(', 0);
			bool letter = draws_letter(s);
			letters += letter;
			if (letter || ui_draw_draft(s->ui, s->m, s->now,
					  &s->grid, &first))
				expect_same(s, first);
			else
				scene_draw(s, size[0], size[1]);
		}
		scene_free(s);
	}
	assert_true(letters > screen_case_count * SIZES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_key_is_seen_before_the_rest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_letter_changes_a_cell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_joins_is_no_letter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_echo_is_what_the_frame_has, set_up, tear_down),
		cmocka_unit_test(each_screen_echoes_as_it_draws),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
