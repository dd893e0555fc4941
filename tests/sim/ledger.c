/* SPDX-License-Identifier: MIT */
#include "ledger_state.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((format(printf, 2, 0)))
say_it(const struct ledger *l, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	printf("%8.3f %s\n", (double)sim_now_ms(l->sim) / 1000, text);
}

void
ledger_fail(struct ledger *l, const char *format, ...)
{
	va_list args;

	if (l->broken)
		return;
	l->broken = true;
	printf("seed %" PRIu64 ", a promise is broken:\n", l->seed);
	va_start(args, format);
	say_it(l, format, args);
	va_end(args);
}

void
ledger_trace(struct ledger *l, const char *format, ...)
{
	va_list args;

	if (!l->trace || l->broken)
		return;
	va_start(args, format);
	say_it(l, format, args);
	va_end(args);
}

const char *
ledger_name(const struct ledger *l, unsigned node)
{
	return sim_node(l->sim, node)->name;
}

uint32_t
ledger_run(const struct ledger *l, unsigned node)
{
	return sim_node(l->sim, node)->epoch;
}

/* What a post is, for the words about it. */
static const char *
what(const struct post *p)
{
	static const char *const texts[] = {
		[REVISION_EDIT] = "edit",
		[REVISION_DELETE] = "deletion",
		[REVISION_REACT] = "reaction",
	};

	return p->is_revision ? texts[p->revision] : "text";
}

void
ledger_blame(struct ledger *l, const struct post *p, const char *how)
{
	ledger_fail(l, "%s %zu of %s to %s (\"%s\") %s", what(p), p->at,
	    ledger_name(l, p->from), ledger_name(l, p->to), p->text, how);
}

void
ledger_note(struct ledger *l, const struct post *p, const char *how)
{
	ledger_trace(l, "%s %zu of %s to %s %s", what(p), p->at,
	    ledger_name(l, p->from), ledger_name(l, p->to), how);
}

static size_t
slot_of(const struct ledger *l, const struct msg_id *id)
{
	size_t i = ((size_t)id->b[0] << 8 | id->b[1]) % LEDGER_SLOTS;

	while (l->slots[i] != NULL && !msg_id_equal(&l->slots[i]->id, id))
		i = (i + 1) % LEDGER_SLOTS;
	return i;
}

struct post *
ledger_find(const struct ledger *l, const struct msg_id *id)
{
	return l->slots[slot_of(l, id)];
}

bool
ledger_is_note(const struct post *p)
{
	return p->from == p->to;
}

static bool
find_node(const struct ledger *l, const struct fp *fp, unsigned *ret_node)
{
	for (unsigned i = 0; i < l->count; i++) {
		if (fp_equal(&sim_node(l->sim, i)->identity.fp, fp)) {
			*ret_node = i;
			return true;
		}
	}
	return false;
}

/* A post of node itself, as the engine gives it to the store. */
static void
add_post(struct ledger *l, unsigned node, unsigned to, const struct change *c)
{
	struct lane *lane = &l->lanes[node][to];
	struct post *p = xcalloc(1, sizeof(*p));

	*p = (struct post){
		.id = c->id,
		.target = c->target,
		.from = node,
		.to = to,
		.at = lane->count + 1,
		.is_revision = c->kind == CHANGE_REVISION,
		.has_target = c->has_target,
		.revision = c->revision,
		.seq = c->seq,
		.sent_ms = c->sent_ms,
		.keep = c->keep,
	};
	snprintf(p->text, sizeof(p->text), "%s", c->text);
	const struct post *last =
	    lane->count > 0 ? lane->posts[lane->count - 1] : NULL;
	if (node != to && last != NULL && last->seq >= p->seq)
		ledger_blame(l, p, "has a number that is not above the last");
	lane->posts =
	    xgrow(lane->posts, lane->count, &lane->cap, sizeof(*lane->posts));
	lane->posts[lane->count++] = p;
	l->slots[slot_of(l, &p->id)] = p;
	l->revisions += p->is_revision;
	if (node != to && ledger_waiting_in(l, lane) > CHAT_QUEUE_MAX)
		ledger_blame(l, p, "waits behind too many");
	if (p->keep == sim_peer(l->sim, node, to)->forgets)
		ledger_blame(
		    l, p, "is kept, or not, against the will of its author");
	ledger_note(l, p, "given to the store");
}

static bool
is_deleted_there(
    const struct ledger *l, const struct post *target, unsigned node)
{
	const struct lane *lane = &l->lanes[target->from][target->to];

	for (size_t i = 0; i < lane->count; i++) {
		const struct post *p = lane->posts[i];
		if (!p->is_revision || p->revision != REVISION_DELETE ||
		    !msg_id_equal(&p->target, &target->id))
			continue;
		if (node == p->from
			? p->accepted
			: p->came_run != 0 && !p->late && !p->forged)
			return true;
	}
	return false;
}

/* Whether a revision of theirs, as it was sent, may have no effect. */
static bool
may_be_ignored(struct ledger *l, unsigned node, const struct post *p)
{
	const struct post *target =
	    ledger_find(l, p->forged ? &p->forged_target : &p->target);

	return target == NULL || p->late || p->forged ||
	       is_deleted_there(l, target, node);
}

/* A text that waits over a restart goes out as it was edited meanwhile. */
bool
ledger_is_text_of(
    const struct ledger *l, const struct post *p, const char *text)
{
	const struct lane *lane = &l->lanes[p->from][p->to];

	if (strcmp(p->text, text) == 0)
		return true;
	for (size_t i = p->at; i < lane->count && !p->is_revision; i++) {
		const struct post *r = lane->posts[i];
		if (r->is_revision && r->revision == REVISION_EDIT &&
		    msg_id_equal(&r->target, &p->id) &&
		    strcmp(r->text, text) == 0)
			return true;
	}
	return false;
}

static void
judge_content(
    struct ledger *l, unsigned node, struct post *p, const struct change *c)
{
	const struct post *target = ledger_find(l, &p->target);

	p->late = p->is_revision && p->revision != REVISION_REACT &&
		  target != NULL && target->came_ms != 0 &&
		  c->arrived_ms - target->came_ms > REVISE_MS;
	bool ignored = p->is_revision && c->kind == CHANGE_MESSAGE;
	if (ignored) {
		if (!may_be_ignored(l, node, p))
			ledger_blame(l, p, "has no effect");
		return;
	}
	if (p->is_revision != (c->kind == CHANGE_REVISION) ||
	    !ledger_is_text_of(l, p, c->text))
		ledger_fail(l, "%s %zu of %s arrives as \"%s\", not \"%s\"",
		    what(p), p->at, ledger_name(l, p->from), c->text, p->text);
}

/* A post of somebody else, as node gives it to the store. */
static void
given_theirs(struct ledger *l, unsigned node, const struct change *c)
{
	struct post *p = ledger_find(l, &c->id);
	uint32_t run = ledger_run(l, node);

	if (p == NULL || p->to != node ||
	    !fp_equal(&sim_node(l->sim, p->from)->identity.fp, &c->fp)) {
		ledger_fail(
		    l, "%s stores what nobody wrote", ledger_name(l, node));
		return;
	}
	/* Not committed last time: given again. */
	if (p->came_run == run && c->row <= p->row_there)
		return;
	if (p->stored && !p->again)
		ledger_blame(l, p, "is stored twice");
	struct lane *lane = &l->lanes[p->from][node];
	if (p->at <= lane->came)
		ledger_blame(l, p, "comes out of order");
	lane->came = p->at;
	p->came_run = run;
	p->came_ms = c->arrived_ms;
	p->row_there = c->row;
	p->renewed |= p->again || (p->was_stored && !p->stored);
	p->again = false;
	p->keep_there = c->keep;
	if (!(p->is_revision && c->kind == CHANGE_MESSAGE) &&
	    p->keep_there == sim_peer(l->sim, node, p->from)->forgets)
		ledger_blame(
		    l, p, "is kept, or not, against the will of its reader");
	ledger_note(l, p, "came");
	judge_content(l, node, p, c);
}

/* By the clock of the start, and the time since: one that is set right while
 * its process runs makes nothing older. */
int64_t
ledger_age_ms(const struct ledger *l, const struct post *p)
{
	const struct sim_node *n = sim_node(l->sim, p->from);

	return sim_now(l->sim, p->from).wall_ms - n->wall_offset_ms +
	       n->start_offset_ms - p->sent_ms;
}

static void
judge_failure(struct ledger *l, struct post *p, const struct change *c)
{
	const char *why = c->reason == NULL ? "" : c->reason;
	bool right = false;

	if (strcmp(why, "taken back") == 0)
		right = l->cancelling;
	else if (strcmp(why, "forgotten") == 0)
		right = l->forgetting;
	else if (strcmp(why, "blocked") == 0)
		right = l->blocking;
	else if (strncmp(why, "deleted before", 14) == 0)
		right = is_deleted_there(l, p, p->from);
	else if (strncmp(why, "expired", 7) == 0)
		right = ledger_age_ms(l, p) >= EXPIRE_MS;
	if (!right)
		ledger_fail(l, "%s %zu of %s to %s fails: %s", what(p), p->at,
		    ledger_name(l, p->from), ledger_name(l, p->to), why);
	l->expired += strncmp(why, "expired", 7) == 0;
	p->failed_run = ledger_run(l, p->from);
	l->taken_back++;
	ledger_note(l, p, why);
}

static void
given_delivery(struct ledger *l, unsigned node, const struct change *c)
{
	struct post *p = ledger_find(l, &c->id);

	if (p == NULL || p->from != node) {
		ledger_fail(
		    l, "%s hears of what it never wrote", ledger_name(l, node));
		return;
	}
	if (c->delivery == DELIVERY_FAILED) {
		if (p->failed_run != ledger_run(l, node))
			judge_failure(l, p, c);
		return;
	}
	if (c->delivery < DELIVERY_DELIVERED)
		return;
	if (!p->was_stored || !p->acked)
		ledger_blame(l, p, "is delivered, but not stored there");
	p->told_run = ledger_run(l, node);
	ledger_note(l, p, "delivered");
}

static void
given_shown(struct ledger *l, unsigned node, const struct change *c)
{
	const struct post *p = ledger_find(l, &c->id);
	uint32_t run = ledger_run(l, node);

	if (p == NULL || p->from != node) {
		ledger_fail(l, "%s was told of the reading of nothing",
		    ledger_name(l, node));
		return;
	}
	/* What was taken back may have got there all the same. */
	bool gone = p->failed || p->failed_run == run || p->forgotten ||
		    p->forgotten_run == run || p->given_up;
	if (!p->delivered && p->told_run != run && !gone)
		ledger_blame(l, p, "is read, and was not delivered");
}

/* From now on they are gone, if the commit succeeds. */
static bool
is_forgotten(const struct change *c, const struct post *p)
{
	return c->kind != CHANGE_FORGET_MESSAGE || msg_id_equal(&c->id, &p->id);
}

static void
given_forget(struct ledger *l, unsigned node, const struct change *c)
{
	unsigned peer;

	if (!find_node(l, &c->fp, &peer))
		return;
	struct lane *ours = &l->lanes[node][peer];
	struct lane *theirs = &l->lanes[peer][node];
	for (size_t i = 0; i < ours->count; i++) {
		if (is_forgotten(c, ours->posts[i]))
			ours->posts[i]->forgotten_run = ledger_run(l, node);
	}
	for (size_t i = 0; i < theirs->count; i++) {
		struct post *p = theirs->posts[i];
		if (is_forgotten(c, p) && p->came_run != 0)
			p->forgotten_there_run = ledger_run(l, node);
		if (c->kind != CHANGE_FORGET_CONTACT || p->came_run == 0)
			continue;
		p->again = true;
		p->shown_there_run = 0;
	}
	if (c->kind == CHANGE_FORGET_CONTACT)
		theirs->came = theirs->shown = 0;
	ledger_trace(l, "%s forgets something of %s", ledger_name(l, node),
	    ledger_name(l, peer));
}

static void
given_ours(struct ledger *l, unsigned node, const struct change *c)
{
	struct post *p = ledger_find(l, &c->id);
	unsigned to;

	if (!find_node(l, &c->fp, &to))
		return;
	if (p == NULL)
		add_post(l, node, to, c);
	else if (!ledger_is_note(p) || p->accepted)
		ledger_blame(l, p, "is stored again");
}

static void
change_given(struct ledger *l, unsigned node, const struct change *c)
{
	switch (c->kind) {
	case CHANGE_MESSAGE:
	case CHANGE_REVISION:
		if (c->mine)
			given_ours(l, node, c);
		else if (!fp_is_zero(&c->fp))
			given_theirs(l, node, c);
		break;
	case CHANGE_DELIVERY:
		given_delivery(l, node, c);
		break;
	case CHANGE_SHOWN:
		given_shown(l, node, c);
		break;
	case CHANGE_FORGET_MESSAGE:
	case CHANGE_FORGET_CONV:
	case CHANGE_FORGET_CONTACT:
		given_forget(l, node, c);
		break;
	case CHANGE_REQUEUE:
	case CHANGE_PIN:
	case CHANGE_SEAL:
	case CHANGE_RECODE:
	case CHANGE_TRANSFER:
	case CHANGE_RULE:
	case CHANGE_READ:
	case CHANGE_DRAFT:
		break;
	}
}

static void
see_effect(void *ctx, unsigned node, const struct effect *effect)
{
	struct ledger *l = ctx;

	if (effect->kind == EFFECT_STORE)
		change_given(l, node, effect->change);
	else if (effect->kind == EFFECT_DELIVERY)
		ledger_delivery_told(l, node, effect);
	if (effect->kind != EFFECT_MESSAGE)
		return;
	const struct conv *c = model_conv(
	    engine_model(sim_node(l->sim, node)->engine), effect->conv);
	const struct message *m = conv_message(c, effect->serial);
	if (m->kind == MESSAGE_TEXT)
		ledger_text_shown(l, node, m);
	else if (l->trace)
		ledger_trace(l, "%s reads: %s", ledger_name(l, node), m->text);
}

static void
committed_forget(struct ledger *l, unsigned node, const struct change *c)
{
	unsigned peer;

	if (!find_node(l, &c->fp, &peer))
		return;
	if (c->kind != CHANGE_FORGET_MESSAGE) {
		l->lanes[node][peer].draft[0] = '\0';
		l->lanes[peer][node].read_row = 0;
	}
	for (size_t i = 0; i < l->lanes[node][peer].count; i++) {
		struct post *p = l->lanes[node][peer].posts[i];
		p->forgotten |= p->accepted && is_forgotten(c, p);
	}
	for (size_t i = 0; i < l->lanes[peer][node].count; i++) {
		struct post *p = l->lanes[peer][node].posts[i];
		p->forgotten_there |= p->stored && is_forgotten(c, p);
		p->stored &= c->kind != CHANGE_FORGET_CONTACT;
	}
}

static void
committed_read(struct ledger *l, unsigned node, const struct change *c)
{
	unsigned peer;

	if (!find_node(l, &c->fp, &peer))
		return;
	l->lanes[peer][node].read_row = c->row;
	for (size_t i = 0; i < l->lanes[peer][node].count; i++) {
		struct post *p = l->lanes[peer][node].posts[i];
		p->seen_there |= p->came_run != 0 && p->row_there <= c->row;
	}
}

static void
committed_draft(struct ledger *l, unsigned node, const struct change *c)
{
	unsigned peer;

	if (find_node(l, &c->fp, &peer))
		snprintf(l->lanes[node][peer].draft, LEDGER_TEXT_SIZE, "%s",
		    c->text);
}

static void
committed_post(struct ledger *l, struct post *p, const struct change *c)
{
	if (p == NULL)
		return;
	if (c->mine) {
		p->accepted = true;
		l->accepted++;
		if (ledger_is_note(p)) {
			p->stored = p->was_stored = p->delivered = true;
			l->notes++;
		}
		struct post *target = ledger_find(l, &p->target);
		if (p->is_revision && p->revision == REVISION_DELETE &&
		    target != NULL)
			target->given_up = true;
		return;
	}
	/* Kept again by one who had forgotten it. */
	if (p->forgotten_there)
		p->forgotten_there = false;
	p->stored = p->was_stored = true;
	p->stored_ms = p->came_ms;
	p->stored_row = p->row_there;
	ledger_note(l, p, "stored there");
}

static void
committed_delivery(struct ledger *l, struct post *p, const struct change *c)
{
	if (p == NULL)
		return;
	if (c->delivery == DELIVERY_FAILED) {
		p->failed = true;
	} else if (c->delivery >= DELIVERY_DELIVERED && !p->delivered) {
		p->delivered = true;
		l->delivered++;
	}
}

static void
change_committed(struct ledger *l, unsigned node, const struct change *c)
{
	struct post *p = ledger_find(l, &c->id);

	switch (c->kind) {
	case CHANGE_MESSAGE:
	case CHANGE_REVISION:
		committed_post(l, p, c);
		break;
	case CHANGE_DELIVERY:
		committed_delivery(l, p, c);
		break;
	case CHANGE_READ:
		committed_read(l, node, c);
		break;
	case CHANGE_DRAFT:
		committed_draft(l, node, c);
		break;
	case CHANGE_FORGET_MESSAGE:
	case CHANGE_FORGET_CONV:
	case CHANGE_FORGET_CONTACT:
		committed_forget(l, node, c);
		break;
	case CHANGE_REQUEUE:
	case CHANGE_PIN:
	case CHANGE_SEAL:
	case CHANGE_RECODE:
	case CHANGE_TRANSFER:
	case CHANGE_RULE:
	case CHANGE_SHOWN:
		break;
	}
}

/* One of node's own is not in the store. */
static void
refused(struct ledger *l, unsigned node, const struct change *c)
{
	struct post *p = ledger_find(l, &c->id);

	if (p == NULL || !c->mine ||
	    (c->kind != CHANGE_MESSAGE && c->kind != CHANGE_REVISION))
		return;
	/* It is shown as not stored, and given again. */
	if (ledger_is_note(p))
		return;
	p->never = true;
	l->not_stored++;
	if (p->is_revision || p->failed_run == ledger_run(l, node) ||
	    p->forgotten_run == ledger_run(l, node))
		return;
	p->must_fail = true;
	l->must_fail[node]++;
}

static void
see_commit(void *ctx, unsigned node, bool ok)
{
	struct ledger *l = ctx;
	const struct memstore *ms = &sim_node(l->sim, node)->store;

	ledger_trace(
	    l, "%s %s", ledger_name(l, node), ok ? "commits" : "cannot commit");
	for (size_t i = 0; i < ms->pending_count; i++) {
		ledger_trace(l, "  change %d, row %d, of %s",
		    (int)ms->pending[i].kind, (int)ms->pending[i].row,
		    ms->pending[i].mine ? "ours" : "theirs");
		if (ok)
			change_committed(l, node, &ms->pending[i]);
		else
			refused(l, node, &ms->pending[i]);
	}
}

/* What was not committed never was. */
static void
bury(struct ledger *l, unsigned node, unsigned peer)
{
	struct lane *ours = &l->lanes[node][peer];
	struct lane *theirs = &l->lanes[peer][node];

	for (size_t i = 0; i < ours->count; i++) {
		struct post *p = ours->posts[i];
		p->never |= !p->accepted;
		p->must_fail = false;
	}
	theirs->came = 0;
	for (size_t i = 0; i < theirs->count; i++) {
		struct post *p = theirs->posts[i];
		p->again = false;
		if (p->stored && p->at > theirs->came)
			theirs->came = p->at;
		if (!p->stored)
			p->came_run = 0;
		/* It may have come again, as something new, since. */
		p->came_ms = p->stored ? p->stored_ms : 0;
		p->row_there = p->stored ? p->stored_row : 0;
	}
	theirs->shown = theirs->came;
}

static void
see_death(void *ctx, unsigned node)
{
	struct ledger *l = ctx;

	ledger_trace(l, "%s dies", ledger_name(l, node));
	for (unsigned peer = 0; peer < l->count; peer++)
		bury(l, node, peer);
	l->must_fail[node] = 0;
	l->deaths++;
}

static void
see_step(void *ctx, unsigned node)
{
	/* The bound of the engine, and what one input adds to it. */
	enum { PENDING_MAX = 2048 + 64 };
	struct ledger *l = ctx;

	if (l->must_fail[node] > 0)
		ledger_fail(l, "%s was not told that %u texts are not stored",
		    ledger_name(l, node), l->must_fail[node]);
	if (sim_node(l->sim, node)->store.pending_count > PENDING_MAX)
		ledger_fail(
		    l, "%s gives too much to the store", ledger_name(l, node));
	if (++l->steps % 16 == 0)
		ledger_scan(l, node);
}

void
ledger_init(struct ledger *l, struct sim *s, uint64_t seed)
{
	struct sim_watch watch = { see_effect, see_commit, see_step, see_death,
		l };

	*l = (struct ledger){ .sim = s, .seed = seed };
	sim_watch(s, &watch);
}

void
ledger_clear(struct ledger *l)
{
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		free(l->slots[i]);
	for (size_t a = 0; a < LEDGER_NODES_MAX; a++) {
		for (size_t b = 0; b < LEDGER_NODES_MAX; b++)
			free(l->lanes[a][b].posts);
	}
}
