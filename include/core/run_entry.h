/* SPDX-License-Identifier: MIT */
/*
 * Commands that others may have run here, as the settings run and run.who name
 * them: "NAME = PROGRAM WORD…" and "NAME CONTACT".
 */
#ifndef CORE_RUN_ENTRY_H
#define CORE_RUN_ENTRY_H

#include "base/words.h"
#include "core/model.h"
#include "core/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* Letters, digits, "-", "_" and ".", and no "-" first; wire/msg.h says how
 * many. */
bool run_name_is_good(const char *name, size_t n);
/* 0 and the words of the program; ERR_FORMAT where item is no entry. */
int run_entry_read(const char *item, struct words *ret_words);
/* The entry of that name; NULL. */
const char *run_entry_find(
    const struct setting_list *entries, const char *name);
/*
 * The words of the program with args where the entry wants them, a line each
 * (caller frees). ERR_FORMAT: it wants none, or none that begin with "-";
 * ERR_LIMIT: they are more than WORDS_MAX.
 */
int run_entry_fill(
    const char *item, char *const *args, size_t count, char **ret_lines);

/* Whether item is a grant. */
bool run_grant_is_good(const char *item);
/* Whether p, who is verified, may run name. What p calls itself says nothing:
 * a contact is named by its fingerprint or by the user's own name for it. */
bool run_is_granted(
    const struct setting_list *grants, const char *name, const struct peer *p);

#endif
