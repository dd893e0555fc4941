/* SPDX-License-Identifier: MIT */
/*
 * DATA packets, from cheap to dear: for us, not seen before, opens; only then
 * is anything changed. What is inside comes from the proven other end, so from
 * there on a broken rule ends the session.
 */
#include "base/err.h"
#include "proto/dgram_state.h"

#include <string.h>

/* What the other end no longer needs from us, and what it has to get again. */
void
dgram_settle(struct dgram *d)
{
	struct recovery_sent sent;

	while (recovery_take(&d->recovery, &sent)) {
		bool lost = sent.fate == RECOVERY_LOST;
		d->counters.lost += lost;
		for (unsigned i = 0; i < sent.count; i++) {
			if (lost)
				outgoing_lost(&d->outgoing, &sent.frames[i]);
			else
				outgoing_acked(&d->outgoing, &sent.frames[i]);
		}
	}
}

static int
ack_input(struct dgram *d, struct now now, const struct frame *f)
{
	int r = recovery_ack(&d->recovery, now.mono_ms, f);

	if (r < 0)
		return r;
	keys_acked(&d->keys, f->largest);
	dgram_settle(d);
	uint32_t taken = d->outgoing.taken;
	r = outgoing_window(&d->outgoing, f->window);
	if (d->outgoing.taken != taken) {
		d->persist_ms = NEVER_MS;
		d->persist_gap_ms = DGRAM_PTO_FIRST_MS;
	}
	return r;
}

static void
ping_input(struct dgram *d, const struct frame *f)
{
	d->pong_due = true;
	memcpy(d->pong_token, f->token, sizeof(d->pong_token));
}

static void
close_input(struct dgram *d, const struct frame *f)
{
	d->step = STEP_CLOSED;
	d->close_event = true;
	d->close_reason = f->reason;
}

/* 1; 0 when the packet must not be acknowledged. */
static int
frame_input(struct dgram *d, struct now now, const struct frame *f)
{
	int r = 0;

	switch (f->kind) {
	case FRAME_FRAGMENT:
		d->fragment_ms = now.mono_ms;
		return reassembly_input(d->reassembly, now, f);
	case FRAME_ACK:
		r = ack_input(d, now, f);
		break;
	case FRAME_PING:
		ping_input(d, f);
		break;
	case FRAME_PONG:
		path_pong(d, f->token);
		break;
	case FRAME_CLOSE:
		close_input(d, f);
		break;
	case FRAME_READY:
		break;
	}
	return r < 0 ? r : 1;
}

static bool
wants_ack(const struct frame *f)
{
	return f->kind == FRAME_FRAGMENT || f->kind == FRAME_PING ||
	       f->kind == FRAME_READY;
}

static int
frames_input(struct dgram *d, struct now now, uint64_t number,
    struct frame_reader reader)
{
	struct frame f;
	bool wanted = false, kept = true;
	int r;

	while ((r = frame_next(&reader, &f)) == 1) {
		r = frame_input(d, now, &f);
		if (r < 0)
			return r;
		kept &= r == 1;
		wanted |= wants_ack(&f);
	}
	if (r == 0 && kept)
		acks_add(&d->acks, now.mono_ms, number, wanted);
	return r;
}

/* READY is only what makes a first packet: any packet that opens proves as
 * much, and the first one may be lost. */
static void
open_session(struct dgram *d, struct now now)
{
	handshake_free(d);
	d->step = STEP_OPEN;
	d->ready_event = true;
	d->message_ms = now.mono_ms;
}

int
data_input(struct dgram *d, struct now now, const struct addr *from,
    const struct packet *packet)
{
	uint8_t plain[PACKET_FRAMES_MAX];

	if (packet->receiver != d->id ||
	    (d->step != STEP_CONFIRM && d->step != STEP_OPEN))
		return 0;
	if (!window_check(&d->window, packet->counter)) {
		d->counters.replayed++;
		return 0;
	}
	if (keys_open(&d->keys, now.mono_ms, packet, plain) < 0) {
		d->counters.forged++;
		return 0;
	}
	bool newest = packet->counter >= d->window.next;
	window_mark(&d->window, packet->counter);
	d->counters.received++;
	d->heard_ms = now.mono_ms;
	d->dead_ms = NEVER_MS;
	path_heard(d, from, PACKET_HEADER_SIZE + packet->size, newest);
	if (d->step == STEP_CONFIRM)
		open_session(d, now);
	struct frame_reader reader = { plain, packet->size - PACKET_TAG_SIZE };
	return frames_input(d, now, packet->counter, reader);
}
