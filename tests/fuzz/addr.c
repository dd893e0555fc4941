/* SPDX-License-Identifier: MIT */
#include "base/addr.h"
#include "base/mem.h"
#include "fuzz.h"

#include <stdlib.h>

/* What is accepted is written and read back as the same address. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	char out[ADDR_TEXT_MAX];
	struct addr a, b;

	if (addr_parse(text, 9, &a) == 0 &&
	    (addr_parse(addr_text(&a, out), 0, &b) != 0 || !addr_equal(&a, &b)))
		abort();
	free(text);
	return 0;
}
