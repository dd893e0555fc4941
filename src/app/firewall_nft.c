/* SPDX-License-Identifier: MIT */
/*
 * libnftables-json(5). What is not understood of a rule makes it one that
 * nobody can be sure of.
 */
#include "app/firewall.h"

#include "base/err.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct firewall *fw;
	const json_t *list;
	enum fw_family family;
	const char *table;
	bool full;
};

/* What a rule asks for, and as text. */
struct question {
	enum fw_field field;
	int proto;  /* that it says, too; -1 */
	int family; /* the same; 0 */
	char text[64];
};

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

static bool
is_word(const char *s, const char *word)
{
	return strcmp(s, word) == 0;
}

static bool
find_family(const char *word, enum fw_family *ret_family)
{
	static const char *const words[] = {
		[FW_IP] = "ip",
		[FW_IP6] = "ip6",
		[FW_INET] = "inet",
		[FW_NETDEV] = "netdev",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(word, words[i])) {
			*ret_family = (enum fw_family)i;
			return true;
		}
	return false; /* of bridges and ARP: not our packets */
}

static enum fw_hook
hook_of(const char *word)
{
	if (is_word(word, "prerouting") || is_word(word, "input") ||
	    is_word(word, "ingress"))
		return FW_HOOK_IN;
	if (is_word(word, "output") || is_word(word, "postrouting") ||
	    is_word(word, "egress"))
		return FW_HOOK_OUT;
	return FW_NO_HOOK;
}

static void
add_chain(struct reader *r, const json_t *o)
{
	enum fw_family family;

	if (!find_family(text_of(o, "family"), &family))
		return;
	struct fw_chain *c = firewall_add_chain(
	    r->fw, family, text_of(o, "table"), text_of(o, "name"));
	const char *hook = text_of(o, "hook"), *device = text_of(o, "dev");
	c->program = "nft";
	c->hook =
	    is_word(text_of(o, "type"), "nat") ? FW_NO_HOOK : hook_of(hook);
	c->prio = (int)json_integer_value(json_object_get(o, "prio"));
	c->policy = is_word(text_of(o, "policy"), "drop") ? FW_DROP : FW_ACCEPT;
	snprintf(c->device, sizeof(c->device), "%s", device);
	c->some_device = device[0] == '\0' &&
			 (is_word(hook, "ingress") || is_word(hook, "egress"));
	if (is_word(c->table, "firewalld"))
		r->fw->is_firewalld = true;
}

/* Questions ------------------------------------------------------------- */

static void
ask_payload(const json_t *o, struct question *q)
{
	const char *protocol = text_of(o, "protocol");
	const char *field = text_of(o, "field");

	snprintf(q->text, sizeof(q->text), "%s %s", protocol, field);
	if (is_word(protocol, "ip"))
		q->family = ADDR_IPV4;
	else if (is_word(protocol, "ip6"))
		q->family = ADDR_IPV6;
	else if (!is_word(protocol, "th"))
		q->proto = fw_proto(protocol);
	if (is_word(field, "sport"))
		q->field = FW_SPORT;
	else if (is_word(field, "dport"))
		q->field = FW_DPORT;
	else if (q->family != 0 && is_word(field, "saddr"))
		q->field = FW_SADDR;
	else if (q->family != 0 && is_word(field, "daddr"))
		q->field = FW_DADDR;
	else if (q->family != 0 &&
		 (is_word(field, "protocol") || is_word(field, "nexthdr")))
		q->field = FW_PROTO;
}

static void
ask_meta(const json_t *o, struct question *q)
{
	static const struct {
		const char *key;
		enum fw_field field;
	} keys[] = {
		{ "l4proto", FW_PROTO },
		{ "nfproto", FW_FAMILY },
		{ "protocol", FW_FAMILY },
		{ "iif", FW_IIF },
		{ "iifname", FW_IIF },
		{ "oif", FW_OIF },
		{ "oifname", FW_OIF },
		{ "pkttype", FW_CAST },
	};
	const char *key = text_of(o, "key");
	bool is_name = strstr(key, "if") != NULL;

	snprintf(q->text, sizeof(q->text), "%s%s", is_name ? "" : "meta ", key);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_word(key, keys[i].key))
			q->field = keys[i].field;
}

static void
ask_fib(const json_t *o, struct question *q)
{
	const json_t *flags = json_object_get(o, "flags");
	const char *flag = json_is_array(flags)
			       ? json_string_value(json_array_get(flags, 0))
			       : json_string_value(flags);

	snprintf(q->text, sizeof(q->text), "fib %s %s",
	    flag == NULL ? "" : flag, text_of(o, "result"));
	if (flag != NULL && is_word(flag, "daddr") &&
	    is_word(text_of(o, "result"), "type") &&
	    json_array_size(flags) <= 1)
		q->field = FW_CAST;
}

static struct question
question_of(const json_t *left)
{
	struct question q = { .field = FW_ALIEN, .proto = -1 };
	const json_t *o;

	if ((o = json_object_get(left, "payload")) != NULL)
		ask_payload(o, &q);
	else if ((o = json_object_get(left, "meta")) != NULL)
		ask_meta(o, &q);
	else if ((o = json_object_get(left, "fib")) != NULL)
		ask_fib(o, &q);
	else if ((o = json_object_get(left, "ct")) != NULL) {
		const char *key = text_of(o, "key");
		snprintf(q.text, sizeof(q.text), "ct %s", key);
		if (is_word(key, "state"))
			q.field = FW_STATE;
	} else if ((o = json_object_get(left, "&")) != NULL) {
		/* Some bits of a field: of its protocol all the same. */
		q = question_of(json_array_get(o, 0));
		q.field = FW_ALIEN;
	}
	return q;
}

/* Values ---------------------------------------------------------------- */

static bool
number_of(const json_t *o, enum fw_field field, uint32_t *ret_number)
{
	const char *s = json_string_value(o);
	int n = -1;

	if (json_is_integer(o)) {
		json_int_t i = json_integer_value(o);
		*ret_number = (uint32_t)i;
		return i >= 0 && i <= UINT32_MAX;
	}
	if (s == NULL)
		return false;
	if (field == FW_PROTO)
		n = fw_proto(s);
	else if (field == FW_STATE)
		n = fw_state(s);
	else if (field == FW_CAST)
		n = fw_cast(s);
	else if (field == FW_FAMILY && (is_word(s, "ipv4") || is_word(s, "ip")))
		n = ADDR_IPV4;
	else if (field == FW_FAMILY)
		n = ADDR_IPV6;
	*ret_number = (uint32_t)n;
	return n >= 0;
}

static bool
take_range(const json_t *range, enum fw_field field, struct fw_value *v)
{
	const json_t *lo = json_array_get(range, 0);
	const json_t *hi = json_array_get(range, 1);
	struct fw_value end = { .family = ADDR_NONE };
	uint32_t a, b;

	if (field == FW_SADDR || field == FW_DADDR) {
		if (!json_is_string(lo) || !json_is_string(hi) ||
		    !fw_value_prefix(v, json_string_value(lo), 128) ||
		    !fw_value_prefix(&end, json_string_value(hi), 128))
			return false;
		memcpy(v->hi, end.hi, sizeof(v->hi));
		return true;
	}
	if (!number_of(lo, field, &a) || !number_of(hi, field, &b))
		return false;
	fw_value_number(v, a, b);
	return true;
}

static bool
take_single(const json_t *o, enum fw_field field, struct fw_value *v)
{
	const json_t *prefix = json_object_get(o, "prefix");
	const json_t *range = json_object_get(o, "range");
	const char *s = json_string_value(o);
	uint32_t n;

	if (range != NULL)
		return take_range(range, field, v);
	if (prefix != NULL)
		return fw_value_prefix(v, text_of(prefix, "addr"),
		    (unsigned)json_integer_value(
			json_object_get(prefix, "len")));
	if (field == FW_IIF || field == FW_OIF) {
		if (s != NULL)
			fw_value_name(v, s);
		return s != NULL;
	}
	if (field == FW_SADDR || field == FW_DADDR)
		return s != NULL && fw_value_prefix(v, s, 128);
	if (!number_of(o, field, &n))
		return false;
	fw_value_number(v, n, n);
	return true;
}

static const json_t *
elements_of(const struct reader *r, const char *kind, const char *name)
{
	enum fw_family family;
	size_t i;
	json_t *o;

	json_array_foreach((json_t *)(uintptr_t)r->list, i, o)
	{
		const json_t *set = json_object_get(o, kind);
		if (set != NULL && is_word(text_of(set, "name"), name) &&
		    is_word(text_of(set, "table"), r->table) &&
		    find_family(text_of(set, "family"), &family) &&
		    family == r->family)
			return json_object_get(set, "elem");
	}
	return NULL;
}

/* False: one of them is not understood. */
static bool
take_values(struct reader *r, const json_t *o, struct fw_match *m)
{
	const char *s = json_string_value(o);
	const json_t *list = json_object_get(o, "set");
	const json_t *elem = json_object_get(o, "elem");

	if (s != NULL && s[0] == '@') {
		/* One without elements is not listed with any. */
		list = elements_of(r, "set", s + 1);
		if (list == NULL)
			return true;
	}
	if (elem != NULL)
		return take_values(r, json_object_get(elem, "val"), m);
	if (json_is_array(o))
		list = o;
	if (list == NULL || !json_is_array(list)) {
		struct fw_value *v = firewall_add_value(r->fw, m);
		return v != NULL &&
		       take_single(list == NULL ? o : list, m->field, v);
	}
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_array(json_array_get(list, i)) ||
		    !take_values(r, json_array_get(list, i), m))
			return false;
	return true;
}

static void
add_number(struct reader *r, struct fw_rule *rule, enum fw_field field, int n)
{
	struct fw_match *m = fw_rule_add(rule, field, false);
	struct fw_value *v = firewall_add_value(r->fw, m);

	if (v != NULL)
		fw_value_number(v, (uint32_t)n, (uint32_t)n);
	else
		m->field = FW_ALIEN;
}

static void
add_match(struct reader *r, struct fw_rule *rule, const struct question *q,
    const json_t *right, const char *op)
{
	bool negated = is_word(op, "!=");
	bool plain = negated || is_word(op, "==") || is_word(op, "in");

	if (q->family != 0)
		add_number(r, rule, FW_FAMILY, q->family);
	if (q->proto >= 0)
		add_number(r, rule, FW_PROTO, q->proto);
	struct fw_match *m = fw_rule_add(rule, q->field, negated);
	if (!plain || q->field == FW_ALIEN || !take_values(r, right, m)) {
		fw_match_clear(m);
		m->field = FW_ALIEN;
	}
}

/* Text ------------------------------------------------------------------ */

static void say_value(const json_t *o, char *to, size_t size);

static void
say_more(char *to, size_t size, const char *text)
{
	size_t n = strlen(to);

	if (n < size)
		snprintf(to + n, size - n, "%s", text);
}

static void
say_list(const json_t *list, const char *between, char *to, size_t size)
{
	enum { SAID_MAX = 4 };
	char one[64];
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count && i < SAID_MAX; i++) {
		say_more(to, size, i > 0 ? between : "");
		say_value(json_array_get(list, i), one, sizeof(one));
		say_more(to, size, one);
	}
	if (count > SAID_MAX)
		say_more(to, size, ", …");
}

static void
say_value(const json_t *o, char *to, size_t size)
{
	const json_t *inner;

	to[0] = '\0';
	if (json_is_string(o))
		snprintf(to, size, "%s", json_string_value(o));
	else if (json_is_integer(o))
		snprintf(to, size, "%lld", (long long)json_integer_value(o));
	else if ((inner = json_object_get(o, "prefix")) != NULL)
		snprintf(to, size, "%s/%lld", text_of(inner, "addr"),
		    (long long)json_integer_value(
			json_object_get(inner, "len")));
	else if ((inner = json_object_get(o, "range")) != NULL)
		say_list(inner, "-", to, size);
	else if ((inner = json_object_get(o, "set")) != NULL) {
		say_more(to, size, "{ ");
		say_list(inner, ", ", to, size);
		say_more(to, size, " }");
	} else if (json_is_array(o))
		say_list(o, ",", to, size);
	else
		snprintf(to, size, "…");
}

/* As nft itself would, or nearly. */
static void
say_part(const char *key, const json_t *o, char *to, size_t size)
{
	char value[160];

	if (is_word(key, "match")) {
		struct question q = question_of(json_object_get(o, "left"));
		const char *op = text_of(o, "op");
		say_value(json_object_get(o, "right"), value, sizeof(value));
		snprintf(to, size, "%s %s%s", q.text[0] == '\0' ? "…" : q.text,
		    is_word(op, "!=") ? "!= " : "", value);
	} else if (is_word(key, "jump") || is_word(key, "goto"))
		snprintf(to, size, "%s %s", key, text_of(o, "target"));
	else if (is_word(key, "counter") || is_word(key, "log"))
		to[0] = '\0';
	else
		snprintf(to, size, "%s", key);
}

static char *
rule_text(const json_t *expr)
{
	enum { TEXT_SIZE = 400 };
	char *text = xcalloc(1, TEXT_SIZE);

	for (size_t i = 0; i < json_array_size(expr); i++) {
		char part[256];
		json_t *e = json_array_get(expr, i);
		void *at = json_object_iter(e);
		if (at == NULL)
			continue;
		say_part(json_object_iter_key(at), json_object_iter_value(at),
		    part, sizeof(part));
		say_more(text, TEXT_SIZE,
		    text[0] != '\0' && part[0] != '\0' ? " " : "");
		say_more(text, TEXT_SIZE, part);
	}
	return text;
}

/* Rules ----------------------------------------------------------------- */

static enum fw_verdict
verdict_of(const char *key)
{
	static const struct {
		const char *key;
		enum fw_verdict verdict;
	} keys[] = {
		{ "accept", FW_ACCEPT },
		{ "drop", FW_DROP },
		{ "reject", FW_DROP },
		{ "return", FW_RETURN },
		{ "jump", FW_JUMP },
		{ "goto", FW_GOTO },
		{ "queue", FW_OTHER },
		{ "synproxy", FW_OTHER },
		{ "tproxy", FW_OTHER },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_word(key, keys[i].key))
			return keys[i].verdict;
	return FW_NONE;
}

static bool
is_harmless(const char *key)
{
	static const char *const keys[] = { "counter", "log", "mangle",
		"notrack", "comment", "flow", "set", "continue", "fwd", "dup",
		"ct helper", "ct timeout", "ct expectation", "last" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_word(key, keys[i]))
			return true;
	return false;
}

static void
set_verdict(struct fw_rule *rule, const char *key, const json_t *o)
{
	rule->verdict = verdict_of(key);
	if (rule->verdict == FW_JUMP || rule->verdict == FW_GOTO)
		rule->target = xstrdup(text_of(o, "target"));
}

static void
take_foreign(struct reader *r, struct fw_rule *rule, const json_t *o)
{
	const char *name = text_of(o, "name");

	r->fw->has_foreign = true;
	if (!is_word(text_of(o, "type"), "target"))
		fw_rule_add(rule, FW_ALIEN, false);
	else if (is_word(name, "REJECT") || is_word(name, "DROP"))
		rule->verdict = FW_DROP;
}

static bool take_rule(struct reader *r, struct fw_chain *c, const json_t *expr,
    size_t until, const json_t *entry);

/* As many rules as it has entries, each with what came before. */
static void
take_map(struct reader *r, struct fw_chain *c, const json_t *expr, size_t at)
{
	const json_t *map = json_object_get(json_array_get(expr, at), "vmap");
	const json_t *data = json_object_get(map, "data");
	const char *name = json_string_value(data);
	const json_t *list = name != NULL && name[0] == '@'
				 ? elements_of(r, "map", name + 1)
				 : json_object_get(data, "set");

	for (size_t i = 0; i < json_array_size(list) && !r->full; i++)
		take_rule(r, c, expr, at, json_array_get(list, i));
}

static void
take_part(
    struct reader *r, struct fw_rule *rule, const char *key, const json_t *o)
{
	if (is_word(key, "match")) {
		struct question q = question_of(json_object_get(o, "left"));
		add_match(
		    r, rule, &q, json_object_get(o, "right"), text_of(o, "op"));
	} else if (is_word(key, "xt"))
		take_foreign(r, rule, o);
	else if (verdict_of(key) != FW_NONE)
		set_verdict(rule, key, o);
	else if (!is_harmless(key))
		fw_rule_add(rule, FW_ALIEN, false);
}

static void
take_entry(struct reader *r, struct fw_rule *rule, const json_t *key,
    const json_t *entry)
{
	struct question q = question_of(key);
	json_t *verdict = json_array_get(entry, 1);
	void *at = json_object_iter(verdict);

	add_match(r, rule, &q, json_array_get(entry, 0), "==");
	if (at != NULL)
		set_verdict(
		    rule, json_object_iter_key(at), json_object_iter_value(at));
}

/* Those before `until`, and of the map there this entry; NULL: none. */
static bool
take_rule(struct reader *r, struct fw_chain *c, const json_t *expr,
    size_t until, const json_t *entry)
{
	struct fw_rule *rule = firewall_add_rule(r->fw, c);

	if (rule == NULL) {
		r->full = true;
		return false;
	}
	rule->text = rule_text(expr);
	for (size_t i = 0; i < until; i++) {
		void *at = json_object_iter(json_array_get(expr, i));
		if (at != NULL)
			take_part(r, rule, json_object_iter_key(at),
			    json_object_iter_value(at));
	}
	if (entry != NULL)
		take_entry(r, rule,
		    json_object_get(
			json_object_get(json_array_get(expr, until), "vmap"),
			"key"),
		    entry);
	return true;
}

static void
add_rule(struct reader *r, const json_t *o)
{
	const json_t *expr = json_object_get(o, "expr");

	if (!find_family(text_of(o, "family"), &r->family))
		return;
	r->table = text_of(o, "table");
	struct fw_chain *c =
	    firewall_chain(r->fw, r->family, r->table, text_of(o, "chain"));
	if (c == NULL)
		return;
	for (size_t i = 0; i < json_array_size(expr); i++)
		if (json_object_get(json_array_get(expr, i), "vmap") != NULL) {
			take_map(r, c, expr, i);
			return;
		}
	take_rule(r, c, expr, json_array_size(expr), NULL);
}

int
firewall_add_nft(struct firewall *fw, const char *text, size_t n)
{
	json_t *root = json_loadb(text, n, 0, NULL);
	struct reader r = {
		.fw = fw,
		.list = json_object_get(root, "nftables"),
	};
	bool ok = json_is_array(r.list);

	for (size_t i = 0; i < json_array_size(r.list) && !r.full; i++) {
		const json_t *o = json_array_get(r.list, i);
		const json_t *inner;
		if ((inner = json_object_get(o, "chain")) != NULL)
			add_chain(&r, inner);
		else if ((inner = json_object_get(o, "rule")) != NULL)
			add_rule(&r, inner);
	}
	json_decref(root);
	if (!ok)
		return ERR_FORMAT;
	return r.full ? ERR_LIMIT : 0;
}
