/* SPDX-License-Identifier: MIT */
/*
 * Between the transfers and the dialects that carry them.
 *
 * A dialect calls the transfer_… functions; the transfers call the wire_…
 * functions of transfer_wire.c, which chooses by dialect. Everything is found
 * by number again: a call may end a transfer.
 */
#ifndef CORE_TRANSFERS_H
#define CORE_TRANSFERS_H

#include "base/file_piece.h"
#include "core/engine_state.h"
#include "core/transfer.h"

/* What a peer offers. Strings are the peer's, in UTF-8, and not clean. */
struct transfer_offer {
	struct fp peer;
	enum dialect dialect;
	struct msg_id message; /* files of one message are one offer */
	uint64_t offer;        /* comes back in struct transfer */
	const char *name;
	bool folder, size_known;
	uint64_t size;
	uint32_t files; /* 0: not known */
	int64_t mtime;  /* Unix seconds; 0: not known */
	/* Of the post that brought it, where one did. */
	uint64_t seq;
	int64_t sent_ms;
	uint32_t missing;
};

/*
 * From the dialect. Numbers that are not known are ignored.
 */
/* Shows one offer of a peer that is in the model. 0 when it is not taken (too
 * many): refuse it on the wire where that can be said. */
uint32_t transfer_offered(
    struct engine *e, struct now now, const struct transfer_offer *o);
/*
 * It moves now, over conn, from offset on.
 * Ours: the other end asked for it; pieces follow by wire_piece as fast as conn
 * takes them. False when it is not to be had (refused, over, too many at once):
 * close conn.
 * Theirs: conn stands; hand what comes to transfer_piece. Where it does not
 * begin at what is here already, what is here is thrown away (offset 0).
 */
bool transfer_started(struct engine *e, struct now now, uint32_t id,
    uint32_t conn, uint64_t offset);
/*
 * Theirs: what came, in order. Of a file that comes without a header, FILE is
 * left out. END when the wire says that it is complete; nothing after that.
 * More bytes than were offered end it (wire_stop is called).
 */
void transfer_piece(struct engine *e, struct now now, uint32_t id,
    const struct file_piece *piece);
/*
 * The wire is done with it; conn is gone or going. DONE of ours: the other end
 * has it. Of theirs: never needed after END, ignored then. PAUSED: what came is
 * kept and it can be taken up again. reason: N_(), not formatted; or NULL.
 */
void transfer_ended(struct engine *e, struct now now, uint32_t id,
    enum transfer_state how, const char *reason);
/* The peer withdrew an offer, refused ours, or is gone for good. */
void transfer_withdrawn(struct engine *e, struct now now, uint32_t id,
    enum transfer_state how, const char *reason);

/*
 * To the dialect: core/transfer_wire.c, a switch over dialects.
 */
/* NULL when files can go to the peer now; else why not, N_(). */
const char *wire_cannot_send(const struct engine *e, const struct peer *p);
/* Offers ours, all in one message; sets offer, message and the like of each.
 * NULL, or why not, N_(): then nothing went out. */
const char *wire_offer(struct engine *e, struct now now, const struct peer *p,
    struct transfer *const *list, size_t count);
/* Asks for theirs, from t->offset on, or from 0 where the other end knows no
 * offsets: dials. NULL, or why not; after NULL transfer_started or
 * transfer_ended follow. */
const char *wire_fetch(struct engine *e, struct now now, struct transfer *t);
/* Theirs, not wanted; or ours, withdrawn before it ran. */
void wire_refuse(struct engine *e, struct now now, struct transfer *t);
/* Ends the connection it runs or is about to run over; no transfer_ended for
 * it any more. */
void wire_stop(struct engine *e, struct now now, struct transfer *t);
/* It rests until wire_resume; the state is set by the caller. */
void wire_pause(struct engine *e, struct now now, struct transfer *t);
void wire_resume(struct engine *e, struct now now, struct transfer *t);
/* NULL where that can be done, else why not, N_(). */
const char *wire_cannot_pause(const struct transfer *t);
/* What is due of it by itself. */
void wire_tick(struct engine *e, struct now now, struct transfer *t);
int64_t wire_deadline(const struct engine *e, const struct transfer *t);
/* Whether it is moved by EFFECT_MOVE, and waits for its place by itself. */
bool wire_moves(const struct transfer *t);
/* Ours: the next piece, to be sent over t->conn. After END the wire calls
 * transfer_ended, once the other end has all. ERROR: end the connection so that
 * the other end takes it for incomplete. */
void wire_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece);

/*
 * From the engine.
 */
void transfer_execute(
    struct engine *e, struct now now, const struct command *cmd);
void transfers_tick(struct engine *e, struct now now);
int64_t transfers_deadline(const struct engine *e);
/* All of a peer's (NULL: of everybody's) that is not over is stopped. */
void transfers_stop(struct engine *e, struct now now, const struct fp *peer);
/* The same, and they go out of the table: of a peer; row: that of its line in
 * the history, 0 for all. */
void transfers_forget(
    struct engine *e, struct now now, const struct fp *peer, int64_t row);
/* What is remembered of them and of rules; then, once effects can be had, what
 * cannot go on has failed and what can is begun. */
void transfers_load(struct engine *e, struct now now, const struct saved *s);
void transfers_start(struct engine *e, struct now now);
/* A message of the history is one of them. */
void transfer_loaded(struct engine *e, struct message *m);
/* It is stored as it stood then: what lay beside it goes. */
void transfer_stored(struct engine *e, const struct transfer *then);
/* The offer in that row could not be stored. */
void transfer_unstored(
    struct engine *e, struct now now, int64_t row, const char *reason);
/* The offer of ours to k with that message will not arrive. */
void transfer_unsent(struct engine *e, struct now now, const struct contact *k,
    const struct msg_id *message, enum transfer_state how, const char *reason);
/* Before that: it was our user who wanted it so. */
void transfer_taken_back(
    struct engine *e, const struct contact *k, const struct msg_id *message);
void sendings_free(struct engine *e);

/*
 * Between the files of transfers.
 */
struct transfer *transfer_get(struct engine *e, uint32_t id);
/* Between two earshots: the one with that name on the wire. */
struct transfer *transfer_find(
    struct engine *e, const struct fp *peer, const struct msg_id *message);
/* A new one in the table, with its line in the conversation still to come; NULL
 * when there are too many. */
struct transfer *transfer_add(
    struct engine *e, struct now now, const struct peer *p);
void transfer_remove(struct engine *e, uint32_t id);
/* The post that carries an offer; zeroes where none does. */
struct transfer_post {
	struct msg_id id;
	uint64_t seq;
	int64_t sent_ms;
	uint32_t missing;
	bool waits;
};
/* Its line in the conversation and in the history, and the report. Gives it a
 * row where it has none. */
void transfer_show(struct engine *e, struct now now, struct transfer *t,
    const struct transfer_post *post);
/* As it stands now, into the history. */
void transfer_keep(struct engine *e, struct now now, struct transfer *t);
/* So much of it is there now. */
void transfer_moved(
    struct engine *e, struct now now, struct transfer *t, uint64_t done);
void transfer_add_note(struct transfer *t, const char *note);
/* Ends it for our user, and tells the other end where there is one. */
void transfer_stop(struct engine *e, struct now now, struct transfer *t);
void transfer_set_state(struct engine *e, struct now now, struct transfer *t,
    enum transfer_state state, const char *reason);
/* Those that hold a connection, or are about to. */
unsigned transfers_running(const struct engine *e);
/* Stops what it reads or writes; keep: what was written may be gone on with. */
void transfer_close(struct engine *e, struct transfer *t, bool keep);
void transfer_send(struct engine *e, struct now now, const struct command *cmd);

#endif
