/* SPDX-License-Identifier: MIT */
/*
 * One table tells the fields of each kind of entry; both ways go through it,
 * so they cannot drift apart. What decodes is encoded to the same bytes.
 */
#include "core/record.h"

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"

#include <string.h>

const uint8_t record_magic[RECORD_MAGIC_SIZE] = { 'E', 'A', 'R', 'S', 'R', 'E',
	'C', 1 };

enum field {
	F_END,
	F_CONN,
	F_VIA,
	F_INDEX,
	F_CODE,
	F_PORT,
	F_ADDR,
	F_FLAGS,
	F_TRANSPORT,
	F_BYTES,
	F_FP,
	F_CONTACT,
	F_PEER,
	F_START,
	F_IFACES,
};

enum { FIELDS_MAX = 6 };

static const uint8_t layouts[RECORD_KINDS][FIELDS_MAX] = {
	[RECORD_START] = { F_START },
	[RECORD_END] = { F_CODE },
	[RECORD_IFACES] = { F_FLAGS, F_IFACES },
	[RECORD_SENT] = { F_IFACES },
	[RECORD_IN] = { F_VIA, F_INDEX, F_FLAGS, F_ADDR, F_BYTES },
	[RECORD_OUT] = { F_VIA, F_ADDR, F_BYTES },
	[RECORD_ALL] = { F_VIA, F_PORT, F_BYTES },
	[RECORD_DIAL] = { F_CONN, F_ADDR },
	[RECORD_ACCEPTED] = { F_CONN, F_VIA, F_ADDR },
	[RECORD_OPENED] = { F_CONN },
	[RECORD_BYTES_IN] = { F_CONN, F_BYTES },
	[RECORD_BYTES_OUT] = { F_CONN, F_BYTES },
	[RECORD_CLOSED] = { F_CONN, F_CODE },
	[RECORD_CLOSE] = { F_CONN },
	[RECORD_HANDED] = { F_CONN },
	[RECORD_LISTENING] = { F_VIA, F_TRANSPORT, F_PORT, F_CODE },
	[RECORD_CONTACT] = { F_FP, F_CONTACT },
	[RECORD_PEER] = { F_FP, F_CONTACT, F_PEER, F_ADDR },
};

enum {
	HEAD_SIZE = 2 + 1 + 8,
	FLAG_ON = 1 << 0,
	FLAG_ON_LINK = 1 << 1,
	FLAG_TO_ALL = 1 << 2,
	FLAGS_ALL = 7,
};

/* Writes and reads: whichever of the two is there. */
struct io {
	struct wr *w;
	struct rd *r;
	bool bad;
};

static uint64_t
io_uint(struct io *io, uint64_t v, unsigned bytes)
{
	uint64_t got = 0;

	for (unsigned i = bytes; i-- > 0;) {
		if (io->w != NULL)
			wr_u8(io->w, (uint8_t)(v >> (8 * i)));
		else
			got = got << 8 | rd_u8(io->r);
	}
	return io->w != NULL ? v : got;
}

static void
io_u8(struct io *io, uint8_t *v)
{
	*v = (uint8_t)io_uint(io, *v, 1);
}

static void
io_u16(struct io *io, uint16_t *v)
{
	*v = (uint16_t)io_uint(io, *v, 2);
}

static void
io_u32(struct io *io, uint32_t *v)
{
	*v = (uint32_t)io_uint(io, *v, 4);
}

static void
io_bool(struct io *io, bool *v)
{
	uint8_t got = *v ? 1 : 0;

	io_u8(io, &got);
	io->bad |= got > 1;
	*v = got != 0;
}

/* A value of an enum that has so many. */
static unsigned
io_enum(struct io *io, unsigned v, unsigned count)
{
	unsigned got = (unsigned)io_uint(io, v, 1);

	if (got >= count) {
		io->bad = true;
		return 0;
	}
	return got;
}

static void
io_raw(struct io *io, void *p, size_t n)
{
	if (io->w != NULL)
		wr_bytes(io->w, p, n);
	else
		rd_copy(io->r, p, n);
}

static void
io_string(struct io *io, char *text, size_t max)
{
	uint8_t n = io->w != NULL ? (uint8_t)strlen(text) : 0;

	io_u8(io, &n);
	if (n > max) {
		io->bad = true;
		return;
	}
	io_raw(io, text, n);
	text[n] = '\0';
	io->bad |= strlen(text) != n;
}

static void
io_addr(struct io *io, struct addr *a)
{
	io_u8(io, &a->family);
	if (a->family == ADDR_NONE)
		return;
	if (a->family != ADDR_IPV4 && a->family != ADDR_IPV6) {
		io->bad = true;
		return;
	}
	io_raw(io, a->ip, a->family == ADDR_IPV4 ? 4 : sizeof(a->ip));
	io_u16(io, &a->port);
	if (a->family == ADDR_IPV6)
		io_u32(io, &a->scope);
}

static void
io_flags(struct io *io, struct record_entry *e)
{
	uint8_t flags =
	    (uint8_t)((e->on ? FLAG_ON : 0) | (e->on_link ? FLAG_ON_LINK : 0) |
		      (e->to_all ? FLAG_TO_ALL : 0));

	io_u8(io, &flags);
	io->bad |= flags > FLAGS_ALL;
	e->on = (flags & FLAG_ON) != 0;
	e->on_link = (flags & FLAG_ON_LINK) != 0;
	e->to_all = (flags & FLAG_TO_ALL) != 0;
}

static void
io_bytes(struct io *io, struct record_entry *e)
{
	e->size = io_uint(io, e->size, 4);
	e->kept = io_uint(io, e->kept, 2);
	if (e->size > RECORD_SIZE_MAX || e->kept > e->size ||
	    e->kept > RECORD_KEPT_MAX) {
		io->bad = true;
		return;
	}
	if (io->w != NULL)
		wr_bytes(io->w, e->bytes, e->kept);
	else
		e->bytes = rd_span(io->r, e->kept);
}

static void
io_contact(struct io *io, struct record_entry *e)
{
	e->trust = (enum trust)io_enum(io, e->trust, TRUST_BLOCKED + 1);
	io_u32(io, &e->epoch);
	io_u32(io, &e->seq);
}

static void
io_peer(struct io *io, struct record_entry *e)
{
	struct record_peer *p = &e->peer;

	p->dialect = (enum dialect)io_enum(io, p->dialect, DIALECT_PLAIN + 1);
	p->presence =
	    (enum presence)io_enum(io, p->presence, PRESENCE_ONLINE + 1);
	p->link = (enum peer_link)io_enum(io, p->link, PEER_LINK_UP + 1);
	p->transport =
	    (enum transport)io_enum(io, p->transport, CARRIER_UDP + 1);
	io_string(io, e->name, RECORD_NAME_MAX);
}

static void
io_start(struct io *io, struct record_entry *e)
{
	struct record_start *s = &e->start;

	s->wall_ms = (int64_t)io_uint(io, (uint64_t)s->wall_ms, 8);
	io_u32(io, &s->epoch);
	io_u16(io, &s->tcp_port);
	io_u16(io, &s->udp_port);
	io_u16(io, &s->discovery_port);
	io_bool(io, &s->quiet);
	io_raw(io, s->instance, sizeof(s->instance));
	io_raw(io, s->ed_public, sizeof(s->ed_public));
	io_raw(io, s->x_public, sizeof(s->x_public));
	io_string(io, e->name, RECORD_NAME_MAX);
	/* Arithmetic with it shall not overflow. */
	io->bad |= s->wall_ms < 0 || s->wall_ms > INT64_MAX / 2;
}

static void
io_iface(struct io *io, struct iface *f)
{
	uint8_t prefix = (uint8_t)f->prefix_bits;
	uint32_t index = f->index, error = (uint32_t)f->last_error;

	io_string(io, f->name, IFACE_NAME_MAX - 1);
	io_u32(io, &index);
	io_addr(io, &f->addr);
	io_addr(io, &f->broadcast);
	io_u8(io, &prefix);
	io_bool(io, &f->loopback);
	f->use = (enum iface_use)io_enum(io, f->use, IFACE_NOT_CHOSEN + 1);
	io_u32(io, &error);
	io->bad |= error > INT32_MAX ||
		   prefix > (f->addr.family == ADDR_IPV4 ? 32 : 128);
	f->index = index;
	f->prefix_bits = prefix;
	f->last_error = (int)error;
}

static void
io_ifaces(struct io *io, struct record_entry *e)
{
	uint8_t count = (uint8_t)e->iface_count;

	io_u8(io, &count);
	io->bad |= count > IFACES_MAX;
	for (size_t i = 0; i < count && !io->bad; i++)
		io_iface(io, &e->ifaces[i]);
	e->iface_count = io->bad ? 0 : count;
}

static void
io_field(struct io *io, enum field field, struct record_entry *e)
{
	switch (field) {
	case F_END:
		break;
	case F_CONN:
		io_u32(io, &e->conn);
		break;
	case F_VIA:
		io_u32(io, &e->via);
		break;
	case F_INDEX:
		io_u32(io, &e->index);
		break;
	case F_CODE:
		io_u32(io, &e->code);
		io->bad |= e->code > INT32_MAX;
		break;
	case F_PORT:
		io_u16(io, &e->port);
		break;
	case F_ADDR:
		io_addr(io, &e->addr);
		break;
	case F_FLAGS:
		io_flags(io, e);
		break;
	case F_TRANSPORT:
		e->transport =
		    (enum transport)io_enum(io, e->transport, CARRIER_UDP + 1);
		break;
	case F_BYTES:
		io_bytes(io, e);
		break;
	case F_FP:
		io_raw(io, e->fp.b, sizeof(e->fp.b));
		break;
	case F_CONTACT:
		io_contact(io, e);
		break;
	case F_PEER:
		io_peer(io, e);
		break;
	case F_START:
		io_start(io, e);
		break;
	case F_IFACES:
		io_ifaces(io, e);
		break;
	}
}

static void
io_fields(struct io *io, struct record_entry *e)
{
	const uint8_t *layout = layouts[e->kind];

	for (size_t i = 0; i < FIELDS_MAX && layout[i] != F_END; i++)
		if (!io->bad)
			io_field(io, (enum field)layout[i], e);
	if (e->kind == RECORD_END)
		io->bad |= e->code == 0 || e->code >= RECORD_ENDS;
}

int
record_encode(const struct record_entry *e,
    uint8_t out[static RECORD_ENTRY_MAX], size_t *ret_size)
{
	struct wr w = wr_to(out, RECORD_ENTRY_MAX);
	struct io io = { .w = &w };
	/* Both ways take the same one; nothing is changed on this one. */
	struct record_entry copy = *e;

	wr_u16(&w, 0);
	wr_u8(&w, (uint8_t)e->kind);
	wr_u64(&w, (uint64_t)e->at_ms);
	io_fields(&io, &copy);
	if (w.failed || io.bad)
		return ERR_LIMIT;
	wr_patch_u16(&w, 0, (uint16_t)(w.size - HEAD_SIZE));
	*ret_size = w.size;
	return 0;
}

int
record_decode(const uint8_t *p, size_t n, struct record_entry *ret_entry,
    size_t *ret_taken)
{
	struct rd head = rd_of(p, n);
	size_t size = rd_u16(&head);
	uint8_t kind = rd_u8(&head);
	uint64_t at_ms = rd_u64(&head);

	if (head.failed)
		return 0;
	if (size > RECORD_ENTRY_MAX - HEAD_SIZE || at_ms > RECORD_AT_MAX)
		return ERR_LIMIT;
	if (kind == 0 || kind >= RECORD_KINDS)
		return ERR_UNSUPPORTED;
	if (head.left < size)
		return 0;
	struct rd r = rd_of(head.p, size);
	struct io io = { .r = &r };
	*ret_entry = (struct record_entry){ .kind = (enum record_kind)kind,
		.at_ms = (int64_t)at_ms };
	io_fields(&io, ret_entry);
	if (io.bad || !rd_done(&r))
		return ERR_FORMAT;
	*ret_taken = HEAD_SIZE + size;
	return 1;
}
