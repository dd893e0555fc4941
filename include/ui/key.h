/* SPDX-License-Identifier: MIT */
/*
 * One key press as the rest of the screen sees it.
 */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdint.h>

enum key_mod {
	KEY_SHIFT = 1 << 0,
	KEY_ALT = 1 << 1,
	KEY_CTRL = 1 << 2,
	KEY_PREFIX =
	    1 << 3, /* Ctrl-X was pressed before; no terminal sends it */
};

/*
 * A code below KEY_SPECIAL is a Unicode code point as typed: letters with
 * KEY_CTRL are lower case ('a' with KEY_CTRL, not 1), so Ctrl-J and Enter,
 * Ctrl-I and Tab, Ctrl-[ and Esc differ as far as the terminal tells.
 */
enum key_code {
	KEY_SPECIAL = 0x110000,
	KEY_ENTER_KEY,
	KEY_TAB_KEY,
	KEY_ESCAPE,
	KEY_BACKSPACE_KEY,
	KEY_DELETE,
	KEY_INSERT,
	KEY_UP_KEY,
	KEY_DOWN_KEY,
	KEY_LEFT_KEY,
	KEY_RIGHT_KEY,
	KEY_HOME_KEY,
	KEY_END_KEY,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_F1, /* KEY_F1 + 11 is F12 */
	KEY_F12 = KEY_F1 + 11,
	KEY_PASTE, /* decode_paste() has the text */
	KEY_FOCUS_IN,
	KEY_FOCUS_OUT,
	KEY_MOUSE, /* decode_mouse() tells what it did */
	KEY_REPLY, /* no key: decode_reply() has an answer of the terminal */
};

struct key {
	uint32_t code;
	uint8_t mods; /* enum key_mod */
};

#endif
