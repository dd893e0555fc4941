/* SPDX-License-Identifier: MIT */
#include "store/config.h"
#include "fuzz.h"

#include <string.h>

/* What is read and written has nothing left to write. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct settings s;
	char *error = NULL, *edited = NULL;

	settings_init(&s);
	if (config_parse(&s, text, size, &error) != 0)
		free(error);
	if (memchr(text, '\0', size) == NULL)
		edited = config_edit(text, size, &s, NULL, true);
	if (edited != NULL)
		check(config_edit(edited, strlen(edited), &s, NULL, true) ==
		      NULL);
	free(edited);
	settings_clear(&s);
	return 0;
}
