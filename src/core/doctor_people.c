/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with some of those who are there. Many may have the same, so
 * each fault is told once, with the names of the first few.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <stdlib.h>

enum {
	NAMES_MAX = 3,
	SKEW_MS = 60 * 1000,
};

struct group {
	char *names;
	size_t count;
	const struct doctor_peer *first;
};

typedef bool is_one(const struct diagnosis *d, const struct doctor_peer *p);

/* Of a single one, the finding names them; caller frees names. */
static struct group
group_of(const struct diagnosis *d, is_one *is)
{
	struct group g = { .names = xstrdup("") };

	for (size_t i = 0; i < d->f->peer_count; i++) {
		const struct doctor_peer *p = &d->f->peers[i];
		if (!is(d, p))
			continue;
		if (g.count++ == 0)
			g.first = p;
		if (g.count > NAMES_MAX)
			continue;
		char *more = xasprintf(
		    "%s%s%s", g.names, g.count > 1 ? ", " : "", p->name);
		free(g.names);
		g.names = more;
	}
	if (g.count <= NAMES_MAX)
		return g;
	size_t others = g.count - NAMES_MAX;
	char *more = xasprintf(
	    say_n(d->l, "%s and %zu other", "%s and %zu others", others),
	    g.names, others);
	free(g.names);
	g.names = more;
	return g;
}

static void
add_group(struct diagnosis *d, enum doctor_severity severity,
    enum doctor_fault fault, const struct group *g, char *text)
{
	struct doctor_finding *f =
	    diagnosis_add(d, severity, fault, text, NULL);

	if (g->count == 1)
		f->peer = g->first->fp;
}

/* The last one is told how to mend it. */
static void
set_mend(struct diagnosis *d, char *mend)
{
	d->v->findings[d->v->count - 1].mend = mend;
}

/* Announcements cross no router, so that nobody hears those of others there. */
static bool
is_on_link(const struct diagnosis *d, const struct doctor_peer *p)
{
	return doctor_is_here(d->f, p) &&
	       doctor_link_of(d->f, &p->addr, true, NULL) != NULL;
}

/* None of its announcements came, though it had reason for one. */
static bool
is_unheard(const struct diagnosis *d, const struct doctor_peer *p)
{
	return p->broadcast_heard == KNOWN_NO ||
	       (p->broadcast_heard == KNOWN_NOTHING && !p->announced &&
		   d->f->listened_ms >= DOCTOR_LISTENED_MS);
}

static bool
is_mute(const struct diagnosis *d, const struct doctor_peer *p)
{
	return p->hears_us == HEARS_US_NOT && !d->f->quiet &&
	       !is_unheard(d, p) && is_on_link(d, p);
}

/* That it is silent so far tells nothing where it may be heard yet. */
static bool
is_deaf(const struct diagnosis *d, const struct doctor_peer *p)
{
	return p->broadcast_heard == KNOWN_NO && p->hears_us != HEARS_US_NOT &&
	       is_on_link(d, p);
}

static bool
is_apart(const struct diagnosis *d, const struct doctor_peer *p)
{
	return p->hears_us == HEARS_US_NOT && !d->f->quiet &&
	       is_unheard(d, p) && is_on_link(d, p);
}

static bool
is_apart_4(const struct diagnosis *d, const struct doctor_peer *p)
{
	return is_apart(d, p) && p->addr.family == ADDR_IPV4;
}

static bool
is_apart_6(const struct diagnosis *d, const struct doctor_peer *p)
{
	return is_apart(d, p) && p->addr.family == ADDR_IPV6;
}

static bool
has_skew(const struct diagnosis *d, const struct doctor_peer *p)
{
	(void)d;
	return p->has_skew && (p->skew_ms > SKEW_MS || p->skew_ms < -SKEW_MS);
}

static bool
has_clock(const struct diagnosis *d, const struct doctor_peer *p)
{
	(void)d;
	return p->has_skew;
}

static bool
is_look_alike(const struct diagnosis *d, const struct doctor_peer *p)
{
	(void)d;
	return p->look_alike && p->presence != PRESENCE_OFFLINE &&
	       p->dialect == DIALECT_EARSHOT;
}

static void
look_mute(struct diagnosis *d)
{
	struct group g = group_of(d, is_mute);

	if (g.count > 0) {
		add_group(d, DOCTOR_PARTLY, FAULT_MUTE, &g,
		    xasprintf(
			say_n(d->l,
			    "you hear %s, who does not hear what you announce "
			    "to everybody: a firewall there drops it, or the "
			    "netmasks differ. Run this there",
			    "you hear %s, who do not hear what you announce "
			    "to everybody: a firewall in between drops it, or "
			    "the netmasks differ. Run this there",
			    g.count),
			g.names));
		set_mend(d, xstrdup("earshot doctor"));
	}
	free(g.names);
}

static void
look_deaf(struct diagnosis *d)
{
	struct group g = group_of(d, is_deaf);

	if (g.count > 0) {
		add_group(d, DOCTOR_PARTLY, FAULT_DEAF, &g,
		    xasprintf(say_n(d->l,
				  "%s answers you, and you hear nothing that "
				  "is announced to everybody: what is between "
				  "drops it, or the firewall here",
				  "%s answer you, and you hear nothing that "
				  "is announced to everybody: what is between "
				  "drops it, or the firewall here",
				  g.count),
			g.names));
		set_mend(
		    d, xasprintf("%s%s", diagnosis_sudo(d),
			   d->f->firewall.ask[0] == '\0' ? "nft list ruleset"
							 : d->f->firewall.ask));
	}
	free(g.names);
}

static void
look_apart(struct diagnosis *d)
{
	struct group g = group_of(d, is_apart_4);

	if (g.count > 0) {
		add_group(d, DOCTOR_PARTLY, FAULT_NETMASK, &g,
		    xasprintf(
			say(d->l,
			    "with %s you talk, and neither hears what the "
			    "other announces to everybody: the netmasks "
			    "differ, or the network drops broadcasts. Compare "
			    "these on both machines"),
			g.names));
		set_mend(d, xstrdup("ip -4 addr show"));
	}
	free(g.names);
	g = group_of(d, is_apart_6);
	if (g.count > 0) {
		add_group(d, DOCTOR_PARTLY, FAULT_MULTICAST, &g,
		    xasprintf(
			say(d->l,
			    "with %s you talk, and neither hears what the "
			    "other announces by multicast: a switch or a "
			    "bridge filters it (multicast snooping without a "
			    "querier)"),
			g.names));
		set_mend(d, xasprintf("%sip link set BRIDGE type bridge "
				      "mcast_snooping 0",
				diagnosis_sudo(d)));
	}
	free(g.names);
}

/* "1 h 2 min" would be more than it is worth. */
static char *
span_text(const struct diagnosis *d, int64_t ms)
{
	unsigned long long minutes =
	    (unsigned long long)((ms < 0 ? -ms : ms) / 60000);

	if (minutes < 120)
		return xasprintf(
		    say_n(d->l, "%llu minute", "%llu minutes", minutes),
		    minutes);
	if (minutes < 48 * 60)
		return xasprintf(
		    say_n(d->l, "%llu hour", "%llu hours", minutes / 60),
		    minutes / 60);
	return xasprintf(
	    say_n(d->l, "%llu day", "%llu days", minutes / (24 * 60)),
	    minutes / (24 * 60));
}

/* Where most are beside ours, ours is the one that is wrong. */
static void
look_clocks(struct diagnosis *d)
{
	struct group all = group_of(d, has_clock), g = group_of(d, has_skew);

	if (g.count > 0) {
		bool ours = g.count > 1 && g.count * 2 > all.count;
		char *span = span_text(d, g.first->skew_ms);
		bool ahead = g.first->skew_ms > 0;
		add_group(d, DOCTOR_MINOR, FAULT_CLOCK, &g,
		    xasprintf(
			ours && ahead
			    ? say(d->l, "your clock is %s behind that of "
					"%s: the times of messages are "
					"wrong")
			: ours  ? say(d->l, "your clock is %s ahead of that of "
					     "%s: the times of messages are "
					     "wrong")
			: ahead ? say(d->l, "between the clocks here and there "
					    "are %s: that of %s is ahead; set "
					    "whichever is wrong")
				: say(d->l, "between the clocks here and there "
					    "are %s: that of %s is behind; set "
					    "whichever is wrong"),
			span, g.names));
		set_mend(d,
		    xasprintf("%stimedatectl set-ntp true", diagnosis_sudo(d)));
		free(span);
	}
	free(all.names);
	free(g.names);
}

static void
look_names(struct diagnosis *d)
{
	struct group g = group_of(d, is_look_alike);

	if (g.count > 0) {
		add_group(d, DOCTOR_MINOR, FAULT_NAME_TWICE, &g,
		    xasprintf(
			g.count == 1
			    ? say(d->l, "%s has the name that you have, or one "
					"that looks like it: one of you may "
					"take another")
			    : say(d->l, "%s have names that look alike: their "
					"tags tell them apart, or a name of "
					"yours for one of them"),
			g.names));
		set_mend(d, g.count == 1
				? xstrdup("/nick NAME")
				: xasprintf("/alias %s NAME", g.first->name));
	}
	free(g.names);
}

/* Known, on our link, and nobody answers there. */
static bool
is_lost(const struct diagnosis *d, const struct doctor_peer *p)
{
	return p->presence == PRESENCE_OFFLINE &&
	       p->neighbour == NEIGHBOUR_FAILED &&
	       p->addr.family != ADDR_NONE &&
	       doctor_link_of(d->f, &p->addr, true, NULL) != NULL;
}

/* One may be switched off; that several are, and nobody else is here, is more
 * likely the network. */
static void
look_isolation(struct diagnosis *d)
{
	const struct doctor_gateway *gateway = doctor_gateway_answering(d->f);
	char text[ADDR_TEXT_MAX];
	struct group g;

	if (gateway == NULL || doctor_here_count(d->f) > 0 ||
	    d->f->listened_ms < DOCTOR_LISTENED_MS)
		return;
	g = group_of(d, is_lost);
	if (g.count > 0)
		add_group(d, g.count > 1 ? DOCTOR_PARTLY : DOCTOR_HINT,
		    FAULT_ISOLATED, &g,
		    xasprintf(
			say(d->l,
			    "the gateway %s answers, and %s on the same link "
			    "not: they are off, or the access point or switch "
			    "keeps its clients apart (client isolation, guest "
			    "network); switch that off there"),
			addr_host_text(&gateway->addr, text), g.names));
	free(g.names);
}

void
doctor_people(struct diagnosis *d)
{
	look_mute(d);
	look_deaf(d);
	look_apart(d);
	look_clocks(d);
	look_names(d);
	if (!d->f->asked)
		look_isolation(d);
}
