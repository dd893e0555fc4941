/* SPDX-License-Identifier: MIT */
/*
 * What the contacts are called, so that none is taken for another: with a tag
 * where two look alike, or where a name would read as something else.
 */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "store/db_state.h"

struct name;

struct names {
	struct name *list; /* by fingerprint */
	size_t count;
};

/* SQLITE_OK, or what went wrong. */
int names_load(struct db *db, struct names *ret_names);
void names_clear(struct names *names);
/* "?" for who is not known. */
const char *names_find(const struct names *names, const struct fp *fp);

#endif
