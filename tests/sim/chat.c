/* SPDX-License-Identifier: MIT */
/*
 * Seeded stories of people who talk over a bad network. In each run two to
 * four people write to one another while datagrams get lost, connections
 * break, links are cut, addresses and clocks move. When the network is good
 * again, every text that was written is where it belongs: once, in the order
 * it was written, and marked delivered.
 *
 * In between they test the way between them, which is in nobody's way.
 *
 * Half of the pairs do so over UDP: some since somebody asked for it, some
 * since TCP does not get through between them; and some change their mind in
 * between.
 *
 *   chat [RUNS [FIRST_SEED]]     the seed of a failing run is printed
 */
#include "sim.h"

#include "base/now.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE_MAX = 4, TEXTS_MAX = 40, RUNS = 1000 };

static const char *const names[PEOPLE_MAX] = { "ana", "bob", "carol", "dave" };

struct story {
	struct sim *sim;
	unsigned people;
	unsigned written[PEOPLE_MAX][PEOPLE_MAX];
	bool filtered[PEOPLE_MAX][PEOPLE_MAX];
	unsigned tests, tested; /* of the way between two */
};

static void
write_one(struct story *st)
{
	struct rng *rng = sim_rng(st->sim);
	unsigned from = rng_below(rng, st->people);
	unsigned to = (from + 1 + rng_below(rng, st->people - 1)) % st->people;
	char text[32];

	/* Nobody can be written to before being seen. */
	if (sim_peer(st->sim, from, to) == NULL)
		return;
	snprintf(
	    text, sizeof(text), "%u>%u #%u", from, to, st->written[from][to]);
	sim_command(st->sim, from, COMMAND_SAY, to, text);
	st->written[from][to]++;
}

static void
filter(struct story *st, unsigned a, unsigned b, bool on)
{
	st->filtered[a][b] = st->filtered[b][a] = on;
	sim_filter(st->sim, a, b, on);
}

static void
see(void *ctx, unsigned node, const struct effect *effect)
{
	struct story *st = ctx;

	(void)node;
	if (effect->kind == EFFECT_PATH && effect->on)
		st->tested++;
}

/* While people talk; now and then with a load. */
static void
test_way(struct story *st, unsigned a, unsigned b)
{
	struct path_ask ask = {
		.has_peer = true,
		.peer = sim_node(st->sim, b)->identity.fp,
		.load = rng_below(sim_rng(st->sim), 50) == 0,
	};

	st->tests +=
	    engine_path(sim_enter(st->sim, a), sim_now(st->sim, a), &ask) != 0;
	sim_drain(st->sim, a);
}

static void
disturb(struct story *st)
{
	struct rng *rng = sim_rng(st->sim);
	unsigned a = rng_below(rng, st->people);
	unsigned b = (a + 1) % st->people;

	switch (rng_below(rng, 14)) {
	case 0:
		sim_cut(st->sim, a, b, true);
		break;
	case 1:
		sim_cut(st->sim, a, b, false);
		break;
	case 2:
		sim_move(st->sim, a);
		break;
	case 3:
		sim_node(st->sim, a)->wall_offset_ms +=
		    (int64_t)rng_below(rng, 7200000) - 3600000;
		break;
	case 4:
		sim_transport(st->sim, a, b, rng_below(rng, 3));
		break;
	case 5:
		filter(st, a, b, rng_below(rng, 2) == 0);
		break;
	case 6:
		test_way(st, a, b);
		break;
	case 7:
		engine_ask_round(sim_enter(st->sim, a), sim_now(st->sim, a));
		sim_drain(st->sim, a);
		break;
	default:
		break;
	}
}

static void
choose_transports(struct story *st)
{
	struct rng *rng = sim_rng(st->sim);

	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = a + 1; b < st->people; b++) {
			unsigned how = rng_below(rng, 4);
			if (how == 0)
				sim_transport(st->sim, a, b, TRANSPORT_UDP);
			if (how == 1)
				filter(st, a, b, true);
		}
	}
}

static bool
check_pair(struct story *st, unsigned from, unsigned to)
{
	size_t got = sim_texts(st->sim, to, from, false);

	if (got != st->written[from][to]) {
		printf("%u of %u texts from %u to %u arrived\n", (unsigned)got,
		    st->written[from][to], from, to);
		return false;
	}
	for (unsigned i = 0; i < got; i++) {
		const struct message *m = sim_text(st->sim, to, from, false, i);
		const struct message *own =
		    sim_text(st->sim, from, to, true, i);
		if (strcmp(m->text, own->text) != 0 ||
		    own->delivery != DELIVERY_DELIVERED || m->missing != 0) {
			printf("text %u from %u to %u is \"%s\", not \"%s\" "
			       "(%s)\n",
			    i, from, to, m->text, own->text,
			    delivery_text(own->delivery));
			return false;
		}
	}
	return true;
}

static bool
check_all(struct story *st)
{
	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = 0; b < st->people; b++) {
			if (a != b && !check_pair(st, a, b))
				return false;
		}
	}
	return true;
}

static void
make_good(struct story *st)
{
	struct sim_net *net = sim_net(st->sim);

	net->reset = net->refuse = 0;
	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = 0; b < st->people; b++) {
			sim_cut(st->sim, a, b, false);
			/* Who insists on TCP where there is none waits. */
			if (st->filtered[a][b])
				sim_transport(st->sim, a, b, TRANSPORT_AUTO);
		}
	}
}

/* What a run did, so that a quiet simulator cannot pass for a good one. */
struct tally {
	uint64_t texts, over_udp, traffic, lost_sessions, tests;
};

static void
count_pair(struct story *st, unsigned a, unsigned b, struct tally *tally)
{
	tally->texts += st->written[a][b];
	for (unsigned i = 0; i < st->written[a][b]; i++)
		tally->over_udp +=
		    sim_text(st->sim, b, a, false, i)->transport == CARRIER_UDP;
}

static void
count_run(struct story *st, struct tally *tally)
{
	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = 0; b < st->people; b++)
			count_pair(st, a, b, tally);
	}
	tally->tests += st->tests;
	tally->traffic += sim_traffic(st->sim);
	tally->lost_sessions += sim_broken(st->sim);
}

static bool
run(uint64_t seed, unsigned loss, struct tally *tally)
{
	enum { SETTLE_MS = 30 * 60000 };
	struct sim_net net = { .loss = loss,
		.duplicate = 10,
		.delay_ms = 40,
		.reset = 20,
		.refuse = 10 };
	struct story st = { .sim = sim_new(seed, &net) };

	struct sim_watch watch = { .effect = see, .ctx = &st };
	sim_watch(st.sim, &watch);
	st.people = 2 + rng_below(sim_rng(st.sim), PEOPLE_MAX - 1);
	for (unsigned i = 0; i < st.people; i++)
		sim_add(st.sim, names[i]);
	sim_run(st.sim, 3000);
	choose_transports(&st);
	for (unsigned i = 0; i < TEXTS_MAX; i++) {
		write_one(&st);
		disturb(&st);
		sim_run(st.sim, rng_below(sim_rng(st.sim), 600));
	}
	make_good(&st);
	bool good = sim_settle(st.sim, SETTLE_MS);
	if (!good)
		printf("something still waits\n");
	sim_run(st.sim, PATH_MS_MAX);
	good = good && check_all(&st);
	if (st.tested != st.tests) {
		printf("%u of %u tests ended\n", st.tested, st.tests);
		good = false;
	}
	if (good)
		count_run(&st, tally);
	sim_free(st.sim);
	return good;
}

int
main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : RUNS;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct tally tally = { 0 };

	if (sodium_init() < 0)
		return 1;
	for (unsigned long i = 0; i < runs; i++) {
		if (!run(first + i, 30, &tally)) {
			printf("FAILED: seed %lu (again: chat 1 %lu)\n",
			    first + i, first + i);
			return 1;
		}
	}
	printf("%lu runs at 30 %% loss: %llu texts over %llu broken streams, "
	       "%llu of them over UDP, each once and in order; %llu tests of "
	       "the way\n",
	    runs, (unsigned long long)tally.texts,
	    (unsigned long long)tally.lost_sessions,
	    (unsigned long long)tally.over_udp,
	    (unsigned long long)tally.tests);
	return tally.texts < runs || tally.lost_sessions == 0 ||
	       tally.over_udp < tally.texts / 4 || tally.tests < runs;
}
