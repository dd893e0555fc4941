/* SPDX-License-Identifier: MIT */
/*
 * Memory of a process that stays for long and does little.
 */
#ifndef APP_TRIM_H
#define APP_TRIM_H

/* Gives back what only the start needed: of the program and its libraries the
 * pages that can be read from their files again. */
void trim_pages(void);

#endif
