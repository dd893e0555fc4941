/* SPDX-License-Identifier: MIT */
/* Whatever a pfctl prints, a packet has one fate. */
#include "app/firewall.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct firewall fw = { .count = 0 };
	struct fw_packet p = { .iface = "em0",
		.src = { .family = ADDR_IPV4 },
		.dst = { .family = ADDR_IPV4, .port = 41827 } };

	firewall_pf_is_on((const char *)data, size);
	int err = firewall_add_pf(&fw, (const char *)data, size);
	check(err <= 0 && fw.rule_count <= FIREWALL_RULES_MAX);
	check(firewall_judge(&fw, &p).outcome <= FW_UNSURE);
	firewall_clear(&fw);
	return 0;
}
