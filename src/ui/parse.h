/* SPDX-License-Identifier: MIT */
/*
 * One line on its way to a command, and what the rows of the command table
 * use to read their arguments.
 */
#ifndef UI_PARSE_H
#define UI_PARSE_H

#include "base/now.h"
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
int parse_clear(struct parse *p);
int parse_help(struct parse *p);
int parse_quit(struct parse *p);

/* Text for the conversation where the line was typed. */
int parse_say(struct parse *p, bool action);

#endif
