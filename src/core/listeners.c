/* SPDX-License-Identifier: MIT */
/*
 * Who owns which port, and which stream. A stream of another dialect shares
 * the numbers of connections and nothing else: it has a count of its own, so
 * that no crowd there keeps an earshot session out.
 */
#include "core/listeners.h"

#include "core/engine_state.h"
#include "core/ipmsg_line.h"
#include "core/ipmsg_transfer.h"
#include "core/plain.h"
#include "core/trace.h"

#include <errno.h>

enum { STREAM_DIAL_MS = 10000 };

static struct listener *
listener_get(struct engine *e, uint32_t number)
{
	for (size_t i = 0; number != 0 && i < LISTENERS_MAX; i++)
		if (e->listeners[i].number == number)
			return &e->listeners[i];
	return NULL;
}

const struct listener *
listeners_find(const struct engine *e, uint32_t number)
{
	for (size_t i = 0; number != 0 && i < LISTENERS_MAX; i++)
		if (e->listeners[i].number == number)
			return &e->listeners[i];
	return NULL;
}

const struct listener *
listeners_next(const struct engine *e, enum listener_use use, size_t *at)
{
	while (*at < LISTENERS_MAX) {
		const struct listener *l = &e->listeners[(*at)++];
		if (l->number != 0 && l->use == use)
			return l;
	}
	return NULL;
}

uint32_t
listeners_open(struct engine *e, enum listener_use use,
    enum transport transport, uint16_t port)
{
	struct listener *l = e->listeners;

	while (l < e->listeners + LISTENERS_MAX && l->number != 0)
		l++;
	if (l == e->listeners + LISTENERS_MAX)
		return 0;
	/* Never one of before: a late datagram finds nobody. */
	*l = (struct listener){
		.number = ++e->listener_number,
		.use = use,
		.transport = transport,
		.port = port,
	};
	effect_add(e, (struct effect){ .kind = EFFECT_LISTEN,
			  .token = l->number,
			  .port = port,
			  .transport = transport });
	return l->number;
}

void
listeners_close(struct engine *e, uint32_t number)
{
	struct listener *l = listener_get(e, number);

	if (l == NULL)
		return;
	effect_add(
	    e, (struct effect){ .kind = EFFECT_UNLISTEN, .token = l->number });
	*l = (struct listener){ .number = 0 };
}

void
listeners_send(struct engine *e, uint32_t number, const struct addr *to,
    const uint8_t *p, size_t n)
{
	effect_add(e, (struct effect){ .kind = EFFECT_DATAGRAM,
			  .via = number,
			  .addr = *to,
			  .bytes = p,
			  .size = n });
}

void
listeners_broadcast(struct engine *e, uint32_t number, uint16_t port,
    const uint8_t *p, size_t n)
{
	effect_add(e, (struct effect){ .kind = EFFECT_BROADCAST,
			  .via = number,
			  .port = port,
			  .bytes = p,
			  .size = n });
}

struct conn *
stream_dial(
    struct engine *e, struct now now, const struct addr *to, enum conn_use use)
{
	struct conn *c = conn_new_stream(e, to, use);

	if (c == NULL)
		return NULL;
	c->deadline_ms = now.mono_ms + STREAM_DIAL_MS;
	effect_add(e,
	    (struct effect){ .kind = EFFECT_DIAL, .conn = c->id, .addr = *to });
	return c;
}

void
stream_send(struct engine *e, const struct conn *c, const uint8_t *p, size_t n)
{
	effect_add(
	    e, (struct effect){
		   .kind = EFFECT_SEND, .conn = c->id, .bytes = p, .size = n });
}

void
stream_close(struct engine *e, struct conn *c)
{
	effect_add(e, (struct effect){ .kind = EFFECT_CLOSE, .conn = c->id });
	conn_free_stream(e, c);
}

/* What happened, to the dialect whose port or stream it is. */

static enum conn_use
stream_use(const struct listener *l)
{
	switch (l->use) {
	case LISTENER_PLAIN:
		break;
	case LISTENER_IPMSG:
		return CONN_IPMSG_FILE;
	}
	return CONN_PLAIN;
}

static void
dialect_listening(
    struct engine *e, struct now now, const struct listener *l, int sys_errno)
{
	switch (l->use) {
	case LISTENER_PLAIN:
		plain_listening(e, now, l, sys_errno);
		break;
	case LISTENER_IPMSG:
		ipmsg_line_listening(e, now, l, sys_errno);
		break;
	}
}

static void
dialect_datagram(struct engine *e, struct now now, const struct listener *l,
    const struct port_input *in)
{
	switch (l->use) {
	case LISTENER_PLAIN:
		plain_datagram(e, now, l, in);
		break;
	case LISTENER_IPMSG:
		ipmsg_line_datagram(e, now, in);
		break;
	}
}

static bool
dialect_accepted(
    struct engine *e, struct now now, struct conn *c, const struct listener *l)
{
	switch (l->use) {
	case LISTENER_PLAIN:
		return plain_accepted(e, now, c, l);
	case LISTENER_IPMSG:
		return ipmsg_transfer_accepted(e, now, c);
	}
	return true;
}

static void
dialect_opened(struct engine *e, struct now now, struct conn *c)
{
	switch (c->use) {
	case CONN_PLAIN:
		plain_opened(e, now, c);
		break;
	case CONN_IPMSG_FILE:
		ipmsg_transfer_opened(e, now, c);
		break;
	case CONN_EARSHOT:
		break;
	}
}

void
stream_bytes(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	switch (c->use) {
	case CONN_PLAIN:
		plain_bytes(e, now, c, p, n);
		break;
	case CONN_IPMSG_FILE:
		ipmsg_transfer_bytes(e, now, c, p, n);
		break;
	case CONN_EARSHOT:
		break;
	}
}

/* c goes when this is over; sys_errno is 0 for a plain end. */
static void
dialect_closed(struct engine *e, struct now now, struct conn *c, int sys_errno)
{
	switch (c->use) {
	case CONN_PLAIN:
		plain_closed(e, now, c, sys_errno);
		break;
	case CONN_IPMSG_FILE:
		ipmsg_transfer_closed(e, now, c, sys_errno);
		break;
	case CONN_EARSHOT:
		break;
	}
}

static void
dialect_drained(struct engine *e, struct now now, struct conn *c)
{
	switch (c->use) {
	case CONN_IPMSG_FILE:
		ipmsg_transfer_drained(e, now, c);
		break;
	case CONN_PLAIN:
		plain_drained(e, now, c);
		break;
	case CONN_EARSHOT:
		break;
	}
}

void
stream_opened(struct engine *e, struct now now, struct conn *c)
{
	c->state = CONN_STREAM;
	c->deadline_ms = NEVER_MS;
	dialect_opened(e, now, c);
}

void
stream_late(struct engine *e, struct now now, struct conn *c)
{
	if (c->use == CONN_IPMSG_FILE) {
		ipmsg_transfer_late(e, now, c);
		return;
	}
	effect_add(e, (struct effect){ .kind = EFFECT_CLOSE, .conn = c->id });
	stream_closed(e, now, c, ETIMEDOUT);
}

void
stream_closed(struct engine *e, struct now now, struct conn *c, int sys_errno)
{
	dialect_closed(e, now, c, sys_errno);
	conn_free_stream(e, c);
}

void
engine_listening(struct engine *e, struct now now, uint32_t token,
    uint16_t port, int sys_errno)
{
	effects_begin(e, now);
	trace_listening(e, token, port, sys_errno);
	struct listener *l = listener_get(e, token);
	if (l == NULL)
		return;
	l->stands = sys_errno == 0;
	if (l->stands)
		l->port = port;
	struct listener copy = *l;
	if (!copy.stands)
		*l = (struct listener){ .number = 0 };
	dialect_listening(e, now, &copy, sys_errno);
}

void
engine_datagram_at(
    struct engine *e, struct now now, uint32_t via, const struct port_input *in)
{
	effects_begin(e, now);
	trace_port_datagram(e, via, in);
	const struct listener *l = listeners_find(e, via);
	if (l != NULL && l->stands)
		dialect_datagram(e, now, l, in);
}

uint32_t
engine_accepted_at(
    struct engine *e, struct now now, uint32_t via, const struct addr *from)
{
	effects_begin(e, now);
	const struct listener *l = listeners_find(e, via);
	if (l == NULL || e->model->leaving)
		return 0;
	struct conn *c = conn_new_stream(e, from, stream_use(l));
	trace_accepted(e, c == NULL ? 0 : c->id, via, from);
	if (c == NULL)
		return 0;
	c->accepted = true;
	c->via = via;
	c->state = CONN_STREAM;
	if (dialect_accepted(e, now, c, l))
		return c->id;
	conn_free_stream(e, c);
	return 0;
}

void
engine_drained(struct engine *e, struct now now, uint32_t conn)
{
	effects_begin(e, now);
	struct conn *c = conn_get(e, conn);
	if (c != NULL && c->state == CONN_STREAM)
		dialect_drained(e, now, c);
}
