/* SPDX-License-Identifier: MIT */
/*
 * Questions about the selected message, of one row each. Escape goes back to
 * the message, and nothing is done that was not asked for.
 */
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "ui/emoji.h"
#include "ui/field.h"
#include "ui/keymap.h"
#include "ui/message_mode.h"
#include "ui/str.h"
#include "ui/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Each of two cells on every terminal, so that the row stays as it is. */
static const struct {
	const char *text, *name;
} reactions[VERB_REACTIONS] = {
	{ "\xf0\x9f\x91\x8d", "+1" },
	{ "\xf0\x9f\x91\x8e", "-1" },
	{ "\xf0\x9f\x98\x84", "smile" },
	{ "\xf0\x9f\x8e\x89", "tada" },
	{ "\xf0\x9f\x92\x9a", "heart" },
	{ "\xf0\x9f\x91\x80", "eyes" },
	{ "\xf0\x9f\x99\x8f", "pray" },
	{ "\xf0\x9f\x92\xaf", "100" },
};

const char *
message_reaction(size_t i, bool ascii)
{
	return ascii ? reactions[i].name : reactions[i].text;
}

void
message_ask(struct ui *ui, enum mode_stage stage)
{
	struct message_mode *mode = &ui->mode;

	if (mode->line == NULL)
		mode->line = edit_new(ui->kills);
	edit_set(mode->line, "", 0);
	mode->has_chosen = false;
	mode->stage = stage;
	ui->dirty = true;
}

static void
done(struct verb_case *v)
{
	message_mode_leave(v->ui, true);
}

/* Digits from 1; SIZE_MAX for what is none. */
static size_t
digit_of(const struct key *key)
{
	if (key->mods != 0 || key->code < '1' || key->code > '9')
		return SIZE_MAX;
	return key->code - '1';
}

static void
ask_delete(struct verb_case *v, const struct key *key)
{
	if (key->code == 'n' || key->code == 'N') {
		v->ui->mode.stage = MODE_MOVE;
		return;
	}
	if (key->mods != 0 || (key->code != 'y' && key->code != 'Y'))
		return;
	*v->cmd = (struct command){
		.kind = COMMAND_DELETE,
		.conv = v->c->id,
		.peer = v->c->fp,
		.has_target = true,
		.target = v->msg->id,
	};
	done(v);
}

static void
react(struct verb_case *v, const char *text)
{
	size_t size;
	char *clean = own_text(text, PEER_TEXT_STATUS, &size);

	if (size >= REACTION_SIZE) {
		ui_flash(v->ui, v->now,
		    say(v->m->lang, "a reaction is one short word or emoji, of "
				    "16 bytes at most"));
		free(clean);
		return;
	}
	*v->cmd = (struct command){
		.kind = COMMAND_REACT,
		.conv = v->c->id,
		.peer = v->c->fp,
		.has_target = true,
		.target = v->msg->id,
		.text = clean,
	};
	done(v);
}

/* ":tada:" by its name, and ":tad" by what begins so. */
static void
react_with(struct verb_case *v, const char *text, size_t size)
{
	size_t count = 0;
	const struct emoji *e = NULL;

	if (text[0] == ':') {
		size -= size > 1 && text[size - 1] == ':' ? 2 : 1;
		e = emoji_find(text + 1, size);
	}
	if (e == NULL && text[0] == ':' && size > 0) {
		const struct emoji *first =
		    emoji_starting(text + 1, size, &count);
		e = count > 0 ? first : NULL;
	}
	react(v, e == NULL ? text : e->text);
}

static void
ask_react(struct verb_case *v, const struct key *key, bool enter)
{
	size_t size, i = digit_of(key);
	const char *text = edit_text(v->ui->mode.line, &size);

	if (size == 0 && i < VERB_REACTIONS)
		react(v, reactions[i].text);
	else if (size == 0 && key->code == '0' && key->mods == 0 &&
		 v->msg->reactions[1][0] != '\0')
		react(v, "");
	else if (enter && size > 0)
		react_with(v, text, size);
}

static void
ask_link(struct verb_case *v, const struct key *key)
{
	const char *link;
	size_t n, i = digit_of(key);

	if (i >= VERB_LINKS_MAX || !message_link(v->msg, i, &link, &n))
		return;
	char *text = xstrndup(link, n);
	request_add(v->ui, REQUEST_OPEN, text, NULL);
	free(text);
	done(v);
}

size_t
message_people(const struct ui *ui, const struct model *m,
    const struct peer **ret_peers, size_t max)
{
	struct roster r;
	size_t n = 0, size;
	const char *text = edit_text(ui->mode.line, &size);

	roster_init(&r, m, ROSTER_MAX);
	for (size_t i = 0; i < r.count && n < max; i++)
		if (strncasecmp(r.rows[i]->name, text, size) == 0)
			ret_peers[n++] = r.rows[i];
	roster_clear(&r);
	/* A tag, or a name that stands behind others. */
	if (n == 0 && size > 0 && model_find_peer(m, text, ret_peers) == 0)
		n = 1;
	return n;
}

size_t
message_chosen(const struct ui *ui, const struct peer *const *peers, size_t n)
{
	size_t i = 0;

	if (!ui->mode.has_chosen)
		return 0;
	while (i < n && !fp_equal(&peers[i]->fp, &ui->mode.chosen))
		i++;
	return i;
}

static void
choose(struct ui *ui, const struct peer *peer)
{
	ui->mode.has_chosen = true;
	ui->mode.chosen = peer->fp;
}

void
message_ask_settle(struct ui *ui, const struct model *m)
{
	const struct peer *peers[VERB_PEOPLE_MAX];

	if (ui->mode.stage != MODE_FORWARD)
		return;
	size_t n = message_people(ui, m, peers, VERB_PEOPLE_MAX);
	size_t i = message_chosen(ui, peers, n);
	if (n > 0)
		choose(ui, peers[i < n ? i : 0]);
}

/* In the form of a quote: these are not our words. */
static char *
forwarded_text(const struct verb_case *v)
{
	const struct peer *from = model_peer(v->m, &v->msg->from);
	const char *text = v->msg->text;
	struct str s = { 0 };

	if (v->msg->mine)
		return xstrdup(text);
	str_addf(&s, "> %s: ", from == NULL ? "?" : from->name);
	for (;;) {
		size_t n = strcspn(text, "\n");
		str_addf(&s, "%.*s", (int)n, text);
		if (text[n] == '\0')
			return str_take(&s);
		str_add(&s, "\n> ");
		text += n + 1;
	}
}

static void
forward(struct verb_case *v, const struct peer *to)
{
	char label[PEER_LABEL_SIZE], sentence[FLASH_SIZE];
	char *text = forwarded_text(v);

	if (strlen(text) > BODY_BYTES_MAX) {
		ui_flash(v->ui, v->now,
		    say(v->m->lang, "with its quote it is too long to send"));
		free(text);
		return;
	}
	*v->cmd = (struct command){
		.kind = COMMAND_SAY,
		.conv = v->c->id,
		.peer = to->fp,
		.text = text,
	};
	snprintf(sentence, sizeof(sentence), say(v->m->lang, "forwarded to %s"),
	    peer_label(to, true, label));
	ui_flash(v->ui, v->now, sentence);
	done(v);
}

/* Tab and the arrows go among those who fit. */
static void
ask_forward(struct verb_case *v, const struct key *key, bool enter)
{
	const struct peer *peers[VERB_PEOPLE_MAX];
	size_t n = message_people(v->ui, v->m, peers, VERB_PEOPLE_MAX);
	bool on = key->code == KEY_TAB_KEY || key->code == KEY_DOWN_KEY;

	size_t i = message_chosen(v->ui, peers, n);
	/* Who was chosen is not there any more: nobody else is instead. */
	if (n > 0 && i == n)
		return;
	if (n == 0 && enter)
		ui_flash(v->ui, v->now,
		    say(v->m->lang,
			"nobody here is called so: /who lists everybody"));
	else if (n > 0 && enter)
		forward(v, peers[i]);
	else if (n > 0 && (on || key->code == KEY_UP_KEY))
		choose(v->ui, peers[(i + (on ? 1 : n - 1)) % n]);
}

/* Where an answer is typed. */
static void
type(struct verb_case *v, const struct key *key)
{
	struct message_mode *mode = &v->ui->mode;
	unsigned revision = edit_revision(mode->line);

	field_type(&v->ui->keymap, mode->line, key);
	if (edit_revision(mode->line) != revision)
		mode->has_chosen = false;
}

bool
message_ask_key(struct verb_case *v, const struct key *key)
{
	const struct keymap_row *row = keymap_find(&v->ui->keymap, key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	enum mode_stage stage = v->ui->mode.stage;
	bool enter = action == ACTION_SEND;

	if (action == ACTION_ESCAPE || action == ACTION_INTERRUPT) {
		v->ui->mode.stage = MODE_MOVE;
		return true;
	}
	if (action == ACTION_REDRAW)
		return false;
	if (stage == MODE_DELETE)
		ask_delete(v, key);
	else if (stage == MODE_LINK)
		ask_link(v, key);
	else if (stage == MODE_REACT)
		ask_react(v, key, enter);
	else
		ask_forward(v, key, enter);
	bool typed = stage == MODE_REACT || stage == MODE_FORWARD;
	if (typed && v->ui->mode.stage == stage)
		type(v, key);
	return true;
}
