/* SPDX-License-Identifier: MIT */
#include "dgram_kit.h"

#include "base/err.h"
#include "base/mem.h"
#include "proto/dgram_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct addr
kit_addr(uint32_t host, uint16_t port)
{
	struct addr a = { .family = ADDR_IPV4, .port = port };

	for (unsigned i = 0; i < 4; i++)
		a.ip[i] = (uint8_t)(host >> (24 - 8 * i));
	return a;
}

struct hello
kit_hello(const struct kit_end *end, uint32_t number)
{
	struct hello h = {
		.instance = { 1, 2, 3, (uint8_t)(number >> 8),
		    (uint8_t)number },
		.epoch = 1,
		.version_min = 1,
		.version_max = 1,
		.name = untrusted_of("eve", 3),
		.udp_port = 41827,
		.wall_ms = INT64_C(1795168920000),
	};

	memcpy(h.ed_public, end->identity.ed_public, ED_PUBLIC_SIZE);
	return h;
}

void
kit_end_init(struct kit_end *end, uint32_t number, enum noise_role role,
    struct now now, uint64_t rekey)
{
	uint8_t seed[SEED_SIZE] = { 'e', 'n', 'd' };
	bool initiator = role == NOISE_INITIATOR;

	memset(end, 0, sizeof *end);
	memcpy(seed + 4, &number, sizeof number);
	identity_from_seed(&end->identity, seed);
	end->addr = kit_addr(initiator ? 0x0a000001 : 0x0a000002, 4000);
	struct dgram_cfg cfg = {
		.identity = &end->identity,
		.rng = rng_seeded(&end->seed, number),
		.role = role,
		.hello = kit_hello(end, number),
		.id = initiator ? KIT_I_ID : KIT_R_ID,
		.peer = kit_addr(initiator ? 0x0a000002 : 0x0a000001, 4000),
		.rekey_packets = rekey,
	};
	end->dgram = dgram_new(&cfg, now);
}

void
kit_end_clear(struct kit_end *end)
{
	dgram_free(end->dgram);
	end->dgram = NULL;
}

void
kit_init(struct kit *k, uint32_t number, uint64_t rekey)
{
	memset(k, 0, sizeof *k);
	k->now = (struct now){ .mono_ms = 1000000,
		.wall_ms = INT64_C(1795168920000) };
	k->rng = rng_seeded(&k->seed, number);
	kit_end_init(&k->i, 2 * number, NOISE_INITIATOR, k->now, rekey);
	kit_end_init(&k->r, 2 * number + 1, NOISE_RESPONDER, k->now, rekey);
	k->i.stream = k->r.expects = 2 * number;
	k->r.stream = k->i.expects = 2 * number + 1;
}

void
kit_open(struct kit *k, uint32_t number, uint64_t rekey)
{
	kit_init(k, number, rekey);
	kit_run(k, 100);
	assert(dgram_is_ready(k->i.dgram));
	assert(dgram_is_ready(k->r.dgram));
}

void
kit_clear(struct kit *k)
{
	for (size_t i = 0; i < k->count; i++)
		free(k->queue[i]);
	free(k->queue);
	k->queue = NULL;
	k->count = k->cap = 0;
	kit_end_clear(&k->i);
	kit_end_clear(&k->r);
}

static void
check_message(struct kit_end *end)
{
	static uint8_t expected[MSG_MAX];
	size_t n = kit_message(end->expects, end->messages, expected);

	end->wrong +=
	    n != end->event.size || memcmp(expected, end->event.bytes, n) != 0;
}

static void
count_event(struct kit_end *end, struct now now)
{
	if (end->event.kind == SESSION_MESSAGE) {
		if (end->checks)
			check_message(end);
		memcpy(end->message, end->event.bytes, end->event.size);
		end->event.bytes = end->message;
		end->last_ms = now.mono_ms;
	}
	end->hellos += end->event.kind == SESSION_HELLO;
	end->readies += end->event.kind == SESSION_READY;
	end->messages += end->event.kind == SESSION_MESSAGE;
	end->closes += end->event.kind == SESSION_CLOSED;
	if (end->event.kind == SESSION_HELLO)
		end->error = dgram_accept(end->dgram, now);
}

void
kit_pull(struct kit_end *end, struct now now)
{
	int r = end->error;

	while (r == 0 && !(end->lazy && end->readies > 0) &&
	       (r = dgram_next(end->dgram, now, &end->event)) == 1) {
		count_event(end, now);
		r = end->error;
	}
	if (r < 0)
		end->error = r;
}

int
kit_give(struct kit_end *end, struct now now, const struct addr *from,
    const uint8_t *p, size_t n)
{
	int r = dgram_input(end->dgram, now, from, p, n);

	if (r < 0 && end->error == 0)
		end->error = r;
	kit_pull(end, now);
	return end->error;
}

static void
seal(struct kit *k, struct kit_end *end, uint64_t number, size_t n,
    struct kit_packet *ret_packet)
{
	struct packet packet = { .receiver = end->dgram->peer_id,
		.counter = number };
	int r = keys_seal(
	    &end->dgram->keys, k->now.mono_ms, &packet, ret_packet->bytes, n);

	assert(r == 0);
	(void)r;
	ret_packet->size = PACKET_HEADER_SIZE + n + PACKET_TAG_SIZE;
	ret_packet->from = end->addr;
	ret_packet->to = end == &k->i ? k->r.addr : k->i.addr;
}

void
kit_seal(struct kit *k, struct kit_end *end, const struct frame *frames,
    size_t count, struct kit_packet *ret_packet)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		size_t n;
		int r = frame_put(&frames[i],
		    ret_packet->bytes + PACKET_HEADER_SIZE + size,
		    PACKET_FRAMES_MAX - size, &n);
		assert(r == 0);
		(void)r;
		size += n;
	}
	seal(k, end, recovery_number(&end->dgram->recovery, &end->dgram->rng),
	    size, ret_packet);
}

void
kit_seal_as(struct kit *k, struct kit_end *end, uint64_t number,
    const struct frame *frame, struct kit_packet *ret_packet)
{
	size_t n;
	int r = frame_put(frame, ret_packet->bytes + PACKET_HEADER_SIZE,
	    PACKET_FRAMES_MAX, &n);

	assert(r == 0);
	(void)r;
	seal(k, end, number, n, ret_packet);
}

void
kit_seal_bytes(struct kit *k, struct kit_end *end, const uint8_t *p, size_t n,
    struct kit_packet *ret_packet)
{
	struct dgram *d = end->dgram;

	memcpy(ret_packet->bytes + PACKET_HEADER_SIZE, p, n);
	seal(k, end, recovery_number(&d->recovery, &d->rng), n, ret_packet);
}

/* Sorted by time, and in order where times are equal. */
static void
enqueue(struct kit *k, const struct kit_packet *p)
{
	k->queue = xgrow(k->queue, k->count, &k->cap, sizeof *k->queue);
	size_t at = k->count++;
	for (; at > 0 && k->queue[at - 1]->due_ms <= p->due_ms; at--)
		k->queue[at] = k->queue[at - 1];
	k->queue[at] = xmemdup(p, sizeof *p);
}

void
kit_post(struct kit *k, const struct addr *from, const struct addr *to,
    const uint8_t *p, size_t n)
{
	struct kit_packet packet = {
		.due_ms = k->now.mono_ms + k->weather.delay_ms,
		.from = *from,
		.to = *to,
		.size = n,
	};

	assert(n <= PACKET_MAX);
	memcpy(packet.bytes, p, n);
	if (k->tap != NULL && !k->tap(k, &packet))
		return;
	if (rng_below(&k->rng, 1000) < k->weather.loss)
		return;
	int64_t base_ms = packet.due_ms;
	unsigned copies = 1 + (rng_below(&k->rng, 1000) < k->weather.twice);
	for (unsigned i = 0; i < copies; i++) {
		packet.due_ms = base_ms;
		if (k->weather.jitter_ms > 0)
			packet.due_ms += rng_below(
			    &k->rng, (uint32_t)k->weather.jitter_ms + 1);
		enqueue(k, &packet);
	}
}

static bool
is_over(const struct kit_end *end)
{
	return end->error != 0 || end->closes > 0;
}

void
kit_flush(struct kit *k, struct kit_end *end)
{
	static struct dgram_packet out;
	unsigned burst = 0;

	while (end->error != ERR_TIMEOUT &&
	       dgram_output(end->dgram, k->now, &out)) {
		assert(out.size > 0 && out.size <= PACKET_MAX);
		assert(++burst < 500);
		end->packets++;
		end->bytes += out.size;
		kit_post(k, &end->addr, &out.to, out.bytes, out.size);
	}
}

static void
tick(struct kit *k, struct kit_end *end)
{
	if (is_over(end))
		return;
	int r = dgram_tick(end->dgram, k->now);
	if (r < 0)
		end->error = r;
	kit_flush(k, end);
	/* What is due was done: nothing may be due at once again. */
	assert(is_over(end) || dgram_deadline(end->dgram) > k->now.mono_ms);
}

static void
deliver(struct kit *k)
{
	struct kit_packet *p = k->queue[--k->count];
	struct kit_end *end = addr_equal(&p->to, &k->i.addr)   ? &k->i
			      : addr_equal(&p->to, &k->r.addr) ? &k->r
							       : NULL;

	if (end != NULL && !is_over(end)) {
		kit_give(end, k->now, &p->from, p->bytes, p->size);
		kit_flush(k, end);
	}
	free(p);
}

static int64_t
end_deadline(const struct kit_end *end)
{
	return is_over(end) ? NEVER_MS : dgram_deadline(end->dgram);
}

bool
kit_step(struct kit *k, int64_t end_ms)
{
	kit_flush(k, &k->i);
	kit_flush(k, &k->r);
	int64_t next_ms = earlier_ms(end_deadline(&k->i), end_deadline(&k->r));
	if (k->count > 0)
		next_ms = earlier_ms(next_ms, k->queue[k->count - 1]->due_ms);
	next_ms = earlier_ms(next_ms, end_ms);
	if (next_ms > k->now.mono_ms) {
		k->now.wall_ms += next_ms - k->now.mono_ms;
		k->now.mono_ms = next_ms;
	}
	while (k->count > 0 && k->queue[k->count - 1]->due_ms <= k->now.mono_ms)
		deliver(k);
	tick(k, &k->i);
	tick(k, &k->r);
	return k->now.mono_ms < end_ms && !(is_over(&k->i) && is_over(&k->r));
}

void
kit_run(struct kit *k, int64_t ms)
{
	int64_t end_ms = k->now.mono_ms + ms;

	while (kit_step(k, end_ms))
		;
}

/* One in sixteen is of any size, the others are like chat. */
size_t
kit_message(uint32_t stream, uint32_t number, uint8_t out[static MSG_MAX])
{
	static const uint32_t sizes[] = { 1, 64, 64, 256, 200, 1024,
		FRAGMENT_DATA_MAX, FRAGMENT_DATA_MAX + 1, 3000, 64, 64, 17, 256,
		5000, 64 };
	uint32_t x = (number + (stream << 8)) * UINT32_C(2654435761);
	uint32_t which = (x >> 20) % 16;
	size_t n = which < 15 ? sizes[which] : 1 + x % MSG_MAX;

	if (which == 15 && x % 4 == 0)
		n = MSG_MAX;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((x >> i % 24) + i * 13);
	out[0] = (uint8_t)(x % SESSION_CONTROL);
	return n;
}

unsigned
kit_send_stream(struct kit *k, struct kit_end *from, unsigned n)
{
	static uint8_t bytes[MSG_MAX];
	unsigned sent = 0;

	for (; sent < n; sent++) {
		size_t size = kit_message(from->stream, sent, bytes);
		if (dgram_send(from->dgram, k->now, bytes, size) < 0)
			break;
	}
	return sent;
}

int
kit_send(struct kit *k, struct kit_end *from, size_t n)
{
	static uint8_t bytes[MSG_MAX + 1];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(1 + i % 200);
	return dgram_send(from->dgram, k->now, bytes, n);
}
