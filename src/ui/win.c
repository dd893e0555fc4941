/* SPDX-License-Identifier: MIT */
/*
 * The windows of the screen, and the ways from one to another. A window is
 * kept as long as it has a draft, a conversation, or is looked at.
 */
#include "base/mem.h"
#include "ui/history.h"
#include "ui/roster.h"
#include "ui/state.h"
#include "ui/transcript.h"

#include <stdlib.h>
#include <string.h>

/* Its index, or win_count. */
static size_t
place_of(const struct ui *ui, const struct fp *fp)
{
	size_t i = 0;

	while (i < ui->win_count && !fp_equal(&ui->wins[i]->fp, fp))
		i++;
	return i;
}

const struct win *
win_find(const struct ui *ui, const struct fp *fp)
{
	size_t i = place_of(ui, fp);

	return i < ui->win_count ? ui->wins[i] : NULL;
}

/* Made when it is not there. */
static struct win *
win_get(struct ui *ui, const struct fp *fp)
{
	size_t i = place_of(ui, fp);

	if (i < ui->win_count)
		return ui->wins[i];
	ui->wins =
	    xgrow(ui->wins, ui->win_count, &ui->win_cap, sizeof(struct win *));
	struct win *w = xcalloc(1, sizeof(*w));
	w->fp = *fp;
	w->edit = edit_new(ui->kills);
	ui->wins[ui->win_count++] = w;
	return w;
}

struct win *
win_current(struct ui *ui)
{
	return win_get(ui, &ui->current);
}

static void
win_free(struct win *w)
{
	edit_free(w->edit);
	free(w->before);
	free(w->draft_kept);
	free(w);
}

void
wins_free(struct ui *ui)
{
	for (size_t i = 0; i < ui->win_count; i++)
		win_free(ui->wins[i]);
	free(ui->wins);
}

const struct conv *
win_conv(const struct model *m, const struct win *w)
{
	if (fp_is_zero(&w->fp))
		return model_conv(m, CONV_NEARBY);
	return model_conv_of(m, &w->fp);
}

/* A stranger who was only looked at leaves nothing behind. */
static void
drop_if_idle(struct ui *ui, const struct model *m, const struct fp *fp)
{
	for (size_t i = 0; i < ui->win_count; i++) {
		struct win *w = ui->wins[i];
		size_t size;
		if (!fp_equal(&w->fp, fp))
			continue;
		edit_text(w->edit, &size);
		if (size > 0 || win_conv(m, w) != NULL)
			return;
		win_free(w);
		ui->wins[i] = ui->wins[--ui->win_count];
		return;
	}
}

static bool
is_theirs(const struct message *msg)
{
	return !msg->mine && !message_is_own(msg);
}

static void
set_marker(struct win *w, const struct conv *c)
{
	uint32_t loaded = 0;

	for (uint64_t s = c->unread_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		loaded += is_theirs(msg) && !msg->read;
	}
	w->has_marker = true;
	w->marker = c->unread_serial;
	w->marker_due = c->unread > loaded ? c->unread - loaded : 0;
	w->marker_from = c->first_serial;
}

/* What is loaded after the marker was set is read by then: it is counted. */
static void
count_on(struct tally *t, const struct conv *c, uint64_t from)
{
	if (t->from != from || t->upto > c->next_serial)
		*t = (struct tally){ .from = from, .upto = from };
	if (t->upto < c->first_serial)
		t->upto = c->first_serial;
	for (; t->upto < c->next_serial; t->upto++)
		t->count += is_theirs(conv_message(c, t->upto));
}

static void
settle_marker(struct win *w, const struct conv *c)
{
	while (w->has_marker && w->marker_due > 0 &&
	       w->marker_from > c->first_serial) {
		w->marker_from--;
		if (!is_theirs(conv_message(c, w->marker_from)))
			continue;
		w->marker = w->marker_from;
		w->marker_due--;
	}
}

void
win_aim_at(struct win *w, enum aim aim, const struct message *msg)
{
	win_aim_at_nothing(w);
	w->aim = aim;
	w->aim_serial = msg->serial;
	w->aim_id = msg->id;
	if (aim != AIM_EDIT)
		return;
	w->before = xstrdup(edit_text(w->edit, NULL));
	edit_set(w->edit, msg->text, msg->size);
}

void
win_aim_at_nothing(struct win *w)
{
	if (w->before != NULL)
		edit_set(w->edit, w->before, strlen(w->before));
	free(w->before);
	w->before = NULL;
	w->aim = AIM_NONE;
}

uint64_t
win_marker(const struct win *w, const struct conv *c)
{
	bool settled = w->marker_due == 0 || !c->older;

	return w->has_marker && settled ? w->marker : 0;
}

/* A draft that made room for what was sent elsewhere belongs to this window:
 * it must neither be lost nor come up in another. */
static void
give_back_draft(struct ui *ui)
{
	if (ui->sent->draft != NULL)
		edit_set(win_current(ui)->edit, ui->sent->draft,
		    strlen(ui->sent->draft));
	history_rewind(ui->sent);
}

static void
show(struct ui *ui, const struct model *m, const struct fp *fp)
{
	struct fp old = ui->current, next = *fp;

	if (fp_equal(&old, &next))
		return;
	popup_close(ui);
	ui->greet.naming = false;
	ui->mode.stage = MODE_OFF;
	give_back_draft(ui);
	ui->find.on = false;
	win_current(ui)->has_marker = false;
	ui->last = old;
	ui->current = next;
	ui->typed = false;
	ui->dirty = true;
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);
	w->frozen = w->asked_older = w->has_marker = false;
	w->answer = 0;
	if (c != NULL && c->unread > 0)
		set_marker(w, c);
	drop_if_idle(ui, m, &old);
}

void
win_select(struct ui *ui, const struct model *m, const struct fp *fp)
{
	ui->has_origin = false;
	show(ui, m, fp);
}

bool
win_select_number(struct ui *ui, const struct model *m, size_t number)
{
	struct fp nearby = { 0 };
	struct roster r;

	if (number == CONV_NEARBY) {
		win_select(ui, m, &nearby);
		return true;
	}
	roster_init(&r, m, ROSTER_MAX);
	size_t row = roster_by_number(&r, number);
	bool found = row < r.count;
	if (found)
		win_select(ui, m, &r.rows[row]->fp);
	roster_clear(&r);
	return found;
}

void
win_step(struct ui *ui, const struct model *m, int step)
{
	struct fp next = { 0 };
	struct roster r;
	size_t at = 0; /* 0 is nearby, then the rows */

	roster_init(&r, m, ui->roster_max);
	for (size_t i = 0; i < r.count; i++)
		if (fp_equal(&r.rows[i]->fp, &ui->current))
			at = i + 1;
	size_t count = r.count + 1;
	at = (at + (step > 0 ? 1 : count - 1)) % count;
	if (at > 0)
		next = r.rows[at - 1]->fp;
	roster_clear(&r);
	win_select(ui, m, &next);
}

static bool
is_there(const struct model *m, const struct fp *fp)
{
	return fp_is_zero(fp) || model_peer(m, fp) != NULL;
}

void
win_select_last(struct ui *ui, const struct model *m)
{
	struct fp last = ui->last;

	if (is_there(m, &last))
		win_select(ui, m, &last);
}

/* What was said to us alone goes before what was said to everybody, and the
 * newest first. */
static const struct conv *
find_news(const struct ui *ui, const struct model *m)
{
	const struct conv *best = NULL;

	for (size_t i = 0; i < m->conv_count; i++) {
		const struct conv *c = m->convs[i];
		if (c->unread == 0 || fp_equal(&c->fp, &ui->current) ||
		    conv_is_muted(m, c, ui->drawn))
			continue;
		if (best == NULL || best->kind == CONV_KIND_NEARBY ||
		    (c->kind != CONV_KIND_NEARBY &&
			c->active_ms > best->active_ms))
			best = c;
	}
	return best;
}

void
win_select_news(struct ui *ui, const struct model *m)
{
	const struct conv *c = find_news(ui, m);

	if (c == NULL && !ui->has_origin)
		return;
	if (c == NULL) {
		struct fp origin = ui->origin;
		if (is_there(m, &origin))
			win_select(ui, m, &origin);
		ui->has_origin = false;
		return;
	}
	if (!ui->has_origin)
		ui->origin = ui->current;
	ui->has_origin = true;
	show(ui, m, &c->fp);
}

uint64_t
ui_unread(const struct model *m, struct now now)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->conv_count; i++)
		if (m->convs[i]->kind == CONV_KIND_DIRECT &&
		    !conv_is_muted(m, m->convs[i], now))
			n += m->convs[i]->unread;
	return n;
}

/* What is kept changes without us when it is typed, or sent, on another screen:
 * then it is ours, too, unless something else was typed here since. */
static void
follow_draft(struct win *w, const struct conv *c)
{
	const char *kept = c->draft == NULL ? "" : c->draft;
	const char *was = w->draft_kept == NULL ? "" : w->draft_kept;
	bool changed = strcmp(kept, was) != 0;

	bool untouched = w->draft_revision == edit_revision(w->edit) ||
			 strcmp(edit_text(w->edit, NULL), was) == 0;

	if (changed && untouched && !w->draft_given && w->before == NULL) {
		edit_set(w->edit, kept, strlen(kept));
		w->draft_revision = edit_revision(w->edit);
	}
	w->draft_given = false;
	if (!changed)
		return;
	free(w->draft_kept);
	w->draft_kept = xstrdup(kept);
}

/* What was typed there in an earlier run, and is new since. */
static void
look_first(struct win *w, const struct conv *c)
{
	size_t size;

	w->seen = true;
	edit_text(w->edit, &size);
	if (size == 0 && c->draft != NULL)
		edit_set(w->edit, c->draft, strlen(c->draft));
	if (size == 0)
		w->draft_revision = edit_revision(w->edit);
	w->draft_given = true;
	if (c->unread > 0 && !w->has_marker)
		set_marker(w, c);
}

void
ui_sync(struct ui *ui, const struct model *m)
{
	struct fp nearby = { 0 };

	keys_sync(ui, m);
	if (!is_there(m, &ui->current)) {
		win_select(ui, m, &nearby);
		drop_if_idle(ui, m, &ui->last);
	}
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);
	if (c == NULL)
		return;
	if (!w->seen)
		look_first(w, c);
	follow_draft(w, c);
	settle_marker(w, c);
	if (c->unread > 0 && !w->has_marker &&
	    (w->frozen || ui->unfocused || ui->overlay != OVERLAY_NONE))
		set_marker(w, c);
	if (w->has_marker)
		count_on(&w->marked, c, w->marker);
	if (w->frozen)
		count_on(&w->below, c, w->frozen_next);
}
