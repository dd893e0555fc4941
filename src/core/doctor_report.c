/* SPDX-License-Identifier: MIT */
/*
 * The report is made to be pasted where strangers read it: it has names, tags
 * and addresses of the local network, which one cannot do without, and nothing
 * that anybody said.
 */
#include "base/mem.h"
#include "core/doctor_state.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* A network of hundreds would hide what was found. */
	PEERS_SHOWN_MAX = 20,
};

struct report {
	const struct doctor_facts *f;
	const struct lang *l;
	char *text;
	size_t size, cap;
};

static void put(struct report *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct report *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *more = xvasprintf(format, args);
	va_end(args);
	size_t n = strlen(more);
	if (r->size + n + 1 > r->cap) {
		r->cap = 2 * (r->size + n + 1);
		r->text = xrealloc(r->text, r->cap, 1);
	}
	memcpy(r->text + r->size, more, n + 1);
	r->size += n;
	free(more);
}

static void
put_commands(struct report *r, const char *mend)
{
	while (mend != NULL && *mend != '\0') {
		size_t n = strcspn(mend, "\n");
		put(r, "\n      %.*s", (int)n, mend);
		mend += n + (mend[n] == '\n');
	}
}

static void
put_findings(struct report *r, const struct doctor_verdict *v)
{
	static const char *const severities[] = {
		[DOCTOR_BAD] = N_("bad"),
		[DOCTOR_PARTLY] = N_("partly"),
		[DOCTOR_MINOR] = N_("minor"),
		[DOCTOR_HINT] = N_("hint"),
	};

	if (!doctor_is_ill(v))
		put(r, "%s", say(r->l, "nothing wrong was found"));
	for (size_t i = 0; i < v->count; i++) {
		const struct doctor_finding *f = &v->findings[i];
		put(r, "%s%zu. [%s] %s", r->size == 0 ? "" : "\n", i + 1,
		    say(r->l, severities[f->severity]), f->text);
		put_commands(r, f->mend);
	}
}

static void
put_start(struct report *r)
{
	const struct doctor_facts *f = r->f;
	char tag[TAG_LONG + 1];

	put(r, "\n\nearshot %s, %s", f->version, f->system);
	put(r, "\n");
	put(r, say(r->l, "you are %s %s; listened for %lld s at udp %u"),
	    f->name, fp_tag(&f->self, TAG_LONG, tag),
	    (long long)(f->listened_ms / 1000), (unsigned)f->discovery_port);
}

static void
put_address(
    struct report *r, const struct doctor_iface *n, const struct doctor_addr *a)
{
	char text[2][ADDR_TEXT_MAX];

	put(r, "\n    %s/%u", addr_host_text(&a->addr, text[0]),
	    a->prefix_bits);
	if (a->addr.family == ADDR_IPV4 && a->broadcast.family == ADDR_IPV4 &&
	    n->link != LINK_LOOPBACK)
		put(r, say(r->l, ", broadcast %s"),
		    addr_host_text(&a->broadcast, text[1]));
	put(r, ", %s", say(r->l, iface_use_text(a->use)));
}

static void
put_traffic(struct report *r, const struct iface_traffic *t)
{
	if (t->family == ADDR_NONE)
		return;
	put(r, "\n    ");
	put(r,
	    say(r->l, "%s to everybody: %llu sent, %llu failed, %llu of "
		      "others heard, %llu of ours came back"),
	    t->family == ADDR_IPV4 ? "IPv4" : "IPv6",
	    (unsigned long long)t->sent, (unsigned long long)t->unsent,
	    (unsigned long long)t->heard, (unsigned long long)t->own);
}

static void
put_iface(struct report *r, const struct doctor_iface *n)
{
	static const char *const links[] = {
		[LINK_UNKNOWN] = "",
		[LINK_LOOPBACK] = "loopback",
		[LINK_ETHERNET] = "ethernet",
		[LINK_WIRELESS] = "wireless",
		[LINK_BRIDGE] = "bridge",
		[LINK_VETH] = "veth",
		[LINK_CONTAINER] = "container",
		[LINK_TUNNEL] = "tunnel",
		[LINK_OTHER] = "other",
	};
	struct diagnosis d = { .f = r->f, .l = r->l };

	put(r, "\n  %s %s%s%s", n->name, links[n->link],
	    n->link == LINK_UNKNOWN ? "" : ", ",
	    n->up ? say(r->l, "on") : say(r->l, "off"));
	if (n->carrier == KNOWN_NO)
		put(r, "%s", say(r->l, ", no link"));
	if (n->mtu != 0)
		put(r, say(r->l, ", mtu %u"), n->mtu);
	for (unsigned i = 0; i < n->addr_count; i++)
		put_address(r, n, &n->addrs[i]);
	if (n->link == LINK_LOOPBACK)
		return;
	for (size_t i = 0; i < 2; i++)
		put_traffic(r, &n->traffic[i]);
	if (n->peer_count > 0) {
		put(r, "\n    ");
		put(r,
		    say_n(r->l, "%zu person heard there",
			"%zu people heard there", n->peer_count),
		    n->peer_count);
	}
	if (n->last_error != 0) {
		char *why = diagnosis_errno(&d, n->last_error);
		put(r, "\n    ");
		put(r, say(r->l, "the last send failed: %s"), why);
		free(why);
	}
}

static void
put_ports(struct report *r)
{
	static const char *const kinds[] = {
		[PORT_DISCOVERY] = "discovery udp",
		[PORT_OWN] = "own udp",
		[PORT_TCP] = "tcp",
		[PORT_IPMSG_UDP] = "ipmsg udp",
		[PORT_IPMSG_TCP] = "ipmsg tcp",
		[PORT_PLAIN_UDP] = "plain udp",
		[PORT_PLAIN_TCP] = "plain tcp",
	};

	for (size_t i = 0; i < r->f->port_count; i++) {
		const struct doctor_port *p = &r->f->ports[i];
		put(r, "\n  %s", kinds[p->kind]);
		if (p->wanted != 0)
			put(r, " %u", (unsigned)p->wanted);
		if (p->got == 0)
			put(r, "%s", say(r->l, ": not ours"));
		else if (p->got != p->wanted)
			put(r, " -> %u", (unsigned)p->got);
		if (p->owner.known == KNOWN_YES)
			put(r, say(r->l, ", had by %s (process %lld)"),
			    p->owner.command, (long long)p->owner.pid);
	}
}

static const char *
answer_text(const struct report *r, enum known answers)
{
	return answers == KNOWN_YES  ? say(r->l, "answers")
	       : answers == KNOWN_NO ? say(r->l, "does not answer")
				     : say(r->l, "not asked");
}

static void
put_routes(struct report *r)
{
	const struct doctor_firewall *w = &r->f->firewall;
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < r->f->gateway_count; i++) {
		const struct doctor_gateway *g = &r->f->gateways[i];
		put(r, "\n  ");
		put(r, say(r->l, "gateway %s on %s: %s"),
		    g->addr.family == ADDR_NONE
			? "-"
			: addr_host_text(&g->addr, text),
		    g->iface, answer_text(r, g->answers));
	}
	if (w->readable == KNOWN_YES) {
		put(r, "\n  ");
		put(r,
		    say_n(r->l, "firewall: read, %zu rule in the way",
			"firewall: read, %zu rules in the way", w->rule_count),
		    w->rule_count);
	} else if (w->readable == KNOWN_NO) {
		put(r, "\n  %s", say(r->l, "firewall: for root to read"));
	}
}

static void
put_peer(struct report *r, const struct doctor_peer *p)
{
	char text[ADDR_TEXT_MAX];

	put(r, "\n  %s %s", p->name,
	    p->addr.family == ADDR_NONE ? "-" : addr_host_text(&p->addr, text));
	put(r, ", %s", say(r->l, presence_text(p->presence)));
	if (p->session)
		put(r, "%s", say(r->l, ", a session"));
	if (p->iface[0] != '\0')
		put(r, say(r->l, ", heard over %s"), p->iface);
	if (p->broadcast_ago_ms >= 0)
		put(r, say(r->l, ", %lld s ago"),
		    (long long)(p->broadcast_ago_ms / 1000));
	if (p->hears_us != HEARS_UNKNOWN)
		put(r, "%s",
		    p->hears_us == HEARS_US ? say(r->l, ", hears you")
					    : say(r->l, ", does not hear you"));
	if (p->has_skew)
		put(r, say(r->l, ", clock %+lld s"),
		    (long long)(p->skew_ms / 1000));
}

static void
put_peers(struct report *r)
{
	const struct doctor_facts *f = r->f;
	size_t shown = 0, rest = 0;

	for (size_t i = 0; i < f->peer_count; i++) {
		const struct doctor_peer *p = &f->peers[i];
		if (p->dialect != DIALECT_EARSHOT ||
		    (f->asked && p != doctor_asked(f)))
			continue;
		if (shown < PEERS_SHOWN_MAX) {
			put_peer(r, p);
			shown++;
		} else {
			rest++;
		}
	}
	if (rest > 0) {
		put(r, "\n  ");
		put(r, say_n(r->l, "and %zu more", "and %zu more", rest), rest);
	}
}

static void
put_step(struct report *r, enum path_step step, const struct path_outcome *o)
{
	put(r, "\n  %-10s %s", path_step_text(step), path_state_text(o->state));
	if (o->state == PATH_OK || o->state == PATH_FAILED)
		put(r, " %lld ms", (long long)o->ms);
	if (o->why != PATH_WHY_NONE)
		put(r, ": %s", say(r->l, path_why_text(o)));
}

static void
put_way(struct report *r)
{
	const struct path *p = &r->f->path;

	if (!r->f->asked || !r->f->has_path)
		return;
	put(r, "\n");
	put(r, say(r->l, "the way to %s"), r->f->asked_text);
	for (int i = 0; i < PATH_STEPS; i++)
		put_step(r, (enum path_step)i, &p->steps[i]);
	if (p->load_ms > 0) {
		put(r, "\n  ");
		put(r, say(r->l, "%llu kB/s"),
		    (unsigned long long)(p->load_bytes / (uint64_t)p->load_ms));
	}
}

static void
put_drops(struct report *r)
{
	const struct discover_counters *c = &r->f->counters;

	put(r, "\n  ");
	put(r, say(r->l, "announcements: %llu in, %llu accepted, %llu out"),
	    (unsigned long long)c->received, (unsigned long long)c->accepted,
	    (unsigned long long)c->sent);
	for (int i = 0; i < DROP_KINDS; i++)
		if (c->dropped[i] > 0) {
			put(r, "\n    ");
			put(r, say(r->l, "%llu dropped: %s"),
			    (unsigned long long)c->dropped[i],
			    say(r->l,
				discover_drop_text((enum discover_drop)i)));
		}
}

char *
doctor_report(const struct doctor_facts *f, const struct doctor_verdict *v,
    const struct lang *l)
{
	struct report r = { .f = f, .l = l };

	put_findings(&r, v);
	put_start(&r);
	for (size_t i = 0; i < f->iface_count; i++)
		put_iface(&r, &f->ifaces[i]);
	put_ports(&r);
	put_routes(&r);
	put_drops(&r);
	put_peers(&r);
	put_way(&r);
	return r.text;
}
