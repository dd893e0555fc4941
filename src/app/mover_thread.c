/* SPDX-License-Identifier: MIT */
/*
 * The thread: its requests, and a turn for each move that has something to do.
 * It yields to main wherever both want the processor: a file may be a little
 * later, a message may not.
 */
#include "app/clock.h"
#include "app/libcrypto.h"
#include "app/mover_state.h"
#include "app/slice.h"
#include "base/now.h"
#include "store/confine.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
	slice_set(MOVER_SLICE_US);
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
	else if (q->ask == MOVER_STOP && (mv = find_move(m, q->serial)) != NULL)
		move_stop(m, mv, q->why, q->drop);
	else if (q->part != NULL)
		sink_drop_aside(q->part);
	free(q->part);
	free(q);
}

enum shift_end { SHIFT_GOES_ON, SHIFT_IS_TAKEN_OVER, SHIFT_QUITS };

/* What is asked for stays for who takes over. */
static enum shift_end
take_requests(struct mover *m, unsigned number)
{
	pthread_mutex_lock(&m->lock);
	bool quits = m->quits, over = m->shift != number;
	int64_t share_ms = m->share_ms;
	struct mover_request *first = over ? NULL : m->requests;
	if (!over)
		m->requests = NULL;
	pthread_mutex_unlock(&m->lock);
	if (over)
		return SHIFT_IS_TAKEN_OVER;
	m->shares = m->now_ms < share_ms;
	while (first != NULL) {
		struct mover_request *q = first;
		first = q->next;
		obey(m, q);
	}
	return quits ? SHIFT_QUITS : SHIFT_GOES_ON;
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
		if (mv->busy || is_over(mv))
			return 0;
		at = earlier_ms(at, gather_deadline(&mv->gather));
		if (mv->state == MOVE_LEAVING && mv->fd >= 0)
			at = earlier_ms(at, mv->due_ms);
		else if (mv->state != MOVE_LEAVING &&
			 mv->tally.at != mv->told_at)
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

/* The folder that is there of a path, or the one it would be made in. */
static void
find_folder(char *path)
{
	struct stat st;

	while (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		char *slash = strrchr(path, '/');
		if (slash == NULL || slash == path)
			return;
		*slash = '\0';
	}
}

static void
begin(struct mover_shift *shift)
{
	struct mover *m = shift->m;

	yield_to_main();
	if (shift->has_before)
		pthread_join(shift->before, NULL);
	if (m->loop == NULL) {
		m->loop = loop_new();
		m->lib = libcrypto_load();
	}
	for (size_t i = 0; i < shift->place_count; i++)
		find_folder(shift->places[i]);
	/* Where the system has no such thing, the sinks see to it alone. */
	(void)confine_writes(
	    (const char *const *)shift->places, shift->place_count);
}

void *
mover_run(void *arg)
{
	struct mover_shift *shift = arg;
	struct mover *m = shift->m;
	enum shift_end end;

	begin(shift);
	m->now_ms = clock_read().mono_ms;
	while ((end = take_requests(m, shift->number)) == SHIFT_GOES_ON) {
		/* Whoever is asked to drop something is there until then, or
		 * told of it before. */
		sweep(m);
		for (struct move *mv = m->moves; mv != NULL; mv = mv->next)
			move_turn(m, mv);
		wait_for_some(m);
	}
	if (end == SHIFT_QUITS)
		leave_all(m);
	mover_shift_free(shift);
	return NULL;
}
