/* SPDX-License-Identifier: MIT */
#include "wire/hello.h"

#include "base/err.h"
#include "base/wr.h"
#include "protocol_vectors.h"
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { FIELDS = 10, MANDATORY = 6 };

static struct identity me;

static struct hello
bare(void)
{
	struct hello h = {
		.instance = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7 },
		.epoch = 7,
		.version_min = 1,
		.version_max = 1,
		.wall_ms = -1,
	};

	memcpy(h.ed_public, me.ed_public, ED_PUBLIC_SIZE);
	return h;
}

static struct hello
full(void)
{
	struct hello h = bare();

	h.wall_ms = VECTOR_SENT_MS;
	h.capabilities = 5;
	h.name = untrusted_of("ana", 3);
	h.tcp_port = 41827;
	h.udp_port = 50123;
	return h;
}

static void
assert_hello_equal(const struct hello *a, const struct hello *b)
{
	assert_memory_equal(a->ed_public, b->ed_public, ED_PUBLIC_SIZE);
	assert_memory_equal(a->instance, b->instance, INSTANCE_SIZE);
	assert_int_equal(a->epoch, b->epoch);
	assert_int_equal(a->version_min, b->version_min);
	assert_int_equal(a->version_max, b->version_max);
	assert_true(a->capabilities == b->capabilities);
	assert_int_equal(a->name.untrusted_size, b->name.untrusted_size);
	if (a->name.untrusted_size > 0)
		assert_memory_equal(a->name.untrusted_data,
		    b->name.untrusted_data, a->name.untrusted_size);
	assert_int_equal(a->tcp_port, b->tcp_port);
	assert_int_equal(a->udp_port, b->udp_port);
	assert_true(a->wall_ms == b->wall_ms);
}

static void
check_vector(const char *name, const struct hello *want)
{
	uint8_t bytes[VECTOR_MAX], out[HELLO_MAX];
	size_t n = vector_load("hellos", name, bytes), size;
	struct hello got;

	assert_int_equal(hello_encode(want, out, &size), 0);
	assert_int_equal(size, n);
	assert_memory_equal(out, bytes, n);
	assert_int_equal(hello_decode(bytes, n, &got), 0);
	assert_hello_equal(&got, want);
}

static void
vectors_are_met(void **state)
{
	(void)state;
	struct hello h = full();
	check_vector("hello", &h);
	h = bare();
	check_vector("hello-bare", &h);
}

static void
extremes_come_back(void **state)
{
	(void)state;
	static const int64_t times[] = { INT64_MIN, 0, INT64_MAX };
	static char name[NAME_BYTES_MAX + 1];
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		uint8_t out[HELLO_MAX];
		size_t n;
		struct hello h = full(), got;
		h.wall_ms = times[i];
		h.epoch = UINT32_MAX;
		h.version_max = h.tcp_port = h.udp_port = UINT16_MAX;
		h.capabilities = UINT64_MAX;
		h.name = untrusted_of(name, NAME_BYTES_MAX);
		assert_int_equal(hello_encode(&h, out, &n), 0);
		assert_int_equal(hello_decode(out, n, &got), 0);
		assert_hello_equal(&got, &h);
		h.name = untrusted_of(name, NAME_BYTES_MAX + 1);
		assert_int_equal(hello_encode(&h, out, &n), ERR_LIMIT);
	}
}

/* The ports, the name and the capabilities may be missing, so a hello cut
 * between those is a hello; cut anywhere else it is not. */
static void
every_truncation(void **state)
{
	(void)state;
	uint8_t out[HELLO_MAX];
	struct hello h = full(), got;
	size_t size;
	int clean = 0;
	assert_int_equal(hello_encode(&h, out, &size), 0);
	for (size_t n = 0; n < size; n++) {
		uint8_t *in = malloc(n + (n == 0));
		assert_non_null(in);
		memcpy(in, out, n);
		int err = hello_decode(in, n, &got);
		assert_true(err == 0 || err == ERR_SHORT || err == ERR_FORMAT);
		clean += err == 0;
		free(in);
	}
	assert_int_equal(clean, FIELDS - MANDATORY);
	assert_int_equal(hello_decode(out, size, &got), 0);
}

/* Writes the fields of a full hello: one may be left out, or be of a size that
 * is wrong by so much. */
static size_t
build(int without, int wrong, int by, uint8_t *out)
{
	static const uint8_t sizes[] = { 0, 32, 8, 4, 2, 2, 8, 8, 3, 2, 2 };
	uint8_t value[128] = { 0 };
	struct wr w = wr_to(out, 512);

	for (int type = 1; type <= FIELDS; type++) {
		int size = sizes[type] + (type == wrong ? by : 0);
		value[1] = type == 4 || type == 5; /* the version is 1 */
		if (type != without)
			tlv_put(&w, (uint8_t)type, value, (size_t)size);
	}
	return w.size;
}

static void
six_fields_are_mandatory(void **state)
{
	(void)state;
	uint8_t in[512];
	struct hello got;
	int refused = 0;
	assert_int_equal(hello_decode(in, build(0, 0, 0, in), &got), 0);
	for (int type = 1; type <= FIELDS; type++) {
		int err = hello_decode(in, build(type, 0, 0, in), &got);
		assert_int_equal(err, type <= MANDATORY ? ERR_FORMAT : 0);
		refused += err < 0;
	}
	assert_int_equal(refused, MANDATORY);
}

static void
sizes_are_exact(void **state)
{
	(void)state;
	enum { NAME = 8 };
	uint8_t in[512];
	struct hello got;
	int refused = 0;
	for (int type = 1; type <= FIELDS; type++) {
		for (int by = -1; by <= 1; by += 2) {
			size_t n = build(0, type, by, in);
			int err = hello_decode(in, n, &got);
			assert_int_equal(err, type == NAME ? 0 : ERR_FORMAT);
			refused += err < 0;
		}
	}
	assert_int_equal(refused, 2 * (FIELDS - 1));
	size_t n = build(0, NAME, NAME_BYTES_MAX - 3 + 1, in);
	assert_int_equal(hello_decode(in, n, &got), ERR_LIMIT);
	n = build(0, NAME, NAME_BYTES_MAX - 3, in);
	assert_int_equal(hello_decode(in, n, &got), 0);
}

static void
versions_are_a_range_from_1(void **state)
{
	(void)state;
	int accepted = 0;
	for (uint16_t min = 0; min < 4; min++) {
		for (uint16_t max = 0; max < 4; max++) {
			uint8_t out[HELLO_MAX];
			struct hello h = bare(), got;
			size_t n;
			h.version_min = min;
			h.version_max = max;
			assert_int_equal(hello_encode(&h, out, &n), 0);
			int err = hello_decode(out, n, &got);
			bool is_range = min > 0 && min <= max;
			assert_int_equal(err, is_range ? 0 : ERR_FORMAT);
			accepted += err == 0;
		}
	}
	assert_int_equal(accepted, 6);
}

static void
unknown_repeated_and_oversize(void **state)
{
	(void)state;
	static uint8_t in[HELLO_MAX + 1];
	struct hello h = full(), got;
	size_t n;
	for (int type = 11; type < 256; type++) {
		assert_int_equal(hello_encode(&h, in, &n), 0);
		struct wr w = wr_to(in + n, sizeof(in) - n);
		tlv_put(&w, (uint8_t)type, "?", 1);
		assert_int_equal(hello_decode(in, n + w.size, &got),
		    type >= 128 ? ERR_UNSUPPORTED : 0);
	}
	for (int type = 0; type <= FIELDS; type++) {
		assert_int_equal(hello_encode(&h, in, &n), 0);
		struct wr w = wr_to(in + n, sizeof(in) - n);
		tlv_put(&w, (uint8_t)type, "?", 1);
		assert_int_equal(
		    hello_decode(in, n + w.size, &got), ERR_FORMAT);
	}
	struct wr w = wr_to(in + n, sizeof(in) - n);
	tlv_put_pad(&w, sizeof(in) - n);
	assert_int_equal(hello_decode(in, sizeof(in), &got), ERR_LIMIT);
	w = wr_to(in + n, sizeof(in) - n);
	tlv_put_pad(&w, sizeof(in) - n - 1);
	assert_int_equal(hello_decode(in, sizeof(in) - 1, &got), 0);
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
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(extremes_come_back),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(six_fields_are_mandatory),
		cmocka_unit_test(sizes_are_exact),
		cmocka_unit_test(versions_are_a_range_from_1),
		cmocka_unit_test(unknown_repeated_and_oversize),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
