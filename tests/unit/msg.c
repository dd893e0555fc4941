/* SPDX-License-Identifier: MIT */
#include "wire/msg.h"

#include "base/err.h"
#include "base/wr.h"
#include "protocol_vectors.h"
#include "untrusted_check.h"
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Those behind have tests of their own. */
enum { KINDS = 12, ALL = 20 };

static struct msg_id
id_from(uint8_t first)
{
	struct msg_id id;

	for (int i = 0; i < MSG_ID_SIZE; i++)
		id.b[i] = (uint8_t)(first + i);
	return id;
}

static struct msg
a_text(const char *s, size_t n)
{
	return (struct msg){
		.type = MSG_TEXT,
		.post = { .id = id_from(0x10),
		    .seq = 3,
		    .prev = 2,
		    .sent_ms = VECTOR_SENT_MS,
		    .text = untrusted_of(s, n) },
	};
}

static struct msg
an_ack(size_t count)
{
	struct msg m = { .type = MSG_ACK,
		.ack = { .state = ACK_STORED, .count = count } };

	for (size_t i = 0; i < count && i < ACK_IDS_MAX; i++)
		m.ack.ids[i] = id_from((uint8_t)(0x10 + 0x10 * i));
	return m;
}

static struct msg
a_status(bool away, const char *s)
{
	return (struct msg){ .type = MSG_STATUS,
		.status = {
		    .away = away, .text = untrusted_of(s, strlen(s)) } };
}

static struct msg
a_nack(uint8_t code)
{
	return (struct msg){ .type = MSG_NACK,
		.nack = { .id = id_from(0x10), .code = code } };
}

static struct msg
a_revision(uint8_t type, const char *s)
{
	return (struct msg){
		.type = type,
		.post = { .id = id_from(0x20),
		    .seq = 5,
		    .prev = 3,
		    .sent_ms = VECTOR_SENT_MS,
		    .has_target = true,
		    .target = id_from(0x10),
		    .text = untrusted_of(s, strlen(s)) },
	};
}

static struct msg
an_offer(bool folder)
{
	const char *name = folder ? "photos" : "photo.jpg";

	return (struct msg){
		.type = MSG_FILE,
		.post = { .id = id_from(0x20),
		    .seq = 5,
		    .prev = 3,
		    .sent_ms = VECTOR_SENT_MS,
		    .text = untrusted_of(name, strlen(name)),
		    .file = { .folder = folder,
			.size = 1234567,
			.files = folder ? 42 : 1,
			.mtime = VECTOR_SENT_MS / 1000 } },
	};
}

static struct msg
an_end(uint8_t end)
{
	struct msg m = a_revision(MSG_FILE_STOP, "");

	m.post.end = end;
	return m;
}

static struct msg
a_reference(uint8_t type)
{
	return (struct msg){ .type = type, .ref = { .target = id_from(0x20) } };
}

/* One of each type. */
static struct msg
sample(int type)
{
	switch (type) {
	case MSG_TEXT:
		return a_text("hi", 2);
	case MSG_ACK:
		return an_ack(2);
	case MSG_TYPING:
		return (
		    struct msg){ .type = MSG_TYPING, .typing = { .on = true } };
	case MSG_STATUS:
		return a_status(true, "back at two");
	case MSG_EDIT:
		return a_revision(MSG_EDIT, "ho");
	case MSG_DELETE:
		return a_revision(MSG_DELETE, "");
	case MSG_REACT:
		return a_revision(MSG_REACT, "\xf0\x9f\x91\x8d");
	case MSG_FILE:
		return an_offer(true);
	case MSG_FILE_STOP:
		return an_end(FILE_END_CANCELLED);
	case MSG_FILE_CALL:
	case MSG_FILE_ATTACH:
		return a_reference((uint8_t)type);
	default:
		return a_nack(NACK_TOO_LARGE);
	}
}

static size_t
encoded(const struct msg *m, uint8_t out[static MSG_MAX])
{
	size_t n = 0;

	assert_int_equal(msg_encode(m, out, MSG_MAX, &n), 0);
	assert_int_equal(n, msg_padded_size(n));
	return n;
}

static void
assert_msg_equal(const struct msg *a, const struct msg *b)
{
	assert_int_equal(a->type, b->type);
	switch (a->type) {
	case MSG_TEXT:
	case MSG_EDIT:
	case MSG_DELETE:
	case MSG_REACT:
	case MSG_FILE:
	case MSG_FILE_STOP:
		assert_true(msg_id_equal(&a->post.id, &b->post.id));
		assert_true(a->post.seq == b->post.seq);
		assert_true(a->post.sent_ms == b->post.sent_ms);
		assert_int_equal(a->post.flags, b->post.flags);
		assert_text_equal(a->post.text, b->post.text);
		assert_true(a->post.prev == b->post.prev);
		assert_int_equal(a->post.has_target, b->post.has_target);
		assert_true(msg_id_equal(&a->post.target, &b->post.target));
		assert_int_equal(a->post.file.folder, b->post.file.folder);
		assert_true(a->post.file.size == b->post.file.size);
		assert_int_equal(a->post.file.files, b->post.file.files);
		assert_true(a->post.file.mtime == b->post.file.mtime);
		assert_int_equal(a->post.end, b->post.end);
		break;
	case MSG_FILE_CALL:
	case MSG_FILE_ATTACH:
		assert_true(msg_id_equal(&a->ref.target, &b->ref.target));
		break;
	case MSG_ACK:
		assert_int_equal(a->ack.state, b->ack.state);
		assert_int_equal(a->ack.count, b->ack.count);
		assert_memory_equal(
		    a->ack.ids, b->ack.ids, a->ack.count * MSG_ID_SIZE);
		break;
	case MSG_TYPING:
		assert_int_equal(a->typing.on, b->typing.on);
		break;
	case MSG_STATUS:
		assert_int_equal(a->status.away, b->status.away);
		assert_text_equal(a->status.text, b->status.text);
		break;
	default:
		assert_true(msg_id_equal(&a->nack.id, &b->nack.id));
		assert_int_equal(a->nack.code, b->nack.code);
	}
}

static void
check_vector(const char *name, const struct msg *want)
{
	uint8_t bytes[VECTOR_MAX], out[MSG_MAX];
	size_t n = vector_load("messages", name, bytes);
	struct msg got;

	assert_int_equal(encoded(want, out), n);
	assert_memory_equal(out, bytes, n);
	assert_int_equal(msg_decode(bytes, n, &got), 0);
	assert_msg_equal(&got, want);
}

static void
vectors_are_met(void **state)
{
	(void)state;
	static const char table[] = "\xc3\xa0 table, tout le monde";
	struct msg m;
	m = sample(MSG_TEXT);
	check_vector("text", &m);
	m = a_text(table, sizeof(table) - 1);
	m.post.id = id_from(0x20);
	m.post.seq = 4;
	m.post.prev = 3;
	m.post.flags = TEXT_SHOUT_COPY;
	check_vector("text-flags", &m);
	m = a_text("yes", 3);
	m.post.id = id_from(0x20);
	m.post.seq = UINT64_C(7) << 32 | 1;
	m.post.prev = 4;
	m.post.has_target = true;
	m.post.target = id_from(0x10);
	check_vector("text-answer", &m);
	m = sample(MSG_EDIT);
	check_vector("edit", &m);
	m = sample(MSG_DELETE);
	check_vector("delete", &m);
	m = sample(MSG_REACT);
	check_vector("react", &m);
	m = a_revision(MSG_REACT, "");
	check_vector("react-none", &m);
	m = sample(MSG_ACK);
	check_vector("ack", &m);
	m = sample(MSG_TYPING);
	check_vector("typing", &m);
	m = sample(MSG_STATUS);
	check_vector("status", &m);
	m = a_status(false, "");
	check_vector("status-none", &m);
	m = sample(MSG_NACK);
	check_vector("nack", &m);
	m = an_offer(false);
	check_vector("file", &m);
	m = an_offer(true);
	check_vector("file-folder", &m);
	m = an_end(FILE_END_REFUSED);
	check_vector("file-stop", &m);
	m = a_reference(MSG_FILE_CALL);
	check_vector("file-call", &m);
	m = a_reference(MSG_FILE_ATTACH);
	check_vector("file-attach", &m);
}

static void
every_size_comes_back_padded(void **state)
{
	(void)state;
	static char text[TEXT_MAX];
	uint8_t out[MSG_MAX];
	memset(text, 'x', sizeof(text));
	for (size_t n = 1; n <= TEXT_MAX; n += n < 9000 ? 1 : 97) {
		struct msg m = a_text(text, n), got;
		size_t size = encoded(&m, out);
		/* Type, four fields, the values of three, the text. */
		assert_true(size >= 1 + 4 * TLV_HEADER_SIZE + 32 + n);
		assert_int_equal(msg_decode(out, size, &got), 0);
		assert_msg_equal(&got, &m);
	}
	for (size_t count = 1; count <= ACK_IDS_MAX; count++) {
		struct msg m = an_ack(count), got;
		size_t size = encoded(&m, out);
		assert_int_equal(msg_decode(out, size, &got), 0);
		assert_msg_equal(&got, &m);
	}
}

static void
size_classes(void **state)
{
	(void)state;
	static const struct {
		size_t size, padded;
	} cases[] = { { 0, 64 }, { 1, 64 }, { 64, 64 }, { 65, 256 },
		{ 256, 256 }, { 257, 1024 }, { 1024, 1024 }, { 1025, 4096 },
		{ 4096, 4096 }, { 4097, 8192 }, { 8193, 12288 },
		{ 69632, 69632 }, { 69633, 70000 }, { 70000, 70000 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    msg_padded_size(cases[i].size), cases[i].padded);
}

/* All control messages and short texts look alike to a watcher, and so does all
 * that names another. */
static void
small_messages_have_one_size(void **state)
{
	(void)state;
	uint8_t out[MSG_MAX];
	for (int type = 1; type <= KINDS; type++) {
		struct msg m = sample(type);
		bool both = type == MSG_EDIT || type == MSG_DELETE ||
			    type == MSG_REACT || type == MSG_FILE ||
			    type == MSG_FILE_STOP;
		assert_int_equal(encoded(&m, out), both ? 256 : 64);
	}
}

static void
t34_oversize_text(void **state)
{
	(void)state;
	static const size_t sizes[] = { 65535, 65536, 65537, 65538, 66000,
		68000, 69000, 69950, 69951, 69952, 70000, 131072 };
	static uint8_t in[140000], text[140000];
	int refused = 0, accepted = 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct msg_id id = id_from(0x10);
		struct msg got;
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_TEXT);
		tlv_put(&w, 1, id.b, MSG_ID_SIZE);
		tlv_put_u64(&w, 2, 1);
		tlv_put_i64(&w, 3, 1);
		tlv_put(&w, 5, text, sizes[i]);
		assert_false(w.failed);
		int err = msg_decode(in, w.size, &got);
		assert_int_equal(err, sizes[i] <= TEXT_MAX ? 0 : ERR_LIMIT);
		assert_true(msg_id_equal(&got.post.id, &id));
		assert_int_equal(got.type, MSG_TEXT);
		refused += err < 0;
		accepted += err == 0;
	}
	assert_int_equal(accepted, 2);
	assert_int_equal(refused, 10);
}

/* Also where only the padding is too much. */
static void
t34_oversize_message(void **state)
{
	(void)state;
	static uint8_t in[MSG_MAX + 1];
	struct msg got;
	for (size_t n = MSG_MAX - 1; n <= MSG_MAX + 1; n++) {
		struct wr w = wr_to(in, n);
		wr_u8(&w, MSG_TYPING);
		tlv_put_u8(&w, 4, 1);
		tlv_put_pad(&w, n - w.size);
		assert_false(w.failed);
		assert_int_equal(
		    msg_decode(in, n, &got), n > MSG_MAX ? ERR_LIMIT : 0);
	}
}

static void
t34_oversize_status(void **state)
{
	(void)state;
	static uint8_t text[STATUS_BYTES_MAX + 2];
	int refused = 0;
	for (size_t n = 0; n <= sizeof(text); n++) {
		uint8_t in[256];
		struct msg got;
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, MSG_STATUS);
		tlv_put_u8(&w, 4, 0);
		tlv_put(&w, 5, text, n);
		int err = msg_decode(in, w.size, &got);
		assert_int_equal(err, n > STATUS_BYTES_MAX ? ERR_LIMIT : 0);
		refused += err < 0;
	}
	assert_int_equal(refused, 2);
}

static void
t34_oversize_is_not_sent(void **state)
{
	(void)state;
	static char text[TEXT_MAX + 1];
	static char status[STATUS_BYTES_MAX + 1];
	uint8_t out[MSG_MAX];
	size_t n = 77;
	struct msg m = a_text(text, TEXT_MAX + 1);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = a_text(text, 0);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = an_ack(0);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = an_ack(ACK_IDS_MAX + 1);
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = a_status(true, "");
	m.status.text = untrusted_of(status, sizeof(status));
	assert_int_equal(msg_encode(&m, out, sizeof(out), &n), ERR_LIMIT);
	m = sample(MSG_TYPING);
	for (size_t cap = 0; cap < 64; cap++)
		assert_int_equal(msg_encode(&m, out, cap, &n), ERR_LIMIT);
	assert_int_equal(n, 77);
	assert_int_equal(msg_encode(&m, out, 64, &n), 0);
}

/* Cut in front of its padding, or of a status text, the number of what went
 * before or what is said of a file, which may be missing, it is a whole
 * message. */
static void
every_truncation(void **state)
{
	(void)state;
	uint8_t out[MSG_MAX];
	int clean = 0, named = 0;
	for (int type = 1; type <= KINDS; type++) {
		struct msg m = sample(type), got;
		size_t size = encoded(&m, out);
		for (size_t n = 0; n < size; n++) {
			uint8_t *in = malloc(n + (n == 0));
			assert_non_null(in);
			memcpy(in, out, n);
			int err = msg_decode(in, n, &got);
			assert_true(
			    err == 0 || err == ERR_SHORT || err == ERR_FORMAT);
			if (err == 0)
				assert_int_equal(got.type, type);
			else if (type == MSG_TEXT)
				named += msg_id_equal(&got.post.id, &m.post.id);
			clean += err == 0;
			free(in);
		}
	}
	assert_int_equal(clean, KINDS + 1 + 3 + 4 + 1);
	/* From the end of the id, at 21, but for the one clean cut. */
	assert_int_equal(named, 64 - 21 - 1);
}

/* Each field in turn left out, too short and too long, in each type. */
static void
mandatory_fields_and_sizes(void **state)
{
	(void)state;
	static const struct {
		uint8_t type;
		size_t fields;
		struct {
			uint8_t type;
			size_t size;
			bool optional;
		} field[9];
	} kinds[] = {
		{ MSG_TEXT, 5,
		    { { 1, 16, false }, { 2, 8, false }, { 3, 8, false },
			{ 4, 1, true }, { 5, 0, false } } },
		{ MSG_ACK, 2, { { 6, 1, false }, { 7, 16, false } } },
		{ MSG_TYPING, 1, { { 4, 1, false } } },
		{ MSG_STATUS, 1, { { 4, 1, false } } },
		{ MSG_NACK, 2, { { 7, 16, false }, { 8, 1, false } } },
		{ MSG_EDIT, 6,
		    { { 1, 16, false }, { 2, 8, false }, { 3, 8, false },
			{ 5, 0, false }, { 9, 16, false }, { 10, 8, true } } },
		{ MSG_DELETE, 5,
		    { { 1, 16, false }, { 2, 8, false }, { 3, 8, false },
			{ 9, 16, false }, { 10, 8, true } } },
		{ MSG_REACT, 6,
		    { { 1, 16, false }, { 2, 8, false }, { 3, 8, false },
			{ 5, 0, true }, { 9, 16, false }, { 10, 8, true } } },
		{ MSG_FILE, 9,
		    { { 1, 16, false }, { 2, 8, false }, { 3, 8, false },
			{ 4, 1, true }, { 5, 0, false }, { 10, 8, true },
			{ 11, 8, true }, { 12, 8, true }, { 13, 4, true } } },
		{ MSG_FILE_STOP, 6,
		    { { 1, 16, false }, { 2, 8, false }, { 3, 8, false },
			{ 6, 1, false }, { 9, 16, false }, { 10, 8, true } } },
		{ MSG_FILE_CALL, 1, { { 9, 16, false } } },
		{ MSG_FILE_ATTACH, 1, { { 9, 16, false } } },
	};
	enum { AS_IS, LEFT_OUT, SHORTER, LONGER, WAYS };
	static const uint8_t none[20];
	static const uint8_t ones[20] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	int refused = 0, tried = 0;
	for (size_t k = 0; k < KINDS; k++) {
		for (size_t at = 0; at < kinds[k].fields * WAYS; at++) {
			size_t which = at / WAYS, way = at % WAYS;
			uint8_t in[192];
			struct msg got;
			struct wr w = wr_to(in, sizeof(in));
			bool is_bad = false;
			wr_u8(&w, kinds[k].type);
			for (size_t i = 0; i < kinds[k].fields; i++) {
				size_t size = kinds[k].field[i].size;
				bool is_text = size == 0;
				size += is_text ? 4 : 0;
				bool is_it = i == which;
				if (is_it && way == LEFT_OUT) {
					is_bad = !kinds[k].field[i].optional;
					continue;
				}
				if (is_it && way == SHORTER)
					size--;
				if (is_it && way == LONGER)
					size++;
				if (is_it && way >= SHORTER && !is_text)
					is_bad = true;
				/* A prev below the seq. */
				tlv_put(&w, kinds[k].field[i].type,
				    kinds[k].field[i].type == 10 ? none : ones,
				    size);
			}
			int err = msg_decode(in, w.size, &got);
			assert_int_equal(err, is_bad ? ERR_FORMAT : 0);
			refused += is_bad;
			tried++;
		}
	}
	assert_int_equal(tried, (11 + 17 + 17) * 4);
	assert_int_equal(refused, 10 + 10 * 2 + 13 + 15 * 2 + 11 + 16 * 2);
}

static void
an_empty_text_is_refused(void **state)
{
	(void)state;
	uint8_t in[128];
	struct msg_id id = id_from(1);
	struct msg got;
	struct wr w = wr_to(in, sizeof(in));
	wr_u8(&w, MSG_TEXT);
	tlv_put(&w, 1, id.b, MSG_ID_SIZE);
	tlv_put_u64(&w, 2, 1);
	tlv_put_i64(&w, 3, 1);
	tlv_put(&w, 5, "", 0);
	assert_int_equal(msg_decode(in, w.size, &got), ERR_FORMAT);
	assert_true(msg_id_equal(&got.post.id, &id));
}

static void
unknown_types_are_named_and_refused(void **state)
{
	(void)state;
	struct msg_id id = id_from(0x77);
	int refused = 0;
	for (int type = 0; type < 256; type++) {
		if (type >= 1 && type <= ALL)
			continue;
		uint8_t in[64];
		struct msg got;
		struct wr w = wr_to(in, sizeof(in));
		wr_u8(&w, (uint8_t)type);
		tlv_put(&w, 1, id.b, MSG_ID_SIZE);
		tlv_put(&w, 0x99, "new", 3);
		assert_int_equal(msg_decode(in, w.size, &got), ERR_UNSUPPORTED);
		assert_true(msg_id_equal(&got.post.id, &id));
		assert_int_equal(got.type, type);
		assert_int_equal(msg_decode(in, 1, &got), ERR_UNSUPPORTED);
		struct msg_id none = { .b = { 0 } };
		assert_true(msg_id_equal(&got.post.id, &none));
		refused++;
	}
	assert_int_equal(refused, 256 - ALL);
}

/* A field that the type does not know. */
static size_t
with_field(
    int type, uint8_t field, const void *value, size_t size, uint8_t *out)
{
	uint8_t plain[MSG_MAX];
	struct msg m = sample(type);
	size_t n = encoded(&m, plain);
	struct tlv_reader r = tlv_read(plain + 1, n - 1);
	struct tlv f;
	struct wr w = wr_to(out, 256);
	bool is_in = false;

	wr_u8(&w, (uint8_t)type);
	while (tlv_next(&r, &f) == 1) {
		if (f.type == TLV_PAD)
			continue;
		if (!is_in && f.type > field) {
			tlv_put(&w, field, value, size);
			is_in = true;
		}
		tlv_put(&w, f.type, f.value, f.size);
	}
	if (!is_in)
		tlv_put(&w, field, value, size);
	assert_false(w.failed);
	return w.size;
}

static void
unknown_critical_fields_are_refused(void **state)
{
	(void)state;
	uint8_t in[256];
	struct msg got;
	int refused = 0;
	for (int type = 1; type <= KINDS; type++) {
		struct msg m = sample(type);
		for (int field = 128; field < 256; field++) {
			size_t n = with_field(type, (uint8_t)field, "x", 1, in);
			assert_int_equal(
			    msg_decode(in, n, &got), ERR_UNSUPPORTED);
			if (type == MSG_TEXT)
				assert_true(
				    msg_id_equal(&got.post.id, &m.post.id));
			refused++;
		}
	}
	assert_int_equal(refused, KINDS * 128);
}

/*
 * Who speaks is known from the session and from nothing inside a message: a
 * fingerprint put into any field that is not listed changes nothing.
 */
static void
t57_no_field_can_name_a_sender(void **state)
{
	(void)state;
	/* By type: which of the fields 1 to 13 it knows. */
	static const unsigned known[] = { 0, 0x63E, 0xC0, 0x10, 0x30, 0x180,
		0x62E, 0x60E, 0x62E, 0x3C3E, 0x64E, 0x200, 0x200 };
	uint8_t in[256], fp[FP_SIZE];
	int tried = 0;
	memset(fp, 0xEE, sizeof(fp));
	for (int type = 1; type <= KINDS; type++) {
		struct msg m = sample(type), got;
		for (int field = 0; field < 128; field++) {
			if (field <= 13 && (known[type] >> field & 1) != 0)
				continue;
			size_t n = with_field(
			    type, (uint8_t)field, fp, sizeof(fp), in);
			assert_int_equal(msg_decode(in, n, &got), 0);
			assert_msg_equal(&got, &m);
			tried++;
		}
	}
	assert_int_equal(
	    tried, KINDS * 128 - 7 - 2 - 1 - 2 - 2 - 6 - 5 - 6 - 9 - 6 - 1 - 1);
}

/* Takes the comments out of C. */
static void
strip_comments(char *s)
{
	char *to = s;

	while (*s != '\0') {
		if (s[0] == '/' && s[1] == '*') {
			s = strstr(s, "*/");
			assert_non_null(s);
			s += 2;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

static void
t57_schema_has_no_sender(void **state)
{
	(void)state;
	static const char *const files[] = { "../include/wire/msg.h",
		"../src/wire/msg.c" };
	static const char *const words[] = { "struct fp", "from", "sender",
		"author", "SENDER", "FIELD_FROM", "origin", "peer_id",
		"public" };
	static char source[65536];
	int looked = 0;
	for (size_t i = 0; i < 2; i++) {
		char path[1024];
		snprintf(path, sizeof(path), "%s/%s", TESTS_DIR, files[i]);
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		size_t n = fread(source, 1, sizeof(source) - 1, f);
		fclose(f);
		assert_in_range(n, 500, sizeof(source) - 2);
		source[n] = '\0';
		strip_comments(source);
		assert_non_null(strstr(source, "msg_id"));
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			assert_null(strstr(source, words[k]));
			looked++;
		}
	}
	assert_int_equal(looked, 18);
}

static void
reserved_flags_are_ignored(void **state)
{
	(void)state;
	uint8_t out[MSG_MAX];
	struct msg m = sample(MSG_TEXT), got;
	m.post.flags = 0xFF;
	size_t n = encoded(&m, out);
	assert_int_equal(msg_decode(out, n, &got), 0);
	assert_int_equal(got.post.flags, TEXT_SHOUT_COPY | TEXT_ACTION);
	/* Behind the type, three fields, and the header of the flags. */
	uint8_t *raw = &out[1 + 20 + 12 + 12 + TLV_HEADER_SIZE];
	assert_int_equal(*raw, TEXT_SHOUT_COPY | TEXT_ACTION);
	*raw = 0xFD;
	assert_int_equal(msg_decode(out, n, &got), 0);
	assert_int_equal(got.post.flags, TEXT_SHOUT_COPY);
	for (int flags = 0; flags < 256; flags++) {
		const uint8_t typing[] = { MSG_TYPING, 4, 0, 0, 1,
			(uint8_t)flags };
		assert_int_equal(msg_decode(typing, sizeof(typing), &got), 0);
		assert_int_equal(got.typing.on, flags & 1);
	}
}

static void
t29_extreme_times_come_back(void **state)
{
	(void)state;
	static const int64_t times[] = { INT64_MIN, -1, 0, INT64_MAX };
	uint8_t out[MSG_MAX];
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct msg m = sample(MSG_TEXT), got;
		m.post.sent_ms = times[i];
		m.post.seq = UINT64_MAX;
		size_t n = encoded(&m, out);
		assert_int_equal(msg_decode(out, n, &got), 0);
		assert_msg_equal(&got, &m);
	}
}

static void
repeats_and_disorder_are_refused(void **state)
{
	(void)state;
	static const uint8_t twice[] = { MSG_TYPING, 4, 0, 0, 1, 1, 4, 0, 0, 1,
		0 };
	static const uint8_t back[] = { MSG_STATUS, 5, 0, 0, 1, 'x', 4, 0, 0, 1,
		0 };
	struct msg got;
	assert_int_equal(msg_decode(twice, sizeof(twice), &got), ERR_FORMAT);
	assert_int_equal(msg_decode(back, sizeof(back), &got), ERR_FORMAT);
	assert_int_equal(msg_decode(NULL, 0, &got), ERR_SHORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(every_size_comes_back_padded),
		cmocka_unit_test(size_classes),
		cmocka_unit_test(small_messages_have_one_size),
		cmocka_unit_test(t29_extreme_times_come_back),
		cmocka_unit_test(t34_oversize_text),
		cmocka_unit_test(t34_oversize_message),
		cmocka_unit_test(t34_oversize_status),
		cmocka_unit_test(t34_oversize_is_not_sent),
		cmocka_unit_test(t57_no_field_can_name_a_sender),
		cmocka_unit_test(t57_schema_has_no_sender),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(mandatory_fields_and_sizes),
		cmocka_unit_test(an_empty_text_is_refused),
		cmocka_unit_test(unknown_types_are_named_and_refused),
		cmocka_unit_test(unknown_critical_fields_are_refused),
		cmocka_unit_test(reserved_flags_are_ignored),
		cmocka_unit_test(repeats_and_disorder_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
