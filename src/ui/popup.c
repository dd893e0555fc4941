/* SPDX-License-Identifier: MIT */
/*
 * Tab. The first one puts in what is certain and shows the rest, further ones
 * go through the list; what is chosen stands in the line already, so Enter is
 * never taken away from sending.
 */
#include "base/mem.h"
#include "ui/path_words.h"
#include "ui/state.h"

#include <stdlib.h>
#include <string.h>

void
popup_close(struct ui *ui)
{
	completion_clear(&ui->popup.c);
	ui->popup = (struct popup){ 0 };
}

static void
put(struct ui *ui, const char *text, size_t size)
{
	struct popup *p = &ui->popup;
	struct edit *e = win_current(ui)->edit;

	if (edit_replace(e, p->c.from, p->end, text, size) == 0)
		p->end = edit_cursor(e);
}

/* Puts in what is certain, and shows the rest. */
static void
offer(struct ui *ui)
{
	struct popup *p = &ui->popup;

	p->end = p->c.to;
	p->chosen = p->c.count;
	if (p->c.count == 0)
		return;
	size_t common = completion_common(&p->c);
	if (p->c.count == 1 || common > p->end - p->c.from)
		put(ui, p->c.items[0].text, common);
	if (p->c.count == 1)
		popup_close(ui);
	else
		p->open = true;
}

/* Files are not ours to look at: the answer comes by itself. */
static void
ask_paths(struct ui *ui)
{
	struct popup *p = &ui->popup;
	const struct win *w = win_current(ui);
	const char *text = edit_text(w->edit, NULL) + p->c.from;
	char *start;

	if (p->c.is_word)
		path_word(text, p->c.to - p->c.from, &start);
	else
		start = xstrndup(text, p->c.to - p->c.from);

	p->asked = true;
	p->asked_fp = w->fp;
	p->asked_revision = edit_revision(w->edit);
	request_add(ui, REQUEST_PATHS, start, NULL);
	free(start);
}

static void
popup_open(struct ui *ui, const struct model *m)
{
	struct popup *p = &ui->popup;
	struct edit *e = win_current(ui)->edit;

	complete_line(m, edit_text(e, NULL), edit_cursor(e), &p->c);
	if (p->c.is_path)
		ask_paths(ui);
	offer(ui);
}

void
ui_answer_paths(struct ui *ui, const char *const *paths, size_t count)
{
	struct popup *p = &ui->popup;
	const struct win *w = win_current(ui);

	if (!p->asked || !fp_equal(&p->asked_fp, &w->fp) ||
	    p->asked_revision != edit_revision(w->edit))
		return;
	p->asked = false;
	for (size_t i = 0; i < count && p->c.count < COMPLETE_MAX; i++)
		p->c.items[p->c.count++] = (struct completion_item){
			.text = p->c.is_word ? path_escape(paths[i])
					     : xstrdup(paths[i]),
			.label = xstrdup(paths[i]),
			.gloss = xstrdup(""),
		};
	offer(ui);
	ui->dirty = true;
}

void
popup_step(struct ui *ui, const struct model *m, int step)
{
	struct popup *p = &ui->popup;

	if (!p->open) {
		popup_open(ui, m);
		return;
	}
	/* One place more than there are items: nothing chosen yet. */
	if (p->chosen >= p->c.count)
		p->chosen = step > 0 ? 0 : p->c.count - 1;
	else
		p->chosen =
		    (p->chosen + (step > 0 ? 1 : p->c.count - 1)) % p->c.count;
	const char *text = p->c.items[p->chosen].text;
	put(ui, text, strlen(text));
}
