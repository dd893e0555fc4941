/* SPDX-License-Identifier: MIT */
#include "ui_scene.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "core/model_edit.h"
#include "model_fixture.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene *
scene_new(bool ascii, bool first_start)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct ui_cfg cfg = {
		.ascii = ascii,
		.first_start = first_start,
		.version = "0.1.0",
	};

	assert(s != NULL);
	s->m = fixture_model();
	s->ui = ui_new(&cfg);
	s->now = fixture_now();
	grid_init(&s->grid, 24, 80);
	return s;
}

void
scene_forget(struct scene *s)
{
	for (size_t i = 0; i < s->command_count; i++)
		command_clear(&s->commands[i]);
	s->command_count = 0;
}

void
scene_free(struct scene *s)
{
	scene_forget(s);
	grid_clear(&s->grid);
	ui_free(s->ui);
	fixture_free(s->m);
	free(s);
}

void
scene_store(struct scene *s, struct peer *peer, unsigned count, unsigned unread)
{
	struct conv *c = model_conv_open(s->m, peer);

	s->stored_conv = c->id;
	s->stored = count;
	s->unread = count - unread + 1;
	c->older = count > 0;
	c->unread = unread;
	c->unread_serial = c->next_serial;
}

static struct message
stored_message(const struct scene *s, const struct conv *c, unsigned row)
{
	struct message msg = {
		.row = row,
		.from = c->fp,
		.read = row < s->unread,
	};

	msg.sent_ms = msg.arrived_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(30);
	msg.text = xasprintf("past %u.", row);
	msg.size = strlen(msg.text);
	return msg;
}

void
scene_load(struct scene *s)
{
	struct message messages[SCENE_PAGE];
	struct saved_page page = { .messages = messages };
	struct conv *c = model_conv_edit(s->m, s->stored_conv);
	unsigned first = s->stored > SCENE_PAGE ? s->stored - SCENE_PAGE : 0;

	for (unsigned row = first + 1; row <= s->stored; row++)
		messages[page.count++] = stored_message(s, c, row);
	s->stored = first;
	page.more = first > 0;
	c->loading = false;
	conv_prepend(s->m, c, &page);
}

static void
load_older(struct scene *s, struct conv *c)
{
	if (c->id != s->stored_conv || !c->older || c->loading)
		return;
	c->loading = true;
	model_touch(s->m);
	if (!s->slow)
		scene_load(s);
}

static void
keep_draft(struct scene *s, struct conv *c, const char *text)
{
	free(c->draft);
	c->draft = *text == '\0' ? NULL : xstrdup(text);
	model_touch(s->m);
}

static void
set(struct scene *s, const struct command *cmd)
{
	const struct setting *row;
	char *error = NULL;

	if (settings_apply(&s->m->settings, cmd->text, strlen(cmd->text),
		cmd->on, &row, &error) < 0)
		free(error);
	model_touch(s->m);
}

/* What the engine makes of it, as far as it is seen. */
static void
react(struct scene *s, const struct peer *peer, const struct command *cmd)
{
	struct conv *c = model_conv_edit(s->m, peer->conv);
	struct message *msg = conv_find_text(c, &cmd->target);

	if (msg != NULL)
		snprintf(msg->reactions[1], sizeof(msg->reactions[1]), "%s",
		    cmd->text == NULL ? "" : cmd->text);
	model_touch(s->m);
}

static void
answer(struct scene *s, const struct peer *peer, const struct command *cmd)
{
	struct conv *c = model_conv_edit(s->m, peer->conv);
	struct message *msg = conv_message_edit(c, c->next_serial - 1);

	msg->has_target = cmd->has_target;
	msg->target = cmd->target;
}

static void
mute(struct scene *s, struct peer *peer, const struct command *cmd)
{
	peer->muted_ms = s->now.wall_ms + cmd->number * INT64_C(60000);
	model_touch(s->m);
}

static void
execute(struct scene *s, const struct command *cmd)
{
	struct peer *peer = model_peer_edit(s->m, &cmd->peer);
	struct conv *conv = model_conv_edit(s->m, cmd->conv);
	struct fixture_message note = { .text = cmd->text };

	if (cmd->kind == COMMAND_OPEN && peer != NULL)
		model_conv_open(s->m, peer);
	if (cmd->kind == COMMAND_READ && conv != NULL)
		conv_mark_read(s->m, conv);
	if (cmd->kind == COMMAND_READ && conv != NULL)
		s->unread = UINT_MAX;
	if (cmd->kind == COMMAND_OLDER && conv != NULL)
		load_older(s, conv);
	if (cmd->kind == COMMAND_DRAFT && conv != NULL)
		keep_draft(s, conv, cmd->text);
	if (cmd->kind == COMMAND_SET)
		set(s, cmd);
	if (cmd->kind == COMMAND_CLEAR && conv != NULL)
		conv_clear_notices(s->m, conv);
	if (cmd->kind == COMMAND_INFO || cmd->kind == COMMAND_LOOK ||
	    cmd->kind == COMMAND_ERROR) {
		note.kind =
		    cmd->kind == COMMAND_ERROR ? MESSAGE_ERROR : MESSAGE_INFO;
		fixture_add(s->m, cmd->conv, NULL, &note);
	}
	if (cmd->kind == COMMAND_SAY && peer != NULL) {
		model_conv_open(s->m, peer);
		note.mine = true;
		note.action = cmd->action;
		note.delivery = DELIVERY_QUEUED;
		fixture_add(s->m, peer->conv, NULL, &note);
		answer(s, peer, cmd);
	}
	if (cmd->kind == COMMAND_REACT && peer != NULL)
		react(s, peer, cmd);
	if (cmd->kind == COMMAND_MUTE && peer != NULL)
		mute(s, peer, cmd);
}

static void
take(struct scene *s, struct command *cmd)
{
	execute(s, cmd);
	if (s->command_count == SCENE_COMMANDS_MAX) {
		command_clear(&s->commands[0]);
		memmove(s->commands, s->commands + 1,
		    (SCENE_COMMANDS_MAX - 1) * sizeof(*s->commands));
		s->command_count--;
	}
	s->commands[s->command_count++] = *cmd;
}

static void
press(struct scene *s, struct key key, const char *paste, size_t size)
{
	struct command cmd;

	if (ui_key(s->ui, s->m, s->now, &key, paste, size, &cmd))
		take(s, &cmd);
}

void
scene_key(struct scene *s, uint32_t code, unsigned mods)
{
	struct key key = { .code = code, .mods = (uint8_t)mods };

	press(s, key, NULL, 0);
}

void
scene_type(struct scene *s, const char *text)
{
	size_t n = strlen(text);
	uint32_t cp;

	while (n > 0) {
		size_t used = utf8_decode(text, n, &cp, NULL);
		scene_key(s, cp == '\n' ? KEY_ENTER_KEY : cp, 0);
		text += used;
		n -= used;
	}
}

void
scene_paste(struct scene *s, const char *text, size_t size)
{
	struct key key = { .code = KEY_PASTE };

	press(s, key, text, size);
}

void
scene_draw(struct scene *s, int rows, int cols)
{
	struct command cmd;

	grid_resize(&s->grid, rows, cols);
	ui_draw(s->ui, s->m, s->now, &s->grid);
	while (ui_pending(s->ui, s->m, s->now, &cmd))
		take(s, &cmd);
}

const struct command *
scene_last(const struct scene *s)
{
	return s->command_count == 0 ? NULL
				     : &s->commands[s->command_count - 1];
}
