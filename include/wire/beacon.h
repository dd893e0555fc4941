/* SPDX-License-Identifier: MIT */
/*
 * The discovery datagram: announcement, goodbye, solicitation, shout. Layout
 * and field numbers: doc/PROTOCOL, "Discovery". Signed over everything before
 * the signature in the domain "earshot-disc-v1".
 */
#ifndef WIRE_BEACON_H
#define WIRE_BEACON_H

#include "base/id.h"
#include "base/peer_text.h"
#include "crypto/identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BEACON_MAX = 1200, /* the QUIC minimum, RFC 9000 §14 */
	BEACON_HEADER_SIZE = 96,
	BEACON_MIN = BEACON_HEADER_SIZE + SIGNATURE_SIZE,
	/* A solicitation is at least this long, so that no answer is longer
	 * than its question. */
	BEACON_SOLICIT_MIN = 512,
	SHOUT_TEXT_MAX = 512, /* bytes */
	BEACON_VERSION_TEXT_MAX = 16,
	PROTOCOL_MAJOR = 1,
};

enum beacon_type {
	BEACON_ANNOUNCE = 1,
	BEACON_GOODBYE = 2,
	BEACON_SOLICIT = 3, /* announces too, and asks for answers */
	BEACON_SHOUT = 4,
};

enum beacon_flag {
	BEACON_REPLY = 1 << 0,
	BEACON_AWAY = 1 << 1,
	BEACON_BUSY = 1 << 2,
	BEACON_QUIET = 1 << 3, /* do not list */
};

struct beacon {
	uint8_t type;  /* enum beacon_type */
	uint8_t flags; /* enum beacon_flag */
	uint32_t epoch, seq;
	uint8_t instance[INSTANCE_SIZE];
	uint8_t ed_public[ED_PUBLIC_SIZE], x_public[NOISE_KEY_SIZE];
	uint16_t tcp_port, udp_port; /* 0 = none */
	uint16_t interval_s;
	uint64_t capabilities;
	struct untrusted name, status, version; /* size 0 when absent */
	/* BEACON_SHOUT only. */
	struct msg_id shout_id;
	struct untrusted shout_text;
	int64_t shout_sent_ms;
};

/*
 * Encodes and signs; id must hold the keys that the beacon names. ERR_LIMIT
 * when a field or the whole is too long. *ret_size <= BEACON_MAX.
 */
int beacon_encode(const struct beacon *b, const struct identity *id,
    uint8_t out[static BEACON_MAX], size_t *ret_size);
/*
 * Decodes without looking at the signature (it costs 40 µs; callers check
 * everything cheaper first). Strings borrow from the input. ERR_SHORT,
 * ERR_FORMAT, ERR_VERSION, ERR_LIMIT, ERR_UNSUPPORTED.
 */
int beacon_decode(const uint8_t *p, size_t n, struct beacon *ret_beacon);
/* Whether the signature of a datagram that decoded is good. */
bool beacon_verify(const uint8_t *p, size_t n, const struct beacon *b);
/* Fingerprint of the keys inside. */
void beacon_fp(const struct beacon *b, struct fp *ret_fp);

#endif
