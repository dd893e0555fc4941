/* SPDX-License-Identifier: MIT */
#include "discover_kit.h"

#include <assert.h>
#include <string.h>

enum {
	PORT_FIRST = 40000,
	PORTS = 20000,
	INSTANCE_WORD = 0x5eed,
};

#define WALL_MS INT64_C(1795168920000)

void
kit_identity(struct identity *id, uint32_t number)
{
	uint8_t seed[SEED_SIZE] = { 'k', 'i', 't' };

	memcpy(seed + 4, &number, sizeof(number));
	identity_from_seed(id, seed);
}

struct addr
kit_addr(uint32_t number)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
		    (uint8_t)number },
		.port = (uint16_t)(PORT_FIRST + number % PORTS),
	};
}

struct addr
kit_loopback(uint16_t port)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 127, 0, 0, 1 },
		.port = port,
	};
}

struct beacon
kit_beacon(const struct identity *id, enum beacon_type type, uint32_t epoch,
    uint32_t seq)
{
	struct beacon b = {
		.type = (uint8_t)type,
		.epoch = epoch,
		.seq = seq,
		.instance = { (uint8_t)epoch, INSTANCE_WORD & 0xff },
		.tcp_port = 41827,
		.udp_port = 50123,
		.interval_s = 30,
		.name = untrusted_of("eve", 3),
	};

	memcpy(b.ed_public, id->ed_public, ED_PUBLIC_SIZE);
	memcpy(b.x_public, id->x.public, NOISE_KEY_SIZE);
	return b;
}

struct kit_datagram
kit_sign(const struct beacon *b, const struct identity *id)
{
	struct kit_datagram g;
	int err = beacon_encode(b, id, g.bytes, &g.size);

	assert(err == 0);
	(void)err;
	return g;
}

struct kit_datagram
kit_datagram(const struct identity *id, enum beacon_type type, uint32_t epoch,
    uint32_t seq)
{
	struct beacon b = kit_beacon(id, type, epoch, seq);

	return kit_sign(&b, id);
}

struct kit_datagram
kit_shout(const struct identity *id, uint32_t epoch, uint32_t seq)
{
	struct beacon b = kit_beacon(id, BEACON_SHOUT, epoch, seq);

	memcpy(b.shout_id.b, &seq, sizeof(seq));
	memcpy(b.shout_id.b + 4, &epoch, sizeof(epoch));
	b.shout_text = untrusted_of("lunch?", 6);
	b.shout_sent_ms = WALL_MS;
	return kit_sign(&b, id);
}

struct discover_cfg
kit_cfg(struct kit_node *node, uint32_t number)
{
	return (struct discover_cfg){
		.identity = &node->id,
		.rng = rng_seeded(&node->rng, number),
		.epoch = 1,
		.instance = { 1, 2, 3, (uint8_t)number },
		.tcp_port = 41827,
		.udp_port = node->addr.port,
	};
}

void
kit_node_init(struct kit_node *node, uint32_t number, int64_t now_ms)
{
	kit_identity(&node->id, number);
	node->addr = kit_addr(number);
	struct discover_cfg cfg = kit_cfg(node, number);
	node->d = discover_new(&cfg, kit_now(now_ms));
}

void
kit_node_clear(struct kit_node *node)
{
	discover_free(node->d);
	node->d = NULL;
}

struct now
kit_now(int64_t now_ms)
{
	return (struct now){
		.mono_ms = now_ms,
		.wall_ms = WALL_MS + now_ms,
	};
}

enum sighting_kind
kit_hear(struct kit_node *node, int64_t now_ms, const struct addr *from,
    const struct kit_datagram *g)
{
	struct sighting s;
	int seen = discover_input(
	    node->d, kit_now(now_ms), from, true, g->bytes, g->size, &s);

	return seen ? s.kind : SIGHT_NONE;
}

unsigned
kit_drain(struct kit_node *node, int64_t now_ms)
{
	struct discover_packet packet;
	unsigned count = 0;

	while (discover_next(node->d, kit_now(now_ms), &packet))
		count++;
	return count;
}

uint64_t
kit_dropped(const struct kit_node *node)
{
	const struct discover_counters *c = discover_counters(node->d);
	uint64_t sum = 0;

	for (unsigned i = 0; i < DROP_KINDS; i++)
		sum += c->dropped[i];
	return sum;
}
