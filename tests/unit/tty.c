/* SPDX-License-Identifier: MIT */
/*
 * What frames become on the terminal.
 */
#include "tty/tty.h"

#include "pty_child.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdlib.h>
#include <string.h>

static wchar_t
char_at(int row, int col)
{
	wchar_t text[CELL_CPS_MAX + 1] = { 0 };
	attr_t attrs;
	short pair;
	cchar_t got;
	int y = 0, x = 0;

	getyx(stdscr, y, x);
	if (mvin_wch(row, col, &got) == OK)
		getcchar(&got, text, &attrs, &pair, NULL);
	move(y, x);
	return text[0];
}

static void
show_hello(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);

	put(&g, 2, 4, STYLE_NORMAL, "h\xc3\xa9llo \xe6\xbc\xa2!");
	put(&g, 3, 0, STYLE_ERROR, "wrong");
	put(&g, 4, 0, STYLE_NICK_0 + 4, "blue");
	put(&g, 23, 79, STYLE_BAR, "#");
	g.cursor_row = 5;
	g.cursor_col = 6;
	for (int i = 0; i < c->steps; i++)
		CHECK(tty_show(t, &g));
	bool utf8 = strcmp(c->locale, "C.UTF-8") == 0;
	CHECK(char_at(2, 5) == (utf8 ? 0xe9 : L'?'));
	CHECK(char_at(2, 10) == (utf8 ? 0x6f22 : L'?'));
	CHECK(char_at(2, 12) == L'!');
	/* On others curses does not know of the last cell. */
	if (strcmp(c->term, "xterm-256color") == 0)
		CHECK(char_at(23, 79) == L'#');
	CHECK(getcury(stdscr) == 5 && getcurx(stdscr) == 6);
	CHECK(tty_is_utf8(t) == utf8);
	tty_close(t);
	grid_clear(&g);
}

static void
modes_are_set_and_undone(void **state)
{
	struct parent p = run(plain_child, show_hello);

	(void)state;
	assert_wrote(&p, "\033[?1049h");
	assert_wrote(&p, "\033[?2004h");
	assert_wrote(&p, "\033[?1004h");
	assert_wrote(&p, "\033[8l");
	assert_wrote(&p, "\033[22;2t");
	assert_wrote(&p, "\033]2;earshot\033\\");
	assert_wrote(&p, "\033[?1049l");
	assert_wrote(&p, "\033[?2004l");
	assert_wrote(&p, "\033[?1004l");
	assert_wrote(&p, "\033[8h");
	assert_wrote(&p, "\033[23;2t");
	/* The caret is never hidden. */
	assert_not_wrote(&p, "\033[?25l");
	/* The user's palette is the user's. */
	assert_not_wrote(&p, "\033]4;");
	assert_not_wrote(&p, "\033]104");
	assert_not_wrote(&p, "\a");
	assert_wrote(&p, "\033[38;5;203m");
	free(p.out);
}

static void
the_same_frame_again_costs_nothing(void **state)
{
	struct child often = plain_child;
	struct parent once = run(plain_child, show_hello);

	(void)state;
	often.steps = 100;
	struct parent p = run(often, show_hello);
	assert_int_equal(p.size, once.size);
	free(p.out);
	free(once.out);
}

static void
type_a_line(const struct child *c)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
	struct grid g;
	struct tty *t = child_open(c, &g);

	for (int i = 0; i < c->steps; i++) {
		grid_put(&g, 23, i, 80, STYLE_NORMAL, alphabet + i % 26, 1);
		g.cursor_row = 23;
		g.cursor_col = i + 1;
		CHECK(tty_show(t, &g));
	}
	tty_close(t);
	grid_clear(&g);
}

static void
a_key_costs_a_byte(void **state)
{
	struct child one = plain_child, many = plain_child;

	(void)state;
	many.steps = 61;
	struct parent p = run(one, type_a_line);
	struct parent q = run(many, type_a_line);
	assert_true(q.size - p.size <= 60 * 2);
	free(p.out);
	free(q.out);
}

/* With frames between, as they come between keys that are not pressed fast. */
static void
type_letters(const struct child *c)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
	struct grid g;
	struct tty *t = child_open(c, &g);

	put(&g, 3, 3, STYLE_ERROR, "wrong");
	g.cursor_row = 23;
	CHECK(tty_show(t, &g));
	for (int i = 0; i < c->steps; i++) {
		grid_put(&g, 23, i, 80, STYLE_NORMAL, alphabet + i % 26, 1);
		g.cursor_col = i + 1;
		CHECK(tty_show_letter(t, &g));
		CHECK(tty_frame_size(t) == 1);
		/* curses has it only with the frame. */
		CHECK(char_at(23, i) == L' ');
		if (i % 3 == 0)
			continue;
		CHECK(tty_show(t, &g));
		CHECK(char_at(23, i) == (wchar_t)alphabet[i % 26]);
		CHECK(getcury(stdscr) == 23 && getcurx(stdscr) == i + 1);
	}
	tty_close(t);
	grid_clear(&g);
}

static void
a_letter_is_a_byte(void **state)
{
	struct child one = plain_child, many = plain_child;

	(void)state;
	many.steps = 61;
	struct parent p = run(one, type_letters);
	struct parent q = run(many, type_letters);
	assert_int_equal(q.size - p.size, 60);
	assert_wrote(&q, "bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
	free(p.out);
	free(q.out);
}

/* Letters between two frames, up to as many as go ahead, and more. */
static void
type_fast(const struct child *c)
{
	static const char alphabet[] = "aaaaaaaabcdefghijklmnopqrstuvwxyz";
	struct grid g;
	struct tty *t = child_open(c, &g);

	put(&g, 3, 3, STYLE_ERROR, "wrong");
	g.cursor_row = 23;
	CHECK(tty_show(t, &g));
	for (int i = 0; i < c->steps; i++) {
		grid_put(&g, 23, i, 80, STYLE_NORMAL, alphabet + i % 33, 1);
		g.cursor_col = i + 1;
		CHECK(tty_show_letter(t, &g));
	}
	CHECK(tty_show(t, &g));
	for (int i = 0; i < c->steps; i++)
		CHECK(char_at(23, i) == (wchar_t)alphabet[i % 33]);
	CHECK(getcury(stdscr) == 23 && getcurx(stdscr) == c->steps);
	tty_close(t);
	grid_clear(&g);
}

static void
fast_letters_are_a_byte_each(void **state)
{
	struct child none = plain_child, child = plain_child;

	(void)state;
	none.steps = 0;
	struct parent p = run(none, type_fast);
	for (int steps = 7; steps <= 40; steps += 11) {
		child.steps = steps;
		struct parent q = run(child, type_fast);
		assert_int_equal(q.size - p.size, steps);
		free(q.out);
	}
	free(p.out);
}

/* Where curses turns out to have another way, it has its way. */
static void
type_against_curses(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);

	put(&g, 3, 3, STYLE_ERROR, "wrong");
	g.cursor_row = 23;
	CHECK(tty_show(t, &g));
	grid_put(&g, 23, 0, 80, STYLE_NORMAL, "x", 1);
	g.cursor_col = 1;
	CHECK(tty_show_letter(t, &g));
	clearok(curscr, TRUE);
	grid_put(&g, 23, 1, 80, STYLE_NORMAL, "y", 1);
	g.cursor_col = 2;
	CHECK(tty_show_letter(t, &g));
	CHECK(tty_show(t, &g));
	CHECK(tty_frame_size(t) > 1);
	CHECK(char_at(23, 1) == L'y');
	grid_put(&g, 23, 2, 80, STYLE_NORMAL, "z", 1);
	g.cursor_col = 3;
	CHECK(tty_show_letter(t, &g));
	/* It goes by curses now. */
	CHECK(char_at(23, 2) == L'z');
	tty_close(t);
	grid_clear(&g);
}

static void
a_wrong_guess_is_painted_over(void **state)
{
	struct parent p = run(plain_child, type_against_curses);
	const uint8_t *again = find_last(&p, "\033[2J");
	size_t clears = 0;

	(void)state;
	/* At the start, and then; all of it, not only the row of the letter. */
	for (size_t i = 0; i + 4 <= p.size; i++)
		clears += memcmp(p.out + i, "\033[2J", 4) == 0;
	assert_int_equal(clears, 2);
	assert_true(find_last(&p, "wrong") > again);
	assert_true(find_last(&p, "xy") > again);
	free(p.out);
}

static void
no_color_means_none(void **state)
{
	struct child c = plain_child;

	(void)state;
	c.no_color = true;
	struct parent p = run(c, show_hello);
	for (char digit = '0'; digit <= '9'; digit++) {
		char fg[] = { 033, '[', '3', digit, 'm', 0 };
		char bg[] = { 033, '[', '4', digit, 'm', 0 };
		char bright[] = { 033, '[', '9', digit, 'm', 0 };
		assert_not_wrote(&p, fg);
		assert_not_wrote(&p, bg);
		assert_not_wrote(&p, bright);
	}
	assert_wrote(&p, "1mwrong");
	free(p.out);
}

static void
eight_colours_are_enough(void **state)
{
	struct child c = plain_child;

	(void)state;
	c.term = "screen";
	struct parent p = run(c, show_hello);
	assert_wrote(&p, "\033[34m");
	assert_wrote(&p, "blue");
	assert_wrote(&p, "#");
	free(p.out);
}

static void
terminals_without_titles_get_none(void **state)
{
	static const char *const terms[] = { "linux", "vt100" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct child c = plain_child;
		c.term = terms[i];
		struct parent p = run(c, show_hello);
		assert_not_wrote(&p, "\033]");
		assert_not_wrote(&p, "t;");
		assert_not_wrote(&p, "\033[22;2t");
		free(p.out);
	}
}

static void
a_locale_that_is_not_utf8_gets_ascii_only(void **state)
{
	struct child c = plain_child;

	(void)state;
	c.locale = "C";
	struct parent p = run(c, show_hello);
	assert_wrote(&p, "h?llo");
	for (size_t i = 0; i < p.size; i++)
		assert_true(p.out[i] < 0x80);
	free(p.out);
}

static void
show_new_emoji(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);

	/* Unicode 15 and 16; the libc of many systems says -1. */
	put(&g, 4, 7, STYLE_NORMAL, "\xf0\x9f\xab\xa8X");
	put(&g, 5, 7, STYLE_NORMAL, "\xf0\x9f\xab\xa9Y");
	CHECK(wcwidth(0x1FAE8) == 2 && wcwidth(0x1FAE9) == 2);
	CHECK(wcwidth(0) == 0 && wcwidth(0x301) == 0 && wcwidth(7) == -1);
	CHECK(tty_show(t, &g));
	CHECK(char_at(4, 9) == L'X' && char_at(5, 9) == L'Y');
	tty_close(t);
	grid_clear(&g);
}

static void
curses_uses_our_widths(void **state)
{
	struct parent p = run(plain_child, show_new_emoji);

	(void)state;
	assert_wrote(&p, "\xf0\x9f\xab\xa8");
	assert_wrote(&p, "\xf0\x9f\xab\xa9");
	/* And what follows arrives by its address, counted from home, so a
	 * terminal that does not know them keeps its columns. */
	assert_wrote(&p, "\033[5;10HX");
	assert_wrote(&p, "\033[6;10HY");
	free(p.out);
}

static void
show_ambiguous(const struct child *c)
{
	struct grid g;
	struct facts facts = facts_none();
	struct tty *t = child_open(c, &g);

	facts.answered = true;
	for (int i = 0; i < SAMPLE_COUNT; i++)
		facts.cells[i] =
		    i == SAMPLE_IDEOGRAPH || i == SAMPLE_CIRCLE ? 2 : 1;
	CHECK(tty_learn(t, &facts) == (c->steps == 1));
	put(&g, 4, 7, STYLE_NORMAL, "\xe2\x80\x9cso\xe2\x80\xa6\xe2\x80\x9d X");
	put(&g, 5, 7, STYLE_NORMAL, "\xd0\xb4\xd0\xb0Y");
	CHECK(tty_show(t, &g));
	CHECK(char_at(4, 7) == L'"' && char_at(4, 10) == L'.');
	tty_close(t);
	grid_clear(&g);
}

static void
wide_where_we_are_narrow(void **state)
{
	struct parent p = run(plain_child, show_ambiguous);

	(void)state;
	assert_wrote(&p, "\"so.\" X");
	/* What has no narrow twin is followed by an address, and cannot run
	 * over into the next row. */
	assert_wrote(&p, "\033[6;10HY");
	assert_wrote(&p, "\033[?7l");
	assert_true(find_last(&p, "\033[?7h") > find_last(&p, "\033[?7l"));
	free(p.out);
}

/* T44: even a grid gone wrong cannot reach the terminal with a control. */
static void
show_hostile(const struct child *c)
{
	static const uint32_t bad[] = { 0x1b, 0x9b, 0x9d, 7, 8, 10, 0x7f, 0,
		0xd800, 0x301 };
	struct grid g;
	struct tty *t = child_open(c, &g);

	for (int i = 0; i < (int)(sizeof(bad) / sizeof(bad[0])); i++) {
		struct cell *cell = grid_cell(&g, 1, i);
		cell->cp[0] = bad[i];
		cell = grid_cell(&g, 2, i);
		cell->cp[0] = 'a';
		cell->cp[1] = bad[i];
		cell->count = 2;
		cell->style = 255;
	}
	/* A wide character that would leave the screen. */
	grid_cell(&g, 3, 79)->cp[0] = 0x6f22;
	CHECK(tty_show(t, &g));
	tty_close(t);
	grid_clear(&g);
}

static void
t44_controls_never_reach_the_terminal(void **state)
{
	static const char *const titles[] = { "a\033]0;b", "a\ab",
		"a\xc2\x9b"
		"b",
		"a\x7f"
		"b" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct child c = plain_child;
		c.title = titles[i];
		struct parent p = run(c, show_hostile);
		assert_not_wrote(&p, "\a");
		assert_not_wrote(&p, "\b");
		assert_not_wrote(&p, "\x7f");
		assert_not_wrote(&p, "\xc2\x9b");
		assert_not_wrote(&p, "\xc2\x9d");
		assert_not_wrote(&p, "\033]2;");
		assert_not_wrote(&p, "\033\033");
		assert_wrote(&p, "\xef\xbf\xbd");
		free(p.out);
	}
}

static void
ring(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);

	g.bell = true;
	CHECK(tty_show(t, &g));
	g.bell = false;
	CHECK(tty_show(t, &g));
	tty_close(t);
	grid_clear(&g);
}

static void
the_bell_rings_once(void **state)
{
	struct parent p = run(plain_child, ring);
	unsigned bells = 0;

	(void)state;
	for (size_t i = 0; i < p.size; i++)
		bells += p.out[i] == '\a';
	assert_int_equal(bells, 1);
	free(p.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_are_set_and_undone),
		cmocka_unit_test(the_same_frame_again_costs_nothing),
		cmocka_unit_test(a_key_costs_a_byte),
		cmocka_unit_test(a_letter_is_a_byte),
		cmocka_unit_test(fast_letters_are_a_byte_each),
		cmocka_unit_test(a_wrong_guess_is_painted_over),
		cmocka_unit_test(no_color_means_none),
		cmocka_unit_test(eight_colours_are_enough),
		cmocka_unit_test(terminals_without_titles_get_none),
		cmocka_unit_test(a_locale_that_is_not_utf8_gets_ascii_only),
		cmocka_unit_test(curses_uses_our_widths),
		cmocka_unit_test(wide_where_we_are_narrow),
		cmocka_unit_test(t44_controls_never_reach_the_terminal),
		cmocka_unit_test(the_bell_rings_once),
	};

	unsetenv("LINES");
	unsetenv("COLUMNS");
	return cmocka_run_group_tests_name("tty", tests, NULL, NULL);
}
