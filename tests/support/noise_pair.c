/* SPDX-License-Identifier: MIT */
#include "noise_pair.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

void
pair_draw_keys(struct pair *p, struct noise_keypair *ret_keys)
{
	rng_fill(&p->rng, ret_keys->secret, NOISE_KEY_SIZE);
	int rc = crypto_scalarmult_base(ret_keys->public, ret_keys->secret);
	assert(rc == 0);
	(void)rc;
}

void
pair_restart(struct pair *p, const char *prologue)
{
	noise_init(&p->init, NOISE_INITIATOR, &p->alice, prologue,
	    strlen(prologue), &p->rng);
	noise_init(&p->resp, NOISE_RESPONDER, &p->bob, prologue,
	    strlen(prologue), &p->rng);
}

void
pair_init(struct pair *p, uint64_t seed, const char *prologue)
{
	memset(p, 0, sizeof(*p));
	p->rng = rng_seeded(&p->state, seed);
	pair_draw_keys(p, &p->alice);
	pair_draw_keys(p, &p->bob);
	pair_restart(p, prologue);
}

int
pair_write(
    struct noise *from, size_t payload_size, struct pair_message *ret_message)
{
	uint8_t payload[PAIR_MESSAGE_MAX];

	memset(payload, 'p', sizeof(payload));
	return noise_write(from, payload, payload_size, ret_message->b,
	    sizeof(ret_message->b), &ret_message->size);
}

int
pair_read(struct noise *to, const struct pair_message *message)
{
	uint8_t payload[PAIR_MESSAGE_MAX];
	size_t size;

	return noise_read(
	    to, message->b, message->size, payload, sizeof(payload), &size);
}

int
pair_run(struct pair *p, int step, const size_t payload_sizes[static 3])
{
	for (; step < 3; step++) {
		struct noise *from = step == 1 ? &p->resp : &p->init;
		struct noise *to = step == 1 ? &p->init : &p->resp;
		struct pair_message message;
		if (pair_write(from, payload_sizes[step], &message) != 0 ||
		    pair_read(to, &message) != 0)
			break;
	}
	return step;
}

void
pair_establish(struct pair *p)
{
	static const size_t none[3];
	int rc = pair_run(p, 0, none);

	assert(rc == 3);
	rc = noise_split(
	    &p->init, &p->init_send, &p->init_receive, p->init_hash);
	assert(rc == 0);
	rc = noise_split(
	    &p->resp, &p->resp_send, &p->resp_receive, p->resp_hash);
	assert(rc == 0);
	assert(memcmp(p->init_hash, p->resp_hash, HASH_SIZE) == 0);
	(void)rc;
}

bool
pair_is_wiped(const struct noise *n)
{
	struct noise copy = *n;
	bool dead = copy.step < 0;

	copy.step = 0;
	return dead && sodium_is_zero((const uint8_t *)&copy, sizeof(copy));
}
