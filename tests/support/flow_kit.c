/* SPDX-License-Identifier: MIT */
#include "flow_kit.h"

#include <assert.h>
#include <string.h>

const struct rsa_lib *flow_kit_lib;

struct session_keys
flow_kit_keys(bool sends)
{
	struct session_keys k = { .send = { .nonce = 1 },
		.receive = { .nonce = 2 } };

	if (!sends) {
		k.send.nonce = 2;
		k.receive.nonce = 1;
	}
	memset(k.send.key, sends ? 0x11 : 0x22, sizeof(k.send.key));
	memset(k.receive.key, sends ? 0x22 : 0x11, sizeof(k.receive.key));
	return k;
}

struct flow *
flow_kit_end(bool sends, uint32_t rekey_records)
{
	struct session_keys keys = flow_kit_keys(sends);
	struct flow_cfg cfg = { .sends = sends,
		.keys = &keys,
		.lib = flow_kit_lib,
		.rekey_records = rekey_records };
	struct flow *f = flow_new(&cfg);

	assert(keys.send.key[0] == 0 && keys.receive.key[31] == 0);
	return f;
}

size_t
flow_kit_give(struct flow *to, const void *bytes, size_t n)
{
	size_t cap;
	uint8_t *room = flow_room(to, &cap);

	if (cap > n)
		cap = n;
	if (cap > 0)
		memcpy(room, bytes, cap);
	flow_received(to, cap);
	return cap;
}

size_t
flow_kit_move(struct flow *from, struct flow *to, size_t max, size_t step)
{
	size_t moved = 0, n;

	while (moved < max) {
		const uint8_t *p = flow_output(from, &n);
		if (n > step)
			n = step;
		if (n > max - moved)
			n = max - moved;
		n = flow_kit_give(to, p, n);
		if (n == 0)
			break;
		flow_sent(from, n);
		moved += n;
	}
	return moved;
}

struct flow_raw
flow_kit_raw(bool sends)
{
	struct session_keys keys = flow_kit_keys(sends);

	return (struct flow_raw){ keys.send, keys.receive };
}

void
flow_raw_give(
    struct flow_raw *raw, struct flow *to, const void *plain, size_t n)
{
	static uint8_t record[2 + FLOW_RECORD_MAX];
	size_t sealed = n + NOISE_TAG_SIZE;
	int err = noise_seal(&raw->send, NULL, 0, plain, n, record + 2);

	assert(err == 0);
	(void)err;
	record[0] = (uint8_t)(sealed >> 8);
	record[1] = (uint8_t)sealed;
	flow_kit_give(to, record, 2 + sealed);
}

size_t
flow_raw_take(struct flow_raw *raw, struct flow *from,
    uint8_t out[static FLOW_RECORD_MAX])
{
	size_t n;
	const uint8_t *p = flow_output(from, &n);

	if (n < 2)
		return 0;
	size_t sealed = (size_t)(p[0] << 8 | p[1]);
	assert(n >= 2 + sealed);
	int err = noise_open(&raw->receive, NULL, 0, p + 2, sealed, out);
	assert(err == 0);
	(void)err;
	flow_sent(from, 2 + sealed);
	return sealed - NOISE_TAG_SIZE;
}
