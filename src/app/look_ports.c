/* SPDX-License-Identifier: MIT */
#include "app/look_state.h"

#include "net/port_owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct wish {
	enum doctor_port_kind kind;
	bool tcp;
	uint16_t wanted, got; /* got 0: the system knows */
};

/* A process calls itself what it likes. */
static void
copy_clean(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from != '\0' && n + 1 < size; from++)
		if ((unsigned char)*from > ' ' && (unsigned char)*from < 0x7f)
			to[n++] = *from;
	to[n] = '\0';
}

static void
take_owner(const struct port_owner *o, struct doctor_owner *to)
{
	switch (o->held) {
	case PORT_HELD_UNKNOWN:
	case PORT_HELD_NOT:
		return;
	case PORT_HELD_ANON:
		to->known = KNOWN_NO;
		break;
	case PORT_HELD:
		to->known = KNOWN_YES;
		to->pid = o->pid;
		copy_clean(to->command, sizeof(to->command), o->command);
		break;
	}
	copy_clean(to->user, sizeof(to->user), o->user);
}

static void
add_port(struct look *k, const struct wish *w)
{
	struct doctor_facts *f = k->f;

	if (f->port_count == DOCTOR_PORTS_MAX)
		return;
	struct doctor_port *p = &f->ports[f->port_count++];
	*p = (struct doctor_port){
		.kind = w->kind,
		.wanted = w->wanted,
		.got = w->got,
	};
	if (w->wanted == 0 || w->got == w->wanted)
		return;
	struct port_owner o = port_owner_find(w->tcp, w->wanted);
	if (w->got == 0 && (o.self || o.held == PORT_HELD_UNKNOWN)) {
		p->got = w->wanted;
		return;
	}
	take_owner(&o, &p->owner);
	p->sys_errno = o.held == PORT_HELD_NOT ? 0 : EADDRINUSE;
	/* It may have been freed since. */
	if (o.held == PORT_HELD_NOT && !k->cfg.runs)
		p->got = w->wanted;
}

/* Discovery shares its port with other instances, which are no obstacle. */
static void
add_discovery(struct look *k)
{
	struct wish w = { .kind = PORT_DISCOVERY,
		.wanted = k->cfg.discovery_port };

	if (k->cfg.runs)
		w.got = w.wanted;
	add_port(k, &w);
	struct doctor_port *p = &k->f->ports[k->f->port_count - 1];
	if (!k->cfg.runs && strcmp(p->owner.command, "earshot") == 0) {
		p->got = p->wanted;
		p->sys_errno = 0;
	}
}

void
look_ports(struct look *k)
{
	const struct settings *s = k->cfg.settings;

	add_discovery(k);
	if (k->cfg.runs) {
		add_port(
		    k, &(struct wish){ PORT_OWN, false, 0, k->cfg.udp_port });
		add_port(k, &(struct wish){ PORT_TCP, true,
				k->cfg.discovery_port, k->cfg.tcp_port });
	}
	if (!k->cfg.runs)
		return;
	if (s->ipmsg) {
		uint16_t at = (uint16_t)s->ipmsg_port;
		add_port(k, &(struct wish){ PORT_IPMSG_UDP, false, at, 0 });
		add_port(k, &(struct wish){ PORT_IPMSG_TCP, true, at, 0 });
	}
	if (s->plain)
		add_port(k, &(struct wish){ PORT_PLAIN_UDP, false,
				(uint16_t)s->plain_port, 0 });
}
