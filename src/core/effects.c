/* SPDX-License-Identifier: MIT */
/*
 * The queue between the engine and the shell. Bytes and texts of all effects
 * share one buffer; since it may move while it grows, effects hold offsets
 * until they are given out.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "core/file_conns.h"
#include "core/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Offset 0 means "no bytes". */
enum { FIRST_OFFSET = 1 };

void
effects_begin(struct engine *e, struct now now)
{
	assert(e->effect_next == e->effect_count);
	e->effect_next = e->effect_count = 0;
	e->trace.now_ms = now.mono_ms;
	file_conns_wipe(e);
	buf_consume(&e->effect_bytes, buf_size(&e->effect_bytes));
}

static const uint8_t *
keep(struct engine *e, const void *p, size_t n)
{
	if (buf_size(&e->effect_bytes) == 0)
		buf_append(&e->effect_bytes, "", FIRST_OFFSET);
	uintptr_t offset = buf_size(&e->effect_bytes);
	int err = buf_append(&e->effect_bytes, p, n);
	assert(err == 0);
	(void)err;
	return (const uint8_t *)offset;
}

static void
keep_piece(struct engine *e, struct file_piece *p)
{
	if (p->name != NULL)
		p->name = (const char *)keep(e, p->name, strlen(p->name) + 1);
	if (p->bytes != NULL)
		p->bytes = keep(e, p->bytes, p->count);
}

void
effect_add(struct engine *e, struct effect effect)
{
	assert(e->effect_count < EFFECTS_MAX);
	e->effects = xgrow(
	    e->effects, e->effect_count, &e->effect_cap, sizeof(*e->effects));
	if (effect.bytes != NULL)
		effect.bytes = keep(e, effect.bytes, effect.size);
	if (effect.text != NULL)
		effect.text =
		    (const char *)keep(e, effect.text, strlen(effect.text) + 1);
	if (effect.line != NULL)
		effect.line =
		    (const char *)keep(e, effect.line, strlen(effect.line) + 1);
	keep_piece(e, &effect.piece);
	e->effects[e->effect_count++] = effect;
}

/* A message that others pushed out in the same step can be shown no more. */
static bool
is_outdated(const struct engine *e, const struct effect *effect)
{
	if (effect->kind != EFFECT_MESSAGE && effect->kind != EFFECT_DELIVERY &&
	    effect->kind != EFFECT_REVISED)
		return false;
	if (effect->serial == 0)
		return false;
	const struct conv *c = model_conv(e->model, effect->conv);
	return effect->serial < c->first_serial ||
	       effect->serial >= c->next_serial;
}

bool
engine_next(struct engine *e, struct effect *ret_effect)
{
	while (e->effect_next < e->effect_count &&
	       is_outdated(e, &e->effects[e->effect_next]))
		e->effect_next++;
	if (e->effect_next == e->effect_count)
		return false;
	*ret_effect = e->effects[e->effect_next++];
	const uint8_t *base = buf_data(&e->effect_bytes);
	if (ret_effect->bytes != NULL)
		ret_effect->bytes = base + (uintptr_t)ret_effect->bytes;
	if (ret_effect->text != NULL)
		ret_effect->text =
		    (const char *)base + (uintptr_t)ret_effect->text;
	if (ret_effect->line != NULL)
		ret_effect->line =
		    (const char *)base + (uintptr_t)ret_effect->line;
	struct file_piece *p = &ret_effect->piece;
	if (p->name != NULL)
		p->name = (const char *)base + (uintptr_t)p->name;
	if (p->bytes != NULL)
		p->bytes = base + (uintptr_t)p->bytes;
	trace_effect(e, ret_effect);
	return true;
}

void
effects_free(struct engine *e)
{
	free(e->effects);
	file_conns_wipe(e);
	buf_clear(&e->effect_bytes);
}
