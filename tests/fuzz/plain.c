/* SPDX-License-Identifier: MIT */
/* An engine that speaks plain: datagrams and streams of anybody, and a user who
 * hangs up, changes the framing and answers. Nothing goes out by itself. */
#include "engine_kit.h"
#include "fuzz.h"

#include <sodium.h>

static struct ekit k;
static uint32_t conns[4];

static void
order(enum command_kind kind, bool on, uint32_t number, const char *text)
{
	ekit_do(&k, &(struct command){ .kind = kind,
			.conv = CONV_NEARBY,
			.on = on,
			.number = number,
			.text = (char *)(uintptr_t)text });
}

static void
stream(uint8_t op, const uint8_t *p, size_t n)
{
	static const char *const framings[] = { "line", "length", "length-le",
		"datagram" };
	uint32_t *conn = &conns[op >> 2 & 3];
	struct addr from = ekit_addr(op >> 2 & 3);

	if (*conn == 0 || !engine_reading(k.engine, *conn))
		*conn = engine_accepted_at(k.engine, k.now, 2, &from);
	else if (op % 64 == 63)
		engine_closed(k.engine, k.now, *conn, op & 128);
	else
		engine_bytes(k.engine, k.now, *conn, p, n);
	ekit_drain(&k);
	const struct model *m = engine_model(k.engine);
	for (size_t i = 0; op % 32 == 30 && i < m->peer_count; i++)
		if (peer_is_legacy(m->peers[i]))
			ekit_command(&k, COMMAND_FRAMING, &m->peers[i]->fp,
			    framings[op >> 6]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr from = ekit_addr(9);

	if (sodium_init() < 0)
		return 0;
	ekit_init(&k, 1);
	order(COMMAND_SET, true, 0, "plain on");
	engine_listening(k.engine, k.now, 1, 33333, 0);
	ekit_drain(&k);
	order(COMMAND_LISTEN, true, 8888, "line");
	engine_listening(k.engine, k.now, 2, 8888, 0);
	ekit_drain(&k);
	for (size_t i = 0; i < size;) {
		uint8_t op = data[i++];
		size_t n = op < size - i ? op : size - i;
		struct port_input in = { from, op & 1, data + i, n };
		if (op % 4 == 3)
			ekit_pass(&k, op);
		else if (op % 4 == 2)
			engine_datagram_at(k.engine, k.now, 1, &in);
		else
			stream(op, data + i, n);
		ekit_drain(&k);
		i += n;
	}
	check(k.ports.datagrams + k.ports.broadcasts == 0);
	check(k.ports.sent_size == 0);
	ekit_pass(&k, 60000);
	ekit_clear(&k);
	for (int i = 0; i < 4; i++)
		conns[i] = 0;
	return 0;
}
