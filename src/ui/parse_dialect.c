/* SPDX-License-Identifier: MIT */
/*
 * Commands about other dialects, and about ports and streams of plain text.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/parse.h"

#include <stdlib.h>
#include <string.h>

enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535 };

static const char *const framings[] = { "line", "length", "length-le",
	"datagram" };

enum { FRAMINGS = sizeof(framings) / sizeof(framings[0]) };

/* Each is a setting of the same name; that of the first is always on. */
int
parse_dialect(struct parse *p)
{
	static const char *const words[] = { "plain", "ipmsg" };
	static const char *const switches[] = { "off", "on" };
	uint32_t which, on;
	int err;

	if (parse_at_end(p))
		return parse_nothing(p, COMMAND_DIALECT);
	if ((err = parse_choice(
		 p, words, sizeof(words) / sizeof(words[0]), &which)) < 0 ||
	    (err = parse_choice(p, switches, 2, &on)) < 0 ||
	    (err = parse_nothing(p, COMMAND_SET)) < 0)
		return err;
	p->en.cmd.on = true;
	p->en.cmd.text = xasprintf("%s %s", words[which], switches[on]);
	return 0;
}

static int
parse_port(struct parse *p, uint32_t *ret_port)
{
	size_t n = parse_word_size(p);
	uint32_t port = 0;
	bool good = n > 0 && n <= PORT_DIGITS_MAX;

	for (size_t i = 0; good && i < n; i++) {
		char c = p->line[p->at + i];
		good = c >= '0' && c <= '9';
		port = port * 10 + (uint32_t)(c - '0');
	}
	if (!good || port == 0 || port > PORT_MAX)
		return parse_fail(p, ERR_FORMAT, p->at,
		    xasprintf(
			say(p->m->lang, "a port is a number from 1 to %d: %s"),
			PORT_MAX, p->spec->example));
	p->at += n;
	parse_skip_blanks(p);
	*ret_port = port;
	return 0;
}

static int
parse_framing_word(struct parse *p)
{
	uint32_t which;
	int err = parse_choice(p, framings, FRAMINGS, &which);

	if (err == 0)
		p->en.cmd.text = xstrdup(framings[which]);
	return err;
}

/* tcp|udp PORT */
static int
parse_place(struct parse *p, enum command_kind kind)
{
	static const char *const words[] = { "udp", "tcp" };
	uint32_t tcp;
	int err;

	p->en.cmd.kind = kind;
	if ((err = parse_choice(p, words, 2, &tcp)) < 0 ||
	    (err = parse_port(p, &p->en.cmd.number)) < 0)
		return err;
	p->en.cmd.on = tcp == 1;
	return 0;
}

int
parse_listen(struct parse *p)
{
	int err;

	if (parse_at_end(p))
		return parse_nothing(p, COMMAND_LISTEN);
	if ((err = parse_place(p, COMMAND_LISTEN)) < 0)
		return err;
	/* A datagram is a message by itself. */
	if (p->en.cmd.on && !parse_at_end(p) &&
	    (err = parse_framing_word(p)) < 0)
		return err;
	return parse_nothing(p, COMMAND_LISTEN);
}

int
parse_unlisten(struct parse *p)
{
	int err = parse_place(p, COMMAND_UNLISTEN);

	return err < 0 ? err : parse_nothing(p, COMMAND_UNLISTEN);
}

int
parse_framing(struct parse *p)
{
	int err = parse_at_end(p) ? 0 : parse_framing_word(p);

	p->en.cmd.kind = COMMAND_FRAMING;
	return err < 0 ? err : parse_who_or_here(p);
}

int
parse_hangup(struct parse *p)
{
	p->en.cmd.kind = COMMAND_HANGUP;
	return parse_who_or_here(p);
}

/* add NAME udp://HOST:PORT */
int
parse_contact(struct parse *p)
{
	static const char *const words[] = { "add" };
	uint32_t which;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = parse_choice(p, words, 1, &which);
	if (err < 0)
		return err;
	p->en.cmd.kind = COMMAND_CONTACT;
	err = parse_take_text(
	    p, PEER_TEXT_LINE, say(p->m->lang, "the name and address"), 512);
	if (err == 0 && strchr(p->en.cmd.text, ' ') == NULL)
		return parse_fail_usage(p);
	return err;
}
