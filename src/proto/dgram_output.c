/* SPDX-License-Identifier: MIT */
/*
 * What goes into the next DATA packet. An acknowledgement that is due comes
 * first; one that could wait takes what room is left.
 */
#include "base/err.h"
#include "proto/dgram_state.h"

#include <assert.h>
#include <string.h>

/* A packet in the making. */
struct load {
	uint8_t bytes[PACKET_FRAMES_MAX];
	size_t size, cap;
	bool wanted, has_ack, has_path_ping;
	struct recovery_sent sent;
};

static bool
put(struct load *l, const struct frame *f)
{
	size_t n;

	if (frame_put(f, l->bytes + l->size, l->cap - l->size, &n) < 0)
		return false;
	l->size += n;
	return true;
}

static bool
put_kind(struct load *l, enum frame_kind kind, const uint8_t token[8])
{
	struct frame f = { .kind = kind };

	memcpy(f.token, token, sizeof(f.token));
	return put(l, &f);
}

static void
put_ack(struct dgram *d, struct now now, struct load *l)
{
	struct frame f;

	acks_frame(&d->acks, now.mono_ms, &f);
	f.window = d->pulled + DGRAM_REORDER_MESSAGES - 1;
	l->has_ack = put(l, &f);
}

static void
put_ready(struct dgram *d, struct load *l)
{
	static const uint8_t none[8];

	if (!put_kind(l, FRAME_READY, none))
		return;
	d->ready_due = false;
	l->wanted = true;
}

static void
put_ping(struct dgram *d, struct load *l)
{
	uint8_t token[8];

	rng_fill(&d->rng, token, sizeof(token));
	if (!put_kind(l, FRAME_PING, token))
		return;
	d->ping_due = false;
	l->wanted = true;
}

/* The token goes to the address that it is about, and nowhere else. */
static void
put_path_ping(struct dgram *d, struct now now, struct load *l)
{
	struct path *path = &d->path;

	if (!put_kind(l, FRAME_PING, path->token))
		return;
	path->ping_due = false;
	path->ping_ms = now.mono_ms + path->gap_ms;
	path->gap_ms *= 2;
	l->wanted = true;
}

static bool
put_fragment(struct dgram *d, struct load *l, const struct frame *f)
{
	struct recovery_frame key = { f->message, f->index };

	if (l->sent.count == RECOVERY_FRAMES_MAX || !put(l, f))
		return false;
	l->sent.frames[l->sent.count++] = key;
	l->wanted = true;
	d->counters.resent += outgoing_sent(&d->outgoing, &key);
	return true;
}

static void
put_fragments(struct dgram *d, struct load *l)
{
	struct frame f;

	while (outgoing_next(&d->outgoing, &f))
		if (!put_fragment(d, l, &f))
			break;
}

/* Again what has waited longest for its acknowledgement; the second probe
 * begins one packet later. */
static void
put_probe(struct dgram *d, struct load *l)
{
	size_t from = RECOVERY_PROBES - d->recovery.probes;
	const struct recovery_sent *s;
	struct frame f;

	if (recovery_flight(&d->recovery, from) == NULL)
		from = 0;
	for (; (s = recovery_flight(&d->recovery, from)) != NULL; from++) {
		for (unsigned i = 0; i < s->count; i++)
			if (outgoing_find(&d->outgoing, &s->frames[i], &f) &&
			    !put_fragment(d, l, &f))
				return;
	}
	if (!l->wanted)
		put_ping(d, l);
}

/* Probes that find no room towards an unproven address, and every second one,
 * go to the one that is proven: if somebody else moved us, the answer brings
 * us back. */
static bool
goes_to_proven(const struct dgram *d)
{
	return !d->path.is_proven && d->recovery.probes > 0 &&
	       (d->recovery.probes == 1 ||
		   path_room(&d->path) < DGRAM_ROOM_MIN);
}

static void
fill(struct dgram *d, struct now now, struct load *l, bool to_proven)
{
	bool may_send = recovery_may_send(&d->recovery, now.mono_ms);
	bool may_ping = recovery_may_ping(&d->recovery);

	if (d->acks.any && now.mono_ms >= d->acks.due_ms)
		put_ack(d, now, l);
	if (d->pong_due && put_kind(l, FRAME_PONG, d->pong_token))
		d->pong_due = false;
	if (d->path.ping_due && may_ping && !to_proven)
		put_path_ping(d, now, l);
	if (d->ping_due && may_ping)
		put_ping(d, l);
	if (d->ready_due && may_send)
		put_ready(d, l);
	if (d->recovery.probes > 0 && may_send)
		put_probe(d, l);
	if (may_send)
		put_fragments(d, l);
	if (l->size > 0 && !l->has_ack && d->acks.waiting > 0)
		put_ack(d, now, l);
}

static void
seal(struct dgram *d, struct now now, const struct load *l,
    struct dgram_packet *ret_packet)
{
	struct packet packet = {
		.receiver = d->peer_id,
		.counter = recovery_number(&d->recovery, &d->rng),
	};

	memcpy(ret_packet->bytes + PACKET_HEADER_SIZE, l->bytes, l->size);
	/* Only the end of the nonces could stop it, and is far away. */
	int r = keys_seal(
	    &d->keys, now.mono_ms, &packet, ret_packet->bytes, l->size);
	assert(r == 0);
	(void)r;
	ret_packet->size = PACKET_HEADER_SIZE + l->size + PACKET_TAG_SIZE;
	d->counters.sent++;
	if (!l->wanted)
		return;
	struct recovery_sent sent = l->sent;
	sent.number = packet.counter;
	recovery_add(&d->recovery, now.mono_ms, &sent);
}

/* Nothing is under way that would bring a new window, and the packet that
 * brought one may be lost: ask. */
static void
start_persisting(struct dgram *d, struct now now)
{
	if (d->persist_ms == NEVER_MS &&
	    recovery_flight(&d->recovery, 0) == NULL &&
	    outgoing_is_blocked(&d->outgoing))
		d->persist_ms = now.mono_ms + d->persist_gap_ms;
}

bool
data_output(struct dgram *d, struct now now, struct dgram_packet *ret_packet)
{
	enum { OVERHEAD = PACKET_HEADER_SIZE + PACKET_TAG_SIZE };
	struct load l = { .size = 0 };
	bool to_proven = goes_to_proven(d);
	size_t room = to_proven ? (size_t)PACKET_MAX : path_room(&d->path);

	if (room < DGRAM_ROOM_MIN || d->recovery.next >= WINDOW_COUNTER_END - 2)
		return false;
	l.cap = room - OVERHEAD;
	fill(d, now, &l, to_proven);
	if (l.size == 0) {
		start_persisting(d, now);
		return false;
	}
	if (l.has_ack) {
		acks_sent(&d->acks);
		d->told = d->pulled;
		d->pulled_bytes = 0;
	}
	seal(d, now, &l, ret_packet);
	ret_packet->to = to_proven ? d->path.proven : d->path.addr;
	if (!to_proven)
		path_sent(&d->path, ret_packet->size);
	return true;
}

bool
close_output(struct dgram *d, struct now now, struct dgram_packet *ret_packet)
{
	struct load l = { .cap = PACKET_FRAMES_MAX };
	struct frame f = { .kind = FRAME_CLOSE, .reason = d->close_reason };

	if (d->closes_left == 0)
		return false;
	d->closes_left--;
	put(&l, &f);
	seal(d, now, &l, ret_packet);
	ret_packet->to = d->path.addr;
	return true;
}
