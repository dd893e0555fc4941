/* SPDX-License-Identifier: MIT */
/*
 * A model as the engine would have filled it, for tests of what is shown. The
 * time is Friday, 20 November 2026, 10:03:00 UTC, one minute after the start.
 */
#ifndef MODEL_FIXTURE_H
#define MODEL_FIXTURE_H

#include "base/now.h"
#include "core/model.h"
#include "core/transfer.h"

#define FIXTURE_WALL_MS INT64_C(1795168980000)
#define FIXTURE_MONO_MS INT64_C(60000)
#define FIXTURE_MINUTES(n) ((int64_t)(n)*60 * 1000)

/* We are mira; wlan0 and eth0 are used, docker0 is not. */
struct model *fixture_model(void);
void fixture_free(struct model *m);
struct now fixture_now(void);

/* Cleans the name, as the decoders do. The fingerprint comes from the seed. */
struct peer *fixture_peer(
    struct model *m, const char *name, enum presence presence, unsigned seed);
/* A pinned peer with a conversation. */
struct peer *fixture_contact(
    struct model *m, const char *name, enum presence presence, unsigned seed);

/* One without a key, with a conversation; the handle makes its fingerprint. */
struct peer *fixture_legacy(struct model *m, enum dialect dialect,
    const char *handle, const char *name);

struct fixture_message {
	const char *text; /* cleaned when it is not mine */
	int64_t minutes_ago;
	bool mine, action, read;
	enum ran ran;
	enum message_kind kind;
	enum delivery delivery;
	const char *reason;
	uint32_t missing;
	bool edited, deleted;
	enum seal seal;
	uint64_t answers;         /* the serial of what it answers */
	const char *reactions[2]; /* of them, of us */
};
/* from may be NULL for what is earshot's own or mine. */
void fixture_add(struct model *m, uint32_t conv, const struct peer *from,
    const struct fixture_message *message);
/* A received text, unread. */
void fixture_receive(struct model *m, const struct peer *from,
    int64_t minutes_ago, const char *text);
/* A file of 1.4 MB that p offers, or is offered, with its line. */
struct transfer *fixture_transfer(
    struct model *m, const struct peer *p, const char *name, bool mine);
/* One of ours, delivered. */
void fixture_send(struct model *m, const struct peer *to, int64_t minutes_ago,
    const char *text);

#endif
