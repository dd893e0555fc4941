/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: "key value" lines, # comments. The settings are
 * those of core/settings.h.
 */
#ifndef STORE_CONFIG_H
#define STORE_CONFIG_H

#include "core/settings.h"
#include "store/home.h"

#include <stdbool.h>
#include <stddef.h>

/* Parses text; on error the sentence (caller frees) names the line. Pure. */
int config_parse(
    struct settings *s, const char *text, size_t n, char **ret_error);
/* config_dir/config, if it is there. */
int config_load(struct settings *s, const struct home *h, char **ret_error);

/*
 * The text with the lines of one setting as they are to be, the others, the
 * comments and their order left as they are. on: it was set, and is written
 * whatever it is; else it is back to its default, and its lines go. key NULL:
 * everything that is not at its default, or has a line. NULL when nothing
 * changes; else a new string (caller frees). Pure.
 */
char *config_edit(const char *text, size_t n, const struct settings *s,
    const char *key, bool on);
/* The same with the file, which is replaced at once or not at all. 0, or an
 * error and its sentence (caller frees). */
int config_save(const struct home *h, const struct settings *s, const char *key,
    bool on, char **ret_error);

#endif
