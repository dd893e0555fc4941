/* SPDX-License-Identifier: MIT */
/*
 * The screen as a function: keys and the model in, cells and commands out. No
 * terminal, no clock, no environment (the time zone apart: localtime_r).
 * Conversations are referred to by id, peers by fingerprint.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "base/now.h"
#include "core/command.h"
#include "core/model.h"
#include "ui/grid.h"
#include "ui/keymap.h"
#include "ui/mouse.h"
#include "ui/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;

struct ui_cfg {
	bool ascii;          /* only ASCII in what we draw ourselves */
	bool first_start;    /* no identity existed before this run */
	const char *version; /* "0.1.0"; static storage */
};

/* Copies the cfg. */
struct ui *ui_new(const struct ui_cfg *cfg);
void ui_free(struct ui *ui);

/*
 * A key; paste (borrowed) is the text of KEY_PASTE and NULL else. True when a
 * command came out (caller: engine_command). One key yields at most one
 * command; ui_pending tells of more.
 */
bool ui_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, const char *paste, size_t paste_size,
    struct command *ret_cmd);
/* What a key would do now, for what only a terminal can: ACTION_SUSPEND,
 * ACTION_REDRAW. */
enum action ui_action(const struct ui *ui, const struct key *key);
/* What the mouse did, where it is ours (look.mouse); as ui_key. */
bool ui_mouse(struct ui *ui, const struct model *m, struct now now,
    const struct mouse *mouse, struct command *ret_cmd);
/* What REQUEST_HINTS gave out last, "" for nothing. Without this call there
 * are no hints. */
void ui_set_hints(struct ui *ui, const char *text);
/* What the cfg said, learnt later; true when it changed. */
bool ui_set_ascii(struct ui *ui, bool ascii);
/*
 * Commands that need no key: read marks of what was shown with focus, older
 * messages that the view comes near (COMMAND_OLDER), typing that timed out,
 * what is typed and not sent (COMMAND_DRAFT). Call after ui_draw until false.
 */
bool ui_pending(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd);
/* The next thing wanted of the world (caller: request_clear), or false. Call
 * after ui_key, ui_pending and ui_draw until false. */
bool ui_request(struct ui *ui, struct request *ret_request);
/* The text of REQUEST_EDITOR came back: it becomes the draft that was given
 * away. Of any origin. */
void ui_answer_editor(struct ui *ui, struct now now, const char *text);
/* What the path of REQUEST_PATHS can be; borrowed. Nothing happens when the
 * draft has changed since. */
void ui_answer_paths(struct ui *ui, const char *const *paths, size_t count);
/* The text of REQUEST_DROP is the path of something: as a whole it is sent, by
 * a line that Enter confirms. Nothing happens when the draft has changed since.
 */
void ui_answer_drop(struct ui *ui, const char *path);
/* A word of REQUEST_SPELL (whose other text is the language): known or not. */
void ui_answer_spell(struct ui *ui, const char *word, bool known);
/* A text that comes back with Ctrl-Y, and the sentence that says so. */
void ui_set_aside(
    struct ui *ui, struct now now, const char *text, const char *sentence);
/* Shows a sentence for a moment: what became of a request. */
void ui_tell(struct ui *ui, struct now now, const char *sentence);
/*
 * Shows the conversation with its first message of at least that row at the
 * top, as far as there are enough below it, and stays there. The row is in
 * memory by then.
 */
void ui_show_row(struct ui *ui, const struct model *m, struct now now,
    uint32_t conv, int64_t row);
/* What is said last in that conversation answers what was asked here; when it
 * is drawn next it is shown from its beginning. */
void ui_show_answer(struct ui *ui, const struct model *m, uint32_t conv);
/* One message that a search found. Texts are clean. */
struct found_line {
	struct fp conv; /* zero: nearby */
	struct fp from; /* who said it, where it was not us */
	int64_t row, wall_ms;
	bool mine;
	const char *name;   /* of whose conversation it is, or who shouted */
	const char *text;   /* "" under a closed seal */
	bool plain, sealed; /* in a legacy dialect; under a closed seal */
};
/* The answer to COMMAND_QUERY of a search with that text, newest first, maybe
 * none; more: there are others. Copied, and shown as a list. */
void ui_show_found(struct ui *ui, const char *query,
    const struct found_line *lines, size_t count, bool more);
/* Somebody is at another screen of this model: nobody is away because of this
 * one. */
void ui_elsewhere(struct ui *ui, struct now now);
/* Nobody will be at this one any more. True: a command, for who is away because
 * of it. */
bool ui_leave(struct ui *ui, const struct model *m, struct command *ret_cmd);
/* Draws the whole frame into the grid at its present size. */
void ui_draw(
    struct ui *ui, const struct model *m, struct now now, struct grid *g);
/* Only what is typed, into the grid of the last frame: a key is seen before the
 * rest is made. That is still due. False, and nothing drawn, where more than
 * the rows of the draft would change, which are those from ret_first on. */
bool ui_draw_draft(struct ui *ui, const struct model *m, struct now now,
    struct grid *g, int *ret_first);
/* The same in much less time, where all that was typed since the last frame is
 * a letter behind a draft of such: it is in the cell before the cursor, and no
 * other cell has changed. */
bool ui_draw_letter(struct ui *ui, const struct model *m, struct grid *g);
/* When the frame that was drawn last would change without input: the minute, a
 * typing notice, a flash; or a draft is to be kept. In the past once that time
 * has come. */
int64_t ui_deadline(const struct ui *ui, const struct model *m, struct now now);
/* True when the frame depends on something that changed since ui_draw. */
bool ui_is_dirty(const struct ui *ui, const struct model *m);

#endif
