/* SPDX-License-Identifier: MIT */
/*
 * Packets of IP Messenger that nobody should send, and some that only some do.
 */
#include "base/err.h"
#include "wire/ipmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
assert_text(struct ipmsg_text t, const char *s)
{
	assert_int_equal(t.size, strlen(s));
	if (t.size > 0)
		assert_memory_equal(t.bytes, s, t.size);
}

/* Without the NUL of the string. */
#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1

static int
decodes(const char *s)
{
	struct ipmsg_packet p;

	return ipmsg_decode((const uint8_t *)s, strlen(s), &p);
}

static struct ipmsg_packet
decoded(const uint8_t *bytes, size_t n)
{
	struct ipmsg_packet p;

	assert_int_equal(ipmsg_decode(bytes, n, &p), 0);
	return p;
}

static void
heads_that_are_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		int err;
	} rows[] = {
		{ "", ERR_SHORT },
		{ "1", ERR_SHORT },
		{ "1:2:a:b", ERR_SHORT },
		{ "1:2:a:b:", ERR_FORMAT },
		{ "1:2:a:b:32", 0 }, /* Windows takes it, too */
		{ "1:2:a:b:32:", 0 },
		{ "1::a:b:32:", ERR_FORMAT },
		{ "1:-2:a:b:32:", ERR_FORMAT },
		{ "1: 2:a:b:32:", ERR_FORMAT },
		{ "1:2:a:b:+32:", ERR_FORMAT },
		{ "1:2:a:b:0x20:", ERR_FORMAT },
		{ "1:2:a:b:4294967295:", 0 },
		{ "1:2:a:b:4294967296:", ERR_LIMIT },
		{ "1:18446744073709551615:a:b:32:", 0 },
		{ "1:18446744073709551616:a:b:32:", ERR_LIMIT },
		{ "1:000000000000000000002:a:b:32:", ERR_LIMIT },
		{ "1:2:::32:x", 0 },
		{ "2:2:a:b:32:x", 0 }, /* strange, but all there */
		{ "2:2:a:b:32", ERR_SHORT },
		{ "IP2:0::Z", ERR_UNSUPPORTED },
		{ "IP2:1::Z", ERR_SHORT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(decodes(rows[i].bytes), rows[i].err);
	/* What is behind a NUL is no field. */
	struct ipmsg_packet p;
	assert_int_equal(ipmsg_decode(BYTES("1:2:a\0b:c:32:x"), &p), ERR_SHORT);
}

static void
versions_that_begin_with_1(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		bool strange;
	} rows[] = {
		{ "1:2:a:b:0:", false },
		{ "1_iptux 0.9:2:a:b:0:", false },
		{ "1@shiyeline:2:a:b:0:", false },
		{ "10:2:a:b:0:", true },
		{ "2:2:a:b:0:", true },
		{ ":2:a:b:0:", true },
		{ "iptux 0.7.5:2:a:b:0:", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(decoded((const uint8_t *)rows[i].bytes,
				     strlen(rows[i].bytes))
				     .strange,
		    rows[i].strange);
}

static void
long_fields(void **state)
{
	(void)state;
	char line[2 * IPMSG_NAME_MAX + 64];
	char name[IPMSG_NAME_MAX + 2];

	memset(name, 'u', sizeof(name));
	name[IPMSG_NAME_MAX] = '\0';
	snprintf(line, sizeof(line), "1:2:%s:b:0:", name);
	assert_int_equal(decodes(line), 0);
	snprintf(line, sizeof(line), "1:2:%sx:b:0:", name);
	assert_int_equal(decodes(line), ERR_LIMIT);
	snprintf(line, sizeof(line), "1:2:b:%sx:0:", name);
	assert_int_equal(decodes(line), ERR_LIMIT);
	snprintf(line, sizeof(line), "1%sx:2:a:b:0:", name);
	assert_int_equal(decodes(line), ERR_LIMIT);
	uint8_t *big = calloc(1, IPMSG_PACKET_MAX + 1);
	struct ipmsg_packet p;
	memcpy(big, "1:2:a:b:32:x", 12);
	assert_int_equal(ipmsg_decode(big, IPMSG_PACKET_MAX, &p), 0);
	assert_int_equal(
	    ipmsg_decode(big, IPMSG_PACKET_MAX + 1, &p), ERR_LIMIT);
	free(big);
}

static void
nuls_make_parts(void **state)
{
	(void)state;
	struct ipmsg_packet p = decoded(BYTES("1:2:a:b:32:x\0\0"));
	assert_text(p.body, "x");
	assert_text(p.ext, "");
	p = decoded(BYTES("1:2:a:b:32:x\0y"));
	assert_text(p.ext, "y");
	p = decoded(BYTES("1:2:a:b:32:\0y\0z\0"));
	assert_text(p.body, "");
	assert_text(p.ext, "y");
	assert_text(p.rest, "z");
	/* A packet without a body has no other parts, either. */
	p = decoded(BYTES("1:2:a:b:32\0y"));
	assert_text(p.body, "");
	assert_text(p.ext, "y");
}

static void
what_we_send_is_tidy(void **state)
{
	(void)state;
	struct ipmsg_packet p = {
		.number = 7,
		.user = ipmsg_text_of("a:b\n"),
		.host = ipmsg_text_of("h"),
		.command = IPMSG_SENDMSG,
		.options = IPMSG_SENDCHECK,
		.body = ipmsg_text_of("x:y"),
	};
	uint8_t out[64];
	size_t size;

	assert_int_equal(ipmsg_encode(&p, out, sizeof(out), &size), 0);
	assert_int_equal(size, strlen("1:7:a;b;:h:288:x:y") + 1);
	assert_memory_equal(out, "1:7:a;b;:h:288:x:y", size);
	p.host.size = 0;
	assert_int_equal(ipmsg_encode(&p, out, sizeof(out), &size), ERR_FORMAT);
	p.host = ipmsg_text_of("h");
	p.body =
	    (struct ipmsg_text){ .bytes = (const uint8_t *)"x\0y", .size = 3 };
	assert_int_equal(ipmsg_encode(&p, out, sizeof(out), &size), ERR_FORMAT);
}

static void
numbers_end_where_the_digits_end(void **state)
{
	(void)state;
	char text[IPMSG_NUMBER_TEXT_MAX];
	uint64_t n = 0;

	assert_int_equal(ipmsg_number_decode(ipmsg_text_of("12:x"), &n), 0);
	assert_int_equal(n, 12);
	assert_int_equal(
	    ipmsg_number_decode(ipmsg_text_of("x12"), &n), ERR_FORMAT);
	assert_int_equal(
	    ipmsg_number_decode(ipmsg_text_of(""), &n), ERR_FORMAT);
	assert_int_equal(
	    ipmsg_number_decode(ipmsg_text_of("99999999999999999999"), &n),
	    ERR_LIMIT);
	assert_string_equal(
	    ipmsg_number_text(UINT64_MAX, text), "18446744073709551615");
	assert_string_equal(ipmsg_number_text(0, text), "0");
}

static struct ipmsg_entry
entry(const uint8_t *bytes, size_t n)
{
	struct ipmsg_packet p = decoded(bytes, n);
	struct ipmsg_entry e;

	ipmsg_entry_decode(&p, &e);
	return e;
}

static void
keys_win_where_they_may(void **state)
{
	(void)state;
	/* 0x01000001: can read UTF-8. */
	struct ipmsg_entry e =
	    entry(BYTES("1:2:a:b:16777217:n\0g\0\nNN:N\nGN:G\nUN:A\n"));
	assert_text(e.nick, "N");
	assert_text(e.group, "G");
	assert_text(e.user, "A");
	assert_text(e.host, "b");
	/* Who cannot: only the names of its head. */
	e = entry(BYTES("1:2:a:b:1:n\0g\0\nNN:N\nGN:G\nUN:A"));
	assert_text(e.nick, "n");
	assert_text(e.group, "g");
	assert_text(e.user, "A");
	/* An answer that is UTF-8 itself, and one that is not. */
	e = entry(BYTES("1:2:a:b:25165827:n\0g\0\nNN:N\nGN:G"));
	assert_text(e.nick, "n");
	e = entry(BYTES("1:2:a:b:16777219:n\0g\0\nNN:N\nGN:G"));
	assert_text(e.nick, "N");
	/* The keys in the place of the group; empty keys; unknown ones. */
	e = entry(BYTES("1:2:a:b:16777217:n\0\nFP:1\nNN:\nHN:H\nXX"));
	assert_text(e.nick, "n");
	assert_text(e.group, "");
	assert_text(e.host, "H");
	/* The list of attachments of a message is not keys. */
	struct ipmsg_packet p =
	    decoded(BYTES("1:2:a:b:2097184:t\0\nUN:evil\n"));
	struct ipmsg_text user, host;
	ipmsg_sender(&p, &user, &host);
	assert_text(user, "a");
}

static void
away_texts(void **state)
{
	(void)state;
	struct ipmsg_entry e = entry(BYTES("1:2:a:b:257:n[x [y]]"));
	assert_text(e.nick, "n");
	assert_text(e.away_text, "x [y]");
	e = entry(BYTES("1:2:a:b:1:n[x]"));
	assert_text(e.nick, "n[x]");
	assert_false(e.away);
	e = entry(BYTES("1:2:a:b:257:[n]m"));
	assert_text(e.nick, "[n]m");
	e = entry(BYTES("1:2:a:b:257:n]"));
	assert_text(e.nick, "n]");
	/* 0x5B and 0x5D as second halves of characters: none of ours. */
	e = entry(BYTES("1:2:a:b:257:\x83\x5B\x83\x5D"));
	assert_text(e.nick, "\x83\x5B\x83\x5D");
	e = entry(BYTES("1:2:a:b:257:\xd5\xc5[\xce\xe7]"));
	assert_text(e.nick, "\xd5\xc5");
	assert_text(e.away_text, "\xce\xe7");
	/* An iptux is away only when it tells everybody. */
	e = entry(BYTES("1_iptux 0.9:2:a:b:260:n[x]"));
	assert_true(e.away);
	e = entry(BYTES("1_iptux 0.9:2:a:b:259:n[x]"));
	assert_false(e.away);
}

static void
clients(void **state)
{
	(void)state;
	static const struct {
		const char *version, *vs;
		enum ipmsg_client client;
	} rows[] = {
		{ "1", "", IPMSG_CLIENT_OTHER },
		{ "1", "00010001:4:99:3", IPMSG_CLIENT_WINDOWS },
		{ "1", "00010002:4:99:3", IPMSG_CLIENT_WINDOWS },
		{ "1", "00020000:0:13:0", IPMSG_CLIENT_MAC },
		{ "1", "00050001:0:1:0", IPMSG_CLIENT_OTHER },
		{ "1_iptux 0.9.4", "", IPMSG_CLIENT_IPTUX },
		{ "1_lbt4_35#128#X#0#35807#0", "", IPMSG_CLIENT_FEIQ },
		{ "1@shiyeline", "", IPMSG_CLIENT_INTERCOM },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ipmsg_client(ipmsg_text_of(rows[i].version),
				     ipmsg_text_of(rows[i].vs)),
		    rows[i].client);
}

static void
fonts_go_only_from_the_end(void **state)
{
	(void)state;
	assert_text(
	    ipmsg_text_strip_font(ipmsg_text_of("a{/font;-1;}{/font;-2;}")),
	    "a{/font;-1;}");
	assert_text(ipmsg_text_strip_font(ipmsg_text_of("{/font;}")), "");
	assert_text(
	    ipmsg_text_strip_font(ipmsg_text_of("{/font;} b")), "{/font;} b");
	assert_text(ipmsg_text_strip_font(ipmsg_text_of("{x}")), "{x}");
	assert_text(ipmsg_text_strip_font(ipmsg_text_of("")), "");
}

static void
recipients(void **state)
{
	(void)state;
	struct ipmsg_recipient to[2];

	assert_int_equal(
	    ipmsg_recipients_decode(ipmsg_text_of("TO:a:h1\aTO:b:h2"), to, 2),
	    2);
	assert_text(to[1].user, "b");
	assert_text(to[1].host, "h2");
	assert_int_equal(ipmsg_recipients_decode(
			     ipmsg_text_of("TO:a:h1\ab:h2\ac:h3\a"), to, 2),
	    2);
	assert_text(to[0].host, "h1");
	assert_int_equal(ipmsg_recipients_decode(ipmsg_text_of("x"), to, 2), 0);
	assert_int_equal(
	    ipmsg_recipients_decode(ipmsg_text_of("TO:\a:h\ax"), to, 2), 0);
}

static void
names_with_a_fingerprint(void **state)
{
	(void)state;
	static const char *const others[] = { "", "a", "a-<0123456789abcdef",
		"a<0123456789abcdef>", "a-<0123456789abcdeg>",
		"a-<0123456789abcdef>b", "<0123456789abcdef>" };
	struct ipmsg_text plain;
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];

	assert_true(ipmsg_user_fingerprint(
	    ipmsg_text_of("a-b-<0123456789abcdef>"), &plain, fp));
	assert_text(plain, "a-b");
	assert_memory_equal(fp, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(ipmsg_user_fingerprint(
		    ipmsg_text_of(others[i]), &plain, fp));
}

static void
lists_of_hosts_that_lie(void **state)
{
	(void)state;
	struct ipmsg_host_reader r;
	struct ipmsg_host h;
	uint32_t next;

	assert_int_equal(
	    ipmsg_hosts_decode(ipmsg_text_of("x\a1\a"), &next, &r), ERR_FORMAT);
	assert_int_equal(
	    ipmsg_hosts_decode(ipmsg_text_of("1\a"), &next, &r), ERR_FORMAT);
	/* More announced than come; a port and an address that are none. */
	assert_int_equal(
	    ipmsg_hosts_decode(ipmsg_text_of("    3\a99999\a"
					     "a\ab\a1\a1.2.3\a1\an\ag\a"
					     "a\ab\a1\a1.2.3.4\a65536\an\ag\a"
					     "a\ab\a1\a1.2.3.4\a1\an\ag\a"
					     "a\ab"),
		&next, &r),
	    0);
	assert_int_equal(next, 3);
	assert_int_equal(ipmsg_host_next(&r, &h), ERR_FORMAT);
	assert_int_equal(ipmsg_host_next(&r, &h), ERR_FORMAT);
	assert_int_equal(ipmsg_host_next(&r, &h), 1);
	assert_int_equal(h.addr.port, 256);
	assert_int_equal(ipmsg_host_next(&r, &h), ERR_SHORT);
	assert_int_equal(ipmsg_host_next(&r, &h), 0);
}

static void
dictionaries_that_lie(void **state)
{
	(void)state;
	struct ipmsg_text d, key, value;
	int64_t n;

	assert_true(ipmsg_dict_decode(BYTES("IP2:5:a:1:x:Z"), &d));
	assert_int_equal(ipmsg_dict_next(&d, &key, &value), 1);
	assert_int_equal(ipmsg_dict_next(&d, &key, &value), 0);
	assert_true(ipmsg_dict_decode(BYTES("IP2:5:a:2:x:Z"), &d));
	assert_int_equal(ipmsg_dict_next(&d, &key, &value), ERR_FORMAT);
	assert_true(ipmsg_dict_decode(BYTES("IP2:6:a:1:x::Z"), &d));
	assert_int_equal(ipmsg_dict_find(d, "b", &value), ERR_FORMAT);
	assert_false(ipmsg_dict_decode(BYTES("IP2:ffffffffffffffff::Z"), &d));
	assert_int_equal(ipmsg_dict_int(ipmsg_text_of("-"), &n), ERR_FORMAT);
	assert_int_equal(
	    ipmsg_dict_int(ipmsg_text_of("8000000000000000"), &n), ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_that_are_wrong),
		cmocka_unit_test(versions_that_begin_with_1),
		cmocka_unit_test(long_fields),
		cmocka_unit_test(nuls_make_parts),
		cmocka_unit_test(what_we_send_is_tidy),
		cmocka_unit_test(numbers_end_where_the_digits_end),
		cmocka_unit_test(keys_win_where_they_may),
		cmocka_unit_test(away_texts),
		cmocka_unit_test(clients),
		cmocka_unit_test(fonts_go_only_from_the_end),
		cmocka_unit_test(recipients),
		cmocka_unit_test(names_with_a_fingerprint),
		cmocka_unit_test(lists_of_hosts_that_lie),
		cmocka_unit_test(dictionaries_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
