/* SPDX-License-Identifier: MIT */
/*
 * What an attacker on the segment can do to discovery by numbers alone: crowds
 * of fakes (T22) and of solicitations (T26). See discover_attacks.c.
 */
#include "base/err.h"
#include "discover_kit.h"
#include "proto/discover.h"
#include "proto/discover_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum {
	ME = 1,
	BOB = 2,
	EVE = 3,
	START_MS = 1000000,
	QUIET_MS = 60000, /* after the start burst */
};

static struct kit_node me;
static struct identity bob, eve;
static struct addr bob_addr, eve_addr;

static int
setup(void **state)
{
	(void)state;
	kit_node_init(&me, ME, START_MS);
	kit_identity(&bob, BOB);
	kit_identity(&eve, EVE);
	bob_addr = kit_addr(BOB);
	eve_addr = kit_addr(EVE);
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

enum { PINNED = 20, FLOOD_MS = 10000 };

struct flood {
	struct identity pinned[PINNED];
	uint32_t pinned_seq, pinned_heard;
	uint64_t accepted, evicted;
	uint32_t most_unknown;
};

static void
flood_pin(struct flood *f)
{
	for (uint32_t i = 0; i < PINNED; i++) {
		kit_identity(&f->pinned[i], 50 + i);
		assert_int_equal(discover_pin(me.d, &f->pinned[i].fp, 1, 0), 0);
	}
}

static void
flood_hear(struct flood *f, int64_t now_ms, const struct addr *from,
    const struct kit_datagram *g)
{
	struct sighting s;

	if (discover_input(
		me.d, kit_now(now_ms), from, true, g->bytes, g->size, &s)) {
		f->accepted++;
		f->evicted += s.has_evicted;
		for (unsigned i = 0; s.has_evicted && i < PINNED; i++)
			assert_false(fp_equal(&s.evicted, &f->pinned[i].fp));
	}
	if (me.d->table.unknown > f->most_unknown)
		f->most_unknown = me.d->table.unknown;
}

/* Meanwhile the contacts announce themselves, one at a time. */
static void
flood_pinned(struct flood *f, int64_t now_ms)
{
	uint32_t who = f->pinned_seq++ % PINNED;
	struct addr from = kit_addr(50 + who);
	struct kit_datagram g =
	    kit_datagram(&f->pinned[who], BEACON_ANNOUNCE, 1, f->pinned_seq);

	f->pinned_heard += kit_hear(&me, now_ms, &from, &g) == SIGHT_SEEN;
}

static struct kit_datagram
flood_unsigned(uint32_t number)
{
	static struct kit_datagram g;

	if (g.size == 0)
		g = kit_datagram(&eve, BEACON_ANNOUNCE, 1, 1);
	memcpy(g.bytes + 24, &number, sizeof(number));
	return g;
}

static bool
flood_needs_signature(int64_t now_ms)
{
	return bucket_ready_ms(&me.d->total, now_ms) <= now_ms &&
	       bucket_ready_ms(&me.d->verify_unknown, now_ms) <= now_ms;
}

/* Of fakes without an identity only those are signed that will be verified. */
static void
flood(struct flood *f, uint32_t fakes, struct identity *ids)
{
	uint32_t packets = fakes * 3;

	flood_pin(f);
	for (uint32_t i = 0; i < packets; i++) {
		int64_t now_ms = START_MS + (int64_t)i * FLOOD_MS / packets;
		uint32_t number = 1000 + i % fakes;
		struct addr from = kit_addr(number);
		struct kit_datagram g;
		struct identity id;
		if (ids) {
			g = kit_datagram(
			    &ids[i % fakes], BEACON_ANNOUNCE, 1, 1 + i / fakes);
		} else if (flood_needs_signature(now_ms)) {
			kit_identity(&id, number);
			g = kit_datagram(
			    &id, BEACON_ANNOUNCE, 1, 1 + i / fakes);
		} else {
			g = flood_unsigned(number);
		}
		flood_hear(f, now_ms, &from, &g);
		if (i % (packets / 200) == 0)
			flood_pinned(f, now_ms);
	}
}

static void
flood_check(const struct flood *f, uint32_t fakes)
{
	const struct discover_counters *c = discover_counters(me.d);
	uint64_t budget = DISCOVER_VERIFY_UNKNOWN_PER_S * (FLOOD_MS / 1000 + 1);

	assert_int_equal(c->received, fakes * 3 + f->pinned_seq);
	assert_int_equal(c->received, c->accepted + kit_dropped(&me));
	assert_int_equal(f->most_unknown, DISCOVER_UNKNOWN_MAX);
	assert_true(f->evicted > 0);
	assert_true(f->accepted - f->evicted >= DISCOVER_UNKNOWN_MAX);
	assert_true(c->verified <= budget + f->pinned_heard);
	assert_true(c->dropped[DROP_BUDGET] > 0);
	assert_true(c->dropped[DROP_RATE_TOTAL] > 0);
	assert_int_equal(c->dropped[DROP_SIGNATURE], 0);
	/* All that strangers can fill, and the struct itself. */
	assert_true(discover_table_size(&me.d->table) <= 1024 * 1024);
	assert_true(sizeof(struct discover) <= 256 * 1024);
	assert_int_equal(me.d->table.pinned, PINNED);
	for (unsigned i = 0; i < PINNED; i++) {
		uint32_t epoch, seq;
		assert_true(
		    discover_counters_of(me.d, &f->pinned[i].fp, &epoch, &seq));
		assert_true(seq > 0 || fakes > 10000);
	}
	/* Fakes alone cannot stretch the interval past this. */
	assert_in_range(discover_interval_s(me.d), 75, 209);
}

static void
t22_fake_peers_10k(void **state)
{
	struct flood f = { .pinned_seq = 0 };

	(void)state;
	struct identity *ids = calloc(10000, sizeof(*ids));
	assert_non_null(ids);
	for (uint32_t i = 0; i < 10000; i++)
		kit_identity(&ids[i], 1000 + i);
	flood(&f, 10000, ids);
	free(ids);
	flood_check(&f, 10000);
	assert_int_equal(f.pinned_seq, 200);
	assert_true(f.pinned_heard >= 100);
}

/* Thirty thousand a second: the total rate drops nearly all unread. */
static void
t22_fake_peers_100k(void **state)
{
	struct flood f = { .pinned_seq = 0 };

	(void)state;
	flood(&f, 100000, NULL);
	flood_check(&f, 100000);
}

/* A hundred fakes behind one address are one source. */
static void
t22_fakes_of_one_host_share_its_allowance(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct identity id;
		struct addr from = eve_addr;
		from.port = (uint16_t)(1000 + i);
		kit_identity(&id, 100 + i % 100);
		struct kit_datagram g =
		    kit_datagram(&id, BEACON_ANNOUNCE, 1, 1 + i / 100);
		seen += kit_hear(&me, START_MS + i, &from, &g) == SIGHT_SEEN;
	}
	assert_in_range(seen, DISCOVER_SOURCE_BURST,
	    DISCOVER_SOURCE_BURST + DISCOVER_SOURCE_PER_S);
}

/* The most answers in any one second. */
static unsigned
peak_answers(const int64_t *at_ms, unsigned count)
{
	unsigned peak = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned j = i;
		while (j < count && at_ms[j] - at_ms[i] < 1000)
			j++;
		if (j - i > peak)
			peak = j - i;
	}
	return peak;
}

enum { SOLICITS = 1000 };

/* So many solicitations in a second, of as many identities, from the given
 * number of hosts; the answers of the next minute. */
static unsigned
solicit_storm(uint32_t hosts, int64_t at_ms[SOLICITS])
{
	int64_t t = START_MS + QUIET_MS;
	unsigned answers = 0;

	settle(&me, t);
	for (uint32_t i = 0; i < 60000; i++, t++) {
		struct discover_packet packet;
		if (i < SOLICITS) {
			struct identity id;
			struct addr from = kit_addr(100 + i % hosts);
			kit_identity(&id, 100 + i);
			struct kit_datagram g =
			    kit_datagram(&id, BEACON_SOLICIT, 1, 1);
			kit_hear(&me, t, &from, &g);
		}
		while (discover_next(me.d, kit_now(t), &packet)) {
			if (packet.everywhere)
				continue;
			assert_true(answers < SOLICITS);
			at_ms[answers++] = t;
		}
	}
	return answers;
}

static void
t26_solicit_storm_at_one_victim(void **state)
{
	int64_t at_ms[SOLICITS];
	unsigned answers = solicit_storm(1, at_ms);

	(void)state;
	assert_in_range(answers, SOURCE_ANSWER_BURST, SOURCE_ANSWER_BURST + 2);
}

static void
t26_solicit_storm_from_everywhere(void **state)
{
	int64_t at_ms[SOLICITS];
	unsigned answers = solicit_storm(SOLICITS, at_ms);

	(void)state;
	assert_true(answers >= DISCOVER_REPLY_PER_S);
	assert_in_range(peak_answers(at_ms, answers), 1, DISCOVER_REPLY_PER_S);
}

static void
t26_off_link_solicits_get_nothing(void **state)
{
	int64_t t = START_MS + QUIET_MS;
	unsigned answers = 0;
	struct sighting s;

	(void)state;
	settle(&me, t);
	for (uint32_t i = 0; i < SOLICITS; i++, t += 10) {
		struct kit_datagram g =
		    kit_datagram(&bob, BEACON_SOLICIT, 1 + i, 1);
		struct addr from = kit_addr(100 + i);
		discover_input(
		    me.d, kit_now(t), &from, false, g.bytes, g.size, &s);
		answer_bytes(&me, t, &answers);
	}
	assert_int_equal(answers, 0);
	assert_int_equal(
	    discover_counters(me.d)->dropped[DROP_OFF_LINK], SOLICITS);
}

/* As many peers, from so many hosts, shout once each within ten seconds. */
static unsigned
shout_storm(uint32_t peers, uint32_t hosts)
{
	unsigned heard = 0;

	for (uint32_t i = 0; i < peers; i++) {
		struct identity id;
		struct addr from = kit_addr(100 + i % hosts);
		int64_t t = START_MS + (int64_t)i * 10000 / peers;
		kit_identity(&id, 100 + i);
		struct kit_datagram g = kit_shout(&id, 1, 1);
		heard += kit_hear(&me, t, &from, &g) == SIGHT_SHOUT;
	}
	return heard;
}

static void
t22_shouts_of_one_host_are_limited(void **state)
{
	(void)state;
	assert_in_range(
	    shout_storm(80, 1), SOURCE_SHOUT_BURST, 2 * SOURCE_SHOUT_BURST);
	assert_true(discover_counters(me.d)->dropped[DROP_SHOUT_RATE] >= 70);
}

static void
t22_shouts_of_all_are_limited(void **state)
{
	(void)state;
	assert_in_range(
	    shout_storm(500, 500), SHOUT_TOTAL_BURST, 2 * SHOUT_TOTAL_BURST);
	assert_true(discover_counters(me.d)->dropped[DROP_SHOUT_RATE] >= 460);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(t22_fake_peers_10k),
		CASE(t22_fake_peers_100k),
		CASE(t22_fakes_of_one_host_share_its_allowance),
		CASE(t22_shouts_of_one_host_are_limited),
		CASE(t22_shouts_of_all_are_limited),
		CASE(t26_solicit_storm_at_one_victim),
		CASE(t26_solicit_storm_from_everywhere),
		CASE(t26_off_link_solicits_get_nothing),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
