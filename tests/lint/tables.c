/* SPDX-License-Identifier: MIT */
/*
 * Prints the tables that the man page and the completions must follow:
 * "command NAME", "key NAME" of the configuration, "press KEY GLOSS"; or, when
 * asked for the example, the text of assets/config.example.
 */
#include "core/settings.h"
#include "ui/commands.h"
#include "ui/keymap.h"

#include <stdio.h>
#include <string.h>

/* Each setting is a comment, and right once it is none. */
static void
print_example(void)
{
	const char *group = "";
	size_t count;
	const struct setting *rows = settings_keys(&count);

	puts("# The settings of earshot, each with an example.\n"
	     "# Copy this file to ~/.config/earshot/config and take the # away "
	     "where you want\n"
	     "# a setting, or change them while it runs: /set. The manual, "
	     "earshot(1), tells\n"
	     "# more.");
	for (size_t i = 0; i < count; i++) {
		const struct setting *row = &rows[i];
		if (strcmp(group, row->group) != 0)
			printf("\n\n# %s\n", row->group);
		group = row->group;
		printf("\n# %s\n# %s%s%s%s\n#%s %s\n", row->gloss,
		    row->values,
		    row->initial[0] == '\0' ? "" : "; the default is ",
		    row->initial,
		    row->live ? "" : "; from the next start on", row->name,
		    row->example);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "example") == 0) {
		print_example();
		return 0;
	}
	char text[KEY_TEXT_MAX];
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	for (size_t i = 0; i < count; i++) {
		printf("command %s\n", specs[i].name);
		if (specs[i].alias != NULL)
			printf("command %s\n", specs[i].alias);
	}
	const struct setting *keys = settings_keys(&count);
	for (size_t i = 0; i < count; i++)
		printf("key %s\n", keys[i].name);
	const struct keymap_row *rows = keymap_rows(&count);
	for (size_t i = 0; i < count; i++) {
		key_text(rows[i].keys[0], text);
		printf("press %s\n", text);
	}
	return 0;
}
