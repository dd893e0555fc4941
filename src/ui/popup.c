/* SPDX-License-Identifier: MIT */
/*
 * Tab. The first one puts in what is certain and shows the rest, further ones
 * go through the list; what is chosen stands in the line already, so Enter is
 * never taken away from sending.
 */
#include "ui/state.h"

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

static void
popup_open(struct ui *ui, const struct model *m)
{
	struct popup *p = &ui->popup;
	struct edit *e = win_current(ui)->edit;

	complete_line(m, edit_text(e, NULL), edit_cursor(e), &p->c);
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
