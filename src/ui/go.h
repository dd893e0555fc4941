/* SPDX-License-Identifier: MIT */
/*
 * Where one can go from here, by a few letters of it: people, conversations,
 * commands behind a slash, and what was said.
 */
#ifndef UI_GO_H
#define UI_GO_H

#include "core/model.h"
#include "ui/commands.h"

#include <stddef.h>
#include <stdint.h>

enum {
	GO_MESSAGES_MAX = 8,     /* listed, the newest */
	GO_MESSAGES_SEEN = 4000, /* looked through, the newest */
	GO_LETTERS_MIN = 2,      /* before messages are looked through */
};

enum go_kind { GO_NEARBY, GO_PEER, GO_COMMAND, GO_MESSAGE };

struct go_row {
	enum go_kind kind;
	int score;
	int64_t when; /* of the last word there */
	uint32_t unread;
	const struct peer *peer; /* GO_PEER; of GO_MESSAGE, NULL nearby */
	const struct command_spec *spec;
	const struct conv *conv;
	const struct message *message;
};

struct go {
	struct go_row *rows; /* owned; what it points to is the model's */
	size_t count, cap;
	size_t all; /* with the empty pattern */
};

/* Until the model changes. here: the conversation in view, which goes behind
 * the others as long as nothing is typed. */
void go_find(struct go *go, const struct model *m, const struct fp *here,
    const char *pattern);
void go_clear(struct go *go);

#endif
