/* SPDX-License-Identifier: MIT */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTICE_MAX = 1024 };

void
effect_peer(struct engine *e, const struct fp *fp)
{
	/* Two changes in one step are one piece of news. */
	if (e->effect_count > e->effect_next) {
		const struct effect *last = &e->effects[e->effect_count - 1];
		if (last->kind == EFFECT_PEER && fp_equal(&last->fp, fp))
			return;
	}
	effect_add(e, (struct effect){ .kind = EFFECT_PEER, .fp = *fp });
}

void
peer_set_typing(struct engine *e, struct peer *p, int64_t until_ms)
{
	bool was = p->typing_until_ms != 0, is = until_ms != 0;

	p->typing_until_ms = until_ms;
	if (was == is)
		return;
	model_touch(e->model);
	effect_add(
	    e, (struct effect){ .kind = EFFECT_TYPING, .fp = p->fp, .on = is });
}

static void
effect_delivery(struct engine *e, const struct conv *c, const struct message *m)
{
	effect_add(e, (struct effect){
			  .kind = EFFECT_DELIVERY,
			  .conv = c->id,
			  .serial = m->serial,
			  .id = m->id,
			  .fp = c->fp,
			  .delivery = m->delivery,
			  .text = m->reason,
		      });
}

void
effect_message(struct engine *e, const struct conv *c, const struct message *m)
{
	effect_add(e, (struct effect){
			  .kind = EFFECT_MESSAGE,
			  .conv = c->id,
			  .serial = m->serial,
			  .id = m->id,
			  .delivery = m->delivery,
			  .line = e->answers,
		      });
}

void
message_set_delivery(struct engine *e, const struct conv *c, struct message *m,
    enum delivery delivery, const char *reason)
{
	if (m->delivery == delivery)
		return;
	m->delivery = delivery;
	free(m->reason);
	m->reason = reason == NULL ? NULL : xstrdup(reason);
	model_touch(e->model);
	effect_delivery(e, c, m);
}

/* Whether m says again what stands at the end of c. */
static bool
is_repeated(const struct conv *c, const struct message *m)
{
	if (m->kind != MESSAGE_ERROR || c->first_serial == c->next_serial)
		return false;
	const struct message *last = conv_message(c, c->next_serial - 1);
	return last->kind == m->kind && strcmp(last->text, m->text) == 0;
}

void
effect_set_delivery(struct engine *e, const struct contact *k, int64_t row,
    const struct msg_id *id, enum delivery delivery, const char *reason)
{
	uint32_t conv = model_peer(e->model, &k->fp)->conv;
	struct conv *c = model_conv_edit(e->model, conv);
	struct message *m = c == NULL ? NULL : conv_find_row(c, row, id);

	if (m != NULL)
		message_set_delivery(e, c, m, delivery, reason);
	else if (c != NULL)
		effect_add(e, (struct effect){
				  .kind = EFFECT_DELIVERY,
				  .conv = conv,
				  .id = *id,
				  .fp = k->fp,
				  .delivery = delivery,
				  .text = reason,
			      });
}

/* Takes the text. */
static void
notice_aside(
    struct engine *e, uint32_t conv, enum message_kind kind, char *text)
{
	char *clean = own_text(text, PEER_TEXT_BODY, NULL);

	effect_add(e, (struct effect){ .kind = EFFECT_NOTICE,
			  .conv = conv,
			  .text = clean,
			  .line = e->answers,
			  .on = kind == MESSAGE_ERROR });
	free(clean);
	free(text);
}

void
engine_notice(struct engine *e, struct now now, uint32_t conv,
    enum message_kind kind, char *text)
{
	if (conv >= CONV_ASIDE) {
		notice_aside(e, conv, kind, text);
		return;
	}
	struct conv *c = model_conv_edit(e->model, conv);
	if (c == NULL)
		c = model_conv_edit(e->model, CONV_NEARBY);
	struct message m = {
		.kind = kind,
		.row = e->next_row - 1,
		.arrived_ms = now.wall_ms,
		.sent_ms = now.wall_ms,
	};
	/* It may quote what was typed, pasted or cut short. */
	m.text = own_text(text, PEER_TEXT_BODY, &m.size);
	free(text);
	if (!is_repeated(c, &m)) {
		effect_message(e, c, conv_append(e->model, c, &m));
		return;
	}
	/* Once is enough to be read, but each command has its answer. */
	struct message *last = conv_message_edit(c, c->next_serial - 1);
	last->arrived_ms = m.arrived_ms;
	free(m.text);
	model_touch(e->model);
	effect_message(e, c, last);
}

static char *format_text(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static char *
format_text(const char *format, va_list args)
{
	char text[NOTICE_MAX + UTF8_MAX];

	vsnprintf(text, sizeof(text), format, args);
	return xstrndup(text, utf8_cut(text, strlen(text), NOTICE_MAX));
}

void
engine_info(
    struct engine *e, struct now now, uint32_t conv, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	engine_notice(e, now, conv, MESSAGE_INFO,
	    format_text(say(e->model->lang, format), args));
	va_end(args);
}

void
engine_error(
    struct engine *e, struct now now, uint32_t conv, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	engine_notice(e, now, conv, MESSAGE_ERROR,
	    format_text(say(e->model->lang, format), args));
	va_end(args);
}
