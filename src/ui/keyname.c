/* SPDX-License-Identifier: MIT */
#include "ui/keymap.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

static const char *const names[] = {
	[KEY_ENTER_KEY - KEY_SPECIAL] = "Enter",
	[KEY_TAB_KEY - KEY_SPECIAL] = "Tab",
	[KEY_ESCAPE - KEY_SPECIAL] = "Esc",
	[KEY_BACKSPACE_KEY - KEY_SPECIAL] = "Backspace",
	[KEY_DELETE - KEY_SPECIAL] = "Delete",
	[KEY_INSERT - KEY_SPECIAL] = "Insert",
	[KEY_UP_KEY - KEY_SPECIAL] = "Up",
	[KEY_DOWN_KEY - KEY_SPECIAL] = "Down",
	[KEY_LEFT_KEY - KEY_SPECIAL] = "Left",
	[KEY_RIGHT_KEY - KEY_SPECIAL] = "Right",
	[KEY_HOME_KEY - KEY_SPECIAL] = "Home",
	[KEY_END_KEY - KEY_SPECIAL] = "End",
	[KEY_PAGE_UP - KEY_SPECIAL] = "PgUp",
	[KEY_PAGE_DOWN - KEY_SPECIAL] = "PgDn",
	[KEY_F1 - KEY_SPECIAL] = "F1",
	[KEY_F1 + 1 - KEY_SPECIAL] = "F2",
	[KEY_F1 + 2 - KEY_SPECIAL] = "F3",
	[KEY_F1 + 3 - KEY_SPECIAL] = "F4",
	[KEY_F1 + 4 - KEY_SPECIAL] = "F5",
	[KEY_F1 + 5 - KEY_SPECIAL] = "F6",
	[KEY_F1 + 6 - KEY_SPECIAL] = "F7",
	[KEY_F1 + 7 - KEY_SPECIAL] = "F8",
	[KEY_F1 + 8 - KEY_SPECIAL] = "F9",
	[KEY_F1 + 9 - KEY_SPECIAL] = "F10",
	[KEY_F1 + 10 - KEY_SPECIAL] = "F11",
	[KEY_F12 - KEY_SPECIAL] = "F12",
};

static bool
is_upper(uint32_t code)
{
	return code >= 'A' && code <= 'Z';
}

static size_t
add(char *out, size_t at, const char *s)
{
	size_t n = strlen(s);

	memcpy(out + at, s, n + 1);
	return at + n;
}

void
key_text(struct key key, char out[static KEY_TEXT_MAX])
{
	size_t at = 0;
	uint32_t special = key.code - KEY_SPECIAL;
	bool is_special = key.code > KEY_SPECIAL;
	bool is_letter = !is_special && (key.mods & ~KEY_PREFIX) &&
			 is_upper(key.code & ~0x20U);

	out[0] = '\0';
	if (key.code == 0 || key.code == KEY_SPECIAL)
		return;
	if (is_special && special >= sizeof(names) / sizeof(names[0]))
		return;
	if (key.mods & KEY_PREFIX)
		at = add(out, at, "Ctrl-X ");
	if (key.mods & KEY_CTRL)
		at = add(out, at, "Ctrl-");
	if (key.mods & KEY_ALT)
		at = add(out, at, "Alt-");
	if ((key.mods & KEY_SHIFT) || (is_letter && is_upper(key.code)))
		at = add(out, at, "Shift-");
	if (is_special) {
		add(out, at, names[special]);
	} else if (key.code == ' ') {
		add(out, at, "Space");
	} else {
		uint32_t cp = is_letter ? key.code & ~0x20U : key.code;
		at += utf8_encode(cp, out + at);
		out[at] = '\0';
	}
}

bool
key_is_text(const struct key *key)
{
	return key->code >= 0x20 && key->code < KEY_SPECIAL &&
	       !(key->code >= 0x7F && key->code < 0xA0) &&
	       !(key->mods & (KEY_ALT | KEY_CTRL | KEY_PREFIX));
}

struct mod_name {
	const char *text;
	enum key_mod mod;
};

static const struct mod_name mods[] = {
	{ "ctrl-", KEY_CTRL },
	{ "alt-", KEY_ALT },
	{ "meta-", KEY_ALT },
	{ "shift-", KEY_SHIFT },
};

static const struct {
	const char *text;
	uint32_t code;
} others[] = {
	{ "Space", ' ' },
	{ "Return", KEY_ENTER_KEY },
	{ "Escape", KEY_ESCAPE },
	{ "Del", KEY_DELETE },
	{ "Ins", KEY_INSERT },
	{ "PageUp", KEY_PAGE_UP },
	{ "PageDown", KEY_PAGE_DOWN },
};

static bool
word_is(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

/* Of the key alone, without what is pressed with it; 0: none. */
static uint32_t
code_of(const char *text, size_t n)
{
	uint32_t cp;
	bool bad = false;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (word_is(text, n, others[i].text))
			return others[i].code;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] != NULL && word_is(text, n, names[i]))
			return KEY_SPECIAL + (uint32_t)i;
	if (n == 0 || utf8_decode(text, n, &cp, &bad) != n || bad ||
	    cp <= ' ' || (cp >= 0x7F && cp < 0xA0))
		return 0;
	return cp;
}

/* How a terminal tells of it: letters are small, but a capital with Alt is
 * what Shift made of it. */
static struct key
as_typed(struct key key)
{
	if (key.code >= KEY_SPECIAL || !is_upper(key.code & ~0x20U))
		return key;
	if (key.mods & (KEY_ALT | KEY_CTRL | KEY_SHIFT))
		key.code |= 0x20U;
	if ((key.mods & KEY_SHIFT) && !(key.mods & KEY_CTRL)) {
		key.code &= ~0x20U;
		key.mods = (uint8_t)(key.mods & ~KEY_SHIFT);
	}
	return key;
}

static bool
parse_one(const char *text, size_t n, struct key *ret_key)
{
	struct key key = { 0 };

	for (size_t i = 0; i < sizeof(mods) / sizeof(mods[0]); i++) {
		size_t size = strlen(mods[i].text);
		if (n <= size || strncasecmp(text, mods[i].text, size) != 0)
			continue;
		key.mods |= (uint8_t)mods[i].mod;
		text += size;
		n -= size;
		i = (size_t)-1; /* in any order */
	}
	key.code = code_of(text, n);
	if (key.code == 0)
		return false;
	*ret_key = as_typed(key);
	return true;
}

bool
key_parse(const char *text, size_t n, struct key *ret_key)
{
	size_t first = 0;

	while (first < n && text[first] != ' ')
		first++;
	if (first == n)
		return parse_one(text, n, ret_key);
	if (!word_is(text, first, "ctrl-x") ||
	    !parse_one(text + first + 1, n - first - 1, ret_key))
		return false;
	ret_key->mods |= KEY_PREFIX;
	return true;
}
