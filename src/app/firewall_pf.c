/* SPDX-License-Identifier: MIT */
/*
 * pf.conf(5) as pfctl prints it. Of its rules the last that fits decides, and
 * one that says "quick" at once: the same as first all that are quick in their
 * order, then the others from the last to the first. What passes keeps state,
 * so that answers are let in whatever the rules say.
 */
#include "app/firewall.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 96, LINE_MAX_BYTES = 4096, PORT_TOP = 65535 };

struct line {
	char *text; /* owned */
	char *copy; /* that the words are in; owned */
	char *words[WORDS_MAX];
	size_t count, at;
};

struct reader {
	struct firewall *fw;
	struct line *l;
	struct fw_rule *rule;
	bool out;
	bool full; /* more values than are kept */
};

/* In place. What is in brackets or quotes is one word. */
static bool
split(struct line *l)
{
	char *p = l->copy;

	for (l->count = 0; *p != '\0';) {
		int depth = 0;
		bool quoted = false;
		while (*p == ' ' || *p == '\t')
			p++;
		if (*p == '\0')
			break;
		if (l->count == WORDS_MAX)
			return false;
		l->words[l->count++] = p;
		for (; *p != '\0'; p++) {
			if (*p == '"')
				quoted = !quoted;
			depth += !quoted && *p == '(';
			depth -= !quoted && *p == ')';
			if ((*p == ' ' || *p == '\t') && !quoted && depth <= 0)
				break;
		}
		if (*p != '\0')
			*p++ = '\0';
	}
	return true;
}

static const char *
peek(const struct line *l)
{
	return l->at < l->count ? l->words[l->at] : "";
}

static const char *
next(struct line *l)
{
	return l->at < l->count ? l->words[l->at++] : "";
}

static bool
take(struct line *l, const char *word)
{
	if (strcmp(peek(l), word) != 0)
		return false;
	l->at++;
	return true;
}

/* It depends on something that is not known here. */
static void
add_alien(struct reader *r)
{
	fw_rule_add(r->rule, FW_ALIEN, false);
}

static struct fw_value *
add_value(struct reader *r, struct fw_match *m)
{
	struct fw_value *v = firewall_add_value(r->fw, m);

	r->full |= v == NULL;
	return v;
}

static void
add_numbers(struct reader *r, struct fw_match *m, long lo, long hi)
{
	struct fw_value *v = lo > hi ? NULL : add_value(r, m);

	if (v != NULL)
		fw_value_number(v, (uint32_t)lo, (uint32_t)hi);
}

/* -1: it is none; services may be told by their names. */
static long
port_number(const char *word)
{
	char *end;
	long n = strtol(word, &end, 10);

	return end != word && *end == '\0' && n >= 0 && n <= PORT_TOP ? n : -1;
}

/* "= 22", "!= 22", "< 1024", "1000:2000", "1000 >< 2000", "1000 <> 2000" */
static void
take_port(struct reader *r, enum fw_field field)
{
	struct line *l = r->l;
	const char *word = next(l), *colon = strchr(word, ':');
	bool negated = strcmp(word, "!=") == 0;
	bool unary = word[0] != '\0' && strspn(word, "=!<>") == strlen(word);
	long lo, hi;

	if (colon != NULL) {
		char *first = xstrndup(word, (size_t)(colon - word));
		lo = port_number(first);
		hi = port_number(colon + 1);
		free(first);
	} else if (unary) {
		lo = hi = port_number(next(l));
		if (word[0] == '<')
			lo = lo < 0 ? lo : 0;
		else if (word[0] == '>')
			hi = hi < 0 ? hi : PORT_TOP;
		if (strcmp(word, "<") == 0)
			hi--;
		else if (strcmp(word, ">") == 0 && lo >= 0)
			lo++;
	} else {
		lo = hi = port_number(word);
		bool within = strcmp(peek(l), "><") == 0;
		if (within || strcmp(peek(l), "<>") == 0) {
			next(l);
			hi = port_number(next(l));
			negated = !within;
			lo += within && lo >= 0;
			hi -= within;
		}
	}
	if (lo < 0 || hi < 0) {
		add_alien(r);
		return;
	}
	add_numbers(r, fw_rule_add(r->rule, field, negated), lo, hi);
}

/* "any", "10.0.0.0/8", "! 10.0.0.1", "10.0.0.1 - 10.0.0.9"; tables, names of
 * interfaces and the like are not known here. */
static void
take_host(struct reader *r, enum fw_field field)
{
	struct line *l = r->l;
	bool negated = take(l, "!");
	const char *word = next(l), *slash = strchr(word, '/');
	struct fw_value first, last;
	unsigned bits = 128;

	if (strcmp(word, "any") == 0 && !negated)
		return;
	if (slash != NULL) {
		long n = port_number(slash + 1);
		bits = n < 0 || n > 128 ? 0 : (unsigned)n;
		if (n < 0 || n > 128) {
			add_alien(r);
			return;
		}
	}
	char *host = xstrndup(word, strcspn(word, "/"));
	bool known = fw_value_prefix(&first, host, bits);
	free(host);
	if (take(l, "-")) {
		known = fw_value_prefix(&last, next(l), 128) && known &&
			last.family == first.family;
		if (known)
			memcpy(first.hi, last.hi, sizeof(first.hi));
	}
	struct fw_value *v =
	    known ? add_value(r, fw_rule_add(r->rule, field, negated)) : NULL;
	if (v == NULL)
		add_alien(r);
	else {
		v->family = first.family;
		memcpy(v->lo, first.lo, sizeof(v->lo));
		memcpy(v->hi, first.hi, sizeof(v->hi));
	}
}

/* The name of a group does not end in a digit, that of an interface does:
 * ifconfig(8). */
static void
take_interface(struct reader *r)
{
	bool negated = take(r->l, "!");
	const char *name = next(r->l);
	size_t n = strlen(name);

	if (n == 0 || n >= IFACE_NAME_MAX || name[n - 1] < '0' ||
	    name[n - 1] > '9') {
		add_alien(r);
		return;
	}
	struct fw_value *v = add_value(
	    r, fw_rule_add(r->rule, r->out ? FW_OIF : FW_IIF, negated));
	if (v != NULL)
		fw_value_name(v, name);
}

static void
take_proto(struct reader *r)
{
	int n = fw_proto(next(r->l));

	if (n < 0)
		add_alien(r);
	else
		add_numbers(r, fw_rule_add(r->rule, FW_PROTO, false), n, n);
}

/* What may follow and changes nothing for what begins here; false: it may. */
static bool
is_harmless(struct line *l)
{
	static const struct {
		const char *word;
		size_t arguments;
	} list[] = {
		{ "keep", 1 },
		{ "modulate", 1 },
		{ "synproxy", 1 },
		{ "label", 1 },
		{ "tag", 1 },
		{ "queue", 1 },
		{ "set", 1 },
		{ "scrub", 1 },
		{ "allow-opts", 0 },
		{ "fragment", 0 },
	};

	/* Of tcp it asks for what begins, which ours does. */
	if (take(l, "flags"))
		return strcmp(next(l), "S/SA") == 0 ||
		       strcmp(l->words[l->at - 1], "any") == 0;
	if (peek(l)[0] == '(') {
		l->at++; /* options of the state */
		return true;
	}
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (take(l, list[i].word)) {
			for (size_t a = 0; a < list[i].arguments; a++)
				next(l);
			return strcmp(list[i].word, "fragment") != 0;
		}
	return false;
}

static void
take_matches(struct reader *r)
{
	struct line *l = r->l;
	enum fw_field side = FW_SADDR;

	while (l->at < l->count) {
		bool v6 = strcmp(peek(l), "inet6") == 0;
		if (take(l, "all"))
			continue;
		if (v6 || strcmp(peek(l), "inet") == 0) {
			l->at++;
			add_numbers(r, fw_rule_add(r->rule, FW_FAMILY, false),
			    v6 ? ADDR_IPV6 : ADDR_IPV4,
			    v6 ? ADDR_IPV6 : ADDR_IPV4);
		} else if (take(l, "on"))
			take_interface(r);
		else if (take(l, "proto"))
			take_proto(r);
		else if (take(l, "from"))
			take_host(r, side = FW_SADDR);
		else if (take(l, "to"))
			take_host(r, side = FW_DADDR);
		else if (take(l, "port"))
			take_port(r, side == FW_SADDR ? FW_SPORT : FW_DPORT);
		else if (!is_harmless(l)) {
			add_alien(r);
			return;
		}
	}
}

/* In front: what an action may bring with it. */
static enum fw_verdict
take_action(struct line *l)
{
	static const char *const refusals[] = { "drop", "return", "return-rst",
		"return-icmp", "return-icmp6" };

	if (take(l, "pass"))
		return FW_ACCEPT;
	/* Rules within, which are not told here. */
	if (take(l, "anchor"))
		return FW_OTHER;
	if (!take(l, "block"))
		return FW_NONE;
	/* "return-rst(ttl 3)" is how pfctl writes it. */
	const char *word = peek(l);
	size_t size = strcspn(word, "(");
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strlen(refusals[i]) == size &&
		    strncmp(word, refusals[i], size) == 0) {
			l->at++;
			break;
		}
	if (peek(l)[0] == '(')
		l->at++;
	return FW_DROP;
}

/* False: there are more than are kept. */
static bool
add_rule(struct firewall *fw, struct line *l, bool quick, bool out)
{
	struct reader r = { .fw = fw, .l = l, .out = out };

	l->at = 0;
	enum fw_verdict verdict = take_action(l);
	if (verdict == FW_OTHER && peek(l)[0] == '"')
		l->at++;
	bool in_only = take(l, "in"), out_only = !in_only && take(l, "out");
	if (take(l, "log") && peek(l)[0] == '(')
		l->at++;
	bool is_quick = take(l, "quick") || verdict == FW_OTHER;
	if (verdict == FW_NONE || is_quick != quick || (in_only && out) ||
	    (out_only && !out))
		return true;
	struct fw_chain *c =
	    firewall_chain(fw, FW_INET, "pf", out ? "out" : "in");
	r.rule = firewall_add_rule(fw, c);
	if (r.rule == NULL)
		return false;
	r.rule->verdict = verdict;
	r.rule->text = xstrdup(l->text);
	if (verdict == FW_OTHER)
		add_alien(&r);
	else
		take_matches(&r);
	return !r.full;
}

static void
begin_chain(struct firewall *fw, bool out)
{
	struct fw_chain *c =
	    firewall_add_chain(fw, FW_INET, "pf", out ? "out" : "in");

	c->hook = out ? FW_HOOK_OUT : FW_HOOK_IN;
	c->program = "pfctl";
	struct fw_rule *rule = firewall_add_rule(fw, c);
	struct fw_value *v;
	if (rule == NULL)
		return;
	rule->verdict = FW_ACCEPT;
	rule->text = xstrdup("keep state");
	v = firewall_add_value(fw, fw_rule_add(rule, FW_STATE, false));
	if (v != NULL)
		fw_value_number(v, FW_ESTABLISHED, FW_ESTABLISHED);
}

static int
read_lines(
    const char *text, size_t n, struct line **ret_lines, size_t *ret_count)
{
	const char *end = text + n;
	size_t cap = 0;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((stop == NULL ? end : stop) - text);
		if (size > LINE_MAX_BYTES)
			return ERR_FORMAT;
		if (*ret_count == FIREWALL_RULES_MAX)
			return ERR_LIMIT;
		*ret_lines =
		    xgrow(*ret_lines, *ret_count, &cap, sizeof(**ret_lines));
		struct line *l = &(*ret_lines)[(*ret_count)++];
		*l = (struct line){ .text = xstrndup(text, size),
			.copy = xstrndup(text, size) };
		if (!split(l))
			return ERR_FORMAT;
		text += size + (stop == NULL ? 0 : 1);
	}
	return 0;
}

int
firewall_add_pf(struct firewall *fw, const char *text, size_t n)
{
	struct line *lines = NULL;
	size_t count = 0;
	int err = read_lines(text, n, &lines, &count);

	for (int out = 0; out < 2 && err == 0; out++) {
		bool room = true;
		begin_chain(fw, out != 0);
		for (size_t i = 0; i < count && room; i++)
			room = add_rule(fw, &lines[i], true, out != 0);
		for (size_t i = count; i > 0 && room; i--)
			room = add_rule(fw, &lines[i - 1], false, out != 0);
		if (!room)
			err = ERR_LIMIT;
	}
	for (size_t i = 0; i < count; i++) {
		free(lines[i].text);
		free(lines[i].copy);
	}
	free(lines);
	return err;
}

bool
firewall_pf_is_on(const char *text, size_t n)
{
	static const char word[] = "Status: Enabled";
	char *all = xstrndup(text, n);
	const char *at = strstr(all, word);
	bool on = at != NULL && (at == all || at[-1] == '\n');

	free(all);
	return on;
}
