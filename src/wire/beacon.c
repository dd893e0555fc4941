/* SPDX-License-Identifier: MIT */
/*
 * The discovery datagram. A stranger can send us any bytes, so everything here
 * is bounded by the datagram itself: no allocation, no copy of strings, one
 * pass. The signature is checked apart, since it is what costs.
 */
#include "wire/beacon.h"

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"
#include "wire/tlv.h"

#include <assert.h>
#include <string.h>

enum beacon_field {
	FIELD_NAME = 1,
	FIELD_STATUS = 2,
	FIELD_CAPABILITIES = 3,
	FIELD_VERSION = 4,
	FIELD_SHOUT_ID = 5,
	FIELD_SHOUT_TEXT = 6,
	FIELD_SHOUT_SENT = 7,
	SHOUT_FIELDS = 3,
	FLAGS_KNOWN = BEACON_REPLY | BEACON_AWAY | BEACON_BUSY | BEACON_QUIET,
	/* The largest of each kind, by the limits of its fields. */
	ANNOUNCE_MAX = BEACON_MIN + 4 * TLV_HEADER_SIZE + NAME_BYTES_MAX +
		       STATUS_BYTES_MAX + 8 + BEACON_VERSION_TEXT_MAX,
	SHOUT_MAX = ANNOUNCE_MAX + SHOUT_FIELDS * TLV_HEADER_SIZE +
		    MSG_ID_SIZE + SHOUT_TEXT_MAX + 8,
};

static const char domain[] = "earshot-disc-v1";
static const uint8_t magic[4] = { 'E', 'A', 'R', 'S' };

/* No amplification: the longest answer fits in the shortest question. */
_Static_assert((int)ANNOUNCE_MAX <= (int)BEACON_SOLICIT_MIN,
    "an announcement must not be longer than a solicitation");
_Static_assert(
    (int)SHOUT_MAX <= (int)BEACON_MAX, "a shout must fit in a datagram");

static void
put_header(struct wr *w, const struct beacon *b)
{
	wr_bytes(w, magic, sizeof(magic));
	wr_u8(w, PROTOCOL_MAJOR);
	wr_u8(w, b->type);
	wr_u8(w, b->flags & FLAGS_KNOWN);
	wr_u8(w, 0);
	wr_u32(w, b->epoch);
	wr_u32(w, b->seq);
	wr_bytes(w, b->instance, INSTANCE_SIZE);
	wr_bytes(w, b->ed_public, ED_PUBLIC_SIZE);
	wr_bytes(w, b->x_public, NOISE_KEY_SIZE);
	wr_u16(w, b->tcp_port);
	wr_u16(w, b->udp_port);
	wr_u16(w, b->interval_s);
	wr_u16(w, 0); /* size of the fields: patched once they are known */
	assert(w->size == BEACON_HEADER_SIZE);
}

static void
put_fields(struct wr *w, const struct beacon *b)
{
	tlv_put_text(w, FIELD_NAME, b->name, NAME_BYTES_MAX);
	tlv_put_text(w, FIELD_STATUS, b->status, STATUS_BYTES_MAX);
	if (b->capabilities != 0)
		tlv_put_u64(w, FIELD_CAPABILITIES, b->capabilities);
	tlv_put_text(w, FIELD_VERSION, b->version, BEACON_VERSION_TEXT_MAX);
	if (b->type != BEACON_SHOUT)
		return;
	tlv_put(w, FIELD_SHOUT_ID, b->shout_id.b, MSG_ID_SIZE);
	if (!tlv_put_text(w, FIELD_SHOUT_TEXT, b->shout_text, SHOUT_TEXT_MAX))
		w->failed = true;
	tlv_put_i64(w, FIELD_SHOUT_SENT, b->shout_sent_ms);
}

static void
put_padding(struct wr *w)
{
	size_t size = w->size + SIGNATURE_SIZE;

	if (size >= BEACON_SOLICIT_MIN)
		return;
	size_t pad = BEACON_SOLICIT_MIN - size;
	tlv_put_pad(w, pad < TLV_HEADER_SIZE ? TLV_HEADER_SIZE : pad);
}

int
beacon_encode(const struct beacon *b, const struct identity *id,
    uint8_t out[static BEACON_MAX], size_t *ret_size)
{
	assert(b->type >= BEACON_ANNOUNCE && b->type <= BEACON_SHOUT);
	assert(memcmp(b->ed_public, id->ed_public, ED_PUBLIC_SIZE) == 0);
	assert(memcmp(b->x_public, id->x.public, NOISE_KEY_SIZE) == 0);
	struct wr w = wr_to(out, BEACON_MAX - SIGNATURE_SIZE);
	put_header(&w, b);
	put_fields(&w, b);
	if (b->type == BEACON_SOLICIT)
		put_padding(&w);
	if (w.failed)
		return ERR_LIMIT;
	wr_patch_u16(&w, BEACON_HEADER_SIZE - 2,
	    (uint16_t)(w.size - BEACON_HEADER_SIZE));
	identity_sign(id, domain, out, w.size, out + w.size);
	*ret_size = w.size + SIGNATURE_SIZE;
	return 0;
}

static int
decode_header(const uint8_t *p, struct beacon *b, size_t *ret_fields_size)
{
	struct rd r = rd_of(p, BEACON_HEADER_SIZE);
	const uint8_t *seen_magic = rd_span(&r, sizeof(magic));

	if (seen_magic == NULL || memcmp(seen_magic, magic, sizeof(magic)) != 0)
		return ERR_FORMAT;
	if (rd_u8(&r) != PROTOCOL_MAJOR)
		return ERR_VERSION;
	b->type = rd_u8(&r);
	if (b->type < BEACON_ANNOUNCE || b->type > BEACON_SHOUT)
		return ERR_UNSUPPORTED;
	b->flags = rd_u8(&r) & FLAGS_KNOWN;
	if (rd_u8(&r) != 0)
		return ERR_FORMAT;
	b->epoch = rd_u32(&r);
	b->seq = rd_u32(&r);
	rd_copy(&r, b->instance, INSTANCE_SIZE);
	rd_copy(&r, b->ed_public, ED_PUBLIC_SIZE);
	rd_copy(&r, b->x_public, NOISE_KEY_SIZE);
	b->tcp_port = rd_u16(&r);
	b->udp_port = rd_u16(&r);
	b->interval_s = rd_u16(&r);
	*ret_fields_size = rd_u16(&r);
	assert(rd_done(&r));
	return 0;
}

static int
decode_field(const struct tlv *f, struct beacon *b)
{
	switch (f->type) {
	case FIELD_NAME:
		return tlv_get_text(f, NAME_BYTES_MAX, &b->name);
	case FIELD_STATUS:
		return tlv_get_text(f, STATUS_BYTES_MAX, &b->status);
	case FIELD_CAPABILITIES:
		return tlv_get_u64(f, &b->capabilities);
	case FIELD_VERSION:
		return tlv_get_text(f, BEACON_VERSION_TEXT_MAX, &b->version);
	case FIELD_SHOUT_ID:
		return tlv_get_bytes(f, b->shout_id.b, MSG_ID_SIZE);
	case FIELD_SHOUT_TEXT:
		if (f->size == 0)
			return ERR_FORMAT;
		return tlv_get_text(f, SHOUT_TEXT_MAX, &b->shout_text);
	case FIELD_SHOUT_SENT:
		return tlv_get_i64(f, &b->shout_sent_ms);
	default:
		return tlv_unknown(f);
	}
}

static int
decode_fields(const uint8_t *p, size_t n, struct beacon *b)
{
	struct tlv_reader reader = tlv_read(p, n);
	struct tlv f;
	int shout_fields = 0, more;

	while ((more = tlv_next(&reader, &f)) == 1) {
		int err = decode_field(&f, b);
		if (err < 0)
			return err;
		if (f.type >= FIELD_SHOUT_ID && f.type <= FIELD_SHOUT_SENT)
			shout_fields++;
	}
	if (more < 0)
		return more;
	/* No field comes twice, so counting them is enough. */
	int due = b->type == BEACON_SHOUT ? SHOUT_FIELDS : 0;
	return shout_fields == due ? 0 : ERR_FORMAT;
}

int
beacon_decode(const uint8_t *p, size_t n, struct beacon *ret_beacon)
{
	struct beacon b = { 0 };
	size_t fields_size;

	if (n < BEACON_MIN)
		return ERR_SHORT;
	if (n > BEACON_MAX)
		return ERR_LIMIT;
	int err = decode_header(p, &b, &fields_size);
	if (err < 0)
		return err;
	if (n < BEACON_MIN + fields_size)
		return ERR_SHORT;
	if (n > BEACON_MIN + fields_size)
		return ERR_FORMAT;
	if (b.type == BEACON_SOLICIT && n < BEACON_SOLICIT_MIN)
		return ERR_SHORT;
	err = decode_fields(p + BEACON_HEADER_SIZE, fields_size, &b);
	if (err < 0)
		return err;
	*ret_beacon = b;
	return 0;
}

bool
beacon_verify(const uint8_t *p, size_t n, const struct beacon *b)
{
	if (n < BEACON_MIN || n > BEACON_MAX)
		return false;
	size_t signed_size = n - SIGNATURE_SIZE;
	return identity_verify(
	    b->ed_public, domain, p, signed_size, p + signed_size);
}

void
beacon_fp(const struct beacon *b, struct fp *ret_fp)
{
	fp_of_keys(b->ed_public, b->x_public, ret_fp);
}
