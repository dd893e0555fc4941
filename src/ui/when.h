/* SPDX-License-Identifier: MIT */
/*
 * Times as people read them, in the local time zone. Names of days and months
 * are ours, so that a screen is the same in every locale of a language.
 */
#ifndef UI_WHEN_H
#define UI_WHEN_H

#include "base/lang.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	WHEN_CLOCK_SIZE = 6, /* "10:02" */
	WHEN_DAY_SIZE = 64,  /* "Thu 19 Nov 2026" */
	WHEN_SPAN_SIZE = 40, /* "3 min" */
	MINUTE_MS = 60 * 1000,
};

const char *when_clock(int64_t wall_ms, char out[static WHEN_CLOCK_SIZE]);
/* With the year where it is not that of now. */
const char *when_day(const struct lang *l, int64_t wall_ms, int64_t now_wall_ms,
    char out[static WHEN_DAY_SIZE]);
/* Cells that a day of two figures without its year takes. */
int when_day_cells(const struct lang *l);
/* The civil day; months count from 1. */
void when_date(int64_t wall_ms, int *ret_year, int *ret_month, int *ret_day);
bool when_same_day(int64_t a_ms, int64_t b_ms);
/* "0 s", "40 s", "3 min", "2 h", "5 d". */
const char *when_span(
    const struct lang *l, int64_t ms, char out[static WHEN_SPAN_SIZE]);
/* The same in at most five cells: "40s", "3m", "2h", "5d". */
const char *when_short(
    const struct lang *l, int64_t ms, char out[static WHEN_SPAN_SIZE]);

#endif
