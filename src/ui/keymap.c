/* SPDX-License-Identifier: MIT */
/*
 * Inside the line the keys are readline's; between conversations they are
 * those of weechat and irssi where these agree.
 */
#include "ui/keymap.h"

#include <string.h>
#include <strings.h>

#define CTRL(c) \
	{ \
		(c), KEY_CTRL \
	}
#define ALT(c) \
	{ \
		(c), KEY_ALT \
	}
#define SHIFT(c) \
	{ \
		(c), KEY_SHIFT \
	}
#define AFTER_X(c) \
	{ \
		(c), KEY_PREFIX | KEY_CTRL \
	}
#define KEY(c) \
	{ \
		(c), 0 \
	}
#define DRAFT(what) ACTION_EDIT, what, KEYMAP_EDIT, false, NULL
#define LINE(what) what, EDIT_NONE, KEYMAP_EDIT, false, NULL
#define ANYWHERE(what) what, EDIT_NONE, KEYMAP_GLOBAL, false, NULL
/* Nothing else may be bound to its keys. */
#define FIXED(what) what, EDIT_NONE, KEYMAP_GLOBAL, true, NULL

/* In the order of the help. A terminal that reports all modifiers sends Ctrl-M,
 * Ctrl-I and Ctrl-[ as keys of their own. */
static const struct keymap_row rows[] = {
	{ FIXED(ACTION_SEND), "send", N_("send the text or run the command"),
	    { KEY(KEY_ENTER_KEY), CTRL('m') } },
	{ DRAFT(EDIT_NEWLINE), "newline", N_("start a new line in the text"),
	    { CTRL('j'), ALT(KEY_ENTER_KEY), SHIFT(KEY_ENTER_KEY) } },
	{ LINE(ACTION_COMPLETE), "complete",
	    N_("complete a command or a name; on an empty line as Alt-A"),
	    { KEY(KEY_TAB_KEY), CTRL('i') } },
	{ LINE(ACTION_COMPLETE_BACK), "complete-back",
	    N_("the completion before this one"), { SHIFT(KEY_TAB_KEY) } },
	{ LINE(ACTION_INTERRUPT), "interrupt",
	    N_("kill the whole text; on an empty line offer to quit"),
	    { CTRL('c') } },
	{ FIXED(ACTION_ESCAPE), "escape",
	    N_("close what is open; never deletes text"),
	    { KEY(KEY_ESCAPE), CTRL('['), CTRL('g') } },

	{ DRAFT(EDIT_LEFT), "left", N_("a character to the left"),
	    { KEY(KEY_LEFT_KEY), CTRL('b') } },
	{ DRAFT(EDIT_RIGHT), "right", N_("a character to the right"),
	    { KEY(KEY_RIGHT_KEY), CTRL('f') } },
	{ DRAFT(EDIT_WORD_LEFT), "word-left", N_("a word to the left"),
	    { ALT('b'), CTRL(KEY_LEFT_KEY) } },
	{ DRAFT(EDIT_WORD_RIGHT), "word-right", N_("a word to the right"),
	    { ALT('f'), CTRL(KEY_RIGHT_KEY) } },
	{ DRAFT(EDIT_HOME), "home", N_("to the start of the line"),
	    { KEY(KEY_HOME_KEY), CTRL('a') } },
	{ DRAFT(EDIT_END), "end", N_("to the end of the line"),
	    { KEY(KEY_END_KEY), CTRL('e') } },
	{ DRAFT(EDIT_UP), "up", N_("a line up, then what you sent before"),
	    { KEY(KEY_UP_KEY) } },
	{ DRAFT(EDIT_DOWN), "down", N_("a line down, then what you sent after"),
	    { KEY(KEY_DOWN_KEY) } },
	{ LINE(ACTION_SENT_OLDER), "history-older",
	    N_("what you sent before, to anybody"), { CTRL(KEY_UP_KEY) } },
	{ LINE(ACTION_SENT_NEWER), "history-newer",
	    N_("what you sent after, to anybody"), { CTRL(KEY_DOWN_KEY) } },
	{ LINE(ACTION_SENT), "history-search",
	    N_("look through what you sent, to anybody"), { CTRL('r') } },

	{ DRAFT(EDIT_BACKSPACE), "backspace",
	    N_("delete the character before the cursor"),
	    { KEY(KEY_BACKSPACE_KEY), CTRL('h') } },
	{ DRAFT(EDIT_DELETE), "delete",
	    N_("delete the character at the cursor"),
	    { KEY(KEY_DELETE), CTRL('d') } },
	{ DRAFT(EDIT_KILL_START), "kill-start",
	    N_("kill to the start of the line"), { CTRL('u') } },
	{ DRAFT(EDIT_KILL_END), "kill-end", N_("kill to the end of the line"),
	    { CTRL('k') } },
	{ DRAFT(EDIT_KILL_WORD), "kill-word",
	    N_("kill the word behind the cursor"),
	    { ALT('d'), CTRL(KEY_DELETE), ALT(KEY_DELETE) } },
	{ DRAFT(EDIT_KILL_WORD_BACK), "kill-word-back",
	    N_("kill the word before the cursor"),
	    { ALT(KEY_BACKSPACE_KEY), CTRL(KEY_BACKSPACE_KEY) } },
	{ DRAFT(EDIT_KILL_BLANK_BACK), "kill-blank-back",
	    N_("kill to the blank before the cursor"), { CTRL('w') } },
	{ DRAFT(EDIT_YANK), "yank", N_("insert what was killed last"),
	    { CTRL('y') } },
	{ DRAFT(EDIT_YANK_POP), "yank-pop",
	    N_("instead of what was just inserted, what was killed before"),
	    { ALT('y') } },
	{ DRAFT(EDIT_UNDO), "undo", N_("undo the last change"),
	    { CTRL('_'), CTRL('/'), AFTER_X('u') } },
	{ DRAFT(EDIT_REDO), "redo", N_("do again what was undone"),
	    { ALT('_') } },
	{ DRAFT(EDIT_TRANSPOSE), "transpose", N_("swap two characters"),
	    { CTRL('t') } },
	{ DRAFT(EDIT_TRANSPOSE_WORD), "transpose-word", N_("swap two words"),
	    { ALT('t') } },
	{ DRAFT(EDIT_CAPITALISE), "capitalise", N_("capitalise the word"),
	    { ALT('c') } },
	{ DRAFT(EDIT_LITERAL), "literal", N_("insert the next key as it is"),
	    { CTRL('v') } },

	{ LINE(ACTION_EDITOR), "editor", N_("edit the text in $EDITOR"),
	    { ALT('e'), AFTER_X('e') } },

	{ ANYWHERE(ACTION_NUMBER), "number", N_("conversation 1 to 10"),
	    { ALT('1'), ALT('2'), ALT('3'), ALT('4'), ALT('5'), ALT('6'),
		ALT('7'), ALT('8'), ALT('9'), ALT('0') } },
	{ ANYWHERE(ACTION_GO), "go",
	    N_("go to somebody by a few letters; / for a command"),
	    { ALT('g') } },
	{ ANYWHERE(ACTION_JUMP), "jump", N_("and a number: that conversation"),
	    { ALT('j') } },
	{ ANYWHERE(ACTION_NEWS), "news",
	    N_("the next conversation with news, at last back where you began"),
	    { ALT('a') } },
	{ ANYWHERE(ACTION_LAST), "last", N_("the conversation shown before"),
	    { ALT('/') } },
	{ ANYWHERE(ACTION_NEXT), "next", N_("the next conversation"),
	    { CTRL('n'), ALT(KEY_DOWN_KEY), ALT(KEY_RIGHT_KEY) } },
	{ ANYWHERE(ACTION_PREVIOUS), "previous",
	    N_("the previous conversation"),
	    { CTRL('p'), ALT(KEY_UP_KEY), ALT(KEY_LEFT_KEY) } },
	{ ANYWHERE(ACTION_PAGE_UP), "page-up", N_("a page back"),
	    { KEY(KEY_PAGE_UP) } },
	{ ANYWHERE(ACTION_PAGE_DOWN), "page-down", N_("a page on"),
	    { KEY(KEY_PAGE_DOWN) } },
	{ ANYWHERE(ACTION_SCROLL_UP), "scroll-up", N_("a few lines back"),
	    { ALT(KEY_PAGE_UP) } },
	{ ANYWHERE(ACTION_SCROLL_DOWN), "scroll-down", N_("a few lines on"),
	    { ALT(KEY_PAGE_DOWN) } },
	{ ANYWHERE(ACTION_TOP), "top", N_("to the oldest message"),
	    { ALT(KEY_HOME_KEY), CTRL(KEY_HOME_KEY), ALT('<') } },
	{ ANYWHERE(ACTION_BOTTOM), "bottom", N_("to the newest message"),
	    { ALT(KEY_END_KEY), CTRL(KEY_END_KEY), ALT('>') } },

	{ ANYWHERE(ACTION_SELECT), "select",
	    N_("select a message, as Esc on an empty line"), { ALT('v') } },
	{ ANYWHERE(ACTION_UNREAD), "unread", N_("to the first unread message"),
	    { ALT('u') } },
	{ ANYWHERE(ACTION_MENTION_NEXT), "mention-next",
	    N_("to the next message with your name"), { ALT('n') } },
	{ ANYWHERE(ACTION_MENTION_PREVIOUS), "mention-previous",
	    N_("to the message with your name before"), { ALT('p') } },

	{ ANYWHERE(ACTION_FIND), "find", N_("find words in this conversation"),
	    { CTRL('s'), KEY(KEY_F1 + 2) } },
	{ ANYWHERE(ACTION_BARE), "bare",
	    N_("this conversation as plain text, to be selected"),
	    { ALT('l') } },
	{ ANYWHERE(ACTION_FILTER), "filter",
	    N_("show or hide what /ignore names"), { ALT('=') } },
	{ ANYWHERE(ACTION_DETAILS), "details",
	    N_("show or hide the details beside the chat"),
	    { KEY(KEY_F1 + 3) } },

	{ ANYWHERE(ACTION_HELP), "help", N_("show the help"), { KEY(KEY_F1) } },
	{ ANYWHERE(ACTION_CONTACTS), "contacts", N_("show the contacts"),
	    { KEY(KEY_F1 + 1) } },
	{ ANYWHERE(ACTION_TRANSFERS), "files", N_("show files on their way"),
	    { KEY(KEY_F1 + 4) } },
	{ FIXED(ACTION_PREFIX), "prefix",
	    N_("begins keys of two: the next one tells which"), { CTRL('x') } },
	{ ANYWHERE(ACTION_KEY_NAME), "key-name", N_("tell what a key does"),
	    { ALT('k') } },
	{ ANYWHERE(ACTION_REDRAW), "redraw", N_("draw the screen afresh"),
	    { CTRL('l') } },
	{ ANYWHERE(ACTION_SUSPEND), "suspend",
	    N_("back to the shell; fg returns"), { CTRL('z') } },
};

static const struct keymap_row *
find_exact(struct key key)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct key *keys = rows[i].keys;
		for (size_t j = 0; j < KEYMAP_KEYS_MAX && keys[j].code != 0;
		     j++)
			if (keys[j].code == key.code &&
			    keys[j].mods == key.mods)
				return &rows[i];
	}
	return NULL;
}

const struct keymap_row *
keymap_default(const struct key *key)
{
	return find_exact(*key);
}

const struct keymap_row *
keymap_rows(size_t *ret_count)
{
	*ret_count = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

const struct keymap_row *
keymap_row_named(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].name) == n &&
		    strncasecmp(rows[i].name, name, n) == 0)
			return &rows[i];
	return NULL;
}

const struct keymap_row *
keymap_row_of(enum action action)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].action == action)
			return &rows[i];
	return NULL;
}

const struct keymap_row *
keymap_row_doing(enum action action, enum edit_action edit)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].action == action && rows[i].edit == edit)
			return &rows[i];
	return NULL;
}

int
keymap_number(const struct key *key)
{
	if (key->mods != KEY_ALT || key->code < '0' || key->code > '9')
		return 0;
	return key->code == '0' ? 10 : (int)(key->code - '0');
}
