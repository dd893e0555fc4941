/* SPDX-License-Identifier: MIT */
/*
 * An engine that meets people without a key. What the machine of their dialect
 * would do is in the hands of the test: the calls to it end here, so a program
 * with this kit is linked with LEGACY_WRAP.
 */
#ifndef LEGACY_KIT_H
#define LEGACY_KIT_H

#include "core/legacy.h"
#include "engine_kit.h"

struct legacy_kit {
	struct ekit k;
	/* What the dialects were told. */
	unsigned flushes, stored, opened;
	uint64_t token;   /* of the last that was stored */
	struct msg_id id; /* of the last that was opened */
};

extern struct legacy_kit lkit;

/* Setup and teardown of every test. */
int lkit_begin(void **state);
int lkit_end(void **state);

/* They are there. */
struct fp lkit_meet_in(enum dialect d, const char *handle, const char *name);
struct fp lkit_meet(const char *handle, const char *name);
/* Valid until the next input. */
struct peer *lkit_peer(const struct fp *fp);
void lkit_presence(const struct fp *fp, enum presence presence);
/* A text of theirs; whether it was taken. */
bool lkit_arrive_as(
    const struct fp *fp, struct legacy_text t, const char *text);
bool lkit_arrive(const struct fp *fp, const char *text, uint64_t token);
bool lkit_next(const struct fp *fp, struct chat_post *ret_post);
void lkit_answer(const struct fp *fp, const struct msg_id *id,
    enum delivery delivery, const char *reason);
/* Found at a host. */
void lkit_addr(const struct fp *fp, const struct addr *a);
/* The last message of their conversation. */
const struct message *lkit_last(const struct fp *fp);
void lkit_say(const struct fp *fp, const char *text);

#endif
