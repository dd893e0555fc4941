/* SPDX-License-Identifier: MIT */
/*
 * The encryption of IP Messenger, as far as the machine knows of it: who has
 * which key, when one is asked for, what may go without. The keys come from
 * whoever answered, so this hides texts from those who only listen.
 */
#ifndef PROTO_IPMSG_SECRET_H
#define PROTO_IPMSG_SECRET_H

#include "proto/ipmsg_state.h"

void ipmsg_secret_free(struct ipmsg_secret *secret);
/* We have keys. */
bool ipmsg_secret_able(const struct ipmsg *m);
/* Texts to it are to be encrypted. */
bool ipmsg_secret_wanted(const struct ipmsg *m, const struct ipmsg_peer *peer);
/* We have its key. */
bool ipmsg_secret_ready(const struct ipmsg_peer *peer);
/* What was encrypted by its key was not acknowledged: ask for it again. */
void ipmsg_secret_doubt(struct ipmsg_peer *peer);
/* It sends no key, whatever it says; until it starts again. */
void ipmsg_secret_silent(struct ipmsg_peer *peer);
void ipmsg_secret_hope(struct ipmsg_peer *peer);
void ipmsg_secret_ask(struct ipmsg *m, struct now now, struct ipmsg_peer *peer);
/* A question for its key, because it asked for ours; 0: not now. */
size_t ipmsg_secret_ask_back(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most);
/* An ANSPUBKEY of at most so many bytes; 0: none. */
size_t ipmsg_secret_answer(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most);
void ipmsg_secret_question(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
void ipmsg_secret_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
/* Fills ret_content (plain: caller wipes and frees). ERR_UNSUPPORTED,
 * ERR_FORMAT, ERR_AUTH. */
int ipmsg_secret_open(struct ipmsg *m, const struct ipmsg_heard *heard,
    struct ipmsg_content *ret_content);
/* The body of a packet with that number (caller frees). Needs the key. */
int ipmsg_secret_seal(struct ipmsg *m, const struct ipmsg_peer *peer,
    uint32_t number, struct ipmsg_text plain, uint8_t **ret_body,
    size_t *ret_size);

#endif
