/* SPDX-License-Identifier: MIT */
/*
 * One TCP connection of IP Messenger, either end of it, over which one file or
 * folder goes. Sans-IO: bytes, pieces and a clock in; bytes and pieces out.
 *
 * Who offers keeps a table of what was offered to whom, and serves:
 *
 *   connection -> ipmsg_serve_new; bytes -> ipmsg_serve_input, until
 *   ipmsg_serve_asked; then the owner looks up who that is under the address
 *   it came from (ipmsg_at) and calls ipmsg_serve_admit, which tells what to
 *   read, and from where. Pieces -> ipmsg_serve_piece; after each call
 *   ipmsg_serve_output until false. When ipmsg_serve_state says that it is
 *   over: close, ipmsg_offers_end, ipmsg_serve_free.
 *
 * Who fetches:
 *
 *   ipmsg_fetch_new; once connected ipmsg_fetch_begin gives the request, to be
 *   sent in one write; then, and with all bytes that come, ipmsg_fetch_next
 *   until false. When ipmsg_fetch_state says that it is over: close,
 *   ipmsg_fetch_free.
 *
 * A refusal is a closed connection, without a word. Nothing that a peer sends
 * makes memory grow beyond the sizes below.
 */
#ifndef PROTO_IPMSG_FILES_H
#define PROTO_IPMSG_FILES_H

#include "base/charset.h"
#include "base/file_piece.h"
#include "base/now.h"
#include "wire/ipmsg_crypt.h"

enum {
	IPMSG_OFFERS_MAX = 1024, /* files offered and not yet over */
	/* A request is there in this time, or is refused. */
	IPMSG_REQUEST_MS = 10000,
	/* There are clients that end a request with nothing: it is read as it
	 * is when no more comes for so long. */
	IPMSG_QUIET_MS = 500,
	/* Nothing moved: it has failed. */
	IPMSG_IDLE_MS = 120000,
	/* The other end has everything and should close; then we do, and what
	 * is queued goes out all the same. */
	IPMSG_LINGER_MS = 3000,
	/* A resumed file is complete when no more comes for so long: who
	 * ignores offsets sends more. */
	IPMSG_GRACE_MS = 1000,
	/* Files and folders in one folder that comes. */
	IPMSG_ENTRIES_MAX = 1000000,
};

/* What was offered to one host. Files of one message have one packet number;
 * ids below 10 are the same in every client. */
struct ipmsg_offer {
	uint32_t token; /* the owner's; not 0 */
	uint64_t packet, id;
	bool folder;
	uint64_t size;
	const char *handle; /* "user@host", as in proto/ipmsg.h; copied */
};

struct ipmsg_offers;

struct ipmsg_offers *ipmsg_offers_new(void);
/* NULL is fine. */
void ipmsg_offers_free(struct ipmsg_offers *o);
/* ERR_LIMIT. */
int ipmsg_offers_add(struct ipmsg_offers *o, const struct ipmsg_offer *offer);
/* It was withdrawn or refused. */
void ipmsg_offers_remove(struct ipmsg_offers *o, uint32_t token);
/* A connection that was admitted is over. Complete: it is never served again;
 * else it may be asked for once more. */
void ipmsg_offers_end(struct ipmsg_offers *o, uint32_t token, bool complete);
/* The tokens of one message to one host (RELEASEFILES), at most max. */
size_t ipmsg_offers_of(const struct ipmsg_offers *o, const char *handle,
    uint64_t packet, uint32_t *ret_tokens, size_t max);

/* How a connection stands, at either end. */
enum ipmsg_files_state {
	IPMSG_FILES_WAITING, /* for a request, or for the first byte */
	IPMSG_FILES_ASKED,   /* a request is there: ipmsg_serve_admit */
	IPMSG_FILES_RUNNING,
	IPMSG_FILES_ENDING, /* all is sent; the other end has yet to close */
	/* Over: close. */
	IPMSG_FILES_DONE,
	IPMSG_FILES_REFUSED, /* by us, or by the other end: nothing came */
	IPMSG_FILES_SHORT,   /* the other end was gone before the end */
	IPMSG_FILES_BROKEN,  /* what came is no such stream */
	IPMSG_FILES_LIMIT,   /* too much, too many, too deep */
	IPMSG_FILES_UNSAFE,  /* a name in it is a path */
	IPMSG_FILES_TIMEOUT,
	IPMSG_FILES_RESTART, /* it began at the start of the file and not where
				it was asked to: drop what there is, and fetch
				from 0 */
	IPMSG_FILES_SOURCE,  /* ours: it could not be read to its end */
};
bool ipmsg_files_is_over(enum ipmsg_files_state s);
/* Why, N_(); NULL where nothing went wrong. */
const char *ipmsg_files_reason(enum ipmsg_files_state s);

/* The end that serves. */
struct ipmsg_serve;

/* Who asked, as the owner knows. */
struct ipmsg_asker {
	const char *handle;   /* NULL: nobody we know at that address */
	enum charset charset; /* for names, unless it wants UTF-8 */
	/* NULL: encrypted requests are refused. */
	const struct ipmsg_keys *keys;
	const struct rng *rng;             /* where there are keys */
	const struct ipmsg_pubkey *pubkey; /* of the peer; NULL: not known */
};

struct ipmsg_admitted {
	uint32_t token;
	uint64_t packet; /* of the offer */
	uint64_t offset; /* where the source begins; 0 for a folder */
};

struct ipmsg_serve *ipmsg_serve_new(struct now now);
/* NULL is fine. */
void ipmsg_serve_free(struct ipmsg_serve *s);
void ipmsg_serve_input(
    struct ipmsg_serve *s, struct now now, const uint8_t *p, size_t n);
/* True in the state ASKED. Borrowed until the next call. */
bool ipmsg_serve_asked(const struct ipmsg_serve *s, struct ipmsg_text *ret_user,
    struct ipmsg_text *ret_host);
/*
 * Checks it against what was offered to that host: the packet, the file (its id
 * in hexadecimal, or in decimal where only that fits), what kind it is, not
 * served before and not being served. 0; or ERR_NOT_FOUND, ERR_STATE,
 * ERR_FORMAT, ERR_AUTH, ERR_UNSUPPORTED, and it is REFUSED.
 */
int ipmsg_serve_admit(struct ipmsg_serve *s, struct now now,
    struct ipmsg_offers *offers, const struct ipmsg_asker *asker,
    struct ipmsg_admitted *ret_admitted);
/* The next of the source, which begins at the offset, although FILE has the
 * size of the whole. NOTE is passed over. */
void ipmsg_serve_piece(
    struct ipmsg_serve *s, struct now now, const struct file_piece *piece);
/* What is to be sent; borrowed until the next call. */
bool ipmsg_serve_output(
    struct ipmsg_serve *s, const uint8_t **ret_p, size_t *ret_n);
/* The network took some of what waited. */
void ipmsg_serve_wrote(struct ipmsg_serve *s, struct now now);
/* The other end closed, or (broken) the connection did not end well: then what
 * was on its way to it is lost. */
void ipmsg_serve_closed(struct ipmsg_serve *s, bool broken);
void ipmsg_serve_tick(struct ipmsg_serve *s, struct now now);
int64_t ipmsg_serve_deadline(const struct ipmsg_serve *s);
enum ipmsg_files_state ipmsg_serve_state(const struct ipmsg_serve *s);

/* The end that fetches. */
struct ipmsg_fetch;

struct ipmsg_fetch_cfg {
	/* Of this request: a new number, and who we are, as in packets. */
	uint64_t number;
	const char *user, *host;
	/* Of the offer. */
	uint64_t packet, id;
	bool folder;
	uint64_t size;        /* of a file; of a folder only announced */
	uint64_t offset;      /* of a file; see ipmsg_fetch_resumes */
	bool utf8;            /* the offer was: names come in UTF-8 */
	enum charset charset; /* else in this */
	uint64_t bytes_max;   /* of a folder in all; 0: no bound */
	/* All set: request and answer are encrypted; else keys is NULL. */
	const struct ipmsg_keys *keys;
	const struct rng *rng;
	const struct ipmsg_pubkey *pubkey;
};

/* Clients that begin at an offset. With the others it must be 0, for a stream
 * that breaks off would leave the beginning of the file behind its first half.
 * After a fetch from an offset that did not end DONE, too. */
bool ipmsg_fetch_resumes(enum ipmsg_client client);

struct ipmsg_fetch *ipmsg_fetch_new(
    const struct ipmsg_fetch_cfg *cfg, struct now now);
/* NULL is fine. */
void ipmsg_fetch_free(struct ipmsg_fetch *f);
/* Connected. The request, to be sent in one write: there is a client that reads
 * once. ERR_LIMIT, ERR_UNSUPPORTED: cannot be made. */
int ipmsg_fetch_begin(struct ipmsg_fetch *f, struct now now,
    uint8_t out[static IPMSG_REQUEST_MAX], size_t *ret_size);
/*
 * Takes bytes from *p and moves *p and *n behind them; *n is 0 after begin,
 * tick and closed, to ask for what they caused. True with a piece, borrowed
 * until the next call: of a file its BYTES alone, of a folder all; then END.
 * False when all is used up, or it is over: what is left of the bytes is no
 * part of it.
 */
bool ipmsg_fetch_next(struct ipmsg_fetch *f, struct now now, const uint8_t **p,
    size_t *n, struct file_piece *ret_piece);
void ipmsg_fetch_closed(struct ipmsg_fetch *f);
void ipmsg_fetch_tick(struct ipmsg_fetch *f, struct now now);
int64_t ipmsg_fetch_deadline(const struct ipmsg_fetch *f);
/* DONE once END was given out. */
enum ipmsg_files_state ipmsg_fetch_state(const struct ipmsg_fetch *f);
/* Links and devices of a folder, which are not made. */
uint64_t ipmsg_fetch_skipped(const struct ipmsg_fetch *f);

#endif
