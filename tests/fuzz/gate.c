/* SPDX-License-Identifier: MIT */
/* Four bytes a step: a HELLO of some host and id, time that passes. */
#include "proto/gate.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 1);
	struct now now = { 0 };
	struct gate *g = gate_new(&rng, now);
	struct packet k = { .kind = PACKET_HELLO, .version = 1, .suite = 1 };
	uint8_t out[PACKET_MAX];
	size_t n;

	for (uint32_t id = 1; size >= 4; id++, data += 4, size -= 4) {
		struct addr from = { .family = ADDR_IPV4, .ip = { data[0] } };
		k.sender = data[1];
		now.mono_ms += (int64_t)data[2] * data[2] * 4;
		uint32_t known = gate_find(g, &from, k.sender);
		if (data[3] < 64)
			gate_done(g, known);
		enum gate_verdict v = gate_judge(g, now, &from, &k, out, &n);
		check(v != GATE_RETRY || packet_decode(out, n, &k) == 0);
		k.kind = PACKET_HELLO;
		k.version = k.suite = 1;
		if (v == GATE_PASS)
			gate_pass(g, now, &from, data[1], id);
		check(v != GATE_PASS || gate_find(g, &from, data[1]) == id);
	}
	gate_free(g);
	return 0;
}
