/* SPDX-License-Identifier: MIT */
#include "core/query.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { DAYS_IN_WEEK = 7 };

struct scan {
	const struct model *m;
	const struct conv *conv;
	struct query_day today;
	const char *line;
	size_t at;
	bool everywhere;
	struct query q;
	char **ret_error;
	size_t *ret_at;
};

static int
fail(struct scan *s, size_t at, int err, char *sentence)
{
	*s->ret_error = sentence;
	*s->ret_at = at;
	query_clear(&s->q);
	return err;
}

void
query_clear(struct query *q)
{
	for (size_t i = 0; i < q->term_count; i++)
		free(q->terms[i].text);
	*q = (struct query){ 0 };
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

static struct query_day
day_before(struct query_day d)
{
	if (--d.day > 0)
		return d;
	if (--d.month == 0) {
		d.month = 12;
		d.year--;
	}
	d.day = month_days(d.year, d.month);
	return d;
}

/* 0 is Sunday; by Sakamoto's table. */
static int
weekday(struct query_day d)
{
	static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
	int y = d.month < 3 ? d.year - 1 : d.year;

	return (y + y / 4 - y / 100 + y / 400 + shift[d.month - 1] + d.day) %
	       DAYS_IN_WEEK;
}

static bool
read_number(const char **p, const char *end, int digits, int *ret_number)
{
	int number = 0;

	for (int i = 0; i < digits; i++) {
		if (*p == end || **p < '0' || **p > '9')
			return false;
		number = number * 10 + (*(*p)++ - '0');
	}
	*ret_number = number;
	return true;
}

static bool
parse_date(const char *word, size_t n, struct query_day *ret_day)
{
	const char *p = word, *end = word + n;
	struct query_day d;

	if (!read_number(&p, end, 4, &d.year) || p == end || *p++ != '-' ||
	    !read_number(&p, end, 2, &d.month) || p == end || *p++ != '-' ||
	    !read_number(&p, end, 2, &d.day) || p != end)
		return false;
	if (d.year == 0 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > month_days(d.year, d.month))
		return false;
	*ret_day = d;
	return true;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
word_is(const char *word, size_t n, const char *name)
{
	if (strlen(name) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(word[i]) != name[i])
			return false;
	return true;
}

bool
query_parse_day(const char *word, size_t n, struct query_day today,
    struct query_day *ret_day)
{
	static const char *const names[DAYS_IN_WEEK] = { "sunday", "monday",
		"tuesday", "wednesday", "thursday", "friday", "saturday" };

	if (parse_date(word, n, ret_day))
		return true;
	if (word_is(word, n, "today")) {
		*ret_day = today;
		return true;
	}
	struct query_day d = day_before(today);
	if (word_is(word, n, "yesterday")) {
		*ret_day = d;
		return true;
	}
	for (int back = 0; back < DAYS_IN_WEEK; back++) {
		if (word_is(word, n, names[weekday(d)])) {
			*ret_day = d;
			return true;
		}
		d = day_before(d);
	}
	return false;
}

static int
take_day(struct scan *s, size_t at, size_t n, struct query_day *ret_day)
{
	if (query_parse_day(s->line + at, n, s->today, ret_day))
		return 0;
	return fail(s, at, ERR_FORMAT,
	    xasprintf(say(s->m->lang,
			  "\"%.*s\" is no day: write it as 2026-11-01, today, "
			  "yesterday or monday"),
		(int)n, s->line + at));
}

static int
take_peer(struct scan *s, size_t at, size_t n, struct fp *ret_fp)
{
	const struct peer *p;
	char *name = xstrndup(s->line + at, n);
	int err = model_find_peer(s->m, name, &p);

	free(name);
	if (err == 0) {
		*ret_fp = p->fp;
		return 0;
	}
	return fail(s, at, err,
	    err == ERR_AMBIGUOUS
		? xasprintf(
		      say(s->m->lang,
			  "\"%.*s\" could be more than one: write the name "
			  "with its tag, as /who shows it"),
		      (int)n, s->line + at)
		: xasprintf(say(s->m->lang,
				"nobody here is called \"%.*s\": /who lists "
				"everybody"),
		      (int)n, s->line + at));
}

static int
take_from(struct scan *s, size_t at, size_t n)
{
	s->q.has_author = true;
	s->q.author_is_me = false;
	s->everywhere = true;
	if (word_is(s->line + at, n, "me")) {
		s->q.author_is_me = true;
		s->q.author = s->m->self;
		return 0;
	}
	return take_peer(s, at, n, &s->q.author);
}

static int
take_in(struct scan *s, size_t at, size_t n)
{
	s->q.has_conv = true;
	s->everywhere = true;
	if (word_is(s->line + at, n, "nearby")) {
		s->q.conv = (struct fp){ 0 };
		return 0;
	}
	return take_peer(s, at, n, &s->q.conv);
}

static int
take_has(struct scan *s, size_t at, size_t n)
{
	s->q.has_link = true;
	if (word_is(s->line + at, n, "link"))
		return 0;
	return fail(s, at, ERR_FORMAT,
	    xasprintf(say(s->m->lang, "has:%.*s is not known; has:link is"),
		(int)n, s->line + at));
}

/* 1 when the word at s->at is a filter and was taken, 0 when it is none. */
static int
take_filter(struct scan *s, size_t n)
{
	static const char *const names[] = {
		"from:", "in:", "since:", "until:", "has:"
	};
	const char *word = s->line + s->at;
	size_t which = 0, count = sizeof(names) / sizeof(names[0]);

	while (which < count &&
	       (n < strlen(names[which]) ||
		   !word_is(word, strlen(names[which]), names[which])))
		which++;
	if (which == count)
		return 0;
	size_t at = s->at + strlen(names[which]);
	size_t rest = n - strlen(names[which]);
	if (rest == 0)
		return fail(s, at, ERR_FORMAT,
		    xasprintf(
			say(s->m->lang, "%s needs something right behind it"),
			names[which]));
	s->at = at + rest;
	int err = which == 0   ? take_from(s, at, rest)
		  : which == 1 ? take_in(s, at, rest)
		  : which == 2 ? take_day(s, at, rest, &s->q.since)
		  : which == 3 ? take_day(s, at, rest, &s->q.until)
			       : take_has(s, at, rest);
	return err < 0 ? err : 1;
}

static int
add_term(struct scan *s, size_t at, size_t n, bool phrase)
{
	struct query_term *t = &s->q.terms[s->q.term_count];

	if (n == 0)
		return 0;
	if (s->q.term_count == QUERY_TERMS_MAX)
		return fail(s, at, ERR_LIMIT,
		    xasprintf(
			say(s->m->lang, "more than %d words: leave some out"),
			QUERY_TERMS_MAX));
	*t = (struct query_term){ .phrase = phrase };
	if (!phrase && s->line[at + n - 1] == '*') {
		t->prefix = true;
		n--;
	}
	if (n == 0)
		return fail(s, at, ERR_FORMAT,
		    xasprintf(say(s->m->lang,
			"* stands behind the beginning of a word, for "
			"example: meet*")));
	t->text = xstrndup(s->line + at, n);
	s->q.term_count++;
	return 0;
}

static int
take_phrase(struct scan *s)
{
	size_t at = s->at + 1;
	const char *end = strchr(s->line + at, '"');

	if (end == NULL)
		return fail(s, s->at, ERR_FORMAT,
		    xasprintf(say(s->m->lang,
			"the \" has no other one that ends the phrase")));
	size_t n = (size_t)(end - (s->line + at));
	s->at = at + n + 1;
	return add_term(s, at, n, true);
}

static int
take_word(struct scan *s)
{
	size_t at = s->at, n = strcspn(s->line + at, " \t\"");
	int taken = take_filter(s, n);

	if (taken != 0)
		return taken < 0 ? taken : 0;
	s->at += n;
	if (at == 0 && word_is(s->line, n, "-all")) {
		s->everywhere = true;
		return 0;
	}
	return add_term(s, at, n, false);
}

int
query_parse(const struct model *m, const struct conv *conv, const char *line,
    struct query_day today, struct query *ret_query, char **ret_error,
    size_t *ret_at)
{
	struct scan s = { .m = m,
		.conv = conv,
		.today = today,
		.ret_error = ret_error,
		.ret_at = ret_at };

	s.line = line;
	if (strlen(line) > QUERY_BYTES_MAX)
		return fail(&s, QUERY_BYTES_MAX, ERR_LIMIT,
		    xasprintf(say(m->lang,
				  "what to look for is longer than %d bytes"),
			QUERY_BYTES_MAX));
	for (;;) {
		s.at += strspn(line + s.at, " \t");
		if (line[s.at] == '\0')
			break;
		int err = line[s.at] == '"' ? take_phrase(&s) : take_word(&s);
		if (err < 0)
			return err;
	}
	if (!s.everywhere && conv != NULL) {
		s.q.has_conv = true;
		s.q.conv = conv->fp;
	}
	*ret_query = s.q;
	return 0;
}
