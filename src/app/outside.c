/* SPDX-License-Identifier: MIT */
/*
 * No terminal says whether it took OSC 52, so a program of the desktop gets the
 * text, too, where there is one. Neither ever reads a clipboard.
 */
#include "app/outside.h"

#include "app/child.h"
#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COPY_MS = 2000,
	NOTIFY_MS = 5000,
	BODY_SIZE = 1024,
	SENTENCE_SIZE = 256,
};

static bool
has_env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* One that is this machine's, and not of the far end of an ssh. */
bool
outside_has_desktop(void)
{
	return !has_env("SSH_CONNECTION") &&
	       (has_env("WAYLAND_DISPLAY") || has_env("DISPLAY"));
}

static bool
copy_by_program(struct requests *r, const char *text)
{
	static const char *const wayland[] = { "wl-copy", NULL };
	static const char *const x11[] = { "xclip", "-selection", "clipboard",
		NULL };
	struct child_spec spec = {
		.argv = has_env("WAYLAND_DISPLAY") ? wayland : x11,
		.input = text,
		.input_size = strlen(text),
		.limit_ms = COPY_MS,
	};

	if (!outside_has_desktop())
		return false;
	return child_start(r->children, &spec, r->now->mono_ms) > 0;
}

void
outside_copy(struct requests *r, const char *text)
{
	char sentence[SENTENCE_SIZE];
	const struct lang *l = language();
	int err = tty_copy(r->tty, text);

	if (err == ERR_LIMIT)
		snprintf(sentence, sizeof(sentence),
		    say(l, "too long to be copied: at most %d KiB; Alt-L shows "
			   "it as plain text"),
		    (int)TTY_COPY_MAX / 1024);
	else if (copy_by_program(r, text) || err == 0)
		snprintf(sentence, sizeof(sentence), "%s", say(l, "copied"));
	else
		snprintf(sentence, sizeof(sentence), "%s",
		    say(l, "this terminal has no clipboard for programs; Alt-L "
			   "shows plain text to select"));
	r->to->tell(r->user, sentence);
}

void
outside_copy_path(struct requests *r, const char *path)
{
	const struct lang *l = language();
	bool copied = tty_copy(r->tty, path) == 0;
	char *clean = own_text(path, PEER_TEXT_LINE, NULL), *sentence;

	copied |= copy_by_program(r, path);
	sentence = xasprintf(
	    copied ? say(l, "copied: %s") : say(l, "it is %s"), clean);
	r->to->tell(r->user, sentence);
	free(sentence);
	free(clean);
}

const char *
outside_escape(const char *text, char *out, size_t size)
{
	static const struct {
		char c;
		const char *instead;
	} table[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },
		{ '\'', "&#39;" },
	};
	size_t used = 0;

	for (const char *at = text; *at != '\0'; at++) {
		char plain[2] = { *at, '\0' };
		const char *piece = plain;
		for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
			if (table[i].c == *at)
				piece = table[i].instead;
		size_t n = strlen(piece);
		if (used + n >= size)
			break;
		memcpy(out + used, piece, n);
		used += n;
	}
	out[used] = '\0';
	return out;
}

static bool
notify_by_program(struct requests *r, const char *title, const char *body)
{
	char text[BODY_SIZE];
	const char *argv[] = { "notify-send", "--app-name=earshot", "--", title,
		outside_escape(body, text, sizeof(text)), NULL };
	struct child_spec spec = { .argv = argv, .limit_ms = NOTIFY_MS };

	return child_start(r->children, &spec, r->now->mono_ms) > 0;
}

static enum tty_notify
way_of(enum notify_desktop setting)
{
	switch (setting) {
	case DESKTOP_OSC9:
		return TTY_NOTIFY_OSC9;
	case DESKTOP_OSC777:
		return TTY_NOTIFY_OSC777;
	case DESKTOP_OSC99:
		return TTY_NOTIFY_OSC99;
	case DESKTOP_AUTO:
	case DESKTOP_OFF:
	case DESKTOP_PROGRAM:
		break;
	}
	return TTY_NOTIFY_AUTO;
}

/* Where nothing else can be done, the bell of the message has to do. */
void
outside_notify(struct requests *r, const char *title, const char *body)
{
	enum notify_desktop setting = r->desktop;

	if (setting == DESKTOP_OFF)
		return;
	if (setting != DESKTOP_PROGRAM &&
	    tty_notify(r->tty, way_of(setting), title, body) == 0)
		return;
	if (setting == DESKTOP_PROGRAM || outside_has_desktop())
		notify_by_program(r, title, body);
}
