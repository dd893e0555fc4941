/* SPDX-License-Identifier: MIT */
/*
 * Words that look like a slip of another: what a sentence offers.
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* At most two letters (one where name is short) are added, dropped or changed,
 * without regard to case. */
bool near_is(const char *word, size_t n, const char *name);

#endif
