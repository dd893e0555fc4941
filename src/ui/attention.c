/* SPDX-License-Identifier: MIT */
/*
 * What may call the user: a text said to them alone, or one to everybody with
 * their name in it. The bell rings once for a burst; a notification goes out
 * only while the terminal has no focus, one for each conversation and ten
 * seconds, and never for what was there at the start. Who is muted, and
 * everybody while one is not to be disturbed, is silent; nothing of that
 * changes what is stored or counted in the list.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/mention.h"
#include "ui/state.h"
#include "ui/transcript.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BELL_AGAIN_MS = 2000,
	NOTIFY_AGAIN_MS = 10000,
	LOOK_BACK_MAX = 64, /* new messages looked through for a name */
	NOTIFY_TEXT_BYTES = 200,
	MINUTE = 60000,
};

/* The newest of theirs from a serial on that calls; NULL: none does. */
static const struct message *
find_call(const struct model *m, const struct conv *c, uint64_t from)
{
	if (from + LOOK_BACK_MAX < c->next_serial)
		from = c->next_serial - LOOK_BACK_MAX;
	if (from < c->first_serial)
		from = c->first_serial;
	for (uint64_t s = c->next_serial; s > from; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (!msg->mine && !message_is_own(msg) &&
		    (c->kind == CONV_KIND_DIRECT || mention_is(m, msg)))
			return msg;
	}
	return NULL;
}

static struct heard *
heard_of(struct ui *ui, const struct conv *c)
{
	if (c->id >= ui->heard_count) {
		size_t count = c->id + 16;
		ui->heard = xrealloc(ui->heard, count, sizeof(*ui->heard));
		for (size_t i = ui->heard_count; i < count; i++)
			ui->heard[i] =
			    (struct heard){ .notified_ms = INT64_MIN / 2 };
		ui->heard_count = count;
	}
	return &ui->heard[c->id];
}

static void
notify(struct ui *ui, const struct model *m, const struct message *msg)
{
	char title[2 * PEER_LABEL_SIZE], label[PEER_LABEL_SIZE] = "?";
	const struct peer *p = model_peer(m, &msg->from);
	bool file = msg->kind == MESSAGE_FILE;
	const char *text =
	    file ? say(m->lang, "offers a file") : say(m->lang, "new message");
	size_t n = strlen(text);

	if (p != NULL)
		peer_label(p, false, label);
	snprintf(title, sizeof(title),
	    msg->kind == MESSAGE_SHOUT ? say(m->lang, "%s (PUBLIC)") : "%s",
	    label);
	if (msg->dialect != DIALECT_EARSHOT) {
		size_t used = strlen(title);
		snprintf(title + used, sizeof(title) - used, "%s",
		    say(m->lang, " (PLAIN)"));
	}
	if (m->settings.notify_text) {
		text = message_text(m, msg, &n);
		n = utf8_cut(text, strcspn(text, "\n"), NOTIFY_TEXT_BYTES);
	}
	char *line = xasprintf(file && m->settings.notify_text
				   ? say(m->lang, "file %.*s")
				   : "%.*s",
	    (int)n, text);
	request_add(ui, REQUEST_NOTIFY, title, line);
	free(line);
}

/* True when the conversation calls for a bell. */
static bool
listen(struct ui *ui, const struct frame *f, const struct conv *c)
{
	struct heard *h = heard_of(ui, c);
	bool seen = c == f->c && ui->shown && !ui->unfocused && !f->w->frozen;
	uint64_t from = h->next;

	h->next = c->next_serial;
	if (from >= c->next_serial || seen || !ui->has_drawn ||
	    f->m->settings.notify_quiet || conv_is_muted(f->m, c, f->now))
		return false;
	const struct message *msg = find_call(f->m, c, from);
	if (msg == NULL)
		return false;
	if (ui->unfocused && f->m->settings.notify_desktop != DESKTOP_OFF &&
	    f->now.mono_ms - h->notified_ms >= NOTIFY_AGAIN_MS) {
		h->notified_ms = f->now.mono_ms;
		notify(ui, f->m, msg);
	}
	return true;
}

static void
put_title(const struct ui *ui, const struct frame *f)
{
	uint64_t unread = ui_unread(f->m, f->now);

	if (f->c != NULL && f->c->kind == CONV_KIND_DIRECT && ui->shown &&
	    !ui->unfocused && !f->w->frozen &&
	    !conv_is_muted(f->m, f->c, f->now))
		unread -= f->c->unread;
	if (unread > 0)
		snprintf(f->g->title, sizeof(f->g->title), "earshot (%llu)",
		    (unsigned long long)unread);
	else
		snprintf(f->g->title, sizeof(f->g->title), "earshot");
}

void
attention_call(struct ui *ui, const struct frame *f)
{
	bool calls = false;

	/* Whoever started it was there. */
	if (!ui->has_drawn)
		attention_here(ui, f->now);
	for (size_t i = 0; i < f->m->conv_count; i++)
		calls |= listen(ui, f, f->m->convs[i]);
	f->g->bell = calls && f->m->settings.notify_bell &&
		     f->now.mono_ms - ui->bell_ms >= BELL_AGAIN_MS;
	if (f->g->bell)
		ui->bell_ms = f->now.mono_ms;
	put_title(ui, f);
}

/* When nobody has been there for long enough; NEVER_MS: that is not asked for,
 * or is told already. */
int64_t
attention_away_ms(const struct ui *ui, const struct model *m)
{
	const struct settings *s = &m->settings;
	int64_t at = NEVER_MS;

	if (m->away || ui->away_by_itself || ui->key_ms == 0)
		return NEVER_MS;
	if (s->away_idle_min > 0)
		at = ui->key_ms + (int64_t)s->away_idle_min * MINUTE;
	if (s->away_unfocused_min > 0 && ui->unfocused)
		at = earlier_ms(at,
		    ui->unfocused_ms + (int64_t)s->away_unfocused_min * MINUTE);
	return at;
}

bool
attention_pending(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd)
{
	bool due = now.mono_ms >= attention_away_ms(ui, m);

	if (due) {
		ui->away_by_itself = true;
		ui->is_back = false;
		*ret_cmd = (struct command){
			.kind = COMMAND_AWAY, .conv = CONV_NEARBY, .on = true
		};
		return true;
	}
	/* Whoever said so by hand stays away until they say otherwise. */
	if (!ui->away_by_itself || !ui->is_back)
		return false;
	ui->away_by_itself = false;
	*ret_cmd = (struct command){
		.kind = COMMAND_BACK, .conv = CONV_NEARBY, .on = true
	};
	return m->away;
}

void
attention_here(struct ui *ui, struct now now)
{
	ui->key_ms = now.mono_ms;
	ui->is_back = true;
}

void
ui_elsewhere(struct ui *ui, struct now now)
{
	attention_here(ui, now);
	ui->unfocused_ms = now.mono_ms;
}

bool
ui_leave(struct ui *ui, const struct model *m, struct command *ret_cmd)
{
	bool away = ui->away_by_itself && m->away;

	ui->away_by_itself = false;
	*ret_cmd = (struct command){
		.kind = COMMAND_BACK, .conv = CONV_NEARBY, .on = true
	};
	return away;
}

void
attention_key(struct ui *ui, struct now now, const struct key *key)
{
	if (key->code == KEY_FOCUS_OUT) {
		ui->unfocused_ms = now.mono_ms;
		return;
	}
	attention_here(ui, now);
}
