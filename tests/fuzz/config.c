/* SPDX-License-Identifier: MIT */
#include "store/config.h"
#include "fuzz.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config c;
	char *error = NULL;

	config_init(&c);
	if (config_parse(&c, (const char *)data, size, &error) != 0)
		free(error);
	config_clear(&c);
	return 0;
}
