/* SPDX-License-Identifier: MIT */
/*
 * What a draft may hold, and the case of its letters.
 */
#ifndef UI_DRAFT_H
#define UI_DRAFT_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Appends text of any origin to out as edit_insert() promises; col is the
 * column it will stand at, for tabs. 0, or ERR_LIMIT when out is full. */
int draft_clean(struct buf *out, int col, const char *text, size_t n);
/* Of the Latin, Greek and Cyrillic letters that have both; else cp. */
uint32_t draft_upper(uint32_t cp);
uint32_t draft_lower(uint32_t cp);

#endif
