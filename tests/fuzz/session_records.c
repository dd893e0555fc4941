/* SPDX-License-Identifier: MIT */
/* A peer that holds the keys: flags, length and data of one record after the
 * other, while the session ticks and speaks. */
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
	static struct raw raw;
	static struct wire w;
	int err = 0;

	if (sodium_init() < 0)
		return 0;
	end_init(&end, 1, NOISE_RESPONDER, now, 2);
	raw_open(&raw, 2, &end, now);
	while (err == 0 && r.left > 2) {
		uint8_t flags = rd_u8(&r);
		size_t n = rd_u16(&r) % (RECORD_DATA_MAX + 1);
		n = n < r.left ? n : r.left;
		const uint8_t *p = rd_span(&r, n);
		w.size = 0;
		raw_record(&raw, &w, flags & 3, p, n);
		err = end_give(&end, now, w.bytes, w.size);
		if (n == 1 && *p == SESSION_CONTROL_REKEY && (flags & 3) == 1)
			noise_rekey(&raw.send);
		now.mono_ms += (int64_t)(flags >> 2) << (flags >> 4);
		session_tick(end.session, now);
		session_send(end.session, now, (const uint8_t *)"\1x", 2);
		end_take(&end, &w);
		check(session_deadline(end.session) > 0);
	}
	end_clear(&end);
	return 0;
}
