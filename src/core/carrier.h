/* SPDX-License-Identifier: MIT */
/*
 * What a session runs over: a stream (proto/session.h) or datagrams
 * (proto/dgram.h). Both offer the same calls; here they are one.
 */
#ifndef CORE_CARRIER_H
#define CORE_CARRIER_H

#include "core/model.h"
#include "proto/dgram.h"
#include "proto/session.h"

struct carrier {
	enum transport transport;
	struct session *session; /* CARRIER_TCP; NULL before it is open */
	struct dgram *dgram;     /* CARRIER_UDP */
};

bool carrier_exists(const struct carrier *c);
/* Wipes. */
void carrier_free(struct carrier *c);

int carrier_next(
    struct carrier *c, struct now now, struct session_event *ret_event);
int carrier_accept(struct carrier *c, struct now now);
int carrier_send(struct carrier *c, struct now now, const uint8_t *p, size_t n);
void carrier_close(struct carrier *c, struct now now, uint8_t reason);
enum noise_role carrier_role(const struct carrier *c);
/* What the other end wants it for; always to chat where we began it. */
enum session_purpose carrier_purpose(const struct carrier *c);
const uint8_t *carrier_hash(const struct carrier *c);

void carrier_probe(struct carrier *c, struct now now);
void carrier_keep(struct carrier *c, bool keep);
int carrier_tick(struct carrier *c, struct now now);
int64_t carrier_deadline(const struct carrier *c);

#endif
