/* SPDX-License-Identifier: MIT */
/*
 * The way to the one who was asked for: the first step that fails tells most.
 * And what can only be told as a doubt.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { SLOW_BYTES_PER_S = 1000 * 1000 };

static bool
is_state(const struct diagnosis *d, enum path_step step, enum path_state state)
{
	return d->f->has_path && d->f->path.steps[step].state == state;
}

static bool
failed(const struct diagnosis *d, enum path_step step)
{
	return is_state(d, step, PATH_FAILED);
}

static bool
ok(const struct diagnosis *d, enum path_step step)
{
	return is_state(d, step, PATH_OK);
}

static int
error_of(const struct diagnosis *d, enum path_step step)
{
	const struct path_outcome *o = &d->f->path.steps[step];

	return failed(d, step) && o->why == PATH_WHY_SYSTEM ? o->sys_errno : 0;
}

static bool
pings(const struct diagnosis *d)
{
	return ok(d, PATH_PING) || ok(d, PATH_PING_OWN);
}

/* Takes text and mend. */
static void
add(struct diagnosis *d, enum doctor_severity severity, enum doctor_fault fault,
    char *text, char *mend)
{
	const struct doctor_peer *p = doctor_asked(d->f);
	struct doctor_finding *f =
	    diagnosis_add(d, severity, fault, text, mend);

	if (p != NULL)
		f->peer = p->fp;
}

static const char *
host_text(const struct diagnosis *d, char out[static ADDR_TEXT_MAX])
{
	return d->f->asked_addr.family == ADDR_NONE
		   ? "HOST"
		   : addr_host_text(&d->f->asked_addr, out);
}

static unsigned
port_of(const struct diagnosis *d)
{
	return d->f->asked_addr.port != 0 ? d->f->asked_addr.port
					  : d->f->discovery_port;
}

static void
look_trust(struct diagnosis *d, const struct doctor_peer *p)
{
	if (p->trust == TRUST_BLOCKED)
		add(d, DOCTOR_BAD, FAULT_BLOCKED,
		    xasprintf(
			say(d->l, "you have blocked %s: nothing of them is "
				  "taken, and nothing goes there"),
			p->name),
		    xasprintf("/unblock %s", p->name));
	if (p->trust == TRUST_CHANGED)
		add(d, DOCTOR_BAD, FAULT_CHANGED,
		    xasprintf(
			say(d->l, "%s claims to be one of your contacts, with "
				  "another key: a new machine, or somebody "
				  "else. Compare before you talk"),
			p->name),
		    xasprintf("/verify %s", p->name));
}

/* Its machine does not answer on the link. */
static void
look_neighbour(struct diagnosis *d)
{
	const struct doctor_gateway *g = doctor_gateway_answering(d->f);
	char host[ADDR_TEXT_MAX], gateway[ADDR_TEXT_MAX];

	host_text(d, host);
	if (g != NULL && doctor_here_count(d->f) == 0)
		add(d, DOCTOR_BAD, FAULT_ISOLATED,
		    xasprintf(
			say(d->l, "the gateway %s answers, and %s on the same "
				  "link not: it is off, or the access point or "
				  "switch keeps its clients apart (client "
				  "isolation, guest network); switch that off "
				  "there"),
			addr_host_text(&g->addr, gateway), host),
		    xasprintf("ping -c 3 %s", host));
	else
		add(d, DOCTOR_BAD, FAULT_UNREACHABLE,
		    xasprintf(
			say(d->l, "nobody answers at %s, though it is on your "
				  "link: the machine is off or asleep, has "
				  "another address now, or is on another "
				  "network"),
			host),
		    xasprintf("ping -c 3 %s", host));
}

static void
look_no_route(struct diagnosis *d)
{
	char host[ADDR_TEXT_MAX];

	host_text(d, host);
	add(d, DOCTOR_BAD, FAULT_ROUTED,
	    xasprintf(say(d->l, "this machine has no route to %s: it is in "
				"another network, and none leads there"),
		host),
	    xasprintf("ip route get %s", host));
}

/* What is not of this machine's own making: datagrams and dials both fail. */
static void
look_silent(struct diagnosis *d)
{
	char host[ADDR_TEXT_MAX];
	bool on_link =
	    doctor_link_of(d->f, &d->f->asked_addr, true, NULL) != NULL;

	host_text(d, host);
	if (on_link && !ok(d, PATH_NEIGHBOUR))
		add(d, DOCTOR_BAD, FAULT_UNREACHABLE,
		    xasprintf(say(d->l, "nothing answers at %s"), host),
		    xasprintf("ping -c 3 %s", host));
	else if (on_link)
		add(d, DOCTOR_BAD, FAULT_FILTERED,
		    xasprintf(
			say(d->l, "the machine at %s is there, and drops "
				  "whatever earshot sends: the firewall there "
				  "has to let UDP and TCP port %u through. Run "
				  "this there"),
			host, port_of(d)),
		    xstrdup("earshot doctor"));
	else
		add(d, DOCTOR_BAD, FAULT_ROUTED,
		    xasprintf(
			say(d->l, "nothing answers at %s, which is in another "
				  "network: it is off, or a router or firewall "
				  "on the way drops it"),
			host),
		    xasprintf("traceroute %s", host));
}

static void
look_dial(struct diagnosis *d)
{
	const struct doctor_peer *p = doctor_asked(d->f);
	char host[ADDR_TEXT_MAX];

	host_text(d, host);
	if (pings(d))
		add(d, DOCTOR_PARTLY, FAULT_TCP_DROPPED,
		    xasprintf(
			say(d->l, "datagrams reach %s, and dials of TCP port "
				  "%u do not: the firewall there has to let it "
				  "through. Until then talk over UDP"),
			p == NULL ? host : p->name, port_of(d)),
		    p == NULL ? xasprintf("/connect %s", host)
			      : xasprintf("/transport udp %s", p->name));
	else if (error_of(d, PATH_TCP) == ECONNREFUSED)
		add(d, DOCTOR_BAD, FAULT_REFUSED,
		    xasprintf(
			say(d->l, "the machine at %s is there, and no earshot "
				  "runs on it, or it listens at another port. "
				  "Run this there"),
			host),
		    xstrdup("earshot"));
	else
		look_silent(d);
}

static char *
session_mend(enum path_why why, const char *host)
{
	if (why == PATH_WHY_SELF)
		return diagnosis_new_identity();
	if (why == PATH_WHY_VERSION)
		return xstrdup("earshot --version");
	return xasprintf("/connect %s", host);
}

/* Who was not answered by them yet may not ask; that is no fault of the way. */
static bool
is_refused(const struct diagnosis *d)
{
	return d->f->path.steps[PATH_LOAD].why == PATH_WHY_REFUSED;
}

static void
look_session(struct diagnosis *d)
{
	const struct path_outcome *o = &d->f->path.steps[PATH_HANDSHAKE];
	char host[ADDR_TEXT_MAX];

	host_text(d, host);
	if (failed(d, PATH_HANDSHAKE))
		add(d, DOCTOR_BAD,
		    o->why == PATH_WHY_SELF       ? FAULT_IDENTITY_TWICE
		    : o->why == PATH_WHY_VERSION  ? FAULT_VERSION
		    : o->why == PATH_WHY_IDENTITY ? FAULT_CHANGED
						  : FAULT_HANDSHAKE,
		    xasprintf(
			say(d->l, "%s takes connections, and no session comes "
				  "of it: %s"),
			host, say(d->l, path_why_text(o))),
		    session_mend(o->why, host));
	else if (failed(d, PATH_ECHO) && !is_refused(d))
		add(d, DOCTOR_BAD, FAULT_HANDSHAKE,
		    xasprintf(
			say(d->l, "there is a session with %s, and a message "
				  "through it does not come back: the way "
				  "broke, or earshot hangs there"),
			host),
		    xasprintf("/connect %s", host));
}

static void
look_size(struct diagnosis *d)
{
	const struct path *p = &d->f->path;
	const struct doctor_iface *n =
	    doctor_link_of(d->f, &d->f->asked_addr, true, NULL);
	const struct doctor_peer *peer = doctor_asked(d->f);
	unsigned mtu = peer != NULL ? peer->path_mtu : 0;
	char host[ADDR_TEXT_MAX];
	enum { MTU_SAFE = 1280 };

	host_text(d, host);
	if (pings(d) && failed(d, PATH_PING_LARGE))
		add(d, DOCTOR_PARTLY, FAULT_MTU,
		    xasprintf(
			say(d->l, "small datagrams reach %s, and those of %u "
				  "bytes get lost: the way carries less than "
				  "this machine thinks (MTU)"),
			host, (unsigned)PATH_LARGE_SIZE),
		    n == NULL ? xasprintf("tracepath %s", host)
			      : xasprintf("%sip link set %s mtu %u",
				    diagnosis_sudo(d), n->name,
				    mtu != 0 ? mtu : (unsigned)MTU_SAFE));
	if (ok(d, PATH_LOAD) && p->load_ms > 0 &&
	    p->load_bytes * 1000 / (uint64_t)p->load_ms < SLOW_BYTES_PER_S)
		add(d, DOCTOR_HINT, FAULT_SLOW,
		    xasprintf(say(d->l, "the way to %s is slow: %llu kB/s"),
			host,
			(unsigned long long)(p->load_bytes /
					     (uint64_t)p->load_ms)),
		    NULL);
}

/* It answers when it is asked alone; but nothing that is for everybody gets
 * through, either way. */
static void
look_broadcasts(struct diagnosis *d)
{
	const struct doctor_peer *p = doctor_asked(d->f);
	const struct addr *host = &d->f->asked_addr;
	bool heard = p != NULL && (p->announced || p->hears_us == HEARS_US);
	char text[ADDR_TEXT_MAX];

	if (!pings(d) || heard || d->f->quiet ||
	    d->f->listened_ms < DOCTOR_LISTENED_MS ||
	    diagnosis_has(d, FAULT_NETMASK) ||
	    diagnosis_has(d, FAULT_MULTICAST) || diagnosis_has(d, FAULT_MUTE) ||
	    diagnosis_has(d, FAULT_DEAF) ||
	    diagnosis_has(d, FAULT_BROADCAST_ADDRESS))
		return;
	host_text(d, text);
	if (doctor_link_of(d->f, host, true, NULL) == NULL)
		add(d, DOCTOR_HINT, FAULT_ROUTED,
		    xasprintf(
			say(d->l, "%s is in another network, where nothing is "
				  "announced to you: it is found by its "
				  "address only"),
			text),
		    xasprintf("/connect %s", text));
	else if (host->family == ADDR_IPV4)
		add(d, DOCTOR_PARTLY, FAULT_NETMASK,
		    xasprintf(
			say(d->l, "%s answers you, and does not hear what is "
				  "sent to everybody: the netmasks differ, or "
				  "the network drops broadcasts. Compare these "
				  "on both machines"),
			text),
		    xstrdup("ip -4 addr show"));
	else
		add(d, DOCTOR_PARTLY, FAULT_MULTICAST,
		    xasprintf(
			say(d->l, "%s answers you, and does not hear what is "
				  "sent by multicast: a switch or a bridge "
				  "filters it"),
			text),
		    xasprintf("%sip link set BRIDGE type bridge "
			      "mcast_snooping 0",
			diagnosis_sudo(d)));
}

/* Connections come through, and no answer to a datagram does. Where it says
 * that it hears us, only the way back is closed. */
static void
look_datagrams(struct diagnosis *d)
{
	const struct doctor_peer *p = doctor_asked(d->f);
	const char *who = p == NULL ? d->f->asked_text : p->name;
	bool hears = d->f->path.hears_us == HEARS_US ||
		     (p != NULL && p->hears_us == HEARS_US);

	if (diagnosis_has(d, FAULT_MUTE) || diagnosis_has(d, FAULT_DEAF) ||
	    diagnosis_has(d, FAULT_FIREWALL_IN))
		return;
	if (hears)
		add(d, DOCTOR_PARTLY, FAULT_DEAF,
		    xasprintf(say(d->l, "%s hears what you send by UDP, and "
					"nothing of theirs comes back: what is "
					"between drops it, or the firewall "
					"here"),
			who),
		    xasprintf("%s%s", diagnosis_sudo(d),
			d->f->firewall.ask[0] == '\0' ? "nft list ruleset"
						      : d->f->firewall.ask));
	else
		add(d, DOCTOR_PARTLY, FAULT_UDP_DROPPED,
		    xasprintf(say(d->l, "dials reach %s, and datagrams do "
					"not: the firewall there has to let "
					"UDP port %u through, or nobody finds "
					"it. Run this there"),
			who, (unsigned)d->f->discovery_port),
		    xstrdup("earshot doctor"));
}

void
doctor_way(struct diagnosis *d)
{
	const struct doctor_peer *p = doctor_asked(d->f);
	bool at_link = failed(d, PATH_NEIGHBOUR) ||
		       (p != NULL && p->neighbour == NEIGHBOUR_FAILED);
	int error = error_of(d, PATH_TCP);

	if (!d->f->asked || doctor_is_ours(d->f, &d->f->asked_addr))
		return;
	if (p != NULL)
		look_trust(d, p);
	if (ok(d, PATH_TCP)) {
		look_session(d);
		if (!pings(d) && failed(d, PATH_PING))
			look_datagrams(d);
	} else if (at_link && !pings(d)) {
		look_neighbour(d);
	} else if ((error == ENETUNREACH || error == EHOSTUNREACH) &&
		   !pings(d) &&
		   doctor_link_of(d->f, &d->f->asked_addr, true, NULL) ==
		       NULL) {
		look_no_route(d);
	} else if (failed(d, PATH_TCP)) {
		look_dial(d);
	}
	look_size(d);
	look_broadcasts(d);
}

static void
doubt_nobody(struct diagnosis *d)
{
	if (d->f->listened_ms < DOCTOR_LISTENED_MS) {
		diagnosis_add(d, DOCTOR_HINT, FAULT_EARLY,
		    xasprintf(
			say(d->l, "earshot has listened for %d seconds only: "
				  "who is silent so far may be heard yet"),
			(int)(d->f->listened_ms / 1000)),
		    xstrdup("earshot who --wait 30"));
		return;
	}
	diagnosis_add(d, DOCTOR_HINT, FAULT_NOBODY,
	    xstrdup(say(d->l,
		"nobody else is heard: no earshot runs around here, they are "
		"in another subnet, or the access point keeps its clients "
		"apart. Try one whose address you know")),
	    xstrdup("earshot doctor ADDRESS"));
}

void
doctor_doubts(struct diagnosis *d)
{
	const struct doctor_firewall *w = &d->f->firewall;
	bool alone = doctor_here_count(d->f) == 0;

	if (alone && !d->f->asked && !doctor_is_ill(d->v))
		doubt_nobody(d);
	/* Where others are heard, and hear us, no firewall is in the way. */
	if (w->readable == KNOWN_NO && (alone || doctor_is_ill(d->v)))
		diagnosis_add(d, DOCTOR_HINT, FAULT_FIREWALL_UNKNOWN,
		    xstrdup(say(d->l,
			"only root may read the firewall of this machine; "
			"look there for rules that drop these ports")),
		    xasprintf("%s%s", diagnosis_sudo(d),
			w->ask[0] == '\0' ? "nft list ruleset" : w->ask));
}
