/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of a session: their headers, and the frames inside the sealed ones.
 * doc/PROTOCOL, "Datagram sessions". Pure codec: nothing is kept.
 *
 *   HELLO  0x10 | version u8 | suite u8 | 0 | initiator id u32 |
 *          cookie size u8 (0 or 16) | cookie | noise message 1 | zeros to 1200
 *   ANSWER 0x11 | 0 0 0 | initiator id u32 | responder id u32 | noise message 2
 *   FINISH 0x12 | 0 0 0 | responder id u32 | noise message 3
 *   RETRY  0x13 | 0 0 0 | initiator id u32 | cookie 16
 *   DATA   0x20 | phase u8 | 0 0 | receiver id u32 | counter u64 |
 *          sealed frames and their tag of 16; the header is the additional data
 *
 * Integers are big-endian, as everywhere in the protocol. A datagram is at
 * most PACKET_MAX bytes, the least that every path of QUIC has to carry
 * (RFC 9000 §14), and is sent with "don't fragment".
 */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H

#include "wire/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PACKET_MAX = 1200,
	PACKET_HEADER_SIZE = 16, /* of DATA */
	PACKET_TAG_SIZE = 16,
	PACKET_FRAMES_MAX = PACKET_MAX - PACKET_HEADER_SIZE - PACKET_TAG_SIZE,
	COOKIE_SIZE = 16,
	FRAGMENT_HEADER_SIZE = 9, /* type, message number, index, count, size */
	/* Of every fragment of a message but its last: exactly so many. */
	FRAGMENT_DATA_MAX = PACKET_FRAMES_MAX - FRAGMENT_HEADER_SIZE,
	FRAGMENTS_MAX = (MSG_MAX + FRAGMENT_DATA_MAX - 1) / FRAGMENT_DATA_MAX,
};

enum packet_kind {
	PACKET_HELLO = 0x10,
	PACKET_ANSWER = 0x11,
	PACKET_FINISH = 0x12,
	PACKET_RETRY = 0x13,
	PACKET_DATA = 0x20,
};

struct packet {
	enum packet_kind kind;
	uint32_t sender;   /* HELLO, ANSWER: the id the sender chose */
	uint32_t receiver; /* ANSWER, FINISH, RETRY, DATA: the id it is for */
	uint8_t suite, version;      /* HELLO */
	bool has_cookie;             /* HELLO */
	uint8_t cookie[COOKIE_SIZE]; /* HELLO, RETRY */
	uint8_t phase;               /* DATA: which keys, 0 or 1, alternating */
	uint64_t counter;            /* DATA */
	const uint8_t *body; /* borrowed: noise message, or ciphertext + tag */
	size_t size;
};

/* Whether a datagram can be one of a session at all: by its first byte. */
bool packet_is_session(const uint8_t *p, size_t n);
/* ERR_SHORT, ERR_FORMAT (also reserved bytes that are not 0, a HELLO that is
 * not padded to PACKET_MAX with zeros), ERR_LIMIT (over PACKET_MAX, a handshake
 * message over HANDSHAKE_MAX). The noise message of a HELLO is its fixed size.
 * Version and suite are not judged. */
int packet_decode(const uint8_t *p, size_t n, struct packet *ret_packet);
/* The body is copied in; for DATA it is sealed by the caller behind the header
 * (packet_put_header). HELLO is padded. What packet_decode would refuse for
 * its size gives ERR_SHORT or ERR_LIMIT here. */
int packet_encode(
    const struct packet *k, uint8_t out[static PACKET_MAX], size_t *ret_size);
/* The header of a DATA packet, which is its additional data. */
void packet_put_header(
    const struct packet *k, uint8_t out[static PACKET_HEADER_SIZE]);

enum frame_kind {
	/* message u32, index u8, count u8, size u16, data */
	FRAME_FRAGMENT = 1,
	/* largest u64, delay ms u16, bits u64, window u32 */
	FRAME_ACK = 2,
	FRAME_PING = 3,  /* token 8 */
	FRAME_PONG = 4,  /* token 8 */
	FRAME_CLOSE = 5, /* reason u8 */
	FRAME_READY = 6, /* nothing: both ends hold the keys */
};

struct frame {
	enum frame_kind kind;
	uint32_t message; /* FRAGMENT: messages count from 0, no gaps */
	uint8_t index, count;
	const uint8_t *data; /* borrowed */
	size_t size;
	uint64_t largest; /* ACK: the newest packet received */
	uint64_t bits;    /* bit i: largest - 1 - i was received, too */
	uint16_t delay_ms;
	uint32_t window; /* ACK: messages up to this number are welcome */
	uint8_t token[8];
	uint8_t reason; /* CLOSE: enum close_reason */
};

struct frame_reader {
	const uint8_t *p;
	size_t left;
};

/* Frames follow one another to the end; a byte 0 ends them: the rest is
 * padding, and must be zeros. 1 and a frame; 0 at the end; ERR_SHORT,
 * ERR_FORMAT (unknown kind, count 0 or over FRAGMENTS_MAX, index >= count, an
 * empty fragment or one over FRAGMENT_DATA_MAX, bits for packets before the
 * first). After an error it stays at that frame. */
int frame_next(struct frame_reader *r, struct frame *ret_frame);
/* Writes at out; *ret_size is what it took. ERR_LIMIT when that is over cap. */
int frame_put(
    const struct frame *f, uint8_t *out, size_t cap, size_t *ret_size);

#endif
