/* SPDX-License-Identifier: MIT */
/*
 * WHO in a command line. Names hold blanks, and what follows a name may be
 * private, so nothing is guessed: where "ana maria hi" can be for Ana or for
 * Ana Maria, the user is asked to say which.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/parse.h"
#include "ui/str.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	WHO_WORDS_MAX = 16, /* a name of 32 cells has no more */
	WHO_LISTED_MAX = 4,
	WHO_SHOWN_MAX = 64,  /* bytes of an unknown name in an error */
	WHO_PEOPLE_MAX = 16, /* of a list */
};

/* Whether text is all of a name, a label or a fingerprint, no mere start. */
static bool
is_whole(const struct peer *peer, const char *text)
{
	return strlen(text) >= strlen(peer->name);
}

static char *
labels_like(const struct model *m, const char *text)
{
	struct str s = { 0 };
	char label[PEER_LABEL_SIZE];
	unsigned count = 0;

	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *peer = m->peers[i];
		if (strncasecmp(peer->name, text, strlen(text)) != 0)
			continue;
		if (++count > WHO_LISTED_MAX) {
			str_add(&s, ", \xe2\x80\xa6");
			break;
		}
		str_addf(&s, "%s%s", count > 1 ? ", " : "",
		    peer_label(peer, true, label));
	}
	return str_take(&s);
}

static int
fail_who(struct parse *p, int err, size_t at, const char *text)
{
	if (err == ERR_AMBIGUOUS) {
		char *list = labels_like(p->m, text);
		char *sentence = xasprintf(
		    say(p->m->lang, "more than one fits %s: write one of %s"),
		    text, list);
		free(list);
		return parse_fail(p, err, at, sentence);
	}
	return parse_fail(p, err, at,
	    xasprintf(say(p->m->lang,
			  "nobody here is called %.*s: /who lists the people "
			  "nearby, /connect HOST reaches others"),
		(int)utf8_cut(text, strlen(text), WHO_SHOWN_MAX), text));
}

/* The closing quote is one with a blank or the end behind it; 0 if none. */
static size_t
quote_end(const struct parse *p)
{
	for (size_t i = p->at + 1; i < p->size; i++)
		if (p->line[i] == '"' &&
		    (i + 1 == p->size || is_blank(p->line[i + 1])))
			return i;
	return 0;
}

static int
find_span(struct parse *p, size_t from, size_t to, const struct peer **ret_peer)
{
	char *text = xstrndup(p->line + from, to - from);
	int err = model_find_peer(p->m, text, ret_peer);

	if (err < 0)
		fail_who(p, err, from, text);
	free(text);
	return err;
}

static int
parse_quoted(struct parse *p, const struct peer **ret_peer)
{
	size_t end = quote_end(p);

	if (end == 0)
		return parse_fail(p, ERR_FORMAT, p->at,
		    xasprintf(say(p->m->lang,
			"the name begins with a quote and nothing "
			"closes it: write \"NAME\" or leave it out")));
	int err = find_span(p, p->at + 1, end, ret_peer);
	if (err == 0)
		p->at = end + 1;
	return err;
}

struct reading {
	const struct peer *longest, *other;
	size_t end; /* of longest */
};

/* All ways to read a whole name of some words; the longest, and any other. */
static struct reading
read_words(const struct parse *p)
{
	struct reading r = { .end = p->at };
	size_t end = p->at;

	for (unsigned i = 0; i < WHO_WORDS_MAX && end < p->size; i++) {
		const struct peer *peer;
		while (end < p->size && is_blank(p->line[end]))
			end++;
		while (end < p->size && !is_blank(p->line[end]))
			end++;
		if (end - p->at >= PEER_LABEL_SIZE)
			break;
		char *text = xstrndup(p->line + p->at, end - p->at);
		bool whole = model_find_peer(p->m, text, &peer) == 0 &&
			     is_whole(peer, text);
		free(text);
		if (!whole)
			continue;
		if (r.longest != NULL && r.longest != peer)
			r.other = r.longest;
		r.longest = peer;
		r.end = end;
	}
	return r;
}

static int
fail_two_readings(struct parse *p, const struct reading *r)
{
	return parse_fail(p, ERR_AMBIGUOUS, p->at,
	    xasprintf(say(p->m->lang,
			  "is this for %s or for %s? Put the name in quotes: "
			  "\"%s\""),
		r->other->name, r->longest->name, r->longest->name));
}

int
parse_who(struct parse *p, bool whole, const struct peer **ret_peer)
{
	size_t from = p->at, end = p->size;
	int err;

	while (end > from && is_blank(p->line[end - 1]))
		end--;
	if (from < p->size && p->line[from] == '"') {
		err = parse_quoted(p, ret_peer);
	} else if (whole) {
		err = find_span(p, from, end, ret_peer);
		p->at = p->size;
	} else {
		struct reading r = read_words(p);
		if (r.other != NULL)
			return fail_two_readings(p, &r);
		if (r.longest == NULL)
			r.end = from + parse_word_size(p);
		err = find_span(p, from, r.end, ret_peer);
		p->at = r.end;
	}
	if (err < 0)
		return err;
	parse_skip_blanks(p);
	return 0;
}

/* One name of a list, to the comma or blank behind it (caller frees). */
static char *
take_listed(struct parse *p)
{
	char quote = p->line[p->at] == '"' ? '"' : '\0';
	size_t from = p->at += quote != '\0';

	while (p->at < p->size &&
	       (quote != '\0'
		       ? p->line[p->at] != quote
		       : p->line[p->at] != ',' && !is_blank(p->line[p->at])))
		p->at++;
	char *name = xstrndup(p->line + from, p->at - from);
	if (quote != '\0' && p->at < p->size)
		p->at++;
	return name;
}

static void
add_receiver(struct parse *p, const struct fp *fp)
{
	struct entered *en = &p->en;

	if (fp_is_zero(&en->cmd.peer)) {
		en->cmd.peer = *fp;
		return;
	}
	if (fp_equal(&en->cmd.peer, fp))
		return;
	for (size_t i = 0; i < en->also_count; i++)
		if (fp_equal(&en->also[i], fp))
			return;
	if (en->also == NULL)
		en->also = xcalloc(WHO_PEOPLE_MAX, sizeof(*en->also));
	/* The last goes out first. */
	memmove(en->also + 1, en->also, en->also_count++ * sizeof(*en->also));
	en->also[0] = *fp;
}

/* Whom nobody is called like goes on the list. */
static int
take_person(struct parse *p, struct str *unknown)
{
	const struct peer *peer;
	size_t from = p->at;
	char *name = take_listed(p);
	int err = model_find_peer(p->m, name, &peer);

	if (err == 0 && p->en.also_count == WHO_PEOPLE_MAX - 1) {
		err = parse_fail(p, ERR_LIMIT, from,
		    xasprintf(say(p->m->lang, "at most %d people at once"),
			WHO_PEOPLE_MAX));
	} else if (err == 0) {
		add_receiver(p, &peer->fp);
	} else if (err == ERR_AMBIGUOUS) {
		fail_who(p, err, from, name);
	} else {
		str_addf(unknown, "%s%.*s", unknown->size > 0 ? ", " : "",
		    (int)utf8_cut(name, strlen(name), WHO_SHOWN_MAX), name);
		err = 0;
	}
	free(name);
	return err;
}

int
parse_people(struct parse *p)
{
	struct str unknown = { 0 };
	size_t from = p->at;
	int err = 0;

	while (err == 0) {
		err = take_person(p, &unknown);
		if (p->at >= p->size || p->line[p->at] != ',')
			break;
		p->at++;
		parse_skip_blanks(p);
	}
	parse_skip_blanks(p);
	if (err == 0 && unknown.size > 0)
		err = parse_fail(p, ERR_NOT_FOUND, from,
		    xasprintf(say(p->m->lang,
				  "nothing sent: nobody here is called %s; "
				  "/who lists the people nearby"),
			str_text(&unknown)));
	str_clear(&unknown);
	return err;
}
