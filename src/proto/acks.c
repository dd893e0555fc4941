/* SPDX-License-Identifier: MIT */
#include "proto/acks.h"

#include "base/now.h"
#include "proto/dgram.h"

enum { REACH = 64, ENOUGH = 2 };

void
acks_init(struct acks *a)
{
	*a = (struct acks){ .due_ms = NEVER_MS };
}

static void
note(struct acks *a, int64_t now_ms, uint64_t number)
{
	if (a->any && number <= a->largest) {
		uint64_t back = a->largest - 1 - number;
		if (back < REACH)
			a->bits |= UINT64_C(1) << back;
		return;
	}
	uint64_t ahead = a->any ? number - a->largest : REACH + 1;
	a->bits = ahead < REACH ? a->bits << ahead : 0;
	if (ahead <= REACH)
		a->bits |= UINT64_C(1) << (ahead - 1);
	a->any = true;
	a->largest = number;
	a->largest_ms = now_ms;
}

/* At once for every second packet, and for one that came late or after a gap:
 * the sender is waiting to know what was lost (RFC 9000 §13.2.1). */
void
acks_add(struct acks *a, int64_t now_ms, uint64_t number, bool wanted)
{
	bool expected = number == (a->any ? a->largest + 1 : 0);

	note(a, now_ms, number);
	if (!wanted)
		return;
	if (++a->waiting >= ENOUGH || !expected)
		a->due_ms = now_ms;
	else
		a->due_ms = earlier_ms(a->due_ms, now_ms + DGRAM_ACK_DELAY_MS);
}

void
acks_hurry(struct acks *a, int64_t now_ms)
{
	if (!a->any)
		return;
	if (a->waiting == 0)
		a->waiting = 1;
	a->due_ms = earlier_ms(a->due_ms, now_ms);
}

void
acks_frame(const struct acks *a, int64_t now_ms, struct frame *ret_frame)
{
	int64_t delay_ms = now_ms - a->largest_ms;

	*ret_frame = (struct frame){
		.kind = FRAME_ACK,
		.largest = a->largest,
		.bits = a->bits,
		.delay_ms =
		    delay_ms < UINT16_MAX ? (uint16_t)delay_ms : UINT16_MAX,
	};
}

void
acks_sent(struct acks *a)
{
	a->waiting = 0;
	a->due_ms = NEVER_MS;
}
