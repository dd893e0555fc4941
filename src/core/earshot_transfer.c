/* SPDX-License-Identifier: MIT */
/*
 * What two earshots say to each other of files: offers and ends, which are
 * posts of the chat, and calls, which are not.
 */
#include "core/earshot_transfer.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/file_conns.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* So far apart are two tries that somebody calls for. */
	CALL_AGAIN_MS = 2000,
	/* Who is there hears within that time, on the connection, that it is
	 * done. */
	TELL_MS = 500,
	/* Who is called and wants it comes sooner: the two are not to meet. */
	ASK_MS = CALL_AGAIN_MS + 1000,
	/* What a file or folder takes of a disk, however empty. */
	ENTRY_BYTES = 4096,
};

/* Files and the folder itself; how many folders are in it no offer says. */
static uint64_t
offered_entries(const struct transfer *t)
{
	return t->folder ? (uint64_t)t->files + 1 : 0;
}

/* Whether k's offer is one of those that the user wants without being asked:
 * only of who is verified at this moment. */
static bool
is_expected(
    const struct engine *e, const struct contact *k, const struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	return k->has_rule && p->trust == TRUST_VERIFIED &&
	       (k->rule.size_max == 0 ||
		   t->size + offered_entries(t) * ENTRY_BYTES <=
		       k->rule.size_max);
}

uint64_t
earshot_transfer_entries(const struct contact *k, const struct transfer *t)
{
	uint64_t least = offered_entries(t), max = 0;

	if (!t->folder || !t->unasked || (k->has_rule && k->rule.size_max == 0))
		return 0;
	if (k->has_rule && k->rule.size_max > t->size)
		max = (k->rule.size_max - t->size) / ENTRY_BYTES;
	return max > least ? max : least;
}

/* As a path that names a folder, which may not be there yet. */
static char *
as_folder(const char *path)
{
	size_t n = strlen(path);

	return xasprintf("%s%s", path, n > 0 && path[n - 1] == '/' ? "" : "/");
}

static void
take_unasked(struct engine *e, struct now now, const struct contact *k,
    struct transfer *t)
{
	if (!is_expected(e, k, t))
		return;
	if (k->rule.folder != NULL)
		t->path = as_folder(k->rule.folder);
	t->unasked = true;
	t->try_ms = now.mono_ms;
	transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
}

void
earshot_transfer_arrived(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	const struct msg_file *f = &ev->post.file;
	char *name = peer_text(ev->post.text, PEER_TEXT_LINE, NULL);
	struct transfer_offer offer = {
		.peer = k->fp,
		.dialect = DIALECT_EARSHOT,
		.message = ev->id,
		.name = name,
		.folder = f->folder,
		.size_known = true,
		.size = f->size,
		.files = f->files,
		.mtime = f->mtime,
		.seq = ev->seq,
		.sent_ms = ev->post.sent_ms,
		.missing = ev->missing,
	};
	uint32_t id = 0;

	if (f->size > INT64_MAX)
		chat_refuse(k->chat, &ev->id, NACK_FORMAT);
	/* An id is one transfer, whoever offers it. */
	else if (transfer_find(e, &k->fp, &ev->id) != NULL)
		chat_refuse(k->chat, &ev->id, NACK_FORMAT);
	else if ((id = transfer_offered(e, now, &offer)) == 0)
		chat_refuse(k->chat, &ev->id, NACK_OFFERS);
	free(name);
	if (id != 0)
		take_unasked(e, now, k, transfer_get(e, id));
}

/* Who offered it can take it back at any time, who got the offer can refuse it,
 * stop it, and say that it is there. */
static bool
may_end(const struct transfer *t, uint8_t end)
{
	return t != NULL && (end == FILE_END_CANCELLED || t->mine);
}

static const struct {
	enum revision revision;
	enum transfer_state state;
} ends[] = {
	[FILE_END_REFUSED] = { REVISION_FILE_REFUSED, TRANSFER_REFUSED },
	[FILE_END_CANCELLED] = { REVISION_FILE_CANCELLED, TRANSFER_CANCELLED },
	[FILE_END_DONE] = { REVISION_FILE_DONE, TRANSFER_DONE },
};

/* The mover, if it still hears the same, may have something to add. */
static void
arrived_there(struct engine *e, struct now now, struct transfer *t)
{
	file_conn_drop(e, now, t);
	t->try_ms = NEVER_MS;
	t->done = t->size;
	t->files_done = t->files;
	transfer_set_state(e, now, t, TRANSFER_DONE, NULL);
}

void
earshot_transfer_ended(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev)
{
	struct transfer *t = transfer_find(e, &k->fp, &ev->post.target);
	struct change change = {
		.kind = CHANGE_REVISION,
		.fp = k->fp,
		.row = e->next_row++,
		.id = ev->id,
		.seq = ev->seq,
		.keep = !k->pin.forgets,
		.revision = ends[ev->post.end].revision,
		.from = k->fp,
		.has_target = true,
		.target = ev->post.target,
		.sent_ms = ev->post.sent_ms,
		.arrived_ms = now.wall_ms,
		.text = "",
	};

	if (!may_end(t, ev->post.end)) {
		revise_ignore(e, k, &change);
		return;
	}
	k->inbound_bytes += sizeof(change);
	commit_change(e, k, &change);
	if (transfer_state_is_last(t->state))
		return;
	earshot_offer_answered(e, now, t);
	if (ev->post.end == FILE_END_DONE) {
		arrived_there(e, now, t);
		return;
	}
	file_conn_drop(e, now, t);
	earshot_moves_stop(e, t, FLOW_STOP_CANCELLED);
	t->try_ms = NEVER_MS;
	transfer_close(e, t, false);
	t->ended_there = true;
	transfer_set_state(e, now, t, ends[ev->post.end].state, NULL);
}

/* One that is here already: they do not know, since its connection ended. */
static bool
may_be_called(const struct transfer *t)
{
	return !transfer_state_is_last(t->state) ||
	       (!t->mine && t->state == TRANSFER_DONE);
}

void
earshot_transfer_called(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id)
{
	struct transfer *t = transfer_find(e, &k->fp, id);
	const struct peer *p = model_peer(e->model, &k->fp);

	if (t == NULL || !may_be_called(t) ||
	    (p->trust == TRUST_CHANGED && !k->accepted))
		return;
	earshot_moves_wanted(e, now, t);
	if (t->moving || t->conn != 0 ||
	    (t->paused_here && (!t->mine || t->reason == NULL)))
		return;
	/* Nobody makes us take what we did not ask for. */
	if (!t->mine && t->state == TRANSFER_OFFERED)
		return;
	int64_t at_ms = now.mono_ms;
	if (t->called_ms != 0 && at_ms < t->called_ms + CALL_AGAIN_MS)
		at_ms = t->called_ms + CALL_AGAIN_MS;
	if (t->try_ms > at_ms) {
		t->attempts = 0;
		t->called_ms = t->try_ms = at_ms;
	}
	if (t->mine)
		return;
	t->paused_there = false;
	if (t->state == TRANSFER_PAUSED)
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
}

void
earshot_transfer_describe(const struct transfer *t, struct chat_post *ret_post)
{
	*ret_post = (struct chat_post){
		.type = MSG_FILE,
		.text = t->name,
		.size = strlen(t->name),
		.file = {
			.folder = t->folder,
			.size = t->size,
			.files = t->files,
			.mtime = t->mtime,
		},
	};
}

const char *
earshot_transfer_offer(struct engine *e, struct now now, const struct peer *p,
    struct transfer *const *list, size_t count)
{
	static const char full[] = N_("too many messages wait for them");
	struct chat_post posts[TRANSFER_PATHS_MAX];
	struct contact *k = contact_get(e, now, &p->fp);
	struct command cmd = { .conv = p->conv, .peer = p->fp };
	size_t done = 0;

	if (k == NULL ||
	    chat_waiting(contact_chat(e, k)) + count > CHAT_QUEUE_MAX)
		return full;
	while (done < count) {
		earshot_transfer_describe(list[done], &posts[done]);
		if (!talk_post(e, now, &cmd, k, &posts[done]))
			break;
		done++;
	}
	/* All of them or none. */
	while (done < count && done > 0)
		chat_withdraw(k->chat, &posts[--done].id);
	if (done < count)
		return full;
	for (size_t i = 0; i < count; i++) {
		struct transfer_post post = {
			.id = posts[i].id,
			.seq = posts[i].seq,
			.sent_ms = posts[i].sent_ms,
			.waits = true,
		};
		list[i]->message = posts[i].id;
		list[i]->row = posts[i].row;
		transfer_show(e, now, list[i], &post);
	}
	return NULL;
}

const char *
earshot_transfer_fetch(struct engine *e, struct now now, struct transfer *t)
{
	/* What is here is not the beginning of what is there any more. */
	if (t->reason != NULL && t->part != NULL &&
	    strcmp(t->reason, earshot_transfer_other) == 0)
		transfer_close(e, t, false);
	t->paused_here = t->paused_there = t->unasked = false;
	t->attempts = 0;
	t->try_ms = now.mono_ms;
	return NULL;
}

/* An end of ours, to who may be told anything. */
static void
post_end(
    struct engine *e, struct now now, struct transfer *t, enum file_end end)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	struct contact *k = contact_find(e, &t->peer);
	struct chat_post post = {
		.type = MSG_FILE_STOP,
		.has_target = true,
		.target = t->message,
		.end = (uint8_t)end,
	};

	if (k == NULL || p == NULL || p->trust == TRUST_BLOCKED ||
	    (p->trust == TRUST_CHANGED && !k->accepted) ||
	    !talk_queue(e, now, t->conv, k, &post))
		return;
	t->told = post.id;
	struct change change = {
		.kind = CHANGE_REVISION,
		.fp = k->fp,
		.row = post.row,
		.id = post.id,
		.seq = post.seq,
		.mine = true,
		.waits = true,
		.keep = !k->pin.forgets,
		.revision = ends[end].revision,
		.from = e->identity->fp,
		.has_target = true,
		.target = t->message,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.delivery = DELIVERY_QUEUED,
		.text = "",
	};
	commit_change(e, k, &change);
}

/* What was not sent need not be sent to be taken back. */
static bool
take_back(struct engine *e, struct now now, const struct transfer *t)
{
	struct contact *k = contact_find(e, &t->peer);
	struct chat_post post = {
		.type = MSG_FILE, .id = t->message, .row = t->row
	};

	if (!t->mine || k == NULL)
		return false;
	if ((k->chat == NULL || !chat_withdraw(k->chat, &t->message)) &&
	    !earshot_offer_rests(e, t))
		return false;
	outbox_settle(e, now, k, &post, DELIVERY_FAILED, N_("taken back"));
	return true;
}

void
earshot_transfer_stop(struct engine *e, struct now now, struct transfer *t)
{
	bool refuse = !t->mine && t->state == TRANSFER_OFFERED;

	file_conn_drop(e, now, t);
	earshot_moves_stop(e, t, FLOW_STOP_CANCELLED);
	t->try_ms = NEVER_MS;
	if (!take_back(e, now, t))
		post_end(
		    e, now, t, refuse ? FILE_END_REFUSED : FILE_END_CANCELLED);
}

/* Mostly they hear of it on the connection, and some leave as soon as they do:
 * nothing shall wait for them then. Else it is stored with the end itself, and
 * so it is where nothing is kept that would tell of it after a start. */
void
earshot_transfer_done(struct engine *e, struct now now, struct transfer *t)
{
	const struct contact *k = contact_find(e, &t->peer);
	bool said = t->state == TRANSFER_RUNNING;

	t->owes = !t->mine;
	t->owes_ms = now.mono_ms;
	if (k != NULL && k->conn != 0)
		t->owes_ms += TELL_MS;
	if (!t->mine && (!said || (k != NULL && k->pin.forgets))) {
		t->owes_ms = NEVER_MS;
		post_end(e, now, t, FILE_END_DONE);
	}
	/* The part is what tells where it is, until that is stored. */
	transfer_set_state(e, now, t, TRANSFER_DONE, NULL);
}

void
earshot_transfer_unsaid(
    struct engine *e, const struct contact *k, const struct change *c)
{
	struct transfer *t = transfer_find(e, &k->fp, &c->target);

	if (t == NULL)
		return;
	t->owes = true;
	t->owes_ms = 0;
}

void
earshot_transfer_told(struct engine *e, struct now now, const struct contact *k,
    const struct msg_id *post)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		struct transfer *t = e->model->transfers[i];
		if (!t->owes || !fp_equal(&t->peer, &k->fp) ||
		    !msg_id_equal(&t->told, post))
			continue;
		t->owes = false;
		if (t->state == TRANSFER_DONE)
			transfer_keep(e, now, t);
	}
}

int64_t
earshot_transfer_tell_ms(const struct engine *e, const struct transfer *t)
{
	return !t->owes || e->model->store_failed ? NEVER_MS : t->owes_ms;
}

static enum file_end
end_of(const struct transfer *t)
{
	enum file_end end = FILE_END_REFUSED;

	while (end < FILE_END_DONE && ends[end].state != t->state)
		end++;
	return end;
}

void
earshot_transfer_tell(struct engine *e, struct now now, struct transfer *t)
{
	const struct contact *k = contact_find(e, &t->peer);
	const struct peer *p = model_peer(e->model, &t->peer);

	if (now.mono_ms < earshot_transfer_tell_ms(e, t))
		return;
	t->owes_ms = NEVER_MS;
	if (t->state == TRANSFER_DONE && k != NULL && k->conn == 0 &&
	    p != NULL && p->presence == PRESENCE_OFFLINE)
		return;
	/* It waits for them since an earlier try. */
	if (k != NULL && k->chat != NULL && chat_has(k->chat, &t->told))
		return;
	post_end(e, now, t, end_of(t));
}

void
earshot_transfer_pause(struct engine *e, struct now now, struct transfer *t)
{
	file_conn_drop(e, now, t);
	earshot_moves_stop(e, t, FLOW_STOP_PAUSED);
	t->try_ms = NEVER_MS;
}

/* Only our own pause is ours to end; false: there is none of theirs. They are
 * told of the end of ours by who comes for it, so he asks. */
static bool
rest_on(struct engine *e, struct now now, struct transfer *t)
{
	bool was_ours = t->paused_here;

	if (t->state != TRANSFER_PAUSED || !t->paused_there ||
	    t->reason != NULL)
		return false;
	if (!was_ours)
		return true;
	t->paused_here = false;
	t->attempts = 0;
	t->try_ms = t->mine ? NEVER_MS : now.mono_ms;
	transfer_set_state(e, now, t, TRANSFER_PAUSED, NULL);
	return true;
}

void
earshot_transfer_resume(struct engine *e, struct now now, struct transfer *t)
{
	struct contact *k = contact_find(e, &t->peer);
	bool rests = rest_on(e, now, t);

	if (!t->mine) {
		if (rests)
			return;
		earshot_transfer_fetch(e, now, t);
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
		return;
	}
	if (!rests) {
		t->paused_here = t->paused_there = false;
		/* They may have paused it since, and say so to who comes. */
		t->try_ms = now.mono_ms + ASK_MS;
		transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
	}
	if (k != NULL && k->conn != 0) {
		chat_file_call(k->chat, &t->message);
		talk_flush(e, now, k);
	} else if (k != NULL) {
		dialling_want(k, now, 0);
	}
}
