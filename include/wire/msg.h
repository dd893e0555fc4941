/* SPDX-License-Identifier: MIT */
/*
 * Messages inside a session, whatever carries it. doc/PROTOCOL, "Messages".
 *
 *   type u8 | fields (wire/tlv.h)
 *
 * Types from MSG_SESSION_FIRST on belong to the session that carries the
 * messages, which handles them before it hands anything up.
 *
 * Messages are padded to size classes, so that a watcher learns
 * little from lengths (msg_padded_size).
 */
#ifndef WIRE_MSG_H
#define WIRE_MSG_H

#include "base/id.h"
#include "base/peer_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MSG_MAX = 70000,  /* bytes of one encoded message */
	TEXT_MAX = 65536, /* bytes of text in one message */
	REACTION_MAX = 16,
	FILE_NAME_MAX = 255, /* bytes of the name of an offered file */
	ACK_IDS_MAX = 64,
	HEARD_MAX = 64,    /* entries of one HEARD */
	HEARD_FP_SIZE = 8, /* of a fingerprint, its beginning */
	/* Bytes that an ECHO carries for nothing; with them it needs no
	 * padding. */
	ECHO_LOAD_MAX = 65536 - 1 - 4 - 8 - 4,
	RUN_NAME_MAX = 32,
	RUN_ARGS_MAX = 8,
	RUN_ARGS_BYTES_MAX = 4096, /* of all, with a zero byte behind each */
	RUN_PIECE_MAX = 16384,     /* bytes of output in one message */
	MSG_SESSION_FIRST = 0xF0,
};

enum msg_type {
	MSG_TEXT = 1,
	MSG_ACK = 2,
	MSG_TYPING = 3,
	MSG_STATUS = 4,
	MSG_NACK = 5,
	/* What they do to another message, target. */
	MSG_EDIT = 6,
	MSG_DELETE = 7,
	MSG_REACT = 8,
	/* A file or folder is offered; its id names the transfer from then on.
	 */
	MSG_FILE = 9,
	/* The transfer target is not wanted, or not to be had, any more. */
	MSG_FILE_STOP = 10,
	/* Come for the transfer target now: connect to me. */
	MSG_FILE_CALL = 11,
	/* The first and only message on a connection for files: which one. */
	MSG_FILE_ATTACH = 12,
	/* Whom do you hear? And the answer. */
	MSG_HEARD_ASK = 13,
	MSG_HEARD = 14,
	/* Answer with as little as you can; and the answer. */
	MSG_ECHO = 15,
	MSG_ECHO_BACK = 16,
	/* 17 to 20: a command that the reader's user lets the writer run; never
	 * repeated, and for the session that is up. */
	MSG_RUN = 17,
	MSG_RUN_OUTPUT = 18,
	MSG_RUN_END = 19,
	MSG_RUN_STOP = 20,
};

/* How a command ended: the state of a RUN_END. */
enum run_end {
	RUN_ENDED = 1,   /* by itself; code: its exit status */
	RUN_KILLED = 2,  /* by a signal, which is the code */
	RUN_LATE = 3,    /* it took too long */
	RUN_LONG = 4,    /* it said too much */
	RUN_STOPPED = 5, /* by either end */
	RUN_REFUSED = 6, /* it did not begin; code: enum run_refusal */
};

enum run_refusal {
	RUN_NOT_VERIFIED = 1, /* nobody compared their keys there */
	RUN_NOT_LISTED = 2,   /* no such command, or not for them */
	RUN_BAD_ARGS = 3,     /* it takes none, or none like these */
	RUN_BUSY = 4,         /* too many run there */
	RUN_TOO_OFTEN = 5,
	RUN_NO_PROGRAM = 6, /* it could not be started */
};

enum ack_state { ACK_STORED = 1, ACK_SHOWN = 2, ACK_REFUSED = 3 };

/* Why a message was refused: the code of a NACK. */
enum nack_code {
	NACK_UNSUPPORTED = 1, /* unknown type or unknown critical field */
	NACK_TOO_LARGE = 2,
	NACK_FORMAT = 3,
	NACK_INBOX_FULL = 4, /* too many from someone never answered */
	NACK_BLOCKED = 5,
	NACK_OFFERS = 6, /* too many files are offered at a time */
};

enum text_flag { TEXT_SHOUT_COPY = 1 << 0, TEXT_ACTION = 1 << 1 };

/* Why a transfer ends: the state of a FILE_STOP. */
enum file_end {
	FILE_END_REFUSED = 1,   /* by whom it was offered to */
	FILE_END_CANCELLED = 2, /* by either one, at any time */
	FILE_END_DONE = 3,      /* who it was offered to has it */
};

/* What is offered, as its sender saw it. The name is the text of the post. */
struct msg_file {
	bool folder;
	uint64_t size;  /* bytes of all files */
	uint32_t files; /* 1 for a file */
	int64_t mtime;  /* Unix seconds; 0: not known */
};

/* What is delivered, each once and in order: TEXT, EDIT, DELETE, REACT, FILE,
 * FILE_STOP. */
struct msg_post {
	struct msg_id id;
	uint64_t seq;    /* per sender and conversation, ascending */
	uint64_t prev;   /* below seq: of the one before it; 0: none */
	int64_t sent_ms; /* the sender's wall clock */
	uint8_t flags;   /* enum text_flag; TEXT only */
	bool has_target; /* TEXT: it answers another; the others: always */
	struct msg_id target;
	struct untrusted text; /* REACT: may be empty; DELETE, FILE_STOP: is */
	struct msg_file file;  /* FILE */
	uint8_t end;           /* FILE_STOP: enum file_end */
};

struct msg_ack {
	uint8_t state; /* enum ack_state */
	size_t count;  /* 1..ACK_IDS_MAX */
	struct msg_id ids[ACK_IDS_MAX];
};

struct msg_typing {
	bool on;
};

struct msg_status {
	bool away;
	struct untrusted text;
};

/* FILE_CALL, FILE_ATTACH */
struct msg_file_ref {
	struct msg_id target;
};

/* One of whom the sender hears the announcements. */
struct msg_heard_one {
	uint8_t fp[HEARD_FP_SIZE];
	uint32_t ago_s; /* the last one came so long ago */
};

/* HEARD_ASK: the nonce alone. */
struct msg_heard {
	uint64_t nonce; /* the same in the answer */
	bool more;      /* there are others */
	size_t count;   /* 0..HEARD_MAX */
	struct msg_heard_one all[HEARD_MAX];
};

struct msg_echo {
	uint64_t nonce;      /* the same in the answer */
	const uint8_t *load; /* ECHO that came; borrowed. Zeros are written */
	size_t load_size;    /* ECHO: at most ECHO_LOAD_MAX */
	uint64_t size;       /* ECHO_BACK: bytes of load that came, in all */
};

/* RUN: the name of the command, and its arguments with a zero byte behind each:
 * bytes of a peer like any other. */
struct msg_run {
	struct msg_id id;
	struct untrusted name;
	const uint8_t *args; /* may be NULL */
	size_t args_size;
};

/* RUN_OUTPUT, RUN_END, RUN_STOP: of the RUN target. */
struct msg_run_news {
	struct msg_id target;
	struct untrusted text; /* RUN_OUTPUT */
	uint8_t end;           /* RUN_END: enum run_end */
	uint8_t code; /* RUN_END: as that says, or one we do not know */
};

struct msg_nack {
	struct msg_id id;
	uint8_t code; /* enum nack_code, or one we do not know */
};

struct msg {
	uint8_t type; /* enum msg_type */
	union {
		struct msg_post post;
		struct msg_ack ack;
		struct msg_typing typing;
		struct msg_status status;
		struct msg_nack nack;
		struct msg_file_ref ref;
		struct msg_heard heard;
		struct msg_echo echo;
		struct msg_run run;
		struct msg_run_news news;
	};
};

/* The type is one of those that msg.post is for. */
bool msg_is_post(uint8_t type);

/* Encodes with padding. ERR_LIMIT when it does not fit. */
int msg_encode(const struct msg *m, uint8_t *out, size_t cap, size_t *ret_size);
/*
 * Strings borrow from the input. ERR_SHORT, ERR_FORMAT, ERR_LIMIT (text over
 * TEXT_MAX or REACTION_MAX, too many arguments), ERR_UNSUPPORTED (unknown type,
 * ack state or critical field). On any error, ret_msg->type still holds the
 * type and ret_msg->post.id the message id where one could be read, else zeros,
 * so that the refusal can name it. An acknowledgement or refusal never has an
 * id of its own: nothing answers an answer.
 */
int msg_decode(const uint8_t *p, size_t n, struct msg *ret_msg);
/* 64, 256, 1024, 4096, then multiples of 4096, at most MSG_MAX. */
size_t msg_padded_size(size_t size);

#endif
