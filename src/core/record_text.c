/* SPDX-License-Identifier: MIT */
/*
 * Packets of a record in words.
 */
#include "core/record.h"

#include "wire/beacon.h"
#include "wire/ipmsg.h"
#include "wire/packet.h"
#include "wire/ping.h"

#include <string.h>

enum { MAJOR_AT = 4, TYPE_AT = 5 };

static const char *
session_text(uint8_t kind)
{
	switch (kind) {
	case PACKET_HELLO:
		return "hello";
	case PACKET_ANSWER:
		return "answer";
	case PACKET_FINISH:
		return "finish";
	case PACKET_RETRY:
		return "retry";
	case PACKET_DATA:
		return "data";
	default:
		return "malformed";
	}
}

static const char *
beacon_text(const struct record_entry *e)
{
	static const uint8_t magic[] = { 'E', 'A', 'R', 'S' };
	static const char *const texts[] = {
		[BEACON_ANNOUNCE] = "announcement",
		[BEACON_GOODBYE] = "goodbye",
		[BEACON_SOLICIT] = "solicitation",
		[BEACON_SHOUT] = "shout",
	};

	if (e->kept <= TYPE_AT || memcmp(e->bytes, magic, sizeof(magic)) != 0)
		return "foreign";
	if (e->bytes[MAJOR_AT] != PROTOCOL_MAJOR)
		return "other-version";
	uint8_t type = e->bytes[TYPE_AT];
	if (e->kept < BEACON_HEADER_SIZE || type == 0 || type > BEACON_SHOUT)
		return "malformed";
	return texts[type];
}

static const char *
port_text(const struct record_entry *e)
{
	static const struct {
		uint8_t command;
		const char *text;
	} texts[] = {
		{ IPMSG_BR_ENTRY, "entry" },
		{ IPMSG_BR_EXIT, "exit" },
		{ IPMSG_ANSENTRY, "entry-answer" },
		{ IPMSG_BR_ABSENCE, "absence" },
		{ IPMSG_SENDMSG, "message" },
		{ IPMSG_RECVMSG, "receipt" },
		{ IPMSG_READMSG, "opened" },
		{ IPMSG_GETPUBKEY, "key-question" },
		{ IPMSG_ANSPUBKEY, "key" },
	};
	struct ipmsg_packet k;

	if (e->kept == 0)
		return "text";
	if (ipmsg_decode(e->bytes, e->kept, &k) < 0)
		return "malformed";
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].command == k.command)
			return texts[i].text;
	return "ipmsg";
}

const char *
record_what(const struct record_entry *e)
{
	if (e->kind == RECORD_BYTES_IN || e->kind == RECORD_BYTES_OUT)
		return e->kept > 0 ? "handshake" : "bytes";
	if (e->via != 0)
		return port_text(e);
	if (packet_is_session(e->bytes, e->kept))
		return session_text(e->bytes[0]);
	if (ping_is(e->bytes, e->kept))
		return e->bytes[TYPE_AT] == PING_ASK ? "ping" : "ping-answer";
	return beacon_text(e);
}

/* A header without its fields decodes where it says that it has none. */
static int
decode_header(const uint8_t *p, struct beacon *ret_beacon)
{
	uint8_t bytes[BEACON_MIN] = { 0 };
	enum { FIELDS_AT = 94 };

	memcpy(bytes, p, BEACON_HEADER_SIZE);
	bytes[FIELDS_AT] = bytes[FIELDS_AT + 1] = 0;
	bytes[TYPE_AT] = BEACON_ANNOUNCE;
	return beacon_decode(bytes, sizeof(bytes), ret_beacon);
}

bool
record_sender(const struct record_entry *e, struct fp *ret_fp,
    uint32_t *ret_seq, char **ret_name)
{
	struct beacon b;
	bool header = e->kept == BEACON_HEADER_SIZE;

	if (e->via != 0 || e->kept < BEACON_HEADER_SIZE ||
	    packet_is_session(e->bytes, e->kept))
		return false;
	if ((header ? decode_header(e->bytes, &b)
		    : beacon_decode(e->bytes, e->kept, &b)) < 0)
		return false;
	beacon_fp(&b, ret_fp);
	*ret_seq = b.seq;
	*ret_name = header ? NULL : peer_text(b.name, PEER_TEXT_NAME, NULL);
	return true;
}
