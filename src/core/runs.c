/* SPDX-License-Identifier: MIT */
/*
 * The commands that run, ours at others and theirs here. They live as long as
 * a session does and are kept nowhere: what was asked for once is never asked
 * for again, whatever breaks in between.
 */
#include "core/runs.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/legacy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The longest is an output, padded. */
enum { MESSAGE_ROOM = 2 * RUN_PIECE_MAX };

void
runs_init(struct engine *e, struct now now)
{
	e->runs = xcalloc(1, sizeof(*e->runs));
	bucket_init(&e->runs->refusals, RUN_REFUSALS_PER_MINUTE * 1000 / 60,
	    RUN_REFUSALS_BURST, now.mono_ms);
}

void
run_remove(struct run *r)
{
	free(r->name);
	free(r->line);
	free(r->args);
	buf_clear(&r->held);
	*r = (struct run){ .token = 0 };
}

void
runs_free(struct engine *e)
{
	for (size_t i = 0; i < RUNS_MAX; i++)
		run_remove(&e->runs->list[i]);
	free(e->runs);
}

size_t
runs_count(const struct engine *e, bool ours, const struct fp *peer)
{
	size_t count = 0;

	for (size_t i = 0; i < RUNS_MAX; i++) {
		const struct run *r = &e->runs->list[i];
		count += r->token != 0 && r->ours == ours &&
			 (peer == NULL || fp_equal(&r->peer, peer));
	}
	return count;
}

struct run *
run_add(struct engine *e, const struct fp *peer, bool ours)
{
	if (runs_count(e, ours, NULL) >=
	    (ours ? (size_t)RUNS_ASKED_MAX : (size_t)RUNS_HERE_MAX))
		return NULL;
	if (!ours && runs_count(e, false, peer) >= RUNS_OF_ONE_MAX)
		return NULL;
	struct run *r = e->runs->list;
	while (r->token != 0)
		r++;
	if (++e->next_token == 0)
		e->next_token = 1;
	*r = (struct run){
		.token = e->next_token,
		.ours = ours,
		.peer = *peer,
		.due_ms = NEVER_MS,
	};
	buf_init(&r->held, RUN_OUTPUT_MAX);
	return r;
}

struct run *
run_find(
    struct engine *e, const struct fp *peer, bool ours, const struct msg_id *id)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *r = &e->runs->list[i];
		if (r->token != 0 && r->ours == ours && (!ours || r->sent) &&
		    fp_equal(&r->peer, peer) && msg_id_equal(&r->id, id))
			return r;
	}
	return NULL;
}

void
run_send(struct engine *e, struct now now, const struct fp *peer, struct msg *m)
{
	struct contact *k = contact_find(e, peer);
	struct conn *c = k == NULL ? NULL : conn_get(e, k->conn);
	size_t n;

	if (c == NULL)
		return;
	uint8_t *bytes = xmalloc(MESSAGE_ROOM);
	int err = msg_encode(m, bytes, MESSAGE_ROOM, &n);
	assert(err == 0);
	/* One that has no room any more is about to be lost, and all that runs
	 * over it. */
	if (err == 0 && carrier_send(&c->carrier, now, bytes, n) < 0)
		c->deadline_ms = now.mono_ms;
	free(bytes);
	conn_flush(e, now, c);
}

void
run_send_news(struct engine *e, struct now now, const struct run *r,
    uint8_t type, uint8_t end, uint8_t code)
{
	struct msg m = { .type = type,
		.news = { .target = r->id, .end = end, .code = code } };

	run_send(e, now, &r->peer, &m);
}

static void
stop(struct engine *e, struct now now, struct run *r)
{
	if (!r->ours) {
		run_kill(e, now, r, RUN_STOPPED);
		return;
	}
	if (r->sent)
		run_send_news(e, now, r, MSG_RUN_STOP, 0, 0);
	run_answered(e, now, r, RUN_STOPPED, 0);
}

static void
stop_all(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);
	size_t count = 0;

	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *r = &e->runs->list[i];
		if (r->token == 0 || !fp_equal(&r->peer, &cmd->peer))
			continue;
		stop(e, now, r);
		count++;
	}
	if (count == 0)
		engine_error(e, now, cmd->conv, "nothing runs with %s",
		    p == NULL ? "?" : p->name);
}

void
runs_command(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);

	if (notes_are(e, &cmd->peer))
		notes_refuse(e, now, cmd);
	else if (p != NULL && peer_is_legacy(p))
		engine_error(e, now, cmd->conv,
		    "not run: the %s dialect of %s has no key to be known by",
		    dialect_text(p->dialect), p->name);
	else if (cmd->on)
		stop_all(e, now, cmd);
	else
		run_ask(e, now, cmd);
}

bool
runs_input(struct engine *e, struct now now, struct contact *k,
    const uint8_t *p, size_t n)
{
	struct msg m;
	struct run *r;

	/* What cannot be read is refused by the chat, like all else. */
	if (n == 0 || p[0] < MSG_RUN || p[0] > MSG_RUN_STOP ||
	    msg_decode(p, n, &m) < 0)
		return false;
	if (m.type == MSG_RUN) {
		run_asked(e, now, k, &m.run);
		return true;
	}
	r = run_find(e, &k->fp, m.type != MSG_RUN_STOP, &m.news.target);
	if (r == NULL)
		return true;
	if (m.type == MSG_RUN_OUTPUT)
		run_heard(e, now, r, &m.news);
	else if (m.type == MSG_RUN_END)
		run_answered(e, now, r, m.news.end, m.news.code);
	else
		run_kill(e, now, r, RUN_STOPPED);
	return true;
}

void
runs_nacked(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id)
{
	struct run *r = run_find(e, &k->fp, true, id);

	if (r != NULL)
		run_give_up(
		    e, now, r, N_("their earshot does not know this kind"));
}

void
runs_session_up(struct engine *e, struct now now, struct contact *k)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *r = &e->runs->list[i];
		if (r->token != 0 && r->ours && !r->sent &&
		    fp_equal(&r->peer, &k->fp))
			run_request(e, now, r);
	}
}

void
runs_session_down(struct engine *e, struct now now, struct contact *k)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *r = &e->runs->list[i];
		if (r->token == 0 || !fp_equal(&r->peer, &k->fp))
			continue;
		if (!r->ours)
			run_kill(e, now, r, RUN_STOPPED);
		else if (r->sent)
			run_give_up(
			    e, now, r, N_("the connection to them ended"));
	}
}

void
runs_tick(struct engine *e, struct now now)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *r = &e->runs->list[i];
		if (r->token == 0 || now.mono_ms < r->due_ms)
			continue;
		if (r->ours)
			run_give_up(e, now, r, N_("they are not there"));
		else
			run_tell(e, now, r);
	}
}

int64_t
runs_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < RUNS_MAX; i++)
		if (e->runs->list[i].token != 0)
			at = earlier_ms(at, e->runs->list[i].due_ms);
	return at;
}
