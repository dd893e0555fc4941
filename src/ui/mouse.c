/* SPDX-License-Identifier: MIT */
/*
 * A click means what was seen where it went: the last frame says what stood
 * there, by names that are still right when the model has changed since.
 */
#include "ui/mouse.h"

#include "base/mem.h"
#include "ui/links.h"
#include "ui/overlay.h"
#include "ui/state.h"
#include "ui/transcript.h"

#include <stdlib.h>

enum { WHEEL_ROWS = 3 };

static const struct spot *
spot_at(const struct ui *ui, int row, int col)
{
	/* What was drawn last lies on top. */
	for (size_t i = ui->spot_count; i-- > 0;) {
		const struct spot *s = &ui->spots[i];
		if (s->row == row && col >= s->col && col < s->end)
			return s;
	}
	return NULL;
}

static void
open_link(struct ui *ui, const struct model *m, const struct spot *spot)
{
	const struct conv *c = model_conv(m, spot->conv);
	struct link link;
	size_t size;

	if (c == NULL || spot->serial < c->first_serial ||
	    spot->serial >= c->next_serial)
		return;
	const char *text =
	    message_text(m, conv_message(c, spot->serial), &size);
	/* It may have been edited meanwhile. */
	if (!link_next(text, size, spot->offset, &link) ||
	    link.offset != spot->offset)
		return;
	char *url = xstrndup(text + link.offset, link.size);
	request_add(ui, REQUEST_OPEN, url, NULL);
	free(url);
}

static void
click(struct ui *ui, const struct model *m, const struct mouse *mouse)
{
	const struct spot *found = spot_at(ui, mouse->row, mouse->col);

	if (found == NULL)
		return;
	struct spot spot = *found;
	popup_close(ui);
	switch (spot.kind) {
	case SPOT_PERSON:
		overlay_close(ui);
		win_select(ui, m, &spot.fp);
		break;
	case SPOT_LINK:
		open_link(ui, m, &spot);
		break;
	}
}

/* Over a list it chooses, over a conversation it scrolls. */
static bool
wheel(struct ui *ui, const struct model *m, struct now now, bool up,
    struct command *ret_cmd)
{
	struct key key = { .code = up ? KEY_UP_KEY : KEY_DOWN_KEY };

	if (ui->overlay != OVERLAY_NONE)
		return ui_key(ui, m, now, &key, NULL, 0, ret_cmd);
	ui_scroll(ui, m, now, up ? WHEEL_ROWS : -WHEEL_ROWS);
	return false;
}

bool
ui_mouse(struct ui *ui, const struct model *m, struct now now,
    const struct mouse *mouse, struct command *ret_cmd)
{
	if (!m->settings.look_mouse || mouse->kind == MOUSE_OTHER)
		return false;
	/* Who wants to select text finds the mouse taken. */
	if (!ui->mouse_told && mouse->kind == MOUSE_CLICK)
		ui_tell(ui, now,
		    say(m->lang, "to select text, hold Shift with the mouse"));
	ui->mouse_told |= mouse->kind == MOUSE_CLICK;
	ui->dirty = true;
	attention_here(ui, now);
	if (mouse->kind == MOUSE_CLICK) {
		click(ui, m, mouse);
		return false;
	}
	return wheel(ui, m, now, mouse->kind == MOUSE_WHEEL_UP, ret_cmd);
}

void
ui_keep_spots(struct ui *ui, const struct grid *g)
{
	ui->spot_count = g->spot_count;
	for (size_t i = 0; i < g->spot_count; i++)
		ui->spots[i] = g->spots[i];
}
