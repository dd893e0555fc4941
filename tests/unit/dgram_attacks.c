/* SPDX-License-Identifier: MIT */
/*
 * What is done to a datagram session by whoever sits on the wire, and by a peer
 * that holds the keys and keeps to nothing. The names begin with the number of
 * the threat.
 */
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

static int
teardown(void **state)
{
	(void)state;
	kit_clear(&k);
	return 0;
}

/* How the tap changes packets of one kind. */
static struct tamper {
	uint8_t kind;
	size_t at, cut; /* cut: so many bytes arrive; 0: all */
	uint8_t flip;
	bool always; /* else only the first */
	unsigned done;
	size_t size; /* of the last one of its kind */
} tamper;

static bool
change(struct kit *kit, struct kit_packet *p)
{
	(void)kit;
	if (p->bytes[0] != tamper.kind)
		return true;
	tamper.size = p->size;
	if (tamper.done++ > 0 && !tamper.always)
		return true;
	if (tamper.cut > 0)
		p->size = tamper.cut;
	p->bytes[tamper.at] ^= tamper.flip;
	return true;
}

static void
run_tampered(const struct tamper *t)
{
	tamper = *t;
	kit_init(&k, 1, 0);
	k.tap = change;
	kit_run(&k, SESSION_HANDSHAKE_MS);
}

static bool
any_is_ready(void)
{
	return k.i.readies + k.r.readies > 0;
}

/* Who is open is so with the other and with nobody else. */
static void
check_open(void)
{
	if (!any_is_ready())
		return;
	assert_memory_equal(
	    dgram_hash(k.i.dgram), dgram_hash(k.r.dgram), HASH_SIZE);
	assert_memory_equal(k.i.dgram->keys.send.key,
	    k.r.dgram->keys.receive.key, NOISE_KEY_SIZE);
}

static const uint8_t kinds[] = { PACKET_HELLO, PACKET_ANSWER, PACKET_FINISH };

static size_t
size_of_kind(uint8_t kind)
{
	run_tampered(&(struct tamper){ .kind = kind });
	kit_clear(&k);
	return tamper.size;
}

static void
t1_no_byte_of_the_handshake_may_change(void **state)
{
	(void)state;
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };
	unsigned runs = 0, open = 0;
	for (unsigned m = 0; m < 3; m++) {
		size_t n = size_of_kind(kinds[m]);
		for (size_t at = 0; at < 3 * n; at++) {
			run_tampered(&(struct tamper){ .kind = kinds[m],
			    .at = at / 3,
			    .flip = flips[at % 3],
			    .always = true });
			open += any_is_ready();
			runs++;
			kit_clear(&k);
		}
	}
	assert_true(runs > 3 * (1200 + 300));
	assert_int_equal(open, 0);
}

static void
t1_a_change_in_one_packet_is_outlived(void **state)
{
	(void)state;
	unsigned runs = 0, open = 0;
	for (unsigned m = 0; m < 3; m++) {
		size_t n = size_of_kind(kinds[m]);
		for (size_t at = 0; at < n; at++) {
			run_tampered(&(struct tamper){
			    .kind = kinds[m], .at = at, .flip = 0x10 });
			check_open();
			open += k.i.readies == 1 && k.r.readies == 1;
			runs++;
			kit_clear(&k);
		}
	}
	/* Not where the ids or the key of the first message were changed: what
	 * the responder took for good was another HELLO. */
	print_message("%u of %u opened\n", open, runs);
	assert_true(open < runs && runs - open < 50);
}

static void
t1_no_byte_of_the_handshake_may_be_missing(void **state)
{
	(void)state;
	unsigned runs = 0, open = 0;
	for (unsigned m = 0; m < 3; m++) {
		size_t n = size_of_kind(kinds[m]);
		for (size_t cut = 1; cut < n; cut++) {
			run_tampered(&(struct tamper){
			    .kind = kinds[m], .cut = cut, .always = true });
			open += any_is_ready();
			runs++;
			kit_clear(&k);
		}
	}
	assert_true(runs > 1200 + 300);
	assert_int_equal(open, 0);
}

static void
t3_keys_of_low_order_are_refused(void **state)
{
	(void)state;
	static struct dgram_packet hello, answer;
	kit_init(&k, 2, 0);
	assert_true(dgram_output(k.i.dgram, k.now, &hello));
	uint8_t *e = hello.bytes + 9;
	memset(e, 0, NOISE_KEY_SIZE);
	assert_int_equal(
	    dgram_input(k.r.dgram, k.now, &k.i.addr, hello.bytes, hello.size),
	    ERR_AUTH);
	assert_false(dgram_output(k.r.dgram, k.now, &answer));
}

struct recording {
	struct kit_packet packets[16];
	unsigned count;
};

static bool
record(struct kit *kit, struct kit_packet *p)
{
	struct recording *r = kit->tap_ctx;

	if (r->count < 16)
		r->packets[r->count++] = *p;
	return true;
}

static void
t4_another_hello_under_the_same_id_gets_nothing(void **state)
{
	(void)state;
	static struct dgram_packet hello, answer;
	kit_init(&k, 2, 0);
	assert_true(dgram_output(k.i.dgram, k.now, &hello));
	kit_give(&k.r, k.now, &k.i.addr, hello.bytes, hello.size);
	assert_true(dgram_output(k.r.dgram, k.now, &answer));
	for (size_t at = 4; at < 9 + NOISE_KEY_SIZE; at++) {
		hello.bytes[at] ^= 1;
		kit_give(&k.r, k.now, &k.i.addr, hello.bytes, hello.size);
		assert_false(dgram_output(k.r.dgram, k.now, &answer));
		hello.bytes[at] ^= 1;
	}
	kit_give(&k.r, k.now, &k.i.addr, hello.bytes, hello.size);
	assert_true(dgram_output(k.r.dgram, k.now, &answer));
}

static void
t4_a_recorded_handshake_opens_nothing(void **state)
{
	(void)state;
	static struct recording r;
	static struct kit_end victim;
	unsigned open = 0, hellos = 0;
	for (uint32_t run = 0; run < 1000; run++) {
		r.count = 0;
		kit_init(&k, 100 + run, 0);
		k.tap = record;
		k.tap_ctx = &r;
		kit_run(&k, 100);
		assert_int_equal(k.r.readies, 1);
		/* Another run of the same responder. */
		kit_end_init(
		    &victim, 2 * (100 + run) + 1, NOISE_RESPONDER, k.now, 0);
		victim.dgram->rng.fill(
		    victim.dgram->rng.ctx, victim.message, 8);
		for (unsigned i = 0; i < r.count; i++)
			kit_give(&victim, k.now, &r.packets[i].from,
			    r.packets[i].bytes, r.packets[i].size);
		hellos += victim.hellos;
		open += victim.readies;
		kit_end_clear(&victim);
		kit_clear(&k);
	}
	assert_int_equal(hellos, 0);
	assert_int_equal(open, 0);
}

static void
t14_what_was_seen_is_dropped(void **state)
{
	(void)state;
	static struct kit_packet kept[3000];
	static struct dgram_packet out;
	unsigned count = 0;
	kit_open(&k, 3, 0);
	k.r.checks = true;
	kit_send_stream(&k, &k.i, 150);
	/* Each packet arrives three times, at once and later. */
	while (k.r.messages < 150 && count < 2900) {
		k.now.mono_ms += 30;
		dgram_tick(k.i.dgram, k.now);
		while (dgram_output(k.i.dgram, k.now, &out)) {
			kept[count].size = out.size;
			memcpy(kept[count++].bytes, out.bytes, out.size);
			for (int i = 0; i < 2; i++)
				kit_give(&k.r, k.now, &k.i.addr, out.bytes,
				    out.size);
		}
		while (dgram_output(k.r.dgram, k.now, &out))
			kit_give(&k.i, k.now, &k.r.addr, out.bytes, out.size);
	}
	assert_int_equal(k.r.messages, 150);
	uint64_t received = dgram_counters(k.r.dgram)->received;
	for (unsigned i = 0; i < 10000; i++) {
		const struct kit_packet *p = &kept[rng_below(&k.rng, count)];
		kit_give(&k.r, k.now, &k.i.addr, p->bytes, p->size);
	}
	assert_int_equal(k.r.messages, 150);
	assert_int_equal(k.r.wrong, 0);
	assert_int_equal(k.r.error, 0);
	assert_int_equal(dgram_counters(k.r.dgram)->received, received);
	assert_true(dgram_counters(k.r.dgram)->replayed >= 10000 + count);
}

static void
t14_strangers_change_nothing(void **state)
{
	(void)state;
	static struct kit_packet p;
	kit_open(&k, 4, 0);
	struct frame ping = { .kind = FRAME_PING };
	kit_seal(&k, &k.i, &ping, 1, &p);
	struct dgram before = *k.r.dgram;
	/* Every bit of a good packet, and noise of every length. */
	for (size_t bit = 0; bit < 8 * p.size; bit++) {
		p.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
		p.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	static uint8_t noise[PACKET_MAX + 1];
	for (size_t n = 0; n <= sizeof noise; n++) {
		rng_fill(&k.rng, noise, sizeof noise);
		noise[0] = n % 2 ? PACKET_DATA : (uint8_t)(0x10 + n % 4);
		kit_give(&k.r, k.now, &p.from, noise, n);
	}
	assert_int_equal(k.r.error, 0);
	before.counters = k.r.dgram->counters;
	/* The trial of a key moves its nonce, which is set before each use. */
	before.keys.receive.nonce = k.r.dgram->keys.receive.nonce;
	before.keys.next.nonce = k.r.dgram->keys.next.nonce;
	assert_memory_equal(&before, k.r.dgram, sizeof before);
	kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
	assert_int_equal(
	    k.r.dgram->counters.received, before.counters.received + 1);
}

static void
t15_counters_end_before_they_wrap(void **state)
{
	(void)state;
	static const uint64_t numbers[] = { WINDOW_COUNTER_END,
		WINDOW_COUNTER_END + 1, UINT64_C(1) << 63, UINT64_MAX - 1 };
	static struct kit_packet p;
	struct frame ping = { .kind = FRAME_PING };
	unsigned taken = 0;
	kit_open(&k, 5, 0);
	uint64_t received = dgram_counters(k.r.dgram)->received;
	for (unsigned i = 0; i < 4; i++) {
		kit_seal_as(&k, &k.i, numbers[i], &ping, &p);
		kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
		taken += dgram_counters(k.r.dgram)->received != received;
	}
	assert_int_equal(taken, 0);
	/* The last one that counts. */
	kit_seal_as(&k, &k.i, WINDOW_COUNTER_END - 1, &ping, &p);
	kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
	assert_int_equal(dgram_counters(k.r.dgram)->received, received + 1);
	assert_int_equal(k.r.error, 0);
}

/* Fragments of large messages that are never finished, and now and then what
 * cannot be. */
static struct frame
draw_fragment(const uint8_t *bytes)
{
	struct frame f = { .kind = FRAME_FRAGMENT,
		.message = rng_below(&k.rng, DGRAM_REORDER_MESSAGES),
		.index = (uint8_t)rng_below(&k.rng, FRAGMENTS_MAX - 1),
		.count = FRAGMENTS_MAX,
		.data = bytes,
		.size = FRAGMENT_DATA_MAX };

	switch (rng_below(&k.rng, 2000)) {
	case 0:
		f.count--;
		break;
	case 1:
		f.size--;
		break;
	case 2:
		f.data++;
		break;
	case 3:
		f.message = DGRAM_REORDER_MESSAGES;
		break;
	default:
		break;
	}
	return f;
}

static void
t16_fragments_take_no_more_than_their_share(void **state)
{
	(void)state;
	static uint8_t bytes[FRAGMENT_DATA_MAX + 1];
	static struct kit_packet p;
	unsigned ended = 0, lived = 0;
	size_t most = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i % 100);
	for (uint32_t run = 0; run < 5000; run++) {
		if (run % 10 == 0)
			kit_open(&k, run, 0);
		for (int i = 0; i < 60 && k.r.error == 0; i++) {
			struct frame f = draw_fragment(bytes);
			kit_seal(&k, &k.i, &f, 1, &p);
			kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
			size_t held = reassembly_held(k.r.dgram->reassembly);
			most = held > most ? held : most;
		}
		ended += k.r.error != 0;
		lived += k.r.error == 0;
		if (run % 10 == 9)
			kit_clear(&k);
	}
	assert_true(most > 0 && most <= DGRAM_REORDER_BYTES);
	assert_int_equal(ended + lived, 5000);
	assert_true(ended > 100 && lived > 100);
}

static void
t16_what_was_not_kept_is_not_acknowledged(void **state)
{
	(void)state;
	static uint8_t bytes[FRAGMENT_DATA_MAX];
	static struct kit_packet p;
	struct frame f = { .kind = FRAME_FRAGMENT,
		.index = FRAGMENTS_MAX - 2,
		.count = FRAGMENTS_MAX,
		.data = bytes,
		.size = sizeof bytes };
	unsigned kept = 0, refused = 0;
	memset(bytes, 1, sizeof bytes);
	kit_open(&k, 9, 0);
	/* Large messages behind the first, which has not begun. */
	for (f.message = 1; f.message < 10; f.message++) {
		uint64_t number = k.i.dgram->recovery.next;
		size_t held = reassembly_held(k.r.dgram->reassembly);
		kit_seal(&k, &k.i, &f, 1, &p);
		kit_give(&k.r, k.now, &p.from, p.bytes, p.size);
		bool grew = reassembly_held(k.r.dgram->reassembly) > held;
		assert_int_equal(k.r.dgram->acks.largest == number, grew);
		kept += grew;
		refused += !grew;
	}
	assert_true(kept > 0 && refused > 0);
	assert_int_equal(k.r.error, 0);
}

/* Of packets or messages that were never sent. */
static struct frame
draw_lie(unsigned n)
{
	struct frame f = { .kind = FRAME_ACK,
		.window = DGRAM_REORDER_MESSAGES - 1 };
	const struct recovery *r = &k.i.dgram->recovery;

	f.largest = r->next - 1;
	switch (n % 5) {
	case 0:
		f.largest = r->next;
		break;
	case 1:
		f.largest = r->next + rng_u32(&k.rng);
		break;
	case 2:
		f.largest = r->skipped;
		break;
	case 3:
		f.bits = UINT64_C(1) << (r->next - 2 - r->skipped);
		break;
	default:
		f.window += 1000 + rng_below(&k.rng, 1000);
		break;
	}
	return f;
}

static void
t17_who_acknowledges_what_was_not_sent_is_left(void **state)
{
	(void)state;
	static struct kit_packet p;
	unsigned ended = 0;
	for (unsigned run = 0; run < 1000; run++) {
		kit_open(&k, run, 0);
		kit_send(&k, &k.i, 1000);
		do
			kit_run(&k, SESSION_PING_MS), kit_send(&k, &k.i, 1);
		while (!k.i.dgram->recovery.has_skipped);
		kit_run(&k, 1000);
		kit_send(&k, &k.i, 1000);
		kit_flush(&k, &k.i);
		struct frame f = draw_lie(run);
		kit_seal(&k, &k.r, &f, 1, &p);
		ended += kit_give(&k.i, k.now, &p.from, p.bytes, p.size) < 0;
		kit_clear(&k);
	}
	assert_int_equal(ended, 1000);
}

/* Bytes that went to an address. */
static struct {
	struct addr to;
	uint64_t bytes;
	bool mute; /* pretend */
} meter;

static bool
measure(struct kit *kit, struct kit_packet *p)
{
	(void)kit;
	if (addr_equal(&p->to, &meter.to))
		meter.bytes += p->size;
	return true;
}

static void
t18_old_and_forged_packets_move_nothing(void **state)
{
	(void)state;
	static struct recording r;
	unsigned moved = 0;
	r.count = 0;
	kit_open(&k, 6, 0);
	k.tap = record;
	k.tap_ctx = &r;
	for (int i = 0; i < 10; i++) {
		kit_send(&k, &k.i, 500);
		kit_run(&k, 30);
	}
	k.tap = NULL;
	for (uint32_t run = 0; run < 200; run++) {
		struct addr spoofed = kit_addr(0x0b000000 + run, 99);
		struct kit_packet p = r.packets[run % r.count];
		if (run % 2 == 0)
			p.bytes[rng_below(&k.rng, (uint32_t)p.size)] ^= 1;
		/* Also as if it were new. */
		if (run % 4 == 1)
			p.bytes[9] = (uint8_t)run;
		kit_give(&k.r, k.now, &spoofed, p.bytes, p.size);
		moved += !addr_equal(dgram_peer(k.r.dgram), &k.i.addr);
	}
	assert_int_equal(moved, 0);
	assert_int_equal(dgram_counters(k.r.dgram)->moved, 0);
	assert_int_equal(k.r.error, 0);
}

/* Somebody on the way sends the newest packet from elsewhere, and the real one
 * never comes: little goes there, and the session comes back. */
static void
t18_a_stolen_packet_moves_little(void **state)
{
	(void)state;
	static struct kit_packet p;
	struct frame ping = { .kind = FRAME_PING };
	unsigned back = 0;
	uint64_t most = 0;
	for (uint32_t run = 0; run < 200; run++) {
		kit_open(&k, run, 0);
		k.weather.delay_ms = run % 10;
		meter.to = kit_addr(0x0b000000 + run, 99);
		meter.bytes = 0;
		k.tap = measure;
		kit_seal(&k, &k.i, &ping, 1, &p);
		kit_give(&k.r, k.now, &meter.to, p.bytes, p.size);
		assert_true(addr_equal(dgram_peer(k.r.dgram), &meter.to));
		for (unsigned i = 0; i < 20; i++)
			kit_send(&k, &k.r, 1 + run % 4 * i * i);
		if (run % 2 == 0)
			kit_send(&k, &k.i, 100);
		kit_run(&k, 8000);
		most = meter.bytes > most ? meter.bytes : most;
		assert_true(meter.bytes > 0);
		assert_true(meter.bytes <= DGRAM_UNPROVEN_FACTOR * p.size);
		back += addr_equal(dgram_peer(k.r.dgram), &k.i.addr);
		assert_int_equal(k.i.messages, 20);
		assert_int_equal(k.r.error, 0);
		kit_clear(&k);
	}
	assert_int_equal(back, 200);
	/* What may go there does. */
	assert_true(most >= 2 * p.size);
}

/* A peer that says it is where somebody else is: what it sends comes from
 * there, and what goes there it does not get. */
static bool
pretend(struct kit *kit, struct kit_packet *p)
{
	bool ours = addr_equal(&p->from, &kit->i.addr);

	if (ours)
		p->from = meter.to;
	meter.bytes += addr_equal(&p->to, &meter.to) ? p->size : 0;
	return !(ours && meter.mute);
}

static void
t18_a_peer_cannot_be_where_it_does_not_receive(void **state)
{
	(void)state;
	static struct kit_packet p;
	struct frame pong = { .kind = FRAME_PONG };
	unsigned proven = 0;
	for (uint32_t run = 0; run < 200; run++) {
		kit_open(&k, run, 0);
		meter.to = kit_addr(0x0b000000 + run, 99);
		meter.bytes = 0;
		meter.mute = false;
		k.tap = pretend;
		for (unsigned i = 0; i < 20; i++) {
			kit_send(&k, &k.r, run % 2 == 0 ? 20 : 900);
			kit_seal(&k, &k.i, &pong, 1, &p);
			kit_post(&k, &k.i.addr, &k.r.addr, p.bytes, p.size);
			/* Every second one is silent from now on, and so has
			 * no room. */
			meter.mute = run % 2 == 0;
			kit_run(&k, 600);
			proven += k.r.dgram->path.is_proven;
			assert_memory_not_equal(
			    k.i.dgram->pong_token, k.r.dgram->path.token, 8);
			assert_true(
			    meter.bytes <= DGRAM_UNPROVEN_FACTOR *
					       (k.i.bytes + (i + 1) * p.size));
		}
		assert_true(addr_equal(dgram_peer(k.r.dgram), &meter.to));
		kit_clear(&k);
	}
	assert_int_equal(proven, 0);
}

static void
t18_what_was_late_moves_nothing(void **state)
{
	(void)state;
	static struct kit_packet late[200], p;
	struct frame ping = { .kind = FRAME_PING };
	struct addr before = kit_addr(0x0a000001, 4000);
	unsigned moved = 0;
	kit_open(&k, 8, 0);
	for (unsigned i = 0; i < 200; i++)
		kit_seal(&k, &k.i, &ping, 1, &late[i]);
	k.i.addr = kit_addr(0x0a000009, 4000);
	kit_seal(&k, &k.i, &ping, 1, &p);
	kit_give(&k.r, k.now, &k.i.addr, p.bytes, p.size);
	assert_true(addr_equal(dgram_peer(k.r.dgram), &k.i.addr));
	for (unsigned i = 0; i < 200; i++) {
		kit_give(&k.r, k.now, &before, late[i].bytes, late[i].size);
		moved += !addr_equal(dgram_peer(k.r.dgram), &k.i.addr);
	}
	assert_int_equal(moved, 0);
	assert_true(dgram_counters(k.r.dgram)->received >= 201);
}

static void
t20_strangers_get_less_than_they_send(void **state)
{
	(void)state;
	static struct dgram_packet hello, out;
	size_t in = 0, replies = 0;
	kit_init(&k, 7, 0);
	assert_true(dgram_output(k.i.dgram, k.now, &hello));
	for (int i = 0; i < 100; i++) {
		kit_give(&k.r, k.now, &k.i.addr, hello.bytes, hello.size);
		in += hello.size;
		while (dgram_output(k.r.dgram, k.now, &out))
			replies += out.size;
	}
	assert_true(replies > 0 && replies * 3 <= in);
	/* Without another HELLO nothing goes out, however long it waits. */
	k.now.mono_ms += SESSION_HANDSHAKE_MS - 1;
	assert_int_equal(dgram_tick(k.r.dgram, k.now), 0);
	assert_false(dgram_output(k.r.dgram, k.now, &out));
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t1_no_byte_of_the_handshake_may_change),
		TEST(t1_a_change_in_one_packet_is_outlived),
		TEST(t1_no_byte_of_the_handshake_may_be_missing),
		TEST(t3_keys_of_low_order_are_refused),
		TEST(t4_another_hello_under_the_same_id_gets_nothing),
		TEST(t4_a_recorded_handshake_opens_nothing),
		TEST(t14_what_was_seen_is_dropped),
		TEST(t14_strangers_change_nothing),
		TEST(t15_counters_end_before_they_wrap),
		TEST(t16_fragments_take_no_more_than_their_share),
		TEST(t16_what_was_not_kept_is_not_acknowledged),
		TEST(t17_who_acknowledges_what_was_not_sent_is_left),
		TEST(t18_old_and_forged_packets_move_nothing),
		TEST(t18_a_stolen_packet_moves_little),
		TEST(t18_a_peer_cannot_be_where_it_does_not_receive),
		TEST(t18_what_was_late_moves_nothing),
		TEST(t20_strangers_get_less_than_they_send),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
