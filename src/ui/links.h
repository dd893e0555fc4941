/* SPDX-License-Identifier: MIT */
/*
 * Links in a text: http and https, and nothing that a program of the
 * user might take for more than an address.
 */
#ifndef UI_LINKS_H
#define UI_LINKS_H

#include <stdbool.h>
#include <stddef.h>

struct link {
	size_t offset, size; /* bytes of the text */
};

/* The first link from byte `at` on; false when there is none. Punctuation that
 * ends the sentence around it is no part of it. */
bool link_next(const char *text, size_t size, size_t at, struct link *ret_link);

#endif
