/* SPDX-License-Identifier: MIT */
#include "plain_kit.h"

#include "base/mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void
pkit_set(struct ekit *k, const char *line)
{
	struct command cmd = {
		.kind = COMMAND_SET,
		.conv = CONV_NEARBY,
		.on = true,
		.text = xstrdup(line),
	};

	ekit_do(k, &cmd);
	command_clear(&cmd);
}

uint32_t
pkit_stand(struct ekit *k)
{
	const struct effect *l = &k->ports.listens[k->ports.listen_count - 1];

	assert_int_equal(l->kind, EFFECT_LISTEN);
	uint32_t via = l->token;
	engine_listening(k->engine, k->now, via, l->port, 0);
	ekit_drain(k);
	return via;
}

uint32_t
pkit_begin(struct ekit *k)
{
	ekit_init(k, 1);
	pkit_set(k, "plain on");
	return pkit_stand(k);
}

uint32_t
pkit_listen_at(struct ekit *k, bool tcp, uint16_t port, const char *framing)
{
	struct command cmd = {
		.kind = COMMAND_LISTEN,
		.conv = CONV_NEARBY,
		.on = tcp,
		.number = port,
		.text = framing == NULL ? NULL : xstrdup(framing),
	};

	ekit_do(k, &cmd);
	command_clear(&cmd);
	return pkit_stand(k);
}

struct addr
pkit_at(uint32_t host, uint16_t port)
{
	struct addr a = ekit_addr(host);

	a.port = port;
	return a;
}

void
pkit_datagram(struct ekit *k, uint32_t via, const struct addr *from,
    bool to_all, const char *text, size_t n)
{
	struct port_input in = {
		.from = *from,
		.to_all = to_all,
		.bytes = (const uint8_t *)text,
		.size = n,
	};

	engine_datagram_at(k->engine, k->now, via, &in);
	ekit_drain(k);
}

void
pkit_hear(struct ekit *k, uint32_t via, const struct addr *from, bool to_all,
    const char *text)
{
	pkit_datagram(k, via, from, to_all, text, strlen(text));
}

struct fp
pkit_fp_at(const char *scheme, const struct addr *a)
{
	char text[ADDR_TEXT_MAX], handle[HANDLE_SIZE];

	snprintf(handle, sizeof(handle), "%s://%s", scheme, addr_text(a, text));
	return legacy_fp(DIALECT_PLAIN, handle);
}

const struct peer *
pkit_caller(struct ekit *k, const struct addr *a, unsigned nth)
{
	char text[ADDR_TEXT_MAX], handle[HANDLE_SIZE];

	addr_host_text(a, text);
	if (nth == 1)
		snprintf(handle, sizeof(handle), "tcp://%s", text);
	else
		snprintf(handle, sizeof(handle), "tcp://%s#%u", text, nth);
	struct fp fp = legacy_fp(DIALECT_PLAIN, handle);
	return model_peer(engine_model(k->engine), &fp);
}

const struct peer *
pkit_peer_at(struct ekit *k, const char *scheme, const struct addr *a)
{
	struct fp fp = pkit_fp_at(scheme, a);

	return model_peer(engine_model(k->engine), &fp);
}

unsigned
pkit_count(struct ekit *k, const struct peer *p, enum message_kind kind,
    const struct message **ret_last)
{
	const struct conv *c = model_conv(engine_model(k->engine),
	    p == NULL ? (uint32_t)CONV_NEARBY : p->conv);
	unsigned n = 0;

	for (uint64_t s = c == NULL ? 0 : c->first_serial;
	     c != NULL && s < c->next_serial; s++) {
		const struct message *m = conv_message(c, s);
		if (m->kind != kind)
			continue;
		n++;
		if (ret_last != NULL)
			*ret_last = m;
	}
	return n;
}

void
pkit_say_to(struct ekit *k, const struct peer *p, const char *text)
{
	ekit_command(k, COMMAND_SAY, &p->fp, text);
}

void
pkit_expect_notice(struct ekit *k, const struct peer *p, const char *part)
{
	const struct message *m = NULL;
	const struct message *error = NULL;

	pkit_count(k, p, MESSAGE_INFO, &m);
	pkit_count(k, p, MESSAGE_ERROR, &error);
	if ((m == NULL || strstr(m->text, part) == NULL) &&
	    (error == NULL || strstr(error->text, part) == NULL))
		fail_msg("no \"%s\" but \"%s\"", part,
		    m == NULL ? "nothing" : m->text);
}

uint32_t
pkit_client(struct ekit *k, uint32_t via, const struct addr *from)
{
	uint32_t conn = engine_accepted_at(k->engine, k->now, via, from);

	ekit_drain(k);
	return conn;
}

void
pkit_stream(struct ekit *k, uint32_t conn, const char *text)
{
	engine_bytes(
	    k->engine, k->now, conn, (const uint8_t *)text, strlen(text));
	ekit_drain(k);
}

void
pkit_expect_sent(struct ekit *k, uint32_t conn, const char *text)
{
	assert_int_equal(k->ports.conn, conn);
	assert_int_equal(k->ports.sent_size, strlen(text));
	assert_memory_equal(k->ports.sent, text, strlen(text));
	k->ports.sent_size = 0;
}
