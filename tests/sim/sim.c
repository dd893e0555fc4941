/* SPDX-License-Identifier: MIT */
#include "sim_state.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct now
sim_now(const struct sim *s, unsigned node)
{
	return (struct now){
		.mono_ms = s->now_ms,
		.wall_ms =
		    1700000000000 + s->now_ms + s->nodes[node].wall_offset_ms,
	};
}

struct engine *
sim_enter(struct sim *s, unsigned node)
{
	s->running = node;
	return s->nodes[node].engine;
}

void
sim_mover(struct sim *s, const struct sim_mover *mover)
{
	s->mover = *mover;
}

unsigned
sim_running(const struct sim *s)
{
	return s->running;
}

static void
count_message(struct sim_node *n, const struct effect *effect)
{
	const struct conv *c =
	    model_conv(engine_model(n->engine), effect->conv);
	const struct message *m = conv_message(c, effect->serial);

	n->messages += m->kind == MESSAGE_TEXT && !m->mine;
	n->shouts += m->kind == MESSAGE_SHOUT && !m->mine;
	n->errors += m->kind == MESSAGE_ERROR;
}

static void
run_effect(struct sim *s, unsigned node, const struct effect *effect)
{
	struct sim_node *n = &s->nodes[node];

	if (s->tap.see != NULL && effect->size > 0)
		s->tap.see(s->tap.ctx, node, effect);
	if (s->watch.effect != NULL)
		s->watch.effect(s->watch.ctx, node, effect);
	switch (effect->kind) {
	case EFFECT_BROADCAST:
	case EFFECT_DATAGRAM:
	case EFFECT_DIAL:
	case EFFECT_SEND:
	case EFFECT_CLOSE:
		if (effect->via != 0)
			break;
		n->broadcasts += effect->kind == EFFECT_BROADCAST;
		links_execute(s, node, effect);
		break;
	case EFFECT_STORE:
		memstore_apply(&n->store, effect->change);
		break;
	case EFFECT_MESSAGE:
		count_message(n, effect);
		break;
	case EFFECT_LEFT:
		n->left = true;
		break;
	case EFFECT_LOAD:
		assert(n->load_count < SIM_NODES_MAX);
		n->loads[n->load_count++] = *effect;
		break;
	case EFFECT_LISTEN:
	case EFFECT_UNLISTEN:
	case EFFECT_HOLD:
	case EFFECT_KEYS:
	case EFFECT_RESOLVE:
	case EFFECT_LOOKUP:
	case EFFECT_HOST:
	case EFFECT_PATH:
	case EFFECT_RUN:
	case EFFECT_RUN_STOP:
	case EFFECT_RAN:
	case EFFECT_QUERY:
	case EFFECT_PEER:
	case EFFECT_TYPING:
	case EFFECT_DELIVERY:
	case EFFECT_REVISED:
	case EFFECT_SETTING:
	case EFFECT_SOURCE_OPEN:
	case EFFECT_SOURCE_CLOSE:
	case EFFECT_SINK_OPEN:
	case EFFECT_SINK_PIECE:
	case EFFECT_SINK_CLOSE:
	case EFFECT_NOTICE:
	case EFFECT_TRANSFER:
		break;
	case EFFECT_FILE_STAT:
	case EFFECT_MOVE:
	case EFFECT_MOVE_STOP:
	case EFFECT_PART_DROP:
		if (s->mover.effect != NULL)
			s->mover.effect(s->mover.ctx, node, effect);
		break;
	}
}

static bool
burns_down(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];

	if (n->fuse == 0 || --n->fuse > 0)
		return false;
	sim_kill(s, node);
	return true;
}

static void
answer_load(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];
	struct effect load = n->loads[--n->load_count];
	struct saved_page page;

	memstore_page(&n->store, &load.fp, load.row, load.count, &page);
	engine_history(sim_enter(s, node), sim_now(s, node), &load.fp, &page);
	saved_page_clear(&page);
	sim_drain(s, node);
}

void
sim_drain(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];
	struct effect effect;

	while (n->alive && engine_next(n->engine, &effect)) {
		run_effect(s, node, &effect);
		burns_down(s, node);
	}
	if (n->alive && n->load_count > 0) {
		answer_load(s, node);
		return;
	}
	if (n->alive && s->watch.step != NULL)
		s->watch.step(s->watch.ctx, node);
}

/* The process may end before the commit, and right behind it. */
static void
commit(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];
	bool ok = !links_chance(s, n->full, 100);

	if (burns_down(s, node))
		return;
	if (s->watch.commit != NULL)
		s->watch.commit(s->watch.ctx, node, ok);
	if (ok)
		memstore_commit(&n->store);
	else
		memstore_rollback(&n->store);
	if (burns_down(s, node))
		return;
	engine_committed(sim_enter(s, node), sim_now(s, node), ok,
	    ok ? NULL : "the disk is full");
	sim_drain(s, node);
}

/* What a loop does before it waits. */
static void
end_turn(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];

	while (n->alive && memstore_is_dirty(&n->store))
		commit(s, node);
}

static void
end_turns(struct sim *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (!memstore_is_dirty(&s->nodes[i].store) ||
		    !links_chance(s, s->net.late, 100))
			end_turn(s, i);
	}
}

static void
start(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];
	struct saved saved;
	struct engine_cfg cfg = {
		.identity = &n->identity,
		.rng = rng_seeded(&n->seed, rng_u32(&s->rng)),
		.epoch = ++n->epoch,
		.name = n->name,
		.tcp_port = DISCOVERY_PORT,
		.udp_port = 50000,
		.discovery_port = DISCOVERY_PORT,
		.saved = &saved,
	};

	n->start_offset_ms = n->wall_offset_ms;
	memstore_rollback(&n->store);
	memstore_load(&n->store, &saved);
	n->engine = engine_new(&cfg, sim_now(s, node));
	saved_clear(&saved);
	n->alive = true;
	n->left = false;
	engine_start(sim_enter(s, node), sim_now(s, node));
	sim_drain(s, node);
}

struct sim *
sim_new(uint64_t seed, const struct sim_net *net)
{
	struct sim *s = xcalloc(1, sizeof(*s));

	s->net = *net;
	s->rng = rng_seeded(&s->seed, seed);
	return s;
}

void
sim_free(struct sim *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		engine_free(s->nodes[i].engine);
		memstore_clear(&s->nodes[i].store);
	}
	agenda_clear(&s->agenda);
	links_clear(s);
	free(s);
}

struct sim_net *
sim_net(struct sim *s)
{
	return &s->net;
}

struct rng *
sim_rng(struct sim *s)
{
	return &s->rng;
}

int64_t
sim_now_ms(const struct sim *s)
{
	return s->now_ms;
}

uint64_t
sim_traffic(const struct sim *s)
{
	return s->traffic;
}

uint64_t
sim_broken(const struct sim *s)
{
	return s->broken;
}

void
sim_tap(struct sim *s, const struct sim_tap *tap)
{
	s->tap = *tap;
}

void
sim_watch(struct sim *s, const struct sim_watch *watch)
{
	s->watch = *watch;
}

const struct addr *
sim_addr(const struct sim *s, unsigned node)
{
	return &s->addrs[node];
}

unsigned
sim_add(struct sim *s, const char *name)
{
	assert(s->count < SIM_NODES_MAX);
	unsigned node = s->count++;
	struct sim_node *n = &s->nodes[node];
	uint8_t seed[SEED_SIZE];
	rng_fill(&s->rng, seed, sizeof(seed));
	identity_from_seed(&n->identity, seed);
	snprintf(n->name, sizeof(n->name), "%s", name);
	links_place(s, node);
	start(s, node);
	return node;
}

unsigned
sim_count(const struct sim *s)
{
	return s->count;
}

struct sim_node *
sim_node(struct sim *s, unsigned node)
{
	return &s->nodes[node];
}

void
sim_kill(struct sim *s, unsigned node)
{
	struct sim_node *n = &s->nodes[node];

	links_end_of(s, node);
	if (s->watch.died != NULL)
		s->watch.died(s->watch.ctx, node);
	if (s->mover.died != NULL)
		s->mover.died(s->mover.ctx, node);
	engine_free(n->engine);
	n->engine = NULL;
	n->alive = false;
	n->load_count = n->fuse = 0;
}

void
sim_restart(struct sim *s, unsigned node)
{
	assert(!s->nodes[node].alive);
	start(s, node);
}

void
sim_steal_identity(struct sim *s, unsigned node, unsigned other)
{
	sim_kill(s, node);
	s->nodes[node].identity = s->nodes[other].identity;
	sim_restart(s, node);
}

void
sim_cut(struct sim *s, unsigned a, unsigned b, bool cut)
{
	s->cut[a][b] = s->cut[b][a] = cut;
	if (cut)
		links_break_between(s, a, b);
}

void
sim_filter(struct sim *s, unsigned a, unsigned b, bool filtered)
{
	s->filtered[a][b] = s->filtered[b][a] = filtered;
	if (filtered)
		links_break_between(s, a, b);
}

void
sim_deafen(struct sim *s, unsigned node, bool deaf)
{
	s->deaf[node] = deaf;
}

void
sim_move(struct sim *s, unsigned node)
{
	links_break_of(s, node);
	links_place(s, node);
	engine_network(sim_enter(s, node), sim_now(s, node), NULL, 0, true);
	sim_drain(s, node);
}

void
sim_take_address(struct sim *s, unsigned node, unsigned other)
{
	links_break_of(s, node);
	s->places[node]++;
	s->addrs[node] = s->addrs[other];
	engine_network(sim_enter(s, node), sim_now(s, node), NULL, 0, true);
	sim_drain(s, node);
}

void
sim_inject(struct sim *s, unsigned node, const struct addr *from,
    const uint8_t *p, size_t n)
{
	engine_datagram(sim_enter(s, node), sim_now(s, node), from, true, p, n);
	sim_drain(s, node);
}

void
sim_do(struct sim *s, unsigned node, struct command *cmd)
{
	engine_command(sim_enter(s, node), sim_now(s, node), cmd);
	sim_drain(s, node);
}

void
sim_command(struct sim *s, unsigned node, enum command_kind kind, unsigned peer,
    const char *text)
{
	struct command cmd = {
		.kind = kind,
		.conv = CONV_NEARBY,
		.peer = s->nodes[peer].identity.fp,
		.text = text == NULL ? NULL : xstrdup(text),
	};

	sim_do(s, node, &cmd);
}

void
sim_transport(
    struct sim *s, unsigned node, unsigned peer, enum transport_choice choice)
{
	struct command cmd = {
		.kind = COMMAND_TRANSPORT,
		.conv = CONV_NEARBY,
		.peer = s->nodes[peer].identity.fp,
		.number = choice,
	};

	sim_do(s, node, &cmd);
}

static int64_t
next_ms(const struct sim *s)
{
	int64_t at = agenda_next_ms(&s->agenda);

	for (unsigned i = 0; i < s->count; i++) {
		if (s->nodes[i].alive)
			at =
			    earlier_ms(at, engine_deadline(s->nodes[i].engine));
	}
	return at;
}

/* What a tick leaves to the next turn of the loop is due at once; a machine
 * that always is would spin. */
static void
tick(struct sim *s, unsigned node)
{
	enum { TURNS_MAX = 100 };
	const struct sim_node *n = &s->nodes[node];
	int turns = 0;

	while (n->alive && engine_deadline(n->engine) <= s->now_ms) {
		assert(turns++ < TURNS_MAX);
		engine_tick(sim_enter(s, node), sim_now(s, node));
		sim_drain(s, node);
	}
}

static void
tick_all(struct sim *s)
{
	for (unsigned i = 0; i < s->count; i++)
		tick(s, i);
}

void
sim_run(struct sim *s, int64_t ms)
{
	int64_t end = s->now_ms + ms;

	end_turns(s);
	for (;;) {
		int64_t at = next_ms(s);
		if (at > end)
			break;
		if (at > s->now_ms)
			s->now_ms = at;
		while (agenda_next_ms(&s->agenda) <= s->now_ms) {
			struct event ev = agenda_pop(&s->agenda);
			links_deliver(s, &ev);
			free(ev.bytes);
		}
		tick_all(s);
		end_turns(s);
	}
	s->now_ms = end;
}
