/* SPDX-License-Identifier: MIT */
/* What comes in on a connection, in pieces of up to 255 bytes. */
#include "base/rd.h"
#include "fuzz.h"
#include "session_kit.h"

#include <sodium.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct now now = { .mono_ms = 1 };
	struct rd r = rd_of(data, size);
	static struct end end;
	int err = 0;

	if (sodium_init() < 0)
		return 0;
	end_init(&end, 1, NOISE_RESPONDER, now, 0);
	while (err == 0 && r.left > 1) {
		size_t n = rd_u8(&r);
		n = n < r.left ? n : r.left;
		err = end_give(&end, now, rd_span(&r, n), n);
		now.mono_ms++;
	}
	check(end.messages == 0);
	end_clear(&end);
	return 0;
}
