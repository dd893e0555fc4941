/* SPDX-License-Identifier: MIT */
/*
 * Commands about commands: those that somebody else lets one run.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/parse.h"

#include <string.h>

enum { LINE_MAX_BYTES = 4096 };

/* No command begins so. */
static bool
takes_stop(struct parse *p)
{
	static const char stop[] = "--stop";

	if (parse_word_size(p) != strlen(stop) ||
	    strncmp(p->line + p->at, stop, strlen(stop)) != 0)
		return false;
	p->at += strlen(stop);
	return true;
}

int
parse_run(struct parse *p)
{
	const struct peer *peer;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = parse_who(p, false, &peer);
	if (err < 0)
		return err;
	if (parse_at_end(p))
		return parse_fail_usage(p);
	p->en.cmd.kind = COMMAND_RUN;
	p->en.cmd.peer = peer->fp;
	p->en.cmd.on = takes_stop(p);
	if (p->en.cmd.on)
		return parse_nothing(p, COMMAND_RUN);
	return parse_take_text(
	    p, PEER_TEXT_LINE, say(p->m->lang, "the command"), LINE_MAX_BYTES);
}
