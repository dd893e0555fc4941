/* SPDX-License-Identifier: MIT */
/*
 * A packet goes through every base chain of its direction: dropped in one is
 * dropped, accepted in one goes on to the next.
 */
#include "app/firewall.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { JUMPS_MAX = 16, PROTO_TCP = 6, PROTO_UDP = 17 };

enum truth { NO, MAYBE, YES };

struct run {
	const struct firewall *fw;
	const struct fw_packet *p;
	const struct fw_chain *base;
	bool unsure; /* something may have let it through already */
	size_t steps;
	const struct fw_rule *dropped_by;
};

static const uint8_t *
packet_addr(const struct fw_packet *p, enum fw_field field)
{
	return field == FW_SADDR ? p->src.ip : p->dst.ip;
}

static uint32_t
packet_number(const struct fw_packet *p, enum fw_field field)
{
	switch (field) {
	case FW_FAMILY:
		return p->src.family;
	case FW_PROTO:
		return p->tcp ? PROTO_TCP : PROTO_UDP;
	case FW_SPORT:
		return p->src.port;
	case FW_DPORT:
		return p->dst.port;
	case FW_STATE:
		return p->reply ? FW_ESTABLISHED : FW_NEW;
	case FW_CAST:
		return p->cast;
	case FW_SADDR:
	case FW_DADDR:
	case FW_IIF:
	case FW_OIF:
	case FW_ALIEN:
		break;
	}
	return 0;
}

static bool
name_fits(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, name, n - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static bool
lies_in(const struct fw_value *v, const uint8_t *at)
{
	return memcmp(v->lo, at, sizeof(v->lo)) <= 0 &&
	       memcmp(at, v->hi, sizeof(v->hi)) <= 0;
}

static bool
value_fits(
    const struct fw_value *v, enum fw_field field, const struct fw_packet *p)
{
	struct fw_value number = { .family = ADDR_NONE };

	switch (field) {
	case FW_IIF:
		return !p->out && name_fits(v->name, p->iface);
	case FW_OIF:
		return p->out && name_fits(v->name, p->iface);
	case FW_SADDR:
	case FW_DADDR:
		return v->family == p->src.family &&
		       lies_in(v, packet_addr(p, field));
	case FW_FAMILY:
	case FW_PROTO:
	case FW_SPORT:
	case FW_DPORT:
	case FW_STATE:
	case FW_CAST:
	case FW_ALIEN:
		break;
	}
	fw_value_number(
	    &number, packet_number(p, field), packet_number(p, field));
	return lies_in(v, number.lo);
}

static enum truth
match_truth(const struct fw_match *m, const struct fw_packet *p)
{
	bool fits = false;

	if (m->field == FW_ALIEN)
		return MAYBE;
	for (size_t i = 0; !fits && i < m->count; i++)
		fits = value_fits(&m->values[i], m->field, p);
	return fits != m->negated ? YES : NO;
}

static enum truth
rule_truth(const struct fw_rule *r, const struct fw_packet *p)
{
	enum truth all = YES;

	for (size_t i = 0; i < r->count; i++) {
		enum truth one = match_truth(&r->matches[i], p);
		if (one == NO)
			return NO;
		if (one == MAYBE)
			all = MAYBE;
	}
	return all;
}

static enum fw_verdict run_chain(
    struct run *run, const struct fw_chain *c, int depth);

static enum fw_verdict
run_target(struct run *run, const struct fw_chain *from,
    const struct fw_rule *r, int depth)
{
	for (size_t i = 0; i < run->fw->count; i++) {
		const struct fw_chain *c = &run->fw->chains[i];
		if (c->family == from->family &&
		    strcmp(c->table, from->table) == 0 &&
		    strcmp(c->name, r->target) == 0)
			return run_chain(run, c, depth + 1);
	}
	run->unsure = true;
	return FW_RETURN;
}

/* FW_RETURN: none of its rules decided. */
static enum fw_verdict
run_chain(struct run *run, const struct fw_chain *c, int depth)
{
	if (depth > JUMPS_MAX || run->steps > FIREWALL_RULES_MAX) {
		run->unsure = true;
		return FW_RETURN;
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct fw_rule *r = &c->rules[i];
		enum truth truth = rule_truth(r, run->p);
		run->steps++;
		if (truth == NO || r->verdict == FW_NONE)
			continue;
		if (truth == MAYBE || r->verdict == FW_OTHER) {
			/* What may drop it is not held against anybody. */
			run->unsure |= r->verdict != FW_DROP;
			continue;
		}
		enum fw_verdict v = r->verdict;
		if (v == FW_JUMP || v == FW_GOTO) {
			v = run_target(run, c, r, depth);
			if (v == FW_RETURN && r->verdict == FW_JUMP)
				continue;
		} else if (v == FW_DROP)
			run->dropped_by = r;
		return v;
	}
	return FW_RETURN;
}

static bool
concerns(const struct fw_chain *c, const struct fw_packet *p)
{
	if (c->hook != (p->out ? FW_HOOK_OUT : FW_HOOK_IN))
		return false;
	if (c->device[0] != '\0' && strcmp(c->device, p->iface) != 0)
		return false;
	switch (c->family) {
	case FW_IP:
		return p->src.family == ADDR_IPV4;
	case FW_IP6:
		return p->src.family == ADDR_IPV6;
	case FW_INET:
	case FW_NETDEV:
		break;
	}
	return true;
}

static enum fw_outcome
run_base(struct run *run, const struct fw_chain *c)
{
	run->unsure = c->some_device;
	run->dropped_by = NULL;
	enum fw_verdict v = run_chain(run, c, 0);
	if (v == FW_RETURN || v == FW_GOTO)
		v = c->policy;
	if (v != FW_DROP)
		return FW_PASSES;
	return run->unsure ? FW_UNSURE : FW_DROPPED;
}

struct fw_judgement
firewall_judge(const struct firewall *fw, const struct fw_packet *p)
{
	struct run run = { .fw = fw, .p = p };
	struct fw_judgement j = { .outcome = FW_PASSES };

	for (size_t i = 0; i < fw->count; i++) {
		const struct fw_chain *c = &fw->chains[i];
		if (!concerns(c, p))
			continue;
		enum fw_outcome one = run_base(&run, c);
		/* Whichever comes first: the others would have to be asked,
		 * too. */
		if (one == FW_DROPPED)
			return (struct fw_judgement){
				.outcome = one,
				.base = c,
				.rule = run.dropped_by,
			};
		if (one == FW_UNSURE)
			j.outcome = one;
	}
	return j;
}

void
fw_match_clear(struct fw_match *m)
{
	free(m->values);
	*m = (struct fw_match){ .field = FW_ALIEN };
}

static void
rule_clear(struct fw_rule *r)
{
	for (size_t i = 0; i < r->count; i++)
		fw_match_clear(&r->matches[i]);
	free(r->matches);
	free(r->target);
	free(r->text);
}

void
firewall_clear(struct firewall *fw)
{
	for (size_t i = 0; i < fw->count; i++) {
		struct fw_chain *c = &fw->chains[i];
		for (size_t j = 0; j < c->count; j++)
			rule_clear(&c->rules[j]);
		free(c->rules);
		free(c->table);
		free(c->name);
	}
	free(fw->chains);
	*fw = (struct firewall){ .count = 0 };
}

struct fw_chain *
firewall_chain(struct firewall *fw, enum fw_family family, const char *table,
    const char *name)
{
	for (size_t i = fw->count; i > 0; i--) {
		struct fw_chain *c = &fw->chains[i - 1];
		if (c->family == family && strcmp(c->table, table) == 0 &&
		    strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

struct fw_chain *
firewall_add_chain(struct firewall *fw, enum fw_family family,
    const char *table, const char *name)
{
	fw->chains =
	    xgrow(fw->chains, fw->count, &fw->cap, sizeof(*fw->chains));
	struct fw_chain *c = &fw->chains[fw->count++];
	*c = (struct fw_chain){
		.family = family,
		.table = xstrdup(table),
		.name = xstrdup(name),
		.policy = FW_ACCEPT,
	};
	return c;
}

struct fw_rule *
firewall_add_rule(struct firewall *fw, struct fw_chain *c)
{
	if (fw->rule_count == FIREWALL_RULES_MAX)
		return NULL;
	fw->rule_count++;
	c->rules = xgrow(c->rules, c->count, &c->cap, sizeof(*c->rules));
	c->rules[c->count] = (struct fw_rule){ .verdict = FW_NONE };
	return &c->rules[c->count++];
}

struct fw_match *
fw_rule_add(struct fw_rule *r, enum fw_field field, bool negated)
{
	r->matches = xgrow(r->matches, r->count, &r->cap, sizeof(*r->matches));
	r->matches[r->count] = (struct fw_match){
		.field = field,
		.negated = negated,
	};
	return &r->matches[r->count++];
}

struct fw_value *
firewall_add_value(struct firewall *fw, struct fw_match *m)
{
	if (fw->value_count == FIREWALL_VALUES_MAX)
		return NULL;
	fw->value_count++;
	m->values = xgrow(m->values, m->count, &m->cap, sizeof(*m->values));
	m->values[m->count] = (struct fw_value){ .family = ADDR_NONE };
	return &m->values[m->count++];
}

static void
put_number(uint8_t at[static 16], uint32_t n)
{
	memset(at, 0, 16);
	for (int i = 0; i < 4; i++)
		at[12 + i] = (uint8_t)(n >> (24 - 8 * i));
}

void
fw_value_number(struct fw_value *v, uint32_t lo, uint32_t hi)
{
	put_number(v->lo, lo);
	put_number(v->hi, hi);
}

bool
fw_value_prefix(struct fw_value *v, const char *text, unsigned bits)
{
	struct addr a;

	if (addr_parse(text, 0, &a) != 0 || a.port != 0)
		return false;
	v->family = a.family;
	memcpy(v->lo, a.ip, sizeof(v->lo));
	memcpy(v->hi, a.ip, sizeof(v->hi));
	for (unsigned i = bits; i < (a.family == ADDR_IPV4 ? 32u : 128u); i++) {
		uint8_t bit = (uint8_t)(0x80u >> (i % 8));
		v->lo[i / 8] &= (uint8_t)~bit;
		v->hi[i / 8] |= bit;
	}
	return true;
}

void
fw_value_name(struct fw_value *v, const char *name)
{
	size_t n = strlen(name);

	if (n >= sizeof(v->name))
		n = sizeof(v->name) - 1;
	memcpy(v->name, name, n);
	v->name[n] = '\0';
	if (n > 0 && v->name[n - 1] == '+')
		v->name[n - 1] = '*';
}

struct word {
	const char *text;
	int value;
};

static int
find_word(const struct word *list, const char *text)
{
	for (; list->text != NULL; list++)
		if (strcasecmp(list->text, text) == 0)
			return list->value;
	return -1;
}

int
fw_proto(const char *word)
{
	static const struct word list[] = {
		{ "icmp", 1 },
		{ "igmp", 2 },
		{ "tcp", PROTO_TCP },
		{ "udp", PROTO_UDP },
		{ "dccp", 33 },
		{ "ipv6", 41 },
		{ "gre", 47 },
		{ "esp", 50 },
		{ "ah", 51 },
		{ "ipv6-icmp", 58 },
		{ "icmpv6", 58 },
		{ "sctp", 132 },
		{ "udplite", 136 },
		{ NULL, 0 },
	};
	char *end;
	long n = strtol(word, &end, 10);

	if (end != word && *end == '\0' && n >= 0 && n <= 255)
		return (int)n;
	return find_word(list, word);
}

int
fw_state(const char *word)
{
	static const struct word list[] = {
		{ "new", FW_NEW },
		{ "established", FW_ESTABLISHED },
		{ "related", FW_RELATED },
		{ "invalid", FW_INVALID },
		{ "untracked", FW_UNTRACKED },
		{ NULL, 0 },
	};

	return find_word(list, word);
}

int
fw_cast(const char *word)
{
	static const struct word list[] = {
		{ "local", FW_UNICAST },
		{ "unicast", FW_UNICAST },
		{ "host", FW_UNICAST },
		{ "broadcast", FW_BROADCAST },
		{ "multicast", FW_MULTICAST },
		{ "anycast", FW_NO_CAST },
		{ "blackhole", FW_NO_CAST },
		{ "unreachable", FW_NO_CAST },
		{ "prohibit", FW_NO_CAST },
		{ "other", FW_NO_CAST },
		{ NULL, 0 },
	};

	return find_word(list, word);
}
