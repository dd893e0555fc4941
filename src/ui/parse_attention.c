/* SPDX-License-Identifier: MIT */
/*
 * Commands about how much of somebody one wants to hear, and under what name.
 */
#include "base/err.h"
#include "base/mem.h"
#include "ui/parse.h"

#include <string.h>
#include <strings.h>

enum { MINUTES_MAX = 365 * 24 * 60 };

/* "30m", "2h", "7d"; 0 for anything else. */
static uint32_t
minutes_of(const char *word, size_t n)
{
	static const char units[] = "mhd";
	static const uint32_t minutes[] = { 1, 60, 24 * 60 };
	uint32_t value = 0;

	if (n < 2 || n > 6)
		return 0;
	const char *unit = strchr(units, word[n - 1]);
	if (unit == NULL || *unit == '\0')
		return 0;
	for (size_t i = 0; i + 1 < n; i++) {
		if (word[i] < '0' || word[i] > '9')
			return 0;
		value = value * 10 + (uint32_t)(word[i] - '0');
	}
	value *= minutes[unit - units];
	return value > MINUTES_MAX ? MINUTES_MAX : value;
}

/* Where the last word of the line begins. */
static size_t
last_word(const struct parse *p, size_t *ret_size)
{
	size_t end = p->size;

	while (end > p->at && is_blank(p->line[end - 1]))
		end--;
	size_t from = end;
	while (from > p->at && !is_blank(p->line[from - 1]))
		from--;
	*ret_size = end - from;
	return from;
}

/* The last word, when it is a time; the line is shorter by it then. */
static uint32_t
take_time(struct parse *p)
{
	size_t size, from = last_word(p, &size);
	uint32_t minutes = minutes_of(p->line + from, size);
	if (minutes > 0)
		p->size = from;
	return minutes;
}

static int
take_whom(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);
	const struct peer *peer;

	p->en.cmd.kind = COMMAND_MUTE;
	if (!parse_at_end(p)) {
		int err = parse_who(p, true, &peer);
		if (err == 0)
			p->en.cmd.peer = peer->fp;
		return err;
	}
	if (c != NULL)
		p->en.cmd.peer = c->fp;
	return 0;
}

int
parse_mute(struct parse *p)
{
	uint32_t minutes = take_time(p);

	p->en.cmd.number = minutes == 0 ? UINT32_MAX : minutes;
	return take_whom(p);
}

int
parse_unmute(struct parse *p)
{
	p->en.cmd.number = 0;
	return take_whom(p);
}

int
parse_pin(struct parse *p)
{
	p->en.cmd.kind = COMMAND_PIN;
	return parse_who_or_here(p);
}

int
parse_block(struct parse *p)
{
	p->en.cmd.kind = COMMAND_BLOCK;
	p->en.cmd.on = true;
	return parse_who_or_here(p);
}

int
parse_unblock(struct parse *p)
{
	p->en.cmd.kind = COMMAND_BLOCK;
	p->en.cmd.on = false;
	return parse_who_or_here(p);
}

/* The last word, when it is a verdict; the line is shorter by it then. */
static uint32_t
take_verdict(struct parse *p)
{
	static const char *const words[] = {
		[VERDICT_SAME] = "same",
		[VERDICT_DIFFERENT] = "different",
	};
	size_t size, from = last_word(p, &size);

	for (uint32_t i = VERDICT_SAME; i <= VERDICT_DIFFERENT; i++)
		if (strlen(words[i]) == size &&
		    strncasecmp(p->line + from, words[i], size) == 0) {
			p->size = from;
			return i;
		}
	return VERDICT_NONE;
}

int
parse_verify(struct parse *p)
{
	p->en.cmd.number = take_verdict(p);
	p->en.cmd.kind = COMMAND_VERIFY;
	return parse_who_or_here(p);
}

int
parse_alias(struct parse *p)
{
	const struct peer *peer;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = parse_who(p, false, &peer);
	if (err < 0)
		return err;
	p->en.cmd.kind = COMMAND_ALIAS;
	p->en.cmd.peer = peer->fp;
	if (parse_at_end(p))
		return 0;
	return parse_take_text(
	    p, PEER_TEXT_NAME, say(p->m->lang, "a name"), NAME_BYTES_MAX);
}
