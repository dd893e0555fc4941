/* SPDX-License-Identifier: MIT */
#include "core/doctor.h"

#include "base/mem.h"
#include "core/doctor_state.h"

#include <stdlib.h>
#include <string.h>

const char *
doctor_severity_text(enum doctor_severity s)
{
	static const char *const texts[] = {
		[DOCTOR_BAD] = "bad",
		[DOCTOR_PARTLY] = "partly",
		[DOCTOR_MINOR] = "minor",
		[DOCTOR_HINT] = "hint",
	};

	return texts[s];
}

const char *
doctor_fault_text(enum doctor_fault fault)
{
	static const char *const texts[FAULT_KINDS] = {
		[FAULT_START] = "start",
		[FAULT_PORT_DISCOVERY] = "port-discovery",
		[FAULT_NO_IFACE] = "no-interface",
		[FAULT_IFACE_DOWN] = "interface-down",
		[FAULT_NO_CARRIER] = "no-carrier",
		[FAULT_NO_ADDRESS] = "no-address",
		[FAULT_NOT_USED] = "not-used",
		[FAULT_FIREWALL_OUT] = "firewall-out",
		[FAULT_FIREWALL_IN] = "firewall-in",
		[FAULT_SEND] = "send",
		[FAULT_QUIET] = "quiet",
		[FAULT_ADDRESS_TWICE] = "address-twice",
		[FAULT_IDENTITY_TWICE] = "identity-twice",
		[FAULT_NETMASK] = "netmask",
		[FAULT_BROADCAST_ADDRESS] = "broadcast-address",
		[FAULT_NO_BROADCAST] = "no-broadcast",
		[FAULT_VERSION] = "version",
		[FAULT_GATEWAY] = "gateway",
		[FAULT_ISOLATED] = "isolated",
		[FAULT_VPN_ROUTE] = "vpn-route",
		[FAULT_PORT_TCP] = "port-tcp",
		[FAULT_PORT_TAKEN] = "port-taken",
		[FAULT_FILTERED] = "filtered",
		[FAULT_UDP_DROPPED] = "udp-dropped",
		[FAULT_TCP_DROPPED] = "tcp-dropped",
		[FAULT_DEAF] = "deaf",
		[FAULT_MUTE] = "mute",
		[FAULT_MTU] = "mtu",
		[FAULT_MULTICAST] = "multicast",
		[FAULT_IPV6_ONLY] = "ipv6-only",
		[FAULT_UNREACHABLE] = "unreachable",
		[FAULT_REFUSED] = "refused",
		[FAULT_HANDSHAKE] = "handshake",
		[FAULT_SLOW] = "slow",
		[FAULT_CONTAINER] = "container",
		[FAULT_CLOCK] = "clock",
		[FAULT_NAME_TWICE] = "name-twice",
		[FAULT_BLOCKED] = "blocked",
		[FAULT_CHANGED] = "changed",
		[FAULT_ROUTED] = "routed",
		[FAULT_NOBODY] = "nobody",
		[FAULT_FIREWALL_UNKNOWN] = "firewall-unknown",
		[FAULT_EARLY] = "early",
	};

	return texts[fault];
}

struct doctor_finding *
diagnosis_add(struct diagnosis *d, enum doctor_severity severity,
    enum doctor_fault fault, char *text, char *mend)
{
	struct doctor_verdict *v = d->v;

	v->findings =
	    xgrow(v->findings, v->count, &v->cap, sizeof(*v->findings));
	v->findings[v->count] = (struct doctor_finding){
		.severity = severity,
		.fault = fault,
		.text = text,
		.mend = mend,
	};
	return &v->findings[v->count++];
}

bool
diagnosis_has(const struct diagnosis *d, enum doctor_fault fault)
{
	for (size_t i = 0; i < d->v->count; i++)
		if (d->v->findings[i].fault == fault)
			return true;
	return false;
}

bool
doctor_is_ill(const struct doctor_verdict *v)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->findings[i].severity != DOCTOR_HINT)
			return true;
	return false;
}

/* Insertion keeps the order among equals, and there are few. */
static void
sort(struct doctor_verdict *v)
{
	for (size_t i = 1; i < v->count; i++) {
		struct doctor_finding f = v->findings[i];
		size_t at = i;
		for (; at > 0; at--) {
			const struct doctor_finding *g = &v->findings[at - 1];
			if (g->severity < f.severity ||
			    (g->severity == f.severity && g->fault <= f.fault))
				break;
			v->findings[at] = *g;
		}
		v->findings[at] = f;
	}
}

void
doctor_judge(const struct doctor_facts *f, const struct lang *l,
    struct doctor_verdict *ret_verdict)
{
	struct diagnosis d = { .f = f, .l = l, .v = ret_verdict };

	*ret_verdict = (struct doctor_verdict){ 0 };
	doctor_here(&d);
	doctor_filter(&d);
	doctor_net(&d);
	doctor_people(&d);
	doctor_way(&d);
	doctor_doubts(&d);
	sort(ret_verdict);
}

void
doctor_verdict_clear(struct doctor_verdict *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->findings[i].text);
		free(v->findings[i].mend);
	}
	free(v->findings);
	*v = (struct doctor_verdict){ 0 };
}
