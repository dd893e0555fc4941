/* SPDX-License-Identifier: MIT */
#include "proto/gate.h"

#include "crypto/noise.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The linker puts these in front of those of base/mem.h. */
void *__real_xmalloc(size_t size);
void *__real_xcalloc(size_t count, size_t size);
void *__real_xrealloc(void *p, size_t count, size_t size);
void *__wrap_xmalloc(size_t size);
void *__wrap_xcalloc(size_t count, size_t size);
void *__wrap_xrealloc(void *p, size_t count, size_t size);

static unsigned allocations;

void *
__wrap_xmalloc(size_t size)
{
	allocations++;
	return __real_xmalloc(size);
}

void *
__wrap_xcalloc(size_t count, size_t size)
{
	allocations++;
	return __real_xcalloc(count, size);
}

void *
__wrap_xrealloc(void *p, size_t count, size_t size)
{
	allocations++;
	return __real_xrealloc(p, count, size);
}

enum {
	FLOOD = 10000,
	HOST_MS = 500, /* when the honest one comes */
};

struct door {
	struct rng_seed seed;
	struct rng rng;
	struct gate *gate;
	int64_t ms;
	uint32_t last_id;
	uint8_t answer[PACKET_MAX];
	size_t answer_size;
};

static void
door_open(struct door *d)
{
	*d = (struct door){ .ms = 1000 };
	d->rng = rng_seeded(&d->seed, 19);
	d->gate = gate_new(&d->rng, (struct now){ .mono_ms = d->ms });
}

static struct now
now_of(const struct door *d)
{
	return (struct now){ .mono_ms = d->ms };
}

static struct addr
host(uint32_t number)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
		    (uint8_t)number },
		.port = 4000,
	};
}

static struct packet
hello_of(uint32_t initiator_id)
{
	static const uint8_t noise[NOISE_XX_1_OVERHEAD];

	return (struct packet){
		.kind = PACKET_HELLO,
		.version = 1,
		.suite = 1,
		.sender = initiator_id,
		.body = noise,
		.size = sizeof(noise),
	};
}

static enum gate_verdict
knock(struct door *d, struct addr from, const struct packet *hello)
{
	enum gate_verdict verdict = gate_judge(
	    d->gate, now_of(d), &from, hello, d->answer, &d->answer_size);

	if (verdict == GATE_PASS)
		gate_pass(
		    d->gate, now_of(d), &from, hello->sender, ++d->last_id);
	/* Never more than the HELLO was long. */
	assert_true(verdict != GATE_RETRY || d->answer_size <= PACKET_MAX);
	return verdict;
}

static enum gate_verdict
knock_plain(struct door *d, struct addr from, uint32_t initiator_id)
{
	struct packet hello = hello_of(initiator_id);

	return knock(d, from, &hello);
}

/* With the cookie of the RETRY that came last. */
static enum gate_verdict
knock_again(struct door *d, struct addr from, uint32_t initiator_id)
{
	struct packet hello = hello_of(initiator_id), retry;

	assert_int_equal(packet_decode(d->answer, d->answer_size, &retry), 0);
	assert_int_equal(retry.kind, PACKET_RETRY);
	hello.has_cookie = true;
	memcpy(hello.cookie, retry.cookie, COOKIE_SIZE);
	return knock(d, from, &hello);
}

/* So many half-open ones of different hosts that only cookies pass. */
static void
make_crowd(struct door *d)
{
	for (uint32_t i = 0; i < GATE_COOKIE_PER_S; i++)
		assert_int_equal(
		    knock_plain(d, host(0x800000 + i), i), GATE_PASS);
	assert_int_equal(knock_plain(d, host(1), 1), GATE_RETRY);
}

static void
quiet_times_need_no_cookie(void **state)
{
	(void)state;
	struct door d;
	struct addr a = host(1), other_port = host(1);

	door_open(&d);
	other_port.port = 4001;
	assert_int_equal(gate_find(d.gate, &a, 7), 0);
	assert_int_equal(knock_plain(&d, a, 7), GATE_PASS);
	assert_int_equal(gate_find(d.gate, &a, 7), 1);
	assert_int_equal(gate_find(d.gate, &a, 8), 0);
	assert_int_equal(gate_find(d.gate, &other_port, 7), 0);
	/* The same again belongs to the session it made. */
	assert_int_equal(knock_plain(&d, a, 7), GATE_DROP);
	assert_int_equal(knock_plain(&d, a, 8), GATE_PASS);
	gate_done(d.gate, 1);
	assert_int_equal(gate_find(d.gate, &a, 7), 0);
	assert_int_equal(gate_find(d.gate, &a, 8), 2);
	gate_done(d.gate, 99);
	assert_int_equal(gate_find(d.gate, &a, 8), 2);
	gate_free(d.gate);
	gate_free(NULL);
}

static void
other_versions_are_dropped(void **state)
{
	(void)state;
	struct door d;
	struct packet version = hello_of(1), suite = hello_of(1);

	door_open(&d);
	version.version = 2;
	suite.suite = 2;
	assert_int_equal(knock(&d, host(1), &version), GATE_DROP);
	assert_int_equal(knock(&d, host(1), &suite), GATE_DROP);
	gate_free(d.gate);
}

static void
above_the_rate_a_cookie_is_due(void **state)
{
	(void)state;
	struct door d;

	door_open(&d);
	for (uint32_t i = 0; i < GATE_COOKIE_PER_S; i++) {
		assert_int_equal(knock_plain(&d, host(i), i), GATE_PASS);
		gate_done(d.gate, d.last_id);
	}
	assert_int_equal(knock_plain(&d, host(1000), 5), GATE_RETRY);
	assert_int_equal(knock_again(&d, host(1000), 5), GATE_PASS);
	d.ms += 1000 / GATE_COOKIE_PER_S;
	assert_int_equal(knock_plain(&d, host(1001), 5), GATE_PASS);
	assert_int_equal(knock_plain(&d, host(1002), 5), GATE_RETRY);
	gate_free(d.gate);
}

static void
above_64_half_open_a_cookie_is_due(void **state)
{
	(void)state;
	struct door d;

	door_open(&d);
	for (uint32_t i = 0; i < GATE_COOKIE_HALF_OPEN; i++, d.ms += 20)
		assert_int_equal(knock_plain(&d, host(i), i), GATE_PASS);
	d.ms += 1000;
	assert_int_equal(knock_plain(&d, host(1000), 5), GATE_RETRY);
	gate_done(d.gate, 3);
	assert_int_equal(knock_plain(&d, host(1000), 5), GATE_PASS);
	assert_int_equal(knock_plain(&d, host(1001), 5), GATE_RETRY);
	/* Their time is over, whether their owner says so or not. */
	d.ms += GATE_LIFE_MS;
	assert_int_equal(knock_plain(&d, host(1001), 5), GATE_PASS);
	struct addr first = host(0);
	assert_int_equal(gate_find(d.gate, &first, 0), 0);
	gate_free(d.gate);
}

static void
cookies_are_for_one_address_and_id(void **state)
{
	(void)state;
	struct door d;
	struct addr a = host(1), port = host(1), v6 = host(1);

	door_open(&d);
	make_crowd(&d);
	struct door before = d;
	port.port++;
	v6.family = ADDR_IPV6;
	assert_int_equal(knock_again(&d, host(2), 1), GATE_RETRY);
	memcpy(d.answer, before.answer, sizeof(d.answer));
	assert_int_equal(knock_again(&d, port, 1), GATE_RETRY);
	memcpy(d.answer, before.answer, sizeof(d.answer));
	assert_int_equal(knock_again(&d, v6, 1), GATE_RETRY);
	memcpy(d.answer, before.answer, sizeof(d.answer));
	assert_int_equal(knock_again(&d, a, 2), GATE_RETRY);
	for (unsigned bit = 0; bit < 8 * COOKIE_SIZE; bit++) {
		memcpy(d.answer, before.answer, sizeof(d.answer));
		d.answer[8 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(knock_again(&d, a, 1), GATE_RETRY);
		assert_memory_equal(d.answer, before.answer, d.answer_size);
	}
	assert_int_equal(knock_again(&d, a, 1), GATE_PASS);
	gate_free(d.gate);
}

/* Asks for a cookie and brings it back after so long. */
static enum gate_verdict
knock_after(int64_t ask_ms, int64_t wait_ms)
{
	struct door d;

	door_open(&d);
	d.ms += ask_ms;
	make_crowd(&d);
	d.ms += wait_ms - 1;
	/* Still a crowd: the cookie decides. */
	uint8_t cookie[PACKET_MAX];
	memcpy(cookie, d.answer, sizeof(cookie));
	for (uint32_t i = 0; i < GATE_COOKIE_PER_S; i++)
		knock_plain(&d, host(0x900000 + i), i);
	memcpy(d.answer, cookie, sizeof(cookie));
	d.ms += 1;
	enum gate_verdict verdict = knock_again(&d, host(1), 1);
	gate_free(d.gate);
	return verdict;
}

static void
secrets_change(void **state)
{
	(void)state;
	int64_t life = GATE_SECRET_MS;

	assert_int_equal(knock_after(0, life - 1), GATE_PASS);
	assert_int_equal(knock_after(0, life), GATE_PASS);
	assert_int_equal(knock_after(life - 1, life), GATE_PASS);
	/* Nobody came for so long. */
	assert_int_equal(knock_after(0, 2 * life + 1), GATE_RETRY);
	assert_int_equal(knock_after(life / 2, 20 * life), GATE_RETRY);
}

static void
two_changes_end_a_cookie(void **state)
{
	(void)state;
	struct door d, asked;

	door_open(&d);
	make_crowd(&d);
	asked = d;
	for (unsigned i = 0; i < 2; i++) {
		d.ms += GATE_SECRET_MS;
		make_crowd(&d);
		assert_memory_not_equal(
		    d.answer, asked.answer, asked.answer_size);
	}
	memcpy(d.answer, asked.answer, sizeof(d.answer));
	assert_int_equal(knock_again(&d, host(1), 1), GATE_RETRY);
	gate_free(d.gate);
}

static void
hosts_have_their_share(void **state)
{
	(void)state;
	struct door d;
	struct addr a = host(1);
	uint32_t id = 0;

	door_open(&d);
	for (; id < GATE_PER_HOST_MAX; id++, a.port++)
		assert_int_equal(knock_plain(&d, a, id), GATE_PASS);
	/* Whoever wrote the address of this host so often: it gets through. */
	for (; id < 2 * GATE_PER_HOST_MAX; id++, a.port++) {
		assert_int_equal(knock_plain(&d, a, id), GATE_RETRY);
		assert_int_equal(knock_again(&d, a, id), GATE_PASS);
	}
	assert_int_equal(knock_plain(&d, a, id), GATE_RETRY);
	assert_int_equal(knock_again(&d, a, id), GATE_DROP);
	assert_int_equal(knock_plain(&d, host(2), id), GATE_PASS);
	gate_done(d.gate, 2 * GATE_PER_HOST_MAX);
	assert_int_equal(knock_plain(&d, a, id), GATE_RETRY);
	assert_int_equal(knock_again(&d, a, id), GATE_PASS);
	gate_free(d.gate);
}

static void
loopback_has_ten_times_as_much(void **state)
{
	(void)state;
	struct door d;
	struct addr a = { .family = ADDR_IPV4, .ip = { 127, 0, 0, 1 } };
	unsigned passed = 0;

	door_open(&d);
	for (uint32_t id = 0; id < 200; id++, a.port++) {
		enum gate_verdict verdict = knock_plain(&d, a, id);
		if (verdict == GATE_RETRY)
			verdict = knock_again(&d, a, id);
		passed += verdict == GATE_PASS;
	}
	/* 50 by the rate without a cookie, and the share with one. */
	assert_int_equal(passed, GATE_COOKIE_PER_S + 10 * GATE_PER_HOST_MAX);
	gate_free(d.gate);
}

static void
the_table_has_an_end(void **state)
{
	(void)state;
	struct door d;
	unsigned passed = 0;

	door_open(&d);
	for (uint32_t i = 0; i < 1000; i++) {
		enum gate_verdict verdict = knock_plain(&d, host(i), i);
		if (verdict == GATE_RETRY)
			verdict = knock_again(&d, host(i), i);
		passed += verdict == GATE_PASS;
	}
	assert_int_equal(passed, GATE_HALF_OPEN_MAX);
	gate_free(d.gate);
}

/* One HELLO of the flood, each from an address nobody saw before. */
static enum gate_verdict
flood_one(struct door *d, uint32_t i)
{
	struct packet hello = hello_of(i * 77);

	if (i % 2 != 0) {
		/* Some bring a cookie they made up. */
		hello.has_cookie = true;
		rng_fill(&d->rng, hello.cookie, COOKIE_SIZE);
	}
	return knock(d, host(0x100000 + i), &hello);
}

static void
t19_flood_of_hellos_10k(void **state)
{
	(void)state;
	struct door d;
	unsigned passed = 0, retries = 0, let_in = 0;
	size_t bytes_out = 0;

	door_open(&d);
	allocations = 0;
	for (uint32_t i = 0; i < FLOOD; i++) {
		d.ms = 1000 + i / (FLOOD / 1000);
		enum gate_verdict verdict = flood_one(&d, i);
		passed += verdict == GATE_PASS;
		retries += verdict == GATE_RETRY;
		bytes_out += verdict == GATE_RETRY ? d.answer_size : 0;
		if (i % (FLOOD / 10) != HOST_MS)
			continue;
		/* Somebody who means it, each tenth of the second. */
		assert_int_equal(knock_plain(&d, host(7), i), GATE_RETRY);
		assert_int_equal(d.answer_size, 8 + COOKIE_SIZE);
		let_in += knock_again(&d, host(7), i) == GATE_PASS;
		gate_done(d.gate, d.last_id);
	}
	assert_int_equal(passed, GATE_COOKIE_HALF_OPEN);
	assert_int_equal(retries, FLOOD - GATE_COOKIE_HALF_OPEN);
	assert_int_equal(let_in, 10);
	assert_true(bytes_out * 49 < (size_t)FLOOD * PACKET_MAX);
	assert_int_equal(allocations, 0);
	gate_free(d.gate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_times_need_no_cookie),
		cmocka_unit_test(other_versions_are_dropped),
		cmocka_unit_test(above_the_rate_a_cookie_is_due),
		cmocka_unit_test(above_64_half_open_a_cookie_is_due),
		cmocka_unit_test(cookies_are_for_one_address_and_id),
		cmocka_unit_test(secrets_change),
		cmocka_unit_test(two_changes_end_a_cookie),
		cmocka_unit_test(hosts_have_their_share),
		cmocka_unit_test(loopback_has_ten_times_as_much),
		cmocka_unit_test(the_table_has_an_end),
		cmocka_unit_test(t19_flood_of_hellos_10k),
	};
	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
