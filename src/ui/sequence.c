/* SPDX-License-Identifier: MIT */
#include "ui/sequence.h"

#include <stdbool.h>

enum { PARAMS_MAX = 3, SUBS_MAX = 2 };

struct params {
	uint32_t v[PARAMS_MAX][SUBS_MAX]; /* [parameter][sub-parameter] */
	size_t count;
};

struct row {
	uint32_t from; /* a final byte, a number, or kitty's code point */
	uint32_t code;
	uint8_t mods;
};

/* With CSI and with SS3. */
static const struct row finals[] = {
	{ 'A', KEY_UP_KEY, 0 },
	{ 'B', KEY_DOWN_KEY, 0 },
	{ 'C', KEY_RIGHT_KEY, 0 },
	{ 'D', KEY_LEFT_KEY, 0 },
	{ 'F', KEY_END_KEY, 0 },
	{ 'H', KEY_HOME_KEY, 0 },
	{ 'P', KEY_F1, 0 },
	{ 'Q', KEY_F1 + 1, 0 },
	{ 'R', KEY_F1 + 2, 0 },
	{ 'S', KEY_F1 + 3, 0 },
	{ 0, 0, 0 },
};

/* rxvt's arrows with Shift, and back-tab. */
static const struct row csi_finals[] = {
	{ 'Z', KEY_TAB_KEY, KEY_SHIFT },
	{ 'a', KEY_UP_KEY, KEY_SHIFT },
	{ 'b', KEY_DOWN_KEY, KEY_SHIFT },
	{ 'c', KEY_RIGHT_KEY, KEY_SHIFT },
	{ 'd', KEY_LEFT_KEY, KEY_SHIFT },
	{ 0, 0, 0 },
};

/* rxvt's arrows with Ctrl, and the keypad in application mode. */
static const struct row ss3_finals[] = {
	{ 'a', KEY_UP_KEY, KEY_CTRL },
	{ 'b', KEY_DOWN_KEY, KEY_CTRL },
	{ 'c', KEY_RIGHT_KEY, KEY_CTRL },
	{ 'd', KEY_LEFT_KEY, KEY_CTRL },
	{ 'M', KEY_ENTER_KEY, 0 },
	{ 'X', '=', 0 },
	{ 'j', '*', 0 },
	{ 'k', '+', 0 },
	{ 'l', ',', 0 },
	{ 'm', '-', 0 },
	{ 'n', '.', 0 },
	{ 'o', '/', 0 },
	{ 'p', '0', 0 },
	{ 'q', '1', 0 },
	{ 'r', '2', 0 },
	{ 's', '3', 0 },
	{ 't', '4', 0 },
	{ 'u', '5', 0 },
	{ 'v', '6', 0 },
	{ 'w', '7', 0 },
	{ 'x', '8', 0 },
	{ 'y', '9', 0 },
	{ 0, 0, 0 },
};

static const struct row tildes[] = {
	{ 1, KEY_HOME_KEY, 0 },
	{ 2, KEY_INSERT, 0 },
	{ 3, KEY_DELETE, 0 },
	{ 4, KEY_END_KEY, 0 },
	{ 5, KEY_PAGE_UP, 0 },
	{ 6, KEY_PAGE_DOWN, 0 },
	{ 7, KEY_HOME_KEY, 0 },
	{ 8, KEY_END_KEY, 0 },
	{ 11, KEY_F1, 0 },
	{ 12, KEY_F1 + 1, 0 },
	{ 13, KEY_F1 + 2, 0 },
	{ 14, KEY_F1 + 3, 0 },
	{ 15, KEY_F1 + 4, 0 },
	{ 17, KEY_F1 + 5, 0 },
	{ 18, KEY_F1 + 6, 0 },
	{ 19, KEY_F1 + 7, 0 },
	{ 20, KEY_F1 + 8, 0 },
	{ 21, KEY_F1 + 9, 0 },
	{ 23, KEY_F1 + 10, 0 },
	{ 24, KEY_F12, 0 },
	{ 0, 0, 0 },
};

/* kitty's keypad, behind 57399 .. 57408 for the digits. */
static const struct row keypad[] = {
	{ 57409, '.', 0 },
	{ 57410, '/', 0 },
	{ 57411, '*', 0 },
	{ 57412, '-', 0 },
	{ 57413, '+', 0 },
	{ 57414, KEY_ENTER_KEY, 0 },
	{ 57415, '=', 0 },
	{ 57416, ',', 0 },
	{ 57417, KEY_LEFT_KEY, 0 },
	{ 57418, KEY_RIGHT_KEY, 0 },
	{ 57419, KEY_UP_KEY, 0 },
	{ 57420, KEY_DOWN_KEY, 0 },
	{ 57421, KEY_PAGE_UP, 0 },
	{ 57422, KEY_PAGE_DOWN, 0 },
	{ 57423, KEY_HOME_KEY, 0 },
	{ 57424, KEY_END_KEY, 0 },
	{ 57425, KEY_INSERT, 0 },
	{ 57426, KEY_DELETE, 0 },
	{ 0, 0, 0 },
};

static const struct row *
find(const struct row *row, uint32_t from)
{
	for (; row->code; row++)
		if (row->from == from)
			return row;
	return NULL;
}

/* Digits, parted by ; and : for sub-parameters; anything else is a sequence of
 * another kind. Numbers stop growing above what a code point can be. */
static bool
parse(const uint8_t *p, size_t n, struct params *ret_params)
{
	struct params params = { .count = n > 0 };
	size_t sub = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == ';') {
			params.count++;
			sub = 0;
			continue;
		}
		if (p[i] == ':') {
			sub++;
			continue;
		}
		if (p[i] < '0' || p[i] > '9')
			return false;
		if (params.count > PARAMS_MAX || sub >= SUBS_MAX)
			continue;
		uint32_t *v = &params.v[params.count - 1][sub];
		*v = *v > 0x10FFFF ? *v : *v * 10 + p[i] - '0';
	}
	*ret_params = params;
	return true;
}

/* Bit 3 is Meta to xterm and Super to kitty, bit 5 is Meta to kitty; where a
 * keyboard has a Meta it stands for Alt. */
static unsigned
mods_of(uint32_t value)
{
	uint32_t bits = value ? value - 1 : 0;
	unsigned mods = 0;

	if (bits & 1)
		mods |= KEY_SHIFT;
	if (bits & (1 << 1 | 1 << 3 | 1 << 5))
		mods |= KEY_ALT;
	if (bits & 1 << 2)
		mods |= KEY_CTRL;
	return mods;
}

static enum sequence_kind
set_key(struct key *ret_key, uint32_t code, unsigned mods)
{
	*ret_key = (struct key){ code, (uint8_t)mods };
	return SEQUENCE_KEY;
}

static bool
is_lower(uint32_t cp)
{
	return cp >= 'a' && cp <= 'z';
}

static bool
is_upper(uint32_t cp)
{
	return cp >= 'A' && cp <= 'Z';
}

/* Shift is spent on the character itself. Only with Ctrl and a letter it is
 * kept: Ctrl-Shift-C, a terminal's own "copy", must not be Ctrl-C. */
static struct key
shift_key(uint32_t cp, uint32_t shifted, unsigned mods)
{
	bool is_letter = is_lower(cp) || is_upper(cp);

	if (mods & KEY_CTRL) {
		if (is_upper(cp))
			cp += 'a' - 'A';
	} else if (mods & KEY_SHIFT) {
		if (shifted)
			cp = shifted;
		else if (is_lower(cp))
			cp -= 'a' - 'A';
	}
	if (!is_letter || !(mods & KEY_CTRL))
		mods &= ~(unsigned)KEY_SHIFT;
	return (struct key){ cp, (uint8_t)mods };
}

static bool
is_typeable(uint32_t cp)
{
	return cp >= 0x20 && cp <= 0x10FFFF && !(cp >= 0x7F && cp < 0xA0) &&
	       !(cp >= 0xD800 && cp < 0xF900);
}

/* CSI u and modifyOtherKeys: a code point with modifiers. The private use area
 * (up to F8FF) is kitty's keypad, modifiers by themselves and media keys. */
static enum sequence_kind
code_point(uint32_t cp, uint32_t shifted, unsigned mods, struct key *ret_key)
{
	if (cp < 0x20 || cp == 0x7F) {
		*ret_key = sequence_control(cp, mods);
		return SEQUENCE_KEY;
	}
	if (cp >= 57399 && cp <= 57408)
		return set_key(ret_key, '0' + cp - 57399, mods);
	const struct row *row = find(keypad, cp);
	if (row)
		return set_key(ret_key, row->code, mods);
	if (!is_typeable(cp) || (shifted && !is_typeable(shifted)))
		return SEQUENCE_UNKNOWN;
	*ret_key = shift_key(cp, shifted, mods);
	return SEQUENCE_KEY;
}

static enum sequence_kind
tilde(const struct params *params, unsigned mods, struct key *ret_key)
{
	uint32_t number = params->v[0][0];

	if (number == 200)
		return SEQUENCE_PASTE;
	if (number == 27 && params->count == 3)
		return code_point(params->v[2][0], 0, mods, ret_key);
	const struct row *row = find(tildes, number);
	return row ? set_key(ret_key, row->code, mods) : SEQUENCE_UNKNOWN;
}

static enum sequence_kind
letter(const struct params *params, uint8_t final, struct key *ret_key)
{
	/* With parameters this is the cursor's position, not F3. */
	if (final == 'R' && params->count > 0)
		return SEQUENCE_UNKNOWN;
	const struct row *row = find(finals, final);
	if (!row)
		row = find(csi_finals, final);
	if (!row)
		return SEQUENCE_UNKNOWN;
	return set_key(
	    ret_key, row->code, row->mods | mods_of(params->v[1][0]));
}

enum sequence_kind
sequence_csi(const uint8_t *bytes, size_t n, uint8_t final, struct key *ret_key)
{
	enum { RELEASED = 3 };
	struct params params;

	if (!parse(bytes, n, &params))
		return SEQUENCE_UNKNOWN;
	if (params.v[1][1] == RELEASED)
		return SEQUENCE_SILENT;
	unsigned mods = mods_of(params.v[1][0]);
	switch (final) {
	case 'I':
	case 'O':
		set_key(
		    ret_key, final == 'I' ? KEY_FOCUS_IN : KEY_FOCUS_OUT, 0);
		return SEQUENCE_FOCUS;
	case 'u':
		return code_point(
		    params.v[0][0], params.v[0][1], mods, ret_key);
	case '~':
		return tilde(&params, mods, ret_key);
	case '^': /* these three are rxvt's */
		return tilde(&params, mods | KEY_CTRL, ret_key);
	case '$':
		return tilde(&params, mods | KEY_SHIFT, ret_key);
	case '@':
		return tilde(&params, mods | KEY_CTRL | KEY_SHIFT, ret_key);
	default:
		return letter(&params, final, ret_key);
	}
}

enum sequence_kind
sequence_ss3(const uint8_t *bytes, size_t n, uint8_t final, struct key *ret_key)
{
	struct params params;

	if (!parse(bytes, n, &params))
		return SEQUENCE_UNKNOWN;
	const struct row *row = find(finals, final);
	if (!row)
		row = find(ss3_finals, final);
	if (!row)
		return SEQUENCE_UNKNOWN;
	/* Old terminals have the modifier alone: SS3 5 P. */
	uint32_t value = params.v[params.count == 1 ? 0 : 1][0];
	return set_key(ret_key, row->code, row->mods | mods_of(value));
}

struct key
sequence_control(uint32_t c, unsigned mods)
{
	uint8_t m = (uint8_t)mods;

	switch (c) {
	case '\r':
		return (struct key){ KEY_ENTER_KEY, m };
	case '\t':
		return (struct key){ KEY_TAB_KEY, m };
	case 0x1B:
		return (struct key){ KEY_ESCAPE, m };
	case '\b':
	case 0x7F:
		return (struct key){ KEY_BACKSPACE_KEY, m };
	case 0:
		return (struct key){ ' ', m | KEY_CTRL };
	default:
		return (
		    struct key){ c + (c <= 26 ? 0x60 : 0x40), m | KEY_CTRL };
	}
}
