/* SPDX-License-Identifier: MIT */
#include "store/hints.h"

#include "base/mem.h"
#include "store/file.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 4096 };

char *
hints_load(const struct home *h)
{
	char *path = home_path(h->state_dir, "hints"), *text;
	size_t size;

	if (file_read(path, FILE_MAX, &text, &size) < 0)
		text = xstrdup("");
	free(path);
	return text;
}

void
hints_save(const struct home *h, const char *text)
{
	char *path = home_path(h->state_dir, "hints");

	(void)file_replace(path, text, strlen(text));
	free(path);
}
