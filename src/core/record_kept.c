/* SPDX-License-Identifier: MIT */
/*
 * What of a packet a record keeps. A record is made to be given away, so what
 * is not known to be harmless stays out: neither a text, nor anything sealed,
 * which some day might be opened with a key that is safe today.
 */
#include "core/record.h"

#include "crypto/noise.h"
#include "proto/session.h"
#include "wire/beacon.h"
#include "wire/ipmsg.h"
#include "wire/packet.h"
#include "wire/ping.h"

#include <string.h>

/* Kind, zeros, and ids of both ends; magic, version, type and number. */
enum { ANSWER_HEAD = 12, FINISH_HEAD = 8, PING_HEAD = 16 };

/* Preamble, size and the public key of message 1. */
enum { STREAM_HEAD = SESSION_PREAMBLE_SIZE + 2 + NOISE_XX_1_OVERHEAD };

/* The fields of a shout hold its text. */
static size_t
of_beacon(const uint8_t *p, size_t n)
{
	struct beacon b;

	if (beacon_decode(p, n, &b) == 0)
		return b.type == BEACON_SHOUT ? BEACON_HEADER_SIZE : n;
	return 0;
}

static size_t
of_session(const uint8_t *p, size_t n)
{
	struct packet k;

	if (packet_decode(p, n, &k) < 0)
		return 0;
	switch (k.kind) {
	case PACKET_HELLO:
		return n; /* a public key, and zeros */
	case PACKET_ANSWER:
		return ANSWER_HEAD;
	case PACKET_FINISH:
		return FINISH_HEAD;
	case PACKET_RETRY:
		return n;
	case PACKET_DATA:
		break;
	}
	return PACKET_HEADER_SIZE;
}

/* Of what is no datagram of ours nobody knows what is in it; its beginning
 * tells whose it is, and of which version. */
size_t
record_kept_datagram(const uint8_t *p, size_t n)
{
	enum { MAGIC_AND_VERSION = 6 };
	static const uint8_t magic[] = { 'E', 'A', 'R', 'S' };
	struct ping ping;
	size_t kept = 0;

	if (packet_is_session(p, n))
		kept = of_session(p, n);
	else if (ping_is(p, n))
		kept = ping_decode(p, n, &ping) == 0 ? PING_HEAD : 0;
	else
		kept = of_beacon(p, n);
	if (kept == 0 && n >= MAGIC_AND_VERSION &&
	    memcmp(p, magic, sizeof(magic)) == 0)
		kept = MAGIC_AND_VERSION;
	return kept > RECORD_KEPT_MAX ? 0 : kept;
}

/* Who connects sends a preamble, a length and a public key; only when all of
 * that is so, what follows is no text that somebody sent astray. */
size_t
record_kept_stream(const uint8_t *p, size_t n, size_t before)
{
	static const uint8_t head[] = { 'E', 'A', 'R', 'S', PROTOCOL_MAJOR, 1 };
	enum { MAGIC = 4, PURPOSE_AT = 6, SIZE_AT = SESSION_PREAMBLE_SIZE };

	if (before != 0 || n < sizeof(head) || memcmp(p, head, MAGIC) != 0)
		return 0;
	if (n < STREAM_HEAD || memcmp(p, head, sizeof(head)) != 0 ||
	    p[PURPOSE_AT] > SESSION_PROBE || p[PURPOSE_AT + 1] != 0 ||
	    p[SIZE_AT] != 0 || p[SIZE_AT + 1] != NOISE_XX_1_OVERHEAD)
		return sizeof(head);
	return STREAM_HEAD;
}

size_t
record_kept_ipmsg(const uint8_t *p, size_t n)
{
	enum { COLONS = 5 };
	struct ipmsg_packet k;
	size_t at = 0;

	if (ipmsg_decode(p, n, &k) < 0)
		return 0;
	/* Some versions name the machine behind the number. */
	while (at < n && p[at] >= '0' && p[at] <= '9')
		at++;
	if (at == n || p[at] != ':')
		return 0;
	/* Where the last colon is missing, what is behind the NUL was said. */
	for (unsigned colons = 0; at < n && p[at] != '\0' && colons < COLONS;
	     at++)
		colons += p[at] == ':';
	return at > RECORD_KEPT_MAX ? 0 : at;
}
