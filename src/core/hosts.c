/* SPDX-License-Identifier: MIT */
/*
 * The hosts of the setting peer are dialled until somebody answers, and again
 * when that session is over: they are behind routers, so that nothing else
 * would tell that they are back. Several at a time, so that a long list of
 * machines that are off keeps no honest one waiting for long.
 */
#include "core/engine_state.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_MS = 1000,
	LASTED_MS = 10000, /* a session that was one */
	WAIT_MAX_MS = 60000,
	LOOKUPS_AT_ONCE = 2, /* others have names to look up, too */
	TOLD_MAX = 3,        /* of one list; /net tells the others */
};

static struct host *
find(struct engine *e, uint32_t id)
{
	for (size_t i = 0; i < e->model->host_count; i++)
		if (e->model->hosts[i].id == id)
			return &e->model->hosts[i];
	return NULL;
}

/* As it was, where it was listed before. */
static struct host
take(struct engine *e, struct now now, const char *text)
{
	for (size_t i = 0; i < e->model->host_count; i++) {
		struct host *h = &e->model->hosts[i];
		if (h->text == NULL || strcmp(h->text, text) != 0)
			continue;
		struct host same = *h;
		*h = (struct host){ 0 };
		return same;
	}
	return (struct host){
		.text = xstrdup(text),
		.id = ++e->last_host,
		.next_ms = now.mono_ms,
		.wait_ms = FIRST_MS,
	};
}

void
hosts_follow(struct engine *e, struct now now)
{
	struct model *m = e->model;
	const struct setting_list *l = &m->settings.peers;
	struct host *hosts = xcalloc(l->count, sizeof(*hosts));

	for (size_t i = 0; i < l->count; i++)
		hosts[i] = take(e, now, l->items[i]);
	for (size_t i = 0; i < m->host_count; i++)
		host_clear(&m->hosts[i]);
	free(m->hosts);
	m->hosts = hosts;
	m->host_count = l->count;
	model_touch(m);
}

/* By the way, or by somebody who dialled us. */
static bool
is_there(struct engine *e, const struct host *h)
{
	const struct contact *k =
	    fp_is_zero(&h->fp) ? NULL : contact_find(e, &h->fp);

	return k != NULL && (k->conn != 0 || k->pin.trust == TRUST_BLOCKED);
}

static bool
is_named(const struct host *h)
{
	struct addr a;

	return addr_parse(h->text, DISCOVERY_PORT, &a) < 0;
}

static unsigned
looked_up(const struct engine *e)
{
	unsigned n = 0;

	for (size_t i = CONNECTS_MAX; i < CONNECTS_ALL; i++)
		n += e->connects[i].used && e->connects[i].count == 0;
	return n;
}

/* The one that waits for longest: what fails at once must not keep others
 * from their first turn. NULL: none is due. */
static struct host *
next_due(struct engine *e, struct now now)
{
	struct host *first = NULL;
	bool names = looked_up(e) < LOOKUPS_AT_ONCE;

	for (size_t i = 0; i < e->model->host_count; i++) {
		struct host *h = &e->model->hosts[i];
		if (h->trying || h->met || now.mono_ms < h->next_ms ||
		    (!names && is_named(h)))
			continue;
		if (is_there(e, h))
			h->met = true;
		else if (first == NULL || h->next_ms < first->next_ms)
			first = h;
	}
	return first;
}

void
hosts_tick(struct engine *e, struct now now)
{
	struct host *h;

	while (!e->model->leaving && (h = next_due(e, now)) != NULL) {
		h->trying = true;
		if (connect_host(e, now, h))
			continue;
		h->trying = false;
		return;
	}
}

/* The end of an attempt calls, too: places that are taken are no reason to
 * wake up. */
int64_t
hosts_deadline(const struct engine *e)
{
	int64_t at = NEVER_MS;
	bool full = true;

	for (size_t i = CONNECTS_MAX; i < CONNECTS_ALL; i++)
		full &= e->connects[i].used;
	for (size_t i = 0;
	     !full && !e->model->leaving && i < e->model->host_count; i++) {
		const struct host *h = &e->model->hosts[i];
		if (h->trying || h->met ||
		    (is_named(h) && looked_up(e) >= LOOKUPS_AT_ONCE))
			continue;
		at = earlier_ms(at, h->next_ms);
	}
	return at;
}

void
hosts_refused(struct engine *e, uint32_t id, const struct fp *fp)
{
	struct host *h = find(e, id);

	if (h != NULL)
		h->fp = *fp;
}

void
hosts_met(struct engine *e, struct now now, uint32_t id, const struct fp *fp)
{
	struct host *h = find(e, id);

	if (h == NULL)
		return;
	free(h->why);
	h->why = NULL;
	h->fp = *fp;
	h->trying = false;
	h->met = h->tried = true;
	h->met_ms = now.mono_ms;
	model_touch(e->model);
}

static int64_t
longer(int64_t wait_ms)
{
	return wait_ms * 2 < WAIT_MAX_MS ? wait_ms * 2 : (int64_t)WAIT_MAX_MS;
}

/* Once for each, and not for all of a long list. */
static void
tell(struct engine *e, struct now now, struct host *h)
{
	size_t told = 0;

	if (h->told)
		return;
	h->told = true;
	for (size_t i = 0; i < e->model->host_count; i++)
		told += e->model->hosts[i].told;
	if (told <= TOLD_MAX)
		engine_error(e, now, CONV_NEARBY,
		    "%s, which is listed as a peer, was not reached: %s; it is tried again. /net tells how they stand",
		    h->text, h->why);
}

void
hosts_failed(struct engine *e, struct now now, uint32_t id, const char *why)
{
	struct host *h = find(e, id);

	if (h == NULL)
		return;
	free(h->why);
	h->why = xstrdup(why);
	h->trying = h->met = false;
	h->tried = true;
	h->next_ms = now.mono_ms + h->wait_ms;
	h->wait_ms = longer(h->wait_ms);
	model_touch(e->model);
	tell(e, now, h);
}

void
hosts_lost(struct engine *e, struct now now, const struct fp *fp)
{
	for (size_t i = 0; i < e->model->host_count; i++) {
		struct host *h = &e->model->hosts[i];
		if (!h->met || !fp_equal(&h->fp, fp))
			continue;
		h->met = false;
		/* Who hangs up at once is not called back at once. */
		if (now.mono_ms - h->met_ms >= LASTED_MS)
			h->wait_ms = FIRST_MS;
		h->next_ms = now.mono_ms + h->wait_ms;
		h->wait_ms = longer(h->wait_ms);
	}
}

void
hosts_network(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->model->host_count; i++) {
		struct host *h = &e->model->hosts[i];
		h->wait_ms = FIRST_MS;
		h->next_ms = earlier_ms(h->next_ms, now.mono_ms + FIRST_MS);
	}
}
