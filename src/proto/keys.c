/* SPDX-License-Identifier: MIT */
#include "proto/keys.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

static void
make_next(struct noise_cipher *next, const struct noise_cipher *from)
{
	*next = *from;
	noise_rekey(next);
}

void
keys_init(struct keys *k, int64_t now_ms, struct noise_cipher *send,
    struct noise_cipher *receive, uint64_t limit)
{
	memset(k, 0, sizeof(*k));
	k->send = *send;
	k->receive = *receive;
	noise_cipher_clear(send);
	noise_cipher_clear(receive);
	make_next(&k->next, &k->receive);
	noise_cipher_clear(&k->old);
	k->limit = limit != 0 ? limit : UINT64_C(1) << 32;
	k->send_ms = k->receive_ms = now_ms;
	k->old_until_ms = NEVER_MS;
}

void
keys_clear(struct keys *k)
{
	mem_wipe(k, sizeof(*k));
}

static void
move_if_due(struct keys *k, int64_t now_ms, uint64_t number)
{
	bool due = number - k->send_first >= k->limit ||
		   now_ms >= k->send_ms + DGRAM_REKEY_MS;

	if (!due || !k->send_acked)
		return;
	noise_rekey(&k->send);
	k->send_phase ^= 1;
	k->send_acked = false;
	k->send_first = number;
	k->send_ms = now_ms;
}

int
keys_seal(struct keys *k, int64_t now_ms, struct packet *packet, uint8_t *out,
    size_t n)
{
	uint8_t *body = out + PACKET_HEADER_SIZE;

	move_if_due(k, now_ms, packet->counter);
	packet->kind = PACKET_DATA;
	packet->phase = k->send_phase;
	packet_put_header(packet, out);
	k->send.nonce = packet->counter;
	return noise_seal(&k->send, out, PACKET_HEADER_SIZE, body, n, body);
}

static int
open_with(struct noise_cipher *c, const struct packet *packet, uint8_t *out)
{
	uint8_t header[PACKET_HEADER_SIZE];

	packet_put_header(packet, header);
	c->nonce = packet->counter;
	return noise_open(
	    c, header, sizeof(header), packet->body, packet->size, out);
}

/* The first packet of the next key moves us to it. */
static int
open_next(
    struct keys *k, int64_t now_ms, const struct packet *packet, uint8_t *out)
{
	int r = open_with(&k->next, packet, out);

	if (r < 0)
		return r;
	k->old = k->receive;
	k->old_until_ms = now_ms + DGRAM_OLD_KEY_MS;
	k->receive = k->next;
	make_next(&k->next, &k->receive);
	k->receive_phase ^= 1;
	k->receive_first = packet->counter;
	k->receive_ms = now_ms;
	return 0;
}

/* Counters ascend over the keys, so those of another phase are older than all
 * of this key, or newer. */
int
keys_open(
    struct keys *k, int64_t now_ms, const struct packet *packet, uint8_t *out)
{
	if (packet->phase != k->receive_phase) {
		if (packet->counter > k->receive_first)
			return open_next(k, now_ms, packet, out);
		return k->old_until_ms == NEVER_MS
			   ? ERR_AUTH
			   : open_with(&k->old, packet, out);
	}
	int r = open_with(&k->receive, packet, out);
	if (r == 0 && packet->counter < k->receive_first)
		k->receive_first = packet->counter;
	return r;
}

int64_t
keys_ask_ms(const struct keys *k)
{
	return k->send_acked ? NEVER_MS : k->send_ms + DGRAM_REKEY_MS;
}

void
keys_acked(struct keys *k, uint64_t number)
{
	if (number >= k->send_first)
		k->send_acked = true;
}

void
keys_tick(struct keys *k, int64_t now_ms)
{
	if (now_ms < k->old_until_ms)
		return;
	noise_cipher_clear(&k->old);
	k->old_until_ms = NEVER_MS;
}

int64_t
keys_deadline(const struct keys *k)
{
	return k->old_until_ms;
}

int64_t
keys_end_ms(const struct keys *k)
{
	return earlier_ms(k->send_ms, k->receive_ms) + DGRAM_KEY_LIFE_MS;
}
