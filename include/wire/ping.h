/* SPDX-License-Identifier: MIT */
/*
 * Datagrams that ask for nothing but to come back: is there a way, and does it
 * take large ones? doc/PROTOCOL, "Pings".
 *
 *   "EARS" | major u8 | type u8 | u16 zero | nonce u64 | zeros
 *
 * An answer is as long as what it answers, and says nothing else: so it is a
 * weapon against nobody, and proves nothing of anybody.
 */
#ifndef WIRE_PING_H
#define WIRE_PING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PING_SIZE_MIN = 64,
	PING_SIZE_MAX = 1472, /* within 1500 bytes of IPv4 */
};

enum ping_type { PING_ASK = 5, PING_ANSWER = 6 };

struct ping {
	enum ping_type type;
	uint64_t nonce;
	size_t size;
};

/* By its first bytes: no other datagram begins so. */
bool ping_is(const uint8_t *p, size_t n);
/* ERR_SHORT, ERR_LIMIT, ERR_VERSION, ERR_FORMAT. */
int ping_decode(const uint8_t *p, size_t n, struct ping *ret_ping);
/* k->size bytes, within the bounds above. */
void ping_encode(const struct ping *k, uint8_t out[static PING_SIZE_MAX]);

#endif
