/* SPDX-License-Identifier: MIT */
/*
 * What goes between earshot and the terminal of another process: it comes out
 * as it went in, and nothing else gets in.
 */
#include "app/attach_wire.h"

#include "base/err.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 6, COLS = 20, CELLS = ROWS * COLS };

static struct buf b;
static struct grid here, there;
static struct cell *sent;

static int
set_up(void **state)
{
	(void)state;
	buf_init(&b, ATTACH_FRAME_MAX);
	grid_init(&here, ROWS, COLS);
	grid_init(&there, 1, 1);
	sent = xcalloc(CELLS, sizeof(*sent));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buf_clear(&b);
	grid_clear(&here);
	grid_clear(&there);
	free(sent);
	return 0;
}

static void
put(int row, const char *text, enum style style)
{
	grid_put(&here, row, 0, COLS, style, text, strlen(text));
}

static struct attach_message
next(enum attach_kind kind)
{
	struct attach_message msg;
	int err;

	assert_true(attach_next(&b, ATTACH_FRAME_MAX, &msg, &err));
	assert_int_equal(err, 0);
	assert_int_equal(msg.kind, kind);
	assert_int_equal(msg.size, buf_size(&b));
	return msg;
}

/* Returns its bytes. */
static size_t
carry(enum part part, int first, bool fresh)
{
	enum part got;
	int got_first;

	assert_int_equal(attach_frame(&b, &here, part, first, sent, fresh), 0);
	struct attach_message msg = next(ATTACH_FRAME);
	assert_true(attach_read_frame(&msg.body, &there, &got, &got_first));
	assert_int_equal(got, part);
	assert_int_equal(got_first, part == PART_ALL ? 0 : first);
	buf_consume(&b, msg.size);
	assert_int_equal(there.rows, ROWS);
	assert_int_equal(there.cols, COLS);
	assert_memory_equal(
	    here.cells, there.cells, CELLS * sizeof(*here.cells));
	assert_int_equal(here.cursor_row, there.cursor_row);
	assert_int_equal(here.cursor_col, there.cursor_col);
	assert_string_equal(here.title, there.title);
	assert_int_equal(here.bell, there.bell);
	return msg.size;
}

static void
frames_arrive_as_they_were(void **state)
{
	(void)state;
	put(0, "plain letters", STYLE_BAR);
	put(1, "\xe4\xbd\xa0\xe5\xa5\xbd wide", STYLE_NICK_LAST);
	put(2, "e\xcc\x81\xcc\xa3 marks", STYLE_NORMAL);
	put(3, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", STYLE_BOLD);
	here.cursor_row = 5;
	here.cursor_col = 7;
	here.bell = true;
	memcpy(here.title, "earshot (3)", sizeof("earshot (3)"));
	size_t all = carry(PART_ALL, 0, true);
	here.bell = false;
	/* Then only what differs. */
	size_t none = carry(PART_ALL, 0, false);
	assert_true(none < 64 && none < all);
	put(5, "> a", STYLE_NORMAL);
	carry(PART_ROWS, 5, false);
	put(5, "> ab", STYLE_NORMAL);
	here.cursor_col = 4;
	assert_int_equal(carry(PART_LETTER, 5, false), none + 6 + 2);
}

/* Each beginning of a frame, and each of its bytes changed: what it comes to is
 * a grid without a control character, or nothing. */
static void
no_frame_breaks_the_grid(void **state)
{
	uint8_t bytes[2048];
	unsigned read = 0;

	(void)state;
	put(0, "letters", STYLE_BAR);
	put(1, "\xe4\xbd\xa0 e\xcc\x81", STYLE_DIM);
	assert_int_equal(attach_frame(&b, &here, PART_ALL, 0, sent, true), 0);
	struct attach_message msg = next(ATTACH_FRAME);
	size_t size = msg.body.left;
	assert_in_range(size, 1, sizeof(bytes));
	memcpy(bytes, msg.body.p, size);
	for (size_t at = 0; at < size; at++) {
		for (unsigned byte = 0; byte < 256; byte += 5) {
			uint8_t was = bytes[at];
			enum part part;
			int first;
			bytes[at] = (uint8_t)byte;
			struct rd r = rd_of(bytes, size);
			read += attach_read_frame(&r, &there, &part, &first);
			bytes[at] = was;
			for (int i = 0; i < there.rows * there.cols; i++) {
				const struct cell *c = &there.cells[i];
				assert_true(c->count <= CELL_CPS_MAX);
				assert_true(c->width <= 2);
				assert_true(c->style < STYLE_COUNT);
				assert_true(c->width == 0 || c->count == 0 ||
					    c->cp[0] >= 0x20);
			}
		}
		struct rd cut = rd_of(bytes, at);
		enum part part;
		int first;
		read += attach_read_frame(&cut, &there, &part, &first);
	}
	assert_true(read > 0);
}

static void
presses(void **state)
{
	struct press_event ev = { .key = { 'x', KEY_ALT }, .alone = true }, got;

	(void)state;
	ev.mouse = (struct mouse){ MOUSE_WHEEL_UP, 3, 5000, KEY_CTRL };
	assert_int_equal(attach_press(&b, &ev), 0);
	struct attach_message msg = next(ATTACH_PRESS);
	assert_true(attach_read_press(&msg.body, &got));
	assert_int_equal(got.key.code, 'x');
	assert_int_equal(got.key.mods, KEY_ALT);
	assert_true(got.alone);
	assert_null(got.paste);
	assert_int_equal(got.mouse.kind, MOUSE_WHEEL_UP);
	assert_int_equal(got.mouse.row, 3);
	assert_int_equal(got.mouse.col, 5000);
	buf_consume(&b, msg.size);
	ev = (struct press_event){
		.key = { KEY_PASTE, 0 }, .paste = "a\nb", .paste_size = 3
	};
	assert_int_equal(attach_press(&b, &ev), 0);
	msg = next(ATTACH_PRESS);
	assert_true(attach_read_press(&msg.body, &got));
	assert_int_equal(got.paste_size, 3);
	assert_memory_equal(got.paste, "a\nb", 3);
	buf_consume(&b, msg.size);
	/* A paste without text, a text without a paste, no key at all. */
	const struct press_event bad[] = {
		{ .key = { KEY_PASTE, 0 } },
		{ .key = { 'x', 0 }, .paste = "y", .paste_size = 1 },
		{ .key = { KEY_REPLY, 0 } },
		{ .key = { UINT32_MAX, 0 } },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(attach_press(&b, &bad[i]), 0);
		msg = next(ATTACH_PRESS);
		assert_false(attach_read_press(&msg.body, &got));
		buf_consume(&b, msg.size);
	}
}

static void
texts_and_wishes(void **state)
{
	char opener[] = "viewer --file";
	struct request ask = { REQUEST_NOTIFY, opener, opener }, got;
	struct terminal_wish wish = { .theme = TTY_THEME_LIGHT,
		.sync = TTY_SYNC_OFF,
		.mouse = true,
		.desktop = DESKTOP_PROGRAM,
		.opener = opener };
	struct terminal_wish back;
	char *text;

	(void)state;
	assert_int_equal(attach_request(&b, &ask), 0);
	struct attach_message msg = next(ATTACH_REQUEST);
	assert_true(attach_read_request(&msg.body, &got));
	assert_int_equal(got.kind, REQUEST_NOTIFY);
	assert_string_equal(got.text, opener);
	assert_string_equal(got.more, opener);
	request_clear(&got);
	buf_consume(&b, msg.size);
	/* A language is looked at without asking whether there is one. */
	ask = (struct request){ REQUEST_SPELL, opener, NULL };
	assert_int_equal(attach_request(&b, &ask), 0);
	msg = next(ATTACH_REQUEST);
	assert_false(attach_read_request(&msg.body, &got));
	buf_consume(&b, msg.size);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(attach_wish(&b, &wish), 0);
		msg = next(ATTACH_WISH);
		assert_true(attach_read_wish(&msg.body, &back, &text));
		assert_int_equal(back.theme, TTY_THEME_LIGHT);
		assert_int_equal(back.sync, TTY_SYNC_OFF);
		assert_true(back.mouse);
		assert_int_equal(back.desktop, DESKTOP_PROGRAM);
		assert_int_equal(text != NULL, wish.opener != NULL);
		free(text);
		buf_consume(&b, msg.size);
		wish.opener = NULL;
	}
}

static void
lengths_are_bounded(void **state)
{
	static const uint8_t none[] = { 0, 0, 0, 0, ATTACH_SIZE };
	static const uint8_t long_one[] = { 0, 16, 0, 2, ATTACH_PRESS };
	char *text = xcalloc(ATTACH_TEXT_MAX + 2, 1);
	struct attach_message msg;
	int err;

	(void)state;
	memset(text, 'x', ATTACH_TEXT_MAX + 1);
	assert_int_equal(
	    attach_texts(&b, ATTACH_EDITED, text, NULL, 0), ERR_LIMIT);
	assert_int_equal(buf_size(&b), 0);
	free(text);
	assert_false(attach_next(&b, ATTACH_KEYS_MAX, &msg, &err));
	assert_int_equal(err, 0);
	assert_int_equal(buf_append(&b, none, sizeof(none)), 0);
	assert_false(attach_next(&b, ATTACH_KEYS_MAX, &msg, &err));
	assert_int_equal(err, ERR_LIMIT);
	buf_consume(&b, sizeof(none));
	assert_int_equal(buf_append(&b, long_one, sizeof(long_one)), 0);
	assert_false(attach_next(&b, ATTACH_KEYS_MAX, &msg, &err));
	assert_int_equal(err, ERR_LIMIT);
	buf_consume(&b, sizeof(long_one));
	/* Half of one is none yet. */
	assert_int_equal(attach_size(&b, 24, 80), 0);
	b.tail--;
	assert_false(attach_next(&b, ATTACH_KEYS_MAX, &msg, &err));
	assert_int_equal(err, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    frames_arrive_as_they_were, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_frame_breaks_the_grid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(presses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    texts_and_wishes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    lengths_are_bounded, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
