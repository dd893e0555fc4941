/* SPDX-License-Identifier: MIT */
/*
 * Datagram sessions over networks that lose, repeat and reorder, in virtual
 * time. Every run follows from its number, which a failure prints.
 */
#include "base/err.h"
#include "dgram_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { RUNS = 10000, MESSAGES = 8, LOSS_MAX = 500 };

struct tally {
	unsigned done, timed_out, wrong;
	unsigned band[LOSS_MAX / 100 + 1]; /* timed out, by tenths of loss */
	uint64_t packets, resent;
	int64_t worst_ms;
};

static void
make_weather(struct kit *k, uint32_t number)
{
	k->weather = (struct weather){
		.loss = number * 7 % (LOSS_MAX + 1),
		.twice = number % 3 * 50,
		.delay_ms = number % 23,
		.jitter_ms = number % 41,
	};
}

static void
run(uint32_t number, struct tally *t)
{
	static struct kit k;

	kit_open(&k, number, number % 4 == 0 ? 40 : 0);
	k.i.checks = k.r.checks = true;
	make_weather(&k, number);
	unsigned ours = kit_send_stream(&k, &k.i, MESSAGES);
	unsigned theirs = kit_send_stream(&k, &k.r, MESSAGES / 2);
	int64_t start_ms = k.now.mono_ms;
	while ((k.r.messages < ours || k.i.messages < theirs) &&
	       kit_step(&k, start_ms + 600000))
		;
	bool done = k.r.messages == ours && k.i.messages == theirs;
	bool timed_out = k.i.error == ERR_TIMEOUT || k.r.error == ERR_TIMEOUT;
	if (!done && !timed_out)
		fail_msg("run %u: errors %d %d, %u of %u, %u of %u", number,
		    k.i.error, k.r.error, k.r.messages, ours, k.i.messages,
		    theirs);
	t->done += done;
	t->timed_out += !done;
	t->band[k.weather.loss / 100] += !done;
	t->wrong += k.i.wrong + k.r.wrong;
	t->packets += k.i.packets + k.r.packets;
	t->resent += dgram_counters(k.i.dgram)->resent;
	if (done && k.now.mono_ms - start_ms > t->worst_ms)
		t->worst_ms = k.now.mono_ms - start_ms;
	kit_clear(&k);
}

/* Up to two of ten may be lost and every message arrives; above that a session
 * may come to its end, but what it delivers is right. */
static void
all_messages_arrive_once_and_in_order(void **state)
{
	(void)state;
	struct tally t = { 0 };
	for (uint32_t number = 1; number <= RUNS; number++)
		run(number, &t);
	print_message("%u runs: %u complete, %u timed out; %llu packets, "
		      "%llu fragments again; the longest took %lld ms\n",
	    RUNS, t.done, t.timed_out, (unsigned long long)t.packets,
	    (unsigned long long)t.resent, (long long)t.worst_ms);
	assert_int_equal(t.wrong, 0);
	for (unsigned i = 0; i <= LOSS_MAX / 100; i++)
		print_message("from %u0 %% lost: %u timed out\n", i, t.band[i]);
	assert_int_equal(t.band[0] + t.band[1], 0);
	assert_int_equal(t.done + t.timed_out, RUNS);
	assert_true(t.timed_out < RUNS / 25);
	assert_true(t.resent > RUNS);
}

static void
handshakes_end_the_same_for_both(void **state)
{
	(void)state;
	static struct kit k;
	enum { COUNT = 3000 };
	unsigned open = 0, bearable = 0, bearable_open = 0;
	for (uint32_t number = 1; number <= COUNT; number++) {
		kit_init(&k, number, 0);
		make_weather(&k, number);
		bool bears = k.weather.loss <= 200;
		kit_run(&k, SESSION_HANDSHAKE_MS);
		/* In fair weather one end that is open alone notices. */
		k.weather.loss = 0;
		kit_run(&k, 100000);
		bool both = dgram_is_ready(k.i.dgram) &&
			    dgram_is_ready(k.r.dgram) && k.i.error == 0 &&
			    k.r.error == 0;
		if (!both)
			assert_true(k.i.error != 0 && k.r.error != 0);
		else
			assert_memory_equal(dgram_hash(k.i.dgram),
			    dgram_hash(k.r.dgram), HASH_SIZE);
		open += both;
		bearable += bears;
		bearable_open += both && bears;
		kit_clear(&k);
	}
	print_message("%u handshakes: %u open; up to 20 %% loss %u of %u\n",
	    COUNT, open, bearable_open, bearable);
	assert_true(bearable_open * 100 >= bearable * 97);
	assert_true(open < COUNT);
}

enum { TEXTS = 1000, TEXT = 1110, PADDED = 4096 };

/* As many as a chat has under way, as their texts are padded. */
static void
send_texts(struct kit *k, unsigned *sent)
{
	enum { FLIGHT = 256 };
	uint8_t text[PADDED] = { 0 };

	memset(text, 'x', TEXT);
	for (; *sent < TEXTS && *sent < k->r.messages + FLIGHT; ++*sent)
		assert_int_equal(
		    dgram_send(k->i.dgram, k->now, text, sizeof(text)), 0);
}

static int64_t
time_of_texts(struct kit *k, uint32_t number, struct weather weather,
    bool (*tap)(struct kit *k, struct kit_packet *p))
{
	unsigned sent = 0;

	kit_init(k, number, 0);
	k->weather.delay_ms = weather.delay_ms;
	kit_run(k, 500);
	k->weather = weather;
	k->tap = tap;
	k->i.packets = k->r.packets = 0;
	int64_t start_ms = k->now.mono_ms;
	while (k->r.messages < TEXTS && k->now.mono_ms < start_ms + 60000) {
		send_texts(k, &sent);
		kit_step(k, k->now.mono_ms + 1);
	}
	assert_int_equal(k->r.messages, TEXTS);
	return k->now.mono_ms - start_ms;
}

/*
 * A thousand texts of 1 KiB are 4000 packets, 40 of which are lost. The window
 * is open after five round trips, which carry 310 of them, and 512 afterwards:
 * 13 round trips of 20 ms, and one for the last loss, are the least.
 */
static void
a_thousand_texts_are_quick(void **state)
{
	(void)state;
	static struct kit k;
	enum { SEEDS = 40 };
	int64_t sum_ms = 0, most_ms = 0;
	for (uint32_t number = 1; number <= SEEDS; number++) {
		int64_t ms = time_of_texts(&k, number,
		    (struct weather){ .loss = 10, .delay_ms = 10 }, NULL);
		assert_true(k.i.packets < 4200);
		sum_ms += ms;
		most_ms = ms > most_ms ? ms : most_ms;
		kit_clear(&k);
	}
	print_message("%d texts of 1 KiB, 1 %% lost, 20 ms round trip: %lld "
		      "ms, at most %lld\n",
	    TEXTS, (long long)(sum_ms / SEEDS), (long long)most_ms);
	assert_true(sum_ms / SEEDS < 400);
	assert_true(sum_ms / SEEDS > 240);
	assert_true(most_ms < 1000);
}

/* A slow cable with room for so many packets before it. */
static struct {
	unsigned a_ms, room, dropped;
	int64_t free_at; /* in packets since the beginning */
} cable;

static bool
through_cable(struct kit *k, struct kit_packet *p)
{
	if (!addr_equal(&p->to, &k->r.addr))
		return true;
	int64_t now = k->now.mono_ms * cable.a_ms;
	if (cable.free_at < now)
		cable.free_at = now;
	if (cable.free_at - now >= cable.room) {
		cable.dropped++;
		return false;
	}
	cable.free_at++;
	p->due_ms += (cable.free_at - now) / cable.a_ms;
	return true;
}

/* What a queue drops is congestion, however short the queue: the cable is used
 * well, and few packets are sent for nothing. */
static void
a_full_cable_shuts_the_window(void **state)
{
	(void)state;
	static struct kit k;
	static const struct {
		unsigned a_ms, room;
	} cables[] = { { 1, 5 }, { 1, 20 }, { 1, 100 }, { 2, 10 }, { 2, 40 },
		{ 2, 200 }, { 8, 40 }, { 8, 160 } };
	for (size_t i = 0; i < sizeof(cables) / sizeof(cables[0]); i++) {
		cable.a_ms = cables[i].a_ms;
		cable.room = cables[i].room;
		cable.free_at = cable.dropped = 0;
		int64_t ms = time_of_texts(
		    &k, 1, (struct weather){ .delay_ms = 10 }, through_cable);
		int64_t least_ms = 4000 / cable.a_ms;
		print_message("%u packets a ms, room for %u: %lld ms of at "
			      "least %lld, %u of %u dropped\n",
		    cable.a_ms, cable.room, (long long)ms, (long long)least_ms,
		    cable.dropped, k.i.packets);
		assert_true(ms < least_ms * 3 / 2 + 200);
		assert_true(cable.dropped * 100 < k.i.packets * 6);
		kit_clear(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_messages_arrive_once_and_in_order),
		cmocka_unit_test(handshakes_end_the_same_for_both),
		cmocka_unit_test(a_thousand_texts_are_quick),
		cmocka_unit_test(a_full_cable_shuts_the_window),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
