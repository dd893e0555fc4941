/* SPDX-License-Identifier: MIT */
/*
 * The input line: a draft of one or more lines with a cursor, as readline
 * users expect it. Pure; positions are byte offsets between grapheme clusters,
 * lines are parted by \n. The text is always valid UTF-8 without controls.
 */
#ifndef UI_EDIT_H
#define UI_EDIT_H

#include "ui/key.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	EDIT_TEXT_MAX = 65536,    /* bytes of a draft */
	EDIT_UNDO_MAX = 256,      /* changes that can be undone */
	EDIT_UNDO_BYTES = 524288, /* text kept for them */
	EDIT_HISTORY_MAX = 200,   /* lines remembered */
	EDIT_HISTORY_BYTES = 524288,
	EDIT_KILLS_MAX = 16,
};

enum edit_action {
	EDIT_NONE,
	EDIT_LEFT,
	EDIT_RIGHT,
	EDIT_WORD_LEFT,
	EDIT_WORD_RIGHT,
	EDIT_HOME, /* of the line; again: of the draft */
	EDIT_END,
	EDIT_UP, /* a line, from the first line into the history */
	EDIT_DOWN,
	EDIT_HISTORY_OLDER,
	EDIT_HISTORY_NEWER,
	EDIT_NEWLINE,
	EDIT_BACKSPACE,
	EDIT_DELETE,
	EDIT_KILL_START, /* kills go into the ring; one after another join */
	EDIT_KILL_END,
	EDIT_KILL_WORD,
	EDIT_KILL_WORD_BACK,
	EDIT_KILL_BLANK_BACK, /* to the blank before the cursor */
	EDIT_KILL_ALL,
	EDIT_YANK,
	EDIT_YANK_POP, /* only right after a yank */
	EDIT_UNDO,
	EDIT_REDO,
	EDIT_TRANSPOSE,
	EDIT_TRANSPOSE_WORD,
	EDIT_CAPITALISE,
	EDIT_LITERAL, /* the next key goes to edit_literal */
	EDIT_ACTION_COUNT,
};

struct edit;

/* What was killed, shared by all drafts of a screen. */
struct edit_kills;

struct edit_kills *edit_kills_new(void);
void edit_kills_free(struct edit_kills *kills);

/* Borrows kills, which must outlive it. */
struct edit *edit_new(struct edit_kills *kills);
void edit_free(struct edit *e);

/* NUL-terminated; valid until the next change. ret_size may be NULL. */
const char *edit_text(const struct edit *e, size_t *ret_size);
/* A byte offset between clusters. */
size_t edit_cursor(const struct edit *e);
/* Moved to the start of the cluster it falls into; at most the size. */
void edit_set_cursor(struct edit *e, size_t at);
/* True while EDIT_LITERAL waits for its key. */
bool edit_is_literal(const struct edit *e);
/* Changes whenever the text does. */
unsigned edit_revision(const struct edit *e);

/*
 * Text at the cursor, of any origin: bad UTF-8 becomes U+FFFD, CR and CRLF
 * become \n, a tab blanks, other controls their pictures (U+2400). 0, or
 * ERR_LIMIT with nothing inserted. Code points typed one after another are
 * undone by the word.
 */
int edit_insert(struct edit *e, const char *text, size_t n);
/* Ends EDIT_LITERAL: the key itself as text. */
int edit_literal(struct edit *e, const struct key *key);
/* Puts text, cleaned as above, for the bytes from .. to, and for what is left
 * of clusters cut there; the cursor goes behind it. One undo. 0 or ERR_LIMIT.
 */
int edit_replace(
    struct edit *e, size_t from, size_t to, const char *text, size_t n);
/* The whole text, cursor at its end; one undo. */
int edit_set(struct edit *e, const char *text, size_t n);
/* After sending: empty, no undo, history at its newest. */
void edit_clear(struct edit *e);
/* True when the text or the cursor changed. */
bool edit_do(struct edit *e, enum edit_action action);
/* Remembers a line, unless empty or equal to the newest. */
void edit_history_add(struct edit *e, const char *text, size_t n);

#endif
