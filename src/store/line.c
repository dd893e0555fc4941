/* SPDX-License-Identifier: MIT */
/*
 * A message as a line that people without earshot, or other programs, read.
 */
#include "store/search.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "core/transfer.h"
#include "store/sentence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	STAMP_SIZE = 32,
	/* A text of 64 KiB, each byte of it escaped, and the rest. */
	LINE_MAX_BYTES = 1024 * 1024,
};

static void
put_bytes(struct buf *b, const char *text, size_t n)
{
	if (buf_append(b, text, n) < 0)
		abort();
}

static void
put(struct buf *b, const char *text)
{
	put_bytes(b, text, strlen(text));
}

/* Every line but the first is marked, so that nobody can write what looks like
 * a line of somebody else. */
static void
put_marked(struct buf *b, const char *text)
{
	for (size_t n; *text != '\0'; text += n) {
		n = strcspn(text, "\n");
		put_bytes(b, text, n);
		if (text[n] == '\n') {
			put(b, "\n      | ");
			n++;
		}
	}
}

static const char *
stamp(int64_t wall_ms, char out[static STAMP_SIZE])
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(out, STAMP_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
		return say(sentence_lang(), "at no time");
	return out;
}

static const char *
sender(const struct found *f)
{
	return f->message.mine ? say(sentence_lang(), "me") : f->name;
}

/* The names of directories are the user's own, and may have any bytes. */
static void
put_clean(struct buf *b, const char *before, const char *text)
{
	char *clean = own_text(text, PEER_TEXT_LINE, NULL);

	put(b, before);
	put(b, clean);
	free(clean);
}

/* What is not over has no place yet; what was sent is where it was. Caller
 * frees. */
static char *
place_of(const struct transfer *t)
{
	return t->mine || t->state == TRANSFER_DONE ? transfer_path(t) : NULL;
}

static void
put_file(struct buf *b, const struct transfer *t, const char *who)
{
	const struct lang *l = sentence_lang();
	char size[SIZE_TEXT_SIZE];
	char *place = place_of(t);
	char *what = t->folder && !t->size_known
			 ? xasprintf(say(l, "folder %s"), t->name)
		     : t->folder ? xasprintf(say(l, "folder %s, %s"), t->name,
				       size_text(t->size, size))
				 : xasprintf(say(l, "file %s, %s"), t->name,
				       size_text(t->size, size));

	put_clean(b, "", what);
	free(what);
	put(b, " (");
	char *end = transfer_end_text(l, t, who);
	put_clean(b, "", end);
	free(end);
	if (t->reason != NULL)
		put_clean(b, ": ", say(l, t->reason));
	if (place != NULL)
		put_clean(b, ": ", place);
	free(place);
	put(b, ")");
	if (t->note != NULL)
		put_clean(b, " ", t->note);
}

static void
put_text(struct buf *b, const struct found *f, bool everywhere)
{
	const struct message *m = &f->message;
	char time[STAMP_SIZE];
	bool nearby = fp_is_zero(&f->conv);
	const struct lang *l = sentence_lang();

	put(b, stamp(m->arrived_ms, time));
	put(b, m->action ? " * " : " ");
	put(b, sender(f));
	if (nearby) {
		put(b, say(l, " (PUBLIC)"));
	} else if (everywhere && m->mine) {
		put(b, say(l, " to "));
		put(b, f->name);
	}
	if (m->dialect != DIALECT_EARSHOT)
		put(b, say(l, " (PLAIN)"));
	put(b, m->ran == RAN_ASKED  ? " $ "
	       : m->ran == RAN_SAID ? " | "
	       : m->action          ? " "
				    : ": ");
	if (m->file != NULL)
		put_file(b, m->file, f->name);
	else
		put_marked(b, m->deleted               ? say(l, "(deleted)")
			      : m->seal == SEAL_CLOSED ? say(l, "(sealed)")
						       : m->text);
	put(b, m->edited ? say(l, " (edited)") : "");
	if (m->delivery == DELIVERY_FAILED && m->reason != NULL) {
		put(b, say(l, " (not delivered: "));
		put(b, say(l, m->reason));
		put(b, ")");
	}
}

/* RFC 8259, section 7; the rest is UTF-8 as it is. */
static void
put_string(struct buf *b, const char *text)
{
	put(b, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[8];
		if (c == '\n')
			put(b, "\\n");
		else if (c == '"' || c == '\\')
			put_bytes(b, (char[]){ '\\', *text }, 2);
		else if (c < ' ' || c == 0x7f)
			put_bytes(b, escape,
			    (size_t)snprintf(
				escape, sizeof(escape), "\\u%04x", c));
		else
			put_bytes(b, text, 1);
	}
	put(b, "\"");
}

/* NULL is null. */
static void
add(struct buf *b, const char *key, const char *text)
{
	put(b, buf_size(b) == 0 ? "{\"" : ",\"");
	put(b, key);
	put(b, "\":");
	if (text == NULL)
		put(b, "null");
	else
		put_string(b, text);
}

static void
add_bool(struct buf *b, const char *key, bool is)
{
	put(b, ",\"");
	put(b, key);
	put(b, is ? "\":true" : "\":false");
}

/* RFC 3339, in UTC; null for a time no calendar has. */
static void
add_time(struct buf *b, const char *key, int64_t wall_ms)
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[64];
	bool is_known =
	    gmtime_r(&t, &tm) != NULL && tm.tm_year <= 9999 - 1900 &&
	    tm.tm_year >= -1900 &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) != 0;

	add(b, key, is_known ? text : NULL);
}

static void
add_count(struct buf *b, const char *key, uint64_t count)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	put(b, ",\"");
	put(b, key);
	put(b, "\":");
	put(b, text);
}

static void
add_clean(struct buf *b, const char *key, const char *text)
{
	char *clean =
	    text == NULL ? NULL : own_text(text, PEER_TEXT_LINE, NULL);

	add(b, key, clean);
	free(clean);
}

/* The words of the event "transfer". */
static void
add_file(struct buf *b, const struct transfer *t)
{
	struct buf inner;
	char number[16];

	snprintf(number, sizeof(number), "f%u", (unsigned)t->id);
	buf_init(&inner, LINE_MAX_BYTES);
	add(&inner, "transfer", number);
	add(&inner, "state", transfer_state_text(t->state));
	add(&inner, "direction", t->mine ? "out" : "in");
	add_clean(&inner, "name", t->name);
	add_bool(&inner, "folder", t->folder);
	if (t->size_known)
		add_count(&inner, "size", t->size);
	else
		add(&inner, "size", NULL);
	add_count(&inner, "done", t->done);
	char *place = place_of(t);
	add(&inner, "path", place);
	free(place);
	if (t->ended_ms != 0)
		add_time(&inner, "ended", t->ended_ms);
	else
		add(&inner, "ended", NULL);
	add(&inner, "ended_by", transfer_ended_by(t));
	add_clean(&inner, "reason", t->reason == NULL ? "" : t->reason);
	add_clean(&inner, "note", t->note == NULL ? "" : t->note);
	put(b, ",\"file\":");
	put_bytes(b, (const char *)buf_data(&inner), buf_size(&inner));
	put(b, "}");
	buf_clear(&inner);
}

static const char *
reaction(const struct message *m, int whose)
{
	return m->reactions[whose][0] == '\0' ? NULL : m->reactions[whose];
}

static void
put_json(struct buf *b, const struct found *f)
{
	const struct message *m = &f->message;
	char fp[FP_TEXT_SIZE], id[MSG_ID_TEXT_SIZE];

	add(b, "from", sender(f));
	bool legacy = m->dialect != DIALECT_EARSHOT;

	add(b, "id", m->mine || legacy ? NULL : fp_text(&m->from, fp));
	add(b, "conversation", fp_is_zero(&f->conv) ? "nearby" : f->name);
	add(b, "message", msg_id_text(&m->id, id));
	add(b, "text", m->text);
	add_time(b, "sent", m->sent_ms);
	add_time(b, "arrived", m->arrived_ms);
	add(b, "reply_to", m->has_target ? msg_id_text(&m->target, id) : NULL);
	add_bool(b, "mine", m->mine);
	add_bool(b, "action", m->action);
	add_bool(b, "edited", m->edited);
	add_bool(b, "deleted", m->deleted);
	struct buf inner;
	buf_init(&inner, LINE_MAX_BYTES);
	add(&inner, "theirs", reaction(m, 0));
	add(&inner, "mine", reaction(m, 1));
	put(b, ",\"reactions\":");
	put_bytes(b, (const char *)buf_data(&inner), buf_size(&inner));
	put(b, "}");
	buf_clear(&inner);
	add(b, "delivery", delivery_text(m->delivery));
	add(b, "dialect", dialect_text(m->dialect));
	add_bool(b, "encrypted", !legacy);
	if (m->file != NULL)
		add_file(b, m->file);
	if (m->ran != RAN_NOT)
		add(b, "ran", m->ran == RAN_ASKED ? "asked" : "output");
	if (m->seal == SEAL_CLOSED)
		add_bool(b, "sealed", true);
	put(b, "}");
}

char *
found_line(const struct found *f, enum export_format format, bool everywhere)
{
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	if (format == EXPORT_JSON)
		put_json(&b, f);
	else
		put_text(&b, f, everywhere);
	char *line = xstrndup((const char *)buf_data(&b), buf_size(&b));
	buf_clear(&b);
	return line;
}
