/* SPDX-License-Identifier: MIT */
/*
 * A database in a directory of its own, and short ways to change it.
 */
#ifndef DB_KIT_H
#define DB_KIT_H

#include "store/export.h"

#include <stdbool.h>
#include <stdint.h>

struct db_kit {
	char *dir;
	struct home home;
	struct db_cfg cfg;
	struct db *db;
	char *error; /* of the last call, or NULL */
	int64_t row; /* of the last message made */
};

/* Setup and teardown of cmocka; the state is a struct db_kit, open. */
int db_kit_setup(void **state);
int db_kit_teardown(void **state);
/* Opens; fails the test where that does not work. */
void db_kit_open(struct db_kit *k);
int db_kit_try_open(struct db_kit *k);
void db_kit_close(struct db_kit *k);
void db_kit_reopen(struct db_kit *k);
/* Commits; fails the test where that does not work. */
void db_kit_commit(struct db_kit *k);
int db_kit_try_commit(struct db_kit *k);
/* All that is to be done while nothing happens. */
void db_kit_rest(struct db_kit *k);

struct fp db_kit_fp(unsigned n);
struct msg_id db_kit_id(unsigned n);
/* With id n and the next row; to be altered and applied. */
struct change db_kit_theirs(
    struct db_kit *k, unsigned who, unsigned n, const char *text);
struct change db_kit_ours(
    struct db_kit *k, unsigned who, unsigned n, const char *text);
void db_kit_add(struct db_kit *k, const struct change *c);
struct change db_kit_deliver(unsigned who, unsigned n, enum delivery d);

/* All of it; the error may be that of any step. */
int db_kit_export(struct db_kit *k, const struct export_plan *plan,
    size_t *ret_count, char **ret_error);
/* The newest page of up to 500. */
struct saved_page db_kit_page(struct db_kit *k, unsigned who);
/* The message, in a page that is freed at the next call. */
struct saved db_kit_load(struct db_kit *k);
/* Whether the bytes are in the database, its log or what it was put aside as.
 */
bool db_kit_in_files(const struct db_kit *k, const char *word);

#endif
