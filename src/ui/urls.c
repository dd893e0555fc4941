/* SPDX-License-Identifier: MIT */
#include "ui/urls.h"

#include "base/mem.h"
#include "ui/links.h"
#include "ui/overlay.h"

#include <stdlib.h>
#include <string.h>

static bool
is_known(const struct urls *u, const char *text, size_t size)
{
	for (size_t i = 0; i < u->count; i++)
		if (strlen(u->rows[i].text) == size &&
		    memcmp(u->rows[i].text, text, size) == 0)
			return true;
	return false;
}

static void
add_links(struct urls *u, const struct message *msg)
{
	struct link link;

	for (size_t at = 0;
	     u->count < URLS_MAX && link_next(msg->text, msg->size, at, &link);
	     at = link.offset + link.size) {
		if (is_known(u, msg->text + link.offset, link.size))
			continue;
		u->rows[u->count++] = (struct url){
			.text = xstrndup(msg->text + link.offset, link.size),
			.message = msg,
		};
	}
}

static void
keep(struct urls *u, const char *filter)
{
	size_t kept = 0;

	u->all = u->count;
	for (size_t i = 0; i < u->count; i++) {
		const char *texts[] = { u->rows[i].text,
			u->rows[i].message->text, NULL };
		if (overlay_matches(filter, texts))
			u->rows[kept++] = u->rows[i];
		else
			free(u->rows[i].text);
	}
	u->count = kept;
}

void
urls_find(
    struct urls *u, const struct conv *c, const char *filter, uint64_t before)
{
	u->count = u->all = 0;
	if (c == NULL)
		return;
	if (before > c->next_serial)
		before = c->next_serial;
	for (uint64_t s = before; s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		bool said =
		    msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT;
		if (said && !msg->deleted)
			add_links(u, msg);
	}
	keep(u, filter);
}

void
urls_clear(struct urls *u)
{
	for (size_t i = 0; i < u->count; i++)
		free(u->rows[i].text);
	u->count = 0;
}
