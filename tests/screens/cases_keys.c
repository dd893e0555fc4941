/* SPDX-License-Identifier: MIT */
/*
 * Keys about keys, and ways to go.
 */
#include "cases.h"

#include "core/model_edit.h"
#include "model_fixture.h"

void
case_go(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_key(s, 'g', KEY_ALT);
}

void
case_go_letters(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_key(s, 'k', KEY_CTRL);
	scene_type(s, "on");
}

void
case_go_command(struct scene *s)
{
	cases_populate(s);
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "/re");
	scene_key(s, KEY_DOWN_KEY, 0);
}

void
case_go_nowhere(struct scene *s)
{
	cases_populate(s);
	scene_key(s, 'g', KEY_ALT);
	scene_type(s, "zeppelin");
}

void
case_capture(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/bind -capture\n");
}

void
case_prefix(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/bind ctrl-x k /who\n");
	scene_key(s, 'x', KEY_CTRL);
	s->now.mono_ms += 600;
}

void
case_key_name(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_key(s, 'k', KEY_ALT);
	scene_key(s, 'a', KEY_ALT);
}

void
case_urls(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/urls\n");
}

void
case_jump(struct scene *s)
{
	for (unsigned i = 0; i < 12; i++)
		fixture_contact(s->m, "somebody", PRESENCE_ONLINE, 20 + i);
	scene_key(s, 'j', KEY_ALT);
	scene_type(s, "1");
}

void
case_contacts_find(struct scene *s)
{
	cases_populate(s);
	scene_key(s, KEY_F1 + 1, 0);
	scene_type(s, "a");
	scene_key(s, KEY_DOWN_KEY, 0);
}

void
case_help_find(struct scene *s)
{
	cases_populate(s);
	scene_key(s, KEY_F1, 0);
	scene_type(s, "react");
}

void
case_help_topic(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/help reply\n");
}

void
case_hint(struct scene *s)
{
	ui_set_hints(s->ui, "");
	cases_populate(s);
}
