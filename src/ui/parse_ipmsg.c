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
	static const char *const words[] = { "version", "away" };
	uint32_t choice;
	int err =
	    parse_choice(p, words, sizeof(words) / sizeof(words[0]), &choice);

	if (err == 0)
		err = parse_who_or_here(p);
	if (err < 0)
		return err;
	p->en.cmd.kind = COMMAND_ASK;
	p->en.cmd.on = choice == 1;
	return 0;
}
