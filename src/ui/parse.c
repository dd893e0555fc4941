/* SPDX-License-Identifier: MIT */
/*
 * The arguments of each command. Everything the user typed is cleaned as
 * strangers' text is, and what does not fit is refused with its size: nothing
 * of ours goes out cut.
 */
#include "ui/parse.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/width.h"
#include "ui/report.h"
#include "ui/roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HOST_BYTES_MAX = 255, PORT_MAX = 65535 };

int
parse_fail_usage(struct parse *p)
{
	return parse_fail(p, ERR_FORMAT, p->at,
	    xasprintf(say(p->m->lang, "/%s needs %s, for example: %s"),
		p->spec->name, p->spec->args, p->spec->example));
}

static int
fail_size(struct parse *p, size_t at, const char *what, size_t size, size_t max)
{
	return parse_fail(p, ERR_LIMIT, at,
	    xasprintf(say(p->m->lang,
			  "%s has %zu bytes and may have %zu: shorten it"),
		what, size, max));
}

int
parse_take_text(
    struct parse *p, enum peer_text_kind kind, const char *what, size_t max)
{
	size_t size, from = p->at, end = p->size;

	while (end > from && is_blank(p->line[end - 1]))
		end--;
	if (end - from > max)
		return fail_size(p, from + max, what, end - from, max);
	char *text =
	    peer_text(untrusted_of(p->line + from, end - from), kind, &size);
	if (size > max) {
		free(text);
		return fail_size(p, from, what, size, max);
	}
	p->en.cmd.text = text;
	p->at = p->size;
	return 0;
}

int
parse_nothing(struct parse *p, enum command_kind kind)
{
	p->en.cmd.kind = kind;
	if (parse_at_end(p))
		return 0;
	return parse_fail(p, ERR_FORMAT, p->at,
	    xasprintf(
		say(p->m->lang, "/%s takes nothing behind it"), p->spec->name));
}

static int
say_to(struct parse *p, const struct fp *fp, bool action)
{
	p->en.cmd.kind = COMMAND_SAY;
	p->en.cmd.peer = *fp;
	p->en.cmd.action = action;
	return parse_take_text(
	    p, PEER_TEXT_BODY, say(p->m->lang, "the text"), BODY_BYTES_MAX);
}

static char *
nobody_sentence(const struct model *m)
{
	const struct peer *only = roster_only(m);

	if (only != NULL)
		return xasprintf(
		    say(m->lang, "nothing sent, no conversation here: /query "
				 "%s opens one (on the screen also Alt-2), "
				 "/shout TEXT tells everybody"),
		    only->name);
	return xasprintf(
	    say(m->lang, "nothing sent, no conversation here: /query WHO "
			 "opens one, /shout TEXT tells everybody"));
}

int
parse_say(struct parse *p, bool action)
{
	const struct conv *c = model_conv(p->m, p->conv);

	if (c == NULL || c->kind != CONV_KIND_DIRECT)
		return parse_fail(p, ERR_STATE, 0, nobody_sentence(p->m));
	return say_to(p, &c->fp, action);
}

int
parse_msg(struct parse *p)
{
	const struct peer *peer;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = parse_who(p, false, &peer);
	if (err < 0)
		return err;
	if (parse_at_end(p))
		return parse_fail_usage(p);
	return say_to(p, &peer->fp, false);
}

/* Not that of the C library, which asks the locale. */
static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* Whether what was typed ends with the long tag of this peer, or is its
 * fingerprint: nobody writes that by mistake. */
static bool
ends_with_tag(const char *who, size_t n, const struct peer *peer)
{
	char text[FP_TEXT_SIZE];
	size_t from;

	while (n > 0 && (is_blank(who[n - 1]) || who[n - 1] == '"'))
		n--;
	for (from = n; from > 0 && is_letter_or_digit(who[from - 1]);)
		from--;
	size_t size = n - from;
	if (size != FP_TEXT_SIZE - 1 && (from == 0 || who[from - 1] != '.'))
		return false;
	return size >= TAG_LONG && size < FP_TEXT_SIZE &&
	       strncasecmp(who + from, fp_text(&peer->fp, text), size) == 0;
}

/* "WHO unencrypted": one without a key, by whatever name; whoever types that
 * knows. */
static const struct peer *
take_unencrypted(struct parse *p)
{
	static const char word[] = "unencrypted";
	size_t end = p->size, n = sizeof(word) - 1;
	const struct peer *peer = NULL;

	while (end > p->at && is_blank(p->line[end - 1]))
		end--;
	if (end < p->at + n + 2 || !is_blank(p->line[end - n - 1]) ||
	    strncasecmp(p->line + end - n, word, n) != 0)
		return NULL;
	end -= n;
	while (end > p->at && is_blank(p->line[end - 1]))
		end--;
	char *who = xstrndup(p->line + p->at, end - p->at);
	if (model_find_legacy(p->m, who, &peer) < 0)
		peer = NULL;
	else
		p->at = p->size;
	free(who);
	return peer;
}

int
parse_query(struct parse *p)
{
	const char *who = p->line + p->at;
	size_t size = p->size - p->at;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	const struct peer *peer = take_unencrypted(p);
	if (peer != NULL) {
		p->en.cmd.peer = peer->fp;
		p->en.cmd.on = true;
		p->en.front = FRONT_SELECT;
		return parse_nothing(p, COMMAND_OPEN);
	}
	int err = parse_who(p, true, &peer);
	if (err < 0)
		return err;
	p->en.cmd.peer = peer->fp;
	p->en.cmd.on = !peer_is_legacy(peer) && ends_with_tag(who, size, peer);
	p->en.front = FRONT_SELECT;
	return parse_nothing(p, COMMAND_OPEN);
}

int
parse_me(struct parse *p)
{
	return parse_at_end(p) ? parse_fail_usage(p) : parse_say(p, true);
}

/* A screen tells of typing by itself; programs that read a line at a time do
 * not see the keys. */
int
parse_typing(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);
	size_t n = parse_word_size(p);
	const char *word = p->line + p->at;
	bool on = n == 0 || (n == 2 && strncasecmp(word, "on", n) == 0);

	if (!on && !(n == 3 && strncasecmp(word, "off", n) == 0))
		return parse_fail_usage(p);
	if (c == NULL || c->kind != CONV_KIND_DIRECT)
		return parse_fail(p, ERR_STATE, 0, nobody_sentence(p->m));
	p->at += n;
	p->en.cmd.peer = c->fp;
	p->en.cmd.on = on;
	return parse_nothing(p, COMMAND_TYPING);
}

int
parse_shout(struct parse *p)
{
	static const char plain[] = "--plain";

	if (parse_at_end(p))
		return parse_fail_usage(p);
	p->en.cmd.kind = COMMAND_SHOUT;
	if (parse_word_size(p) == strlen(plain) &&
	    strncmp(p->line + p->at, plain, strlen(plain)) == 0) {
		p->at += strlen(plain);
		parse_skip_blanks(p);
		p->en.cmd.on = true;
		return parse_take_text(p, PEER_TEXT_BODY,
		    say(p->m->lang, "a shout"), SHOUT_TEXT_MAX);
	}
	/* Before it is taken out of the line, so that nobody types it twice. */
	if (p->m->next_shout_ms > p->now.mono_ms)
		return parse_fail(p, ERR_LIMIT, p->at,
		    xasprintf(
			say(p->m->lang,
			    "not shouted: three in a row, then one each 5 "
			    "seconds; try again in %d s"),
			(int)((p->m->next_shout_ms - p->now.mono_ms + 999) /
			      1000)));
	return parse_take_text(
	    p, PEER_TEXT_BODY, say(p->m->lang, "a shout"), SHOUT_TEXT_MAX);
}

static int
answer(struct parse *p, char *report)
{
	p->en.cmd.kind = COMMAND_INFO;
	p->en.cmd.text = report;
	p->at = p->size;
	return 0;
}

int
parse_list(struct parse *p)
{
	if (parse_at_end(p))
		return answer(p, report_who(p->m, p->now));
	char *word = xstrndup(p->line + p->at, parse_word_size(p));
	char *report = report_who_word(p->m, p->now, word);
	free(word);
	if (report != NULL)
		return answer(p, report);
	return parse_fail(p, ERR_NOT_FOUND, p->at,
	    xasprintf(say(p->m->lang,
		"nobody here has that in name or address: /who lists "
		"everybody")));
}

int
parse_info(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);
	const struct peer *peer = NULL;

	if (!parse_at_end(p)) {
		int err = parse_who(p, true, &peer);
		if (err < 0)
			return err;
	} else if (c != NULL && c->kind == CONV_KIND_DIRECT) {
		peer = model_peer(p->m, &c->fp);
	}
	if (peer == NULL)
		return parse_fail(p, ERR_FORMAT, p->at,
		    xasprintf(say(p->m->lang,
				  "/info of whom? This is no conversation with "
				  "somebody, so it needs WHO, for example: %s"),
			p->spec->example));
	if (!parse_at_end(p))
		return parse_nothing(p, COMMAND_INFO);
	answer(p, report_info(p->m, p->now, peer));
	p->en.cmd.kind = COMMAND_LOOK;
	p->en.cmd.peer = peer->fp;
	return 0;
}

int
parse_nick(struct parse *p)
{
	if (parse_at_end(p))
		return parse_fail_usage(p);
	p->en.cmd.kind = COMMAND_NICK;
	size_t from = p->at;
	int cells = width_text(p->line + from, p->size - from);
	if (p->size - from <= NAME_BYTES_MAX && cells > NAME_CELLS_MAX)
		return parse_fail(p, ERR_LIMIT, from,
		    xasprintf(
			say(p->m->lang,
			    "a name may be %d cells wide and this has %d: "
			    "shorten it"),
			NAME_CELLS_MAX, cells));
	return parse_take_text(
	    p, PEER_TEXT_NAME, say(p->m->lang, "a name"), NAME_BYTES_MAX);
}

int
parse_status(struct parse *p)
{
	p->en.cmd.kind = COMMAND_STATUS;
	return parse_take_text(
	    p, PEER_TEXT_STATUS, say(p->m->lang, "a status"), STATUS_BYTES_MAX);
}

int
parse_away(struct parse *p)
{
	p->en.cmd.kind = COMMAND_AWAY;
	return parse_take_text(
	    p, PEER_TEXT_STATUS, say(p->m->lang, "the text"), STATUS_BYTES_MAX);
}

int
parse_back(struct parse *p)
{
	return parse_nothing(p, COMMAND_BACK);
}

/* The place of the port in HOST:PORT or [IPv6]:PORT; 0 where there is none. A
 * bare IPv6 address has colons of its own. */
static size_t
port_place(const char *host)
{
	const char *first = strchr(host, ':'), *last = strrchr(host, ':');

	if (host[0] == '[') {
		const char *end = strchr(host, ']');
		return end == NULL || end[1] == '\0' ? 0
						     : (size_t)(end + 2 - host);
	}
	return last == NULL || first != last ? 0 : (size_t)(last + 1 - host);
}

static bool
port_is_good(const char *text)
{
	unsigned long port = 0;

	if (*text == '\0' || strlen(text) > 5)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		port = port * 10 + (unsigned long)(*text - '0');
	}
	return port >= 1 && port <= PORT_MAX;
}

/* tcp://HOST:PORT [FRAMING], udp://HOST:PORT, ipmsg://HOST: the engine reads
 * it. */
static bool
is_legacy_address(const struct parse *p)
{
	const char *word = p->line + p->at;

	return strncmp(word, "tcp://", 6) == 0 ||
	       strncmp(word, "udp://", 6) == 0 ||
	       strncmp(word, "ipmsg://", 8) == 0;
}

int
parse_connect(struct parse *p)
{
	size_t from = p->at, n = parse_word_size(p);

	if (n == 0)
		return parse_fail_usage(p);
	if (is_legacy_address(p)) {
		p->en.cmd.kind = COMMAND_CONNECT;
		return parse_take_text(p, PEER_TEXT_LINE,
		    say(p->m->lang, "the address"), HOST_BYTES_MAX);
	}
	p->at += n;
	if (!parse_at_end(p)) {
		parse_skip_blanks(p);
		return parse_fail(p, ERR_FORMAT, p->at,
		    xasprintf(say(p->m->lang,
			"/connect takes one address, as HOST or "
			"HOST:PORT")));
	}
	if (n > HOST_BYTES_MAX)
		return fail_size(
		    p, from, say(p->m->lang, "the address"), n, HOST_BYTES_MAX);
	p->en.cmd.kind = COMMAND_CONNECT;
	p->en.cmd.text =
	    peer_text(untrusted_of(p->line + from, n), PEER_TEXT_LINE, NULL);
	if (strlen(p->en.cmd.text) != n ||
	    memcmp(p->en.cmd.text, p->line + from, n) != 0)
		return parse_fail(p, ERR_FORMAT, from,
		    xasprintf(say(p->m->lang,
			"no address has such characters: write HOST "
			"or HOST:PORT")));
	size_t port = port_place(p->en.cmd.text);
	if (port > 0 && !port_is_good(p->en.cmd.text + port))
		return parse_fail(p, ERR_FORMAT, from + port,
		    xasprintf(say(p->m->lang,
				  "a port is a number from 1 to %d: /connect "
				  "HOST:PORT"),
			PORT_MAX));
	return 0;
}

int
parse_net(struct parse *p)
{
	int err = parse_nothing(p, COMMAND_INFO);

	return err < 0 ? err : answer(p, report_net(p->m, p->now));
}

int
parse_clear(struct parse *p)
{
	return parse_nothing(p, COMMAND_CLEAR);
}

int
parse_help(struct parse *p)
{
	size_t from = p->at, n = p->size - p->at;

	while (n > 0 && is_blank(p->line[from + n - 1]))
		n--;
	if (n == 0) {
		p->en.front = FRONT_HELP;
		return answer(p, report_help(p->m, NULL));
	}
	if (p->line[from] == '/' && n > 1) {
		from++;
		n--;
	}
	char *topic = xstrndup(p->line + from, n);
	char *report = report_help(p->m, topic);
	free(topic);
	if (report != NULL)
		return answer(p, report);
	return parse_fail(p, ERR_NOT_FOUND, from,
	    xasprintf(say(p->m->lang,
		"no help on that: it may be a command, a key, an action, a "
		"setting, keys or settings; /help has everything")));
}

/* A demo has a home and people of its own, so it is no state of this one. */
int
parse_demo(struct parse *p)
{
	if (!parse_at_end(p))
		return parse_nothing(p, COMMAND_INFO);
	return answer(
	    p, xstrdup(say(p->m->lang,
		   "the demo is a program of its own: leave with /quit, or "
		   "take another terminal, and run: earshot demo. It brings "
		   "three people along; nothing leaves this machine")));
}

int
parse_quit(struct parse *p)
{
	static const char all[] = "--all";
	size_t n = parse_word_size(p);

	if (n == sizeof(all) - 1 && memcmp(p->line + p->at, all, n) == 0) {
		p->at += n;
		p->en.cmd.number = QUIT_ALL;
	}
	return parse_nothing(p, COMMAND_QUIT);
}
