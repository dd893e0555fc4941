/* SPDX-License-Identifier: MIT */
/*
 * A few machines of IP Messenger on a network that loses, doubles and delays,
 * and is parted for a while, with stores that take their time or refuse. Every
 * text is shown once and in order, is told to be delivered only when it is
 * stored, and is reported as waiting in the meantime; when the network is well
 * again, all of them arrive, and then there is silence.
 *
 *   ipmsg [RUNS [SEED]]
 *
 * A run that fails prints the seed that repeats it.
 */
#include "proto/ipmsg.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NODES_MAX = 5,
	TEXTS_MAX = 24,
	FLYING_MAX = 4096,
	SHOWN_MAX = TEXTS_MAX,
	PENDING_MAX = 256,
	LOSSY_MS = 90000,  /* the network is bad, and texts are said */
	PARTED_MS = 40000, /* at most */
	WAIT_MS = 16000,   /* then it must have been reported */
	WELL_MS = 900000,  /* from then on all is well */
	REST_MS = 300000,
};

struct flying {
	int64_t at_ms;
	uint64_t order;
	unsigned from, to;
	bool to_all;
	uint8_t *bytes;
	size_t size;
};

/* A token, until it is stored or refused; or a seal, until it is opened. */
struct pending {
	int64_t at_ms;
	uint64_t token;
	bool refuse, open;
	unsigned text;
	struct msg_id id;
	char handle[IPMSG_HANDLE_MAX];
};

struct node {
	struct ipmsg *m;
	struct rng_seed seed;
	struct pending pending[PENDING_MAX];
	size_t pending_count;
	unsigned last_shown[NODES_MAX]; /* by sender: text number + 1 */
};

struct text {
	unsigned from, to;
	bool sealed;
	int64_t first_ms; /* since then nothing is before it */
	unsigned shown, offered, stored, opened;
	bool waited, delivered, read;
};

struct world {
	uint64_t seed;
	struct rng_seed state;
	struct rng rng;
	int64_t now_ms;
	unsigned nodes, loss, twice;
	int64_t parted_from_ms, parted_until_ms;
	struct node node[NODES_MAX];
	struct text text[TEXTS_MAX];
	unsigned texts;
	struct flying flying[FLYING_MAX];
	size_t flying_count;
	uint64_t order, datagrams;
	const char *wrong;
};

static void
wrong(struct world *w, const char *what)
{
	if (w->wrong == NULL)
		w->wrong = what;
}

static struct now
time_of(const struct world *w)
{
	return (struct now){
		.mono_ms = w->now_ms,
		.wall_ms = INT64_C(1700000000000) + w->now_ms,
	};
}

static struct addr
addr_of(unsigned node)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, 0, 0, (uint8_t)(node + 1) },
		.port = IPMSG_PORT,
	};
}

static unsigned
node_of(const struct addr *a)
{
	return a->ip[3] - 1U;
}

static bool
is_well(const struct world *w)
{
	return w->now_ms > LOSSY_MS + PARTED_MS;
}

static bool
is_lost(struct world *w, unsigned a, unsigned b)
{
	if (is_well(w))
		return false;
	if (w->now_ms >= w->parted_from_ms && w->now_ms < w->parted_until_ms &&
	    a % 2 != b % 2)
		return true;
	return rng_below(&w->rng, 100) < w->loss;
}

static void
fly(struct world *w, unsigned from, unsigned to, const struct ipmsg_output *o)
{
	unsigned copies = 1;

	if (is_lost(w, from, to))
		return;
	if (!is_well(w) && rng_below(&w->rng, 100) < w->twice)
		copies = 2;
	for (; copies > 0; copies--) {
		if (w->flying_count == FLYING_MAX) {
			wrong(w, "a storm");
			return;
		}
		uint32_t late = is_well(w)                   ? 2
				: rng_below(&w->rng, 10) > 0 ? 5
							     : 2000;
		w->flying[w->flying_count++] = (struct flying){
			.at_ms = w->now_ms + 1 + rng_below(&w->rng, late),
			.order = w->order++,
			.from = from,
			.to = to,
			.to_all = o->to_all,
			.bytes = xmemdup(o->bytes, o->size),
			.size = o->size,
		};
	}
}

static void
pend(struct world *w, struct node *n, struct pending p)
{
	if (n->pending_count == PENDING_MAX) {
		wrong(w, "too many wait to be stored");
		return;
	}
	p.at_ms = w->now_ms + rng_below(&w->rng, 3000);
	n->pending[n->pending_count++] = p;
}

static void
check_shown(
    struct world *w, unsigned at, unsigned i, const struct ipmsg_event *e)
{
	struct text *t = &w->text[i];

	if (i >= w->texts || t->to != at || node_of(&e->from) != t->from)
		wrong(w, "somebody else's text");
	if (e->sealed != t->sealed)
		wrong(w, "a seal was lost");
	if (t->stored > 0)
		wrong(w, "shown twice");
	if (w->node[at].last_shown[t->from] > i + 1)
		wrong(w, "out of order");
	w->node[at].last_shown[t->from] = i + 1;
}

/* Refused ones come again: only those that are kept count as shown. */
static void
take_text(struct world *w, unsigned at, const struct ipmsg_event *e)
{
	struct pending p = { .token = e->token, .id = e->id };
	unsigned i = (unsigned)strtoul(e->text, NULL, 10);

	if (i >= TEXTS_MAX) {
		wrong(w, "not what was said");
		return;
	}
	check_shown(w, at, i, e);
	struct text *t = &w->text[i];
	p.text = i;
	p.refuse = t->offered == 0 && rng_below(&w->rng, 10) == 0;
	t->offered++;
	if (!p.refuse && ++t->shown > 1)
		wrong(w, "shown twice");
	memcpy(p.handle, e->host.handle, strlen(e->host.handle) + 1);
	pend(w, &w->node[at], p);
}

static void
take_answer(struct world *w, unsigned at, const struct ipmsg_event *e)
{
	unsigned i = e->answered.b[0];
	struct text *t = &w->text[i];

	if (i >= w->texts || t->from != at) {
		wrong(w, "an answer for somebody else");
		return;
	}
	switch (e->answer) {
	case IPMSG_WAITING:
		if (t->delivered)
			wrong(w, "waits, and was delivered");
		t->waited = true;
		break;
	case IPMSG_DELIVERED:
		if (t->delivered)
			wrong(w, "delivered twice");
		if (t->stored == 0)
			wrong(w, "delivered, and not stored");
		t->delivered = true;
		for (unsigned j = i + 1; j < w->texts; j++)
			if (w->text[j].from == t->from &&
			    w->text[j].to == t->to)
				w->text[j].first_ms = w->now_ms;
		break;
	case IPMSG_READ:
		if (t->opened == 0 || !t->delivered || t->read)
			wrong(w, "read, and not opened");
		t->read = true;
		break;
	case IPMSG_FAILED:
		wrong(w, "failed");
		break;
	}
}

static void
pull(struct world *w, unsigned at)
{
	struct node *n = &w->node[at];
	struct ipmsg_output o;
	struct ipmsg_event e;

	while (ipmsg_event(n->m, &e))
		if (e.kind == IPMSG_TEXT)
			take_text(w, at, &e);
		else if (e.kind == IPMSG_ANSWERED)
			take_answer(w, at, &e);
	while (ipmsg_output(n->m, &o)) {
		w->datagrams++;
		if (!o.to_all) {
			fly(w, at, node_of(&o.to), &o);
			continue;
		}
		/* And back to who sent it. */
		for (unsigned to = 0; to < w->nodes; to++)
			fly(w, at, to, &o);
	}
}

static void
do_pending(struct world *w, struct node *n, size_t i)
{
	struct pending p = n->pending[i];
	struct text *t = &w->text[p.text];

	n->pending[i] = n->pending[--n->pending_count];
	if (p.open) {
		t->opened++;
		ipmsg_opened(n->m, time_of(w), p.handle, &p.id);
	} else if (p.refuse) {
		ipmsg_refused(n->m, p.token);
	} else {
		t->stored++;
		ipmsg_stored(n->m, time_of(w), p.token);
		p.open = true;
		if (t->sealed)
			pend(w, n, p);
	}
}

static void
deliver(struct world *w)
{
	size_t first = 0;

	for (size_t i = 1; i < w->flying_count; i++)
		if (w->flying[i].at_ms < w->flying[first].at_ms ||
		    (w->flying[i].at_ms == w->flying[first].at_ms &&
			w->flying[i].order < w->flying[first].order))
			first = i;
	struct flying f = w->flying[first];
	w->flying[first] = w->flying[--w->flying_count];
	struct ipmsg_input input = {
		.from = addr_of(f.from),
		.to_all = f.to_all,
		.bytes = f.bytes,
		.size = f.size,
	};
	ipmsg_datagram(w->node[f.to].m, time_of(w), &input);
	free(f.bytes);
	pull(w, f.to);
}

static void
say(struct world *w)
{
	struct text *t = &w->text[w->texts];
	struct ipmsg_message message = { .id = { { (uint8_t)w->texts } } };
	char utf8[16], handle[16];

	t->from = rng_below(&w->rng, w->nodes);
	t->to = (t->from + 1 + rng_below(&w->rng, w->nodes - 1)) % w->nodes;
	t->sealed = rng_below(&w->rng, 4) == 0;
	t->first_ms = w->now_ms;
	message.size = (size_t)snprintf(utf8, sizeof(utf8), "%u", w->texts);
	message.utf8 = utf8;
	message.sealed = t->sealed;
	snprintf(handle, sizeof(handle), "u%u@h", t->to);
	struct addr to = addr_of(t->to);
	ipmsg_keep(w->node[t->from].m, time_of(w), handle, &to);
	w->texts++;
	if (ipmsg_say(w->node[t->from].m, time_of(w), handle, &message, NULL) !=
	    0)
		wrong(w, "not taken");
	pull(w, t->from);
}

static int64_t
next_ms(const struct world *w)
{
	int64_t at_ms = NEVER_MS;

	for (size_t i = 0; i < w->flying_count; i++)
		at_ms = earlier_ms(at_ms, w->flying[i].at_ms);
	for (unsigned n = 0; n < w->nodes; n++) {
		at_ms = earlier_ms(at_ms, ipmsg_deadline(w->node[n].m));
		for (size_t i = 0; i < w->node[n].pending_count; i++)
			at_ms = earlier_ms(at_ms, w->node[n].pending[i].at_ms);
	}
	return at_ms;
}

static bool
flies_now(const struct world *w)
{
	for (size_t i = 0; i < w->flying_count; i++)
		if (w->flying[i].at_ms <= w->now_ms)
			return true;
	return false;
}

static void
step(struct world *w)
{
	while (flies_now(w))
		deliver(w);
	for (unsigned at = 0; at < w->nodes; at++) {
		struct node *n = &w->node[at];
		for (size_t i = n->pending_count; i-- > 0;)
			if (n->pending[i].at_ms <= w->now_ms)
				do_pending(w, n, i);
		ipmsg_tick(n->m, time_of(w));
		pull(w, at);
	}
}

static void
run_until(struct world *w, int64_t until_ms)
{
	int64_t at_ms;

	while (w->wrong == NULL && (at_ms = next_ms(w)) <= until_ms) {
		if (at_ms < w->now_ms)
			at_ms = w->now_ms;
		w->now_ms = at_ms;
		step(w);
	}
	w->now_ms = until_ms;
}

/* What is the oldest of its way for a while is delivered, or is reported to
 * wait. */
static void
check_reported(struct world *w)
{
	for (unsigned i = 0; i < w->texts; i++) {
		const struct text *t = &w->text[i];
		if (!t->delivered && !t->waited &&
		    w->now_ms - t->first_ms > WAIT_MS)
			wrong(w, "neither delivered nor waiting");
	}
}

static void
check_all(struct world *w)
{
	for (unsigned i = 0; i < w->texts; i++) {
		const struct text *t = &w->text[i];
		if (t->shown != 1 || t->stored != 1)
			wrong(w, "never shown");
		if (!t->delivered)
			wrong(w, "never told to be delivered");
		if (t->sealed && t->opened != 1)
			wrong(w, "never opened");
	}
}

static void
begin(struct world *w, uint64_t seed)
{
	w->seed = seed;
	w->rng = rng_seeded(&w->state, seed);
	w->nodes = 2 + rng_below(&w->rng, NODES_MAX - 1);
	w->loss = rng_below(&w->rng, 31);
	w->twice = rng_below(&w->rng, 10);
	w->parted_from_ms = rng_below(&w->rng, LOSSY_MS);
	w->parted_until_ms = w->parted_from_ms + rng_below(&w->rng, PARTED_MS);
	for (unsigned i = 0; i < w->nodes; i++) {
		char user[16];
		snprintf(user, sizeof(user), "u%u", i);
		struct ipmsg_cfg cfg = {
			.rng = rng_seeded(&w->node[i].seed, seed * 8 + i),
			.user = user,
			.host = "h",
			.version = "x",
			.answer = IPMSG_ANSWER_KNOWN,
		};
		w->node[i].m = ipmsg_new(&cfg, time_of(w));
		ipmsg_start(w->node[i].m, time_of(w));
		pull(w, i);
	}
}

static void
end(struct world *w)
{
	for (size_t i = 0; i < w->flying_count; i++)
		free(w->flying[i].bytes);
	for (unsigned i = 0; i < w->nodes; i++)
		ipmsg_free(w->node[i].m);
	free(w);
}

static const char *
play(uint64_t seed)
{
	struct world *w = xcalloc(1, sizeof(*w));
	const char *what;

	begin(w, seed);
	while (w->wrong == NULL && w->texts < TEXTS_MAX) {
		run_until(w,
		    w->now_ms + rng_below(&w->rng, 2 * LOSSY_MS / TEXTS_MAX));
		check_reported(w);
		if (rng_below(&w->rng, 3) == 0)
			for (int i = 0; i < 3 && w->texts < TEXTS_MAX; i++)
				say(w);
		else
			say(w);
	}
	run_until(w, LOSSY_MS + PARTED_MS);
	check_reported(w);
	run_until(w, w->now_ms + WELL_MS);
	check_all(w);
	w->datagrams = 0;
	run_until(w, w->now_ms + REST_MS);
	/* Refreshes, and what each may be asked when it was silent. */
	if (w->datagrams > w->nodes * (REST_MS / 60000 + 2))
		wrong(w, "no rest");
	what = w->wrong;
	end(w);
	return what;
}

int
main(int argc, char **argv)
{
	uint64_t runs = argc > 1 ? strtoull(argv[1], NULL, 10) : 5000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

	for (uint64_t i = 0; i < runs; i++) {
		const char *what = play(seed + i);
		if (what == NULL)
			continue;
		printf("FAILED: %s; again with: ipmsg 1 %llu\n", what,
		    (unsigned long long)(seed + i));
		return 1;
	}
	printf("ipmsg: %llu runs\n", (unsigned long long)runs);
	return 0;
}
