/* SPDX-License-Identifier: MIT */
/* Frames of any kind, one after the other; a byte 7 pulls. Bounded always. */
#include "proto/reassembly.h"
#include "fuzz.h"
#include "proto/dgram.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reassembly *r = reassembly_new();
	struct frame f;

	for (size_t i = 0; i < size; i++) {
		struct frame_reader at = { data + i, size - i };
		const uint8_t *bytes;
		size_t n;
		if (data[i] == 7 && reassembly_next(r, &bytes, &n))
			check(n > 0 && n <= MSG_MAX && bytes[n - 1] + 1 > 0);
		if (frame_next(&at, &f) != 1 || f.kind != FRAME_FRAGMENT)
			continue;
		if (reassembly_input(r, (struct now){ 0 }, &f) == 1)
			i += FRAGMENT_HEADER_SIZE + f.size - 1;
		check(reassembly_held(r) <= DGRAM_REORDER_BYTES);
	}
	reassembly_free(r);
	return 0;
}
