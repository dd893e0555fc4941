/* SPDX-License-Identifier: MIT */
/*
 * Each entry and each effect is an event; the line for people is made of the
 * event, so that both say the same.
 */
#include "app/replay.h"

#include "base/mem.h"
#include "base/peer_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STAMP_SIZE = 32 };

static json_t *
event_new(const char *kind, int64_t at_ms)
{
	json_t *o = json_object();

	json_object_set_new(o, "event", json_string(kind));
	json_object_set_new(o, "ms", json_integer(at_ms));
	return o;
}

static void
set(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, json_string(value));
}

static void
set_number(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

/* Bytes of a file that anybody can have made. */
static void
set_unclean(json_t *o, const char *key, const char *value)
{
	char *clean = own_text(value, PEER_TEXT_NAME, NULL);

	set(o, key, clean);
	free(clean);
}

static void
set_addr(json_t *o, const char *key, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (a->family != ADDR_NONE)
		set(o, key, addr_text(a, text));
}

static void
set_fp(json_t *o, const struct fp *fp)
{
	char text[FP_TEXT_SIZE];

	if (!fp_is_zero(fp))
		set(o, "id", fp_text(fp, text));
}

static void
set_errno(json_t *o, uint32_t number)
{
	if (number != 0)
		set(o, "error", strerror((int)number));
}

static json_t *
show_start(const struct record_entry *e)
{
	json_t *o = event_new("record", e->at_ms);
	const struct record_start *s = &e->start;
	time_t t = (time_t)(s->wall_ms / 1000);
	char stamp[STAMP_SIZE] = "";
	struct fp fp;
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fp_of_keys(s->ed_public, s->x_public, &fp);
	set_unclean(o, "version", e->name);
	set(o, "began", stamp);
	set_fp(o, &fp);
	set_number(o, "epoch", s->epoch);
	set_number(o, "tcp_port", s->tcp_port);
	set_number(o, "udp_port", s->udp_port);
	set_number(o, "discovery_port", s->discovery_port);
	json_object_set_new(o, "quiet", json_boolean(s->quiet));
	return o;
}

/* "eth0 10.0.0.1/24 used, lo 127.0.0.1/8 used" */
static json_t *
show_ifaces(const struct record_entry *e)
{
	json_t *o = event_new("interfaces", e->at_ms), *list = json_array();

	json_object_set_new(o, "list", list);

	for (size_t i = 0; i < e->iface_count; i++) {
		const struct iface *f = &e->ifaces[i];
		char host[ADDR_TEXT_MAX];
		char *name = own_text(f->name, PEER_TEXT_NAME, NULL);
		char *text = xasprintf("%s %s/%u %s", name,
		    addr_host_text(&f->addr, host), f->prefix_bits,
		    iface_use_text(f->use));
		json_array_append_new(list, json_string(text));
		free(name);
		free(text);
	}
	return o;
}

/* Nobody asks how all of them went that went well. */
static json_t *
show_sent(const struct record_entry *e)
{
	json_t *o = NULL;

	for (size_t i = 0; i < e->iface_count; i++) {
		const struct iface *f = &e->ifaces[i];
		if (f->use != IFACE_USED || f->last_error == 0)
			continue;
		if (o == NULL)
			o = event_new("unsent", e->at_ms);
		set_unclean(o, "interface", f->name);
		set_errno(o, (uint32_t)f->last_error);
	}
	return o;
}

static json_t *
packet_new(const struct record_entry *e, bool in, const char *carrier)
{
	json_t *o = event_new("packet", e->at_ms);

	set(o, "direction", in ? "in" : "out");
	set(o, "transport", carrier);
	set(o, "kind", record_what(e));
	set_number(o, "size", e->size);
	return o;
}

static json_t *
show_datagram(const struct replay *r, const struct record_entry *e)
{
	bool in = e->kind == RECORD_IN;
	json_t *o = packet_new(e, in, "udp");
	const char *iface = replay_iface(r, e->index);
	char *name = NULL;
	struct fp fp;
	uint32_t seq;

	if (e->via != 0)
		set_number(o, "listener", e->via);
	if (in && e->index != 0)
		set_unclean(o, "interface", iface == NULL ? "?" : iface);
	set_addr(o, in ? "from" : "to", &e->addr);
	if (e->kind == RECORD_ALL || e->to_all)
		json_object_set_new(o, "everywhere", json_true());
	if (in && e->via == 0 && !e->on_link)
		json_object_set_new(o, "off_link", json_true());
	if (!record_sender(e, &fp, &seq, &name))
		return o;
	if (name != NULL)
		set(o, "name", name);
	set_fp(o, &fp);
	set_number(o, "seq", seq);
	free(name);
	return o;
}

static json_t *
show_stream(const struct record_entry *e)
{
	json_t *o = packet_new(e, e->kind == RECORD_BYTES_IN, "tcp");

	set_number(o, "connection", e->conn);
	return o;
}

static json_t *
show_connection(const struct record_entry *e, const char *what)
{
	json_t *o = event_new("connection", e->at_ms);

	set(o, "what", what);
	if (e->conn != 0)
		set_number(o, "connection", e->conn);
	if (e->via != 0)
		set_number(o, "listener", e->via);
	set_addr(o, e->kind == RECORD_DIAL ? "to" : "from", &e->addr);
	if (e->kind == RECORD_CLOSED)
		set_errno(o, e->code);
	return o;
}

static json_t *
show_listening(const struct record_entry *e)
{
	json_t *o = event_new("port", e->at_ms);

	set_number(o, "listener", e->via);
	set(o, "transport", transport_text(e->transport));
	set_number(o, "port", e->port);
	set_errno(o, e->code);
	return o;
}

static json_t *
show_contact(const struct record_entry *e)
{
	json_t *o = event_new("contact", e->at_ms);

	set_fp(o, &e->fp);
	set(o, "trust", trust_text(e->trust));
	set_number(o, "epoch", e->epoch);
	set_number(o, "seq", e->seq);
	return o;
}

static void
set_state(json_t *o, enum presence presence, enum trust trust, bool session)
{
	set(o, "state", presence_text(presence));
	set(o, "trust", trust_text(trust));
	json_object_set_new(o, "session", json_boolean(session));
}

static json_t *
show_peer(const struct replay *r, const struct record_entry *e)
{
	static const char *const matches[] = {
		[REPLAY_SAME] = "same",
		[REPLAY_OTHER] = "different",
		[REPLAY_TOLD] = "told",
		[REPLAY_APART] = "not-replayed",
	};
	json_t *o = event_new("recorded", e->at_ms);

	set_unclean(o, "name", e->name);
	set_fp(o, &e->fp);
	set_state(o, e->peer.presence, e->trust, e->peer.link == PEER_LINK_UP);
	if (e->peer.dialect != DIALECT_EARSHOT)
		set(o, "dialect", dialect_text(e->peer.dialect));
	set_addr(o, "address", &e->addr);
	set(o, "replay", matches[replay_match(r)]);
	return o;
}

static json_t *
show_end(const struct record_entry *e)
{
	static const char *const ends[RECORD_ENDS] = {
		[RECORD_END_OVER] = "left",
		[RECORD_END_SIZE] = "size",
		[RECORD_END_TIME] = "time",
	};
	json_t *o = event_new("end", e->at_ms);

	set(o, "why", ends[e->code]);
	return o;
}

json_t *
replay_show_entry(const struct replay *r, const struct record_entry *e)
{
	switch (e->kind) {
	case RECORD_START:
		return show_start(e);
	case RECORD_END:
		return show_end(e);
	case RECORD_IFACES:
		return show_ifaces(e);
	case RECORD_SENT:
		return show_sent(e);
	case RECORD_IN:
	case RECORD_OUT:
	case RECORD_ALL:
		return show_datagram(r, e);
	case RECORD_DIAL:
		return show_connection(e, "dial");
	case RECORD_ACCEPTED:
		return show_connection(
		    e, e->conn == 0 ? "refused" : "accepted");
	case RECORD_OPENED:
		return show_connection(e, "open");
	case RECORD_BYTES_IN:
	case RECORD_BYTES_OUT:
		return show_stream(e);
	case RECORD_CLOSED:
		return show_connection(e, "ended");
	case RECORD_CLOSE:
		return show_connection(e, "closed");
	case RECORD_HANDED:
		return show_connection(e, "file");
	case RECORD_LISTENING:
		return show_listening(e);
	case RECORD_CONTACT:
		return show_contact(e);
	case RECORD_PEER:
		return show_peer(r, e);
	case RECORD_KINDS:
		break;
	}
	return NULL;
}

json_t *
replay_show_effect(const struct replay *r, const struct effect *effect)
{
	const struct model *m = replay_model(r);
	const struct peer *p = model_peer(m, &effect->fp);

	if (effect->kind == EFFECT_MESSAGE) {
		const struct message *msg =
		    conv_message(model_conv(m, effect->conv), effect->serial);
		json_t *o = event_new("says", replay_at_ms(r));
		set(o, "text", msg->text);
		return o;
	}
	if (p == NULL)
		return NULL;
	json_t *o = event_new("peer", replay_at_ms(r));
	set(o, "name", p->name);
	set_fp(o, &p->fp);
	set_state(o, p->presence, p->trust, p->link == PEER_LINK_UP);
	if (p->addr_count > 0)
		set_addr(o, "address", &p->addrs[0]);
	return o;
}

json_t *
replay_show_sum(const struct replay *r)
{
	const struct model *m = replay_model(r);
	json_t *o = event_new("discovery", replay_at_ms(r));
	json_t *dropped = json_object();

	set_number(o, "received", m->discovery.received);
	set_number(o, "accepted", m->discovery.accepted);
	for (int i = 0; i < DROP_KINDS; i++)
		if (m->discovery.dropped[i] > 0)
			set_number(dropped,
			    discover_drop_text((enum discover_drop)i),
			    m->discovery.dropped[i]);
	json_object_set_new(o, "dropped", dropped);
	return o;
}

json_t *
replay_show_traffic(const struct replay *r, size_t index)
{
	const struct model *m = replay_model(r);

	if (index >= m->traffic_count)
		return NULL;
	const struct iface_traffic *t = &m->traffic[index];
	json_t *o = event_new("interface", replay_at_ms(r));
	set_unclean(o, "interface", t->name);
	set(o, "family", t->family == ADDR_IPV6 ? "ipv6" : "ipv4");
	set_number(o, "sent", t->sent);
	set_number(o, "unsent", t->unsent);
	set_number(o, "heard", t->heard);
	set_number(o, "own", t->own);
	return o;
}

/* Of a list its members, of an object what each of them is. */
static char *
value_text(const char *key, const json_t *value)
{
	char *text = NULL;
	json_t *each;
	size_t i;

	if (json_is_string(value))
		return xstrndup(json_string_value(value),
		    strcmp(key, "id") == 0 ? TAG_LONG
					   : json_string_length(value));
	if (!json_is_array(value) && !json_is_object(value))
		return json_dumps(value, JSON_ENCODE_ANY);
	json_array_foreach(value, i, each)
	{
		char *longer = xasprintf("%s%s%s", text == NULL ? "" : text,
		    text == NULL ? "" : ", ", json_string_value(each));
		free(text);
		text = longer;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, each)
	{
		char *longer = xasprintf("%s%s%s: %lld",
		    text == NULL ? "" : text, text == NULL ? "" : ", ", key,
		    (long long)json_integer_value(each));
		free(text);
		text = longer;
	}
	return text == NULL ? xstrdup("") : text;
}

static void
add_value(char **line, const char *key, const json_t *value)
{
	char *text = value_text(key, value);
	bool quote = text[strcspn(text, " =\"")] != '\0' || text[0] == '\0';
	char *longer = xasprintf("%s %s=%s%s%s", *line, key, quote ? "\"" : "",
	    text, quote ? "\"" : "");

	free(*line);
	free(text);
	*line = longer;
}

char *
replay_line(const json_t *event)
{
	int64_t ms = json_integer_value(json_object_get(event, "ms"));
	char *line =
	    xasprintf("%6lld.%03d %s", (long long)(ms / 1000), (int)(ms % 1000),
		json_string_value(json_object_get(event, "event")));
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)event, key, value)
	{
		if (strcmp(key, "event") != 0 && strcmp(key, "ms") != 0)
			add_value(&line, key, value);
	}
	char *clean = own_text(line, PEER_TEXT_LINE, NULL);
	free(line);
	return clean;
}
