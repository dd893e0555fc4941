/* SPDX-License-Identifier: MIT */
/*
 * Keys about keys: the one that begins others, and the one that tells of them.
 */
#include "ui/press.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_same(const struct setting_list *a, const struct setting_list *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->items[i], b->items[i]) == 0;
	return same;
}

void
keys_sync(struct ui *ui, const struct model *m)
{
	const struct settings *s = &m->settings;

	ui->keymap.lang = m->lang;
	ui->keymap.ctrl_j_sends = s->keys_ctrl_j == CTRL_J_SEND;
	if (is_same(&s->binds, &ui->bound))
		return;
	setting_list_clear(&ui->bound);
	for (size_t i = 0; i < s->binds.count; i++)
		setting_list_add(&ui->bound, s->binds.items[i]);
	free(ui->keys_error);
	ui->keys_error = keymap_load(&ui->keymap, s);
}

void
keys_free(struct ui *ui)
{
	keymap_clear(&ui->keymap);
	setting_list_clear(&ui->bound);
	free(ui->keys_error);
}

void
keys_capture(struct ui *ui, enum capture what)
{
	overlay_open(ui, OVERLAY_CAPTURE);
	ui->capture = what;
}

void
do_prefix(struct press *p)
{
	p->ui->has_prefix = true;
	p->ui->prefix_ms = p->now.mono_ms;
}

void
do_key_name(struct press *p)
{
	keys_capture(p->ui, CAPTURE_NAME);
}

bool
press_behind_prefix(struct press *p, struct key *ret_key)
{
	char name[KEY_TEXT_MAX], text[FLASH_SIZE];
	const struct keymap_row *row = keymap_find(&p->ui->keymap, p->key);
	bool escape = row != NULL && row->action == ACTION_ESCAPE;

	if (!p->ui->has_prefix)
		return false;
	p->ui->has_prefix = false;
	*ret_key = *p->key;
	ret_key->mods |= KEY_PREFIX;
	if (keymap_find(&p->ui->keymap, ret_key) != NULL || escape)
		return true;
	key_text(*ret_key, name);
	snprintf(text, sizeof(text), say(p->m->lang, "%s is bound to nothing"),
	    name);
	ui_flash(p->ui, p->now, text);
	return true;
}

/* A key that did something else till now: who did not mean it knows the way
 * back. */
void
press_tell_bound(struct press *p)
{
	static const char word[] = "bind ";
	char name[KEY_TEXT_MAX], text[FLASH_SIZE];
	struct key key;

	if (p->cmd.kind != COMMAND_SET || !p->cmd.on ||
	    strncmp(p->cmd.text, word, sizeof(word) - 1) != 0)
		return;
	const char *what = p->cmd.text + sizeof(word) - 1;
	if (!key_parse(what, keymap_key_size(what, strlen(what)), &key))
		return;
	const struct keymap_row *row = keymap_find(&p->ui->keymap, &key);
	if (row == NULL)
		return;
	key_text(key, name);
	snprintf(text, sizeof(text),
	    say(p->m->lang,
		"%s was %s till now; /unbind %s brings back what it was first"),
	    name, row->line != NULL ? row->line : row->name, name);
	ui_flash(p->ui, p->now, text);
}

static struct press
press_of(struct ui *ui, const struct model *m, struct now now)
{
	static const struct key none = { 0 };

	return (struct press){
		.ui = ui,
		.m = m,
		.now = now,
		.key = &none,
		.w = win_current(ui),
	};
}

void
ui_fill_line(
    struct ui *ui, const struct model *m, struct now now, const char *text)
{
	struct press p = press_of(ui, m, now);

	if (!press_is_empty(&p)) {
		edit_do(p.w->edit, EDIT_KILL_ALL);
		ui_flash(ui, now,
		    say(m->lang, "what you had typed comes back with Ctrl-Y"));
	}
	edit_set(p.w->edit, text, strlen(text));
}

/* What takes nothing is run; but none leaves earshot without a second look. */
void
ui_run_command(struct ui *ui, const struct model *m, struct now now,
    const struct command_spec *spec, struct command *ret_cmd)
{
	struct press p = press_of(ui, m, now);
	bool waits = spec->args[0] != '\0';
	bool quits = strcmp(spec->name, "quit") == 0;
	char *line = xasprintf("/%s%s", spec->name, waits ? " " : "");

	if (waits || quits)
		ui_fill_line(ui, m, now, line);
	else
		press_line(&p, line);
	free(line);
	if (p.cmd.kind != COMMAND_NONE)
		*ret_cmd = p.cmd;
}

bool
ui_run_key(struct ui *ui, const struct model *m, struct now now,
    const struct keymap_row *row, struct command *ret_cmd)
{
	struct press p = press_of(ui, m, now);

	bool done = press_row(&p, row);

	if (p.cmd.kind != COMMAND_NONE)
		*ret_cmd = p.cmd;
	return done;
}

void
do_go(struct press *p)
{
	overlay_open(p->ui, OVERLAY_GO);
}

void
do_jump(struct press *p)
{
	p->ui->has_jump = true;
	p->ui->jump = 0;
}

static uint32_t
largest_number(const struct model *m)
{
	uint32_t most = CONV_NEARBY;

	for (size_t i = 0; i < m->peer_count; i++)
		if (m->peers[i]->number > most)
			most = m->peers[i]->number;
	return most;
}

void
press_number(struct press *p, uint32_t number)
{
	char text[FLASH_SIZE];

	if (win_select_number(p->ui, p->m, number))
		return;
	snprintf(text, sizeof(text),
	    say(p->m->lang, "nobody has the number %u"), (unsigned)number);
	ui_flash(p->ui, p->now, text);
}

static void
jump(struct press *p)
{
	uint32_t number = p->ui->jump;

	p->ui->has_jump = false;
	if (number != 0)
		press_number(p, number);
}

/* As soon as no further digit can lead anywhere. */
bool
press_jump(struct press *p)
{
	const struct keymap_row *row = keymap_find(&p->ui->keymap, p->key);
	enum action action = row == NULL ? ACTION_NONE : row->action;
	uint32_t digit = p->key->code - '0';

	if (!p->ui->has_jump)
		return false;
	if (p->key->mods == 0 && p->key->code >= '0' && digit <= 9) {
		p->ui->jump = p->ui->jump * 10 + digit;
		if (p->ui->jump * 10 > largest_number(p->m))
			jump(p);
		return true;
	}
	if (action == ACTION_SEND)
		jump(p);
	p->ui->has_jump = false;
	return action == ACTION_SEND || action == ACTION_ESCAPE ||
	       p->key->code == KEY_BACKSPACE_KEY;
}

/* In a shell it would be the way out, and many try it here. */
void
press_tell_way_out(struct press *p)
{
	if (p->key->code == 'd' && p->key->mods == KEY_CTRL)
		ui_flash(p->ui, p->now,
		    say(p->m->lang, "/quit leaves; Ctrl-C offers it"));
}

void
press_close(struct press *p)
{
	struct fp nearby = { 0 }, here = p->ui->current;

	win_select_last(p->ui, p->m);
	if (fp_equal(&p->ui->current, &here))
		win_select(p->ui, p->m, &nearby);
}
