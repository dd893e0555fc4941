/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "model_fixture.h"

static void
press_twice(struct scene *s, uint32_t code)
{
	scene_key(s, code, 0);
	scene_key(s, code, 0);
}

void
case_selected(struct scene *s)
{
	struct peer *ana = cases_populate(s);

	fixture_receive(s->m, ana, 2,
	    "ok found it, off by one in the broadcast "
	    "mask: see https://ci.lan/b/4413/log");
	fixture_send(s->m, ana, 1, "will look");
	cases_open_ana(s);
	scene_type(s, "a draft");
	scene_draw(s, 24, 80);
	scene_key(s, 'v', KEY_ALT);
	scene_type(s, "k");
}

void
case_message_menu(struct scene *s)
{
	case_selected(s);
	scene_key(s, KEY_ENTER_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
}

void
case_message_info(struct scene *s)
{
	case_selected(s);
	scene_type(s, "ji");
}

void
case_reply(struct scene *s)
{
	case_selected(s);
	scene_type(s, "r");
}

void
case_editing(struct scene *s)
{
	case_selected(s);
	scene_type(s, "je");
}

void
case_reacting(struct scene *s)
{
	case_selected(s);
	scene_type(s, "+");
}

void
case_forwarding(struct scene *s)
{
	case_selected(s);
	scene_type(s, "f");
	press_twice(s, KEY_DOWN_KEY);
}

void
case_deleting(struct scene *s)
{
	case_selected(s);
	scene_type(s, "jd");
}

static void
look_for(struct scene *s, const char *words)
{
	struct peer *ana = cases_populate(s);

	fixture_send(s->m, ana, 3, "the mask\xe2\x80\xa6 and the MASK again");
	fixture_receive(s->m, ana, 2, "off by one in the broadcast mask");
	for (int i = 0; i < 12; i++)
		fixture_receive(s->m, ana, 1, "something else");
	cases_open_ana(s);
	scene_type(s, "a draft");
	scene_draw(s, 24, 80);
	scene_key(s, 's', KEY_CTRL);
	scene_type(s, words);
	scene_draw(s, 24, 80);
}

void
case_finding(struct scene *s)
{
	look_for(s, "Mask");
	scene_key(s, KEY_UP_KEY, 0);
}

void
case_not_found(struct scene *s)
{
	look_for(s, "maskerade");
}

static void
show_found(struct scene *s, const char *query, size_t count)
{
	const struct peer *ana = s->m->peers[0], *bob = s->m->peers[1];
	const struct found_line lines[] = {
		{ .conv = bob->fp,
		    .from = bob->fp,
		    .row = 9,
		    .wall_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(5),
		    .name = "bob",
		    .text = "wear a mask" },
		{ .conv = ana->fp,
		    .row = 8,
		    .wall_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(50),
		    .mine = true,
		    .name = "ana",
		    .text = "which one of the\nMasks do you mean, the one that "
			    "is in the configuration, or the other mask?" },
		{ .from = ana->fp,
		    .row = 2,
		    .wall_ms = FIXTURE_WALL_MS - FIXTURE_MINUTES(5000),
		    .name = "ana",
		    .text = "it is off by one, I have looked at it for a "
			    "while and now I know: the broadcast mask" },
	};

	ui_show_found(s->ui, query, lines, count, false);
}

void
case_found(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	show_found(s, "-all mask*", 3);
	scene_key(s, KEY_DOWN_KEY, 0);
}

void
case_nothing_found(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	show_found(s, "quetzalcoatlus", 0);
}

void
case_details(struct scene *s)
{
	s->m->settings.look_details = true;
	cases_populate(s);
	cases_open_ana(s);
}
