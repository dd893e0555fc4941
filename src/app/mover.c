/* SPDX-License-Identifier: MIT */
/*
 * Main's side. A token may come again while the thread still speaks of who had
 * it before, so between the two each move has a serial of its own, and what is
 * not live any more is not heard.
 */
#include "app/mover.h"

#include "app/mover_state.h"
#include "app/slice.h"
#include "base/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mover *
mover_new(void)
{
	struct mover *m = xcalloc(1, sizeof(*m));

	pthread_mutex_init(&m->lock, NULL);
	m->wake = m->news = (struct wake){ .read_fd = -1, .write_fd = -1 };
	return m;
}

struct mover_report *
mover_report_new(enum move_kind kind, uint32_t serial)
{
	struct mover_report *n = xcalloc(1, sizeof(*n));

	n->r.kind = kind;
	n->serial = serial;
	return n;
}

void
mover_report_free(struct mover_report *n)
{
	if (n == NULL)
		return;
	free(n->text);
	free(n->path);
	free(n->part);
	free(n->note);
	free(n);
}

static void
request_free(struct mover_request *q)
{
	move_free(q->move);
	free(q->part);
	free(q);
}

/* Forgets it; its serial, or 0. */
static uint32_t
end_live(struct mover *m, uint32_t token)
{
	for (size_t i = 0; i < m->live_count; i++) {
		uint32_t serial = m->live[i].serial;
		if (m->live[i].token != token)
			continue;
		free(m->live[i].place);
		free(m->live[i].part);
		m->live[i] = m->live[--m->live_count];
		return serial;
	}
	return 0;
}

void
mover_free(struct mover *m)
{
	if (m == NULL)
		return;
	if (m->has_thread) {
		pthread_mutex_lock(&m->lock);
		m->quits = true;
		pthread_mutex_unlock(&m->lock);
		wake_set(&m->wake);
		pthread_join(m->thread, NULL);
	}
	while (m->requests != NULL) {
		struct mover_request *q = m->requests;
		m->requests = q->next;
		request_free(q);
	}
	while (m->reports != NULL) {
		struct mover_report *n = m->reports;
		m->reports = n->next;
		mover_report_free(n);
	}
	mover_report_free(m->given);
	wake_close(&m->wake);
	wake_close(&m->news);
	pthread_mutex_destroy(&m->lock);
	while (m->live_count > 0)
		end_live(m, m->live[0].token);
	for (size_t i = 0; i < MOVER_DROPPED; i++)
		free(m->dropped[i]);
	loop_free(m->loop);
	free(m->live);
	free(m);
}

static void
add_place(struct mover_shift *shift, const char *place)
{
	if (place != NULL)
		shift->places[shift->place_count++] = xstrdup(place);
}

/* The folder that it is in (caller frees), or NULL. */
static char *
folder_of(const char *part)
{
	const char *slash = part == NULL ? NULL : strrchr(part, '/');

	if (slash == NULL)
		return NULL;
	return xstrndup(part, slash == part ? 1 : (size_t)(slash - part));
}

static void
add_part(struct mover_shift *shift, const char *part)
{
	char *folder = folder_of(part);

	add_place(shift, folder);
	free(folder);
}

static struct mover_shift *
shift_new(struct mover *m)
{
	struct mover_shift *shift = xcalloc(1, sizeof(*shift));

	shift->m = m;
	shift->number = m->last_shift + 1;
	shift->before = m->thread;
	shift->has_before = m->has_thread;
	shift->places =
	    xcalloc(2 * m->live_count + MOVER_DROPPED, sizeof(char *));
	for (size_t i = 0; i < m->live_count; i++) {
		add_place(shift, m->live[i].place);
		add_part(shift, m->live[i].part);
	}
	for (size_t i = 0; i < MOVER_DROPPED; i++)
		add_place(shift, m->dropped[i]);
	return shift;
}

void
mover_shift_free(struct mover_shift *shift)
{
	for (size_t i = 0; i < shift->place_count; i++)
		free(shift->places[i]);
	free(shift->places);
	free(shift);
}

/* Who works now leaves when somebody else is there to take over. */
static int
create_thread(struct mover *m)
{
	struct mover_shift *shift = shift_new(m);
	pthread_t thread;

	pthread_mutex_lock(&m->lock);
	int failed = pthread_create(&thread, NULL, mover_run, shift);
	if (failed == 0)
		m->shift = shift->number;
	pthread_mutex_unlock(&m->lock);
	if (failed != 0) {
		mover_shift_free(shift);
		return failed;
	}
	m->thread = thread;
	m->has_thread = true;
	m->last_shift++;
	wake_set(&m->wake);
	return 0;
}

/* anew: there is another place to write to. */
static int
begin_thread(struct mover *m, bool anew)
{
	sigset_t all, before;

	if (m->has_thread && !anew)
		return 0;
	if ((m->wake.read_fd < 0 && wake_open(&m->wake) < 0) ||
	    (m->news.read_fd < 0 && wake_open(&m->news) < 0))
		return errno;
	/* Signals are main's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = create_thread(m);
	/* From now on there is somebody to wait for. */
	slice_set(MOVER_SLICE_US);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* The one that is there does it as well as it may. */
	return m->has_thread ? 0 : failed;
}

void
mover_warm(struct mover *m)
{
	/* The first move tries again, and tells. */
	(void)begin_thread(m, false);
}

static char *
copy_text(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

/* What was told of a part, and not heard yet. */
static void
take_part(const struct mover *m, struct mover_request *q)
{
	const struct mover_report *n = m->reports;

	for (; q->drop && n != NULL; n = n->next) {
		if (n->serial != q->serial || n->part == NULL)
			continue;
		free(q->part);
		q->part = xstrdup(n->part);
	}
}

/* False: who works now may write to its folder already. */
static bool
remember_dropped(struct mover *m, const char *part)
{
	char *folder = folder_of(part);

	for (size_t i = 0; i < MOVER_DROPPED && folder != NULL; i++)
		if (m->dropped[i] != NULL &&
		    strcmp(m->dropped[i], folder) == 0) {
			free(folder);
			return false;
		}
	char **to = &m->dropped[m->next_dropped++ % MOVER_DROPPED];
	free(*to);
	*to = folder;
	return true;
}

static void
ask(struct mover *m, struct mover_request *q)
{
	struct mover_request **to = &m->requests;

	pthread_mutex_lock(&m->lock);
	take_part(m, q);
	if (q->part != NULL)
		(void)remember_dropped(m, q->part);
	while (*to != NULL)
		to = &(*to)->next;
	*to = q;
	pthread_mutex_unlock(&m->lock);
	wake_set(&m->wake);
}

static struct move *
make_move(struct move_plan *plan, const char *folder)
{
	struct move *mv = xcalloc(1, sizeof(*mv));

	mv->sends = plan->sends;
	mv->folder = plan->folder;
	mv->path = copy_text(plan->path);
	mv->name = xstrdup(plan->name);
	mv->part = copy_text(plan->part);
	mv->downloads = copy_text(folder);
	mv->size = plan->size;
	mv->files = plan->files;
	mv->entries_max = plan->entries_max;
	mv->mtime = plan->mtime;
	mv->keys = plan->keys;
	mem_wipe(&plan->keys, sizeof(plan->keys));
	if (plan->rest_size > 0)
		mv->rest = xmemdup(plan->rest, plan->rest_size);
	mv->rest_size = plan->rest_size;
	return mv;
}

static void
add_live(struct mover *m, uint32_t token, const struct move *mv)
{
	struct mover_live live = { .token = token, .serial = mv->serial };

	if (!mv->sends) {
		live.place =
		    xstrdup(mv->path[0] != '\0' ? mv->path : mv->downloads);
		live.part = copy_text(mv->part);
	}
	m->live = xgrow(m->live, m->live_count, &m->live_cap, sizeof(*m->live));
	m->live[m->live_count++] = live;
}

void
mover_start(struct mover *m, uint32_t token, struct move_plan *plan, int fd,
    uint8_t *queued, size_t queued_size, const char *folder)
{
	struct move *mv = make_move(plan, folder);
	struct mover_request *q = xcalloc(1, sizeof(*q));

	mover_stop(m, token, FLOW_STOP_LATER, false);
	mv->fd = fd;
	mv->queued = queued;
	mv->queued_size = queued_size;
	mv->serial = ++m->last_serial;
	add_live(m, token, mv);
	int failed = begin_thread(m, !mv->sends);
	if (failed != 0) {
		struct mover_report *n =
		    mover_report_new(MOVE_LOST, mv->serial);
		n->r.sys_errno = failed;
		mover_post(m, n);
		move_free(mv);
		free(q);
		return;
	}
	*q = (struct mover_request){ .ask = MOVER_START, .move = mv };
	ask(m, q);
}

static struct mover_live *
find_live(const struct mover *m, uint32_t token)
{
	for (size_t i = 0; i < m->live_count; i++)
		if (m->live[i].token == token)
			return &m->live[i];
	return NULL;
}

void
mover_stop(struct mover *m, uint32_t token, enum flow_stop why, bool drop)
{
	const struct mover_live *live = find_live(m, token);

	if (live == NULL)
		return;
	char *part = drop ? copy_text(live->part) : NULL;
	uint32_t serial = end_live(m, token);
	if (!m->has_thread) {
		free(part);
		return;
	}
	struct mover_request *q = xcalloc(1, sizeof(*q));
	*q = (struct mover_request){ .ask = MOVER_STOP,
		.serial = serial,
		.why = why,
		.drop = drop,
		.part = part };
	ask(m, q);
}

void
mover_drop(struct mover *m, const char *part)
{
	bool anew = remember_dropped(m, part);

	if (begin_thread(m, anew) != 0) {
		sink_drop_aside(part);
		return;
	}
	struct mover_request *q = xcalloc(1, sizeof(*q));
	*q = (struct mover_request){ .ask = MOVER_DROP, .part = xstrdup(part) };
	ask(m, q);
}

void
mover_share(struct mover *m, int64_t until_ms)
{
	/* An offer is stored, too, before it is taken. */
	if (m->live_count == 0)
		return;
	pthread_mutex_lock(&m->lock);
	m->share_ms = until_ms;
	pthread_mutex_unlock(&m->lock);
}

int
mover_fd(const struct mover *m)
{
	return m->has_thread ? m->news.read_fd : -1;
}

/* Behind all others; or where the last word about the same move is, which is
 * out of date. */
static struct mover_report **
place_for(struct mover *m, const struct mover_report *n)
{
	struct mover_report **to = &m->reports, **last = NULL;

	for (; *to != NULL; to = &(*to)->next)
		if ((*to)->serial == n->serial)
			last = to;
	if (last == NULL || n->r.kind != MOVE_PROGRESS ||
	    (*last)->r.kind != MOVE_PROGRESS)
		return to;
	return last;
}

void
mover_post(struct mover *m, struct mover_report *n)
{
	n->r.text = n->text;
	n->r.path = n->path;
	n->r.part = n->part;
	n->r.note = n->note;
	pthread_mutex_lock(&m->lock);
	struct mover_report **to = place_for(m, n), *old = *to;
	n->next = old == NULL ? NULL : old->next;
	*to = n;
	pthread_mutex_unlock(&m->lock);
	mover_report_free(old);
	if (m->news.write_fd >= 0)
		wake_set(&m->news);
}

static struct mover_report *
take_report(struct mover *m)
{
	pthread_mutex_lock(&m->lock);
	struct mover_report *n = m->reports;
	if (n != NULL)
		m->reports = n->next;
	else if (m->news.read_fd >= 0)
		wake_clear(&m->news);
	pthread_mutex_unlock(&m->lock);
	return n;
}

static struct mover_live *
find_serial(const struct mover *m, uint32_t serial)
{
	for (size_t i = 0; i < m->live_count; i++)
		if (m->live[i].serial == serial)
			return &m->live[i];
	return NULL;
}

static bool
is_last(enum move_kind kind)
{
	return kind != MOVE_BEGUN && kind != MOVE_PROGRESS;
}

bool
mover_next(struct mover *m, uint32_t *ret_token, struct move_report *ret_report)
{
	for (;;) {
		mover_report_free(m->given);
		m->given = take_report(m);
		if (m->given == NULL)
			return false;
		struct mover_live *live = find_serial(m, m->given->serial);
		if (live == NULL)
			continue;
		*ret_token = live->token;
		*ret_report = m->given->r;
		if (ret_report->part != NULL) {
			free(live->part);
			live->part = xstrdup(ret_report->part);
		}
		if (is_last(ret_report->kind))
			end_live(m, *ret_token);
		return true;
	}
}
