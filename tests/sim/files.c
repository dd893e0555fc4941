/* SPDX-License-Identifier: MIT */
/*
 * Files between people whose network, machines, disks and minds fail all the
 * time. Whatever happens: nothing gets its name that is not what was sent, and
 * once things are as they should be again, all that was accepted arrives.
 *
 *   files [-v] [runs [first seed]]
 */
#include "mover.h"

#include "core/model.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	RUNS = 1500,
	NODES_MAX = 3,
	STEPS_MAX = 40,
	SIZE_MAX_USUAL = 60000,
	SIZE_MAX_LARGE = 400000,
	ROUNDS_MAX = 60,
	ROUND_MS = 20000,
};

struct offer {
	unsigned from, to;
	bool ended;   /* somebody refused or cancelled it */
	bool changed; /* it is not any more what was offered */
};

struct tally {
	uint64_t offers, done, ended, changed, deaths, failures, cuts;
	uint64_t forgotten;
	struct mover_tally moved;
};

struct play {
	struct sim *sim;
	struct sim_movers movers;
	struct offer offers[DISK_THINGS_MAX];
	struct tally *tally;
	unsigned nodes;
	bool cut[NODES_MAX];
	unsigned deaths[NODES_MAX];
	bool trace;
};

static uint32_t
dice(struct play *p, uint32_t sides)
{
	return rng_below(sim_rng(p->sim), sides);
}

static void
tell(const struct play *p, const char *what, unsigned node, unsigned number)
{
	if (p->trace)
		printf("%8" PRId64 " node %u: %s %u\n", sim_now_ms(p->sim),
		    node, what, number);
}

static bool
is_alive(struct play *p, unsigned node)
{
	return sim_node(p->sim, node)->alive;
}

static const struct model *
model_of(struct play *p, unsigned node)
{
	return engine_model(sim_node(p->sim, node)->engine);
}

static void
command(struct play *p, unsigned node, enum command_kind kind, uint32_t number)
{
	struct command cmd = {
		.kind = kind, .conv = CONV_NEARBY, .number = number
	};

	if (is_alive(p, node))
		sim_do(p->sim, node, &cmd);
}

static const struct transfer *
find(struct play *p, unsigned node, const char *name)
{
	const struct model *m = model_of(p, node);

	for (size_t i = 0; i < m->transfer_count; i++) {
		if (strcmp(m->transfers[i]->name, name) == 0)
			return m->transfers[i];
	}
	return NULL;
}

/* The same, or what is left of it in the history: after a restart, what was
 * over is nowhere else. */
static const struct transfer *
recall(struct play *p, unsigned node, const char *name)
{
	const struct memstore *ms = &sim_node(p->sim, node)->store;
	const struct transfer *t = find(p, node, name);

	for (size_t i = 0; t == NULL && i < ms->row_count; i++) {
		const struct transfer *stored = ms->rows[i].transfer;
		if (stored != NULL && strcmp(stored->name, name) == 0)
			t = stored;
	}
	return t;
}

static struct offer *
offer_of(struct play *p, const struct transfer *t)
{
	const struct disk_thing *thing = thing_find(&p->movers.things, t->name);

	return &p->offers[thing - p->movers.things.list];
}

/* One of a node's that is not over; NULL. */
static const struct transfer *
any(struct play *p, unsigned node)
{
	if (!is_alive(p, node))
		return NULL;
	const struct model *m = model_of(p, node);
	if (m->transfer_count == 0)
		return NULL;
	const struct transfer *t =
	    m->transfers[dice(p, (uint32_t)m->transfer_count)];
	return transfer_state_is_last(t->state) ? NULL : t;
}

static void
accept_all(struct play *p, unsigned node)
{
	if (!is_alive(p, node))
		return;
	for (size_t i = 0; i < model_of(p, node)->transfer_count; i++) {
		const struct transfer *t = model_of(p, node)->transfers[i];
		if (!t->mine && t->state == TRANSFER_OFFERED) {
			tell(p, "gets", node, t->id);
			command(p, node, COMMAND_GET, t->id);
		}
		if (!is_alive(p, node))
			return;
	}
}

static void
send(struct play *p)
{
	unsigned from = dice(p, p->nodes);
	unsigned to = (from + 1 + dice(p, p->nodes - 1)) % p->nodes;

	if (!is_alive(p, from) || p->movers.things.count == DISK_THINGS_MAX)
		return;
	uint32_t max = dice(p, 5) == 0 ? SIZE_MAX_LARGE : SIZE_MAX_USUAL;
	const struct disk_thing *thing = thing_make(
	    &p->movers.things, sim_rng(p->sim), dice(p, 3) == 0, max);
	p->offers[thing - p->movers.things.list] =
	    (struct offer){ .from = from, .to = to };
	p->tally->offers++;
	tell(p, "sends thing", from, p->movers.things.count);
	sim_command(p->sim, from, COMMAND_SEND_FILES, to, thing->name);
	if (dice(p, 3) == 0)
		return;
	sim_run(p->sim, 400);
	accept_all(p, to);
	sim_run(p->sim, dice(p, 2000));
}

static void
refuse_one(struct play *p, unsigned node)
{
	const struct transfer *t = any(p, node);

	if (t == NULL || dice(p, 3) != 0)
		return;
	offer_of(p, t)->ended = true;
	tell(p, "refuses", node, t->id);
	command(p, node, COMMAND_REFUSE, t->id);
}

static void
pause_one(struct play *p, unsigned node)
{
	const struct transfer *t = any(p, node);

	if (t == NULL)
		return;
	bool rests = t->state == TRANSFER_PAUSED;
	tell(p, rests ? "resumes" : "pauses", node, t->id);
	command(p, node, rests ? COMMAND_RESUME : COMMAND_PAUSE, t->id);
}

/* A process dies now or in the middle of something, or the power fails. */
static void
die(struct play *p, unsigned node)
{
	struct sim_node *n = sim_node(p->sim, node);

	if (!n->alive) {
		tell(p, "starts", node, 0);
		sim_restart(p->sim, node);
		return;
	}
	p->tally->deaths++;
	p->deaths[node]++;
	if (dice(p, 2) == 0) {
		n->fuse = 1 + dice(p, 80);
		tell(p, "dies soon", node, n->fuse);
		return;
	}
	tell(p, "dies", node, 0);
	sim_kill(p->sim, node);
	if (dice(p, 2) == 0)
		return;
	p->tally->failures++;
	tell(p, "has no power", node, 0);
	disk_fail(&p->movers.disks[node], sim_rng(p->sim));
}

static void
change(struct play *p)
{
	struct things *things = &p->movers.things;

	if (things->count == 0)
		return;
	/* The newest is the one that is on its way most often. */
	unsigned i =
	    dice(p, 2) == 0 ? things->count - 1 : dice(p, things->count);
	bool loud = dice(p, 2) == 0;
	if (dice(p, 3) == 0) {
		things->list[i].gone ^= true;
		tell(p, "comes or goes: thing", p->offers[i].from, i + 1);
		return;
	}
	tell(p, loud ? "changes thing" : "changes secretly thing",
	    p->offers[i].from, i + 1);
	thing_change(&things->list[i], sim_rng(p->sim), loud);
	p->offers[i].changed |= loud;
}

static void
cut(struct play *p, unsigned node)
{
	unsigned other = (node + 1) % p->nodes;

	p->tally->cuts++;
	p->cut[node] ^= true;
	tell(p, p->cut[node] ? "is cut from" : "is joined to", node, other);
	sim_cut(p->sim, node, other, p->cut[node]);
	if (p->cut[node] && dice(p, 2) == 0) {
		p->cut[node] = false;
		sim_cut(p->sim, node, other, false);
	}
}

static void
step(struct play *p)
{
	unsigned node = dice(p, p->nodes);

	switch (dice(p, 16)) {
	case 0:
	case 1:
	case 2:
		send(p);
		break;
	case 3:
	case 4:
		accept_all(p, node);
		break;
	case 7:
		refuse_one(p, node);
		break;
	case 8:
		pause_one(p, node);
		break;
	case 5:
	case 9:
	case 10:
		die(p, node);
		break;
	case 6:
	case 11:
		cut(p, node);
		break;
	case 12:
		tell(p, "moves", node, 0);
		if (is_alive(p, node))
			sim_move(p->sim, node);
		break;
	case 13:
		p->movers.disks[node].full ^= true;
		tell(p, "full disk", node, p->movers.disks[node].full);
		break;
	case 14:
		change(p);
		break;
	default:
		sim_node(p->sim, node)->full = dice(p, 2) * 30;
		tell(p, "stores less", node, sim_node(p->sim, node)->full);
		break;
	}
}

/* Everything is as it should be again. */
static void
mend(struct play *p)
{
	struct sim_net good = { .delay_ms = 5 };

	*sim_net(p->sim) = good;
	for (unsigned i = 0; i < p->movers.things.count; i++)
		p->movers.things.list[i].gone = false;
	for (unsigned i = 0; i < p->nodes; i++) {
		struct sim_node *n = sim_node(p->sim, i);
		n->full = n->fuse = 0;
		p->movers.disks[i].full = false;
		p->cut[i] = false;
		for (unsigned j = 0; j < p->nodes; j++)
			sim_cut(p->sim, i, j, false);
		if (!n->alive)
			sim_restart(p->sim, i);
	}
}

/* Users want all of it: what rests goes on, what is offered is taken. */
static bool
push_on(struct play *p, unsigned node)
{
	bool over = true;

	accept_all(p, node);
	for (size_t i = 0; i < model_of(p, node)->transfer_count; i++) {
		const struct transfer *t = model_of(p, node)->transfers[i];
		if (transfer_state_is_last(t->state))
			continue;
		over = over && offer_of(p, t)->changed;
		if (t->state != TRANSFER_PAUSED)
			continue;
		bool again = !t->mine && t->reason != NULL;
		command(p, node, again ? COMMAND_GET : COMMAND_RESUME, t->id);
	}
	return over;
}

static bool
complain(struct play *p, unsigned i, const char *what)
{
	printf("thing%u from %u to %u: %s\n", i + 1, p->offers[i].from,
	    p->offers[i].to, what);
	return false;
}

static const char *
state_of(const struct transfer *t)
{
	return t == NULL ? "not there" : transfer_state_text(t->state);
}

static bool
check_offer(struct play *p, unsigned i)
{
	const struct offer *o = &p->offers[i];
	const char *name = p->movers.things.list[i].name;
	const struct transfer *from = recall(p, o->from, name);
	const struct transfer *to = recall(p, o->to, name);
	char text[160];

	/* Not kept before its sender died. */
	if (from == NULL)
		return to == NULL || complain(p, i, "nobody offered it");
	bool done = from->state == TRANSFER_DONE && to != NULL &&
		    to->state == TRANSFER_DONE;
	p->tally->done += done;
	p->tally->ended += !done && o->ended;
	p->tally->changed += !done && !o->ended && o->changed;
	/* What its commit failed for was never offered. */
	if (done || o->ended || o->changed ||
	    (to == NULL && from->state == TRANSFER_FAILED))
		return true;
	/* The receiver died between the last step and its report, and the
	 * sender, who knows that it is there, does not remember it. */
	if (to != NULL && p->deaths[o->to] > 0 && p->deaths[o->from] > 0 &&
	    from->state == TRANSFER_DONE) {
		p->tally->forgotten++;
		return true;
	}
	snprintf(text, sizeof(text), "%s there, %s here (%s; %s)",
	    state_of(from), state_of(to),
	    from->reason == NULL ? "" : from->reason,
	    to == NULL || to->reason == NULL ? "" : to->reason);
	return complain(p, i, text);
}

static bool
end(struct play *p)
{
	bool over = false, good = true;

	mend(p);
	for (int round = 0; round < ROUNDS_MAX && !over; round++) {
		sim_run(p->sim, ROUND_MS);
		over = true;
		for (unsigned i = 0; i < p->nodes; i++)
			over = push_on(p, i) && over;
	}
	sim_run(p->sim, ROUND_MS);
	for (unsigned i = 0; i < p->movers.things.count; i++)
		good = check_offer(p, i) && good;
	if (p->movers.wrong)
		printf("%s\n", p->movers.why);
	return good && !p->movers.wrong;
}

static void
begin(struct play *p)
{
	static const char *const names[] = { "ana", "bob", "cem" };
	struct sim_net good = { .delay_ms = 5 };

	p->nodes = 2 + dice(p, 2);
	for (unsigned i = 0; i < p->nodes; i++)
		sim_add(p->sim, names[i]);
	sim_run(p->sim, 4000);
	*sim_net(p->sim) = good;
	sim_net(p->sim)->delay_ms = 1 + dice(p, 60);
	sim_net(p->sim)->loss = dice(p, 3) * 5;
	sim_net(p->sim)->reset = dice(p, 4);
	sim_net(p->sim)->refuse = dice(p, 3) * 10;
	sim_net(p->sim)->late = dice(p, 3) * 20;
}

static void
add_tally(struct mover_tally *sum, const struct mover_tally *t)
{
	sum->finished += t->finished;
	sum->resumed += t->resumed;
	sum->lost += t->lost;
	sum->changed_midway += t->changed_midway;
	sum->refused_changed += t->refused_changed;
	sum->full += t->full;
	sum->bytes_saved += t->bytes_saved;
}

static bool
run(uint64_t seed, bool trace, struct tally *tally)
{
	struct sim_net net = { .delay_ms = 5 };
	struct play *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return false;
	p->sim = sim_new(seed, &net);
	p->tally = tally;
	p->trace = trace;
	movers_begin(&p->movers, p->sim);
	begin(p);
	for (unsigned steps = 4 + dice(p, STEPS_MAX); steps > 0; steps--) {
		step(p);
		static const uint32_t most_ms[] = { 100, 400, 1500, 20000 };
		sim_run(p->sim, dice(p, most_ms[dice(p, 4)]));
	}
	bool good = end(p);
	add_tally(&tally->moved, &p->movers.tally);
	struct sim_mover none = { .ctx = NULL };
	sim_mover(p->sim, &none);
	movers_clear(&p->movers);
	sim_free(p->sim);
	free(p);
	return good;
}

static char last_words[80];

static void
say_last_words(int number)
{
	ssize_t n = write(STDOUT_FILENO, last_words, strlen(last_words));

	(void)n;
	signal(number, SIG_DFL);
}

static void
say_tally(unsigned long runs, const struct tally *t)
{
	const struct mover_tally *m = &t->moved;

	printf("%lu runs: %" PRIu64 " offers, %" PRIu64
	       " at both ends, %" PRIu64 " ended, %" PRIu64
	       " changed before; %" PRIu64 " deaths, %" PRIu64
	       " without power, %" PRIu64 " cuts\n",
	    runs, t->offers, t->done, t->ended, t->changed, t->deaths,
	    t->failures, t->cuts);
	printf("%" PRIu64 " finished, %" PRIu64 " gone on with (%" PRIu64
	       " bytes not sent again), %" PRIu64 " connections lost, %" PRIu64
	       " changed midway, %" PRIu64 " refused as changed, %" PRIu64
	       " full disks, %" PRIu64 " forgotten\n",
	    m->finished, m->resumed, m->bytes_saved, m->lost, m->changed_midway,
	    m->refused_changed, m->full, t->forgotten);
}

/* A quiet simulator must not pass for a good one. */
static bool
was_hard(unsigned long runs, const struct tally *t)
{
	const struct mover_tally *m = &t->moved;

	return runs < 100 ||
	       (t->done > runs && t->forgotten < runs / 50 &&
		   t->deaths > runs && t->failures > runs / 4 &&
		   m->resumed > runs / 12 && m->lost > runs / 6 &&
		   m->refused_changed > runs / 20 &&
		   m->changed_midway > runs / 1500 && m->full > runs / 10);
}

int
main(int argc, char **argv)
{
	bool trace = argc > 1 && strcmp(argv[1], "-v") == 0;
	int at = trace ? 2 : 1;
	unsigned long runs = argc > at ? strtoul(argv[at], NULL, 10) : RUNS;
	unsigned long first =
	    argc > at + 1 ? strtoul(argv[at + 1], NULL, 10) : 1;
	struct tally tally = { 0 };

	signal(SIGABRT, say_last_words);
	if (sodium_init() < 0)
		return 2;
	for (unsigned long seed = first; seed < first + runs; seed++) {
		snprintf(last_words, sizeof(last_words),
		    "ABORTED: seed %lu (again: files -v 1 %lu)\n", seed, seed);
		if (run(seed, trace, &tally))
			continue;
		printf(
		    "FAILED: seed %lu (again: files -v 1 %lu)\n", seed, seed);
		return 1;
	}
	say_tally(runs, &tally);
	return !was_hard(runs, &tally);
}
