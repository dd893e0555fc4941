/* SPDX-License-Identifier: MIT */
/*
 * Streams of the plain dialect. Whoever connects is known by its host, since
 * its port is another one each time; who does while others of the host are
 * there gets a number in addition. What cannot be taken now stays in the
 * stream.
 *
 * Such a talk ends where either side closes; that one of them says "exit",
 * "quit" or nothing before is custom, and told.
 */
#include "core/plain_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct plain_line *
line_of_conn(const struct engine *e, uint32_t conn)
{
	for (size_t i = 0; i < e->plain->line_count; i++)
		if (e->plain->lines[i]->conn == conn)
			return e->plain->lines[i];
	return NULL;
}

struct plain_line *
plain_line_of(struct engine *e, const struct fp *fp)
{
	for (size_t i = 0; i < e->plain->line_count; i++) {
		struct plain_line *line = e->plain->lines[i];
		if (line->dial == NULL && fp_equal(&line->fp, fp))
			return line;
	}
	return NULL;
}

static struct plain_line *
line_add(struct engine *e, uint32_t conn, enum framing_kind framing)
{
	struct plain_line *line = xcalloc(1, sizeof(*line));

	line->conn = conn;
	line->framing = framing_new(framing);
	e->plain->lines[e->plain->line_count++] = line;
	return line;
}

static void
line_free(struct plain_line *line)
{
	framing_free(line->framing);
	free(line);
}

static void
line_remove(struct engine *e, struct plain_line *line)
{
	struct plain *d = e->plain;

	for (size_t i = 0; i < d->line_count; i++)
		if (d->lines[i] == line)
			d->lines[i] = d->lines[d->line_count - 1];
	d->line_count--;
	line_free(line);
}

void
plain_lines_free(struct engine *e)
{
	for (size_t i = 0; i < e->plain->line_count; i++)
		line_free(e->plain->lines[i]);
}

/* It may have made room for others while it said nothing. */
static struct peer *
line_peer(struct engine *e, struct now now, const struct plain_line *line)
{
	return plain_peer(
	    e, now, CARRIER_TCP, line->handle, &conn_find(e, line->conn)->addr);
}

/* The first of a host, or the second, and so on. */
static void
name_caller(struct engine *e, struct plain_line *line, const struct addr *from)
{
	char host[ADDR_TEXT_MAX];

	addr_host_text(from, host);
	snprintf(line->handle, sizeof(line->handle), "tcp://%s", host);
	for (unsigned i = 2;; i++) {
		struct fp fp = legacy_fp(DIALECT_PLAIN, line->handle);
		if (plain_line_of(e, &fp) == NULL)
			return;
		snprintf(
		    line->handle, sizeof(line->handle), "tcp://%s#%u", host, i);
	}
}

bool
plain_line_dial(struct engine *e, struct now now, struct plain_dial *d)
{
	if (d->next == d->count)
		return false;
	struct conn *c = stream_dial(e, now, &d->addrs[d->next++], CONN_PLAIN);
	if (c == NULL)
		return false;
	line_add(e, c->id, d->framing)->dial = d;
	return true;
}

static void
line_up(
    struct engine *e, struct now now, struct plain_line *line, struct peer *p)
{
	line->fp = p->fp;
	legacy_presence(e, now, p, PRESENCE_ONLINE);
}

void
plain_opened(struct engine *e, struct now now, struct conn *c)
{
	struct plain_line *line = line_of_conn(e, c->id);

	assert(line != NULL && line->dial != NULL);
	struct plain_dial *d = line->dial;
	plain_handle(CARRIER_TCP, &c->addr, line->handle);
	struct peer *p = line_peer(e, now, line);
	bool twice = p != NULL && plain_line_of(e, &p->fp) != NULL;

	line->dial = NULL;
	if (p == NULL || twice) {
		line_remove(e, line);
		stream_close(e, c);
		plain_dial_failed(e, now, d,
		    twice ? N_("there is a connection already")
			  : N_("too many people are known"));
		return;
	}
	p->by_hand = true;
	line_up(e, now, line, p);
	plain_dial_done(e, now, d, p);
}

bool
plain_accepted(
    struct engine *e, struct now now, struct conn *c, const struct listener *l)
{
	const struct plain_port *s = plain_port_find(e, CARRIER_TCP, l->port);
	if (s == NULL)
		return false;
	struct plain_line *line = line_add(e, c->id, s->framing);
	name_caller(e, line, &c->addr);
	struct peer *p = line_peer(e, now, line);
	if (p == NULL || p->trust == TRUST_BLOCKED) {
		e->model->legacy.plain_limited++;
		line_remove(e, line);
		return false;
	}
	line->port = l->port;
	line_up(e, now, line, p);
	/* A crowd is seen in the list of people. */
	if (bucket_take(&e->plain->notices, now.mono_ms))
		engine_info(e, now, plain_conv(p),
		    "%s connected to port %u, in plain text. /query %s",
		    p->name, l->port, p->handle);
	return true;
}

static enum farewell
farewell_of(const struct framing_message *m)
{
	static const char *const words[] = { "exit", "quit", "bye" };

	if (m->size == 0)
		return FAREWELL_EMPTY;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == m->size &&
		    strncasecmp((const char *)m->bytes, words[i], m->size) == 0)
			return FAREWELL_WORD;
	return FAREWELL_NONE;
}

/* An end of line is no part of what was said. */
static size_t
without_end(const struct framing_message *m)
{
	size_t n = m->size;

	while (n > 0 && (m->bytes[n - 1] == '\n' || m->bytes[n - 1] == '\r'))
		n--;
	return n;
}

static void
take(struct engine *e, struct now now, struct plain_line *line,
    struct framing_message *m)
{
	struct peer *p = line_peer(e, now, line);

	m->size = m->cut ? m->size : without_end(m);
	line->farewell = farewell_of(m);
	if (m->size == 0)
		return;
	struct legacy_text t = {
		.kind = MESSAGE_TEXT,
		.raw = m->bytes,
		.raw_size = m->size,
	};
	if (p == NULL || !legacy_arrived(e, now, p, &t)) {
		e->model->legacy.plain_limited++;
		return;
	}
	if (m->cut)
		engine_info(e, now, plain_conv(p),
		    "%s goes on without an end of line: cut after %zu bytes",
		    p->name, m->size);
}

/* When more of theirs may be taken: now_ms or before for now; NEVER_MS for
 * after the commit. */
static int64_t
ready_ms(struct engine *e, struct now now, const struct plain_line *line)
{
	const struct contact *k = contact_find(e, &line->fp);

	if (commit_is_full(e))
		return NEVER_MS;
	if (k == NULL || k->answered)
		return now.mono_ms;
	return bucket_ready_ms(&k->inbound, now.mono_ms);
}

/* That may be found out by a clock or a command, and whoever reads the stream
 * has to know before it reads again. */
static void
hold(struct engine *e, struct conn *c)
{
	if (!c->held)
		effect_add(
		    e, (struct effect){ .kind = EFFECT_HOLD, .conn = c->id });
	c->held = true;
}

/* Below 0: there is no way on. */
static int
take_all(struct engine *e, struct now now, struct plain_line *line)
{
	struct conn *c = conn_get(e, line->conn);
	struct framing_message m;
	int got = 1;

	while (got == 1) {
		line->resume_ms = ready_ms(e, now, line);
		if (line->resume_ms > now.mono_ms) {
			hold(e, c);
			return 0;
		}
		c->held = false;
		got = framing_next(line->framing, &m);
		if (got == 1)
			take(e, now, line, &m);
	}
	return got;
}

static void
gone(struct engine *e, struct now now, const struct fp *fp)
{
	struct peer *p = model_peer_edit(e->model, fp);

	if (p == NULL)
		return;
	legacy_presence(e, now, p, PRESENCE_OFFLINE);
	if (!p->by_hand && p->conv == 0 && contact_find(e, fp) == NULL)
		model_peer_remove(e->model, fp);
}

static void
protocol_error(struct engine *e, struct now now, struct plain_line *line)
{
	const struct peer *p = line_peer(e, now, line);

	e->model->legacy.plain_bad++;
	if (p != NULL)
		engine_error(e, now, plain_conv(p),
		    "%s sent a length above %d: that is no record; the "
		    "connection is closed. Another framing: /listen tcp PORT "
		    "line",
		    p->name, FRAMING_MAX);
	plain_line_end(e, now, line);
}

void
plain_line_read(struct engine *e, struct now now, struct plain_line *line)
{
	if (take_all(e, now, line) < 0)
		protocol_error(e, now, line);
}

void
plain_bytes(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	struct plain_line *line = line_of_conn(e, c->id);

	assert(line != NULL && !c->held);
	framing_input(line->framing, now, p, n);
	plain_line_read(e, now, line);
}

static void
tell_ended(struct engine *e, struct now now, const struct plain_line *line,
    const struct peer *p, int sys_errno)
{
	uint32_t conv = plain_conv(p);

	if (p->conv == 0 && !bucket_take(&e->plain->notices, now.mono_ms))
		return;
	if (sys_errno != 0)
		engine_info(e, now, conv, "the connection with %s is gone: %s",
		    p->name, say(e->model->lang, conn_why(sys_errno)));
	else if (line->farewell == FAREWELL_WORD)
		engine_info(e, now, conv,
		    "%s said goodbye and ended the connection", p->name);
	else if (line->farewell == FAREWELL_EMPTY)
		engine_info(e, now, conv,
		    "%s ended the connection with an empty line", p->name);
	else
		engine_info(e, now, conv, "%s ended the connection", p->name);
	if (framing_left(line->framing) > 0)
		engine_info(e, now, conv,
		    "what %s sent last was not complete: %zu bytes", p->name,
		    framing_left(line->framing));
}

/* What came before the end counts, even if it is a little too much. */
static void
take_last(struct engine *e, struct now now, struct plain_line *line)
{
	struct framing_message m;

	framing_end(line->framing);
	while (framing_next(line->framing, &m) == 1)
		take(e, now, line, &m);
}

void
plain_closed(struct engine *e, struct now now, struct conn *c, int sys_errno)
{
	struct plain_line *line = line_of_conn(e, c->id);

	if (line == NULL)
		return;
	if (line->dial != NULL) {
		struct plain_dial *d = line->dial;
		line_remove(e, line);
		if (!plain_line_dial(e, now, d))
			plain_dial_failed(e, now, d, conn_why(sys_errno));
		return;
	}
	take_last(e, now, line);
	const struct peer *p = line_peer(e, now, line);
	struct fp fp = line->fp;
	if (p != NULL)
		tell_ended(e, now, line, p, sys_errno);
	line_remove(e, line);
	gone(e, now, &fp);
}

void
plain_line_end(struct engine *e, struct now now, struct plain_line *line)
{
	struct conn *c = conn_get(e, line->conn);
	struct fp fp = line->fp;

	line_remove(e, line);
	stream_close(e, c);
	gone(e, now, &fp);
}

void
plain_lines_end(struct engine *e, struct now now)
{
	while (e->plain->line_count > 0) {
		struct plain_line *line = e->plain->lines[0];
		struct plain_dial *d = line->dial;
		plain_line_end(e, now, line);
		if (d != NULL)
			plain_dial_failed(
			    e, now, d, N_("the plain dialect is off"));
	}
}

static enum charset
charset_for(const struct peer *p)
{
	return p->charset != CHARSET_AUTO ? p->charset : p->guessed;
}

static void
tell_character(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p, const char *at)
{
	char shown[8];
	uint32_t code;
	size_t n = utf8_decode(at, strlen(at), &code, NULL);

	if (n == 0 || n >= sizeof(shown))
		return;
	memcpy(shown, at, n);
	shown[n] = '\0';
	engine_error(e, now, cmd->conv,
	    "not sent: %s reads %s, which has no \"%s\" (U+%04X). Another "
	    "set: /encoding %s NAME",
	    p->name, charset_text(charset_for(p)), shown, (unsigned)code,
	    p->name);
}

bool
plain_may_say(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p, const char *text, size_t n)
{
	uint8_t *bytes;
	size_t size, at = 0;

	if (charset_encode(charset_for(p), text, n, &bytes, &size, &at) == 0) {
		free(bytes);
		return true;
	}
	tell_character(e, now, cmd, p, text + at);
	return false;
}

bool
plain_encode(struct engine *e, struct now now, struct peer *p,
    const struct chat_post *post, uint8_t **ret_bytes, size_t *ret_size)
{
	if (charset_encode(charset_for(p), post->text, post->size, ret_bytes,
		ret_size, NULL) == 0)
		return true;
	/* It could when the text was written. */
	legacy_answered(e, now, p, &post->id, DELIVERY_FAILED,
	    N_("their character set has not all of its characters"));
	return false;
}

/* One text: it is "sent" once it was given to the stream, and nobody will ever
 * know more. */
static void
send_text(struct engine *e, struct now now, struct plain_line *line,
    struct peer *p, const struct chat_post *post)
{
	uint8_t *text, *bytes;
	size_t n, size;

	if (!plain_encode(e, now, p, post, &text, &n))
		return;
	if (framing_encode(line->framing, text, n, &bytes, &size) < 0) {
		legacy_answered(e, now, p, &post->id, DELIVERY_FAILED,
		    N_("longer than 65536 bytes"));
	} else {
		stream_send(e, conn_get(e, line->conn), bytes, size);
		line->given += size;
		free(bytes);
		legacy_answered(e, now, p, &post->id, DELIVERY_SENT, NULL);
	}
	free(text);
}

void
plain_line_flush(struct engine *e, struct now now, struct peer *p)
{
	struct plain_line *line = plain_line_of(e, &p->fp);
	struct chat_post post;

	/* What would only wait here is not sent yet. */
	while (line != NULL && line->given <= PLAIN_GIVEN_MAX &&
	       legacy_next(e, p, &post))
		send_text(e, now, line, p, &post);
}

void
plain_drained(struct engine *e, struct now now, const struct conn *c)
{
	struct plain_line *line = line_of_conn(e, c->id);
	struct peer *p =
	    line == NULL ? NULL : model_peer_edit(e->model, &line->fp);

	if (p == NULL)
		return;
	line->given = 0;
	plain_line_flush(e, now, p);
}

void
plain_lines_tick(struct engine *e, struct now now)
{
	for (size_t i = e->plain->line_count; i-- > 0;) {
		struct plain_line *line = e->plain->lines[i];
		const struct conn *c = conn_find(e, line->conn);
		/* A commit may be what it waited for. */
		int64_t at = c->held ? ready_ms(e, now, line)
				     : framing_deadline(line->framing);
		if (line->dial != NULL || at > now.mono_ms)
			continue;
		framing_tick(line->framing, now);
		plain_line_read(e, now, line);
	}
}

int64_t
plain_lines_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < e->plain->line_count; i++) {
		const struct plain_line *line = e->plain->lines[i];
		const struct conn *c = conn_find(e, line->conn);
		at = earlier_ms(at, c->held ? line->resume_ms
					    : framing_deadline(line->framing));
	}
	return at;
}
