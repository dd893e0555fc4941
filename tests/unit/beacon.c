/* SPDX-License-Identifier: MIT */
#include "wire/beacon.h"

#include "base/err.h"
#include "base/wr.h"
#include "protocol_vectors.h"
#include "untrusted_check.h"
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static struct identity me;

static struct untrusted
text_of(const char *s)
{
	return untrusted_of(s, strlen(s));
}

static struct beacon
bare(enum beacon_type type)
{
	struct beacon b = {
		.type = (uint8_t)type,
		.epoch = 7,
		.instance = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7 },
		.tcp_port = 41827,
		.udp_port = 50123,
		.interval_s = 30,
	};

	memcpy(b.ed_public, me.ed_public, ED_PUBLIC_SIZE);
	memcpy(b.x_public, me.x.public, NOISE_KEY_SIZE);
	return b;
}

static struct beacon
profile(enum beacon_type type)
{
	struct beacon b = bare(type);

	b.name = text_of("ana");
	b.status = text_of("d\xc3\xa9jeuner");
	b.capabilities = 5;
	b.version = text_of("0.1.0");
	return b;
}

static struct beacon
shout(void)
{
	struct beacon b = bare(BEACON_SHOUT);

	b.seq = 5;
	b.name = text_of("ana");
	for (int i = 0; i < MSG_ID_SIZE; i++)
		b.shout_id.b[i] = (uint8_t)(0x10 + i);
	b.shout_text = text_of("lunch?");
	b.shout_sent_ms = VECTOR_SENT_MS;
	return b;
}

static size_t
encoded(const struct beacon *b, uint8_t out[static BEACON_MAX])
{
	size_t n = 0;

	assert_int_equal(beacon_encode(b, &me, out, &n), 0);
	assert_in_range(n, BEACON_MIN, BEACON_MAX);
	return n;
}

static void
assert_beacon_equal(const struct beacon *a, const struct beacon *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->epoch, b->epoch);
	assert_int_equal(a->seq, b->seq);
	assert_memory_equal(a->instance, b->instance, INSTANCE_SIZE);
	assert_memory_equal(a->ed_public, b->ed_public, ED_PUBLIC_SIZE);
	assert_memory_equal(a->x_public, b->x_public, NOISE_KEY_SIZE);
	assert_int_equal(a->tcp_port, b->tcp_port);
	assert_int_equal(a->udp_port, b->udp_port);
	assert_int_equal(a->interval_s, b->interval_s);
	assert_true(a->capabilities == b->capabilities);
	assert_text_equal(a->name, b->name);
	assert_text_equal(a->status, b->status);
	assert_text_equal(a->version, b->version);
	assert_memory_equal(&a->shout_id, &b->shout_id, MSG_ID_SIZE);
	assert_text_equal(a->shout_text, b->shout_text);
	assert_true(a->shout_sent_ms == b->shout_sent_ms);
}

static void
check_vector(const char *name, const struct beacon *want)
{
	uint8_t bytes[VECTOR_MAX], out[BEACON_MAX];
	size_t n = vector_load("beacons", name, bytes);
	struct beacon got;

	assert_int_equal(encoded(want, out), n);
	assert_memory_equal(out, bytes, n);
	assert_int_equal(beacon_decode(bytes, n, &got), 0);
	assert_beacon_equal(&got, want);
	assert_true(beacon_verify(bytes, n, &got));
	struct fp fp;
	beacon_fp(&got, &fp);
	assert_true(fp_equal(&fp, &me.fp));
}

static void
vectors_are_met(void **state)
{
	(void)state;
	struct beacon b = profile(BEACON_ANNOUNCE);
	b.flags = BEACON_AWAY;
	b.seq = 2;
	check_vector("announce", &b);
	b = bare(BEACON_ANNOUNCE);
	b.flags = BEACON_REPLY;
	b.seq = 3;
	check_vector("announce-reply-bare", &b);
	b = bare(BEACON_GOODBYE);
	b.seq = 4;
	b.name = text_of("ana");
	check_vector("goodbye", &b);
	b = profile(BEACON_SOLICIT);
	b.seq = 1;
	check_vector("solicit", &b);
	b = shout();
	check_vector("shout", &b);
}

static void
identity_vectors_are_met(void **state)
{
	(void)state;
	uint8_t v[VECTOR_MAX];
	assert_int_equal(vector_load("identity", "x25519-secret", v), 32);
	assert_memory_equal(me.x.secret, v, 32);
	assert_int_equal(vector_load("identity", "x25519-public", v), 32);
	assert_memory_equal(me.x.public, v, 32);
	assert_int_equal(vector_load("identity", "ed25519-public", v), 32);
	assert_memory_equal(me.ed_public, v, 32);
	assert_int_equal(vector_load("identity", "fingerprint", v), 32);
	assert_memory_equal(me.fp.b, v, 32);
	char text[FP_TEXT_SIZE];
	assert_string_equal(fp_text(&me.fp, text),
	    "vqevthcldmtdd4pwzyan6lekvnafd5ptjlvdxgibvfnisrjydltq");
}

static void
t25_every_length_to_1500(void **state)
{
	(void)state;
	uint8_t good[BEACON_MAX];
	int tried = 0, decoded = 0;
	for (int type = BEACON_ANNOUNCE; type <= BEACON_SHOUT; type++) {
		struct beacon b = type == BEACON_SHOUT
				      ? shout()
				      : profile((enum beacon_type)type);
		size_t size = encoded(&b, good);
		for (size_t n = 0; n <= 1500; n++) {
			/* Of the exact size, for the address sanitizer. */
			uint8_t *in = calloc(1, n + (n == 0));
			assert_non_null(in);
			memcpy(in, good, n < size ? n : size);
			struct beacon got;
			int err = beacon_decode(in, n, &got);
			assert_int_equal(err == 0, n == size);
			decoded += err == 0;
			tried++;
			free(in);
		}
	}
	assert_int_equal(tried, 4 * 1501);
	assert_int_equal(decoded, 4);
}

/* A signed datagram with any header bytes and fields. */
static size_t
forge(const uint8_t header[static BEACON_HEADER_SIZE], const uint8_t *fields,
    size_t fields_size, uint8_t *out)
{
	struct wr w = wr_to(out, 4096);

	wr_bytes(&w, header, BEACON_HEADER_SIZE);
	wr_patch_u16(&w, BEACON_HEADER_SIZE - 2, (uint16_t)fields_size);
	wr_bytes(&w, fields, fields_size);
	identity_sign(&me, "earshot-disc-v1", out, w.size, out + w.size);
	return w.size + SIGNATURE_SIZE;
}

static int
decode_forged(enum beacon_type type, const struct wr *fields)
{
	uint8_t good[BEACON_MAX], out[4096];
	struct beacon b = type == BEACON_SHOUT ? shout() : bare(type), got;

	encoded(&b, good);
	size_t n = forge(good, fields->p, fields->size, out);
	return beacon_decode(out, n, &got);
}

/* Right in all but its length. */
static void
t25_every_length_to_1500_signed(void **state)
{
	(void)state;
	static uint8_t zeros[1500];
	int decoded = 0;
	for (size_t n = BEACON_MIN + TLV_HEADER_SIZE; n <= 1500; n++) {
		uint8_t fields[1500];
		struct wr w = wr_to(fields, sizeof(fields));
		tlv_put(&w, TLV_PAD, zeros, n - BEACON_MIN - TLV_HEADER_SIZE);
		int err = decode_forged(BEACON_ANNOUNCE, &w);
		assert_int_equal(err, n > BEACON_MAX ? ERR_LIMIT : 0);
		decoded += err == 0;
	}
	assert_int_equal(
	    decoded, BEACON_MAX - BEACON_MIN - TLV_HEADER_SIZE + 1);
}

static void
t25_every_declared_length_of_the_fields(void **state)
{
	(void)state;
	uint8_t in[BEACON_MAX];
	struct beacon b = profile(BEACON_ANNOUNCE), got;
	size_t n = encoded(&b, in);
	unsigned right = ((unsigned)in[94] << 8) | in[95];
	int decoded = 0;
	for (unsigned size = 0; size <= UINT16_MAX; size++) {
		in[94] = (uint8_t)(size >> 8);
		in[95] = (uint8_t)size;
		int err = beacon_decode(in, n, &got);
		if (size < right)
			assert_int_equal(err, ERR_FORMAT);
		else if (size > right)
			assert_int_equal(err, ERR_SHORT);
		decoded += err == 0;
	}
	assert_int_equal(decoded, 1);
}

static void
t25_magic_version_type_and_zero(void **state)
{
	(void)state;
	uint8_t in[BEACON_MAX];
	struct beacon b = profile(BEACON_ANNOUNCE), got;
	size_t n = encoded(&b, in);
	static const struct {
		size_t offset;
		int err;
	} cases[] = { { 0, ERR_FORMAT }, { 1, ERR_FORMAT }, { 2, ERR_FORMAT },
		{ 3, ERR_FORMAT }, { 4, ERR_VERSION }, { 5, ERR_UNSUPPORTED },
		{ 7, ERR_FORMAT } };
	int refused = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t good = in[cases[i].offset];
		for (int v = 0; v < 256; v++) {
			bool is_type = cases[i].offset == 5 && v >= 1 && v <= 4;
			if (v == good || is_type)
				continue;
			in[cases[i].offset] = (uint8_t)v;
			assert_int_equal(
			    beacon_decode(in, n, &got), cases[i].err);
			refused++;
		}
		in[cases[i].offset] = good;
	}
	assert_int_equal(refused, 6 * 255 + 252);
}

static void
reserved_flags_are_ignored(void **state)
{
	(void)state;
	uint8_t in[BEACON_MAX];
	struct beacon b = profile(BEACON_ANNOUNCE), got;
	size_t n = encoded(&b, in);
	in[6] = 0xF0 | BEACON_QUIET;
	assert_int_equal(beacon_decode(in, n, &got), 0);
	assert_int_equal(got.flags, BEACON_QUIET);
	b.flags = 0xF0 | BEACON_BUSY;
	encoded(&b, in);
	assert_int_equal(in[6], BEACON_BUSY);
}

/* The signature covers the bits that a reader ignores as well. */
static void
t23_every_flipped_bit_is_caught(void **state)
{
	(void)state;
	uint8_t in[BEACON_MAX];
	struct beacon b = shout(), got;
	size_t n = encoded(&b, in);
	size_t undecoded = 0, unverified = 0;
	for (size_t bit = 0; bit < 8 * n; bit++) {
		in[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (beacon_decode(in, n, &got) < 0)
			undecoded++;
		else if (!beacon_verify(in, n, &got))
			unverified++;
		in[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(undecoded + unverified, 8 * n);
	assert_true(unverified >= 8 * (size_t)(SIGNATURE_SIZE + 80));
	assert_int_equal(beacon_decode(in, n, &got), 0);
	assert_true(beacon_verify(in, n, &got));
}

static void
t23_signature_of_another_key_or_domain(void **state)
{
	(void)state;
	uint8_t in[BEACON_MAX], seed[SEED_SIZE] = { 9 };
	struct beacon b = profile(BEACON_GOODBYE), got;
	size_t n = encoded(&b, in);
	struct identity other;
	identity_from_seed(&other, seed);
	assert_int_equal(beacon_decode(in, n, &got), 0);
	identity_sign(&other, "earshot-disc-v1", in, n - SIGNATURE_SIZE,
	    in + n - SIGNATURE_SIZE);
	assert_false(beacon_verify(in, n, &got));
	identity_sign(&me, "earshot-disc-v2", in, n - SIGNATURE_SIZE,
	    in + n - SIGNATURE_SIZE);
	assert_false(beacon_verify(in, n, &got));
	identity_sign(&me, "earshot-disc-v1", in, n - SIGNATURE_SIZE,
	    in + n - SIGNATURE_SIZE);
	assert_true(beacon_verify(in, n, &got));
}

static void
unknown_fields_by_their_high_bit(void **state)
{
	(void)state;
	int skipped = 0, refused = 0;
	for (int type = 8; type < 256; type++) {
		uint8_t fields[64];
		struct wr w = wr_to(fields, sizeof(fields));
		tlv_put(&w, 1, "ana", 3);
		tlv_put(&w, (uint8_t)type, "??", 2);
		int err = decode_forged(BEACON_ANNOUNCE, &w);
		assert_int_equal(err, type >= 128 ? ERR_UNSUPPORTED : 0);
		skipped += err == 0;
		refused += err != 0;
	}
	assert_int_equal(skipped, 120);
	assert_int_equal(refused, 128);
}

static void
fields_are_bounded(void **state)
{
	(void)state;
	static const struct {
		uint8_t type;
		size_t max;
	} cases[] = { { 1, NAME_BYTES_MAX }, { 2, STATUS_BYTES_MAX },
		{ 4, BEACON_VERSION_TEXT_MAX } };
	static const uint8_t zeros[256];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t n = 0; n <= cases[i].max + 1; n++) {
			uint8_t fields[512];
			struct wr w = wr_to(fields, sizeof(fields));
			tlv_put(&w, cases[i].type, zeros, n);
			assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w),
			    n > cases[i].max ? ERR_LIMIT : 0);
		}
	}
	for (size_t n = 0; n < 12; n++) {
		uint8_t fields[64];
		struct wr w = wr_to(fields, sizeof(fields));
		tlv_put(&w, 3, zeros, n);
		assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w),
		    n == 8 ? 0 : ERR_FORMAT);
	}
}

static void
repeats_disorder_and_leftovers_are_refused(void **state)
{
	(void)state;
	uint8_t fields[64];
	struct wr w = wr_to(fields, sizeof(fields));
	tlv_put(&w, 1, "ana", 3);
	tlv_put(&w, 1, "bob", 3);
	assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w), ERR_FORMAT);
	w = wr_to(fields, sizeof(fields));
	tlv_put(&w, 2, "x", 1);
	tlv_put(&w, 1, "ana", 3);
	assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w), ERR_FORMAT);
	w = wr_to(fields, sizeof(fields));
	tlv_put(&w, 1, "ana", 3);
	wr_u8(&w, 2);
	assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w), ERR_SHORT);
	w = wr_to(fields, sizeof(fields));
	wr_bytes(&w,
	    "\x01\0\0\x05"
	    "ana",
	    7);
	assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w), ERR_SHORT);
}

/* Every subset of the three fields in every type of datagram. */
static void
shout_fields_belong_to_shouts(void **state)
{
	(void)state;
	int accepted = 0, tried = 0;
	for (int type = BEACON_ANNOUNCE; type <= BEACON_SHOUT; type++) {
		for (unsigned set = 0; set < 8; set++) {
			static const uint8_t zeros[600];
			uint8_t fields[1024];
			struct wr w = wr_to(fields, sizeof(fields));
			if (set & 1)
				tlv_put(&w, 5, zeros, MSG_ID_SIZE);
			if (set & 2)
				tlv_put(&w, 6, "x", 1);
			if (set & 4)
				tlv_put_i64(&w, 7, 1);
			if (type == BEACON_SOLICIT)
				tlv_put(&w, TLV_PAD, zeros, 400);
			unsigned due = type == BEACON_SHOUT ? 7 : 0;
			int err = decode_forged((enum beacon_type)type, &w);
			assert_int_equal(err, set == due ? 0 : ERR_FORMAT);
			accepted += err == 0;
			tried++;
		}
	}
	assert_int_equal(tried, 32);
	assert_int_equal(accepted, 4);
}

static void
shout_text_is_1_to_512_bytes(void **state)
{
	(void)state;
	static uint8_t zeros[SHOUT_TEXT_MAX + 1];
	for (size_t n = 0; n <= SHOUT_TEXT_MAX + 1; n++) {
		uint8_t fields[1024], out[BEACON_MAX];
		struct wr w = wr_to(fields, sizeof(fields));
		tlv_put(&w, 5, zeros, MSG_ID_SIZE);
		tlv_put(&w, 6, zeros, n);
		tlv_put_i64(&w, 7, 1);
		int want = n == 0               ? ERR_FORMAT
			   : n > SHOUT_TEXT_MAX ? ERR_LIMIT
						: 0;
		assert_int_equal(decode_forged(BEACON_SHOUT, &w), want);
		struct beacon b = shout();
		b.shout_text = untrusted_of(zeros, n);
		size_t size;
		assert_int_equal(beacon_encode(&b, &me, out, &size),
		    want == 0 ? 0 : ERR_LIMIT);
	}
}

static void
t20_no_solicitation_below_512(void **state)
{
	(void)state;
	static uint8_t zeros[BEACON_MAX];
	int refused = 0;
	for (size_t n = 0; n <= BEACON_MAX - BEACON_MIN - TLV_HEADER_SIZE;
	     n++) {
		uint8_t fields[BEACON_MAX];
		struct wr w = wr_to(fields, sizeof(fields));
		tlv_put(&w, TLV_PAD, zeros, n);
		bool is_short = BEACON_MIN + w.size < BEACON_SOLICIT_MIN;
		assert_int_equal(decode_forged(BEACON_SOLICIT, &w),
		    is_short ? ERR_SHORT : 0);
		assert_int_equal(decode_forged(BEACON_ANNOUNCE, &w), 0);
		refused += is_short;
	}
	assert_int_equal(
	    refused, BEACON_SOLICIT_MIN - BEACON_MIN - TLV_HEADER_SIZE);
}

/* Whatever is in the profile, the question is as long as any answer. */
static void
t20_longest_answer_fits_in_any_question(void **state)
{
	(void)state;
	static char fill[STATUS_BYTES_MAX];
	uint8_t out[BEACON_MAX];
	size_t least = SIZE_MAX, most = 0;
	memset(fill, 'x', sizeof(fill));
	for (size_t n = 0; n <= STATUS_BYTES_MAX; n++) {
		struct beacon b = bare(BEACON_SOLICIT);
		b.capabilities = UINT64_MAX;
		b.version = untrusted_of(fill, BEACON_VERSION_TEXT_MAX);
		b.status = untrusted_of(fill, n);
		b.name = untrusted_of(fill, n < 64 ? n : 64);
		size_t size = encoded(&b, out);
		least = size < least ? size : least;
		b.type = BEACON_ANNOUNCE;
		b.flags = BEACON_REPLY;
		size = encoded(&b, out);
		most = size > most ? size : most;
	}
	assert_int_equal(least, BEACON_SOLICIT_MIN);
	assert_int_equal(most, 392);
}

static void
too_long_is_not_sent(void **state)
{
	(void)state;
	static char fill[256];
	uint8_t out[BEACON_MAX];
	size_t size = 77;
	memset(fill, 'x', sizeof(fill));
	struct beacon b = bare(BEACON_ANNOUNCE);
	b.name = untrusted_of(fill, NAME_BYTES_MAX + 1);
	assert_int_equal(beacon_encode(&b, &me, out, &size), ERR_LIMIT);
	b = bare(BEACON_ANNOUNCE);
	b.status = untrusted_of(fill, STATUS_BYTES_MAX + 1);
	assert_int_equal(beacon_encode(&b, &me, out, &size), ERR_LIMIT);
	b = bare(BEACON_ANNOUNCE);
	b.version = untrusted_of(fill, BEACON_VERSION_TEXT_MAX + 1);
	assert_int_equal(beacon_encode(&b, &me, out, &size), ERR_LIMIT);
	assert_int_equal(size, 77);
}

static void
t29_extreme_times_and_counters_come_back(void **state)
{
	(void)state;
	static const int64_t times[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	uint8_t out[BEACON_MAX];
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct beacon b = shout(), got;
		b.shout_sent_ms = times[i];
		b.epoch = b.seq = UINT32_MAX;
		b.interval_s = b.tcp_port = UINT16_MAX;
		size_t n = encoded(&b, out);
		assert_int_equal(beacon_decode(out, n, &got), 0);
		assert_beacon_equal(&got, &b);
	}
}

static int
setup(void **state)
{
	(void)state;
	if (sodium_init() < 0)
		return -1;
	vector_identity(&me);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity_vectors_are_met),
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(t20_longest_answer_fits_in_any_question),
		cmocka_unit_test(t20_no_solicitation_below_512),
		cmocka_unit_test(t23_every_flipped_bit_is_caught),
		cmocka_unit_test(t23_signature_of_another_key_or_domain),
		cmocka_unit_test(t25_every_length_to_1500),
		cmocka_unit_test(t25_every_length_to_1500_signed),
		cmocka_unit_test(t25_every_declared_length_of_the_fields),
		cmocka_unit_test(t25_magic_version_type_and_zero),
		cmocka_unit_test(t29_extreme_times_and_counters_come_back),
		cmocka_unit_test(reserved_flags_are_ignored),
		cmocka_unit_test(unknown_fields_by_their_high_bit),
		cmocka_unit_test(fields_are_bounded),
		cmocka_unit_test(repeats_disorder_and_leftovers_are_refused),
		cmocka_unit_test(shout_fields_belong_to_shouts),
		cmocka_unit_test(shout_text_is_1_to_512_bytes),
		cmocka_unit_test(too_long_is_not_sent),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
