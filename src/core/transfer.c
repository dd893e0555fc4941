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

enum { MINUTE_MS = 60000 };

struct transfer *
transfer_get(struct engine *e, uint32_t id)
{
	struct model *m = e->model;

	for (size_t i = 0; i < m->transfer_count; i++)
		if (m->transfers[i]->id == id)
			return m->transfers[i];
	return NULL;
}

static void
remove_at(struct model *m, size_t i)
{
	transfer_free(m->transfers[i]);
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

void
transfer_show(struct engine *e, struct now now, const struct transfer *t)
{
	struct conv *c = model_conv_edit(e->model, t->conv);
	struct message m = {
		.kind = MESSAGE_FILE,
		.row = e->next_row - 1,
		.mine = t->mine,
		.read = t->mine,
		.from = t->mine ? e->identity->fp : t->peer,
		.arrived_ms = now.wall_ms,
		.sent_ms = now.wall_ms,
		.transfer = t->id,
		.dialect = t->dialect,
	};

	m.text = describe(e->model, t);
	m.size = strlen(m.text);
	effect_message(e, c, conv_append(e->model, c, &m));
	effect_transfer(e, t);
}

/* Each message of theirs asks the user something, and so does each file of
 * it that nobody answered. */
static bool
offers_too_much(
    const struct engine *e, struct now now, const struct transfer_offer *o)
{
	static const struct msg_id none;
	const struct model *m = e->model;
	struct msg_id last = none;
	unsigned open = 0, recent = 0;

	for (size_t i = 0; i < m->transfer_count; i++) {
		const struct transfer *t = m->transfers[i];
		if (t->mine || !fp_equal(&t->peer, &o->peer))
			continue;
		open += t->state == TRANSFER_OFFERED;
		if (now.mono_ms - t->offered_mono_ms >= MINUTE_MS ||
		    (recent > 0 && !msg_id_equal(&t->message, &none) &&
			msg_id_equal(&t->message, &last)))
			continue;
		recent++;
		last = t->message;
	}
	if (!msg_id_equal(&o->message, &none) && recent > 0 &&
	    msg_id_equal(&o->message, &last))
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
		if (t->mine || t->state != TRANSFER_OFFERED)
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
	transfer_show(e, now, t);
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
		enum transfer_state s = e->model->transfers[i]->state;
		count += s == TRANSFER_RUNNING || s == TRANSFER_ACCEPTED;
	}
	return count;
}

static void
stop(struct engine *e, struct now now, struct transfer *t)
{
	enum transfer_state was = t->state;

	if (was == TRANSFER_RUNNING || was == TRANSFER_ACCEPTED)
		wire_stop(e, now, t);
	else
		wire_refuse(e, now, t);
	transfer_close(e, t, false);
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
		if (!transfer_state_is_last(t->state) && !t->ending &&
		    (peer == NULL || fp_equal(&t->peer, peer)))
			stop(e, now, t);
	}
}

/* Which one is meant; NULL when the user was told that there is none. */
static struct transfer *
find(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = NULL;

	if (cmd->number != 0)
		t = transfer_get(e, cmd->number);
	for (size_t i = e->model->transfer_count;
	     cmd->number == 0 && t == NULL && i-- > 0;) {
		struct transfer *each = e->model->transfers[i];
		if (!each->mine && each->conv == cmd->conv &&
		    each->state == TRANSFER_OFFERED)
			t = each;
	}
	if (t == NULL && cmd->number != 0)
		engine_error(e, now, cmd->conv,
		    "there is no transfer f%u; /files lists them",
		    (unsigned)cmd->number);
	else if (t == NULL)
		engine_error(
		    e, now, cmd->conv, "nothing is offered here; /files");
	return t;
}

static void
refuse(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL)
		return;
	if (t->mine || t->state != TRANSFER_OFFERED) {
		engine_error(e, now, cmd->conv,
		    "f%u is not an offer that waits; /cancel f%u stops it",
		    (unsigned)t->id, (unsigned)t->id);
		return;
	}
	stop(e, now, t);
}

static void
cancel(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL)
		return;
	if (transfer_state_is_last(t->state) || t->ending)
		engine_error(
		    e, now, cmd->conv, "f%u is over already", (unsigned)t->id);
	else
		stop(e, now, t);
}

static bool
can_be_asked_for(const struct transfer *t)
{
	return t->state == TRANSFER_OFFERED || t->state == TRANSFER_PAUSED ||
	       t->state == TRANSFER_FAILED;
}

void
transfer_get_file(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL)
		return;
	if (t->mine) {
		engine_error(
		    e, now, cmd->conv, "f%u is sent by you", (unsigned)t->id);
		return;
	}
	if (!can_be_asked_for(t)) {
		engine_error(e, now, cmd->conv, "f%u is not to be had any more",
		    (unsigned)t->id);
		return;
	}
	if (transfers_running(e) >= TRANSFERS_RUNNING_MAX) {
		engine_error(e, now, cmd->conv,
		    "not taken: %d transfers run already",
		    TRANSFERS_RUNNING_MAX);
		return;
	}
	enum transfer_state was = t->state;
	if (cmd->text != NULL || was != TRANSFER_PAUSED) {
		transfer_close(e, t, false);
		free(t->path);
		t->path = cmd->text == NULL ? NULL : xstrdup(cmd->text);
	}
	t->offset = t->sink_open && !t->folder ? t->done : 0;
	transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
	const char *why = wire_fetch(e, now, t);
	if (why == NULL)
		return;
	transfer_set_state(e, now, t, was, NULL);
	engine_error(
	    e, now, cmd->conv, "not taken: %s", say(e->model->lang, why));
}

void
transfer_execute(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->kind == COMMAND_SEND_FILES)
		transfer_send(e, now, cmd);
	else if (cmd->kind == COMMAND_GET)
		transfer_get_file(e, now, cmd);
	else if (cmd->kind == COMMAND_REFUSE)
		refuse(e, now, cmd);
	else
		cancel(e, now, cmd);
}
