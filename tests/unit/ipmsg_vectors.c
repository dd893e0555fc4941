/* SPDX-License-Identifier: MIT */
/*
 * Every line of tests/vectors/ipmsg.txt, with what it is to be read as. What
 * is encrypted is only taken apart here.
 */
#include "ipmsg_vectors.h"
#include "base/err.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VECTORS = 73, PACKETS = 54 };

static void
assert_text(struct ipmsg_text t, const char *s)
{
	assert_int_equal(t.size, strlen(s));
	if (t.size > 0)
		assert_memory_equal(t.bytes, s, t.size);
}

/* How a packet reads. */
struct expect {
	const char *id;
	const char *number, *user, *host;
	uint32_t word;
	const char *body; /* NULL: looked at elsewhere */
	bool again;       /* encoded, it is the same bytes */
};

static const struct expect expected[] = {
	{ "V01", "100", "shirouzu", "jupiter", 32, "Hello", false },
	{ "V02", "1700000000", "alice", "host1", 0, "", true },
	{ "V03", "1700000001", "alice", "host1", 0x05600001, "Alice", true },
	{ "V04", "1700000002", "alice", "host1", 0x05200001, "Alice", true },
	{ "V05", "1700000003", "yamada", "host2", 0x05600001,
	    "\x8eR\x93"
	    "c",
	    true },
	{ "V06", "1700000004", "zhang", "PC-1", 0x00600001, "\xd5\xc5\xc8\xfd",
	    true },
	{ "V07", "1700000005", "bob", "host3", 0x05E00003, "Bob", true },
	{ "V08", "1700000006", "alice", "host1", 0x05600104, "Alice[lunch]",
	    true },
	{ "V09", "1700000007", "alice", "host1", 0x05600002, "Alice", true },
	{ "V10", "1700000010", "alice", "host1", 0x120, "Hello, world", true },
	{ "V11", "1700000011", "bob", "host3", 0x21, "1700000010", true },
	{ "V12", "1700000012", "alice", "host1", 0x01800120,
	    "line 1\nzweite Zeile: s\xc3\xbc\xc3\x9f\n"
	    "\xe4\xb8\x89\xe8\xa1\x8c\xe7\x9b\xae",
	    true },
	{ "V13", "1700000013", "zhang", "PC-1", 0x120,
	    "\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7", true },
	{ "V14", "1700000014", "yamada", "host2", 0x120,
	    "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd", true },
	{ "V15", "1700000015", "alice", "host1", 0x100320, "for your eyes",
	    true },
	{ "V16", "1700000016", "bob", "host3", 0x100030, "1700000015", true },
	{ "V17", "1700000017", "alice", "host1", 0x32, "1700000016", true },
	{ "V18", "1700000018", "alice", "host1", 0x00108320, "unlock first",
	    true },
	{ "V19", "1700000019", "alice", "host1", 1056, "fire drill at 3",
	    true },
	{ "V20", "1700000020", "bob", "host3", 8224, "at lunch", true },
	{ "V21", "1700000021", "alice", "host1", 0x40, "", true },
	{ "V22", "1700000022", "bob", "host3", 0x41, "earshot 0.1", true },
	{ "V23", "1700000023", "alice", "host1", 0x50, "", true },
	{ "V24", "1700000024", "bob", "host3", 0x51, "back at 14:00", true },
	{ "V25", "1700000025", "alice", "host1", 0x00A00120, "see files",
	    true },
	{ "V26", "1700000026", "bob", "host3", 0x60, "6553f119:1:0:", true },
	{ "V27", "1700000027", "bob", "host3", 0x60,
	    "6553f119:3:40000000:", true },
	{ "V28", "1700000028", "bob", "host3", 0x62, "6553f119:2:0:", true },
	{ "V29", "1700000029", "bob", "host3", 0x61, "1700000025", true },
	{ "V32", "1700000032", "alice", "host1", 0x00A00120, "pic", true },
	{ "V34", "1700000034", "alice", "host1", 0x18, "", true },
	{ "V35", "1700000035", "bob", "host3", 0x11, "", true },
	{ "V36", "1700000036", "alice", "host1", 0x12, "0", true },
	{ "V37", "1700000037", "bob", "host3", 0x13, NULL, true },
	{ "V40", "1700000040", "alice", "host1", 0x72, "65920006", true },
	{ "V41", "1700000041", "alice", "host1", 0x73, NULL, true },
	{ "V42", "1700000042", "bob", "host3", 0x73, NULL, true },
	{ "V50", "1700000050", "alice-<66876f27b9c4eb9a>", "host1", 0x01C00120,
	    NULL, true },
	{ "V51", "1700000051", "alice-<66876f27b9c4eb9a>", "host1", 0x05E00920,
	    NULL, true },
	{ "V52", "1700000052", "carol", "host4", 0x00400120, NULL, true },
	{ "V53", "1700000052", "carol", "host4", 0x00400120, NULL, true },
	{ "W01", "1655805996", "Lee", "LEE-PC", 0x00600001, "Lee", false },
	{ "W02", "1508920396", "Apple", "WIN-SMFIBLTAL72", 0x00600003, "Apple",
	    true },
	{ "W03", "1700000103", "user", "PC-9", 3, "PC-9", true },
	{ "W04", "1", "mary", "tuxbox", 0x101, "Mary", true },
	{ "W05", "7", "mary", "tuxbox", 0x121, "1700000010", true },
	{ "W06", "1", "mary", "tuxbox", 0x101, "Mary", true },
	{ "W07", "1700000107", "zhang", "PC-1", 0x120, NULL, true },
	{ "W08", "1700000108", "zhang", "PC-1", 0xD1, "", true },
	{ "W09", "1700000109", "zhang", "PC-1", 0x79, "", true },
	{ "W10", "1700000110", "alice", "host1", 0x120, "again", false },
	{ "W11", "1700000111", "alice", "host1", 0x120, "no nul here", false },
	{ "W12", "20260921123456789", "bob", "host3", 0x120, "big number",
	    true },
	{ "X07", "1", "a", "h", 1, "\033]0;pwn\a", true },
};

static const struct expect *
expected_of(const char *id)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (strcmp(expected[i].id, id) == 0)
			return &expected[i];
	return NULL;
}

static void
check_packet(const struct ipmsg_vector *v, const struct expect *e)
{
	struct ipmsg_packet p;
	uint8_t out[IPMSG_VECTOR_MAX];
	size_t size = 0;

	assert_int_equal(ipmsg_decode(v->bytes, v->size, &p), 0);
	assert_text(p.digits, e->number);
	assert_int_equal(p.number, strtoull(e->number, NULL, 10));
	assert_text(p.user, e->user);
	assert_text(p.host, e->host);
	assert_int_equal(p.options | p.command, e->word);
	assert_int_equal(p.strange, strcmp(v->id, "W06") == 0);
	assert_int_equal(p.body.utf8, (e->word & IPMSG_UTF8) != 0);
	if (e->body)
		assert_text(p.body, e->body);
	assert_int_equal(ipmsg_encode(&p, out, sizeof(out), &size), 0);
	assert_int_equal(
	    size == v->size && memcmp(out, v->bytes, size) == 0, e->again);
	/* One byte of room less is refused. */
	assert_int_equal(ipmsg_encode(&p, out, size - 1, &size), ERR_LIMIT);
}

static void
every_packet_reads_as_written(void **state)
{
	(void)state;
	struct ipmsg_vectors all = ipmsg_vectors_open("ipmsg.txt");
	struct ipmsg_vector v;
	int vectors = 0, packets = 0;

	while (ipmsg_vectors_next(&all, &v)) {
		const struct expect *e = expected_of(v.id);
		vectors++;
		if (!e)
			continue;
		packets++;
		check_packet(&v, e);
	}
	assert_int_equal(vectors, VECTORS);
	assert_int_equal(packets, PACKETS);
	assert_int_equal(packets, sizeof(expected) / sizeof(expected[0]));
}

static struct ipmsg_vector held;

static struct ipmsg_packet
packet(const char *id)
{
	struct ipmsg_packet p;

	ipmsg_vector_get(id, &held);
	assert_int_equal(ipmsg_decode(held.bytes, held.size, &p), 0);
	return p;
}

static struct ipmsg_text
text(const char *id)
{
	ipmsg_vector_get(id, &held);
	return (struct ipmsg_text){ .bytes = held.bytes, .size = held.size };
}

static struct ipmsg_entry
entry(const char *id)
{
	struct ipmsg_packet p = packet(id);
	struct ipmsg_entry e;

	ipmsg_entry_decode(&p, &e);
	return e;
}

static void
entries_of_all_clients(void **state)
{
	(void)state;
	struct ipmsg_entry e = entry("V03");
	assert_text(e.user, "alice");
	assert_text(e.host, "host1");
	assert_true(e.host.utf8);
	assert_text(e.nick, "Alice");
	assert_text(e.group, "Dev");
	assert_text(e.client_version, "00050001:0:1:0");
	assert_false(e.away);
	e = entry("V04");
	assert_text(e.nick, "Alice");
	assert_text(e.group, "");
	/* The tail wins over what CP932 would have to be guessed from. */
	e = entry("V05");
	assert_text(e.nick, "\xe5\xb1\xb1\xe7\x94\xb0");
	assert_text(e.group, "\xe9\x96\x8b\xe7\x99\xba");
	assert_true(e.nick.utf8 && e.group.utf8);
	e = entry("V06");
	assert_int_equal(e.client, IPMSG_CLIENT_FEIQ);
	assert_text(e.group, "\xd1\xd0\xb7\xa2");
	assert_false(e.nick.utf8 || e.group.utf8);
	e = entry("V07");
	assert_text(e.nick, "Bob");
	assert_text(e.group, "\xe5\x96\xb6\xe6\xa5\xad");
	assert_true(e.group.utf8);
	e = entry("V08");
	assert_true(e.away);
	assert_text(e.nick, "Alice");
	assert_text(e.away_text, "lunch");
	e = entry("V09");
	assert_text(e.user, "alice");
}

static void
entries_of_the_wild(void **state)
{
	(void)state;
	struct ipmsg_entry e = entry("W01");
	assert_int_equal(e.client, IPMSG_CLIENT_FEIQ);
	assert_text(e.nick, "Lee");
	assert_text(e.group, "");
	e = entry("W02");
	assert_text(e.host, "WIN-SMFIBLTAL72");
	e = entry("W03");
	assert_int_equal(e.client, IPMSG_CLIENT_INTERCOM);
	assert_text(e.group, "\xcf\xfa\xca\xdb");
	/* It says that it is away, always. */
	e = entry("W04");
	assert_int_equal(e.client, IPMSG_CLIENT_IPTUX);
	assert_false(e.away);
	assert_text(e.group, "ops");
	assert_text(e.encoding, "utf-8");
	e = entry("W06");
	assert_int_equal(e.client, IPMSG_CLIENT_IPTUX);
	assert_text(e.group, "ops");
	/* Control characters are peer_text()'s to take out. */
	e = entry("X07");
	assert_text(e.nick, "\033]0;pwn\a");
}

/* What we put behind our entries. */
static void
tails_are_written_byte_for_byte(void **state)
{
	(void)state;
	static const char vs[] = "00050001:0:1:0";
	static const struct {
		const char *id;
		struct ipmsg_tail tail;
	} rows[] = {
		{ "V03", { "alice", "host1", "Alice", "Dev", vs } },
		{ "V04", { "alice", "host1", "Alice", "", NULL } },
		{ "V05", { "yamada", "host2", "\xe5\xb1\xb1\xe7\x94\xb0",
			     "\xe9\x96\x8b\xe7\x99\xba", vs } },
		{ "V07", { NULL, NULL, NULL, NULL, vs } },
		{ "V08", { "alice", "host1", "Alice[lunch]", "Dev", vs } },
		{ "V09", { "alice", "host1", "Alice", "Dev", vs } },
	};
	uint8_t out[256];
	size_t size;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ipmsg_packet p = packet(rows[i].id);
		assert_int_equal(
		    ipmsg_tail_encode(&rows[i].tail, out, sizeof(out), &size),
		    0);
		assert_int_equal(size, p.rest.size);
		assert_memory_equal(out, p.rest.bytes, size);
		assert_int_equal(
		    ipmsg_tail_encode(&rows[i].tail, out, size - 1, &size),
		    ERR_LIMIT);
	}
}

static uint64_t
about(const char *id)
{
	struct ipmsg_packet p = packet(id);
	uint64_t number = 0;

	assert_int_equal(ipmsg_number_decode(p.body, &number), 0);
	return number;
}

static void
answers_name_what_they_answer(void **state)
{
	(void)state;
	assert_int_equal(about("V11"), 1700000010);
	assert_int_equal(about("V16"), 1700000015);
	assert_int_equal(about("V17"), 1700000016);
	assert_int_equal(about("V29"), 1700000025);
	assert_int_equal(about("V36"), 0);
	assert_int_equal(about("W05"), 1700000010);
}

static struct ipmsg_file
file(struct ipmsg_file_reader *r)
{
	struct ipmsg_file f;

	assert_int_equal(ipmsg_file_next(r, &f), 1);
	return f;
}

static void
assert_name(const struct ipmsg_file *f, const char *name)
{
	assert_string_equal((const char *)f->name, name);
	assert_int_equal(f->name_size, strlen(name));
}

static void
assert_no_more(struct ipmsg_file_reader *r)
{
	struct ipmsg_file f;

	assert_int_equal(ipmsg_file_next(r, &f), 0);
	assert_int_equal(ipmsg_file_next(r, &f), 0);
}

static void
attachments(void **state)
{
	(void)state;
	struct ipmsg_packet p = packet("V25");
	struct ipmsg_file_reader r = ipmsg_files_read(p.ext);
	struct ipmsg_file f[3] = { file(&r), file(&r), file(&r) };
	assert_no_more(&r);
	assert_name(&f[0], "report v1.txt");
	assert_int_equal(f[0].id, 1);
	assert_int_equal(f[0].size, 6699);
	assert_int_equal(f[0].mtime, 0x6553f100);
	assert_int_equal(f[0].type, IPMSG_FILE_REGULAR);
	assert_name(&f[1], "photos");
	assert_int_equal(f[1].type, IPMSG_FILE_DIR);
	assert_name(&f[2], "a:b.bin");
	assert_int_equal(f[2].size, UINT64_C(4886718345));
	assert_int_equal(f[2].mode, 0644);
	assert_true(f[0].utf8);
	uint8_t out[256];
	struct wr w = wr_to(out, sizeof(out));
	for (size_t i = 0; i < 3; i++)
		ipmsg_file_put(&w, &f[i]);
	assert_int_equal(w.size, p.ext.size);
	assert_memory_equal(out, p.ext.bytes, w.size);
}

static void
a_picture_in_the_text(void **state)
{
	(void)state;
	struct ipmsg_packet p = packet("V32");
	struct ipmsg_file_reader r = ipmsg_files_read(p.ext);
	struct ipmsg_file f = file(&r);
	assert_no_more(&r);
	assert_name(&f, "ipmsgclip_s_1700000032_0.png");
	assert_int_equal(f.type, IPMSG_FILE_CLIPBOARD);
	assert_int_equal(f.clipboard, 3);
	uint8_t out[128];
	struct wr w = wr_to(out, sizeof(out));
	ipmsg_file_put(&w, &f);
	assert_int_equal(w.size, p.ext.size);
	assert_memory_equal(out, p.ext.bytes, w.size);
}

static void
all_separators_of_a_list(void **state)
{
	(void)state;
	static const char *const ids[] = { "V33a", "V33b", "V33c", "V33d" };

	for (size_t i = 0; i < 4; i++) {
		struct ipmsg_file_reader r = ipmsg_files_read(text(ids[i]));
		struct ipmsg_file a = file(&r), b = file(&r);
		assert_no_more(&r);
		assert_name(&a, "a.txt");
		assert_int_equal(a.size, 10);
		assert_name(&b, "b.txt");
		assert_int_equal(b.size, 20);
	}
}

static void
t37_t39_names_and_sizes_of_liars(void **state)
{
	(void)state;
	/* The name comes through as it is: made safe by who makes the file. */
	struct ipmsg_file_reader r = ipmsg_files_read(text("X05"));
	struct ipmsg_file f = file(&r);
	assert_name(&f, "../../etc/passwd");
	assert_no_more(&r);
	r = ipmsg_files_read(text("X06"));
	assert_int_equal(ipmsg_file_next(&r, &f), ERR_LIMIT);
	assert_no_more(&r);
}

static void
check_request(const char *id, uint64_t file_id, uint64_t offset)
{
	struct ipmsg_packet p = packet(id);
	struct ipmsg_request r;
	uint8_t out[128];
	size_t size;

	assert_int_equal(ipmsg_request_decode(p.body, p.command, false, &r), 0);
	assert_int_equal(r.packet, 1700000025);
	assert_int_equal(r.file, file_id);
	assert_int_equal(r.offset, offset);
	assert_int_equal(
	    ipmsg_request_encode(&r, p.command, out, sizeof(out), &size), 0);
	assert_int_equal(size, p.body.size);
	assert_memory_equal(out, p.body.bytes, size);
}

static void
requests(void **state)
{
	(void)state;
	check_request("V26", 1, 0);
	check_request("V27", 3, 0x40000000);
	check_request("V28", 2, 0);
}

static void
check_sealed(const char *id, uint8_t command, uint32_t capabilities)
{
	struct ipmsg_text t = text(id);
	struct ipmsg_parts parts = ipmsg_parts(t.bytes, t.size, false);
	struct ipmsg_request r;
	uint8_t out[128];
	size_t size;

	assert_int_equal(
	    ipmsg_request_decode(parts.body, command, true, &r), 0);
	assert_int_equal(r.packet, 1700000025);
	assert_int_equal(r.capabilities, capabilities);
	assert_int_equal(r.own_number, 1700000060);
	for (unsigned i = 0; capabilities == IPMSG_FILE_AES_CTR && i < 32; i++)
		assert_int_equal(r.key[i], 0x20 + i);
	assert_int_equal(
	    ipmsg_request_encode(&r, command, out, sizeof(out), &size), 0);
	assert_int_equal(size, parts.body.size);
	assert_memory_equal(out, t.bytes, size);
}

static void
requests_that_are_encrypted(void **state)
{
	(void)state;
	check_sealed("V60", IPMSG_GETFILEDATA, IPMSG_FILE_AES_CTR);
	check_sealed("V62", IPMSG_GETDIRFILES, IPMSG_FILE_AES_CTR);
	check_sealed("V63", IPMSG_GETFILEDATA, IPMSG_FILE_CLEAR);
}

/* What a stream says: "+name" a folder, "name=bytes" a file, "-", "." */
static void
tell(struct ipmsg_text t, char out[static 256])
{
	struct ipmsg_stream s;
	struct ipmsg_stream_event e;
	const uint8_t *p = t.bytes;
	size_t n = t.size, at = 0;
	int more;

	ipmsg_stream_init(&s, 1000, 1000);
	while ((more = ipmsg_stream_next(&s, &p, &n, &e)) == 1) {
		static const char *const marks[] = {
			[IPMSG_STREAM_ENTER] = "+",
			[IPMSG_STREAM_LEAVE] = "-",
			[IPMSG_STREAM_SKIPPED] = "!",
			[IPMSG_STREAM_END] = ".",
		};
		if (e.kind < 5 && marks[e.kind])
			out[at++] = marks[e.kind][0];
		if (e.kind == IPMSG_STREAM_END)
			out[at++] = '.';
		if (e.name_size > 0) {
			memcpy(out + at, e.name, e.name_size);
			at += e.name_size;
			out[at++] = e.kind == IPMSG_STREAM_FILE ? '=' : ' ';
		}
		if (e.count > 0) {
			memcpy(out + at, e.bytes, e.count);
			at += e.count;
		}
		assert_true(at < 200);
	}
	out[at] = '\0';
	assert_int_equal(more, 0);
	assert_int_equal(n, 0);
}

static void
streams(void **state)
{
	(void)state;
	char told[256];

	tell(text("V30"), told);
	assert_string_equal(
	    told, "+photos a.txt=hello+sub empty=-b:c.txt=hi-.");
	tell(text("V31"), told);
	assert_string_equal(told, "+d x=abc-.");
}

static void
put(struct wr *w, uint8_t type, const char *name, int64_t mtime,
    const char *bytes)
{
	struct ipmsg_file f = { .type = type, .mtime = mtime };

	f.name_size = strlen(name);
	memcpy(f.name, name, f.name_size + 1);
	f.size = strlen(bytes);
	ipmsg_stream_put(w, &f);
	wr_bytes(w, bytes, f.size);
}

static void
a_stream_is_written_byte_for_byte(void **state)
{
	(void)state;
	uint8_t out[256];
	struct wr w = wr_to(out, sizeof(out));
	struct ipmsg_text t = text("V30");

	put(&w, IPMSG_FILE_DIR, "photos", 0x6553f101, "");
	put(&w, IPMSG_FILE_REGULAR, "a.txt", 0x6553f102, "hello");
	put(&w, IPMSG_FILE_DIR, "sub", 0, "");
	put(&w, IPMSG_FILE_REGULAR, "empty", 0, "");
	put(&w, IPMSG_FILE_RETPARENT, "", 0, "");
	put(&w, IPMSG_FILE_REGULAR, "b:c.txt", 0, "hi");
	put(&w, IPMSG_FILE_RETPARENT, "", 0, "");
	assert_int_equal(w.size, t.size);
	assert_memory_equal(out, t.bytes, t.size);
}

static void
hosts(void **state)
{
	(void)state;
	struct ipmsg_packet p = packet("V37");
	struct ipmsg_host_reader r;
	struct ipmsg_host h[2], none;
	char addr[ADDR_TEXT_MAX];
	uint8_t out[256];
	uint32_t next = 9;
	size_t size;

	assert_int_equal(ipmsg_hosts_decode(p.body, &next, &r), 0);
	assert_int_equal(next, 0);
	assert_int_equal(ipmsg_host_next(&r, &h[0]), 1);
	assert_text(h[0].user, "carol");
	assert_text(h[0].nick, "Carol");
	assert_text(h[0].group, "Ops");
	assert_string_equal(addr_text(&h[0].addr, addr), "192.0.2.4:2425");
	assert_int_equal(h[0].status, 0x00600001);
	assert_int_equal(ipmsg_host_next(&r, &h[1]), 1);
	assert_text(h[1].user, "dave");
	assert_text(h[1].nick, "");
	assert_text(h[1].group, "");
	assert_int_equal(ipmsg_host_next(&r, &none), 0);
	assert_int_equal(
	    ipmsg_hosts_encode(0, h, 2, out, sizeof(out), &size), 0);
	assert_int_equal(size, p.body.size);
	assert_memory_equal(out, p.body.bytes, size);
}

static void
encrypted_ones_come_apart(void **state)
{
	(void)state;
	struct ipmsg_packet p = packet("V50");
	struct ipmsg_text plain;
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];

	assert_true(ipmsg_user_fingerprint(p.user, &plain, fp));
	assert_text(plain, "alice");
	assert_memory_equal(fp, "\x66\x87\x6f\x27\xb9\xc4\xeb\x9a", 8);
	assert_memory_equal(p.body.bytes, "41900004:", 9);
	p = packet("V51");
	assert_true(p.options & IPMSG_ENCEXTMSG && p.options & IPMSG_MULTICAST);
	p = packet("V52");
	assert_false(ipmsg_user_fingerprint(p.user, &plain, fp));
	assert_memory_equal(p.body.bytes, "20002:", 6);
	p = packet("V53");
	assert_memory_equal(p.body.bytes, "1820002:", 8);
	/* Its bytes mean nothing without the key of V60. */
	assert_int_equal(text("V61").size, 11);
}

static int64_t
number_of(struct ipmsg_text dict, const char *key)
{
	struct ipmsg_text value;
	int64_t number = 0;

	assert_int_equal(ipmsg_dict_find(dict, key, &value), 0);
	assert_int_equal(ipmsg_dict_int(value, &number), 0);
	return number;
}

static struct ipmsg_text
dict(const char *id)
{
	struct ipmsg_text t = text(id), content = { 0 };
	struct ipmsg_packet p;

	assert_int_equal(ipmsg_decode(t.bytes, t.size, &p), ERR_UNSUPPORTED);
	assert_true(ipmsg_dict_decode(t.bytes, t.size, &content));
	assert_false(ipmsg_dict_decode(t.bytes, t.size - 1, &content));
	return content;
}

static void
dictionaries(void **state)
{
	(void)state;
	struct ipmsg_text d = dict("V70"), value, item;
	int64_t number;

	assert_int_equal(number_of(d, "key1"), 1000);
	assert_int_equal(ipmsg_dict_find(d, "key2", &value), 0);
	assert_text(value, "str1");
	assert_int_equal(ipmsg_dict_find(d, "key3", &value), 0);
	assert_int_equal(number_of(value, "key31"), -2000);
	assert_int_equal(ipmsg_dict_find(d, "key4", &value), 0);
	for (int64_t want = 1000; want <= 2000; want += 1000) {
		assert_int_equal(ipmsg_dict_item(&value, &item), 1);
		assert_int_equal(ipmsg_dict_int(item, &number), 0);
		assert_int_equal(number, want);
	}
	assert_int_equal(ipmsg_dict_item(&value, &item), 0);
	assert_int_equal(ipmsg_dict_find(d, "key5", &value), ERR_NOT_FOUND);
	d = dict("V71");
	assert_int_equal(number_of(d, "EF"), 0x500004);
	assert_int_equal(ipmsg_dict_find(d, "EI", &value), 0);
	assert_int_equal(value.size, 16);
	assert_int_equal(ipmsg_dict_find(d, "EB", &value), 0);
	d = dict("V72");
	assert_int_equal(number_of(d, "CMD"), IPMSG_SENDMSG);
	assert_int_equal(ipmsg_dict_find(d, "BODY", &value), 0);
	assert_text(value, "hi");
	assert_int_equal(ipmsg_dict_find(d, "SIGN", &value), 0);
	assert_int_equal(value.size, 256);
}

static void
quirks(void **state)
{
	(void)state;
	struct ipmsg_packet p = packet("W07");

	assert_text(ipmsg_text_strip_font(p.body), "\xc4\xe3\xba\xc3");
	/* Nothing is left of the padding. */
	p = packet("W10");
	assert_int_equal(p.ext.size + p.rest.size, 0);
	p = packet("W12");
	assert_int_equal(p.number, UINT64_C(20260921123456789));
}

static void
malformed_ones(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		int err;
	} rows[] = {
		{ "X01", ERR_SHORT },
		{ "X02", ERR_FORMAT },
	};
	static const struct {
		const char *id;
		int err;
	} headers[] = {
		{ "X03", ERR_FORMAT },
		{ "X04", ERR_LIMIT },
	};
	struct ipmsg_packet p;
	struct ipmsg_stream s;
	struct ipmsg_stream_event e;

	for (size_t i = 0; i < 2; i++) {
		struct ipmsg_text t = text(rows[i].id);
		assert_int_equal(
		    ipmsg_decode(t.bytes, t.size, &p), rows[i].err);
	}
	for (size_t i = 0; i < 2; i++) {
		struct ipmsg_text t = text(headers[i].id);
		ipmsg_stream_init(&s, 1000, 1000);
		assert_int_equal(ipmsg_stream_next(&s, &t.bytes, &t.size, &e),
		    headers[i].err);
		assert_int_equal(ipmsg_stream_next(&s, &t.bytes, &t.size, &e),
		    headers[i].err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_packet_reads_as_written),
		cmocka_unit_test(entries_of_all_clients),
		cmocka_unit_test(entries_of_the_wild),
		cmocka_unit_test(tails_are_written_byte_for_byte),
		cmocka_unit_test(answers_name_what_they_answer),
		cmocka_unit_test(attachments),
		cmocka_unit_test(a_picture_in_the_text),
		cmocka_unit_test(all_separators_of_a_list),
		cmocka_unit_test(t37_t39_names_and_sizes_of_liars),
		cmocka_unit_test(requests),
		cmocka_unit_test(requests_that_are_encrypted),
		cmocka_unit_test(streams),
		cmocka_unit_test(a_stream_is_written_byte_for_byte),
		cmocka_unit_test(hosts),
		cmocka_unit_test(encrypted_ones_come_apart),
		cmocka_unit_test(dictionaries),
		cmocka_unit_test(quirks),
		cmocka_unit_test(malformed_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
