/* SPDX-License-Identifier: MIT */
#include "app/verbs_file.h"

#include "app/ascii.h"
#include "app/clock.h"
#include "app/language.h"
#include "app/verbs_state.h"
#include "base/mem.h"
#include "base/width.h"
#include "ui/transfer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLS_USUAL = 80, GAUGE_CELLS = 10, GAUGE_SIZE = 3 * GAUGE_CELLS + 1 };

void
sent_init(struct sent *s, bool json)
{
	s->terminal = !json && isatty(STDOUT_FILENO);
	s->ascii = ascii_is_needed();
}

static void
clear_strings(struct transfer *t)
{
	free(t->name);
	free(t->path);
	free(t->reason);
	free(t->note);
	t->name = t->path = t->reason = t->note = NULL;
}

void
sent_clear(struct sent *s)
{
	if (s->drawn)
		putchar('\n');
	fflush(stdout);
	for (size_t i = 0; i < s->count; i++) {
		free(s->items[i].path);
		clear_strings(&s->items[i].t);
	}
	free(s->spooled);
	free(s->who);
	free(s->line);
	*s = (struct sent){ 0 };
}

/* NULL where it says nothing. */
static char *
text_of(const json_t *event, const char *key)
{
	const char *text = client_text(event, key);

	return text[0] == '\0' ? NULL : xstrdup(text);
}

static uint64_t
number_of(const json_t *event, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(event, key));

	return n < 0 ? 0 : (uint64_t)n;
}

static enum transfer_state
state_of(const json_t *event)
{
	enum transfer_state s = TRANSFER_OFFERED;

	while (s < TRANSFER_CANCELLED &&
	       strcmp(transfer_state_text(s), client_text(event, "state")) != 0)
		s++;
	return s;
}

static void
read_event(struct transfer *t, const json_t *event)
{
	const char *paused = client_text(event, "paused_by");
	const char *ended = client_text(event, "ended_by");
	int64_t now_ms = clock_read().mono_ms;

	clear_strings(t);
	t->mine = true;
	t->state = state_of(event);
	t->name = xstrdup(client_text(event, "name"));
	t->path = text_of(event, "path");
	t->reason = text_of(event, "reason");
	t->note = text_of(event, "note");
	t->folder = json_is_true(json_object_get(event, "folder"));
	t->size_known = json_is_integer(json_object_get(event, "size"));
	t->size = number_of(event, "size");
	t->done = number_of(event, "done");
	t->rate = number_of(event, "rate");
	t->paused_here =
	    strcmp(paused, "us") == 0 || strcmp(paused, "both") == 0;
	t->paused_there =
	    strcmp(paused, "them") == 0 || strcmp(paused, "both") == 0;
	t->ended_here = strcmp(ended, "us") == 0;
	t->ended_there = strcmp(ended, "them") == 0;
	if (t->started_mono_ms == 0 && t->state == TRANSFER_RUNNING)
		t->started_mono_ms = now_ms;
	if (transfer_state_is_last(t->state))
		t->ended_mono_ms = now_ms;
}

/* Takes the text. */
static void
print_line(struct sent *s, char *text)
{
	if (s->drawn)
		fputs("\r\033[K", stdout);
	s->drawn = false;
	verb_print(text);
	free(text);
}

void
sent_tell(struct sent *s, const json_t *event)
{
	if (s->terminal)
		print_line(s, xstrdup(client_text(event, "text")));
	else
		verb_print_event(event);
}

static int
terminal_cols(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLS_USUAL;
	return size.ws_col;
}

static const char *
gauge(
    const struct sent *s, const struct transfer *t, char out[static GAUGE_SIZE])
{
	const char *const full = s->ascii ? "#" : "\xe2\x96\x88";
	const char *const rest = s->ascii ? "." : "\xe2\x96\x91";
	int n = transfer_gauge(t, GAUGE_CELLS);
	size_t size = 0;

	for (int i = 0; i < GAUGE_CELLS; i++)
		size += (size_t)snprintf(
		    out + size, GAUGE_SIZE - size, "%s", i < n ? full : rest);
	return out;
}

static void
draw(struct sent *s, const char *label, const struct transfer *t)
{
	char bar[GAUGE_SIZE] = "";
	bool has_gauge = transfer_has_gauge(t);
	char *state = transfer_long(language(), t, s->who);
	char *line = xasprintf("%s  %s%s%s", label,
	    has_gauge ? gauge(s, t, bar) : "", has_gauge ? " " : "", state);

	free(state);
	line[width_cut(line, strlen(line), terminal_cols() - 1, NULL)] = '\0';
	if (s->ascii)
		ascii_make(line);
	printf("\r%s\033[K", line);
	fflush(stdout);
	s->drawn = true;
	free(line);
}

/* Those that are not over as one: rather how that stands which moves. */
static void
draw_all(struct sent *s)
{
	struct transfer all = { .mine = true, .size_known = true };
	const struct transfer *shown = NULL;
	unsigned over = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct transfer *t = &s->items[i].t;
		bool is_over = transfer_state_is_last(t->state);
		over += is_over;
		all.size += t->size;
		all.done += t->state == TRANSFER_DONE ? t->size : t->done;
		all.rate += is_over ? 0 : t->rate;
		if (!is_over && (shown == NULL || t->state == TRANSFER_RUNNING))
			shown = t;
	}
	if (shown == NULL || shown->name == NULL)
		return;
	all.state = shown->state;
	all.paused_here = shown->paused_here;
	all.paused_there = shown->paused_there;
	all.reason = shown->reason;
	if (s->count == 1) {
		draw(s, shown->name, shown);
		return;
	}
	char *label =
	    xasprintf(say(language(), "%u of %u"), over, (unsigned)s->count);
	draw(s, label, &all);
	free(label);
}

void
sent_update(struct sent *s, struct sent_item *item, const json_t *event)
{
	const struct transfer_place place = {
		.who = s->who,
		.dot = ".",
		.cells = COLS_USUAL,
	};

	read_event(&item->t, event);
	if (!s->terminal) {
		verb_print_event(event);
		return;
	}
	if (transfer_state_is_last(item->t.state)) {
		char *hint = transfer_hint(language(), &item->t, &place);
		print_line(s, xasprintf("%s: %s", item->t.name, hint));
		free(hint);
	}
	draw_all(s);
}
