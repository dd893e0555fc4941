/* SPDX-License-Identifier: MIT */
/*
 * What the files of the datagram session share.
 */
#ifndef PROTO_DGRAM_STATE_H
#define PROTO_DGRAM_STATE_H

#include "proto/acks.h"
#include "proto/dgram.h"
#include "proto/keys.h"
#include "proto/outgoing.h"
#include "proto/reassembly.h"
#include "proto/recovery.h"
#include "proto/window.h"

enum dgram_step {
	STEP_HANDSHAKE, /* until the other end proved who it is */
	STEP_JUDGED,    /* the owner has the hello */
	STEP_CONFIRM,   /* waiting for a packet with the new keys */
	STEP_OPEN,
	STEP_CLOSED, /* we said CLOSE */
	STEP_DEAD,
};

enum {
	DGRAM_PREFIX_SIZE = 8, /* of a HELLO: a part of the prologue */
	DGRAM_RESEND_MS = 500,
	/* Handshake messages that turn out to be forged: more are not even
	 * looked at. */
	DGRAM_FORGED_MAX = 32,
	/* The least worth sending: an acknowledgement and a ping. */
	DGRAM_ROOM_MIN = PACKET_HEADER_SIZE + PACKET_TAG_SIZE + 23 + 9,
	/* Packet numbers left when the session ends itself. */
	DGRAM_NUMBERS_LEFT = 1 << 16,
};

/* What only the handshake needs; gone once both ends hold the keys. */
struct handshake {
	struct noise_keypair x;
	struct noise noise;
	uint8_t own_hello[HELLO_MAX];
	size_t own_hello_size;
	/* The HELLO or the ANSWER that we went on from. */
	uint8_t heard[HANDSHAKE_MAX];
	size_t heard_size;
	uint8_t first[NOISE_XX_1_OVERHEAD]; /* initiator: message 1 */
	uint8_t cookie[COOKIE_SIZE];
	bool has_cookie;
	/* What we said last, and when to say it again. */
	uint8_t packet[PACKET_MAX];
	size_t size;
	int64_t due_ms, gap_ms, first_ms;
	unsigned sent, forged;
	/* What the other end said it is. */
	uint8_t payload[HANDSHAKE_MAX];
	struct hello hello;
	struct fp fp;
	bool has_event;
};

/* Where the other end is. An address is proven when something came back that
 * had gone there only. */
struct path {
	struct addr addr, proven;
	bool is_proven;
	uint64_t received, sent; /* bytes, since it is not */
	uint8_t token[8];
	bool ping_due;
	int64_t ping_ms, gap_ms;
};

struct dgram {
	struct rng rng;
	enum noise_role role;
	enum dgram_step step;
	uint32_t id, peer_id;
	uint64_t rekey_packets;
	struct handshake *handshake; /* owned; NULL once open */
	uint8_t hash[HASH_SIZE];
	struct keys keys;
	struct window window;
	struct acks acks;
	struct recovery recovery;
	struct outgoing outgoing;
	struct reassembly *reassembly; /* owned */
	struct path path;

	bool ready_due, ready_event, close_event;
	bool ping_due, pong_due;
	uint8_t pong_token[8];
	unsigned closes_left;
	bool may_close; /* dead, but there are keys to say so with */
	uint8_t close_reason;

	uint32_t pulled, told; /* messages; told: as the other end knows */
	size_t pulled_bytes;   /* since we told */
	int64_t fragment_ms;   /* when the last one came */
	int64_t persist_ms, persist_gap_ms;

	bool keep;
	int64_t started_ms, message_ms, heard_ms, ping_gap_ms, dead_ms;
	struct dgram_counters counters;
};

/* dgram_handshake.c */
void handshake_start(
    struct dgram *d, const struct dgram_cfg *cfg, struct now now);
void handshake_free(struct dgram *d);
/* 0, or an error where there is nothing left to wait for. */
int handshake_input(struct dgram *d, struct now now,
    const struct packet *packet, const uint8_t *prefix);
bool handshake_output(
    struct dgram *d, struct now now, struct dgram_packet *ret_packet);
int64_t handshake_deadline(const struct dgram *d);

/* dgram_path.c */
void path_init(struct path *path, const struct addr *addr);
/* An authenticated packet of n bytes; newest: of all so far. */
void path_heard(
    struct dgram *d, const struct addr *from, size_t n, bool newest);
void path_pong(struct dgram *d, const uint8_t token[8]);
/* How large a datagram may be that goes there now. */
size_t path_room(const struct path *path);
/* One of n bytes went there. */
void path_sent(struct path *path, size_t n);
void path_tick(struct path *path, struct now now);

/* dgram_input.c */
int data_input(struct dgram *d, struct now now, const struct addr *from,
    const struct packet *packet);

/* After recovery changed: what was acknowledged or lost. */
void dgram_settle(struct dgram *d);

/* dgram_output.c */
bool data_output(
    struct dgram *d, struct now now, struct dgram_packet *ret_packet);
bool close_output(
    struct dgram *d, struct now now, struct dgram_packet *ret_packet);

#endif
