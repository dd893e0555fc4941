/* SPDX-License-Identifier: MIT */
/*
 * The table of keys, from which come dispatch, the help, and the man page's
 * check. One row for each action.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "ui/edit.h"
#include "ui/key.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	KEYMAP_KEYS_MAX = 10, /* keys of one action */
	KEY_TEXT_MAX = 32,    /* bytes of a key's name, with the NUL */
};

enum action {
	ACTION_NONE,
	ACTION_EDIT, /* for the draft: the row's edit tells what */
	ACTION_SEND,
	ACTION_COMPLETE, /* on an empty line the same as ACTION_NEWS */
	ACTION_COMPLETE_BACK,
	ACTION_NUMBER, /* conversation 1 .. 10: keymap_number() */
	ACTION_NEWS,   /* next conversation with something unread, then back */
	ACTION_LAST,   /* the conversation shown before */
	ACTION_NEXT,
	ACTION_PREVIOUS,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_SCROLL_UP, /* a few lines */
	ACTION_SCROLL_DOWN,
	ACTION_TOP,
	ACTION_BOTTOM,
	ACTION_INTERRUPT, /* kills the draft; on an empty one: /quit */
	ACTION_ESCAPE,    /* closes what is open; never deletes text */
	ACTION_EDITOR, /* the draft in $EDITOR */
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_HELP,
	ACTION_CONTACTS,
	ACTION_COUNT,
};

enum keymap_context {
	KEYMAP_EDIT,   /* in the input line */
	KEYMAP_GLOBAL, /* anywhere */
};

struct keymap_row {
	enum action action;
	enum edit_action edit; /* of ACTION_EDIT, else EDIT_NONE */
	enum keymap_context context;
	const char *name;  /* "kill-word" */
	const char *gloss; /* "kill the word behind the cursor" */
	struct key keys[KEYMAP_KEYS_MAX]; /* ends early with code 0 */
};

/* NULL for a key that is bound to nothing: text, or to be ignored. */
const struct keymap_row *keymap_find(const struct key *key);
const struct keymap_row *keymap_rows(size_t *ret_count);
/* 1 .. 10 for a key of ACTION_NUMBER, else 0. */
int keymap_number(const struct key *key);

/* "Ctrl-A", "Alt-/", "Shift-Tab", "PgUp", "é"; "" for what is no key press. */
void key_text(struct key key, char out[static KEY_TEXT_MAX]);
/* True for a code point typed as it is, to be inserted. */
bool key_is_text(const struct key *key);

#endif
