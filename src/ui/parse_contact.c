/* SPDX-License-Identifier: MIT */
/*
 * Commands about what waits for a contact, what is kept of it, and how it is
 * reached.
 */
#include "base/err.h"
#include "base/mem.h"
#include "core/query.h"
#include "core/pin.h"
#include "ui/parse.h"
#include "ui/str.h"
#include "ui/when.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OUTBOX_DIGITS_MAX = 5, PATH_BYTES_MAX = 4096 };

int
parse_who_or_here(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);
	const struct peer *peer;

	if (parse_at_end(p)) {
		if (c == NULL || c->kind != CONV_KIND_DIRECT)
			return parse_fail(p, ERR_FORMAT, p->at,
			    xasprintf(
				say(p->m->lang,
				    "/%s of whom? This is no conversation "
				    "with somebody, so it needs WHO, for "
				    "example: %s"),
				p->spec->name, p->spec->example));
		p->en.cmd.peer = c->fp;
		return 0;
	}
	int err = parse_who(p, true, &peer);
	if (err == 0)
		p->en.cmd.peer = peer->fp;
	return err;
}

/* An address may be of somebody who was never heard of. */
static bool
is_address(const struct parse *p)
{
	struct addr addr;
	size_t n = parse_word_size(p);
	char *word = xstrndup(p->line + p->at, n);
	bool is = addr_parse(word, 0, &addr) == 0;

	free(word);
	return is;
}

int
parse_doctor(struct parse *p)
{
	size_t from = p->at, size = parse_word_size(p);

	p->en.cmd.kind = COMMAND_QUERY;
	p->en.cmd.number = QUESTION_DOCTOR;
	if (parse_at_end(p))
		return 0;
	if (is_address(p)) {
		p->at += size;
		p->en.cmd.text = xstrndup(p->line + from, size);
		return parse_nothing(p, COMMAND_QUERY);
	}
	const struct peer *peer;
	int err = parse_who(p, true, &peer);
	if (err < 0)
		return err;
	p->en.cmd.peer = peer->fp;
	p->en.cmd.text = xstrdup(peer->name);
	return 0;
}

static int
fail_choice(struct parse *p, const char *const *words, uint32_t count)
{
	struct str s = { 0 };

	for (uint32_t i = 0; i < count; i++)
		str_addf(
		    &s, "%s%s", i > 0 ? say(p->m->lang, " or ") : "", words[i]);
	char *list = str_take(&s);
	char *sentence =
	    xasprintf(say(p->m->lang, "/%s wants %s, for example: %s"),
		p->spec->name, list, p->spec->example);
	free(list);
	return parse_fail(p, ERR_FORMAT, p->at, sentence);
}

int
parse_choice(struct parse *p, const char *const *words, uint32_t count,
    uint32_t *ret_choice)
{
	size_t n = parse_word_size(p);

	for (uint32_t i = 0; i < count; i++) {
		if (strlen(words[i]) != n ||
		    strncasecmp(words[i], p->line + p->at, n) != 0)
			continue;
		*ret_choice = i;
		p->at += n;
		parse_skip_blanks(p);
		return 0;
	}
	return fail_choice(p, words, count);
}

static int
parse_switch(struct parse *p, enum command_kind kind)
{
	static const char *const words[] = { "off", "on" };
	uint32_t choice;
	int err = parse_choice(p, words, 2, &choice);

	if (err < 0)
		return err;
	p->en.cmd.kind = kind;
	p->en.cmd.on = choice == 1;
	return parse_who_or_here(p);
}

int
parse_history(struct parse *p)
{
	return parse_switch(p, COMMAND_HISTORY);
}

/* The last word, where it is one of those; it is cut off the line then. */
static bool
take_charset(struct parse *p, enum charset *ret_charset)
{
	size_t end = p->size, from;

	while (end > p->at && is_blank(p->line[end - 1]))
		end--;
	for (from = end; from > p->at && !is_blank(p->line[from - 1]);)
		from--;
	char *word = xstrndup(p->line + from, end - from);
	bool is_one = end > from && charset_parse(word, ret_charset) == 0;
	free(word);
	if (is_one)
		p->size = from;
	return is_one;
}

int
parse_encoding(struct parse *p)
{
	enum charset charset = CHARSET_AUTO;

	p->en.cmd.kind = COMMAND_ENCODING;
	p->en.cmd.on = take_charset(p, &charset);
	p->en.cmd.number = charset;
	return parse_who_or_here(p);
}

int
parse_receipts(struct parse *p)
{
	return parse_switch(p, COMMAND_RECEIPTS);
}

int
parse_transport(struct parse *p)
{
	static const char *const words[] = {
		[TRANSPORT_AUTO] = "auto",
		[TRANSPORT_TCP] = "tcp",
		[TRANSPORT_UDP] = "udp",
	};
	int err = parse_choice(p, words, 3, &p->en.cmd.number);

	if (err < 0)
		return err;
	p->en.cmd.kind = COMMAND_TRANSPORT;
	return parse_who_or_here(p);
}

int
parse_outbox(struct parse *p)
{
	return parse_nothing(p, COMMAND_OUTBOX);
}

/* A number of the list; 0 when the word is none. */
static uint32_t
outbox_number(const char *word, size_t n)
{
	uint32_t number = 0;

	if (n == 0 || n > OUTBOX_DIGITS_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (word[i] < '0' || word[i] > '9')
			return 0;
		number = number * 10 + (uint32_t)(word[i] - '0');
	}
	return number;
}

static bool
take_id(struct parse *p)
{
	char id[MSG_ID_TEXT_SIZE];
	size_t n = parse_word_size(p);

	if (n != sizeof(id) - 1)
		return false;
	memcpy(id, p->line + p->at, n);
	id[n] = '\0';
	if (msg_id_parse(id, &p->en.cmd.target) < 0)
		return false;
	p->en.cmd.has_target = true;
	p->at += n;
	return true;
}

int
parse_cancel(struct parse *p)
{
	size_t n = parse_word_size(p);
	const struct peer *peer;

	if (n == 0)
		return parse_fail_usage(p);
	if (parse_takes_transfer(p))
		return parse_nothing(p, COMMAND_STOP);
	uint32_t number = outbox_number(p->line + p->at, n);
	if (number > 0) {
		p->en.cmd.number = number;
		p->at += n;
	} else if (!take_id(p)) {
		int err = parse_who(p, true, &peer);
		if (err < 0)
			return err;
		p->en.cmd.peer = peer->fp;
	}
	return parse_nothing(p, COMMAND_CANCEL);
}

static int
ask(struct parse *p, enum question question, const char *what, size_t max)
{
	const struct conv *c = model_conv(p->m, p->conv);

	p->en.cmd.kind = COMMAND_QUERY;
	p->en.cmd.number = question;
	if (c != NULL)
		p->en.cmd.peer = c->fp;
	return parse_take_text(p, PEER_TEXT_LINE, what, max);
}

static struct query_day
today(const struct parse *p)
{
	struct query_day day;

	when_date(p->now.wall_ms, &day.year, &day.month, &day.day);
	return day;
}

/* Understood here and now, where a mistake can be shown in the line. */
int
parse_search(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);
	bool nearby = c == NULL || c->kind == CONV_KIND_NEARBY;
	struct query q;
	char *error;
	size_t at;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = query_parse(p->m, nearby ? NULL : c, p->line + p->at,
	    today(p), &q, &error, &at);
	if (err < 0)
		return parse_fail(p, err, p->at + at, error);
	query_clear(&q);
	return ask(p, QUESTION_SEARCH, say(p->m->lang, "what to look for"),
	    QUERY_BYTES_MAX);
}

int
parse_goto(struct parse *p)
{
	struct query_day day;
	size_t n = parse_word_size(p);

	if (n == 0)
		return parse_fail_usage(p);
	if (!query_parse_day(p->line + p->at, n, today(p), &day))
		return parse_fail(p, ERR_FORMAT, p->at,
		    xasprintf(say(p->m->lang,
				  "\"%.*s\" is no day: write it as 2026-11-01, "
				  "today, yesterday or monday"),
			(int)n, p->line + p->at));
	return ask(p, QUESTION_GOTO, say(p->m->lang, "a day"), QUERY_BYTES_MAX);
}

int
parse_export(struct parse *p)
{
	if (parse_at_end(p))
		return parse_fail_usage(p);
	return ask(
	    p, QUESTION_EXPORT, say(p->m->lang, "a path"), PATH_BYTES_MAX);
}
