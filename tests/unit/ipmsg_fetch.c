/* SPDX-License-Identifier: MIT */
/*
 * What is fetched from those who send more, less, or something else.
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

static struct files_kit kit;

static void
fetch(struct ipmsg_fetch_cfg cfg)
{
	files_kit_init(&kit);
	cfg.id = 1;
	files_kit_connect(&kit, &cfg);
}

static void
feed(const char *s)
{
	files_kit_feed(&kit, (const uint8_t *)s, strlen(s));
}

static void
assert_ends(const char *told, enum ipmsg_files_state state)
{
	assert_string_equal(kit.told, told);
	assert_int_equal(files_kit_fetched(&kit), state);
	files_kit_clear(&kit);
}

static void
t39_more_and_fewer_bytes(void **state)
{
	(void)state;
	/* More: it stops at what was offered. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5 });
	feed("hello and more");
	assert_ends("hello.", IPMSG_FILES_DONE);
	/* Fewer. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5 });
	feed("hell");
	ipmsg_fetch_closed(kit.fetch);
	feed("");
	assert_ends("hell", IPMSG_FILES_SHORT);
	/* None: that is how a refusal looks. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5 });
	ipmsg_fetch_closed(kit.fetch);
	assert_ends("", IPMSG_FILES_REFUSED);
	fetch((struct ipmsg_fetch_cfg){ .size = INT64_MAX });
	feed("x");
	ipmsg_fetch_closed(kit.fetch);
	assert_ends("x", IPMSG_FILES_SHORT);
	/* The end of the connection is not needed for a whole one. */
	fetch((struct ipmsg_fetch_cfg){ .size = 2 });
	feed("hi");
	ipmsg_fetch_closed(kit.fetch);
	assert_ends("hi.", IPMSG_FILES_DONE);
}

static void
who_ignores_the_offset_is_found_out(void **state)
{
	(void)state;
	/* All of it, and not from the fourth byte on. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5, .offset = 3 });
	feed("hello");
	assert_ends("he", IPMSG_FILES_RESTART);
	/* The rest, and then nothing. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5, .offset = 3 });
	feed("lo");
	assert_int_equal(files_kit_fetched(&kit), IPMSG_FILES_RUNNING);
	assert_int_equal(
	    ipmsg_fetch_deadline(kit.fetch), kit.now.mono_ms + IPMSG_GRACE_MS);
	kit.now.mono_ms += IPMSG_GRACE_MS;
	ipmsg_fetch_tick(kit.fetch, kit.now);
	feed("");
	assert_ends("lo.", IPMSG_FILES_DONE);
	/* A byte too many in that second. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5, .offset = 3 });
	feed("lo");
	feed("o");
	assert_ends("lo", IPMSG_FILES_RESTART);
	/* An offset at the end or behind it is none. */
	fetch((struct ipmsg_fetch_cfg){ .size = 5, .offset = 5 });
	feed("hello");
	assert_ends("hello.", IPMSG_FILES_DONE);
	assert_true(ipmsg_fetch_resumes(IPMSG_CLIENT_WINDOWS));
	assert_false(ipmsg_fetch_resumes(IPMSG_CLIENT_IPTUX));
	assert_false(ipmsg_fetch_resumes(IPMSG_CLIENT_MAC));
	assert_false(ipmsg_fetch_resumes(IPMSG_CLIENT_OTHER));
}

static void
folder(const char *stream)
{
	fetch((struct ipmsg_fetch_cfg){
	    .folder = true, .charset = CHARSET_UTF8, .bytes_max = 100 });
	feed(stream);
}

/* A header of a folder: its length in front. */
static const char *
header(const char *name, const char *size, const char *type)
{
	static char out[4][300];
	static unsigned turn;
	char *h = out[turn++ % 4];
	int n = snprintf(NULL, 0, ":%s:%s:%s:", name, size, type);

	snprintf(h, 300, "%04x:%s:%s:%s:", (unsigned)n + 4, name, size, type);
	return h;
}

static void
t37_names_that_are_paths(void **state)
{
	(void)state;
	static const char *const bad[] = { ".", "..", "/", "/etc/passwd",
		"../x", "a/b", "a/", "x/../../y" };
	/* Odd ones are made safe by who makes the files. */
	static const char *const odd[] = { "..x", "...", "a\\b", "C;", "-rf",
		"CON", " ", ".bashrc", "\033[2J" };
	char stream[600], told[300];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (int dir = 1; dir <= 2; dir++) {
			snprintf(stream, sizeof(stream), "%s%s",
			    header("d", "0", "2"),
			    header(bad[i], "0", dir == 1 ? "2" : "1"));
			folder(stream);
			assert_ends("+d ", IPMSG_FILES_UNSAFE);
		}
		folder(header(bad[i], "0", "2"));
		assert_ends("", IPMSG_FILES_UNSAFE);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(stream, sizeof(stream), "%s%s", header("d", "0", "2"),
		    header(odd[i], "0", "1"));
		snprintf(told, sizeof(told), "+d %s=", odd[i]);
		folder(stream);
		assert_ends(told, IPMSG_FILES_RUNNING);
	}
	/* A slash in another set. */
	fetch((struct ipmsg_fetch_cfg){
	    .folder = true, .charset = CHARSET_GB18030 });
	feed(header("\xd5\xc5/x", "0", "2"));
	assert_ends("", IPMSG_FILES_UNSAFE);
}

static void
t43_links_and_devices_are_not_made(void **state)
{
	(void)state;
	static const char *const types[] = { "4", "5", "6", "7", "0", "ff",
		"104" };
	char stream[600];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		snprintf(stream, sizeof(stream), "%s%s%s",
		    header("d", "0", "2"), header("l", "3", types[i]),
		    header(".", "0", "3"));
		folder(stream);
		assert_int_equal(ipmsg_fetch_skipped(kit.fetch), 1);
		assert_ends("+d -.", IPMSG_FILES_DONE);
	}
}

static void
t39_sizes_of_liars(void **state)
{
	(void)state;
	static const struct {
		const char *size;
		enum ipmsg_files_state state;
	} rows[] = {
		{ "64", IPMSG_FILES_RUNNING },
		{ "65", IPMSG_FILES_LIMIT }, /* over the hundred */
		{ "7fffffffffffffff", IPMSG_FILES_LIMIT },
		{ "8000000000000000", IPMSG_FILES_LIMIT },
		{ "ffffffffffffffffff", IPMSG_FILES_LIMIT },
		{ "-1", IPMSG_FILES_BROKEN },
		{ "", IPMSG_FILES_BROKEN },
		{ "x", IPMSG_FILES_BROKEN },
	};
	char stream[600];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(stream, sizeof(stream), "%s%s", header("d", "0", "2"),
		    header("f", rows[i].size, "1"));
		folder(stream);
		assert_int_equal(files_kit_fetched(&kit), rows[i].state);
		files_kit_clear(&kit);
	}
	/* Together, too: 60 and 60 are more than 100. */
	memset(stream, 0, sizeof(stream));
	int n = snprintf(stream, sizeof(stream), "%s%s", header("d", "0", "2"),
	    header("f", "3c", "1"));
	memset(stream + n, 'x', 60);
	memcpy(stream + n + 60, header("g", "3c", "1"), 13);
	folder(stream);
	assert_int_equal(kit.bytes, 60);
	assert_int_equal(files_kit_fetched(&kit), IPMSG_FILES_LIMIT);
	files_kit_clear(&kit);
}

static void
folders_that_break_off_or_are_none(void **state)
{
	(void)state;
	char stream[600];

	folder(header("d", "0", "2"));
	ipmsg_fetch_closed(kit.fetch);
	assert_ends("+d ", IPMSG_FILES_SHORT);
	folder("");
	ipmsg_fetch_closed(kit.fetch);
	assert_ends("", IPMSG_FILES_REFUSED);
	/* A file where a folder was offered. */
	folder(header("f", "3", "1"));
	assert_ends("", IPMSG_FILES_BROKEN);
	folder("0003:x:");
	assert_ends("", IPMSG_FILES_BROKEN);
	folder("ffff:x:");
	assert_ends("", IPMSG_FILES_LIMIT);
	folder("HTTP/1.1 400 no");
	assert_ends("", IPMSG_FILES_BROKEN);
	/* A folder has no size, whatever it says. */
	snprintf(stream, sizeof(stream), "%s%s", header("d", "400", "2"),
	    header(".", "5", "3"));
	folder(stream);
	assert_ends("+d -.", IPMSG_FILES_DONE);
	/* More than the folder. */
	snprintf(stream, sizeof(stream), "%s%s%s", header("d", "0", "2"),
	    header(".", "0", "3"), header("../x", "0", "1"));
	folder(stream);
	assert_ends("+d -.", IPMSG_FILES_DONE);
}

static void
a_folder_too_deep(void **state)
{
	(void)state;
	folder("");
	for (int i = 0; i < IPMSG_STREAM_DEPTH_MAX; i++)
		feed(header("d", "0", "2"));
	assert_int_equal(files_kit_fetched(&kit), IPMSG_FILES_RUNNING);
	feed(header("d", "0", "2"));
	assert_int_equal(files_kit_fetched(&kit), IPMSG_FILES_LIMIT);
	files_kit_clear(&kit);
}

static void
t30_nothing_comes(void **state)
{
	(void)state;
	fetch((struct ipmsg_fetch_cfg){ .size = 5 });
	feed("he");
	kit.now.mono_ms += IPMSG_IDLE_MS - 1;
	ipmsg_fetch_tick(kit.fetch, kit.now);
	assert_int_equal(files_kit_fetched(&kit), IPMSG_FILES_RUNNING);
	feed("l");
	kit.now.mono_ms += IPMSG_IDLE_MS - 1;
	ipmsg_fetch_tick(kit.fetch, kit.now);
	assert_int_equal(files_kit_fetched(&kit), IPMSG_FILES_RUNNING);
	kit.now.mono_ms += 1;
	ipmsg_fetch_tick(kit.fetch, kit.now);
	assert_true(ipmsg_fetch_deadline(kit.fetch) == NEVER_MS);
	assert_ends("hel", IPMSG_FILES_TIMEOUT);
}

static void
what_is_asked(void **state)
{
	(void)state;
	static const struct {
		struct ipmsg_fetch_cfg cfg;
		const char *request;
	} rows[] = {
		{ { .number = 5, .packet = 1700000025, .id = 10, .size = 1 },
		    "1:5:bob:host3:96:6553f119:a:0:" },
		{ { .number = 5,
		      .packet = 7,
		      .id = 1,
		      .size = 0x40000001,
		      .offset = 0x40000000,
		      .utf8 = true },
		    "1:5:bob:host3:8388704:7:1:40000000:" },
		{ { .number = 5, .packet = 7, .id = 2, .folder = true },
		    "1:5:bob:host3:98:7:2:0:" },
	};
	struct now now = { .mono_ms = 1 };
	uint8_t out[IPMSG_REQUEST_MAX];
	size_t size;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ipmsg_fetch_cfg cfg = rows[i].cfg;
		cfg.user = "bob";
		cfg.host = "host3";
		struct ipmsg_fetch *f = ipmsg_fetch_new(&cfg, now);
		assert_int_equal(ipmsg_fetch_begin(f, now, out, &size), 0);
		assert_int_equal(size, strlen(rows[i].request) + 1);
		assert_memory_equal(out, rows[i].request, size);
		ipmsg_fetch_free(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t39_more_and_fewer_bytes),
		cmocka_unit_test(who_ignores_the_offset_is_found_out),
		cmocka_unit_test(t37_names_that_are_paths),
		cmocka_unit_test(t43_links_and_devices_are_not_made),
		cmocka_unit_test(t39_sizes_of_liars),
		cmocka_unit_test(folders_that_break_off_or_are_none),
		cmocka_unit_test(a_folder_too_deep),
		cmocka_unit_test(t30_nothing_comes),
		cmocka_unit_test(what_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
