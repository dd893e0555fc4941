/* SPDX-License-Identifier: MIT */
#include "proto/chat.h"

#include "base/err.h"
#include "base/mem.h"
#include "proto/postbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	NACKS_MAX = 64,
	SMALL_MAX = 1024,  /* every message but a post */
	WIRE_KEPT = 16384, /* a larger buffer is not kept for the next post */
};

struct refused {
	struct msg_id id;
	uint8_t code; /* enum nack_code; 0: it came again, as another */
};

struct chat {
	struct rng rng;
	bool up;

	uint64_t next_seq;
	struct postbox box;
	uint8_t *wire; /* the post that was given out last */
	size_t wire_cap;

	/* Of theirs: the highest that came, and that is stored. Between them
	 * is what the owner still has to store. */
	uint64_t received_seq, stored_seq;
	struct refused *refused; /* a ring, made with the first */
	size_t refused_count, refused_next;

	struct msg_id acks[CHAT_ACKS_MAX];
	size_t ack_count;
	struct msg_nack nacks[NACKS_MAX];
	size_t nack_count;
	struct msg_id *calls; /* made with the first */
	size_t call_count;
	struct msg_id shown;
	bool has_shown, shown_due;

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

static void
begin(struct chat *c, const struct rng *rng, uint64_t next_seq)
{
	*c = (struct chat){
		.rng = *rng,
		.next_seq = next_seq,
		.typing_ms = -CHAT_TYPING_AGAIN_MS,
	};
}

struct chat *
chat_new(const struct rng *rng, uint32_t epoch)
{
	struct chat *c = xmalloc(sizeof(*c));

	begin(c, rng, (uint64_t)epoch << 32 | 1);
	return c;
}

static void
free_inside(struct chat *c)
{
	postbox_clear(&c->box);
	free(c->refused);
	free(c->calls);
	free(c->wire);
}

void
chat_free(struct chat *c)
{
	if (c == NULL)
		return;
	free_inside(c);
	free(c);
}

void
chat_forget(struct chat *c)
{
	struct rng rng = c->rng;

	assert(!c->up);
	free_inside(c);
	begin(c, &rng, c->next_seq);
}

void
chat_remember(struct chat *c, uint64_t received_seq, uint64_t sent_seq)
{
	c->received_seq = c->stored_seq = received_seq;
	c->box.sent_seq = sent_seq;
}

static bool
is_sendable(const struct chat_post *p)
{
	switch (p->type) {
	case MSG_TEXT:
		return p->size > 0 && p->size <= TEXT_MAX;
	case MSG_EDIT:
		return p->has_target && p->size > 0 && p->size <= TEXT_MAX;
	case MSG_DELETE:
		return p->has_target && p->size == 0;
	case MSG_REACT:
		return p->has_target && p->size <= REACTION_MAX;
	case MSG_FILE:
		return p->size > 0 && p->size <= FILE_NAME_MAX &&
		       p->file.size <= INT64_MAX;
	case MSG_FILE_STOP:
		return p->has_target && p->size == 0;
	default:
		return false;
	}
}

int
chat_send(struct chat *c, struct chat_post *post)
{
	if (!is_sendable(post))
		return ERR_LIMIT;
	rng_fill(&c->rng, post->id.b, sizeof(post->id.b));
	return chat_send_again(c, post);
}

int
chat_send_again(struct chat *c, struct chat_post *post)
{
	if (!is_sendable(post) || postbox_has(&c->box, &post->id))
		return ERR_LIMIT;
	post->seq = c->next_seq;
	int err = postbox_add(&c->box, post);
	if (err == 0)
		c->next_seq++;
	return err;
}

int
chat_restore(struct chat *c, const struct chat_post *post)
{
	struct chat_post p = *post;

	if (!is_sendable(post) || postbox_has(&c->box, &post->id))
		return ERR_FORMAT;
	/* Our start counter was set back since: the peer, who knows, would
	 * drop all that comes behind this number. */
	if (p.seq <= c->box.stored_seq || p.seq >= c->next_seq)
		p.seq = c->next_seq;
	int err = postbox_add(&c->box, &p);
	if (err < 0)
		return err;
	c->box.stored_seq = p.seq;
	c->next_seq += p.seq == c->next_seq ? 1 : 0;
	return 0;
}

void
chat_stored(struct chat *c, uint64_t seq)
{
	postbox_stored(&c->box, seq);
}

bool
chat_withdraw(struct chat *c, const struct msg_id *id)
{
	return postbox_remove(&c->box, id);
}

bool
chat_each(const struct chat *c, const void **cursor, struct chat_post *ret_post,
    bool *ret_in_flight)
{
	const struct posted *last = *cursor;
	const struct posted *p = last == NULL ? c->box.first : last->next;

	if (p == NULL)
		return false;
	*ret_post = p->post;
	*ret_in_flight = c->up && (c->box.unsent == NULL ||
				      p->post.seq < c->box.unsent->post.seq);
	*cursor = p;
	return true;
}

uint64_t
chat_received_seq(const struct chat *c)
{
	return c->stored_seq;
}

uint64_t
chat_sent_seq(const struct chat *c)
{
	return c->box.sent_seq;
}

void
chat_peer_epoch(struct chat *c, uint32_t epoch)
{
	if (epoch < c->received_seq >> 32)
		c->received_seq = c->stored_seq = 0;
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

void
chat_file_call(struct chat *c, const struct msg_id *id)
{
	if (!c->up || c->call_count >= CHAT_CALLS_MAX)
		return;
	if (c->calls == NULL)
		c->calls = xcalloc(CHAT_CALLS_MAX, sizeof(*c->calls));
	for (size_t i = 0; i < c->call_count; i++) {
		if (msg_id_equal(&c->calls[i], id))
			return;
	}
	c->calls[c->call_count++] = *id;
}

void
chat_shown(struct chat *c, const struct msg_id *id)
{
	c->has_shown = c->shown_due = id != NULL;
	if (id != NULL)
		c->shown = *id;
}

size_t
chat_waiting(const struct chat *c)
{
	return c->box.count;
}

bool
chat_has(const struct chat *c, const struct msg_id *id)
{
	return postbox_has(&c->box, id);
}

bool
chat_offers(const struct chat *c)
{
	return c->box.offers > 0;
}

void
chat_session_up(struct chat *c)
{
	c->up = true;
	postbox_rewind(&c->box);
	c->typing = c->typing_due = false;
	/* A plain one too: the peer may remember another of an earlier run. */
	c->status_due = true;
	c->shown_due = c->has_shown;
}

void
chat_session_down(struct chat *c)
{
	chat_session_up(c);
	c->up = false;
	/* The peer asks again for whatever it did not hear of. */
	c->ack_count = c->nack_count = c->call_count = 0;
}

static void
queue_ack(struct chat *c, const struct msg_id *id)
{
	if (c->up && c->ack_count < CHAT_ACKS_MAX)
		c->acks[c->ack_count++] = *id;
}

void
chat_ack(struct chat *c, const struct msg_id *id, uint64_t seq)
{
	/* One above all that came is from before the peer's start counter was
	 * set back. */
	if (seq > c->stored_seq && seq <= c->received_seq)
		c->stored_seq = seq;
	queue_ack(c, id);
}

static void
queue_nack(struct chat *c, const struct msg_id *id, uint8_t code)
{
	if (c->nack_count < NACKS_MAX)
		c->nacks[c->nack_count++] =
		    (struct msg_nack){ .id = *id, .code = code };
}

static void
remember_refused(struct chat *c, const struct msg_id *id, uint8_t code)
{
	if (c->refused == NULL)
		c->refused = xcalloc(CHAT_REFUSED_MAX, sizeof(*c->refused));
	c->refused[c->refused_next] =
	    (struct refused){ .id = *id, .code = code };
	c->refused_next = (c->refused_next + 1) % CHAT_REFUSED_MAX;
	if (c->refused_count < CHAT_REFUSED_MAX)
		c->refused_count++;
}

void
chat_refuse(struct chat *c, const struct msg_id *id, uint8_t code)
{
	remember_refused(c, id, code);
	queue_nack(c, id, code);
}

static uint8_t
code_of(int error)
{
	if (error == ERR_LIMIT)
		return NACK_TOO_LARGE;
	return error == ERR_UNSUPPORTED ? NACK_UNSUPPORTED : NACK_FORMAT;
}

static struct refused *
find_refused(struct chat *c, const struct msg_id *id)
{
	for (size_t i = 0; i < c->refused_count; i++) {
		struct refused *r = &c->refused[i];
		if (r->code != 0 && msg_id_equal(&r->id, id))
			return r;
	}
	return NULL;
}

/* Answers a post that came before as it was answered then. One that is not
 * stored yet will be answered when it is. */
static void
answer_again(struct chat *c, const struct msg_post *p)
{
	const struct refused *r = find_refused(c, &p->id);

	if (r != NULL)
		queue_nack(c, &p->id, r->code);
	else if (p->seq <= c->stored_seq)
		queue_ack(c, &p->id);
}

void
chat_input(struct chat *c, const uint8_t *p, size_t n)
{
	static const struct msg_id none;
	int err = msg_decode(p, n, &c->input);

	/* The number of nothing. */
	if (err == 0 && msg_is_post(c->input.type) && c->input.post.seq == 0)
		err = ERR_FORMAT;
	c->has_input = err == 0;
	c->input_at = 0;
	if (err < 0) {
		if (!msg_id_equal(&c->input.post.id, &none))
			queue_nack(c, &c->input.post.id, code_of(err));
		return;
	}
	if (msg_is_post(c->input.type) &&
	    c->input.post.seq <= c->received_seq) {
		answer_again(c, &c->input.post);
		c->has_input = false;
	}
}

static uint32_t
count_missing(const struct chat *c, uint64_t prev)
{
	if (c->received_seq == 0 || prev <= c->received_seq)
		return 0;
	return prev >> 32 == c->received_seq >> 32
		   ? (uint32_t)(prev - c->received_seq)
		   : 1;
}

static bool
post_event(struct chat *c, struct chat_event *ev)
{
	const struct msg_post *p = &c->input.post;
	struct refused *before = find_refused(c, &p->id);

	/* From now on it is answered as this one is. */
	if (before != NULL)
		before->code = 0;
	ev->kind = CHAT_POST;
	ev->type = c->input.type;
	ev->id = p->id;
	ev->seq = p->seq;
	ev->post = *p;
	ev->missing = count_missing(c, p->prev);
	c->received_seq = p->seq;
	return true;
}

/* Only what is in flight can be acknowledged or refused: an id that never went
 * out is somebody's guess. */
static bool
answered(
    struct chat *c, const struct msg_id *id, bool acked, struct chat_event *ev)
{
	struct chat_post post;

	if (!postbox_answered(&c->box, id, acked, &post))
		return false;
	ev->kind = acked ? CHAT_ACKED : CHAT_REFUSED;
	ev->type = post.type;
	ev->seq = post.seq;
	ev->row = post.row;
	ev->id = *id;
	return true;
}

/* A receipt names one, most often long acknowledged. */
static bool
shown_event(struct chat *c, const struct msg_ack *ack, struct chat_event *ev)
{
	if (ack->count != 1 || postbox_has(&c->box, &ack->ids[0]))
		return false;
	ev->kind = CHAT_SHOWN;
	ev->id = ack->ids[0];
	return true;
}

/* Who saw one has all before it, whose acknowledgements went with an earlier
 * session. */
static bool
answered_before(struct chat *c, const struct msg_id *id, struct chat_event *ev)
{
	const struct posted *first = c->box.first;

	if (!postbox_is_flying(&c->box, id) ||
	    msg_id_equal(&first->post.id, id))
		return false;
	struct msg_id before = first->post.id;
	return answered(c, &before, true, ev);
}

static bool
ack_event(struct chat *c, struct chat_event *ev)
{
	const struct msg_ack *ack = &c->input.ack;

	if (ack->state == ACK_SHOWN && ack->count == 1 && c->input_at == 0 &&
	    answered_before(c, &ack->ids[0], ev))
		return true;
	while (c->input_at < ack->count) {
		const struct msg_id *id = &ack->ids[c->input_at++];
		if (answered(c, id, ack->state != ACK_REFUSED, ev))
			return true;
	}
	/* Once, behind the answers. */
	if (ack->state != ACK_SHOWN || c->input_at > ack->count)
		return false;
	c->input_at = ack->count + 1;
	return shown_event(c, ack, ev);
}

static bool
nack_event(struct chat *c, struct chat_event *ev)
{
	const struct msg_nack *nack = &c->input.nack;

	if (!answered(c, &nack->id, false, ev)) {
		ev->kind = CHAT_NACKED;
		ev->id = nack->id;
	}
	ev->code = nack->code;
	return true;
}

static bool
one_event(struct chat *c, struct chat_event *ev)
{
	if (msg_is_post(c->input.type))
		return post_event(c, ev);
	switch (c->input.type) {
	case MSG_FILE_CALL:
		ev->kind = CHAT_FILE_CALL;
		ev->id = c->input.ref.target;
		return true;
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
	struct chat_event ev = { .kind = CHAT_POST };

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
output_shown(struct chat *c, struct chat_packet *out)
{
	struct msg m = { .type = MSG_ACK,
		.ack = {
		    .state = ACK_SHOWN, .count = 1, .ids = { c->shown } } };

	c->shown_due = false;
	return put_small(c, &m, out);
}

static bool
output_call(struct chat *c, struct chat_packet *out)
{
	struct msg m = { .type = MSG_FILE_CALL,
		.ref = { .target = c->calls[--c->call_count] } };

	return put_small(c, &m, out);
}

static void
reserve_wire(struct chat *c, size_t size)
{
	if (c->wire_cap >= size && c->wire_cap <= WIRE_KEPT)
		return;
	free(c->wire);
	c->wire = xmalloc(size);
	c->wire_cap = size;
}

static bool
output_post(struct chat *c, struct chat_packet *out)
{
	uint64_t prev;
	const struct posted *p = postbox_next(&c->box, &prev);

	if (p == NULL)
		return false;
	struct msg m = {
		.type = p->post.type,
		.post = {
			.id = p->post.id,
			.seq = p->post.seq,
			.prev = prev,
			.sent_ms = p->post.sent_ms,
			.flags = p->post.flags,
			.has_target = p->post.has_target,
			.target = p->post.target,
			.text = untrusted_of(p->post.text, p->post.size),
			.file = p->post.file,
			.end = p->post.end,
		},
	};
	reserve_wire(c, p->cost);
	int err = msg_encode(&m, c->wire, c->wire_cap, &out->size);
	assert(err == 0);
	(void)err;
	out->bytes = c->wire;
	out->is_post = true;
	out->type = p->post.type;
	out->id = p->post.id;
	out->row = p->post.row;
	return true;
}

bool
chat_next_post(struct chat *c, struct chat_post *ret_post)
{
	uint64_t prev;
	const struct posted *p = c->up ? postbox_next(&c->box, &prev) : NULL;

	if (p == NULL)
		return false;
	*ret_post = p->post;
	return true;
}

bool
chat_answer(struct chat *c, const struct msg_id *id, bool acked,
    struct chat_post *ret_post)
{
	return c->up && postbox_answered(&c->box, id, acked, ret_post);
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
	if (c->shown_due)
		return output_shown(c, ret_packet);
	if (c->typing_due) {
		struct msg m = { .type = MSG_TYPING,
			.typing = { .on = c->typing } };
		c->typing_due = false;
		return put_small(c, &m, ret_packet);
	}
	if (c->call_count > 0)
		return output_call(c, ret_packet);
	return output_post(c, ret_packet);
}
