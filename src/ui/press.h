/* SPDX-License-Identifier: MIT */
/*
 * One key on its way to what it does. press.c has the table of actions; those
 * of one room stand in press_ROOM.c.
 */
#ifndef UI_PRESS_H
#define UI_PRESS_H

#include "ui/commands.h"
#include "ui/keymap.h"
#include "ui/state.h"

#include <stdbool.h>
#include <stdint.h>

struct press {
	struct ui *ui;
	const struct model *m;
	struct now now;
	const struct key *key;
	struct win *w;
	struct command cmd; /* COMMAND_NONE: none came out */
};

/* Of the conversation in view. */
uint32_t press_conv(const struct press *p);
/* Nothing is typed. */
bool press_is_empty(const struct press *p);
/* What a row of the keymap does; false: not for the screen. */
bool press_row(struct press *p, const struct keymap_row *row);
/* A line as if it were typed and sent, beside the draft. One that lacks
 * something is put into the line when that is empty. */
void press_line(struct press *p, const char *line);
/* A text for the conversation answers what it was to answer; a command is one
 * wherever it is typed. */
void press_take_aim(
    const struct press *p, struct command *cmd, const char *line);
/* press_message.c: a text to the clipboard, a link to be opened. */
void press_outside(struct press *p, struct entered *en);
/* Actions. */
void press_select(struct press *p);
void press_find(struct press *p);
void press_details(struct press *p);
void press_filter(struct press *p);
void press_bare(struct press *p);
void press_unread(struct press *p);
void press_mention_next(struct press *p);
void press_mention_previous(struct press *p);
/* Text behind the cursor of the draft; a sentence where it does not fit. */
void press_insert(struct press *p, const char *text, size_t size);

/* press_keys.c */

void do_prefix(struct press *p);
void do_jump(struct press *p);
/* Alt-J was pressed before: true when the key was for it. */
bool press_jump(struct press *p);
/* To that conversation, or it is said that there is none. */
void press_number(struct press *p, uint32_t number);
void press_tell_way_out(struct press *p);
void press_close(struct press *p);
void do_go(struct press *p);
void do_key_name(struct press *p);
/* Ctrl-X was pressed before: *ret_key is the key that counts. */
bool press_behind_prefix(struct press *p, struct key *ret_key);
/* After /bind: what the key did. */
void press_tell_bound(struct press *p);

#endif
