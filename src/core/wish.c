/* SPDX-License-Identifier: MIT */
/*
 * What the users of both ends want a session to run over, and what follows for
 * two sessions of one pair. Only the hello of the initiator counts, which both
 * ends know, so both come to the same answer and nothing swings to and fro.
 */
#include "core/engine_state.h"

bool
wish_is_for(const struct contact *k, enum transport transport)
{
	return k->pin.transport ==
	       (transport == CARRIER_TCP ? TRANSPORT_TCP : TRANSPORT_UDP);
}

uint64_t
wish_encode(const struct conn *c)
{
	return (uint64_t)c->wish << HELLO_WISH_SHIFT |
	       (c->chosen ? HELLO_CHOSEN : 0);
}

void
wish_decode(struct conn *c, uint64_t capabilities)
{
	c->chosen = (capabilities & HELLO_CHOSEN) != 0;
	c->wish = capabilities >> HELLO_WISH_SHIFT & UINT16_MAX;
}

/* What was chosen goes before what was not, and TCP before UDP. */
static int
rank(const struct conn *c)
{
	return (c->chosen ? 2 : 0) +
	       (c->carrier.transport == CARRIER_TCP ? 1 : 0);
}

int
wish_compare(const struct conn *a, const struct conn *b, bool same_initiator)
{
	/* What somebody wanted before, he does not want any more. */
	if (same_initiator && a->wish != b->wish)
		return a->wish > b->wish ? 1 : -1;
	return rank(a) - rank(b);
}
