/* SPDX-License-Identifier: MIT */
/*
 * Commands that only the dialect of IP Messenger has.
 */
#include "ui/parse.h"

int
parse_seal(struct parse *p)
{
	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = parse_say(p, false);
	p->en.cmd.sealed = err == 0;
	return err;
}

int
parse_ask(struct parse *p)
{
	static const char *const words[] = {
		[ASK_VERSION] = "version",
		[ASK_AWAY] = "away",
		[ASK_HOSTS] = "hosts",
	};
	int err = parse_choice(
	    p, words, sizeof(words) / sizeof(words[0]), &p->en.cmd.number);

	if (err < 0)
		return err;
	if (p->en.cmd.number == ASK_HOSTS)
		return parse_nothing(p, COMMAND_ASK);
	p->en.cmd.kind = COMMAND_ASK;
	return parse_who_or_here(p);
}
