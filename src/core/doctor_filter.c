/* SPDX-License-Identifier: MIT */
/*
 * What this machine itself drops. Rules are only half of the truth: that sends
 * are refused, or our own announcements do not come back to us as the kernel
 * gives them back on every interface, is seen without root, too.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *
backend_text(enum doctor_backend b)
{
	static const char *const texts[] = {
		[FIREWALL_NONE] = "",
		[FIREWALL_NFT] = "nftables",
		[FIREWALL_IPTABLES] = "iptables",
		[FIREWALL_UFW] = "ufw",
		[FIREWALL_FIREWALLD] = "firewalld",
		[FIREWALL_PF] = "pf",
	};

	return texts[b];
}

/* What they have in common makes one finding of them. */
static bool
is_same(const struct doctor_rule *a, const struct doctor_rule *b)
{
	return a->backend == b->backend && a->out == b->out &&
	       strcmp(a->text, b->text) == 0;
}

static bool
is_first(const struct doctor_facts *f, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_same(&f->firewall.rules[i], &f->firewall.rules[at]))
			return false;
	return true;
}

static bool
has_ipv4(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->iface_count; i++)
		for (unsigned k = 0; k < f->ifaces[i].addr_count; k++)
			if (f->ifaces[i].addrs[k].addr.family == ADDR_IPV4 &&
			    f->ifaces[i].addrs[k].use == IFACE_USED &&
			    f->ifaces[i].link != LINK_LOOPBACK)
				return true;
	return false;
}

/* The announcements of everybody, or ours; or all there is of who was asked
 * for.
 */
static bool
is_of_all(const struct doctor_facts *f, const struct doctor_rule *r)
{
	if (r->peer.family != ADDR_NONE)
		return f->asked && addr_same_host(&r->peer, &f->asked_addr);
	if (r->what == RULE_MULTICAST)
		return !has_ipv4(f);
	return r->what != RULE_TCP &&
	       (r->port == 0 || r->port == f->discovery_port);
}

static bool
hears_by_broadcast(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->peer_count; i++)
		if (f->peers[i].broadcast_heard == KNOWN_YES &&
		    doctor_is_here(f, &f->peers[i]))
			return true;
	return false;
}

static char *
place_text(const struct diagnosis *d, const struct doctor_rule *r)
{
	unsigned port = r->port == 0 ? d->f->discovery_port : r->port;

	switch (r->what) {
	case RULE_UDP:
		return xasprintf(say(d->l, "UDP port %u"), port);
	case RULE_TCP:
		return xasprintf(say(d->l, "TCP port %u"), port);
	case RULE_MULTICAST:
		return xasprintf(say(d->l, "UDP port %u by multicast"), port);
	case RULE_ANY:
		break;
	}
	return xasprintf(say(d->l, "port %u"), port);
}

static char *
rule_text(const struct diagnosis *d, const struct doctor_rule *r)
{
	char *place = place_text(d, r);
	char *text =
	    r->out ? xasprintf(say(d->l, "the firewall of this machine (%s) "
					 "drops what goes out to %s: %s"),
			 backend_text(r->backend), place, r->text)
		   : xasprintf(say(d->l, "the firewall of this machine (%s) "
					 "drops what comes to %s: %s"),
			 backend_text(r->backend), place, r->text);

	free(place);
	return text;
}

/* The commands of all that are the same one, each once. */
static char *
rule_mend(const struct diagnosis *d, size_t at)
{
	const struct doctor_firewall *w = &d->f->firewall;
	char *mend = xstrdup("");

	for (size_t i = at; i < w->rule_count; i++) {
		const struct doctor_rule *r = &w->rules[i];
		if (!is_same(&w->rules[at], r) || r->mend[0] == '\0' ||
		    strstr(mend, r->mend) != NULL)
			continue;
		char *more = xasprintf("%s%s%s%s", mend,
		    mend[0] == '\0' ? "" : "\n", diagnosis_sudo(d), r->mend);
		free(mend);
		mend = more;
	}
	if (mend[0] != '\0')
		return mend;
	free(mend);
	return NULL;
}

static void
look_rules(struct diagnosis *d)
{
	const struct doctor_firewall *w = &d->f->firewall;

	for (size_t i = 0; i < w->rule_count; i++) {
		bool bad = false;
		if (!is_first(d->f, i))
			continue;
		size_t worst = i;
		for (size_t k = i; k < w->rule_count; k++)
			if (is_same(&w->rules[i], &w->rules[k]) &&
			    is_of_all(d->f, &w->rules[k]) && !bad) {
				bad = true;
				worst = k;
			}
		const struct doctor_rule *r = &w->rules[worst];
		struct doctor_finding *f = diagnosis_add(d,
		    bad && (r->out || r->peer.family != ADDR_NONE ||
			       !hears_by_broadcast(d->f))
			? DOCTOR_BAD
			: DOCTOR_PARTLY,
		    r->out ? FAULT_FIREWALL_OUT : FAULT_FIREWALL_IN,
		    rule_text(d, r), rule_mend(d, i));
		memcpy(f->iface, r->iface, sizeof(f->iface));
	}
}

static char *
ask_mend(const struct diagnosis *d)
{
	const char *ask = d->f->firewall.ask;

	return xasprintf("%s%s", diagnosis_sudo(d),
	    ask[0] == '\0' ? "nft list ruleset" : ask);
}

static void
add_send_error(struct diagnosis *d, const struct doctor_iface *n)
{
	struct doctor_finding *f;

	if (n->last_error == EPERM || n->last_error == EACCES) {
		if (diagnosis_has(d, FAULT_FIREWALL_OUT))
			return;
		f = diagnosis_add(d, DOCTOR_BAD, FAULT_FIREWALL_OUT,
		    xasprintf(
			say(d->l,
			    "this machine forbids what earshot sends over "
			    "%s: a firewall here drops it"),
			n->name),
		    ask_mend(d));
	} else {
		char *why = diagnosis_errno(d, n->last_error);
		f = diagnosis_add(d, DOCTOR_PARTLY, FAULT_SEND,
		    xasprintf(
			say(d->l,
			    "nothing can be sent over %s: %s; look at its "
			    "addresses and routes"),
			n->name, why),
		    xasprintf("ip addr show %s\nip route show dev %s", n->name,
			n->name));
		free(why);
	}
	memcpy(f->iface, n->name, sizeof(f->iface));
}

/* Nothing came in there, not even what the kernel itself gives back. */
static bool
is_deaf(const struct doctor_iface *n, const struct iface_traffic *t)
{
	return t->family != ADDR_NONE && t->sent >= 2 && t->own == 0 &&
	       t->heard == 0 && n->last_error == 0;
}

static bool
hears_own_elsewhere(const struct doctor_facts *f, size_t family)
{
	for (size_t i = 0; i < f->iface_count; i++)
		if (f->ifaces[i].link != LINK_LOOPBACK &&
		    f->ifaces[i].traffic[family].own > 0)
			return true;
	return false;
}

static void
look_own(struct diagnosis *d, const struct doctor_iface *n, size_t family)
{
	if (!is_deaf(n, &n->traffic[family]) ||
	    hears_own_elsewhere(d->f, family) ||
	    diagnosis_has(d, FAULT_FIREWALL_IN) ||
	    diagnosis_has(d, FAULT_FIREWALL_OUT))
		return;
	struct doctor_finding *f = diagnosis_add(d,
	    family == 0 || !has_ipv4(d->f) ? DOCTOR_BAD : DOCTOR_PARTLY,
	    FAULT_FIREWALL_IN,
	    xasprintf(
		say(d->l, "what is sent to everybody at UDP port %u does not "
			  "come in over %s, not even what earshot itself "
			  "sends: a firewall of this machine drops it"),
		(unsigned)d->f->discovery_port, n->name),
	    ask_mend(d));
	memcpy(f->iface, n->name, sizeof(f->iface));
}

void
doctor_filter(struct diagnosis *d)
{
	look_rules(d);
	for (size_t i = 0; i < d->f->iface_count; i++) {
		const struct doctor_iface *n = &d->f->ifaces[i];
		if (!doctor_is_used(n))
			continue;
		if (n->last_error != 0)
			add_send_error(d, n);
		for (size_t family = 0; family < 2 && !d->f->quiet; family++)
			look_own(d, n, family);
	}
}
