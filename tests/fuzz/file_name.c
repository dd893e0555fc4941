/* SPDX-License-Identifier: MIT */
#include "base/file_name.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* One component, short, and safe for good. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = file_name_safe((const char *)data, size);
	char *again = file_name_safe(name, strlen(name));

	if (name[0] == '\0' || name[0] == '.' || name[0] == '-' ||
	    strlen(name) > FILE_NAME_BYTES_MAX ||
	    strpbrk(name, "/\\\n") != NULL || strcmp(name, again) != 0)
		abort();
	free(name);
	free(again);
	return 0;
}
