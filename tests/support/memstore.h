/* SPDX-License-Identifier: MIT */
/*
 * A store in memory that keeps the promises of a real one: what was committed
 * stays, what was not is gone when it is asked to forget it.
 */
#ifndef MEMSTORE_H
#define MEMSTORE_H

#include "core/change.h"
#include "core/saved.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message, or a revision of one. */
struct mem_row {
	struct change change; /* text and reason owned */
	bool is_revision;
	bool edited, deleted;
	char reactions[2][REACTION_SIZE];
	struct transfer *transfer; /* MESSAGE_FILE; owned */
};

struct mem_conv {
	struct fp fp;
	int64_t read_row;
	char *draft;
};

struct memstore {
	struct mem_row *rows; /* in the order they were stored */
	size_t row_count, row_cap;
	struct pin *pins;
	size_t pin_count, pin_cap;
	struct mem_conv *convs;
	size_t conv_count, conv_cap;
	struct saved_rule *rules;
	size_t rule_count, rule_cap;
	uint32_t transfer_number;
	struct change *pending; /* not committed */
	size_t pending_count, pending_cap;
	struct pin *pending_pins;
	unsigned commits;
};

/* Zeroed is empty. */
void memstore_clear(struct memstore *ms);
void memstore_apply(struct memstore *ms, const struct change *c);
bool memstore_is_dirty(const struct memstore *ms);
void memstore_commit(struct memstore *ms);
void memstore_rollback(struct memstore *ms);

void memstore_load(const struct memstore *ms, struct saved *ret_saved);
/* Also from what is not committed yet. */
void memstore_page(const struct memstore *ms, const struct fp *fp, int64_t row,
    size_t count, struct saved_page *ret_page);
/* The message, or NULL. */
const struct mem_row *memstore_find(
    const struct memstore *ms, const struct fp *fp, const struct msg_id *id);
const struct pin *memstore_pin(const struct memstore *ms, const struct fp *fp);

#endif
