/* SPDX-License-Identifier: MIT */
/* An entry has one spelling: what decodes is encoded to the same bytes. */
#include "core/record.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[RECORD_ENTRY_MAX];
	struct record_entry e;
	size_t taken, n;

	while (record_decode(data, size, &e, &taken) == 1) {
		check(taken <= size);
		check(record_encode(&e, out, &n) == 0 && n == taken);
		check(memcmp(out, data, n) == 0);
		data += taken;
		size -= taken;
	}
	return 0;
}
