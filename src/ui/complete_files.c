/* SPDX-License-Identifier: MIT */
/*
 * What Tab offers of files on their way, and of whom they go to.
 */
#include "base/mem.h"
#include "core/transfer.h"
#include "ui/complete_parts.h"
#include "ui/parse.h"
#include "ui/path_words.h"
#include "ui/transfer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_SIZE = 16 };

static bool
is_for(const char *command, const struct transfer *t)
{
	bool over = transfer_state_is_last(t->state);
	bool rests = t->dialect == DIALECT_EARSHOT;

	if (strcmp(command, "pause") == 0)
		return rests && (t->state == TRANSFER_RUNNING ||
				    t->state == TRANSFER_ACCEPTED);
	if (strcmp(command, "resume") == 0)
		return rests && t->state == TRANSFER_PAUSED;
	if (strcmp(command, "open") == 0)
		return !t->mine && t->state == TRANSFER_DONE;
	if (strcmp(command, "refuse") == 0)
		return !t->mine && t->state == TRANSFER_OFFERED;
	if (strcmp(command, "get") == 0)
		return !t->mine && (t->state == TRANSFER_OFFERED ||
				       t->state == TRANSFER_PAUSED ||
				       t->state == TRANSFER_FAILED);
	return !over;
}

static char *
gloss(const struct model *m, const struct transfer *t)
{
	const struct peer *p = model_peer(m, &t->peer);
	char label[PEER_LABEL_SIZE];
	const char *who = p == NULL ? "?" : peer_label(p, false, label);
	char *state = transfer_long(m->lang, t, who);
	char *text = xasprintf("%s  %s", t->name, state);

	free(state);
	return text;
}

bool
complete_transfer(struct completion *c, const struct model *m,
    const struct command_spec *spec, const char *line)
{
	size_t n = c->to - c->from;

	if (strstr(spec->args, "fN") == NULL ||
	    memchr(line + c->from, ' ', n) != NULL)
		return false;
	for (size_t i = m->transfer_count;
	     i-- > 0 && c->count < COMPLETE_MAX;) {
		const struct transfer *t = m->transfers[i];
		char number[NUMBER_SIZE];
		snprintf(number, sizeof(number), "f%u", (unsigned)t->id);
		if (!t->past && is_for(spec->name, t) &&
		    strncasecmp(number, line + c->from, n) == 0)
			complete_add(c, xasprintf("%s ", number),
			    xstrdup(number), gloss(m, t));
	}
	return c->count > 0;
}

/* The name of a list that the cursor stands at; false: behind the list. */
static bool
complete_receiver(struct completion *c, const struct model *m, const char *line)
{
	size_t at = c->from;

	for (size_t from = at;; from = at) {
		bool quoted = line[at] == '"';
		at += quoted;
		while (at < c->to &&
		       (quoted ? line[at] != '"'
			       : line[at] != ',' && !is_blank(line[at])))
			at++;
		if (at == c->to) {
			c->from = from;
			complete_people(c, m, line);
			return true;
		}
		at += quoted;
		if (at >= c->to || line[at] != ',')
			break;
		for (at++; at < c->to && is_blank(line[at]);)
			at++;
	}
	c->from = at;
	return false;
}

void
complete_send(struct completion *c, const struct model *m, const char *line)
{
	static const char to[] = "--to ";
	size_t n = c->to - c->from, size = sizeof(to) - 1;

	if (n > 0 && n < size && strncmp(line + c->from, to, n) == 0) {
		complete_add(c, xstrdup(to), xstrdup("--to"),
		    xstrdup(N_("to several people: ana,bob")));
		return;
	}
	if (n >= size && strncmp(line + c->from, to, size) == 0) {
		c->from += size;
		if (complete_receiver(c, m, line))
			return;
	}
	c->from += path_last_word(line + c->from, c->to - c->from);
	c->is_path = c->is_word = true;
}

/* WHO, and what is said of the offers. */
void
complete_accept(struct completion *c, const struct model *m, const char *line)
{
	static const char *const words[] = { "on", "off", "max", "to" };
	size_t from = c->to, first = c->from;

	while (from > first && !is_blank(line[from - 1]))
		from--;
	if (from >= first + 3 && strncasecmp(line + from - 3, "to ", 3) == 0 &&
	    (from == first + 3 || is_blank(line[from - 4]))) {
		c->from = from;
		c->is_path = c->is_word = true;
		return;
	}
	if (from == first)
		complete_people(c, m, line);
	for (size_t i = 0; i < 4 && c->count < COMPLETE_MAX; i++)
		if (strncasecmp(words[i], line + from, c->to - from) == 0) {
			c->from = from;
			complete_add(c, xasprintf("%s ", words[i]),
			    xstrdup(words[i]), xstrdup(""));
		}
}
