/* SPDX-License-Identifier: MIT */
#include "core/settings.h"

#include "base/iface.h"
#include "base/peer_text.h"

#include <string.h>

enum {
	PORT_MAX = 65535,
	NUMBER_MAX = 9999999,
	MINUTES_MAX = 1440,
	WORDS_MAX = 64,
	BINDS_MAX = 256,
};

#define FIELD(name) offsetof(struct settings, name)
#define ON_OFF SETTING_SWITCH, "on|off"

static const struct setting rows[] = {
	{ "name", SETTING_TEXT, "NAME", "", "ana", "what others call you",
	    "You", true, 1, NAME_BYTES_MAX, FIELD(name) },
	{ "status", SETTING_TEXT, "TEXT", "", "at my desk",
	    "a line about you that others see", "You", true, 0,
	    STATUS_BYTES_MAX, FIELD(status) },
	{ "away.idle", SETTING_NUMBER, "MINUTES", "15", "30",
	    "away after so long without a key; 0: never", "You", true, 0,
	    MINUTES_MAX, FIELD(away_idle_min) },
	{ "away.unfocused", SETTING_NUMBER, "MINUTES", "0", "10",
	    "away after so long with another window in front; 0: never", "You",
	    true, 0, MINUTES_MAX, FIELD(away_unfocused_min) },
	{ "talk.typing", ON_OFF, "on", "off",
	    "tell others while you type to them", "You", true, 0, 0,
	    FIELD(talk_typing) },

	{ "look.language", SETTING_CHOICE, "auto|en|zh_CN", "auto", "zh_CN",
	    "the language of the screen", "Look", true, 0, 0,
	    FIELD(look_language) },
	{ "look.theme", SETTING_CHOICE, "auto|dark|light|mono|contrast", "auto",
	    "light", "the colours; auto follows the background", "Look", true,
	    0, 0, FIELD(look_theme) },
	{ "look.glyphs", SETTING_CHOICE, "auto|ascii", "auto", "ascii",
	    "draw with ASCII only, or with more where there is more", "Look",
	    true, 0, 0, FIELD(look_glyphs) },
	{ "look.emoji", SETTING_CHOICE, "full|simple|text", "full", "simple",
	    "emoji as they are, without joined ones, or as :words:", "Look",
	    true, 0, 0, FIELD(look_emoji) },
	{ "look.boxes", ON_OFF, "on", "off",
	    "draw lines and boxes between the parts", "Look", true, 0, 0,
	    FIELD(look_boxes) },
	{ "look.times", ON_OFF, "on", "off", "show when each message was said",
	    "Look", true, 0, 0, FIELD(look_times) },
	{ "look.group", ON_OFF, "on", "off",
	    "name and time once for messages in a row", "Look", true, 0, 0,
	    FIELD(look_group) },
	{ "look.details", ON_OFF, "off", "on",
	    "show all about the other one beside the talk (F4)", "Look", true,
	    0, 0, FIELD(look_details) },
	{ "look.filter", ON_OFF, "off", "on",
	    "hide who came and went, and the like (Alt-=)", "Look", true, 0, 0,
	    FIELD(look_filter) },
	{ "look.hints", ON_OFF, "on", "off", "hints, each of them three times",
	    "Look", true, 0, 0, FIELD(look_hints) },
	{ "look.mouse", ON_OFF, "off", "on",
	    "clicks and the wheel; selecting text then wants Shift", "Look",
	    true, 0, 0, FIELD(look_mouse) },
	{ "look.sync", SETTING_CHOICE, "auto|on|off", "auto", "off",
	    "have the terminal show whole frames at a time", "Look", true, 0, 0,
	    FIELD(look_sync) },

	{ "keys.ctrl_j", SETTING_CHOICE, "newline|send", "newline", "send",
	    "what Ctrl-J does", "Keys", true, 0, 0, FIELD(keys_ctrl_j) },
	{ "bind", SETTING_LIST, "KEY = ACTION|/COMMAND", "", "Ctrl-G = /who",
	    "what a key does; /bind tells the names", "Keys", true, 0,
	    BINDS_MAX, FIELD(binds) },
	{ "edit.emoji", ON_OFF, "on", "off",
	    "put the emoji in place of :words: sent", "Keys", true, 0, 0,
	    FIELD(edit_emoji) },
	{ "edit.spell", SETTING_TEXT, "off|auto|LANGUAGE", "off", "de_DE",
	    "underline what is not spelt so, as de_DE; needs aspell or "
	    "hunspell",
	    "Keys", true, 1, 32, FIELD(edit_spell) },

	{ "notify.bell", ON_OFF, "on", "off", "ring the terminal's bell",
	    "Notify", true, 0, 0, FIELD(notify_bell) },
	{ "notify.desktop", SETTING_CHOICE,
	    "auto|off|osc9|osc777|osc99|program", "auto", "program",
	    "how the desktop is told; program is notify-send", "Notify", true,
	    0, 0, FIELD(notify_desktop) },
	{ "notify.text", ON_OFF, "on", "off",
	    "tell the desktop what was said, too", "Notify", true, 0, 0,
	    FIELD(notify_text) },
	{ "notify.words", SETTING_LIST, "WORD", "", "pizza",
	    "a word that counts as your name does; may repeat", "Notify", true,
	    0, WORDS_MAX, FIELD(notify_words) },
	{ "notify.quiet", ON_OFF, "off", "on",
	    "do not disturb: no bell, no desktop", "Notify", true, 0, 0,
	    FIELD(notify_quiet) },

	{ "history.days", SETTING_NUMBER, "DAYS", "0", "365",
	    "keep messages so long; 0 is for ever", "History", false, 0,
	    NUMBER_MAX, FIELD(history_days) },
	{ "history.size", SETTING_NUMBER, "MIB", "1024", "4096",
	    "keep so many MiB of messages at most", "History", false, 0,
	    NUMBER_MAX, FIELD(history_mib) },
	{ "history.free", SETTING_NUMBER, "MIB", "256", "1024",
	    "leave so many MiB of the disk free", "History", false, 0,
	    NUMBER_MAX, FIELD(history_free_mib) },

	{ "quiet", ON_OFF, "off", "on", "do not announce yourself, only listen",
	    "Net", false, 0, 0, FIELD(quiet) },
	{ "port", SETTING_NUMBER, "NUMBER", "41827", "41828",
	    "the discovery port, the same for all who meet", "Net", false, 1,
	    PORT_MAX, FIELD(port) },
	{ "interface", SETTING_LIST, "NAME", "", "eth0",
	    "use this interface and no other; may repeat", "Net", false, 0,
	    SETTING_INTERFACES_MAX, FIELD(interfaces) },
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

const struct setting *
settings_keys(size_t *ret_count)
{
	*ret_count = ROW_COUNT;
	return rows;
}

const struct setting *
settings_find(const char *key, size_t n)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strlen(rows[i].name) == n &&
		    strncmp(rows[i].name, key, n) == 0)
			return &rows[i];
	return NULL;
}
