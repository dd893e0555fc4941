/* SPDX-License-Identifier: MIT */
/*
 * The overlay of /urls: the links of the conversation, to be opened or copied.
 */
#include "base/mem.h"
#include "ui/urls.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CELLS = 10, COLS_WHO = 50 };

static void
take(struct ui *ui, struct now now, const struct lang *l,
    enum request_kind kind, const char *url)
{
	char text[FLASH_SIZE];

	request_add(ui, kind, url, NULL);
	snprintf(text, sizeof(text),
	    say(l, kind == REQUEST_COPY ? N_("copied: %s") : N_("opening %s")),
	    url);
	ui_flash(ui, now, text);
	overlay_close(ui);
}

void
urls_settle(struct ui *ui, const struct model *m)
{
	const struct conv *c = win_conv(m, win_current(ui));

	if (ui->list.before == 0 && c != NULL)
		ui->list.before = c->next_serial;
}

bool
urls_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	bool taken = action == ACTION_SEND || action == ACTION_COMPLETE;
	struct urls *urls = xcalloc(1, sizeof(*urls));

	(void)ret_cmd;
	urls_settle(ui, m);
	urls_find(urls, win_conv(m, win_current(ui)), overlay_filter(ui),
	    ui->list.before);
	if (taken && ui->list.row < urls->count)
		take(ui, now, m->lang,
		    action == ACTION_SEND ? REQUEST_OPEN : REQUEST_COPY,
		    urls->rows[ui->list.row].text);
	else if (!taken)
		taken = overlay_move(ui, m, key, urls->count);
	urls_clear(urls);
	free(urls);
	return taken;
}

/* When, who where there is room, and the link from its beginning. */
static void
draw_url(
    const struct frame *f, struct rect at, const struct url *url, bool chosen)
{
	char label[PEER_LABEL_SIZE], clock[WHEN_CLOCK_SIZE];
	char span[WHEN_SPAN_SIZE];
	enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
	const struct message *msg = url->message;
	const struct peer *p = model_peer(f->m, &msg->from);
	int end = at.col + at.cols, col = at.col + 8;

	draw_fill(f, at.row, at.col, end, style);
	draw_text(f, at.row, at.col, end, style, chosen ? ">" : "");
	draw_text(f, at.row, at.col + 2, end, style,
	    when_same_day(msg->arrived_ms, f->now.wall_ms)
		? when_clock(msg->arrived_ms, clock)
		: when_short(
		      f->m->lang, f->now.wall_ms - msg->arrived_ms, span));
	if (at.cols >= COLS_WHO) {
		draw_cut(f, at.row, col, col + NAME_CELLS, style,
		    msg->mine || p == NULL
			? f->m->name
			: label_fit(f, p, false, NAME_CELLS, label));
		col += NAME_CELLS + 1;
	}
	draw_cut(f, at.row, col, end, style, url->text);
}

void
view_urls(const struct frame *f)
{
	struct urls *urls = xcalloc(1, sizeof(*urls));

	urls_find(urls, f->c, overlay_filter(f->ui), f->ui->list.before);
	const struct panel panel = {
		.title = say(f->m->lang, "links"),
		.hint =
		    say(f->m->lang, "Enter opens, Esc goes back, Tab copies"),
		.count = urls->count,
		.all = urls->all,
		.rows_wanted = urls->all < 1 ? 1 : urls->all,
	};
	struct rect at = overlay_panel(f, &panel);
	size_t first = overlay_first(f, urls->count, at.rows);
	if (urls->count == 0 && at.rows > 0)
		draw_cut(f, at.row, at.col, at.col + at.cols, STYLE_DIM,
		    say(f->m->lang,
			urls->all == 0
			    ? N_("No link was said here. /search has:link "
				 "finds older ones.")
			    : N_("No link has this in it.")));
	for (size_t i = first; i < urls->count && at.rows > 0; i++) {
		draw_url(f, at, &urls->rows[i], i == f->ui->list.row);
		at.row++;
		at.rows--;
	}
	urls_clear(urls);
	free(urls);
}
