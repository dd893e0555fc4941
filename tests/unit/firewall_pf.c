/* SPDX-License-Identifier: MIT */
/*
 * Rules as the grammar of pf.conf(5) has them and pfctl prints them, and what
 * they do to packets of earshot.
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

#define IN "10.77.0.2:49999", "10.77.0.1:41827"

static struct fw_packet
packet(const char *from, const char *to, bool tcp)
{
	struct fw_packet p = { .tcp = tcp, .iface = "em0" };

	assert_int_equal(addr_parse(from, 0, &p.src), 0);
	assert_int_equal(addr_parse(to, 0, &p.dst), 0);
	return p;
}

static enum fw_outcome
fate(const char *rules, struct fw_packet p)
{
	struct firewall fw = { .count = 0 };

	assert_int_equal(firewall_add_pf(&fw, rules, strlen(rules)), 0);
	enum fw_outcome o = firewall_judge(&fw, &p).outcome;
	firewall_clear(&fw);
	return o;
}

/* A rule that blocks it, for each condition, and one for each that is not. */
static const struct {
	const char *rule;
	enum fw_outcome udp, tcp;
} conditions_of[] = {
	{ "", FW_PASSES, FW_PASSES },
	{ "block drop all", FW_DROPPED, FW_DROPPED },
	{ "block return all", FW_DROPPED, FW_DROPPED },
	{ "block return-rst(ttl 3) in all", FW_DROPPED, FW_DROPPED },
	{ "block return-icmp (port-unr) in log (all, to pflog1) quick "
	  "on em0 all",
	    FW_DROPPED, FW_DROPPED },
	{ "block drop out all", FW_PASSES, FW_PASSES },
	/* What is answered may be refused then. */
	{ "block drop all\npass in all no state", FW_UNSURE, FW_UNSURE },
	{ "block drop in inet all", FW_DROPPED, FW_DROPPED },
	{ "block drop in inet6 all", FW_PASSES, FW_PASSES },
	{ "block drop in proto udp all", FW_DROPPED, FW_PASSES },
	{ "block drop in proto tcp all", FW_PASSES, FW_DROPPED },
	{ "block drop in proto 17 all", FW_DROPPED, FW_PASSES },
	{ "block drop in on em0 all", FW_DROPPED, FW_DROPPED },
	{ "block drop in on em1 all", FW_PASSES, FW_PASSES },
	{ "block drop in on ! em0 all", FW_PASSES, FW_PASSES },
	{ "block drop in on ! lo0 all", FW_DROPPED, FW_DROPPED },
	{ "block drop from 10.77.0.0/24 to any", FW_DROPPED, FW_DROPPED },
	{ "block drop from ! 10.77.0.0/24 to any", FW_PASSES, FW_PASSES },
	{ "block drop from 10.77.0.1 - 10.77.0.9 to any", FW_DROPPED,
	    FW_DROPPED },
	{ "block drop from any to 10.77.0.2", FW_PASSES, FW_PASSES },
	{ "block drop from any to any port = 41827", FW_DROPPED, FW_DROPPED },
	{ "block drop from any to any port 41827", FW_DROPPED, FW_DROPPED },
	{ "block drop from any port = 41827 to any", FW_PASSES, FW_PASSES },
	{ "block drop from any to any port != 41827", FW_PASSES, FW_PASSES },
	{ "block drop from any to any port > 41826", FW_DROPPED, FW_DROPPED },
	{ "block drop from any to any port > 41827", FW_PASSES, FW_PASSES },
	{ "block drop from any to any port >= 41827", FW_DROPPED, FW_DROPPED },
	{ "block drop from any to any port < 41827", FW_PASSES, FW_PASSES },
	{ "block drop from any to any port <= 41827", FW_DROPPED, FW_DROPPED },
	{ "block drop from any to any port 41000:42000", FW_DROPPED,
	    FW_DROPPED },
	{ "block drop from any to any port 41827 >< 42000", FW_PASSES,
	    FW_PASSES },
	{ "block drop from any to any port 41826 >< 41828", FW_DROPPED,
	    FW_DROPPED },
	{ "block drop from any to any port 41000 <> 42000", FW_PASSES,
	    FW_PASSES },
	{ "block drop from any to any port 50000 <> 60000", FW_DROPPED,
	    FW_DROPPED },
	/* What is not known is not held against anybody. */
	{ "block drop from <bad> to any", FW_PASSES, FW_PASSES },
	{ "block drop from any to (em0)", FW_PASSES, FW_PASSES },
	{ "block drop from any to self", FW_PASSES, FW_PASSES },
	{ "block drop from any to any port = ssh", FW_PASSES, FW_PASSES },
	{ "block drop in on egress all", FW_PASSES, FW_PASSES },
	{ "block drop in all probability 50%", FW_PASSES, FW_PASSES },
	{ "block drop in all user = 1000", FW_PASSES, FW_PASSES },
	{ "block drop in proto tcp all flags R/R", FW_PASSES, FW_PASSES },
	{ "block drop in all fragment", FW_PASSES, FW_PASSES },
	{ "block drop in all label \"a b (c\" tag X", FW_DROPPED, FW_DROPPED },
	{ "match in all scrub (no-df max-mss 1440)", FW_PASSES, FW_PASSES },
	{ "scrub in all fragment reassemble", FW_PASSES, FW_PASSES },
};

static void
conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(conditions_of) / sizeof(conditions_of[0]);
	     i++) {
		if (fate(conditions_of[i].rule, packet(IN, false)) !=
		    conditions_of[i].udp)
			fail_msg("udp: %s", conditions_of[i].rule);
		if (fate(conditions_of[i].rule, packet(IN, true)) !=
		    conditions_of[i].tcp)
			fail_msg("tcp: %s", conditions_of[i].rule);
	}
}

/* The last one that fits, but for what is quick. */
static void
the_last_one_wins(void **state)
{
	static const char pass[] =
	    "pass in inet proto udp from any to any port = 41827 keep state\n";
	static const struct {
		const char *rules;
		enum fw_outcome udp;
	} rows[] = {
		{ "block drop all\npass all flags S/SA keep state\n",
		    FW_PASSES },
		{ "pass all flags S/SA\nblock return in all\n", FW_DROPPED },
		{ "block drop quick all\npass all\n", FW_DROPPED },
		{ "pass quick all\nblock drop all\n", FW_PASSES },
		{ "pass in quick proto tcp all\nblock drop all\npass out all\n",
		    FW_DROPPED },
		{ "block drop all\npass quick all\nblock drop quick all\n",
		    FW_PASSES },
		/* One may be let in by what is not known. */
		{ "block drop all\npass in from <good> to any\n", FW_UNSURE },
		{ "block drop all\nanchor \"ftp-proxy/*\" all\n", FW_UNSURE },
		{ "block drop all\npass in on egress all\n", FW_UNSURE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fate(rows[i].rules, packet(IN, false)) != rows[i].udp)
			fail_msg("%s", rows[i].rules);
	char rules[256];
	snprintf(rules, sizeof(rules), "block drop all\n%s", pass);
	assert_int_equal(fate(rules, packet(IN, false)), FW_PASSES);
	assert_int_equal(fate(rules, packet(IN, true)), FW_DROPPED);
	/* And an answer to what went out comes in. */
	struct fw_packet p = packet(IN, true);
	p.reply = true;
	assert_int_equal(fate(rules, p), FW_PASSES);
	p = packet("10.77.0.1:1025", "10.77.0.2:41827", true);
	p.out = true;
	assert_int_equal(fate(rules, p), FW_DROPPED);
	p = packet("[fe80::2]:1025", "[fe80::1]:41827", false);
	assert_int_equal(fate(rules, p), FW_DROPPED);
}

static void
the_rule_is_told(void **state)
{
	static const char rules[] =
	    "pass all\nblock return in on em0 proto udp "
	    "from any to any port = 41827\n";
	struct firewall fw = { .count = 0 };
	struct fw_packet p = packet(IN, false);

	(void)state;
	assert_int_equal(firewall_add_pf(&fw, rules, sizeof(rules) - 1), 0);
	struct fw_judgement j = firewall_judge(&fw, &p);
	assert_int_equal(j.outcome, FW_DROPPED);
	assert_string_equal(j.rule->text,
	    "block return in on em0 proto udp from any to any port = 41827");
	assert_string_equal(j.base->program, "pfctl");
	firewall_clear(&fw);
}

static void
rules_that_nobody_obeys(void **state)
{
	static const char on[] = "Status: Enabled for 3 days 01:02:03\n";
	static const char off[] = "Status: Disabled\nDebug: Urgent\n";
	static const char later[] = "x\nStatus: Enabled";
	static const char within[] = "No Status: Enabled";

	(void)state;
	assert_true(firewall_pf_is_on(on, sizeof(on) - 1));
	assert_false(firewall_pf_is_on(off, sizeof(off) - 1));
	assert_true(firewall_pf_is_on(later, sizeof(later) - 1));
	assert_false(firewall_pf_is_on(within, sizeof(within) - 1));
	assert_false(firewall_pf_is_on(on, 10));
}

/* Cut anywhere, and too much of it: nothing is believed that is not whole. */
static void
cut_and_mad(void **state)
{
	static const char rules[] =
	    "block return in log (all) quick on ! em0 inet proto tcp from "
	    "! 10.0.0.0/8 port 1000 >< 2000 to 10.0.0.1 - 10.0.0.9 port = 5 "
	    "flags S/SA keep state (max 5, if-bound) label \"x y\"\n"
	    "pass out on em0 inet6 from fe80::1 to any\n";
	struct fw_packet p = packet(IN, true);
	enum { COUNT = 30000 };

	(void)state;
	for (size_t n = 0; n < sizeof(rules); n++) {
		struct firewall fw = { .count = 0 };
		assert_int_equal(firewall_add_pf(&fw, rules, n), 0);
		firewall_judge(&fw, &p);
		firewall_clear(&fw);
	}
	static const char rule[] = "block drop all\n";
	size_t size = COUNT * (sizeof(rule) - 1);
	char *text = malloc(size + 1);
	for (size_t i = 0; i < COUNT; i++)
		memcpy(text + i * (sizeof(rule) - 1), rule, sizeof(rule));
	struct firewall fw = { .count = 0 };
	assert_int_equal(firewall_add_pf(&fw, text, size), ERR_LIMIT);
	firewall_clear(&fw);
	memset(text, 'x', 5000);
	assert_int_equal(firewall_add_pf(&fw, text, 5000), ERR_FORMAT);
	firewall_clear(&fw);
	for (size_t i = 0; i < 400; i++)
		memcpy(text + 2 * i, "a ", 2);
	assert_int_equal(firewall_add_pf(&fw, text, 400), ERR_FORMAT);
	firewall_clear(&fw);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions),
		cmocka_unit_test(the_last_one_wins),
		cmocka_unit_test(the_rule_is_told),
		cmocka_unit_test(rules_that_nobody_obeys),
		cmocka_unit_test(cut_and_mad),
	};

	return cmocka_run_group_tests_name("firewall_pf", tests, NULL, NULL);
}
