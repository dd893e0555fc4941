/* SPDX-License-Identifier: MIT */
/*
 * From a line to a command. A line with an error sends nothing: what was meant
 * for one person must not end up with another, or with everybody.
 */
#include "ui/commands.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "ui/parse.h"
#include "ui/str.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Bytes of an unknown word in an error. */
enum { WORD_SHOWN_MAX = 24 };

static const struct command_spec specs[] = {
	{ "msg", NULL, "WHO TEXT", N_("send TEXT to WHO"), "/msg bob lunch?",
	    N_("Talk"), parse_msg },
	{ "query", "q", "WHO", N_("talk with WHO"), "/query bob", N_("Talk"),
	    parse_query },
	{ "me", NULL, "TEXT", N_("say what you do"), "/me is making tea",
	    N_("Talk"), parse_me },
	{ "typing", NULL, "[on|off]", N_("tell them that you type, or stopped"),
	    "/typing on", N_("Talk"), parse_typing },
	{ "shout", NULL, "[--plain] TEXT",
	    N_("tell everybody nearby; anyone can read it"),
	    "/shout pizza is here", N_("Talk"), parse_shout },
	{ "reply", NULL, "[#N] TEXT",
	    N_("reply to a message; #1 is the newest"),
	    "/reply #2 yes, at noon", N_("Talk"), parse_reply },
	{ "quote", NULL, "[#N] TEXT",
	    N_("say TEXT below what was said, quoted"), "/quote #2 agreed",
	    N_("Talk"), parse_quote },
	{ "edit", NULL, "[#N] TEXT", N_("put TEXT in place of what you said"),
	    "/edit lunch at one", N_("Talk"), parse_edit },
	{ "delete", NULL, "[#N]", N_("delete what you said, there too"),
	    "/delete #2", N_("Talk"), parse_delete },
	{ "react", NULL, "[#N] [EMOJI]", N_("react to a message, or no more"),
	    "/react \xf0\x9f\x91\x8d", N_("Talk"), parse_react },
	{ "unseal", NULL, "[#N]", N_("open a sealed message"), "/unseal #2",
	    N_("Talk"), parse_unseal },
	{ "copy", NULL, "[#N]", N_("copy the text of a message"), "/copy #2",
	    N_("Talk"), parse_copy },
	{ "open", NULL, "[#N|fN]",
	    N_("open a link that was said, or a file that came"), "/open",
	    N_("Talk"), parse_open },
	{ "seal", NULL, "TEXT",
	    N_("say it to IP Messenger, to be opened by hand; tells when"),
	    "/seal the door code is 4711", N_("Talk"), parse_seal },
	{ "outbox", NULL, "", N_("list what waits for others"), "/outbox",
	    N_("Talk"), parse_outbox },
	{ "cancel", NULL, "N|fN|WHO",
	    N_("withdraw what waits, by its number or all; f3 is a file"),
	    "/cancel 1", N_("Talk"), parse_cancel },
	{ "who", "contacts", "[WORD]", N_("list the people nearby"), "/who ana",
	    N_("People"), parse_list },
	{ "info", "whois", "[WHO]", N_("show all there is to know of WHO"),
	    "/info bob", N_("People"), parse_info },
	{ "ask", NULL, "version|away|hosts [WHO]",
	    N_("ask IP Messengers what they run, how away, whom they know"),
	    "/ask version bob", N_("People"), parse_ask },
	{ "alias", NULL, "WHO [NAME]",
	    N_("call WHO by a name of yours, or not"),
	    "/alias bob bob-from-lab-2", N_("People"), parse_alias },
	{ "mute", NULL, "[WHO] [TIME]",
	    N_("no bell and no notification, for 30m, 2h, 7d or until /unmute"),
	    "/mute bob 1h", N_("People"), parse_mute },
	{ "unmute", NULL, "[WHO]", N_("end that"), "/unmute bob", N_("People"),
	    parse_unmute },
	{ "ignore", NULL, "[PATTERN]",
	    N_("hide shouts with PATTERN in their text or name"),
	    "/ignore lunch menu", N_("People"), parse_ignore },
	{ "unignore", NULL, "PATTERN", N_("end that"), "/unignore lunch menu",
	    N_("People"), parse_unignore },
	{ "pin", NULL, "[WHO]", N_("remember the key of WHO"), "/pin bob",
	    N_("People"), parse_pin },
	{ "verify", NULL, "[WHO] [same|different]",
	    N_("compare a number with WHO, by voice"), "/verify bob",
	    N_("People"), parse_verify },
	{ "block", NULL, "[WHO]", N_("take nothing of WHO any more"),
	    "/block bob", N_("People"), parse_block },
	{ "unblock", NULL, "[WHO]", N_("end that"), "/unblock bob",
	    N_("People"), parse_unblock },
	{ "history", NULL, "on|off [WHO]",
	    N_("keep what is said with WHO, or not"), "/history off bob",
	    N_("People"), parse_history },
	{ "receipts", NULL, "on|off [WHO]",
	    N_("tell WHO what you have read, or not"), "/receipts on bob",
	    N_("People"), parse_receipts },
	{ "encoding", NULL, "[WHO] [NAME]",
	    N_("how texts of WHO are read: gbk, shift_jis, ... or auto"),
	    "/encoding bob gbk", N_("People"), parse_encoding },
	{ "run", NULL, "WHO NAME [ARGS]",
	    N_("run a command that WHO lets you run; --stop ends it"),
	    "/run bob disk /home", N_("People"), parse_run },
	{ "send", NULL, "[--to WHO,...] PATH...",
	    N_("offer files or folders to this one, or to several"),
	    "/send --to ana,bob ~/report.pdf", N_("Files"), parse_send },
	{ "files", NULL, "", N_("list files on their way"), "/files",
	    N_("Files"), parse_files },
	{ "get", NULL, "[fN] [PATH]",
	    N_("take what is offered, the newest or that one; begin again"),
	    "/get f3 ~/inbox", N_("Files"), parse_get },
	{ "refuse", NULL, "[fN]", N_("do not want what is offered"),
	    "/refuse f3", N_("Files"), parse_refuse },
	{ "pause", NULL, "fN", N_("let a file rest, until /resume"),
	    "/pause f3", N_("Files"), parse_pause },
	{ "resume", NULL, "fN", N_("go on with a file that rests"),
	    "/resume f3", N_("Files"), parse_resume },
	{ "accept", NULL, "[WHO] [on|off] [max SIZE] [to FOLDER]",
	    N_("take what a verified contact offers without asking, or not"),
	    "/accept ana on max 500 MB to ~/inbox", N_("Files"), parse_accept },
	{ "nick", NULL, "NAME", N_("change your name"), "/nick ana", N_("Me"),
	    parse_nick },
	{ "status", NULL, "[TEXT]", N_("set a line others see, or clear it"),
	    "/status at my desk", N_("Me"), parse_status },
	{ "away", NULL, "[TEXT]", N_("tell others you are away"),
	    "/away back at two", N_("Me"), parse_away },
	{ "back", NULL, "", N_("tell others you are here again"), "/back",
	    N_("Me"), parse_back },
	{ "search", "lastlog", "[-all] WORDS",
	    N_("find words, \"a phrase\", meet*; -all: everywhere; from:bob "
	       "since:monday until:today has:link"),
	    "/search pizza since:monday", N_("History"), parse_search },
	{ "goto", NULL, "DAY", N_("show the conversation from that day on"),
	    "/goto 2026-11-01", N_("History"), parse_goto },
	{ "export", NULL, "[-json] PATH",
	    N_("write the conversation to a file"), "/export talk.txt",
	    N_("History"), parse_export },
	{ "forget", NULL, "#N|conversation|contact [WHO]",
	    N_("remove it from this machine for good"),
	    "/forget conversation bob", N_("History"), parse_forget },
	{ "connect", NULL, "HOST[:PORT]",
	    N_("reach somebody whom broadcasts do not reach"),
	    "/connect 192.168.7.20", N_("Net"), parse_connect },
	{ "net", NULL, "", N_("show interfaces, ports and counters"), "/net",
	    N_("Net"), parse_net },
	{ "doctor", NULL, "[WHO|ADDRESS]",
	    N_("find out why somebody is missing, and what mends it"),
	    "/doctor bob", N_("Net"), parse_doctor },
	{ "transport", NULL, "auto|tcp|udp [WHO]",
	    N_("choose what carries the talk with WHO"), "/transport udp bob",
	    N_("Net"), parse_transport },
	{ "dialect", NULL, "[ipmsg|plain on|off]",
	    N_("tell who can be talked to, or switch a dialect"),
	    "/dialect plain on", N_("Dialects"), parse_dialect },
	{ "listen", NULL, "[tcp|udp PORT [FRAMING]]",
	    N_("take plain text at a port; without one, tell which"),
	    "/listen tcp 8888", N_("Dialects"), parse_listen },
	{ "unlisten", NULL, "tcp|udp PORT", N_("end that"),
	    "/unlisten tcp 8888", N_("Dialects"), parse_unlisten },
	{ "framing", NULL, "[FRAMING] [WHO]",
	    N_("where a message ends in a plain connection with WHO"),
	    "/framing length", N_("Dialects"), parse_framing },
	{ "hangup", NULL, "[WHO]", N_("end the plain connection with WHO"),
	    "/hangup", N_("Dialects"), parse_hangup },
	{ "contact", NULL, "add NAME udp://HOST:PORT",
	    N_("remember somebody who speaks plain text, by a name"),
	    "/contact add lab udp://192.168.7.20:9000", N_("Dialects"),
	    parse_contact },
	{ "win", NULL, "N", N_("show the conversation with that number"),
	    "/win 1", N_("Screen"), parse_win },
	{ "close", NULL, "", N_("back to the conversation before this one"),
	    "/close", N_("Screen"), parse_close },
	{ "urls", NULL, "", N_("list the links that were said here"), "/urls",
	    N_("Screen"), parse_urls },
	{ "bind", NULL, "[KEY [ACTION|/COMMAND]]",
	    N_("list what keys do, or let one do something; -capture asks for it"),
	    "/bind alt-x /who", N_("Screen"), parse_bind },
	{ "unbind", NULL, "KEY", N_("let a key do again what it did at first"),
	    "/unbind alt-x", N_("Screen"), parse_unbind },
	{ "clear", NULL, "", N_("remove notices and errors from here"),
	    "/clear", N_("Screen"), parse_clear },
	{ "set", NULL, "[SETTING [VALUE]]", N_("show settings, or change one"),
	    "/set look.theme light", N_("Screen"), parse_set },
	{ "unset", NULL, "SETTING [VALUE]",
	    N_("put a setting back to its default"), "/unset look.theme",
	    N_("Screen"), parse_unset },
	{ "theme", NULL, "[auto|dark|light|mono|contrast]",
	    N_("choose the colours"), "/theme light", N_("Screen"),
	    parse_theme },
	{ "filter", NULL, "", N_("show what is ignored, or hide it again"),
	    "/filter", N_("Screen"), parse_filter },
	{ "save", NULL, "", N_("write all settings into their file"), "/save",
	    N_("Screen"), parse_save },
	{ "help", "?", "[TOPIC]",
	    N_("show the help, or that on a command, a key or a setting"),
	    "/help msg", N_("Screen"), parse_help },
	{ "demo", NULL, "", N_("how to look around without anybody"), "/demo",
	    N_("Screen"), parse_demo },
	{ "quit", "exit", "[--all]",
	    N_("say goodbye and leave; an attached screen leaves alone, "
	       "unless --all"),
	    "/quit", N_("Screen"), parse_quit },
};

enum { SPEC_COUNT = sizeof(specs) / sizeof(specs[0]) };

const struct command_spec *
command_specs(size_t *ret_count)
{
	*ret_count = SPEC_COUNT;
	return specs;
}

static bool
word_is(const char *word, size_t n, const char *name)
{
	return name != NULL && strlen(name) == n &&
	       strncasecmp(word, name, n) == 0;
}

static char *
candidates(const char *word, size_t n, bool by_prefix)
{
	struct str s = { 0 };

	for (size_t i = 0; i < SPEC_COUNT; i++) {
		if (by_prefix ? strncasecmp(specs[i].name, word, n) != 0
			      : !near_is(word, n, specs[i].name))
			continue;
		str_addf(&s, "%s/%s", s.size > 0 ? ", " : "", specs[i].name);
	}
	return s.size == 0 ? NULL : str_take(&s);
}

const struct command_spec *
command_find(const char *word, size_t n, char **ret_candidates)
{
	const struct command_spec *found = NULL;
	unsigned count = 0;

	for (size_t i = 0; i < SPEC_COUNT && n > 0; i++) {
		if (word_is(word, n, specs[i].name) ||
		    word_is(word, n, specs[i].alias))
			return &specs[i];
		if (strncasecmp(specs[i].name, word, n) == 0) {
			found = &specs[i];
			count++;
		}
	}
	if (count == 1)
		return found;
	*ret_candidates = candidates(word, n, count > 1);
	return NULL;
}

int
parse_fail(struct parse *p, int err, size_t at, char *sentence)
{
	assert(p->error == NULL);
	p->error = sentence;
	p->error_at = at;
	return err;
}

bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

void
parse_skip_blanks(struct parse *p)
{
	while (p->at < p->size && is_blank(p->line[p->at]))
		p->at++;
}

size_t
parse_word_size(const struct parse *p)
{
	size_t end = p->at;

	while (end < p->size && !is_blank(p->line[end]))
		end++;
	return end - p->at;
}

bool
parse_at_end(const struct parse *p)
{
	size_t at = p->at;

	while (at < p->size && is_blank(p->line[at]))
		at++;
	return at == p->size;
}

static int
fail_unknown(struct parse *p, size_t n, char *list)
{
	const char *word = p->line + p->at;
	int shown = (int)utf8_cut(word, n, WORD_SHOWN_MAX);
	char *sentence;
	int err = ERR_NOT_FOUND;

	if (list != NULL && n > 0 && strncasecmp(list + 1, word, n) == 0) {
		err = ERR_AMBIGUOUS;
		sentence = xasprintf(
		    say(p->m->lang, "/%.*s could be %s: type more of it"),
		    shown, word, list);
	} else if (list != NULL) {
		sentence = xasprintf(
		    say(p->m->lang, "no command /%.*s: did you mean %s? "
				    "/help lists all commands"),
		    shown, word, list);
	} else {
		sentence = xasprintf(
		    say(p->m->lang,
			"no command /%.*s: /help lists all commands, // in front "
			"sends text that begins with a slash"),
		    shown, word);
	}
	free(list);
	return parse_fail(p, err, p->at, sentence);
}

static int
parse_command(struct parse *p)
{
	char *list = NULL;

	p->at = 1;
	size_t n = parse_word_size(p);
	p->spec = command_find(p->line + p->at, n, &list);
	if (p->spec == NULL)
		return fail_unknown(p, n, list);
	p->at += n;
	parse_skip_blanks(p);
	return p->spec->parse(p);
}

static int
parse_line(struct parse *p)
{
	if (parse_at_end(p))
		return 0;
	if (p->line[0] == '/' && p->size > 1 && p->line[1] == '/') {
		p->at = 1;
		return parse_say(p, false);
	}
	if (p->line[0] == '/')
		return parse_command(p);
	size_t first = strspn(p->line, " \t\n");
	if (p->line[first] == '/')
		return parse_fail(p, ERR_STATE, first,
		    xasprintf(say(p->m->lang,
			"blanks before a slash: did you mean the "
			"command? // in front sends text that begins "
			"with a slash")));
	return parse_say(p, false);
}

static int
finish(struct parse *p, int err, struct entered *ret_entered, char **ret_error)
{
	if (err < 0) {
		entered_clear(&p->en);
		*ret_error = own_text(p->error, PEER_TEXT_BODY, NULL);
		free(p->error);
		return err;
	}
	assert(p->error == NULL);
	p->en.cmd.conv = p->conv;
	*ret_entered = p->en;
	return 0;
}

int
command_parse(const struct model *m, struct now now, uint32_t conv,
    const char *line, struct entered *ret_entered, char **ret_error,
    size_t *ret_at)
{
	struct parse p = {
		.m = m,
		.now = now,
		.conv = conv,
		.line = line,
		.size = strlen(line),
	};
	int err = finish(&p, parse_line(&p), ret_entered, ret_error);

	if (err < 0)
		*ret_at = p.error_at;
	return err;
}

int
command_parse_text(const struct model *m, uint32_t conv, const char *line,
    struct entered *ret_entered, char **ret_error)
{
	struct parse p = {
		.m = m,
		.conv = conv,
		.line = line,
		.size = strlen(line),
	};
	int err = parse_at_end(&p) ? 0 : parse_say(&p, false);

	return finish(&p, err, ret_entered, ret_error);
}

bool
entered_next(struct entered *en, struct command *ret_cmd)
{
	if (en->also_count == 0)
		return false;
	*ret_cmd = en->cmd;
	ret_cmd->peer = en->also[--en->also_count];
	ret_cmd->text = en->cmd.text == NULL ? NULL : xstrdup(en->cmd.text);
	return true;
}

void
entered_clear(struct entered *en)
{
	command_clear(&en->cmd);
	free(en->filter);
	free(en->also);
	*en = (struct entered){ .front = FRONT_NONE };
}
