/* SPDX-License-Identifier: MIT */
/* A whole engine between three peers that hold keys, its user, a clock, streams
 * that come and go, and datagrams of anybody. */
#include "base/rd.h"
#include "engine_kit.h"
#include "fuzz.h"
#include "wire/packet.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

enum { PEERS = 3 };

static struct ekit k;
static struct remote *peers[PEERS];

/* A HELLO has its size, whatever is in it; the rest is what it is. */
static void
send_datagram(const struct addr *from, uint8_t op, struct rd *in)
{
	static const uint8_t kinds[] = { PACKET_HELLO, PACKET_ANSWER,
		PACKET_FINISH, PACKET_RETRY, PACKET_DATA };
	uint8_t bytes[PACKET_MAX] = { kinds[op / 8 % sizeof(kinds)] };
	size_t n = in->left < op ? in->left : op;

	rd_copy(in, bytes + 1, n);
	engine_datagram(k.engine, k.now, from, true, bytes,
	    bytes[0] == PACKET_HELLO ? PACKET_MAX : n + 1);
	ekit_run(&k);
}

/* Commands about messages name the last one that went out. */
static void
order(struct remote *r, enum command_kind kind, uint8_t op, char *text)
{
	ekit_do(&k, &(struct command){ .kind = kind,
			.conv = op % 5,
			.peer = r->end.identity.fp,
			.on = op > 128,
			.has_target = op % 3 == 0,
			.target = r->last_id,
			.number = op / 10 % 4,
			.row = op % 7,
			.text = text });
}

static void
test_way(struct remote *r, uint8_t op)
{
	struct path_ask ask = { .has_peer = op % 2 == 0,
		.peer = r->end.identity.fp,
		.addr = ekit_addr(op % 4),
		.load = op % 8 < 4 };

	if (op > 240)
		engine_ask_round(k.engine, k.now);
	else
		engine_path(k.engine, k.now, &ask);
}

static void
act(struct remote *r, uint32_t number, uint8_t op, struct rd *in)
{
	struct addr addr = ekit_addr(number);
	size_t n = in->left < op ? in->left : op;
	char text[256] = { 0 };

	switch (op % 10) {
	case 0:
		if (r->conn == 0) {
			session_free(r->end.session);
			r->end.session = NULL;
			r->end.error = 0;
			r->hello.instance[7] ^= op & 8;
			r->hello.epoch = op & 1;
			r->end.purpose = op & 64 ? SESSION_PROBE : SESSION_CHAT;
			remote_connect(&k, r, &addr);
		}
		break;
	case 1:
		if (r->conn == 0 && k.dial_count > 0) {
			session_free(r->end.session);
			r->end.session = NULL;
			r->end.error = 0;
			remote_answer(&k, r);
		}
		break;
	case 2:
		if (r->conn != 0)
			remote_lose(&k, r);
		else if (k.dial_count > 0)
			ekit_fail_dial(&k, ECONNREFUSED);
		break;
	case 3:
		rd_copy(in, text, n);
		order(
		    r, (enum command_kind)(in->left % COMMAND_QUIT), op, text);
		break;
	case 4:
		r->udp_port = op & 16 ? 50000 : 0;
		if ((op & 32) != 0)
			send_datagram(&addr, op, in);
		else
			ekit_hear(&k, r, op & 8 ? "bob" : "b0b", &addr,
			    in->left & 63);
		break;
	case 5:
		ekit_pass(&k, (int64_t)1 << op / 12);
		break;
	case 6:
		if (remote_is_up(r))
			session_close(r->end.session, k.now, op);
		r->silent = op > 200;
		break;
	case 7:
		if (op > 128)
			test_way(r, op);
		else
			k.full = !k.full;
		ekit_drain(&k);
		break;
	case 8:
		if (op > 200)
			ekit_restart(&k);
		break;
	default:
		if (remote_is_up(r) && n > 0)
			session_send(r->end.session, k.now, rd_span(in, n), n);
		ekit_run(&k);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);

	if (sodium_init() < 0)
		return 0;
	ekit_init(&k, 1);
	for (uint32_t i = 0; i < PEERS; i++)
		peers[i] = ekit_remote(&k, i);
	for (unsigned steps = 0; r.left > 1 && steps < 200; steps++) {
		uint32_t who = rd_u8(&r) % PEERS;
		act(peers[who], who, rd_u8(&r), &r);
		check(ekit_conns(&k) <= CONNS_MAX);
	}
	ekit_pass(&k, 600000);
	ekit_clear(&k);
	return 0;
}
