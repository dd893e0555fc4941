/* SPDX-License-Identifier: MIT */
#include "session_kit.h"

#include <assert.h>
#include <string.h>

void
end_identity(struct end *end, uint32_t number)
{
	uint8_t seed[SEED_SIZE] = { 'e', 'n', 'd' };

	memset(end, 0, sizeof *end);
	memcpy(seed + 4, &number, sizeof number);
	identity_from_seed(&end->identity, seed);
	(void)rng_seeded(&end->seed, number);
}

struct hello
end_hello(const struct end *end, uint32_t number, struct now now)
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
end_start(struct end *end, const struct hello *hello, enum noise_role role,
    struct now now, uint32_t rekey_records)
{
	struct session_cfg cfg = {
		.identity = &end->identity,
		.rng = rng_seeded(&end->seed, end->seed.s[0]),
		.role = role,
		.purpose = end->purpose,
		.hello = *hello,
		.rekey_records = rekey_records,
	};

	end->session = session_new(&cfg, now);
}

void
end_init(struct end *end, uint32_t number, enum noise_role role, struct now now,
    uint32_t rekey_records)
{
	end_identity(end, number);
	struct hello hello = end_hello(end, number, now);
	end_start(end, &hello, role, now, rekey_records);
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

void
raw_start(struct raw *raw, uint32_t number, struct wire *ret_wire)
{
	static const uint8_t prologue[] = "earshot/1/tcp\0EARS\1\1\0";
	uint8_t seed[SEED_SIZE] = { 'r', 'a', 'w' };
	size_t size;

	memset(raw, 0, sizeof *raw);
	memcpy(seed + 4, &number, sizeof number);
	identity_from_seed(&raw->identity, seed);
	raw->rng = rng_seeded(&raw->seed, number);
	noise_init(&raw->noise, NOISE_INITIATOR, &raw->identity.x, prologue,
	    sizeof prologue, &raw->rng);
	memcpy(ret_wire->bytes, "EARS\1\1\0\0\0", 9);
	int r = noise_write(
	    &raw->noise, NULL, 0, ret_wire->bytes + 10, HANDSHAKE_MAX, &size);
	assert(r == 0);
	(void)r;
	ret_wire->bytes[9] = (uint8_t)size;
	ret_wire->size = 10 + size;
}

struct hello
raw_hello(const struct raw *raw)
{
	struct hello h = {
		.instance = { 9, 9, 9 },
		.epoch = 1,
		.version_min = 1,
		.version_max = 1,
		.name = untrusted_of("raw", 3),
		.tcp_port = 41827,
	};

	memcpy(h.ed_public, raw->identity.ed_public, ED_PUBLIC_SIZE);
	return h;
}

void
raw_finish(struct raw *raw, const struct wire *second,
    const struct hello *hello, struct wire *w)
{
	uint8_t payload[HANDSHAKE_MAX], own[HELLO_MAX], hash[HASH_SIZE];
	size_t size, own_size;
	int r = noise_read(&raw->noise, second->bytes + 2, second->size - 2,
	    payload, sizeof payload, &size);

	assert(r == 0);
	r = hello_encode(hello, own, &own_size);
	assert(r == 0);
	uint8_t *out = w->bytes + w->size;
	r = noise_write(
	    &raw->noise, own, own_size, out + 2, HANDSHAKE_MAX, &size);
	assert(r == 0);
	out[0] = (uint8_t)(size >> 8);
	out[1] = (uint8_t)size;
	w->size += 2 + size;
	r = noise_split(&raw->noise, &raw->send, &raw->receive, hash);
	assert(r == 0);
	(void)r;
}

void
raw_record(
    struct raw *raw, struct wire *w, uint8_t flags, const void *p, size_t n)
{
	uint8_t *out = w->bytes + w->size;
	size_t sealed = 1 + n + NOISE_TAG_SIZE;

	assert(w->size + 2 + sealed <= WIRE_MAX);
	out[0] = (uint8_t)(sealed >> 8);
	out[1] = (uint8_t)sealed;
	out[2] = flags;
	if (n > 0)
		memcpy(out + 3, p, n);
	int r = noise_seal(&raw->send, NULL, 0, out + 2, 1 + n, out + 2);
	assert(r == 0);
	(void)r;
	w->size += 2 + sealed;
}

void
raw_open(struct raw *raw, uint32_t number, struct end *r, struct now now)
{
	static struct wire w, answer;
	static const uint8_t ready = SESSION_CONTROL_READY;

	raw_start(raw, number, &w);
	int error = end_give(r, now, w.bytes, w.size);
	assert(error == 0);
	end_take(r, &answer);
	w.size = 0;
	struct hello h = raw_hello(raw);
	raw_finish(raw, &answer, &h, &w);
	raw_record(raw, &w, KIT_FIN, &ready, 1);
	error = end_give(r, now, w.bytes, w.size);
	assert(error == 0 && session_is_ready(r->session));
	(void)error;
	end_take(r, &answer);
}
