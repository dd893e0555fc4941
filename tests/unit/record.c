/* SPDX-License-Identifier: MIT */
/*
 * Entries of a record: their bytes, what is refused, and what of packets is
 * kept.
 */
#include "core/record.h"

#include "base/err.h"
#include "wire/ipmsg.h"
#include "wire/packet.h"
#include "wire/ping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static const struct addr four = {
	.family = ADDR_IPV4, .ip = { 10, 77, 0, 2 }, .port = 41827
};
static const struct addr six = { .family = ADDR_IPV6,
	.ip = { 0xfe, 0x80, [15] = 2 },
	.port = 41827,
	.scope = 3 };

static struct record_entry
entry_of(enum record_kind kind)
{
	static const uint8_t bytes[] = { 'E', 'A', 'R', 'S', 1, 1 };
	struct record_entry e = {
		.kind = kind,
		.at_ms = 1234,
		.conn = 1024,
		.via = 7,
		.index = 2,
		.code = kind == RECORD_END ? RECORD_END_SIZE : 111,
		.port = 2425,
		.addr = four,
		.on_link = true,
		.transport = CARRIER_UDP,
		.size = 200,
		.kept = sizeof(bytes),
		.bytes = bytes,
		.trust = TRUST_VERIFIED,
		.epoch = 5,
		.seq = 9,
		.start = { .wall_ms = 1000, .epoch = 5, .quiet = true },
		.peer = { .presence = PRESENCE_AWAY, .link = PEER_LINK_UP },
		.name = "bob",
		.iface_count = 2,
	};

	for (size_t i = 0; i < e.iface_count; i++)
		e.ifaces[i] = (struct iface){ .name = "eth0",
			.index = 2,
			.addr = i == 0 ? four : six,
			.prefix_bits = 24,
			.use = IFACE_NOT_CHOSEN,
			.last_error = 101 };
	return e;
}

static void
every_kind_comes_back(void **state)
{
	(void)state;
	unsigned kinds = 0;

	for (int kind = RECORD_START; kind < RECORD_KINDS; kind++) {
		struct record_entry e = entry_of((enum record_kind)kind), got;
		uint8_t out[RECORD_ENTRY_MAX], again[RECORD_ENTRY_MAX];
		size_t n, taken, size;
		assert_int_equal(record_encode(&e, out, &n), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(
			    record_decode(out, i, &got, &taken), 0);
		assert_int_equal(record_decode(out, n, &got, &taken), 1);
		assert_int_equal(taken, n);
		assert_int_equal(got.kind, kind);
		assert_int_equal(got.at_ms, 1234);
		assert_int_equal(record_encode(&got, again, &size), 0);
		assert_int_equal(size, n);
		assert_memory_equal(again, out, n);
		kinds++;
	}
	assert_int_equal(kinds, 18);
}

/* Bytes that stay: a file of today is read tomorrow. */
static void
vectors(void **state)
{
	(void)state;
	static const struct {
		enum record_kind kind;
		const char *hex;
	} cases[] = {
		{ RECORD_END, "00040200000000000004d200000002" },
		{ RECORD_IN, "001c0500000000000004d2000000070000000202040a"
			     "4d0002a363000000c80006454152530101" },
		{ RECORD_DIAL, "000b0800000000000004d200000400040a4d0002a363" },
		{ RECORD_CLOSED, "00080d00000000000004d2000004000000006f" },
	};
	char hex[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record_entry e = entry_of(cases[i].kind);
		uint8_t out[RECORD_ENTRY_MAX], want[RECORD_ENTRY_MAX];
		size_t n, size;
		assert_int_equal(record_encode(&e, out, &n), 0);
		assert_int_equal(
		    sodium_hex2bin(want, sizeof(want), cases[i].hex,
			strlen(cases[i].hex), " ", &size, NULL),
		    0);
		sodium_bin2hex(hex, sizeof(hex), out, n);
		if (n != size || memcmp(out, want, n) != 0)
			fail_msg("%d: %s", cases[i].kind, hex);
	}
	assert_memory_equal(record_magic, "EARSREC\x01", RECORD_MAGIC_SIZE);
}

static int
decode_changed(enum record_kind kind, size_t at, uint8_t value)
{
	struct record_entry e = entry_of(kind), got;
	uint8_t out[RECORD_ENTRY_MAX];
	size_t n, taken;

	assert_int_equal(record_encode(&e, out, &n), 0);
	assert_true(at < n);
	out[at] = value;
	return record_decode(out, n, &got, &taken);
}

static void
what_is_wrong_is_refused(void **state)
{
	(void)state;
	enum { SIZE_AT = 0, KIND_AT = 2, TIME_AT = 3, BODY_AT = 11 };

	assert_int_equal(decode_changed(RECORD_DIAL, SIZE_AT, 0xff), ERR_LIMIT);
	assert_int_equal(
	    decode_changed(RECORD_DIAL, SIZE_AT + 1, 10), ERR_FORMAT);
	assert_int_equal(
	    decode_changed(RECORD_DIAL, KIND_AT, 0), ERR_UNSUPPORTED);
	assert_int_equal(decode_changed(RECORD_DIAL, KIND_AT, RECORD_KINDS),
	    ERR_UNSUPPORTED);
	assert_int_equal(decode_changed(RECORD_DIAL, TIME_AT, 0x80), ERR_LIMIT);
	/* A family nobody has; an end for no reason; more kept than came. */
	assert_int_equal(
	    decode_changed(RECORD_DIAL, BODY_AT + 4, 5), ERR_FORMAT);
	assert_int_equal(
	    decode_changed(RECORD_END, BODY_AT + 3, 9), ERR_FORMAT);
	assert_int_equal(
	    decode_changed(RECORD_BYTES_IN, BODY_AT + 7, 3), ERR_FORMAT);
	assert_int_equal(
	    decode_changed(RECORD_BYTES_IN, BODY_AT + 4, 0xff), ERR_FORMAT);
	assert_int_equal(
	    decode_changed(RECORD_IFACES, BODY_AT + 1, 65), ERR_FORMAT);
	assert_int_equal(
	    decode_changed(RECORD_CONTACT, BODY_AT + FP_SIZE, 99), ERR_FORMAT);
	/* A name with a zero inside has two spellings. */
	assert_int_equal(
	    decode_changed(RECORD_PEER, BODY_AT + FP_SIZE + 9 + 4 + 2, 0),
	    ERR_FORMAT);
}

static void
a_shout_is_kept_without_its_text(void **state)
{
	(void)state;
	struct identity id;
	struct beacon b = { .type = BEACON_SHOUT, .seq = 3 };
	static const char text[] = "lunch is ready";
	uint8_t out[BEACON_MAX], seed[SEED_SIZE] = { 1 };
	size_t n;

	identity_from_seed(&id, seed);
	memcpy(b.ed_public, id.ed_public, ED_PUBLIC_SIZE);
	memcpy(b.x_public, id.x.public, NOISE_KEY_SIZE);
	b.name = untrusted_of("bob", 3);
	b.shout_text = untrusted_of(text, strlen(text));
	b.shout_sent_ms = 1;
	assert_int_equal(beacon_encode(&b, &id, out, &n), 0);
	assert_int_equal(record_kept_datagram(out, n), BEACON_HEADER_SIZE);
	struct record_entry e = { .kind = RECORD_IN,
		.size = n,
		.kept = BEACON_HEADER_SIZE,
		.bytes = out };
	struct fp fp;
	uint32_t seq;
	char *name;
	assert_string_equal(record_what(&e), "shout");
	assert_true(record_sender(&e, &fp, &seq, &name));
	assert_true(fp_equal(&fp, &id.fp));
	assert_int_equal(seq, 3);
	assert_null(name);
	/* What is signed by nobody is as good; what is no beacon is not. */
	out[7] = 1;
	assert_int_equal(record_kept_datagram(out, n), 6);
	out[0] = 'X';
	assert_int_equal(record_kept_datagram(out, n), 0);
}

static void
what_is_sealed_is_not_kept(void **state)
{
	(void)state;
	static const uint8_t sealed[600] = "nobody can read this";
	struct packet k = { .kind = PACKET_DATA,
		.receiver = 7,
		.body = sealed,
		.size = sizeof(sealed) };
	uint8_t out[PACKET_MAX];
	size_t n;

	packet_put_header(&k, out);
	memcpy(out + PACKET_HEADER_SIZE, sealed, sizeof(sealed));
	n = PACKET_HEADER_SIZE + sizeof(sealed);
	assert_int_equal(record_kept_datagram(out, n), PACKET_HEADER_SIZE);
	k.kind = PACKET_ANSWER;
	k.sender = 3;
	assert_int_equal(packet_encode(&k, out, &n), 0);
	assert_int_equal(record_kept_datagram(out, n), 12);
	k.kind = PACKET_FINISH;
	assert_int_equal(packet_encode(&k, out, &n), 0);
	assert_int_equal(record_kept_datagram(out, n), 8);
	struct ping ping = { PING_ASK, 1, 64 };
	uint8_t bytes[PING_SIZE_MAX];
	ping_encode(&ping, bytes);
	assert_int_equal(record_kept_datagram(bytes, 64), 16);
}

static void
of_a_stream_the_first_key(void **state)
{
	(void)state;
	static const uint8_t first[100] = { 'E', 'A', 'R', 'S', 1,
		1, [9] = 32 };
	static const uint8_t other[100] = { 'E', 'A', 'R', 'S', 2,
		1, [9] = 32 };
	static const uint8_t astray[] =
	    "EARS are not for all ears, and not for these";
	static const uint8_t text[] = "hello over there\n";

	assert_int_equal(record_kept_stream(first, 42, 0), 42);
	assert_int_equal(record_kept_stream(first, 100, 0), 42);
	assert_int_equal(record_kept_stream(first, 100, 1), 0);
	assert_int_equal(record_kept_stream(text, sizeof(text), 0), 0);
	assert_int_equal(record_kept_stream(first, 3, 0), 0);
	assert_int_equal(record_kept_stream(first, 41, 0), 6);
	assert_int_equal(record_kept_stream(other, 100, 0), 6);
	assert_int_equal(record_kept_stream(astray, sizeof(astray), 0), 6);
}

static void
of_ipmsg_the_head(void **state)
{
	(void)state;
	static const char said[] = "1:100:zhang:PC-1:32:meet me";
	static const char other[] = "meet me: at: the: old: mill: today";
	size_t head = strlen("1:100:zhang:PC-1:32:");

	assert_int_equal(
	    record_kept_ipmsg((const uint8_t *)said, sizeof(said)), head);
	assert_int_equal(
	    record_kept_ipmsg((const uint8_t *)other, sizeof(other)), 0);
	/* No last colon, and a group; a version with a hardware address. */
	static const char group[] = "1:5:user:host:32\0a group, no colon";
	static const char named[] = "1_lbt4_0#128#0A1B2C3D4E5F#0:5:u:h:32:x";
	assert_int_equal(
	    record_kept_ipmsg((const uint8_t *)group, sizeof(group)),
	    strlen(group));
	assert_int_equal(
	    record_kept_ipmsg((const uint8_t *)named, sizeof(named)), 0);
	struct record_entry e = { .kind = RECORD_IN,
		.via = 1,
		.size = sizeof(said),
		.kept = head,
		.bytes = (const uint8_t *)said };
	assert_string_equal(record_what(&e), "message");
	e.kept = 0;
	assert_string_equal(record_what(&e), "text");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back),
		cmocka_unit_test(vectors),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(a_shout_is_kept_without_its_text),
		cmocka_unit_test(what_is_sealed_is_not_kept),
		cmocka_unit_test(of_a_stream_the_first_key),
		cmocka_unit_test(of_ipmsg_the_head),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
