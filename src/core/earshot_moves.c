/* SPDX-License-Identifier: MIT */
/*
 * When a transfer is tried, and what became of it. Who receives comes again, by
 * himself, until he has it: at once when the other end is there again or
 * somewhere else, else after a while that grows. Nobody is asked.
 */
#include "core/earshot_transfer.h"

#include "base/mem.h"
#include "core/file_conns.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

enum {
	AGAIN_MIN_MS = 1000,
	AGAIN_MAX_MS = 60000,
	AGAIN_DOUBLINGS = 6,
	/* Who is called has so long to come. */
	CALL_MS = 15000,
	/* Who called asks by itself after it. */
	ASK_MS = 5000,
	/* After the disk was full, or the like. */
	SPACE_MS = 60000,
	/* Nothing came: the connection is dead, and nobody says so. Who sends
	 * waits longer, since the other end comes again. */
	STALL_MS = 30000,
	STALL_SENDER_MS = 120000,
	/* What is here is read before it begins, and written at the end. */
	STALL_DISK_MS = 3600 * 1000,
	/* Who hashes says nothing meanwhile, and no disk is slower. That its
	 * machine is there the keep-alives of TCP tell. */
	HASH_BYTES_PER_MS = 1000,
	HASH_FILE_MS = 100,
	/* After one of the two changed networks. */
	STALL_SOON_MS = 5000,
	/* So often nobody knows what is wrong. */
	ODD_MAX = 5,
	/* From here on it counts as going well. */
	WELL_BYTES = 1024 * 1024,
};

const char earshot_transfer_other[] =
    N_("it begins otherwise at its sender now; resuming starts it again");
static const char no_sense[] = N_("their earshot could not read it");
static const char no_way[] =
    N_("no TCP connection either way; it is tried again");

bool
earshot_moves_has_place(const struct engine *e)
{
	return transfers_running(e) < TRANSFERS_RUNNING_MAX;
}

void
earshot_moves_stop(struct engine *e, struct transfer *t, enum flow_stop why)
{
	bool drop = why == FLOW_STOP_CANCELLED && !t->mine;

	if (!t->moving)
		return;
	effect_add(e, (struct effect){ .kind = EFFECT_MOVE_STOP,
			  .token = t->id,
			  .why = why,
			  .on = drop });
	t->moving = false;
	t->rate = 0;
	if (!drop)
		return;
	free(t->part);
	t->part = NULL;
}

void
earshot_moves_wait(
    struct engine *e, struct now now, struct transfer *t, int64_t delay_ms)
{
	(void)e;
	t->try_ms = t->mine ? NEVER_MS : now.mono_ms + delay_ms;
}

void
earshot_moves_wanted(struct engine *e, struct now now, struct transfer *t)
{
	if (t->state != TRANSFER_PAUSED || !t->paused_here ||
	    !t->paused_there || t->reason != NULL)
		return;
	t->paused_there = false;
	transfer_set_state(e, now, t, TRANSFER_PAUSED, NULL);
}

static int64_t
next_delay(struct transfer *t)
{
	unsigned n =
	    t->attempts < AGAIN_DOUBLINGS ? t->attempts : AGAIN_DOUBLINGS;
	int64_t ms = (int64_t)AGAIN_MIN_MS << n;

	t->attempts++;
	return ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS;
}

/* Without a word where it is the same already. */
static void
set_state(struct engine *e, struct now now, struct transfer *t,
    enum transfer_state state, const char *reason)
{
	bool same = t->state == state &&
		    (reason == NULL) == (t->reason == NULL) &&
		    (reason == NULL || strcmp(reason, t->reason) == 0);

	if (!same)
		transfer_set_state(e, now, t, state, reason);
}

/* It waits for the other end, or for its turn. */
static bool
is_waiting(const struct transfer *t)
{
	return t->dialect == DIALECT_EARSHOT && t->state == TRANSFER_ACCEPTED &&
	       !t->moving && t->conn == 0;
}

static bool
is_of(const struct transfer *t, const struct fp *peer)
{
	return t->dialect == DIALECT_EARSHOT && fp_equal(&t->peer, peer);
}

void
earshot_moves_unreached(struct engine *e, struct now now, struct transfer *t)
{
	struct contact *k = contact_find(e, &t->peer);
	const struct peer *p = model_peer(e->model, &t->peer);

	t->dial = 0;
	t->try_ms = NEVER_MS;
	if (t->mine || k == NULL || p == NULL ||
	    transfer_state_is_last(t->state))
		return;
	int64_t delay_ms = next_delay(t);
	if (k->conn != 0) {
		chat_file_call(k->chat, &t->message);
		talk_flush(e, now, k);
		if (delay_ms < CALL_MS)
			delay_ms = CALL_MS;
		if (t->attempts > 1 && t->state == TRANSFER_ACCEPTED)
			set_state(e, now, t, TRANSFER_ACCEPTED, no_way);
	} else if (p->presence >= PRESENCE_AWAY) {
		dialling_want(k, now, 0);
	}
	earshot_moves_wait(e, now, t, delay_ms);
	/* What holds for one holds for the others of the same peer. */
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *other = e->model->transfers[i];
		if (is_of(other, &t->peer) && !other->mine &&
		    is_waiting(other) && other->try_ms < t->try_ms)
			other->try_ms = t->try_ms;
	}
}

/* The next try is now; what went wrong before counts no more. */
static void
hurry(struct transfer *t, struct now now, int64_t delay_ms)
{
	t->attempts = 0;
	t->dial = 0;
	t->try_ms = earlier_ms(t->try_ms, now.mono_ms + delay_ms);
}

/* A connection may have died of what happened. */
static void
doubt(struct transfer *t, struct now now)
{
	int64_t then_ms = now.mono_ms - STALL_MS + STALL_SOON_MS;

	if (t->moving && !t->mine && t->state == TRANSFER_RUNNING &&
	    t->moved_ms > then_ms)
		t->moved_ms = then_ms;
}

void
earshot_transfer_session(struct engine *e, struct now now, struct contact *k)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (is_of(t, &k->fp) && t->owes)
			t->owes_ms = now.mono_ms;
		/* They may still wait for us, since we paused it before. */
		if (is_of(t, &k->fp) && t->mine && transfer_rests_there(t))
			chat_file_call(k->chat, &t->message);
		if (!is_of(t, &k->fp) || !is_waiting(t))
			continue;
		/* They may not know that it goes on; nor may we know that they
		 * have it all, and only who is asked says that. */
		if (t->mine) {
			chat_file_call(k->chat, &t->message);
			t->try_ms = now.mono_ms + ASK_MS;
		} else {
			hurry(t, now, 0);
		}
	}
}

void
earshot_transfer_seen(
    struct engine *e, struct now now, const struct fp *peer, int64_t delay_ms)
{
	bool calls = false;

	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (!is_of(t, peer))
			continue;
		doubt(t, now);
		if (is_waiting(t) && !t->mine)
			hurry(t, now, delay_ms);
		calls |= is_waiting(t) && t->mine;
	}
	/* With a session, they hear that it goes on. */
	struct contact *k = calls ? contact_find(e, peer) : NULL;
	if (k != NULL && k->conn == 0)
		dialling_want(k, now, delay_ms);
}

void
earshot_transfer_network(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (t->dialect != DIALECT_EARSHOT)
			continue;
		doubt(t, now);
		if (!t->mine && is_waiting(t))
			hurry(t, now, AGAIN_MIN_MS);
	}
}

static bool
may_try(const struct engine *e, const struct transfer *t)
{
	if (t->moving || t->conn != 0 || t->try_ms == NEVER_MS ||
	    e->model->leaving || !earshot_moves_has_place(e))
		return false;
	/* One after the other: where one gets through, all do. */
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *other = e->model->transfers[i];
		if (other->conn != 0 && is_of(other, &t->peer))
			return false;
	}
	return true;
}

/* Who asked whether theirs is here is told, also when it is. */
static bool
is_settled(const struct transfer *t)
{
	return transfer_state_is_last(t->state) &&
	       (t->mine || t->state != TRANSFER_DONE);
}

/* The other end may hash all of it; whatever we hash shows that we do. */
static int64_t
hashing_ms(const struct transfer *t)
{
	if (t->state != TRANSFER_ACCEPTED || (!t->mine && t->part == NULL))
		return 0;
	return (int64_t)(t->size / HASH_BYTES_PER_MS) +
	       (int64_t)t->files * HASH_FILE_MS;
}

static int64_t
stall_ms(const struct transfer *t)
{
	if (t->state != TRANSFER_RUNNING || t->done >= t->size ||
	    t->stream_ended)
		return STALL_DISK_MS + hashing_ms(t);
	if (!t->mine)
		return STALL_MS;
	/* A connection holds so many headers that a disk is long at them. */
	return t->folder ? STALL_DISK_MS : STALL_SENDER_MS;
}

void
earshot_moves_tick(struct engine *e, struct now now, struct transfer *t)
{
	earshot_transfer_tell(e, now, t);
	earshot_offer_tick(e, now, t);
	if (t->moving && now.mono_ms >= t->moved_ms + stall_ms(t)) {
		bool looked = t->looks;
		earshot_moves_stop(e, t, FLOW_STOP_LATER);
		t->looks = false;
		if (transfer_state_is_last(t->state) || looked)
			return;
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
		earshot_moves_wait(e, now, t, 0);
	}
	if (now.mono_ms < t->try_ms || is_settled(t) || !may_try(e, t))
		return;
	t->try_ms = NEVER_MS;
	t->dial = 0;
	/* Who took back his own pause asks, and is told of the other one. */
	if (t->state == TRANSFER_PAUSED &&
	    (t->mine || !transfer_rests_there(t))) {
		t->paused_here = false;
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
	}
	if (!file_conn_dial(e, now, t))
		earshot_moves_unreached(e, now, t);
}

int64_t
earshot_moves_deadline(const struct engine *e, const struct transfer *t)
{
	int64_t at = earlier_ms(
	    earshot_transfer_tell_ms(e, t), earshot_offer_deadline(e, t));

	if (t->moving)
		return earlier_ms(at, t->moved_ms + stall_ms(t));
	return !is_settled(t) && may_try(e, t) ? earlier_ms(at, t->try_ms) : at;
}

/* What the mover says. */

/* A path is what the file system says it is: who shows it cleans it. */
static void
replace(char **path, const char *with)
{
	free(*path);
	*path = with == NULL ? NULL : xstrdup(with);
}

static void
begun(struct engine *e, struct now now, struct transfer *t,
    const struct move_report *r)
{
	t->offset = t->done = t->rate_done = r->offset;
	t->files_done = r->files_done;
	t->stream_at = r->at;
	t->started_mono_ms = t->shown_ms = t->rate_ms = now.mono_ms;
	t->paused_there = false;
	if (!t->mine && r->part != NULL)
		replace(&t->part, r->part);
	transfer_set_state(e, now, t, TRANSFER_RUNNING, NULL);
}

static void
progress(struct engine *e, struct now now, struct transfer *t,
    const struct move_report *r)
{
	bool moves = r->at != t->stream_at;
	bool same = r->done == t->done && r->files_done == t->files_done &&
		    r->ended == t->stream_ended;

	t->stream_at = r->at;
	if (moves)
		t->moved_ms = now.mono_ms;
	/* Only what moves shows that the other end is there. */
	if ((same && !moves) || t->state != TRANSFER_RUNNING)
		return;
	t->files_done = r->files_done;
	t->stream_ended = r->ended;
	if (r->done >= t->offset + WELL_BYTES)
		t->attempts = 0;
	transfer_moved(e, now, t, r->done);
}

static void
done(struct engine *e, struct now now, struct transfer *t,
    const struct move_report *r)
{
	if (r->done > 0)
		t->done = r->done;
	else if (!t->folder)
		t->done = t->size;
	if (r->files_done > 0)
		t->files_done = r->files_done;
	if (!t->mine && r->path != NULL)
		replace(&t->path, r->path);
	earshot_transfer_done(e, now, t);
}

/* It goes on by itself, in a while. */
static void
later(struct engine *e, struct now now, struct transfer *t, const char *reason)
{
	set_state(e, now, t, TRANSFER_ACCEPTED, reason);
	earshot_moves_wait(e, now, t, next_delay(t));
}

/* The same, unless it happened too often. */
static void
odd(struct engine *e, struct now now, struct transfer *t, const char *reason)
{
	if (t->attempts < ODD_MAX) {
		later(e, now, t, reason);
		return;
	}
	transfer_set_state(e, now, t, TRANSFER_FAILED, reason);
}

static void
rest(struct engine *e, struct now now, struct transfer *t, bool here,
    const char *reason)
{
	t->paused_here |= here;
	t->paused_there |= !here;
	transfer_set_state(e, now, t, TRANSFER_PAUSED, reason);
}

/* What it is now is nobody's offer, so what is here is the beginning of
 * nothing. */
static void
changed(struct engine *e, struct now now, struct transfer *t)
{
	t->gone = true;
	transfer_close(e, t, false);
	transfer_set_state(e, now, t, TRANSFER_FAILED,
	    N_("it changed at its sender; another /send brings it"));
}

/* Who sends says what is at the sender; ours is what it is, whatever they say
 * of it. */
static void
stopped_by_sender(struct engine *e, struct now now, struct transfer *t,
    const struct move_report *r)
{
	bool other = r->why == FLOW_STOP_OTHER;

	if (t->mine || (other && t->part == NULL))
		odd(e, now, t, no_sense);
	else if (other)
		rest(e, now, t, true, earshot_transfer_other);
	else
		changed(e, now, t);
}

static void
stopped(struct engine *e, struct now now, struct transfer *t,
    const struct move_report *r)
{
	switch ((int)r->why) {
	case FLOW_STOP_PAUSED:
		rest(e, now, t, false, NULL);
		break;
	case FLOW_STOP_CANCELLED:
		transfer_close(e, t, false);
		t->ended_there = t->state == TRANSFER_RUNNING;
		transfer_set_state(e, now, t, TRANSFER_CANCELLED,
		    t->state == TRANSFER_RUNNING
			? NULL
			: N_("the other end does not know of it any more"));
		break;
	case FLOW_STOP_CHANGED:
	case FLOW_STOP_OTHER:
		stopped_by_sender(e, now, t, r);
		break;
	case FLOW_STOP_SOURCE:
		rest(e, now, t, false, N_("its sender cannot read it now"));
		break;
	case FLOW_STOP_SINK:
		rest(e, now, t, false, N_("they cannot write it now"));
		break;
	case FLOW_STOP_LATER:
		later(e, now, t, NULL);
		break;
	case FLOW_STOP_DONE:
		/* Not where it was put; what is here is nobody's to drop. */
		replace(&t->part, NULL);
		transfer_add_note(t, N_("it was complete before"));
		transfer_close(e, t, true);
		transfer_set_state(e, now, t, TRANSFER_DONE, NULL);
		break;
	default:
		odd(e, now, t, no_sense);
		break;
	}
}

static void
failed(struct engine *e, struct now now, struct transfer *t,
    const struct move_report *r)
{
	switch ((int)r->why) {
	case FLOW_STOP_SINK:
		rest(e, now, t, true, r->text);
		t->try_ms = now.mono_ms + SPACE_MS;
		break;
	case FLOW_STOP_SOURCE:
	case FLOW_STOP_PAUSED:
		rest(e, now, t, true, r->text);
		break;
	case FLOW_STOP_CHANGED:
		t->gone = true;
		transfer_set_state(e, now, t, TRANSFER_FAILED, r->text);
		break;
	case FLOW_STOP_OTHER:
		/* They hear of it, and may begin again. */
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, r->text);
		break;
	default:
		odd(e, now, t, r->text);
		break;
	}
}

/* What was found at the offer was found again, and maybe more. */
static void
take_note(struct transfer *t, const struct move_report *r)
{
	if (r->note == NULL || r->note[0] == '\0')
		return;
	if (t->mine) {
		free(t->note);
		t->note = NULL;
	}
	transfer_add_note(t, r->note);
}

void
engine_move(struct engine *e, struct now now, uint32_t token,
    const struct move_report *report)
{
	effects_begin(e, now);
	struct transfer *t = transfer_get(e, token);
	if (t == NULL || !t->moving)
		return;
	take_note(t, report);
	bool looked = t->looks;
	t->looks = false;
	t->moving = report->kind <= MOVE_PROGRESS;
	if (!t->moving)
		model_touch(e->model);
	if (transfer_state_is_last(t->state))
		return;
	switch (report->kind) {
	case MOVE_BEGUN:
		begun(e, now, t, report);
		break;
	case MOVE_PROGRESS:
		progress(e, now, t, report);
		break;
	case MOVE_DONE:
		done(e, now, t, report);
		break;
	case MOVE_STOPPED:
		stopped(e, now, t, report);
		break;
	case MOVE_LOST:
		if (!looked)
			later(e, now, t, NULL);
		break;
	case MOVE_FAILED:
		failed(e, now, t, report);
		break;
	}
	engine_tick_rest(e, now);
}
