/* SPDX-License-Identifier: MIT */
/*
 * What a record is made of, taken where the engine begins and ends. Whatever
 * leaves here is meant to be read by strangers: record_kept.c decides about
 * bytes, and nothing that was typed comes by.
 */
#include "core/trace.h"

#include "base/peer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
stop(struct trace *t, int why)
{
	t->on = false;
	t->ended = why;
}

static void
tell(struct engine *e, const struct record_entry *entry)
{
	struct trace *t = &e->trace;
	struct record_entry r = *entry;
	uint8_t bytes[RECORD_ENTRY_MAX];
	size_t n;

	r.at_ms = t->now_ms - t->began_ms;
	if (r.at_ms > RECORD_AT_MAX)
		stop(t, RECORD_END_TIME);
	else if (record_encode(&r, bytes, &n) < 0 ||
		 buf_append(&t->entries, bytes, n) < 0)
		stop(t, RECORD_END_SIZE);
}

bool
engine_trace_next(struct engine *e, struct record_entry *ret_entry)
{
	struct trace *t = &e->trace;

	buf_consume(&t->entries, t->given);
	t->given = 0;
	/* What was encoded here is whole. */
	return buf_size(&t->entries) > 0 &&
	       record_decode(buf_data(&t->entries), buf_size(&t->entries),
		   ret_entry, &t->given) == 1;
}

int
engine_trace_ended(const struct engine *e)
{
	return e->trace.ended;
}

void
trace_free(struct engine *e)
{
	buf_clear(&e->trace.entries);
}

void
trace_start(struct engine *e, struct now now)
{
	struct record_entry r = { .kind = RECORD_START };

	e->trace = (struct trace){
		.on = true, .began_ms = now.mono_ms, .now_ms = now.mono_ms
	};
	buf_init(&e->trace.entries, TRACE_BYTES_MAX);
	r.start = (struct record_start){
		.wall_ms = now.wall_ms,
		.epoch = e->epoch,
		.tcp_port = e->model->tcp_port,
		.udp_port = e->model->udp_port,
		.discovery_port = e->model->discovery_port,
		.quiet = e->quiet,
	};
	memcpy(r.start.instance, e->instance, INSTANCE_SIZE);
	memcpy(r.start.ed_public, e->identity->ed_public, ED_PUBLIC_SIZE);
	memcpy(r.start.x_public, e->identity->x.public, NOISE_KEY_SIZE);
	snprintf(r.name, sizeof(r.name), "%s", PACKAGE_VERSION);
	tell(e, &r);
}

void
trace_network(struct engine *e, bool sent, const struct iface *ifaces,
    size_t count, bool changed)
{
	if (!trace_is_on(e))
		return;
	struct record_entry r = { .kind = sent ? RECORD_SENT : RECORD_IFACES,
		.on = changed };
	r.iface_count = count < IFACES_MAX ? count : IFACES_MAX;
	if (r.iface_count > 0)
		memcpy(r.ifaces, ifaces, r.iface_count * sizeof(*ifaces));
	tell(e, &r);
}

/* Whom this is about, if he is remembered: before the first that comes of
 * him, since what the engine makes of it depends on that. */
static void
tell_contact(struct engine *e, const uint8_t *p, size_t n)
{
	struct record_entry r = { .kind = RECORD_CONTACT };
	struct beacon b;

	if (beacon_decode(p, n, &b) < 0)
		return;
	beacon_fp(&b, &r.fp);
	struct contact *k = contact_find(e, &r.fp);
	if (k == NULL || !k->pinned || k->traced)
		return;
	k->traced = true;
	r.trust = k->pin.trust;
	discover_counters_of(e->discover, &r.fp, &r.epoch, &r.seq);
	tell(e, &r);
}

void
trace_datagram(struct engine *e, const struct arrived *a)
{
	if (!trace_is_on(e))
		return;
	tell_contact(e, a->bytes, a->size);
	struct record_entry r = {
		.kind = RECORD_IN,
		.index = a->index,
		.addr = a->from,
		.on_link = a->on_link,
		.to_all = a->to_all,
		.size = a->size,
		.kept = record_kept_datagram(a->bytes, a->size),
		.bytes = a->bytes,
	};
	tell(e, &r);
}

static size_t
kept_of_port(const struct engine *e, uint32_t via, const uint8_t *p, size_t n)
{
	const struct listener *l = listeners_find(e, via);

	return l != NULL && l->use == LISTENER_IPMSG ? record_kept_ipmsg(p, n)
						     : 0;
}

void
trace_port_datagram(struct engine *e, uint32_t via, const struct port_input *in)
{
	if (!trace_is_on(e))
		return;
	struct record_entry r = {
		.kind = RECORD_IN,
		.via = via,
		.addr = in->from,
		.to_all = in->to_all,
		.size = in->size,
		.kept = kept_of_port(e, via, in->bytes, in->size),
		.bytes = in->bytes,
	};
	tell(e, &r);
}

void
trace_accepted(
    struct engine *e, uint32_t conn, uint32_t via, const struct addr *from)
{
	if (!trace_is_on(e))
		return;
	struct record_entry r = {
		.kind = RECORD_ACCEPTED, .conn = conn, .via = via, .addr = *from
	};
	tell(e, &r);
}

/* Of a stream of ours what is known to be its first bytes. */
static void
tell_bytes(struct engine *e, bool in, uint32_t conn, const uint8_t *p, size_t n)
{
	struct record_entry r = {
		.kind = in ? RECORD_BYTES_IN : RECORD_BYTES_OUT,
		.conn = conn,
		.size = n,
		.bytes = p,
	};
	struct conn *c = conn_get(e, conn);

	if (c != NULL && c->use == CONN_EARSHOT) {
		bool *begun = in ? &c->traced_in : &c->traced_out;
		r.kept = record_kept_stream(p, n, *begun ? 1 : 0);
		*begun = true;
	}
	tell(e, &r);
}

void
trace_bytes(struct engine *e, uint32_t conn, const uint8_t *p, size_t n)
{
	if (trace_is_on(e))
		tell_bytes(e, true, conn, p, n);
}

void
trace_conn(
    struct engine *e, enum record_kind kind, uint32_t conn, int sys_errno)
{
	if (!trace_is_on(e))
		return;
	struct record_entry r = {
		.kind = kind, .conn = conn, .code = (uint32_t)sys_errno
	};
	tell(e, &r);
}

void
trace_listening(struct engine *e, uint32_t via, uint16_t port, int sys_errno)
{
	if (!trace_is_on(e))
		return;
	const struct listener *l = listeners_find(e, via);
	struct record_entry r = {
		.kind = RECORD_LISTENING,
		.via = via,
		.port = port,
		.code = (uint32_t)sys_errno,
	};
	r.transport = l == NULL ? CARRIER_UDP : l->transport;
	tell(e, &r);
}

static void
tell_sent(struct engine *e, const struct effect *effect)
{
	struct record_entry r = {
		.kind =
		    effect->kind == EFFECT_BROADCAST ? RECORD_ALL : RECORD_OUT,
		.via = effect->via,
		.port = effect->port,
		.addr = effect->addr,
		.size = effect->size,
		.bytes = effect->bytes,
	};

	r.kept =
	    effect->via == 0
		? record_kept_datagram(effect->bytes, effect->size)
		: kept_of_port(e, effect->via, effect->bytes, effect->size);
	tell(e, &r);
}

/* What the user calls somebody is nobody's business: what they call
 * themselves. */
static void
tell_peer(struct engine *e, const struct fp *fp)
{
	const struct peer *p = model_peer(e->model, fp);

	if (p == NULL || p->is_self)
		return;
	struct record_entry r = {
		.kind = RECORD_PEER,
		.fp = *fp,
		.trust = p->trust,
		.addr =
		    p->link == PEER_LINK_UP ? p->link_addr : (struct addr){ 0 },
		.peer = { p->dialect, p->presence, p->link, p->transport },
	};
	/* What stands for somebody without a key is never told. */
	if (peer_is_legacy(p))
		r.fp = (struct fp){ { 0 } };
	snprintf(r.name, sizeof(r.name), "%s", p->called);
	tell(e, &r);
}

void
trace_effect_out(struct engine *e, const struct effect *effect)
{
	struct record_entry r = { .conn = effect->conn, .addr = effect->addr };

	switch ((int)effect->kind) {
	case EFFECT_BROADCAST:
	case EFFECT_DATAGRAM:
		tell_sent(e, effect);
		return;
	case EFFECT_SEND:
		tell_bytes(e, false, effect->conn, effect->bytes, effect->size);
		return;
	case EFFECT_PEER:
		tell_peer(e, &effect->fp);
		return;
	case EFFECT_DIAL:
		r.kind = RECORD_DIAL;
		break;
	case EFFECT_CLOSE:
		r.kind = RECORD_CLOSE;
		break;
	case EFFECT_MOVE:
		if (r.conn == 0)
			return;
		r.kind = RECORD_HANDED;
		break;
	default:
		return;
	}
	tell(e, &r);
}
