/* SPDX-License-Identifier: MIT */
/*
 * What nft 1.0.6, iptables 1.8.9 and ufw 0.36 printed, and what their rules do
 * to packets of earshot.
 */
#include "app/firewall.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DISCOVERY = 41827 };

static char *
recorded(const char *name, size_t *ret_size)
{
	enum { SIZE = 65536 };
	char path[512], *text = calloc(1, SIZE);

	snprintf(path, sizeof(path), "%s/unit/firewall/%s", TESTS_DIR, name);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	*ret_size = fread(text, 1, SIZE, f);
	assert_in_range(*ret_size, 1, SIZE - 1);
	fclose(f);
	return text;
}

static void
add_nft(struct firewall *fw, const char *name)
{
	size_t size;
	char *text = recorded(name, &size);

	assert_int_equal(firewall_add_nft(fw, text, size), 0);
	free(text);
}

static void
add_save(struct firewall *fw, const char *name)
{
	size_t size;
	char *text = recorded(name, &size);

	assert_int_equal(
	    firewall_add_save(fw, text, size, FW_IP, "iptables"), 0);
	free(text);
}

static struct fw_packet
packet(const char *from, const char *to, bool tcp)
{
	struct fw_packet p = { .tcp = tcp, .iface = "eth0" };

	assert_int_equal(addr_parse(from, 0, &p.src), 0);
	assert_int_equal(addr_parse(to, 0, &p.dst), 0);
	p.cast = strstr(to, "255") != NULL ? FW_BROADCAST : FW_UNICAST;
	return p;
}

static struct fw_packet
announcement(void)
{
	return packet("10.77.0.2:49999", "10.77.0.255:41827", false);
}

static enum fw_outcome
fate(const struct firewall *fw, struct fw_packet p)
{
	return firewall_judge(fw, &p).outcome;
}

static void
out_rule_is_told(void **state)
{
	struct firewall fw = { .count = 0 };
	struct fw_packet p = announcement();

	(void)state;
	add_nft(&fw, "out.json");
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p.out = true;
	struct fw_judgement j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_string_equal(j.rule->text, "udp dport 41827 drop");
	assert_string_equal(j.base->name, "output");
	p.dst.port = 41828;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p.dst.port = DISCOVERY;
	p.tcp = true;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	firewall_clear(&fw);
}

/* The chain of many.json has nearly every kind of match. */
static void
many_rules_of_nft(void **state)
{
	struct firewall fw = { .count = 0 };
	struct fw_packet p = announcement();

	(void)state;
	add_nft(&fw, "many.json");
	struct fw_chain *early = firewall_chain(&fw, FW_NETDEV, "n", "early");
	assert_non_null(early);
	snprintf(early->device, sizeof(early->device), "lo");
	/* ip saddr @blackhole: 10.0.0.0/8 */
	struct fw_judgement j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_string_equal(j.rule->text, "ip saddr @blackhole drop");
	/* ip saddr 192.168.0.0/16 udp dport 41827 accept */
	p = packet("192.168.3.4:1025", "192.168.3.255:41827", false);
	assert_int_equal(fate(&fw, p), FW_PASSES);
	/* fib daddr type broadcast drop */
	p = packet("172.16.0.2:1025", "172.16.0.255:41827", false);
	j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_string_equal(j.rule->text, "fib daddr type broadcast drop");
	/* To us alone: the uid may let it through, for all that is known. */
	p = packet("172.16.0.2:1025", "172.16.0.1:41827", false);
	assert_int_equal(fate(&fw, p), FW_UNSURE);
	/* ct state vmap, and the set of names of interfaces with ports. */
	p.reply = true;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p = packet("172.16.0.2:1025", "172.16.0.1:85", true);
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p.iface = "wlan0";
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p.iface = "docker0";
	p.dst.port = 9;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	firewall_clear(&fw);
}

/* On which interface the chain of netdev is, that nft does not say. */
static void
an_early_drop_is_not_sure(void **state)
{
	struct firewall fw = { .count = 0 };
	struct fw_packet p =
	    packet("192.168.3.4:1025", "192.168.3.1:41827", false);

	(void)state;
	add_nft(&fw, "many.json");
	struct fw_chain *c = firewall_chain(&fw, FW_NETDEV, "n", "early");
	assert_non_null(c);
	assert_true(c->some_device);
	assert_int_equal(fate(&fw, p), FW_UNSURE);
	snprintf(c->device, sizeof(c->device), "lo");
	assert_int_equal(fate(&fw, p), FW_PASSES);
	firewall_clear(&fw);
}

static void
many_rules_of_iptables(void **state)
{
	struct firewall fw = { .count = 0 };
	struct fw_packet p = announcement();

	(void)state;
	add_save(&fw, "many.save");
	struct fw_judgement j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_string_equal(
	    j.rule->text, "-A INPUT -m addrtype --dst-type BROADCAST -j DROP");
	p = packet("192.168.3.4:1025", "192.168.3.255:41827", false);
	assert_int_equal(fate(&fw, p), FW_PASSES);
	/* In a chain that INPUT jumps to. */
	p = packet("172.16.0.2:1025", "172.16.0.1:41827", false);
	j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_string_equal(j.rule->text,
	    "-A other -p udp -j REJECT --reject-with icmp-port-unreachable");
	assert_string_equal(j.base->name, "INPUT");
	p.reply = true;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	/* The policy. */
	p = packet("172.16.0.2:1025", "172.16.0.1:41827", true);
	j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_null(j.rule);
	p.dst.port = 85;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	/* -o eth+ -p udp ! --dport 41827 -j DROP */
	p = packet("172.16.0.1:1025", "172.16.0.255:41827", false);
	p.out = true;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p.dst.port = 2425;
	assert_int_equal(fate(&fw, p), FW_DROPPED);
	p.iface = "wlan0";
	assert_int_equal(fate(&fw, p), FW_PASSES);
	firewall_clear(&fw);
}

static void
rules_of_iptables_are_foreign_to_nft(void **state)
{
	struct firewall fw = { .count = 0 };

	(void)state;
	add_nft(&fw, "foreign.json");
	assert_true(fw.has_foreign);
	assert_int_equal(fate(&fw, announcement()), FW_UNSURE);
	firewall_clear(&fw);
}

static void
ufw_as_it_is_installed(void **state)
{
	struct firewall fw = { .count = 0 };
	struct fw_packet p = announcement();

	(void)state;
	add_save(&fw, "ufw.save");
	assert_true(fw.is_ufw);
	assert_int_equal(fate(&fw, p), FW_DROPPED);
	p.out = true;
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p = packet("10.77.0.2:1025", "10.77.0.1:22", true);
	assert_int_equal(fate(&fw, p), FW_PASSES);
	p.dst.port = DISCOVERY;
	assert_int_equal(fate(&fw, p), FW_DROPPED);
	p.iface = "lo";
	assert_int_equal(fate(&fw, p), FW_PASSES);
	firewall_clear(&fw);
}

/* Nothing that is cut off or mad is believed, nor does harm. */
static void
cut_and_mad(void **state)
{
	static const char *const names[] = { "many.json", "many.save",
		"foreign.json", "ufw.save" };
	static const char loop[] = "*filter\n:INPUT DROP [0:0]\n:a - [0:0]\n"
				   "-A INPUT -j a\n-A a -j a\n-A a -j a\n";
	struct fw_packet p = announcement();
	size_t cuts = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size;
		char *text = recorded(names[i], &size);
		for (size_t n = 0; n < size; n += 7) {
			struct firewall fw = { .count = 0 };
			bool json = strstr(names[i], "json") != NULL;
			if (json)
				assert_int_equal(
				    firewall_add_nft(&fw, text, n), ERR_FORMAT);
			else
				firewall_add_save(&fw, text, n, FW_IP, "x");
			fate(&fw, p);
			firewall_clear(&fw);
			cuts++;
		}
		free(text);
	}
	assert_in_range(cuts, 1000, 100000);
	struct firewall fw = { .count = 0 };
	assert_int_equal(
	    firewall_add_save(&fw, loop, sizeof(loop) - 1, FW_IP, "x"), 0);
	assert_int_equal(fate(&fw, p), FW_UNSURE);
	firewall_clear(&fw);
}

/* t: 30 000 rules cost what is allowed and are given up. */
static void
too_many_rules(void **state)
{
	enum { COUNT = 30000 };
	static const char head[] = "*filter\n:INPUT ACCEPT [0:0]\n";
	static const char rule[] = "-A INPUT -s 10.0.0.1 -j DROP\n";
	size_t size = sizeof(head) - 1 + COUNT * (sizeof(rule) - 1);
	char *text = malloc(size + 1), *to = text;
	struct firewall fw = { .count = 0 };

	(void)state;
	to += snprintf(to, sizeof(head), "%s", head);
	for (int i = 0; i < COUNT; i++)
		to += snprintf(to, sizeof(rule), "%s", rule);
	assert_int_equal(
	    firewall_add_save(&fw, text, size, FW_IP, "x"), ERR_LIMIT);
	assert_int_equal(fw.rule_count, FIREWALL_RULES_MAX);
	free(text);
	firewall_clear(&fw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(out_rule_is_told),
		cmocka_unit_test(many_rules_of_nft),
		cmocka_unit_test(an_early_drop_is_not_sure),
		cmocka_unit_test(many_rules_of_iptables),
		cmocka_unit_test(rules_of_iptables_are_foreign_to_nft),
		cmocka_unit_test(ufw_as_it_is_installed),
		cmocka_unit_test(cut_and_mad),
		cmocka_unit_test(too_many_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
