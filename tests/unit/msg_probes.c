/* SPDX-License-Identifier: MIT */
/* What two contacts ask each other about the way between them. */
#include "wire/msg.h"

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

enum { ONE_SIZE = 12 };

#define NONCE UINT64_C(0x0102030405060708)

static const uint8_t load[ECHO_LOAD_MAX + 1];

static struct msg
an_answer(size_t count, bool more)
{
	struct msg m = { .type = MSG_HEARD };

	m.heard.nonce = NONCE;
	m.heard.more = more;
	m.heard.count = count;
	for (size_t i = 0; i < count && i < HEARD_MAX; i++) {
		memset(m.heard.all[i].fp, (int)i + 1, HEARD_FP_SIZE);
		m.heard.all[i].ago_s = (uint32_t)i * 1000;
	}
	return m;
}

static struct msg
an_echo(size_t size)
{
	return (struct msg){
		.type = MSG_ECHO,
		.echo = { .nonce = NONCE, .load = load, .load_size = size },
	};
}

static struct msg
sample(int type)
{
	struct msg m = { .type = (uint8_t)type };

	switch (type) {
	case MSG_HEARD:
		return an_answer(2, true);
	case MSG_ECHO:
		return an_echo(5);
	case MSG_ECHO_BACK:
		m.echo.nonce = NONCE;
		m.echo.size = 1 << 20;
		return m;
	default:
		m.heard.nonce = NONCE;
		return m;
	}
}

static void
assert_same(const struct msg *a, const struct msg *b)
{
	assert_int_equal(a->type, b->type);
	if (a->type == MSG_HEARD || a->type == MSG_HEARD_ASK) {
		assert_true(a->heard.nonce == b->heard.nonce);
		assert_int_equal(a->heard.more, b->heard.more);
		assert_int_equal(a->heard.count, b->heard.count);
		assert_memory_equal(a->heard.all, b->heard.all,
		    a->heard.count * sizeof(a->heard.all[0]));
		return;
	}
	assert_true(a->echo.nonce == b->echo.nonce);
	assert_true(a->echo.size == b->echo.size);
	assert_int_equal(a->echo.load_size, b->echo.load_size);
}

static void
check_vector(const char *name, const struct msg *want)
{
	uint8_t bytes[VECTOR_MAX], out[MSG_MAX];
	size_t n = vector_load("messages", name, bytes), size;
	struct msg got;

	assert_int_equal(msg_encode(want, out, sizeof(out), &size), 0);
	assert_int_equal(size, n);
	assert_memory_equal(out, bytes, n);
	assert_int_equal(msg_decode(bytes, n, &got), 0);
	assert_same(&got, want);
}

static void
vectors_are_met(void **state)
{
	(void)state;
	struct msg m = sample(MSG_HEARD_ASK);
	check_vector("heard-ask", &m);
	m = sample(MSG_HEARD);
	check_vector("heard", &m);
	m = an_answer(0, false);
	check_vector("heard-none", &m);
	m = sample(MSG_ECHO);
	check_vector("echo", &m);
	m = sample(MSG_ECHO_BACK);
	check_vector("echo-back", &m);
}

static void
every_count_and_size_comes_back(void **state)
{
	(void)state;
	static uint8_t out[MSG_MAX];
	struct msg got;
	size_t n;
	int taken = 0;
	for (size_t count = 0; count <= HEARD_MAX + 1; count++) {
		struct msg m = an_answer(count, count % 2 == 1);
		int err = msg_encode(&m, out, sizeof(out), &n);
		assert_int_equal(err, count <= HEARD_MAX ? 0 : ERR_LIMIT);
		if (err < 0)
			continue;
		/* Within the size of small messages. */
		assert_true(n <= 1024);
		assert_int_equal(msg_decode(out, n, &got), 0);
		assert_same(&got, &m);
		taken++;
	}
	assert_int_equal(taken, HEARD_MAX + 1);
	for (size_t size = 0; size <= ECHO_LOAD_MAX + 1;
	     size += size == 0 || size == ECHO_LOAD_MAX ? 1 : size) {
		struct msg m =
		    an_echo(size < ECHO_LOAD_MAX || size == ECHO_LOAD_MAX + 1
				? size
				: ECHO_LOAD_MAX);
		int err = msg_encode(&m, out, sizeof(out), &n);
		assert_int_equal(err, size <= ECHO_LOAD_MAX ? 0 : ERR_LIMIT);
		if (err == 0) {
			assert_int_equal(msg_decode(out, n, &got), 0);
			assert_same(&got, &m);
		}
	}
	struct msg full = an_echo(ECHO_LOAD_MAX);
	assert_int_equal(msg_encode(&full, out, sizeof(out), &n), 0);
	assert_int_equal(n, 65536);
}

static void
t34_huge_counts_are_refused(void **state)
{
	(void)state;
	static uint8_t in[MSG_MAX], value[MSG_MAX];
	struct msg got;
	int refused = 0, tried = 0;
	for (size_t size = 0; size <= HEARD_MAX * ONE_SIZE + 2 * ONE_SIZE;
	     size++) {
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_HEARD);
		tlv_put_u64(&w, 14, NONCE);
		tlv_put(&w, 16, value, size);
		int err = msg_decode(in, w.size, &got);
		bool whole = size % ONE_SIZE == 0;
		bool fits = size <= HEARD_MAX * ONE_SIZE;
		assert_int_equal(err, whole && fits ? 0
				      : whole       ? ERR_LIMIT
						    : ERR_FORMAT);
		refused += err < 0;
		tried++;
	}
	assert_int_equal(tried - refused, HEARD_MAX + 1);
	for (size_t size = ECHO_LOAD_MAX; size <= ECHO_LOAD_MAX + 2; size++) {
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_ECHO);
		tlv_put_u64(&w, 14, NONCE);
		tlv_put(&w, 15, value, size);
		assert_int_equal(msg_decode(in, w.size, &got),
		    size <= ECHO_LOAD_MAX ? 0 : ERR_LIMIT);
	}
	/* The length of a field goes up to 16 MiB: not beyond the message. */
	static const uint8_t endless[] = { MSG_ECHO, 14, 0, 0, 8, 0, 0, 0, 0, 0,
		0, 0, 0, 15, 0xff, 0xff, 0xff, 1 };
	assert_int_equal(msg_decode(endless, sizeof(endless), &got), ERR_SHORT);
}

/* The nonce left out, a byte short and a byte long; and each cut. */
static void
nonces_and_truncation(void **state)
{
	(void)state;
	static uint8_t in[MSG_MAX];
	static const uint8_t ones[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct msg got;
	int tried = 0;
	for (int type = MSG_HEARD_ASK; type <= MSG_ECHO_BACK; type++) {
		for (size_t size = 0; size <= 9; size++) {
			struct wr w = wr_to(in, sizeof(in));
			wr_u8(&w, (uint8_t)type);
			if (size > 0)
				tlv_put(&w, 14, ones, size);
			assert_int_equal(msg_decode(in, w.size, &got),
			    size == 8 ? 0 : ERR_FORMAT);
			tried++;
		}
		struct msg m = sample(type);
		size_t n;
		assert_int_equal(msg_encode(&m, in, sizeof(in), &n), 0);
		for (size_t cut = 0; cut < n; cut++) {
			uint8_t *part = malloc(cut + (cut == 0));
			assert_non_null(part);
			memcpy(part, in, cut);
			int err = msg_decode(part, cut, &got);
			assert_true(
			    err == 0 || err == ERR_SHORT || err == ERR_FORMAT);
			free(part);
		}
	}
	assert_int_equal(tried, 40);
}

/* Nobody can be answered in the name of another: there is no id for a NACK, so
 * an older earshot drops them without a word. */
static void
they_have_no_id(void **state)
{
	(void)state;
	static const struct msg_id none;
	static uint8_t in[MSG_MAX];
	struct msg got;
	for (int type = MSG_HEARD_ASK; type <= MSG_ECHO_BACK; type++) {
		struct msg m = sample(type);
		size_t n;
		assert_int_equal(msg_encode(&m, in, sizeof(in), &n), 0);
		in[0] = 0xEE;
		assert_int_equal(msg_decode(in, n, &got), ERR_UNSUPPORTED);
		assert_true(msg_id_equal(&got.post.id, &none));
		assert_false(msg_is_post((uint8_t)type));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(every_count_and_size_comes_back),
		cmocka_unit_test(t34_huge_counts_are_refused),
		cmocka_unit_test(nonces_and_truncation),
		cmocka_unit_test(they_have_no_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
