/* SPDX-License-Identifier: MIT */
#include "ui/find.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/draft.h"
#include "ui/field.h"
#include "ui/keymap.h"
#include "ui/transcript.h"

#include <stdlib.h>
#include <string.h>

enum {
	OLDER_ROWS = 2000, /* asked for at once, when the way leads there */
};

struct needle
needle_of(const char *text)
{
	struct needle n = { .count = 0 };
	size_t size = strlen(text), at = 0;
	uint32_t cp;

	while (at < size && n.count < FIND_MAX) {
		at += utf8_decode(text + at, size - at, &cp, NULL);
		n.cp[n.count++] = draft_lower(cp);
	}
	return n;
}

static bool
fits(const struct needle *n, const char *text, size_t size, size_t at,
    size_t *ret_end)
{
	uint32_t cp;

	for (size_t i = 0; i < n->count; i++) {
		if (at >= size)
			return false;
		at += utf8_decode(text + at, size - at, &cp, NULL);
		if (draft_lower(cp) != n->cp[i])
			return false;
	}
	*ret_end = at;
	return true;
}

static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
needle_find(const struct needle *n, const char *text, size_t size, size_t at,
    size_t *ret_start, size_t *ret_end)
{
	bool ascii = n->count > 0 && n->cp[0] < 0x80;
	uint32_t fold = ascii && is_letter(n->cp[0]) ? 0x20 : 0;

	for (; n->count > 0 && at < size; at++) {
		unsigned char byte = (unsigned char)text[at];
		/* Most places are left with one look; those in the middle of a
		 * code point, too. */
		if (ascii ? (byte | fold) != n->cp[0] : (byte & 0xc0) == 0x80)
			continue;
		if (!fits(n, text, size, at, ret_end))
			continue;
		*ret_start = at;
		return true;
	}
	return false;
}

static bool
is_hit(const struct needle *n, const struct message *msg)
{
	size_t start, end;

	return !message_is_own(msg) && !msg->deleted &&
	       needle_find(n, msg->text, msg->size, 0, &start, &end);
}

static void
add_hit(struct find *f, uint64_t serial)
{
	f->hits = xgrow(f->hits, f->count, &f->cap, sizeof(*f->hits));
	f->hits[f->count++] = serial;
}

uint64_t
find_chosen(const struct ui *ui)
{
	const struct find *f = &ui->find;

	return f->on && f->at < f->count ? f->hits[f->at] : 0;
}

/* The nearest at or above where it began; else the first below. */
static void
choose(struct find *f, uint64_t from)
{
	f->at = 0;
	while (f->at + 1 < f->count && f->hits[f->at + 1] <= from)
		f->at++;
}

/* From the first message in memory, or what came since. */
static void
look_through(struct find *f, const struct conv *c)
{
	struct needle n = needle_of(edit_text(f->line, NULL));
	unsigned revision = edit_revision(f->line);
	bool anew = f->revision != revision || f->first != c->first_serial ||
		    f->next > c->next_serial || f->conv != c->id;
	uint64_t chosen = f->at < f->count ? f->hits[f->at] : f->anchor;

	if (f->revision != revision || f->conv != c->id || f->moving)
		chosen = f->anchor;
	if (anew) {
		f->count = 0;
		f->next = f->first = c->first_serial;
	}
	f->moving = f->moving && !anew;
	f->revision = revision;
	f->conv = c->id;
	for (; f->next < c->next_serial; f->next++)
		if (is_hit(&n, conv_message(c, f->next)))
			add_hit(f, f->next);
	if (anew)
		choose(f, chosen);
}

void
find_settle(struct ui *ui, const struct model *m, struct now now)
{
	struct find *f = &ui->find;
	const struct conv *c = win_conv(m, win_current(ui));

	if (!f->on)
		return;
	if (c == NULL) {
		find_close(ui, false);
		return;
	}
	uint64_t before = find_chosen(ui);
	look_through(f, c);
	uint64_t chosen = find_chosen(ui);
	if (chosen != 0 && (chosen != before || f->moved))
		ui_scroll_to(ui, m, now, chosen);
	f->moved = false;
}

void
find_open(struct ui *ui, const struct model *m)
{
	struct find *f = &ui->find;
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	if (f->line == NULL)
		f->line = edit_new(ui->kills);
	free(f->last);
	f->last = xstrdup(edit_text(f->line, NULL));
	edit_set(f->line, "", 0);
	f->on = true;
	f->count = f->at = 0;
	f->next = 0;
	f->conv = 0;
	f->was_frozen = w->frozen;
	f->was = w->place;
	f->anchor = c == NULL ? 0 : c->next_serial;
	if (c != NULL && w->frozen)
		f->anchor = w->place.serial;
	ui->dirty = true;
}

void
find_close(struct ui *ui, bool back)
{
	struct find *f = &ui->find;
	struct win *w = win_current(ui);

	if (!f->on)
		return;
	f->on = false;
	ui->dirty = true;
	if (!back)
		return;
	w->frozen = f->was_frozen;
	w->place = f->was;
}

void
find_free(struct ui *ui)
{
	struct find *f = &ui->find;

	if (f->line != NULL)
		edit_free(f->line);
	free(f->last);
	free(f->hits);
	*f = (struct find){ 0 };
}

/* What is before the messages in memory, as long as there is something. */
static bool
ask_older(struct find *f, const struct conv *c, struct command *ret_cmd)
{
	if (c == NULL || !c->older)
		return false;
	if (c->loading)
		return true;
	f->anchor = c->first_serial;
	f->moving = true;
	*ret_cmd = (struct command){
		.kind = COMMAND_OLDER,
		.conv = c->id,
		.peer = c->fp,
		.number = OLDER_ROWS,
	};
	return true;
}

static void
step(struct ui *ui, const struct model *m, struct now now, int step,
    struct command *ret_cmd)
{
	struct find *f = &ui->find;
	const struct conv *c = win_conv(m, win_current(ui));
	size_t size;

	edit_text(f->line, &size);
	if (size == 0) {
		edit_set(f->line, f->last, strlen(f->last));
		return;
	}
	bool first = f->count == 0 || f->at == 0;
	if (step < 0 && first && ask_older(f, c, ret_cmd))
		return;
	if (f->count == 0)
		return;
	bool wraps = step < 0 ? f->at == 0 : f->at + 1 == f->count;
	if (wraps)
		ui_flash(ui, now,
		    say(m->lang,
			step < 0 ? N_("that was the first; on from the last")
				 : N_("that was the last; on from the first")));
	f->at = (f->at + (step > 0 ? 1 : f->count - 1)) % f->count;
	f->moved = true;
}

/* The store finds whole words and their beginnings. */
void
find_everywhere(struct ui *ui, const struct model *m, const char *text,
    struct command *ret_cmd)
{
	const struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);
	bool open = strchr(" *\"", text[strlen(text) - 1]) == NULL;

	*ret_cmd = (struct command){
		.kind = COMMAND_QUERY,
		.conv = c == NULL ? CONV_NEARBY : c->id,
		.peer = w->fp,
		.number = QUESTION_SEARCH,
		.text = xasprintf("-all %s%s", text, open ? "*" : ""),
	};
}

static void
widen(struct ui *ui, const struct model *m, struct command *ret_cmd)
{
	const char *text = edit_text(ui->find.line, NULL);

	if (*text != '\0' && win_conv(m, win_current(ui)) != NULL)
		find_everywhere(ui, m, text, ret_cmd);
}

/* Up goes back in time, as the rows do. */
static int
step_of(const struct key *key, enum action action)
{
	if (action == ACTION_FIND || action == ACTION_NEXT)
		return 1;
	if (action == ACTION_SENT || action == ACTION_PREVIOUS)
		return -1;
	if (key->mods != 0)
		return 0;
	return key->code == KEY_UP_KEY ? -1 : key->code == KEY_DOWN_KEY;
}

static bool
is_scroll(enum action action)
{
	return action == ACTION_PAGE_UP || action == ACTION_PAGE_DOWN ||
	       action == ACTION_SCROLL_UP || action == ACTION_SCROLL_DOWN ||
	       action == ACTION_REDRAW;
}

bool
find_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	int by = step_of(key, action);

	if (!ui->find.on || is_scroll(action))
		return false;
	ui->flash_until_ms = 0;
	if (action == ACTION_SEND) {
		find_close(ui, false);
	} else if (action == ACTION_ESCAPE || action == ACTION_INTERRUPT) {
		find_close(ui, true);
	} else if (by != 0) {
		step(ui, m, now, by, ret_cmd);
	} else if (action == ACTION_COMPLETE) {
		widen(ui, m, ret_cmd);
	} else if (!field_type(&ui->keymap, ui->find.line, key)) {
		find_close(ui, false);
		return false;
	}
	return true;
}
