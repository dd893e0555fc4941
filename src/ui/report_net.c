/* SPDX-License-Identifier: MIT */
#include "ui/report.h"
#include "ui/str.h"
#include "ui/when.h"

#include <errno.h>
#include <stdlib.h>

static void
add_ports(struct str *s, const struct model *m)
{
	char fp[FP_TEXT_SIZE];

	str_addf(s, "you          %s, %s", m->name, m->away ? "away" : "here");
	str_addf(s, "\nfingerprint  %s", fp_text(&m->self, fp));
	if (m->tcp_port == 0)
		str_add(s, "\nlistening    on no TCP port: others cannot "
			   "open a session with you, you can with them");
	else
		str_addf(s, "\nlistening    tcp %u", m->tcp_port);
	str_addf(s, "\ndiscovery    udp %u, ours goes out from udp %u",
	    m->discovery_port, m->udp_port);
}

static void
add_announcing(struct str *s, const struct model *m, struct now now)
{
	char last[WHEN_SPAN_SIZE], next[WHEN_SPAN_SIZE];

	if (m->last_announce_ms == 0) {
		str_add(s, "\nannounced    not yet");
		return;
	}
	str_addf(s, "\nannounced    %s ago",
	    when_span(now.mono_ms - m->last_announce_ms, last));
	if (m->next_announce_ms >= now.mono_ms &&
	    m->next_announce_ms < NEVER_MS)
		str_addf(s, ", next in %s",
		    when_span(m->next_announce_ms - now.mono_ms, next));
}

static void
add_error(struct str *s, int error)
{
	static const struct {
		int error;
		const char *text;
	} texts[] = {
		{ EACCES, "not allowed, by a firewall here?" },
		{ EPERM, "not allowed, by a firewall here?" },
		{ ENETUNREACH, "no route" },
		{ EHOSTUNREACH, "no route" },
		{ ENETDOWN, "the network is down" },
		{ ENOBUFS, "the queue is full" },
	};

	str_add(s, ", the last send failed: ");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].error == error) {
			str_add(s, texts[i].text);
			return;
		}
	str_addf(s, "error %d", error);
}

static void
add_ifaces(struct str *s, const struct model *m)
{
	char at[ADDR_TEXT_MAX];

	if (m->iface_count == 0)
		str_add(s, "\ninterfaces   none: connect this machine to a "
			   "network");
	for (size_t i = 0; i < m->iface_count; i++) {
		const struct iface *f = &m->ifaces[i];
		str_addf(s, "\n%-11s  %s %s/%u %s", i == 0 ? "interfaces" : "",
		    f->name, addr_host_text(&f->addr, at), f->prefix_bits,
		    iface_use_text(f->use));
		if (f->last_error != 0)
			add_error(s, f->last_error);
	}
}

static void
add_counters(struct str *s, const struct model *m)
{
	const struct discover_counters *c = &m->discovery;

	str_addf(s,
	    "\ndatagrams    %llu in, %llu accepted, %llu signatures checked, "
	    "%llu out",
	    (unsigned long long)c->received, (unsigned long long)c->accepted,
	    (unsigned long long)c->verified, (unsigned long long)c->sent);
	for (int i = 0; i < DROP_KINDS; i++)
		if (c->dropped[i] > 0)
			str_addf(s, "\n             %llu dropped: %s",
			    (unsigned long long)c->dropped[i],
			    discover_drop_text((enum discover_drop)i));
}

static void
add_sessions(struct str *s, const struct model *m)
{
	size_t up = 0, here = 0;

	for (size_t i = 0; i < m->peer_count; i++) {
		up += m->peers[i]->link == PEER_LINK_UP;
		here += m->peers[i]->presence != PRESENCE_OFFLINE;
	}
	str_addf(s, "\npeople       %zu known, %zu here", m->peer_count, here);
	str_addf(s,
	    "\nsessions     %zu open, %llu refused, %llu failed, %llu bad "
	    "records",
	    up, (unsigned long long)m->sessions_refused,
	    (unsigned long long)m->sessions_failed,
	    (unsigned long long)m->records_bad);
}

char *
report_net(const struct model *m, struct now now)
{
	struct str s = { 0 };

	add_ports(&s, m);
	add_announcing(&s, m, now);
	add_ifaces(&s, m);
	add_counters(&s, m);
	add_sessions(&s, m);
	return str_take(&s);
}
