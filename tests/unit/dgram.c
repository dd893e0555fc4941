/* SPDX-License-Identifier: MIT */
/*
 * What a datagram session does among friends: handshake, acknowledgements,
 * flow control, new keys, new addresses, signs of life, and its end.
 */
#include "proto/dgram.h"
#include "base/err.h"
#include "dgram_kit.h"
#include "proto/dgram_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct kit k;

/* What passed the tap. */
static struct seen {
	struct kit_packet packets[64];
	int64_t at_ms[64];
	unsigned count, lose_first, lose_from;
	const struct kit_end *loses; /* its datagrams only; NULL: of both */
	size_t only_size;            /* loses only those of this size */
} seen;

static int
setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof seen);
	seen.lose_from = UINT32_MAX;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_clear(&k);
	return 0;
}

/* Remembers, and loses the first so many, or all from a number on. */
static bool
watch(struct kit *kit, struct kit_packet *p)
{
	bool counts =
	    seen.loses == NULL || addr_equal(&p->from, &seen.loses->addr);

	if (!counts || (seen.only_size != 0 && p->size != seen.only_size))
		return true;
	unsigned n = seen.count++;
	if (n < 64) {
		seen.packets[n] = *p;
		seen.at_ms[n] = kit->now.mono_ms;
	}
	return n >= seen.lose_first && n < seen.lose_from;
}

static uint8_t
kind_of(unsigned n)
{
	return seen.packets[n].bytes[0];
}

static void
both_are_ready_and_know_each_other(void **state)
{
	(void)state;
	kit_init(&k, 1, 0);
	k.weather.delay_ms = 7;
	k.tap = watch;
	kit_run(&k, 100);
	assert_int_equal(k.i.hellos, 1);
	assert_int_equal(k.r.hellos, 1);
	assert_int_equal(k.i.readies, 1);
	assert_int_equal(k.r.readies, 1);
	assert_true(dgram_is_ready(k.i.dgram) && dgram_is_ready(k.r.dgram));
	assert_int_equal(dgram_role(k.i.dgram), NOISE_INITIATOR);
	assert_int_equal(dgram_role(k.r.dgram), NOISE_RESPONDER);
	assert_memory_equal(
	    dgram_hash(k.i.dgram), dgram_hash(k.r.dgram), HASH_SIZE);
	assert_false(sodium_is_zero(dgram_hash(k.i.dgram), HASH_SIZE));
	assert_true(addr_equal(dgram_peer(k.i.dgram), &k.r.addr));
	assert_int_equal(dgram_rtt_ms(k.i.dgram), 14);
	/* The answer is never longer than what asked for it. */
	assert_int_equal(kind_of(0), PACKET_HELLO);
	assert_int_equal(seen.packets[0].size, PACKET_MAX);
	assert_int_equal(kind_of(1), PACKET_ANSWER);
	assert_true(seen.packets[1].size <= 400);
	assert_int_equal(kind_of(2), PACKET_FINISH);
}

static void
the_hello_waits_for_the_owner(void **state)
{
	(void)state;
	static struct dgram_packet out;
	kit_init(&k, 2, 0);
	assert_true(dgram_output(k.i.dgram, k.now, &out));
	assert_int_equal(
	    dgram_input(k.r.dgram, k.now, &k.i.addr, out.bytes, out.size), 0);
	assert_int_equal(dgram_next(k.r.dgram, k.now, &k.r.event), 0);
	assert_true(dgram_output(k.r.dgram, k.now, &out));
	assert_int_equal(
	    dgram_input(k.i.dgram, k.now, &k.r.addr, out.bytes, out.size), 0);
	assert_true(dgram_has_input(k.i.dgram));
	assert_int_equal(dgram_next(k.i.dgram, k.now, &k.i.event), 1);
	assert_int_equal(k.i.event.kind, SESSION_HELLO);
	assert_true(fp_equal(&k.i.event.fp, &k.r.identity.fp));
	assert_int_equal(k.i.event.hello.udp_port, 41827);
	/* Until the owner decides, nothing goes on and nothing goes out. */
	assert_int_equal(dgram_next(k.i.dgram, k.now, &k.i.event), 0);
	k.now.mono_ms += 2000;
	assert_false(dgram_output(k.i.dgram, k.now, &out));
	assert_int_equal(kit_send(&k, &k.i, 10), ERR_STATE);
	assert_int_equal(dgram_accept(k.i.dgram, k.now), 0);
	assert_int_equal(dgram_accept(k.i.dgram, k.now), ERR_STATE);
	assert_int_equal(kit_send(&k, &k.i, 10), ERR_STATE);
	assert_true(dgram_output(k.i.dgram, k.now, &out));
	assert_int_equal(out.bytes[0], PACKET_FINISH);
}

static void
a_hello_is_said_again_until_the_end(void **state)
{
	(void)state;
	static const int64_t times[] = { 0, 500, 1500, 3500 };
	kit_init(&k, 3, 0);
	k.tap = watch;
	seen.lose_from = 0;
	int64_t start_ms = k.now.mono_ms;
	kit_run(&k, 20000);
	assert_int_equal(seen.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(seen.at_ms[i] - start_ms, times[i]);
		assert_memory_equal(
		    seen.packets[i].bytes, seen.packets[0].bytes, PACKET_MAX);
	}
	assert_int_equal(k.i.error, ERR_TIMEOUT);
	assert_int_equal(k.r.error, ERR_TIMEOUT);
}

static void
the_same_question_gets_the_same_answer(void **state)
{
	(void)state;
	kit_init(&k, 4, 0);
	k.tap = watch;
	seen.loses = &k.r;
	seen.lose_first = 3;
	kit_run(&k, 4000);
	/* Three answers were lost; the fourth was like them. */
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(kind_of(i), PACKET_ANSWER);
		assert_int_equal(seen.packets[i].size, seen.packets[0].size);
		assert_memory_equal(seen.packets[i].bytes,
		    seen.packets[0].bytes, seen.packets[0].size);
	}
	assert_true(dgram_is_ready(k.i.dgram) && dgram_is_ready(k.r.dgram));
	/* What was sent more than once measures nothing. */
	assert_true(dgram_rtt_ms(k.i.dgram) < 100);
}

static void
a_lost_finish_comes_again(void **state)
{
	(void)state;
	kit_init(&k, 5, 0);
	k.tap = watch;
	seen.loses = &k.i;
	/* Everything of the initiator's but its HELLO, for 1.2 s. */
	seen.lose_from = 1;
	kit_run(&k, 1200);
	assert_true(k.i.hellos == 1 && k.r.hellos == 0);
	seen.lose_from = UINT32_MAX;
	kit_run(&k, 3000);
	assert_true(dgram_is_ready(k.i.dgram) && dgram_is_ready(k.r.dgram));
	unsigned finishes = 0;
	for (unsigned i = 0; i < seen.count; i++)
		finishes += kind_of(i) == PACKET_FINISH;
	assert_int_equal(finishes, 3);
}

static void
a_repeated_answer_is_finished_again(void **state)
{
	(void)state;
	static struct dgram_packet answer, out;
	kit_init(&k, 6, 0);
	kit_flush(&k, &k.i);
	kit_give(&k.r, k.now, &k.i.addr, k.queue[0]->bytes, PACKET_MAX);
	assert_true(dgram_output(k.r.dgram, k.now, &answer));
	kit_give(&k.i, k.now, &k.r.addr, answer.bytes, answer.size);
	for (int i = 0; i < 10; i++) {
		assert_true(dgram_output(k.i.dgram, k.now, &out));
		assert_int_equal(out.bytes[0], PACKET_FINISH);
		assert_true(out.size < answer.size);
		while (dgram_output(k.i.dgram, k.now, &out))
			assert_int_equal(out.bytes[0], PACKET_DATA);
		kit_give(&k.i, k.now, &k.r.addr, answer.bytes, answer.size);
	}
	/* Another answer is none. */
	while (dgram_output(k.i.dgram, k.now, &out))
		;
	answer.bytes[answer.size - 1] ^= 1;
	kit_give(&k.i, k.now, &k.r.addr, answer.bytes, answer.size);
	assert_false(dgram_output(k.i.dgram, k.now, &out));
	assert_int_equal(k.i.error, 0);
}

static void
give_retry(uint8_t byte)
{
	static uint8_t bytes[PACKET_MAX];
	struct packet retry = { .kind = PACKET_RETRY, .receiver = KIT_I_ID };
	size_t size;

	memset(retry.cookie, byte, sizeof retry.cookie);
	assert_int_equal(packet_encode(&retry, bytes, &size), 0);
	kit_give(&k.i, k.now, &k.r.addr, bytes, size);
}

static void
a_cookie_is_brought_back_once(void **state)
{
	(void)state;
	static struct dgram_packet first, out;
	struct packet hello;
	kit_init(&k, 7, 0);
	assert_true(dgram_output(k.i.dgram, k.now, &first));
	give_retry(7);
	assert_true(dgram_output(k.i.dgram, k.now, &out));
	assert_int_equal(packet_decode(out.bytes, out.size, &hello), 0);
	assert_true(hello.has_cookie);
	assert_int_equal(hello.cookie[15], 7);
	/* The same handshake otherwise. */
	assert_memory_equal(hello.body, first.bytes + 9, hello.size);
	give_retry(8);
	assert_false(dgram_output(k.i.dgram, k.now, &out));
	kit_give(&k.r, k.now, &k.i.addr, out.bytes, out.size);
	kit_run(&k, 100);
	assert_true(dgram_is_ready(k.i.dgram) && dgram_is_ready(k.r.dgram));
}

static void
messages_of_every_size_arrive_whole(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 2, 64, 1024, FRAGMENT_DATA_MAX - 1,
		FRAGMENT_DATA_MAX, FRAGMENT_DATA_MAX + 1, 2 * FRAGMENT_DATA_MAX,
		65536, FRAGMENT_DATA_MAX * 60, MSG_MAX - 1, MSG_MAX };
	enum { COUNT = sizeof sizes / sizeof sizes[0] };
	kit_open(&k, 8, 0);
	for (unsigned i = 0; i < COUNT; i++) {
		assert_int_equal(kit_send(&k, &k.i, sizes[i]), 0);
		assert_int_equal(kit_send(&k, &k.r, sizes[i]), 0);
		kit_run(&k, 1000);
		assert_int_equal(k.i.event.size, sizes[i]);
		assert_int_equal(k.r.event.size, sizes[i]);
		assert_memory_equal(k.r.message, k.i.message, sizes[i]);
		assert_int_equal(k.r.message[sizes[i] - 1],
		    (uint8_t)(1 + (sizes[i] - 1) % 200));
	}
	assert_int_equal(k.i.messages, COUNT);
	assert_int_equal(k.r.messages, COUNT);
}

static void
what_is_no_message_cannot_be_sent(void **state)
{
	(void)state;
	static const uint8_t control[2] = { SESSION_CONTROL_CLOSE, 1 };
	kit_open(&k, 9, 0);
	assert_int_equal(kit_send(&k, &k.i, 0), ERR_LIMIT);
	assert_int_equal(kit_send(&k, &k.i, MSG_MAX + 1), ERR_LIMIT);
	assert_int_equal(dgram_send(k.i.dgram, k.now, control, 2), ERR_LIMIT);
	/* And one that is sent all the same ends the session. */
	struct frame f = {
		.kind = FRAME_FRAGMENT, .count = 1, .data = control, .size = 2
	};
	static struct kit_packet p;
	kit_seal(&k, &k.i, &f, 1, &p);
	assert_int_equal(
	    kit_give(&k.r, k.now, &p.from, p.bytes, p.size), ERR_UNSUPPORTED);
}

static void
the_queue_has_an_end(void **state)
{
	(void)state;
	kit_open(&k, 10, 0);
	unsigned n = 0;
	while (kit_send(&k, &k.i, MSG_MAX) == 0)
		n++;
	assert_int_equal(n, DGRAM_QUEUE_MAX / MSG_MAX);
	assert_int_equal(kit_send(&k, &k.i, MSG_MAX), ERR_LIMIT);
	kit_run(&k, 10000);
	assert_int_equal(k.r.messages, n);
	assert_int_equal(kit_send(&k, &k.i, MSG_MAX), 0);
}

static void
start_watching(void)
{
	kit_run(&k, 1000);
	k.i.packets = k.r.packets = 0;
	k.tap = watch;
}

static void
an_acknowledgement_is_not_acknowledged(void **state)
{
	(void)state;
	kit_open(&k, 11, 0);
	start_watching();
	int64_t start_ms = k.now.mono_ms;
	kit_send(&k, &k.i, 64);
	kit_run(&k, 1000);
	assert_int_equal(k.i.packets, 1);
	assert_int_equal(k.r.packets, 1);
	assert_int_equal(seen.at_ms[1] - start_ms, DGRAM_ACK_DELAY_MS);
	/* Two at once: without a wait. */
	kit_send(&k, &k.i, 1100);
	kit_send(&k, &k.i, 1100);
	start_ms = k.now.mono_ms;
	kit_run(&k, 1000);
	assert_int_equal(k.i.packets, 3);
	assert_int_equal(k.r.packets, 2);
	assert_int_equal(seen.at_ms[4], start_ms);
}

static void
small_messages_share_a_packet(void **state)
{
	(void)state;
	kit_open(&k, 12, 0);
	start_watching();
	for (int i = 0; i < 10; i++)
		kit_send(&k, &k.i, 64);
	kit_send(&k, &k.r, 64);
	kit_run(&k, 1000);
	assert_int_equal(k.r.messages, 10);
	assert_int_equal(k.i.messages, 1);
	assert_int_equal(k.i.packets, 2);
	assert_int_equal(k.r.packets, 2);
}

static void
a_quiet_session_is_small(void **state)
{
	(void)state;
	kit_open(&k, 13, 0);
	for (int i = 0; i < 30; i++) {
		kit_send(&k, &k.i, MSG_MAX);
		kit_send(&k, &k.r, MSG_MAX);
	}
	kit_run(&k, 1000);
	assert_int_equal(k.i.messages, 30);
	assert_null(k.i.dgram->handshake);
	assert_null(k.i.dgram->recovery.sent);
	assert_null(k.r.dgram->recovery.sent);
	assert_int_equal(k.i.dgram->outgoing.bytes, 0);
	assert_int_equal(reassembly_held(k.r.dgram->reassembly), 0);
	assert_true(sizeof(struct dgram) < 2048);
}

static void
who_does_not_pull_stops_the_sender(void **state)
{
	(void)state;
	enum { COUNT = 50 };
	static const size_t sizes[] = { 64, 3000, MSG_MAX };
	for (unsigned s = 0; s < 3; s++) {
		unsigned count = sizes[s] == 64 ? 500 : COUNT;
		kit_open(&k, 14, 0);
		k.weather.delay_ms = 10;
		k.r.lazy = true;
		for (unsigned i = 0; i < count; i++)
			kit_send(&k, &k.i, sizes[s]);
		kit_run(&k, 5000);
		size_t held = reassembly_held(k.r.dgram->reassembly);
		assert_true(held > 0 && held <= DGRAM_REORDER_BYTES);
		kit_run(&k, 200000);
		assert_int_equal(reassembly_held(k.r.dgram->reassembly), held);
		assert_int_equal(k.i.error, 0);
		assert_int_equal(k.r.error, 0);
		assert_true(dgram_has_input(k.r.dgram));
		k.r.lazy = false;
		kit_pull(&k.r, k.now);
		kit_run(&k, 20000);
		assert_int_equal(k.r.messages, count);
		assert_int_equal(dgram_counters(k.i.dgram)->lost, 0);
		assert_int_equal(dgram_counters(k.i.dgram)->resent, 0);
		kit_clear(&k);
	}
}

static void
talk(unsigned n, int64_t gap_ms)
{
	unsigned r = k.r.messages, i = k.i.messages;

	for (unsigned j = 0; j < n; j++) {
		assert_int_equal(kit_send(&k, &k.i, 64), 0);
		assert_int_equal(kit_send(&k, &k.r, 64), 0);
		kit_run(&k, gap_ms);
	}
	kit_run(&k, 3000);
	assert_int_equal(k.r.messages, r + n);
	assert_int_equal(k.i.messages, i + n);
}

static void
a_window_that_opened_is_told(void **state)
{
	(void)state;
	enum { COUNT = DGRAM_REORDER_MESSAGES + 40 };
	static const size_t sizes[] = { 64, MSG_MAX };
	for (unsigned s = 0; s < 2; s++) {
		kit_open(&k, 28, 0);
		k.r.lazy = true;
		for (unsigned i = 0; i < COUNT; i++)
			kit_send(&k, &k.i, sizes[s]);
		kit_run(&k, 60000);
		k.r.lazy = false;
		kit_pull(&k.r, k.now);
		unsigned pulled = k.r.messages;
		assert_true(pulled < COUNT);
		kit_run(&k, 10);
		assert_true(k.r.messages > pulled);
		kit_clear(&k);
	}
}

static void
another_host_is_another_network(void **state)
{
	(void)state;
	static struct kit_packet p;
	struct frame ping = { .kind = FRAME_PING };
	kit_open(&k, 29, 0);
	talk(3, 10);
	assert_true(dgram_rtt_ms(k.r.dgram) >= 0);
	k.i.addr.port++;
	kit_seal(&k, &k.i, &ping, 1, &p);
	kit_give(&k.r, k.now, &k.i.addr, p.bytes, p.size);
	assert_int_equal(dgram_counters(k.r.dgram)->moved, 1);
	assert_true(dgram_rtt_ms(k.r.dgram) >= 0);
	k.i.addr.ip[3]++;
	kit_seal(&k, &k.i, &ping, 1, &p);
	kit_give(&k.r, k.now, &k.i.addr, p.bytes, p.size);
	assert_int_equal(dgram_counters(k.r.dgram)->moved, 2);
	assert_int_equal(dgram_rtt_ms(k.r.dgram), -1);
	talk(3, 10);
}

static bool
nothing_arrives(struct kit *kit, struct kit_packet *p)
{
	(void)kit;
	(void)p;
	return false;
}

/* Whose turn it would be waits for room towards an address that is not proven:
 * by its deadline nothing would go (kit_run asks for one that is to come). */
static void
a_turn_without_room_is_none(void **state)
{
	(void)state;
	static struct kit_packet p;
	struct frame ping = { .kind = FRAME_PING };
	kit_open(&k, 31, 0);
	k.weather.delay_ms = 20;
	talk(3, 10);
	for (unsigned i = 0; i < 600; i++)
		kit_send(&k, &k.r, 1000);
	kit_run(&k, 121);
	k.i.addr.port++;
	kit_seal(&k, &k.i, &ping, 1, &p);
	kit_give(&k.r, k.now, &k.i.addr, p.bytes, p.size);
	assert_false(k.r.dgram->path.is_proven);
	k.tap = nothing_arrives;
	kit_run(&k, 5000);
	kit_clear(&k);
}

static void
a_window_that_was_lost_is_asked_for(void **state)
{
	(void)state;
	enum { COUNT = DGRAM_REORDER_MESSAGES + 40 };
	kit_open(&k, 15, 0);
	k.r.lazy = true;
	for (unsigned i = 0; i < COUNT; i++)
		kit_send(&k, &k.i, 64);
	kit_run(&k, 5000);
	k.r.lazy = false;
	k.weather.loss = 1000;
	kit_pull(&k.r, k.now);
	kit_run(&k, 100);
	assert_int_equal(k.r.messages, DGRAM_REORDER_MESSAGES);
	k.weather.loss = 0;
	kit_run(&k, 2 * DGRAM_PTO_MAX_MS);
	assert_int_equal(k.r.messages, COUNT);
}

static void
keys_change_under_loss(void **state)
{
	(void)state;
	unsigned changes = 0;
	uint8_t first[NOISE_KEY_SIZE], phase = 0;
	kit_open(&k, 16, 20);
	memcpy(first, k.i.dgram->keys.send.key, sizeof first);
	k.weather = (struct weather){ 150, 100, 5, 30 };
	for (int i = 0; i < 300; i++) {
		talk(2, 10);
		changes += k.i.dgram->keys.send_phase != phase;
		phase = k.i.dgram->keys.send_phase;
	}
	assert_true(changes > 20);
	assert_int_equal(k.i.error, 0);
	assert_int_equal(k.r.error, 0);
	assert_int_equal(dgram_counters(k.r.dgram)->forged, 0);
	assert_memory_not_equal(first, k.i.dgram->keys.send.key, sizeof first);
}

static void
keys_change_with_time(void **state)
{
	(void)state;
	static struct kit_packet old, late;
	struct frame ping = { .kind = FRAME_PING };
	kit_open(&k, 17, 0);
	dgram_keep(k.i.dgram, true);
	dgram_keep(k.r.dgram, true);
	kit_run(&k, DGRAM_REKEY_MS - 1000);
	assert_int_equal(k.i.dgram->keys.send_phase, 0);
	kit_seal(&k, &k.i, &ping, 1, &old);
	kit_seal(&k, &k.i, &ping, 1, &late);
	kit_run(&k, 1000);
	talk(1, 100);
	assert_int_equal(k.i.dgram->keys.send_phase, 1);
	assert_int_equal(k.r.dgram->keys.receive_phase, 1);
	/* Packets of the key before are good for a while. */
	uint64_t received = dgram_counters(k.r.dgram)->received;
	kit_give(&k.r, k.now, &old.from, old.bytes, old.size);
	assert_int_equal(dgram_counters(k.r.dgram)->received, received + 1);
	assert_int_equal(k.r.dgram->keys.receive_phase, 1);
	kit_run(&k, DGRAM_OLD_KEY_MS);
	assert_int_equal(k.r.dgram->keys.old.nonce, UINT64_MAX);
	uint64_t forged = dgram_counters(k.r.dgram)->forged;
	kit_give(&k.r, k.now, &late.from, late.bytes, late.size);
	assert_int_equal(dgram_counters(k.r.dgram)->forged, forged + 1);
	assert_int_equal(k.r.error, 0);
}

static void
a_day_is_the_end(void **state)
{
	(void)state;
	kit_open(&k, 18, 0);
	dgram_keep(k.i.dgram, true);
	dgram_keep(k.r.dgram, true);
	kit_run(&k, SESSION_LIFE_MS - 2000);
	assert_int_equal(k.i.error, 0);
	assert_int_equal(k.r.error, 0);
	kit_run(&k, 4000);
	assert_true(k.i.error == ERR_CLOSED || k.i.closes == 1);
	assert_true(k.r.error == ERR_CLOSED || k.r.closes == 1);
}

static void
who_keeps_a_key_for_an_hour_is_left(void **state)
{
	(void)state;
	kit_open(&k, 19, 0);
	dgram_keep(k.i.dgram, true);
	dgram_keep(k.r.dgram, true);
	int64_t start_ms = k.now.mono_ms;
	while (kit_step(&k, start_ms + 2 * DGRAM_KEY_LIFE_MS)) {
		k.i.dgram->keys.send_ms = k.now.mono_ms;
		if (k.r.error != 0)
			break;
	}
	assert_int_equal(k.r.error, ERR_CLOSED);
	assert_true(k.now.mono_ms - start_ms <= DGRAM_KEY_LIFE_MS);
}

static void
silence_is_asked_after_and_death_noticed(void **state)
{
	(void)state;
	kit_open(&k, 20, 0);
	kit_run(&k, 200000);
	assert_int_equal(k.i.error, 0);
	assert_int_equal(k.r.error, 0);
	int64_t start_ms = k.now.mono_ms;
	k.weather.loss = 1000;
	kit_run(&k, 200000);
	assert_int_equal(k.i.error, ERR_TIMEOUT);
	assert_int_equal(k.r.error, ERR_TIMEOUT);
	assert_true(k.now.mono_ms - start_ms <=
		    SESSION_PING_MS * 11 / 10 + DGRAM_STUCK_MS);
}

static void
idle_sessions_say_goodbye(void **state)
{
	(void)state;
	kit_open(&k, 21, 0);
	dgram_keep(k.r.dgram, true);
	kit_run(&k, SESSION_IDLE_MS - 1000);
	assert_int_equal(k.i.error, 0);
	kit_run(&k, 2000);
	assert_int_equal(k.i.error, ERR_CLOSED);
	assert_int_equal(k.r.closes, 1);
	assert_int_equal(k.r.event.reason, CLOSE_IDLE);
}

static void
a_probe_is_answered_or_the_end(void **state)
{
	(void)state;
	kit_open(&k, 22, 0);
	kit_run(&k, 1000);
	dgram_probe(k.i.dgram, k.now);
	kit_run(&k, 10000);
	assert_int_equal(k.i.error, 0);
	k.weather.loss = 1000;
	dgram_probe(k.i.dgram, k.now);
	kit_run(&k, SESSION_PROBE_MS / 2);
	dgram_probe(k.i.dgram, k.now);
	assert_int_equal(k.i.error, 0);
	kit_run(&k, SESSION_PROBE_MS / 2);
	assert_int_equal(k.i.error, ERR_TIMEOUT);
}

static void
one_goodbye_of_three_is_enough(void **state)
{
	(void)state;
	kit_open(&k, 23, 0);
	kit_send(&k, &k.i, 64);
	kit_run(&k, 10);
	start_watching();
	seen.lose_first = 2;
	dgram_close(k.i.dgram, k.now, CLOSE_LEAVING);
	assert_int_equal(kit_send(&k, &k.i, 64), ERR_STATE);
	kit_run(&k, 100);
	assert_int_equal(seen.count, 3);
	assert_int_equal(k.r.messages, 1);
	assert_int_equal(k.r.closes, 1);
	assert_int_equal(k.r.event.reason, CLOSE_LEAVING);
	assert_int_equal(dgram_tick(k.i.dgram, k.now), 0);
	assert_int_equal(dgram_deadline(k.i.dgram), NEVER_MS);
}

static void
what_was_complete_is_delivered_before_the_goodbye(void **state)
{
	(void)state;
	kit_open(&k, 24, 0);
	k.r.lazy = true;
	for (int i = 0; i < 5; i++)
		kit_send(&k, &k.i, 64);
	kit_run(&k, 1000);
	dgram_close(k.i.dgram, k.now, CLOSE_LEAVING);
	kit_run(&k, 10);
	k.r.lazy = false;
	kit_pull(&k.r, k.now);
	assert_int_equal(k.r.messages, 5);
	assert_int_equal(k.r.closes, 1);
	assert_int_equal(dgram_next(k.r.dgram, k.now, &k.r.event), 0);
}

static void
a_hole_that_nobody_fills_is_the_end(void **state)
{
	(void)state;
	static const uint8_t bytes[FRAGMENT_DATA_MAX] = { 1 };
	static struct kit_packet p;
	struct frame f = { .kind = FRAME_FRAGMENT,
		.count = 2,
		.data = bytes,
		.size = sizeof bytes };
	kit_open(&k, 25, 0);
	kit_seal(&k, &k.i, &f, 1, &p);
	kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
	kit_run(&k, DGRAM_HOLE_MS - 1);
	assert_int_equal(k.r.error, 0);
	kit_run(&k, 1);
	assert_int_equal(k.r.error, ERR_TIMEOUT);
}

static void
a_peer_that_moves_is_followed(void **state)
{
	(void)state;
	kit_open(&k, 26, 0);
	k.weather = (struct weather){ .loss = 50, .delay_ms = 10 };
	for (uint32_t i = 0; i < 100; i++) {
		kit_send(&k, &k.i, MSG_MAX / 4);
		kit_send(&k, &k.r, MSG_MAX / 4);
		kit_run(&k, 300);
		k.i.addr = kit_addr(0x0a000100 + i / 2, (uint16_t)(5000 + i));
	}
	kit_send(&k, &k.i, 64);
	kit_run(&k, 10000);
	assert_int_equal(k.i.error, 0);
	assert_int_equal(k.r.error, 0);
	assert_int_equal(k.r.messages, 101);
	assert_int_equal(k.i.messages, 100);
	assert_true(addr_equal(dgram_peer(k.r.dgram), &k.i.addr));
	assert_true(k.r.dgram->path.is_proven);
	assert_true(dgram_counters(k.r.dgram)->moved >= 90);
}

static void
packet_numbers_end_the_session_in_time(void **state)
{
	(void)state;
	kit_open(&k, 27, 0);
	k.i.dgram->recovery.next = WINDOW_COUNTER_END - DGRAM_NUMBERS_LEFT - 10;
	talk(3, 10);
	assert_int_equal(k.i.error, 0);
	k.i.dgram->recovery.next = WINDOW_COUNTER_END - DGRAM_NUMBERS_LEFT;
	kit_run(&k, 100000);
	assert_int_equal(k.i.error, ERR_CLOSED);
	assert_int_equal(k.r.closes, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_are_ready_and_know_each_other),
		TEST(the_hello_waits_for_the_owner),
		TEST(a_hello_is_said_again_until_the_end),
		TEST(the_same_question_gets_the_same_answer),
		TEST(a_lost_finish_comes_again),
		TEST(a_repeated_answer_is_finished_again),
		TEST(a_cookie_is_brought_back_once),
		TEST(messages_of_every_size_arrive_whole),
		TEST(what_is_no_message_cannot_be_sent),
		TEST(the_queue_has_an_end),
		TEST(an_acknowledgement_is_not_acknowledged),
		TEST(small_messages_share_a_packet),
		TEST(a_quiet_session_is_small),
		TEST(who_does_not_pull_stops_the_sender),
		TEST(a_window_that_opened_is_told),
		TEST(a_turn_without_room_is_none),
		TEST(a_window_that_was_lost_is_asked_for),
		TEST(another_host_is_another_network),
		TEST(keys_change_under_loss),
		TEST(keys_change_with_time),
		TEST(a_day_is_the_end),
		TEST(who_keeps_a_key_for_an_hour_is_left),
		TEST(silence_is_asked_after_and_death_noticed),
		TEST(idle_sessions_say_goodbye),
		TEST(a_probe_is_answered_or_the_end),
		TEST(one_goodbye_of_three_is_enough),
		TEST(what_was_complete_is_delivered_before_the_goodbye),
		TEST(a_hole_that_nobody_fills_is_the_end),
		TEST(a_peer_that_moves_is_followed),
		TEST(packet_numbers_end_the_session_in_time),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
