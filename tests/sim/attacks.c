/* SPDX-License-Identifier: MIT */
/*
 * Seeded stories with somebody hostile, or a machine that fails, in them: an
 * impostor at a friend's address, a stolen identity, processes that are killed
 * while messages wait, links that are cut and streams that break for one end
 * only. What must hold is said beside each.
 *
 *   attacks [RUNS [FIRST_SEED]]     the seed of a failing run is printed
 */
#include "sim.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 200, ANA = 0, BOB = 1, EVE = 2, MINUTE_MS = 60000 };

static struct sim *
begin(uint64_t seed, unsigned people)
{
	static const char *const names[] = { "ana", "bob", "eve" };
	struct sim_net net = {
		.delay_ms = 20, .loss = seed % 4 * 10, .duplicate = 10
	};
	struct sim *s = sim_new(seed, &net);

	for (unsigned i = 0; i < people; i++)
		sim_add(s, names[i]);
	sim_run(s, 5000);
	/* Nobody can be written to before being seen. */
	for (unsigned i = 0; i < people * people; i++) {
		unsigned a = i / people, b = i % people;
		while (a != b && sim_peer(s, a, b) == NULL)
			sim_run(s, 1000);
	}
	return s;
}

static void
say_it(struct sim *s, unsigned from, unsigned to, unsigned number)
{
	char text[16];

	snprintf(text, sizeof text, "#%u", number);
	sim_command(s, from, COMMAND_SAY, to, text);
}

static int
number_of(const struct message *m)
{
	return (int)strtol(m->text + 1, NULL, 10);
}

/* What one node has of another ascends strictly: nothing twice, in order. */
static bool
ascends(struct sim *s, unsigned node, unsigned peer)
{
	const struct message *m;
	int last = -1;

	for (size_t i = 0; (m = sim_text(s, node, peer, false, i)); i++) {
		if (number_of(m) <= last) {
			printf("%d comes behind %d\n", number_of(m), last);
			return false;
		}
		last = number_of(m);
	}
	return true;
}

static bool
all_delivered(struct sim *s, unsigned node, unsigned peer, size_t count)
{
	const struct message *m;
	size_t i = 0;

	for (; (m = sim_text(s, node, peer, true, i)); i++) {
		if (m->delivery != DELIVERY_DELIVERED) {
			printf(
			    "%s is %s\n", m->text, delivery_text(m->delivery));
			return false;
		}
	}
	if (i != count)
		printf("%zu of %zu were written\n", i, count);
	return i == count;
}

/* Eve sits at Bob's address with her own keys: she is told nothing, and it all
 * reaches Bob when he is back elsewhere. */
static bool
impostor(uint64_t seed)
{
	enum { TEXTS = 10 };
	struct sim *s = begin(seed, 3);

	sim_kill(s, BOB);
	sim_take_address(s, EVE, BOB);
	for (unsigned i = 0; i < TEXTS; i++) {
		say_it(s, ANA, BOB, i);
		sim_run(s, rng_below(sim_rng(s), 3000));
	}
	sim_run(s, 2 * MINUTE_MS);
	bool good = sim_node(s, EVE)->messages == 0 &&
		    sim_texts(s, ANA, EVE, true) == 0;
	if (!good)
		printf("eve got something\n");
	sim_restart(s, BOB);
	sim_move(s, BOB);
	good &= sim_settle(s, 30 * MINUTE_MS);
	good &= all_delivered(s, ANA, BOB, TEXTS) && ascends(s, BOB, ANA);
	good &= sim_texts(s, BOB, ANA, false) == TEXTS;
	good &= sim_node(s, EVE)->messages == 0;
	sim_free(s);
	return good;
}

/* Two machines with one identity: each text is with at least one of them, none
 * of them has one twice or out of order, and they never talk to each other.
 * When the thief is gone all is as before. */
static bool
clone(uint64_t seed)
{
	enum { TEXTS = 30 };
	struct sim *s = begin(seed, 3);
	bool seen[2 * TEXTS] = { false };
	const struct message *m;

	sim_steal_identity(s, EVE, BOB);
	for (unsigned i = 0; i < TEXTS; i++) {
		say_it(s, ANA, BOB, i);
		if (i % 3 == 0)
			say_it(s, BOB, ANA, i);
		sim_run(s, rng_below(sim_rng(s), 4000));
	}
	/* Bob's own may wait: the clone with the higher epoch is preferred. */
	sim_run(s, 12 * MINUTE_MS);
	bool good = all_delivered(s, ANA, BOB, TEXTS);
	for (unsigned node = BOB; node <= EVE; node++) {
		good &= ascends(s, node, ANA);
		for (size_t i = 0; (m = sim_text(s, node, ANA, false, i)); i++)
			seen[number_of(m)] = true;
	}
	for (unsigned i = 0; i < TEXTS; i++)
		good &= seen[i];
	/* Who has our key is nobody to talk with: there is only note-to-self. */
	good &= sim_peer(s, BOB, EVE)->is_self;
	sim_kill(s, EVE);
	sim_run(s, MINUTE_MS);
	size_t had = sim_texts(s, BOB, ANA, false);
	for (unsigned i = TEXTS; i < 2 * TEXTS; i++)
		say_it(s, ANA, BOB, i);
	good &= sim_settle(s, 30 * MINUTE_MS) && ascends(s, BOB, ANA);
	good &= sim_texts(s, BOB, ANA, false) == had + TEXTS;
	sim_free(s);
	return good;
}

/* Bob dies and starts again while Ana writes. Whatever he had acknowledged is
 * gone with him; all else is delivered, and no run of his has a text twice. */
static bool
killed(uint64_t seed)
{
	enum { TEXTS = 40 };
	struct sim *s = begin(seed, 2);
	bool seen[TEXTS] = { false }, good = true;
	const struct message *m;

	for (unsigned i = 0; i < TEXTS; i++) {
		say_it(s, ANA, BOB, i);
		sim_run(s, rng_below(sim_rng(s), 400));
		if (rng_below(sim_rng(s), 5) != 0)
			continue;
		good &= ascends(s, BOB, ANA);
		for (size_t n = 0; (m = sim_text(s, BOB, ANA, false, n)); n++)
			seen[number_of(m)] = true;
		sim_kill(s, BOB);
		sim_run(s, rng_below(sim_rng(s), 60000));
		sim_restart(s, BOB);
		sim_run(s, 2000);
	}
	good &= sim_settle(s, 30 * MINUTE_MS) && ascends(s, BOB, ANA);
	for (size_t n = 0; (m = sim_text(s, BOB, ANA, false, n)); n++)
		seen[number_of(m)] = true;
	for (unsigned i = 0; i < TEXTS; i++)
		good &= seen[i];
	good &= all_delivered(s, ANA, BOB, TEXTS);
	sim_free(s);
	return good;
}

/* Cut off for long enough to be offline, with texts on both sides. */
static bool
partition(uint64_t seed)
{
	enum { TEXTS = 12 };
	struct sim *s = begin(seed, 2);
	bool good = true;

	say_it(s, ANA, BOB, 0);
	say_it(s, BOB, ANA, 0);
	sim_run(s, 2000);
	sim_cut(s, ANA, BOB, true);
	for (unsigned i = 1; i < TEXTS; i++) {
		say_it(s, ANA, BOB, i);
		say_it(s, BOB, ANA, i);
		sim_run(s, rng_below(sim_rng(s), 2 * MINUTE_MS));
	}
	sim_run(s, 10 * MINUTE_MS);
	good &= sim_peer(s, ANA, BOB)->presence == PRESENCE_OFFLINE;
	good &= sim_peer(s, BOB, ANA)->presence == PRESENCE_OFFLINE;
	sim_cut(s, ANA, BOB, false);
	/* The next announcement brings them together, not the long pause
	 * between rounds of dialling. */
	good &= sim_settle(s, 6 * MINUTE_MS);
	good &= all_delivered(s, ANA, BOB, TEXTS) && ascends(s, BOB, ANA);
	good &= all_delivered(s, BOB, ANA, TEXTS) && ascends(s, ANA, BOB);
	good &= sim_texts(s, BOB, ANA, false) == TEXTS;
	good &= sim_texts(s, ANA, BOB, false) == TEXTS;
	sim_free(s);
	return good;
}

/* Streams break for one end only, again and again: nobody waits for the long
 * silence after which a session is given up. */
static bool
half_open(uint64_t seed)
{
	enum { TEXTS = 30 };
	struct sim *s = begin(seed, 2);
	bool good = true;

	for (unsigned i = 0; i < TEXTS; i++) {
		say_it(s, ANA, BOB, i);
		say_it(s, BOB, ANA, i);
		sim_run(s, rng_below(sim_rng(s), 2000));
		if (i % 3 == 0)
			sim_lose_half(s, i % 2, !(i % 2));
		sim_run(s, rng_below(sim_rng(s), 4000));
	}
	/* One end may have nothing to say and not know. */
	say_it(s, ANA, BOB, TEXTS);
	say_it(s, BOB, ANA, TEXTS);
	good &= sim_settle(s, 3 * MINUTE_MS);
	good &= all_delivered(s, ANA, BOB, TEXTS + 1) && ascends(s, BOB, ANA);
	good &= all_delivered(s, BOB, ANA, TEXTS + 1) && ascends(s, ANA, BOB);
	good &= sim_texts(s, BOB, ANA, false) == TEXTS + 1;
	good &= sim_texts(s, ANA, BOB, false) == TEXTS + 1;
	sim_free(s);
	return good;
}

static const struct {
	const char *name;
	bool (*run)(uint64_t seed);
} stories[] = {
	{ "impostor", impostor },
	{ "clone", clone },
	{ "killed", killed },
	{ "partition", partition },
	{ "half open", half_open },
};

int
main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : RUNS;
	unsigned long first = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	enum { STORIES = sizeof stories / sizeof *stories };

	if (sodium_init() < 0)
		return 1;
	for (unsigned long i = 0; i < runs; i++) {
		for (unsigned n = 0; n < STORIES; n++) {
			if (stories[n].run(first + i))
				continue;
			printf("FAILED: %s, seed %lu (again: attacks 1 %lu)\n",
			    stories[n].name, first + i, first + i);
			return 1;
		}
	}
	printf("%lu runs of %d stories\n", runs, STORIES);
	return 0;
}
