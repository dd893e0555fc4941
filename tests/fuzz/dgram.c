/* SPDX-License-Identifier: MIT */
/* What comes in as a datagram, from a stranger for a responder and an open
 * session, and as frames from the proven other end; while time goes on. */
#include "base/rd.h"
#include "dgram_kit.h"
#include "fuzz.h"
#include "proto/dgram_state.h"

#include <sodium.h>

enum { TO_RESPONDER = 1, TO_OPEN = 2, ANSWERED = 4 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	static struct kit k;
	static struct kit_end stranger;
	static struct kit_packet p;

	if (sodium_init() < 0)
		return 0;
	kit_open(&k, 1, 5);
	kit_end_init(&stranger, 9, NOISE_RESPONDER, k.now, 0);
	while (k.r.error == 0 && r.left > 3) {
		uint8_t what = rd_u8(&r);
		bool sealed = (what & (TO_RESPONDER | TO_OPEN)) == 0;
		size_t max = sealed ? PACKET_FRAMES_MAX : PACKET_MAX;
		size_t n = 1 + rd_u16(&r) % max;
		n = n < r.left ? n : r.left;
		const uint8_t *bytes = rd_span(&r, n);
		struct addr from = kit_addr(0x0a000001, 4000 + (what >> 6));
		if (sealed) {
			kit_seal_bytes(&k, &k.i, bytes, n, &p);
			kit_give(&k.r, k.now, &from, p.bytes, p.size);
		} else {
			kit_give((what & TO_OPEN) != 0 ? &k.r : &stranger,
			    k.now, &from, bytes, n);
		}
		kit_send(&k, &k.r, 1 + (size_t)what * 10);
		k.weather.loss = (what & ANSWERED) != 0 ? 0 : 1000;
		kit_run(&k, (int64_t)(what >> 3 & 7) << (what >> 4));
		check(stranger.messages == 0 && stranger.readies == 0);
		check(reassembly_held(k.r.dgram->reassembly) <=
		      DGRAM_REORDER_BYTES);
	}
	kit_end_clear(&stranger);
	kit_clear(&k);
	return 0;
}
