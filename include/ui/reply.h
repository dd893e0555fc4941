/* SPDX-License-Identifier: MIT */
/*
 * What a terminal answers when it is asked about itself. Sources: ECMA-48
 * §8.3.14 (CPR), DEC STD 070 (DA1, DECRPM), xterm's ctlseqs (OSC 10 and 11).
 */
#ifndef UI_REPLY_H
#define UI_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reply_kind {
	REPLY_POSITION, /* of the cursor: first the row, then the column, of 1
			 */
	REPLY_DEVICE,   /* what it is: the numbers say nothing to us */
	REPLY_MODE,     /* first the mode, then its state: 0 is "not known" */
	REPLY_COLOUR, /* first 10 for text or 11 for background, then RRGGBB */
};

struct reply {
	enum reply_kind kind;
	uint32_t first, second;
};

/* The bytes between CSI and the final one. False: it is no reply. */
bool reply_csi(
    const uint8_t *params, size_t n, uint8_t final, struct reply *ret_reply);
/* The text between OSC and its end. */
bool reply_osc(const uint8_t *text, size_t n, struct reply *ret_reply);

#endif
