/* SPDX-License-Identifier: MIT */
#include "wire/ping.h"

#include "base/err.h"
#include "base/wr.h"
#include "wire/beacon.h"

#include <assert.h>
#include <string.h>

enum { TYPE_AT = 5, NONCE_AT = 8, HEADER_SIZE = 16 };

static const uint8_t magic[4] = { 'E', 'A', 'R', 'S' };

bool
ping_is(const uint8_t *p, size_t n)
{
	return n > TYPE_AT && memcmp(p, magic, sizeof(magic)) == 0 &&
	       (p[TYPE_AT] == PING_ASK || p[TYPE_AT] == PING_ANSWER);
}

int
ping_decode(const uint8_t *p, size_t n, struct ping *ret_ping)
{
	if (n < PING_SIZE_MIN)
		return ERR_SHORT;
	if (n > PING_SIZE_MAX)
		return ERR_LIMIT;
	if (!ping_is(p, n))
		return ERR_FORMAT;
	if (p[4] != PROTOCOL_MAJOR)
		return ERR_VERSION;
	uint8_t rest = p[6] | p[7];
	for (size_t i = HEADER_SIZE; i < n; i++)
		rest |= p[i];
	if (rest != 0)
		return ERR_FORMAT;
	uint64_t nonce = 0;
	for (size_t i = NONCE_AT; i < HEADER_SIZE; i++)
		nonce = nonce << 8 | p[i];
	*ret_ping = (struct ping){
		.type = (enum ping_type)p[TYPE_AT],
		.nonce = nonce,
		.size = n,
	};
	return 0;
}

void
ping_encode(const struct ping *k, uint8_t out[static PING_SIZE_MAX])
{
	struct wr w = wr_to(out, PING_SIZE_MAX);

	assert(k->size >= PING_SIZE_MIN && k->size <= PING_SIZE_MAX);
	wr_bytes(&w, magic, sizeof(magic));
	wr_u8(&w, PROTOCOL_MAJOR);
	wr_u8(&w, (uint8_t)k->type);
	wr_u16(&w, 0);
	wr_u64(&w, k->nonce);
	wr_zeros(&w, k->size - HEADER_SIZE);
	assert(!w.failed && w.size == k->size);
}
