/* SPDX-License-Identifier: MIT */
#include "ui/mention.h"

#include <string.h>
#include <strings.h>

enum { LOOK_BACK_MAX = 64 /* of those not read */ };

/* Letters of other scripts count as part of a word, so that a name is not
 * found within another one; ideographs have no words that end. */
static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static bool
holds(const char *text, size_t size, const char *name)
{
	size_t n = strlen(name);

	for (size_t at = 0; n > 0 && at + n <= size; at++) {
		bool starts = at == 0 || !is_word_byte(text[at - 1]) ||
			      !is_word_byte(name[0]);
		bool ends = at + n == size || !is_word_byte(text[at + n]) ||
			    !is_word_byte(name[n - 1]);
		if (starts && ends && strncasecmp(text + at, name, n) == 0)
			return true;
	}
	return false;
}

bool
mention_is(const struct model *m, const struct message *msg)
{
	bool said = msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT;

	const struct setting_list *words = &m->settings.notify_words;

	if (!said || msg->mine || msg->deleted || message_is_ignored(m, msg))
		return false;
	for (size_t i = 0; i < words->count; i++)
		if (holds(msg->text, msg->size, words->items[i]))
			return true;
	return holds(msg->text, msg->size, m->name);
}

bool
mention_is_new(const struct model *m, const struct conv *c)
{
	uint64_t first = c->unread_serial;

	if (c->unread == 0 || c->kind == CONV_KIND_DIRECT)
		return false;
	if (first + LOOK_BACK_MAX < c->next_serial)
		first = c->next_serial - LOOK_BACK_MAX;
	for (uint64_t s = c->next_serial; s > first && s > c->first_serial; s--)
		if (mention_is(m, conv_message(c, s - 1)))
			return true;
	return false;
}

uint64_t
mention_find(
    const struct model *m, const struct conv *c, uint64_t from, int step)
{
	if (c == NULL || from < c->first_serial || from >= c->next_serial)
		return 0;
	if (step < 0) {
		for (uint64_t s = from; s > c->first_serial; s--)
			if (mention_is(m, conv_message(c, s - 1)))
				return s - 1;
		return 0;
	}
	for (uint64_t s = from + 1; s < c->next_serial; s++)
		if (mention_is(m, conv_message(c, s)))
			return s;
	return 0;
}
