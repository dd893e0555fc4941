/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of a session, from anybody: nothing is copied, and each kind has
 * one layout without choices, so that there is nothing to hide bytes in.
 */
#include "wire/packet.h"

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"
#include "crypto/noise.h"
#include "wire/hello.h"

#include <assert.h>
#include <string.h>

enum {
	ANSWER_HEADER_SIZE = 12,
	/* One byte of frames at least. */
	DATA_BODY_MIN = 1 + PACKET_TAG_SIZE,
};

_Static_assert((int)ANSWER_HEADER_SIZE + (int)HANDSHAKE_MAX <= (int)PACKET_MAX,
    "an answer is never longer than the HELLO it answers");

/* Sizes of the body of each kind. */
static const struct body_rule {
	enum packet_kind kind;
	size_t min, max;
} body_rules[] = {
	{ PACKET_HELLO, NOISE_XX_1_OVERHEAD, NOISE_XX_1_OVERHEAD },
	{ PACKET_ANSWER, NOISE_XX_2_OVERHEAD, HANDSHAKE_MAX },
	{ PACKET_FINISH, NOISE_XX_3_OVERHEAD, HANDSHAKE_MAX },
	{ PACKET_RETRY, 0, 0 },
	{ PACKET_DATA, DATA_BODY_MIN, PACKET_MAX - PACKET_HEADER_SIZE },
};

static const struct body_rule *
find_rule(uint8_t kind)
{
	for (size_t i = 0; i < sizeof(body_rules) / sizeof(body_rules[0]); i++)
		if (body_rules[i].kind == kind)
			return &body_rules[i];
	return NULL;
}

static int
check_body(const struct packet *k)
{
	const struct body_rule *rule = find_rule((uint8_t)k->kind);

	assert(rule != NULL);
	if (k->size < rule->min)
		return ERR_SHORT;
	return k->size > rule->max ? ERR_LIMIT : 0;
}

bool
packet_is_session(const uint8_t *p, size_t n)
{
	return n > 0 && find_rule(p[0]) != NULL;
}

static bool
zeros_left(struct rd *r)
{
	size_t n = r->left;
	const uint8_t *rest = rd_span(r, n);

	for (size_t i = 0; i < n; i++)
		if (rest[i] != 0)
			return false;
	return true;
}

/* Three bytes of every header but that of HELLO and DATA. */
static bool
read_reserved(struct rd *r)
{
	unsigned any = rd_u8(r);

	any |= rd_u16(r);
	return any == 0;
}

static void
read_rest(struct rd *r, struct packet *k)
{
	k->size = r->left;
	k->body = rd_span(r, r->left);
}

static int
decode_hello(struct rd *r, struct packet *k)
{
	k->version = rd_u8(r);
	k->suite = rd_u8(r);
	uint8_t reserved = rd_u8(r);
	k->sender = rd_u32(r);
	uint8_t cookie_size = rd_u8(r);
	if (reserved != 0 || (cookie_size != 0 && cookie_size != COOKIE_SIZE))
		return ERR_FORMAT;
	k->has_cookie = cookie_size != 0;
	rd_copy(r, k->cookie, cookie_size);
	k->size = NOISE_XX_1_OVERHEAD;
	k->body = rd_span(r, k->size);
	return zeros_left(r) ? 0 : ERR_FORMAT;
}

static int
decode_answer(struct rd *r, struct packet *k)
{
	if (!read_reserved(r))
		return ERR_FORMAT;
	k->receiver = rd_u32(r);
	k->sender = rd_u32(r);
	read_rest(r, k);
	return 0;
}

static int
decode_finish(struct rd *r, struct packet *k)
{
	if (!read_reserved(r))
		return ERR_FORMAT;
	k->receiver = rd_u32(r);
	read_rest(r, k);
	return 0;
}

static int
decode_retry(struct rd *r, struct packet *k)
{
	if (!read_reserved(r))
		return ERR_FORMAT;
	k->receiver = rd_u32(r);
	rd_copy(r, k->cookie, COOKIE_SIZE);
	k->has_cookie = true;
	return r->left == 0 ? 0 : ERR_FORMAT;
}

static int
decode_data(struct rd *r, struct packet *k)
{
	k->phase = rd_u8(r);
	if (rd_u16(r) != 0 || k->phase > 1)
		return ERR_FORMAT;
	k->receiver = rd_u32(r);
	k->counter = rd_u64(r);
	read_rest(r, k);
	return 0;
}

static int
decode_kind(struct rd *r, struct packet *k)
{
	switch (k->kind) {
	case PACKET_HELLO:
		return decode_hello(r, k);
	case PACKET_ANSWER:
		return decode_answer(r, k);
	case PACKET_FINISH:
		return decode_finish(r, k);
	case PACKET_RETRY:
		return decode_retry(r, k);
	case PACKET_DATA:
		return decode_data(r, k);
	}
	return ERR_FORMAT;
}

int
packet_decode(const uint8_t *p, size_t n, struct packet *ret_packet)
{
	struct rd r = rd_of(p, n);
	struct packet k = { 0 };

	if (n == 0)
		return ERR_SHORT;
	if (n > PACKET_MAX)
		return ERR_LIMIT;
	const struct body_rule *rule = find_rule(rd_u8(&r));
	if (rule == NULL)
		return ERR_FORMAT;
	k.kind = rule->kind;
	/* The padding is what a stranger pays for an answer. */
	if (k.kind == PACKET_HELLO && n < PACKET_MAX)
		return ERR_SHORT;
	int err = decode_kind(&r, &k);
	if (r.failed)
		return ERR_SHORT;
	if (err < 0)
		return err;
	err = check_body(&k);
	if (err < 0)
		return err;
	*ret_packet = k;
	return 0;
}

static void
put_hello(struct wr *w, const struct packet *k)
{
	wr_u8(w, k->version);
	wr_u8(w, k->suite);
	wr_u8(w, 0);
	wr_u32(w, k->sender);
	wr_u8(w, k->has_cookie ? COOKIE_SIZE : 0);
	if (k->has_cookie)
		wr_bytes(w, k->cookie, COOKIE_SIZE);
	wr_bytes(w, k->body, k->size);
	wr_zeros(w, PACKET_MAX - w->size);
}

static void
put_header(struct wr *w, const struct packet *k)
{
	wr_u8(w, k->kind == PACKET_DATA ? k->phase : 0);
	wr_u16(w, 0);
	wr_u32(w, k->receiver);
	if (k->kind == PACKET_ANSWER)
		wr_u32(w, k->sender);
	if (k->kind == PACKET_RETRY)
		wr_bytes(w, k->cookie, COOKIE_SIZE);
	if (k->kind == PACKET_DATA)
		wr_u64(w, k->counter);
}

void
packet_put_header(
    const struct packet *k, uint8_t out[static PACKET_HEADER_SIZE])
{
	struct wr w = wr_to(out, PACKET_HEADER_SIZE);

	assert(k->kind == PACKET_DATA && k->phase <= 1);
	wr_u8(&w, PACKET_DATA);
	put_header(&w, k);
	assert(!w.failed && w.size == PACKET_HEADER_SIZE);
}

int
packet_encode(
    const struct packet *k, uint8_t out[static PACKET_MAX], size_t *ret_size)
{
	struct wr w = wr_to(out, PACKET_MAX);
	int err = check_body(k);

	if (err < 0)
		return err;
	assert(k->phase <= 1);
	wr_u8(&w, (uint8_t)k->kind);
	if (k->kind == PACKET_HELLO) {
		put_hello(&w, k);
	} else {
		put_header(&w, k);
		if (k->size > 0)
			wr_bytes(&w, k->body, k->size);
	}
	assert(!w.failed);
	*ret_size = w.size;
	return 0;
}
