/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "core/model_edit.h"
#include "model_fixture.h"

#include <string.h>

/* One of each that people meet. */
static void
add_files(struct scene *s, const struct peer *ana)
{
	struct transfer *t =
	    fixture_transfer(s->m, ana, "minutes of the meeting.pdf", true);

	t->state = TRANSFER_DONE;
	t->done = t->size;
	t = fixture_transfer(s->m, ana, "notes.txt", false);
	t->state = TRANSFER_FAILED;
	t->reason = strdup("nothing moved for two minutes");
	t = fixture_transfer(s->m, ana, "trace.tgz", false);
	t->state = TRANSFER_RUNNING;
	t->done = t->size * 61 / 100;
	t->rate = 82000;
	t = fixture_transfer(s->m, ana, "holiday.jpg.exe", false);
	t->state = TRANSFER_OFFERED;
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
}

void
case_files(struct scene *s)
{
	add_files(s, cases_populate(s));
	cases_open_ana(s);
	scene_key(s, KEY_F1 + 4, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
}

void
case_files_none(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_key(s, KEY_F1 + 4, 0);
}

void
case_files_talk(struct scene *s)
{
	add_files(s, cases_populate(s));
	cases_open_ana(s);
}
