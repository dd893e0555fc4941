/* SPDX-License-Identifier: MIT */
#include "ui/mouse.h"

#include "ui/key.h"

enum {
	NUMBERS = 3,
	NUMBER_MAX = 100000,
	X10_OFFSET = 32,
	BITS_BUTTON = 0x03 | 0xC0, /* which of them; 3 is none */
	BIT_SHIFT = 0x04,
	BIT_ALT = 0x08,
	BIT_CTRL = 0x10,
	BIT_MOTION = 0x20,
	BUTTON_FIRST = 0,
	BUTTON_WHEEL_UP = 0x40,
	BUTTON_WHEEL_DOWN = 0x41,
};

static struct mouse
describe(int bits, bool down, int x, int y)
{
	struct mouse m = { .row = y - 1, .col = x - 1 };

	if (bits & BIT_SHIFT)
		m.mods |= KEY_SHIFT;
	if (bits & BIT_ALT)
		m.mods |= KEY_ALT;
	if (bits & BIT_CTRL)
		m.mods |= KEY_CTRL;
	if (!down || (bits & BIT_MOTION))
		return m;
	if ((bits & BITS_BUTTON) == BUTTON_FIRST)
		m.kind = MOUSE_CLICK;
	else if ((bits & BITS_BUTTON) == BUTTON_WHEEL_UP)
		m.kind = MOUSE_WHEEL_UP;
	else if ((bits & BITS_BUTTON) == BUTTON_WHEEL_DOWN)
		m.kind = MOUSE_WHEEL_DOWN;
	return m;
}

bool
mouse_sgr(const uint8_t *p, size_t n, uint8_t final, struct mouse *ret_mouse)
{
	int v[NUMBERS] = { 0 };
	size_t count = 0, digits = 0;

	if ((final != 'M' && final != 'm') || n == 0 || p[0] != '<')
		return false;
	for (size_t i = 1; i < n; i++) {
		if (p[i] == ';' && digits > 0 && count + 1 < NUMBERS) {
			count++;
			digits = 0;
			continue;
		}
		if (p[i] < '0' || p[i] > '9' || v[count] > NUMBER_MAX)
			return false;
		v[count] = v[count] * 10 + p[i] - '0';
		digits++;
	}
	if (count + 1 != NUMBERS || digits == 0)
		return false;
	*ret_mouse = describe(v[0], final == 'M', v[1], v[2]);
	return true;
}

struct mouse
mouse_x10(const uint8_t bytes[static 3])
{
	int bits = bytes[0] - X10_OFFSET;

	/* All buttons let go look the same here: as button 3. */
	return describe(
	    bits, true, bytes[1] - X10_OFFSET, bytes[2] - X10_OFFSET);
}
