/* SPDX-License-Identifier: MIT */
/*
 * Themes as numbers: nothing here has a terminal.
 */
#include "tty/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
	MANY = 256,
	FEW = 8,
	NONE = 0,
	READABLE = 450,
	LARGE = 300, /* for bold text */
	STRONG = 700,
	BLACK = 0x000000,
	WHITE = 0xffffff,
};

static const struct backdrop unknown = { .colorfgbg = NULL };

static void
the_setting_is_before_the_environment(void **state)
{
	struct backdrop dark = { .colorfgbg = "15;0" };
	struct backdrop light = { .colorfgbg = "0;default;15" };
	struct backdrop said = { .asked = true, .rgb = 0xfdf6e3 };
	struct backdrop both = {
		.colorfgbg = "15;0", .asked = true, .rgb = WHITE
	};
	struct backdrop odd = {
		.colorfgbg = "15;default", .asked = true, .rgb = WHITE
	};

	(void)state;
	assert_true(theme_choose(TTY_THEME_LIGHT, false, &dark).light);
	assert_false(theme_choose(TTY_THEME_DARK, false, &light).light);
	assert_true(theme_choose(TTY_THEME_AUTO, false, &light).light);
	assert_false(theme_choose(TTY_THEME_AUTO, false, &dark).light);
	assert_true(theme_choose(TTY_THEME_AUTO, false, &said).light);
	assert_int_equal(
	    theme_choose(TTY_THEME_AUTO, false, &said).backdrop, 0xfdf6e3);
	assert_false(theme_choose(TTY_THEME_AUTO, false, &both).light);
	assert_true(theme_choose(TTY_THEME_AUTO, false, &odd).light);
	assert_false(theme_choose(TTY_THEME_AUTO, false, &unknown).light);
	assert_true(theme_choose(TTY_THEME_CONTRAST, false, &light).light);
	assert_true(theme_choose(TTY_THEME_CONTRAST, false, &light).strong);
}

static void
colorfgbg_in_all_spellings(void **state)
{
	static const struct {
		const char *text;
		bool light;
	} rows[] = {
		{ "0;7", true },
		{ "0;15", true },
		{ "0;9", true },
		{ "15;8", false },
		{ "15;6", false },
		{ "15;0", false },
		{ "0;16", false },
		{ "0;7x", false },
		{ "0;", false },
		{ "15", false },
		{ "", false },
		{ "0;-1", false },
		{ "0;99999999999999999999", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct backdrop b = { .colorfgbg = rows[i].text };
		assert_int_equal(theme_choose(TTY_THEME_AUTO, false, &b).light,
		    rows[i].light);
	}
}

static void
no_color_and_mono_have_none(void **state)
{
	struct theme themes[] = {
		theme_choose(TTY_THEME_AUTO, true, &unknown),
		theme_choose(TTY_THEME_CONTRAST, true, &unknown),
		theme_choose(TTY_THEME_MONO, false, &unknown),
	};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct tint tints[STYLE_COUNT];
		theme_tints(&themes[k], MANY, tints);
		for (int i = 0; i < STYLE_COUNT; i++) {
			assert_int_equal(tints[i].fg, THEME_DEFAULT);
			assert_int_equal(tints[i].bg, THEME_DEFAULT);
		}
	}
}

/* What must not be told by colour alone. */
static void
without_colour_meanings_still_differ(void **state)
{
	static const enum style loud[] = { STYLE_BAR_ALERT, STYLE_MARKER,
		STYLE_SELECTED, STYLE_ERROR, STYLE_UNREAD, STYLE_PUBLIC,
		STYLE_INSECURE, STYLE_PLAIN, STYLE_FOUND };
	struct theme t = theme_choose(TTY_THEME_MONO, false, &unknown);
	struct tint tints[STYLE_COUNT];

	(void)state;
	theme_tints(&t, NONE, tints);
	for (size_t i = 0; i < sizeof(loud) / sizeof(loud[0]); i++)
		assert_int_not_equal(tints[loud[i]].attrs, 0);
	assert_int_not_equal(
	    tints[STYLE_BAR].attrs, tints[STYLE_BAR_ALERT].attrs);
	assert_int_not_equal(
	    tints[STYLE_PUBLIC].attrs, tints[STYLE_PLAIN].attrs);
	assert_int_not_equal(
	    tints[STYLE_SECURE].attrs, tints[STYLE_INSECURE].attrs);
}

static void
assert_readable(const struct theme *t, int colours, int least)
{
	struct tint tints[STYLE_COUNT];

	theme_tints(t, colours, tints);
	for (int i = 0; i < STYLE_COUNT; i++) {
		uint32_t behind = tints[i].bg == THEME_DEFAULT
				      ? t->backdrop
				      : theme_rgb(tints[i].bg);
		if (tints[i].fg == THEME_DEFAULT)
			continue;
		assert_true(tints[i].fg < colours && tints[i].bg < colours);
		/* Four names need blue, which is what it is: bold there. */
		if (colours == FEW && tints[i].fg == 4 && !t->light) {
			assert_true((tints[i].attrs & THEME_BOLD) != 0);
			continue;
		}
		int is = theme_contrast(theme_rgb(tints[i].fg), behind);
		if (is < least)
			print_message("style %d: %d\n", i, is);
		assert_true(is >= least);
	}
}

static void
everything_is_readable_on_its_background(void **state)
{
	static const uint32_t backdrops[] = { BLACK, 0x002b36, 0x1e1e1e,
		0x282a36, WHITE, 0xfdf6e3, 0xfafafa, 0xeeeeee };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct backdrop b = { .asked = true, .rgb = backdrops[i] };
		struct theme t = theme_choose(TTY_THEME_AUTO, false, &b);
		bool extreme = backdrops[i] == BLACK || backdrops[i] == WHITE;
		assert_int_equal(t.light, i >= 4);
		assert_int_equal(t.backdrop, backdrops[i]);
		assert_readable(&t, MANY, extreme ? READABLE : LARGE);
		if (extreme)
			assert_readable(&t, FEW, LARGE);
		t = theme_choose(TTY_THEME_CONTRAST, false, &b);
		if (extreme)
			assert_readable(&t, MANY, STRONG);
	}
}

static void
names_are_eight_and_readable(void **state)
{
	static const uint32_t backdrops[] = { BLACK, 0x002b36, 0x1e1e1e, WHITE,
		0xfdf6e3, 0xeeeeee };

	(void)state;
	for (size_t k = 0; k < 6; k++) {
		struct backdrop b = { .asked = true, .rgb = backdrops[k] };
		struct theme t = theme_choose(TTY_THEME_AUTO, false, &b);
		struct tint tints[STYLE_COUNT];
		theme_tints(&t, MANY, tints);
		for (int i = STYLE_NICK_0; i <= STYLE_NICK_LAST; i++) {
			assert_true(theme_contrast(theme_rgb(tints[i].fg),
					backdrops[k]) >= READABLE);
			for (int j = STYLE_NICK_0; j < i; j++)
				assert_int_not_equal(tints[i].fg, tints[j].fg);
		}
		theme_tints(&t, FEW, tints);
		for (int i = STYLE_NICK_0; i <= STYLE_NICK_LAST; i++)
			for (int j = STYLE_NICK_0; j < i; j++)
				assert_true(tints[i].fg != tints[j].fg ||
					    tints[i].attrs != tints[j].attrs);
	}
}

static void
high_contrast_dims_nothing(void **state)
{
	struct theme t = theme_choose(TTY_THEME_CONTRAST, false, &unknown);

	(void)state;
	for (int colours = 0; colours <= MANY; colours += MANY / 2) {
		struct tint tints[STYLE_COUNT];
		theme_tints(&t, colours, tints);
		for (int i = 0; i < STYLE_COUNT; i++)
			assert_int_equal(tints[i].attrs & THEME_DIM, 0);
	}
}

static void
contrast_is_that_of_the_definition(void **state)
{
	(void)state;
	assert_int_equal(theme_contrast(BLACK, WHITE), 2100);
	assert_int_equal(theme_contrast(WHITE, WHITE), 100);
	/* 4.54 : 1, the grey that everybody names; a polynomial is near. */
	assert_in_range(theme_contrast(0x767676, WHITE), 445, 462);
	assert_in_range(theme_contrast(0xff0000, WHITE), 395, 405);
	assert_int_equal(theme_rgb(16), 0x000000);
	assert_int_equal(theme_rgb(231), 0xffffff);
	assert_int_equal(theme_rgb(203), 0xff5f5f);
	assert_int_equal(theme_rgb(255), 0xeeeeee);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_setting_is_before_the_environment),
		cmocka_unit_test(colorfgbg_in_all_spellings),
		cmocka_unit_test(no_color_and_mono_have_none),
		cmocka_unit_test(without_colour_meanings_still_differ),
		cmocka_unit_test(everything_is_readable_on_its_background),
		cmocka_unit_test(names_are_eight_and_readable),
		cmocka_unit_test(high_contrast_dims_nothing),
		cmocka_unit_test(contrast_is_that_of_the_definition),
	};

	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
