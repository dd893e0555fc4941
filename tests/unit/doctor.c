/* SPDX-License-Identifier: MIT */
/*
 * A healthy machine, and each fault put into it: the right one comes first,
 * with the command that mends it. The long-winded proof is in a laboratory of
 * real networks; here every sentence is reached once.
 */
#include "base/mem.h"
#include "doctor_kit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
healthy_machines_have_nothing(void **state)
{
	struct doctor_facts *f;

	(void)state;
	expect_nothing(healthy());
	f = healthy();
	ask(f, "10.0.0.3");
	expect_nothing(f);
	/* Ourselves. */
	f = healthy();
	ask(f, "10.0.0.2");
	fail_step(f, PATH_HANDSHAKE, PATH_WHY_SELF, 0);
	expect_nothing(f);
	/* An empty socket beside a wireless network. */
	f = healthy();
	add_iface(f, "eth1", NULL, NULL, 0)->carrier = KNOWN_NO;
	add_iface(f, "wlan0", NULL, NULL, 0)->up = false;
	expect_nothing(f);
	/* Nothing of it is known. */
	f = healthy();
	eth(f)->broadcasts = eth(f)->multicasts = eth(f)->carrier =
	    KNOWN_NOTHING;
	eth(f)->mtu = 0;
	memset(eth(f)->traffic, 0, sizeof(eth(f)->traffic));
	f->firewall.readable = KNOWN_NO;
	f->gateway_count = 0;
	f->peers[0].broadcast_heard = KNOWN_NOTHING;
	f->peers[0].hears_us = HEARS_UNKNOWN;
	expect_nothing(f);
	/* The other earshot of this machine has the port. */
	f = healthy();
	f->ports[1].got = 50000;
	f->ports[1].owner.known = KNOWN_YES;
	snprintf(f->ports[1].owner.command, DOCTOR_WORD_SIZE, "earshot");
	expect_nothing(f);
}

static void
a_docker_bridge_of_its_own_is_no_fault(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_iface *n =
	    add_iface(f, "docker0", "172.17.0.1", "172.17.255.255", 16);

	(void)state;
	n->link = LINK_CONTAINER;
	n->addrs[0].use = IFACE_VIRTUAL;
	expect_nothing(f);
}

static void
ports_that_are_taken(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	f->ports[0].got = 0;
	f->ports[0].sys_errno = EADDRINUSE;
	f->ports[0].owner = (struct doctor_owner){
		.known = KNOWN_YES, .pid = 77, .command = "nc", .user = "eve"
	};
	expect(f, DOCTOR_BAD, FAULT_PORT_DISCOVERY, "kill 77");
	f = healthy();
	f->ports[0].got = 0;
	f->ports[0].sys_errno = EACCES;
	expect(f, DOCTOR_BAD, FAULT_PORT_DISCOVERY,
	    "sudo ss -ulnp 'sport = :41827'");
	f = healthy();
	f->ports[1].got = 50000;
	f->ports[1].owner.known = KNOWN_NO;
	expect(
	    f, DOCTOR_MINOR, FAULT_PORT_TCP, "sudo ss -tlnp 'sport = :41827'");
	f = healthy();
	f->ports[1].got = 0;
	f->root = true;
	expect(f, DOCTOR_PARTLY, FAULT_PORT_TCP, "ss -tlnp 'sport = :41827'");
	f = healthy();
	add_port(f, PORT_IPMSG_UDP, 2425);
	f->ports[2].got = 0;
	f->ports[2].owner = (struct doctor_owner){
		.known = KNOWN_YES, .pid = 5, .command = "iptux"
	};
	expect(f, DOCTOR_PARTLY, FAULT_PORT_TAKEN, "kill 5");
}

static void
it_does_not_start(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	snprintf(f->start_error, sizeof(f->start_error), "no home");
	expect(f, DOCTOR_BAD, FAULT_START, NULL);
}

static void
no_network(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	leave_alone(f);
	f->iface_count = 1;
	expect(f, DOCTOR_BAD, FAULT_NO_IFACE, "ip -br link");
	f = healthy();
	leave_alone(f);
	eth(f)->up = false;
	eth(f)->addrs[0].use = IFACE_DOWN;
	expect(f, DOCTOR_BAD, FAULT_IFACE_DOWN, "sudo ip link set eth0 up");
	f = healthy();
	leave_alone(f);
	eth(f)->carrier = KNOWN_NO;
	eth(f)->addr_count = 0;
	expect(f, DOCTOR_BAD, FAULT_NO_CARRIER, NULL);
	f = healthy();
	leave_alone(f);
	eth(f)->addr_count = 0;
	expect(f, DOCTOR_BAD, FAULT_NO_ADDRESS, "sudo dhclient -v eth0");
	f = healthy();
	leave_alone(f);
	eth(f)->addrs[0].use = IFACE_NO_BROADCAST;
	expect(f, DOCTOR_BAD, FAULT_NO_BROADCAST, "/connect HOST");
}

static void
networks_that_are_left_alone(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	leave_alone(f);
	eth(f)->addrs[0].use = IFACE_NOT_CHOSEN;
	expect(f, DOCTOR_BAD, FAULT_NOT_USED, "earshot set interface eth0");
	f = healthy();
	leave_alone(f);
	eth(f)->addrs[0].use = IFACE_VIRTUAL;
	eth(f)->link = LINK_CONTAINER;
	expect(f, DOCTOR_BAD, FAULT_NOT_USED, "earshot set interface eth0");
}

static void
the_loopback_is_no_way_out(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_verdict v;

	(void)state;
	leave_alone(f);
	f->ifaces[0].addrs[0].use = IFACE_NOT_CHOSEN;
	eth(f)->addrs[0].use = IFACE_DOWN;
	eth(f)->up = false;
	doctor_judge(f, NULL, &v);
	assert_int_equal(v.count, 1);
	assert_int_equal(v.findings[0].fault, FAULT_IFACE_DOWN);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

/* dummy0 and ifb0 of a kernel that has them: nobody would switch them on. */
static void
what_leads_nowhere_is_not_missed(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_verdict v;
	struct doctor_iface *n;

	(void)state;
	leave_alone(f);
	n = add_iface(f, "dummy0", NULL, NULL, 0);
	n->link = LINK_OTHER;
	n->up = false;
	eth(f)->addrs[0].use = IFACE_DOWN;
	eth(f)->up = false;
	doctor_judge(f, NULL, &v);
	assert_int_equal(v.count, 1);
	assert_string_equal(v.findings[0].iface, "eth0");
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

static struct doctor_rule *
add_rule(struct doctor_facts *f, bool out, enum doctor_what what, uint16_t port,
    const char *text)
{
	struct doctor_rule *r = &f->firewall.rules[f->firewall.rule_count++];

	r->backend = FIREWALL_NFT;
	r->out = out;
	r->what = what;
	r->port = port;
	snprintf(r->text, sizeof(r->text), "%s", text);
	snprintf(r->mend, sizeof(r->mend), "nft add rule %s %u", text,
	    (unsigned)port);
	return r;
}

static void
firewall_rules(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	leave_alone(f);
	add_rule(f, false, RULE_UDP, PORT, "drop");
	expect(
	    f, DOCTOR_BAD, FAULT_FIREWALL_IN, "sudo nft add rule drop 41827");
	f = healthy();
	add_rule(f, true, RULE_UDP, PORT, "drop");
	expect(
	    f, DOCTOR_BAD, FAULT_FIREWALL_OUT, "sudo nft add rule drop 41827");
	f = healthy();
	add_rule(f, false, RULE_TCP, PORT, "drop");
	expect(f, DOCTOR_PARTLY, FAULT_FIREWALL_IN,
	    "sudo nft add rule drop 41827");
	f = healthy();
	add_rule(f, false, RULE_MULTICAST, 0, "drop");
	expect(f, DOCTOR_PARTLY, FAULT_FIREWALL_IN, "sudo nft add rule drop 0");
	/* Of one neighbour alone. */
	f = healthy();
	add_rule(f, false, RULE_ANY, 0, "drop")->peer = ip("10.0.0.9");
	expect(f, DOCTOR_PARTLY, FAULT_FIREWALL_IN, "sudo nft add rule drop 0");
}

static void
a_rule_about_who_is_asked_for_is_bad(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	ask(f, "10.0.0.3");
	add_rule(f, false, RULE_TCP, 50000, "drop")->peer = ip("10.0.0.3");
	expect(
	    f, DOCTOR_BAD, FAULT_FIREWALL_IN, "sudo nft add rule drop 50000");
}

/* One policy drops all; each command is told once. */
static void
rules_with_one_reason_are_one_finding(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_verdict v;

	(void)state;
	leave_alone(f);
	add_rule(f, false, RULE_TCP, PORT, "policy drop");
	add_rule(f, false, RULE_UDP, PORT, "policy drop");
	add_rule(f, false, RULE_UDP, 50000, "policy drop");
	doctor_judge(f, NULL, &v);
	assert_int_equal(v.count, 1);
	assert_int_equal(v.findings[0].severity, DOCTOR_BAD);
	assert_string_equal(v.findings[0].mend,
	    "sudo nft add rule policy drop 41827\n"
	    "sudo nft add rule policy drop 50000");
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

static void
what_is_dropped_is_seen_without_root(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	leave_alone(f);
	f->firewall.readable = KNOWN_NO;
	snprintf(f->firewall.ask, sizeof(f->firewall.ask), "iptables-save");
	eth(f)->last_error = EPERM;
	expect(f, DOCTOR_BAD, FAULT_FIREWALL_OUT, "sudo iptables-save");
	f = healthy();
	leave_alone(f);
	f->firewall.readable = KNOWN_NO;
	eth(f)->traffic[0].own = eth(f)->traffic[0].heard = 0;
	expect(f, DOCTOR_BAD, FAULT_FIREWALL_IN, "sudo nft list ruleset");
	f = healthy();
	eth(f)->last_error = ENETUNREACH;
	expect(f, DOCTOR_PARTLY, FAULT_SEND,
	    "ip addr show eth0\nip route show dev eth0");
}

/* Of two interfaces in one network, either may get what comes back. */
static void
an_echo_through_the_other_interface_counts(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	add_iface(f, "wlan0", "10.0.0.7", "10.0.0.255", 24);
	f->ifaces[2].traffic[0].own = f->ifaces[2].traffic[0].heard = 0;
	expect_nothing(f);
}

static void
addresses_that_two_have(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_clash clash = { .addr = ip("10.0.0.2"),
		.ours = true,
		.iface = "eth0",
		.macs = { { 2 }, { 3 } },
		.mac_count = 2 };

	(void)state;
	f->clashes[f->clash_count++] = clash;
	expect(f, DOCTOR_BAD, FAULT_ADDRESS_TWICE,
	    "sudo ip addr flush dev eth0\nsudo dhclient -v eth0");
	f = healthy();
	clash.ours = false;
	f->clashes[f->clash_count++] = clash;
	expect(
	    f, DOCTOR_PARTLY, FAULT_ADDRESS_TWICE, "ip neigh show to 10.0.0.2");
	f = healthy();
	eth(f)->addrs[1] = (struct doctor_addr){ .addr = ip("fd00::2"),
		.prefix_bits = 64,
		.refused = true,
		.use = IFACE_DOWN };
	eth(f)->addr_count = 2;
	expect(f, DOCTOR_PARTLY, FAULT_ADDRESS_TWICE,
	    "sudo ip addr del fd00::2/64 dev eth0");
}

static void
add_stray(struct doctor_facts *f, enum discover_drop why, const char *from)
{
	f->strays[f->stray_count++] = (struct doctor_stray){
		.from = ip(from),
		.iface = "eth0",
		.why = why,
		.version = 2,
		.count = 3,
	};
}

static void
announcements_that_are_dropped(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	add_stray(f, DROP_VERSION, "10.0.0.9");
	expect(f, DOCTOR_PARTLY, FAULT_VERSION, "earshot --version");
	f = healthy();
	add_stray(f, DROP_OWN, "10.0.0.9");
	expect(f, DOCTOR_PARTLY, FAULT_IDENTITY_TWICE, NEW_IDENTITY);
	f = healthy();
	eth(f)->addrs[0].prefix_bits = 25;
	eth(f)->addrs[0].broadcast = ip("10.0.0.127");
	add_stray(f, DROP_OFF_LINK, "10.0.0.200");
	expect(f, DOCTOR_PARTLY, FAULT_NETMASK,
	    "sudo ip addr del 10.0.0.2/25 dev eth0\n"
	    "sudo ip addr add 10.0.0.2/24 broadcast + dev eth0");
}

static void
netmasks_that_are_too_narrow(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	eth(f)->addrs[0].prefix_bits = 25;
	eth(f)->addrs[0].broadcast = ip("10.0.0.127");
	ask(f, "10.0.0.200");
	fail_step(f, PATH_PING, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_TCP, PATH_WHY_TIMEOUT, 0);
	struct doctor_verdict v;
	doctor_judge(f, NULL, &v);
	bool found = false;
	for (size_t i = 0; i < v.count; i++)
		found |= v.findings[i].fault == FAULT_NETMASK;
	assert_true(found);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

static void
broadcast_addresses(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	eth(f)->addrs[0].broadcast = ip("10.0.0.127");
	expect(f, DOCTOR_BAD, FAULT_BROADCAST_ADDRESS,
	    "sudo ip addr del 10.0.0.2/24 dev eth0\n"
	    "sudo ip addr add 10.0.0.2/24 broadcast 10.0.0.255 dev eth0");
	f = healthy();
	eth(f)->addrs[0].addr = ip("169.254.3.4");
	eth(f)->addrs[0].prefix_bits = 16;
	eth(f)->addrs[0].broadcast = ip("169.254.255.255");
	f->peers[0].addr = ip("169.254.9.9");
	expect(f, DOCTOR_MINOR, FAULT_NO_ADDRESS, "sudo dhclient -v eth0");
}

static void
ipv6(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	eth(f)->addrs[0] = (struct doctor_addr){
		.addr = ip("fd00::2"), .prefix_bits = 64, .use = IFACE_USED
	};
	f->peers[0].addr = ip("fd00::3");
	expect(f, DOCTOR_HINT, FAULT_IPV6_ONLY, "sudo dhclient -4 -v eth0");
	f = healthy();
	leave_alone(f);
	eth(f)->addrs[0] = (struct doctor_addr){
		.addr = ip("fd00::2"), .prefix_bits = 64, .use = IFACE_USED
	};
	expect(f, DOCTOR_PARTLY, FAULT_IPV6_ONLY, "sudo dhclient -4 -v eth0");
	f = healthy();
	eth(f)->addrs[0] = (struct doctor_addr){
		.addr = ip("fd00::2"), .prefix_bits = 64, .use = IFACE_USED
	};
	eth(f)->multicasts = KNOWN_NO;
	expect(f, DOCTOR_BAD, FAULT_MULTICAST,
	    "sudo ip link set eth0 multicast on");
	/* It was not joined when that was asked. */
	f = healthy();
	eth(f)->addrs[1] = (struct doctor_addr){
		.addr = ip("fd00::2"), .prefix_bits = 64, .use = IFACE_USED
	};
	eth(f)->addr_count = 2;
	eth(f)->joined = KNOWN_NO;
	expect_nothing(f);
	f = healthy();
	eth(f)->addrs[1] = (struct doctor_addr){
		.addr = ip("fd00::2"), .prefix_bits = 64, .use = IFACE_USED
	};
	eth(f)->addr_count = 2;
	eth(f)->joined = KNOWN_NO;
	eth(f)->traffic[1] = (struct iface_traffic){ .family = ADDR_NONE };
	expect(f, DOCTOR_MINOR, FAULT_MULTICAST,
	    "sudo ip link set eth0 multicast on");
	f = healthy();
	eth(f)->mtu = 600;
	expect(f, DOCTOR_PARTLY, FAULT_MTU, "sudo ip link set eth0 mtu 1500");
}

static void
networks_in_the_way(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_iface *n =
	    add_iface(f, "docker0", "10.0.0.1", "10.0.0.127", 25);

	(void)state;
	n->link = LINK_CONTAINER;
	n->addrs[0].use = IFACE_VIRTUAL;
	expect(
	    f, DOCTOR_PARTLY, FAULT_CONTAINER, "sudo ip link set docker0 down");
	/* A wider one around ours does no harm. */
	f = healthy();
	n = add_iface(f, "docker0", "10.0.0.1", "10.0.255.255", 16);
	n->link = LINK_CONTAINER;
	n->addrs[0].use = IFACE_VIRTUAL;
	expect_nothing(f);
	f = healthy();
	leave_alone(f);
	f->gateways[0].link = LINK_TUNNEL;
	snprintf(f->gateways[0].iface, IFACE_NAME_MAX, "tun0");
	expect(f, DOCTOR_PARTLY, FAULT_VPN_ROUTE, "sudo ip link set tun0 down");
	f = healthy();
	f->gateways[0].link = LINK_TUNNEL;
	snprintf(f->gateways[0].iface, IFACE_NAME_MAX, "tun0");
	expect(f, DOCTOR_HINT, FAULT_VPN_ROUTE, "sudo ip link set tun0 down");
	f = healthy();
	n = add_iface(f, "tun0", "10.8.0.2", NULL, 24);
	n->link = LINK_TUNNEL;
	n->addrs[0].use = IFACE_VIRTUAL;
	snprintf(eth(f)->addrs[0].routed, IFACE_NAME_MAX, "tun0");
	expect(f, DOCTOR_PARTLY, FAULT_VPN_ROUTE, "sudo ip link set tun0 down");
	/* Another card in the same network. */
	f = healthy();
	add_iface(f, "eth1", "10.0.0.9", "10.0.0.255", 24);
	snprintf(eth(f)->addrs[0].routed, IFACE_NAME_MAX, "eth1");
	expect_nothing(f);
	f = healthy();
	leave_alone(f);
	f->gateways[0].neighbour = NEIGHBOUR_FAILED;
	f->gateways[0].answers = KNOWN_NO;
	expect(f, DOCTOR_PARTLY, FAULT_GATEWAY, "ping -c 3 10.0.0.1");
}

static void
one_way(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	f->peers[0].hears_us = HEARS_US_NOT;
	expect(f, DOCTOR_PARTLY, FAULT_MUTE, "earshot doctor");
	f = healthy();
	f->peers[0].broadcast_heard = KNOWN_NO;
	expect(f, DOCTOR_PARTLY, FAULT_DEAF, "sudo nft list ruleset");
	f = healthy();
	f->peers[0].broadcast_heard = KNOWN_NO;
	f->peers[0].hears_us = HEARS_US_NOT;
	expect(f, DOCTOR_PARTLY, FAULT_NETMASK, "ip -4 addr show");
	f = healthy();
	eth(f)->addrs[1] = (struct doctor_addr){
		.addr = ip("fd00::2"), .prefix_bits = 64, .use = IFACE_USED
	};
	eth(f)->addr_count = 2;
	f->peers[0].addr = ip("fd00::3");
	f->peers[0].broadcast_heard = KNOWN_NO;
	f->peers[0].hears_us = HEARS_US_NOT;
	expect(f, DOCTOR_PARTLY, FAULT_MULTICAST,
	    "sudo ip link set BRIDGE type bridge mcast_snooping 0");
	/* It had reason to answer, and time. */
	f = healthy();
	f->peers[0].broadcast_heard = KNOWN_NOTHING;
	f->peers[0].announced = false;
	f->peers[0].hears_us = HEARS_US_NOT;
	expect(f, DOCTOR_PARTLY, FAULT_NETMASK, "ip -4 addr show");
	/* Behind a router nobody is to be heard. */
	f = healthy();
	f->peers[0].addr = ip("192.168.7.3");
	f->peers[0].broadcast_heard = KNOWN_NO;
	f->peers[0].hears_us = HEARS_US_NOT;
	expect_nothing(f);
}

static void
clocks_and_names(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_verdict v;

	(void)state;
	f->peers[0].skew_ms = 3600 * 1000;
	expect(f, DOCTOR_MINOR, FAULT_CLOCK, "sudo timedatectl set-ntp true");
	f = healthy();
	for (int i = 0; i < 4; i++)
		add_peer(f, "eve", "10.0.0.4")->skew_ms = -120000;
	doctor_judge(f, NULL, &v);
	assert_int_equal(v.count, 1);
	assert_non_null(strstr(v.findings[0].text, "your clock"));
	assert_non_null(strstr(v.findings[0].text, "ahead"));
	assert_non_null(strstr(v.findings[0].text, "and 1 other"));
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
	f = healthy();
	f->peers[0].look_alike = true;
	expect(f, DOCTOR_MINOR, FAULT_NAME_TWICE, "/nick NAME");
	f = healthy();
	f->peers[0].look_alike = true;
	add_peer(f, "b0b", "10.0.0.4")->look_alike = true;
	expect(f, DOCTOR_MINOR, FAULT_NAME_TWICE, "/alias bob NAME");
}

static void
contacts_that_are_blocked_or_changed(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	ask(f, "10.0.0.3");
	f->peers[0].trust = TRUST_BLOCKED;
	expect(f, DOCTOR_BAD, FAULT_BLOCKED, "/unblock bob");
	f = healthy();
	ask(f, "10.0.0.3");
	f->peers[0].trust = TRUST_CHANGED;
	expect(f, DOCTOR_BAD, FAULT_CHANGED, "/verify bob");
}

static void
doubts_are_no_faults(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	leave_alone(f);
	expect(f, DOCTOR_HINT, FAULT_NOBODY, "earshot doctor ADDRESS");
	f = healthy();
	leave_alone(f);
	f->listened_ms = 500;
	expect(f, DOCTOR_HINT, FAULT_EARLY, "earshot who --wait 30");
	f = healthy();
	f->quiet = true;
	expect(f, DOCTOR_HINT, FAULT_QUIET, "earshot set quiet off");
	f = healthy();
	leave_alone(f);
	f->firewall.readable = KNOWN_NO;
	struct doctor_verdict v;
	doctor_judge(f, NULL, &v);
	assert_int_equal(v.count, 2);
	assert_int_equal(v.findings[1].fault, FAULT_FIREWALL_UNKNOWN);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

/* The worst first, whatever the order in which they are found. */
static void
the_worst_comes_first(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	f->peers[0].skew_ms = 3600 * 1000;
	f->peers[0].hears_us = HEARS_US_NOT;
	f->quiet = true;
	f->clashes[f->clash_count++] = (struct doctor_clash){
		.addr = ip("10.0.0.2"),
		.ours = true,
		.iface = "eth0",
		.mac_count = 1,
	};
	expect(f, DOCTOR_BAD, FAULT_ADDRESS_TWICE,
	    "sudo ip addr flush dev eth0\nsudo dhclient -v eth0");
}

/* Fingerprints are cut to their tag, whoever they are of. */
static void
a_report_is_safe_to_paste(void **state)
{
	struct doctor_facts *f = healthy();
	struct doctor_verdict v;
	char whole[FP_TEXT_SIZE], tag[TAG_LONG + 1];

	(void)state;
	ask(f, "10.0.0.3");
	doctor_judge(f, NULL, &v);
	char *report = doctor_report(f, &v, NULL);
	assert_non_null(strstr(report, fp_tag(&f->self, TAG_LONG, tag)));
	assert_null(strstr(report, fp_text(&f->self, whole)));
	whole[TAG_LONG + 1] = '\0';
	assert_null(strstr(report, whole));
	fp_text(&f->peers[0].fp, whole);
	whole[TAG_LONG + 1] = '\0';
	assert_null(strstr(report, whole));
	assert_non_null(strstr(report, "10.0.0.2/24"));
	assert_non_null(strstr(report, "handshake"));
	free(report);
	doctor_verdict_clear(&v);
	doctor_facts_free(f);
}

static void
every_fault_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_KINDS; i++) {
		assert_non_null(doctor_fault_text((enum doctor_fault)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
			    doctor_fault_text((enum doctor_fault)i),
			    doctor_fault_text((enum doctor_fault)k));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_machines_have_nothing),
		cmocka_unit_test(a_docker_bridge_of_its_own_is_no_fault),
		cmocka_unit_test(the_loopback_is_no_way_out),
		cmocka_unit_test(what_leads_nowhere_is_not_missed),
		cmocka_unit_test(ports_that_are_taken),
		cmocka_unit_test(it_does_not_start),
		cmocka_unit_test(no_network),
		cmocka_unit_test(networks_that_are_left_alone),
		cmocka_unit_test(firewall_rules),
		cmocka_unit_test(a_rule_about_who_is_asked_for_is_bad),
		cmocka_unit_test(rules_with_one_reason_are_one_finding),
		cmocka_unit_test(what_is_dropped_is_seen_without_root),
		cmocka_unit_test(an_echo_through_the_other_interface_counts),
		cmocka_unit_test(addresses_that_two_have),
		cmocka_unit_test(announcements_that_are_dropped),
		cmocka_unit_test(netmasks_that_are_too_narrow),
		cmocka_unit_test(broadcast_addresses),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(networks_in_the_way),
		cmocka_unit_test(one_way),
		cmocka_unit_test(clocks_and_names),
		cmocka_unit_test(contacts_that_are_blocked_or_changed),
		cmocka_unit_test(doubts_are_no_faults),
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(a_report_is_safe_to_paste),
		cmocka_unit_test(every_fault_has_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
