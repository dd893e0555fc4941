/* SPDX-License-Identifier: MIT */
/*
 * /accept: which offers are taken without asking. What is not understood makes
 * no rule: one that is wider than was meant takes what nobody looked at.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/parse.h"

#include <string.h>
#include <strings.h>

enum { SIZE_UNIT_LETTERS_MAX = 3, SIZE_TENS_MAX = 1000000000 };

static bool
word_is(const struct parse *p, const char *word)
{
	size_t n = strlen(word);

	return parse_word_size(p) == n &&
	       strncasecmp(p->line + p->at, word, n) == 0;
}

static void
skip_word(struct parse *p)
{
	p->at += parse_word_size(p);
	parse_skip_blanks(p);
}

static int
fail_size(struct parse *p, size_t at)
{
	return parse_fail(p, ERR_FORMAT, at,
	    xstrdup(say(p->m->lang,
		"a size is a number and a unit: 800 kB, 500 MB, 4 GB")));
}

/* "k", "MB", "GiB": the bytes of one; 0: none of them. */
static uint64_t
unit_bytes(const char *s, size_t n)
{
	static const char letters[] = "kmgt";
	uint64_t unit = 1, step = 1000;

	if (n == 0 || (n == 1 && (*s == 'b' || *s == 'B')))
		return 1;
	const char *at = strchr(letters, *s | 0x20);
	if (at == NULL || n > SIZE_UNIT_LETTERS_MAX)
		return 0;
	if (n == 3 && (s[1] | 0x20) != 'i')
		return 0;
	if (n > 1 && (s[n - 1] | 0x20) != 'b')
		return 0;
	if (n == 3)
		step = 1024;
	for (const char *k = letters; k <= at; k++)
		unit *= step;
	return unit;
}

/* "500MB", "500 MB", "1.5 GB" */
static int
take_size(struct parse *p)
{
	size_t from = p->at;
	uint64_t number = 0, tenths = 0;

	while (p->at < p->size && p->line[p->at] >= '0' &&
	       p->line[p->at] <= '9' && number < SIZE_TENS_MAX)
		number = number * 10 + (uint64_t)(p->line[p->at++] - '0');
	if (p->at == from)
		return fail_size(p, from);
	if (p->at + 1 < p->size && p->line[p->at] == '.' &&
	    p->line[p->at + 1] >= '0' && p->line[p->at + 1] <= '9') {
		tenths = (uint64_t)(p->line[p->at + 1] - '0');
		p->at += 2;
	}
	size_t digits_end = p->at;
	parse_skip_blanks(p);
	uint64_t unit = unit_bytes(p->line + p->at, parse_word_size(p));
	if (digits_end < p->at &&
	    (unit == 0 || word_is(p, "to") || parse_at_end(p))) {
		p->at = digits_end;
		unit = 1;
	}
	if (unit == 0 || number > UINT64_MAX / 2 / unit)
		return fail_size(p, from);
	p->en.cmd.size = number * unit + tenths * unit / 10;
	if (p->en.cmd.size == 0)
		return fail_size(p, from);
	skip_word(p);
	return 0;
}

/* "max SIZE" and "to FOLDER", in any order, each once. */
static int
take_bounds(struct parse *p)
{
	while (!parse_at_end(p)) {
		bool max = word_is(p, "max") && p->en.cmd.size == 0;
		if (!max && !(word_is(p, "to") && p->en.cmd.text == NULL))
			return parse_fail_usage(p);
		skip_word(p);
		if (parse_at_end(p))
			return parse_fail_usage(p);
		int err =
		    max ? take_size(p) : parse_take_path(p, &p->en.cmd.text);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Whose offers. */
static int
take_contact(struct parse *p, const struct peer **ret_peer)
{
	const struct conv *c = model_conv(p->m, p->conv);

	if (!parse_at_end(p) && !word_is(p, "on") && !word_is(p, "off"))
		return parse_who(p, false, ret_peer);
	*ret_peer = c == NULL ? NULL : model_peer(p->m, &c->fp);
	if (*ret_peer != NULL)
		return 0;
	return parse_fail(p, ERR_FORMAT, p->at,
	    xasprintf(say(p->m->lang,
			  "/%s of whom? This is no conversation with somebody, "
			  "so it needs WHO, for example: %s"),
		p->spec->name, p->spec->example));
}

static int
fail_unverified(struct parse *p, size_t at, const struct peer *peer)
{
	char label[PEER_LABEL_SIZE];

	peer_label(peer, false, label);
	return parse_fail(p, ERR_UNSUPPORTED, at,
	    peer_is_legacy(peer) || peer->is_self
		? xasprintf(say(p->m->lang,
				"only files of a verified contact are taken "
				"without asking; %s has no key"),
		      label)
		: xasprintf(say(p->m->lang,
				"only files of a verified contact are taken "
				"without asking: /verify %s first"),
		      label));
}

int
parse_accept(struct parse *p)
{
	const struct peer *peer;
	size_t from = p->at;
	int err = take_contact(p, &peer);

	if (err < 0)
		return err;
	p->en.cmd.kind = COMMAND_ACCEPT;
	p->en.cmd.peer = peer->fp;
	if (parse_at_end(p)) {
		p->en.cmd.number = UINT32_MAX;
		return 0;
	}
	p->en.cmd.on = word_is(p, "on");
	if (!p->en.cmd.on && !word_is(p, "off"))
		return parse_fail_usage(p);
	skip_word(p);
	if (!p->en.cmd.on)
		return parse_nothing(p, COMMAND_ACCEPT);
	if (peer->trust != TRUST_VERIFIED)
		return fail_unverified(p, from, peer);
	return take_bounds(p);
}
