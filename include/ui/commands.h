/* SPDX-License-Identifier: MIT */
/*
 * The table of commands, and what is made of it: parsing, help, completion,
 * the man page's check. One row adds a command.
 */
#ifndef UI_COMMANDS_H
#define UI_COMMANDS_H

#include "base/now.h"
#include "core/command.h"
#include "core/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum front_action {
	FRONT_NONE,
	FRONT_SELECT, /* show the conversation with cmd.peer */
	/* Show all of the help; a front end without a way of its own executes
	 * cmd, which has it as COMMAND_INFO. */
	FRONT_HELP,
	/* The text of cmd to the clipboard, or a link in it to be opened; a
	 * front end that cannot shows it. */
	FRONT_COPY,
	FRONT_OPEN,
	FRONT_OPEN_FILE, /* the text of cmd is its path; the same */
	FRONT_SETTINGS,  /* show the settings that filter finds; the same */
	FRONT_URLS,      /* the links of the conversation; the same */
	FRONT_TRANSFERS, /* files on their way; the same */
	FRONT_CLOSE,     /* leave the conversation for the one before */
	FRONT_CAPTURE,   /* ask for a key to bind; else as FRONT_HELP */
};

/* A line the user entered, understood. */
struct entered {
	struct command cmd;      /* COMMAND_NONE when there is none */
	enum front_action front; /* for the front end itself */
	char *filter;            /* owned; FRONT_SETTINGS; NULL: all */
	struct fp *also;         /* owned: cmd is for these peers, too */
	size_t also_count;
};

struct parse;

struct command_spec {
	const char *name;  /* without the slash */
	const char *alias; /* NULL */
	const char *args;  /* "WHO TEXT", "[TEXT]", "" */
	const char *gloss; /* one line */
	const char *example;
	const char *group; /* "Talk", "People", "Me", "Net", "Screen" */
	int (*parse)(struct parse *p); /* of the arguments; ui/parse.h */
};

/* The table, groups standing together. */
const struct command_spec *command_specs(size_t *ret_count);
/* By name, alias or unique prefix; NULL with *ret_candidates (caller frees)
 * listing what it could be, or NULL when nothing fits. */
const struct command_spec *command_find(
    const char *word, size_t n, char **ret_candidates);

/*
 * Understands one line: "/command args", "//text" for text with a slash, or
 * text for the conversation conv. 0, or a negative enum err with a sentence in
 * *ret_error (caller frees) and the byte where it went wrong in *ret_at.
 * Blanks before a slash are ERR_STATE: a command, or text? The front end asks,
 * or takes the line to command_parse_text.
 */
int command_parse(const struct model *m, struct now now, uint32_t conv,
    const char *line, struct entered *ret_entered, char **ret_error,
    size_t *ret_at);
/* The same for a line that is text whatever it begins with. */
int command_parse_text(const struct model *m, uint32_t conv, const char *line,
    struct entered *ret_entered, char **ret_error);
/* The command for one more of the peers (caller clears); false: for no more. */
bool entered_next(struct entered *en, struct command *ret_cmd);
void entered_clear(struct entered *en);

#endif
