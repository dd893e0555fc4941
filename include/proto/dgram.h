/* SPDX-License-Identifier: MIT */
/*
 * One encrypted session over datagrams, with the calls, the events and the
 * promises of proto/session.h: messages up to MSG_MAX bytes arrive in order,
 * each once, or the session ends. Below that it acknowledges, measures,
 * resends, keeps to a congestion window, follows a peer that moves, and
 * changes keys. Sans-IO. doc/PROTOCOL, "Datagram sessions".
 *
 * Each direction moves to a key made from its last one by Noise's one-way
 * Rekey, every DGRAM_REKEY_MS or rekey_packets. No new handshake: what was said
 * stays closed to who takes a later key, as over TCP, and a session ends after
 * SESSION_LIFE_MS, so whoever took a key has it for no longer than that.
 *
 * Which datagram belongs to which session its owner finds by the id in the
 * header (wire/packet.h); proto/gate.h stands before the first one.
 *
 * Any negative result is final: the owner drops the session.
 */
#ifndef PROTO_DGRAM_H
#define PROTO_DGRAM_H

#include "base/addr.h"
#include "base/now.h"
#include "proto/session.h"
#include "wire/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DGRAM_WINDOW_BITS = 2048, /* replay window, packets */
	DGRAM_REORDER_MESSAGES = 256,
	DGRAM_REORDER_BYTES = 256 * 1024,
	/* Beside the first message that was not pulled: what a sender may have
	 * there, each counted without the zeros at its end, which are padding
	 * and need no memory. It leaves room for any first one within
	 * DGRAM_REORDER_BYTES. */
	DGRAM_AHEAD_BYTES = 174000,
	/* A message is missing and no fragment came for so long: reset. */
	DGRAM_HOLE_MS = 30000,
	DGRAM_QUEUE_MAX = 4 * 1024 * 1024, /* as SESSION_OUTPUT_MAX */
	/* RFC 9002 §6: lost after 3 newer, or 9/8 of a round trip. */
	DGRAM_LOSS_PACKETS = 3,
	DGRAM_PTO_FIRST_MS = 500,
	DGRAM_PTO_MAX_MS = 8000,
	DGRAM_ACK_DELAY_MS = 25,
	DGRAM_STUCK_MS = 15000, /* without progress: ERR_TIMEOUT */
	/* Packets; RFC 9002 §7.2 for the first and the least. */
	DGRAM_CWND_FIRST = 10,
	DGRAM_CWND_MIN = 2,
	DGRAM_CWND_MAX = 512,
	/* So few losses within a round trip that got no longer are no
	 * congestion: radio and bad cables lose packets, too. An eighth of what
	 * was under way within these bounds, or a 32nd of more. */
	DGRAM_LONE_LOSSES = 2,
	DGRAM_LONE_LOSSES_MAX = 4,
	DGRAM_REKEY_MS = 30 * 60000,
	/* The hard stop for a direction that does not change its key. */
	DGRAM_KEY_LIFE_MS = 60 * 60000,
	DGRAM_OLD_KEY_MS = 30000,
	/* Towards an address that has not answered a PING yet. */
	DGRAM_UNPROVEN_FACTOR = 3,
};

struct dgram_cfg {
	const struct identity *identity; /* borrowed for the call only */
	struct rng rng;
	enum noise_role role;
	struct hello hello;     /* ours; borrowed for the call only */
	uint32_t id;            /* ours; the owner keeps ids apart; never 0 */
	struct addr peer;       /* where the other end is */
	uint64_t rekey_packets; /* 0: 2^32 */
};

struct dgram_packet {
	struct addr to;
	size_t size;
	uint8_t bytes[PACKET_MAX];
};

struct dgram;

/* As initiator the first datagram is due at once; as responder the HELLO that
 * the gate let through is the first dgram_input. */
struct dgram *dgram_new(const struct dgram_cfg *cfg, struct now now);
/* Wipes. NULL is fine. */
void dgram_free(struct dgram *d);

/* A datagram for this session. 0 also for what is dropped and counted: a
 * stranger can send anything. Negative only for what the proven other end did
 * (an acknowledgement of what was never sent, a broken frame, a message that
 * breaks the rules), and for a first HELLO that cannot be answered. */
int dgram_input(struct dgram *d, struct now now, const struct addr *from,
    const uint8_t *p, size_t n);
/* 1 and an event, 0 when there is none, or why it ended. */
int dgram_next(
    struct dgram *d, struct now now, struct session_event *ret_event);
/* Goes on after SESSION_HELLO. */
int dgram_accept(struct dgram *d, struct now now);

bool dgram_is_ready(const struct dgram *d);
/* A complete message or event waits for dgram_next; while the owner leaves it
 * there the advertised window closes: nothing is dropped. */
bool dgram_has_input(const struct dgram *d);
enum noise_role dgram_role(const struct dgram *d);
const uint8_t *dgram_hash(const struct dgram *d);
/* Where the newest authenticated datagram came from. */
const struct addr *dgram_peer(const struct dgram *d);

/* Queues a message of at most MSG_MAX bytes. ERR_STATE, ERR_LIMIT. */
int dgram_send(struct dgram *d, struct now now, const uint8_t *p, size_t n);
/* Says goodbye, a few times over, all of it in the output at once: nothing can
 * be sent after. What was not acknowledged by then may not arrive. Also after
 * an error, since no end of a stream tells the other end. */
void dgram_close(struct dgram *d, struct now now, uint8_t reason);
/* The next datagram that is due; call until false after every input, pulled
 * message, send, accept, close, probe and tick. */
bool dgram_output(
    struct dgram *d, struct now now, struct dgram_packet *ret_packet);

void dgram_probe(struct dgram *d, struct now now);
void dgram_keep(struct dgram *d, bool keep);
/* 0; ERR_TIMEOUT (handshake, silence, no progress), ERR_CLOSED (it ended
 * itself, for age or idleness). */
int dgram_tick(struct dgram *d, struct now now);
int64_t dgram_deadline(const struct dgram *d);
int64_t dgram_rtt_ms(const struct dgram *d);

struct dgram_counters {
	uint64_t sent, received, resent, lost, replayed, forged, moved;
};
const struct dgram_counters *dgram_counters(const struct dgram *d);

#endif
