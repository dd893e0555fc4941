/* SPDX-License-Identifier: MIT */
/*
 * Datagrams, and what holds the plain dialect together. Whoever wants to fill
 * the screen with datagrams only has to send them: so each host has a rate, all
 * together have one, and what is no text is counted and not shown.
 *
 * What we broadcast comes back to us, from an address of our own; so may the
 * words of another program here that shares the port, which differ.
 */
#include "core/plain_state.h"

#include "base/mem.h"
#include "base/peer_text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Notices of people who come and go. */
	NOTICES_PER_S = 1,
	NOTICES_BURST = 20,
	/* Our own shouts. */
	SHOUTS_PER_1000S = 500,
	SHOUTS_BURST = 5,
	/* Programs on this host share one address. */
	LOOPBACK_FACTOR = 10,
};

void
plain_init(struct engine *e, struct now now)
{
	struct plain *d = xcalloc(1, sizeof(*d));

	bucket_init(
	    &d->all, PLAIN_ALL_PER_S * 1000, PLAIN_ALL_BURST, now.mono_ms);
	bucket_init(&d->shouts, SHOUTS_PER_1000S, SHOUTS_BURST, now.mono_ms);
	bucket_init(
	    &d->notices, NOTICES_PER_S * 1000, NOTICES_BURST, now.mono_ms);
	d->sweep_ms = NEVER_MS;
	e->plain = d;
}

void
plain_free(struct engine *e)
{
	plain_lines_free(e);
	plain_dials_free(e);
	for (size_t i = 0; i < PLAIN_ECHOES_MAX; i++)
		free(e->plain->echoes[i].bytes);
	free(e->plain);
}

bool
plain_is_on(struct engine *e, struct now now, uint32_t conv)
{
	if (!e->plain->on)
		engine_error(e, now, conv,
		    "the plain dialect is off: anyone on the network can read "
		    "and forge what is said in it. To have it all the same: "
		    "/dialect plain on");
	return e->plain->on;
}

uint32_t
plain_conv(const struct peer *p)
{
	return p->conv != 0 ? p->conv : (uint32_t)CONV_NEARBY;
}

static struct plain_port *
port_by_number(struct engine *e, uint32_t number)
{
	for (size_t i = 0; number != 0 && i < PLAIN_PORTS_MAX; i++)
		if (e->plain->ports[i].number == number)
			return &e->plain->ports[i];
	return NULL;
}

const struct plain_port *
plain_port_find(const struct engine *e, enum transport transport, uint16_t port)
{
	for (size_t i = 0; i < PLAIN_PORTS_MAX; i++) {
		const struct plain_port *s = &e->plain->ports[i];
		if (s->number != 0 && s->transport == transport &&
		    s->port == port)
			return s;
	}
	return NULL;
}

struct plain_port *
plain_port_open(struct engine *e, enum transport transport, uint16_t port)
{
	struct plain_port *s = e->plain->ports;

	while (s < e->plain->ports + PLAIN_PORTS_MAX && s->number != 0)
		s++;
	if (s == e->plain->ports + PLAIN_PORTS_MAX)
		return NULL;
	*s = (struct plain_port){
		.number = listeners_open(e, LISTENER_PLAIN, transport, port),
		.transport = transport,
		.port = port,
		.conv = CONV_NEARBY,
	};
	return s->number == 0 ? NULL : s;
}

void
plain_port_close(struct engine *e, struct plain_port *s)
{
	listeners_close(e, s->number);
	*s = (struct plain_port){ .number = 0 };
}

static bool
is_udp(const struct peer *p)
{
	return strncmp(p->handle, "udp://", 6) == 0;
}

static bool
is_plain(const struct peer *p)
{
	return p->dialect == DIALECT_PLAIN;
}

const char *
plain_handle(enum transport transport, const struct addr *addr,
    char out[static PLAIN_HANDLE_SIZE])
{
	char text[ADDR_TEXT_MAX];

	snprintf(out, PLAIN_HANDLE_SIZE, "%s://%s", transport_text(transport),
	    addr_text(addr, text));
	return out;
}

struct peer *
plain_peer(struct engine *e, struct now now, enum transport transport,
    const char *handle, const struct addr *addr)
{
	const char *name = handle + strlen("tcp://");
	struct peer *p = legacy_peer(e, now, DIALECT_PLAIN, handle, name);

	if (p == NULL)
		return NULL;
	p->transport = transport;
	/* Whoever connects has another port each time. */
	if (p->addr_count > 0 && addr_same_host(&p->addrs[0], addr))
		p->addrs[0] = *addr;
	else
		peer_add_addr(e->model, p, addr);
	return p;
}

/* The listener that datagrams to p leave by: where p wrote to, or that of the
 * shouts, or any; 0: none stands. */
static uint32_t
way_to(const struct engine *e, const struct peer *p)
{
	const struct listener *l = listeners_find(e, p->via);
	uint32_t any = 0;

	if (l != NULL && l->stands)
		return l->number;
	for (size_t i = 0; i < PLAIN_PORTS_MAX; i++) {
		const struct plain_port *s = &e->plain->ports[i];
		l = listeners_find(e, s->number);
		if (l == NULL || !l->stands || s->transport != CARRIER_UDP)
			continue;
		if (s->shouts)
			return l->number;
		any = l->number;
	}
	return any;
}

/* Nobody answers a datagram, so who is a contact counts as there as long as we
 * can send to it. */
static void
refresh_contacts(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->contact_count; i++) {
		struct peer *p = model_peer_edit(e->model, &e->contacts[i]->fp);
		if (p == NULL || !is_plain(p) || !is_udp(p))
			continue;
		struct addr addr;
		if (p->addr_count == 0 &&
		    addr_parse(p->handle + strlen("udp://"), 0, &addr) == 0)
			peer_add_addr(e->model, p, &addr);
		legacy_presence(e, now, p,
		    way_to(e, p) != 0 ? PRESENCE_ONLINE : PRESENCE_OFFLINE);
	}
}

static void
switch_off(struct engine *e, struct now now)
{
	e->plain->on = false;
	e->plain->sweep_ms = NEVER_MS;
	for (size_t i = 0; i < PLAIN_PORTS_MAX; i++)
		if (e->plain->ports[i].number != 0)
			plain_port_close(e, &e->plain->ports[i]);
	plain_lines_end(e, now);
	for (size_t i = 0; i < e->model->peer_count; i++) {
		struct peer *p = e->model->peers[i];
		if (is_plain(p) && p->presence != PRESENCE_OFFLINE)
			legacy_presence(e, now, p, PRESENCE_OFFLINE);
	}
}

static void
open_shouts(struct engine *e, uint16_t port)
{
	struct plain_port *s = e->plain->ports;

	/* What the user asked for with /listen goes on. */
	for (; s < e->plain->ports + PLAIN_PORTS_MAX; s++)
		if (s->number != 0 && s->shouts && s->port != port)
			plain_port_close(e, s);
	if (plain_port_find(e, CARRIER_UDP, port) != NULL)
		return;
	s = plain_port_open(e, CARRIER_UDP, port);
	if (s != NULL)
		s->shouts = true;
}

void
plain_adjust(struct engine *e, struct now now)
{
	const struct settings *s = &e->model->settings;

	if (!s->plain && e->plain->on)
		switch_off(e, now);
	if (!s->plain)
		return;
	e->plain->on = true;
	open_shouts(e, (uint16_t)s->plain_port);
}

static const char *
why_not(int sys_errno)
{
	switch (sys_errno) {
	case EADDRINUSE:
		return N_("another program has it");
	case EACCES:
	case EPERM:
		return N_("the system does not let this user");
	case EMFILE:
	case ENFILE:
		return N_("too many are open");
	default:
		return N_("the system does not give it");
	}
}

static void
tell_listening(struct engine *e, struct now now, const struct plain_port *s)
{
	if (s->shouts)
		engine_info(e, now, s->conv,
		    "plain text that comes to UDP port %u is shown as shouts; "
		    "anyone on the network can read and forge it",
		    s->port);
	else if (s->transport == CARRIER_UDP)
		engine_info(e, now, s->conv,
		    "listening for plain text on UDP port %u", s->port);
	else
		engine_info(e, now, s->conv,
		    "listening for plain text on TCP port %u, framing %s",
		    s->port, framing_text(s->framing));
}

void
plain_listening(
    struct engine *e, struct now now, const struct listener *l, int sys_errno)
{
	struct plain_port *s = port_by_number(e, l->number);
	const char *word = transport_text(l->transport);

	if (s == NULL)
		return;
	if (sys_errno == 0) {
		s->port = l->port;
		tell_listening(e, now, s);
		refresh_contacts(e, now);
		return;
	}
	engine_error(e, now, s->conv,
	    "cannot listen for plain text on port %u (%s): %s", s->port, word,
	    say(e->model->lang, why_not(sys_errno)));
	*s = (struct plain_port){ .number = 0 };
}

/* The bucket of a host, in place of the one that was used longest ago when it
 * is new. */
static struct bucket *
source_bucket(struct engine *e, struct now now, const struct addr *from)
{
	struct plain_source *list = e->plain->sources, *oldest = list;

	for (size_t i = 0; i < PLAIN_SOURCES_MAX; i++) {
		struct plain_source *s = &list[i];
		if (s->host.family != ADDR_NONE &&
		    addr_same_host(&s->host, from)) {
			s->used_ms = now.mono_ms;
			return &s->bucket;
		}
		if (s->host.family == ADDR_NONE ||
		    (oldest->host.family != ADDR_NONE &&
			s->used_ms < oldest->used_ms))
			oldest = s;
	}
	unsigned factor = addr_is_loopback(from) ? LOOPBACK_FACTOR : 1;
	oldest->host = *from;
	oldest->used_ms = now.mono_ms;
	bucket_init(&oldest->bucket, PLAIN_PER_S * 1000 * factor,
	    PLAIN_BURST * factor, now.mono_ms);
	return &oldest->bucket;
}

/* Text has no control characters but these. */
static bool
is_text(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' &&
			p[i] != '\t' && p[i] != 0x1b) ||
		    p[i] == 0x7f)
			return false;
	return n > 0;
}

static size_t
without_end(const uint8_t *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	return n;
}

static bool
is_own_address(const struct engine *e, const struct addr *from)
{
	for (size_t i = 0; i < e->model->iface_count; i++)
		if (addr_same_host(&e->model->ifaces[i].addr, from))
			return true;
	return addr_is_loopback(from);
}

/* Once for each network, so an echo does not use it up. */
static bool
is_echo(const struct engine *e, struct now now, const struct listener *l,
    const struct port_input *in)
{
	if (!in->to_all || in->from.port != l->port ||
	    !is_own_address(e, &in->from))
		return false;
	for (size_t i = 0; i < PLAIN_ECHOES_MAX; i++) {
		const struct plain_echo *o = &e->plain->echoes[i];
		if (o->bytes != NULL && o->until_ms > now.mono_ms &&
		    o->size == in->size &&
		    memcmp(o->bytes, in->bytes, in->size) == 0)
			return true;
	}
	return false;
}

/* Who is talked with talks to us also where others shout. */
static enum message_kind
kind_of(struct engine *e, const struct listener *l, const struct port_input *in,
    const struct peer *p)
{
	const struct plain_port *s = port_by_number(e, l->number);
	bool known = p->conv != 0 && contact_find(e, &p->fp) != NULL;

	if (in->to_all || (s->shouts && !known))
		return MESSAGE_SHOUT;
	return MESSAGE_TEXT;
}

static void
take_datagram(struct engine *e, struct now now, const struct listener *l,
    const struct port_input *in)
{
	struct legacy_counters *counters = &e->model->legacy;
	char handle[PLAIN_HANDLE_SIZE];
	struct peer *p = plain_peer(e, now, CARRIER_UDP,
	    plain_handle(CARRIER_UDP, &in->from, handle), &in->from);

	if (p == NULL) {
		counters->plain_limited++;
		return;
	}
	p->via = l->number;
	if (p->trust != TRUST_BLOCKED)
		legacy_presence(e, now, p, PRESENCE_ONLINE);
	p->gone_ms = now.mono_ms + PLAIN_GONE_MS;
	e->plain->sweep_ms = earlier_ms(e->plain->sweep_ms, p->gone_ms);
	struct legacy_text t = {
		.kind = kind_of(e, l, in, p),
		.raw = in->bytes,
		.raw_size = without_end(in->bytes, in->size),
	};
	if (!legacy_arrived(e, now, p, &t))
		counters->plain_limited++;
}

void
plain_datagram(struct engine *e, struct now now, const struct listener *l,
    const struct port_input *in)
{
	struct legacy_counters *counters = &e->model->legacy;

	if (is_echo(e, now, l, in))
		return;
	if (in->from.port == 0 ||
	    !is_text(in->bytes, without_end(in->bytes, in->size))) {
		counters->plain_bad++;
		return;
	}
	if (!bucket_take(source_bucket(e, now, &in->from), now.mono_ms) ||
	    !bucket_take(&e->plain->all, now.mono_ms)) {
		counters->plain_limited++;
		return;
	}
	take_datagram(e, now, l, in);
}

static void
keep_echo(struct engine *e, struct now now, const uint8_t *bytes, size_t size)
{
	struct plain_echo *oldest = e->plain->echoes;

	for (size_t i = 1; i < PLAIN_ECHOES_MAX; i++)
		if (e->plain->echoes[i].until_ms < oldest->until_ms)
			oldest = &e->plain->echoes[i];
	free(oldest->bytes);
	*oldest = (struct plain_echo){
		.bytes = xmemdup(bytes, size),
		.size = size,
		.until_ms = now.mono_ms + PLAIN_ECHO_MS,
	};
}

static const struct listener *
shout_listener(const struct engine *e)
{
	uint16_t port = (uint16_t)e->model->settings.plain_port;
	const struct plain_port *s = plain_port_find(e, CARRIER_UDP, port);
	const struct listener *l =
	    s == NULL ? NULL : listeners_find(e, s->number);

	return l != NULL && l->stands ? l : NULL;
}

void
plain_shout(struct engine *e, struct now now, const struct command *cmd)
{
	const struct listener *l = shout_listener(e);
	struct message m = { .kind = MESSAGE_SHOUT,
		.mine = true,
		.read = true,
		.dialect = DIALECT_PLAIN,
		.from = e->identity->fp,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms };
	const char *why = NULL;

	if (!plain_is_on(e, now, cmd->conv))
		return;
	m.text = own_text(cmd->text, PEER_TEXT_BODY, &m.size);
	if (m.size == 0)
		why = N_("there is no text");
	else if (m.size > PLAIN_SHOUT_MAX)
		why = N_("a shout is at most 512 bytes");
	else if (e->quiet)
		why = N_("quiet mode announces nothing");
	else if (l == NULL)
		why = N_("the port of the plain dialect is not open");
	else if (!bucket_take(&e->plain->shouts, now.mono_ms))
		why = N_("five in a row, then one each 2 seconds");
	if (why != NULL) {
		engine_error(e, now, cmd->conv, "not shouted: %s",
		    say(e->model->lang, why));
		free(m.text);
		return;
	}
	keep_echo(e, now, (const uint8_t *)m.text, m.size);
	listeners_broadcast(
	    e, l->number, l->port, (const uint8_t *)m.text, m.size);
	rng_fill(&e->rng, m.id.b, sizeof(m.id.b));
	talk_shout(e, &m, true);
	if (cmd->conv != CONV_NEARBY)
		engine_info(e, now, cmd->conv,
		    "shouted in plain text: anyone on the network can read it");
}

static void
send_datagrams(struct engine *e, struct now now, struct peer *p)
{
	uint32_t way = way_to(e, p);
	struct chat_post post;
	uint8_t *bytes;
	size_t size;

	while (way != 0 && p->addr_count > 0 && legacy_next(e, p, &post)) {
		if (!plain_encode(e, now, p, &post, &bytes, &size))
			continue;
		if (size > PLAIN_DATAGRAM_MAX) {
			legacy_answered(e, now, p, &post.id, DELIVERY_FAILED,
			    N_("too long for a datagram"));
		} else {
			listeners_send(e, way, &p->addrs[0], bytes, size);
			legacy_answered(
			    e, now, p, &post.id, DELIVERY_SENT, NULL);
		}
		free(bytes);
	}
}

void
plain_flush(struct engine *e, struct now now, struct peer *p)
{
	if (is_udp(p))
		send_datagrams(e, now, p);
	else
		plain_line_flush(e, now, p);
}

void
plain_stored(struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	/* Nobody waits to hear that. */
	(void)e;
	(void)now;
	(void)p;
	(void)token;
}

/* Who sent a datagram once, and nothing was said since. */
static void
sweep(struct engine *e, struct now now)
{
	e->plain->sweep_ms = NEVER_MS;
	for (size_t i = 0; i < e->model->peer_count; i++) {
		struct peer *p = e->model->peers[i];
		if (!is_plain(p) || !is_udp(p) ||
		    p->presence == PRESENCE_OFFLINE ||
		    contact_find(e, &p->fp) != NULL)
			continue;
		if (p->gone_ms <= now.mono_ms)
			legacy_presence(e, now, p, PRESENCE_OFFLINE);
		else
			e->plain->sweep_ms =
			    earlier_ms(e->plain->sweep_ms, p->gone_ms);
	}
}

void
plain_leave(struct engine *e, struct now now)
{
	plain_lines_end(e, now);
}

void
plain_tick(struct engine *e, struct now now)
{
	plain_lines_tick(e, now);
	if (now.mono_ms >= e->plain->sweep_ms)
		sweep(e, now);
}

int64_t
plain_deadline(const struct engine *e)
{
	return earlier_ms(e->plain->sweep_ms, plain_lines_deadline(e));
}
