/* SPDX-License-Identifier: MIT */
/*
 * Text that grows while it is put together. Zero-initialise; str_clear frees,
 * str_take hands the string over.
 */
#ifndef UI_STR_H
#define UI_STR_H

#include <stddef.h>

struct str {
	char *p; /* owned; NUL-terminated once something was added */
	size_t size, cap;
};

void str_clear(struct str *s);
/* Empties, keeping the storage. */
void str_reset(struct str *s);
void str_add(struct str *s, const char *text);
void str_addf(struct str *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text, with blanks behind it up to so many cells. */
void str_pad(struct str *s, const char *text, int cells);
/* The text, never NULL; valid until the next call. */
const char *str_text(const struct str *s);
/* The string (caller frees), never NULL; leaves an empty str. */
char *str_take(struct str *s);

#endif
