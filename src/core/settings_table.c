/* SPDX-License-Identifier: MIT */
#include "core/settings.h"

#include "base/iface.h"
#include "base/lang.h"
#include "base/peer_text.h"

#include <string.h>

enum {
	PORT_MAX = 65535,
	NUMBER_MAX = 9999999,
	MINUTES_MAX = 1440,
	WORDS_MAX = 64,
	BINDS_MAX = 256,
	RUNS_MAX = 64,
};

#define FIELD(name) offsetof(struct settings, name)
#define ON_OFF SETTING_SWITCH, "on|off"

static const struct setting rows[] = {
	{ "name", SETTING_TEXT, "NAME", "", "ana", N_("what others call you"),
	    N_("You"), true, 1, NAME_BYTES_MAX, FIELD(name) },
	{ "status", SETTING_TEXT, "TEXT", "", "at my desk",
	    N_("a line about you that others see"), N_("You"), true, 0,
	    STATUS_BYTES_MAX, FIELD(status) },
	{ "away.idle", SETTING_NUMBER, "MINUTES", "15", "30",
	    N_("away after so long without a key; 0: never"), N_("You"), true,
	    0, MINUTES_MAX, FIELD(away_idle_min) },
	{ "away.unfocused", SETTING_NUMBER, "MINUTES", "0", "10",
	    N_("away after so long with another window in front; 0: never"),
	    N_("You"), true, 0, MINUTES_MAX, FIELD(away_unfocused_min) },
	{ "talk.typing", ON_OFF, "on", "off",
	    N_("tell others while you type to them"), N_("You"), true, 0, 0,
	    FIELD(talk_typing) },
	{ "talk.ignore", SETTING_LIST, "PATTERN", "", "lunch",
	    N_("shouts with it in their text or name count for nothing; may "
	       "repeat"),
	    N_("You"), true, 0, WORDS_MAX, FIELD(talk_ignore) },

	{ "look.language", SETTING_CHOICE, "auto|en|zh_CN", "auto", "zh_CN",
	    N_("the language of the screen"), N_("Look"), true, 0, 0,
	    FIELD(look_language) },
	{ "look.theme", SETTING_CHOICE, "auto|dark|light|mono|contrast", "auto",
	    "light", N_("the colours; auto follows the background"), N_("Look"),
	    true, 0, 0, FIELD(look_theme) },
	{ "look.glyphs", SETTING_CHOICE, "auto|ascii", "auto", "ascii",
	    N_("draw with ASCII only, or with more where there is more"),
	    N_("Look"), true, 0, 0, FIELD(look_glyphs) },
	{ "look.emoji", SETTING_CHOICE, "full|simple|text", "full", "simple",
	    N_("emoji as they are, without joined ones, or as :words:"),
	    N_("Look"), true, 0, 0, FIELD(look_emoji) },
	{ "look.boxes", ON_OFF, "on", "off",
	    N_("draw lines and boxes between the parts"), N_("Look"), true, 0,
	    0, FIELD(look_boxes) },
	{ "look.times", ON_OFF, "on", "off",
	    N_("show when each message was said"), N_("Look"), true, 0, 0,
	    FIELD(look_times) },
	{ "look.group", ON_OFF, "on", "off",
	    N_("name and time once for messages in a row"), N_("Look"), true, 0,
	    0, FIELD(look_group) },
	{ "look.details", ON_OFF, "off", "on",
	    N_("show all about the other one beside the talk (F4)"), N_("Look"),
	    true, 0, 0, FIELD(look_details) },
	{ "look.filter", ON_OFF, "on", "off",
	    N_("hide shouts that talk.ignore names (Alt-=)"), N_("Look"), true,
	    0, 0, FIELD(look_filter) },
	{ "look.hints", ON_OFF, "on", "off",
	    N_("hints, each of them three times"), N_("Look"), true, 0, 0,
	    FIELD(look_hints) },
	{ "look.mouse", ON_OFF, "off", "on",
	    N_("clicks and the wheel; selecting text then wants Shift"),
	    N_("Look"), true, 0, 0, FIELD(look_mouse) },
	{ "look.sync", SETTING_CHOICE, "auto|on|off", "auto", "off",
	    N_("have the terminal show whole frames at a time"), N_("Look"),
	    true, 0, 0, FIELD(look_sync) },

	{ "keys.ctrl_j", SETTING_CHOICE, "newline|send", "newline", "send",
	    N_("what Ctrl-J does"), N_("Keys"), true, 0, 0,
	    FIELD(keys_ctrl_j) },
	{ "bind", SETTING_LIST, "KEY = ACTION|/COMMAND", "", "Ctrl-G = /who",
	    N_("what a key does; /bind tells the names"), N_("Keys"), true, 0,
	    BINDS_MAX, FIELD(binds) },
	{ "edit.emoji", ON_OFF, "on", "off",
	    N_("put the emoji in place of :words: sent"), N_("Keys"), true, 0,
	    0, FIELD(edit_emoji) },
	{ "edit.spell", SETTING_TEXT, "off|auto|LANGUAGE", "off", "de_DE",
	    N_("underline what is not spelt so, as de_DE; needs aspell or "
	       "hunspell"),
	    N_("Keys"), true, 1, 32, FIELD(edit_spell) },

	{ "notify.bell", ON_OFF, "on", "off", N_("ring the terminal's bell"),
	    N_("Notify"), true, 0, 0, FIELD(notify_bell) },
	{ "notify.desktop", SETTING_CHOICE,
	    "auto|off|osc9|osc777|osc99|program", "auto", "program",
	    N_("how the desktop is told; program is notify-send"), N_("Notify"),
	    true, 0, 0, FIELD(notify_desktop) },
	{ "notify.text", ON_OFF, "on", "off",
	    N_("tell the desktop what was said, too"), N_("Notify"), true, 0, 0,
	    FIELD(notify_text) },
	{ "notify.words", SETTING_LIST, "WORD", "", "pizza",
	    N_("a word that counts as your name does; may repeat"),
	    N_("Notify"), true, 0, WORDS_MAX, FIELD(notify_words) },
	{ "notify.quiet", ON_OFF, "off", "on",
	    N_("do not disturb: no bell, no desktop"), N_("Notify"), true, 0, 0,
	    FIELD(notify_quiet) },

	{ "history.days", SETTING_NUMBER, "DAYS", "0", "365",
	    N_("keep messages so long; 0 is for ever"), N_("History"), false, 0,
	    NUMBER_MAX, FIELD(history_days) },
	{ "history.size", SETTING_NUMBER, "MIB", "1024", "4096",
	    N_("keep so many MiB of messages at most"), N_("History"), false, 0,
	    NUMBER_MAX, FIELD(history_mib) },
	{ "history.free", SETTING_NUMBER, "MIB", "256", "1024",
	    N_("leave so many MiB of the disk free"), N_("History"), false, 0,
	    NUMBER_MAX, FIELD(history_free_mib) },

	{ "files.folder", SETTING_TEXT, "PATH", "", "~/inbox",
	    N_("where files go that you take; else the folder for downloads"),
	    N_("Files"), true, 1, SETTING_VALUE_MAX, FIELD(files_folder) },
	{ "files.opener", SETTING_TEXT, "PROGRAM", "", "xdg-open",
	    N_("the program that /open gives a file to; else the desktop's"),
	    N_("Files"), true, 1, SETTING_VALUE_MAX, FIELD(files_opener) },
	{ "hook.message", SETTING_TEXT, "PROGRAM", "", "logger -t earshot",
	    N_("started for each message to you; words, no shell"), N_("Hooks"),
	    true, 1, SETTING_VALUE_MAX, FIELD(hook_message) },
	{ "hook.mention", SETTING_TEXT, "PROGRAM", "", "beep",
	    N_("started when your name, or a word of notify.words, is said"),
	    N_("Hooks"), true, 1, SETTING_VALUE_MAX, FIELD(hook_mention) },
	{ "hook.shout", SETTING_TEXT, "PROGRAM", "", "logger -t earshot",
	    N_("started for each shout"), N_("Hooks"), true, 1,
	    SETTING_VALUE_MAX, FIELD(hook_shout) },
	{ "hook.file", SETTING_TEXT, "PROGRAM", "", "ls -l",
	    N_("started when a file or folder came"), N_("Hooks"), true, 1,
	    SETTING_VALUE_MAX, FIELD(hook_file) },
	{ "hook.online", SETTING_TEXT, "PROGRAM", "", "logger -t earshot",
	    N_("started when somebody comes"), N_("Hooks"), true, 1,
	    SETTING_VALUE_MAX, FIELD(hook_online) },

	{ "run", SETTING_LIST, "NAME = PROGRAM", "", "disk2 = df -h {args}",
	    N_("a command that run.who lets others run here; words, no shell"),
	    N_("Hooks"), true, 0, RUNS_MAX, FIELD(runs) },
	{ "run.who", SETTING_LIST, "NAME CONTACT", "", "disk2 verified",
	    N_("who may run it: an alias, a fingerprint, or all verified"),
	    N_("Hooks"), true, 0, RUNS_MAX, FIELD(run_grants) },
	{ "run.time", SETTING_NUMBER, "SECONDS", "30", "60",
	    N_("what others run here is ended after so long"), N_("Hooks"),
	    true, 1, 3600, FIELD(run_s) },

	{ "quiet", ON_OFF, "off", "on",
	    N_("do not announce yourself, only listen"), N_("Net"), false, 0, 0,
	    FIELD(quiet) },
	{ "port", SETTING_NUMBER, "NUMBER", "41827", "41828",
	    N_("the discovery port, the same for all who meet"), N_("Net"),
	    false, 1, PORT_MAX, FIELD(port) },
	{ "ipmsg", ON_OFF, "off", "on",
	    N_("talk with IP Messenger, iptux and FeiQ, in the clear"),
	    N_("Net"), true, 0, 0, FIELD(ipmsg) },
	{ "ipmsg.port", SETTING_NUMBER, "NUMBER", "2425", "2426",
	    N_("where they are heard, UDP and TCP"), N_("Net"), true, 1,
	    PORT_MAX, FIELD(ipmsg_port) },
	{ "ipmsg.group", SETTING_TEXT, "TEXT", "", "Lab",
	    N_("the group they show you in"), N_("Net"), true, 0,
	    NAME_BYTES_MAX, FIELD(ipmsg_group) },
	{ "ipmsg.encoding", SETTING_CHOICE,
	    "auto|utf-8|gb18030|cp932|cp949|big5|cp1252", "auto", "gb18030",
	    N_("how those write who do not say"), N_("Net"), true, 0, 0,
	    FIELD(ipmsg_encoding) },
	{ "ipmsg.answer", SETTING_CHOICE, "off|known|all", "known", "all",
	    N_("who of them may ask for your version and absence"), N_("Net"),
	    true, 0, 0, FIELD(ipmsg_answer) },
	{ "plain", ON_OFF, "off", "on",
	    N_("talk plain text with nc, telnet and small programs, too"),
	    N_("Net"), true, 0, 0, FIELD(plain) },
	{ "plain.port", SETTING_NUMBER, "NUMBER", "33333", "9000",
	    N_("text that comes there over UDP is a plain shout"), N_("Net"),
	    true, 1, PORT_MAX, FIELD(plain_port) },
	{ "interface", SETTING_LIST, "NAME", "", "eth0",
	    N_("use this interface and no other; may repeat"), N_("Net"), false,
	    0, SETTING_INTERFACES_MAX, FIELD(interfaces) },
	{ "peer", SETTING_LIST, "HOST[:PORT]", "", "10.0.5.7",
	    N_("is sought behind routers, where no broadcast goes; may repeat"),
	    N_("Net"), true, 0, SETTING_PEERS_MAX, FIELD(peers) },
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
