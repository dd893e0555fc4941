/* SPDX-License-Identifier: MIT */
/*
 * Two people write to each other at the same moment, so that both dial (T12).
 * Whatever the delays, in the end one session is left, both ends hold the same
 * one, and each text is there once and in order. In a third of the runs each
 * end wants the transport it wants, or TCP is so slow that UDP joins in, so
 * that sessions over both meet.
 *
 *   open [RUNS [FIRST_SEED]]     the seed of a failing run is printed
 */
#include "core/engine_state.h"
#include "sim.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 10000, TEXTS = 4, STEP_MS = 3, STEPS = 200 };

struct tally {
	unsigned long crossed, losers, mixed, udp;
};

static struct engine *
engine(struct sim *s, unsigned node)
{
	return sim_node(s, node)->engine;
}

static unsigned
count(struct sim *s, unsigned node, enum conn_state state)
{
	unsigned found = 0;

	for (size_t i = 0; i < CONNS_MAX; i++) {
		const struct conn *c = engine(s, node)->conns[i];
		found += c != NULL && c->state == state;
	}
	return found;
}

/* Sessions over both transports at once. */
static bool
is_mixed(struct sim *s, unsigned node)
{
	bool found[2] = { false, false };

	for (size_t i = 0; i < CONNS_MAX; i++) {
		const struct conn *c = engine(s, node)->conns[i];
		if (c != NULL && c->state != CONN_DIALING)
			found[c->carrier.transport] = true;
	}
	return found[CARRIER_TCP] && found[CARRIER_UDP];
}

static const uint8_t *
session_of(struct sim *s, unsigned node, unsigned peer)
{
	const struct contact *k =
	    contact_find(engine(s, node), &sim_node(s, peer)->identity.fp);
	const struct conn *c =
	    k == NULL ? NULL : conn_get(engine(s, node), k->conn);

	return c == NULL ? NULL : carrier_hash(&c->carrier);
}

static void
write_both(struct sim *s, unsigned number)
{
	char text[16];

	snprintf(text, sizeof text, "#%u", number);
	if (rng_below(sim_rng(s), 2) == 0) {
		sim_command(s, 0, COMMAND_SAY, 1, text);
		sim_command(s, 1, COMMAND_SAY, 0, text);
	} else {
		sim_command(s, 1, COMMAND_SAY, 0, text);
		sim_run(s, rng_below(sim_rng(s), 3));
		sim_command(s, 0, COMMAND_SAY, 1, text);
	}
}

/* Looks often enough to see whether two sessions met at all. */
static void
watch(struct sim *s, struct tally *tally)
{
	bool crossed = false, losers = false, mixed = false;

	for (unsigned i = 0; i < STEPS; i++) {
		if (i < TEXTS * 5 && i % 5 == 0)
			write_both(s, i / 5);
		sim_run(s, STEP_MS);
		for (unsigned node = 0; node < 2; node++) {
			crossed |= count(s, node, CONN_HANDSHAKE) > 1;
			losers |= count(s, node, CONN_LOSING) > 0;
			mixed |= is_mixed(s, node);
		}
	}
	tally->mixed += mixed;
	tally->crossed += crossed;
	tally->losers += losers;
}

static bool
check_texts(struct sim *s, unsigned from, unsigned to)
{
	char text[16];

	if (sim_texts(s, to, from, false) != TEXTS + 1)
		return false;
	for (unsigned i = 0; i <= TEXTS; i++) {
		const struct message *m = sim_text(s, to, from, false, i);
		const struct message *own = sim_text(s, from, to, true, i);
		snprintf(text, sizeof text, "#%u", i);
		if (strcmp(m->text, text) != 0 || m->missing != 0 ||
		    own->delivery != DELIVERY_DELIVERED)
			return false;
	}
	return true;
}

static bool
check(struct sim *s)
{
	const uint8_t *a = session_of(s, 0, 1), *b = session_of(s, 1, 0);

	for (unsigned node = 0; node < 2; node++) {
		if (engine(s, node)->sessions != 1 ||
		    engine(s, node)->half_open != 0 ||
		    count(s, node, CONN_OPEN) != 1 ||
		    count(s, node, CONN_LOSING) != 0 ||
		    sim_node(s, node)->errors != 0) {
			printf("node %u has not one session\n", node);
			return false;
		}
	}
	if (a == NULL || b == NULL || memcmp(a, b, HASH_SIZE) != 0) {
		printf("the two ends hold different sessions\n");
		return false;
	}
	if (!check_texts(s, 0, 1) || !check_texts(s, 1, 0)) {
		printf("texts are lost, doubled or out of order\n");
		return false;
	}
	return true;
}

static void
wish(struct sim *s)
{
	struct rng *rng = sim_rng(s);

	sim_net(s)->loss = rng_below(rng, 2) == 0 ? 0 : 60;
	sim_transport(s, 0, 1, rng_below(rng, 3));
	sim_transport(s, 1, 0, rng_below(rng, 3));
}

static bool
run(uint64_t seed, struct tally *tally)
{
	struct sim_net net = { .delay_ms = 1 + (unsigned)(seed % 40) };
	struct sim *s = sim_new(seed, &net);

	/* A third of them with lost segments, which stall a stream. */
	sim_net(s)->loss = seed % 3 == 0 ? 20 : 0;
	bool mixed = seed % 3 == 1;
	sim_add(s, "ana");
	sim_add(s, "bob");
	while (sim_peer(s, 0, 1) == NULL || sim_peer(s, 1, 0) == NULL)
		sim_run(s, 100);
	if (mixed)
		wish(s);
	watch(s, tally);
	bool good = sim_settle(s, mixed ? 600000 : 60000);
	sim_net(s)->loss = 0;
	sim_run(s, 5000);
	/* An end may have given up what the other one still holds; so many lost
	 * packets are as good as a cut wire. */
	write_both(s, TEXTS);
	good = good && sim_settle(s, 60000);
	sim_run(s, 5000);
	good = good && check(s);
	tally->udp += good && sim_peer(s, 0, 1)->transport == CARRIER_UDP;
	sim_free(s);
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
		if (!run(first + i, &tally)) {
			printf("FAILED: seed %lu (again: open 1 %lu)\n",
			    first + i, first + i);
			return 1;
		}
	}
	printf("%lu runs: %lu crossed, %lu over both transports, %lu had a "
	       "session too many, one was left each time, %lu times over UDP\n",
	    runs, tally.crossed, tally.mixed, tally.losers, tally.udp);
	/* Else nothing of it was tested. */
	return runs > 100 &&
	       (tally.losers < runs / 2 || tally.mixed < runs / 20 ||
		   tally.udp < runs / 20);
}
