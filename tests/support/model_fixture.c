/* SPDX-License-Identifier: MIT */
#include "model_fixture.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/model_edit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct now
fixture_now(void)
{
	return (struct now){
		.mono_ms = FIXTURE_MONO_MS,
		.wall_ms = FIXTURE_WALL_MS,
	};
}

static void
add_iface(struct model *m, const char *name, const char *addr,
    unsigned prefix_bits, enum iface_use use)
{
	struct iface *f = &m->ifaces[m->iface_count++];

	snprintf(f->name, sizeof(f->name), "%s", name);
	int err = addr_parse(addr, 0, &f->addr);
	assert(err == 0);
	(void)err;
	f->prefix_bits = prefix_bits;
	f->use = use;
}

struct model *
fixture_model(void)
{
	struct fp self = { .b = { 0xa5, 0x5a, 1 } };
	struct model *m = model_new(&self, "mira");

	m->tcp_port = m->discovery_port = 41827;
	m->udp_port = 50123;
	m->started_ms = 0;
	m->last_announce_ms = FIXTURE_MONO_MS - 3000;
	m->next_announce_ms = FIXTURE_MONO_MS + 2000;
	add_iface(m, "wlan0", "192.168.1.20", 24, IFACE_USED);
	add_iface(m, "eth0", "10.0.4.9", 24, IFACE_USED);
	add_iface(m, "docker0", "172.17.0.1", 16, IFACE_VIRTUAL);
	return m;
}

void
fixture_free(struct model *m)
{
	model_free(m);
}

struct peer *
fixture_peer(
    struct model *m, const char *name, enum presence presence, unsigned seed)
{
	struct fp fp = { 0 };
	struct addr addr = { .family = ADDR_IPV4, .ip = { 192, 168, 1 } };

	for (unsigned i = 0; i < FP_SIZE; i++)
		fp.b[i] = (uint8_t)((seed * 2654435761u + i * 40503u) >> 7);
	memcpy(fp.b + FP_SIZE - sizeof(seed), &seed, sizeof(seed));
	struct peer *p = model_peer_add(m, &fp);
	char *clean =
	    peer_text(untrusted_of(name, strlen(name)), PEER_TEXT_NAME, NULL);
	peer_set_name(m, p, clean);
	free(clean);
	p->presence = presence;
	addr.ip[3] = (uint8_t)(20 + seed % 200);
	addr.port = 41827;
	peer_add_addr(m, p, &addr);
	snprintf(p->version, sizeof(p->version), "0.1.0");
	p->first_seen_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(52);
	p->last_seen_ms = FIXTURE_WALL_MS - 4000;
	if (presence == PRESENCE_OFFLINE)
		p->last_seen_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(125);
	return p;
}

struct peer *
fixture_contact(
    struct model *m, const char *name, enum presence presence, unsigned seed)
{
	struct peer *p = fixture_peer(m, name, presence, seed);

	p->trust = TRUST_PINNED;
	peer_refresh_trust(m, p);
	model_conv_open(m, p);
	if (presence == PRESENCE_OFFLINE)
		return p;
	p->link = PEER_LINK_UP;
	p->link_addr = p->addrs[0];
	return p;
}

struct peer *
fixture_legacy(
    struct model *m, enum dialect dialect, const char *handle, const char *name)
{
	struct addr addr = { .family = ADDR_IPV4, .ip = { 192, 168, 1 } };
	struct fp fp = { 0 };

	snprintf((char *)fp.b, FP_SIZE, "%s", handle);
	struct peer *p = model_legacy_add(m, &fp, dialect, handle);
	peer_set_name(m, p, name);
	p->presence = PRESENCE_ONLINE;
	addr.ip[3] = (uint8_t)(100 + m->legacy_count);
	addr.port = 2425;
	peer_add_addr(m, p, &addr);
	p->first_seen_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(52);
	p->last_seen_ms = FIXTURE_WALL_MS - 4000;
	model_conv_open(m, p);
	return p;
}

/* Where it is said, and by whom, decides. */
static enum dialect
dialect_of(const struct model *m, const struct conv *c, const struct peer *from)
{
	const struct peer *p = from == NULL ? model_peer(m, &c->fp) : from;

	return p == NULL ? DIALECT_EARSHOT : p->dialect;
}

static void
set_id(struct msg_id *id, uint64_t serial)
{
	memcpy(id->b, &serial, sizeof(serial));
}

static void
add_revisions(struct message *msg, const struct fixture_message *message)
{
	msg->edited = message->edited;
	msg->deleted = message->deleted;
	msg->has_target = message->answers > 0;
	if (msg->has_target)
		set_id(&msg->target, message->answers);
	for (int i = 0; i < 2; i++)
		if (message->reactions[i] != NULL)
			snprintf(msg->reactions[i], REACTION_SIZE, "%s",
			    message->reactions[i]);
}

static char *
clean_copy(const char *text)
{
	return peer_text(
	    untrusted_of(text, strlen(text)), PEER_TEXT_BODY, NULL);
}

void
fixture_add(struct model *m, uint32_t conv, const struct peer *from,
    const struct fixture_message *message)
{
	struct message msg = {
		.kind = message->kind,
		.delivery = message->delivery,
		.mine = message->mine,
		.action = message->action,
		.ran = message->ran,
		.read = message->read || message->mine,
		.missing = message->missing,
	};

	msg.sent_ms = msg.arrived_ms =
	    FIXTURE_WALL_MS - FIXTURE_MINUTES(message->minutes_ago);
	if (message->mine)
		msg.from = m->self;
	else if (from != NULL)
		msg.from = from->fp;
	msg.text = clean_copy(message->text);
	msg.size = strlen(msg.text);
	if (message->reason != NULL)
		msg.reason = clean_copy(message->reason);
	add_revisions(&msg, message);
	struct conv *c = model_conv_edit(m, conv);
	msg.seal = message->seal;
	if (msg.kind <= MESSAGE_SHOUT)
		msg.dialect = dialect_of(m, c, from);
	msg.row = (int64_t)(c->next_serial - CONV_SERIAL_FIRST) + 1000;
	struct message *kept = conv_append(m, c, &msg);
	set_id(&kept->id, kept->serial);
}

void
fixture_receive(struct model *m, const struct peer *from, int64_t minutes_ago,
    const char *text)
{
	fixture_add(m, from->conv, from,
	    &(struct fixture_message){
		.text = text,
		.minutes_ago = minutes_ago,
	    });
}

void
fixture_send(struct model *m, const struct peer *to, int64_t minutes_ago,
    const char *text)
{
	fixture_add(m, to->conv, NULL,
	    &(struct fixture_message){
		.text = text,
		.minutes_ago = minutes_ago,
		.mine = true,
		.delivery = DELIVERY_DELIVERED,
	    });
}

struct transfer *
fixture_transfer(
    struct model *m, const struct peer *p, const char *name, bool mine)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	if (m->transfers == NULL)
		m->transfers = xcalloc(TRANSFERS_MAX, sizeof(*m->transfers));
	t->id = (uint32_t)m->transfer_count + 1;
	t->peer = p->fp;
	t->conv = p->conv;
	t->mine = mine;
	t->dialect = p->dialect;
	t->name = xstrdup(name);
	t->size_known = true;
	t->size = 1400000;
	m->transfers[m->transfer_count++] = t;
	char *text = xasprintf("file %s, 1.4 MB", name);
	struct fixture_message line = {
		.text = text, .kind = MESSAGE_FILE, .mine = mine
	};
	fixture_add(m, p->conv, p, &line);
	free(text);
	struct conv *c = model_conv_edit(m, p->conv);
	conv_message_edit(c, c->next_serial - 1)->transfer = t->id;
	return t;
}
