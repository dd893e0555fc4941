/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include "store/pins_text.h"

#include <stdlib.h>

/* What was read, written and read again is the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pins_text first, again;
	size_t n;

	if (pins_parse((const char *)data, size, &first) != 0)
		return 0;
	char *text = pins_format(first.pins, first.count, &n);
	if (pins_parse(text, n, &again) != 0 || again.reject_count != 0 ||
	    again.count != first.count)
		abort();
	free(text);
	pins_text_clear(&first);
	pins_text_clear(&again);
	return 0;
}
