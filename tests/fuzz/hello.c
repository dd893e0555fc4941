/* SPDX-License-Identifier: MIT */
/* What decodes is encoded again, and that decodes to the same. */
#include "wire/hello.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hello h, again;
	uint8_t out[HELLO_MAX], more[HELLO_MAX];
	size_t n, more_size;

	if (hello_decode(data, size, &h) < 0)
		return 0;
	check(h.version_min > 0 && h.version_min <= h.version_max);
	check(hello_encode(&h, out, &n) == 0);
	check(hello_decode(out, n, &again) == 0);
	check(hello_encode(&again, more, &more_size) == 0);
	check(n == more_size && memcmp(out, more, n) == 0);
	return 0;
}
