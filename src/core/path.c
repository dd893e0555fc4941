/* SPDX-License-Identifier: MIT */
/*
 * A test of the way to somebody. Each step begins as soon as those that it
 * needs are over, and has a time of its own; whatever ends one, an answer, an
 * error or the clock, is followed by a look at all the others.
 */
#include "core/path_steps.h"

#include "base/err.h"
#include "core/probes.h"

#include <errno.h>
#include <string.h>

enum {
	ECHO_MS = 2000,
	HEARD_MS = 1500,
	/* Before, what we announced was hardly heard. */
	HEARD_WAIT_MS = 2000,
	/* What was announced a little before the test counts as well. */
	LOOK_BACK_MS = 5000,
	LOAD_MS = 10000,
};

static const struct path_outcome *
step(const struct path_test *t, enum path_step which)
{
	return &t->path.steps[which];
}

static bool
is_over(const struct path_test *t, enum path_step which)
{
	return step(t, which)->state >= PATH_OK;
}

static bool
is_ok(const struct path_test *t, enum path_step which)
{
	return step(t, which)->state == PATH_OK;
}

static bool
waits(const struct path_test *t, enum path_step which)
{
	return step(t, which)->state == PATH_WAITS;
}

/* The session that messages go through: that of the chat where there is one,
 * since that is the way they take; else our own. NULL, and nothing to wait for,
 * where there will be none. */
static struct conn *
carrying(struct engine *e, struct path_test *t)
{
	struct contact *k =
	    t->path.has_peer ? contact_find(e, &t->path.peer) : NULL;
	struct conn *c = k == NULL ? NULL : conn_get(e, k->conn);

	if (c != NULL && c->state == CONN_OPEN && probes_may_ask(e, k))
		return c;
	return t->ready ? conn_get(e, t->conn) : NULL;
}

static void
try_message(
    struct engine *e, struct now now, struct path_test *t, enum path_step which)
{
	bool heard = which == PATH_HEARD;
	struct conn *c = carrying(e, t);

	if (c == NULL) {
		if (is_over(t, PATH_HANDSHAKE) && t->conn == 0)
			path_skip(t, which,
			    t->asks || !t->path.has_peer ? PATH_WHY_EARLIER
							 : PATH_WHY_STRANGER);
		return;
	}
	path_begin(t, now, which, heard ? HEARD_MS : ECHO_MS);
	t->path.over_udp = c->carrier.transport == CARRIER_UDP;
	t->nonces[which] = probes_ask(e, now, c,
	    heard ? MSG_HEARD_ASK : MSG_ECHO, t->started_ms - LOOK_BACK_MS);
	if (t->nonces[which] == 0)
		path_fail(t, now, which, PATH_WHY_CLOSED, 0);
}

static void
advance_messages(struct engine *e, struct now now, struct path_test *t)
{
	if (waits(t, PATH_ECHO))
		try_message(e, now, t, PATH_ECHO);
	if (waits(t, PATH_HEARD) && is_over(t, PATH_ECHO)) {
		if (!is_ok(t, PATH_ECHO))
			path_skip(t, PATH_HEARD,
			    step(t, PATH_ECHO)->state == PATH_SKIPPED
				? step(t, PATH_ECHO)->why
				: PATH_WHY_EARLIER);
		else if (now.mono_ms >= t->started_ms + HEARD_WAIT_MS)
			try_message(e, now, t, PATH_HEARD);
	}
	if (!waits(t, PATH_LOAD) || !is_over(t, PATH_ECHO))
		return;
	if (t->ready && is_ok(t, PATH_ECHO)) {
		path_begin(t, now, PATH_LOAD, LOAD_MS);
		path_load_more(e, now, t);
	} else if (t->conn == 0) {
		path_skip(t, PATH_LOAD,
		    step(t, PATH_ECHO)->state == PATH_SKIPPED
			? step(t, PATH_ECHO)->why
			: PATH_WHY_EARLIER);
	} else if (!is_ok(t, PATH_ECHO)) {
		path_skip(t, PATH_LOAD, PATH_WHY_EARLIER);
	}
}

static void
advance(struct engine *e, struct now now, struct path_test *t)
{
	bool pinged = is_over(t, PATH_PING) && is_over(t, PATH_PING_OWN);

	if (waits(t, PATH_PING_LARGE)) {
		if (is_ok(t, PATH_PING_OWN) || is_ok(t, PATH_PING))
			path_ping_begin(e, now, t, PATH_PING_LARGE);
		else if (pinged)
			path_skip(t, PATH_PING_LARGE,
			    step(t, PATH_PING)->state == PATH_SKIPPED
				? step(t, PATH_PING)->why
				: PATH_WHY_EARLIER);
	}
	/* By now something was sent there, so the system has asked. */
	if (waits(t, PATH_NEIGHBOUR) && pinged && is_over(t, PATH_TCP))
		path_look(e, now, t);
	if (waits(t, PATH_HANDSHAKE) && is_over(t, PATH_TCP) &&
	    !is_ok(t, PATH_TCP))
		path_skip(t, PATH_HANDSHAKE,
		    step(t, PATH_TCP)->state == PATH_SKIPPED
			? step(t, PATH_TCP)->why
			: PATH_WHY_EARLIER);
	advance_messages(e, now, t);
}

static void
tell(struct engine *e, struct now now, struct path_test *t)
{
	bool ended = true;

	advance(e, now, t);
	for (int i = 0; i < PATH_STEPS; i++)
		ended = ended && is_over(t, (enum path_step)i);
	if (!t->changed)
		return;
	t->changed = false;
	t->path.ended = ended;
	if (ended) {
		path_hang_up(e, now, t);
		t->used = false;
	}
	effect_add(e, (struct effect){ .kind = EFFECT_PATH,
			  .token = t->path.token,
			  .path = &t->path,
			  .on = ended });
}

static struct path_test *
test_find(struct engine *e, uint32_t token)
{
	for (size_t i = 0; i < PATH_TESTS_MAX; i++)
		if (e->paths[i].used && e->paths[i].path.token == token)
			return &e->paths[i];
	return NULL;
}

void
path_opened(struct engine *e, struct now now, struct conn *c)
{
	struct path_test *t = test_find(e, c->path);

	if (t == NULL)
		return;
	path_succeed(t, now, PATH_TCP);
	path_begin(t, now, PATH_HANDSHAKE, PATH_HANDSHAKE_MS);
	tell(e, now, t);
}

void
path_judged(struct engine *e, struct now now, const struct conn *c,
    const struct session_event *ev, int err)
{
	struct path_test *t = test_find(e, c->path);

	if (t == NULL || step(t, PATH_HANDSHAKE)->state != PATH_RUNS)
		return;
	if (err == ERR_IDENTITY) {
		bool self = fp_equal(&ev->fp, &e->identity->fp);
		path_fail(t, now, PATH_HANDSHAKE,
		    self ? PATH_WHY_SELF : PATH_WHY_IDENTITY, 0);
		return;
	}
	if (err == ERR_VERSION) {
		path_fail(t, now, PATH_HANDSHAKE, PATH_WHY_VERSION, 0);
		return;
	}
	t->path.has_peer = true;
	t->path.peer = ev->fp;
	t->path.has_skew = true;
	t->path.clock_skew_ms = clock_skew_ms(ev->hello.wall_ms, now.wall_ms);
	t->asks = err == 0;
	t->proven = true;
	/* It is who it is; and we go no further. */
	if (err < 0)
		path_succeed(t, now, PATH_HANDSHAKE);
}

void
path_ready(struct engine *e, struct now now, struct conn *c)
{
	struct path_test *t = test_find(e, c->path);

	if (t == NULL) {
		c->deadline_ms = now.mono_ms;
		return;
	}
	t->ready = true;
	path_succeed(t, now, PATH_HANDSHAKE);
	tell(e, now, t);
}

void
path_conn_gone(struct engine *e, struct now now, uint32_t token, int sys_errno)
{
	struct path_test *t = test_find(e, token);
	enum path_why why = sys_errno == 0 ? PATH_WHY_CLOSED : PATH_WHY_SYSTEM;

	if (t == NULL)
		return;
	t->conn = 0;
	t->ready = false;
	if (step(t, PATH_TCP)->state == PATH_RUNS) {
		bool late = sys_errno == 0 || sys_errno == ETIMEDOUT;
		path_fail(
		    t, now, PATH_TCP, late ? PATH_WHY_TIMEOUT : why, sys_errno);
	} else if (step(t, PATH_HANDSHAKE)->state == PATH_RUNS && t->proven) {
		/* It knew us by then, and hung up. */
		path_succeed(t, now, PATH_HANDSHAKE);
		if (carrying(e, t) == NULL)
			path_skip(t, PATH_ECHO, PATH_WHY_REFUSED);
		else if (waits(t, PATH_LOAD))
			path_skip(t, PATH_LOAD, PATH_WHY_REFUSED);
	} else if (step(t, PATH_HANDSHAKE)->state == PATH_RUNS) {
		path_fail(t, now, PATH_HANDSHAKE, why, sys_errno);
	} else if (step(t, PATH_LOAD)->state == PATH_RUNS) {
		path_fail(t, now, PATH_LOAD, why, sys_errno);
	}
	tell(e, now, t);
}

void
path_answered(struct engine *e, struct now now, struct conn *c,
    const struct msg *m, enum hears hears)
{
	bool heard = m->type == MSG_HEARD;
	enum path_step which = heard ? PATH_HEARD : PATH_ECHO;
	uint64_t nonce = heard ? m->heard.nonce : m->echo.nonce;

	for (size_t i = 0; i < PATH_TESTS_MAX; i++) {
		struct path_test *t = &e->paths[i];
		if (!t->used)
			continue;
		bool is_it = nonce != 0 && t->nonces[which] == nonce &&
			     step(t, which)->state == PATH_RUNS;
		if (is_it && heard) {
			t->path.hears_us = hears;
			t->path.heard_count = (unsigned)m->heard.count;
			t->path.heard_s =
			    m->heard.count == 0 ? 0 : m->heard.all[0].ago_s;
		}
		if (is_it)
			path_succeed(t, now, which);
		else if (!heard && c->path == t->path.token)
			path_load_back(e, now, t, m->echo.size);
		else
			continue;
		tell(e, now, t);
	}
}

void
path_ping_back(struct engine *e, struct now now, uint64_t nonce)
{
	for (size_t i = 0; i < PATH_TESTS_MAX; i++) {
		struct path_test *t = &e->paths[i];
		for (int s = PATH_PING; t->used && s <= PATH_PING_LARGE; s++) {
			enum path_step which = (enum path_step)s;
			if (step(t, which)->state != PATH_RUNS ||
			    t->nonces[s] != nonce)
				continue;
			path_succeed(t, now, which);
			tell(e, now, t);
		}
	}
}

void
path_looked_up(struct engine *e, struct now now, uint32_t token,
    const struct looked_up *answer)
{
	struct path_test *t = test_find(e, token);

	if (t == NULL || step(t, PATH_NEIGHBOUR)->state != PATH_RUNS)
		return;
	t->path.has_mac = answer->has_mac;
	memcpy(t->path.mac, answer->mac, sizeof(t->path.mac));
	if (answer->has_mac)
		path_succeed(t, now, PATH_NEIGHBOUR);
	else
		path_fail(t, now, PATH_NEIGHBOUR, PATH_WHY_TIMEOUT, 0);
	tell(e, now, t);
}

static struct path_test *
test_new(struct engine *e, bool load)
{
	struct path_test *free_one = NULL;

	for (size_t i = 0; i < PATH_TESTS_MAX; i++) {
		if (!e->paths[i].used)
			free_one = &e->paths[i];
		else if (load && e->paths[i].load)
			return NULL;
	}
	return free_one;
}

uint32_t
engine_path(struct engine *e, struct now now, const struct path_ask *ask)
{
	effects_begin(e, now);
	struct path_test *t = test_new(e, ask->load);
	if (t == NULL || e->model->leaving)
		return 0;
	if (++e->next_token == 0)
		e->next_token = 1;
	*t = (struct path_test){
		.used = true,
		.load = ask->load,
		.asks = ask->has_peer &&
			probes_may_ask(e, contact_find(e, &ask->peer)),
		.path = { .token = e->next_token,
		    .has_peer = ask->has_peer,
		    .peer = ask->peer,
		    .addr = ask->addr },
		.started_ms = now.mono_ms,
		.changed = true,
	};
	discover_announce(e->discover, now);
	path_start(e, now, t);
	tell(e, now, t);
	engine_tick_rest(e, now);
	return t->path.token;
}

void
engine_path_stop(struct engine *e, struct now now, uint32_t token)
{
	effects_begin(e, now);
	struct path_test *t = test_find(e, token);
	if (t == NULL)
		return;
	path_hang_up(e, now, t);
	t->used = false;
}

static int64_t
test_deadline(const struct path_test *t)
{
	int64_t at = NEVER_MS;

	for (int i = 0; i < PATH_STEPS; i++) {
		if (t->path.steps[i].state != PATH_RUNS)
			continue;
		at = earlier_ms(at, t->due_ms[i]);
		if (i >= PATH_PING && i <= PATH_PING_LARGE)
			at = earlier_ms(at, t->again_ms[i]);
	}
	if (waits(t, PATH_HEARD) && is_ok(t, PATH_ECHO))
		at = earlier_ms(at, t->started_ms + HEARD_WAIT_MS);
	return at;
}

int64_t
paths_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < PATH_TESTS_MAX; i++)
		if (e->paths[i].used)
			at = earlier_ms(at, test_deadline(&e->paths[i]));
	return at;
}

void
paths_tick(struct engine *e, struct now now)
{
	for (size_t i = 0; i < PATH_TESTS_MAX; i++) {
		struct path_test *t = &e->paths[i];
		if (!t->used || test_deadline(t) > now.mono_ms)
			continue;
		path_late(e, now, t);
		tell(e, now, t);
	}
}
