/* SPDX-License-Identifier: MIT */
/*
 * The life of a datagram session and the calls of its owner. The handshake is
 * in dgram_handshake.c, what comes in in dgram_input.c, what goes out in
 * dgram_output.c, where the other end is in dgram_path.c.
 */
#include "proto/dgram.h"

#include "base/err.h"
#include "base/mem.h"
#include "proto/dgram_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* A goodbye is not acknowledged, and a program that ends cannot wait:
	 * all of them go at once. */
	CLOSES = 3,
	/* The other end is told of its window when so much of it is new. */
	TELL_MESSAGES = DGRAM_REORDER_MESSAGES / 2,
	TELL_BYTES = DGRAM_AHEAD_BYTES / 4,
};

static void
forget_pings(struct dgram *d)
{
	int64_t spread = SESSION_PING_MS / 10;

	d->ping_gap_ms = SESSION_PING_MS - spread +
			 rng_below(&d->rng, (uint32_t)(2 * spread + 1));
}

struct dgram *
dgram_new(const struct dgram_cfg *cfg, struct now now)
{
	struct dgram *d = xcalloc(1, sizeof(*d));

	assert(cfg->id != 0);
	d->rng = cfg->rng;
	d->role = cfg->role;
	d->id = cfg->id;
	d->rekey_packets = cfg->rekey_packets;
	d->started_ms = d->heard_ms = d->message_ms = now.mono_ms;
	d->dead_ms = d->persist_ms = NEVER_MS;
	d->persist_gap_ms = DGRAM_PTO_FIRST_MS;
	d->keys.old_until_ms = NEVER_MS;
	path_init(&d->path, &cfg->peer);
	acks_init(&d->acks);
	recovery_init(&d->recovery, &d->rng);
	outgoing_init(&d->outgoing);
	d->reassembly = reassembly_new();
	forget_pings(d);
	handshake_start(d, cfg, now);
	return d;
}

void
dgram_free(struct dgram *d)
{
	if (d == NULL)
		return;
	handshake_free(d);
	keys_clear(&d->keys);
	recovery_clear(&d->recovery);
	outgoing_clear(&d->outgoing);
	reassembly_free(d->reassembly);
	free(d);
}

static bool
has_keys(const struct dgram *d)
{
	return d->step == STEP_CONFIRM || d->step == STEP_OPEN;
}

static int
end_if_failed(struct dgram *d, int r)
{
	if (r < 0) {
		d->may_close = has_keys(d);
		d->step = STEP_DEAD;
	}
	return r;
}

int
dgram_input(struct dgram *d, struct now now, const struct addr *from,
    const uint8_t *p, size_t n)
{
	struct packet packet;

	if (d->step == STEP_DEAD)
		return ERR_STATE;
	if (packet_decode(p, n, &packet) < 0)
		return 0;
	return end_if_failed(d, packet.kind == PACKET_DATA
				    ? data_input(d, now, from, &packet)
				    : handshake_input(d, now, &packet, p));
}

static void
pull_hello(struct dgram *d, struct session_event *ret_event)
{
	struct handshake *h = d->handshake;

	h->has_event = false;
	*ret_event = (struct session_event){ .kind = SESSION_HELLO };
	ret_event->fp = h->fp;
	ret_event->hello = h->hello;
}

static void
tell_window(struct dgram *d, struct now now)
{
	if (d->pulled - d->told >= TELL_MESSAGES ||
	    d->pulled_bytes >= TELL_BYTES)
		acks_hurry(&d->acks, now.mono_ms);
}

static int
pull_message(struct dgram *d, struct now now, struct session_event *ret_event)
{
	struct session_event ev = { .kind = SESSION_MESSAGE };

	if (!reassembly_next(d->reassembly, &ev.bytes, &ev.size))
		return 0;
	d->pulled++;
	d->pulled_bytes += ev.size;
	tell_window(d, now);
	/* As over a stream: these bytes are not for messages. */
	if (ev.bytes[0] >= SESSION_CONTROL)
		return ERR_UNSUPPORTED;
	d->message_ms = now.mono_ms;
	*ret_event = ev;
	return 1;
}

/* What was complete before the goodbye is delivered before it. */
int
dgram_next(struct dgram *d, struct now now, struct session_event *ret_event)
{
	if (d->step == STEP_DEAD)
		return 0;
	if (d->handshake != NULL && d->handshake->has_event) {
		pull_hello(d, ret_event);
		return 1;
	}
	if (d->ready_event) {
		d->ready_event = false;
		*ret_event = (struct session_event){ .kind = SESSION_READY };
		return 1;
	}
	int r = pull_message(d, now, ret_event);
	if (r != 0 || !d->close_event)
		return end_if_failed(d, r);
	d->step = STEP_DEAD;
	*ret_event = (struct session_event){ .kind = SESSION_CLOSED };
	ret_event->reason = d->close_reason;
	return 1;
}

bool
dgram_is_ready(const struct dgram *d)
{
	return d->step == STEP_OPEN;
}

bool
dgram_has_input(const struct dgram *d)
{
	if (d->step == STEP_DEAD)
		return false;
	return d->ready_event || d->close_event ||
	       (d->handshake != NULL && d->handshake->has_event) ||
	       reassembly_has_message(d->reassembly);
}

enum noise_role
dgram_role(const struct dgram *d)
{
	return d->role;
}

const uint8_t *
dgram_hash(const struct dgram *d)
{
	return d->hash;
}

const struct addr *
dgram_peer(const struct dgram *d)
{
	return &d->path.addr;
}

const struct dgram_counters *
dgram_counters(const struct dgram *d)
{
	return &d->counters;
}

int
dgram_send(struct dgram *d, struct now now, const uint8_t *p, size_t n)
{
	if (d->step != STEP_OPEN)
		return ERR_STATE;
	if (n == 0 || n > MSG_MAX || p[0] >= SESSION_CONTROL)
		return ERR_LIMIT;
	int r = outgoing_add(&d->outgoing, p, n);
	if (r == 0)
		d->message_ms = now.mono_ms;
	return r;
}

void
dgram_close(struct dgram *d, struct now now, uint8_t reason)
{
	(void)now;
	if (!has_keys(d) && !d->may_close)
		return;
	d->may_close = false;
	d->step = STEP_CLOSED;
	d->close_reason = reason;
	d->closes_left = CLOSES;
}

bool
dgram_output(struct dgram *d, struct now now, struct dgram_packet *ret_packet)
{
	if (handshake_output(d, now, ret_packet))
		return true;
	if (d->step == STEP_CLOSED)
		return close_output(d, now, ret_packet);
	if (!has_keys(d))
		return false;
	return data_output(d, now, ret_packet);
}

void
dgram_probe(struct dgram *d, struct now now)
{
	if (d->step != STEP_OPEN)
		return;
	d->ping_due = true;
	/* One under way is not put off: probes may come faster than that. */
	d->dead_ms = earlier_ms(d->dead_ms, now.mono_ms + SESSION_PROBE_MS);
}

void
dgram_keep(struct dgram *d, bool keep)
{
	d->keep = keep;
}

static int64_t
age_deadline(const struct dgram *d)
{
	int64_t end_ms =
	    earlier_ms(d->started_ms + SESSION_LIFE_MS, keys_end_ms(&d->keys));

	return d->keep ? end_ms
		       : earlier_ms(end_ms, d->message_ms + SESSION_IDLE_MS);
}

static int64_t
hole_deadline(const struct dgram *d)
{
	return reassembly_hole_ms(d->reassembly) == NEVER_MS
		   ? NEVER_MS
		   : d->fragment_ms + DGRAM_HOLE_MS;
}

/* While anything is under way, recovery notices a dead peer; a ping puts
 * something under way. */
static int64_t
ping_deadline(const struct dgram *d)
{
	return d->ping_due || recovery_flight(&d->recovery, 0) != NULL
		   ? NEVER_MS
		   : earlier_ms(
			 d->heard_ms + d->ping_gap_ms, keys_ask_ms(&d->keys));
}

static void
tick_pings(struct dgram *d, struct now now)
{
	if (now.mono_ms >= ping_deadline(d))
		d->ping_due = true;
	if (now.mono_ms < d->persist_ms)
		return;
	d->ping_due = true;
	d->persist_ms = NEVER_MS;
	d->persist_gap_ms = earlier_ms(2 * d->persist_gap_ms, DGRAM_PTO_MAX_MS);
}

static int
tick_open(struct dgram *d, struct now now)
{
	if (now.mono_ms >= age_deadline(d) ||
	    d->recovery.next >= WINDOW_COUNTER_END - DGRAM_NUMBERS_LEFT) {
		dgram_close(d, now, CLOSE_IDLE);
		return ERR_CLOSED;
	}
	if (now.mono_ms >= d->dead_ms || now.mono_ms >= hole_deadline(d))
		return ERR_TIMEOUT;
	tick_pings(d, now);
	return 0;
}

int
dgram_tick(struct dgram *d, struct now now)
{
	if (d->step < STEP_OPEN &&
	    now.mono_ms >= d->started_ms + SESSION_HANDSHAKE_MS)
		return ERR_TIMEOUT;
	if (!has_keys(d))
		return 0;
	keys_tick(&d->keys, now.mono_ms);
	path_tick(&d->path, now);
	int r = recovery_tick(&d->recovery, now.mono_ms);
	if (r < 0)
		return r;
	dgram_settle(d);
	return d->step == STEP_OPEN ? tick_open(d, now) : 0;
}

/* Towards an address with no room left nothing is due. */
static int64_t
ack_deadline(const struct dgram *d)
{
	return path_room(&d->path) < DGRAM_ROOM_MIN ? NEVER_MS : d->acks.due_ms;
}

static int64_t
turn_deadline(const struct dgram *d)
{
	struct frame f;

	return path_room(&d->path) == PACKET_MAX &&
		       outgoing_next(&d->outgoing, &f)
		   ? recovery_turn_ms(&d->recovery)
		   : NEVER_MS;
}

int64_t
dgram_deadline(const struct dgram *d)
{
	int64_t ms = NEVER_MS;

	if (d->step < STEP_OPEN)
		ms = handshake_deadline(d);
	if (!has_keys(d))
		return ms;
	ms = earlier_ms(ms, recovery_deadline(&d->recovery));
	ms = earlier_ms(ms, turn_deadline(d));
	ms = earlier_ms(ms, ack_deadline(d));
	ms = earlier_ms(ms, d->path.ping_ms);
	ms = earlier_ms(ms, keys_deadline(&d->keys));
	if (d->step != STEP_OPEN)
		return ms;
	ms = earlier_ms(ms, earlier_ms(d->dead_ms, hole_deadline(d)));
	ms = earlier_ms(ms, earlier_ms(d->persist_ms, ping_deadline(d)));
	return earlier_ms(ms, age_deadline(d));
}

int64_t
dgram_rtt_ms(const struct dgram *d)
{
	return d->recovery.measured ? d->recovery.srtt_us / 1000 : -1;
}
