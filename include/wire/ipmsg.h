/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of IP Messenger, version 1 of its protocol:
 *
 *   version:number:user:host:command:body NUL ext NUL rest NUL
 *
 * Everything decoded borrows from the input, is in a character set that this
 * layer does not know, and nobody vouches for any of it: it goes through
 * charset_decode() and peer_text() before anyone sees it.
 *
 * Attachments, requests over TCP and streams of folders: wire/ipmsg_files.h.
 */
#ifndef WIRE_IPMSG_H
#define WIRE_IPMSG_H

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IPMSG_PORT = 2425,
	IPMSG_PACKET_MAX = 65507, /* what fits a datagram of IPv4 */
	IPMSG_VERSION_MAX = 255,  /* bytes of the version text */
	IPMSG_NAME_MAX = 255,     /* bytes of a user or host */
	IPMSG_DIGITS_MAX = 20,    /* of a packet number */
	IPMSG_NUMBER_TEXT_MAX = IPMSG_DIGITS_MAX + 1, /* and a NUL */
	IPMSG_RECIPIENTS_MAX = 64,
	IPMSG_FINGERPRINT_SIZE = 8,
};

/* Low 8 bits of the command. Others come, too: to be ignored, and counted. */
enum ipmsg_command {
	IPMSG_NOOPERATION = 0x00,
	IPMSG_BR_ENTRY = 0x01,
	IPMSG_BR_EXIT = 0x02,
	IPMSG_ANSENTRY = 0x03,
	IPMSG_BR_ABSENCE = 0x04,
	IPMSG_FEIQ_PRESENCE = 0x09,
	IPMSG_BR_ISGETLIST = 0x10,
	IPMSG_OKGETLIST = 0x11,
	IPMSG_GETLIST = 0x12,
	IPMSG_ANSLIST = 0x13,
	IPMSG_ANSLIST_DICT = 0x14,
	IPMSG_BR_ISGETLIST2 = 0x18,
	IPMSG_SENDMSG = 0x20,
	IPMSG_RECVMSG = 0x21,
	IPMSG_READMSG = 0x30,
	IPMSG_DELMSG = 0x31,
	IPMSG_ANSREADMSG = 0x32,
	IPMSG_GETINFO = 0x40,
	IPMSG_SENDINFO = 0x41,
	IPMSG_GETABSENCEINFO = 0x50,
	IPMSG_SENDABSENCEINFO = 0x51,
	IPMSG_GETFILEDATA = 0x60,
	IPMSG_RELEASEFILES = 0x61,
	IPMSG_GETDIRFILES = 0x62,
	IPMSG_GETPUBKEY = 0x72,
	IPMSG_ANSPUBKEY = 0x73,
	IPMSG_FEIQ_OPEN = 0x77,
	IPMSG_FEIQ_REPLY = 0x78,
	IPMSG_FEIQ_TYPING = 0x79,
	IPMSG_FEIQ_TYPED = 0x7A,
	IPMSG_FEIQ_IMAGE = 0xC0,
	IPMSG_FEIQ_IMAGE_ACK = 0xC1,
	IPMSG_FEIQ_SHAKE = 0xD1,
	IPMSG_FEIQ_SHAKE_ACK = 0xD2,
	IPMSG_IPTUX_SENDMSG = 0xFB,
	IPMSG_IPTUX_SIGN = 0xFC,
	IPMSG_IPTUX_SUBLAYER = 0xFD,
	IPMSG_IPTUX_ICON = 0xFE,
	IPMSG_IPTUX_ASKSHARED = 0xFF,
};

/* High 24 bits: what they mean depends on the command. Numbers beyond an int,
 * so no enum. */

/* Of an entry: BR_ENTRY, ANSENTRY, BR_ABSENCE, BR_EXIT. */
#define IPMSG_ABSENCE 0x00000100U
#define IPMSG_DIALUP 0x00010000U
#define IPMSG_CAPFILEENC 0x00040000U
#define IPMSG_CAPIPDICT 0x02000000U
#define IPMSG_CLIPBOARD 0x08000000U
/* Of an entry and of a message. */
#define IPMSG_FILEATTACH 0x00200000U
#define IPMSG_ENCRYPT 0x00400000U
#define IPMSG_UTF8 0x00800000U    /* this packet is UTF-8 */
#define IPMSG_CAPUTF8 0x01000000U /* may be answered in UTF-8 */
#define IPMSG_ENCEXTMSG 0x04000000U
/* Of a message. */
#define IPMSG_SENDCHECK 0x00000100U
#define IPMSG_SECRET 0x00000200U
#define IPMSG_BROADCAST 0x00000400U
#define IPMSG_MULTICAST 0x00000800U
#define IPMSG_AUTORET 0x00002000U
#define IPMSG_RETRY 0x00004000U
#define IPMSG_PASSWORD 0x00008000U
#define IPMSG_NOLOG 0x00020000U
#define IPMSG_NOADDLIST 0x00080000U
#define IPMSG_READCHECK 0x00100000U
#define IPMSG_IPTUX_SHARED 0x80000000U
/* Of a request for a file. */
#define IPMSG_ENCFILE 0x00000800U

/* Bytes of somebody else. */
struct ipmsg_text {
	const uint8_t *bytes; /* borrowed; NULL when there are none */
	size_t size;
	bool utf8; /* said to be UTF-8; else in the peer's own set */
};

/* What the NULs divide: of a packet, and of what was encrypted. */
struct ipmsg_parts {
	struct ipmsg_text body, ext;
	struct ipmsg_text rest; /* may hold NULs; the last ones are gone */
};

struct ipmsg_packet {
	struct ipmsg_text version; /* sent as "1" where empty */
	struct ipmsg_text digits;  /* the number as it came: echo these */
	uint64_t number;
	struct ipmsg_text user, host;
	uint8_t command;  /* enum ipmsg_command, or another */
	uint32_t options; /* low 8 bits zero */
	struct ipmsg_text body, ext, rest;
	bool strange; /* the version does not begin with 1 */
};

/* Borrows the bytes of a string of ours: UTF-8. */
struct ipmsg_text ipmsg_text_of(const char *s);
bool ipmsg_text_is(struct ipmsg_text t, const char *s);

struct ipmsg_parts ipmsg_parts(const uint8_t *p, size_t n, bool utf8);

/*
 * ERR_SHORT (fields are missing), ERR_FORMAT (the number or the command is
 * none), ERR_LIMIT (a field is too long), ERR_UNSUPPORTED (an IPDict). Empty
 * names are legal. Every text is marked UTF-8 where the packet has IPMSG_UTF8.
 */
int ipmsg_decode(const uint8_t *p, size_t n, struct ipmsg_packet *ret_packet);
/*
 * With one NUL behind the last part that is there. The number is written from
 * digits where they are set. A colon or control character in version, user or
 * host becomes ";", as the format has no other way. ERR_FORMAT when user or
 * host is empty or body or ext has a NUL; ERR_LIMIT when it does not fit.
 */
int ipmsg_encode(const struct ipmsg_packet *packet, uint8_t *out, size_t cap,
    size_t *ret_size);

/* The number that a RECVMSG, READMSG, ANSREADMSG or RELEASEFILES is about:
 * decimal up to the first other byte. ERR_FORMAT, ERR_LIMIT. */
int ipmsg_number_decode(struct ipmsg_text body, uint64_t *ret_number);
/* Returns out. */
const char *ipmsg_number_text(
    uint64_t number, char out[static IPMSG_NUMBER_TEXT_MAX]);

/*
 * Who sent a packet of any kind: the UTF-8 of its tail where there is one,
 * else the fields of its head.
 */
void ipmsg_sender(const struct ipmsg_packet *packet,
    struct ipmsg_text *ret_user, struct ipmsg_text *ret_host);

enum ipmsg_client {
	IPMSG_CLIENT_OTHER,
	IPMSG_CLIENT_WINDOWS,
	IPMSG_CLIENT_MAC,
	IPMSG_CLIENT_IPTUX,
	IPMSG_CLIENT_FEIQ,
	IPMSG_CLIENT_INTERCOM,
};

/* From the version text of a packet and the key VS of an entry (may be
 * empty). "1" alone is OTHER. */
enum ipmsg_client ipmsg_client(
    struct ipmsg_text version, struct ipmsg_text client_version);

/* An entry of the list of users. */
struct ipmsg_entry {
	struct ipmsg_text user, host;
	struct ipmsg_text nick, group;    /* empty where there is none */
	bool away;                        /* really: iptux always says so */
	struct ipmsg_text away_text;      /* was in brackets behind the nick */
	struct ipmsg_text client_version; /* VS */
	/* Fourth field of iptux, a name of a set: not always true. */
	struct ipmsg_text encoding;
	enum ipmsg_client client;
};

/* For BR_ENTRY, ANSENTRY, BR_ABSENCE and BR_EXIT. Anything decodes. */
void ipmsg_entry_decode(
    const struct ipmsg_packet *packet, struct ipmsg_entry *ret_entry);

/* The keys behind an entry, in UTF-8; NULL or "" is left out. */
struct ipmsg_tail {
	const char *user, *host, *nick, *group, *client_version;
};

/* For the rest of a packet, whose body is the nick and whose ext the group, in
 * the set of the reader. No NUL at its end. Controls become blanks. ERR_LIMIT.
 */
int ipmsg_tail_encode(
    const struct ipmsg_tail *tail, uint8_t *out, size_t cap, size_t *ret_size);

/* Recipients of an encrypted message, from the rest of what was in it; returns
 * how many, at most max; 0 where there is no list. */
struct ipmsg_recipient {
	struct ipmsg_text user, host;
};
size_t ipmsg_recipients_decode(
    struct ipmsg_text rest, struct ipmsg_recipient *out, size_t max);

/* Without what FeiQ says of the font behind a text. */
struct ipmsg_text ipmsg_text_strip_font(struct ipmsg_text text);

/* "name-<0123456789abcdef>": true, the name without it and the eight bytes. */
bool ipmsg_user_fingerprint(struct ipmsg_text user,
    struct ipmsg_text *ret_plain, uint8_t ret_fp[IPMSG_FINGERPRINT_SIZE]);

/* One entry of a list of hosts: hearsay. */
struct ipmsg_host {
	struct ipmsg_text user, host, nick, group;
	uint32_t status; /* command and options of their entry */
	struct addr addr;
};

struct ipmsg_host_reader {
	struct ipmsg_text left;
	unsigned count; /* still to come, as it says */
};

/* ANSLIST. The index to ask for next, 0 at the end. ERR_FORMAT. */
int ipmsg_hosts_decode(struct ipmsg_text body, uint32_t *ret_next,
    struct ipmsg_host_reader *ret_reader);
/* 1 and a host; 0 at the end; ERR_FORMAT for one that is none: the next call
 * goes on behind it. ERR_SHORT where the list breaks off: then it is over. */
int ipmsg_host_next(struct ipmsg_host_reader *r, struct ipmsg_host *ret_host);
/* The body of an ANSLIST. ERR_LIMIT. */
int ipmsg_hosts_encode(uint32_t next, const struct ipmsg_host *hosts,
    size_t count, uint8_t *out, size_t cap, size_t *ret_size);

/* Dictionaries of version 3. True when the bytes are exactly one. */
bool ipmsg_dict_decode(
    const uint8_t *p, size_t n, struct ipmsg_text *ret_content);
/* 1, a key and its value, and content moves behind them; 0 at the end;
 * ERR_FORMAT. */
int ipmsg_dict_next(struct ipmsg_text *content, struct ipmsg_text *ret_key,
    struct ipmsg_text *ret_value);
/* 1, a value and list moves behind it; 0 at the end; ERR_FORMAT. */
int ipmsg_dict_item(struct ipmsg_text *list, struct ipmsg_text *ret_value);
/* ERR_NOT_FOUND, ERR_FORMAT. */
int ipmsg_dict_find(
    struct ipmsg_text content, const char *key, struct ipmsg_text *ret_value);
/* Hexadecimal, with a minus where it is below zero. ERR_FORMAT, ERR_LIMIT. */
int ipmsg_dict_int(struct ipmsg_text value, int64_t *ret_number);

#endif
