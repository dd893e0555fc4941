/* SPDX-License-Identifier: MIT */
/*
 * What an engine starts from: the answer of the store to "what do we know".
 * Plain data; borrowed by engine_new for the call only.
 */
#ifndef CORE_SAVED_H
#define CORE_SAVED_H

#include "base/id.h"
#include "core/change.h"
#include "core/model.h"
#include "core/pin.h"

#include <stddef.h>
#include <stdint.h>

/* A conversation that has history. The messages themselves are asked for when
 * somebody looks (EFFECT_LOAD). */
struct saved_conv {
	struct fp fp; /* zero: nearby */
	int64_t last_row, read_row, active_ms;
	uint32_t unread;
	char *draft; /* NULL: none */
};

/* Something of ours that waits: a message or a revision, oldest first. */
struct saved_post {
	struct fp to;
	/* MESSAGE or REVISION; its text is owned here. A MESSAGE of
	 * MESSAGE_FILE has its transfer, which is one of saved.transfers. */
	struct change change;
};

struct saved_rule {
	struct fp fp;
	struct accept_rule rule; /* its folder is owned here */
};

struct transfer;

struct saved {
	struct pin *pins; /* with their texts */
	size_t pin_count;
	struct saved_conv *convs;
	size_t conv_count;
	struct saved_post *outbox;
	size_t outbox_count;
	/* Those that are not over, and those whose offer still waits in the
	 * outbox; oldest first, owned here. */
	struct transfer **transfers;
	size_t transfer_count;
	uint32_t transfer_number; /* the highest id ever given */
	struct saved_rule *rules;
	size_t rule_count;
	int64_t next_row; /* above every row in use; 1 in a new store */
};

/* Frees what it holds and zeroes. */
void saved_clear(struct saved *s);

/* A model of the contacts and nothing else, for who only reads and has no
 * engine (caller: saved_model_free). */
struct model *saved_model(const struct saved *s);
void saved_model_free(struct model *m);

/* One page of a conversation, oldest first: the answer to EFFECT_LOAD. */
struct saved_page {
	struct message *messages; /* row set; texts owned */
	size_t count;
	bool more; /* there are older ones */
};

void saved_page_clear(struct saved_page *p);

#endif
