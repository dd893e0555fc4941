/* SPDX-License-Identifier: MIT */
/* A datagram has one spelling: what decodes is encoded to the same bytes. */
#include "wire/packet.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet k;
	uint8_t out[PACKET_MAX];
	size_t n;

	if (packet_decode(data, size, &k) < 0)
		return 0;
	check(packet_is_session(data, size));
	check(packet_encode(&k, out, &n) == 0);
	check(n == size && memcmp(out, data, n) == 0);
	return 0;
}
