/* SPDX-License-Identifier: MIT */
/*
 * The thread: its requests, and a turn for each move that has something to do.
 * It yields to main wherever both want the processor: a file may be a little
 * later, a message may not.
 */
#include "app/clock.h"
#include "app/libcrypto.h"
#include "app/mover_state.h"
#include "base/now.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

enum {
	NICE = 10,
	TAG_WAKE = 0, /* else the serial of a move */
};

static void
yield_to_main(void)
{
#ifdef SCHED_BATCH
	struct sched_param none = { .sched_priority = 0 };

	(void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
#endif
#if defined(__linux__) && defined(SYS_gettid)
	/* There, it is of the thread and not of the process. From where the
	 * process is: who started it at another one had a reason. */
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid),
	    getpriority(PRIO_PROCESS, 0) + NICE);
#endif
}

static struct move *
find_move(const struct mover *m, uint32_t serial)
{
	for (struct move *mv = m->moves; mv != NULL; mv = mv->next)
		if (mv->serial == serial)
			return mv;
	return NULL;
}

static void
add_move(struct mover *m, struct move *mv)
{
	struct move **to = &m->moves;

	while (*to != NULL)
		to = &(*to)->next;
	*to = mv;
	move_begin(m, mv);
}

static void
obey(struct mover *m, struct mover_request *q)
{
	struct move *mv;

	if (q->ask == MOVER_START)
		add_move(m, q->move);
	else if ((mv = find_move(m, q->serial)) != NULL)
		move_stop(m, mv, q->why, q->drop);
	free(q);
}

/* False: it is over. */
static bool
take_requests(struct mover *m)
{
	pthread_mutex_lock(&m->lock);
	struct mover_request *first = m->requests;
	m->requests = NULL;
	bool quits = m->quits;
	pthread_mutex_unlock(&m->lock);
	while (first != NULL) {
		struct mover_request *q = first;
		first = q->next;
		obey(m, q);
	}
	return !quits;
}

static bool
is_over(const struct move *mv)
{
	return mv->state == MOVE_LEAVING && mv->fd < 0 && mv->sink == NULL;
}

static void
sweep(struct mover *m)
{
	struct move **to = &m->moves;

	while (*to != NULL) {
		struct move *mv = *to;
		if (!is_over(mv)) {
			to = &mv->next;
			continue;
		}
		*to = mv->next;
		move_free(mv);
	}
}

static int64_t
deadline(const struct mover *m)
{
	int64_t at = NEVER_MS;

	for (const struct move *mv = m->moves; mv != NULL; mv = mv->next) {
		if (mv->busy)
			return 0;
		if (mv->state == MOVE_LEAVING && mv->fd >= 0)
			at = earlier_ms(at, mv->due_ms);
		else if (mv->state != MOVE_LEAVING &&
			 mv->tally.done != mv->told_done)
			at = earlier_ms(at, mv->told_ms + MOVER_REPORT_MS);
	}
	return at;
}

static void
wait_for_some(struct mover *m)
{
	struct loop_event ev;
	struct move *mv;
	int64_t at = deadline(m);

	loop_begin(m->loop);
	loop_watch(m->loop, m->wake.read_fd, true, false, TAG_WAKE);
	for (mv = m->moves; mv != NULL; mv = mv->next)
		move_watch(mv, m->loop);
	if (at == NEVER_MS)
		at = -1;
	else
		at = at > m->now_ms ? at - m->now_ms : 0;
	if (loop_wait(m->loop, at) < 0)
		sched_yield();
	m->now_ms = clock_read().mono_ms;
	while (loop_ready(m->loop, &ev)) {
		if (ev.tag == TAG_WAKE)
			wake_clear(&m->wake);
		else if ((mv = find_move(m, (uint32_t)ev.tag)) != NULL)
			move_ready(mv, &ev);
	}
}

static void
leave_all(struct mover *m)
{
	for (struct move *mv = m->moves; mv != NULL; mv = mv->next) {
		move_stop(m, mv, FLOW_STOP_LATER, false);
		move_flush(mv);
	}
	while (m->moves != NULL) {
		struct move *mv = m->moves;
		m->moves = mv->next;
		move_free(mv);
	}
}

void *
mover_run(void *mover)
{
	struct mover *m = mover;

	yield_to_main();
	m->loop = loop_new();
	m->lib = libcrypto_load();
	m->now_ms = clock_read().mono_ms;
	while (take_requests(m)) {
		for (struct move *mv = m->moves; mv != NULL; mv = mv->next)
			move_turn(m, mv);
		sweep(m);
		wait_for_some(m);
	}
	leave_all(m);
	loop_free(m->loop);
	return NULL;
}
