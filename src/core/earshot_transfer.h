/* SPDX-License-Identifier: MIT */
/*
 * Transfers between two earshots. What is said of them goes through the chat:
 * offers and their ends are posts, stored and delivered as texts are. The bytes
 * go over connections of their own (core/file_conns.h) to whoever executes
 * EFFECT_MOVE.
 *
 * The receiver comes for what he accepted, and tries again until it is there;
 * the sender waits, or comes when he is called.
 */
#ifndef CORE_EARSHOT_TRANSFER_H
#define CORE_EARSHOT_TRANSFER_H

#include "core/engine_state.h"
#include "core/transfer.h"

/* The reason of one that is paused here, though its user did not pause it. */
extern const char earshot_transfer_other[];

/* From the chat with k: an offer, its end, and that we shall come. */
void earshot_transfer_arrived(struct engine *e, struct now now,
    struct contact *k, const struct chat_event *ev);
void earshot_transfer_ended(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev);
void earshot_transfer_called(struct engine *e, struct now now,
    struct contact *k, const struct msg_id *id);

/* What the functions of core/transfer_wire.c are. */
const char *earshot_transfer_offer(struct engine *e, struct now now,
    const struct peer *p, struct transfer *const *list, size_t count);
const char *earshot_transfer_fetch(
    struct engine *e, struct now now, struct transfer *t);
void earshot_transfer_stop(
    struct engine *e, struct now now, struct transfer *t);
void earshot_transfer_pause(
    struct engine *e, struct now now, struct transfer *t);
void earshot_transfer_resume(
    struct engine *e, struct now now, struct transfer *t);

/* Entries of t that the rule, by which alone it was taken, lets in; 0: as many
 * as the disk takes. */
uint64_t earshot_transfer_entries(
    const struct contact *k, const struct transfer *t);

/* Its bytes are where they belong. Of theirs they are told, whatever becomes of
 * the connection, and of us: it is owed until they acknowledged it. */
void earshot_transfer_done(
    struct engine *e, struct now now, struct transfer *t);
/* Says what is owed, when it is time to. */
void earshot_transfer_tell(
    struct engine *e, struct now now, struct transfer *t);
int64_t earshot_transfer_tell_ms(
    const struct engine *e, const struct transfer *t);

/* That post waits no more: they have it, or nobody will send it. */
void earshot_transfer_told(struct engine *e, struct now now,
    const struct contact *k, const struct msg_id *post);

/* Our end c was not stored, so it was not sent: it is said when the store works
 * again. */
void earshot_transfer_unsaid(
    struct engine *e, const struct contact *k, const struct change *c);

/* What an offer of t says; its strings are those of t. */
void earshot_transfer_describe(
    const struct transfer *t, struct chat_post *ret_post);

/* core/earshot_offers.c: ours that were refused since too many wait there. */

/* It was refused with that code. True: that was why, and it is offered again
 * by itself. */
bool earshot_offer_refused(struct engine *e, struct now now, struct contact *k,
    const struct chat_post *post, uint8_t code);
/* The same: they have it from an earlier time. */
bool earshot_offer_is_known(struct engine *e, const struct contact *k,
    const struct msg_id *id, uint8_t code);
/* They have it. */
void earshot_offer_arrived(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id);
/* One of ours, t, is answered there: there is room for another. */
void earshot_offer_answered(
    struct engine *e, struct now now, const struct transfer *t);
/* After a start: it was taken back while it was on its way. */
void earshot_offer_over(struct engine *e, struct now now, struct transfer *t);
/* It was refused, and is not on its way again now. */
bool earshot_offer_rests(const struct engine *e, const struct transfer *t);
void earshot_offer_tick(struct engine *e, struct now now, struct transfer *t);
/* NEVER_MS: what comes before it has no answer yet, or it is not refused. */
int64_t earshot_offer_deadline(
    const struct engine *e, const struct transfer *t);

/* core/earshot_moves.c: when one is tried, and what became of it. */

/* It may be tried now: there is a connection for it and a place. */
bool earshot_moves_has_place(const struct engine *e);
/* Moves it no more: the other end is told why. */
void earshot_moves_stop(
    struct engine *e, struct transfer *t, enum flow_stop why);
/* It waits for the other end, and is tried in delay_ms where we are to come. */
void earshot_moves_wait(
    struct engine *e, struct now now, struct transfer *t, int64_t delay_ms);
/* Who comes, or calls, pauses it no more. */
void earshot_moves_wanted(struct engine *e, struct now now, struct transfer *t);
/* No address answered: the other end shall come, and later we try again. */
void earshot_moves_unreached(
    struct engine *e, struct now now, struct transfer *t);
/* A session with k is up; a peer is there again, or somewhere else. */
void earshot_transfer_session(
    struct engine *e, struct now now, struct contact *k);
void earshot_transfer_seen(
    struct engine *e, struct now now, const struct fp *peer, int64_t delay_ms);
/* Ours changed networks. */
void earshot_transfer_network(struct engine *e, struct now now);
void earshot_moves_tick(struct engine *e, struct now now, struct transfer *t);
int64_t earshot_moves_deadline(
    const struct engine *e, const struct transfer *t);

#endif
