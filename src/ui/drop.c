/* SPDX-License-Identifier: MIT */
/*
 * Some terminals give the path of a file that is dropped onto them as it is,
 * without quotes. Where it has blanks, quotes or backslashes only the disk
 * tells whether all of it is one path, and that is not for here.
 */
#include "base/mem.h"
#include "ui/parse.h"
#include "ui/path_words.h"
#include "ui/state.h"

#include <stdlib.h>
#include <string.h>

static const char command[] = "/send ";

/* What the draft would be the path of (caller frees). */
static char *
draft_path(struct ui *ui)
{
	size_t n, head = strlen(command);
	const char *text = edit_text(win_current(ui)->edit, &n);

	if (strncmp(text, command, head) == 0) {
		text += head;
		n -= head;
	}
	while (n > 0 && is_blank(text[n - 1]))
		n--;
	return xstrndup(text, n);
}

static bool
is_understood(const char *path)
{
	char *escaped = path_escape(path);
	bool same = strcmp(escaped, path) == 0;

	free(escaped);
	return same;
}

bool
drop_is_due(struct ui *ui)
{
	char *path = draft_path(ui);
	bool due = path[0] == '\0';

	free(path);
	return due;
}

void
drop_begin(struct ui *ui)
{
	char *path = draft_path(ui);

	if (path_is_absolute(path) && strchr(path, '\n') == NULL &&
	    !is_understood(path))
		request_add(ui, REQUEST_DROP, path, NULL);
	free(path);
}

void
ui_answer_drop(struct ui *ui, const char *path)
{
	struct edit *e = win_current(ui)->edit;
	char *now = draft_path(ui);
	size_t n;

	if (path[0] != '\0' && strcmp(now, path) == 0) {
		char *escaped = path_escape(path);
		char *line = xasprintf("%s%s", command, escaped);
		edit_text(e, &n);
		(void)edit_replace(e, 0, n, line, strlen(line));
		ui->dirty = true;
		free(line);
		free(escaped);
	}
	free(now);
}
