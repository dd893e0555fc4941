/* SPDX-License-Identifier: MIT */
/*
 * The connection of a move. What the other end said before it went counts, so
 * one that takes nothing any more is still read; and one that we leave is read
 * away until the other end has closed it, too, else the kernel would take back
 * our last words.
 */
#include "app/mover_state.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SIGPIPE is ignored anyway */
#endif

void
move_close(struct move *mv)
{
	if (mv->fd >= 0)
		close(mv->fd);
	mv->fd = -1;
	mv->blocked = false;
	mv->gather = (struct gather){ .on = false };
}

/* Where it cannot be set, it is looked at a little too often. */
static void
set_least(const struct move *mv)
{
	int least = mv->gather.on ? GATHER_BYTES : 1;

	(void)setsockopt(
	    mv->fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof(least));
}

static void
received(const struct mover *m, struct move *mv, size_t n)
{
	uint64_t done = mv->tally.done;
	bool was_on = mv->gather.on;

	flow_received(mv->flow, n);
	if (mv->sends)
		return;
	gather_took(
	    &mv->gather, m->now_ms, n, done < mv->size ? mv->size - done : 0);
	if (mv->gather.on != was_on)
		set_least(mv);
}

bool
move_gathered(const struct mover *m, struct move *mv)
{
	if (!gather_over(&mv->gather, m->now_ms))
		return false;
	set_least(mv);
	return true;
}

/* What is to be sent next. */
static const uint8_t *
output(const struct move *mv, size_t *ret_size)
{
	*ret_size = mv->queued_size - mv->queued_at;
	if (*ret_size > 0)
		return mv->queued + mv->queued_at;
	return flow_output(mv->flow, ret_size);
}

static void
output_sent(struct move *mv, size_t n)
{
	if (mv->queued_size == mv->queued_at)
		flow_sent(mv->flow, n);
	else
		mv->queued_at += n;
}

/* How much of it the connection took; what it will never take is in nobody's
 * way. */
static size_t
send_some(struct move *mv, const uint8_t *p, size_t n)
{
	ssize_t sent;

	if (mv->fd < 0 || mv->broken != 0)
		return n;
	do
		sent = send(mv->fd, p, n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return (size_t)sent;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
		return 0;
	mv->broken = errno;
	return n;
}

bool
move_flush(struct move *mv)
{
	const uint8_t *p;
	size_t size;

	mv->blocked = false;
	while ((p = output(mv, &size)) != NULL && size > 0) {
		size_t sent = send_some(mv, p, size);
		output_sent(mv, sent);
		if (sent < size) {
			mv->blocked = true;
			return false;
		}
	}
	return true;
}

static void
on_event(struct mover *m, struct move *mv, const struct flow_event *ev)
{
	if (ev->kind == FLOW_STOPPED) {
		if (!receiver_has_it(m, mv))
			move_told(m, mv, ev->why);
	} else if (mv->sends)
		sender_event(m, mv, ev);
	else
		receiver_event(m, mv, ev);
}

/* 1: the turn is over before its events; 0: all were dealt with; -1: the
 * move is over. */
static int
take_events(struct mover *m, struct move *mv)
{
	struct flow_event ev;

	while (mv->left > 0) {
		int got = flow_next(mv->flow, &ev);
		if (got == 0)
			return 0;
		if (got < 0)
			move_broke(m, mv, got);
		else
			on_event(m, mv, &ev);
		if (mv->state == MOVE_LEAVING)
			return -1;
	}
	mv->busy = true;
	return 1;
}

/* All that came before it was dealt with. */
static bool
on_end(struct mover *m, struct move *mv, int sys_errno)
{
	if (mv->broken != 0)
		sys_errno = mv->broken;
	/* It is all here, whether the other end hears of it or not. */
	if (mv->state == MOVE_FINISHING || mv->state == MOVE_TELLING) {
		mv->broken = sys_errno != 0 ? sys_errno : EPIPE;
		return true;
	}
	move_lost(m, mv, sys_errno);
	return false;
}

bool
move_input(struct mover *m, struct move *mv)
{
	for (;;) {
		int got = take_events(m, mv);
		if (got != 0)
			return got > 0;
		if (!mv->readable || mv->fd < 0)
			return true;
		size_t cap;
		uint8_t *room = flow_room(mv->flow, &cap);
		ssize_t n = recv(mv->fd, room, cap, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0)
			return on_end(m, mv, n < 0 ? errno : 0);
		received(m, mv, (size_t)n);
		/* A short read emptied it. */
		if ((size_t)n < cap)
			mv->readable = false;
	}
}

bool
move_linger(struct mover *m, struct move *mv)
{
	if (m->now_ms >= mv->due_ms || mv->broken != 0)
		return false;
	if (!move_flush(mv))
		return true;
	if (mv->broken != 0)
		return false;
	if (!mv->shut)
		shutdown(mv->fd, SHUT_WR);
	mv->shut = true;
	for (size_t i = 0; i < MOVER_TURN_BYTES; i += MOVER_SCRATCH) {
		ssize_t n = recv(mv->fd, m->scratch, MOVER_SCRATCH, 0);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
	}
	return true;
}
