/* SPDX-License-Identifier: MIT */
/*
 * What Tab offers: commands, topics of the help, and people, from the same
 * tables and lookups that understand the line.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include "core/model.h"

#include <stdbool.h>
#include <stddef.h>

enum { COMPLETE_MAX = 64 };

struct completion_item {
	char *text;  /* goes into the line, with a blank where one is due */
	char *label; /* for the list: "/msg WHO TEXT" */
	char *gloss;
};

struct completion {
	size_t from, to; /* bytes of the line that an item replaces */
	bool is_path;    /* what stands there begins a path */
	bool is_word;    /* which is one word of several (ui/path_words.h) */
	size_t count;    /* 0: nothing fits */
	struct completion_item items[COMPLETE_MAX]; /* owned */
};

/* For the cursor at byte `at` of the line. Names that would not be understood
 * as they are come in quotes or with a tag. */
void complete_line(const struct model *m, const char *line, size_t at,
    struct completion *ret_completion);
/* Bytes that all items begin with. */
size_t completion_common(const struct completion *c);
void completion_clear(struct completion *c);

#endif
