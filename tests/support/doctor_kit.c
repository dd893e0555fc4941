/* SPDX-License-Identifier: MIT */
#include "doctor_kit.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PEERS_MAX = 8 };

struct addr
ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 0, &a), 0);
	return a;
}

struct doctor_iface *
add_iface(struct doctor_facts *f, const char *name, const char *addr,
    const char *broadcast, unsigned prefix)
{
	struct doctor_iface *n = &f->ifaces[f->iface_count++];

	snprintf(n->name, sizeof(n->name), "%s", name);
	n->index = (unsigned)f->iface_count;
	n->link = LINK_ETHERNET;
	n->up = true;
	n->carrier = n->broadcasts = n->multicasts = KNOWN_YES;
	n->mtu = 1500;
	if (addr == NULL)
		return n;
	n->addrs[0] = (struct doctor_addr){
		.addr = ip(addr), .prefix_bits = prefix, .use = IFACE_USED
	};
	if (broadcast != NULL)
		n->addrs[0].broadcast = ip(broadcast);
	n->addr_count = 1;
	for (size_t i = 0; i < 2; i++)
		n->traffic[i] = (struct iface_traffic){
			.index = n->index,
			.family = i == 0 ? ADDR_IPV4 : ADDR_IPV6,
			.sent = 3,
			.own = 3,
			.heard = 5,
		};
	return n;
}

struct doctor_peer *
add_peer(struct doctor_facts *f, const char *name, const char *addr)
{
	struct doctor_peer *p = &f->peers[f->peer_count++];

	*p = (struct doctor_peer){ .presence = PRESENCE_ONLINE,
		.trust = TRUST_PINNED,
		.addr = ip(addr),
		.session = true,
		.announced = true,
		.broadcast_heard = KNOWN_YES,
		.broadcast_ago_ms = 1000,
		.heard_ago_ms = 1000,
		.hears_us = HEARS_US,
		.has_skew = true,
		.neighbour = NEIGHBOUR_REACHABLE };
	memset(p->fp.b, (int)f->peer_count, FP_SIZE);
	snprintf(p->name, sizeof(p->name), "%s", name);
	return p;
}

void
add_port(struct doctor_facts *f, enum doctor_port_kind kind, uint16_t wanted)
{
	f->ports[f->port_count++] = (struct doctor_port){
		.kind = kind, .wanted = wanted, .got = wanted
	};
}

struct doctor_facts *
healthy(void)
{
	struct doctor_facts *f = doctor_facts_new();
	struct doctor_iface *lo;

	f->peers = xcalloc(PEERS_MAX, sizeof(*f->peers));
	snprintf(f->version, sizeof(f->version), "1.0");
	snprintf(f->system, sizeof(f->system), "Linux 6.1");
	snprintf(f->name, sizeof(f->name), "ana");
	memset(f->self.b, 0x55, FP_SIZE);
	f->listened_ms = 3200;
	f->protocol = 1;
	f->discovery_port = PORT;
	lo = add_iface(f, "lo", "127.0.0.1", NULL, 8);
	lo->link = LINK_LOOPBACK;
	add_iface(f, "eth0", "10.0.0.2", "10.0.0.255", 24);
	add_port(f, PORT_DISCOVERY, PORT);
	add_port(f, PORT_TCP, PORT);
	f->firewall.readable = KNOWN_YES;
	f->gateways[f->gateway_count++] = (struct doctor_gateway){
		.addr = ip("10.0.0.1"),
		.iface = "eth0",
		.link = LINK_ETHERNET,
		.neighbour = NEIGHBOUR_REACHABLE,
		.answers = KNOWN_YES,
	};
	add_peer(f, "bob", "10.0.0.3");
	return f;
}

struct doctor_iface *
eth(struct doctor_facts *f)
{
	return &f->ifaces[1];
}

void
leave_alone(struct doctor_facts *f)
{
	f->peer_count = 0;
}

void
ask(struct doctor_facts *f, const char *addr)
{
	f->asked = f->has_path = true;
	f->asked_addr = ip(addr);
	snprintf(f->asked_text, sizeof(f->asked_text), "%s", addr);
	f->asked_known = f->peer_count > 0 &&
			 addr_same_host(&f->peers[0].addr, &f->asked_addr);
	for (int i = 0; i < PATH_STEPS; i++)
		f->path.steps[i] =
		    (struct path_outcome){ .state = PATH_OK, .ms = 1 };
	f->path.load_bytes = PATH_LOAD_BYTES;
	f->path.load_ms = 1000;
}

void
fail_step(struct doctor_facts *f, enum path_step step, enum path_why why,
    int sys_errno)
{
	f->path.steps[step] = (struct path_outcome){ .state = PATH_FAILED,
		.why = why,
		.sys_errno = sys_errno,
		.ms = 2000 };
	for (int i = (int)step + 1; i < PATH_STEPS; i++)
		if (i != PATH_PING_OWN && i != PATH_TCP)
			f->path.steps[i] =
			    (struct path_outcome){ .state = PATH_SKIPPED,
				    .why = PATH_WHY_EARLIER };
}

void
expect(struct doctor_facts *f, enum doctor_severity severity,
    enum doctor_fault fault, const char *mend)
{
	struct doctor_verdict v;

	doctor_judge(f, NULL, &v);
	char *report = doctor_report(f, &v, NULL);
	if (v.count == 0 || v.findings[0].fault != fault)
		print_error("%s\n", report);
	assert_true(v.count > 0);
	assert_string_equal(
	    doctor_fault_text(v.findings[0].fault), doctor_fault_text(fault));
	assert_string_equal(doctor_severity_text(v.findings[0].severity),
	    doctor_severity_text(severity));
	assert_true(strlen(v.findings[0].text) > 0);
	if (mend == NULL)
		assert_null(v.findings[0].mend);
	else
		assert_string_equal(v.findings[0].mend, mend);
	assert_true(doctor_is_ill(&v) == (severity != DOCTOR_HINT));
	for (size_t i = 1; i < v.count; i++)
		assert_true(
		    v.findings[i - 1].severity <= v.findings[i].severity);
	assert_non_null(strstr(report, v.findings[0].text));
	free(report);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

void
expect_nothing(struct doctor_facts *f)
{
	struct doctor_verdict v;

	doctor_judge(f, NULL, &v);
	char *report = doctor_report(f, &v, NULL);
	if (v.count > 0)
		print_error("%s\n", report);
	assert_int_equal(v.count, 0);
	assert_false(doctor_is_ill(&v));
	assert_non_null(strstr(report, "nothing wrong"));
	free(report);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}
