/* SPDX-License-Identifier: MIT */
/*
 * Following a peer that moves. Sources of datagrams can be forged, so only a
 * packet that opens and is newer than all others counts; and since somebody on
 * the way can send even that one from elsewhere, a new address gets little
 * until a token that went only there came back (RFC 9000 §9.3).
 */
#include "proto/dgram_state.h"

#include <string.h>

void
path_init(struct path *path, const struct addr *addr)
{
	*path = (struct path){
		.addr = *addr,
		.proven = *addr,
		.is_proven = true,
		.ping_ms = NEVER_MS,
	};
}

static void
settle(struct path *path)
{
	path->is_proven = true;
	path->ping_due = false;
	path->ping_ms = NEVER_MS;
}

static void
challenge(struct dgram *d)
{
	struct path *path = &d->path;

	path->is_proven = false;
	path->received = path->sent = 0;
	rng_fill(&d->rng, path->token, sizeof(path->token));
	path->ping_due = true;
	path->ping_ms = NEVER_MS;
	path->gap_ms = DGRAM_RESEND_MS;
}

static void
move(struct dgram *d, const struct addr *to)
{
	struct path *path = &d->path;
	bool same_host = addr_same_host(to, &path->addr);

	path->addr = *to;
	d->counters.moved++;
	if (addr_equal(to, &path->proven))
		settle(path);
	else
		challenge(d);
	/* RFC 9000 §9.4: another port of the same host is the same network. */
	if (!same_host)
		recovery_moved(&d->recovery);
}

void
path_heard(struct dgram *d, const struct addr *from, size_t n, bool newest)
{
	struct path *path = &d->path;

	if (newest && !addr_equal(from, &path->addr))
		move(d, from);
	if (!path->is_proven && addr_equal(from, &path->addr))
		path->received += n;
}

void
path_pong(struct dgram *d, const uint8_t token[8])
{
	struct path *path = &d->path;

	if (path->is_proven ||
	    memcmp(path->token, token, sizeof(path->token)) != 0)
		return;
	path->proven = path->addr;
	settle(path);
}

size_t
path_room(const struct path *path)
{
	uint64_t may = DGRAM_UNPROVEN_FACTOR * path->received;

	if (path->is_proven || may - path->sent >= PACKET_MAX)
		return PACKET_MAX;
	return (size_t)(may - path->sent);
}

void
path_sent(struct path *path, size_t n)
{
	if (!path->is_proven)
		path->sent += n;
}

void
path_tick(struct path *path, struct now now)
{
	if (now.mono_ms < path->ping_ms)
		return;
	path->ping_due = true;
	path->ping_ms = NEVER_MS;
}
