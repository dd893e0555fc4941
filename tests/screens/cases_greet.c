/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "core/model_edit.h"
#include "model_fixture.h"

#include <stdio.h>

/* What one wrote to oneself, and while nothing is written yet. */
void
case_notes(struct scene *s)
{
	struct peer *notes = model_notes_add(s->m);
	struct fixture_message note = {
		.text = "the printer on the second floor wants a new drum",
		.mine = true,
		.delivery = DELIVERY_DELIVERED,
		.minutes_ago = 5,
	};

	cases_populate(s);
	model_conv_open(s->m, notes);
	fixture_add(s->m, notes->conv, NULL, &note);
	note.text = "milk, bread, 电池";
	note.minutes_ago = 1;
	fixture_add(s->m, notes->conv, NULL, &note);
	scene_key(s, '0', KEY_ALT);
}

void
case_notes_empty(struct scene *s)
{
	model_notes_add(s->m);
	cases_populate(s);
	scene_key(s, '0', KEY_ALT);
}

/* The only one there gets what is typed nearby, if Enter is pressed again. */
void
case_offer(struct scene *s)
{
	fixture_peer(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_type(s, "hello, is this thing on?\n");
}

/* Away and not to be disturbed; bob is muted, and somebody said our name. */
void
case_quiet(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	struct peer *bob = s->m->peers[1];
	struct fixture_message shout = {
		.text = "mira, the parcel is at the door",
		.kind = MESSAGE_SHOUT,
		.minutes_ago = 3,
	};

	bob->muted_ms = INT64_MAX;
	s->m->peers[2]->muted_ms = INT64_MAX;
	s->m->away = true;
	s->m->settings.notify_quiet = true;
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	cases_open_ana(s);
}

void
case_ignored(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	struct fixture_message shout = {
		.text = "lunch menu: soup, and soup with bread",
		.kind = MESSAGE_SHOUT,
		.minutes_ago = 3,
	};

	scene_type(s, "/ignore lunch\n");
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	shout.text = "the lift works again";
	shout.minutes_ago = 2;
	fixture_add(s->m, CONV_NEARBY, ana, &shout);
}

/* Longer than a shout may be. */
void
case_long_draft(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/shout ");
	for (int i = 0; i < 104; i++)
		scene_type(s, "again ");
}

/* A family, a skin tone, a flag, a heart, and one without a name. */
static void
emoji(struct scene *s, const char *look)
{
	struct peer *ana = cases_populate(s);
	struct conv *c = model_conv_edit(s->m, ana->conv);

	fixture_receive(s->m, ana, 9,
	    "👨‍👩‍👧 went up 🚀🎉 with 👍🏽 and 🇳🇴, ❤️ and 🪿; all of them "
	    "were back for lunch 🍕🍕🍕");
	snprintf(conv_message_edit(c, c->next_serial - 1)->reactions[1],
	    REACTION_SIZE, "%s", "🎉");
	cases_open_ana(s);
	scene_type(s, look);
}

void
case_emoji_simple(struct scene *s)
{
	emoji(s, "/set look.emoji simple\n");
}

void
case_emoji_text(struct scene *s)
{
	emoji(s, "/set look.emoji text\n");
}
