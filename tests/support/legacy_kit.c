/* SPDX-License-Identifier: MIT */
#include "legacy_kit.h"

#include "core/ipmsg_line.h"
#include "core/plain.h"

#include <string.h>

struct legacy_kit lkit;

void __wrap_ipmsg_line_flush(struct engine *e, struct now now, struct peer *p);
void __wrap_ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);
void __wrap_ipmsg_line_opened(struct engine *e, struct now now,
    const struct peer *p, const struct msg_id *id);
void __wrap_plain_flush(struct engine *e, struct now now, struct peer *p);
void __wrap_plain_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);

void
__wrap_ipmsg_line_flush(struct engine *e, struct now now, struct peer *p)
{
	(void)e;
	(void)now;
	(void)p;
	lkit.flushes++;
}

void
__wrap_ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	(void)e;
	(void)now;
	(void)p;
	lkit.stored++;
	lkit.token = token;
}

void
__wrap_ipmsg_line_opened(struct engine *e, struct now now, const struct peer *p,
    const struct msg_id *id)
{
	(void)e;
	(void)now;
	(void)p;
	lkit.opened++;
	lkit.id = *id;
}

void
__wrap_plain_flush(struct engine *e, struct now now, struct peer *p)
{
	__wrap_ipmsg_line_flush(e, now, p);
}

void
__wrap_plain_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	__wrap_ipmsg_line_stored(e, now, p, token);
}

int
lkit_begin(void **state)
{
	(void)state;
	lkit = (struct legacy_kit){ 0 };
	ekit_init(&lkit.k, 1);
	return 0;
}

int
lkit_end(void **state)
{
	(void)state;
	ekit_clear(&lkit.k);
	return 0;
}

/* The end of an input. */
static void
finish(void)
{
	engine_tick_rest(lkit.k.engine, lkit.k.now);
	ekit_drain(&lkit.k);
}

struct fp
lkit_meet_in(enum dialect d, const char *handle, const char *name)
{
	struct engine *e = lkit.k.engine;

	effects_begin(e, lkit.k.now);
	struct peer *p = legacy_peer(e, lkit.k.now, d, handle, name);
	legacy_presence(e, lkit.k.now, p, PRESENCE_ONLINE);
	struct fp fp = p->fp;
	finish();
	return fp;
}

struct fp
lkit_meet(const char *handle, const char *name)
{
	return lkit_meet_in(DIALECT_IPMSG, handle, name);
}

struct peer *
lkit_peer(const struct fp *fp)
{
	return model_peer_edit(lkit.k.engine->model, fp);
}

void
lkit_presence(const struct fp *fp, enum presence presence)
{
	effects_begin(lkit.k.engine, lkit.k.now);
	legacy_presence(lkit.k.engine, lkit.k.now, lkit_peer(fp), presence);
	finish();
}

bool
lkit_arrive_as(const struct fp *fp, struct legacy_text t, const char *text)
{
	struct engine *e = lkit.k.engine;

	effects_begin(e, lkit.k.now);
	t.raw = (const uint8_t *)text;
	t.raw_size = strlen(text);
	bool taken = legacy_arrived(e, lkit.k.now, lkit_peer(fp), &t);
	finish();
	return taken;
}

bool
lkit_arrive(const struct fp *fp, const char *text, uint64_t token)
{
	return lkit_arrive_as(fp, (struct legacy_text){ .token = token }, text);
}

bool
lkit_next(const struct fp *fp, struct chat_post *ret_post)
{
	effects_begin(lkit.k.engine, lkit.k.now);
	bool there = legacy_next(lkit.k.engine, lkit_peer(fp), ret_post);
	finish();
	return there;
}

void
lkit_answer(const struct fp *fp, const struct msg_id *id,
    enum delivery delivery, const char *reason)
{
	effects_begin(lkit.k.engine, lkit.k.now);
	legacy_answered(
	    lkit.k.engine, lkit.k.now, lkit_peer(fp), id, delivery, reason);
	finish();
}

void
lkit_addr(const struct fp *fp, const struct addr *a)
{
	effects_begin(lkit.k.engine, lkit.k.now);
	peer_add_addr(lkit.k.engine->model, lkit_peer(fp), a);
	finish();
}

const struct message *
lkit_last(const struct fp *fp)
{
	const struct conv *c = model_conv_of(engine_model(lkit.k.engine), fp);

	return conv_message(c, c->next_serial - 1);
}

void
lkit_say(const struct fp *fp, const char *text)
{
	ekit_command(&lkit.k, COMMAND_SAY, fp, text);
}
