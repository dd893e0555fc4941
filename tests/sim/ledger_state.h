/* SPDX-License-Identifier: MIT */
/*
 * What the files of the ledger share.
 */
#ifndef TESTS_LEDGER_STATE_H
#define TESTS_LEDGER_STATE_H

#include "ledger.h"
#include "proto/chat.h"
#include "sim_state.h"

#define EXPIRE_MS (INT64_C(30) * 24 * 3600 * 1000)

/* ledger.c */
const char *ledger_name(const struct ledger *l, unsigned node);
uint32_t ledger_run(const struct ledger *l, unsigned node);
void ledger_blame(struct ledger *l, const struct post *p, const char *how);
void ledger_note(struct ledger *l, const struct post *p, const char *how);
bool ledger_is_text_of(
    const struct ledger *l, const struct post *p, const char *text);

/* A note to oneself. */
bool ledger_is_note(const struct post *p);

int64_t ledger_age_ms(const struct ledger *l, const struct post *p);

/* witness.c */
/* A receipt is for all before it, also for what was forgotten unseen, or was
 * not kept. */
bool ledger_is_seen(const struct post *p);
/* How many of a lane still have to arrive. */
size_t ledger_waiting_in(const struct ledger *l, const struct lane *lane);
/* The user of node sees a text. */
void ledger_text_shown(
    struct ledger *l, unsigned node, const struct message *m);
/* The user of node is told of the delivery of one of his own. */
void ledger_delivery_told(
    struct ledger *l, unsigned node, const struct effect *effect);

#endif
