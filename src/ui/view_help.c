/* SPDX-License-Identifier: MIT */
#include "ui/report.h"
#include "ui/str.h"
#include "ui/view.h"
#include "ui/wrap.h"

#include <stdlib.h>
#include <string.h>

enum {
	HANG = HELP_HEAD_CELLS + 3,
	HANG_NARROW = 4,
};

static const char *const intro[] = {
	N_("Start here"),
	N_("  Pick somebody from the list: Alt-2, Alt-3, \xe2\x80\xa6, or F2. "
	   "Then type and press Enter."),
	N_("  Alt-A goes where something was said. Esc closes this page."),
};

static char *
help_text(const struct lang *l, bool ascii)
{
	struct str s = { 0 };
	char *commands = report_help(l, NULL), *keys = report_help(l, "keys");

	for (size_t i = 0; i < sizeof(intro) / sizeof(intro[0]); i++)
		str_addf(&s, "%s\n", say(l, intro[i]));
	str_addf(&s, "\n%s\n\n%s", commands, keys);
	free(commands);
	free(keys);
	char *text = str_take(&s);
	for (char *at = text; ascii && (at = strstr(at, "\xe2\x80\xa6")); at++)
		memcpy(at, "...", 3);
	return text;
}

/* A head, blanks, and what it means. */
static bool
is_pair(const char *line, size_t n)
{
	for (size_t i = 2; i + 1 < n; i++)
		if (line[i] == ' ' && line[i + 1] == ' ')
			return true;
	return false;
}

/* Draws the rows from first on, or counts where r has no rows. */
static int
layout_help(const struct frame *f, struct rect r, const char *text, int first)
{
	int end = r.col + r.cols, row = -first;

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		bool top = text[0] != ' ', head = true;
		int hang =
		    r.cols > 2 * HANG && is_pair(text, n) ? HANG : HANG_NARROW;
		struct wrap wrap;
		struct wrap_row wr;
		wrap_init(&wrap, text, n, r.cols, top ? r.cols : r.cols - hang);
		for (; wrap_next(&wrap, &wr); row++, head = false)
			if (row >= 0 && row < r.rows)
				grid_put(f->g, r.row + row,
				    head || top ? r.col : r.col + hang, end,
				    top ? STYLE_BOLD : STYLE_NORMAL,
				    text + wr.offset, wr.size);
		text += n + (text[n] == '\n');
	}
	return row + first;
}

static size_t
help_rows(const struct lang *l, int cols)
{
	char *text = help_text(l, false);
	int rows = layout_help(NULL, (struct rect){ 0, 0, 0, cols }, text, 0);

	free(text);
	return (size_t)rows;
}

bool
help_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	size_t rows = help_rows(m->lang, ui->cols);
	size_t page = (size_t)ui_layout(ui, m).chat.rows - 2;

	(void)now;
	(void)ret_cmd;
	return overlay_move(ui, m, key, rows > page ? rows - page + 1 : 1);
}

void
view_help(const struct frame *f)
{
	const struct panel panel = {
		.title = say(f->m->lang, "help"),
		.hint = say(f->m->lang, "PgDn for more, Esc goes back"),
	};
	struct rect r = overlay_panel(f, &panel);

	char *text = help_text(f->m->lang, draw_is_ascii(f));
	layout_help(f, r, text, (int)f->ui->list.row);
	free(text);
}
