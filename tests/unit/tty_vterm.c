/* SPDX-License-Identifier: MIT */
/*
 * Frames as another program understands them: what the terminal layer writes
 * goes through a pseudo-terminal into libvterm, whose cells, attributes and
 * cursor are compared with the grid that was to be shown. Every golden screen
 * at four sizes, and screens of random text, one after the other on the same
 * terminal, so that each is painted over the one before; and on each of them
 * letters are typed, which go another way.
 */
#include "cases.h"
#include "pty_child.h"
#include "tty/paint.h"
#include "tty/theme.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "base/width.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <vterm.h>

enum {
	ROWS = 24,
	COLS = 80,
	FRAMES_MAX = 4000,
	LETTERS = 3, /* behind each frame */
	RANDOM_FRAMES = 400,
	RANDOM_PIECES = 40,
	COLOURS = 256,
	SIZES = 4,
};

static const int sizes[SIZES][2] = { { ROWS, COLS }, { 40, 120 }, { 12, 40 },
	{ 3, 12 } };

/* Both sides have them: the child is forked when they are there. */
static struct grid frames[FRAMES_MAX];
static bool is_letter[FRAMES_MAX];
static size_t frame_count;

struct other {
	VTerm *vt;
	VTermScreen *screen;
	size_t taken; /* of what the child wrote */
	bool altscreen, visible;
	int mouse;
	unsigned bells;
};

static struct grid *
add_frame(int rows, int cols)
{
	assert_true(frame_count < FRAMES_MAX);
	is_letter[frame_count] = false;
	struct grid *g = &frames[frame_count++];
	grid_init(g, rows, cols);
	return g;
}

static struct grid *
add_copy(const struct grid *from)
{
	struct grid *g = add_frame(from->rows, from->cols);
	size_t bytes = (size_t)g->rows * (size_t)g->cols * sizeof(*g->cells);

	memcpy(g->cells, from->cells, bytes);
	g->cursor_row = from->cursor_row;
	g->cursor_col = from->cursor_col;
	memcpy(g->title, from->title, sizeof(g->title));
	return g;
}

/* Letters at the cursor, up to the last column; then a blank over the first. */
static void
add_letters(void)
{
	static const char text[] = "a~b";
	const struct grid *from = &frames[frame_count - 1];
	int col = from->cursor_col;

	for (int i = 0; i < LETTERS && from->cursor_col + 1 < from->cols; i++) {
		struct grid *g = add_copy(from);
		grid_put(g, g->cursor_row, g->cursor_col, g->cols, STYLE_NORMAL,
		    text + i, 1);
		g->cursor_col++;
		is_letter[frame_count - 1] = true;
		from = g;
	}
	if (frame_count % 5 != 0 || !is_letter[frame_count - 1])
		return;
	struct grid *g = add_copy(from);
	grid_put(g, g->cursor_row, col, g->cols, STYLE_NORMAL, " ", 1);
	g->cursor_col = col;
}

static void
add_golden(const struct screen_case *c)
{
	struct scene *s = scene_new(false, c->first_start);

	scene_draw(s, ROWS, COLS);
	c->build(s);
	for (int i = 0; i < SIZES; i++) {
		scene_draw(s, sizes[i][0], sizes[i][1]);
		add_copy(&s->grid);
		add_letters();
	}
	scene_free(s);
}

static unsigned
next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void
add_random(unsigned seed)
{
	static const char *const pieces[] = {
		"a",
		"plain text ",
		"\xe6\xbc\xa2\xe5\xad\x97",
		"e\xcc\x81",
		"\xc3\xa9t\xc3\xa9",
		"\xd0\x9f\xd1\x80\xd0\xb8",
		"\xf0\x9f\x98\x80",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
		"\xf0\x9f\xab\xa9",
		"\xea\xb0\x80\xeb\x82\x98",
		"\x1b[31m\x9b\x07",
		"\xe2\x94\x82",
		"        ",
	};
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };
	struct grid *g = add_frame(ROWS, COLS);

	for (int i = 0; i < RANDOM_PIECES; i++) {
		const char *text = pieces[next_random(&seed) % PIECES];
		int row = (int)(next_random(&seed) % ROWS);
		int col = (int)(next_random(&seed) % (COLS + 4)) - 4;
		enum style style = next_random(&seed) % STYLE_COUNT;
		/* libvterm takes a mark behind the last column for a letter. */
		grid_put(g, row, col, COLS - 1, style, text, strlen(text));
		grid_put(g, row, COLS - 1, COLS, style, "#", (size_t)i % 2);
	}
	/* Some frames share most of what is on them with the one before. */
	if (seed % 3 == 0 && frame_count > 1 && g[-1].rows == ROWS &&
	    g[-1].cols == COLS)
		for (int row = 0; row < ROWS - 4; row++)
			memcpy(grid_cell(g, row, 0), grid_cell(g - 1, row, 0),
			    COLS * sizeof(struct cell));
	g->cursor_row = (int)(next_random(&seed) % ROWS);
	g->cursor_col = (int)(next_random(&seed) % COLS);
	snprintf(g->title, sizeof(g->title), "frame %zu", frame_count);
	add_letters();
}

static void
make_frames(void)
{
	for (size_t i = 0; i < screen_case_count; i++)
		add_golden(&screen_cases[i]);
	for (unsigned i = 0; i < RANDOM_FRAMES; i++)
		add_random(i * 7919 + 1);
}

/* The terminal layer takes its turns when the other side says so. */
static void
show_all(const struct child *c)
{
	struct tty_cfg cfg = { .no_color = c->no_color };
	struct facts white = facts_none();
	struct tty *t = NULL;
	char *error = NULL;
	char byte;
	int rows, cols;

	CHECK(tty_open(&cfg, &t, &error) == 0);
	white.has_background = true;
	white.background = 0xffffff;
	if (strcmp(c->title, "light") == 0)
		CHECK(tty_learn(t, &white));
	if (strcmp(c->title, "contrast") == 0) {
		cfg.theme = TTY_THEME_CONTRAST;
		CHECK(tty_configure(t, &cfg));
	}
	for (size_t i = 0; i < frame_count; i++) {
		CHECK(read(STDIN_FILENO, &byte, 1) == 1);
		tty_size(t, &rows, &cols);
		if (rows != frames[i].rows || cols != frames[i].cols)
			tty_resized(t);
		tty_size(t, &rows, &cols);
		CHECK(rows == frames[i].rows && cols == frames[i].cols);
		if (is_letter[i])
			CHECK(tty_show_letter(t, &frames[i]));
		else
			CHECK(tty_show(t, &frames[i]));
		CHECK(write(c->talk, "s", 1) == 1);
	}
	CHECK(read(STDIN_FILENO, &byte, 1) == 1);
	tty_close(t);
}

static int
on_property(VTermProp prop, VTermValue *val, void *user)
{
	struct other *o = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		o->altscreen = val->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		o->visible = val->boolean;
	else if (prop == VTERM_PROP_MOUSE)
		o->mouse = val->number;
	return 1;
}

static int
on_bell(void *user)
{
	struct other *o = user;

	o->bells++;
	return 1;
}

static void
other_init(struct other *o)
{
	static const VTermScreenCallbacks callbacks = {
		.settermprop = on_property,
		.bell = on_bell,
	};

	*o = (struct other){ .vt = vterm_new(ROWS, COLS) };
	vterm_set_utf8(o->vt, 1);
	o->screen = vterm_obtain_screen(o->vt);
	vterm_screen_enable_altscreen(o->screen, 1);
	vterm_screen_set_callbacks(o->screen, &callbacks, o);
	vterm_screen_reset(o->screen, 1);
}

static void
other_read(struct other *o, const struct parent *p)
{
	vterm_input_write(
	    o->vt, (const char *)p->out + o->taken, p->size - o->taken);
	o->taken = p->size;
	vterm_screen_flush_damage(o->screen);
}

static void
release(struct parent *p, struct other *o, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
		.ws_col = (unsigned short)cols };

	assert_int_equal(ioctl(p->master, TIOCSWINSZ, &size), 0);
	vterm_set_size(o->vt, rows, cols);
	assert_int_equal(write(p->master, "x", 1), 1);
}

static uint32_t
expected(const struct paint *paint, const struct cell *cell)
{
	if (cell->count == 0 || cell->cp[0] == ' ')
		return ' ';
	if (!paint->prints_wide && cell->cp[0] >= 0x80)
		return '?';
	return cell->cp[0];
}

static void
compare_look(
    const VTermScreenCell *got, const struct tint *tint, int row, int col)
{
	bool same =
	    got->attrs.bold == ((tint->attrs & THEME_BOLD) != 0) &&
	    got->attrs.reverse == ((tint->attrs & THEME_REVERSE) != 0) &&
	    got->attrs.underline == ((tint->attrs & THEME_UNDERLINE) != 0);

	if (tint->fg == THEME_DEFAULT)
		same = same && VTERM_COLOR_IS_DEFAULT_FG(&got->fg);
	else
		same = same && VTERM_COLOR_IS_INDEXED(&got->fg) &&
		       got->fg.indexed.idx == tint->fg;
	if (tint->bg == THEME_DEFAULT)
		same = same && VTERM_COLOR_IS_DEFAULT_BG(&got->bg);
	else
		same = same && VTERM_COLOR_IS_INDEXED(&got->bg) &&
		       got->bg.indexed.idx == tint->bg;
	if (!same)
		print_message("look of %d,%d\n", row, col);
	assert_true(same);
}

/* From the right: up to a cell whose width two programs may judge apart, all
 * must stand where it should. Returns the cells compared. */
static int
compare_row(const struct other *o, const struct grid *g, int row,
    const struct paint *paint, const struct tint *tints)
{
	int count = 0;

	for (int col = g->cols - 1; col >= 0; col--) {
		const struct cell *want =
		    &g->cells[(size_t)row * (size_t)g->cols + (size_t)col];
		VTermScreenCell got;
		VTermPos at = { .row = row, .col = col };
		if (paint_is_doubtful(paint, want, 1))
			break;
		assert_int_equal(vterm_screen_get_cell(o->screen, at, &got), 1);
		if (want->width == 0)
			continue;
		uint32_t is = got.chars[0] == 0 ? ' ' : got.chars[0];
		if (is != expected(paint, want))
			print_message("frame %td, cell %d,%d: U+%04X, not "
				      "U+%04X\n",
			    g - frames, row, col, (unsigned)is,
			    (unsigned)expected(paint, want));
		assert_int_equal(is, expected(paint, want));
		if (paint->prints_wide && got.width != want->width)
			print_message("frame %td, cell %d,%d: width %d\n",
			    g - frames, row, col, got.width);
		if (paint->prints_wide)
			assert_int_equal(got.width, want->width);
		if (tints != NULL)
			compare_look(&got, &tints[want->style], row, col);
		count++;
	}
	return count;
}

static int
compare(const struct other *o, const struct grid *g, const struct paint *paint,
    const struct tint *tints)
{
	VTermPos cursor;
	int count = 0;

	for (int row = 0; row < g->rows; row++)
		count += compare_row(o, g, row, paint, tints);
	vterm_state_get_cursorpos(vterm_obtain_state(o->vt), &cursor);
	assert_int_equal(cursor.row, g->cursor_row);
	assert_int_equal(cursor.col, g->cursor_col);
	assert_true(o->visible && o->altscreen);
	return count;
}

static void
play(struct child c, const struct tint *tints)
{
	struct paint paint = { .prints_wide = strcmp(c.locale, "C") != 0 };
	struct parent p = start(c, show_all);
	struct other o;
	char said[2];
	int cells = 0;

	other_init(&o);
	if (strcmp(c.term, "xterm-256color") != 0)
		o.altscreen = true; /* as far as it has one */
	o.visible = true;
	for (size_t i = 0; i < frame_count; i++) {
		release(&p, &o, frames[i].rows, frames[i].cols);
		assert_true(hear(&p, true, said, sizeof(said)));
		assert_string_equal(said, "s");
		other_read(&o, &p);
		o.altscreen |= strcmp(c.term, "xterm-256color") != 0;
		cells += compare(&o, &frames[i], &paint, tints);
	}
	assert_int_equal(write(p.master, "x", 1), 1);
	finish(&p);
	assert_int_equal(p.status, 0);
	other_read(&o, &p);
	if (strcmp(c.term, "xterm-256color") == 0)
		assert_false(o.altscreen);
	assert_true(o.visible);
	assert_int_equal(o.mouse, VTERM_PROP_MOUSE_NONE);
	assert_int_equal(o.bells, 0);
	print_message("%s, %s: %zu frames, %d cells\n", c.term, c.locale,
	    frame_count, cells);
	assert_true(cells > 100 * (int)frame_count);
	vterm_free(o.vt);
	free(p.out);
}

static void
frames_with_colours(void **state)
{
	struct backdrop unknown = { .colorfgbg = NULL };
	struct theme t = theme_choose(TTY_THEME_AUTO, false, &unknown);
	struct tint tints[STYLE_COUNT];

	(void)state;
	theme_tints(&t, COLOURS, tints);
	play(plain_child, tints);
}

static void
frames_of_other_themes(void **state)
{
	struct backdrop unknown = { .colorfgbg = NULL };
	struct backdrop white = { .asked = true, .rgb = 0xffffff };
	struct tint tints[STYLE_COUNT];
	struct child c = plain_child;

	(void)state;
	c.title = "light";
	struct theme t = theme_choose(TTY_THEME_AUTO, false, &white);
	theme_tints(&t, COLOURS, tints);
	play(c, tints);
	c.title = "contrast";
	t = theme_choose(TTY_THEME_CONTRAST, false, &unknown);
	theme_tints(&t, COLOURS, tints);
	play(c, tints);
}

static void
frames_without_colours(void **state)
{
	struct backdrop unknown = { .colorfgbg = NULL };
	struct theme t = theme_choose(TTY_THEME_AUTO, true, &unknown);
	struct tint tints[STYLE_COUNT];
	struct child c = plain_child;

	(void)state;
	c.no_color = true;
	theme_tints(&t, COLOURS, tints);
	play(c, tints);
}

static void
frames_of_other_terminals(void **state)
{
	static const char *const terms[] = { "tmux-256color", "screen", "linux",
		"vt100" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct child c = plain_child;
		c.term = terms[i];
		play(c, NULL);
	}
}

static void
frames_in_ascii(void **state)
{
	struct child c = plain_child;

	(void)state;
	c.locale = "C";
	play(c, NULL);
}

static int
set_up(void **state)
{
	(void)state;
	make_frames();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	while (frame_count > 0)
		grid_clear(&frames[--frame_count]);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_with_colours),
		cmocka_unit_test(frames_of_other_themes),
		cmocka_unit_test(frames_without_colours),
		cmocka_unit_test(frames_of_other_terminals),
		cmocka_unit_test(frames_in_ascii),
	};

	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("COLORFGBG");
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests_name(
	    "tty_vterm", tests, set_up, tear_down);
}
