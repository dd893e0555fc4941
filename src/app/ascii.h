/* SPDX-License-Identifier: MIT */
/*
 * To a terminal that is not UTF-8, a letter of a peer could be a control.
 */
#ifndef APP_ASCII_H
#define APP_ASCII_H

#include <stdbool.h>

/* Standard output is such a terminal. */
bool ascii_is_needed(void);
/* In place: a question mark for each other letter. */
void ascii_make(char *text);

#endif
