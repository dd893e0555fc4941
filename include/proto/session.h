/* SPDX-License-Identifier: MIT */
/*
 * One encrypted connection over a byte stream: handshake, records, rekeying,
 * keepalive, authenticated close. Sans-IO: bytes and a clock in, bytes and
 * events out. doc/PROTOCOL, "Sessions".
 *
 * A session knows who the other end proved to be; whether that one is welcome
 * its owner decides, between SESSION_HELLO and session_accept. What the
 * messages mean is not its business: it carries up to MSG_MAX bytes, in order,
 * and a binding to datagrams can offer the same calls.
 *
 * Any negative result is final: the owner drops the connection.
 */
#ifndef PROTO_SESSION_H
#define PROTO_SESSION_H

#include "base/now.h"
#include "crypto/identity.h"
#include "crypto/noise.h"
#include "crypto/rng.h"
#include "wire/hello.h"
#include "wire/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SESSION_PREAMBLE_SIZE = 8,
	RECORD_MAX = 16400, /* ciphertext of one record */
	RECORD_DATA_MAX = RECORD_MAX - NOISE_TAG_SIZE - 1,
	SESSION_HANDSHAKE_MS = 5000,
	SESSION_PING_MS = 45000,        /* of silence; ±10 % */
	SESSION_PING_ANSWER_MS = 30000, /* two pings unanswered: dead */
	SESSION_PROBE_MS = 2000,        /* the same after a change of network */
	SESSION_IDLE_MS = 15 * 60000,   /* without a message */
	SESSION_LIFE_MS = 24 * 3600000,
	SESSION_REKEY_MS = 3600000,
	SESSION_REKEY_RECORDS = 1 << 20,
	/* Bytes that may wait undecoded: one read and one record. */
	SESSION_INPUT_MAX = 65536 + 2 * (RECORD_MAX + 2),
	SESSION_OUTPUT_MAX = 4 * 1024 * 1024,
	/* First byte of the messages that sessions keep for themselves. */
	SESSION_CONTROL = 0xF0,
};

enum session_control {
	SESSION_CONTROL_READY = 0xF0,
	SESSION_CONTROL_PING = 0xF1,
	SESSION_CONTROL_PONG = 0xF2,
	SESSION_CONTROL_REKEY = 0xF3,
	SESSION_CONTROL_CLOSE = 0xF4,
};

enum close_reason {
	CLOSE_LEAVING = 1,
	CLOSE_IDLE = 2,
	CLOSE_DUPLICATE = 3,
	CLOSE_PROTOCOL = 4,
	CLOSE_REFUSED = 5,
	CLOSE_SELF = 6,
	/* Over datagrams alone, where nothing else tells the other end. */
	CLOSE_LOST = 7,
};

/* What the connection is for: a byte of the preamble, under the prologue of
 * the handshake. */
enum session_purpose {
	SESSION_CHAT = 0,
	SESSION_FILE = 1,  /* one transfer (proto/flow.h) */
	SESSION_PROBE = 2, /* a test of the way */
};

struct session_cfg {
	const struct identity *identity; /* borrowed for the call only */
	struct rng rng;
	enum noise_role role;
	enum session_purpose purpose; /* of the initiator */
	struct hello hello;           /* ours; borrowed for the call only */
	uint32_t rekey_records;       /* 0: SESSION_REKEY_RECORDS */
};

enum session_event_kind {
	/* The other end proved fp and said hello: session_accept, or drop. */
	SESSION_HELLO,
	/* Both ends hold the keys: messages may flow. */
	SESSION_READY,
	SESSION_MESSAGE,
	/* The other end closed, authenticated. */
	SESSION_CLOSED,
};

struct session_event {
	enum session_event_kind kind;
	struct fp fp;         /* SESSION_HELLO */
	struct hello hello;   /* SESSION_HELLO; the name borrows */
	const uint8_t *bytes; /* SESSION_MESSAGE; until the next call */
	size_t size;
	uint8_t reason; /* SESSION_CLOSED: enum close_reason or unknown */
};

struct session;

/* The initiator's first bytes are in the output at once. */
struct session *session_new(const struct session_cfg *cfg, struct now now);
/* Wipes. */
void session_free(struct session *s);

/* Takes all n bytes, or ERR_LIMIT: the owner stops reading while
 * session_has_input. */
int session_input(
    struct session *s, struct now now, const uint8_t *p, size_t n);
/* 1 and an event, 0 when more bytes are needed, or why it ended. */
int session_next(
    struct session *s, struct now now, struct session_event *ret_event);
/* Goes on after SESSION_HELLO. */
int session_accept(struct session *s, struct now now);

/* Messages may flow. */
bool session_is_ready(const struct session *s);
/* Complete input waits for session_next. */
bool session_has_input(const struct session *s);
enum noise_role session_role(const struct session *s);
/* Of the responder: known with SESSION_HELLO; SESSION_CHAT before. */
enum session_purpose session_purpose(const struct session *s);
/* The channel binding; zeros before the handshake is done. */
const uint8_t *session_hash(const struct session *s);

/* Seals a message of at most MSG_MAX bytes. ERR_STATE before READY or after
 * session_close, ERR_LIMIT when too much output waits. */
int session_send(struct session *s, struct now now, const uint8_t *p, size_t n);
/* Says goodbye; nothing can be sent after. Does nothing before our own READY
 * went out; between it and that of the other end, the goodbye follows ours. */
void session_close(struct session *s, struct now now, uint8_t reason);
/* Bytes for the connection. */
const uint8_t *session_output(const struct session *s, size_t *ret_size);
/* The first n bytes of session_output were taken. */
void session_consume(struct session *s, size_t n);

/* Asks for a sign of life within SESSION_PROBE_MS. */
void session_probe(struct session *s, struct now now);
/* Keeps an idle session open. */
void session_keep(struct session *s, bool keep);
/* 0, ERR_TIMEOUT when the other end is silent, or ERR_CLOSED when the session
 * ended itself for age or idleness (its CLOSE is in the output). */
int session_tick(struct session *s, struct now now);
/* When session_tick is due; NEVER_MS. */
int64_t session_deadline(const struct session *s);

/* Both directions of a session, to go on with. */
struct session_keys {
	struct noise_cipher send, receive;
};
/*
 * Ends it for who goes on with its keys, which are wiped here. After READY,
 * with nothing left in session_output. *ret_rest: what came and was not
 * consumed, valid until session_free. ERR_STATE.
 */
int session_release(struct session *s, struct session_keys *ret_keys,
    const uint8_t **ret_rest, size_t *ret_size);
/* Round trip of the last ping, milliseconds; -1 while unknown. */
int64_t session_rtt_ms(const struct session *s);

#endif
