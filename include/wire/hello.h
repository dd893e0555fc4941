/* SPDX-License-Identifier: MIT */
/*
 * The payload of handshake messages 2 and 3: who speaks, and what it can.
 * doc/PROTOCOL, "Hello".
 */
#ifndef WIRE_HELLO_H
#define WIRE_HELLO_H

#include "base/id.h"
#include "base/peer_text.h"
#include "crypto/identity.h"

#include <stddef.h>
#include <stdint.h>

enum {
	/* A handshake message is at most HANDSHAKE_MAX bytes; message 2 adds
	 * NOISE_XX_2_OVERHEAD to its payload. */
	HANDSHAKE_MAX = 1024,
	HELLO_MAX = HANDSHAKE_MAX - NOISE_XX_2_OVERHEAD,
	/* Of the message layer: the one we speak. */
	MESSAGE_VERSION = 1,
	/* Of capabilities, bits 16 to 31: the number of the initiator's wish */
	HELLO_WISH_SHIFT = 16,
};

enum hello_capability {
	/* The user of the initiator asked for this transport. */
	HELLO_CHOSEN = 1 << 0,
};

struct hello {
	uint8_t ed_public[ED_PUBLIC_SIZE];
	uint8_t instance[INSTANCE_SIZE];
	uint32_t epoch;
	uint16_t version_min, version_max; /* of the message layer */
	uint64_t capabilities;
	struct untrusted name; /* at most NAME_BYTES_MAX bytes */
	uint16_t tcp_port;     /* where this instance listens; 0 = nowhere */
	uint16_t udp_port;     /* session port; 0 = none */
	int64_t wall_ms;       /* for the clock notice only */
};

/* ERR_LIMIT when it does not fit. */
int hello_encode(
    const struct hello *h, uint8_t out[static HELLO_MAX], size_t *ret_size);
/* The name borrows from the input. ERR_SHORT, ERR_FORMAT (also version_min 0 or
 * above version_max), ERR_LIMIT, ERR_UNSUPPORTED. */
int hello_decode(const uint8_t *p, size_t n, struct hello *ret_hello);

#endif
