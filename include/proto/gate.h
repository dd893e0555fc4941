/* SPDX-License-Identifier: MIT */
/*
 * Before a datagram session: what a HELLO of a stranger may cost us. In quiet
 * times it is let through; in a crowd the stranger first shows that it
 * receives where it says it is, by bringing back a cookie that costs us one
 * hash and no memory. doc/PROTOCOL, "Datagram sessions".
 */
#ifndef PROTO_GATE_H
#define PROTO_GATE_H

#include "base/addr.h"
#include "base/now.h"
#include "crypto/rng.h"
#include "wire/packet.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	GATE_HALF_OPEN_MAX = 256,
	/* Half-open ones of a host that came without a cookie, and as many
	 * with one: who writes somebody's address cannot shut him out. Ten
	 * times as many on loopback. */
	GATE_PER_HOST_MAX = 8,
	GATE_LIFE_MS = 5000,
	GATE_COOKIE_HALF_OPEN = 64, /* from here on, and above … */
	GATE_COOKIE_PER_S = 50,     /* … this rate: cookies only */
	GATE_SECRET_MS = 120000,    /* the one before is good as well */
};

enum gate_verdict {
	GATE_DROP,
	GATE_RETRY, /* answer with ret_retry, remember nothing */
	GATE_PASS,  /* make a session; gate_done when its handshake ended */
};

struct gate;

struct gate *gate_new(const struct rng *rng, struct now now);
void gate_free(struct gate *g);
/* hello: decoded, of kind PACKET_HELLO; of another version or suite it is
 * dropped. The same HELLO again (same source and
 * initiator id) while its session is half open is GATE_DROP: the owner has
 * routed it to the session before (gate_find). */
enum gate_verdict gate_judge(struct gate *g, struct now now,
    const struct addr *from, const struct packet *hello,
    uint8_t ret_retry[static PACKET_MAX], size_t *ret_size);
/* The half-open session that this HELLO began, by the id given to gate_pass;
 * 0 when there is none. */
uint32_t gate_find(
    const struct gate *g, const struct addr *from, uint32_t initiator_id);
/* Right after GATE_PASS: our id of the session that was made for it, not 0.
 * Remembered for GATE_LIFE_MS. Without this call it was not let in. */
void gate_pass(struct gate *g, struct now now, const struct addr *from,
    uint32_t initiator_id, uint32_t id);
/* The handshake of our session id ended, well or not. */
void gate_done(struct gate *g, uint32_t id);

#endif
