/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 of RFC 3629, strictly: no overlong forms, no surrogates, nothing above
 * U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	UTF8_REPLACEMENT = 0xFFFD,
	UTF8_MAX = 4, /* bytes of the longest sequence */
};

/*
 * Decodes one code point of at most n bytes (n > 0). Returns the bytes used,
 * at least 1. A bad sequence yields U+FFFD, uses its maximal valid prefix
 * (Unicode 15, §3.9, "substitution of maximal subparts"), and sets *ret_bad
 * where that is not NULL.
 */
size_t utf8_decode(const char *s, size_t n, uint32_t *ret_cp, bool *ret_bad);
/* Returns the bytes written, 1..4; a surrogate or a value too large is written
 * as U+FFFD. */
size_t utf8_encode(uint32_t cp, char out[static UTF8_MAX]);
bool utf8_is_valid(const char *s, size_t n);
/* The longest prefix of at most max bytes that cuts no sequence. */
size_t utf8_cut(const char *s, size_t n, size_t max);

#endif
