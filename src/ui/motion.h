/* SPDX-License-Identifier: MIT */
/*
 * Where a cursor goes in a text: pure functions from a byte offset to another,
 * all of them between grapheme clusters. Lines are parted by \n.
 */
#ifndef UI_MOTION_H
#define UI_MOTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t motion_left(const char *s, size_t n, size_t at);
size_t motion_right(const char *s, size_t n, size_t at);
/* Words are runs of letters and digits, of any script. */
size_t motion_word_left(const char *s, size_t n, size_t at);
size_t motion_word_right(const char *s, size_t n, size_t at);
/* To the first of the cluster run without blanks that ends before at. */
size_t motion_blank_left(const char *s, size_t n, size_t at);
size_t motion_line_start(const char *s, size_t n, size_t at);
size_t motion_line_end(const char *s, size_t n, size_t at);
/* The start or the end of the cluster that at falls into; at itself where it
 * falls into none. */
size_t motion_snap_start(const char *s, size_t n, size_t at);
size_t motion_snap_end(const char *s, size_t n, size_t at);

bool motion_is_word(uint32_t cp);

#endif
