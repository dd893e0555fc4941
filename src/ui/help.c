/* SPDX-License-Identifier: MIT */
#include "ui/help.h"

#include "base/lang.h"
#include "base/mem.h"
#include "ui/message_mode.h"
#include "ui/str.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 24 /* cells for the keys of an entry */ };

/* What somebody new needs, in the order in which it is needed. */
static const struct {
	enum action action;    /* ACTION_NONE: the command */
	enum edit_action edit; /* of ACTION_EDIT */
	const char *command;
	const char *gloss;
} starts[] = {
	{ ACTION_SEND, EDIT_NONE, NULL,
	    N_("type, and Enter sends it to whom you talk with") },
	{ ACTION_EDIT, EDIT_NEWLINE, NULL,
	    N_("begin a new line of the same message") },
	{ ACTION_GO, EDIT_NONE, NULL,
	    N_("talk with somebody else: type some letters") },
	{ ACTION_CONTACTS, EDIT_NONE, NULL, N_("see who is there") },
	{ ACTION_NEWS, EDIT_NONE, NULL,
	    N_("go where something new was said, and back") },
	{ ACTION_SELECT, EDIT_NONE, NULL,
	    N_("choose a message: reply, edit, react, copy") },
	{ ACTION_FIND, EDIT_NONE, NULL, N_("find what was said") },
	{ ACTION_NONE, EDIT_NONE, "connect",
	    N_("reach somebody who does not show up by himself") },
	{ ACTION_NONE, EDIT_NONE, "set", N_("see and change all settings") },
	{ ACTION_ESCAPE, EDIT_NONE, NULL,
	    N_("close this page, or whatever is open") },
	{ ACTION_NONE, EDIT_NONE, "quit", N_("leave") },
};

enum { START_COUNT = sizeof(starts) / sizeof(starts[0]) };

static const struct help_more mores[] = {
	{ "msg", "/msg \"Ana Maria\" on my way", "go", NULL },
	{ "query", "/query ana.k7qd", "go news contacts", NULL },
	{ "me", "/me waves", NULL, NULL },
	{ "typing", "/typing off", NULL, "talk.typing" },
	{ "shout", "/shout who has a spare cable?", NULL, NULL },
	{ "reply", "/reply indeed", "select", NULL },
	{ "edit", "/edit #2 lunch at two", "select", NULL },
	{ "delete", "/delete", "select", NULL },
	{ "react", "/react #3 +1", "select", NULL },
	{ "cancel", "/cancel bob", NULL, NULL },
	{ "who", "/who", "contacts go", NULL },
	{ "info", "/info", "details", "look.details" },
	{ "history", "/history on", NULL, "history.days history.size" },
	{ "receipts", "/receipts off", NULL, NULL },
	{ "nick", "/nick Ana Maria", NULL, "name" },
	{ "status", "/status", NULL, "status" },
	{ "away", "/away", NULL, "away.idle away.unfocused" },
	{ "search", "/search -all from:bob has:link", "find go", NULL },
	{ "goto", "/goto yesterday", "top bottom", NULL },
	{ "export", "/export -json ~/talk.json", NULL, NULL },
	{ "forget", "/forget #1", NULL, "history.days" },
	{ "connect", "/connect printer.local:41827", NULL, "port" },
	{ "net", NULL, NULL, "interface port quiet" },
	{ "bind", "/bind ctrl-x k /net", "key-name", "bind keys.ctrl_j" },
	{ "unbind", "/unbind f6", "key-name", "bind" },
	{ "set", "/set look.theme light", NULL, NULL },
	{ "win", "/win 2", "number jump", NULL },
	{ "close", NULL, "last", NULL },
	{ "urls", NULL, "select", NULL },
	{ "theme", "/theme dark", NULL, "look.theme" },
	{ "help", "/help alt-a", "help", "look.hints" },
	{ "quit", NULL, "interrupt", NULL },
};

enum { MORE_COUNT = sizeof(mores) / sizeof(mores[0]) };

const struct help_more *
help_more_at(size_t i)
{
	return i < MORE_COUNT ? &mores[i] : NULL;
}

const struct help_more *
help_more(const char *command)
{
	for (size_t i = 0; i < MORE_COUNT; i++)
		if (strcmp(mores[i].command, command) == 0)
			return &mores[i];
	return NULL;
}

static void
fill_start(size_t i, struct help_entry *e)
{
	char *candidates = NULL;

	*e = (struct help_entry){
		.group = N_("Start here"),
		.gloss = starts[i].gloss,
	};
	if (starts[i].action != ACTION_NONE) {
		e->kind = HELP_KEY;
		e->row = keymap_row_doing(starts[i].action, starts[i].edit);
		return;
	}
	e->kind = HELP_COMMAND;
	e->spec = command_find(
	    starts[i].command, strlen(starts[i].command), &candidates);
	free(candidates);
}

bool
help_at(size_t i, struct help_entry *ret_entry)
{
	size_t commands, keys, letters, settings;
	const struct verb *all = verbs(&letters);
	const struct command_spec *specs = command_specs(&commands);
	const struct keymap_row *rows = keymap_rows(&keys);
	const struct setting *set = settings_keys(&settings);

	if (i < START_COUNT) {
		fill_start(i, ret_entry);
		return true;
	}
	i -= START_COUNT;
	if (i < commands) {
		*ret_entry = (struct help_entry){ .kind = HELP_COMMAND,
			.group = specs[i].group,
			.gloss = specs[i].gloss,
			.spec = &specs[i] };
		return true;
	}
	i -= commands;
	if (i < keys) {
		*ret_entry = (struct help_entry){ .kind = HELP_KEY,
			.group = N_("Keys"),
			.gloss = rows[i].gloss,
			.row = &rows[i] };
		return true;
	}
	i -= keys;
	if (i < letters) {
		*ret_entry = (struct help_entry){ .kind = HELP_VERB,
			.group = N_("Of a selected message (Alt-V)"),
			.gloss = all[i].gloss,
			.verb = &all[i] };
		return true;
	}
	i -= letters;
	if (i >= settings)
		return false;
	*ret_entry = (struct help_entry){ .kind = HELP_SETTING,
		.group = N_("Settings"),
		.gloss = set[i].gloss,
		.setting = &set[i] };
	return true;
}

/* What most terminals cannot tell from Enter, Tab and Escape. */
static bool
is_twin(struct key key)
{
	return key.mods == KEY_CTRL &&
	       (key.code == 'm' || key.code == 'i' || key.code == '[');
}

/* As many as fit; at least one. */
static char *
keys_text(const struct keymap *km, const struct keymap_row *row)
{
	struct key keys[KEYMAP_KEYS_MAX];
	char text[KEY_TEXT_MAX];
	struct str s = { 0 };
	size_t n = keymap_keys(km, row, keys, KEYMAP_KEYS_MAX);

	for (size_t i = 0; i < n; i++) {
		key_text(keys[i], text);
		if (is_twin(keys[i]))
			continue;
		if (s.size > 0 && s.size + strlen(text) >= HEAD_MAX)
			break;
		str_addf(&s, "%s%s", s.size > 0 ? " " : "", text);
	}
	return str_take(&s);
}

char *
help_head(const struct keymap *km, const struct help_entry *entry)
{
	switch (entry->kind) {
	case HELP_KEY:
		return keys_text(km, entry->row);
	case HELP_VERB:
		return xasprintf("%c", entry->verb->key);
	case HELP_COMMAND:
		return xasprintf("/%s%s%s", entry->spec->name,
		    entry->spec->args[0] != '\0' ? " " : "", entry->spec->args);
	case HELP_SETTING:
		break;
	}
	return xstrdup(entry->setting->name);
}
