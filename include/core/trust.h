/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of an identity between two runs. Plain data; the store
 * writes it, the engine owns the meaning.
 */
#ifndef CORE_TRUST_H
#define CORE_TRUST_H

#include "base/addr.h"
#include "base/id.h"
#include "base/peer_text.h"
#include "core/model.h"

#include <stdint.h>

struct pin {
	struct fp fp;
	enum trust trust; /* PINNED, VERIFIED or BLOCKED */
	char name[NAME_BYTES_MAX * PEER_TEXT_GROWTH + 1]; /* clean */
	struct addr addr;          /* where the last session was; may be NONE */
	uint16_t version_floor;    /* the highest version ever authenticated */
	uint32_t epoch, seq;       /* newest announcement accepted */
	int64_t first_ms, last_ms; /* wall clock, of sessions */
};

#endif
