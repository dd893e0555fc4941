/* SPDX-License-Identifier: MIT */
/* What is read can be written, and then reads and writes the same. */
#include "wire/ipmsg.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t a[IPMSG_PACKET_MAX], b[IPMSG_PACKET_MAX];
	struct ipmsg_packet p;
	struct ipmsg_entry e;
	size_t n, m;

	if (ipmsg_decode(data, size, &p) < 0)
		return 0;
	ipmsg_entry_decode(&p, &e);
	check(e.nick.size + e.away_text.size <= size);
	if (ipmsg_encode(&p, a, sizeof(a), &n) < 0)
		return 0;
	check(ipmsg_decode(a, n, &p) == 0);
	check(ipmsg_encode(&p, b, sizeof(b), &m) == 0);
	check(n == m && memcmp(a, b, n) == 0);
	return 0;
}
