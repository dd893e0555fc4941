/* SPDX-License-Identifier: MIT */
/*
 * Transfers and rules that the store remembers. What was under way waits again;
 * where the dialect cannot go on with it, it has failed.
 */
#include "core/transfers.h"

#include "base/mem.h"
#include "core/earshot_transfer.h"
#include "core/file_conns.h"

#include <stdlib.h>
#include <string.h>

enum {
	MINUTE_MS = 60000,
	/* After a start not all are tried at once. */
	SPREAD_MS = 2000,
	/* Of what is over, so much has a place beside what is not; the newest
	 * of each peer, who may never come back. */
	OWED_MAX = TRANSFERS_MAX / 2,
	OWED_OF_PEER_MAX = 32,
};

/* As long as somebody may wait for a message. */
static const int64_t owed_ms = INT64_C(30) * 24 * 3600 * 1000;

/* It is here, and they are to be told. */
static bool
is_owed(struct now now, const struct transfer *t)
{
	return t->owes && t->state == TRANSFER_DONE && !t->mine &&
	       wire_moves(t) && now.wall_ms < t->ended_ms + owed_ms;
}

/* What is loaded; of what is over, that is read by nobody else. Caller frees.
 */
static bool *
choose(struct now now, const struct saved *s)
{
	bool *loads = xcalloc(s->transfer_count + 1, sizeof(*loads));
	size_t owed = 0;

	for (size_t i = s->transfer_count; i-- > 0;) {
		const struct transfer *t = s->transfers[i];
		loads[i] = !transfer_state_is_last(t->state);
		if (owed == OWED_MAX || !is_owed(now, t))
			continue;
		size_t of_peer = 0;
		for (size_t j = i + 1; j < s->transfer_count; j++)
			of_peer += loads[j] && s->transfers[j]->owes &&
				   fp_equal(&s->transfers[j]->peer, &t->peer);
		loads[i] = of_peer < OWED_OF_PEER_MAX;
		owed += loads[i];
	}
	return loads;
}

static void
load_one(struct engine *e, struct now now, const struct transfer *saved)
{
	struct peer *p = model_peer_edit(e->model, &saved->peer);

	if (p == NULL && saved->dialect != DIALECT_EARSHOT)
		return;
	if (p == NULL)
		p = model_peer_add(e->model, &saved->peer);
	model_conv_open(e->model, p);
	struct transfer *t = transfer_add(e, now, p);
	if (t == NULL)
		return;
	uint32_t conv = t->conv;
	struct transfer *copy = transfer_copy(saved);
	*t = *copy;
	free(copy);
	t->conv = conv;
	if (t->state == TRANSFER_RUNNING)
		t->state = TRANSFER_ACCEPTED;
	/* It was shown in an earlier run, and asks nothing now. */
	t->offered_mono_ms = now.mono_ms - MINUTE_MS;
	t->moved_ms = t->kept_ms = now.mono_ms;
	t->started_mono_ms = t->ended_mono_ms = 0;
	t->try_ms = NEVER_MS;
	t->attempts = t->dial = 0;
	t->called_ms = 0;
	t->rate = 0;
	t->conn = 0;
	t->moving = t->stream_ended = t->looks = false;
	t->stream_at = 0;
	t->ending = t->sink_open = t->source_open = false;
	t->past = transfer_state_is_last(t->state);
	t->owes_ms = 0;
	t->told = (struct msg_id){ 0 };
}

/* The outbox tells some of it already. */
static void
load_told(struct engine *e, const struct saved_post *s)
{
	const struct change *c = &s->change;
	struct transfer *t = c->kind == CHANGE_REVISION
				 ? transfer_find(e, &s->to, &c->target)
				 : NULL;

	if (t != NULL)
		t->told = c->id;
}

static void
load_rule(struct engine *e, struct now now, const struct saved_rule *r)
{
	struct contact *k = contact_get(e, now, &r->fp);

	if (k == NULL)
		return;
	free(k->rule.folder);
	k->has_rule = true;
	k->rule.size_max = r->rule.size_max;
	k->rule.folder =
	    r->rule.folder == NULL ? NULL : xstrdup(r->rule.folder);
}

void
transfers_load(struct engine *e, struct now now, const struct saved *s)
{
	bool *loads = choose(now, s);

	for (size_t i = 0; i < s->transfer_count; i++)
		if (loads[i])
			load_one(e, now, s->transfers[i]);
	free(loads);
	for (size_t i = 0; i < s->outbox_count; i++)
		load_told(e, &s->outbox[i]);
	e->transfer_number = s->transfer_number;
	for (size_t i = 0; i < s->rule_count; i++)
		load_rule(e, now, &s->rules[i]);
}

/* Its user did not pause it, and nobody has to say that it goes on. */
static bool
rests_by_itself(const struct transfer *t)
{
	return t->state == TRANSFER_PAUSED && t->paused_here &&
	       t->reason != NULL &&
	       strcmp(t->reason, earshot_transfer_other) != 0;
}

void
transfers_start(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (!wire_moves(t))
			transfer_set_state(e, now, t, TRANSFER_FAILED,
			    N_("earshot was ended meanwhile"));
		else if (!t->mine &&
			 (t->state == TRANSFER_ACCEPTED || rests_by_itself(t)))
			t->try_ms = now.mono_ms + rng_below(&e->rng, SPREAD_MS);
		if (transfer_state_is_last(t->state)) {
			earshot_offer_over(e, now, t);
			/* The last run may have ended before it did so. */
			transfer_stored(e, t);
		}
		/* Whoever paused it, it may be complete. */
		file_conn_look(e, now, t);
	}
}
