/* SPDX-License-Identifier: MIT */
/* Datagrams of four hosts, texts of ours, and time, in any order; each datagram
 * stands behind a byte of kind, one of time, and its length. */
#include "base/rd.h"
#include "fuzz.h"
#include "ipmsg_kit.h"

#include <string.h>

static void
act(struct kit_machine *k, uint8_t op)
{
	struct ipmsg_who who;
	size_t cursor = op / 16 % 4;

	ipmsg_ask_lists(k->m, kit_time(k));
	if (!ipmsg_each(k->m, &cursor, &who))
		return;
	ipmsg_ask(k->m, kit_time(k), who.handle, op % 2);
	kit_say(k, who.handle, op, op & 64 ? "text" : "文字");
	if (k->event_count > 0)
		ipmsg_opened(k->m, kit_time(k), who.handle, &k->events[0].e.id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	struct kit_machine *k = kit_machine_new(1);

	ipmsg_start(k->m, kit_time(k));
	while (r.left > 4) {
		uint8_t op = rd_u8(&r);
		int64_t later = rd_u8(&r);
		size_t n = rd_u16(&r);
		n = n < r.left ? n : r.left;
		struct addr from = kit_host(10 + op % 4);
		k->stores = op < 200;
		kit_hear(k, &from, op & 32, rd_span(&r, n), n);
		act(k, op);
		kit_forget(k);
		kit_run(k, k->now_ms + later * later);
		kit_forget(k);
		check(ipmsg_deadline(k->m) > k->now_ms);
	}
	kit_machine_free(k);
	return 0;
}
