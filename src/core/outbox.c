/* SPDX-License-Identifier: MIT */
/*
 * What waits: back from the store at the start, listed, taken back, given up
 * for its age. It goes to the identity it was written to and to no other.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/width.h"
#include "core/earshot_transfer.h"
#include "core/transfers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EXPIRE_EVERY_MS = 3600 * 1000,
	/* At once; the rest a moment later. */
	EXPIRE_MAX = 1000,
	EXPIRE_AGAIN_MS = 1000,
	/* After a start those with something to say do not all dial at once. */
	START_PER_PEER_MS = 50,
	START_MAX_MS = 10000,
	EXCERPT_CELLS = 40,
	AGE_SIZE = 32,
	LINE_MAX = 512,
};

static const int64_t expire_after_ms = INT64_C(30) * 24 * 3600 * 1000;
/* Nothing waits for a year: what seems to was written, or is looked at, by a
 * clock that was wrong. */
static const int64_t believed_ms = INT64_C(365) * 24 * 3600 * 1000;

static uint8_t
type_of(const struct change *c)
{
	static const uint8_t types[] = {
		[REVISION_EDIT] = MSG_EDIT,
		[REVISION_DELETE] = MSG_DELETE,
		[REVISION_REACT] = MSG_REACT,
		[REVISION_FILE_REFUSED] = MSG_FILE_STOP,
		[REVISION_FILE_CANCELLED] = MSG_FILE_STOP,
		[REVISION_FILE_DONE] = MSG_FILE_STOP,
	};

	if (c->kind == CHANGE_MESSAGE && c->message == MESSAGE_FILE)
		return c->transfer == NULL ? 0 : MSG_FILE;
	if (c->kind == CHANGE_MESSAGE)
		return MSG_TEXT;
	/* 0 is no post. */
	return c->revision < sizeof(types) ? types[c->revision] : 0;
}

static uint8_t
end_of(const struct change *c)
{
	if (c->revision == REVISION_FILE_REFUSED)
		return FILE_END_REFUSED;
	return c->revision == REVISION_FILE_DONE ? FILE_END_DONE
						 : FILE_END_CANCELLED;
}

static struct msg_file
file_of(const struct change *c)
{
	const struct transfer *t = c->transfer;

	if (type_of(c) != MSG_FILE)
		return (struct msg_file){ 0 };
	return (struct msg_file){
		.folder = t->folder,
		.size = t->size,
		.files = t->files,
		.mtime = t->mtime,
	};
}

static void
restore_one(struct engine *e, struct now now, const struct saved_post *s)
{
	const struct change *c = &s->change;
	struct contact *k = contact_get(e, now, &s->to);

	if (k == NULL)
		return;
	struct chat_post post = {
		.type = type_of(c),
		.id = c->id,
		.seq = c->seq,
		.sent_ms = c->sent_ms,
		.row = c->row,
		.flags = c->flags,
		.has_target = c->has_target || c->kind == CHANGE_REVISION,
		.target = c->target,
		.text = c->text,
		.size = c->size,
		.file = file_of(c),
		.end = end_of(c),
	};
	model_peer_add(e->model, &s->to);
	/* One that no chat would have taken is damage, and stays in the store
	 * as it is. */
	(void)chat_restore(contact_chat(e, k), &post);
	e->expire_ms = now.mono_ms;
}

/* Its row is older than its number. */
static bool
was_queued_again(const struct saved_post *s)
{
	return type_of(&s->change) == MSG_FILE && s->change.transfer->again;
}

void
outbox_restore(struct engine *e, struct now now, const struct saved *s)
{
	for (size_t i = 0; i < s->outbox_count; i++)
		if (!was_queued_again(&s->outbox[i]))
			restore_one(e, now, &s->outbox[i]);
	for (size_t i = 0; i < s->outbox_count; i++) {
		const struct saved_post *post = &s->outbox[i];
		/* Behind its end it would be an offer. */
		if (was_queued_again(post) &&
		    !transfer_state_is_last(post->change.transfer->state))
			restore_one(e, now, post);
	}
}

void
outbox_start(struct engine *e, struct now now)
{
	uint32_t spread = START_PER_PEER_MS * (uint32_t)e->contact_count;

	if (spread > START_MAX_MS)
		spread = START_MAX_MS;
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (k->chat != NULL && chat_waiting(k->chat) > 0)
			dialling_want(k, now, rng_below(&e->rng, spread + 1));
	}
}

void
outbox_watch(struct engine *e, struct now now)
{
	if (e->expire_ms == NEVER_MS)
		e->expire_ms = now.mono_ms + EXPIRE_EVERY_MS;
}

static const char *
type_text(uint8_t type)
{
	switch (type) {
	case MSG_EDIT:
		return N_("edit");
	case MSG_DELETE:
		return N_("deletion");
	case MSG_FILE:
		return N_("file");
	case MSG_FILE_STOP:
		return N_("end of a transfer");
	default:
		return N_("reaction");
	}
}

static void
tell_failed(struct engine *e, struct now now, const struct contact *k,
    uint8_t type, const char *reason)
{
	const struct lang *l = e->model->lang;
	uint32_t conv = model_peer(e->model, &k->fp)->conv;

	reason = say(l, reason);
	if (type == MSG_EDIT)
		engine_error(
		    e, now, conv, "the edit did not arrive: %s", reason);
	else if (type == MSG_DELETE)
		engine_error(
		    e, now, conv, "the deletion did not arrive: %s", reason);
	else
		engine_error(
		    e, now, conv, "the reaction did not arrive: %s", reason);
}

void
outbox_settle(struct engine *e, struct now now, struct contact *k,
    const struct chat_post *post, enum delivery delivery, const char *reason)
{
	struct change change = {
		.kind = CHANGE_DELIVERY,
		.fp = k->fp,
		.row = post->row,
		.id = post->id,
		.seq = post->seq,
		.mine = true,
		.keep = !k->pin.forgets,
		.delivery = delivery,
		.reason = reason,
	};

	commit_change(e, k, &change);
	if (post->type == MSG_FILE && delivery == DELIVERY_FAILED)
		transfer_unsent(
		    e, now, k, &post->id, TRANSFER_CANCELLED, reason);
	/* Who is told of an end has nothing to do about it. */
	if (post->type == MSG_FILE_STOP) {
		earshot_transfer_told(e, now, k, &post->id);
		return;
	}
	if (post->type == MSG_TEXT || post->type == MSG_FILE)
		effect_set_delivery(
		    e, k, post->row, &post->id, delivery, reason);
	else if (delivery == DELIVERY_FAILED)
		tell_failed(e, now, k, post->type, reason);
}

/* Which of those that wait are meant, and whether one is. */
struct choice {
	const struct msg_id *id; /* NULL: all */
	int64_t after_ms;        /* written after it … */
	int64_t before_ms;       /* … and before that */
	size_t max;              /* so many and no more */
	bool by_time;            /* and not because the user said so */
	size_t flying;           /* of them, on their way: not to be had */
};

/* The first one meant that can be taken back. */
static bool
choose(
    const struct contact *k, struct choice *choice, struct chat_post *ret_post)
{
	const void *cursor = NULL;
	bool in_flight;

	choice->flying = 0;
	while (chat_each(k->chat, &cursor, ret_post, &in_flight)) {
		if (choice->id != NULL &&
		    !msg_id_equal(choice->id, &ret_post->id))
			continue;
		if (ret_post->sent_ms >= choice->before_ms ||
		    ret_post->sent_ms <= choice->after_ms)
			continue;
		if (!in_flight)
			return true;
		choice->flying++;
	}
	return false;
}

static size_t
withdraw(struct engine *e, struct now now, struct contact *k,
    struct choice *choice, const char *reason)
{
	struct chat_post post;
	size_t count = 0;

	if (k->chat == NULL)
		return 0;
	while (count < choice->max && choose(k, choice, &post)) {
		bool was_there = chat_withdraw(k->chat, &post.id);
		if (!was_there)
			break;
		if (post.type == MSG_FILE && !choice->by_time)
			transfer_taken_back(e, k, &post.id);
		outbox_settle(e, now, k, &post, DELIVERY_FAILED, reason);
		count++;
	}
	return count;
}

size_t
outbox_withdraw(
    struct engine *e, struct now now, struct contact *k, const char *reason)
{
	struct choice all = {
		.after_ms = INT64_MIN, .before_ms = INT64_MAX, .max = SIZE_MAX
	};

	return withdraw(e, now, k, &all, reason);
}

void
outbox_tick(struct engine *e, struct now now)
{
	/* The clock of the start and the time since: a jump of the clock, when
	 * it is set right, makes nothing older. */
	int64_t clock_ms = e->started_wall_ms + now.mono_ms;
	struct choice old = { .after_ms = clock_ms - believed_ms,
		.before_ms = clock_ms - expire_after_ms,
		.max = EXPIRE_MAX,
		.by_time = true };

	if (now.mono_ms < e->expire_ms)
		return;
	e->expire_ms = NEVER_MS;
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		old.max -= withdraw(
		    e, now, k, &old, N_("expired: it waited for 30 days"));
		if (k->chat != NULL && chat_waiting(k->chat) > 0)
			outbox_watch(e, now);
	}
	if (old.max == 0)
		e->expire_ms = now.mono_ms + EXPIRE_AGAIN_MS;
}

/* A text of lines that grows. */
struct lines {
	char *text;
	size_t size;
};

static void
add_line(struct lines *l, const char *line)
{
	size_t n = strlen(line);

	l->text = xrealloc(l->text, l->size + n + 2, 1);
	if (l->size > 0)
		l->text[l->size++] = '\n';
	memcpy(l->text + l->size, line, n + 1);
	l->size += n;
}

static void
age_text(const struct lang *l, int64_t ms, char out[static AGE_SIZE])
{
	int64_t minutes = ms < 0 ? 0 : ms / 60000;

	if (minutes < 60)
		snprintf(out, AGE_SIZE, say(l, "%d min"), (int)minutes);
	else if (minutes < 48 * 60)
		snprintf(out, AGE_SIZE, say(l, "%d h"), (int)(minutes / 60));
	else
		snprintf(out, AGE_SIZE, say(l, "%d days"),
		    (int)(minutes / (24 * 60)));
}

static void
describe(struct engine *e, struct now now, const struct contact *k,
    const struct chat_post *post, bool in_flight, char line[static LINE_MAX])
{
	const struct peer *p = model_peer(e->model, &k->fp);
	const struct lang *l = e->model->lang;
	const char *text = post->text == NULL ? "" : post->text;
	size_t first = strcspn(text, "\n");
	size_t n = width_cut(text, first, EXCERPT_CELLS, NULL);
	char label[PEER_LABEL_SIZE], age[AGE_SIZE];

	age_text(l, now.wall_ms - post->sent_ms, age);
	snprintf(line, LINE_MAX, "%zu  %s  %s  %s  %s%s%.*s%s", e->listed_count,
	    peer_label(p, false, label), age,
	    in_flight ? say(l, "sent") : say(l, "queued"),
	    post->type == MSG_TEXT ? "" : say(l, type_text(post->type)),
	    post->type == MSG_TEXT || n == 0 ? "" : ": ", (int)n, text,
	    text[n] != '\0' ? "..." : "");
}

static void
list_contact(struct engine *e, struct now now, const struct contact *k,
    struct lines *lines)
{
	const void *cursor = NULL;
	struct chat_post post;
	char line[LINE_MAX];
	bool in_flight;

	while (e->listed_count < OUTBOX_LISTED_MAX &&
	       chat_each(k->chat, &cursor, &post, &in_flight)) {
		e->listed[e->listed_count++] =
		    (struct listed){ .fp = k->fp, .id = post.id };
		describe(e, now, k, &post, in_flight, line);
		add_line(lines, line);
	}
}

void
outbox_list(struct engine *e, struct now now, const struct command *cmd)
{
	size_t waiting = contacts_waiting(e);
	struct lines lines = { 0 };
	char line[LINE_MAX];

	e->listed_count = 0;
	if (waiting == 0) {
		engine_info(e, now, cmd->conv, "nothing waits");
		return;
	}
	for (size_t i = 0; i < e->contact_count; i++) {
		if (e->contacts[i]->chat != NULL)
			list_contact(e, now, e->contacts[i], &lines);
	}
	if (waiting > e->listed_count)
		snprintf(line, sizeof(line),
		    say(e->model->lang,
			"%zu messages wait; /cancel N takes one back; the first are listed"),
		    waiting);
	else
		snprintf(line, sizeof(line),
		    say_n(e->model->lang,
			"%zu message waits; /cancel N takes one back",
			"%zu messages wait; /cancel N takes one back", waiting),
		    waiting);
	add_line(&lines, line);
	engine_notice(e, now, cmd->conv, MESSAGE_INFO, lines.text);
}

static void
tell_cancelled(struct engine *e, struct now now, const struct command *cmd,
    size_t count, size_t flying)
{
	if (count == 0 && flying == 0)
		engine_error(
		    e, now, cmd->conv, "that does not wait any more. /outbox");
	else if (count == 0)
		engine_error(
		    e, now, cmd->conv, "too late: it is on its way already");
	else if (flying == 0)
		engine_info(e, now, cmd->conv, "taken back: %zu", count);
	else
		engine_info(e, now, cmd->conv,
		    "taken back: %zu; %zu on the way already", count, flying);
}

void
outbox_cancel(struct engine *e, struct now now, const struct command *cmd)
{
	struct choice choice = {
		.after_ms = INT64_MIN, .before_ms = INT64_MAX, .max = SIZE_MAX
	};
	size_t count = 0, flying = 0;

	if (cmd->has_target)
		choice.id = &cmd->target;
	if (cmd->number > e->listed_count) {
		engine_error(e, now, cmd->conv,
		    "there is no number %u in the last /outbox", cmd->number);
		return;
	}
	if (cmd->number > 0)
		choice.id = &e->listed[cmd->number - 1].id;
	for (size_t i = 0; i < e->contact_count; i++) {
		struct contact *k = e->contacts[i];
		if (choice.id == NULL && !fp_equal(&k->fp, &cmd->peer))
			continue;
		choice.flying = 0;
		count += withdraw(e, now, k, &choice, N_("taken back"));
		flying += choice.flying;
	}
	tell_cancelled(e, now, cmd, count, flying);
}
