/* SPDX-License-Identifier: MIT */
/*
 * putp() is not used: it takes "$<9>" in a text for a delay. The text is clean
 * when it comes here; it is looked at once more, since a control would be a
 * command here and not a picture.
 */
#include "tty/osc.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define OSC "\033]"
#define ST "\033\\"

enum {
	SUBJECT_MAX = 80, /* bytes of a notification */
	BODY_MAX = 240,
	TEXT_MAX = SUBJECT_MAX + BODY_MAX + 8,
};

/* A control, or one that turns the text around it. */
static bool
is_forbidden(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c ||
	       cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

bool
osc_is_clean(const char *text)
{
	size_t n = strlen(text);

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		bool bad = false;
		at += utf8_decode(text + at, n - at, &cp, &bad);
		if (bad || is_forbidden(cp))
			return false;
	}
	return true;
}

char *
osc_title(const char *text, bool ascii)
{
	if (!osc_is_clean(text))
		return NULL;
	char *out = xasprintf(OSC "2;%s" ST, text);
	for (char *c = out; ascii && *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return out;
}

static size_t
base64_size(size_t n)
{
	return (n + 2) / 3 * 4;
}

static void
base64(const char *from, size_t n, char *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < n; at += 3) {
		uint32_t bits = 0;
		for (size_t i = 0; i < 3; i++)
			bits = bits << 8 |
			       (at + i < n ? (unsigned char)from[at + i] : 0U);
		for (size_t i = 0; i < 4; i++)
			*to++ = at + i > n ? '='
					   : digits[bits >> (18 - 6 * i) & 63];
	}
	*to = '\0';
}

char *
osc_copy(const char *text, size_t n)
{
	static const char head[] = OSC "52;c;";

	if (n == 0 || n > TTY_COPY_MAX)
		return NULL;
	size_t size = sizeof(head) - 1 + base64_size(n) + sizeof(ST);
	char *out = xcalloc(size, 1);
	memcpy(out, head, sizeof(head));
	base64(text, n, out + sizeof(head) - 1);
	memcpy(out + sizeof(head) - 1 + base64_size(n), ST, sizeof(ST));
	return out;
}

/* One line of so many bytes without a control, and without what parts the
 * fields of OSC 777. */
static void
tidy(const char *text, size_t max, char *out)
{
	size_t n = utf8_cut(text, strlen(text), max), used = 0;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		bool bad = false;
		size_t size = utf8_decode(text + at, n - at, &cp, &bad);
		if (cp == '\n' || cp == '\t' || cp == ' ') {
			out[used++] = ' ';
		} else if (cp == ';') {
			out[used++] = ',';
		} else if (!bad && !is_forbidden(cp)) {
			memcpy(out + used, text + at, size);
			used += size;
		}
		at += size;
	}
	out[used] = '\0';
}

/* Two parts of one notification, both coded, so that no text can be more than
 * text. */
static char *
kitty(const char *title, const char *body)
{
	char a[TEXT_MAX * 2], b[TEXT_MAX * 2];

	base64(title, strlen(title), a);
	base64(body, strlen(body), b);
	return xasprintf(OSC "99;i=earshot:d=0:e=1;%s" ST OSC
			     "99;i=earshot:d=1:e=1:p=body;%s" ST,
	    a, b);
}

char *
osc_notify(enum tty_notify way, const char *title, const char *body)
{
	char head[TEXT_MAX], rest[TEXT_MAX];

	tidy(title, SUBJECT_MAX, head);
	tidy(body, BODY_MAX, rest);
	switch (way) {
	case TTY_NOTIFY_OSC9:
		/* "4;1;50" would be a progress bar: not with a blank. */
		return xasprintf(OSC "9; %s%s%s" ST, head,
		    rest[0] == '\0' ? "" : ": ", rest);
	case TTY_NOTIFY_OSC777:
		return xasprintf(OSC "777;notify;%s;%s" ST, head, rest);
	case TTY_NOTIFY_OSC99:
		return kitty(head, rest);
	case TTY_NOTIFY_AUTO:
		break;
	}
	return NULL;
}

enum tty_notify
osc_notify_way(const char *term, const char *program, const char *multiplexer)
{
	static const struct {
		const char *name;
		enum tty_notify way;
	} known[] = {
		{ "xterm-kitty", TTY_NOTIFY_OSC99 },
		{ "kitty", TTY_NOTIFY_OSC99 },
		{ "foot", TTY_NOTIFY_OSC777 },
		{ "rxvt-unicode", TTY_NOTIFY_OSC777 },
		{ "xterm-ghostty", TTY_NOTIFY_OSC777 },
		{ "ghostty", TTY_NOTIFY_OSC777 },
		{ "wezterm", TTY_NOTIFY_OSC777 },
		{ "contour", TTY_NOTIFY_OSC777 },
		{ "iTerm", TTY_NOTIFY_OSC9 },
	};
	const char *names[] = { term, program };

	/* It swallows what it does not know; a bell it shows. */
	if (multiplexer != NULL && multiplexer[0] != '\0')
		return TTY_NOTIFY_AUTO;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		for (size_t k = 0; k < 2; k++)
			if (names[k] != NULL &&
			    strncasecmp(names[k], known[i].name,
				strlen(known[i].name)) == 0)
				return known[i].way;
	return TTY_NOTIFY_AUTO;
}
