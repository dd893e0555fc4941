/* SPDX-License-Identifier: MIT */
/*
 * A wire of transfers that only takes notes, in the place of
 * core/transfer_wire.c.
 */
#ifndef TESTS_NOTED_WIRE_H
#define TESTS_NOTED_WIRE_H

#include "core/transfers.h"

#include <stdint.h>

/* What it was asked, and what it answers. */
struct noted_wire {
	const char *cannot, *no_offer, *no_fetch;
	unsigned offers, offered, fetches, refusals, stops, pieces;
	enum file_piece_kind last;
	uint64_t fetched_from;
};
extern struct noted_wire wire;

#endif
