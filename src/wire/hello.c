/* SPDX-License-Identifier: MIT */
/*
 * The payload of handshake messages 2 and 3. It is read before the other end
 * is known to be a friend, yet after the handshake has encrypted it; what it
 * claims is bound to a person by the fingerprint check of the session.
 */
#include "wire/hello.h"

#include "base/err.h"
#include "base/wr.h"
#include "wire/tlv.h"

enum hello_field {
	FIELD_ED_PUBLIC = 1,
	FIELD_INSTANCE = 2,
	FIELD_EPOCH = 3,
	FIELD_VERSION_MIN = 4,
	FIELD_VERSION_MAX = 5,
	FIELD_WALL = 6,
	FIELD_CAPABILITIES = 7,
	FIELD_NAME = 8,
	FIELD_TCP_PORT = 9,
	FIELD_UDP_PORT = 10,
	/* The first six are mandatory. */
	MANDATORY_LAST = FIELD_WALL,
	MANDATORY_COUNT = 6,
	HELLO_LARGEST = 10 * TLV_HEADER_SIZE + ED_PUBLIC_SIZE + INSTANCE_SIZE +
			4 + 2 + 2 + 8 + 8 + NAME_BYTES_MAX + 2 + 2,
};

_Static_assert((int)HELLO_LARGEST <= (int)HELLO_MAX,
    "every hello fits in a handshake message");

int
hello_encode(
    const struct hello *h, uint8_t out[static HELLO_MAX], size_t *ret_size)
{
	struct wr w = wr_to(out, HELLO_MAX);

	tlv_put(&w, FIELD_ED_PUBLIC, h->ed_public, ED_PUBLIC_SIZE);
	tlv_put(&w, FIELD_INSTANCE, h->instance, INSTANCE_SIZE);
	tlv_put_u32(&w, FIELD_EPOCH, h->epoch);
	tlv_put_u16(&w, FIELD_VERSION_MIN, h->version_min);
	tlv_put_u16(&w, FIELD_VERSION_MAX, h->version_max);
	tlv_put_i64(&w, FIELD_WALL, h->wall_ms);
	if (h->capabilities != 0)
		tlv_put_u64(&w, FIELD_CAPABILITIES, h->capabilities);
	tlv_put_text(&w, FIELD_NAME, h->name, NAME_BYTES_MAX);
	if (h->tcp_port != 0)
		tlv_put_u16(&w, FIELD_TCP_PORT, h->tcp_port);
	if (h->udp_port != 0)
		tlv_put_u16(&w, FIELD_UDP_PORT, h->udp_port);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}

static int
decode_field(const struct tlv *f, struct hello *h)
{
	switch (f->type) {
	case FIELD_ED_PUBLIC:
		return tlv_get_bytes(f, h->ed_public, ED_PUBLIC_SIZE);
	case FIELD_INSTANCE:
		return tlv_get_bytes(f, h->instance, INSTANCE_SIZE);
	case FIELD_EPOCH:
		return tlv_get_u32(f, &h->epoch);
	case FIELD_VERSION_MIN:
		return tlv_get_u16(f, &h->version_min);
	case FIELD_VERSION_MAX:
		return tlv_get_u16(f, &h->version_max);
	case FIELD_WALL:
		return tlv_get_i64(f, &h->wall_ms);
	case FIELD_CAPABILITIES:
		return tlv_get_u64(f, &h->capabilities);
	case FIELD_NAME:
		return tlv_get_text(f, NAME_BYTES_MAX, &h->name);
	case FIELD_TCP_PORT:
		return tlv_get_u16(f, &h->tcp_port);
	case FIELD_UDP_PORT:
		return tlv_get_u16(f, &h->udp_port);
	default:
		return tlv_unknown(f);
	}
}

int
hello_decode(const uint8_t *p, size_t n, struct hello *ret_hello)
{
	struct hello h = { 0 };
	struct tlv f;
	int mandatory = 0, more;

	if (n > HELLO_MAX)
		return ERR_LIMIT;
	struct tlv_reader reader = tlv_read(p, n);
	while ((more = tlv_next(&reader, &f)) == 1) {
		int err = decode_field(&f, &h);
		if (err < 0)
			return err;
		if (f.type >= FIELD_ED_PUBLIC && f.type <= MANDATORY_LAST)
			mandatory++;
	}
	if (more < 0)
		return more;
	if (mandatory != MANDATORY_COUNT)
		return ERR_FORMAT;
	if (h.version_min == 0 || h.version_min > h.version_max)
		return ERR_FORMAT;
	*ret_hello = h;
	return 0;
}
