/* SPDX-License-Identifier: MIT */
/*
 * What stands over the chat until it is closed: help, the list of contacts, …
 * Each is a file view_NAME.c with a draw and a key function, and a row in the
 * table of overlay.c. None is a mode to be stuck in: a key that means nothing
 * there closes it and does what it always does.
 */
#ifndef UI_OVERLAY_H
#define UI_OVERLAY_H

#include "base/now.h"
#include "core/command.h"
#include "core/model.h"
#include "ui/edit.h"
#include "ui/key.h"
#include "ui/keymap.h"
#include "ui/layout.h"

#include <stdbool.h>
#include <stddef.h>

struct frame;
struct ui;

enum overlay {
	OVERLAY_NONE,
	OVERLAY_HELP,
	OVERLAY_CONTACTS,
	OVERLAY_MESSAGE,
	OVERLAY_MESSAGE_INFO,
	OVERLAY_FOUND,
	OVERLAY_SENT,
	OVERLAY_SETTINGS,
	OVERLAY_CAPTURE,
	OVERLAY_GO,
	OVERLAY_URLS,
	OVERLAY_TRANSFERS,
	OVERLAY_COUNT,
};

struct overlay_spec {
	enum action action; /* its key closes it, too; ACTION_NONE */
	bool filter;        /* text keys go into the filter */
	bool raw;           /* every key is for it, Escape too */
	bool boxed;         /* the chat is drawn behind it */
	void (*draw)(const struct frame *f);
	/* True: it was for the overlay. Escape and the key that opened it never
	 * come here. */
	bool (*key)(struct ui *ui, const struct model *m, struct now now,
	    const struct key *key, struct command *ret_cmd);
	void (*close)(struct ui *ui); /* frees what it held; NULL: nothing */
	/* Before a frame, as the model may have changed; NULL: nothing. */
	void (*settle)(struct ui *ui, const struct model *m);
};

/* A list with a place in it, of whichever overlay is open. */
struct overlay_list {
	size_t row; /* chosen, or the first line shown */
	/* Who is chosen, of a list of people: it moves when somebody comes, and
	 * Enter means whom one sees. */
	bool has_chosen;
	struct fp chosen;
	/* Of a list of messages, the first that came after it was opened; 0:
	 * not drawn yet. What comes would move the others under the hand. */
	uint64_t before;
	struct edit *filter; /* owned; NULL until something is open */
	/* A value that is asked for, in place of the filter: Escape ends this
	 * and not the overlay. Owned; NULL: none is. */
	struct edit *prompt;
	char *label;     /* owned; before it */
	char *complaint; /* owned; what is wrong with it, or NULL */
};

const struct overlay_spec *overlay_spec(enum overlay which);
/* From its start, whatever was open before. */
void overlay_open(struct ui *ui, enum overlay which);
void overlay_close(struct ui *ui);
void overlay_free(struct ui *ui);
void overlay_draw(const struct frame *f);
void overlay_settle(struct ui *ui, const struct model *m);
/* True when the key was for the overlay. */
bool overlay_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
/* A paste goes into the filter; false: there is none. */
bool overlay_paste(struct ui *ui, const char *text, size_t size);

/* For the key functions. */

/* What was typed to choose among the rows; "" for nothing. */
const char *overlay_filter(const struct ui *ui);
/* Up, Down, Ctrl-P, Ctrl-N, PgUp, PgDn, and Home and End where nothing is
 * typed, among count rows. False for any other key. */
bool overlay_move(
    struct ui *ui, const struct model *m, const struct key *key, size_t count);
/* Every word, parted by blanks, is in one of the texts, whatever its case; a
 * NULL ends them. */
bool overlay_matches(const char *filter, const char *const *texts);

/* Asks for a value in the row of the filter; label is copied. */
void overlay_ask(struct ui *ui, const char *label, const char *text);
/* Takes the sentence; what was typed stays. */
void overlay_complain(struct ui *ui, char *sentence);
void overlay_end_ask(struct ui *ui);

/* As if it was typed. */
void overlay_set_filter(struct ui *ui, const char *text);

/* For the draw functions. */

struct panel {
	const char *title;
	const char *hint;   /* "Enter opens, Esc goes back" */
	size_t count, all;  /* rows that match, and all; 0: not told */
	size_t rows_wanted; /* of a box that need not be larger; 0: any */
};

/* Draws the frame and the filter, with the cursor in it; where the rows of the
 * list go, maybe none. */
struct rect overlay_panel(const struct frame *f, const struct panel *p);
/* The first row shown, so that the chosen one is in view. */
size_t overlay_first(const struct frame *f, size_t count, int rows);

/* The row is where who was chosen stands now, at(list, i) of count; NULL is
 * nobody. False when that one is gone. */
bool overlay_follow(struct ui *ui,
    const struct fp *(*at)(const void *list, size_t i), const void *list,
    size_t count);
/* Who stands at the row is chosen from now on. */
void overlay_choose(struct ui *ui,
    const struct fp *(*at)(const void *list, size_t i), const void *list,
    size_t count);
/* Both: before a frame. */
void overlay_stay(struct ui *ui,
    const struct fp *(*at)(const void *list, size_t i), const void *list,
    size_t count);

#endif
