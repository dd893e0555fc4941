/* SPDX-License-Identifier: MIT */
/* A folder, whole and in steps of the size of the first byte: the same. */
#include "fuzz.h"
#include "wire/ipmsg_files.h"

static uint64_t
run(const uint8_t *data, size_t size, size_t step)
{
	struct ipmsg_stream s;
	struct ipmsg_stream_event e;
	uint64_t sum = 0;

	ipmsg_stream_init(&s, 1 << 20, 1000);
	for (size_t at = 0; at < size; at += step) {
		const uint8_t *p = data + at;
		size_t n = size - at < step ? size - at : step;
		while (ipmsg_stream_next(&s, &p, &n, &e) == 1) {
			check(s.depth <= IPMSG_STREAM_DEPTH_MAX);
			sum += e.count;
			if (e.kind != IPMSG_STREAM_BYTES)
				sum = sum * 31 + e.kind + e.name_size;
		}
	}
	return sum * 31 + (s.err < 0) + (s.ended ? 2 : 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] > 0)
		check(run(data + 1, size - 1, size) ==
		      run(data + 1, size - 1, data[0]));
	return 0;
}
