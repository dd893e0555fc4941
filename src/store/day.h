/* SPDX-License-Identifier: MIT */
/*
 * From a day of the user to a time, and from a time to a row.
 */
#ifndef STORE_DAY_H
#define STORE_DAY_H

#include "core/query.h"
#include "store/db_state.h"

enum { DAY_BEYOND = 1000 };

/* When the day begins, by the clocks of where the user is; and the one behind
 * it. */
int64_t day_begin_ms(struct query_day day);
int64_t day_end_ms(struct query_day day);
/*
 * Rows ascend as messages arrive: the row of the first that arrived at ms or
 * later, in the conversation of that number (0: in all), found by halving; one
 * behind the newest when there is none. Clocks jump: who must not miss any
 * looks at DAY_BEYOND rows on either side, too. SQLITE_OK, or what went wrong.
 */
int day_row(struct db *db, int64_t conv, int64_t ms, int64_t *ret_row);

#endif
