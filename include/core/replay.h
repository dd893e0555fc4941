/* SPDX-License-Identifier: MIT */
/*
 * A record (core/record.h) given to an engine that has nothing but it: no key
 * of whoever recorded, no socket, and a clock that runs as fast as entries are
 * taken. The same record yields the same every time.
 *
 * The engine has the public keys and the instance id of the recorded one, so
 * that it knows what is its own; the secrets are of nobody. So it hears and
 * judges all that was heard, and answers connections up to where a key is
 * needed. What came of sessions it is told from the record.
 */
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "core/engine.h"
#include "core/record.h"

/* What became of a RECORD_PEER. */
enum replay_match {
	REPLAY_SAME,  /* the replayed engine had come to the same */
	REPLAY_OTHER, /* it had not */
	REPLAY_TOLD,  /* it could not know, and was told */
	REPLAY_APART, /* of another dialect: it is not replayed */
};

struct replay;

struct replay *replay_new(const struct lang *lang);
/* NULL is fine. */
void replay_free(struct replay *r);

/*
 * Takes an entry: 1. 0: something was due before; call again with the same
 * entry. Pull replay_next until false after both. ERR_FORMAT: it is out of
 * order (no RECORD_START first, a second one, or time runs backwards).
 */
int replay_step(struct replay *r, const struct record_entry *entry);
/* The next effect that is for people. */
bool replay_next(struct replay *r, struct effect *ret_effect);

/* Since the beginning of the record. */
int64_t replay_at_ms(const struct replay *r);
/* NULL before RECORD_START. */
const struct model *replay_model(const struct replay *r);
/* Of the last entry, where that was a RECORD_PEER. */
enum replay_match replay_match(const struct replay *r);
/* The name of interface index at that moment; NULL: none. */
const char *replay_iface(const struct replay *r, unsigned index);

#endif
