/* SPDX-License-Identifier: MIT */
/*
 * How many terminal cells text takes, from our own table, so that layout is
 * the same on every machine and libc. Generated from Unicode data by
 * src/base/width_table.py.
 */
#ifndef BASE_WIDTH_H
#define BASE_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/*
 * -1 for controls (C0, DEL, C1), 0 for combining marks and other zero-width
 * code points, else 1 or 2. Unassigned code points are 2 where emoji and
 * ideographs will come (1F300-1FAFF, 20000-3FFFD, gaps of the CJK blocks),
 * else 1; East Asian ambiguous is 1.
 */
int width_cp(uint32_t cp);

/*
 * The extended grapheme cluster (UAX #29) at the start of s: returns its bytes
 * (at least 1 while n > 0) and its cells. A cluster counts as what a terminal
 * without cluster support prints: the sum of its code points, at most 2 for
 * the first base and each further base it holds; never negative.
 */
size_t cluster_next(const char *s, size_t n, int *ret_width);
/* The start of the cluster that ends at s + at; 0 when at is 0. */
size_t cluster_prev(const char *s, size_t at);
/* Cells of the whole string. */
int width_text(const char *s, size_t n);
/* The longest prefix of whole clusters that fits in so many cells. Returns its
 * bytes; *ret_width, where not NULL, gets its cells. */
size_t width_cut(const char *s, size_t n, int cells, int *ret_width);

#endif
