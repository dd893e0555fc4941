/* SPDX-License-Identifier: MIT */
/* Datagrams in a row, each behind a byte of time (in 64 ms) and its length;
 * those that decode come a second time, well signed. */
#include "base/rd.h"
#include "discover_kit.h"
#include "fuzz.h"

#include <sodium.h>
#include <string.h>

static void
resign(struct beacon *b, struct kit_datagram *g)
{
	struct identity id;

	kit_identity(&id, b->ed_public[0] % 4);
	memcpy(b->ed_public, id.ed_public, ED_PUBLIC_SIZE);
	memcpy(b->x_public, id.x.public, NOISE_KEY_SIZE);
	*g = kit_sign(b, &id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	struct kit_node node;
	struct sighting s;
	int64_t t = 0;

	if (sodium_init() < 0)
		return 0;
	kit_node_init(&node, 0, t);
	discover_start(node.d, kit_now(t));
	while (r.left > 0) {
		struct beacon b;
		struct kit_datagram g;
		t += rd_u8(&r) * 64;
		size_t n = rd_u16(&r) % (BEACON_MAX + 1);
		n = n < r.left ? n : r.left;
		const uint8_t *p = rd_span(&r, n);
		struct addr from = kit_addr((uint32_t)n);
		if (!p || discover_input(
			      node.d, kit_now(t), &from, true, p, n, &s) < 0)
			break;
		if (beacon_decode(p, n, &b) == 0) {
			resign(&b, &g);
			kit_hear(&node, t, &from, &g);
		}
		kit_drain(&node, t);
		discover_expire(node.d, kit_now(t), &s);
	}
	kit_node_clear(&node);
	return 0;
}
