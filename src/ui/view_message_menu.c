/* SPDX-License-Identifier: MIT */
/*
 * The menu of one message, with what applies to it alone, and all there is to
 * know of it. Letters do the same here as without the menu.
 */
#include "ui/keymap.h"
#include "ui/message_mode.h"
#include "ui/transcript.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>

enum {
	NAME_CELLS = 8,
	HEAD_CELLS = 11,
	LINES_MAX = 10,
	LINE_SIZE = 160,
	VERBS_MAX = 16
};

struct lines {
	const char *names[LINES_MAX];
	char text[LINES_MAX][LINE_SIZE];
	int count;
};

static size_t
list_verbs(const struct verb_case *v, const struct verb **ret_verbs)
{
	size_t count, n = 0;
	const struct verb *all = verbs(&count);

	for (size_t i = 0; i < count && n < VERBS_MAX; i++)
		if (all[i].applies(v))
			ret_verbs[n++] = &all[i];
	return n;
}

static bool
case_of(const struct frame *f, struct verb_case *ret_case)
{
	uint64_t serial = f->ui->mode.serial;

	if (f->c == NULL || serial < f->c->first_serial ||
	    serial >= f->c->next_serial)
		return false;
	*ret_case = (struct verb_case){
		.m = f->m,
		.now = f->now,
		.c = f->c,
		.msg = conv_message(f->c, serial),
	};
	return true;
}

void
view_message_menu(const struct frame *f)
{
	char text[LINE_SIZE];
	const struct verb *list[VERBS_MAX];
	struct verb_case v;
	struct panel panel = {
		.title = say(f->m->lang, "this message"),
		.hint = say(f->m->lang, "Enter does it, Esc goes back"),
	};

	if (!case_of(f, &v))
		return;
	size_t n = list_verbs(&v, list), chosen = f->ui->list.row;
	panel.rows_wanted = n;
	struct rect r = overlay_panel(f, &panel);
	size_t first = overlay_first(f, n, r.rows);
	for (int i = 0; i < r.rows && first + (size_t)i < n; i++) {
		const struct verb *verb = list[first + (size_t)i];
		bool is_chosen = first + (size_t)i == chosen;
		enum style style = is_chosen ? STYLE_SELECTED : STYLE_NORMAL;
		int end = r.col + r.cols, at = r.col + 6 + NAME_CELLS;
		snprintf(text, sizeof(text), "%s%c  %s",
		    is_chosen ? "> " : "  ", verb->key,
		    say(f->m->lang, verb->name));
		draw_fill(f, r.row + i, r.col, end, style);
		int col = draw_cut(f, r.row + i, r.col, end, style, text);
		draw_cut(f, r.row + i, col >= at ? col + 1 : at, end, style,
		    say(f->m->lang, verb->gloss));
	}
}

bool
message_menu_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct verb *list[VERBS_MAX];
	struct verb_case v;
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	if (!message_mode_case(ui, m, now, ret_cmd, &v))
		return false;
	size_t n = list_verbs(&v, list), chosen = ui->list.row;
	if (overlay_move(ui, m, key, n))
		return true;
	if (row != NULL && row->action == ACTION_SEND && chosen < n) {
		overlay_close(ui);
		verb_run(&v, list[chosen]);
		return true;
	}
	return false;
}

static void
add(struct lines *l, const char *name, const char *value)
{
	if (l->count == LINES_MAX)
		return;
	l->names[l->count] = name;
	snprintf(l->text[l->count++], LINE_SIZE, "%s", value);
}

static void
add_time(struct lines *l, const struct frame *f, const char *name, int64_t ms)
{
	char day[WHEN_DAY_SIZE], clock[WHEN_CLOCK_SIZE];
	char text[WHEN_DAY_SIZE + WHEN_CLOCK_SIZE + 2];

	snprintf(text, sizeof(text), "%s, %s", when_clock(ms, clock),
	    when_day(f->m->lang, ms, f->now.wall_ms, day));
	add(l, name, text);
}

static void
add_delivery(
    struct lines *l, const struct lang *lang, const struct message *msg)
{
	char reason[REASON_SIZE];

	if (msg->delivery == DELIVERY_FAILED)
		add(l, say(lang, "delivery"), reason_text(lang, msg, reason));
	else if (msg->mine && msg->kind == MESSAGE_TEXT)
		add(l, say(lang, "delivery"),
		    say(lang, delivery_text(msg->delivery)));
	if (msg->kind == MESSAGE_TEXT)
		add(l, say(lang, "over"), transport_text(msg->transport));
	if (msg->edited)
		add(l, say(lang, "text"),
		    say(lang, "was changed after it was sent"));
}

static struct lines
describe(const struct frame *f, const struct message *msg)
{
	char id[MSG_ID_TEXT_SIZE], nick[PEER_LABEL_SIZE], size[LINE_SIZE];
	const struct lang *lang = f->m->lang;
	struct lines l = { .count = 0 };

	add(&l, say(lang, "from"), message_nick(f, msg, PEER_LABEL_SIZE, nick));
	add_time(&l, f, say(lang, "sent"), msg->sent_ms);
	if (!msg->mine)
		add_time(&l, f, say(lang, "came"), msg->arrived_ms);
	add_delivery(&l, lang, msg);
	snprintf(size, sizeof(size),
	    say_n(lang, "%zu byte", "%zu bytes", msg->size), msg->size);
	add(&l, say(lang, "size"), size);
	add(&l, say(lang, "id"), msg_id_text(&msg->id, id));
	return l;
}

void
view_message_info(const struct frame *f)
{
	struct verb_case v;
	struct panel panel = {
		.title = say(f->m->lang, "this message"),
		.hint = say(f->m->lang, "Esc goes back"),
	};

	if (!case_of(f, &v))
		return;
	struct lines l = describe(f, v.msg);
	panel.rows_wanted = (size_t)l.count;
	struct rect r = overlay_panel(f, &panel);
	int end = r.col + r.cols;
	for (int i = 0; i < r.rows && i < l.count; i++) {
		int col =
		    draw_cut(f, r.row + i, r.col, end, STYLE_DIM, l.names[i]);
		int at = r.col + HEAD_CELLS;
		draw_cut(f, r.row + i, col >= at ? col + 1 : at, end,
		    STYLE_NORMAL, l.text[i]);
	}
}

bool
message_info_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	(void)ui;
	(void)m;
	(void)now;
	(void)key;
	(void)ret_cmd;
	return false;
}
