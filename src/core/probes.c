/* SPDX-License-Identifier: MIT */
/*
 * Who asks is known by his keys, and answered as long as it costs little: not
 * to strangers, not too often, and nothing that they would not hear by
 * listening themselves. What nobody asked for is no answer.
 */
#include "core/probes.h"

#include "core/paths.h"

#include <string.h>

enum {
	SMALL_MAX = 1024,
	/* What was announced a little before counts as well. */
	LOOK_BACK_MS = 5000,
	/* A datagram of ours needs a moment to be heard. */
	HEARD_SETTLE_MS = 300,
	/* One may be lost. */
	HEARD_ENOUGH = 2,
};

bool
probes_may_ask(const struct engine *e, const struct contact *k)
{
	const struct peer *p = k == NULL ? NULL : model_peer(e->model, &k->fp);

	return p != NULL && k->pinned && !k->in_inbox &&
	       p->trust != TRUST_BLOCKED &&
	       (p->trust != TRUST_CHANGED || k->accepted);
}

static bool
send_small(
    struct engine *e, struct now now, struct conn *c, const struct msg *m)
{
	uint8_t out[SMALL_MAX];
	size_t n;

	if (msg_encode(m, out, sizeof(out), &n) < 0 ||
	    carrier_send(&c->carrier, now, out, n) < 0)
		return false;
	conn_flush(e, now, c);
	return true;
}

uint64_t
probes_ask(struct engine *e, struct now now, struct conn *c, uint8_t type,
    int64_t since_ms)
{
	struct asking *a = &e->askings[e->asking_next++ % ASKINGS_MAX];
	struct msg m = { .type = type };
	uint64_t nonce = 0;

	while (nonce == 0)
		rng_fill(&e->rng, &nonce, sizeof(nonce));
	if (type == MSG_HEARD_ASK)
		m.heard.nonce = nonce;
	else
		m.echo.nonce = nonce;
	if (!send_small(e, now, c, &m))
		return 0;
	*a = (struct asking){
		.nonce = nonce,
		.conn = c->id,
		.type = type,
		.since_ms = since_ms,
		.at_ms = now.mono_ms,
	};
	return nonce;
}

/* The newest first, but for those in front of first. */
static void
add_heard(
    struct msg_heard *h, size_t first, const struct peer *p, uint32_t ago_s)
{
	size_t at = h->count;

	while (at > first && h->all[at - 1].ago_s > ago_s)
		at--;
	h->more |= h->count == HEARD_MAX;
	if (at == HEARD_MAX)
		return;
	h->count += h->count < HEARD_MAX ? 1 : 0;
	memmove(&h->all[at + 1], &h->all[at],
	    (h->count - 1 - at) * sizeof(h->all[0]));
	memcpy(h->all[at].fp, p->fp.b, HEARD_FP_SIZE);
	h->all[at].ago_s = ago_s;
}

static int64_t
heard_ago_s(const struct peer *p, struct now now)
{
	return p->heard_ms == 0 ? INT64_MAX
				: (now.mono_ms - p->heard_ms) / 1000;
}

/* Who asks comes first: he wants to know of himself above all. */
static void
list_heard(const struct engine *e, struct now now, const struct fp *asker,
    struct msg_heard *h)
{
	const struct model *m = e->model;
	const struct peer *him = model_peer(m, asker);

	if (him != NULL && heard_ago_s(him, now) <= HEARD_LATE_S)
		add_heard(h, 0, him, (uint32_t)heard_ago_s(him, now));
	size_t first = h->count;
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		int64_t ago_s = heard_ago_s(p, now);
		if (p != him && ago_s <= HEARD_LATE_S)
			add_heard(h, first, p, (uint32_t)ago_s);
	}
}

/* On a connection of its own nothing but its bounds is in the way. */
static bool
may_answer(
    struct engine *e, struct now now, const struct conn *c, const struct msg *m)
{
	struct contact *k = c->contact;
	bool heard = m->type == MSG_HEARD_ASK;

	if (!probes_may_ask(e, k))
		return false;
	if (c->probe && !heard)
		return true;
	if (!heard && m->echo.load_size > ECHO_CHAT_MAX)
		return false;
	if (k->asks.burst == 0)
		bucket_init(
		    &k->asks, ASKS_PER_S * 1000, ASKS_BURST, now.mono_ms);
	return bucket_take_n(&k->asks, heard ? HEARD_COST : 1, now.mono_ms);
}

static void
asked(struct engine *e, struct now now, struct conn *c, const struct msg *m)
{
	struct msg answer = { .type = MSG_ECHO_BACK };

	if (!may_answer(e, now, c, m)) {
		e->model->asks_refused++;
		return;
	}
	if (m->type == MSG_HEARD_ASK) {
		answer.type = MSG_HEARD;
		list_heard(e, now, &c->fp, &answer.heard);
		answer.heard.nonce = m->heard.nonce;
	} else {
		c->probe_bytes += m->echo.load_size;
		answer.echo.nonce = m->echo.nonce;
		answer.echo.size = c->probe_bytes;
	}
	send_small(e, now, c, &answer);
}

static size_t
announced_between(const struct engine *e, int64_t from_ms, int64_t to_ms)
{
	size_t n = 0, known = e->announced_count < ANNOUNCED_MAX
				  ? e->announced_count
				  : ANNOUNCED_MAX;

	for (size_t i = 0; i < known; i++)
		n += e->announced_ms[i] >= from_ms &&
		     e->announced_ms[i] <= to_ms;
	return n;
}

/* What it heard counts when it is of this moment; that it heard nothing, when
 * there was something to hear. */
static enum hears
judge_hears(const struct engine *e, struct now now, const struct asking *a,
    const struct msg_heard *h)
{
	int64_t window_s = (now.mono_ms - a->since_ms) / 1000 + 1;

	for (size_t i = 0; i < h->count; i++)
		if (memcmp(h->all[i].fp, e->identity->fp.b, HEARD_FP_SIZE) ==
			0 &&
		    h->all[i].ago_s <= window_s)
			return HEARS_US;
	return announced_between(e, a->since_ms, a->at_ms - HEARD_SETTLE_MS) >=
		       HEARD_ENOUGH
		   ? HEARS_US_NOT
		   : HEARS_UNKNOWN;
}

static struct asking *
asking_find(
    struct engine *e, const struct conn *c, uint64_t nonce, uint8_t type)
{
	for (size_t i = 0; i < ASKINGS_MAX; i++) {
		struct asking *a = &e->askings[i];
		if (nonce != 0 && a->nonce == nonce && a->conn == c->id &&
		    a->type == type)
			return a;
	}
	return NULL;
}

static void
answered(struct engine *e, struct now now, struct conn *c, const struct msg *m)
{
	bool heard = m->type == MSG_HEARD;
	enum hears hears = HEARS_UNKNOWN;
	struct asking *a =
	    asking_find(e, c, heard ? m->heard.nonce : m->echo.nonce,
		heard ? MSG_HEARD_ASK : MSG_ECHO);

	if (a != NULL)
		a->nonce = 0;
	if (a != NULL && heard) {
		struct peer *p = model_peer_edit(e->model, &c->fp);
		hears = judge_hears(e, now, a, &m->heard);
		p->hears_us = hears;
		p->hears_us_ms = now.mono_ms;
		model_touch(e->model);
	}
	/* How much of a load has come is told without a question for each. */
	if (a != NULL || c->path != 0)
		path_answered(e, now, c, m, hears);
}

bool
probes_input(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	struct msg m;

	if (n == 0 || p[0] < MSG_HEARD_ASK || p[0] > MSG_ECHO_BACK ||
	    msg_decode(p, n, &m) < 0)
		return false;
	if (m.type == MSG_HEARD_ASK || m.type == MSG_ECHO)
		asked(e, now, c, &m);
	else
		answered(e, now, c, &m);
	return true;
}

void
engine_ask_round(struct engine *e, struct now now)
{
	effects_begin(e, now);
	discover_announce(e->discover, now);
	e->round_ms = now.mono_ms + ASK_ROUND_MS;
	engine_tick_rest(e, now);
}

void
probes_tick(struct engine *e, struct now now)
{
	size_t asked = 0;

	if (now.mono_ms < e->round_ms)
		return;
	e->round_ms = NEVER_MS;
	for (size_t i = 0; i < e->contact_count && asked < ASKINGS_MAX; i++) {
		struct contact *k = e->contacts[i];
		struct conn *c = conn_get(e, k->conn);
		if (c != NULL && probes_may_ask(e, k) &&
		    probes_ask(e, now, c, MSG_HEARD_ASK,
			now.mono_ms - ASK_ROUND_MS - LOOK_BACK_MS) != 0)
			asked++;
	}
}
