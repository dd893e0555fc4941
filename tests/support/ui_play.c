/* SPDX-License-Identifier: MIT */
#include "ui_play.h"

#include "base/mem.h"
#include "base/rd.h"
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui/commands.h"
#include "ui/complete.h"

#include <stdlib.h>
#include <string.h>

enum {
	PLAY_ROWS = 60,
	PLAY_COLS = 200,
	PLAY_TEXT = 64,
	PLAY_PEERS = 40,
	/* So many lines that each byte of a line can be completed. */
	PLAY_LINE = 512,
};

static void
require(bool holds)
{
	if (!holds)
		abort();
}

void
ui_play_check(const struct grid *g)
{
	require(g->cursor_row >= 0 && g->cursor_row < g->rows);
	require(g->cursor_col >= 0 && g->cursor_col < g->cols);
	for (int i = 0; i < g->rows * g->cols; i++) {
		const struct cell *c = &g->cells[i];
		bool last = i % g->cols == g->cols - 1;
		for (unsigned k = 0; k < c->count && c->width > 0; k++)
			require(c->cp[k] >= 0x20 &&
				(c->cp[k] < 0x7f || c->cp[k] >= 0xa0));
		require(c->width <= 2);
		require(c->width < 2 || (!last && c[1].width == 0));
		require(c->width > 0 || (i % g->cols > 0 && c[-1].width == 2));
	}
}

static void
play_key(struct scene *s, struct rd *r)
{
	uint32_t code =
	    KEY_SPECIAL + 1 + rd_u8(r) % (KEY_FOCUS_OUT - KEY_SPECIAL);

	scene_key(s, code, rd_u8(r) & 7);
}

static void
play_chord(struct scene *s, struct rd *r)
{
	static const char keys[] = "abcdefghijklmnopqrstuvwxyz0123456789/<>_";
	uint8_t b = rd_u8(r);

	scene_key(s, (uint8_t)keys[(b & 63) % (sizeof(keys) - 1)],
	    b & 64 ? KEY_ALT : KEY_CTRL);
}

static const char *
take_text(struct rd *r, size_t *ret_size)
{
	size_t n = rd_u8(r) % PLAY_TEXT;

	if (n > r->left)
		n = r->left;
	*ret_size = n;
	return (const char *)rd_span(r, n);
}

static void
play_paste(struct scene *s, struct rd *r)
{
	size_t n;
	const char *text = take_text(r, &n);

	scene_paste(s, text, n);
}

static struct peer *
some_peer(struct scene *s, struct rd *r)
{
	if (s->m->peer_count == 0)
		return NULL;
	return s->m->peers[rd_u8(r) % s->m->peer_count];
}

static void
play_message(struct scene *s, struct rd *r)
{
	size_t n;
	struct peer *p = some_peer(s, r);
	const char *text = take_text(r, &n);
	uint8_t b = rd_u8(r);

	if (p == NULL)
		return;
	char *copy = xstrndup(text == NULL ? "" : text, n);
	struct fixture_message message = {
		.text = copy,
		.minutes_ago = b,
		.mine = b & 1,
		.action = b & 2,
		.kind = (enum message_kind)(b >> 2 & 3),
		.delivery = (enum delivery)((b >> 4) % 6),
		.missing = b & 64,
		.edited = b & 8,
		.deleted = (b & 24) == 16,
		.answers = b & 32 ? CONV_SERIAL_FIRST + b % 8 : 0,
		.reactions = { b & 4 ? "+1" : NULL, b & 64 ? copy : NULL },
	};
	if (message.kind != MESSAGE_SHOUT)
		model_conv_open(s->m, p);
	fixture_add(s->m, message.kind == MESSAGE_SHOUT ? CONV_NEARBY : p->conv,
	    p, &message);
	free(copy);
}

static void
play_peer(struct scene *s, struct rd *r)
{
	size_t n;
	uint8_t b = rd_u8(r);
	const char *name = take_text(r, &n);

	if (s->m->peer_count >= PLAY_PEERS)
		return;
	char *copy = xstrndup(name == NULL ? "" : name, n);
	fixture_peer(s->m, copy, (enum presence)(b & 3), b);
	free(copy);
}

static void
play_change(struct scene *s, struct rd *r)
{
	struct peer *p = some_peer(s, r);
	uint8_t b = rd_u8(r);

	if (p == NULL)
		return;
	p->presence = (enum presence)(b & 3);
	p->typing_until_ms = s->now.mono_ms + b * 40;
	if (b > 250 && p->conv == 0)
		model_peer_remove(s->m, &p->fp);
	model_touch(s->m);
}

static void
play_store(struct scene *s, struct rd *r)
{
	struct peer *p = some_peer(s, r);
	uint8_t b = rd_u8(r);

	if (p == NULL || s->stored > 0)
		return;
	model_conv_open(s->m, p);
	scene_store(s, p, b, b % 7);
	s->slow = b & 1;
}

static void
play_load(struct scene *s, struct rd *r)
{
	const struct conv *c = model_conv(s->m, s->stored_conv);
	uint8_t b = rd_u8(r);

	if (c != NULL && c->loading)
		scene_load(s);
	else if (c != NULL)
		ui_show_row(s->ui, s->m, s->now, c->id, b);
	s->m->store_failed = b & 1;
	model_touch(s->m);
}

static void
play_frame(struct scene *s, struct rd *r)
{
	int rows = 1 + rd_u8(r) % PLAY_ROWS, cols = 1 + rd_u8(r) % PLAY_COLS;

	s->now.mono_ms += 300;
	s->now.wall_ms += 300;
	scene_draw(s, rows, cols);
	ui_play_check(&s->grid);
}

static void
play_text(struct scene *s, struct rd *r)
{
	scene_key(s, rd_u8(r) & 127, 0);
}

void
ui_play(struct scene *s, const uint8_t *p, size_t n)
{
	static void (*const plays[])(struct scene *, struct rd *) = {
		play_key,
		play_chord,
		play_paste,
		play_message,
		play_peer,
		play_change,
		play_frame,
		play_text,
		play_text,
		play_key,
		play_store,
		play_load,
	};
	struct rd r = rd_of(p, n);

	while (r.left > 0)
		plays[rd_u8(&r) % (sizeof(plays) / sizeof(plays[0]))](s, &r);
	scene_draw(s, 24, 80);
	ui_play_check(&s->grid);
	(void)ui_deadline(s->ui, s->m, s->now);
	(void)ui_is_dirty(s->ui, s->m);
}

void
ui_play_all(const uint8_t *p, size_t n)
{
	struct scene *s = scene_new(n & 1, n & 2);

	s->m->lang = s->m->settings.lang = n & 4 ? lang_at(0) : NULL;
	ui_play(s, p, n);
	scene_free(s);
}

void
ui_play_line(const uint8_t *p, size_t n)
{
	struct model *m = fixture_model();
	char *line = xstrndup((const char *)p, n), *error = NULL;
	struct entered en;
	struct completion c;
	size_t at = 0, size = strlen(line);

	fixture_contact(m, "ana", PRESENCE_ONLINE, 1);
	fixture_peer(m, "Ana Maria", PRESENCE_AWAY, 2);
	fixture_peer(m, "\"x y\" z", PRESENCE_ONLINE, 3);
	for (uint32_t conv = CONV_NEARBY; conv <= 2; conv++) {
		error = NULL;
		if (command_parse(
			m, fixture_now(), conv, line, &en, &error, &at) == 0)
			entered_clear(&en);
		else
			require(error != NULL && at <= size);
		free(error);
	}
	for (size_t i = 0; i <= size && i < PLAY_LINE; i++) {
		complete_line(m, line, i, &c);
		require(c.from <= c.to && c.to == i);
		completion_clear(&c);
	}
	free(line);
	fixture_free(m);
}
