/* SPDX-License-Identifier: MIT */
/*
 * What the engine wants remembered, as plain data. The engine gives changes
 * out as effects, in order; the store applies them and commits once a turn;
 * engine_committed tells the engine how that went. Only then is a text of
 * ours sent and a text of theirs acknowledged.
 *
 * Rows: every message gets a number of the engine's own, ascending over the
 * whole history in the order of arrival. It is the order on the screen.
 */
#ifndef CORE_CHANGE_H
#define CORE_CHANGE_H

#include "base/id.h"
#include "core/model.h"
#include "core/pin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum change_kind {
	CHANGE_PIN,      /* pin: the contact as it is to be remembered */
	CHANGE_MESSAGE,  /* a text or shout that came or was written; of ours:
			    it waits in the outbox (waits) */
	CHANGE_REVISION, /* an edit, deletion or reaction: applied to target if
			    its author may; of ours: it waits, too */
	CHANGE_DELIVERY, /* id (one of ours to fp): its delivery, and reason;
			    waits: it does so still */
	CHANGE_REQUEUE,  /* id (one of ours to fp, in row), which was refused:
			    it waits in the outbox again, as seq */
	CHANGE_SHOWN,    /* ours to fp up to id, in order: they were shown; row:
			    of that one, where it is known */
	CHANGE_READ,     /* the conversation with fp was shown up to row */
	CHANGE_DRAFT,    /* text: what is typed there and not sent; may be "" */
	CHANGE_SEAL,     /* id in the conversation with fp was opened: text */
	CHANGE_RECODE, /* id in the conversation with fp (zero: nearby) is read
			  in charset: text */
	CHANGE_TRANSFER, /* transfer: as it stands; its message is in the
			    history (transfer->row), else it is ignored */
	CHANGE_RULE, /* rule: which offers of fp are taken unasked; NULL: none
		      */
	CHANGE_FORGET_MESSAGE, /* id in the conversation with fp */
	CHANGE_FORGET_CONV,    /* all messages with fp */
	CHANGE_FORGET_CONTACT, /* the same, and the pin */
};

struct transfer;

/* Of change.flags: enum ran of a text, which never goes out. */
enum { CHANGE_RAN_ASKED = 0x20, CHANGE_RAN_SAID = 0x40 };

/* Offers of a verified contact that are taken without asking. */
struct accept_rule {
	/* Of one offer, bytes, with 4096 for each entry of a
	 * folder; 0: any. */
	uint64_t size_max;
	char *folder; /* where to; NULL: the folder that is set */
};

/* What CHANGE_REVISION does to its target. */
enum revision {
	REVISION_EDIT,   /* text replaces the text; the former is kept */
	REVISION_DELETE, /* the text and the reactions go, and none can come; a
			    text that waits does so no more */
	REVISION_REACT,  /* text is the reaction of the author, "" takes it
			    back */
	/* Of a file that was offered; the state is in CHANGE_TRANSFER. */
	REVISION_FILE_REFUSED,
	REVISION_FILE_CANCELLED,
	REVISION_FILE_DONE,
};

/* An edit or deletion of theirs is ignored when its target arrived longer than
 * that before it (arrived_ms of both). */
#define REVISE_MS (INT64_C(24) * 3600 * 1000)

struct change {
	enum change_kind kind;
	/* The contact; zero for the conversation nearby. */
	struct fp fp;
	const struct pin *pin; /* CHANGE_PIN */
	int64_t row;           /* MESSAGE, REVISION, SHOWN, READ */
	struct msg_id id;
	/* Theirs: CHANGE_MESSAGE and _REVISION move the contact's received_seq
	 * up to it. Ours: its number among what goes to fp; CHANGE_DELIVERY as
	 * DELIVERED or READ moves sent_seq up to it. */
	uint64_t seq;
	bool mine;
	bool waits; /* in the outbox, until CHANGE_DELIVERY without it */
	bool keep;  /* false: the contact is set to keep no history; the text is
		       stored only as long as it waits */
	/* TEXT, SHOUT or FILE: then text is the name, id is no other
	 * message's, and CHANGE_TRANSFER follows before the commit. Without
	 * keep it is stored until that is over. */
	enum message_kind message;
	enum revision revision;
	uint8_t flags;   /* enum text_flag, as on the wire; CHANGE_RAN_… */
	struct fp from;  /* MESSAGE nearby: who shouted */
	bool has_target; /* MESSAGE: an answer to target */
	struct msg_id target;
	uint32_t missing;
	int64_t sent_ms, arrived_ms; /* wall clocks: the sender's, ours */
	enum delivery delivery;
	const char *reason; /* may be NULL */
	const char *text;   /* clean, NUL-terminated */
	size_t size;
	/* MESSAGE in a legacy dialect, as in struct message. */
	enum dialect dialect;
	enum seal seal;
	bool locked, obfuscated, declared;
	enum charset charset;
	const uint8_t *raw; /* may be NULL */
	size_t raw_size;
	uint64_t token; /* of theirs: comes back when it is stored */
	const struct transfer *transfer; /* TRANSFER: until engine_committed */
	const struct accept_rule *rule;  /* RULE: until engine_committed */
};

#endif
