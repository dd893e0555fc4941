/* SPDX-License-Identifier: MIT */
#include "ui/transfer_text.h"

#include "base/mem.h"
#include "ui/str.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>

int
transfer_gauge(const struct transfer *t, int whole)
{
	if (!t->size_known)
		return 0;
	if (t->size == 0 || t->done >= t->size)
		return whole;
	/* A part of 2^64 by a few hundred is too large to be multiplied. */
	return (int)((double)t->done / (double)t->size * (double)whole);
}

const char *
transfer_short(const struct lang *l, const struct transfer *t,
    char out[static TRANSFER_SHORT_SIZE])
{
	char size[SIZE_TEXT_SIZE];

	if (t->state != TRANSFER_RUNNING && t->state != TRANSFER_PAUSED)
		return say(l, transfer_state_text(t->state));
	if (t->size_known)
		snprintf(
		    out, TRANSFER_SHORT_SIZE, "%d%%", transfer_gauge(t, 100));
	else
		snprintf(
		    out, TRANSFER_SHORT_SIZE, "%s", size_text(t->done, size));
	return out;
}

/* "8.2 MB/s, 12 s left" */
static void
add_speed(struct str *s, const struct lang *l, const struct transfer *t)
{
	char size[SIZE_TEXT_SIZE], span[WHEN_SPAN_SIZE];
	int64_t left_s = transfer_left_s(t);

	if (t->rate > 0)
		str_addf(s, ", %s/s", size_text(t->rate, size));
	if (left_s >= 0) {
		str_add(s, ", ");
		str_addf(
		    s, say(l, "%s left"), when_span(l, left_s * 1000, span));
	}
}

static void
add_numbers(struct str *s, const struct lang *l, const struct transfer *t)
{
	char size[SIZE_TEXT_SIZE], brief[TRANSFER_SHORT_SIZE];

	if (t->size_known)
		str_addf(s, say(l, "%s of %s"), transfer_short(l, t, brief),
		    size_text(t->size, size));
	else
		str_add(s, size_text(t->done, size));
}

char *
transfer_long(const struct lang *l, const struct transfer *t)
{
	struct str s = { 0 };
	char size[SIZE_TEXT_SIZE];
	const char *word = say(l, transfer_state_text(t->state));

	switch (t->state) {
	case TRANSFER_RUNNING:
		add_numbers(&s, l, t);
		add_speed(&s, l, t);
		break;
	case TRANSFER_PAUSED:
		add_numbers(&s, l, t);
		str_addf(&s, ", %s", word);
		break;
	case TRANSFER_OFFERED:
	case TRANSFER_ACCEPTED:
	case TRANSFER_DONE:
		if (t->size_known)
			str_addf(&s, "%s, ", size_text(t->size, size));
		str_add(&s, word);
		break;
	case TRANSFER_FAILED:
	case TRANSFER_REFUSED:
	case TRANSFER_CANCELLED:
		str_add(&s, word);
		break;
	}
	if (t->reason != NULL)
		str_addf(&s, ": %s", say(l, t->reason));
	return str_take(&s);
}

static char *
offered_hint(const struct lang *l, const struct transfer *t)
{
	unsigned id = (unsigned)t->id;

	if (t->mine)
		return xasprintf(
		    say(l, "waits for them to take it; /cancel f%u"), id);
	return xasprintf(
	    say(l, "/get %u takes it, /refuse %u does not"), id, id);
}

char *
transfer_hint(const struct lang *l, const struct transfer *t)
{
	struct str s = { 0 };

	if (t->state == TRANSFER_OFFERED)
		return offered_hint(l, t);
	if (t->state == TRANSFER_DONE && !t->mine && t->path != NULL)
		str_addf(&s, say(l, "saved as %s"), t->path);
	else if (t->state == TRANSFER_DONE)
		str_add(&s, say(l, "they have it"));
	else {
		char *text = transfer_long(l, t);
		str_add(&s, text);
		free(text);
	}
	if (t->note != NULL)
		str_addf(&s, "; %s", t->note);
	return str_take(&s);
}
