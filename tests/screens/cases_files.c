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

static struct transfer *
add_file(struct scene *s, const struct peer *p, const char *name, bool mine,
    enum transfer_state state)
{
	struct transfer *t = fixture_transfer(s->m, p, name, mine);

	t->state = state;
	return t;
}

static void
add_theirs(struct scene *s, const struct peer *ana)
{
	struct transfer *t = add_file(s, ana, "photos", false, TRANSFER_DONE);

	t->folder = true;
	t->files = 212;
	t->done = t->size;
	t->path = strdup("/home/mira/Downloads/photos");
	t->note = strdup("2 links were left out");
	t->started_mono_ms = FIXTURE_MONO_MS - 20000;
	t->ended_mono_ms = FIXTURE_MONO_MS - 8000;
	t = add_file(s, ana, "talk.odp", false, TRANSFER_PAUSED);
	t->paused_here = true;
	t->done = t->size / 2;
	t = add_file(s, ana, "core.img", false, TRANSFER_PAUSED);
	t->paused_here = true;
	t->done = t->size / 3;
	t->reason = strdup("the disk is full");
	t = add_file(s, ana, "night.log", false, TRANSFER_ACCEPTED);
	t->done = t->size / 5;
	t = add_file(s, ana, "old.zip", false, TRANSFER_FAILED);
	t->reason = strdup("it changed at the sender since");
	add_file(s, ana, "spam.txt", false, TRANSFER_REFUSED);
	t = add_file(s, ana, "music", false, TRANSFER_OFFERED);
	t->folder = true;
	t->files = 12;
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
}

static void
add_ours(struct scene *s, const struct peer *ana)
{
	struct transfer *t = add_file(s, ana, "a.iso", true, TRANSFER_RUNNING);

	t->size = UINT64_C(4700000000);
	t->done = UINT64_C(4100000000);
	t->rate = 118000000;
	t = add_file(s, ana, "b.iso", true, TRANSFER_PAUSED);
	t->paused_there = true;
	t->done = t->size / 4;
	t = add_file(s, ana, "c.iso", true, TRANSFER_PAUSED);
	t->paused_here = t->paused_there = true;
	t->done = t->size / 4;
	t = add_file(s, ana, "d.iso", true, TRANSFER_ACCEPTED);
	t->done = t->size / 10;
	add_file(s, ana, "e.iso", true, TRANSFER_REFUSED);
	t = add_file(s, ana, "f.iso", true, TRANSFER_CANCELLED);
	t->ended_there = true;
	t = add_file(s, ana, "g.iso", true, TRANSFER_DONE);
	t->done = t->size;
	t->started_mono_ms = FIXTURE_MONO_MS - 8040;
	t->ended_mono_ms = FIXTURE_MONO_MS - 8000;
	add_file(s, ana, "h.iso", true, TRANSFER_OFFERED);
}

void
case_files_theirs(struct scene *s)
{
	add_theirs(s, cases_populate(s));
	cases_open_ana(s);
}

void
case_files_ours(struct scene *s)
{
	add_ours(s, cases_populate(s));
	cases_open_ana(s);
}

/* Two run, and one is chosen of which there is more to say. */
void
case_files_all(struct scene *s)
{
	const struct peer *ana = cases_populate(s);

	add_ours(s, ana);
	add_theirs(s, ana);
	add_files(s, ana);
	cases_open_ana(s);
	scene_key(s, KEY_F1 + 4, 0);
	for (int i = 0; i < 6; i++)
		scene_key(s, KEY_DOWN_KEY, 0);
}

/* There is little to say of each, so there is room for their names; and a key
 * that means nothing for the chosen one has its answer. */
void
case_files_names(struct scene *s)
{
	const struct peer *ana = cases_populate(s);

	add_file(s, ana, "annual report 2026 (third draft).odt", false,
	    TRANSFER_CANCELLED);
	add_file(s, ana, "minutes of the meeting.pdf", true, TRANSFER_DONE);
	add_file(s, ana, "notes.txt", false, TRANSFER_DONE);
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
	cases_open_ana(s);
	scene_key(s, KEY_F1 + 4, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
	scene_key(s, 'p', 0);
}

/* The table has forgotten it, the history has not. */
void
case_files_past(struct scene *s)
{
	const struct peer *ana = cases_populate(s);
	struct conv *c = model_conv_edit(s->m, ana->conv);

	add_theirs(s, ana);
	for (size_t i = 0; i < s->m->transfer_count; i++) {
		struct transfer *t = s->m->transfers[i];
		conv_message_edit(c, c->next_serial - s->m->transfer_count + i)
		    ->file = t;
	}
	s->m->transfer_count = 0;
	cases_open_ana(s);
}
