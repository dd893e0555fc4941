/* SPDX-License-Identifier: MIT */
/*
 * Looking for words in the conversation while they are typed. What is in
 * memory is looked through once for each change of the words; older messages
 * are asked for when the way leads there, and Tab asks the whole history.
 */
#ifndef UI_FIND_H
#define UI_FIND_H

#include "base/now.h"
#include "core/command.h"
#include "core/model.h"
#include "ui/key.h"
#include "ui/state.h"

#include <stdbool.h>
#include <stddef.h>

enum { FIND_MAX = 64 /* code points looked for; what is behind is not */ };

/* What is looked for, in a form that compares quickly. */
struct needle {
	uint32_t cp[FIND_MAX]; /* lower case */
	size_t count;          /* 0: nothing is found */
};

struct needle needle_of(const char *text);
/* The first place from byte `at` on, whatever its case. */
bool needle_find(const struct needle *n, const char *text, size_t size,
    size_t at, size_t *ret_start, size_t *ret_end);

void find_open(struct ui *ui, const struct model *m);
/* back: the view is again where it was. */
void find_close(struct ui *ui, bool back);
void find_free(struct ui *ui);
/* Counts on with what came since; what is chosen is in view. */
void find_settle(struct ui *ui, const struct model *m, struct now now);
/* True when the key was for it. */
bool find_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
/* Asks the store for the text, which is not empty, in all that was ever said;
 * told in the window in view. */
void find_everywhere(struct ui *ui, const struct model *m, const char *text,
    struct command *ret_cmd);
/* The serial of what is chosen; 0: nothing is. */
uint64_t find_chosen(const struct ui *ui);

#endif
