/* SPDX-License-Identifier: MIT */
/*
 * The next key itself is what is wanted: to be bound, or to be told of. No key
 * but Escape, which nothing can be bound to, gets past it.
 */
#include "base/mem.h"
#include "ui/press.h"
#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
view_capture(const struct frame *f)
{
	const struct lang *l = f->m->lang;
	bool bind = f->ui->capture == CAPTURE_BIND;
	const struct panel panel = {
		.title =
		    say(l, bind ? N_("bind a key") : N_("what does a key do?")),
		.hint =
		    say(l, bind ? N_("Esc goes back") : N_("any key, Esc too")),
		.rows_wanted = 2,
	};
	struct rect r = overlay_panel(f, &panel);
	const char *text = bind ? N_("Press the key that is to do something.")
				: N_("Press a key: you are told what it does.");

	if (rect_is_empty(r))
		return;
	if (f->ui->has_prefix)
		text = N_("Ctrl-X, and then?");
	draw_cut(f, r.row, r.col, r.col + r.cols, STYLE_NORMAL, say(l, text));
}

/* Where the line is about keys, the name is what was missing in it. */
static bool
wants_name(const char *line)
{
	return strncmp(line, "/bind", 5) == 0 ||
	       strncmp(line, "/unbind", 7) == 0 ||
	       strncmp(line, "/help", 5) == 0;
}

static void
tell_key(
    struct ui *ui, const struct model *m, struct key key, struct command *cmd)
{
	char name[KEY_TEXT_MAX];
	struct win *w = win_current(ui);
	const struct conv *c = win_conv(m, w);

	overlay_close(ui);
	key_text(key, name);
	if (wants_name(edit_text(w->edit, NULL))) {
		edit_insert(w->edit, name, strlen(name));
		return;
	}
	*cmd = (struct command){
		.kind = COMMAND_INFO,
		.conv = c == NULL ? CONV_NEARBY : c->id,
		.text = keymap_sentence(&ui->keymap, key),
	};
}

static void
bind_key(struct ui *ui, struct now now, struct key key)
{
	char name[KEY_TEXT_MAX];
	char *error = NULL;

	key_text(key, name);
	if (keymap_check_key(
		ui->keymap.lang, name, strlen(name), &key, &error) < 0) {
		if (key.code == KEY_ESCAPE)
			overlay_close(ui);
		else
			ui_flash(ui, now, error);
		free(error);
		return;
	}
	overlay_close(ui);
	char *line = xasprintf("/bind %s ", name);
	edit_set(win_current(ui)->edit, line, strlen(line));
	free(line);
}

bool
capture_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct key full = *key;
	char name[KEY_TEXT_MAX];
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	key_text(*key, name);
	if (name[0] == '\0')
		return true;
	if (!ui->has_prefix && row != NULL && row->action == ACTION_PREFIX) {
		ui->has_prefix = true;
		ui->prefix_ms = now.mono_ms;
		return true;
	}
	if (ui->has_prefix && key->code != KEY_ESCAPE)
		full.mods |= KEY_PREFIX;
	ui->has_prefix = false;
	if (ui->capture == CAPTURE_BIND)
		bind_key(ui, now, full);
	else
		tell_key(ui, m, full, ret_cmd);
	return true;
}
