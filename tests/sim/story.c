/* SPDX-License-Identifier: MIT */
#include "story.h"
#include "proto/chat.h"

#include <stdio.h>

enum { HOUR_MS = 3600000 };

static const char *const names[LEDGER_NODES_MAX] = { "ana", "bob", "carol",
	"dave", "erin" };

static unsigned
dice(struct story *st, unsigned sides)
{
	return rng_below(st->rng, sides);
}

static unsigned
one_of(struct story *st, const unsigned *values, unsigned count)
{
	return values[dice(st, count)];
}

static void
filter(struct story *st, unsigned a, unsigned b, bool on)
{
	st->filtered[a][b] = st->filtered[b][a] = on;
	sim_filter(st->sim, a, b, on);
}

static void
choose_network(struct story *st)
{
	static const unsigned losses[] = { 0, 0, 10, 30, 50 };
	static const unsigned duplicates[] = { 0, 10, 30 };
	static const unsigned delays[] = { 1, 20, 40, 150 };
	static const unsigned resets[] = { 0, 0, 20, 100 };
	struct sim_net *net = sim_net(st->sim);

	net->loss = one_of(st, losses, 5);
	net->duplicate = one_of(st, duplicates, 3);
	net->delay_ms = one_of(st, delays, 4);
	net->reset = one_of(st, resets, 4);
	net->refuse = dice(st, 2) * 10;
	net->late = dice(st, 3) == 0 ? 50 : 0;
}

static void
choose_transports(struct story *st)
{
	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = a + 1; b < st->people; b++) {
			unsigned how = dice(st, 4);
			if (how == 0 && sim_peer(st->sim, a, b) != NULL)
				sim_transport(st->sim, a, b, TRANSPORT_UDP);
			if (how == 1)
				filter(st, a, b, true);
		}
	}
}

void
story_begin(struct story *st)
{
	static const unsigned crowds[] = { 2, 2, 2, 2, 3, 3, 3, 4, 5 };
	static const unsigned shares[] = { 0, 5, 15, 30 };

	st->people = one_of(st, crowds, 9);
	st->ledger->count = st->people;
	st->steps = 8 + dice(st, 40);
	st->trouble = one_of(st, shares, 4);
	st->crashes = one_of(st, shares, 4);
	st->fullness = one_of(st, shares, 4) / 3;
	st->cheat = dice(st, 8) == 0 ? dice(st, st->people) : st->people;
	for (unsigned i = 0; i < st->people; i++)
		sim_add(st->sim, names[i]);
	sim_run(st->sim, 1500);
	choose_network(st);
	choose_transports(st);
}

static void
jump(struct story *st, unsigned node)
{
	int64_t hours = dice(st, 8) == 0 ? 30 : 3;

	sim_node(st->sim, node)->wall_offset_ms +=
	    (int64_t)dice(st, (uint32_t)(2 * hours * HOUR_MS)) -
	    hours * HOUR_MS;
}

static void
disturb(struct story *st)
{
	unsigned a = dice(st, st->people);
	unsigned b = (a + 1 + dice(st, st->people - 1)) % st->people;

	switch (dice(st, 8)) {
	case 0:
	case 1:
		sim_cut(st->sim, a, b, true);
		break;
	case 2:
	case 3:
		sim_cut(st->sim, a, b, false);
		break;
	case 4:
		if (sim_node(st->sim, a)->alive)
			sim_move(st->sim, a);
		break;
	case 5:
		jump(st, a);
		break;
	case 6:
		filter(st, a, b, dice(st, 2) == 0);
		break;
	default:
		if (sim_node(st->sim, a)->alive)
			sim_lose_half(st->sim, a, b);
		break;
	}
}

static void
revive(struct story *st, unsigned node)
{
	if (dice(st, 3) == 0)
		jump(st, node);
	sim_restart(st->sim, node);
	/* Sometimes not for long. */
	if (sim_node(st->sim, node)->alive && dice(st, 4) == 0)
		sim_node(st->sim, node)->fuse = 1 + dice(st, 20);
}

static void
strike(struct story *st)
{
	unsigned node = dice(st, st->people);

	if (!sim_node(st->sim, node)->alive)
		return;
	switch (dice(st, 4)) {
	case 0:
		sim_kill(st->sim, node);
		break;
	case 1:
		sim_command(st->sim, node, COMMAND_QUIT, node, NULL);
		sim_run(st->sim, dice(st, 500));
		if (sim_node(st->sim, node)->alive)
			sim_kill(st->sim, node);
		break;
	default:
		sim_node(st->sim, node)->fuse = 1 + dice(st, 40);
		break;
	}
}

static void
fill(struct story *st, unsigned node)
{
	static const unsigned shares[] = { 30, 100, 100 };

	sim_node(st->sim, node)->full = one_of(st, shares, 3);
	st->full_until_ms[node] = sim_now_ms(st->sim) + dice(st, 20000);
}

static void
tend(struct story *st)
{
	for (unsigned i = 0; i < st->people; i++) {
		if (sim_now_ms(st->sim) >= st->full_until_ms[i])
			sim_node(st->sim, i)->full = 0;
		if (!sim_node(st->sim, i)->alive && dice(st, 3) == 0)
			revive(st, i);
	}
}

static void
wait(struct story *st)
{
	unsigned how = dice(st, 40);

	sim_run(st->sim, how == 0  ? dice(st, 90000)
			 : how < 6 ? dice(st, 6000)
				   : dice(st, 250));
}

/* Texts that wait for a month, or not quite; or a clock that was wrong. */
static void
sleep_long(struct story *st)
{
	unsigned a = dice(st, st->people), b = (a + 1) % st->people;
	bool begins_again = dice(st, 8) > 0;

	if (!sim_node(st->sim, a)->alive || sim_peer(st->sim, a, b) == NULL)
		return;
	for (unsigned i = 0; i < st->people; i++)
		sim_node(st->sim, i)->full = 0;
	sim_cut(st->sim, a, b, true);
	people_write(st, a, b);
	sim_run(st->sim, 100);
	if (begins_again && sim_node(st->sim, a)->alive)
		sim_kill(st->sim, a);
	sim_node(st->sim, a)->wall_offset_ms +=
	    (int64_t)(29 + dice(st, 3)) * 24 * HOUR_MS;
	if (!sim_node(st->sim, a)->alive)
		sim_restart(st->sim, a);
	sim_run(st->sim, begins_again ? 100 : HOUR_MS + 60000);
	ledger_expired(st->ledger);
}

/* More than may wait for one who is away, or whose disk is full. */
static void
flood(struct story *st)
{
	enum { TEXTS = CHAT_QUEUE_MAX + 50, AT_ONCE = 50 };
	unsigned a = dice(st, st->people), b = (a + 1) % st->people;

	sim_node(st->sim, a)->full = sim_node(st->sim, a)->fuse = 0;
	if (dice(st, 2) == 0)
		sim_cut(st->sim, a, b, true);
	else
		fill(st, b);
	for (unsigned i = 0; i < TEXTS && !st->ledger->broken; i++) {
		if (!sim_node(st->sim, a)->alive ||
		    sim_peer(st->sim, a, b) == NULL)
			return;
		people_write(st, a, b);
		if (i % AT_ONCE == 0)
			sim_run(st->sim, 20);
	}
}

void
story_go_on(struct story *st)
{
	bool sleeps = dice(st, 30) == 0, floods = dice(st, 400) == 0;

	for (unsigned i = 0; i < st->steps && !st->ledger->broken; i++) {
		people_act(st);
		if (dice(st, 100) < st->trouble)
			disturb(st);
		if (dice(st, 100) < st->crashes)
			strike(st);
		if (dice(st, 100) < st->fullness)
			fill(st, dice(st, st->people));
		tend(st);
		wait(st);
		if (sleeps && i == st->steps / 2)
			sleep_long(st);
		if (floods && i == st->steps / 2)
			flood(st);
	}
}

/* Nobody is deaf to anybody any more. */
static void
reconcile(struct story *st, unsigned a, unsigned b)
{
	struct command cmd = { .kind = COMMAND_BLOCK, .conv = CONV_NEARBY };

	if (sim_peer(st->sim, a, b) == NULL ||
	    sim_peer(st->sim, a, b)->trust != TRUST_BLOCKED)
		return;
	cmd.peer = sim_node(st->sim, b)->identity.fp;
	sim_do(st->sim, a, &cmd);
}

static void
make_good(struct story *st)
{
	struct sim_net *net = sim_net(st->sim);
	bool heal = dice(st, 2) == 0;

	net->loss = net->duplicate = net->reset = 0;
	net->refuse = net->late = 0;
	for (unsigned a = 0; a < st->people; a++) {
		sim_node(st->sim, a)->full = sim_node(st->sim, a)->fuse = 0;
		if (!sim_node(st->sim, a)->alive)
			sim_restart(st->sim, a);
	}
	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = 0; b < st->people; b++) {
			sim_cut(st->sim, a, b, false);
			reconcile(st, a, b);
			if (heal)
				filter(st, a, b, false);
			/* Who insists on TCP where there is none waits. */
			if (st->filtered[a][b] &&
			    sim_peer(st->sim, a, b) != NULL)
				sim_transport(st->sim, a, b, TRANSPORT_AUTO);
		}
	}
}

static void
begin_again(struct story *st)
{
	for (unsigned i = 0; i < st->people; i++)
		sim_kill(st->sim, i);
	for (unsigned i = 0; i < st->people; i++)
		sim_restart(st->sim, i);
	ledger_reborn(st->ledger);
	people_look(st);
	sim_run(st->sim, 200);
	ledger_rest(st->ledger);
}

bool
story_end(struct story *st)
{
	enum { PATIENCE_MS = 30 * 60000, STEP_MS = 500, QUIET_MS = 4000 };
	struct ledger *l = st->ledger;
	int64_t end = sim_now_ms(st->sim) + PATIENCE_MS;

	make_good(st);
	sim_run(st->sim, STEP_MS);
	while (!l->broken && ledger_waiting(l) > 0 && sim_now_ms(st->sim) < end)
		sim_run(st->sim, STEP_MS);
	if (ledger_waiting(l) > 0)
		ledger_fail(l, "%zu posts still wait in a good network",
		    ledger_waiting(l));
	if (l->broken)
		return false;
	sim_run(st->sim, QUIET_MS);
	people_look(st);
	for (unsigned i = 0; i < st->people; i++)
		ledger_scan(l, i);
	ledger_rest(l);
	if (!l->broken && dice(st, 2) == 0)
		begin_again(st);
	return !l->broken;
}
