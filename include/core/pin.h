/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of an identity between two runs. Plain data; the store
 * writes it, the engine owns the meaning.
 */
#ifndef CORE_PIN_H
#define CORE_PIN_H

#include "base/addr.h"
#include "base/id.h"
#include "core/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are borrowed, but of pins that a struct owns, or that were copied. NULL
 * is "". A thousand are read before the first screen: they are small. */
struct pin {
	struct fp fp;
	/* PINNED, VERIFIED or BLOCKED; or UNKNOWN: there is a conversation, but
	 * the key was not proven and accepted. */
	enum trust trust;
	const char *name;          /* clean */
	struct addr addr;          /* where the last session was; may be NONE */
	uint16_t version_floor;    /* the highest version ever authenticated */
	uint32_t epoch, seq;       /* newest announcement accepted */
	int64_t first_ms, last_ms; /* wall clock, of sessions */
	bool answered;             /* the user wrote to it */
	bool receipts;             /* it is told what was shown */
	bool forgets;              /* "keep no history" */
	const char *alias;         /* what the user calls it; clean */
	int64_t muted_ms;          /* wall clock: no attention before; 0 */
	enum transport_choice transport;
	uint16_t udp_port; /* at addr; 0 = none */
	/* The newest message of theirs that is stored: what comes again at or
	 * below it is a duplicate. CHANGE_MESSAGE and _REVISION move it, too.
	 */
	uint64_t received_seq;
	/* The newest of ours that they acknowledged; CHANGE_DELIVERY moves
	 * it, too. */
	uint64_t sent_seq;
	/* The rest is of a legacy contact; NULL and 0 else. */
	enum dialect dialect;
	const char *handle; /* clean */
	enum charset charset;
};

/* With texts of its own (caller: pin_clear). */
struct pin pin_copy(const struct pin *pin);
/* Frees its texts and forgets them. */
void pin_clear(struct pin *pin);
/* Frees count of them with their texts, and where they are. */
void pins_free(struct pin *pins, size_t count);
/* The text of a pin that may be NULL. */
const char *pin_text(const char *text);

#endif
