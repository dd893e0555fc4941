/* SPDX-License-Identifier: MIT */
#include "ui/transfer_text.h"

#include "base/file_name.h"
#include "base/mem.h"
#include "base/width.h"
#include "ui/str.h"
#include "ui/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPEED_BYTES_MIN = 1000000 };

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

bool
transfer_has_gauge(const struct transfer *t)
{
	if (!t->size_known)
		return false;
	return t->state == TRANSFER_RUNNING ||
	       ((t->state == TRANSFER_PAUSED ||
		    t->state == TRANSFER_ACCEPTED) &&
		   t->done > 0);
}

/* "61%", or so many bytes where nobody knows of how many. */
static const char *
share(const struct transfer *t, char out[static TRANSFER_SHORT_SIZE])
{
	char size[SIZE_TEXT_SIZE];

	if (t->size_known)
		snprintf(
		    out, TRANSFER_SHORT_SIZE, "%d%%", transfer_gauge(t, 100));
	else
		snprintf(
		    out, TRANSFER_SHORT_SIZE, "%s", size_text(t->done, size));
	return out;
}

const char *
transfer_short(const struct lang *l, const struct transfer *t,
    char out[static TRANSFER_SHORT_SIZE])
{
	if (t->state != TRANSFER_RUNNING && t->state != TRANSFER_PAUSED)
		return say(l, transfer_state_text(t->state));
	return share(t, out);
}

static void
add_reason(struct str *s, const struct lang *l, const struct transfer *t)
{
	if (t->reason != NULL)
		str_addf(s, ": %s", say(l, t->reason));
}

static void
add_paused(struct str *s, const struct lang *l, const struct transfer *t,
    const char *who)
{
	if (t->paused_here && t->paused_there)
		str_add(s, say(l, "paused by both"));
	else if (t->paused_there)
		str_addf(s, say(l, "paused by %s"), who);
	else if (t->paused_here && t->reason == NULL)
		str_add(s, say(l, "paused by you"));
	else
		str_add(s, say(l, "paused"));
	add_reason(s, l, t);
}

/* Further words of a row, behind what there is. Takes text. */
static void
join(struct str *s, char *text)
{
	if (text[0] != '\0')
		str_addf(s, "%s%s", s->size > 0 ? ", " : "", text);
	free(text);
}

static void
add_program(struct str *s, const struct lang *l, const struct transfer *t)
{
	const char *program =
	    t->mine || t->folder ? NULL : file_name_program(t->name);

	if (program != NULL)
		join(s, xasprintf(say(l, "a program (.%s)"), program));
}

static void
add_accepted(struct str *s, const struct lang *l, const struct transfer *t,
    const char *who)
{
	/* Both read what they have of it before it goes on. */
	if (t->moving && t->done > 0) {
		str_add(s, say(l, "checks what is there"));
		return;
	}
	str_addf(s, say(l, "waits for %s"), who);
	add_reason(s, l, t);
}

char *
transfer_state(const struct lang *l, const struct transfer *t, const char *who)
{
	struct str s = { 0 };

	switch (t->state) {
	case TRANSFER_RUNNING:
		break;
	case TRANSFER_OFFERED:
		if (t->mine)
			str_addf(&s, say(l, "waits for %s"), who);
		else
			str_add(&s, say(l, "offered"));
		add_reason(&s, l, t);
		add_program(&s, l, t);
		break;
	case TRANSFER_ACCEPTED:
		add_accepted(&s, l, t, who);
		break;
	case TRANSFER_PAUSED:
		add_paused(&s, l, t, who);
		break;
	case TRANSFER_DONE:
	case TRANSFER_FAILED:
	case TRANSFER_REFUSED:
	case TRANSFER_CANCELLED:
		join(&s, transfer_end_text(l, t, who));
		add_reason(&s, l, t);
		break;
	}
	return str_take(&s);
}

char *
transfer_speed(const struct lang *l, const struct transfer *t)
{
	struct str s = { 0 };
	char size[SIZE_TEXT_SIZE], span[WHEN_SPAN_SIZE];
	int64_t left_s = transfer_left_s(t);

	if (t->rate > 0)
		str_addf(&s, "%s/s", size_text(t->rate, size));
	if (left_s >= 0) {
		str_add(&s, s.size > 0 ? ", " : "");
		str_addf(
		    &s, say(l, "%s left"), when_span(l, left_s * 1000, span));
	}
	return str_take(&s);
}

/* "61% of 1.4 MB" */
static void
add_share(struct str *s, const struct lang *l, const struct transfer *t)
{
	char size[SIZE_TEXT_SIZE], part[TRANSFER_SHORT_SIZE];

	if (t->size_known)
		str_addf(s, say(l, "%s of %s"), share(t, part),
		    size_text(t->size, size));
	else
		str_add(s, share(t, part));
}

char *
transfer_long(const struct lang *l, const struct transfer *t, const char *who)
{
	struct str s = { 0 };
	char size[SIZE_TEXT_SIZE];

	if (t->state == TRANSFER_RUNNING || transfer_has_gauge(t))
		add_share(&s, l, t);
	else if (t->size_known && (!transfer_state_is_last(t->state) ||
				      t->state == TRANSFER_DONE))
		str_add(&s, size_text(t->size, size));
	if (t->state == TRANSFER_RUNNING)
		join(&s, transfer_speed(l, t));
	join(&s, transfer_state(l, t, who));
	return str_take(&s);
}

/* How far it is and how it stands, in less words the higher the level is. */
static char *
gauge_words(const struct lang *l, const struct transfer *t, const char *who,
    unsigned level)
{
	struct str s = { 0 };
	char part[TRANSFER_SHORT_SIZE], span[WHEN_SPAN_SIZE];
	int64_t left_s = transfer_left_s(t);

	if (level == 0)
		add_share(&s, l, t);
	else
		str_add(&s, share(t, part));
	if (t->state != TRANSFER_RUNNING)
		join(&s, transfer_state(l, t, who));
	else if (level < 2)
		join(&s, transfer_speed(l, t));
	else if (left_s >= 0)
		join(&s, xasprintf(say(l, "%s left"),
			     when_span(l, left_s * 1000, span)));
	return str_take(&s);
}

/* "12 files, 1.4 MB, a program (.exe)"; what it is, beside its name. */
static void
add_what(struct str *s, const struct lang *l, const struct transfer *t)
{
	char size[SIZE_TEXT_SIZE];

	if (t->folder && t->files > 0)
		join(s, xasprintf(say_n(l, "%u file", "%u files", t->files),
			    (unsigned)t->files));
	if (t->size_known)
		join(s, xstrdup(size_text(t->size, size)));
	add_program(s, l, t);
}

static void
add_offered(struct str *s, const struct lang *l, const struct transfer *t,
    const struct transfer_place *place)
{
	unsigned id = (unsigned)t->id;
	const char *dot = place->dot;

	add_what(s, l, t);
	if (t->mine)
		join(s, transfer_state(l, t, place->who));
	str_add(s, s->size > 0 ? " " : "");
	if (t->mine)
		str_addf(s, "%s /cancel f%u", dot, id);
	else
		str_addf(s, "%s /get f%u %s /refuse f%u", dot, id, dot, id);
}

/* "1.4 MB in 12 s, 117 kB/s" */
static void
add_sum(struct str *s, const struct lang *l, const struct transfer *t)
{
	char size[SIZE_TEXT_SIZE], rate[SIZE_TEXT_SIZE], span[WHEN_SPAN_SIZE];
	int64_t took_ms = t->ended_mono_ms - t->started_mono_ms;

	size_text(t->size_known ? t->size : t->done, size);
	uint64_t bytes = t->size_known ? t->size : t->done;
	/* What was taken up again took longer than its last part, and of a few
	 * bytes nobody wants to know the speed. */
	if (t->started_mono_ms == 0 || took_ms <= 0 || t->offset > 0 ||
	    (took_ms < 1000 && bytes < SPEED_BYTES_MIN)) {
		str_addf(s, "; %s", size);
		return;
	}
	uint64_t ms = (uint64_t)took_ms;
	size_text(bytes / ms * 1000 + bytes % ms * 1000 / ms, rate);
	str_add(s, "; ");
	if (took_ms < 1000)
		str_addf(
		    s, say(l, "%s in %d ms, %s/s"), size, (int)took_ms, rate);
	else
		str_addf(s, say(l, "%s in %s, %s/s"), size,
		    when_span(l, took_ms, span), rate);
}

static void
add_done(struct str *s, const struct lang *l, const struct transfer *t,
    const char *who)
{
	char *path = transfer_path(t);

	if (t->mine)
		str_addf(s, say(l, "%s has it"), who);
	else if (path != NULL)
		str_addf(s, say(l, "saved as %s"), path);
	else
		str_add(s, say(l, "saved"));
	free(path);
	add_sum(s, l, t);
}

/* What to do next, where something can be done. */
static void
add_next(struct str *s, const struct lang *l, const struct transfer *t)
{
	unsigned id = (unsigned)t->id;

	/* It says so itself. */
	if (t->reason != NULL && (strstr(t->reason, "/get") != NULL ||
				     strstr(t->reason, "/send") != NULL))
		return;
	if (t->state == TRANSFER_ACCEPTED && t->mine && t->reason != NULL)
		str_addf(s, "; /cancel f%u", id);
	else if (t->state == TRANSFER_PAUSED && t->dialect != DIALECT_EARSHOT)
		str_addf(s, "; /get f%u", id);
	else if (t->state == TRANSFER_PAUSED && t->paused_there &&
		 !t->paused_here)
		str_addf(s, "; /cancel f%u", id);
	else if (t->state == TRANSFER_PAUSED)
		str_addf(s, "; /resume f%u", id);
	else if (t->state == TRANSFER_FAILED && !t->mine)
		str_addf(s, say(l, "; /get f%u tries again"), id);
	else if (t->state == TRANSFER_FAILED)
		str_add(s, say(l, "; /send offers it again"));
	else if (t->state == TRANSFER_DONE && !t->mine && t->path != NULL &&
		 file_name_program(t->name) == NULL)
		str_addf(s, "; /open f%u", id);
}

static char *
hint_at(const struct lang *l, const struct transfer *t,
    const struct transfer_place *place, unsigned level)
{
	struct str s = { 0 };

	if (t->state == TRANSFER_RUNNING || transfer_has_gauge(t))
		join(&s, gauge_words(l, t, place->who, level));
	else if (t->state == TRANSFER_OFFERED && place->listed)
		add_offered(&s, l, t, place);
	else if (t->state == TRANSFER_DONE)
		add_done(&s, l, t, place->who);
	else
		join(&s, transfer_long(l, t, place->who));
	if (t->note != NULL && t->state != TRANSFER_RUNNING)
		str_addf(&s, "; %s", t->note);
	/* What came can be opened as long as its line is there. */
	if (place->listed || t->state == TRANSFER_DONE)
		add_next(&s, l, t);
	return str_take(&s);
}

char *
transfer_hint(const struct lang *l, const struct transfer *t,
    const struct transfer_place *place)
{
	for (unsigned level = 0; level < 2; level++) {
		char *text = hint_at(l, t, place, level);
		if (width_text(text, strlen(text)) <= place->cells)
			return text;
		free(text);
	}
	return hint_at(l, t, place, t->state == TRANSFER_RUNNING ? 2 : 1);
}

static char *
cannot_open(const struct lang *l, const struct transfer *t, const char *path)
{
	const char *program = file_name_program(t->name);

	if (t->mine)
		return xasprintf(
		    say(l, "not opened: it is your own file; it is %s"),
		    path == NULL ? t->name : path);
	if (t->state != TRANSFER_DONE || path == NULL)
		return xasprintf(say(l, "%s is not here"), t->name);
	if (program != NULL)
		return xasprintf(
		    say(l, "not opened: opening it would run it (.%s); it is "
			   "%s"),
		    program, path);
	return NULL;
}

char *
transfer_cannot_open(const struct lang *l, const struct transfer *t)
{
	char *path = transfer_path(t);
	char *why = cannot_open(l, t, path);

	free(path);
	return why;
}
