/* SPDX-License-Identifier: MIT */
/*
 * A record of what went into an engine and came out of it, to look at
 * afterwards: doc/HACKING, "Records of a run". Pure codec; trace.c makes the
 * entries, replay.h takes them.
 *
 * What is said is not in it. Of datagrams and streams it has the size, and
 * those bytes that carry neither a text nor anything sealed: announcements,
 * pings, the first message of a handshake, headers.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "base/addr.h"
#include "base/iface.h"
#include "base/peer_text.h"
#include "core/model.h"
#include "crypto/identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECORD_MAGIC_SIZE = 8,
	RECORD_KEPT_MAX = 1500, /* bytes of one datagram */
	/* That something is said to have. */
	RECORD_SIZE_MAX = 64 * 1024 * 1024,
	RECORD_NAME_MAX = NAME_BYTES_MAX * PEER_TEXT_GROWTH,
	RECORD_ENTRY_MAX = 8192,
};
/* From the beginning; no record is longer. */
#define RECORD_AT_MAX ((int64_t)31 * 24 * 3600 * 1000)

/* Every file begins so; the last byte is the version. */
extern const uint8_t record_magic[RECORD_MAGIC_SIZE];

enum record_kind {
	RECORD_START = 1, /* who records: start */
	RECORD_END,       /* that was all; code: enum record_end */
	RECORD_IFACES,    /* those there are; on: they changed */
	RECORD_SENT,      /* how a broadcast went, of each of them */
	RECORD_IN,        /* a datagram, through via (0: our own) and interface
			     index; on_link, to_all */
	RECORD_OUT,       /* one of ours to addr, through via */
	RECORD_ALL,       /* one of ours to everybody, through via, to port */
	RECORD_DIAL,      /* conn, to addr */
	RECORD_ACCEPTED,  /* conn (0: refused), through via, from addr */
	RECORD_OPENED,    /* conn, that was dialled */
	RECORD_BYTES_IN,  /* of conn */
	RECORD_BYTES_OUT, /* on conn */
	RECORD_CLOSED,    /* conn, by the other end or the system: code */
	RECORD_CLOSE,     /* conn, by us */
	RECORD_HANDED,    /* conn is a file's from here on, and not recorded */
	RECORD_LISTENING, /* via, at port: code 0, or why not */
	RECORD_CONTACT,   /* fp is remembered: trust, epoch, seq */
	RECORD_PEER,      /* how fp stood for the user from then on: peer */
	RECORD_KINDS,
};

enum record_end {
	RECORD_END_OVER = 1, /* earshot was left */
	RECORD_END_SIZE,     /* the file is as large as it may be */
	RECORD_END_TIME,     /* RECORD_AT_MAX */
	RECORD_ENDS,
};

struct record_start {
	int64_t wall_ms;
	uint32_t epoch;
	uint16_t tcp_port, udp_port, discovery_port;
	bool quiet;
	uint8_t instance[INSTANCE_SIZE];
	uint8_t ed_public[ED_PUBLIC_SIZE], x_public[NOISE_KEY_SIZE];
};

struct record_peer {
	enum dialect dialect;
	enum presence presence;
	enum peer_link link;
	enum transport transport;
};

struct record_entry {
	enum record_kind kind;
	int64_t at_ms; /* since the beginning; never goes back */
	uint32_t conn, via, index, code;
	uint16_t port;
	struct addr addr;
	bool on, on_link, to_all;
	enum transport transport; /* RECORD_LISTENING */
	/* Of what went over the network: so many bytes, and of these the first
	 * ones; borrowed. */
	size_t size, kept;
	const uint8_t *bytes;
	struct fp fp;
	enum trust trust;
	uint32_t epoch, seq;
	struct record_start start;
	struct record_peer peer;
	/* RECORD_PEER: its name; RECORD_START: the version of earshot. As the
	 * file has it: to be cleaned before anybody sees it. */
	char name[RECORD_NAME_MAX + 1];
	/* Without hardware addresses. */
	struct iface ifaces[IFACES_MAX];
	size_t iface_count;
};

/* ERR_LIMIT when it does not fit. */
int record_encode(const struct record_entry *e,
    uint8_t out[static RECORD_ENTRY_MAX], size_t *ret_size);
/*
 * The entry that p begins with: 1, and how many bytes it took; it borrows from
 * them. 0: more bytes are needed. ERR_LIMIT (a size or a time that no entry
 * has), ERR_UNSUPPORTED (a kind we do not know), ERR_FORMAT.
 */
int record_decode(const uint8_t *p, size_t n, struct record_entry *ret_entry,
    size_t *ret_taken);

/* How much of what goes over our own sockets is kept: all, where it says
 * nothing. Of a stream, for n bytes behind the first `before` ones. */
size_t record_kept_datagram(const uint8_t *p, size_t n);
size_t record_kept_stream(const uint8_t *p, size_t n, size_t before);
/* The same at the port of a dialect: the head of IP Messenger, before what is
 * said. */
size_t record_kept_ipmsg(const uint8_t *p, size_t n);

/* What it was by what is kept of it: "announcement", "ping", "data", …; static
 * storage. Nothing of it is verified. */
const char *record_what(const struct record_entry *e);
/* Who says to have sent it, and the number of it, where the beginning of an
 * announcement is kept; name is clean (caller frees), NULL where it is not
 * there. */
bool record_sender(const struct record_entry *e, struct fp *ret_fp,
    uint32_t *ret_seq, char **ret_name);

#endif
