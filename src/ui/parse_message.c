/* SPDX-License-Identifier: MIT */
/*
 * Commands about one message. "#3" is the third text from the newest in the
 * conversation; the id that the events of --plain print is good as well. A
 * bare number never is a message: it begins a text as often as not.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/emoji.h"
#include "ui/links.h"
#include "ui/parse.h"
#include "ui/str.h"

#include <stdlib.h>
#include <string.h>

enum {
	PLACE_DIGITS_MAX = 5,
	QUOTE_LINES = 3,
	QUOTE_LINE_BYTES = 200,
};

/* Whose message is meant where none is named. */
enum whose { WHOSE_THEIRS, WHOSE_MINE };

static const struct conv *
direct_conv(const struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);

	return c != NULL && c->kind == CONV_KIND_DIRECT ? c : NULL;
}

/* The place-th text from the newest, from 1; any counts where whose is NULL.
 * NULL when there are not so many in memory. */
static const struct message *
text_from_newest(const struct conv *c, unsigned place, const enum whose *whose)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (msg->kind != MESSAGE_TEXT || msg->deleted)
			continue;
		if (whose != NULL && msg->mine != (*whose == WHOSE_MINE))
			continue;
		if (--place == 0)
			return msg;
	}
	return NULL;
}

/* "#12"; 0 when the word is none. */
static unsigned
place_of(const char *word, size_t n)
{
	unsigned place = 0;

	if (n < 2 || n > 1 + PLACE_DIGITS_MAX || word[0] != '#')
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (word[i] < '0' || word[i] > '9')
			return 0;
		place = place * 10 + (unsigned)(word[i] - '0');
	}
	return place;
}

static int
fail_place(struct parse *p, const struct conv *c, unsigned place)
{
	return parse_fail(p, ERR_NOT_FOUND, p->at,
	    text_from_newest(c, 1, NULL) == NULL
		? xasprintf(say(p->m->lang, "nothing was said here yet"))
		: xasprintf(
		      say(p->m->lang,
			  "there is no message #%u here: #1 is the newest"),
		      place));
}

/* A message where one is named; 1 when it was. */
static int
take_named(struct parse *p, const struct conv *c)
{
	size_t n = parse_word_size(p);
	unsigned place = place_of(p->line + p->at, n);
	char id[MSG_ID_TEXT_SIZE];

	if (place > 0) {
		const struct message *msg = text_from_newest(c, place, NULL);
		if (msg == NULL)
			return fail_place(p, c, place);
		p->en.cmd.target = msg->id;
	} else if (n == sizeof(id) - 1) {
		memcpy(id, p->line + p->at, n);
		id[n] = '\0';
		if (msg_id_parse(id, &p->en.cmd.target) < 0)
			return 0;
	} else {
		return 0;
	}
	p->en.cmd.has_target = true;
	p->at += n;
	parse_skip_blanks(p);
	return 1;
}

static int
take_message(struct parse *p, enum command_kind kind, enum whose whose)
{
	const struct conv *c = direct_conv(p);

	if (c == NULL)
		return parse_fail(p, ERR_STATE, 0,
		    xasprintf(say(p->m->lang,
				  "/%s works in a conversation with somebody: "
				  "/query WHO opens one"),
			p->spec->name));
	p->en.cmd.kind = kind;
	p->en.cmd.peer = c->fp;
	int named = take_named(p, c);
	if (named != 0)
		return named < 0 ? named : 0;
	const struct message *msg = text_from_newest(c, 1, &whose);
	if (msg == NULL)
		return parse_fail(p, ERR_NOT_FOUND, p->at,
		    whose == WHOSE_MINE
			? xasprintf(
			      say(p->m->lang, "you have said nothing here yet"))
			: xasprintf(say(
			      p->m->lang, "nothing was said to you here yet")));
	p->en.cmd.has_target = true;
	p->en.cmd.target = msg->id;
	return 0;
}

static int
take_message_and_text(struct parse *p, enum command_kind kind, enum whose whose)
{
	if (parse_at_end(p))
		return parse_fail_usage(p);
	int err = take_message(p, kind, whose);
	if (err < 0)
		return err;
	if (parse_at_end(p))
		return parse_fail_usage(p);
	return parse_take_text(
	    p, PEER_TEXT_BODY, say(p->m->lang, "the text"), BODY_BYTES_MAX);
}

int
parse_reply(struct parse *p)
{
	return take_message_and_text(p, COMMAND_SAY, WHOSE_THEIRS);
}

int
parse_edit(struct parse *p)
{
	return take_message_and_text(p, COMMAND_EDIT, WHOSE_MINE);
}

int
parse_delete(struct parse *p)
{
	int err = take_message(p, COMMAND_DELETE, WHOSE_MINE);

	if (err == 0 && !parse_at_end(p))
		return parse_fail_usage(p);
	return err;
}

/* Where none is named, the newest that is sealed. */
int
parse_unseal(struct parse *p)
{
	const struct conv *c = direct_conv(p);
	bool named = !parse_at_end(p);
	int err = take_message(p, COMMAND_UNSEAL, WHOSE_THEIRS);

	if (err < 0 || c == NULL)
		return err;
	if (!parse_at_end(p))
		return parse_fail_usage(p);
	for (uint64_t s = c->next_serial; !named && s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (msg->seal != SEAL_CLOSED)
			continue;
		p->en.cmd.target = msg->id;
		break;
	}
	return 0;
}

int
parse_react(struct parse *p)
{
	int err = take_message(p, COMMAND_REACT, WHOSE_THEIRS);

	if (err < 0)
		return err;
	if (strchr(p->line + p->at, '\n') != NULL)
		return parse_fail(p, ERR_FORMAT, p->at,
		    xasprintf(say(
			p->m->lang, "a reaction is one short word or emoji")));
	size_t n = p->size - p->at;
	const struct emoji *e =
	    n > 2 && p->line[p->at] == ':' && p->line[p->size - 1] == ':'
		? emoji_find(p->line + p->at + 1, n - 2)
		: NULL;
	if (e != NULL) {
		p->en.cmd.text = xstrdup(e->text);
		return 0;
	}
	return parse_take_text(p, PEER_TEXT_STATUS,
	    say(p->m->lang, "a reaction"), REACTION_SIZE - 1);
}

static const struct message *
target_of(const struct parse *p, const struct conv *c)
{
	for (uint64_t s = c == NULL ? 0 : c->next_serial;
	     c != NULL && s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (msg_id_equal(&msg->id, &p->en.cmd.target))
			return msg;
	}
	return NULL;
}

/* The message as words of ours, for those whose program knows no replies; its
 * first lines, as the rest is there already. */
int
parse_quote(struct parse *p)
{
	struct str s = { 0 };
	int err = take_message_and_text(p, COMMAND_SAY, WHOSE_THEIRS);

	if (err < 0)
		return err;
	const struct message *msg = target_of(p, direct_conv(p));
	const char *text = msg == NULL ? "" : msg->text;
	for (int i = 0; i < QUOTE_LINES && *text != '\0'; i++) {
		size_t n = strcspn(text, "\n");
		str_addf(&s, "> %.*s\n",
		    (int)utf8_cut(text, n, QUOTE_LINE_BYTES), text);
		text += n + (text[n] == '\n');
	}
	str_add(&s, p->en.cmd.text);
	free(p->en.cmd.text);
	size_t size = s.size;
	p->en.cmd.text = str_take(&s);
	p->en.cmd.has_target = false;
	if (size <= BODY_BYTES_MAX)
		return 0;
	return parse_fail(p, ERR_LIMIT, p->at,
	    xasprintf(
		say(p->m->lang,
		    "with what it quotes the text has %zu bytes: %d is the "
		    "most"),
		size, BODY_BYTES_MAX));
}

/* The newest text with a link; NULL: none in memory has one. */
static const struct message *
newest_link(const struct conv *c, struct link *ret_link)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (msg->kind == MESSAGE_TEXT && !msg->deleted &&
		    link_next(msg->text, msg->size, 0, ret_link))
			return msg;
	}
	return NULL;
}

/* The message that is named, or none; what is named is nothing else. */
static int
take_place(struct parse *p, const struct conv **ret_conv,
    const struct message **ret_msg)
{
	const struct conv *c = *ret_conv = direct_conv(p);
	unsigned place = place_of(p->line + p->at, parse_word_size(p));

	*ret_msg = NULL;
	if (c == NULL)
		return parse_fail(p, ERR_STATE, 0,
		    xasprintf(say(p->m->lang,
				  "/%s works in a conversation with somebody: "
				  "/query WHO opens one"),
			p->spec->name));
	if (parse_at_end(p))
		return 0;
	size_t at = p->at;
	p->at += parse_word_size(p);
	parse_skip_blanks(p);
	if (place == 0 || !parse_at_end(p))
		return parse_fail_usage(p);
	*ret_msg = text_from_newest(c, place, NULL);
	p->at = at;
	return *ret_msg == NULL ? fail_place(p, c, place) : 0;
}

int
parse_copy(struct parse *p)
{
	const struct message *msg;
	const struct conv *c;
	int err = take_place(p, &c, &msg);

	if (err < 0 || c == NULL)
		return err;
	if (msg == NULL)
		msg = text_from_newest(c, 1, NULL);
	if (msg == NULL)
		return fail_place(p, c, 1);
	p->en.front = FRONT_COPY;
	p->en.cmd.kind = COMMAND_INFO;
	p->en.cmd.text = xstrdup(msg->text);
	return 0;
}

int
parse_open(struct parse *p)
{
	const struct message *msg;
	const struct conv *c;
	struct link link;

	if (parse_is_transfer(p))
		return parse_open_file(p);
	int err = take_place(p, &c, &msg);

	if (err < 0 || c == NULL)
		return err;
	if (msg == NULL)
		msg = newest_link(c, &link);
	if (msg == NULL || !link_next(msg->text, msg->size, 0, &link))
		return parse_fail(p, ERR_NOT_FOUND, p->at,
		    xasprintf(say(p->m->lang, "there is no link in it")));
	p->en.front = FRONT_OPEN;
	p->en.cmd.kind = COMMAND_INFO;
	p->en.cmd.text = xstrndup(msg->text + link.offset, link.size);
	return 0;
}

int
parse_forget(struct parse *p)
{
	static const char *const words[] = { "conversation", "contact" };
	const struct conv *c = model_conv(p->m, p->conv);
	uint32_t choice;

	if (parse_at_end(p))
		return parse_fail_usage(p);
	p->en.cmd.kind = COMMAND_FORGET;
	if (c != NULL) {
		int named = take_named(p, c);
		p->en.cmd.peer = c->fp;
		if (named < 0)
			return named;
		if (named > 0)
			return parse_nothing(p, COMMAND_FORGET);
	}
	int err = parse_choice(p, words, 2, &choice);
	if (err < 0)
		return err;
	p->en.cmd.on = choice == 1;
	if (choice == 0 && parse_at_end(p) && c != NULL &&
	    c->kind == CONV_KIND_NEARBY) {
		p->en.cmd.peer = (struct fp){ 0 };
		return 0;
	}
	return parse_who_or_here(p);
}
