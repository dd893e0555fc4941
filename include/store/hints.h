/* SPDX-License-Identifier: MIT */
/*
 * Which hints were told, from one run to the next: a small file of the state
 * directory. Whatever goes wrong with it, somebody sees a hint once more.
 */
#ifndef STORE_HINTS_H
#define STORE_HINTS_H

#include "store/home.h"

/* What was kept, "" for nothing (caller frees). */
char *hints_load(const struct home *h);
void hints_save(const struct home *h, const char *text);

#endif
