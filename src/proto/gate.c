/* SPDX-License-Identifier: MIT */
/*
 * Half-open sessions stand in the order in which they came, so that those
 * whose time is over are at the front. A cookie says nothing but that its
 * bearer can read what is sent to the address it writes as its own: those are
 * counted apart from the others, who may be nobody.
 */
#include "proto/gate.h"

#include "base/bucket.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "proto/discover_source.h"
#include "wire/beacon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SUITE = 1 };

_Static_assert(
    (int)HASH_128_SIZE == (int)COOKIE_SIZE, "a cookie is a whole hash");

struct half_open {
	struct addr from;
	uint32_t initiator_id, id;
	bool proven; /* by a cookie */
	int64_t until_ms;
};

struct gate {
	struct rng rng;
	struct bucket unproven;
	/* The one in use, and the one before. */
	uint8_t secrets[2][HASH_KEY_SIZE];
	int64_t secret_ms;
	bool passing_proven; /* of the last one that passed */
	unsigned count;
	struct half_open list[GATE_HALF_OPEN_MAX];
};

struct gate *
gate_new(const struct rng *rng, struct now now)
{
	struct gate *g = xcalloc(1, sizeof(*g));

	g->rng = *rng;
	rng_fill(rng, g->secrets, sizeof(g->secrets));
	g->secret_ms = now.mono_ms;
	bucket_init(&g->unproven, GATE_COOKIE_PER_S * 1000, GATE_COOKIE_PER_S,
	    now.mono_ms);
	return g;
}

void
gate_free(struct gate *g)
{
	if (g != NULL)
		mem_wipe(g, sizeof(*g));
	free(g);
}

static void
rotate_secret(struct gate *g, int64_t now_ms)
{
	int64_t age_ms = now_ms - g->secret_ms;

	if (age_ms < GATE_SECRET_MS)
		return;
	/* After a long silence the one in use is too old to be kept, too. */
	if (age_ms < 2 * GATE_SECRET_MS)
		memcpy(g->secrets[1], g->secrets[0], HASH_KEY_SIZE);
	else
		rng_fill(&g->rng, g->secrets[1], HASH_KEY_SIZE);
	rng_fill(&g->rng, g->secrets[0], HASH_KEY_SIZE);
	g->secret_ms = now_ms;
}

static void
make_cookie(const uint8_t *secret, const struct addr *from,
    uint32_t initiator_id, uint8_t out[static COOKIE_SIZE])
{
	struct hash_part parts[] = {
		{ &from->family, sizeof(from->family) },
		{ from->ip, sizeof(from->ip) },
		{ &from->port, sizeof(from->port) },
		{ &initiator_id, sizeof(initiator_id) },
	};

	hash_keyed_128(secret, parts, sizeof(parts) / sizeof(parts[0]), out);
}

static bool
cookie_is_good(
    const struct gate *g, const struct addr *from, const struct packet *hello)
{
	uint8_t due[COOKIE_SIZE];

	for (unsigned i = 0; hello->has_cookie && i < 2; i++) {
		make_cookie(g->secrets[i], from, hello->sender, due);
		if (hash_equal(due, hello->cookie, COOKIE_SIZE))
			return true;
	}
	return false;
}

static void
remove_from(struct gate *g, unsigned i, unsigned n)
{
	assert(i + n <= g->count);
	g->count -= n;
	memmove(
	    &g->list[i], &g->list[i + n], (g->count - i) * sizeof(g->list[0]));
}

static void
expire(struct gate *g, int64_t now_ms)
{
	unsigned n = 0;

	while (n < g->count && g->list[n].until_ms <= now_ms)
		n++;
	if (n > 0)
		remove_from(g, 0, n);
}

static const struct half_open *
find(const struct gate *g, const struct addr *from, uint32_t initiator_id)
{
	for (unsigned i = 0; i < g->count; i++)
		if (g->list[i].initiator_id == initiator_id &&
		    addr_equal(&g->list[i].from, from))
			return &g->list[i];
	return NULL;
}

static bool
host_is_full(const struct gate *g, const struct addr *from, bool proven)
{
	unsigned max = GATE_PER_HOST_MAX, n = 0;

	if (addr_is_loopback(from))
		max *= LOOPBACK_FACTOR;
	for (unsigned i = 0; i < g->count; i++)
		n += g->list[i].proven == proven &&
		     addr_same_host(&g->list[i].from, from);
	return n >= max;
}

/* The rate comes last: what does not pass does not use it up. */
static bool
passes_unproven(struct gate *g, const struct addr *from, int64_t now_ms)
{
	return g->count < GATE_COOKIE_HALF_OPEN &&
	       !host_is_full(g, from, false) &&
	       bucket_take(&g->unproven, now_ms);
}

static bool
passes_proven(const struct gate *g, const struct addr *from)
{
	return g->count < GATE_HALF_OPEN_MAX && !host_is_full(g, from, true);
}

static void
put_retry(const struct gate *g, const struct addr *from,
    const struct packet *hello, uint8_t out[static PACKET_MAX],
    size_t *ret_size)
{
	struct packet k = { .kind = PACKET_RETRY, .receiver = hello->sender };

	make_cookie(g->secrets[0], from, hello->sender, k.cookie);
	int err = packet_encode(&k, out, ret_size);
	assert(err == 0);
	(void)err;
}

enum gate_verdict
gate_judge(struct gate *g, struct now now, const struct addr *from,
    const struct packet *hello, uint8_t ret_retry[static PACKET_MAX],
    size_t *ret_size)
{
	assert(hello->kind == PACKET_HELLO);
	if (hello->version != PROTOCOL_MAJOR || hello->suite != SUITE)
		return GATE_DROP;
	expire(g, now.mono_ms);
	rotate_secret(g, now.mono_ms);
	if (find(g, from, hello->sender) != NULL)
		return GATE_DROP;
	g->passing_proven = cookie_is_good(g, from, hello);
	if (g->passing_proven)
		return passes_proven(g, from) ? GATE_PASS : GATE_DROP;
	if (passes_unproven(g, from, now.mono_ms))
		return GATE_PASS;
	put_retry(g, from, hello, ret_retry, ret_size);
	return GATE_RETRY;
}

uint32_t
gate_find(const struct gate *g, const struct addr *from, uint32_t initiator_id)
{
	const struct half_open *h = find(g, from, initiator_id);

	return h == NULL ? 0 : h->id;
}

void
gate_pass(struct gate *g, struct now now, const struct addr *from,
    uint32_t initiator_id, uint32_t id)
{
	assert(id != 0 && g->count < GATE_HALF_OPEN_MAX);
	g->list[g->count++] = (struct half_open){
		.from = *from,
		.initiator_id = initiator_id,
		.id = id,
		.proven = g->passing_proven,
		.until_ms = now.mono_ms + GATE_LIFE_MS,
	};
}

void
gate_done(struct gate *g, uint32_t id)
{
	for (unsigned i = 0; i < g->count; i++) {
		if (g->list[i].id == id) {
			remove_from(g, i, 1);
			return;
		}
	}
}
