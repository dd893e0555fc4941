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
