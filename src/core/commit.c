/* SPDX-License-Identifier: MIT */
/*
 * Between what the engine wants remembered and what is. Changes are kept here
 * from EFFECT_STORE until their commit. Then what they held back goes out: a
 * text of ours, the acknowledgement of one of theirs.
 *
 * When a commit fails, a text of ours fails with it, since it was not sent yet
 * and its author is there to read why. All else stays and is given again: what
 * came is on the screen already, and its sender keeps it until it is
 * acknowledged.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "core/earshot_transfer.h"
#include "core/legacy.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

static const char *
copy(char *to, const char *from, size_t n)
{
	if (from == NULL)
		return NULL;
	memcpy(to, from, n);
	to[n] = '\0';
	return to;
}

static const uint8_t *
copy_raw(char *to, const struct change *c)
{
	if (c->raw == NULL)
		return NULL;
	memcpy(to, c->raw, c->raw_size);
	return (const uint8_t *)to;
}

static struct entry *
entry_new(struct contact *of, const struct change *c)
{
	size_t reason = c->reason == NULL ? 0 : strlen(c->reason);
	struct entry *n =
	    xmalloc(sizeof(*n) + c->size + reason + 2 + c->raw_size);

	n->next = NULL;
	n->of = of;
	n->change = *c;
	n->change.text = copy(n->text, c->text, c->size);
	n->change.reason = copy(n->text + c->size + 1, c->reason, reason);
	n->change.raw = copy_raw(n->text + c->size + reason + 2, c);
	n->change.pin = NULL;
	n->pin = (struct pin){ .trust = TRUST_UNKNOWN };
	if (c->pin != NULL) {
		n->pin = pin_copy(c->pin);
		n->change.pin = &n->pin;
	}
	n->change.transfer = n->transfer =
	    c->transfer == NULL ? NULL : transfer_copy(c->transfer);
	n->rule = (struct accept_rule){ 0 };
	n->change.rule = NULL;
	if (c->rule != NULL) {
		n->rule.size_max = c->rule->size_max;
		n->rule.folder =
		    c->rule->folder == NULL ? NULL : xstrdup(c->rule->folder);
		n->change.rule = &n->rule;
	}
	return n;
}

static void
entry_free(struct entry *n)
{
	transfer_free(n->transfer);
	free(n->rule.folder);
	pin_clear(&n->pin);
	free(n);
}

static void
give(struct engine *e, const struct entry *n)
{
	effect_add(
	    e, (struct effect){ .kind = EFFECT_STORE, .change = &n->change });
}

static void
give_all(struct engine *e)
{
	struct journal *j = &e->journal;

	for (const struct entry *n = j->first; n != NULL; n = n->next)
		give(e, n);
	j->given = true;
}

static void
append(struct journal *j, struct entry *n)
{
	n->next = NULL;
	if (j->last == NULL)
		j->first = n;
	else
		j->last->next = n;
	j->last = n;
	j->count++;
	j->bytes += sizeof(*n) + n->change.size + n->change.raw_size;
}

void
commit_change(struct engine *e, struct contact *of, const struct change *c)
{
	struct journal *j = &e->journal;
	struct entry *n = entry_new(of, c);

	/* In the order they came: what failed goes first. */
	if (j->failed && !j->given)
		give_all(e);
	append(j, n);
	give(e, n);
	if (c->kind == CHANGE_MESSAGE || c->kind == CHANGE_REVISION ||
	    c->kind == CHANGE_REQUEUE)
		j->awaited = true;
}

bool
engine_is_waiting(const struct engine *e)
{
	return e->journal.awaited;
}

bool
commit_holds(
    const struct engine *e, const struct fp *from, const struct msg_id *id)
{
	for (const struct entry *n = e->journal.first; n != NULL; n = n->next)
		if (n->change.kind == CHANGE_MESSAGE && !n->change.mine &&
		    fp_equal(&n->change.fp, from) &&
		    msg_id_equal(&n->change.id, id))
			return true;
	return false;
}

bool
commit_is_full(const struct engine *e)
{
	return e->journal.count >= JOURNAL_MAX ||
	       e->journal.bytes >= JOURNAL_BYTES_MAX;
}

static void
post_is_stored(struct engine *e, struct now now, struct entry *n)
{
	const struct change *c = &n->change;
	struct contact *k = n->of;

	/* It never was a post. */
	if ((c->flags & (CHANGE_RAN_ASKED | CHANGE_RAN_SAID)) != 0 &&
	    c->seq == 0)
		return;
	k->is_ready = true;
	if (c->mine) {
		if (c->kind == CHANGE_REVISION && c->revision <= REVISION_REACT)
			revise_apply(e, now, k, c);
		k->ready_seq = c->seq;
		return;
	}
	if (contact_is_legacy(k)) {
		legacy_stored(e, now, k, c->token);
		return;
	}
	chat_ack(k->chat, &c->id, c->seq);
	if (chat_is_full(k->chat))
		talk_flush(e, now, k);
}

static void
is_stored(struct engine *e, struct now now, struct entry *n)
{
	if (notes_are(e, &n->change.fp))
		notes_stored(e, &n->change);
	if (n->change.kind == CHANGE_TRANSFER)
		transfer_stored(e, n->transfer);
	if (n->of == NULL)
		return;
	switch (n->change.kind) {
	case CHANGE_MESSAGE:
	case CHANGE_REVISION:
	case CHANGE_REQUEUE:
		post_is_stored(e, now, n);
		break;
	case CHANGE_READ:
		receipts_tell(n->of, &n->change.id);
		n->of->is_ready = true;
		break;
	case CHANGE_DELIVERY:
	case CHANGE_FORGET_MESSAGE:
		/* It may have been withdrawn, which held those after it. */
		n->of->is_ready = true;
		break;
	case CHANGE_PIN:
	case CHANGE_SHOWN:
	case CHANGE_DRAFT:
	case CHANGE_SEAL:
	case CHANGE_RECODE:
	case CHANGE_TRANSFER:
	case CHANGE_RULE:
	case CHANGE_FORGET_CONV:
	case CHANGE_FORGET_CONTACT:
		break;
	}
}

static struct entry *
take_all(struct journal *j)
{
	struct entry *all = j->first;

	j->first = j->last = NULL;
	j->count = j->bytes = 0;
	return all;
}

/* What the commit held back. */
static void
let_go(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (!k->is_ready)
			continue;
		k->is_ready = false;
		if (k->chat == NULL)
			continue;
		chat_stored(k->chat, k->ready_seq);
		talk_flush(e, now, k);
	}
}

static void
succeed(struct engine *e, struct now now)
{
	struct journal *j = &e->journal;
	struct entry *n = take_all(j);

	if (j->failed) {
		engine_info(e, now, CONV_NEARBY,
		    "stored again: nothing that came is lost");
		e->model->store_failed = false;
	}
	j->failed = j->given = false;
	while (n != NULL) {
		struct entry *next = n->next;
		is_stored(e, now, n);
		entry_free(n);
		n = next;
	}
	let_go(e, now);
}

static bool
is_ours_to_send(const struct change *c)
{
	return c->mine && c->waits &&
	       (c->kind == CHANGE_MESSAGE || c->kind == CHANGE_REVISION);
}

/* Not stored, so never sent. */
static void
give_up(
    struct engine *e, struct now now, const struct entry *n, const char *why)
{
	struct contact *k = n->of;
	const struct change *c = &n->change;
	char *reason =
	    xasprintf(say(e->model->lang, "not stored: %s; not sent"), why);

	if (k != NULL && k->chat != NULL && chat_withdraw(k->chat, &c->id)) {
		if (c->kind == CHANGE_MESSAGE)
			effect_set_delivery(
			    e, k, c->row, &c->id, DELIVERY_FAILED, reason);
		else if (c->revision <= REVISION_REACT)
			engine_error(e, now, model_peer(e->model, &k->fp)->conv,
			    "%s", reason);
		else
			earshot_transfer_unsaid(e, k, c);
	}
	if (c->message == MESSAGE_FILE && c->kind == CHANGE_MESSAGE)
		transfer_unstored(e, now, c->row, reason);
	free(reason);
}

static bool
is_outdated(const struct entry *n)
{
	for (const struct entry *later = n->next; later != NULL;
	     later = later->next) {
		if (later->change.kind != n->change.kind ||
		    !fp_equal(&later->change.fp, &n->change.fp))
			continue;
		if (n->transfer == NULL ||
		    later->transfer->id == n->transfer->id)
			return true;
	}
	return false;
}

/* Of a message that was not stored either. */
static bool
is_baseless(struct engine *e, const struct entry *n)
{
	const struct transfer *t =
	    n->change.kind == CHANGE_TRANSFER
		? model_transfer(e->model, n->transfer->id)
		: NULL;

	return t != NULL && t->row == 0;
}

/* Of some kinds only the last one counts. */
static bool
is_replaced(const struct entry *n)
{
	const struct change *c = &n->change;

	if (c->kind == CHANGE_TRANSFER || c->kind == CHANGE_RULE)
		return is_outdated(n);
	if (c->kind != CHANGE_READ && c->kind != CHANGE_DRAFT &&
	    c->kind != CHANGE_SHOWN)
		return false;
	for (const struct entry *later = n->next; later != NULL;
	     later = later->next) {
		if (later->change.kind == c->kind &&
		    fp_equal(&later->change.fp, &c->fp) &&
		    later->change.row >= c->row)
			return true;
	}
	return false;
}

/* Of pins, too; but it takes the place of the first, since the messages of a
 * contact are only counted where there is one. */
static bool
is_merged(struct journal *j, const struct entry *n)
{
	struct entry *pin = NULL;

	if (n->change.kind != CHANGE_PIN)
		return false;
	for (struct entry *old = j->first; old != NULL; old = old->next) {
		if (!fp_equal(&old->change.fp, &n->change.fp))
			continue;
		if (old->change.kind == CHANGE_PIN)
			pin = old;
		else if (old->change.kind == CHANGE_FORGET_CONTACT)
			pin = NULL;
	}
	if (pin != NULL) {
		pin_clear(&pin->pin);
		pin->pin = pin_copy(&n->pin);
	}
	return pin != NULL;
}

static void
fail(struct engine *e, struct now now, const char *why)
{
	struct journal *j = &e->journal;
	struct entry *n = take_all(j);

	while (n != NULL) {
		struct entry *next = n->next;
		bool ours = is_ours_to_send(&n->change);
		if (ours)
			give_up(e, now, n, why);
		if (ours || is_replaced(n) || is_baseless(e, n) ||
		    is_merged(j, n))
			entry_free(n);
		else
			append(j, n);
		n = next;
	}
	if (!j->failed)
		engine_error(e, now, CONV_NEARBY,
		    "nothing can be stored: %s. What you write is not sent; "
		    "what comes is shown and waits at its sender",
		    why);
	e->model->store_failed = true;
	j->failed = true;
	j->given = false;
	j->again_ms = now.mono_ms + STORE_AGAIN_MS;
}

void
engine_committed(struct engine *e, struct now now, bool ok, const char *why)
{
	effects_begin(e, now);
	e->journal.awaited = false;
	if (ok)
		succeed(e, now);
	else
		fail(e, now, why);
	engine_tick_rest(e, now);
}

void
commit_tick(struct engine *e, struct now now)
{
	if (commit_deadline(e) > now.mono_ms)
		return;
	e->journal.again_ms = now.mono_ms + STORE_AGAIN_MS;
	give_all(e);
}

int64_t
commit_deadline(const struct engine *e)
{
	const struct journal *j = &e->journal;

	return j->failed && !j->given && j->first != NULL ? j->again_ms
							  : NEVER_MS;
}

void
commit_forget(struct engine *e, const struct contact *k)
{
	for (struct entry *n = e->journal.first; n != NULL; n = n->next) {
		if (n->of == k)
			n->of = NULL;
	}
}

void
commit_free(struct engine *e)
{
	struct entry *n = take_all(&e->journal);

	while (n != NULL) {
		struct entry *next = n->next;
		entry_free(n);
		n = next;
	}
}
