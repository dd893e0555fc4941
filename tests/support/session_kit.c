/* SPDX-License-Identifier: MIT */
#include "session_kit.h"

#include <assert.h>
#include <string.h>

static struct hello
hello_of(const struct end *end, uint32_t number, struct now now)
{
	struct hello h = {
		.instance = { 1, 2, 3, (uint8_t)(number >> 8),
		    (uint8_t)number },
		.epoch = 1,
		.version_min = 1,
		.version_max = 1,
		.name = untrusted_of("eve", 3),
		.tcp_port = 41827,
		.wall_ms = now.wall_ms,
	};

	memcpy(h.ed_public, end->identity.ed_public, ED_PUBLIC_SIZE);
	return h;
}

void
end_init(struct end *end, uint32_t number, enum noise_role role, struct now now,
    uint32_t rekey_records)
{
	uint8_t seed[SEED_SIZE] = { 'e', 'n', 'd' };

	memset(end, 0, sizeof *end);
	memcpy(seed + 4, &number, sizeof number);
	identity_from_seed(&end->identity, seed);
	struct session_cfg cfg = {
		.identity = &end->identity,
		.rng = rng_seeded(&end->seed, number),
		.role = role,
		.hello = hello_of(end, number, now),
		.rekey_records = rekey_records,
	};
	end->session = session_new(&cfg, now);
}

void
end_clear(struct end *end)
{
	session_free(end->session);
	end->session = NULL;
}

void
couple_init(struct couple *c, uint32_t number, uint32_t rekey_records)
{
	c->now = (struct now){ .mono_ms = 1000000,
		.wall_ms = INT64_C(1795168920000) };
	end_init(&c->i, 2 * number, NOISE_INITIATOR, c->now, rekey_records);
	end_init(&c->r, 2 * number + 1, NOISE_RESPONDER, c->now, rekey_records);
}

void
couple_open(struct couple *c, uint32_t number, uint32_t rekey_records)
{
	couple_init(c, number, rekey_records);
	couple_run(c);
	assert(session_is_ready(c->i.session));
	assert(session_is_ready(c->r.session));
}

void
couple_clear(struct couple *c)
{
	end_clear(&c->i);
	end_clear(&c->r);
}

void
end_take(struct end *end, struct wire *ret_wire)
{
	const uint8_t *p = session_output(end->session, &ret_wire->size);

	assert(ret_wire->size <= WIRE_MAX);
	if (ret_wire->size > 0)
		memcpy(ret_wire->bytes, p, ret_wire->size);
	session_consume(end->session, ret_wire->size);
}

static void
count_event(struct end *end, struct now now)
{
	end->hellos += end->event.kind == SESSION_HELLO;
	end->readies += end->event.kind == SESSION_READY;
	end->messages += end->event.kind == SESSION_MESSAGE;
	end->closes += end->event.kind == SESSION_CLOSED;
	if (end->event.kind == SESSION_MESSAGE) {
		memcpy(end->message, end->event.bytes, end->event.size);
		end->event.bytes = end->message;
	}
	if (end->event.kind == SESSION_HELLO)
		end->error = session_accept(end->session, now);
}

int
end_give(struct end *end, struct now now, const uint8_t *p, size_t n)
{
	int r = session_input(end->session, now, p, n);

	while (
	    r == 0 && (r = session_next(end->session, now, &end->event)) == 1) {
		count_event(end, now);
		r = end->error;
	}
	if (r < 0)
		end->error = r;
	return r;
}

void
couple_run(struct couple *c)
{
	static struct wire w;
	size_t moved;

	do {
		end_take(&c->i, &w);
		moved = w.size;
		if (w.size > 0)
			end_give(&c->r, c->now, w.bytes, w.size);
		end_take(&c->r, &w);
		moved += w.size;
		if (w.size > 0)
			end_give(&c->i, c->now, w.bytes, w.size);
	} while (moved > 0);
}
