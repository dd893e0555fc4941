/* SPDX-License-Identifier: MIT */
/*
 * Prints the tables that the man page and the completions must follow:
 * "command NAME", "key NAME" of the configuration, "press KEY GLOSS".
 */
#include "store/config.h"
#include "ui/commands.h"
#include "ui/keymap.h"

#include <stdio.h>

int
main(void)
{
	char text[KEY_TEXT_MAX];
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	for (size_t i = 0; i < count; i++) {
		printf("command %s\n", specs[i].name);
		if (specs[i].alias != NULL)
			printf("command %s\n", specs[i].alias);
	}
	const struct config_key *keys = config_keys(&count);
	for (size_t i = 0; i < count; i++)
		printf("key %s\n", keys[i].name);
	const struct keymap_row *rows = keymap_rows(&count);
	for (size_t i = 0; i < count; i++) {
		key_text(rows[i].keys[0], text);
		printf("press %s\n", text);
	}
	return 0;
}
