/* SPDX-License-Identifier: MIT */
/*
 * What the people of a simulation see.
 */
#include "sim.h"

static bool
is_waiting(const struct model *m)
{
	for (size_t i = 0; i < m->conv_count; i++) {
		const struct conv *c = m->convs[i];
		for (uint64_t n = c->first_serial; n < c->next_serial; n++) {
			enum delivery d = conv_message(c, n)->delivery;
			if (d == DELIVERY_QUEUED || d == DELIVERY_SENT)
				return true;
		}
	}
	return false;
}

bool
sim_settle(struct sim *s, int64_t ms)
{
	enum { STEP_MS = 500 };

	for (int64_t end = sim_now_ms(s) + ms; sim_now_ms(s) < end;) {
		bool waiting = false;
		for (unsigned i = 0; i < sim_count(s); i++)
			waiting |=
			    sim_node(s, i)->alive &&
			    is_waiting(engine_model(sim_node(s, i)->engine));
		if (!waiting)
			return true;
		sim_run(s, STEP_MS);
	}
	return false;
}

const struct peer *
sim_peer(struct sim *s, unsigned node, unsigned peer)
{
	return model_peer(engine_model(sim_node(s, node)->engine),
	    &sim_node(s, peer)->identity.fp);
}

const struct message *
sim_text(struct sim *s, unsigned node, unsigned peer, bool mine, size_t i)
{
	const struct conv *c =
	    model_conv_of(engine_model(sim_node(s, node)->engine),
		&sim_node(s, peer)->identity.fp);

	if (c == NULL)
		return NULL;
	for (uint64_t n = c->first_serial; n < c->next_serial; n++) {
		const struct message *m = conv_message(c, n);
		if (m->kind == MESSAGE_TEXT && m->mine == mine && i-- == 0)
			return m;
	}
	return NULL;
}

size_t
sim_texts(struct sim *s, unsigned node, unsigned peer, bool mine)
{
	size_t i = 0;

	while (sim_text(s, node, peer, mine, i) != NULL)
		i++;
	return i;
}
