/* SPDX-License-Identifier: MIT */
#include "memstore.h"

#include "base/mem.h"
#include "core/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
free_const(const char *text)
{
	free((void *)(uintptr_t)text);
}

static char *
copy_text(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

/* What is stored of it. */
static struct transfer *
copy_transfer(const struct transfer *t)
{
	struct transfer *copy = xcalloc(1, sizeof(*copy));

	*copy = (struct transfer){
		.id = t->id,
		.peer = t->peer,
		.mine = t->mine,
		.dialect = t->dialect,
		.state = t->state,
		.name = copy_text(t->name),
		.path = copy_text(t->path),
		.folder = t->folder,
		.size_known = t->size_known,
		.size = t->size,
		.done = t->done,
		.files = t->files,
		.files_done = t->files_done,
		.mtime = t->mtime,
		.offered_ms = t->offered_ms,
		.ended_ms = t->ended_ms,
		.reason = copy_text(t->reason),
		.note = copy_text(t->note),
		.row = t->row,
		.paused_here = t->paused_here,
		.unasked = t->unasked,
		.again = t->again,
		.paused_there = t->paused_there,
		.ended_here = t->ended_here,
		.ended_there = t->ended_there,
		.owes = t->owes && t->state == TRANSFER_DONE,
		.part = copy_text(t->part),
		.message = t->message,
		.offer = t->offer,
	};
	return copy;
}

static struct accept_rule
copy_rule(const struct accept_rule *rule)
{
	return (struct accept_rule){ .size_max = rule->size_max,
		.folder = copy_text(rule->folder) };
}

static struct change
copy_change(const struct change *c)
{
	struct change copy = *c;

	copy.pin = NULL;
	copy.transfer = NULL;
	copy.rule = NULL;
	if (c->kind == CHANGE_TRANSFER)
		copy.transfer = copy_transfer(c->transfer);
	if (c->kind == CHANGE_RULE && c->rule != NULL) {
		struct accept_rule rule = copy_rule(c->rule);
		copy.rule = xmemdup(&rule, sizeof(rule));
	}
	copy.text = c->text == NULL ? NULL : xstrndup(c->text, c->size);
	copy.reason = c->reason == NULL ? NULL : xstrdup(c->reason);
	copy.raw = c->raw == NULL ? NULL : xmemdup(c->raw, c->raw_size);
	return copy;
}

static void
change_free(struct change *c)
{
	free_const(c->text);
	free_const(c->reason);
	free((void *)(uintptr_t)c->raw);
	transfer_free((struct transfer *)(uintptr_t)c->transfer);
	if (c->rule != NULL)
		free(c->rule->folder);
	free((void *)(uintptr_t)c->rule);
}

static void
row_clear(struct mem_row *r)
{
	change_free(&r->change);
	transfer_free(r->transfer);
}

void
memstore_rollback(struct memstore *ms)
{
	for (size_t i = 0; i < ms->pending_count; i++) {
		if (ms->pending[i].kind == CHANGE_PIN)
			pin_clear(&ms->pending_pins[i]);
		change_free(&ms->pending[i]);
	}
	ms->pending_count = 0;
}

void
memstore_clear(struct memstore *ms)
{
	memstore_rollback(ms);
	for (size_t i = 0; i < ms->row_count; i++)
		row_clear(&ms->rows[i]);
	for (size_t i = 0; i < ms->rule_count; i++)
		free(ms->rules[i].rule.folder);
	free(ms->rules);
	for (size_t i = 0; i < ms->conv_count; i++)
		free(ms->convs[i].draft);
	free(ms->rows);
	pins_free(ms->pins, ms->pin_count);
	free(ms->convs);
	free(ms->pending);
	free(ms->pending_pins);
	*ms = (struct memstore){ 0 };
}

void
memstore_apply(struct memstore *ms, const struct change *c)
{
	if (ms->pending_count == ms->pending_cap) {
		ms->pending_cap =
		    ms->pending_cap == 0 ? 16 : 2 * ms->pending_cap;
		ms->pending = xrealloc(
		    ms->pending, ms->pending_cap, sizeof(*ms->pending));
		ms->pending_pins = xrealloc(ms->pending_pins, ms->pending_cap,
		    sizeof(*ms->pending_pins));
	}
	if (c->kind == CHANGE_PIN)
		ms->pending_pins[ms->pending_count] = pin_copy(c->pin);
	ms->pending[ms->pending_count++] = copy_change(c);
}

bool
memstore_is_dirty(const struct memstore *ms)
{
	return ms->pending_count > 0;
}

static struct pin *
find_pin(const struct memstore *ms, const struct fp *fp)
{
	for (size_t i = 0; i < ms->pin_count; i++)
		if (fp_equal(&ms->pins[i].fp, fp))
			return &ms->pins[i];
	return NULL;
}

const struct pin *
memstore_pin(const struct memstore *ms, const struct fp *fp)
{
	return find_pin(ms, fp);
}

static void
apply_pin(struct memstore *ms, const struct pin *pin)
{
	struct pin *old = find_pin(ms, &pin->fp);

	if (old == NULL) {
		ms->pins = xgrow(
		    ms->pins, ms->pin_count, &ms->pin_cap, sizeof(*ms->pins));
		ms->pins[ms->pin_count++] = pin_copy(pin);
		return;
	}
	uint64_t received = old->received_seq, sent = old->sent_seq;
	pin_clear(old);
	*old = pin_copy(pin);
	if (received > old->received_seq)
		old->received_seq = received;
	if (sent > old->sent_seq)
		old->sent_seq = sent;
}

static struct mem_row *
find_row(
    const struct memstore *ms, const struct fp *fp, const struct msg_id *id)
{
	for (size_t i = ms->row_count; i > 0; i--) {
		struct mem_row *r = &ms->rows[i - 1];
		if (fp_equal(&r->change.fp, fp) &&
		    msg_id_equal(&r->change.id, id))
			return r;
	}
	return NULL;
}

const struct mem_row *
memstore_find(
    const struct memstore *ms, const struct fp *fp, const struct msg_id *id)
{
	return find_row(ms, fp, id);
}

static struct mem_conv *
conv_of(struct memstore *ms, const struct fp *fp)
{
	for (size_t i = 0; i < ms->conv_count; i++)
		if (fp_equal(&ms->convs[i].fp, fp))
			return &ms->convs[i];
	ms->convs =
	    xgrow(ms->convs, ms->conv_count, &ms->conv_cap, sizeof(*ms->convs));
	ms->convs[ms->conv_count] = (struct mem_conv){ .fp = *fp };
	return &ms->convs[ms->conv_count++];
}

static void
set_text(struct change *c, const char *text, size_t size)
{
	free_const(c->text);
	c->text = xstrndup(text, size);
	c->size = size;
}

static bool
is_file(const struct change *c)
{
	return c->kind == CHANGE_MESSAGE && c->message == MESSAGE_FILE;
}

/* It is opened, or read in another character set. */
static void
read_again(struct memstore *ms, const struct change *c)
{
	struct mem_row *r = find_row(ms, &c->fp, &c->id);

	if (r == NULL || r->deleted || r->change.mine || is_file(&r->change))
		return;
	set_text(&r->change, c->text, c->size);
	if (c->kind == CHANGE_SEAL)
		r->change.seal = SEAL_OPENED;
	r->change.charset = c->charset;
}

static void
remove_row(struct memstore *ms, struct mem_row *r)
{
	size_t at = (size_t)(r - ms->rows);

	row_clear(r);
	ms->row_count--;
	memmove(r, r + 1, (ms->row_count - at) * sizeof(*r));
}

static bool
is_under_way(const struct mem_row *r)
{
	return r->transfer != NULL &&
	       !transfer_state_is_last(r->transfer->state);
}

static void
revise(struct memstore *ms, const struct change *c)
{
	struct mem_row *r = find_row(ms, &c->fp, &c->target);

	if (r == NULL || r->is_revision || c->revision > REVISION_REACT ||
	    (is_file(&r->change) && c->revision != REVISION_REACT))
		return;
	if (c->revision == REVISION_REACT) {
		if (!r->deleted)
			snprintf(r->reactions[c->mine], REACTION_SIZE, "%s",
			    c->text);
		return;
	}
	bool late =
	    !c->mine && c->arrived_ms - r->change.arrived_ms > REVISE_MS;
	if (r->change.mine != c->mine || late || r->deleted)
		return;
	r->edited = c->revision == REVISION_EDIT;
	r->deleted = c->revision == REVISION_DELETE;
	set_text(
	    &r->change, r->deleted ? "" : c->text, r->deleted ? 0 : c->size);
	if (!r->deleted)
		return;
	memset(r->reactions, 0, sizeof(r->reactions));
	/* It was stored only to wait. */
	if (r->change.waits && !r->change.keep) {
		remove_row(ms, r);
	} else if (r->change.waits) {
		r->change.waits = false;
		r->change.delivery = DELIVERY_FAILED;
	}
}

static void
move_received(struct memstore *ms, const struct change *c)
{
	struct pin *pin = find_pin(ms, &c->fp);

	if (!c->mine && pin != NULL && c->seq > pin->received_seq)
		pin->received_seq = c->seq;
}

static void
add_row(struct memstore *ms, const struct change *c)
{
	bool is_revision = c->kind == CHANGE_REVISION;
	const struct pin *pin = find_pin(ms, &c->fp);
	/* Looking through all rows for each of a flood would take minutes. */
	bool is_new = !c->mine && pin != NULL && c->seq > pin->received_seq;

	move_received(ms, c);
	if (!is_new && find_row(ms, &c->fp, &c->id) != NULL)
		return;
	if (is_revision)
		revise(ms, c);
	if (!c->waits && (is_revision || (!c->keep && !is_file(c))))
		return;
	ms->rows =
	    xgrow(ms->rows, ms->row_count, &ms->row_cap, sizeof(*ms->rows));
	ms->rows[ms->row_count++] = (struct mem_row){
		.change = copy_change(c),
		.is_revision = is_revision,
	};
}

static void
deliver(struct memstore *ms, const struct change *c)
{
	struct mem_row *r = find_row(ms, &c->fp, &c->id);
	struct pin *pin = find_pin(ms, &c->fp);

	if (c->delivery >= DELIVERY_DELIVERED &&
	    c->delivery != DELIVERY_FAILED && pin != NULL &&
	    c->seq > pin->sent_seq)
		pin->sent_seq = c->seq;
	if (r == NULL || !r->change.mine)
		return;
	r->change.delivery = c->delivery;
	free_const(r->change.reason);
	r->change.reason = c->reason == NULL ? NULL : xstrdup(c->reason);
	if (c->waits)
		return;
	r->change.waits = false;
	if (r->is_revision || (!r->change.keep && !is_under_way(r)))
		remove_row(ms, r);
}

static void
put_transfer(struct memstore *ms, const struct transfer *t)
{
	for (size_t i = 0; i < ms->row_count; i++) {
		struct mem_row *r = &ms->rows[i];
		if (r->change.row != t->row || !is_file(&r->change))
			continue;
		transfer_free(r->transfer);
		r->transfer = copy_transfer(t);
		r->transfer->peer = r->change.fp;
		if (t->id > ms->transfer_number)
			ms->transfer_number = t->id;
		if (!r->change.keep && !r->change.waits && !is_under_way(r))
			remove_row(ms, r);
		return;
	}
}

static void
drop_rule(struct memstore *ms, const struct fp *fp)
{
	for (size_t i = 0; i < ms->rule_count; i++)
		if (fp_equal(&ms->rules[i].fp, fp)) {
			free(ms->rules[i].rule.folder);
			ms->rules[i] = ms->rules[--ms->rule_count];
			return;
		}
}

static void
put_rule(struct memstore *ms, const struct change *c)
{
	drop_rule(ms, &c->fp);
	if (c->rule == NULL || find_pin(ms, &c->fp) == NULL)
		return;
	ms->rules =
	    xgrow(ms->rules, ms->rule_count, &ms->rule_cap, sizeof(*ms->rules));
	ms->rules[ms->rule_count++] =
	    (struct saved_rule){ .fp = c->fp, .rule = copy_rule(c->rule) };
}

static void
show(struct memstore *ms, const struct change *c)
{
	const struct mem_row *last = find_row(ms, &c->fp, &c->id);
	int64_t row = c->row;

	if (row == 0 && last != NULL && last->change.mine)
		row = last->change.row;
	for (size_t i = 0; i < ms->row_count; i++) {
		struct change *r = &ms->rows[i].change;
		if (r->mine && fp_equal(&r->fp, &c->fp) && r->row <= row &&
		    r->delivery == DELIVERY_DELIVERED)
			r->delivery = DELIVERY_READ;
	}
}

static void
forget(struct memstore *ms, const struct change *c)
{
	for (size_t i = ms->row_count; i > 0; i--) {
		struct mem_row *r = &ms->rows[i - 1];
		if (fp_equal(&r->change.fp, &c->fp) &&
		    (c->kind != CHANGE_FORGET_MESSAGE ||
			msg_id_equal(&r->change.id, &c->id)))
			remove_row(ms, r);
	}
	if (c->kind != CHANGE_FORGET_MESSAGE) {
		struct mem_conv *conv = conv_of(ms, &c->fp);
		free(conv->draft);
		*conv = ms->convs[--ms->conv_count];
	}
	struct pin *pin = find_pin(ms, &c->fp);
	if (c->kind != CHANGE_FORGET_CONTACT)
		return;
	drop_rule(ms, &c->fp);
	if (pin != NULL) {
		pin_clear(pin);
		*pin = ms->pins[--ms->pin_count];
	}
}

static void
requeue(struct memstore *ms, const struct change *c)
{
	struct mem_row *r = find_row(ms, &c->fp, &c->id);

	if (r == NULL || !r->change.mine || r->change.row != c->row)
		return;
	r->change.seq = c->seq;
	r->change.delivery = DELIVERY_QUEUED;
	r->change.waits = true;
}

static void
apply(struct memstore *ms, const struct change *c, const struct pin *pin)
{
	struct mem_conv *conv;

	switch (c->kind) {
	case CHANGE_PIN:
		apply_pin(ms, pin);
		break;
	case CHANGE_MESSAGE:
	case CHANGE_REVISION:
		add_row(ms, c);
		break;
	case CHANGE_DELIVERY:
		deliver(ms, c);
		break;
	case CHANGE_REQUEUE:
		requeue(ms, c);
		break;
	case CHANGE_SHOWN:
		show(ms, c);
		break;
	case CHANGE_READ:
		conv_of(ms, &c->fp)->read_row = c->row;
		break;
	case CHANGE_DRAFT:
		conv = conv_of(ms, &c->fp);
		free(conv->draft);
		conv->draft = xstrndup(c->text, c->size);
		break;
	case CHANGE_SEAL:
	case CHANGE_RECODE:
		read_again(ms, c);
		break;
	case CHANGE_TRANSFER:
		put_transfer(ms, c->transfer);
		break;
	case CHANGE_RULE:
		put_rule(ms, c);
		break;
	case CHANGE_FORGET_MESSAGE:
	case CHANGE_FORGET_CONV:
	case CHANGE_FORGET_CONTACT:
		forget(ms, c);
		break;
	}
}

void
memstore_commit(struct memstore *ms)
{
	for (size_t i = 0; i < ms->pending_count; i++)
		apply(ms, &ms->pending[i], &ms->pending_pins[i]);
	memstore_rollback(ms);
	ms->commits++;
}

static struct pin *
copy_pins(const struct memstore *ms, size_t room)
{
	struct pin *pins = xcalloc(room, sizeof(*pins));

	for (size_t i = 0; i < ms->pin_count; i++)
		pins[i] = pin_copy(&ms->pins[i]);
	return pins;
}

static struct saved_conv *
saved_conv_of(struct saved *s, const struct fp *fp)
{
	for (size_t i = 0; i < s->conv_count; i++)
		if (fp_equal(&s->convs[i].fp, fp))
			return &s->convs[i];
	s->convs = xrealloc(s->convs, s->conv_count + 1, sizeof(*s->convs));
	s->convs[s->conv_count] = (struct saved_conv){ .fp = *fp };
	return &s->convs[s->conv_count++];
}

static void
load_row(struct saved *s, const struct mem_row *r)
{
	const struct change *c = &r->change;

	if (c->row >= s->next_row)
		s->next_row = c->row + 1;
	struct transfer *t = NULL;
	if (r->transfer != NULL &&
	    (is_under_way(r) || r->transfer->owes || c->waits)) {
		t = copy_transfer(r->transfer);
		s->transfers = xrealloc(
		    s->transfers, s->transfer_count + 1, sizeof(*s->transfers));
		s->transfers[s->transfer_count++] = t;
	}
	if (c->waits) {
		s->outbox = xrealloc(
		    s->outbox, s->outbox_count + 1, sizeof(*s->outbox));
		s->outbox[s->outbox_count] = (struct saved_post){ .to = c->fp,
			.change = copy_change(c) };
		s->outbox[s->outbox_count++].change.transfer = t;
	}
	if (r->is_revision)
		return;
	struct saved_conv *conv = saved_conv_of(s, &c->fp);
	conv->last_row = c->row;
	conv->active_ms = c->arrived_ms;
	conv->unread += !c->mine && c->row > conv->read_row;
}

void
memstore_load(const struct memstore *ms, struct saved *ret_saved)
{
	struct saved s = { .next_row = 1,
		.transfer_number = ms->transfer_number };

	s.pins = copy_pins(ms, ms->pin_count);
	s.pin_count = ms->pin_count;
	for (size_t i = 0; i < ms->conv_count; i++) {
		struct saved_conv *c = saved_conv_of(&s, &ms->convs[i].fp);
		c->read_row = ms->convs[i].read_row;
		if (ms->convs[i].draft != NULL)
			c->draft = xstrdup(ms->convs[i].draft);
		if (c->read_row >= s.next_row)
			s.next_row = c->read_row + 1;
	}
	for (size_t i = 0; i < ms->row_count; i++)
		load_row(&s, &ms->rows[i]);
	for (size_t i = 0; i < ms->rule_count; i++) {
		s.rules = xrealloc(s.rules, i + 1, sizeof(*s.rules));
		s.rules[s.rule_count++] =
		    (struct saved_rule){ .fp = ms->rules[i].fp,
			    .rule = copy_rule(&ms->rules[i].rule) };
	}
	/* Reasons are not part of what waits. */
	for (size_t i = 0; i < s.outbox_count; i++) {
		free_const(s.outbox[i].change.reason);
		s.outbox[i].change.reason = NULL;
	}
	*ret_saved = s;
}

static struct message
message_of(const struct memstore *ms, const struct mem_row *r)
{
	const struct change *c = &r->change;
	struct message m = {
		.row = c->row,
		.id = c->id,
		.kind = c->message,
		.delivery = c->delivery,
		.mine = c->mine,
		.action = (c->flags & 2) != 0,
		.ran = (c->flags & CHANGE_RAN_ASKED) != 0  ? RAN_ASKED
		       : (c->flags & CHANGE_RAN_SAID) != 0 ? RAN_SAID
							   : RAN_NOT,
		.edited = r->edited,
		.deleted = r->deleted,
		.has_target = c->has_target,
		.target = c->target,
		.missing = c->missing,
		.from = c->from,
		.sent_ms = c->sent_ms,
		.arrived_ms = c->arrived_ms,
		.text = xstrndup(c->text, c->size),
		.size = c->size,
		.reason = c->reason == NULL ? NULL : xstrdup(c->reason),
		.dialect = c->dialect,
		.seal = c->seal,
		.locked = c->locked,
		.obfuscated = c->obfuscated,
		.declared = c->declared,
		.charset = c->charset,
		.raw = c->raw == NULL ? NULL : xmemdup(c->raw, c->raw_size),
		.raw_size = c->raw_size,
	};

	if (r->transfer != NULL) {
		m.file = copy_transfer(r->transfer);
		m.transfer = m.file->id;
	}
	m.read = c->mine;
	for (size_t i = 0; i < ms->conv_count; i++)
		if (fp_equal(&ms->convs[i].fp, &c->fp))
			m.read |= c->row <= ms->convs[i].read_row;
	memcpy(m.reactions, r->reactions, sizeof(m.reactions));
	return m;
}

static void
page_of(const struct memstore *ms, const struct fp *fp, int64_t row,
    size_t count, struct saved_page *ret_page)
{
	struct saved_page page = { 0 };
	size_t i = ms->row_count;

	page.messages = xcalloc(count + 1, sizeof(*page.messages));
	for (; i > 0; i--) {
		const struct mem_row *r = &ms->rows[i - 1];
		if (r->is_revision || r->change.row >= row ||
		    !fp_equal(&r->change.fp, fp))
			continue;
		page.more = page.count == count;
		if (page.more)
			break;
		page.messages[count - ++page.count] = message_of(ms, r);
	}
	memmove(page.messages, page.messages + (count - page.count),
	    page.count * sizeof(*page.messages));
	*ret_page = page;
}

/* As it would be after a commit. */
static struct memstore
copy_applied(const struct memstore *ms)
{
	struct memstore copy = *ms;

	copy.rows = xmemdup(ms->rows, ms->row_cap * sizeof(*ms->rows));
	for (size_t i = 0; i < ms->row_count; i++) {
		struct mem_row *r = &copy.rows[i];
		r->change = copy_change(&ms->rows[i].change);
		if (r->transfer != NULL)
			r->transfer = copy_transfer(r->transfer);
	}
	copy.rules = xmemdup(ms->rules, ms->rule_cap * sizeof(*ms->rules));
	for (size_t i = 0; i < ms->rule_count; i++)
		copy.rules[i].rule = copy_rule(&ms->rules[i].rule);
	copy.pins = copy_pins(ms, ms->pin_cap);
	copy.convs = xmemdup(ms->convs, ms->conv_cap * sizeof(*ms->convs));
	for (size_t i = 0; i < ms->conv_count; i++) {
		if (copy.convs[i].draft != NULL)
			copy.convs[i].draft = xstrdup(copy.convs[i].draft);
	}
	for (size_t i = 0; i < ms->pending_count; i++)
		apply(&copy, &ms->pending[i], &ms->pending_pins[i]);
	copy.pending = NULL;
	copy.pending_pins = NULL;
	copy.pending_count = 0;
	return copy;
}

void
memstore_page(const struct memstore *ms, const struct fp *fp, int64_t row,
    size_t count, struct saved_page *ret_page)
{
	if (ms->pending_count == 0) {
		page_of(ms, fp, row, count, ret_page);
		return;
	}
	struct memstore copy = copy_applied(ms);
	page_of(&copy, fp, row, count, ret_page);
	memstore_clear(&copy);
}
