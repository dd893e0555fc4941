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

#include <stdbool.h>
#include <stdint.h>

struct pin {
	struct fp fp;
	/* PINNED, VERIFIED or BLOCKED; or UNKNOWN: there is a conversation, but
	 * the key was not proven and accepted. */
	enum trust trust;
	char name[NAME_BYTES_MAX * PEER_TEXT_GROWTH + 1]; /* clean */
	struct addr addr;          /* where the last session was; may be NONE */
	uint16_t version_floor;    /* the highest version ever authenticated */
	uint32_t epoch, seq;       /* newest announcement accepted */
	int64_t first_ms, last_ms; /* wall clock, of sessions */
	bool answered;             /* the user wrote to it */
	bool receipts;             /* it is told what was shown */
	bool forgets;              /* "keep no history" */
	/* What the user calls it, "" for what it calls itself; clean. */
	char alias[NAME_BYTES_MAX * PEER_TEXT_GROWTH + 1];
	int64_t muted_ms; /* wall clock: no attention before; 0 */
	enum transport_choice transport;
	uint16_t udp_port; /* at addr; 0 = none */
	/* The newest message of theirs that is stored: what comes again at or
	 * below it is a duplicate. CHANGE_MESSAGE and _REVISION move it, too.
	 */
	uint64_t received_seq;
	/* The newest of ours that they acknowledged; CHANGE_DELIVERY moves
	 * it, too. */
	uint64_t sent_seq;
	/* The rest is of a legacy contact; "" and 0 else. */
	enum dialect dialect;
	char handle[HANDLE_SIZE]; /* clean */
	enum charset charset;
};

#endif
