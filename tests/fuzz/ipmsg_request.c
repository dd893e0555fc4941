/* SPDX-License-Identifier: MIT */
/* A request over TCP, which the first byte says how to read. */
#include "fuzz.h"
#include "wire/ipmsg_files.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	bool sealed = data[0] & 1;
	uint8_t command = data[0] & 2 ? IPMSG_GETDIRFILES : IPMSG_GETFILEDATA;
	struct ipmsg_text body = { data + 1, size - 1, false };
	struct ipmsg_request r, s;
	uint8_t out[256];
	size_t n;

	if (ipmsg_request_decode(body, command, sealed, &r) < 0)
		return 0;
	check(ipmsg_request_encode(&r, command, out, sizeof(out), &n) == 0);
	body = (struct ipmsg_text){ out, n, false };
	check(ipmsg_request_decode(body, command, sealed, &s) == 0);
	check(r.packet == s.packet && r.file == s.file);
	check(r.offset == s.offset && r.own_number == s.own_number);
	check(memcmp(r.key, s.key, sizeof(r.key)) == 0);
	return 0;
}
