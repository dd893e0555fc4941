/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct sim *s;
struct pair_seen seen;

static bool
holds_secret(const struct effect *effect)
{
	size_t n = strlen(pair_secret);

	for (size_t i = 0; i + n <= effect->size; i++) {
		if (memcmp(effect->bytes + i, pair_secret, n) == 0)
			return true;
	}
	return false;
}

static void
see(void *ctx, unsigned node, const struct effect *effect)
{
	(void)ctx;
	seen.segments += effect->kind == EFFECT_SEND;
	seen.leaks += holds_secret(effect);
	if (effect->kind != EFFECT_DATAGRAM ||
	    !packet_is_session(effect->bytes, effect->size))
		return;
	seen.session_datagrams++;
	if (node > BOB)
		return;
	memcpy(seen.last[node], effect->bytes, effect->size);
	seen.last_size[node] = effect->size;
}

int
pair_begin(void **state)
{
	(void)state;
	struct sim_net net = { .delay_ms = 5 };
	struct sim_tap tap = { .see = see };
	s = sim_new(7, &net);
	sim_tap(s, &tap);
	seen = (struct pair_seen){ .segments = 0 };
	sim_add(s, "ana");
	sim_add(s, "bob");
	while (sim_peer(s, ANA, BOB) == NULL || sim_peer(s, BOB, ANA) == NULL)
		sim_run(s, 100);
	return 0;
}

int
pair_end(void **state)
{
	(void)state;
	sim_free(s);
	return 0;
}

struct engine *
engine(unsigned node)
{
	return sim_node(s, node)->engine;
}

struct conn *
conn_of(unsigned node)
{
	const struct contact *k =
	    contact_find(engine(node), &sim_node(s, !node)->identity.fp);

	return k == NULL ? NULL : conn_get(engine(node), k->conn);
}

/* The same session at both ends, and it runs over this. */
void
assert_carried_by(enum transport transport)
{
	const struct conn *a = conn_of(ANA), *b = conn_of(BOB);

	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->carrier.transport, transport);
	assert_memory_equal(
	    carrier_hash(&a->carrier), carrier_hash(&b->carrier), HASH_SIZE);
	assert_int_equal(sim_peer(s, ANA, BOB)->transport, transport);
	assert_int_equal(sim_peer(s, BOB, ANA)->transport, transport);
	assert_int_equal(sim_peer(s, BOB, ANA)->link, PEER_LINK_UP);
}

void
say_it(unsigned from, const char *text)
{
	sim_command(s, from, COMMAND_SAY, !from, text);
}

/* The newest text of the other that node has; NULL. */
const struct message *
newest(unsigned node)
{
	size_t n = sim_texts(s, node, !node, false);

	return n == 0 ? NULL : sim_text(s, node, !node, false, n - 1);
}

void
assert_arrives(unsigned from, const char *text, enum transport transport)
{
	say_it(from, text);
	assert_true(sim_settle(s, 60000));
	const struct message *m = newest(!from);
	assert_non_null(m);
	assert_string_equal(m->text, text);
	assert_int_equal(m->transport, transport);
	size_t n = sim_texts(s, from, !from, true);
	assert_int_equal(sim_text(s, from, !from, true, n - 1)->delivery,
	    DELIVERY_DELIVERED);
}

unsigned
count_conns(unsigned node)
{
	unsigned count = 0;

	for (size_t i = 0; i < CONNS_MAX; i++)
		count += engine(node)->conns[i] != NULL;
	return count;
}
