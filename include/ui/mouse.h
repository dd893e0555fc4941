/* SPDX-License-Identifier: MIT */
/*
 * What the mouse did, as a terminal reports it.
 */
#ifndef UI_MOUSE_H
#define UI_MOUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mouse_kind {
	MOUSE_OTHER, /* moved, let go, a button that means nothing */
	MOUSE_CLICK, /* the first button went down */
	MOUSE_WHEEL_UP,
	MOUSE_WHEEL_DOWN,
};

struct mouse {
	enum mouse_kind kind;
	int row, col; /* from 0; may lie outside of any screen */
	uint8_t mods; /* enum key_mod */
};

/* The form of mode 1006: CSI < B ; X ; Y M, with the bytes between CSI and the
 * final one. False when that is no such report. */
bool mouse_sgr(
    const uint8_t *params, size_t n, uint8_t final, struct mouse *ret_mouse);
/* The form before it, three bytes behind CSI M. */
struct mouse mouse_x10(const uint8_t bytes[static 3]);

#endif
