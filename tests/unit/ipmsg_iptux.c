/* SPDX-License-Identifier: MIT */
/*
 * What went over the wire to and from a real iptux, read again, and written
 * again byte for byte.
 */
#include "base/err.h"
#include "ipmsg_vectors.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CAPTURED = 76, PACKETS = 65, REQUESTS = 4, STREAM_FIRST = 23 };

static struct ipmsg_vector all[CAPTURED];

static int
load(void **state)
{
	(void)state;
	struct ipmsg_vectors v = ipmsg_vectors_open("iptux.txt");
	size_t n = 0;

	while (n < CAPTURED && ipmsg_vectors_next(&v, &all[n]))
		n++;
	return n == CAPTURED ? 0 : -1;
}

/* I01 is 1. */
static struct ipmsg_packet
packet(size_t number)
{
	struct ipmsg_packet p;
	const struct ipmsg_vector *v = &all[number - 1];

	assert_int_equal(ipmsg_decode(v->bytes, v->size, &p), 0);
	return p;
}

static void
assert_text(struct ipmsg_text t, const char *s)
{
	assert_int_equal(t.size, strlen(s));
	if (t.size > 0)
		assert_memory_equal(t.bytes, s, t.size);
}

/* Data of files and headers of folders are no packets. */
static bool
is_packet(const struct ipmsg_vector *v)
{
	return memcmp(v->bytes, "1:", 2) == 0 || memcmp(v->bytes, "1_", 2) == 0;
}

static void
all_packets_come_out_again(void **state)
{
	(void)state;
	int packets = 0, requests = 0;

	for (size_t i = 0; i < CAPTURED; i++) {
		uint8_t out[IPMSG_VECTOR_MAX];
		size_t size = 0;
		if (!is_packet(&all[i])) {
			assert_string_equal(all[i].via, "tcp");
			continue;
		}
		struct ipmsg_packet p = packet(i + 1);
		assert_false(p.strange);
		assert_int_equal(ipmsg_encode(&p, out, sizeof(out), &size), 0);
		assert_int_equal(size, all[i].size);
		assert_memory_equal(out, all[i].bytes, size);
		packets++;
		requests += strcmp(all[i].via, "tcp") == 0;
	}
	assert_int_equal(packets, PACKETS);
	assert_int_equal(requests, REQUESTS);
}

static void
the_first_conversation(void **state)
{
	(void)state;
	struct ipmsg_entry e;
	struct ipmsg_packet p = packet(1);
	uint64_t number;

	assert_int_equal(p.command, IPMSG_BR_ENTRY);
	ipmsg_entry_decode(&p, &e);
	assert_text(e.nick, "alice");
	assert_text(e.group, "lab");
	assert_text(e.encoding, "utf-8");
	assert_false(e.away);
	assert_int_equal(packet(4).command, IPMSG_ANSENTRY);
	p = packet(7);
	assert_int_equal(p.command, IPMSG_SENDMSG);
	assert_true(p.options & IPMSG_SENDCHECK);
	assert_text(p.body, "hello from alice");
	p = packet(8);
	assert_int_equal(p.command, IPMSG_RECVMSG);
	assert_int_equal(ipmsg_number_decode(p.body, &number), 0);
	assert_int_equal(number, 7);
	assert_text(packet(9).body, "naive cafe: colon:ok");
	assert_int_equal(packet(13).command, IPMSG_BR_EXIT);
	/* Without UTF-8 in its options, and in another set than it says. */
	p = packet(48);
	ipmsg_entry_decode(&p, &e);
	assert_text(e.group, "\xca\xb5\xd1\xe9\xca\xd2");
	assert_text(e.encoding, "utf-8");
	assert_false(e.group.utf8);
	assert_int_equal(packet(61).command, IPMSG_IPTUX_SIGN);
}

static void
check_offer(size_t number, uint64_t id, const char *name, uint64_t size)
{
	struct ipmsg_packet p = packet(number);
	struct ipmsg_file_reader r = ipmsg_files_read(p.ext);
	struct ipmsg_file f;

	assert_true(p.options & IPMSG_FILEATTACH);
	assert_int_equal(ipmsg_file_next(&r, &f), 1);
	assert_int_equal(f.id, id);
	assert_string_equal((const char *)f.name, name);
	assert_int_equal(f.size, size);
	assert_int_equal(ipmsg_file_next(&r, &f), 0);
}

static void
offers_and_what_asks_for_them(void **state)
{
	(void)state;
	struct ipmsg_request r;
	struct ipmsg_file_reader files;
	struct ipmsg_file f;
	struct ipmsg_packet p = packet(17);

	check_offer(14, 10000, "hello.txt", 45);
	check_offer(19, 10001, "sub", 3);
	check_offer(34, 0, "hello.txt", 45);
	check_offer(36, 0, "d", 0);
	/* Decimal in the list, hexadecimal in the request. */
	assert_int_equal(ipmsg_request_decode(p.body, p.command, false, &r), 0);
	assert_int_equal(r.packet, 7);
	assert_int_equal(r.file, 10000);
	assert_int_equal(r.file_decimal, 2710);
	assert_int_equal(r.offset, 0);
	p = packet(22);
	assert_int_equal(p.command, IPMSG_GETDIRFILES);
	assert_int_equal(ipmsg_request_decode(p.body, p.command, false, &r), 0);
	assert_int_equal(r.file, 10001);
	/* Two in a list. */
	p = packet(39);
	assert_true(p.options & IPMSG_IPTUX_SHARED);
	files = ipmsg_files_read(p.ext);
	assert_int_equal(ipmsg_file_next(&files, &f), 1);
	assert_int_equal(f.size, 5000000);
	assert_int_equal(ipmsg_file_next(&files, &f), 1);
	assert_int_equal(f.type, IPMSG_FILE_DIR);
	assert_int_equal(ipmsg_file_next(&files, &f), 0);
}

static void
the_folder_it_sent(void **state)
{
	(void)state;
	static const struct {
		int kind;
		const char *name;
	} rows[] = {
		{ IPMSG_STREAM_ENTER, "sub" },
		{ IPMSG_STREAM_FILE, "x:y.txt" },
		{ IPMSG_STREAM_BYTES, NULL },
		{ IPMSG_STREAM_ENTER, "deep" },
		{ IPMSG_STREAM_FILE, "empty" },
		{ IPMSG_STREAM_LEAVE, NULL },
		{ IPMSG_STREAM_LEAVE, NULL },
		{ IPMSG_STREAM_END, NULL },
	};
	struct ipmsg_stream s;
	struct ipmsg_stream_event e;
	size_t row = 0;

	ipmsg_stream_init(&s, 3, 6);
	for (size_t i = STREAM_FIRST; i < STREAM_FIRST + 7; i++) {
		const uint8_t *p = all[i - 1].bytes;
		size_t n = all[i - 1].size;
		while (ipmsg_stream_next(&s, &p, &n, &e) == 1) {
			assert_int_equal(e.kind, rows[row].kind);
			if (rows[row].name)
				assert_string_equal(
				    (const char *)e.name, rows[row].name);
			if (e.kind == IPMSG_STREAM_BYTES)
				assert_memory_equal(e.bytes, "hi\n", 3);
			row++;
		}
		assert_int_equal(n, 0);
	}
	assert_int_equal(row, 8);
	assert_int_equal(s.err, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_packets_come_out_again),
		cmocka_unit_test(the_first_conversation),
		cmocka_unit_test(offers_and_what_asks_for_them),
		cmocka_unit_test(the_folder_it_sent),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
