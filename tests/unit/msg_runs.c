/* SPDX-License-Identifier: MIT */
/* Commands that are run for somebody else, as they are on the wire. */
#include "wire/msg.h"

#include "base/err.h"
#include "base/wr.h"
#include "protocol_vectors.h"
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct msg_id
the_id(void)
{
	struct msg_id id;

	for (int i = 0; i < MSG_ID_SIZE; i++)
		id.b[i] = (uint8_t)(0x20 + i);
	return id;
}

static struct msg
a_run(const char *name, const char *args, size_t args_size)
{
	return (struct msg){ .type = MSG_RUN,
		.run = { .id = the_id(),
		    .name = untrusted_of(name, strlen(name)),
		    .args = (const uint8_t *)args,
		    .args_size = args_size } };
}

static struct msg
news(uint8_t type, uint8_t end, uint8_t code, const char *text)
{
	return (struct msg){ .type = type,
		.news = { .target = the_id(),
		    .text = untrusted_of(text, strlen(text)),
		    .end = end,
		    .code = code } };
}

static void
check_vector(const char *name, const struct msg *m)
{
	uint8_t expected[VECTOR_MAX], out[MSG_MAX];
	struct msg got;
	size_t size, n = vector_load("messages", name, expected);

	assert_int_equal(msg_encode(m, out, sizeof(out), &size), 0);
	assert_int_equal(size, n);
	assert_memory_equal(out, expected, n);
	assert_int_equal(msg_decode(out, n, &got), 0);
	assert_int_equal(got.type, m->type);
	uint8_t again[MSG_MAX];
	assert_int_equal(msg_encode(&got, again, sizeof(again), &size), 0);
	assert_int_equal(size, n);
	assert_memory_equal(again, expected, n);
}

static void
vectors(void **state)
{
	(void)state;
	struct msg m = a_run("uptime", NULL, 0);
	check_vector("run", &m);
	m = a_run("disk", "-h\0/", 5);
	check_vector("run-args", &m);
	m = news(MSG_RUN_OUTPUT, 0, 0, "up 3 days");
	check_vector("run-output", &m);
	m = news(MSG_RUN_END, RUN_ENDED, 1, "");
	check_vector("run-end", &m);
	m = news(MSG_RUN_END, RUN_REFUSED, RUN_NOT_LISTED, "");
	check_vector("run-refused", &m);
	m = news(MSG_RUN_STOP, 0, 0, "");
	check_vector("run-stop", &m);
}

static int
decode_run(const char *name, size_t name_size, const uint8_t *args, size_t size,
    struct msg *got)
{
	static uint8_t out[MSG_MAX];
	struct wr w = wr_to(out, sizeof(out));
	struct msg_id id = the_id();

	wr_u8(&w, MSG_RUN);
	tlv_put(&w, 1, id.b, MSG_ID_SIZE);
	tlv_put(&w, 5, name, name_size);
	tlv_put(&w, 20, args, size);
	int err = msg_decode(out, w.size, got);
	/* It can be refused by its id, whatever is wrong with it. */
	if (err < 0)
		assert_memory_equal(got->post.id.b, id.b, MSG_ID_SIZE);
	return err;
}

static void
arguments_end_with_a_zero_byte(void **state)
{
	(void)state;
	static const struct {
		const char *args;
		size_t size;
		int err;
	} cases[] = {
		{ "", 0, 0 },
		{ "\0", 1, 0 },
		{ "a\0", 2, 0 },
		{ "a", 1, ERR_FORMAT },
		{ "a\0b", 3, ERR_FORMAT },
		{ "1\0002\0003\0004\0005\0006\0007\0008\0", 16, 0 },
		{ "1\0002\0003\0004\0005\0006\0007\0008\0009\0", 18,
		    ERR_LIMIT },
		{ "\0\0\0\0\0\0\0\0\0", 9, ERR_LIMIT },
	};
	struct msg got;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint8_t *args = (const uint8_t *)cases[i].args;
		assert_int_equal(decode_run("x", 1, args, cases[i].size, &got),
		    cases[i].err);
		if (cases[i].err == 0)
			assert_int_equal(got.run.args_size, cases[i].size);
	}
}

static void
sizes_are_bounded(void **state)
{
	(void)state;
	static uint8_t args[RUN_ARGS_BYTES_MAX + 1];
	static char name[RUN_NAME_MAX + 1], text[RUN_PIECE_MAX + 2];
	uint8_t out[MSG_MAX];
	size_t n;
	struct msg got;
	memset(args, 'a', sizeof(args));
	args[RUN_ARGS_BYTES_MAX - 1] = args[RUN_ARGS_BYTES_MAX] = 0;
	memset(name, 'n', sizeof(name));
	memset(text, 't', sizeof(text) - 1);
	assert_int_equal(decode_run("x", 1, args, RUN_ARGS_BYTES_MAX, &got), 0);
	assert_int_equal(
	    decode_run("x", 1, args, sizeof(args), &got), ERR_LIMIT);
	assert_int_equal(decode_run(name, RUN_NAME_MAX, args, 0, &got), 0);
	assert_int_equal(
	    decode_run(name, sizeof(name), args, 0, &got), ERR_LIMIT);
	assert_int_equal(decode_run(name, 0, args, 0, &got), ERR_FORMAT);
	struct msg m = news(MSG_RUN_OUTPUT, 0, 0, text);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	text[RUN_PIECE_MAX] = '\0';
	m = news(MSG_RUN_OUTPUT, 0, 0, text);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), 0);
	assert_int_equal(msg_decode(out, n, &got), 0);
	m = news(MSG_RUN_OUTPUT, 0, 0, "");
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = a_run("", NULL, 0);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
}

static void
unknown_ends_are_ends(void **state)
{
	(void)state;
	uint8_t out[MSG_MAX];
	struct msg got;
	int known = 0;
	for (unsigned end = 0; end < 256; end++) {
		struct wr w = wr_to(out, sizeof(out));
		struct msg_id id = the_id();
		wr_u8(&w, MSG_RUN_END);
		tlv_put_u8(&w, 6, (uint8_t)end);
		tlv_put(&w, 9, id.b, MSG_ID_SIZE);
		assert_int_equal(msg_decode(out, w.size, &got), 0);
		known += got.news.end == end;
		if (got.news.end != end)
			assert_int_equal(got.news.end, RUN_STOPPED);
		assert_int_equal(got.news.code, 0);
	}
	assert_int_equal(known, RUN_REFUSED);
}

/* They are no posts: nothing of them waits, or is sent again. */
static void
none_is_a_post(void **state)
{
	(void)state;
	for (uint8_t type = MSG_RUN; type <= MSG_RUN_STOP; type++)
		assert_false(msg_is_post(type));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(arguments_end_with_a_zero_byte),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(unknown_ends_are_ends),
		cmocka_unit_test(none_is_a_post),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
