/* SPDX-License-Identifier: MIT */
/*
 * The rules of packet filters as a value, and what they would do to a packet.
 * Read from what their own programs print, changed never.
 *
 * Where a rule asks for something that is not known here, its answer is
 * neither yes nor no, and nothing is concluded from it.
 */
#ifndef APP_FIREWALL_H
#define APP_FIREWALL_H

#include "base/addr.h"
#include "base/iface.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FIREWALL_RULES_MAX = 20000,
	FIREWALL_VALUES_MAX = 100000, /* of all matches and sets */
};

enum fw_verdict {
	FW_NONE, /* goes on: it counts, or logs */
	FW_ACCEPT,
	FW_DROP, /* or refuses */
	FW_RETURN,
	FW_JUMP,
	FW_GOTO,
	FW_OTHER, /* a program decides */
};

enum fw_field {
	FW_FAMILY, /* 4 or 6 */
	FW_PROTO,  /* 6: TCP, 17: UDP, … */
	FW_SPORT,
	FW_DPORT,
	FW_SADDR,
	FW_DADDR,
	FW_IIF, /* names, with a star at the end: a beginning */
	FW_OIF,
	FW_STATE, /* enum fw_state */
	FW_CAST,  /* enum fw_cast */
	FW_ALIEN, /* something else */
};

enum fw_state { FW_NEW, FW_ESTABLISHED, FW_RELATED, FW_INVALID, FW_UNTRACKED };
enum fw_cast { FW_UNICAST, FW_BROADCAST, FW_MULTICAST, FW_NO_CAST };

/* From lo to hi, both included: addresses from their first byte on, numbers in
 * the last four. */
struct fw_value {
	uint8_t family; /* of addresses; ADDR_NONE: a number */
	uint8_t lo[16], hi[16];
	char name[IFACE_NAME_MAX]; /* of an interface */
};

/* One of the values, or (negated) none of them. */
struct fw_match {
	enum fw_field field;
	bool negated;
	struct fw_value *values;
	size_t count, cap;
};

struct fw_rule {
	struct fw_match *matches; /* all of them */
	size_t count, cap;
	enum fw_verdict verdict;
	char *target; /* of a jump */
	char *text;   /* for people; as its program writes it */
};

enum fw_hook { FW_NO_HOOK, FW_HOOK_IN, FW_HOOK_OUT };
enum fw_family { FW_IP, FW_IP6, FW_INET, FW_NETDEV };

struct fw_chain {
	enum fw_family family;
	char *table, *name;
	enum fw_hook hook;
	int prio;
	enum fw_verdict policy;
	bool some_device; /* and nobody said which */
	char device[IFACE_NAME_MAX];
	/* How one is put in front: "nft", "iptables", … */
	const char *program;
	struct fw_rule *rules;
	size_t count, cap;
};

struct firewall {
	struct fw_chain *chains;
	size_t count, cap;
	size_t rule_count, value_count;
	/* Rules of the kernel that nft has to call foreign: iptables tells
	 * them. */
	bool has_foreign;
	bool is_ufw, is_firewalld;
};

struct fw_packet {
	bool out;
	bool tcp;
	struct addr src, dst; /* with their ports */
	const char *iface;
	enum fw_cast cast;
	bool reply; /* belongs to something begun before */
};

enum fw_outcome { FW_PASSES, FW_DROPPED, FW_UNSURE };

struct fw_judgement {
	enum fw_outcome outcome;
	/* Of FW_DROPPED: where it came from, and the rule; NULL: the policy. */
	const struct fw_chain *base;
	const struct fw_rule *rule;
};

struct fw_judgement firewall_judge(
    const struct firewall *fw, const struct fw_packet *p);
void firewall_clear(struct firewall *fw);

/* What nft -j list ruleset printed, added to what is there. 0 or ERR_FORMAT,
 * ERR_LIMIT. */
int firewall_add_nft(struct firewall *fw, const char *text, size_t n);
/* The same of iptables-save or ip6tables-save; program: of a rule that is put
 * in front. */
int firewall_add_save(struct firewall *fw, const char *text, size_t n,
    enum fw_family family, const char *program);

/* The same of pfctl -s rules; and whether pfctl -s info says that they are in
 * force. */
int firewall_add_pf(struct firewall *fw, const char *text, size_t n);
bool firewall_pf_is_on(const char *text, size_t n);

/* For those who read rules. */
struct fw_chain *firewall_chain(struct firewall *fw, enum fw_family family,
    const char *table, const char *name);
struct fw_chain *firewall_add_chain(struct firewall *fw, enum fw_family family,
    const char *table, const char *name);
/* NULL beyond FIREWALL_RULES_MAX. */
struct fw_rule *firewall_add_rule(struct firewall *fw, struct fw_chain *c);
struct fw_match *fw_rule_add(
    struct fw_rule *r, enum fw_field field, bool negated);
/* NULL beyond FIREWALL_VALUES_MAX. */
struct fw_value *firewall_add_value(struct firewall *fw, struct fw_match *m);
void fw_match_clear(struct fw_match *m);
void fw_value_number(struct fw_value *v, uint32_t lo, uint32_t hi);
/* "10.0.0.1", "10.0.0.0" with so many bits. False: no address. */
bool fw_value_prefix(struct fw_value *v, const char *text, unsigned bits);
/* "eth0", "eth*"; a plus at the end of those of iptables. */
void fw_value_name(struct fw_value *v, const char *name);
/* "tcp", "17", …; -1: it is not known. */
int fw_proto(const char *word);
/* "established", …; in any case of letters; -1. */
int fw_state(const char *word);
int fw_cast(const char *word);

#endif
