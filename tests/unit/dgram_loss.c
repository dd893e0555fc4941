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

/*
 * 1 000 messages of 1 KiB are 1 000 packets, as no two fit into one. A round
 * trip is 40 ms and the delay of an acknowledgement. At a loss rate p the
 * window of NewReno is about sqrt(3 / 2p) packets, 12 for 1 %. So 1 000 packets
 * take about 82 round trips of up to 65 ms: 5.3 s, the bound. It is quicker,
 * since it starts with a window of ten that doubles.
 */
static void
a_thousand_messages_are_quick_enough(void **state)
{
	(void)state;
	static struct kit k;
	kit_open(&k, 1, 0);
	k.weather = (struct weather){ .loss = 10, .delay_ms = 20 };
	int64_t start_ms = k.now.mono_ms;
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(kit_send(&k, &k.i, 1024), 0);
	while (k.r.messages < 1000 && kit_step(&k, start_ms + 60000))
		;
	int64_t took_ms = k.now.mono_ms - start_ms;
	print_message("1000 messages of 1 KiB, 1 %% lost, 40 ms round trip: "
		      "%lld ms; %u packets there, %u back, %llu again\n",
	    (long long)took_ms, k.i.packets, k.r.packets,
	    (unsigned long long)dgram_counters(k.i.dgram)->resent);
	assert_int_equal(k.r.messages, 1000);
	assert_true(took_ms < 5300);
	/* No quicker than the largest window allows: 16 round trips. */
	assert_true(took_ms > 1000 / DGRAM_CWND_MAX * 40);
	assert_true(k.i.packets < 1200);
	kit_clear(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_messages_arrive_once_and_in_order),
		cmocka_unit_test(handshakes_end_the_same_for_both),
		cmocka_unit_test(a_thousand_messages_are_quick_enough),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
