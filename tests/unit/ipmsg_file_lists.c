/* SPDX-License-Identifier: MIT */
/*
 * Lists of files, requests and streams of folders that lie.
 */
#include "base/err.h"
#include "wire/ipmsg_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ipmsg_text
text_of(const char *s)
{
	struct ipmsg_text t = ipmsg_text_of(s);

	t.utf8 = false;
	return t;
}

static int
reads(const char *list, struct ipmsg_file *f)
{
	struct ipmsg_file_reader r = ipmsg_files_read(text_of(list));

	return ipmsg_file_next(&r, f);
}

static void
items_that_are_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *list;
		int result;
	} rows[] = {
		{ "", 0 },
		{ "\a:\a::\a", 0 },
		{ "1:a:5:0:1:", 1 },
		{ "1:a:5:0:1", 1 },
		{ "0001:a:0005:0:1", 1 },
		{ "1", ERR_FORMAT },
		{ "1:a", ERR_FORMAT },
		{ "1:a:5:0", ERR_FORMAT },
		{ "x1:a:5:0:1", ERR_FORMAT },
		{ "-1:a:5:0:1", ERR_FORMAT },
		{ "1::5:0:1", ERR_FORMAT }, /* a name of ":5" */
		{ "1:a:-5:0:1", ERR_FORMAT },
		{ "1:a:5g:0:1", ERR_FORMAT },
		{ "1:a:7fffffffffffffff:0:1", 1 },
		{ "1:a:8000000000000000:0:1", ERR_LIMIT },
		{ "1:a:10000000000000000:0:1", ERR_LIMIT },
		{ "1:a:5:0:", ERR_FORMAT },
		{ "1:a:5:0:zz", ERR_FORMAT },
		{ "18446744073709551616:a:5:0:1", ERR_LIMIT },
	};
	struct ipmsg_file f;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(reads(rows[i].list, &f), rows[i].result);
	struct ipmsg_file_reader r = ipmsg_files_read((struct ipmsg_text){
	    .bytes = (const uint8_t *)"1:a\0b:5:0:1", .size = 11 });
	assert_int_equal(ipmsg_file_next(&r, &f), ERR_FORMAT);
}

static void
what_is_wrong_is_left_out(void **state)
{
	(void)state;
	struct ipmsg_file_reader r =
	    ipmsg_files_read(text_of("x\a1:a:5:0:1:\a2:b\a3:c:6:0:1"));
	struct ipmsg_file f;

	assert_int_equal(ipmsg_file_next(&r, &f), ERR_FORMAT);
	assert_int_equal(ipmsg_file_next(&r, &f), 1);
	assert_string_equal((const char *)f.name, "a");
	assert_int_equal(ipmsg_file_next(&r, &f), ERR_FORMAT);
	assert_int_equal(ipmsg_file_next(&r, &f), 1);
	assert_int_equal(f.id, 3);
	assert_int_equal(ipmsg_file_next(&r, &f), 0);
}

static void
colons_in_names(void **state)
{
	(void)state;
	static const char *const names[] = { "a:b", ":", "::", ":a",
		"a:", "a::b", "a:b:c" };
	uint8_t out[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ipmsg_file f = { .type = 1, .clipboard = -1 }, back;
		struct wr w = wr_to(out, sizeof(out));
		f.name_size = strlen(names[i]);
		memcpy(f.name, names[i], f.name_size);
		f.size = 5;
		ipmsg_file_put(&w, &f);
		struct ipmsg_file_reader r = ipmsg_files_read(
		    (struct ipmsg_text){ .bytes = out, .size = w.size });
		assert_int_equal(ipmsg_file_next(&r, &back), 1);
		assert_string_equal((const char *)back.name, names[i]);
		assert_int_equal(back.size, 5);
	}
}

static void
our_names_cannot_break_the_list(void **state)
{
	(void)state;
	struct ipmsg_file f = { .type = 1, .clipboard = -1 };
	uint8_t out[64];
	struct wr w = wr_to(out, sizeof(out));

	memcpy(f.name, "a\a\n/\033b", 6);
	f.name_size = 6;
	ipmsg_file_put(&w, &f);
	assert_int_equal(w.size, strlen("0:a____b:0:0:1:\a"));
	assert_memory_equal(out, "0:a____b:0:0:1:\a", w.size);
	/* A name must be. */
	f.name_size = 0;
	ipmsg_file_put(&w, &f);
	assert_true(w.failed);
}

static void
long_lists_and_names(void **state)
{
	(void)state;
	enum { ITEMS = IPMSG_FILES_MAX + 2 };
	static const char item[] = "1:a:5:0:1\a";
	char *list = calloc(ITEMS, sizeof(item));
	struct ipmsg_file f;
	int good = 0, more;

	for (size_t i = 0; i < ITEMS; i++)
		memcpy(list + i * (sizeof(item) - 1), item, sizeof(item));
	struct ipmsg_file_reader r = ipmsg_files_read(text_of(list));
	while ((more = ipmsg_file_next(&r, &f)) == 1)
		good++;
	assert_int_equal(more, ERR_LIMIT);
	assert_int_equal(good, IPMSG_FILES_MAX);
	assert_int_equal(ipmsg_file_next(&r, &f), 0);
	free(list);
	char one[IPMSG_FILE_NAME_MAX + 32] = "1:";
	memset(one + 2, 'n', IPMSG_FILE_NAME_MAX);
	snprintf(one + 2 + IPMSG_FILE_NAME_MAX, 12, ":5:0:1");
	assert_int_equal(reads(one, &f), 1);
	assert_int_equal(f.name_size, IPMSG_FILE_NAME_MAX);
	snprintf(one + 2 + IPMSG_FILE_NAME_MAX, 12, "n:5:0:1");
	assert_int_equal(reads(one, &f), ERR_LIMIT);
}

static void
keys_of_attributes(void **state)
{
	(void)state;
	struct ipmsg_file f;

	assert_int_equal(
	    reads("1:a:5:10:1002:10=fff:14=20,30:8=7:zz=1:5:2=x:=", &f), 1);
	assert_int_equal(f.type, IPMSG_FILE_DIR);
	assert_int_equal(f.mode, 0777); /* no setuid */
	assert_int_equal(f.mtime, 0x20);
	assert_int_equal(f.clipboard, 7);
	assert_int_equal(reads("1:a:5:ffffffffffffffff:1:8=80000000", &f), 1);
	assert_int_equal(f.mtime, 0);
	assert_int_equal(f.clipboard, -1);
	/* The id of one client is hexadecimal in the list, too. */
	assert_int_equal(reads("1f:a:5:0:1", &f), 1);
	assert_int_equal(f.id, 0x1f);
}

static int
asks(const char *body, uint8_t command, bool encrypted, struct ipmsg_request *r)
{
	return ipmsg_request_decode(text_of(body), command, encrypted, r);
}

static void
requests_that_are_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		uint8_t command;
		bool encrypted;
		int err;
	} rows[] = {
		{ "", IPMSG_GETFILEDATA, false, ERR_FORMAT },
		{ "1", IPMSG_GETFILEDATA, false, ERR_FORMAT },
		{ "1:", IPMSG_GETFILEDATA, false, ERR_FORMAT },
		{ "1:2", IPMSG_GETFILEDATA, false, 0 },
		{ "1:2:3", IPMSG_GETFILEDATA, false, 0 },
		{ "1:2:3:", IPMSG_GETFILEDATA, false, 0 },
		{ "1:2:-3:", IPMSG_GETFILEDATA, false, ERR_FORMAT },
		{ "1:2:10000000000000000:", IPMSG_GETFILEDATA, false,
		    ERR_LIMIT },
		{ "g:2:3:", IPMSG_GETFILEDATA, false, ERR_FORMAT },
		{ "1:2", IPMSG_GETDIRFILES, false, 0 },
		{ "1:2:0:", IPMSG_GETDIRFILES, false, 0 },
		{ "1:2:0:4000000:5", IPMSG_GETFILEDATA, true, 0 },
		{ "1:2:0:4000000:", IPMSG_GETFILEDATA, true, ERR_FORMAT },
		{ "1:2:0:900000:00:5", IPMSG_GETFILEDATA, true, ERR_FORMAT },
		{ "1:2:0:900001:00:5", IPMSG_GETFILEDATA, true,
		    ERR_UNSUPPORTED },
		{ "1:2:0:", IPMSG_GETFILEDATA, true, ERR_FORMAT },
		{ "1:2:4000000:5", IPMSG_GETDIRFILES, true, 0 },
		/* The third part of a plain request is none here. */
		{ "1:2:0:4000000:5", IPMSG_GETDIRFILES, true, ERR_UNSUPPORTED },
	};
	struct ipmsg_request r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    asks(rows[i].body, rows[i].command, rows[i].encrypted, &r),
		    rows[i].err);
	assert_int_equal(asks("1:1f", IPMSG_GETFILEDATA, false, &r), 0);
	assert_int_equal(r.file, 0x1f);
	assert_true(r.file_decimal == UINT64_MAX);
	uint8_t out[8];
	size_t size;
	assert_int_equal(
	    ipmsg_request_encode(&r, IPMSG_GETFILEDATA, out, 6, &size),
	    ERR_LIMIT);
}

/* Feeds in steps; the error or 0 at the end, and what was seen. */
struct seen {
	unsigned enter, file, leave, skipped, end;
	uint64_t bytes;
	size_t unused;
};

static int
feed(struct ipmsg_text t, size_t step, uint64_t bytes_max, struct seen *seen)
{
	struct ipmsg_stream s;
	struct ipmsg_stream_event e;
	int more = 0;

	memset(seen, 0, sizeof(*seen));
	ipmsg_stream_init(&s, bytes_max, 200);
	for (size_t at = 0; at < t.size && more >= 0; at += step) {
		const uint8_t *p = t.bytes + at;
		size_t n = t.size - at < step ? t.size - at : step;
		while ((more = ipmsg_stream_next(&s, &p, &n, &e)) == 1) {
			seen->enter += e.kind == IPMSG_STREAM_ENTER;
			seen->file += e.kind == IPMSG_STREAM_FILE;
			seen->leave += e.kind == IPMSG_STREAM_LEAVE;
			seen->skipped += e.kind == IPMSG_STREAM_SKIPPED;
			seen->end += e.kind == IPMSG_STREAM_END;
			seen->bytes += e.count;
		}
		seen->unused += n;
	}
	return more;
}

static void
streams_in_pieces_of_every_size(void **state)
{
	(void)state;
	static const char stream[] = "000d:d:0:2:0:016:old:3:1:14=6553f1:abc"
				     "000e:link:9:4:0013:fork:2:10:0:0:xy"
				     "000b:.:0:3:more";
	struct ipmsg_text t = text_of(stream);
	struct seen seen;

	/* A header counts itself: 000d is "000d:d:0:2:0:". */
	for (size_t step = 1; step <= t.size; step++) {
		assert_int_equal(feed(t, step, 5, &seen), 0);
		assert_int_equal(seen.enter, 1);
		assert_int_equal(seen.file, 1);
		assert_int_equal(seen.bytes, 3);
		assert_int_equal(seen.skipped, 2);
		assert_int_equal(seen.leave, 1);
		assert_int_equal(seen.end, 1);
		assert_int_equal(seen.unused, 4);
	}
	/* The fork counts, too. */
	assert_int_equal(feed(t, 1, 4, &seen), ERR_LIMIT);
}

static void
headers_that_lie(void **state)
{
	(void)state;
	static const struct {
		const char *stream;
		int err;
	} rows[] = {
		{ "zzzz:d:0:2:", ERR_FORMAT },
		{ "00b:d:0:2:", 0 }, /* three digits; one byte to come */
		{ "0b:d:0:2:", ERR_FORMAT }, { "0000b:d:0:2:", ERR_FORMAT },
		{ ":d:0:2:", ERR_FORMAT }, { "0005:", ERR_FORMAT },
		{ "0008:::", 0 }, { "000B:d:0:2:", 0 },
		{ "000b:d:0:02", ERR_FORMAT }, /* no colon at its end */
		{ "000b::00:2:", ERR_FORMAT }, /* no name */
		{ "000b:d:0:3:", ERR_FORMAT }, /* out of nothing */
		{ "000b:d:0:4:", ERR_FORMAT }, /* a link as the whole */
		{ "000c:d:-1:2:", ERR_FORMAT },
		{ "001b:d:ffffffffffffffff0:1:", ERR_LIMIT },
		{ "001a:d:8000000000000000:1:", ERR_LIMIT },
		{ "000e:d:1001:1:", ERR_LIMIT }, /* more than is allowed */
		{ "000c:d:1000:", ERR_FORMAT },  /* no type */
	};
	struct seen seen;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    feed(text_of(rows[i].stream), 3, 0x1000, &seen),
		    rows[i].err);
	assert_int_equal(
	    feed((struct ipmsg_text){ .bytes = (const uint8_t *)"000c:a\0:0:1:",
		     .size = 12 },
		3, 9, &seen),
	    ERR_FORMAT);
}

static void
a_single_file_is_one(void **state)
{
	(void)state;
	struct seen seen;

	assert_int_equal(feed(text_of("000b:x:3:1:abcmore"), 4, 100, &seen), 0);
	assert_int_equal(seen.file, 1);
	assert_int_equal(seen.bytes, 3);
	assert_int_equal(seen.end, 1);
	assert_int_equal(seen.unused, 4);
	assert_int_equal(feed(text_of("000b:x:0:1:"), 4, 100, &seen), 0);
	assert_int_equal(seen.end, 1);
}

static void
deep_and_many(void **state)
{
	(void)state;
	enum { SIZE = 11 };
	struct seen seen;
	char stream[SIZE * 256 + 1];

	for (size_t i = 0; i < 256; i++)
		memcpy(stream + i * SIZE, "000b:d:0:2:", SIZE + 1);
	struct ipmsg_text t = text_of(stream);
	t.size = SIZE * IPMSG_STREAM_DEPTH_MAX;
	assert_int_equal(feed(t, 100, 0, &seen), 0);
	assert_int_equal(seen.enter, IPMSG_STREAM_DEPTH_MAX);
	t.size += SIZE;
	assert_int_equal(feed(t, 100, 0, &seen), ERR_LIMIT);
	/* Two hundred entries, as feed() allows. */
	for (size_t i = 1; i < 256; i++)
		memcpy(stream + i * SIZE, "000b:f:0:1:", SIZE + 1);
	t.size = SIZE * 200;
	assert_int_equal(feed(t, 100, 0, &seen), 0);
	assert_int_equal(seen.file, 199);
	t.size += SIZE;
	assert_int_equal(feed(t, 100, 0, &seen), ERR_LIMIT);
}

static void
headers_we_write(void **state)
{
	(void)state;
	struct ipmsg_file f = { .type = IPMSG_FILE_REGULAR };
	uint8_t out[128];
	struct wr w = wr_to(out, sizeof(out));
	struct ipmsg_stream s;
	struct ipmsg_stream_event e;

	memcpy(f.name, "a:\n", 3);
	f.name_size = 3;
	f.size = UINT64_C(5) << 32;
	f.mtime = 0x6553f100;
	f.mode = 0644;
	ipmsg_stream_put(&w, &f);
	ipmsg_stream_init(&s, INT64_MAX, 10);
	const uint8_t *p = out;
	size_t n = w.size;
	assert_int_equal(ipmsg_stream_next(&s, &p, &n, &e), 1);
	assert_string_equal((const char *)e.name, "a:_");
	assert_int_equal(e.size, UINT64_C(5) << 32);
	assert_int_equal(e.mtime, 0x6553f100);
	assert_int_equal(e.mode, 0644);
	assert_int_equal(n, 0);
	/* A writer that has no room says so. */
	w = wr_to(out, 10);
	ipmsg_stream_put(&w, &f);
	assert_true(w.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_that_are_wrong),
		cmocka_unit_test(what_is_wrong_is_left_out),
		cmocka_unit_test(colons_in_names),
		cmocka_unit_test(our_names_cannot_break_the_list),
		cmocka_unit_test(long_lists_and_names),
		cmocka_unit_test(keys_of_attributes),
		cmocka_unit_test(requests_that_are_wrong),
		cmocka_unit_test(streams_in_pieces_of_every_size),
		cmocka_unit_test(headers_that_lie),
		cmocka_unit_test(a_single_file_is_one),
		cmocka_unit_test(deep_and_many),
		cmocka_unit_test(headers_we_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
