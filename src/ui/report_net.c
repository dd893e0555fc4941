/* SPDX-License-Identifier: MIT */
#include "ui/report.h"

#include "core/host.h"
#include "ui/str.h"
#include "ui/when.h"

#include <errno.h>
#include <stdlib.h>

enum { HEAD_CELLS = 13, HOSTS_SHOWN = 8 };

static void
add_head(struct str *s, const struct lang *l, const char *label)
{
	str_add(s, "\n");
	str_pad(s, say(l, label), HEAD_CELLS);
}

static void
add_ports(struct str *s, const struct model *m)
{
	char fp[FP_TEXT_SIZE];

	str_pad(s, say(m->lang, "you"), HEAD_CELLS);
	str_addf(s, "%s, %s", m->name,
	    m->away ? say(m->lang, "away") : say(m->lang, "here"));
	if (m->hostname != NULL) {
		add_head(s, m->lang, N_("host"));
		str_add(s, m->hostname);
	}
	add_head(s, m->lang, N_("fingerprint"));
	str_add(s, fp_text(&m->self, fp));
	add_head(s, m->lang, N_("listening"));
	if (m->tcp_port == 0)
		str_add(s,
		    say(m->lang, "on no TCP port: others cannot "
				 "open a session with you, you can with them"));
	else
		str_addf(s, "tcp %u", m->tcp_port);
	add_head(s, m->lang, N_("discovery"));
	str_addf(s, say(m->lang, "udp %u, ours goes out from udp %u"),
	    m->discovery_port, m->udp_port);
}

static void
add_announcing(struct str *s, const struct model *m, struct now now)
{
	char last[WHEN_SPAN_SIZE], next[WHEN_SPAN_SIZE];

	add_head(s, m->lang, N_("announced"));
	if (m->last_announce_ms == 0) {
		str_add(s, say(m->lang, "not yet"));
		return;
	}
	str_addf(s, say(m->lang, "%s ago"),
	    when_span(m->lang, now.mono_ms - m->last_announce_ms, last));
	if (m->next_announce_ms >= now.mono_ms &&
	    m->next_announce_ms < NEVER_MS)
		str_addf(s, say(m->lang, ", next in %s"),
		    when_span(
			m->lang, m->next_announce_ms - now.mono_ms, next));
}

static void
add_error(struct str *s, const struct lang *l, int error)
{
	static const struct {
		int error;
		const char *text;
	} texts[] = {
		{ EACCES, N_("not allowed, by a firewall here?") },
		{ EPERM, N_("not allowed, by a firewall here?") },
		{ ENETUNREACH, N_("no route") },
		{ EHOSTUNREACH, N_("no route") },
		{ ENETDOWN, N_("the network is down") },
		{ ENOBUFS, N_("the queue is full") },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].error == error) {
			str_addf(s, say(l, ", the last send failed: %s"),
			    say(l, texts[i].text));
			return;
		}
	str_addf(s, say(l, ", the last send failed: error %d"), error);
}

/* Of an address that is used; loopback needs none of it. */
static void
add_subnet(struct str *s, const struct lang *l, const struct iface *f)
{
	struct addr mask = iface_netmask(f), subnet = iface_subnet(f);
	char text[3][ADDR_TEXT_MAX], mac[MAC_TEXT_SIZE];

	if (f->use != IFACE_USED || f->loopback)
		return;
	if (f->has_mac)
		str_addf(s, ", MAC %s", mac_text(f->mac, mac));
	if (f->addr.family != ADDR_IPV4 || f->broadcast.family == ADDR_NONE)
		return;
	add_head(s, NULL, "");
	str_addf(s, say(l, "  netmask %s, subnet %s, broadcast %s"),
	    addr_host_text(&mask, text[0]), addr_host_text(&subnet, text[1]),
	    addr_host_text(&f->broadcast, text[2]));
}

static void
add_ifaces(struct str *s, const struct model *m)
{
	char at[ADDR_TEXT_MAX];

	if (m->iface_count == 0) {
		add_head(s, m->lang, N_("interfaces"));
		str_add(
		    s, say(m->lang, "none: connect this machine to a network"));
	}
	for (size_t i = 0; i < m->iface_count; i++) {
		const struct iface *f = &m->ifaces[i];
		add_head(
		    s, i == 0 ? m->lang : NULL, i == 0 ? N_("interfaces") : "");
		str_addf(s, "%s %s/%u %s", f->name,
		    addr_host_text(&f->addr, at), f->prefix_bits,
		    say(m->lang, iface_use_text(f->use)));
		if (f->last_error != 0)
			add_error(s, m->lang, f->last_error);
		add_subnet(s, m->lang, f);
	}
}

static unsigned
count_heard_on(const struct model *m, size_t traffic)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->peer_count; i++)
		n += (m->peers[i]->heard_on >> traffic & 1) != 0;
	return n;
}

/* What went to everybody over each interface, and came. */
static void
add_traffic(struct str *s, const struct model *m, struct now now)
{
	for (size_t i = 0; i < m->traffic_count; i++) {
		const struct iface_traffic *t = &m->traffic[i];
		add_head(
		    s, i == 0 ? m->lang : NULL, i == 0 ? N_("traffic") : "");
		str_addf(s,
		    say(m->lang, "%s %s: %llu out, %llu in (%llu in the last "
				 "minute) of %u others, %llu of ours came "
				 "back"),
		    t->name, t->family == ADDR_IPV6 ? "IPv6" : "IPv4",
		    (unsigned long long)t->sent, (unsigned long long)t->heard,
		    (unsigned long long)meter_minute(&t->heard_rate, now),
		    count_heard_on(m, i), (unsigned long long)t->own);
		if (t->unsent > 0)
			str_addf(s, say(m->lang, ", %llu could not be sent"),
			    (unsigned long long)t->unsent);
	}
}

static void
add_counters(struct str *s, const struct model *m, struct now now)
{
	const struct discover_counters *c = &m->discovery;

	add_head(s, m->lang, N_("datagrams"));
	str_addf(s,
	    say(m->lang, "%llu in, %llu accepted, %llu signatures checked, "
			 "%llu out"),
	    (unsigned long long)c->received, (unsigned long long)c->accepted,
	    (unsigned long long)c->verified, (unsigned long long)c->sent);
	add_head(s, NULL, "");
	str_addf(s, say(m->lang, "%llu in during the last minute"),
	    (unsigned long long)meter_minute(&m->received_rate, now));
	for (int i = 0; i < DROP_KINDS; i++)
		if (c->dropped[i] > 0) {
			add_head(s, NULL, "");
			str_addf(s,
			    say(m->lang, "%llu dropped, %llu in the last "
					 "minute: %s"),
			    (unsigned long long)c->dropped[i],
			    (unsigned long long)meter_minute(
				&m->dropped_rate[i], now),
			    say(m->lang,
				discover_drop_text((enum discover_drop)i)));
		}
}

/* What came in the legacy dialects and was not shown. */
static void
add_dialects(struct str *s, const struct model *m)
{
	const struct legacy_counters *c = &m->legacy;

	if (m->settings.ipmsg ||
	    c->ipmsg_bad + c->ipmsg_unknown + c->ipmsg_limited > 0) {
		add_head(s, NULL, dialect_text(DIALECT_IPMSG));
		str_addf(s,
		    say(m->lang, "%llu were no packets, %llu unknown, %llu "
				 "too many or too large"),
		    (unsigned long long)c->ipmsg_bad,
		    (unsigned long long)c->ipmsg_unknown,
		    (unsigned long long)c->ipmsg_limited);
	}
	if (m->settings.plain || c->plain_bad + c->plain_limited > 0) {
		add_head(s, NULL, dialect_text(DIALECT_PLAIN));
		str_addf(s, say(m->lang, "%llu were no text, %llu too many"),
		    (unsigned long long)c->plain_bad,
		    (unsigned long long)c->plain_limited);
	}
}

static void
add_files(struct str *s, const struct model *m)
{
	if (m->offers_refused == 0)
		return;
	add_head(s, m->lang, N_("files"));
	str_addf(s, say(m->lang, "%llu offers refused: too many at a time"),
	    (unsigned long long)m->offers_refused);
}

static void
add_runs(struct str *s, const struct model *m)
{
	if (m->runs_refused == 0)
		return;
	add_head(s, m->lang, N_("commands"));
	str_addf(s, say(m->lang, "%llu that others wanted to run, refused"),
	    (unsigned long long)m->runs_refused);
}

static void
add_sessions(struct str *s, const struct model *m)
{
	size_t up = 0, here = 0, known = 0;

	for (size_t i = 0; i < m->peer_count; i++) {
		known += !m->peers[i]->is_self;
		up += m->peers[i]->link == PEER_LINK_UP;
		here += m->peers[i]->presence != PRESENCE_OFFLINE;
	}
	add_head(s, m->lang, N_("people"));
	str_addf(s, say(m->lang, "%zu known, %zu here"), known, here);
	add_head(s, m->lang, N_("sessions"));
	str_addf(s,
	    say(m->lang, "%zu open, %llu refused, %llu failed, %llu bad "
			 "records"),
	    up, (unsigned long long)m->sessions_refused,
	    (unsigned long long)m->sessions_failed,
	    (unsigned long long)m->records_bad);
	if (m->asks_refused == 0)
		return;
	add_head(s, NULL, "");
	str_addf(s,
	    say(m->lang, "%llu questions about the way between us refused"),
	    (unsigned long long)m->asks_refused);
}

/* Those of a long list that are not there, up to a few. */
static void
add_hosts(struct str *s, const struct model *m)
{
	size_t met = 0, shown = 0, missing;

	if (m->host_count == 0)
		return;
	for (size_t i = 0; i < m->host_count; i++)
		met += m->hosts[i].met;
	add_head(s, m->lang, N_("listed"));
	str_addf(
	    s, say(m->lang, "%zu of %zu peers reached"), met, m->host_count);
	missing = m->host_count - met;
	for (size_t i = 0; i < m->host_count && shown < HOSTS_SHOWN; i++) {
		const struct host *h = &m->hosts[i];
		if (h->met)
			continue;
		add_head(s, NULL, "");
		str_addf(s, "%s: %s", h->text,
		    h->why == NULL ? say(m->lang, "not tried yet") : h->why);
		shown++;
	}
	if (missing <= shown)
		return;
	add_head(s, NULL, "");
	str_addf(s, say(m->lang, "%zu more of them"), missing - shown);
}

char *
report_net(const struct model *m, struct now now)
{
	struct str s = { 0 };

	add_ports(&s, m);
	add_announcing(&s, m, now);
	add_ifaces(&s, m);
	add_traffic(&s, m, now);
	add_counters(&s, m, now);
	add_sessions(&s, m);
	add_hosts(&s, m);
	add_dialects(&s, m);
	add_files(&s, m);
	add_runs(&s, m);
	return str_take(&s);
}
