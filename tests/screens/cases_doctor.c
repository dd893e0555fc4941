/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "core/doctor.h"
#include "model_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 41827, IFACES = 5 };

static void
add_ifaces(struct doctor_facts *f)
{
	static const char *const names[IFACES] = { "lo", "eth0", "wlan0",
		"docker0", "tun0" };

	for (unsigned i = 0; i < IFACES; i++) {
		struct doctor_iface *n = &f->ifaces[f->iface_count++];
		snprintf(n->name, sizeof(n->name), "%s", names[i]);
		n->index = i + 1;
		n->link = i == 0 ? LINK_LOOPBACK : LINK_ETHERNET;
		n->up = true;
		n->carrier = n->broadcasts = n->multicasts = KNOWN_YES;
		n->mtu = 1500;
		struct doctor_addr *a = &n->addrs[n->addr_count++];
		char text[32];
		snprintf(text, sizeof(text), "10.0.%u.2", i);
		addr_parse(text, 0, &a->addr);
		snprintf(text, sizeof(text), "10.0.%u.255", i);
		addr_parse(text, 0, &a->broadcast);
		a->prefix_bits = 24;
		a->use = IFACE_USED;
		n->traffic[0] = (struct iface_traffic){
			.index = i + 1, .family = ADDR_IPV4, .sent = 3, .own = 3
		};
	}
}

static char *
report(const struct lang *l)
{
	struct doctor_facts *f = doctor_facts_new();
	struct doctor_verdict v;

	snprintf(f->version, sizeof(f->version), "1.0");
	snprintf(f->system, sizeof(f->system), "Linux 6.1");
	snprintf(f->name, sizeof(f->name), "mira");
	memset(f->self.b, 0x55, FP_SIZE);
	f->listened_ms = 3000;
	f->protocol = 1;
	f->discovery_port = PORT;
	add_ifaces(f);
	f->ports[f->port_count++] = (struct doctor_port){
		.kind = PORT_DISCOVERY, .wanted = PORT, .got = PORT
	};
	f->firewall.readable = KNOWN_YES;
	struct doctor_rule *r = &f->firewall.rules[f->firewall.rule_count++];
	r->backend = FIREWALL_NFT;
	r->what = RULE_UDP;
	r->port = PORT;
	snprintf(r->text, sizeof(r->text), "udp dport %d drop", PORT);
	snprintf(r->mend, sizeof(r->mend),
	    "nft insert rule inet filter input udp dport %d accept", PORT);
	doctor_judge(f, l, &v);
	char *text = doctor_report(f, &v, l);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
	return text;
}

/* The report is longer than the screen: the worst of it is in view. */
void
case_doctor(struct scene *s)
{
	char *text = report(s->m->lang);
	struct fixture_message note = { .kind = MESSAGE_INFO, .text = text };

	cases_populate(s);
	fixture_add(s->m, CONV_NEARBY, NULL, &note);
	ui_show_answer(s->ui, s->m, CONV_NEARBY);
	free(text);
}
