/* SPDX-License-Identifier: MIT */
/*
 * The ledger when nothing waits any more. What each store should hold follows
 * from what was written and what came of it; what people see follows from
 * their store.
 */
#include "ledger_state.h"

#include <stdio.h>
#include <string.h>

/* A text as it should be at one end. */
struct expected {
	bool there;
	bool edited, deleted;
	bool disputed; /* the ends may differ in it, and the user knows */
	const char *text;
	char reactions[2][REACTION_SIZE];
};

static void
differ(struct ledger *l, unsigned node, const struct post *p, const char *how)
{
	ledger_fail(l, "at rest, text %zu of %s to %s (\"%s\") %s with %s",
	    p->at, sim_node(l->sim, p->from)->name,
	    sim_node(l->sim, p->to)->name, p->text, how,
	    sim_node(l->sim, node)->name);
}

/* Whether a revision has come into force at one end. */
static bool
is_in_force(const struct post *r, unsigned node)
{
	if (node == r->from)
		return r->accepted;
	return r->stored && !r->late && !r->forged;
}

static void
revise(struct expected *x, const struct post *r, unsigned node)
{
	if (r->failed || r->given_up || r->forged || r->late)
		x->disputed = true;
	if (!is_in_force(r, node) || x->deleted)
		return;
	if (r->revision == REVISION_REACT) {
		snprintf(x->reactions[node == r->from], REACTION_SIZE, "%.16s",
		    r->text);
		return;
	}
	x->edited = r->revision == REVISION_EDIT;
	x->deleted = r->revision == REVISION_DELETE;
	x->text = x->deleted ? "" : r->text;
}

static void
revise_all(const struct lane *lane, struct expected *x, const struct post *p,
    unsigned node)
{
	for (size_t i = 0; i < lane->count; i++) {
		const struct post *r = lane->posts[i];
		if (r->is_revision && msg_id_equal(&r->target, &p->id))
			revise(x, r, node);
	}
}

static struct expected
expect(const struct ledger *l, const struct post *p, unsigned node)
{
	bool ours = node == p->from;
	struct expected x = { .text = p->text };

	x.there = ours ? p->accepted && p->keep && !p->forgotten
		       : p->stored && p->keep_there && !p->forgotten_there;
	revise_all(&l->lanes[p->from][p->to], &x, p, node);
	revise_all(&l->lanes[p->to][p->from], &x, p, node);
	if (x.deleted)
		memset(x.reactions, 0, sizeof(x.reactions));
	return x;
}

static void
compare_row(struct ledger *l, const struct post *p, unsigned node,
    const struct mem_row *r)
{
	struct expected x = expect(l, p, node);
	const struct change *c = &r->change;

	if (node == p->to && p->renewed)
		return;
	if (strcmp(c->text, x.text) != 0 && !x.disputed)
		differ(l, node, p, "has another text");
	if ((r->edited != x.edited && !x.deleted) || r->deleted != x.deleted)
		differ(l, node, p, "has other marks");
	if (memcmp(r->reactions, x.reactions, sizeof(x.reactions)) != 0 &&
	    !x.disputed)
		differ(l, node, p, "has other reactions");
	if (node != p->from || x.deleted)
		return;
	bool arrived =
	    c->delivery == DELIVERY_DELIVERED || c->delivery == DELIVERY_READ;
	if (arrived != p->delivered ||
	    (c->delivery == DELIVERY_FAILED) != p->failed || c->waits)
		differ(l, node, p, "has another delivery");
	if (c->delivery == DELIVERY_READ && !ledger_is_seen(p))
		differ(l, node, p, "was not read, and is said to be");
}

/* Each text of one to another is as it should be at one of the two. */
static size_t
compare_lane(struct ledger *l, const struct lane *lane, unsigned node)
{
	size_t there = 0;

	for (size_t i = 0; i < lane->count; i++) {
		const struct post *p = lane->posts[i];
		unsigned other = node == p->from ? p->to : p->from;
		if (p->is_revision)
			continue;
		const struct mem_row *r =
		    memstore_find(&sim_node(l->sim, node)->store,
			&sim_node(l->sim, other)->identity.fp, &p->id);
		if ((r != NULL) != expect(l, p, node).there)
			differ(
			    l, node, p, r == NULL ? "is missing" : "is there");
		if (r == NULL)
			continue;
		there++;
		compare_row(l, p, node, r);
	}
	return there;
}

static size_t
count_rows(const struct memstore *ms, const struct fp *fp)
{
	size_t count = 0;

	for (size_t i = 0; i < ms->row_count; i++)
		count += !ms->rows[i].is_revision &&
			 fp_equal(&ms->rows[i].change.fp, fp);
	return count;
}

static void
compare_store(struct ledger *l, unsigned node, unsigned peer)
{
	const struct sim_node *n = sim_node(l->sim, node);
	size_t there = compare_lane(l, &l->lanes[node][peer], node);

	if (node != peer)
		there += compare_lane(l, &l->lanes[peer][node], node);

	if (there !=
	    count_rows(&n->store, &sim_node(l->sim, peer)->identity.fp))
		ledger_fail(l, "at rest, %s has texts twice", n->name);
}

static void
arrived(struct ledger *l, const struct post *p)
{
	if (!p->accepted) {
		if (p->stored || p->left)
			differ(l, p->to, p, "was never accepted and is");
		return;
	}
	if (p->failed || p->given_up || p->forgotten)
		return;
	if (!p->delivered)
		differ(l, p->from, p, "still waits");
	else if (!p->was_stored)
		differ(l, p->to, p, "is lost");
}

static bool
same_message(const struct message *m, const struct mem_row *r)
{
	const struct change *c = &r->change;

	return m->row == c->row && m->mine == c->mine &&
	       m->edited == r->edited && m->deleted == r->deleted &&
	       (m->delivery == c->delivery || r->deleted) &&
	       strcmp(m->text, c->text) == 0 &&
	       memcmp(m->reactions, r->reactions, sizeof(m->reactions)) == 0;
}

/* The next text of a conversation from serial *s on; NULL behind the last. */
static const struct message *
next_text(const struct conv *c, uint64_t *s)
{
	while (*s < c->next_serial) {
		const struct message *m = conv_message(c, (*s)++);
		if (m->kind == MESSAGE_TEXT)
			return m;
	}
	return NULL;
}

/* What is on the screen beside the store: what could not be stored, or was not
 * to be. */
static bool
is_only_shown(const struct ledger *l, const struct message *m)
{
	const struct post *p = ledger_find(l, &m->id);

	return p != NULL && (p->never || !(m->mine ? p->keep : p->keep_there));
}

static void
compare_model(struct ledger *l, unsigned node, unsigned peer)
{
	const struct sim_node *n = sim_node(l->sim, node);
	const struct fp *fp = &sim_node(l->sim, peer)->identity.fp;
	const struct conv *c = model_conv_of(engine_model(n->engine), fp);
	uint64_t s = c == NULL ? 0 : c->first_serial;

	for (size_t i = 0; i < n->store.row_count; i++) {
		const struct mem_row *r = &n->store.rows[i];
		if (r->is_revision || !fp_equal(&r->change.fp, fp))
			continue;
		const struct message *m = c == NULL ? NULL : next_text(c, &s);
		while (m != NULL && !msg_id_equal(&m->id, &r->change.id) &&
		       is_only_shown(l, m))
			m = next_text(c, &s);
		const struct post *p = ledger_find(l, &r->change.id);
		if (m == NULL || !msg_id_equal(&m->id, &r->change.id))
			differ(l, node, p, "is in the store and not to see");
		else if (!same_message(m, r))
			ledger_fail(l,
			    "%s sees \"%s\" (%d %d %d %s %s), stored is "
			    "\"%s\" (%d %d %d %s %s)",
			    n->name, m->text, m->delivery, m->edited,
			    m->deleted, m->reactions[0], m->reactions[1],
			    r->change.text, r->change.delivery, r->edited,
			    r->deleted, r->reactions[0], r->reactions[1]);
		if (l->broken)
			return;
	}
	const struct message *m;
	while (c != NULL && (m = next_text(c, &s)) != NULL) {
		if (!is_only_shown(l, m))
			ledger_fail(l, "%s sees \"%s\", which is not stored",
			    n->name, m->text);
	}
}

void
ledger_rest(struct ledger *l)
{
	for (unsigned a = 0; a < l->count && !l->broken; a++) {
		for (unsigned b = 0; b < l->count && !l->broken; b++) {
			const struct lane *lane = &l->lanes[a][b];
			for (size_t i = 0; i < lane->count; i++)
				arrived(l, lane->posts[i]);
			compare_store(l, a, b);
			compare_model(l, a, b);
		}
	}
}

static void
compare_conv(struct ledger *l, unsigned node, unsigned peer)
{
	const struct sim_node *n = sim_node(l->sim, node);
	const struct lane *lane = &l->lanes[peer][node];
	const struct conv *c = model_conv_of(
	    engine_model(n->engine), &sim_node(l->sim, peer)->identity.fp);
	const char *draft = c == NULL || c->draft == NULL ? "" : c->draft;
	size_t unread = 0;

	for (size_t i = 0; i < lane->count; i++) {
		const struct post *p = lane->posts[i];
		unread += !p->is_revision && node != peer &&
			  expect(l, p, node).there &&
			  p->row_there > lane->read_row;
	}
	if (unread != (c == NULL ? 0 : c->unread))
		ledger_fail(l, "%s begins with %u unread of %s, not %zu",
		    n->name, c == NULL ? 0 : c->unread,
		    sim_node(l->sim, peer)->name, unread);
	if (strcmp(draft, l->lanes[node][peer].draft) != 0)
		ledger_fail(l, "%s begins with the draft \"%s\", not \"%s\"",
		    n->name, draft, l->lanes[node][peer].draft);
}

void
ledger_reborn(struct ledger *l)
{
	for (unsigned a = 0; a < l->count && !l->broken; a++) {
		for (unsigned b = 0; b < l->count; b++)
			compare_conv(l, a, b);
	}
}
