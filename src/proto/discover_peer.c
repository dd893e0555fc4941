/* SPDX-License-Identifier: MIT */
/*
 * What happens to a peer over time, apart from its datagrams: it is pinned, a
 * session with it comes and goes, it falls silent.
 */
#include "proto/discover_state.h"

#include "base/err.h"

#include <string.h>

int
discover_pin(
    struct discover *d, const struct fp *fp, uint32_t epoch, uint32_t seq)
{
	struct discover_peer *p = discover_table_find(&d->table, fp);

	if ((p == NULL || !p->pinned) && d->table.pinned >= DISCOVER_PINNED_MAX)
		return ERR_LIMIT;
	if (p == NULL)
		p = discover_table_add_pinned(&d->table, fp);
	discover_table_pin(&d->table, p);
	bool newer = epoch > p->epoch || (epoch == p->epoch && seq > p->seq);
	if (newer) {
		p->epoch = epoch;
		p->seq = seq;
	}
	return 0;
}

static int64_t
silent_ms(const struct discover_peer *p, unsigned tenths)
{
	return p->heard_ms + (int64_t)p->interval_s * 100 * tenths;
}

/* When its state changes if nothing more is heard. */
static int64_t
expire_ms(const struct discover_peer *p)
{
	if (p->session)
		return NEVER_MS;
	if (p->heard == HEARD_LIVE)
		return silent_ms(p, DISCOVER_STALE_TENTHS);
	if (p->heard == HEARD_STALE)
		return silent_ms(p, DISCOVER_OFFLINE_TENTHS);
	return NEVER_MS;
}

static void
expire_soonest(struct discover_table *t, const struct discover_peer *p)
{
	t->expire_ms = earlier_ms(t->expire_ms, expire_ms(p));
}

static void
expire_plan(struct discover_table *t)
{
	t->cursor = 0;
	t->expire_ms = NEVER_MS;
	for (uint32_t i = 0; i < t->count; i++)
		expire_soonest(t, &t->peers[i]);
}

/*
 * To wake for somebody who spoke meanwhile would be for nothing, so whoever was
 * the next to fall silent is replaced. The peers announce in turn: mostly it is
 * this one who is heard next, for a walk over all of them that costs less than
 * the signature did.
 */
static void
expire_moved(
    struct discover_table *t, const struct discover_peer *p, int64_t before_ms)
{
	if (before_ms != NEVER_MS && before_ms <= t->expire_ms)
		expire_plan(t);
	else
		expire_soonest(t, p);
}

void
discover_peer_heard(
    struct discover *d, struct discover_peer *p, uint16_t interval_s)
{
	if (interval_s < PEER_INTERVAL_MIN_S)
		interval_s = PEER_INTERVAL_MIN_S;
	if (interval_s > PEER_INTERVAL_MAX_S)
		interval_s = PEER_INTERVAL_MAX_S;
	int64_t before_ms = expire_ms(p);
	p->interval_s = interval_s;
	p->heard_ms = d->now_ms;
	p->heard = HEARD_LIVE;
	discover_table_touch(&d->table, p);
	expire_moved(&d->table, p, before_ms);
}

void
discover_peer_left(struct discover *d, struct discover_peer *p)
{
	int64_t before_ms = expire_ms(p);

	p->heard = HEARD_OFFLINE;
	expire_moved(&d->table, p, before_ms);
}

/* Whom we only dialled may push out another, which is told at the next call of
 * discover_expire. */
static struct discover_peer *
find_or_add(struct discover *d, const struct fp *fp)
{
	struct discover_peer *p = discover_table_find(&d->table, fp);
	bool evicted;

	if (p != NULL || d->forgotten_count == FORGOTTEN_MAX)
		return p;
	p = discover_table_add(
	    &d->table, fp, &evicted, &d->forgotten[d->forgotten_count]);
	d->forgotten_count += evicted;
	return p;
}

void
discover_session(
    struct discover *d, struct now now, const struct fp *fp, bool up)
{
	d->now_ms = now.mono_ms;
	struct discover_peer *p = find_or_add(d, fp);
	if (p == NULL)
		return;
	bool ended = p->session && !up;
	int64_t before_ms = expire_ms(p);
	discover_table_session(&d->table, p, up);
	expire_moved(&d->table, p, before_ms);
	if (!ended)
		return;
	/* Who never announced was heard in the session, up to its end. */
	if (p->heard == HEARD_NEVER)
		discover_peer_heard(d, p, DISCOVER_INTERVAL_MIN_S);
}

void
discover_epoch_proven(struct discover *d, const struct fp *fp, uint32_t epoch)
{
	struct discover_peer *p = discover_table_find(&d->table, fp);

	if (p == NULL)
		return;
	/* The datagram that made us dial is now the newest: a rollback lets
	 * nothing older than itself back in. */
	bool probed = p->has_probe && p->probe_epoch == epoch;
	if (p->epoch == epoch && !probed)
		return;
	p->epoch = epoch;
	p->seq = probed ? p->probe_seq : 0;
	p->has_instance = probed;
	memcpy(p->instance, p->probe_instance, INSTANCE_SIZE);
	p->has_probe = false;
	p->window_ms = LONG_AGO_MS;
	p->path_count = 0;
}

bool
discover_counters_of(const struct discover *d, const struct fp *fp,
    uint32_t *ret_epoch, uint32_t *ret_seq)
{
	const struct discover_peer *p = discover_table_find(&d->table, fp);

	if (p == NULL)
		return false;
	*ret_epoch = p->epoch;
	*ret_seq = p->seq;
	return true;
}

static enum sighting_kind
expire_one(struct discover_peer *p, int64_t now_ms)
{
	if (expire_ms(p) > now_ms)
		return SIGHT_NONE;
	if (silent_ms(p, DISCOVER_OFFLINE_TENTHS) <= now_ms) {
		p->heard = HEARD_OFFLINE;
		return SIGHT_OFFLINE;
	}
	p->heard = HEARD_STALE;
	return SIGHT_STALE;
}

bool
discover_expire(
    struct discover *d, struct now now, struct sighting *ret_sighting)
{
	struct discover_table *t = &d->table;

	d->now_ms = now.mono_ms;
	if (d->forgotten_count > 0) {
		*ret_sighting = (struct sighting){
			.kind = SIGHT_NONE,
			.has_evicted = true,
			.evicted = d->forgotten[--d->forgotten_count],
		};
		return true;
	}
	if (t->expire_ms > d->now_ms || d->grace_ms > d->now_ms)
		return false;
	while (t->cursor < t->count) {
		struct discover_peer *p = &t->peers[t->cursor++];
		enum sighting_kind kind = expire_one(p, d->now_ms);
		if (kind == SIGHT_NONE)
			continue;
		*ret_sighting = (struct sighting){ .kind = kind, .fp = p->fp };
		return true;
	}
	expire_plan(t);
	return false;
}
