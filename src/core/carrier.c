/* SPDX-License-Identifier: MIT */
#include "core/carrier.h"

static bool
is_udp(const struct carrier *c)
{
	return c->transport == CARRIER_UDP;
}

bool
carrier_exists(const struct carrier *c)
{
	return c->session != NULL || c->dgram != NULL;
}

void
carrier_free(struct carrier *c)
{
	session_free(c->session);
	dgram_free(c->dgram);
	c->session = NULL;
	c->dgram = NULL;
}

int
carrier_next(struct carrier *c, struct now now, struct session_event *ret_event)
{
	return is_udp(c) ? dgram_next(c->dgram, now, ret_event)
			 : session_next(c->session, now, ret_event);
}

int
carrier_accept(struct carrier *c, struct now now)
{
	return is_udp(c) ? dgram_accept(c->dgram, now)
			 : session_accept(c->session, now);
}

int
carrier_send(struct carrier *c, struct now now, const uint8_t *p, size_t n)
{
	return is_udp(c) ? dgram_send(c->dgram, now, p, n)
			 : session_send(c->session, now, p, n);
}

void
carrier_close(struct carrier *c, struct now now, uint8_t reason)
{
	if (is_udp(c))
		dgram_close(c->dgram, now, reason);
	else
		session_close(c->session, now, reason);
}

enum noise_role
carrier_role(const struct carrier *c)
{
	return is_udp(c) ? dgram_role(c->dgram) : session_role(c->session);
}

enum session_purpose
carrier_purpose(const struct carrier *c)
{
	bool asked = !is_udp(c) && carrier_role(c) == NOISE_RESPONDER;

	return asked ? session_purpose(c->session) : SESSION_CHAT;
}

const uint8_t *
carrier_hash(const struct carrier *c)
{
	return is_udp(c) ? dgram_hash(c->dgram) : session_hash(c->session);
}

void
carrier_probe(struct carrier *c, struct now now)
{
	if (is_udp(c))
		dgram_probe(c->dgram, now);
	else
		session_probe(c->session, now);
}

void
carrier_keep(struct carrier *c, bool keep)
{
	if (is_udp(c))
		dgram_keep(c->dgram, keep);
	else
		session_keep(c->session, keep);
}

int
carrier_tick(struct carrier *c, struct now now)
{
	return is_udp(c) ? dgram_tick(c->dgram, now)
			 : session_tick(c->session, now);
}

int64_t
carrier_deadline(const struct carrier *c)
{
	return is_udp(c) ? dgram_deadline(c->dgram)
			 : session_deadline(c->session);
}
