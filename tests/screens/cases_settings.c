/* SPDX-License-Identifier: MIT */
#include "cases.h"

void
case_settings(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/set\n");
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
}

void
case_settings_find(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/set\nbell");
	scene_key(s, KEY_ENTER_KEY, 0);
}

void
case_settings_ask(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/set port\n\n");
	scene_type(s, "9\n");
}

void
case_without_boxes(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/set look.boxes off\n");
}

void
case_each_alone(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/set look.times off\n/set look.group off\n");
}
