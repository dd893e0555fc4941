/* SPDX-License-Identifier: MIT */
/*
 * One line on its way to a command, and what the rows of the command table
 * use to read their arguments.
 */
#ifndef UI_PARSE_H
#define UI_PARSE_H

#include "base/now.h"
#include "base/peer_text.h"
#include "core/model.h"
#include "ui/commands.h"

#include <stdbool.h>
#include <stddef.h>

struct parse {
	const struct model *m;
	struct now now;
	uint32_t conv;
	const char *line;
	size_t size;
	size_t at; /* the next byte to read */
	const struct command_spec *spec;
	struct entered en;
	char *error; /* owned; NULL until something went wrong */
	size_t error_at;
};

/* Takes the sentence. Returns err. */
int parse_fail(struct parse *p, int err, size_t at, char *sentence);
bool is_blank(char c);
void parse_skip_blanks(struct parse *p);
/* Bytes up to the next blank; p->at stays. */
size_t parse_word_size(const struct parse *p);
/* True when there is nothing but blanks from p->at on. */
bool parse_at_end(const struct parse *p);

/*
 * Reads WHO and the blanks behind it: a "quoted name", or the longest run of
 * words that is a whole name or label, or one word that model_find_peer
 * understands. whole: all the rest of the line is the name.
 */
int parse_who(struct parse *p, bool whole, const struct peer **ret_peer);

/* What the arguments should have been. */
int parse_fail_usage(struct parse *p);
/* Nothing may follow. */
int parse_nothing(struct parse *p, enum command_kind kind);
/* The rest of the line as clean text into cmd.text, without the blanks at the
 * end that a paste brings along; what is its name in an error. */
int parse_take_text(
    struct parse *p, enum peer_text_kind kind, const char *what, size_t max);
/* WHO at the end of the line, or whose conversation this is, into cmd.peer. */
int parse_who_or_here(struct parse *p);
/* One of several words; its place in the list. */
int parse_choice(struct parse *p, const char *const *words, uint32_t count,
    uint32_t *ret_choice);

/* The rows of the table. */
int parse_msg(struct parse *p);
int parse_query(struct parse *p);
int parse_list(struct parse *p);
int parse_info(struct parse *p);
int parse_typing(struct parse *p);
int parse_shout(struct parse *p);
int parse_me(struct parse *p);
int parse_nick(struct parse *p);
int parse_status(struct parse *p);
int parse_away(struct parse *p);
int parse_back(struct parse *p);
int parse_connect(struct parse *p);
int parse_net(struct parse *p);
int parse_doctor(struct parse *p);
int parse_clear(struct parse *p);
int parse_help(struct parse *p);
int parse_demo(struct parse *p);
int parse_ignore(struct parse *p);
int parse_unignore(struct parse *p);
int parse_filter(struct parse *p);
int parse_quit(struct parse *p);
int parse_reply(struct parse *p);
int parse_quote(struct parse *p);
int parse_edit(struct parse *p);
int parse_delete(struct parse *p);
int parse_unseal(struct parse *p);
int parse_encoding(struct parse *p);
int parse_react(struct parse *p);
int parse_copy(struct parse *p);
int parse_open(struct parse *p);
int parse_outbox(struct parse *p);
int parse_cancel(struct parse *p);
int parse_search(struct parse *p);
int parse_goto(struct parse *p);
int parse_export(struct parse *p);
int parse_forget(struct parse *p);
int parse_history(struct parse *p);
int parse_receipts(struct parse *p);
int parse_transport(struct parse *p);
int parse_mute(struct parse *p);
int parse_unmute(struct parse *p);
int parse_block(struct parse *p);
int parse_unblock(struct parse *p);
int parse_verify(struct parse *p);
int parse_alias(struct parse *p);
int parse_set(struct parse *p);
int parse_unset(struct parse *p);
int parse_theme(struct parse *p);
int parse_save(struct parse *p);
int parse_win(struct parse *p);
int parse_close(struct parse *p);
int parse_send(struct parse *p);
int parse_files(struct parse *p);
int parse_get(struct parse *p);
int parse_refuse(struct parse *p);
int parse_pause(struct parse *p);
int parse_resume(struct parse *p);
int parse_accept(struct parse *p);
int parse_run(struct parse *p);
int parse_pin(struct parse *p);
int parse_urls(struct parse *p);
int parse_bind(struct parse *p);
int parse_unbind(struct parse *p);
int parse_seal(struct parse *p);
int parse_ask(struct parse *p);
int parse_dialect(struct parse *p);
int parse_listen(struct parse *p);
int parse_unlisten(struct parse *p);
int parse_framing(struct parse *p);
int parse_hangup(struct parse *p);
int parse_contact(struct parse *p);

/* True for "f3" where there is such a transfer: cmd.number has it. */
bool parse_takes_transfer(struct parse *p);
/* What is typed is "f3", whether there is such a transfer or not. */
bool parse_is_transfer(const struct parse *p);
/* A path of the user's own, and the blanks behind it (caller frees). */
int parse_take_path(struct parse *p, char **ret_path);
/* The file that is named is to be opened. */
int parse_open_file(struct parse *p);
/* The people of a list "ana,"bob b",carol": the first into cmd.peer. */
int parse_people(struct parse *p);
/* Text for the conversation where the line was typed. */
int parse_say(struct parse *p, bool action);

#endif
