/* SPDX-License-Identifier: MIT */
/* The first byte chooses; in pieces of any size no message passes the bound. */
#include "proto/framing.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct framing *f = framing_new(size > 0 ? data[0] & 3 : 0);
	struct framing_message m;

	for (size_t i = 1, n; i < size; i += n) {
		n = data[i] % 64u < size - i ? data[i] % 64u + 1 : size - i;
		framing_input(f, (struct now){ (int64_t)i, 0 }, data + i, n);
		framing_tick(f, (struct now){ (int64_t)(i + data[i]), 0 });
		while (framing_next(f, &m) == 1)
			check(m.size <= FRAMING_MAX);
		check(framing_left(f) <= FRAMING_MAX + 4 + 64);
	}
	framing_end(f);
	framing_free(f);
	return 0;
}
