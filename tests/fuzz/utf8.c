/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "base/width.h"
#include "fuzz.h"

#include <stdlib.h>

/* Clusters walked back are the clusters walked forth. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;

	for (size_t at = 0; at < size;) {
		int width;
		size_t next = at + cluster_next(s + at, size - at, &width);
		if (next <= at || next > size || width < 0 ||
		    cluster_prev(s, next) != at)
			abort();
		at = next;
	}
	if (utf8_is_valid(s, size) &&
	    !utf8_is_valid(s, utf8_cut(s, size, size / 2)))
		abort();
	return 0;
}
