/* SPDX-License-Identifier: MIT */
/*
 * A contact without a key: what the legacy dialects share. Each has its own
 * machine and file (core/ipmsg_line.h, core/plain.h); here is what they do with
 * the model, the store and the outbox, and the calls that go to the one or the
 * other.
 *
 * No connection of earshot's, no discovery and no pin ever touches such a
 * contact, and it never becomes one that has a key.
 */
#ifndef CORE_LEGACY_H
#define CORE_LEGACY_H

#include "core/engine_state.h"

enum {
	/* Of all dialects; the one not seen for longest goes, of those without
	 * a conversation. */
	LEGACY_PEERS_MAX = 1024,
	/* Of a post of ours, in the place of the flags of the wire: it is to be
	 * opened by hand, and tells when it was. */
	LEGACY_SEALED = 0x80,
};

/* A text of theirs. */
struct legacy_text {
	enum message_kind kind; /* TEXT or SHOUT */
	const uint8_t *raw;     /* borrowed */
	size_t raw_size;
	enum charset charset; /* CHARSET_AUTO: the peer's, else guessed */
	bool declared;        /* the sender said which: never read otherwise */
	enum seal seal;
	bool locked, obfuscated;
	int64_t sent_ms; /* 0: not known */
	uint64_t token;  /* the dialect's own: comes back when it is stored */
	/* The dialect's own, by which one that comes again is known; NULL: made
	 * here. */
	const struct msg_id *id;
};

static inline bool
contact_is_legacy(const struct contact *k)
{
	return k->pin.dialect != DIALECT_EARSHOT;
}

/* Handles are clean and shorter than HANDLE_SIZE, in any case of letters for
 * ipmsg. */
struct fp legacy_fp(enum dialect d, const char *handle);
/* Made when it is not there; NULL when there are too many. name is clean; NULL
 * leaves it, and the handle is the name of a new one. Addresses are given with
 * peer_add_addr. */
struct peer *legacy_peer(struct engine *e, struct now now, enum dialect d,
    const char *handle, const char *name);
/* Coming online, what waits goes out; offline, what was on its way waits
 * again. */
void legacy_presence(
    struct engine *e, struct now now, struct peer *p, enum presence presence);
/* A text came: on the screen, and to the store; when it is there, the dialect
 * is told (a shout is not answered, so it is not told of one). False: not
 * taken, now or ever, and not to be acknowledged. */
bool legacy_arrived(struct engine *e, struct now now, struct peer *p,
    const struct legacy_text *t);
/* The next text to send to p, now "sent"; false when nothing may go. Its text
 * is borrowed until it is answered. */
bool legacy_next(struct engine *e, struct peer *p, struct chat_post *ret_post);
/* How that went: DELIVERED, READ (also of one that is delivered already) or
 * FAILED with a reason (N_). */
void legacy_answered(struct engine *e, struct now now, struct peer *p,
    const struct msg_id *id, enum delivery delivery, const char *reason);

/* It is on its way, and nobody answers: it goes again when p shows up. */
void legacy_waits(
    struct engine *e, const struct peer *p, const struct msg_id *id);

/* What follows is for the engine. To the dialect: */
void legacy_stored(
    struct engine *e, struct now now, struct contact *k, uint64_t token);
void legacy_flush(struct engine *e, struct now now, struct contact *k);
/* The chat of a contact that is there can send; or cannot any more. */
void legacy_chat_up(struct engine *e, struct contact *k);
void legacy_chat_down(struct engine *e, struct now now, struct contact *k);
/* False, and the user is told why, while it passes itself off as a contact
 * with a key. */
bool legacy_may_write(struct engine *e, struct now now,
    const struct command *cmd, const struct contact *k);
/* The user typed that it is to be written to all the same. */
void legacy_accept(struct engine *e, struct now now, struct contact *k);
/* The text of COMMAND_SAY as it is sent: with the quote it answers. */
char *legacy_wording(struct engine *e, const struct command *cmd,
    const struct contact *k, size_t *ret_size);
/* True, and the user was told, when no dialect but earshot can do that. */
bool legacy_refuses(
    struct engine *e, struct now now, const struct command *cmd);

/* legacy_read.c: bytes as they came, and texts. */
/* What stands in raw, in the character set of m; clean. */
char *legacy_text_of(const struct message *m, size_t *ret_size);
/* COMMAND_UNSEAL, COMMAND_ENCODING. */
void legacy_read(struct engine *e, struct now now, const struct command *cmd);
/* One of theirs as it comes from the store, where the user may have chosen
 * another character set since. */
void legacy_loaded(struct engine *e, const struct conv *c, struct message *m);
/* The same where a commit that failed has kept the store from it. */
void legacy_catch_up(
    struct engine *e, struct conv *c, const struct change *change);

#endif
