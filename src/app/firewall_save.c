/* SPDX-License-Identifier: MIT */
/*
 * iptables-save(8): a table, its chains with their policies, then the rules as
 * they would be typed.
 */
#include "app/firewall.h"

#include "base/err.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 128, LINE_MAX_BYTES = 4096 };

struct words {
	char *list[WORDS_MAX];
	size_t count, at;
};

struct saver {
	struct firewall *fw;
	enum fw_family family;
	const char *program;
	char table[64];
	struct words words;
	struct fw_rule *rule;
	bool full;
};

/* In place: blanks between, quotes around, backslashes within quotes. */
static bool
split(char *line, struct words *w)
{
	char *to = line;

	*w = (struct words){ .count = 0 };
	for (char *p = line; *p != '\0';) {
		bool quoted = false;
		while (*p == ' ')
			p++;
		if (*p == '\0')
			break;
		if (w->count == WORDS_MAX)
			return false;
		w->list[w->count++] = to;
		for (; *p != '\0' && (quoted || *p != ' '); p++) {
			if (*p == '"')
				quoted = !quoted;
			else {
				if (quoted && *p == '\\' && p[1] != '\0')
					p++;
				*to++ = *p;
			}
		}
		bool more = *p != '\0';
		*to++ = '\0';
		if (more)
			p++;
	}
	return true;
}

static const char *
next_word(struct words *w)
{
	return w->at < w->count ? w->list[w->at++] : "";
}

static void
add_chain(struct saver *s, char *line)
{
	static const struct {
		const char *name;
		enum fw_hook hook;
	} hooks[] = {
		{ "PREROUTING", FW_HOOK_IN },
		{ "INPUT", FW_HOOK_IN },
		{ "OUTPUT", FW_HOOK_OUT },
		{ "POSTROUTING", FW_HOOK_OUT },
	};

	if (!split(line + 1, &s->words))
		return;
	const char *name = next_word(&s->words);
	const char *policy = next_word(&s->words);
	struct fw_chain *c =
	    firewall_add_chain(s->fw, s->family, s->table, name);
	c->program = s->program;
	c->policy = strcmp(policy, "DROP") == 0 ? FW_DROP : FW_ACCEPT;
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (strcmp(name, hooks[i].name) == 0 &&
		    strcmp(s->table, "nat") != 0)
			c->hook = hooks[i].hook;
	if (strncmp(name, "ufw", 3) == 0)
		s->fw->is_ufw = true;
}

static void
make_alien(struct fw_match *m)
{
	fw_match_clear(m);
	m->field = FW_ALIEN;
}

static bool
take_ports(const char *text, struct fw_value *v)
{
	char *end;
	unsigned long lo = strtoul(text, &end, 10), hi = lo;

	if (end == text)
		return false;
	if (*end == ':')
		hi = strtoul(end + 1, &end, 10);
	if (*end != '\0' || lo > 65535 || hi > 65535)
		return false;
	fw_value_number(v, (uint32_t)lo, (uint32_t)hi);
	return true;
}

static bool
take_addr(const char *text, struct fw_value *v)
{
	char host[80];
	const char *slash = strchr(text, '/');
	unsigned bits = 128;
	struct in_addr mask;

	snprintf(host, sizeof(host), "%.*s", (int)strcspn(text, "/"), text);
	if (slash != NULL && strchr(slash, '.') != NULL) {
		if (inet_pton(AF_INET, slash + 1, &mask) != 1)
			return false;
		uint32_t m = ntohl(mask.s_addr);
		/* One with holes is nothing that we reckon with. */
		if ((~m & (~m + 1)) != 0)
			return false;
		for (bits = 0; bits < 32 && (m & (1u << (31 - bits))) != 0;)
			bits++;
	} else if (slash != NULL)
		bits = (unsigned)strtoul(slash + 1, NULL, 10);
	return fw_value_prefix(v, host, bits);
}

static bool
take_value(enum fw_field field, const char *text, struct fw_value *v)
{
	int n = -1;

	switch (field) {
	case FW_SPORT:
	case FW_DPORT:
		return take_ports(text, v);
	case FW_SADDR:
	case FW_DADDR:
		return take_addr(text, v);
	case FW_IIF:
	case FW_OIF:
		fw_value_name(v, text);
		return true;
	case FW_PROTO:
		n = fw_proto(text);
		break;
	case FW_STATE:
		n = fw_state(text);
		break;
	case FW_CAST:
		n = fw_cast(text);
		break;
	case FW_FAMILY:
	case FW_ALIEN:
		break;
	}
	if (n < 0)
		return false;
	fw_value_number(v, (uint32_t)n, (uint32_t)n);
	return true;
}

/* "22,80:90" */
static void
take_list(struct saver *s, enum fw_field field, bool negated, const char *text)
{
	struct fw_match *m = fw_rule_add(s->rule, field, negated);
	char *all = xstrdup(text);

	for (char *p = all, *next; p != NULL; p = next) {
		next = strchr(p, ',');
		if (next != NULL)
			*next++ = '\0';
		struct fw_value *v = firewall_add_value(s->fw, m);
		if (v == NULL || !take_value(field, p, v)) {
			make_alien(m);
			break;
		}
	}
	free(all);
}

static enum fw_verdict
verdict_of(const char *target)
{
	static const struct {
		const char *target;
		enum fw_verdict verdict;
	} targets[] = {
		{ "ACCEPT", FW_ACCEPT },
		{ "DROP", FW_DROP },
		{ "REJECT", FW_DROP },
		{ "RETURN", FW_RETURN },
		{ "QUEUE", FW_OTHER },
		{ "NFQUEUE", FW_OTHER },
		{ "TPROXY", FW_OTHER },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (strcmp(target, targets[i].target) == 0)
			return targets[i].verdict;
	return FW_NONE;
}

/* What else it might be only counts, marks or logs. */
static void
take_target(struct saver *s, const char *target, bool comes_back)
{
	s->rule->verdict = verdict_of(target);
	if (s->rule->verdict != FW_NONE ||
	    firewall_chain(s->fw, s->family, s->table, target) == NULL)
		return;
	s->rule->verdict = comes_back ? FW_JUMP : FW_GOTO;
	s->rule->target = xstrdup(target);
}

/* What comes behind an option nobody here knows. */
static void
skip_values(struct words *w)
{
	while (w->at < w->count && w->list[w->at][0] != '-' &&
	       strcmp(w->list[w->at], "!") != 0)
		w->at++;
}

/* Whether it names what we know; `m` and `comment` mean nothing. */
static bool
take_option(struct saver *s, const char *option, bool negated)
{
	static const struct {
		const char *option;
		enum fw_field field;
	} options[] = {
		{ "-p", FW_PROTO },
		{ "-s", FW_SADDR },
		{ "-d", FW_DADDR },
		{ "-i", FW_IIF },
		{ "-o", FW_OIF },
		{ "--sport", FW_SPORT },
		{ "--sports", FW_SPORT },
		{ "--dport", FW_DPORT },
		{ "--dports", FW_DPORT },
		{ "--ctstate", FW_STATE },
		{ "--state", FW_STATE },
		{ "--dst-type", FW_CAST },
		{ "--pkt-type", FW_CAST },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(option, options[i].option) == 0) {
			take_list(
			    s, options[i].field, negated, next_word(&s->words));
			return true;
		}
	if (strcmp(option, "-m") != 0 && strcmp(option, "--comment") != 0)
		return false;
	next_word(&s->words);
	return true;
}

static void
take_rule(struct saver *s)
{
	bool negated = false;

	while (s->words.at < s->words.count) {
		const char *word = next_word(&s->words);
		if (strcmp(word, "!") == 0) {
			negated = true;
			continue;
		}
		if (strcmp(word, "-j") == 0 || strcmp(word, "-g") == 0) {
			take_target(s, next_word(&s->words), word[1] == 'j');
			return; /* the rest is for the target */
		}
		if (!take_option(s, word, negated)) {
			fw_rule_add(s->rule, FW_ALIEN, false);
			skip_values(&s->words);
		}
		negated = false;
	}
}

static void
add_rule(struct saver *s, char *line)
{
	char *text = xstrdup(line);
	struct fw_chain *c = NULL;

	if (split(line, &s->words)) {
		next_word(&s->words); /* -A */
		c = firewall_chain(
		    s->fw, s->family, s->table, next_word(&s->words));
	}
	s->rule = c == NULL ? NULL : firewall_add_rule(s->fw, c);
	if (s->rule != NULL) {
		s->rule->text = text;
		take_rule(s);
		return;
	}
	s->full |= c != NULL;
	free(text);
}

static void
take_line(struct saver *s, char *line)
{
	if (line[0] == '*')
		snprintf(s->table, sizeof(s->table), "%s", line + 1);
	else if (line[0] == ':')
		add_chain(s, line);
	else if (strncmp(line, "-A ", 3) == 0)
		add_rule(s, line);
}

int
firewall_add_save(struct firewall *fw, const char *text, size_t n,
    enum fw_family family, const char *program)
{
	struct saver s = { .fw = fw, .family = family, .program = program };
	const char *end = text + n;

	while (text < end && !s.full) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((stop == NULL ? end : stop) - text);
		if (size > LINE_MAX_BYTES)
			return ERR_FORMAT;
		char *line = xstrndup(text, size);
		take_line(&s, line);
		free(line);
		text += size + (stop == NULL ? 0 : 1);
	}
	return s.full ? ERR_LIMIT : 0;
}
