/* SPDX-License-Identifier: MIT */
/*
 * The table of transfers, and what becomes of each: offered, taken, refused,
 * stopped. Their bytes are in transfer_move.c.
 */
#include "core/transfers.h"

#include "base/file_name.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <stdlib.h>
#include <string.h>

enum {
	MINUTE_MS = 60000,
	/* Offers so close to each other were sent together. */
	BATCH_MS = 2000,
};

struct transfer *
transfer_get(struct engine *e, uint32_t id)
{
	struct model *m = e->model;

	for (size_t i = 0; i < m->transfer_count; i++)
		if (m->transfers[i]->id == id)
			return m->transfers[i];
	return NULL;
}

struct transfer *
transfer_find(
    struct engine *e, const struct fp *peer, const struct msg_id *message)
{
	struct model *m = e->model;

	for (size_t i = 0; i < m->transfer_count; i++) {
		struct transfer *t = m->transfers[i];
		if (t->dialect == DIALECT_EARSHOT && fp_equal(&t->peer, peer) &&
		    msg_id_equal(&t->message, message))
			return t;
	}
	return NULL;
}

/* What is seen of it stays. */
static void
give_to_message(struct model *m, struct transfer *t)
{
	struct conv *c = model_conv_edit(m, t->conv);

	for (uint64_t s = c == NULL ? 0 : c->next_serial;
	     c != NULL && s > c->first_serial; s--) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (msg->kind != MESSAGE_FILE || msg->transfer != t->id)
			continue;
		transfer_free(msg->file);
		msg->file = t;
		return;
	}
	transfer_free(t);
}

static void
remove_at(struct model *m, size_t i)
{
	give_to_message(m, m->transfers[i]);
	memmove(m->transfers + i, m->transfers + i + 1,
	    (--m->transfer_count - i) * sizeof(*m->transfers));
	model_touch(m);
}

void
transfer_remove(struct engine *e, uint32_t id)
{
	for (size_t i = 0; i < e->model->transfer_count; i++)
		if (e->model->transfers[i]->id == id) {
			remove_at(e->model, i);
			return;
		}
}

/* The oldest that is over makes room. */
static bool
make_room(struct model *m)
{
	if (m->transfers == NULL)
		m->transfers = xcalloc(TRANSFERS_MAX, sizeof(*m->transfers));
	if (m->transfer_count < TRANSFERS_MAX)
		return true;
	for (size_t i = 0; i < m->transfer_count; i++)
		if (transfer_state_is_last(m->transfers[i]->state)) {
			remove_at(m, i);
			return true;
		}
	return false;
}

struct transfer *
transfer_add(struct engine *e, struct now now, const struct peer *p)
{
	struct model *m = e->model;

	if (!make_room(m))
		return NULL;
	struct transfer *t = xcalloc(1, sizeof(*t));
	t->id = ++e->transfer_number;
	t->peer = p->fp;
	t->conv = p->conv;
	t->dialect = p->dialect;
	t->offered_ms = now.wall_ms;
	t->offered_mono_ms = t->moved_ms = now.mono_ms;
	t->try_ms = NEVER_MS;
	m->transfers[m->transfer_count++] = t;
	model_touch(m);
	return t;
}

static void
effect_transfer(struct engine *e, const struct transfer *t)
{
	effect_add(e, (struct effect){
			  .kind = EFFECT_TRANSFER,
			  .token = t->id,
			  .conv = t->conv,
			  .fp = t->peer,
			  .state = t->state,
			  .asked_in = e->answers_in,
		      });
}

void
transfer_set_state(struct engine *e, struct now now, struct transfer *t,
    enum transfer_state state, const char *reason)
{
	t->state = state;
	free(t->reason);
	t->reason = reason == NULL || reason[0] == '\0'
			? NULL
			: own_text(reason, PEER_TEXT_LINE, NULL);
	t->rate = 0;
	t->moved_ms = now.mono_ms;
	if (transfer_state_is_last(state)) {
		t->ended_mono_ms = now.mono_ms;
		t->ended_ms = now.wall_ms;
		t->conn = 0;
	}
	model_touch(e->model);
	effect_transfer(e, t);
	transfer_keep(e, now, t);
}

void
transfer_keep(struct engine *e, struct now now, struct transfer *t)
{
	bool native = t->dialect == DIALECT_EARSHOT;
	struct change change = {
		.kind = CHANGE_TRANSFER,
		.fp = t->peer,
		.row = t->row,
		.mine = t->mine,
		.transfer = t,
	};

	t->kept_ms = now.mono_ms;
	if (t->row != 0)
		commit_change(
		    e, native ? contact_find(e, &t->peer) : NULL, &change);
}

/* The line in the conversation; how it goes is drawn from the table. Caller
 * frees. */
static char *
describe(const struct model *m, const struct transfer *t)
{
	const struct lang *l = m->lang;
	char size[SIZE_TEXT_SIZE];
	const char *program = file_name_program(t->name);

	size_text(t->size, size);
	if (t->folder && !t->size_known)
		return xasprintf(say(l, "folder %s"), t->name);
	if (t->folder)
		return xasprintf(say(l, "folder %s, %s"), t->name, size);
	if (program != NULL && !t->mine)
		return xasprintf(say(l, "file %s, %s, a program (.%s)"),
		    t->name, size, program);
	return xasprintf(say(l, "file %s, %s"), t->name, size);
}

/* Into the history: the name, which is searched; the rest is in the transfer.
 */
static void
store_line(struct engine *e, struct now now, struct transfer *t,
    const struct transfer_post *post)
{
	struct contact *k = contact_get(e, now, &t->peer);
	struct change change = {
		.kind = CHANGE_MESSAGE,
		.fp = t->peer,
		.row = t->row,
		.id = post->id,
		.seq = post->seq,
		.mine = t->mine,
		.waits = post->waits,
		.keep = k == NULL || !k->pin.forgets,
		.message = MESSAGE_FILE,
		.from = t->mine ? e->identity->fp : t->peer,
		.missing = post->missing,
		.sent_ms = post->sent_ms,
		.arrived_ms = now.wall_ms,
		.delivery = post->waits ? DELIVERY_QUEUED : DELIVERY_NONE,
		.text = t->name,
		.size = strlen(t->name),
		.dialect = t->dialect,
	};

	if (k != NULL && !k->kept)
		contact_keep(e, k);
	if (k != NULL && !t->mine)
		k->inbound_bytes += sizeof(change) + change.size;
	/* Nothing of another dialect waits for the commit. */
	commit_change(e, t->dialect == DIALECT_EARSHOT ? k : NULL, &change);
	transfer_keep(e, now, t);
}

void
transfer_show(struct engine *e, struct now now, struct transfer *t,
    const struct transfer_post *post)
{
	struct conv *c = model_conv_edit(e->model, t->conv);
	struct transfer_post own = { .sent_ms = now.wall_ms };

	if (post == NULL)
		rng_fill(&e->rng, own.id.b, sizeof(own.id.b));
	else
		own = *post;
	if (t->row == 0)
		t->row = e->next_row++;
	store_line(e, now, t, &own);
	struct message m = {
		.kind = MESSAGE_FILE,
		.row = t->row,
		.id = own.id,
		.delivery = own.waits ? DELIVERY_QUEUED : DELIVERY_NONE,
		.mine = t->mine,
		.read = t->mine,
		.missing = own.missing,
		.from = t->mine ? e->identity->fp : t->peer,
		.arrived_ms = now.wall_ms,
		.sent_ms = own.sent_ms,
		.transfer = t->id,
		.dialect = t->dialect,
	};

	m.text = describe(e->model, t);
	m.size = strlen(m.text);
	effect_message(e, c, conv_append(e->model, c, &m));
	effect_transfer(e, t);
}

void
transfer_loaded(struct engine *e, struct message *m)
{
	if (m->file == NULL)
		return;
	m->transfer = m->file->id;
	free(m->text);
	m->text = describe(e->model, m->file);
	m->size = strlen(m->text);
}

/* Both came by one message, or one after the other from somebody the user
 * talks to, who sends several at once: the user is asked once. */
static bool
is_one_question(const struct transfer *a, const struct transfer_offer *o,
    bool answered, struct now now, int64_t last_ms)
{
	static const struct msg_id none;

	if (!msg_id_equal(&o->message, &none) &&
	    msg_id_equal(&a->message, &o->message))
		return true;
	return o->dialect == DIALECT_EARSHOT && answered &&
	       now.mono_ms - last_ms < BATCH_MS;
}

/* The user said yes, or a rule did. */
static bool
was_taken(const struct transfer *t)
{
	return t->state == TRANSFER_ACCEPTED || t->state == TRANSFER_RUNNING ||
	       t->state == TRANSFER_PAUSED || t->state == TRANSFER_DONE;
}

/* Each message of theirs asks the user something, and so does each file of
 * it that nobody answered. What was taken asks no more. */
static bool
offers_too_much(
    struct engine *e, struct now now, const struct transfer_offer *o)
{
	const struct contact *k = contact_find(e, &o->peer);
	bool answered = k != NULL && k->answered;
	const struct model *m = e->model;
	const struct transfer *last = NULL;
	unsigned open = 0, recent = 0;

	for (size_t i = 0; i < m->transfer_count; i++) {
		const struct transfer *t = m->transfers[i];
		if (t->mine || !fp_equal(&t->peer, &o->peer))
			continue;
		open += t->state == TRANSFER_OFFERED;
		if (now.mono_ms - t->offered_mono_ms >= MINUTE_MS ||
		    was_taken(t))
			continue;
		struct transfer_offer like = { .dialect = t->dialect,
			.message = t->message };
		struct now then = { .mono_ms = t->offered_mono_ms };
		if (last == NULL || !is_one_question(last, &like, answered,
					then, last->offered_mono_ms))
			recent++;
		last = t;
	}
	if (last != NULL &&
	    is_one_question(last, o, answered, now, last->offered_mono_ms))
		recent--;
	return open >= TRANSFERS_OFFERED_MAX ||
	       recent >= TRANSFER_OFFERS_PER_MINUTE;
}

/* A few strangers must not fill the table for all others. */
static bool
has_place(struct engine *e, const struct contact *k)
{
	unsigned theirs = 0, strange = 0;

	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *t = e->model->transfers[i];
		if (t->mine || transfer_state_is_last(t->state))
			continue;
		const struct contact *other = contact_find(e, &t->peer);
		theirs++;
		strange += other == NULL || !other->answered;
	}
	return theirs < TRANSFERS_THEIRS_MAX &&
	       (k->answered || strange < TRANSFERS_STRANGE_MAX);
}

/* Who may say something may offer something, within the same bounds. */
static struct peer *
offerer(struct engine *e, struct now now, const struct fp *fp)
{
	struct peer *p = model_peer_edit(e->model, fp);

	if (p == NULL || p->is_self || p->trust == TRUST_BLOCKED)
		return NULL;
	struct contact *k = contact_get(e, now, fp);
	if (k == NULL)
		return NULL;
	if (has_place(e, k) && talk_has_room(e, k)) {
		contact_chat(e, k);
		if (!k->kept)
			contact_keep(e, k);
		return p;
	}
	contact_release(e, k);
	return NULL;
}

uint32_t
transfer_offered(
    struct engine *e, struct now now, const struct transfer_offer *o)
{
	struct peer *p = NULL;
	struct transfer *t = NULL;

	if (!offers_too_much(e, now, o))
		p = offerer(e, now, &o->peer);
	if (p != NULL) {
		model_conv_open(e->model, p);
		t = transfer_add(e, now, p);
	}
	if (t == NULL) {
		e->model->offers_refused++;
		return 0;
	}
	t->dialect = o->dialect;
	t->message = o->message;
	t->offer = o->offer;
	t->name = file_name_safe(o->name, strlen(o->name));
	t->folder = o->folder;
	t->size_known = o->size_known;
	t->size = o->size_known ? o->size : 0;
	t->files = o->files;
	t->mtime = o->mtime;
	struct transfer_post post = {
		.id = o->message,
		.seq = o->seq,
		.sent_ms = o->sent_ms,
		.missing = o->missing,
	};
	transfer_show(e, now, t, t->dialect == DIALECT_EARSHOT ? &post : NULL);
	return t->id;
}

void
transfer_withdrawn(struct engine *e, struct now now, uint32_t id,
    enum transfer_state how, const char *reason)
{
	struct transfer *t = transfer_get(e, id);

	if (t == NULL || transfer_state_is_last(t->state))
		return;
	transfer_close(e, t, false);
	transfer_set_state(e, now, t, how, reason);
}

unsigned
transfers_running(const struct engine *e)
{
	unsigned count = 0;

	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *t = e->model->transfers[i];
		if (wire_moves(t))
			count += t->moving || t->conn != 0;
		else
			count += t->state == TRANSFER_RUNNING ||
				 t->state == TRANSFER_ACCEPTED;
	}
	return count;
}

void
transfer_stop(struct engine *e, struct now now, struct transfer *t)
{
	enum transfer_state was = t->state;

	t->ended_here = true;
	if (was == TRANSFER_RUNNING || was == TRANSFER_ACCEPTED)
		wire_stop(e, now, t);
	else
		wire_refuse(e, now, t);
	transfer_close(e, t, false);
	/* An offer that was not sent is over with its post. */
	if (!transfer_state_is_last(t->state))
		transfer_set_state(e, now, t,
		    was == TRANSFER_OFFERED && !t->mine ? TRANSFER_REFUSED
							: TRANSFER_CANCELLED,
		    NULL);
}

void
transfers_stop(struct engine *e, struct now now, const struct fp *peer)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (transfer_state_is_last(t->state) || t->ending)
			continue;
		/* Who leaves goes on with what can wait. */
		if (peer == NULL && wire_moves(t))
			transfer_keep(e, now, t);
		else if (peer == NULL || fp_equal(&t->peer, peer))
			transfer_stop(e, now, t);
	}
}

/* By IP Messenger one that failed may be asked for once more. */
static bool
may_be_read(const struct transfer *t)
{
	return t->state == TRANSFER_FAILED ? !wire_moves(t)
					   : !transfer_state_is_last(t->state);
}

/* What waited for it alone. */
static void
drop_spooled(struct engine *e, const struct transfer *t)
{
	if (t->mine && t->path != NULL && file_name_spooled(t->path) != NULL)
		effect_add(e, (struct effect){ .kind = EFFECT_PART_DROP,
				  .token = t->id,
				  .text = t->path });
}

void
transfers_forget(
    struct engine *e, struct now now, const struct fp *peer, int64_t row)
{
	for (size_t i = e->model->transfer_count; i-- > 0;) {
		struct transfer *t = e->model->transfers[i];
		if (!fp_equal(&t->peer, peer) || t->ending ||
		    (row != 0 && t->row != row))
			continue;
		/* Nothing of it is stored any more. */
		if (may_be_read(t))
			drop_spooled(e, t);
		t->row = 0;
		if (!transfer_state_is_last(t->state))
			transfer_stop(e, now, t);
		transfer_remove(e, t->id);
	}
}

void
transfer_stored(struct engine *e, const struct transfer *then)
{
	struct transfer *t = transfer_get(e, then->id);

	if (!may_be_read(then))
		drop_spooled(e, then);
	if (t == NULL || t->part == NULL || then->state != TRANSFER_DONE)
		return;
	effect_add(
	    e, (struct effect){
		   .kind = EFFECT_PART_DROP, .token = t->id, .text = t->part });
	free(t->part);
	t->part = NULL;
}

void
transfer_unstored(
    struct engine *e, struct now now, int64_t row, const char *reason)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (t->row != row || !t->mine)
			continue;
		t->row = 0;
		if (!transfer_state_is_last(t->state))
			transfer_set_state(e, now, t, TRANSFER_FAILED, reason);
	}
}

void
transfer_taken_back(
    struct engine *e, const struct contact *k, const struct msg_id *message)
{
	struct transfer *t = transfer_find(e, &k->fp, message);

	if (t != NULL && t->mine && !transfer_state_is_last(t->state))
		t->ended_here = true;
}

void
transfer_unsent(struct engine *e, struct now now, const struct contact *k,
    const struct msg_id *message, enum transfer_state how, const char *reason)
{
	struct transfer *t = transfer_find(e, &k->fp, message);

	if (t != NULL && t->mine && !transfer_state_is_last(t->state))
		transfer_set_state(e, now, t, how, reason);
}
