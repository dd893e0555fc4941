/* SPDX-License-Identifier: MIT */
/*
 * The overlay of /set: every setting with its value, changed on the spot. The
 * chosen row stays where it is when its value changes: the filter looks at
 * names and meanings, never at values.
 */
#include "base/mem.h"
#include "ui/str.h"
#include "ui/view.h"
#include "ui/wrap.h"

#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_MAX = 64,
	KEY_CELLS = 16,
	VALUE_CELLS = 12,
	VALUE_NARROW = 8, /* where there is no room for the meaning */
	GLOSS_MIN = 16,
	DETAIL_ROWS = 3,
	DETAIL_MIN = 7, /* rows of the list from which on it is there */
};

struct shown {
	const struct setting *rows[SHOWN_MAX];
	size_t count, all;
};

static void
find_shown(const struct ui *ui, const struct lang *lang, struct shown *out)
{
	const char *filter = overlay_filter(ui);
	const struct setting *rows = settings_keys(&out->all);

	out->count = 0;
	for (size_t i = 0; i < out->all && out->count < SHOWN_MAX; i++) {
		const char *texts[] = { rows[i].name, say(lang, rows[i].gloss),
			say(lang, rows[i].group), NULL };
		if (overlay_matches(filter, texts))
			out->rows[out->count++] = &rows[i];
	}
}

/* NULL when nothing fits. */
static const struct setting *
chosen(const struct ui *ui, const struct shown *shown)
{
	return ui->list.row < shown->count ? shown->rows[ui->list.row] : NULL;
}

/* Quietly: the row itself shows what is now. */
static void
change(struct command *ret_cmd, bool on, char *line)
{
	*ret_cmd =
	    (struct command){ .kind = COMMAND_SET, .on = on, .text = line };
}

/* The next of the words a setting may have. */
static void
cycle(const struct settings *s, const struct setting *row, int step,
    struct command *ret_cmd)
{
	char *value = settings_text(s, row);
	const char *word;
	size_t size, count = 0, at = 0;

	for (; setting_choice(row, count, &word, &size); count++)
		if (strlen(value) == size && strncmp(value, word, size) == 0)
			at = count;
	free(value);
	at = step > 0 ? at + 1 : at + count - 1;
	setting_choice(row, at % count, &word, &size);
	change(ret_cmd, true, xasprintf("%s %.*s", row->name, (int)size, word));
}

static bool
has_choices(const struct setting *row)
{
	return row->kind == SETTING_SWITCH || row->kind == SETTING_CHOICE;
}

static void
ask(struct ui *ui, const struct settings *s, const struct setting *row)
{
	char *value = settings_text(s, row);

	overlay_ask(ui, row->name, row->kind == SETTING_LIST ? "" : value);
	free(value);
}

/* Enter behind a value: nothing is the default; of a list, the end. */
static void
take(struct ui *ui, const struct settings *s, const struct setting *row,
    struct command *ret_cmd)
{
	const char *value = edit_text(ui->list.prompt, NULL);
	bool on = *value != '\0';
	struct settings copy = { 0 };
	char *error = NULL;

	settings_copy(&copy, s);
	int err = on ? settings_set(&copy, row->name, value, &error) : 0;
	settings_clear(&copy);
	if (err < 0) {
		overlay_complain(ui, error);
		return;
	}
	if (on || row->kind != SETTING_LIST)
		change(ret_cmd, on,
		    xasprintf("%s%s%s", row->name, on ? " " : "", value));
	overlay_end_ask(ui);
}

static bool
is_enter(const struct ui *ui, const struct key *key)
{
	const struct keymap_row *row = keymap_find(&ui->keymap, key);

	return row != NULL && row->action == ACTION_SEND;
}

static int
step_of(const struct key *key)
{
	if (key->mods != 0)
		return 0;
	return key->code == KEY_RIGHT_KEY  ? 1
	       : key->code == KEY_LEFT_KEY ? -1
					   : 0;
}

bool
settings_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd)
{
	struct shown shown;

	(void)now;
	find_shown(ui, m->lang, &shown);
	const struct setting *row = chosen(ui, &shown);
	bool enter = is_enter(ui, key);
	if (ui->list.prompt != NULL) {
		if (enter && row != NULL)
			take(ui, &m->settings, row, ret_cmd);
		return enter;
	}
	if (overlay_move(ui, m, key, shown.count))
		return true;
	int step = step_of(key);
	if (enter || (key->mods == 0 && key->code == ' '))
		step = 1;
	if (step == 0)
		return false;
	if (row != NULL && has_choices(row))
		cycle(&m->settings, row, step, ret_cmd);
	else if (row != NULL && step_of(key) == 0)
		ask(ui, &m->settings, row);
	return true;
}

static void
draw_setting(const struct frame *f, struct rect r, const struct setting *row,
    bool selected)
{
	const struct settings *s = &f->m->settings;
	enum style style = selected ? STYLE_SELECTED : STYLE_NORMAL;
	char *value = settings_text(s, row);
	int end = r.col + r.cols, col = r.col + KEY_CELLS + 1;
	bool wide = r.cols >= KEY_CELLS + VALUE_CELLS + GLOSS_MIN + 4;
	int value_end = wide ? col + VALUE_CELLS : end - 1;

	draw_fill(f, r.row, r.col, end, style);
	if (r.cols < KEY_CELLS + VALUE_NARROW)
		value_end = col = r.col + r.cols;
	draw_cut(f, r.row, r.col, col - 1, style, row->name);
	draw_cut(
	    f, r.row, col, value_end, selected ? style : STYLE_BOLD, value);
	if (value_end < end && !settings_is_default(s, row))
		draw_text(f, r.row, value_end, end, style, "*");
	if (wide)
		draw_cut(f, r.row, value_end + 2, end,
		    selected ? style : STYLE_DIM, say(f->m->lang, row->gloss));
	free(value);
}

/* All there is to know of the one that is chosen. */
static char *
detail_text(const struct frame *f, const struct setting *row)
{
	const struct lang *l = f->m->lang;
	struct str s = { 0 };

	if (f->ui->list.complaint != NULL)
		return xstrdup(f->ui->list.complaint);
	str_addf(&s, "%s\n%s", say(l, row->gloss), row->values);
	if (row->initial[0] != '\0')
		str_addf(&s, say(l, "; the default is %s"), row->initial);
	if (!row->live)
		str_add(&s, say(l, "; a change counts from the next start on"));
	if (row->kind == SETTING_LIST)
		str_addf(&s, say(l, "; to take one away: /unset %s VALUE"),
		    row->name);
	if (!settings_is_default(&f->m->settings, row))
		str_add(&s, say(l, "\n* is not the default"));
	return str_take(&s);
}

static void
draw_detail(const struct frame *f, struct rect r, const struct setting *row)
{
	char *text = detail_text(f, row);
	struct wrap w;
	struct wrap_row wr;
	enum style style =
	    f->ui->list.complaint != NULL ? STYLE_ERROR : STYLE_INFO;

	wrap_init(&w, text, strlen(text), r.cols, r.cols);
	for (int i = 0; i < r.rows && wrap_next(&w, &wr); i++)
		grid_put(f->g, r.row + i, r.col, r.col + r.cols, style,
		    text + wr.offset, wr.size);
	free(text);
}

static void
draw_list(const struct frame *f, struct rect r, const struct shown *shown)
{
	size_t first = overlay_first(f, shown->count, r.rows);

	if (shown->count == 0 && r.rows > 0)
		draw_cut(f, r.row, r.col, r.col + r.cols, STYLE_INFO,
		    say(f->m->lang, "No setting has this in its name or "
				    "meaning. Ctrl-U starts anew."));
	for (int i = 0; i < r.rows && first + (size_t)i < shown->count; i++)
		draw_setting(f, (struct rect){ r.row + i, r.col, 1, r.cols },
		    shown->rows[first + (size_t)i],
		    first + (size_t)i == f->ui->list.row);
}

void
view_settings(const struct frame *f)
{
	const struct lang *l = f->m->lang;
	struct shown shown;

	find_shown(f->ui, l, &shown);
	const struct panel panel = {
		.title = say(l, "settings"),
		.hint = f->ui->list.prompt != NULL
			    ? say(l, "Enter takes it, nothing is the default, "
				     "Esc leaves it")
			    : say(l, "Enter changes, type to find, Esc goes "
				     "back"),
		.count = shown.count,
		.all = shown.all,
	};
	struct rect r = overlay_panel(f, &panel);
	const struct setting *row = chosen(f->ui, &shown);
	bool complains = f->ui->list.complaint != NULL;
	if ((r.rows >= DETAIL_MIN || complains) && row != NULL) {
		struct rect detail = r;
		detail.rows = r.rows < DETAIL_ROWS ? r.rows : DETAIL_ROWS;
		r.rows -= detail.rows;
		detail.row += r.rows;
		draw_detail(f, detail, row);
	}
	draw_list(f, r, &shown);
}
