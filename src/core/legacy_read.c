/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a text stay with it: what was guessed wrong is read again when
 * somebody knows better, and what is under a seal is no text before it is
 * opened.
 */
#include "core/legacy.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/ipmsg_line.h"

#include <stdlib.h>
#include <string.h>

char *
legacy_text_of(const struct message *m, size_t *ret_size)
{
	size_t n;
	char *utf8 = charset_decode(m->charset, m->raw, m->raw_size, &n, NULL);
	char *text = peer_text(untrusted_of(utf8, n), PEER_TEXT_BODY, ret_size);

	free(utf8);
	return text;
}

static void
remember(struct engine *e, enum change_kind kind, const struct conv *c,
    const struct message *m)
{
	struct change change = {
		.kind = kind,
		.fp = c->fp,
		.row = m->row,
		.id = m->id,
		.from = m->from,
		.text = m->text,
		.size = m->size,
		.charset = m->charset,
	};

	commit_change(e, contact_find(e, &c->fp), &change);
}

/* From the bytes, and in the model. It may push out older messages. */
static void
read_again(struct engine *e, struct conv *c, struct message *m)
{
	size_t n;
	char *text = legacy_text_of(m, &n);

	conv_set_text(e->model, c, m, text, n);
	free(text);
}

static void
unseal(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p = model_peer_edit(e->model, &cmd->peer);
	struct conv *c = p == NULL ? NULL : model_conv_edit(e->model, p->conv);
	struct message *m =
	    c == NULL ? NULL : conv_find_text_of(c, &cmd->target, false);

	if (m == NULL || m->seal != SEAL_CLOSED) {
		engine_error(e, now, cmd->conv, "that message is not sealed");
		return;
	}
	m->seal = SEAL_OPENED;
	if (m->raw != NULL)
		read_again(e, c, m);
	remember(e, CHANGE_SEAL, c, m);
	effect_message(e, c, m);
	if (p->dialect == DIALECT_IPMSG)
		ipmsg_line_opened(e, now, p, &cmd->target);
}

static enum charset
charset_for(const struct peer *p, const struct message *m)
{
	return p->charset != CHARSET_AUTO
		   ? p->charset
		   : charset_guess(m->raw, m->raw_size, p->guessed);
}

/* Whether it is to be read again as it is not now. */
static bool
is_stale(const struct peer *p, const struct message *m)
{
	return !m->mine && m->raw != NULL && !m->declared && !m->deleted &&
	       fp_equal(&m->from, &p->fp) && charset_for(p, m) != m->charset;
}

static size_t
recode_conv(struct engine *e, const struct peer *p, struct conv *c)
{
	size_t count = 0;

	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		struct message *m = conv_message_edit(c, s - 1);
		if (!is_stale(p, m))
			continue;
		m->charset = charset_for(p, m);
		/* One that is closed is read when it is opened. */
		if (m->seal == SEAL_CLOSED)
			continue;
		read_again(e, c, m);
		remember(e, CHANGE_RECODE, c, m);
		effect_message(e, c, m);
		count++;
	}
	return count;
}

static void
tell(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p)
{
	if (p->charset != CHARSET_AUTO)
		engine_info(e, now, cmd->conv, "texts of %s are read as %s",
		    p->name, charset_text(p->charset));
	else if (p->guessed != CHARSET_AUTO)
		engine_info(e, now, cmd->conv,
		    "the encoding of %s is guessed: %s for the last text",
		    p->name, charset_text(p->guessed));
	else
		engine_info(e, now, cmd->conv, "the encoding of %s is guessed",
		    p->name);
}

static void
set(struct engine *e, struct contact *k, struct peer *p, enum charset charset)
{
	p->charset = charset;
	recode_conv(e, p, model_conv_edit(e->model, CONV_NEARBY));
	if (p->conv != 0)
		recode_conv(e, p, model_conv_edit(e->model, p->conv));
	if (charset != CHARSET_AUTO)
		p->guessed = charset;
	if (p->dialect == DIALECT_IPMSG)
		ipmsg_line_recoded(e, p);
	model_touch(e->model);
	contact_keep(e, k);
	effect_peer(e, &p->fp);
}

static void
set_encoding(struct engine *e, struct now now, const struct command *cmd)
{
	struct peer *p = model_peer_edit(e->model, &cmd->peer);
	struct contact *k = NULL;

	if (p == NULL) {
		engine_error(e, now, cmd->conv, "that peer is not known");
		return;
	}
	if (!peer_is_legacy(p)) {
		engine_error(e, now, cmd->conv,
		    "not done: %s uses earshot, which is UTF-8 always",
		    p->name);
		return;
	}
	if (cmd->on && cmd->number < CHARSETS)
		k = contact_get(e, now, &p->fp);
	if (k != NULL)
		set(e, k, p, (enum charset)cmd->number);
	tell(e, now, cmd, p);
}

void
legacy_read(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->kind == COMMAND_UNSEAL)
		unseal(e, now, cmd);
	else
		set_encoding(e, now, cmd);
}

void
legacy_loaded(struct engine *e, const struct conv *c, struct message *m)
{
	const struct peer *p = model_peer(e->model, &m->from);

	/* What is guessed was guessed when it came. */
	if (p == NULL || p->charset == CHARSET_AUTO || !is_stale(p, m))
		return;
	m->charset = p->charset;
	if (m->seal == SEAL_CLOSED)
		return;
	free(m->text);
	m->text = legacy_text_of(m, &m->size);
	remember(e, CHANGE_RECODE, c, m);
}

void
legacy_catch_up(struct engine *e, struct conv *c, const struct change *change)
{
	struct message *m = conv_find_id(c, &change->id);

	if (m == NULL || m->mine || m->deleted)
		return;
	if (change->kind == CHANGE_SEAL)
		m->seal = SEAL_OPENED;
	m->charset = change->charset;
	conv_set_text(e->model, c, m, change->text, change->size);
}
