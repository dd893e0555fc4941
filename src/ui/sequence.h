/* SPDX-License-Identifier: MIT */
/*
 * What a complete control sequence of a terminal means, as tables. Sources:
 * xterm's ctlseqs ("PC-Style Function Keys", modifyOtherKeys), the kitty
 * keyboard protocol for CSI u, and what rxvt and the Linux console do instead.
 */
#ifndef UI_SEQUENCE_H
#define UI_SEQUENCE_H

#include "ui/key.h"

#include <stddef.h>
#include <stdint.h>

enum sequence_kind {
	SEQUENCE_UNKNOWN,
	SEQUENCE_KEY,    /* a key press */
	SEQUENCE_FOCUS,  /* a report in the shape of a key */
	SEQUENCE_PASTE,  /* a paste begins */
	SEQUENCE_SILENT, /* understood, and nothing to do: a key let go */
};

/* CSI, the n parameter bytes (0x20 .. 0x3F), and the final byte. The key is
 * written for SEQUENCE_KEY and SEQUENCE_FOCUS. */
enum sequence_kind sequence_csi(
    const uint8_t *params, size_t n, uint8_t final, struct key *ret_key);
enum sequence_kind sequence_ss3(
    const uint8_t *params, size_t n, uint8_t final, struct key *ret_key);
/* A C0 control or DEL as the key that sends it. */
struct key sequence_control(uint32_t c, unsigned mods);

#endif
