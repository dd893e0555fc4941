/* SPDX-License-Identifier: MIT */
/* What texts, edits, deletions and reactions have in common. */
#include "wire/msg.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct msg
sample(int type)
{
	struct msg m = { .type = (uint8_t)type,
		.post = { .id = { { 7 } },
		    .seq = 5,
		    .prev = 4,
		    .has_target = type != MSG_TEXT,
		    .text = untrusted_of("hi", type == MSG_DELETE ? 0 : 2) } };

	if (m.post.has_target)
		memset(m.post.target.b, 9, MSG_ID_SIZE);
	return m;
}

static size_t
encoded(const struct msg *m, uint8_t out[static MSG_MAX])
{
	size_t n = 0;

	assert_int_equal(msg_encode(m, out, MSG_MAX, &n), 0);
	return n;
}

/* Most numbers of what went before need not be said. */
static void
what_went_before(void **state)
{
	(void)state;
	static const uint64_t epoch = UINT64_C(7) << 32;
	static const struct {
		uint64_t seq, prev;
		bool is_said;
	} cases[] = {
		{ 1, 0, false },
		{ 2, 1, false },
		{ 2, 0, true },
		{ 9, 7, true },
		{ epoch | 1, 0, false },
		{ epoch | 1, epoch, true },
		{ epoch | 1, 5, true },
		{ epoch | 2, epoch | 1, false },
		{ epoch, 0, false },
		{ UINT64_MAX, UINT64_MAX - 1, false },
	};
	uint8_t out[MSG_MAX];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg m = sample(MSG_TEXT), got;
		m.post.seq = cases[i].seq;
		m.post.prev = cases[i].prev;
		size_t n = encoded(&m, out);
		assert_int_equal(n, cases[i].is_said ? 256 : 64);
		assert_int_equal(msg_decode(out, n, &got), 0);
		assert_true(got.post.seq == m.post.seq);
		assert_true(got.post.prev == m.post.prev);
	}
	for (uint64_t seq = 0; seq < 5; seq++) {
		struct msg m = sample(MSG_EDIT), got;
		m.post.seq = seq;
		m.post.prev = 5;
		size_t n = encoded(&m, out);
		assert_int_equal(msg_decode(out, n, &got), ERR_FORMAT);
		assert_true(msg_id_equal(&got.post.id, &m.post.id));
	}
}

static void
revisions_need_a_target_and_bounded_texts(void **state)
{
	(void)state;
	static char text[TEXT_MAX + 1];
	uint8_t out[MSG_MAX];
	size_t n = 77;
	for (int type = MSG_EDIT; type <= MSG_REACT; type++) {
		struct msg m = sample(type);
		m.post.has_target = false;
		assert_int_equal(
		    msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	}
	struct msg m = sample(MSG_EDIT);
	m.post.text = untrusted_of(text, 0);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m.post.text = untrusted_of(text, TEXT_MAX + 1);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = sample(MSG_REACT);
	m.post.text = untrusted_of(text, REACTION_MAX + 1);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	assert_int_equal(n, 77);
	m.post.text = untrusted_of(text, REACTION_MAX);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), 0);
	for (int type = 0; type < 256; type++)
		assert_int_equal(msg_is_post((uint8_t)type),
		    type == MSG_TEXT ||
			(type >= MSG_EDIT && type <= MSG_FILE_STOP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_went_before),
		cmocka_unit_test(revisions_need_a_target_and_bounded_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
