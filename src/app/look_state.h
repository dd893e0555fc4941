/* SPDX-License-Identifier: MIT */
/*
 * The parts of a look.
 */
#ifndef APP_LOOK_STATE_H
#define APP_LOOK_STATE_H

#include "app/child.h"
#include "app/firewall.h"
#include "app/look.h"
#include "net/reach.h"

enum {
	LOOK_READERS = 7, /* programs that print rules */
	LOOK_CLASHES_MAX = 8,
};

/* One program that prints rules. */
struct look_reader {
	unsigned id; /* of the child; 0: it has ended, or never ran */
	bool found, told;
	char *text; /* owned */
	size_t size;
};

/* An address that only one machine should have. */
struct look_clash {
	struct addr addr;
	unsigned index;
	bool ours;
	struct callers *callers; /* NULL: that is for root */
	uint8_t macs[DOCTOR_MACS_MAX][MAC_SIZE];
	unsigned mac_count;
};

struct look {
	struct look_cfg cfg;
	struct doctor_facts *f;
	int64_t begun_ms, end_ms, next_ms;
	struct children *children;
	struct look_reader readers[LOOK_READERS];
	struct reach *gateways[DOCTOR_GATEWAYS_MAX];
	struct reach *asked;
	struct reach *lost[LOOK_LOST_MAX];
	struct look_clash clashes[LOOK_CLASHES_MAX];
	size_t clash_count;
};

/* Everything that can be read at once. */
void look_links(struct look *k);
void look_ports(struct look *k);

void look_firewall_begin(struct look *k, int64_t mono_ms);
/* True when all programs have ended. */
bool look_firewall_turn(struct look *k, int64_t mono_ms);
void look_firewall_end(struct look *k);
void look_firewall_clear(struct look *k);

/* The interface, or NULL. */
struct doctor_iface *look_iface(const struct look *k, unsigned index);
/* It is ours, and not loopback. */
bool look_is_used(const struct doctor_iface *n, const struct doctor_addr *a);

#endif
