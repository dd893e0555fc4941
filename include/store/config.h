/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: "key value" lines, # comments. Keys, values and
 * defaults come from one table.
 */
#ifndef STORE_CONFIG_H
#define STORE_CONFIG_H

#include "base/addr.h"
#include "base/iface.h"
#include "store/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONFIG_INTERFACES_MAX = 16 };

struct config {
	char *name;   /* NULL: not set */
	char *status; /* NULL */
	bool quiet;
	bool ascii;    /* look.glyphs ascii */
	uint16_t port; /* 0: the default */
	/* What is kept: 0 is the default, and for days, for ever. */
	uint32_t history_days, history_mib, history_free_mib;
	char interfaces[CONFIG_INTERFACES_MAX][IFACE_NAME_MAX];
	size_t interface_count;
};

struct config_key {
	const char *name;
	const char *values; /* "TEXT", "on|off", … */
	const char *gloss;
};
/* The table, in the order of the manual. */
const struct config_key *config_keys(size_t *ret_count);

/* Nothing set. */
void config_init(struct config *c);
void config_clear(struct config *c);
/* One setting; 0 or an error with its sentence (caller frees; without file and
 * line). */
int config_set(
    struct config *c, const char *key, const char *value, char **ret_error);
/* Parses text; on error the sentence names the line. Pure. */
int config_parse(
    struct config *c, const char *text, size_t n, char **ret_error);
/* config_dir/config, if it is there. */
int config_load(struct config *c, const struct home *h, char **ret_error);

#endif
