/* SPDX-License-Identifier: MIT */
/*
 * What was pasted in several lines stands in the draft and is looked at before
 * it goes: nothing is ever sent by a paste. One row tells what can be made of
 * it; any key that is not in the row does what it always does.
 */
#include "base/mem.h"
#include "ui/state.h"
#include "ui/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REVIEW_BYTES = 1024 /* one line as long is looked at, too */ };

static unsigned
count_lines(const char *text, size_t n)
{
	unsigned lines = 1;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

void
review_begin(struct ui *ui, const struct win *w, size_t from, size_t to)
{
	unsigned lines =
	    count_lines(edit_text(w->edit, NULL) + from, to - from);

	ui->review = (struct review){
		.open = lines > 1 || to - from > REVIEW_BYTES,
		.fp = w->fp,
		.revision = edit_revision(w->edit),
		.from = from,
		.to = to,
		.lines = lines,
	};
}

/* The window, while nothing has changed in it since. */
static const struct win *
reviewed(const struct ui *ui)
{
	const struct win *w = win_find(ui, &ui->review.fp);

	if (!ui->review.open || w == NULL || !fp_equal(&w->fp, &ui->current) ||
	    edit_revision(w->edit) != ui->review.revision)
		return NULL;
	return w;
}

/* Each line behind a sign that it is somebody else's. */
static void
quote(const struct win *w, size_t from, size_t to)
{
	struct str s = { 0 };
	const char *text = edit_text(w->edit, NULL) + from;
	size_t n = to - from;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t line = end == NULL ? n - at : (size_t)(end - text) - at;
		str_addf(&s, "> %.*s%s", (int)line, text + at,
		    end == NULL ? "" : "\n");
		at += line + 1;
	}
	edit_replace(w->edit, from, to, str_text(&s), s.size);
	str_clear(&s);
}

static void
squash(const struct win *w, size_t from, size_t to)
{
	char *text = xstrndup(edit_text(w->edit, NULL) + from, to - from);
	size_t n = 0;

	for (size_t i = 0; i < to - from; i++) {
		char c = text[i] == '\n' ? ' ' : text[i];
		if (c != ' ' || n == 0 || text[n - 1] != ' ')
			text[n++] = c;
	}
	edit_replace(w->edit, from, to, text, n);
	free(text);
}

bool
review_key(struct ui *ui, const struct key *key)
{
	const struct win *w = reviewed(ui);
	size_t from = ui->review.from, to = ui->review.to;

	ui->review.open = false;
	if (w == NULL || key->mods != 0)
		return false;
	switch (key->code) {
	case '>':
		quote(w, from, to);
		return true;
	case 's':
		squash(w, from, to);
		return true;
	case 'e':
		request_editor(ui);
		return true;
	default:
		return key->code == KEY_ESCAPE;
	}
}

bool
review_hint(const struct ui *ui, const struct lang *l, char *out, size_t size)
{
	if (reviewed(ui) == NULL)
		return false;
	snprintf(out, size,
	    say_n(l,
		"pasted %u line: Enter sends  > quote  s one line  e editor  "
		"Ctrl-_ undo",
		"pasted %u lines: Enter sends  > quote  s one line  e editor  "
		"Ctrl-_ undo",
		ui->review.lines),
	    ui->review.lines);
	return true;
}
