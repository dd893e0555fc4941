/* SPDX-License-Identifier: MIT */
#include "ui/substitute.h"

#include "base/mem.h"

#include <string.h>

struct pattern {
	const char *old, *new;
	size_t old_size, new_size;
};

/* The last slash may be left out. Paths begin with s/ as well, and dates have
 * slashes: what makes it an edit is that the old is found. */
static bool
take_pattern(const char *line, struct pattern *ret)
{
	if (strncmp(line, "s/", 2) != 0 || strchr(line, '\n') != NULL)
		return false;
	ret->old = line + 2;
	ret->old_size = strcspn(ret->old, "/");
	if (ret->old_size == 0 || ret->old[ret->old_size] != '/')
		return false;
	ret->new = ret->old + ret->old_size + 1;
	ret->new_size = strcspn(ret->new, "/");
	return ret->new[ret->new_size] == '\0' ||
	       ret->new[ret->new_size + 1] == '\0';
}

static const struct message *
newest_of_ours(const struct conv *c)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (msg->kind == MESSAGE_TEXT && msg->mine && !msg->deleted)
			return msg;
	}
	return NULL;
}

static const char *
find(const char *text, const struct pattern *p)
{
	for (; *text != '\0'; text++)
		if (strncmp(text, p->old, p->old_size) == 0)
			return text;
	return NULL;
}

bool
substitute_parse(
    const struct conv *c, const char *line, struct command *ret_cmd)
{
	struct pattern p;

	if (c == NULL || c->kind != CONV_KIND_DIRECT || !take_pattern(line, &p))
		return false;
	const struct message *msg = newest_of_ours(c);
	const char *at = msg == NULL ? NULL : find(msg->text, &p);
	if (at == NULL)
		return false;
	*ret_cmd = (struct command){
		.kind = COMMAND_EDIT,
		.conv = c->id,
		.peer = c->fp,
		.has_target = true,
		.target = msg->id,
		.text = xasprintf("%.*s%.*s%s", (int)(at - msg->text),
		    msg->text, (int)p.new_size, p.new, at + p.old_size),
	};
	return true;
}
