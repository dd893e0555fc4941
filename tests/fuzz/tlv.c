/* SPDX-License-Identifier: MIT */
/* What reads to a clean end is written again byte for byte. */
#include "wire/tlv.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *out = malloc(size + 1);
	struct wr w = wr_to(out, size);
	struct tlv_reader r = tlv_read(data, size);
	struct tlv f;
	int more;

	if (!out)
		abort();
	while ((more = tlv_next(&r, &f)) == 1)
		tlv_put(&w, f.type, f.value, f.size);
	if (more == 0 && (w.failed || w.size != size ||
			     (size > 0 && memcmp(out, data, size) != 0)))
		abort();
	free(out);
	return 0;
}
