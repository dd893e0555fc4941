/* SPDX-License-Identifier: MIT */
/*
 * Whether we were meant: our name, or a word of notify.words, stands in the
 * text as a word of its own, in any case.
 */
#ifndef UI_MENTION_H
#define UI_MENTION_H

#include "core/model.h"

#include <stdbool.h>
#include <stdint.h>

bool mention_is(const struct model *m, const struct message *msg);
/* One of the newest that were not read has it; of what was said to everybody,
 * since what was said to us alone is all meant for us. */
bool mention_is_new(const struct model *m, const struct conv *c);
/* The next one with it behind the serial, or before it where step is negative;
 * 0: there is none in memory. c may be NULL. */
uint64_t mention_find(
    const struct model *m, const struct conv *c, uint64_t from, int step);

#endif
