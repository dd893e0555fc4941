/* SPDX-License-Identifier: MIT */
/*
 * Which words of a draft are asked about, and which are underlined.
 */
#include "base/mem.h"
#include "model_fixture.h"
#include "ui/request.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct scene *s;

static int
set_up(void **state)
{
	(void)state;
	s = scene_new(false, false);
	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	free(s->m->settings.edit_spell);
	s->m->settings.edit_spell = xstrdup("en_US");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scene_free(s);
	return 0;
}

static void
expect_asked(const char *want)
{
	struct request r = { 0 };

	scene_draw(s, 24, 80);
	while (ui_request(s->ui, &r) && r.kind != REQUEST_SPELL)
		request_clear(&r);
	assert_string_equal(r.text == NULL ? "" : r.text, want);
	if (r.text != NULL)
		assert_string_equal(r.more, "en_US");
	request_clear(&r);
}

/* The cells of the line that are underlined, as text. */
static void
expect_marked(const char *want)
{
	char got[256];
	size_t n = 0;

	scene_draw(s, 24, 80);
	for (int col = 0; col < 80; col++) {
		const struct cell *cell = grid_cell(&s->grid, 23, col);
		if (cell->style == STYLE_MISSPELT && cell->cp[0] < 0x80)
			got[n++] = (char)cell->cp[0];
	}
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void
a_word_is_asked_about_once_it_is_finished(void **state)
{
	(void)state;
	scene_type(s, "teh");
	expect_asked("");
	scene_type(s, " ");
	expect_asked("teh");
	scene_type(s, "teh caat, ");
	expect_asked("caat");
	expect_asked("");
}

static void
what_is_no_word_is_not_asked_about(void **state)
{
	(void)state;
	scene_type(s, "a 42 x2y http://lan/teh \"don't\" ... end ");
	expect_asked("don't end");
}

static void
a_bad_word_is_underlined_and_a_good_one_not(void **state)
{
	(void)state;
	scene_type(s, "teh cat \xc3\xa4nd teh ");
	expect_asked("teh cat \xc3\xa4nd");
	expect_marked("");
	ui_answer_spell(s->ui, "teh", false);
	ui_answer_spell(s->ui, "cat", true);
	ui_answer_spell(s->ui, "never asked", false);
	expect_marked("tehteh");
	scene_key(s, 'c', KEY_CTRL);
	expect_marked("");
}

static void
commands_and_off_are_left_alone(void **state)
{
	(void)state;
	scene_type(s, "/msg teh teh ");
	expect_asked("");
	scene_key(s, 'c', KEY_CTRL);
	free(s->m->settings.edit_spell);
	s->m->settings.edit_spell = xstrdup("off");
	scene_type(s, "teh teh ");
	expect_asked("");
	ui_answer_spell(s->ui, "teh", false);
	expect_marked("");
}

static void
no_draft_makes_it_forget_or_ask_without_end(void **state)
{
	char word[8] = "aaaaa ";

	(void)state;
	for (int i = 0; i < 2000; i++) {
		for (int k = 0, v = i; k < 5; k++, v /= 26)
			word[k] = (char)('a' + v % 26);
		scene_paste(s, word, 6);
	}
	/* What is asked comes to an end. */
	size_t asked = 0;
	for (int i = 0; i < 100; i++) {
		struct request r;
		scene_draw(s, 24, 80);
		while (ui_request(s->ui, &r)) {
			assert_true(i < 20);
			asked += strlen(r.text) / 6;
			request_clear(&r);
		}
	}
	assert_in_range(asked, 400, 512);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_word_is_asked_about_once_it_is_finished),
		TEST(what_is_no_word_is_not_asked_about),
		TEST(a_bad_word_is_underlined_and_a_good_one_not),
		TEST(commands_and_off_are_left_alone),
		TEST(no_draft_makes_it_forget_or_ask_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
