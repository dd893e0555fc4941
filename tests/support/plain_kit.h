/* SPDX-License-Identifier: MIT */
/*
 * The plain dialect in an engine, for tests: its ports, and who speaks there.
 */
#ifndef PLAIN_KIT_H
#define PLAIN_KIT_H

#include "core/plain_state.h"
#include "engine_kit.h"

void pkit_set(struct ekit *k, const char *line);
/* The last port that was asked for stands. */
uint32_t pkit_stand(struct ekit *k);
/* The port of the shouts. */
uint32_t pkit_begin(struct ekit *k);
uint32_t pkit_listen_at(
    struct ekit *k, bool tcp, uint16_t port, const char *framing);
struct addr pkit_at(uint32_t host, uint16_t port);
void pkit_datagram(struct ekit *k, uint32_t via, const struct addr *from,
    bool to_all, const char *text, size_t n);
void pkit_hear(struct ekit *k, uint32_t via, const struct addr *from,
    bool to_all, const char *text);
struct fp pkit_fp_at(const char *scheme, const struct addr *a);
/* The nth that connected from there. */
const struct peer *pkit_caller(
    struct ekit *k, const struct addr *a, unsigned nth);
const struct peer *pkit_peer_at(
    struct ekit *k, const char *scheme, const struct addr *a);
/* In a conversation (NULL: nearby): how many of a kind, and the last. */
unsigned pkit_count(struct ekit *k, const struct peer *p,
    enum message_kind kind, const struct message **ret_last);
void pkit_say_to(struct ekit *k, const struct peer *p, const char *text);
void pkit_expect_notice(struct ekit *k, const struct peer *p, const char *part);
uint32_t pkit_client(struct ekit *k, uint32_t via, const struct addr *from);
void pkit_stream(struct ekit *k, uint32_t conn, const char *text);
void pkit_expect_sent(struct ekit *k, uint32_t conn, const char *text);

#endif
