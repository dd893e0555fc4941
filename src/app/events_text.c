/* SPDX-License-Identifier: MIT */
#include "app/events.h"

#include "app/language.h"
#include "base/mem.h"
#include "base/width.h"
#include "ui/transfer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXCERPT_CELLS = 40, STAMP_SIZE = 32 };

static const char *
clock_text(int64_t wall_ms, char out[static 6])
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		snprintf(out, 6, "??:??");
	else
		strftime(out, 6, "%H:%M", &tm);
	return out;
}

/* Day and time, local. */
static const char *
stamp_text(int64_t wall_ms, char out[static STAMP_SIZE])
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(out, STAMP_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(out, STAMP_SIZE, "%s", say(language(), "at no time"));
	return out;
}

static const char *
sender(const struct model *m, const struct message *msg,
    char label[static PEER_LABEL_SIZE])
{
	const struct peer *p = model_peer(m, &msg->from);

	if (msg->mine)
		return m->name;
	if (p == NULL)
		return "?";
	/* "ana: yes" as a name would put words into somebody's mouth. */
	return peer_label(p, strchr(p->name, ':') != NULL, label);
}

/* Every line of a text but the first is marked, so that nobody can write what
 * looks like a line of ours. Caller frees. */
static char *
mark_lines(const char *text)
{
	static const char mark[] = "\n      | ";
	size_t lines = 0;

	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	char *out = xmalloc(strlen(text) + lines * sizeof(mark) + 1), *to = out;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '\n') {
			*to++ = *p;
			continue;
		}
		memcpy(to, mark, sizeof(mark) - 1);
		to += sizeof(mark) - 1;
	}
	*to = '\0';
	return out;
}

static const char *
text_of(const struct message *msg)
{
	return msg->seal == SEAL_CLOSED
		   ? say(language(), "sealed: /unseal opens it")
		   : msg->text;
}

static const char *
plain_mark(const struct message *msg)
{
	return msg->dialect == DIALECT_EARSHOT ? ""
					       : say(language(), " (PLAIN)");
}

static char *
said(const struct model *m, const struct message *msg)
{
	char stamp[6], label[PEER_LABEL_SIZE];
	char *text = mark_lines(text_of(msg));
	const char *link = msg->ran == RAN_ASKED  ? " $ "
			   : msg->ran == RAN_SAID ? " | "
			   : msg->kind == MESSAGE_SHOUT
			       ? say(m->lang, " shouts (PUBLIC): ")
			   : msg->action ? " "
					 : ": ";
	char *line = xasprintf("%s %s%s%s%s%s",
	    clock_text(msg->arrived_ms, stamp), msg->action ? "* " : "",
	    sender(m, msg, label), plain_mark(msg), link, text);

	free(text);
	return line;
}

static char *
text_ready(const struct model *m)
{
	char fp[FP_TEXT_SIZE];

	return xasprintf(say(m->lang, "* you are %s, fingerprint %s"), m->name,
	    fp_text(&m->self, fp));
}

static char *
text_peer(const struct model *m, const struct peer *p)
{
	char label[PEER_LABEL_SIZE], addr[ADDR_TEXT_MAX];
	bool status = p->status[0] != '\0';

	if (peer_is_legacy(p))
		return xasprintf(say(m->lang, "* %s is %s (PLAIN)%s%s%s%s%s"),
		    peer_label(p, true, label),
		    say(m->lang, presence_text(p->presence)),
		    fp_is_zero(&p->claims)
			? ""
			: say(m->lang, " with the name or host of a contact "
				       "of yours"),
		    p->addr_count > 0 ? ", " : "",
		    p->addr_count > 0 ? addr_host_text(&p->addrs[0], addr) : "",
		    status ? ": " : "", status ? p->status : "");
	return xasprintf(say(m->lang, "* %s is %s (%s)%s%s%s%s%s"),
	    peer_label(p, true, label),
	    say(m->lang, presence_text(p->presence)),
	    say(m->lang, trust_text(p->trust)),
	    p->trust == TRUST_CHANGED
		? say(m->lang, " under a name you know, with another "
			       "key")
		: "",
	    p->addr_count > 0 ? ", " : "",
	    p->addr_count > 0 ? addr_host_text(&p->addrs[0], addr) : "",
	    status ? ": " : "", status ? p->status : "");
}

static char *
text_typing(const struct model *m, const struct peer *p, bool on)
{
	char label[PEER_LABEL_SIZE];

	return xasprintf(on ? say(m->lang, "* %s is typing")
			    : say(m->lang, "* %s stopped typing"),
	    peer_label(p, false, label));
}

static char *
text_message(const struct model *m, const struct conv *c,
    const struct message *msg, const char *command)
{
	(void)c;
	(void)command;
	if (msg->kind == MESSAGE_INFO)
		return xstrdup(msg->text);
	if (msg->kind == MESSAGE_ERROR)
		return xasprintf("! %s", msg->text);
	if (msg->kind == MESSAGE_FILE) /* text_transfer tells of it */
		return NULL;
	/* Our own words need no echo; what becomes of them is told. */
	return msg->mine && msg->kind == MESSAGE_TEXT && msg->ran == RAN_NOT
		   ? NULL
		   : said(m, msg);
}

/* The beginning of the first line (caller frees). */
static char *
excerpt(const char *text)
{
	size_t line = strcspn(text, "\n");
	size_t n = width_cut(text, line, EXCERPT_CELLS, NULL);

	return xasprintf("%.*s%s", (int)n, text, text[n] != '\0' ? "..." : "");
}

static char *
text_delivery(const struct model *m, const struct conv *c,
    const struct message *msg, const struct effect *effect)
{
	const struct peer *p = model_peer(m, &c->fp);
	char label[PEER_LABEL_SIZE], id[MSG_ID_TEXT_SIZE];
	const char *text =
	    msg != NULL ? msg->text : msg_id_text(&effect->id, id);
	char *begin = excerpt(text);
	char *line = xasprintf(effect->delivery == DELIVERY_QUEUED
				   ? say(m->lang, "* %s for %s: %s%s%s")
				   : say(m->lang, "* %s to %s: %s%s%s"),
	    say(m->lang, delivery_text(effect->delivery)),
	    p == NULL ? "?" : peer_label(p, false, label), begin,
	    effect->text != NULL ? " - " : "",
	    effect->text != NULL ? say(m->lang, effect->text) : "");

	free(begin);
	return line;
}

static char *
text_revised(const struct model *m, const struct conv *c,
    const struct message *msg, const struct effect *effect)
{
	const struct peer *p = model_peer(m, &effect->fp);
	char label[PEER_LABEL_SIZE];
	const char *who = fp_equal(&effect->fp, &m->self) ? m->name
			  : p == NULL                     ? "?"
				      : peer_label(p, false, label);
	const char *text = effect->text == NULL ? "" : effect->text;

	(void)c;
	if (effect->revision == REVISION_DELETE)
		return xasprintf(say(m->lang, "* %s deleted a message"), who);
	char *marked = mark_lines(text);
	char *line;
	if (effect->revision == REVISION_EDIT) {
		line = xasprintf(say(m->lang, "* %s edited: %s"), who, marked);
	} else {
		char *to = excerpt(
		    msg == NULL ? say(m->lang, "a message") : msg->text);
		line =
		    marked[0] == '\0'
			? xasprintf(say(m->lang, "* %s reacts no more to: %s"),
			      who, to)
			: xasprintf(say(m->lang, "* %s reacts %s to: %s"), who,
			      marked, to);
		free(to);
	}
	free(marked);
	return line;
}

/* Caller frees. */
static char *
with_note(const char *line, const struct transfer *t)
{
	return xasprintf("%s%s%s", line, t->note == NULL ? "" : "; ",
	    t->note == NULL ? "" : t->note);
}

/* What is offered, with what to do about it. */
static char *
text_offer(const struct model *m, const struct transfer *t, const char *who)
{
	const struct lang *l = m->lang;
	unsigned id = (unsigned)t->id;
	char size[SIZE_TEXT_SIZE];

	snprintf(size, sizeof(size), "%s", "?");
	if (t->size_known)
		size_text(t->size, size);
	if (t->mine) {
		char *line = xasprintf(say(l, "* f%u: offered to %s: %s, %s"),
		    id, who, t->name, size);
		char *whole = with_note(line, t);
		free(line);
		return whole;
	}
	return xasprintf(
	    say(l, "* f%u: %s offers %s, %s; /get f%u or /refuse f%u"), id, who,
	    t->name, size, id, id);
}

static char *
text_host(const struct model *m, const struct effect *effect)
{
	(void)m;
	(void)effect;
	return NULL;
}

static char *
text_saved(const struct lang *l, const struct transfer *t)
{
	char *path = transfer_path(t);
	char *line = xasprintf(
	    say(l, "* f%u: %s is saved as %s"), (unsigned)t->id, t->name, path);
	char *whole = with_note(line, t);

	free(line);
	free(path);
	return whole;
}

static char *
text_transfer(const struct model *m, const struct transfer *t,
    const struct effect *effect, bool asked)
{
	const struct lang *l = m->lang;
	const struct peer *p = model_peer(m, &t->peer);
	char label[PEER_LABEL_SIZE];
	const char *who = p == NULL ? "?" : peer_label(p, false, label);
	unsigned id = (unsigned)t->id;

	(void)asked;
	if (effect->on)
		return NULL;
	if (effect->state == TRANSFER_OFFERED && t->reason == NULL)
		return text_offer(m, t, who);
	if (effect->state == TRANSFER_DONE && !t->mine)
		return text_saved(l, t);
	/* It may have gone on meanwhile. */
	struct transfer then = *t;
	then.state = effect->state;
	char *state = effect->state == TRANSFER_RUNNING
			  ? xstrdup(say(l, "running"))
			  : transfer_state(l, &then, who);
	char *line = xasprintf("* f%u: %s: %s%s%s", id, t->name, state,
	    t->note == NULL ? "" : "; ", t->note == NULL ? "" : t->note);
	free(state);
	return line;
}

static char *
text_found(const struct model *m, const struct found *f)
{
	const struct message *msg = &f->message;
	const struct peer *p = model_peer(m, &msg->from);
	char stamp[STAMP_SIZE], label[PEER_LABEL_SIZE];
	const char *from = msg->mine   ? m->name
			   : p == NULL ? f->name
				       : peer_label(p, false, label);
	bool nearby = fp_is_zero(&f->conv);
	char *text = mark_lines(text_of(msg));
	char *line = xasprintf("%s %s%s%s%s: %s",
	    stamp_text(msg->arrived_ms, stamp), from,
	    nearby      ? say(m->lang, " (PUBLIC)")
	    : msg->mine ? say(m->lang, " to ")
			: "",
	    !nearby && msg->mine ? f->name : "", plain_mark(msg), text);

	free(text);
	return line;
}

/* Whoever reads sentences sees by himself. */
static char *
text_nothing(const char *command)
{
	(void)command;
	return NULL;
}

static char *
text_info(const char *command, const char *text)
{
	(void)command;
	return xstrdup(text);
}

static char *
text_error(const char *command, const char *text)
{
	(void)command;
	return xasprintf("! %s", text);
}

/* Who set it is answered with a line already. */
static char *
text_setting(const struct model *m, const struct setting *row)
{
	(void)m;
	(void)row;
	return NULL;
}

const struct events events_text = {
	.ready = text_ready,
	.peer = text_peer,
	.typing = text_typing,
	.setting = text_setting,
	.message = text_message,
	.delivery = text_delivery,
	.revised = text_revised,
	.transfer = text_transfer,
	.host = text_host,
	.found = text_found,
	.begin = text_nothing,
	.done = text_nothing,
	.info = text_info,
	.error = text_error,
};
