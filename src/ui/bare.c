/* SPDX-License-Identifier: MIT */
#include "ui/bare.h"

#include "ui/str.h"
#include "ui/transcript.h"
#include "ui/when.h"

#include <string.h>

/* Further lines of a text stand behind blanks: no line of a peer's can pass
 * for one that begins with a time and a name. */
static void
add_text(struct str *s, const struct model *m, const struct message *msg)
{
	size_t size;
	const char *text = message_text(m, msg, &size);

	for (;;) {
		size_t n = strcspn(text, "\n");
		str_addf(s, "%.*s\n", (int)n, text);
		if (text[n] == '\0')
			return;
		str_add(s, "      ");
		text += n + 1;
	}
}

static void
add_message(struct str *s, const struct model *m, const struct message *msg)
{
	char clock[WHEN_CLOCK_SIZE], label[PEER_LABEL_SIZE];
	const struct peer *p = model_peer(m, &msg->from);

	str_addf(s, "%s ", when_clock(msg->arrived_ms, clock));
	if (message_is_own(msg))
		str_add(s, msg->kind == MESSAGE_ERROR ? "! " : "# ");
	else
		str_addf(s, "%s%s: ",
		    msg->mine   ? m->name
		    : p == NULL ? "?"
				: peer_label(p, false, label),
		    msg->kind == MESSAGE_SHOUT ? say(m->lang, " (PUBLIC)")
					       : "");
	if (msg->dialect != DIALECT_EARSHOT)
		str_add(s, say(m->lang, "PLAIN "));
	if (msg->ran != RAN_NOT && !msg->deleted)
		str_add(s, msg->ran == RAN_ASKED ? "$ " : "| ");
	if (msg->action && !msg->deleted)
		str_add(s, "* ");
	add_text(s, m, msg);
}

char *
bare_text(const struct model *m, struct now now, const struct conv *c)
{
	char day[WHEN_DAY_SIZE];
	struct str s = { 0 };
	int64_t before_ms = 0;
	uint64_t first = c->first_serial;

	if (c->next_serial - first > BARE_MESSAGES_MAX)
		first = c->next_serial - BARE_MESSAGES_MAX;
	for (uint64_t i = first; i < c->next_serial; i++) {
		const struct message *msg = conv_message(c, i);
		if (i == first || !when_same_day(before_ms, msg->arrived_ms))
			str_addf(&s, "-- %s\n",
			    when_day(
				m->lang, msg->arrived_ms, now.wall_ms, day));
		before_ms = msg->arrived_ms;
		add_message(&s, m, msg);
	}
	return str_take(&s);
}
