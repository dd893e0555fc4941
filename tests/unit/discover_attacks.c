/* SPDX-License-Identifier: MIT */
/*
 * What an attacker on the segment can do to discovery, each attack by its
 * number, with the inputs counted. Crowds are in discover_floods.c.
 */
#include "base/err.h"
#include "discover_kit.h"
#include "proto/discover.h"
#include "proto/discover_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum {
	ME = 1,
	BOB = 2,
	EVE = 3,
	START_MS = 1000000,
	QUIET_MS = 60000, /* after the start burst */
	DAY_MS = 24 * 3600 * 1000,
	DATAGRAM_READ_MAX = 1500,
	TYPES = 4,
};

static struct kit_node me;
static struct identity bob, eve;
static struct addr bob_addr, eve_addr;
static struct rng_seed chance_state;
static struct rng chance;

static int
setup(void **state)
{
	(void)state;
	kit_node_init(&me, ME, START_MS);
	kit_identity(&bob, BOB);
	kit_identity(&eve, EVE);
	bob_addr = kit_addr(BOB);
	eve_addr = kit_addr(EVE);
	chance = rng_seeded(&chance_state, 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_node_clear(&me);
	return 0;
}

static void
settle(struct kit_node *node, int64_t until_ms)
{
	discover_start(node->d, kit_now(START_MS));
	while (discover_deadline(node->d) <= until_ms)
		kit_drain(node, discover_deadline(node->d));
}

/* A well-formed datagram of each type in turn. */
static struct kit_datagram
any_type(const struct identity *id, uint32_t epoch, uint32_t seq)
{
	static const enum beacon_type types[TYPES] = { BEACON_ANNOUNCE,
		BEACON_SOLICIT, BEACON_SHOUT, BEACON_GOODBYE };
	enum beacon_type type = types[seq % TYPES];

	if (type == BEACON_SHOUT)
		return kit_shout(id, epoch, seq);
	return kit_datagram(id, type, epoch, seq);
}

/* Bytes sent to single hosts: what amplification is made of. */
static uint64_t
answer_bytes(struct kit_node *node, int64_t now_ms, unsigned *count)
{
	struct discover_packet packet;
	uint64_t bytes = 0;

	while (discover_next(node->d, kit_now(now_ms), &packet)) {
		if (packet.everywhere)
			continue;
		bytes += packet.size;
		(*count)++;
	}
	return bytes;
}

/* Every type, with and without the reply flag, new, repeated and forged, from
 * 500 identities: after each input, no host got more than it had sent. */
static void
t20_amplification_ratio_at_most_1(void **state)
{
	char name[NAME_BYTES_MAX + 1] = { 0 };
	char status[STATUS_BYTES_MAX + 1] = { 0 };
	uint64_t in = 0, out = 0;
	unsigned answers = 0;
	int64_t t = START_MS + QUIET_MS;

	(void)state;
	memset(name, 'n', NAME_BYTES_MAX);
	memset(status, 's', STATUS_BYTES_MAX);
	settle(&me, t);
	discover_profile(me.d, kit_now(t), name, status, true);
	for (uint32_t i = 0; i < 500; i++) {
		struct identity id;
		struct addr from = kit_addr(100 + i);
		kit_identity(&id, 100 + i);
		struct kit_datagram g = any_type(&id, 1, i);
		for (unsigned copy = 0; copy < 3; copy++) {
			uint64_t before = out;
			g.bytes[6] ^= copy == 2 ? BEACON_REPLY : 0;
			kit_hear(&me, t, &from, &g);
			in += g.size;
			for (unsigned wait = 0; wait < 70; wait++, t += 100)
				out += answer_bytes(&me, t, &answers);
			assert_true(out - before <= g.size);
		}
	}
	/* One for each of the 125 solicitations, but for those that came just
	 * after a broadcast. */
	assert_in_range(answers, 100, 125);
	assert_true(out < in);
}

/* The smallest solicitation there can be, and the longest answer. */
static void
t20_short_solicit_gets_nothing(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 1);
	int64_t t = START_MS + QUIET_MS;
	unsigned answers = 0;

	(void)state;
	settle(&me, t);
	g.bytes[5] = BEACON_SOLICIT;
	identity_sign(&bob, "earshot-disc-v1", g.bytes, g.size - SIGNATURE_SIZE,
	    g.bytes + g.size - SIGNATURE_SIZE);
	assert_true(g.size < BEACON_SOLICIT_MIN);
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_NONE);
	assert_int_equal(answer_bytes(&me, t + 5000, &answers), 0);
}

struct pair {
	struct kit_node nodes[2];
	unsigned unicasts;
	int64_t last_unicast_ms;
};

static void
deliver(struct pair *p, unsigned to, int64_t now_ms, const struct addr *from,
    const struct discover_packet *packet)
{
	struct sighting s;

	discover_input(p->nodes[to].d, kit_now(now_ms), from, true,
	    packet->bytes, packet->size, &s);
}

static void
exchange(struct pair *p, int64_t now_ms)
{
	struct discover_packet packet;

	for (unsigned i = 0; i < 2; i++) {
		while (discover_next(p->nodes[i].d, kit_now(now_ms), &packet)) {
			if (!packet.everywhere) {
				p->unicasts++;
				p->last_unicast_ms = now_ms;
			}
			deliver(p, !i, now_ms, &p->nodes[i].addr, &packet);
		}
	}
}

/* 1 000 datagrams, each claiming to come from the other one. */
static void
t21_spoofed_cross_packets_die_out(void **state)
{
	struct pair p = { .unicasts = 0 };
	int64_t t = START_MS + QUIET_MS;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		kit_node_init(&p.nodes[i], 10 + i, START_MS);
		settle(&p.nodes[i], t);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		struct identity id;
		struct discover_packet spoofed;
		kit_identity(&id, 100 + i);
		struct beacon b = kit_beacon(
		    &id, i % 2 ? BEACON_SOLICIT : BEACON_ANNOUNCE, 1, 1);
		b.flags = i % 4 >= 2 ? BEACON_REPLY : 0;
		struct kit_datagram g = kit_sign(&b, &id);
		memcpy(spoofed.bytes, g.bytes, g.size);
		spoofed.size = g.size;
		unsigned to = i / 4 % 2;
		deliver(&p, to, t, &p.nodes[!to].addr, &spoofed);
		exchange(&p, t);
	}
	for (int64_t ms = 1; ms <= 60000; ms++)
		exchange(&p, t + ms);
	assert_in_range(p.unicasts, 1, 2 * SOURCE_ANSWER_BURST + 2);
	assert_true(p.last_unicast_ms - t < 2000);
	for (unsigned i = 0; i < 2; i++)
		kit_node_clear(&p.nodes[i]);
}

/* What a forger who lacks bob's key can make of eve's or bob's datagrams. */
static struct kit_datagram
forged(uint32_t i)
{
	struct kit_datagram g = any_type(&eve, 9, 1000 + i);

	switch (i / TYPES % 3) {
	case 0: /* bob's keys over eve's signature */
		memcpy(g.bytes + 24, bob.ed_public, ED_PUBLIC_SIZE);
		memcpy(g.bytes + 56, bob.x.public, NOISE_KEY_SIZE);
		break;
	case 1: /* bob's datagram, made newer */
		g = any_type(&bob, 1, 1000 + i);
		g.bytes[11]++;
		break;
	default: /* bob's datagram, with another port or text */
		g = any_type(&bob, 1, 1000 + i);
		g.bytes[88 + rng_below(&chance, 4)] ^= 1;
		g.bytes[100] ^= 1;
		break;
	}
	return g;
}

static void
t23_spoofed_announcements_of_a_pinned_peer(void **state)
{
	enum { COUNT = 1000, KNOWN = 20 };
	struct kit_datagram recorded[KNOWN];
	const struct discover_counters *c = discover_counters(me.d);
	int64_t t = START_MS;
	uint32_t epoch, seq;
	unsigned sightings = 0;

	(void)state;
	assert_int_equal(discover_pin(me.d, &bob.fp, 1, 0), 0);
	for (uint32_t i = 0; i < KNOWN; i++, t += 30000) {
		recorded[i] = any_type(&bob, 1, 1 + i);
		kit_hear(&me, t, &bob_addr, &recorded[i]);
	}
	uint64_t accepted = c->accepted;
	uint64_t replays = c->dropped[DROP_REPLAY];
	for (uint32_t i = 0; i < COUNT; i++, t += 200) {
		struct kit_datagram g = forged(i);
		struct addr from = i % 2 ? bob_addr : kit_addr(100 + i);
		sightings += kit_hear(&me, t, &from, &g) != SIGHT_NONE;
	}
	assert_int_equal(c->dropped[DROP_SIGNATURE], COUNT);
	for (uint32_t i = 0; i < COUNT; i++, t += 200) {
		struct addr from = i % 2 ? bob_addr : kit_addr(100 + i);
		sightings +=
		    kit_hear(&me, t, &from, &recorded[i % KNOWN]) != SIGHT_NONE;
	}
	assert_int_equal(sightings, 0);
	/* A known shout is silently passed over, all others are counted. */
	assert_int_equal(
	    c->dropped[DROP_REPLAY] - replays + c->accepted - accepted, COUNT);
	assert_true(discover_counters_of(me.d, &bob.fp, &epoch, &seq));
	assert_int_equal(epoch, 1);
	assert_int_equal(seq, KNOWN);
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 21);
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SEEN);
}

/* A genuine announcement from 100 other addresses: a few hints, and only while
 * it could have come over another interface. */
static void
t24_replay_from_another_address(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 1);
	unsigned hints = 0, others = 0;
	struct sighting s;

	(void)state;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SEEN);
	int64_t deadline_ms = discover_deadline(me.d);
	for (uint32_t i = 0; i < 100; i++) {
		struct addr from = kit_addr(100 + i);
		int64_t t = START_MS + 100 * i;
		int seen = discover_input(
		    me.d, kit_now(t), &from, true, g.bytes, g.size, &s);
		if (!seen)
			continue;
		assert_true(addr_equal(&s.from, &from));
		hints += s.kind == SIGHT_ADDRESS;
		others += s.kind != SIGHT_ADDRESS;
	}
	assert_int_equal(hints, PEER_PATHS_MAX - 1);
	assert_int_equal(others, 0);
	assert_int_equal(discover_counters(me.d)->verified, PEER_PATHS_MAX);
	/* Nor does it keep bob alive. */
	assert_int_equal(discover_deadline(me.d), deadline_ms);
	g = kit_datagram(&bob, BEACON_ANNOUNCE, 1, 2);
	int64_t t = START_MS + 30000;
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SEEN);
	assert_int_equal(
	    kit_hear(&me, t + PATH_LATE_MS + 1, &eve_addr, &g), SIGHT_NONE);
}

/* One datagram from an honest host at a calm moment: no rate hides it. */
static unsigned
hear_calmly(uint32_t i, const uint8_t *p, size_t n)
{
	struct addr from = kit_addr(i);
	struct sighting s;
	int seen = discover_input(
	    me.d, kit_now(START_MS + (int64_t)i * 100), &from, true, p, n, &s);

	return seen == 1;
}

static void
t25_every_length_from_0_to_1500(void **state)
{
	uint8_t p[DATAGRAM_READ_MAX];
	uint32_t inputs = 0;
	unsigned seen = 0;

	(void)state;
	for (uint32_t type = 0; type < TYPES; type++) {
		struct kit_datagram g = any_type(&bob, 1, 4 + type);
		for (size_t n = 0; n <= sizeof(p); n++) {
			rng_fill(&chance, p, sizeof(p));
			memcpy(p, g.bytes, n < g.size ? n : g.size);
			seen += hear_calmly(++inputs, p, n);
			rng_fill(&chance, p, sizeof(p));
			seen += hear_calmly(++inputs, p, n);
		}
	}
	assert_int_equal(inputs, TYPES * 2 * (DATAGRAM_READ_MAX + 1));
	assert_int_equal(seen, TYPES); /* those of the right length */
	assert_int_equal(discover_counters(me.d)->received, inputs);
	assert_int_equal(kit_dropped(&me), inputs - TYPES);
}

static void
t25_every_bit_of_every_type_flipped(void **state)
{
	uint32_t inputs = 0;
	unsigned seen = 0;

	(void)state;
	for (uint32_t type = 0; type < TYPES; type++) {
		struct kit_datagram g = any_type(&bob, 1, 4 + type);
		for (size_t bit = 0; bit < g.size * 8; bit++) {
			g.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
			seen += hear_calmly(++inputs, g.bytes, g.size);
			g.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
	assert_true(inputs > 8000);
	assert_int_equal(seen, 0);
	assert_int_equal(kit_dropped(&me), inputs);
}

/* Bob's home comes back from a backup: an older epoch, honestly signed. */
static void
t28_older_epoch_asks_for_one_probe(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 3, 1);
	int64_t t = START_MS;

	(void)state;
	discover_pin(me.d, &bob.fp, 7, 70);
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_PROBE);
	for (uint32_t i = 2; i < 20; i++) {
		g = kit_datagram(&bob, BEACON_ANNOUNCE, 3, i);
		t = START_MS + i * 30000;
		assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_NONE);
	}
	assert_int_equal(discover_counters(me.d)->verified, 1);
	t = START_MS + PROBE_AGAIN_MS;
	assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_PROBE);
}

static void
t28_session_recovers_and_replays_stay_out(void **state)
{
	struct kit_datagram old = kit_datagram(&bob, BEACON_ANNOUNCE, 3, 4);
	struct kit_datagram probe = kit_datagram(&bob, BEACON_ANNOUNCE, 3, 5);
	struct kit_datagram next = kit_datagram(&bob, BEACON_ANNOUNCE, 3, 6);

	(void)state;
	discover_pin(me.d, &bob.fp, 7, 70);
	assert_int_equal(
	    kit_hear(&me, START_MS, &bob_addr, &probe), SIGHT_PROBE);
	discover_epoch_proven(me.d, &bob.fp, 3);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &old), SIGHT_NONE);
	assert_int_equal(
	    kit_hear(&me, START_MS, &bob_addr, &probe), SIGHT_NONE);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &next), SIGHT_SEEN);
}

/* A forged one neither probes nor uses up the probe of the true one; and a
 * stranger's counter is nobody's concern. */
static void
t28_forgery_and_strangers_cause_no_probe(void **state)
{
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 3, 5);
	struct kit_datagram bad = g;

	(void)state;
	discover_pin(me.d, &bob.fp, 7, 70);
	bad.bytes[bad.size - 1] ^= 1;
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &bad), SIGHT_NONE);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_PROBE);
	g = kit_datagram(&eve, BEACON_ANNOUNCE, 7, 1);
	assert_int_equal(kit_hear(&me, START_MS, &eve_addr, &g), SIGHT_SEEN);
	g = kit_datagram(&eve, BEACON_ANNOUNCE, 6, 1);
	assert_int_equal(kit_hear(&me, START_MS, &eve_addr, &g), SIGHT_NONE);
}

/* Two copies of one machine run with the same epoch. */
static void
t28_clone_with_the_same_epoch(void **state)
{
	struct beacon b = kit_beacon(&bob, BEACON_ANNOUNCE, 7, 80);
	struct kit_datagram g = kit_datagram(&bob, BEACON_ANNOUNCE, 7, 71);

	(void)state;
	discover_pin(me.d, &bob.fp, 7, 70);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_SEEN);
	b.instance[0] ^= 1;
	struct kit_datagram clone = kit_sign(&b, &bob);
	assert_int_equal(
	    kit_hear(&me, START_MS, &eve_addr, &clone), SIGHT_PROBE);
	assert_int_equal(
	    kit_hear(&me, START_MS, &eve_addr, &clone), SIGHT_NONE);
	/* The session went to the clone, and the clone it is from now on. */
	discover_epoch_proven(me.d, &bob.fp, 7);
	b.seq = 81;
	clone = kit_sign(&b, &bob);
	assert_int_equal(
	    kit_hear(&me, START_MS, &eve_addr, &clone), SIGHT_SEEN);
	g = kit_datagram(&bob, BEACON_ANNOUNCE, 7, 90);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &g), SIGHT_NONE);
}

/* The sender's clock and ours may say anything: order and acceptance follow
 * from counters and from our monotonic clock alone. */
static void
t29_clock_lies_change_nothing(void **state)
{
	const int64_t s = 1000, h = 3600 * s, y = 365 * 24 * h;
	const int64_t skews[12] = { 0, s, -s, 2 * h, -2 * h, 100 * y, -100 * y,
		INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1, -1 };

	(void)state;
	for (uint32_t i = 0; i < 12; i++) {
		int64_t t = START_MS + (int64_t)i * 10000;
		struct now now = { .mono_ms = t, .wall_ms = skews[11 - i] };
		struct beacon b = kit_beacon(&bob, BEACON_SHOUT, 1, 1 + i);
		struct sighting seen;
		b.shout_id.b[0] = (uint8_t)i;
		b.shout_text = untrusted_of("now", 3);
		b.shout_sent_ms = skews[i];
		struct kit_datagram g = kit_sign(&b, &bob);
		assert_int_equal(discover_input(me.d, now, &bob_addr, true,
				     g.bytes, g.size, &seen),
		    1);
		assert_int_equal(seen.kind, SIGHT_SHOUT);
		assert_true(seen.beacon.shout_sent_ms == skews[i]);
		assert_false(discover_expire(me.d, kit_now(t + 9999), &seen));
	}
	int64_t last_ms = START_MS + 11 * 10000;
	struct sighting silent;
	assert_false(discover_expire(me.d, kit_now(last_ms + 65999), &silent));
	assert_true(discover_expire(me.d, kit_now(last_ms + 66000), &silent));
}

/* Heard, and replayed up to a month later, from anywhere. */
static unsigned
replays_of_heard(unsigned count)
{
	unsigned shouts = 0;

	for (uint32_t i = 0; i < count; i++) {
		int64_t t = START_MS + (int64_t)i * 2 * DAY_MS;
		struct kit_datagram g = kit_shout(&bob, 1, 10 + i);
		assert_int_equal(kit_hear(&me, t, &bob_addr, &g), SIGHT_SHOUT);
		/* The ids of all others push this one out. */
		me.d->shouts_heard.count = i % 2 ? 0 : 1;
		t += 1 + (int64_t)i * i * i * DAY_MS / 13824;
		shouts += kit_hear(&me, t, i % 3 ? &eve_addr : &bob_addr, &g) !=
			  SIGHT_NONE;
	}
	return shouts;
}

/* Missed when they were sent, and played once bob had gone on. */
static unsigned
replays_of_missed(unsigned count)
{
	unsigned shouts = 0;

	for (uint32_t i = 0; i < count; i++) {
		int64_t t = START_MS + 100 * (int64_t)DAY_MS + i * 60000;
		struct kit_datagram missed = kit_shout(&bob, 2, 10 + 2 * i);
		struct kit_datagram next =
		    kit_datagram(&bob, BEACON_ANNOUNCE, 2, 11 + 2 * i);
		assert_int_equal(
		    kit_hear(&me, t, &bob_addr, &next), SIGHT_SEEN);
		t += SHOUT_LATE_MS + 1 + i * 1000;
		shouts += kit_hear(&me, t, &bob_addr, &missed) != SIGHT_NONE;
	}
	return shouts;
}

/* Played to us after a restart: the pin remembers how far bob was. */
static unsigned
replays_after_restart(unsigned count)
{
	unsigned shouts = 0;

	kit_node_clear(&me);
	kit_node_init(&me, ME, START_MS);
	discover_pin(me.d, &bob.fp, 1, 10 + count);
	for (uint32_t i = 0; i < count; i++) {
		struct kit_datagram g = kit_shout(&bob, 1, 10 + i);
		shouts += kit_hear(&me, START_MS + i * 6000, &bob_addr, &g) !=
			  SIGHT_NONE;
	}
	return shouts;
}

/* Eve's copies of what bob shouted are hers, and never bob's. */
static unsigned
reattributed(unsigned count)
{
	unsigned as_bob = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct kit_datagram g = kit_shout(&eve, 1, 500 + i);
		int64_t t = START_MS + DAY_MS + i * 6000;
		struct sighting s;
		if (i % 2) {
			memcpy(g.bytes + 24, bob.ed_public, ED_PUBLIC_SIZE);
			memcpy(g.bytes + 56, bob.x.public, NOISE_KEY_SIZE);
		}
		int seen = discover_input(
		    me.d, kit_now(t), &eve_addr, true, g.bytes, g.size, &s);
		assert_int_equal(seen, i % 2 == 0);
		as_bob += seen && fp_equal(&s.fp, &bob.fp);
	}
	return as_bob;
}

static void
t56_shouts_replayed_or_reattributed(void **state)
{
	(void)state;
	assert_int_equal(replays_of_heard(25), 0);
	assert_int_equal(replays_of_missed(25), 0);
	assert_int_equal(replays_after_restart(25), 0);
	assert_int_equal(reattributed(25), 0);
}

/* Who copies the id of a shout and is faster does not silence its author. */
static void
t56_copied_id_silences_nobody(void **state)
{
	struct kit_datagram hers = kit_shout(&eve, 1, 7);
	struct kit_datagram his = kit_shout(&bob, 1, 7);

	(void)state;
	assert_int_equal(
	    kit_hear(&me, START_MS, &eve_addr, &hers), SIGHT_SHOUT);
	assert_int_equal(kit_hear(&me, START_MS, &bob_addr, &his), SIGHT_SHOUT);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(t20_amplification_ratio_at_most_1),
		CASE(t20_short_solicit_gets_nothing),
		CASE(t21_spoofed_cross_packets_die_out),
		CASE(t23_spoofed_announcements_of_a_pinned_peer),
		CASE(t24_replay_from_another_address),
		CASE(t25_every_length_from_0_to_1500),
		CASE(t25_every_bit_of_every_type_flipped),
		CASE(t28_older_epoch_asks_for_one_probe),
		CASE(t28_session_recovers_and_replays_stay_out),
		CASE(t28_forgery_and_strangers_cause_no_probe),
		CASE(t28_clone_with_the_same_epoch),
		CASE(t29_clock_lies_change_nothing),
		CASE(t56_shouts_replayed_or_reattributed),
		CASE(t56_copied_id_silences_nobody),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
