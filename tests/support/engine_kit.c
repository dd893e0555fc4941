/* SPDX-License-Identifier: MIT */
#include "engine_kit.h"

#include "base/mem.h"
#include "core/engine_state.h"
#include "discover_kit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_MAX = 65536, SPINS_MAX = 2000 };

static void
start(struct ekit *k, const char *name, bool quiet)
{
	struct saved saved;
	struct engine_cfg cfg = {
		.identity = &k->identity,
		.rng = rng_seeded(
		    &k->seed, k->number + 1000 * (k->epoch - KIT_EPOCH)),
		.epoch = k->epoch,
		.name = name,
		.tcp_port = DISCOVERY_PORT,
		.udp_port = 50000,
		.discovery_port = DISCOVERY_PORT,
		.quiet = quiet,
		.saved = &saved,
	};

	memstore_load(&k->store, &saved);
	k->engine = engine_new(&cfg, k->now);
	saved_clear(&saved);
	engine_start(k->engine, k->now);
	ekit_drain(k);
}

void
ekit_init_with(struct ekit *k, uint32_t number, const struct pin *pins,
    size_t count, bool quiet)
{
	memset(k, 0, sizeof *k);
	kit_identity(&k->identity, 1000000 + number);
	k->number = number;
	k->epoch = KIT_EPOCH;
	k->now = (struct now){ .mono_ms = 1000000,
		.wall_ms = INT64_C(1795168920000) };
	for (size_t i = 0; i < count; i++) {
		struct change c = { .kind = CHANGE_PIN, .pin = &pins[i] };
		memstore_apply(&k->store, &c);
	}
	memstore_commit(&k->store);
	start(k, "me", quiet);
}

void
ekit_init(struct ekit *k, uint32_t number)
{
	ekit_init_with(k, number, NULL, 0, false);
}

void
ekit_clear(struct ekit *k)
{
	for (size_t i = 0; i < k->remote_count; i++) {
		end_clear(&k->remotes[i]->end);
		free(k->remotes[i]->raw);
		free(k->remotes[i]);
	}
	engine_free(k->engine);
	memstore_clear(&k->store);
}

void
ekit_restart(struct ekit *k)
{
	for (size_t i = 0; i < k->remote_count; i++)
		remote_restart(k->remotes[i]);
	engine_free(k->engine);
	memstore_rollback(&k->store);
	k->dial_count = 0;
	k->loading = false;
	k->epoch++;
	start(k, "me", false);
}

static struct remote *
remote_of(struct ekit *k, uint32_t conn)
{
	for (size_t i = 0; i < k->remote_count; i++) {
		if (k->remotes[i]->conn == conn)
			return k->remotes[i];
	}
	return NULL;
}

static void
take_text(struct remote *r, struct now now, const struct msg_post *t)
{
	uint8_t bytes[128];
	size_t n;
	char *text = peer_text(t->text, PEER_TEXT_LINE, NULL);
	struct msg ack = { .type = MSG_ACK,
		.ack = { .state = ACK_STORED, .count = 1, .ids = { t->id } } };

	r->texts++;
	r->last_id = t->id;
	snprintf(r->last_text, sizeof r->last_text, "%.255s", text);
	free(text);
	if (r->hold_acks || msg_encode(&ack, bytes, sizeof bytes, &n) < 0)
		return;
	session_send(r->end.session, now, bytes, n);
}

static void
take_line(struct remote *r, struct untrusted line)
{
	char *text = peer_text(line, PEER_TEXT_LINE, NULL);

	snprintf(r->last_text, sizeof r->last_text, "%.255s", text);
	free(text);
}

static void
take_run(struct remote *r, const struct msg *m)
{
	r->runs += m->type == MSG_RUN;
	r->run_outputs += m->type == MSG_RUN_OUTPUT;
	r->run_ends += m->type == MSG_RUN_END;
	r->run_stops += m->type == MSG_RUN_STOP;
	if (m->type == MSG_RUN) {
		take_line(r, m->run.name);
		r->last_id = m->run.id;
		r->run_args = m->run.args_size;
	}
	if (m->type == MSG_RUN_OUTPUT)
		take_line(r, m->news.text);
	if (m->type == MSG_RUN_END) {
		r->run_end = m->news.end;
		r->run_code = m->news.code;
	}
}

static void
take_probe(struct remote *r, const struct msg *m)
{
	if (m->type == MSG_HEARD_ASK) {
		r->asked++;
		r->last_ask = m->heard.nonce;
	} else if (m->type == MSG_HEARD) {
		r->heards++;
		r->last_heard = m->heard;
	} else {
		r->echoes++;
		r->last_echo = m->echo;
	}
}

static void
take_message(struct remote *r, struct now now)
{
	struct msg m;
	int err = msg_decode(r->end.event.bytes, r->end.event.size, &m);

	assert(err == 0);
	(void)err;
	if (msg_is_post(m.type)) {
		r->last_type = m.type;
		r->last_target = m.post.target;
		r->last_seq = m.post.seq;
		r->last_prev = m.post.prev;
		take_text(r, now, &m.post);
	}
	take_run(r, &m);
	if (m.type == MSG_ACK && m.ack.state == ACK_SHOWN) {
		r->shown++;
		r->shown_id = m.ack.ids[0];
		return;
	}
	if (m.type == MSG_ACK) {
		r->acks += (unsigned)m.ack.count;
		r->ack_state = m.ack.state;
	}
	r->nacks += m.type == MSG_NACK;
	if (m.type == MSG_NACK)
		r->nack_code = m.nack.code;
	r->statuses += m.type == MSG_STATUS;
	if (m.type == MSG_STATUS)
		r->away = m.status.away;
	r->typings += m.type == MSG_TYPING;
	if (m.type == MSG_HEARD || m.type == MSG_HEARD_ASK ||
	    m.type == MSG_ECHO_BACK)
		take_probe(r, &m);
}

static void
remote_events(struct remote *r, struct now now)
{
	struct end *end = &r->end;

	while (end->error == 0 && (end->error = session_next(
				       end->session, now, &end->event)) == 1) {
		end->error = 0;
		end->hellos += end->event.kind == SESSION_HELLO;
		end->readies += end->event.kind == SESSION_READY;
		if (end->event.kind == SESSION_HELLO)
			end->error = session_accept(end->session, now);
		if (end->event.kind == SESSION_MESSAGE)
			take_message(r, now);
		if (end->event.kind == SESSION_CLOSED) {
			end->closes++;
			r->close_reason = end->event.reason;
		}
	}
}

static void
remote_input(struct remote *r, struct now now, const uint8_t *p, size_t n)
{
	while (n > 0 && r->end.error == 0) {
		size_t part = n < READ_MAX ? n : READ_MAX;
		r->end.error = session_input(r->end.session, now, p, part);
		remote_events(r, now);
		p += part;
		n -= part;
	}
}

static void
take_raw(struct wire *w, const struct effect *e)
{
	assert(w->size + e->size <= WIRE_MAX);
	memcpy(w->bytes + w->size, e->bytes, e->size);
	w->size += e->size;
}

static void
take_told(struct ekit *k, const struct effect *e)
{
	k->told = *e;
	k->told.text = k->told_text;
	snprintf(k->told_text, sizeof k->told_text, "%s",
	    e->text == NULL ? "" : e->text);
	k->told.line = e->line == NULL ? NULL : k->told_line;
	snprintf(k->told_line, sizeof k->told_line, "%s",
	    e->line == NULL ? "" : e->line);
}

static void
take_elsewhere(struct kit_ports *p, const struct effect *e)
{
	if ((e->kind == EFFECT_LISTEN || e->kind == EFFECT_UNLISTEN) &&
	    p->listen_count < KIT_PORTS_MAX)
		p->listens[p->listen_count++] = *e;
	if (e->via != 0) {
		assert(e->size <= KIT_TALK_MAX);
		p->datagrams += e->kind == EFFECT_DATAGRAM;
		p->broadcasts += e->kind == EFFECT_BROADCAST;
		p->last = *e;
		memcpy(p->bytes, e->bytes, e->size);
	}
	if (e->kind == EFFECT_SEND && p->sent_size + e->size < KIT_TALK_MAX) {
		p->conn = e->conn;
		memcpy(p->sent + p->sent_size, e->bytes, e->size);
		p->sent_size += e->size;
	}
	if (e->kind == EFFECT_CLOSE)
		p->closed = e->conn;
}

static void
run_effect(struct ekit *k, const struct effect *e)
{
	struct remote *r = e->conn == 0 ? NULL : remote_of(k, e->conn);

	k->counts[e->kind]++;
	if (r == NULL)
		take_elsewhere(&k->ports, e);
	if (e->kind == EFFECT_SEND && r != NULL && r->raw != NULL)
		take_raw(r->raw, e);
	else if (e->kind == EFFECT_SEND && r != NULL && !r->silent)
		remote_input(r, k->now, e->bytes, e->size);
	if (e->kind == EFFECT_CLOSE && r != NULL) {
		r->closed = true;
		r->conn = 0;
	}
	if (e->kind == EFFECT_CLOSE) {
		for (size_t i = 0; i < k->dial_count; i++) {
			if (k->dials[i].conn == e->conn)
				k->dials[i--] = k->dials[--k->dial_count];
		}
	}
	if (e->kind == EFFECT_DIAL) {
		assert(k->dial_count < KIT_DIALS_MAX);
		k->dials[k->dial_count++] =
		    (struct kit_dial){ .conn = e->conn, .addr = e->addr };
	}
	if (e->kind == EFFECT_RESOLVE) {
		k->token = e->token;
		k->port = e->port;
		snprintf(k->host, sizeof k->host, "%s", e->text);
	}
	if (e->kind == EFFECT_STORE)
		memstore_apply(&k->store, e->change);
	if (e->kind == EFFECT_LOAD) {
		k->load = *e;
		k->loading = true;
	}
	if (e->kind == EFFECT_REVISED || e->kind == EFFECT_QUERY ||
	    e->kind == EFFECT_SETTING || e->kind == EFFECT_RUN ||
	    e->kind == EFFECT_LOOKUP || e->kind == EFFECT_HOST ||
	    e->kind == EFFECT_NOTICE)
		take_told(k, e);
	if (e->kind == EFFECT_DELIVERY && e->serial == 0)
		k->unseen++;
	if (e->serial != 0) {
		/* What is reported is there. */
		const struct conv *c =
		    model_conv(engine_model(k->engine), e->conv);
		assert(c != NULL && conv_message(c, e->serial)->text != NULL);
		(void)c;
	}
}

static void
pull(struct ekit *k)
{
	struct effect e;

	while (engine_next(k->engine, &e))
		run_effect(k, &e);
}

void
ekit_commit(struct ekit *k, bool ok)
{
	if (ok)
		memstore_commit(&k->store);
	else
		memstore_rollback(&k->store);
	engine_committed(k->engine, k->now, ok, ok ? NULL : "the disk is full");
	pull(k);
}

static void
answer_load(struct ekit *k)
{
	struct saved_page page;

	k->loading = false;
	memstore_page(
	    &k->store, &k->load.fp, k->load.row, k->load.count, &page);
	engine_history(k->engine, k->now, &k->load.fp, &page);
	saved_page_clear(&page);
	pull(k);
}

void
ekit_drain(struct ekit *k)
{
	pull(k);
	while (!k->hold_loads && k->loading)
		answer_load(k);
	while (!k->hold_commits && memstore_is_dirty(&k->store))
		ekit_commit(k, !k->full);
}

/* One read of what r has to say; false when there is nothing, or it must wait
 * in the socket. */
static bool
remote_to_engine(struct ekit *k, struct remote *r)
{
	size_t n;

	if (r->conn == 0 || r->silent || r->end.session == NULL)
		return false;
	const uint8_t *p = session_output(r->end.session, &n);
	if (n == 0 || !engine_reading(k->engine, r->conn))
		return false;
	n = n < READ_MAX ? n : READ_MAX;
	engine_bytes(k->engine, k->now, r->conn, p, n);
	session_consume(r->end.session, n);
	ekit_drain(k);
	return true;
}

void
ekit_run(struct ekit *k)
{
	bool moved;

	ekit_drain(k);
	do {
		moved = false;
		for (size_t i = 0; i < k->remote_count; i++)
			moved |= remote_to_engine(k, k->remotes[i]);
	} while (moved);
}

void
ekit_pass(struct ekit *k, int64_t ms)
{
	int64_t end = k->now.mono_ms + ms, wall = k->now.wall_ms + ms;
	unsigned spins = 0;

	ekit_run(k);
	for (;;) {
		int64_t at = engine_deadline(k->engine);
		if (at > end)
			break;
		spins = at > k->now.mono_ms ? 0 : spins + 1;
		/* Due again and again at one moment: it would never sleep. */
		assert(spins < SPINS_MAX);
		if (at > k->now.mono_ms)
			k->now.mono_ms = at;
		engine_tick(k->engine, k->now);
		ekit_run(k);
	}
	k->now.mono_ms = end;
	k->now.wall_ms = wall;
	ekit_run(k);
}

void
ekit_command(struct ekit *k, enum command_kind kind, const struct fp *fp,
    const char *text)
{
	struct command cmd = { .kind = kind, .conv = CONV_NEARBY };

	if (fp != NULL)
		cmd.peer = *fp;
	if (text != NULL)
		cmd.text = xstrdup(text);
	engine_command(k->engine, k->now, &cmd);
	ekit_run(k);
}

void
ekit_do(struct ekit *k, const struct command *cmd)
{
	struct command copy = *cmd;

	if (cmd->text != NULL)
		copy.text = xstrdup(cmd->text);
	if (copy.conv == 0)
		copy.conv = CONV_NEARBY;
	engine_command(k->engine, k->now, &copy);
	ekit_run(k);
}

void
ekit_say(struct ekit *k, const struct remote *r, const char *text)
{
	ekit_command(k, COMMAND_SAY, &r->end.identity.fp, text);
}

void
ekit_hear(struct ekit *k, const struct remote *r, const char *name,
    const struct addr *addr, uint32_t seq)
{
	struct beacon b =
	    kit_beacon(&r->end.identity, BEACON_ANNOUNCE, r->hello.epoch, seq);

	b.name = untrusted_of(name, strlen(name));
	memcpy(b.instance, r->hello.instance, INSTANCE_SIZE);
	b.tcp_port = addr->port;
	b.udp_port = r->udp_port;
	struct kit_datagram g = kit_sign(&b, &r->end.identity);
	struct addr from = *addr;
	from.port = 50001;
	engine_datagram(k->engine, k->now, &from, true, g.bytes, g.size);
	ekit_run(k);
}

struct addr
ekit_addr(uint32_t number)
{
	struct addr a = kit_addr(number);

	a.port = DISCOVERY_PORT;
	return a;
}

struct remote *
ekit_remote(struct ekit *k, uint32_t number)
{
	struct remote *r = xcalloc(1, sizeof *r);

	assert(k->remote_count < KIT_REMOTES_MAX);
	end_identity(&r->end, number);
	r->hello = end_hello(&r->end, number, k->now);
	r->next_seq = 1;
	k->remotes[k->remote_count++] = r;
	return r;
}

bool
remote_connect(struct ekit *k, struct remote *r, const struct addr *addr)
{
	r->conn = engine_accepted(k->engine, k->now, addr);
	ekit_drain(k);
	if (r->conn == 0)
		return false;
	end_start(&r->end, &r->hello, NOISE_INITIATOR, k->now, 0);
	ekit_run(k);
	return true;
}

bool
remote_connect_raw(struct ekit *k, struct remote *r, const struct addr *addr)
{
	if (r->raw == NULL)
		r->raw = xmalloc(sizeof *r->raw);
	r->raw->size = 0;
	r->closed = false;
	r->conn = engine_accepted(k->engine, k->now, addr);
	ekit_drain(k);
	return r->conn != 0;
}

void
ekit_give(struct ekit *k, struct remote *r, const uint8_t *p, size_t n)
{
	unsigned waits = 0;

	while (n > 0 && r->conn != 0) {
		size_t part = n < READ_MAX ? n : READ_MAX;
		if (!engine_reading(k->engine, r->conn)) {
			assert(waits++ < SPINS_MAX);
			ekit_pass(k, 50);
			continue;
		}
		engine_bytes(k->engine, k->now, r->conn, p, part);
		ekit_drain(k);
		p += part;
		n -= part;
	}
	ekit_run(k);
}

void
remote_open_raw(
    struct ekit *k, struct remote *r, struct raw *raw, const struct addr *addr)
{
	static struct wire w;
	static const uint8_t ready = SESSION_CONTROL_READY;
	bool in = remote_connect_raw(k, r, addr);

	assert(in);
	(void)in;
	raw_start(raw, addr->ip[3], &w);
	r->end.identity = raw->identity;
	ekit_give(k, r, w.bytes, w.size);
	w.size = 0;
	struct hello h = raw_hello(raw);
	raw_finish(raw, r->raw, &h, &w);
	raw_record(raw, &w, KIT_FIN, &ready, 1);
	ekit_give(k, r, w.bytes, w.size);
	assert(r->conn != 0);
}

static uint32_t
take_dial(struct ekit *k)
{
	assert(k->dial_count > 0);
	uint32_t conn = k->dials[0].conn;
	k->dial_count--;
	memmove(k->dials, k->dials + 1, k->dial_count * sizeof *k->dials);
	return conn;
}

void
remote_answer(struct ekit *k, struct remote *r)
{
	r->conn = take_dial(k);
	end_start(&r->end, &r->hello, NOISE_RESPONDER, k->now, 0);
	engine_opened(k->engine, k->now, r->conn);
	ekit_run(k);
}

struct remote *
ekit_heard(struct ekit *k, uint32_t number, const char *name)
{
	struct remote *r = ekit_remote(k, number);
	struct addr addr = ekit_addr(number);

	ekit_hear(k, r, name, &addr, 1);
	assert(ekit_peer(k, r) != NULL);
	return r;
}

struct remote *
ekit_friend(struct ekit *k, uint32_t number, const char *name)
{
	struct remote *r = ekit_heard(k, number, name);

	r->hello.name = untrusted_of(name, strlen(name));
	ekit_say(k, r, "hello");
	assert(k->dial_count == 1);
	remote_answer(k, r);
	assert(remote_is_up(r));
	return r;
}

void
ekit_fail_dial(struct ekit *k, int sys_errno)
{
	engine_closed(k->engine, k->now, take_dial(k), sys_errno);
	ekit_run(k);
}

void
remote_lose(struct ekit *k, struct remote *r)
{
	uint32_t conn = r->conn;

	r->conn = 0;
	engine_closed(k->engine, k->now, conn, 0);
	ekit_run(k);
}

void
remote_restart(struct remote *r)
{
	session_free(r->end.session);
	r->end.session = NULL;
	r->end.error = 0;
	r->conn = 0;
	r->closed = false;
	r->hello.instance[7]++;
	r->hello.epoch++;
}

bool
remote_is_up(const struct remote *r)
{
	return r->conn != 0 && r->end.session != NULL && r->end.error == 0 &&
	       session_is_ready(r->end.session);
}

void
remote_send(struct ekit *k, struct remote *r, const struct msg *m)
{
	static uint8_t bytes[MSG_MAX];
	size_t n;
	int err = msg_encode(m, bytes, sizeof bytes, &n);

	assert(err == 0);
	err = session_send(r->end.session, k->now, bytes, n);
	assert(err == 0);
	(void)err;
}

void
remote_say(struct ekit *k, struct remote *r, const char *text)
{
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = r->next_seq,
		    .prev = r->next_seq - 1,
		    .sent_ms = k->now.wall_ms,
		    .text = untrusted_of(text, strlen(text)) } };

	r->next_seq++;
	memcpy(m.post.id.b, r->end.identity.fp.b, 8);
	memcpy(m.post.id.b + 8, &r->next_seq, 8);
	remote_send(k, r, &m);
	ekit_run(k);
}

const struct peer *
ekit_peer(struct ekit *k, const struct remote *r)
{
	return model_peer(engine_model(k->engine), &r->end.identity.fp);
}

const struct conv *
ekit_conv(struct ekit *k, const struct remote *r)
{
	const struct model *m = engine_model(k->engine);

	return r == NULL ? model_conv(m, CONV_NEARBY)
			 : model_conv_of(m, &r->end.identity.fp);
}

const struct message *
ekit_last(struct ekit *k, const struct remote *r, enum message_kind kind)
{
	const struct conv *c = ekit_conv(k, r);

	if (c == NULL)
		return NULL;
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *m = conv_message(c, s - 1);
		if (m->kind == kind)
			return m;
	}
	return NULL;
}

size_t
ekit_count(
    struct ekit *k, const struct remote *r, enum message_kind kind, bool mine)
{
	const struct conv *c = ekit_conv(k, r);
	size_t count = 0;

	if (c == NULL)
		return 0;
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *m = conv_message(c, s);
		count += m->kind == kind && m->mine == mine;
	}
	return count;
}

unsigned
ekit_conns(const struct ekit *k)
{
	unsigned count = 0;

	for (size_t i = 0; i < CONNS_MAX; i++)
		count += k->engine->conns[i] != NULL;
	return count;
}

size_t
ekit_pinned(const struct ekit *k)
{
	size_t count = 0;

	for (size_t i = 0; i < k->store.pin_count; i++)
		count += trust_is_pinned(k->store.pins[i].trust);
	return count;
}
