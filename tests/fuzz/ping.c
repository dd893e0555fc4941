/* SPDX-License-Identifier: MIT */
/* A ping has one spelling: what decodes is encoded to the same bytes. */
#include "wire/ping.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[PING_SIZE_MAX];
	struct ping k;

	if (ping_decode(data, size, &k) < 0)
		return 0;
	check(ping_is(data, size) && k.size == size);
	ping_encode(&k, out);
	check(memcmp(out, data, size) == 0);
	return 0;
}
