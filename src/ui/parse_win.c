/* SPDX-License-Identifier: MIT */
/*
 * Ways between conversations, and what is in one.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/parse.h"
#include "ui/str.h"
#include "ui/urls.h"

#include <stdlib.h>
#include <string.h>

enum { WIN_DIGITS_MAX = 6 };

static const struct peer *
peer_with_number(const struct model *m, uint32_t number)
{
	for (size_t i = 0; i < m->peer_count; i++)
		if (m->peers[i]->number == number)
			return m->peers[i];
	return NULL;
}

int
parse_win(struct parse *p)
{
	size_t from = p->at, n = parse_word_size(p);
	uint32_t number = 0;

	for (size_t i = 0; i < n && i < WIN_DIGITS_MAX; i++) {
		char c = p->line[from + i];
		if (c < '0' || c > '9')
			return parse_fail_usage(p);
		number = number * 10 + (uint32_t)(c - '0');
	}
	if (n == 0 || n > WIN_DIGITS_MAX)
		return parse_fail_usage(p);
	p->at += n;
	p->en.front = FRONT_SELECT;
	if (number == CONV_NEARBY)
		return parse_nothing(p, COMMAND_NONE);
	const struct peer *peer = peer_with_number(p->m, number);
	if (peer == NULL)
		return parse_fail(p, ERR_NOT_FOUND, from,
		    xasprintf(
			say(p->m->lang, "nobody has the number %u: /who lists "
					"everybody"),
			(unsigned)number));
	p->en.cmd.peer = peer->fp;
	return parse_nothing(p, COMMAND_OPEN);
}

int
parse_close(struct parse *p)
{
	p->en.front = FRONT_CLOSE;
	return parse_nothing(p, COMMAND_NONE);
}

static char *
report(const struct model *m, const struct urls *urls)
{
	struct str s = { 0 };

	if (urls->count == 0)
		return xstrdup(say(m->lang,
		    "No link was said here. /search has:link finds older "
		    "ones."));
	for (size_t i = 0; i < urls->count; i++) {
		const struct message *msg = urls->rows[i].message;
		const struct peer *peer = model_peer(m, &msg->from);
		bool ours = msg->mine || peer == NULL;
		str_addf(&s, "%s%s: %s", i > 0 ? "\n" : "",
		    ours ? m->name : peer->name, urls->rows[i].text);
	}
	return str_take(&s);
}

int
parse_urls(struct parse *p)
{
	int err = parse_nothing(p, COMMAND_INFO);

	if (err < 0)
		return err;
	struct urls *urls = xcalloc(1, sizeof(*urls));
	urls_find(urls, model_conv(p->m, p->conv), "", UINT64_MAX);
	p->en.front = FRONT_URLS;
	p->en.cmd.text = report(p->m, urls);
	urls_clear(urls);
	free(urls);
	return 0;
}
