/* SPDX-License-Identifier: MIT */
/*
 * Outgoing texts form one list in the order they were queued: a flight at its
 * head that went to the session and awaits acknowledgement, and the rest. A new
 * session moves the border back to the head.
 */
#include "proto/chat.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	NACKS_MAX = 64,
	SMALL_MAX = 1024, /* every message but a text */
};

struct outgoing {
	struct msg_id id;
	uint8_t *bytes; /* encoded, owned */
	size_t size;
	struct outgoing *next;
};

struct seen {
	struct msg_id id;
	uint8_t refused; /* enum nack_code, or 0 */
};

struct chat {
	struct rng rng;
	bool up;

	uint64_t next_seq;
	struct outgoing *first, *last;
	struct outgoing *unsent; /* the first behind the flight */
	size_t count, bytes, flight, flight_bytes;

	struct seen *seen; /* a ring of CHAT_SEEN_MAX, made with the first */
	size_t seen_count, seen_next;
	uint64_t last_seq; /* of the peer; 0 before the first */

	struct msg_id acks[CHAT_ACKS_MAX];
	size_t ack_count;
	struct msg_nack nacks[NACKS_MAX];
	size_t nack_count;

	struct msg input; /* what chat_event still has to tell of */
	bool has_input;
	size_t input_at;

	bool typing, typing_due;
	int64_t typing_ms;
	bool away, status_due;
	char status[STATUS_BYTES_MAX];
	size_t status_size;

	uint8_t small[SMALL_MAX];
};

struct chat *
chat_new(const struct rng *rng, uint32_t epoch)
{
	struct chat *c = xcalloc(1, sizeof(*c));

	c->rng = *rng;
	c->next_seq = (uint64_t)epoch << 32 | 1;
	c->typing_ms = -CHAT_TYPING_AGAIN_MS;
	return c;
}

static void
outgoing_free(struct outgoing *o)
{
	free(o->bytes);
	free(o);
}

void
chat_free(struct chat *c)
{
	if (c == NULL)
		return;
	while (c->first != NULL) {
		struct outgoing *o = c->first;
		c->first = o->next;
		outgoing_free(o);
	}
	free(c->seen);
	free(c);
}

int
chat_send(struct chat *c, struct now now, const char *text, size_t n,
    uint8_t flags, struct msg_id *ret_id)
{
	if (c->count >= CHAT_QUEUE_MAX || c->bytes + n > CHAT_QUEUE_BYTES_MAX ||
	    n == 0 || n > TEXT_MAX)
		return ERR_LIMIT;
	struct msg m = {
		.type = MSG_TEXT,
		.post = {
			.seq = c->next_seq,
			.prev = c->next_seq - 1,
			.sent_ms = now.wall_ms,
			.flags = flags,
			.text = untrusted_of(text, n),
		},
	};
	rng_fill(&c->rng, m.post.id.b, sizeof(m.post.id.b));
	size_t cap = msg_padded_size(n + SMALL_MAX);
	struct outgoing *o = xcalloc(1, sizeof(*o));
	o->bytes = xmalloc(cap);
	o->id = m.post.id;
	int err = msg_encode(&m, o->bytes, cap, &o->size);
	assert(err == 0);
	(void)err;
	c->next_seq++;
	if (c->last == NULL)
		c->first = o;
	else
		c->last->next = o;
	c->last = o;
	if (c->unsent == NULL)
		c->unsent = o;
	c->count++;
	c->bytes += o->size;
	*ret_id = o->id;
	return 0;
}

void
chat_typing(struct chat *c, struct now now, bool on)
{
	if (!c->up || (!on && !c->typing))
		return;
	if (on && now.mono_ms - c->typing_ms < CHAT_TYPING_AGAIN_MS)
		return;
	c->typing = on;
	if (on)
		c->typing_ms = now.mono_ms;
	c->typing_due = true;
}

void
chat_status(struct chat *c, bool away, const char *text)
{
	size_t n = strlen(text);

	assert(n <= sizeof(c->status));
	if (away == c->away && n == c->status_size &&
	    memcmp(text, c->status, n) == 0)
		return;
	c->away = away;
	c->status_size = n;
	memcpy(c->status, text, n);
	c->status_due = true;
}

size_t
chat_waiting(const struct chat *c)
{
	return c->count;
}

void
chat_session_up(struct chat *c)
{
	c->up = true;
	c->unsent = c->first;
	c->flight = c->flight_bytes = 0;
	c->typing = c->typing_due = false;
	/* A plain one too: the peer may remember another of an earlier run. */
	c->status_due = true;
}

void
chat_session_down(struct chat *c)
{
	chat_session_up(c);
	c->up = false;
	/* The peer asks again for whatever it did not hear of. */
	c->ack_count = c->nack_count = 0;
}

static struct seen *
find_seen(struct chat *c, const struct msg_id *id)
{
	for (size_t i = 0; i < c->seen_count; i++) {
		if (msg_id_equal(&c->seen[i].id, id))
			return &c->seen[i];
	}
	return NULL;
}

static void
remember(struct chat *c, const struct msg_id *id)
{
	if (c->seen == NULL)
		c->seen = xcalloc(CHAT_SEEN_MAX, sizeof(*c->seen));
	c->seen[c->seen_next] = (struct seen){ .id = *id };
	c->seen_next = (c->seen_next + 1) % CHAT_SEEN_MAX;
	if (c->seen_count < CHAT_SEEN_MAX)
		c->seen_count++;
}

void
chat_ack(struct chat *c, const struct msg_id *id)
{
	if (c->ack_count < CHAT_ACKS_MAX)
		c->acks[c->ack_count++] = *id;
}

static void
queue_nack(struct chat *c, const struct msg_id *id, uint8_t code)
{
	if (c->nack_count < NACKS_MAX)
		c->nacks[c->nack_count++] =
		    (struct msg_nack){ .id = *id, .code = code };
}

void
chat_refuse(struct chat *c, const struct msg_id *id, uint8_t code)
{
	struct seen *s = find_seen(c, id);

	if (s != NULL)
		s->refused = code;
	queue_nack(c, id, code);
}

static uint8_t
code_of(int error)
{
	if (error == ERR_LIMIT)
		return NACK_TOO_LARGE;
	return error == ERR_UNSUPPORTED ? NACK_UNSUPPORTED : NACK_FORMAT;
}

/* Answers a text that was seen before as it was answered then. */
static bool
is_duplicate(struct chat *c, const struct msg_post *t)
{
	const struct seen *s = find_seen(c, &t->id);

	if (s == NULL)
		return false;
	if (s->refused != 0)
		queue_nack(c, &t->id, s->refused);
	else
		chat_ack(c, &t->id);
	return true;
}

void
chat_input(struct chat *c, const uint8_t *p, size_t n)
{
	static const struct msg_id none;
	int err = msg_decode(p, n, &c->input);

	c->has_input = err == 0;
	c->input_at = 0;
	if (err < 0) {
		if (!msg_id_equal(&c->input.post.id, &none))
			queue_nack(c, &c->input.post.id, code_of(err));
		return;
	}
	if (c->input.type == MSG_TEXT && is_duplicate(c, &c->input.post))
		c->has_input = false;
}

static uint32_t
count_missing(const struct chat *c, uint64_t seq)
{
	bool same_epoch = seq >> 32 == c->last_seq >> 32;

	if (c->last_seq == 0 || !same_epoch || seq <= c->last_seq)
		return 0;
	return (uint32_t)(seq - c->last_seq - 1);
}

static bool
text_event(struct chat *c, struct chat_event *ev)
{
	const struct msg_post *t = &c->input.post;

	ev->kind = CHAT_TEXT;
	ev->id = t->id;
	ev->text = *t;
	ev->missing = count_missing(c, t->seq);
	remember(c, &t->id);
	if (t->seq > c->last_seq)
		c->last_seq = t->seq;
	return true;
}

/* Only what is in flight can be acknowledged or refused: an id that never went
 * out is somebody's guess. */
static bool
take_from_flight(struct chat *c, const struct msg_id *id)
{
	struct outgoing *before = NULL;
	struct outgoing *o = c->first;

	while (o != c->unsent && !msg_id_equal(&o->id, id)) {
		before = o;
		o = o->next;
	}
	if (o == c->unsent)
		return false;
	if (before == NULL)
		c->first = o->next;
	else
		before->next = o->next;
	if (c->last == o)
		c->last = before;
	c->count--;
	c->bytes -= o->size;
	c->flight--;
	c->flight_bytes -= o->size;
	outgoing_free(o);
	return true;
}

static bool
ack_event(struct chat *c, struct chat_event *ev)
{
	const struct msg_ack *ack = &c->input.ack;

	while (c->input_at < ack->count) {
		const struct msg_id *id = &ack->ids[c->input_at++];
		if (!take_from_flight(c, id))
			continue;
		ev->kind =
		    ack->state == ACK_REFUSED ? CHAT_REFUSED : CHAT_ACKED;
		ev->id = *id;
		ev->ack = ack->state;
		return true;
	}
	return false;
}

static bool
nack_event(struct chat *c, struct chat_event *ev)
{
	const struct msg_nack *nack = &c->input.nack;

	if (!take_from_flight(c, &nack->id))
		return false;
	ev->kind = CHAT_REFUSED;
	ev->id = nack->id;
	ev->code = nack->code;
	return true;
}

static bool
one_event(struct chat *c, struct chat_event *ev)
{
	switch (c->input.type) {
	case MSG_TEXT:
		return text_event(c, ev);
	case MSG_NACK:
		return nack_event(c, ev);
	case MSG_TYPING:
		ev->kind = CHAT_TYPING;
		ev->typing = c->input.typing.on;
		return true;
	case MSG_STATUS:
		ev->kind = CHAT_STATUS;
		ev->status = c->input.status;
		return true;
	default:
		return false;
	}
}

bool
chat_event(struct chat *c, struct chat_event *ret_event)
{
	struct chat_event ev = { .kind = CHAT_TEXT };

	if (!c->has_input)
		return false;
	bool several = c->input.type == MSG_ACK;
	bool found = several ? ack_event(c, &ev) : one_event(c, &ev);
	c->has_input = several && found;
	if (found)
		*ret_event = ev;
	return found;
}

bool
chat_is_full(const struct chat *c)
{
	return c->ack_count >= CHAT_ACK_BATCH || c->nack_count >= NACKS_MAX / 2;
}

static bool
put_small(struct chat *c, const struct msg *m, struct chat_packet *out)
{
	int err = msg_encode(m, c->small, sizeof(c->small), &out->size);

	assert(err == 0);
	(void)err;
	out->bytes = c->small;
	return true;
}

static bool
output_acks(struct chat *c, struct chat_packet *out)
{
	struct msg m = { .type = MSG_ACK, .ack = { .state = ACK_STORED } };

	m.ack.count =
	    c->ack_count < CHAT_ACK_BATCH ? c->ack_count : CHAT_ACK_BATCH;
	memcpy(m.ack.ids, c->acks, m.ack.count * sizeof(*c->acks));
	c->ack_count -= m.ack.count;
	memmove(
	    c->acks, c->acks + m.ack.count, c->ack_count * sizeof(*c->acks));
	return put_small(c, &m, out);
}

static bool
output_status(struct chat *c, struct chat_packet *out)
{
	struct msg m = {
		.type = MSG_STATUS,
		.status = {
			.away = c->away,
			.text = untrusted_of(c->status, c->status_size),
		},
	};

	c->status_due = false;
	return put_small(c, &m, out);
}

static bool
output_text(struct chat *c, struct chat_packet *out)
{
	struct outgoing *o = c->unsent;

	if (o == NULL || c->flight >= CHAT_FLIGHT_MAX ||
	    (c->flight > 0 &&
		c->flight_bytes + o->size > CHAT_FLIGHT_BYTES_MAX))
		return false;
	c->unsent = o->next;
	c->flight++;
	c->flight_bytes += o->size;
	out->bytes = o->bytes;
	out->size = o->size;
	out->is_text = true;
	out->id = o->id;
	return true;
}

bool
chat_output(struct chat *c, struct chat_packet *ret_packet)
{
	*ret_packet = (struct chat_packet){ 0 };
	if (!c->up)
		return false;
	if (c->ack_count > 0)
		return output_acks(c, ret_packet);
	if (c->nack_count > 0) {
		struct msg m = { .type = MSG_NACK,
			.nack = c->nacks[--c->nack_count] };
		return put_small(c, &m, ret_packet);
	}
	if (c->status_due)
		return output_status(c, ret_packet);
	if (c->typing_due) {
		struct msg m = { .type = MSG_TYPING,
			.typing = { .on = c->typing } };
		c->typing_due = false;
		return put_small(c, &m, ret_packet);
	}
	return output_text(c, ret_packet);
}
