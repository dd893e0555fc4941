/* SPDX-License-Identifier: MIT */
#include "store/config.h"
#include "fuzz.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s;
	char *error = NULL;

	settings_init(&s);
	if (config_parse(&s, (const char *)data, size, &error) != 0)
		free(error);
	settings_clear(&s);
	return 0;
}
