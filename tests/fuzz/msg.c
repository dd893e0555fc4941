/* SPDX-License-Identifier: MIT */
/* What decodes is encoded again, padded, and that decodes to the same. */
#include "wire/msg.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg m, again;
	uint8_t out[MSG_MAX], more[MSG_MAX];
	size_t n, more_size;
	int err = msg_decode(data, size, &m);

	check(size == 0 || m.type == data[0]);
	if (err < 0)
		return 0;
	check(m.type < MSG_SESSION_FIRST);
	check(msg_encode(&m, out, sizeof(out), &n) == 0);
	check(n == msg_padded_size(n));
	check(msg_decode(out, n, &again) == 0);
	check(msg_encode(&again, more, sizeof(more), &more_size) == 0);
	check(n == more_size && memcmp(out, more, n) == 0);
	return 0;
}
