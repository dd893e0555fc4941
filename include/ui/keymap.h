/* SPDX-License-Identifier: MIT */
/*
 * The table of keys, from which come dispatch, the help, and the man page's
 * check. One row for each action.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "base/lang.h"
#include "core/settings.h"
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
	ACTION_INTERRUPT,  /* kills the draft; on an empty one: /quit */
	ACTION_ESCAPE,     /* closes what is open; never deletes text */
	ACTION_SENT,       /* looks through all that was sent */
	ACTION_SENT_OLDER, /* what was sent before, to anybody */
	ACTION_SENT_NEWER,
	ACTION_EDITOR, /* the draft in $EDITOR */
	ACTION_SELECT, /* message mode */
	ACTION_FIND,   /* in the conversation; there: the next one */
	ACTION_DETAILS,
	ACTION_FILTER, /* what /ignore names, shown or not */
	ACTION_BARE,   /* the conversation as plain lines */
	ACTION_UNREAD, /* to the first that was not read */
	ACTION_MENTION_NEXT,
	ACTION_MENTION_PREVIOUS,
	ACTION_REDRAW,
	ACTION_SUSPEND,
	ACTION_HELP,
	ACTION_CONTACTS,
	ACTION_TRANSFERS,
	ACTION_JUMP,     /* to a conversation by its number, typed */
	ACTION_GO,       /* to somebody or something by a few letters */
	ACTION_KEY_NAME, /* tells what the next key does */
	ACTION_PREFIX,   /* the next key counts with KEY_PREFIX */
	ACTION_LINE,     /* a command that the user bound: the row's line */
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
	bool fixed;        /* nothing else may be bound to its keys */
	const char *line;  /* of ACTION_LINE, else NULL */
	const char *name;  /* "kill-word" */
	const char *gloss; /* "kill the word behind the cursor" */
	struct key keys[KEYMAP_KEYS_MAX]; /* ends early with code 0 */
};

/* What the user bound to a key. */
struct binding {
	struct key key;
	const struct keymap_row *row; /* NULL: nothing */
	struct keymap_row line;       /* where row points for a command */
	char text[];
};

/* All keys as they are now; zeroed it is the table alone. */
struct keymap {
	struct binding **own; /* owned */
	size_t count, cap;
	bool ctrl_j_sends;       /* keys.ctrl_j */
	const struct lang *lang; /* of the sentences */
};

void keymap_clear(struct keymap *km);
/* "alt-x = /who", "f6 = news", "ctrl-t = none"; in place of what was bound to
 * the key. 0, or a negative enum err with a sentence (caller frees). */
int keymap_bind(struct keymap *km, const char *text, char **ret_error);
/* Back to the table; false: nothing was bound. */
bool keymap_unbind(struct keymap *km, struct key key);
/* All of the settings, in place of what was. NULL, or the sentence for the
 * first that cannot be (caller frees). */
char *keymap_load(struct keymap *km, const struct settings *s);
/* What a key does, as a sentence. The caller frees. */
char *keymap_sentence(const struct keymap *km, struct key key);
/* Bytes of the name of a key at the start of a text: "ctrl-x k" has two words.
 */
size_t keymap_key_size(const char *text, size_t n);
/* NULL for a key that is bound to nothing: text, or to be ignored. */
const struct keymap_row *keymap_find(
    const struct keymap *km, const struct key *key);
/* The keys that do it now, those of the user first; at most max. */
size_t keymap_keys(const struct keymap *km, const struct keymap_row *row,
    struct key *keys, size_t max);
/* The name of the first of them, "" where there is none. Returns out. */
const char *keymap_key_text(
    const struct keymap *km, enum action action, char out[static KEY_TEXT_MAX]);
/* The name of a key that may be bound. 0, or a negative enum err with a
 * sentence (caller frees). */
int keymap_check_key(const struct lang *l, const char *text, size_t n,
    struct key *ret_key, char **ret_error);

/* The table. */
const struct keymap_row *keymap_rows(size_t *ret_count);
/* Exactly this key, in the table; NULL. */
const struct keymap_row *keymap_default(const struct key *key);
/* NULL where there is no such name. */
const struct keymap_row *keymap_row_named(const char *name, size_t n);
/* The first row with it; NULL. */
const struct keymap_row *keymap_row_of(enum action action);
/* The same; for ACTION_EDIT, which one of the line's own. */
const struct keymap_row *keymap_row_doing(
    enum action action, enum edit_action edit);
/* 1 .. 10 for a key of ACTION_NUMBER, else 0. */
int keymap_number(const struct key *key);

/* "Ctrl-A", "Alt-/", "Shift-Tab", "PgUp", "é"; "" for what is no key press. */
void key_text(struct key key, char out[static KEY_TEXT_MAX]);
/* The same backwards, in any case: "alt-x", "Ctrl-X ctrl-e", "f5". */
bool key_parse(const char *text, size_t n, struct key *ret_key);
/* True for a code point typed as it is, to be inserted. */
bool key_is_text(const struct key *key);

#endif
