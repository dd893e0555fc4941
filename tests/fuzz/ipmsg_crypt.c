/* SPDX-License-Identifier: MIT */
#include "wire/ipmsg_crypt.h"

#include "fuzz.h"
#include "ipmsg_ring.h"

static struct ipmsg_keys *bob;
static struct ipmsg_pubkey small;
static uint8_t room[64 * 1024];

static bool
start(void)
{
	uint8_t body[IPMSG_PUBKEY_BODY_MAX];
	struct ipmsg_text text = { .bytes = body };

	return bob != NULL || ((bob = load_bob()) != NULL &&
				  ipmsg_pubkey_encode(bob, IPMSG_CAN_RSA_1024,
				      body, &text.size) == 0 &&
				  ipmsg_pubkey_decode(text, &small) == 0);
}

/* The bytes are what somebody encrypted for us; one of the result is changed,
 * or none. */
static void
open_damaged(const uint8_t *data, size_t size, const struct rng *rng)
{
	struct ipmsg_packet packet = { .digits = { data, size % 21, false } };
	struct ipmsg_clear clear;
	size_t n;

	if (size < 21 || ipmsg_crypt_encode(bob, rng, &small, packet.digits,
			     (struct ipmsg_text){ .bytes = data, .size = size },
			     room, sizeof(room), &n) != 0)
		return;
	uint8_t flip = data[1] % 4 == 0 ? 0 : data[2];
	room[(size_t)data[0] * n / 256] ^= flip;
	packet.body = (struct ipmsg_text){ .bytes = room, .size = n };
	bool opens = ipmsg_crypt_decode(bob, rng, &packet, NULL, &clear) == 0;
	check(opens || flip != 0);
	if (opens)
		free(clear.bytes);
}

/* What somebody says is their key can be used, and what was encrypted opens or
 * does not. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rng_seed seed;
	struct rng rng = rng_seeded(&seed, 1);
	struct ipmsg_packet packet;
	struct ipmsg_pubkey key;
	struct ipmsg_clear clear;
	size_t n;

	if (!start())
		return 0;
	open_damaged(data, size, &rng);
	if (ipmsg_decode(data, size, &packet) != 0)
		return 0;
	bool is_key = ipmsg_pubkey_decode(packet.body, &key) == 0;
	if (is_key)
		ipmsg_crypt_encode(bob, &rng, &key, packet.digits,
		    packet.digits, room, sizeof(room), &n);
	if (ipmsg_crypt_decode(
		bob, &rng, &packet, is_key ? &key : NULL, &clear) == 0)
		free(clear.bytes);
	return 0;
}
