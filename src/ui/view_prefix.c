/* SPDX-License-Identifier: MIT */
/*
 * What may follow Ctrl-X, for who waits a moment before going on. It takes no
 * key of its own.
 */
#include "ui/view.h"

#include <stdio.h>

enum { PREFIX_KEYS_MAX = 24, KEY_CELLS = 18 };

struct entry {
	struct key key;
	const struct keymap_row *row;
};

static size_t
add_keys(struct entry *list, size_t n, const struct keymap *km,
    const struct keymap_row *row)
{
	struct key keys[KEYMAP_KEYS_MAX];
	size_t count = keymap_keys(km, row, keys, KEYMAP_KEYS_MAX);

	for (size_t i = 0; i < count && n < PREFIX_KEYS_MAX; i++)
		if (keys[i].mods & KEY_PREFIX)
			list[n++] = (struct entry){ keys[i], row };
	return n;
}

static size_t
collect(const struct keymap *km, struct entry *list)
{
	size_t count, n = 0;
	const struct keymap_row *rows = keymap_rows(&count);

	for (size_t i = 0; i < count; i++)
		n = add_keys(list, n, km, &rows[i]);
	for (size_t i = 0; i < km->count; i++)
		if (km->own[i]->row == &km->own[i]->line)
			n = add_keys(list, n, km, km->own[i]->row);
	return n;
}

static void
draw_jump(const struct frame *f, struct rect r)
{
	char digits[16] = "", text[128];
	int row = r.row + r.rows - 1, end = f->g->cols;

	if (f->ui->jump > 0)
		snprintf(digits, sizeof(digits), "%u", (unsigned)f->ui->jump);
	snprintf(text, sizeof(text),
	    say(f->m->lang, "conversation number %s_  Enter goes there"),
	    digits);
	draw_fill(f, row, 0, end, STYLE_BAR);
	draw_cut(f, row, 1, end, STYLE_BAR, text);
}

void
view_prefix(const struct frame *f)
{
	struct entry list[PREFIX_KEYS_MAX];
	struct rect r = f->l.chat;
	char text[KEY_TEXT_MAX];
	int end = f->g->cols;

	if (rect_is_empty(r))
		return;
	if (f->ui->has_jump)
		draw_jump(f, r);
	if (!f->ui->has_prefix ||
	    f->now.mono_ms < f->ui->prefix_ms + PREFIX_HINT_MS)
		return;
	int rows = (int)collect(&f->ui->keymap, list);
	if (rows > r.rows)
		rows = r.rows;
	for (int i = 0; i < rows; i++) {
		int row = r.row + r.rows - rows + i;
		key_text(list[i].key, text);
		draw_fill(f, row, 0, end, STYLE_BAR);
		int col = draw_text(f, row, 1, end, STYLE_BAR, text);
		if (col < KEY_CELLS)
			col = KEY_CELLS;
		draw_cut(f, row, col + 1, end, STYLE_BAR,
		    say(f->m->lang, list[i].row->gloss));
	}
}
