/* SPDX-License-Identifier: MIT */
#include "wire/file_stream.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { STREAM_MAX = 4096 };

struct stream {
	uint8_t bytes[STREAM_MAX];
	size_t size;
};

static void
put(struct stream *s, const struct file_piece *piece)
{
	uint8_t header[FILE_STREAM_HEADER_MAX];
	size_t n = 0;

	if (piece->kind == FILE_PIECE_BYTES) {
		memcpy(s->bytes + s->size, piece->bytes, piece->count);
		s->size += piece->count;
		return;
	}
	assert_int_equal(file_stream_put(piece, header, &n), 0);
	memcpy(s->bytes + s->size, header, n);
	s->size += n;
}

static struct file_piece
enter(const char *name)
{
	return (struct file_piece){
		.kind = FILE_PIECE_ENTER, .name = name, .mtime = -5
	};
}

static struct file_piece
leave(void)
{
	return (struct file_piece){ .kind = FILE_PIECE_LEAVE };
}

static struct file_piece
file(const char *name, uint64_t size)
{
	return (struct file_piece){ .kind = FILE_PIECE_FILE,
		.name = name,
		.size = size,
		.mtime = INT64_C(1795168920) };
}

static struct file_piece
bytes(const char *text)
{
	return (struct file_piece){ .kind = FILE_PIECE_BYTES,
		.bytes = (const uint8_t *)text,
		.count = strlen(text) };
}

/* Bytes in one go or in several are the same. */
static char *
say(const struct file_piece *p, bool goes_on, char *out)
{
	static const char letters[] = { [FILE_PIECE_ENTER] = '>',
		[FILE_PIECE_FILE] = 'f',
		[FILE_PIECE_BYTES] = '=',
		[FILE_PIECE_LEAVE] = '<' };
	bool is_bytes = p->kind == FILE_PIECE_BYTES;
	const void *text = is_bytes ? (const void *)p->bytes : p->name;
	size_t n = is_bytes ? p->count : text == NULL ? 0 : strlen(p->name);

	if (!goes_on)
		*out++ = letters[p->kind];
	if (n > 0)
		memcpy(out, text, n);
	return out + n;
}

/* As words, from bytes that arrive so many at a time. */
static void
read_all(const struct stream *s, size_t step, char *out)
{
	struct file_stream in = { 0 };
	size_t at = 0, end = 0;
	bool in_bytes = false;

	while (at < s->size) {
		struct file_piece piece;
		size_t taken = 0;
		end = end + step < s->size ? end + step : s->size;
		int more;
		while ((more = file_stream_next(&in, s->bytes + at, end - at,
			    &piece, &taken)) == 1) {
			at += taken;
			bool is_bytes = piece.kind == FILE_PIECE_BYTES;
			out = say(&piece, is_bytes && in_bytes, out);
			in_bytes = is_bytes;
		}
		assert_int_equal(more, 0);
	}
	*out = '\0';
	assert_true(in.over);
}

static void
a_tree_comes_back_in_pieces_of_any_size(void **state)
{
	(void)state;
	static const char want[] = ">topfa.txt=hellofemptyf0>in<>deepfb=xyz<<";
	struct stream s = { .size = 0 };
	const struct file_piece pieces[] = { enter("top"), file("a.txt", 5),
		bytes("hello"), file("empty", 0), file("0", 0), enter("in"),
		leave(), enter("deep"), file("b", 3), bytes("xyz"), leave(),
		leave() };
	static char got[STREAM_MAX];
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		put(&s, &pieces[i]);
	for (size_t step = 1; step <= s.size; step++) {
		read_all(&s, step, got);
		assert_string_equal(got, want);
	}
}

static void
numbers_come_back(void **state)
{
	(void)state;
	static const int64_t times[] = { 0, 1, -1, INT64_MAX, INT64_MIN };
	static const uint64_t sizes[] = { 0, 1, 65536, INT64_MAX };
	uint8_t out[FILE_STREAM_HEADER_MAX];
	for (size_t i = 0; i < 20; i++) {
		struct file_piece got, p = file("n", sizes[i % 4]);
		struct file_stream in = { 0 };
		size_t n, taken;
		p.mtime = times[i / 4];
		assert_int_equal(file_stream_put(&p, out, &n), 0);
		assert_int_equal(n, 20);
		assert_int_equal(
		    file_stream_next(&in, out, n, &got, &taken), 1);
		assert_int_equal(taken, n);
		assert_true(got.mtime == p.mtime && got.size == p.size);
		assert_true(in.left == p.size && in.over == (p.size == 0));
	}
}

static void
names_have_1_to_255_bytes(void **state)
{
	(void)state;
	static char name[FILE_STREAM_NAME_MAX + 2];
	uint8_t out[FILE_STREAM_HEADER_MAX + 1];
	size_t n = 0;
	for (size_t size = 0; size <= FILE_STREAM_NAME_MAX + 1; size++) {
		memset(name, 'n', size);
		name[size] = '\0';
		struct file_piece p = enter(name), f = file(name, 1);
		bool fits = size >= 1 && size <= FILE_STREAM_NAME_MAX;
		assert_int_equal(
		    file_stream_put(&p, out, &n), fits ? 0 : ERR_FORMAT);
		assert_int_equal(
		    file_stream_put(&f, out, &n), fits ? 0 : ERR_FORMAT);
	}
	assert_int_equal(n, FILE_STREAM_HEADER_MAX);
	static const enum file_piece_kind others[] = { FILE_PIECE_BYTES,
		FILE_PIECE_NOTE, FILE_PIECE_END, FILE_PIECE_ERROR };
	for (size_t i = 0; i < 4; i++) {
		struct file_piece p = { .kind = (uint8_t)others[i],
			.name = "n" };
		assert_int_equal(file_stream_put(&p, out, &n), ERR_FORMAT);
	}
}

static int
read_raw(struct file_stream *s, const void *p, size_t n)
{
	struct file_piece piece;
	size_t taken = 0;
	int more = 1;

	for (size_t at = 0; more == 1; at += taken)
		more = file_stream_next(
		    s, (const uint8_t *)p + at, n - at, &piece, &taken);
	return more;
}

static void
what_breaks_the_grammar(void **state)
{
	(void)state;
#define TIME "\0\0\0\0\0\0\0\0"
#define SIZE(n) "\0\0\0\0\0\0\0" n
	static const struct {
		const char *bytes;
		size_t size;
		int want;
	} cases[] = {
#define RAW(s, want) { s, sizeof(s) - 1, want }
		RAW("\0", ERR_FORMAT),
		RAW("\4", ERR_FORMAT),
		RAW("\xff", ERR_FORMAT),
		/* LEAVE without ENTER. */
		RAW("\3", ERR_FORMAT),
		/* No name; one with a zero byte; one that is too long. */
		RAW("\1" TIME SIZE("\1") "\0\0", ERR_FORMAT),
		RAW("\2" TIME "\0\0", ERR_FORMAT),
		RAW("\2" TIME "\0\3a\0b", ERR_FORMAT),
		RAW("\2" TIME "\1\0", ERR_LIMIT),
		RAW("\1" TIME SIZE("\1") "\xff\xff", ERR_LIMIT),
		/* More bytes than the file has. */
		RAW("\1" TIME SIZE("\2") "\0\1aXYZ", ERR_FORMAT),
		RAW("\1" TIME SIZE("\0") "\0\1aX", ERR_FORMAT),
		/* Something behind the outermost folder. */
		RAW("\2" TIME "\0\1a\3\3", ERR_FORMAT),
		RAW("\2" TIME "\0\1a\3\2" TIME "\0\1b", ERR_FORMAT),
		/* 2^63 bytes. */
		RAW("\1" TIME "\x80\0\0\0\0\0\0\0\0\1a", ERR_LIMIT),
		RAW("\1" TIME "\xff\xff\xff\xff\xff\xff\xff\xff\0\1a",
		    ERR_LIMIT),
	};
	int refused = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file_stream s = { 0 };
		int err = read_raw(&s, cases[i].bytes, cases[i].size);
		assert_int_equal(err, cases[i].want);
		refused++;
	}
	assert_int_equal(refused, 15);
}

static void
folders_are_64_deep_and_not_more(void **state)
{
	(void)state;
	struct stream s = { .size = 0 };
	struct file_stream in = { 0 };
	struct file_piece p = enter("d");
	for (int i = 0; i < FILE_DEPTH_MAX; i++)
		put(&s, &p);
	assert_int_equal(read_raw(&in, s.bytes, s.size), 0);
	assert_int_equal(in.depth, FILE_DEPTH_MAX);
	put(&s, &p);
	in = (struct file_stream){ 0 };
	assert_int_equal(read_raw(&in, s.bytes, s.size), ERR_LIMIT);
}

/* Where something is in a transfer is told without the bytes. */
static void
sizes_of_headers(void **state)
{
	(void)state;
	char name[FILE_STREAM_NAME_MAX + 1] = "";
	uint8_t header[FILE_STREAM_HEADER_MAX];
	for (size_t n = 1; n <= FILE_STREAM_NAME_MAX; n++) {
		name[n - 1] = 'x';
		struct file_piece pieces[] = { file(name, n), enter(name),
			leave() };
		for (size_t i = 0; i < 3; i++) {
			size_t size = 0;
			assert_int_equal(
			    file_stream_put(&pieces[i], header, &size), 0);
			assert_int_equal(
			    file_piece_header_size(&pieces[i]), size);
		}
	}
	struct file_piece bytes = {
		.kind = FILE_PIECE_BYTES, .bytes = header, .count = 1
	};
	assert_int_equal(file_piece_header_size(&bytes), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_comes_back_in_pieces_of_any_size),
		cmocka_unit_test(numbers_come_back),
		cmocka_unit_test(names_have_1_to_255_bytes),
		cmocka_unit_test(sizes_of_headers),
		cmocka_unit_test(what_breaks_the_grammar),
		cmocka_unit_test(folders_are_64_deep_and_not_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
