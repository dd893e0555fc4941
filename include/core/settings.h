/* SPDX-License-Identifier: MIT */
/*
 * What can be set: one table of keys, and their values as plain data. The
 * configuration file, the command line, /set, the browser of settings, the
 * manual and completion follow from the table; one row and one field add a
 * setting.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "base/lang.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SETTING_KEY_MAX = 32,
	/* Bytes of a value, where nothing shorter is said. */
	SETTING_VALUE_MAX = 256,
	SETTING_INTERFACES_MAX = 16,
	SETTING_PEERS_MAX = 256,
};

/* The choices, in the order of their words in the table. */
enum look_language { LANGUAGE_AUTO, LANGUAGE_EN, LANGUAGE_ZH_CN };
enum look_glyphs { GLYPHS_AUTO, GLYPHS_ASCII };
enum look_emoji { EMOJI_FULL, EMOJI_SIMPLE, EMOJI_TEXT };
enum look_theme {
	THEME_AUTO,
	THEME_DARK,
	THEME_LIGHT,
	THEME_MONO,
	THEME_CONTRAST,
};
enum look_sync { SYNC_AUTO, SYNC_ON, SYNC_OFF };
enum keys_ctrl_j { CTRL_J_NEWLINE, CTRL_J_SEND };
enum notify_desktop {
	DESKTOP_AUTO,
	DESKTOP_OFF,
	DESKTOP_OSC9,
	DESKTOP_OSC777,
	DESKTOP_OSC99,
	DESKTOP_PROGRAM,
};

struct setting_list {
	char **items;
	size_t count;
};

struct settings {
	const struct lang *lang; /* of the sentences about mistakes */
	char *name, *status;     /* NULL: not set */
	bool quiet;
	uint32_t port;
	struct setting_list interfaces;
	struct setting_list peers; /* "HOST[:PORT]"; core/host.h */
	bool plain; /* the plain dialect is spoken */
	uint32_t plain_port;
	/* What is kept: days, 0 for ever; MiB. */
	uint32_t history_days, history_mib, history_free_mib;

	uint32_t look_language; /* enum look_language, and so on */
	uint32_t look_theme;
	uint32_t look_glyphs;
	uint32_t look_emoji;
	bool look_boxes, look_times, look_group, look_hints;
	bool look_mouse, look_details, look_filter;
	uint32_t look_sync;

	uint32_t keys_ctrl_j;
	struct setting_list binds; /* "KEY = ACTION" or "KEY = /COMMAND" */

	bool notify_bell;
	uint32_t notify_desktop;
	bool notify_text, notify_quiet;
	struct setting_list notify_words;

	uint32_t away_idle_min, away_unfocused_min; /* 0: never */
	bool talk_typing;
	struct setting_list talk_ignore;
	char *files_folder; /* NULL: the usual one */
	char *files_opener; /* a program and its words; NULL: the desktop's */
	char *edit_spell;   /* "off", "auto" or a language; never NULL */
	bool edit_emoji;

	/* Programs and their words; NULL: none. */
	char *hook_message, *hook_mention, *hook_shout, *hook_file,
	    *hook_online;
	/* "NAME = PROGRAM WORDS", "NAME CONTACT"; core/run_entry.h */
	struct setting_list runs, run_grants;
	uint32_t run_s;

	bool ipmsg;
	uint32_t ipmsg_port;
	char *ipmsg_group;       /* NULL: none */
	uint32_t ipmsg_encoding; /* enum charset */
	uint32_t ipmsg_answer;   /* enum ipmsg_answer */
};

enum setting_kind {
	SETTING_SWITCH, /* on or off */
	SETTING_CHOICE, /* one of the words in values */
	SETTING_NUMBER,
	SETTING_TEXT,
	SETTING_LIST, /* any number of texts, a line each */
};

struct setting {
	const char *name;
	enum setting_kind kind;
	const char *values;  /* "on|off", "auto|ascii", "NUMBER", "TEXT" */
	const char *initial; /* as text; "": nothing */
	const char *example; /* another value */
	const char *gloss;   /* one line */
	const char *group;   /* "You", "Look", … */
	bool live;           /* else from the next start on */
	/* Of a number; of a text its bytes; of a list its items. */
	uint32_t min, max;
	size_t offset; /* in struct settings */
};

/* The table, groups standing together, in the order of the manual. */
const struct setting *settings_keys(size_t *ret_count);
/* The row, or NULL. */
const struct setting *settings_find(const char *key, size_t n);

/* Everything at its default. */
void settings_init(struct settings *s);
void settings_clear(struct settings *s);
/* to was made by settings_init, or is zero. */
void settings_copy(struct settings *to, const struct settings *from);

/*
 * One setting; of a list, one more item (which takes the place of one for the
 * same key of the keyboard). 0, or an error and its sentence (caller frees);
 * then nothing changed. A key that is not known is ERR_NOT_FOUND.
 */
int settings_set(
    struct settings *s, const char *key, const char *value, char **ret_error);
/* Back to the default; of a list only item, unless it is NULL or "". */
int settings_unset(
    struct settings *s, const char *key, const char *item, char **ret_error);
/*
 * Both, from a line "KEY VALUE": on sets, else unsets. *ret_row is the row.
 * Blanks around both count for nothing.
 */
int settings_apply(struct settings *s, const char *line, size_t n, bool on,
    const struct setting **ret_row, char **ret_error);

/* The value as text, "" for nothing; items with ", " between them. The caller
 * frees. */
char *settings_text(const struct settings *s, const struct setting *row);
bool settings_is_default(const struct settings *s, const struct setting *row);
const struct setting_list *settings_list(
    const struct settings *s, const struct setting *row);
/* The place of word number i in a row's values, and its size; false when there
 * are fewer. */
bool setting_choice(const struct setting *row, size_t i, const char **ret_word,
    size_t *ret_size);

/* The language that look.language names; where it is "auto", that of the
 * system. */
const struct lang *settings_lang(
    const struct settings *s, const struct lang *system);

/* The list owns its items. */
void setting_list_add(struct setting_list *l, const char *item);
void setting_list_remove(struct setting_list *l, size_t i);
void setting_list_clear(struct setting_list *l);

#endif
