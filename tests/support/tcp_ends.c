/* SPDX-License-Identifier: MIT */
#include "tcp_ends.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_A = 1, TAG_B = 2 };

void
end_event(struct end *e, const struct tcp_event *ev)
{
	switch (ev->kind) {
	case TCP_ACCEPTED:
		e->from = ev->addr;
		e->conns[e->accepted++ % SEEN_MAX] = e->next_conn;
		if (e->refuse)
			tcp_refuse(e->t, ev->fd);
		else
			tcp_adopt(e->t, ev->fd, e->next_conn++);
		break;
	case TCP_OPENED:
		e->opened++;
		break;
	case TCP_BYTES:
		e->bytes = xrealloc(e->bytes, e->size + ev->size, 1);
		memcpy(e->bytes + e->size, ev->bytes, ev->size);
		e->size += ev->size;
		break;
	case TCP_ENDED:
		e->ended++;
		break;
	case TCP_CLOSED:
		e->closed++;
		e->closed_errno = ev->sys_errno;
		break;
	}
}

static void
end_ready(struct end *e, const struct loop_event *ready)
{
	struct tcp_event ev;

	while (tcp_next(e->t, ready, &ev)) {
		end_event(e, &ev);
		e->events_last_turn++;
	}
}

unsigned
turn(struct world *w, int timeout_ms)
{
	struct loop_event ready;
	struct tcp_event ev;
	unsigned count = 0;

	loop_begin(w->l);
	tcp_watch(w->a.t, w->l, w->now_ms, TAG_A);
	tcp_watch(w->b.t, w->l, w->now_ms, TAG_B);
	w->a.events_last_turn = w->b.events_last_turn = 0;
	assert_int_equal(loop_wait(w->l, timeout_ms), 0);
	for (; loop_ready(w->l, &ready); count++)
		end_ready(ready.tag == TAG_A ? &w->a : &w->b, &ready);
	while (tcp_failed(w->a.t, &ev))
		end_event(&w->a, &ev);
	while (tcp_failed(w->b.t, &ev))
		end_event(&w->b, &ev);
	return count;
}

void
end_open(struct end *e, uint16_t port)
{
	char *error = NULL;

	*e = (struct end){ .next_conn = 1 };
	assert_int_equal(tcp_open(port, true, NULL, &e->t, &error), 0);
	assert_null(error);
}

int
world_new(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->l = loop_new();
	end_open(&w->a, 0);
	end_open(&w->b, 0);
	*state = w;
	return 0;
}

int
world_free(void **state)
{
	struct world *w = *state;

	tcp_free(w->a.t);
	tcp_free(w->b.t);
	free(w->a.bytes);
	free(w->b.bytes);
	loop_free(w->l);
	free(w);
	return 0;
}

struct addr
loopback(uint16_t port)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 127, 0, 0, 1 },
		.port = port,
	};
}

void
join(struct world *w)
{
	struct addr to = loopback(tcp_port(w->b.t));

	tcp_dial(w->a.t, 100, &to);
	while (w->a.opened == 0 || w->b.accepted == 0)
		turn(w, TURN_MS);
}

uint8_t *
pattern(size_t n)
{
	uint8_t *p = xmalloc(n);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)((i * 31) ^ (i >> 9));
	return p;
}
