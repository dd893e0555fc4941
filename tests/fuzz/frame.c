/* SPDX-License-Identifier: MIT */
/* Frames have one spelling, and are read to the end or to an error. */
#include "fuzz.h"
#include "wire/packet.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame_reader r = { data, size > 4096 ? 4096 : size };
	const uint8_t *at = data;
	struct frame f;
	uint8_t out[PACKET_FRAMES_MAX];
	size_t n;

	for (; frame_next(&r, &f) == 1; at = r.p) {
		check(frame_put(&f, out, sizeof(out), &n) == 0);
		check(at + n == r.p && memcmp(out, at, n) == 0);
	}
	return 0;
}
