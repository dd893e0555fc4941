/* SPDX-License-Identifier: MIT */
#include "ui/request.h"

#include "base/mem.h"
#include "ui/state.h"

#include <stdlib.h>
#include <string.h>

void
request_clear(struct request *r)
{
	free(r->text);
	free(r->more);
	*r = (struct request){ 0 };
}

/* What nobody pulled is not worth more memory than this. */
void
request_add(
    struct ui *ui, enum request_kind kind, const char *text, const char *more)
{
	if (ui->request_count == REQUESTS_MAX)
		return;
	ui->requests[ui->request_count++] = (struct request){
		.kind = kind,
		.text = xstrdup(text),
		.more = more == NULL ? NULL : xstrdup(more),
	};
}

bool
ui_request(struct ui *ui, struct request *ret_request)
{
	if (ui->request_count == 0)
		return false;
	*ret_request = ui->requests[0];
	memmove(ui->requests, ui->requests + 1,
	    --ui->request_count * sizeof(ui->requests[0]));
	return true;
}

void
requests_free(struct ui *ui)
{
	for (size_t i = 0; i < ui->request_count; i++)
		request_clear(&ui->requests[i]);
	ui->request_count = 0;
}

void
request_editor(struct ui *ui)
{
	ui->editor_fp = ui->current;
	request_add(
	    ui, REQUEST_EDITOR, edit_text(win_current(ui)->edit, NULL), NULL);
}

void
ui_set_aside(
    struct ui *ui, struct now now, const char *text, const char *sentence)
{
	struct edit *e = edit_new(ui->kills);

	edit_set(e, text, strlen(text));
	edit_do(e, EDIT_KILL_ALL);
	edit_free(e);
	ui_flash(ui, now, sentence);
}

void
ui_answer_editor(struct ui *ui, struct now now, const char *text)
{
	const struct win *w = win_find(ui, &ui->editor_fp);

	ui->dirty = true;
	attention_here(ui, now);
	/* Where it was for somebody who is gone, it comes up in no other
	 * draft. */
	if (w == NULL) {
		ui_set_aside(ui, now, text,
		    say(ui->keymap.lang,
			"what you had typed comes back with Ctrl-Y"));
		return;
	}
	edit_set(w->edit, text, strlen(text));
	ui->typed = true;
	ui->typed_ms = now.mono_ms;
}

void
ui_tell(struct ui *ui, struct now now, const char *sentence)
{
	ui_flash(ui, now, sentence);
}
