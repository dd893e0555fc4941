/* SPDX-License-Identifier: MIT */
/*
 * What came over which interface, and of whom: numbers that tell where those
 * got lost who are missing. Anybody can make them grow; nothing but what is
 * shown depends on them.
 */
#include "core/trace.h"

#include <string.h>

static struct iface_traffic *
traffic_of(struct model *m, unsigned index, enum addr_family family)
{
	const struct iface *f = NULL;

	for (size_t i = 0; i < m->traffic_count; i++) {
		struct iface_traffic *t = &m->traffic[i];
		if (t->index == index && t->family == family)
			return t;
	}
	for (size_t i = 0; f == NULL && i < m->iface_count; i++)
		if (m->ifaces[i].index == index)
			f = &m->ifaces[i];
	if (f == NULL || m->traffic_count == TRAFFIC_MAX)
		return NULL;
	struct iface_traffic *t = &m->traffic[m->traffic_count++];
	*t = (struct iface_traffic){ .index = index, .family = family };
	memcpy(t->name, f->name, sizeof(t->name));
	return t;
}

/* Those of one kind make room for each other, so that nobody who can invent
 * the ones hides the others. */
static struct stray_beacon *
stray_place(struct model *m, enum discover_drop why)
{
	struct stray_beacon *oldest = NULL;
	size_t same = 0;

	for (size_t i = 0; i < m->stray_count; i++) {
		struct stray_beacon *s = &m->strays[i];
		if (s->why != why)
			continue;
		same++;
		if (oldest == NULL || s->last_ms < oldest->last_ms)
			oldest = s;
	}
	return same < BEACON_STRAYS_OF_KIND ? &m->strays[m->stray_count++]
					    : oldest;
}

_Static_assert(
    3 * BEACON_STRAYS_OF_KIND <= BEACON_STRAYS_MAX, "there are three kinds");

static bool
is_same(const struct stray_beacon *a, const struct stray_beacon *b)
{
	return a->why == b->why && a->version == b->version &&
	       (a->why == DROP_OWN
		       ? memcmp(a->instance, b->instance, INSTANCE_SIZE) == 0
		       : addr_same_host(&a->from, &b->from));
}

static void
add_stray(struct model *m, const struct stray_beacon *new)
{
	struct stray_beacon *s = NULL;

	for (size_t i = 0; s == NULL && i < m->stray_count; i++)
		if (is_same(&m->strays[i], new))
			s = &m->strays[i];
	if (s == NULL) {
		s = stray_place(m, new->why);
		*s = (struct stray_beacon){ .count = 0 };
	}
	/* The same one over another interface, or a recording. */
	if (new->why == DROP_OWN && s->count > 0 && new->seq <= s->seq)
		return;
	uint64_t count = s->count + 1;
	*s = *new;
	s->count = count;
}

static void
note_stray(struct engine *e, struct now now, const struct arrived *a,
    enum discover_drop drop)
{
	struct stray_beacon s = {
		.why = drop,
		.from = a->from,
		.index = a->index,
		.last_ms = now.mono_ms,
	};
	enum { MAJOR_AT = 4 };

	if (drop == DROP_OWN &&
	    !discover_last_is_twin(e->discover, s.instance, &s.seq))
		return;
	if (drop == DROP_VERSION && a->size > MAJOR_AT)
		s.version = a->bytes[MAJOR_AT];
	add_stray(e->model, &s);
}

static bool
is_well_formed(enum discover_drop drop)
{
	return drop != DROP_RATE_TOTAL && drop != DROP_FORMAT &&
	       drop != DROP_VERSION && drop != DROP_OFF_LINK;
}

void
hearing_datagram(struct engine *e, struct now now, const struct arrived *a)
{
	struct model *m = e->model;
	enum discover_drop drop = discover_last_drop(e->discover);
	struct iface_traffic *t =
	    traffic_of(m, a->index, (enum addr_family)a->from.family);
	uint8_t instance[INSTANCE_SIZE];
	uint32_t seq;

	meter_add(&m->received_rate, now, 1);
	if (drop < DROP_KINDS)
		meter_add(&m->dropped_rate[drop], now, 1);
	if (drop == DROP_OWN || drop == DROP_VERSION || drop == DROP_OFF_LINK)
		note_stray(e, now, a, drop);
	if (t == NULL || !is_well_formed(drop))
		return;
	if (drop == DROP_OWN &&
	    !discover_last_is_twin(e->discover, instance, &seq)) {
		t->own++;
		return;
	}
	t->heard++;
	meter_add(&t->heard_rate, now, 1);
}

/* Also the same announcement by another way: it was heard there, too. */
void
hearing_sighting(struct engine *e, struct now now, const struct sighting *s,
    const struct arrived *a)
{
	struct peer *p = model_peer_edit(e->model, &s->fp);
	const struct iface_traffic *t =
	    traffic_of(e->model, a->index, (enum addr_family)a->from.family);
	bool alone = (s->beacon.flags & BEACON_REPLY) != 0;

	if (p == NULL || s->kind == SIGHT_NONE || s->kind == SIGHT_PROBE)
		return;
	*(alone ? &p->answered_ms : &p->heard_ms) = now.mono_ms;
	if (t != NULL && !alone)
		p->heard_on |= UINT64_C(1) << (t - e->model->traffic);
}

void
hearing_announced(struct engine *e, struct now now)
{
	e->model->last_announce_ms = now.mono_ms;
	e->announced_ms[e->announced_count++ % ANNOUNCED_MAX] = now.mono_ms;
}

/* Several addresses of one family on an interface get one datagram, and the
 * entries behind the first know nothing of it. */
static bool
is_repeat(const struct iface *ifaces, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (ifaces[i].index == ifaces[at].index &&
		    ifaces[i].addr.family == ifaces[at].addr.family &&
		    ifaces[i].use == IFACE_USED)
			return true;
	return false;
}

void
engine_broadcast_sent(
    struct engine *e, struct now now, const struct iface *ifaces, size_t count)
{
	struct model *m = e->model;

	trace_network(e, true, ifaces, count, false);
	for (size_t i = 0; i < count; i++) {
		const struct iface *f = &ifaces[i];
		if (f->use != IFACE_USED || is_repeat(ifaces, i))
			continue;
		for (size_t j = 0; j < m->iface_count; j++)
			if (m->ifaces[j].index == f->index &&
			    addr_equal(&m->ifaces[j].addr, &f->addr))
				m->ifaces[j].last_error = f->last_error;
		struct iface_traffic *t =
		    traffic_of(m, f->index, (enum addr_family)f->addr.family);
		if (t == NULL)
			continue;
		if (f->last_error != 0) {
			t->unsent++;
			t->last_error = f->last_error;
			t->last_error_ms = now.wall_ms;
			continue;
		}
		t->sent++;
		meter_add(&t->sent_rate, now, 1);
	}
}
