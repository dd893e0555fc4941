/* SPDX-License-Identifier: MIT */
#include "ui/hints.h"

#include "ui/roster.h"
#include "ui/state.h"
#include "ui/str.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MANY_CONTACTS = 4,
	MANY_MESSAGES = 40,
	LONG_DRAFT = 40,
	HINT_COLS = 72, /* narrower screens have no room for it */
};

static const char *
draft(const struct ui *ui)
{
	const struct win *w = win_find(ui, &ui->current);

	return w == NULL ? "" : edit_text(w->edit, NULL);
}

static bool
is_command(const struct ui *ui, const struct model *m)
{
	(void)m;
	return draft(ui)[0] == '/' && strchr(draft(ui), ' ') == NULL;
}

static bool
is_long(const struct ui *ui, const struct model *m)
{
	(void)m;
	return strlen(draft(ui)) >= LONG_DRAFT &&
	       strchr(draft(ui), '\n') == NULL;
}

/* Or was, for a while: no hint is lost by that. */
static bool
is_muted(const struct model *m, const struct conv *c)
{
	const struct peer *p = model_peer(m, &c->fp);

	return p != NULL && p->muted_ms > 0;
}

static bool
has_news(const struct ui *ui, const struct model *m)
{
	for (size_t i = 0; i < m->conv_count; i++)
		if (m->convs[i]->unread > 0 && !is_muted(m, m->convs[i]) &&
		    !fp_equal(&m->convs[i]->fp, &ui->current))
			return true;
	return false;
}

static uint64_t
messages(const struct ui *ui, const struct model *m)
{
	const struct conv *c = model_conv_of(m, &ui->current);

	return c == NULL ? 0 : c->next_serial - c->first_serial;
}

static bool
has_messages(const struct ui *ui, const struct model *m)
{
	return messages(ui, m) >= 2 && *draft(ui) == '\0';
}

/* More than the screen holds, and the end of it is what is seen. */
static bool
is_unread_above(const struct ui *ui, const struct model *m)
{
	const struct conv *c = model_conv_of(m, &ui->current);
	const struct win *w = win_find(ui, &ui->current);

	if (c == NULL || w == NULL || w->frozen)
		return false;
	uint64_t marker = win_marker(w, c);
	return marker != 0 && c->next_serial - marker > (uint64_t)ui->rows;
}

static bool
has_many(const struct ui *ui, const struct model *m)
{
	return messages(ui, m) >= MANY_MESSAGES;
}

static bool
knows_many(const struct ui *ui, const struct model *m)
{
	size_t n = 0;

	(void)ui;
	for (size_t i = 0; i < m->peer_count && n < MANY_CONTACTS; i++)
		n += peer_is_contact(m->peers[i]);
	return n >= MANY_CONTACTS;
}

/* The first that fits is told. */
static const struct hint {
	const char *name;
	enum action action;
	enum edit_action edit;
	bool (*fits)(const struct ui *ui, const struct model *m);
	const char *text; /* behind its key */
} table[] = {
	{ "complete", ACTION_COMPLETE, EDIT_NONE, is_command,
	    N_("completes it") },
	{ "newline", ACTION_EDIT, EDIT_NEWLINE, is_long,
	    N_("begins a new line") },
	{ "unread", ACTION_UNREAD, EDIT_NONE, is_unread_above,
	    N_("goes to the first unread") },
	{ "news", ACTION_NEWS, EDIT_NONE, has_news, N_("goes to what is new") },
	{ "select", ACTION_SELECT, EDIT_NONE, has_messages,
	    N_("reply, edit, react") },
	{ "find", ACTION_FIND, EDIT_NONE, has_many, N_("finds words here") },
	{ "go", ACTION_GO, EDIT_NONE, knows_many, N_("goes to anybody") },
};

enum { COUNT = sizeof(table) / sizeof(table[0]) };

static const struct keymap_row *
row_of(const struct hint *hint)
{
	return keymap_row_doing(hint->action, hint->edit);
}

static bool
fits(const struct ui *ui, const struct model *m, size_t i)
{
	struct key key;

	return table[i].fits(ui, m) &&
	       keymap_keys(&ui->keymap, row_of(&table[i]), &key, 1) == 1;
}

static void
keep(struct ui *ui)
{
	struct str s = { 0 };

	for (size_t i = 0; i < COUNT; i++)
		str_addf(
		    &s, "%s %u\n", table[i].name, (unsigned)ui->hints.told[i]);
	request_add(ui, REQUEST_HINTS, str_text(&s), NULL);
	str_clear(&s);
}

void
ui_set_hints(struct ui *ui, const char *text)
{
	ui->hints = (struct hints){ .on = true, .since_ms = INT64_MIN / 2 };
	for (size_t i = 0; i < COUNT; i++) {
		size_t n = strlen(table[i].name);
		const char *at = text;
		for (; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
			if (strncmp(at, table[i].name, n) == 0 &&
			    at[n] == ' ' && at[n + 1] >= '0' &&
			    at[n + 1] <= '0' + HINT_TIMES)
				ui->hints.told[i] = (uint8_t)(at[n + 1] - '0');
	}
}

void
hints_choose(struct ui *ui, const struct model *m, struct now now)
{
	struct hints *h = &ui->hints;

	if (!h->on || !m->settings.look_hints || ui->cols < HINT_COLS ||
	    ui->overlay != OVERLAY_NONE || ui->unfocused) {
		h->has_now = false;
		return;
	}
	if (h->has_now && fits(ui, m, h->now))
		return;
	h->has_now = false;
	if (now.mono_ms - h->since_ms < HINT_AGAIN_MS)
		return;
	for (size_t i = 0; i < COUNT && !h->has_now; i++) {
		if (h->told[i] >= HINT_TIMES || !fits(ui, m, i))
			continue;
		h->has_now = true;
		h->now = i;
		h->since_ms = now.mono_ms;
		h->told[i]++;
		keep(ui);
	}
}

void
hints_retire(struct ui *ui, const struct keymap_row *row)
{
	struct hints *h = &ui->hints;

	for (size_t i = 0; i < COUNT && h->on; i++) {
		if (table[i].action != row->action ||
		    table[i].edit != row->edit || h->told[i] == HINT_TIMES)
			continue;
		h->told[i] = HINT_TIMES;
		if (h->now == i)
			h->has_now = false;
		keep(ui);
	}
}

bool
hints_text(const struct ui *ui, const struct model *m,
    char out[static HINTS_TEXT_SIZE])
{
	char name[KEY_TEXT_MAX];
	struct key key;
	const struct hints *h = &ui->hints;

	if (!h->has_now ||
	    keymap_keys(&ui->keymap, row_of(&table[h->now]), &key, 1) == 0)
		return false;
	key_text(key, name);
	snprintf(out, HINTS_TEXT_SIZE, "%s: %s", name,
	    say(m->lang, table[h->now].text));
	return true;
}
