/* SPDX-License-Identifier: MIT */
/*
 * While a message is being answered its connection is not read: who sends
 * faster than the program answers waits in the socket, and nothing is lost.
 */
#include "app/listen_state.h"

#include "base/lang.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { PER_1000S = 1000 };

static struct guest *
guest_find(struct listening *l, uint32_t conn)
{
	for (size_t i = 0; i < l->guest_count; i++)
		if (l->guests[i].conn == conn)
			return &l->guests[i];
	return NULL;
}

static void
guest_remove(struct listening *l, struct guest *g)
{
	listen_print_guest(l, &g->from, false);
	framing_free(g->framing);
	*g = l->guests[--l->guest_count];
}

static void
guest_close(struct listening *l, struct guest *g)
{
	tcp_close(l->tcp, g->conn, l->now.mono_ms);
	guest_remove(l, g);
}

/* Programs that read lines want an end of the last one, too. */
static bool
add_job(
    struct listening *l, const struct guest *g, const struct framing_message *m)
{
	if (l->framing != FRAMING_LINE)
		return jobs_add(l, g->conn, &g->from, m->bytes, m->size);
	uint8_t *line = xmalloc(m->size + 1);
	if (m->size > 0)
		memcpy(line, m->bytes, m->size);
	line[m->size] = '\n';
	bool added = jobs_add(l, g->conn, &g->from, line, m->size + 1);
	free(line);
	return added;
}

/* One message, if there is one and it may be now. False when g is gone or has
 * nothing more. */
static bool
take_one(struct listening *l, struct guest *g)
{
	struct framing_message m;
	bool answers = l->argv.count > 0;

	g->ready_ms = answers ? bucket_ready_ms(&g->pace, l->now.mono_ms) : 0;
	if (g->busy || g->ready_ms > l->now.mono_ms ||
	    tcp_queued(l->tcp, g->conn) > TCP_FULL)
		return false;
	int got = framing_next(g->framing, &m);
	if (got > 0) {
		listen_print_message(l, &g->from, m.bytes, m.size);
		g->busy = answers && add_job(l, g, &m);
		if (answers)
			bucket_take(&g->pace, l->now.mono_ms);
		return true;
	}
	if (got < 0)
		listen_print_unanswered(l, &g->from,
		    N_("a record longer than 64 KiB was announced: that "
		       "connection is closed"));
	if (got < 0 || g->ended)
		guest_close(l, g);
	return false;
}

static void
go_on(struct listening *l, uint32_t conn)
{
	struct guest *g = guest_find(l, conn);

	while (g != NULL && take_one(l, g))
		;
	g = guest_find(l, conn);
	if (g != NULL && !g->ended)
		tcp_set_reading(l->tcp, conn,
		    !g->busy && g->ready_ms <= l->now.mono_ms &&
			tcp_queued(l->tcp, conn) <= TCP_FULL);
}

/* Who has been silent the longest gives way, once that is long. */
static bool
make_room(struct listening *l, const struct addr *from)
{
	struct guest *idlest = NULL;
	size_t of_host = 0;

	for (size_t i = 0; i < l->guest_count; i++) {
		struct guest *g = &l->guests[i];
		of_host += addr_same_host(&g->from, from);
		if (!g->busy &&
		    (idlest == NULL || g->heard_ms < idlest->heard_ms))
			idlest = g;
	}
	if (of_host >= LISTEN_CONNS_EACH)
		return false;
	if (l->guest_count < LISTEN_CONNS_MAX)
		return true;
	if (idlest == NULL ||
	    l->now.mono_ms - idlest->heard_ms < LISTEN_IDLE_MS)
		return false;
	guest_close(l, idlest);
	return true;
}

void
guest_accept(struct listening *l, const struct port_stream *s)
{
	struct guest g = {
		.from = s->from,
		.heard_ms = l->now.mono_ms,
	};

	if (!make_room(l, &s->from)) {
		tcp_refuse(l->tcp, s->fd);
		return;
	}
	do
		g.conn = ++l->last_conn;
	while (g.conn == 0 || guest_find(l, g.conn) != NULL);
	g.framing = framing_new(l->framing);
	bucket_init(
	    &g.pace, LISTEN_PER_S * PER_1000S, LISTEN_BURST, l->now.mono_ms);
	tcp_adopt(l->tcp, s->fd, g.conn);
	tcp_keep(l->tcp, g.conn);
	l->guests = xgrow(l->guests, l->guest_count, &l->guest_cap, sizeof(g));
	l->guests[l->guest_count++] = g;
	listen_print_guest(l, &g.from, true);
}

void
guest_event(struct listening *l, const struct tcp_event *ev)
{
	struct guest *g = guest_find(l, ev->conn);

	if (g == NULL)
		return;
	switch (ev->kind) {
	case TCP_BYTES:
		g->heard_ms = l->now.mono_ms;
		framing_input(g->framing, l->now, ev->bytes, ev->size);
		break;
	case TCP_ENDED:
		g->ended = true;
		framing_end(g->framing);
		break;
	case TCP_CLOSED:
		guest_remove(l, g);
		return;
	case TCP_ACCEPTED:
	case TCP_OPENED:
		return;
	}
	go_on(l, ev->conn);
}

/* The framing ends each line itself. */
static size_t
without_end(const uint8_t *bytes, size_t n)
{
	if (n > 0 && bytes[n - 1] == '\n')
		n--;
	return n > 0 && bytes[n - 1] == '\r' ? n - 1 : n;
}

void
guest_answer(struct listening *l, uint32_t conn, const uint8_t *bytes, size_t n)
{
	struct guest *g = guest_find(l, conn);
	uint8_t *out;
	size_t size;

	if (g == NULL)
		return;
	g->busy = false;
	g->heard_ms = l->now.mono_ms;
	if (n > 0) {
		if (l->framing == FRAMING_LINE)
			n = without_end(bytes, n);
		if (framing_encode(g->framing, bytes, n, &out, &size) == 0) {
			tcp_send(l->tcp, conn, out, size);
			free(out);
		}
	}
	go_on(l, conn);
}

void
guests_turn(struct listening *l)
{
	struct tcp_event ev;
	uint32_t conn;

	while (tcp_failed(l->tcp, &ev))
		guest_event(l, &ev);
	while ((conn = tcp_drained(l->tcp)) != 0)
		go_on(l, conn);
	for (size_t i = l->guest_count; i-- > 0;) {
		struct guest *g = &l->guests[i];
		bool quiet = framing_deadline(g->framing) <= l->now.mono_ms;
		bool paced = g->ready_ms > 0 && g->ready_ms <= l->now.mono_ms;
		if (g->busy || (!quiet && !paced))
			continue;
		framing_tick(g->framing, l->now);
		g->ready_ms = 0;
		go_on(l, g->conn);
	}
}

int64_t
guests_deadline(const struct listening *l)
{
	int64_t at = tcp_deadline(l->tcp);

	for (size_t i = 0; i < l->guest_count; i++) {
		const struct guest *g = &l->guests[i];
		if (g->busy)
			continue;
		at = earlier_ms(at, framing_deadline(g->framing));
		if (g->ready_ms > l->now.mono_ms)
			at = earlier_ms(at, g->ready_ms);
	}
	return at;
}

void
guests_free(struct listening *l)
{
	for (size_t i = 0; i < l->guest_count; i++)
		framing_free(l->guests[i].framing);
	free(l->guests);
}
