/* SPDX-License-Identifier: MIT */
/*
 * Files and folders of IP Messenger, from one end to the other.
 */
#include "base/err.h"
#include "ipmsg_files_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TOKEN = 41 };

static const struct files_piece a_file[] = {
	{ FILE_PIECE_FILE, "a.txt" },
	{ FILE_PIECE_BYTES, "hello" },
	{ FILE_PIECE_END, NULL },
};

static const struct files_piece a_folder[] = {
	{ FILE_PIECE_ENTER, "photos" },
	{ FILE_PIECE_FILE, "a:b.txt" },
	{ FILE_PIECE_BYTES, "hello" },
	{ FILE_PIECE_NOTE, "nobody reads this" },
	{ FILE_PIECE_ENTER, "\xe5\xbc\xa0" },
	{ FILE_PIECE_FILE, "empty" },
	{ FILE_PIECE_LEAVE, NULL },
	{ FILE_PIECE_FILE, "z" },
	{ FILE_PIECE_BYTES, "hi" },
	{ FILE_PIECE_LEAVE, NULL },
	{ FILE_PIECE_END, NULL },
};
static const char the_folder[] =
    "+photos a:b.txt=hello+\xe5\xbc\xa0 empty=-z=hi-.";

/* As a client without a NUL, or with more than there should be. */
static void
ask(struct files_kit *k, const char *request)
{
	files_kit_ask(k, (const uint8_t *)request, strlen(request));
}

#define ASK "1:9:bob:host3:96:"

static void
a_file_in_pieces_of_every_size(void **state)
{
	(void)state;
	for (size_t step = 1; step < 60; step++) {
		struct files_kit k;
		struct ipmsg_fetch_cfg cfg = { .id = 16, .size = 5 };
		files_kit_init(&k);
		k.step = step;
		files_kit_offer(&k, TOKEN, 16, false, 5);
		files_kit_connect(&k, &cfg);
		assert_int_equal(k.admit_err, 0);
		assert_int_equal(k.admitted.token, TOKEN);
		assert_int_equal(k.admitted.offset, 0);
		files_kit_carry(&k, a_file);
		assert_string_equal(k.told, "hello.");
		assert_int_equal(files_kit_fetched(&k), IPMSG_FILES_DONE);
		/* The sender waits for the other end to close. */
		assert_int_equal(files_kit_served(&k), IPMSG_FILES_ENDING);
		ipmsg_serve_closed(k.serve, false);
		assert_int_equal(files_kit_served(&k), IPMSG_FILES_DONE);
		files_kit_clear(&k);
	}
}

static void
a_folder_in_pieces_of_every_size(void **state)
{
	(void)state;
	for (size_t step = 1; step < 160; step++) {
		struct files_kit k;
		struct ipmsg_fetch_cfg cfg = { .id = 2, .folder = true };
		files_kit_init(&k);
		k.step = step;
		k.asker.charset = CHARSET_GB18030;
		cfg.charset = CHARSET_GB18030;
		cfg.utf8 = step % 2 == 0;
		files_kit_offer(&k, TOKEN, 2, true, 7);
		files_kit_connect(&k, &cfg);
		files_kit_carry(&k, a_folder);
		assert_string_equal(k.told, the_folder);
		assert_int_equal(files_kit_fetched(&k), IPMSG_FILES_DONE);
		files_kit_clear(&k);
	}
}

static void
a_name_that_the_reader_has_no_letters_for(void **state)
{
	(void)state;
	static const struct files_piece pieces[] = {
		{ FILE_PIECE_ENTER, "\xe5\xbc\xa0 \xe2\x98\x83" },
		{ FILE_PIECE_LEAVE, NULL },
		{ FILE_PIECE_END, NULL },
	};
	struct files_kit k;
	struct ipmsg_fetch_cfg cfg = { .id = 2, .folder = true };

	files_kit_init(&k);
	k.asker.charset = CHARSET_CP1252;
	cfg.charset = CHARSET_CP1252;
	files_kit_offer(&k, TOKEN, 2, true, 0);
	files_kit_connect(&k, &cfg);
	files_kit_carry(&k, pieces);
	assert_string_equal(k.told, "+_ _ -.");
	files_kit_clear(&k);
}

static void
nothing_and_empty_files(void **state)
{
	(void)state;
	static const struct files_piece empty[] = {
		{ FILE_PIECE_FILE, "e" },
		{ FILE_PIECE_END, NULL },
	};
	struct files_kit k;
	struct ipmsg_fetch_cfg cfg = { .id = 1 };

	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, 0);
	files_kit_connect(&k, &cfg);
	files_kit_carry(&k, empty);
	assert_string_equal(k.told, ".");
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_DONE);
	files_kit_clear(&k);
}

/* Windows asks so for a file when it can encrypt. */
static void
a_file_as_a_stream(void **state)
{
	(void)state;
	struct files_kit k;
	const uint8_t *p;
	size_t n;

	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, 5);
	files_kit_ask(&k, (const uint8_t *)"1:9:bob:host3:98:7:1:", 22);
	assert_int_equal(k.admit_err, 0);
	struct file_piece piece = {
		.kind = FILE_PIECE_FILE, .name = "a", .size = 5
	};
	ipmsg_serve_piece(k.serve, k.now, &piece);
	piece = (struct file_piece){ .kind = FILE_PIECE_BYTES,
		.bytes = (const uint8_t *)"hello",
		.count = 5 };
	ipmsg_serve_piece(k.serve, k.now, &piece);
	assert_true(ipmsg_serve_output(k.serve, &p, &n));
	assert_int_equal(n, 16);
	assert_memory_equal(p, "000b:a:5:1:hello", 16);
	piece = (struct file_piece){ .kind = FILE_PIECE_END };
	ipmsg_serve_piece(k.serve, k.now, &piece);
	assert_false(ipmsg_serve_output(k.serve, &p, &n));
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_ENDING);
	files_kit_clear(&k);
}

static void
beyond_4_gib(void **state)
{
	(void)state;
	struct files_kit k;
	struct ipmsg_fetch_cfg cfg = {
		.id = 1,
		.size = (UINT64_C(5) << 30) + 5,
		.offset = UINT64_C(5) << 30,
	};

	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, cfg.size);
	files_kit_connect(&k, &cfg);
	assert_int_equal(k.admit_err, 0);
	assert_true(k.admitted.offset == cfg.offset);
	files_kit_carry(&k, a_file);
	assert_string_equal(k.told, "hello");
	ipmsg_fetch_closed(k.fetch);
	files_kit_feed(&k, (const uint8_t *)"", 0);
	assert_string_equal(k.told, "hello.");
	/* The file became shorter than that meanwhile. */
	ipmsg_offers_end(k.offers, TOKEN, false);
	files_kit_connect(&k, &cfg);
	assert_int_equal(k.admit_err, 0);
	struct file_piece piece = {
		.kind = FILE_PIECE_FILE, .name = "a", .size = cfg.offset - 1
	};
	ipmsg_serve_piece(k.serve, k.now, &piece);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_SOURCE);
	/* In a folder the header says it, whatever was offered. */
	cfg = (struct ipmsg_fetch_cfg){ .id = 1, .folder = true, .size = 3 };
	files_kit_connect(&k, &cfg);
	ask(&k, "");
	k.fetch = ipmsg_fetch_new(&cfg, k.now);
	static const char header[] = "000b:d:0:2:0013:b:123456789:1:abc";
	files_kit_feed(&k, (const uint8_t *)header, sizeof(header) - 1);
	assert_true(k.size == UINT64_C(0x123456789));
	assert_int_equal(k.bytes, 3);
	files_kit_clear(&k);
}

static void
who_may_have_what(void **state)
{
	(void)state;
	static const struct {
		const char *request;
		int err;
	} rows[] = {
		{ ASK "7:1:0:", 0 }, { ASK "7:1:0", 0 }, { ASK "7:1", 0 },
		{ "1_iptux 0.9:9:bob:host3:2097248:7:1:0", 0 },
		{ ASK "7:a:0:", 0 },  /* 10, as it should be */
		{ ASK "7:10:0:", 0 }, /* 10, as it is in the list */
		{ ASK "7:1:4:", 0 }, { ASK "7:1:5:", ERR_FORMAT },
		{ ASK "7:1:ffffffffffffffff:", ERR_FORMAT },
		{ ASK "7:1:-1:", ERR_FORMAT }, { ASK "8:1:0:", ERR_NOT_FOUND },
		{ ASK "7:3:0:", ERR_NOT_FOUND },
		{ ASK "7:2:0:", ERR_FORMAT }, /* a folder */
		{ "1:9:bob:host3:98:7:2:0:", 0 }, { "1:9:bob:host3:98:7:2", 0 },
		{ ASK "7:4:0:", ERR_NOT_FOUND }, /* offered to somebody else */
		{ "1:9:bob:host3:4196448:x", ERR_UNSUPPORTED }, /* encrypted */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct files_kit k;
		files_kit_init(&k);
		files_kit_offer(&k, 1, 1, false, 5);
		files_kit_offer(&k, 2, 2, true, 5);
		files_kit_offer(&k, 10, 10, false, 5);
		struct ipmsg_offer other = {
			.token = 4, .packet = 7, .id = 4, .handle = "bob@host4"
		};
		assert_int_equal(ipmsg_offers_add(k.offers, &other), 0);
		files_kit_ask(&k, (const uint8_t *)rows[i].request,
		    strlen(rows[i].request) + 1);
		assert_int_equal(k.admit_err, rows[i].err);
		assert_int_equal(files_kit_served(&k),
		    rows[i].err < 0 ? IPMSG_FILES_REFUSED
				    : IPMSG_FILES_RUNNING);
		files_kit_clear(&k);
	}
	struct files_kit k;
	files_kit_init(&k);
	files_kit_offer(&k, 1, 1, false, 5);
	k.asker.handle = NULL;
	files_kit_ask(&k, (const uint8_t *)ASK "7:1:0:", sizeof(ASK "7:1:0:"));
	assert_int_equal(k.admit_err, ERR_NOT_FOUND);
	files_kit_clear(&k);
}

static int
ask_again(struct files_kit *k)
{
	files_kit_ask(k, (const uint8_t *)ASK "7:1:0:", sizeof(ASK "7:1:0:"));
	return k->admit_err;
}

static void
each_file_is_served_once(void **state)
{
	(void)state;
	struct files_kit k;
	uint32_t tokens[4];

	files_kit_init(&k);
	files_kit_offer(&k, 1, 1, false, 5);
	files_kit_offer(&k, 2, 2, false, 5);
	assert_int_equal(
	    ipmsg_offers_of(k.offers, "BOB@host3", 7, tokens, 4), 2);
	assert_int_equal(
	    ipmsg_offers_of(k.offers, "bob@host3", 8, tokens, 4), 0);
	assert_int_equal(ask_again(&k), 0);
	assert_int_equal(ask_again(&k), ERR_STATE); /* it runs */
	ipmsg_offers_end(k.offers, 1, false);
	assert_int_equal(ask_again(&k), 0); /* was interrupted */
	ipmsg_offers_end(k.offers, 1, true);
	assert_int_equal(ask_again(&k), ERR_STATE);
	ipmsg_offers_remove(k.offers, 1);
	assert_int_equal(ask_again(&k), ERR_NOT_FOUND);
	assert_int_equal(
	    ipmsg_offers_of(k.offers, "bob@host3", 7, tokens, 4), 1);
	assert_int_equal(tokens[0], 2);
	files_kit_clear(&k);
}

static void
the_table_of_offers_is_bounded(void **state)
{
	(void)state;
	struct ipmsg_offers *o = ipmsg_offers_new();
	struct ipmsg_offer offer = { .handle = "a@b" };

	for (uint32_t i = 1; i <= IPMSG_OFFERS_MAX; i++) {
		offer.token = i;
		assert_int_equal(ipmsg_offers_add(o, &offer), 0);
	}
	assert_int_equal(ipmsg_offers_add(o, &offer), ERR_LIMIT);
	ipmsg_offers_remove(o, 1);
	assert_int_equal(ipmsg_offers_add(o, &offer), 0);
	ipmsg_offers_free(o);
}

static void
t30_requests_that_take_their_time(void **state)
{
	(void)state;
	struct files_kit k;

	/* Nothing at all. */
	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, 5);
	ask(&k, "");
	int64_t start = k.now.mono_ms;
	assert_int_equal(ipmsg_serve_deadline(k.serve), start + 10000);
	k.now.mono_ms = start + 9999;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_WAITING);
	k.now.mono_ms = start + 10000;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_REFUSED);
	/* A byte now and then does not make it longer. */
	ask(&k, "");
	start = k.now.mono_ms;
	while (k.now.mono_ms < start + 10000) {
		ipmsg_serve_input(k.serve, k.now, (const uint8_t *)"1", 1);
		ipmsg_serve_tick(k.serve, k.now);
		k.now.mono_ms += 700;
	}
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_REFUSED);
	/* Without a NUL: what is there when it falls silent. */
	ask(&k, ASK "7:1:0:");
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_WAITING);
	assert_int_equal(
	    ipmsg_serve_deadline(k.serve), k.now.mono_ms + IPMSG_QUIET_MS);
	k.now.mono_ms += IPMSG_QUIET_MS;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_ASKED);
	/* Half a request is none, and may yet become one. */
	ask(&k, "1:9:bob:ho");
	k.now.mono_ms += IPMSG_QUIET_MS;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_WAITING);
	ipmsg_serve_input(k.serve, k.now, (const uint8_t *)"st3:96:7:1:0:", 14);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_ASKED);
	/* Nor need the rest have a NUL. */
	ask(&k, "1:9:bob:ho");
	k.now.mono_ms += IPMSG_QUIET_MS;
	ipmsg_serve_tick(k.serve, k.now);
	ipmsg_serve_input(k.serve, k.now, (const uint8_t *)"st3:96:7:1:0:", 13);
	k.now.mono_ms += IPMSG_QUIET_MS;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_ASKED);
	files_kit_clear(&k);
}

static void
requests_that_are_none(void **state)
{
	(void)state;
	static const char *const requests[] = { "", "GET / HTTP/1.1\r\n",
		"1:9:bob:host3:32:hello", "1:9:bob:host3:97:7",
		"1:9:bob:host3:x:7:1:0:" };
	struct files_kit k;
	static uint8_t big[IPMSG_REQUEST_MAX + 1];

	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, 5);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		files_kit_ask(
		    &k, (const uint8_t *)requests[i], strlen(requests[i]) + 1);
		assert_int_equal(files_kit_served(&k), IPMSG_FILES_REFUSED);
	}
	memset(big, '1', sizeof(big));
	for (k.step = 1; k.step < 5000; k.step += 1000) {
		files_kit_ask(&k, big, sizeof(big) - 1);
		assert_int_equal(files_kit_served(&k), IPMSG_FILES_WAITING);
		ipmsg_serve_input(k.serve, k.now, big, 1);
		assert_int_equal(files_kit_served(&k), IPMSG_FILES_REFUSED);
	}
	/* Closed before it asked. */
	k.step = 100;
	ask(&k, "1:");
	ipmsg_serve_closed(k.serve, false);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_REFUSED);
	files_kit_clear(&k);
}

static void
ends_of_the_one_that_serves(void **state)
{
	(void)state;
	static const struct files_piece broken[] = {
		{ FILE_PIECE_FILE, "a" },
		{ FILE_PIECE_BYTES, "hel" },
		{ FILE_PIECE_ERROR, "no more" },
	};
	struct files_kit k;
	struct ipmsg_fetch_cfg cfg = { .id = 1, .size = 5 };

	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, 5);
	files_kit_connect(&k, &cfg);
	files_kit_carry(&k, broken);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_SOURCE);
	ipmsg_fetch_closed(k.fetch);
	assert_int_equal(files_kit_fetched(&k), IPMSG_FILES_SHORT);
	/* The other end goes in the middle, and at the end without all. */
	ipmsg_offers_end(k.offers, TOKEN, false);
	files_kit_connect(&k, &cfg);
	ipmsg_serve_closed(k.serve, false);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_SHORT);
	ipmsg_offers_end(k.offers, TOKEN, false);
	files_kit_connect(&k, &cfg);
	files_kit_carry(&k, a_file);
	ipmsg_serve_closed(k.serve, true);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_SHORT);
	/* Or never closes. */
	ipmsg_offers_end(k.offers, TOKEN, false);
	files_kit_connect(&k, &cfg);
	files_kit_carry(&k, a_file);
	k.now.mono_ms += 2000;
	ipmsg_serve_wrote(k.serve, k.now);
	assert_int_equal(
	    ipmsg_serve_deadline(k.serve), k.now.mono_ms + IPMSG_LINGER_MS);
	k.now.mono_ms += IPMSG_LINGER_MS;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_DONE);
	assert_true(ipmsg_serve_deadline(k.serve) == NEVER_MS);
	/* Or takes nothing. */
	ipmsg_offers_end(k.offers, TOKEN, false);
	files_kit_connect(&k, &cfg);
	k.now.mono_ms += IPMSG_IDLE_MS;
	ipmsg_serve_tick(k.serve, k.now);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_TIMEOUT);
	files_kit_clear(&k);
}

/* A source that does not keep to its grammar ends the connection. */
static void
sources_that_are_wrong(void **state)
{
	(void)state;
	static const struct {
		bool folder;
		struct files_piece pieces[4];
	} rows[] = {
		{ false, { { FILE_PIECE_BYTES, "x" }, { FILE_PIECE_END, 0 } } },
		{ false, { { FILE_PIECE_ENTER, "x" }, { FILE_PIECE_END, 0 } } },
		{ true, { { FILE_PIECE_LEAVE, 0 }, { FILE_PIECE_END, 0 } } },
		{ true, { { FILE_PIECE_ENTER, "x" }, { FILE_PIECE_END, 0 } } },
		{ true, { { FILE_PIECE_ENTER, "" }, { FILE_PIECE_END, 0 } } },
		{ true, { { FILE_PIECE_ENTER, "x" }, { FILE_PIECE_BYTES, "x" },
			    { FILE_PIECE_END, 0 } } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct files_kit k;
		struct ipmsg_fetch_cfg cfg = {
			.id = 1, .size = 5, .folder = rows[i].folder
		};
		files_kit_init(&k);
		files_kit_offer(&k, TOKEN, 1, rows[i].folder, 5);
		files_kit_connect(&k, &cfg);
		files_kit_carry(&k, rows[i].pieces);
		assert_int_equal(files_kit_served(&k), IPMSG_FILES_SOURCE);
		files_kit_clear(&k);
	}
}

/* Not a byte of a file that became longer than its header says. */
static void
a_source_with_too_many_bytes(void **state)
{
	(void)state;
	struct files_kit k;
	struct ipmsg_fetch_cfg cfg = { .id = 1, .size = 2 };
	struct file_piece piece = {
		.kind = FILE_PIECE_FILE, .name = "a", .size = 2
	};
	const uint8_t *p;
	size_t n;

	files_kit_init(&k);
	files_kit_offer(&k, TOKEN, 1, false, 2);
	files_kit_connect(&k, &cfg);
	ipmsg_serve_piece(k.serve, k.now, &piece);
	piece = (struct file_piece){ .kind = FILE_PIECE_BYTES,
		.bytes = (const uint8_t *)"hello",
		.count = 5 };
	ipmsg_serve_piece(k.serve, k.now, &piece);
	assert_int_equal(files_kit_served(&k), IPMSG_FILES_SOURCE);
	assert_false(ipmsg_serve_output(k.serve, &p, &n));
	files_kit_clear(&k);
}

static void
every_bad_end_has_its_sentence(void **state)
{
	(void)state;
	for (int i = IPMSG_FILES_WAITING; i <= IPMSG_FILES_SOURCE; i++) {
		enum ipmsg_files_state s = (enum ipmsg_files_state)i;
		bool bad = ipmsg_files_is_over(s) && s != IPMSG_FILES_DONE;
		assert_int_equal(ipmsg_files_reason(s) != NULL, bad);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_in_pieces_of_every_size),
		cmocka_unit_test(a_folder_in_pieces_of_every_size),
		cmocka_unit_test(a_name_that_the_reader_has_no_letters_for),
		cmocka_unit_test(nothing_and_empty_files),
		cmocka_unit_test(a_file_as_a_stream),
		cmocka_unit_test(beyond_4_gib),
		cmocka_unit_test(who_may_have_what),
		cmocka_unit_test(each_file_is_served_once),
		cmocka_unit_test(the_table_of_offers_is_bounded),
		cmocka_unit_test(t30_requests_that_take_their_time),
		cmocka_unit_test(requests_that_are_none),
		cmocka_unit_test(ends_of_the_one_that_serves),
		cmocka_unit_test(sources_that_are_wrong),
		cmocka_unit_test(a_source_with_too_many_bytes),
		cmocka_unit_test(every_bad_end_has_its_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
