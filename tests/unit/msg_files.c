/* SPDX-License-Identifier: MIT */
/* What is said of files before any of them moves. */
#include "wire/msg.h"

#include "base/err.h"
#include "base/wr.h"
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char name[FILE_NAME_MAX + 2];

static struct msg
an_offer(size_t name_size)
{
	memset(name, 'n', sizeof(name));
	return (struct msg){ .type = MSG_FILE,
		.post = { .id = { { 7 } },
		    .seq = 5,
		    .prev = 4,
		    .text = untrusted_of(name, name_size),
		    .file = { .files = 1 } } };
}

static void
put_start(struct wr *w, uint8_t type)
{
	static const uint8_t id[MSG_ID_SIZE] = { 7 };

	wr_u8(w, type);
	tlv_put(w, 1, id, MSG_ID_SIZE);
	tlv_put_u64(w, 2, 5);
	tlv_put_i64(w, 3, 1);
}

static void
names_have_1_to_255_bytes(void **state)
{
	(void)state;
	uint8_t out[MSG_MAX];
	size_t n = 0;
	int taken = 0;
	for (size_t size = 0; size <= FILE_NAME_MAX + 1; size++) {
		struct msg m = an_offer(size), got;
		int err = msg_encode(&m, out, sizeof(out), &n);
		bool fits = size >= 1 && size <= FILE_NAME_MAX;
		assert_int_equal(err, fits ? 0 : ERR_LIMIT);
		struct wr w = wr_to(out, sizeof(out));
		put_start(&w, MSG_FILE);
		tlv_put(&w, 5, name, size);
		err = msg_decode(out, w.size, &got);
		assert_int_equal(err, fits        ? 0
				      : size == 0 ? ERR_FORMAT
						  : ERR_LIMIT);
		taken += err == 0;
	}
	assert_int_equal(taken, FILE_NAME_MAX);
}

static void
t39_sizes_that_no_disk_has(void **state)
{
	(void)state;
	static const struct {
		uint64_t size;
		bool is_taken;
	} cases[] = {
		{ 0, true },
		{ 1, true },
		{ INT64_MAX, true },
		{ UINT64_C(1) << 63, false },
		{ (UINT64_C(1) << 63) + 1, false },
		{ UINT64_MAX, false },
	};
	uint8_t out[MSG_MAX];
	size_t n;
	int refused = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg m = an_offer(3), got;
		struct wr w = wr_to(out, sizeof(out));
		put_start(&w, MSG_FILE);
		tlv_put(&w, 5, name, 3);
		tlv_put_u64(&w, 11, cases[i].size);
		int err = msg_decode(out, w.size, &got);
		assert_int_equal(err, cases[i].is_taken ? 0 : ERR_LIMIT);
		if (err == 0)
			assert_true(got.post.file.size == cases[i].size);
		m.post.file.size = cases[i].size;
		assert_int_equal(msg_encode(&m, out, sizeof(out), &n), err);
		refused += err != 0;
	}
	assert_int_equal(refused, 3);
}

/* A file is one, whatever they count. */
static void
only_folders_have_a_count(void **state)
{
	(void)state;
	uint8_t out[MSG_MAX];
	size_t n;
	for (uint32_t files = 0; files < 4; files++) {
		for (int folder = 0; folder < 2; folder++) {
			struct msg got, m = an_offer(3);
			struct wr w = wr_to(out, sizeof(out));
			put_start(&w, MSG_FILE);
			tlv_put_u8(&w, 4, (uint8_t)folder);
			tlv_put(&w, 5, name, 3);
			tlv_put_u32(&w, 13, files);
			assert_int_equal(msg_decode(out, w.size, &got), 0);
			assert_int_equal(got.post.file.folder, folder);
			assert_int_equal(
			    got.post.file.files, folder ? files : 1);
			m.post.file.folder = folder;
			m.post.file.files = files;
			assert_int_equal(
			    msg_encode(&m, out, sizeof(out), &n), 0);
			assert_int_equal(msg_decode(out, n, &got), 0);
			assert_int_equal(
			    got.post.file.files, folder ? files : 1);
		}
	}
}

/* One that a later version has is an end all the same. */
static void
unknown_ends_are_ends(void **state)
{
	(void)state;
	static const uint8_t target[MSG_ID_SIZE] = { 9 };
	uint8_t out[256];
	int refused = 0;
	for (int end = 0; end < 256; end++) {
		struct msg got;
		struct wr w = wr_to(out, sizeof(out));
		put_start(&w, MSG_FILE_STOP);
		tlv_put_u8(&w, 6, (uint8_t)end);
		tlv_put(&w, 9, target, MSG_ID_SIZE);
		assert_int_equal(msg_decode(out, w.size, &got), 0);
		assert_int_equal(got.post.end,
		    end >= 1 && end <= 3 ? end : FILE_END_CANCELLED);
		refused += got.post.end == FILE_END_REFUSED;
		assert_true(got.post.has_target);
		assert_memory_equal(got.post.target.b, target, MSG_ID_SIZE);
	}
	assert_int_equal(refused, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_1_to_255_bytes),
		cmocka_unit_test(t39_sizes_that_no_disk_has),
		cmocka_unit_test(only_folders_have_a_count),
		cmocka_unit_test(unknown_ends_are_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
