/* SPDX-License-Identifier: MIT */
/*
 * What goes to the terminal beside frames.
 */
#include "tty/tty.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tty/modes.h"
#include "tty/osc.h"
#include "tty/state.h"

#include <stdlib.h>
#include <string.h>

static int
send_text(struct tty *t, char *text)
{
	if (text == NULL)
		return ERR_UNSUPPORTED;
	out_add(&t->out, text);
	free(text);
	/* The rest of it goes with the next frame. */
	out_flush(&t->out);
	return 0;
}

int
tty_copy(struct tty *t, const char *text)
{
	size_t n = strlen(text);

	if (!t->has_title)
		return ERR_UNSUPPORTED;
	if (n > TTY_COPY_MAX)
		return ERR_LIMIT;
	return send_text(t, osc_copy(text, n));
}

int
tty_notify(
    struct tty *t, enum tty_notify way, const char *title, const char *body)
{
	if (way == TTY_NOTIFY_AUTO)
		way = osc_notify_way(
		    getenv("TERM"), getenv("TERM_PROGRAM"), getenv("TMUX"));
	if (!t->has_title || !t->paint.prints_wide)
		return ERR_UNSUPPORTED;
	return send_text(t, osc_notify(way, title, body));
}

bool
tty_flush(struct tty *t)
{
	return out_flush(&t->out);
}

/* What is no text is shown as what it is not. The line ends are those of a raw
 * line. */
static char *
plain(const struct tty *t, const char *text)
{
	size_t n = strlen(text), used = 0;
	char *out = xcalloc(n + 1, 3);

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		size_t size = utf8_decode(text + at, n - at, &cp, NULL);
		bool control = cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
		if (cp == '\n') {
			out[used++] = '\r';
			out[used++] = '\n';
		} else if (!t->paint.prints_wide && (control || cp >= 0x80)) {
			out[used++] = '?';
		} else {
			used += utf8_encode(
			    control ? UTF8_REPLACEMENT : cp, out + used);
		}
		at += size;
	}
	return out;
}

void
tty_bare(struct tty *t, const char *text)
{
	char *lines = plain(t, text);

	endwin();
	out_collect(&t->out);
	/* The line stays raw: Enter is what is waited for. */
	modes_leave(&t->out);
	out_add(&t->out, lines);
	free(lines);
	t->is_bare = true;
	out_flush(&t->out);
}

void
tty_bare_end(struct tty *t)
{
	t->is_bare = false;
	tty_enter(t);
}
