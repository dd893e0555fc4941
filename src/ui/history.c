/* SPDX-License-Identifier: MIT */
#include "ui/history.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void
line_clear(struct history_line *line)
{
	free(line->text);
	free(line->edited);
}

void
history_clear(struct history *h)
{
	for (size_t i = 0; i < h->count; i++)
		line_clear(&h->lines[i]);
	free(h->lines);
	free(h->draft);
	*h = (struct history){ 0 };
}

void
history_rewind(struct history *h)
{
	for (size_t i = 0; i < h->count; i++) {
		free(h->lines[i].edited);
		h->lines[i].edited = NULL;
	}
	free(h->draft);
	h->draft = NULL;
	h->at = h->count;
}

static bool
is_newest(const struct history *h, const char *text, size_t n)
{
	if (h->count == 0)
		return false;
	const char *newest = h->lines[h->count - 1].text;
	return strlen(newest) == n && memcmp(newest, text, n) == 0;
}

static void
forget_oldest(struct history *h)
{
	h->bytes -= strlen(h->lines[0].text);
	line_clear(&h->lines[0]);
	h->count--;
	memmove(h->lines, h->lines + 1, h->count * sizeof(*h->lines));
}

void
history_add(struct history *h, const char *text, size_t n)
{
	history_rewind(h);
	if (n == 0 || is_newest(h, text, n))
		return;
	if (!h->lines)
		h->lines = xcalloc(EDIT_HISTORY_MAX, sizeof(*h->lines));
	while (h->count == EDIT_HISTORY_MAX ||
	       (h->count > 0 && h->bytes + n > EDIT_HISTORY_BYTES))
		forget_oldest(h);
	h->bytes += n;
	h->lines[h->count++] = (struct history_line){ xstrndup(text, n), NULL };
	h->at = h->count;
}

static void
keep(struct history *h, const char *text)
{
	char **slot = h->at == h->count ? &h->draft : &h->lines[h->at].edited;

	free(*slot);
	*slot = xstrdup(text);
}

static const char *
shown(const struct history *h)
{
	if (h->at == h->count)
		return h->draft ? h->draft : "";
	const struct history_line *line = &h->lines[h->at];
	return line->edited ? line->edited : line->text;
}

const char *
history_older(struct history *h, const char *text)
{
	if (h->at == 0)
		return NULL;
	keep(h, text);
	h->at--;
	return shown(h);
}

const char *
history_newer(struct history *h, const char *text)
{
	if (h->at == h->count)
		return NULL;
	keep(h, text);
	h->at++;
	return shown(h);
}

struct edit_kills *
edit_kills_new(void)
{
	return xcalloc(1, sizeof(struct edit_kills));
}

void
edit_kills_free(struct edit_kills *kills)
{
	if (!kills)
		return;
	for (size_t i = 0; i < kills->count; i++)
		free(kills->texts[i]);
	free(kills);
}

void
kills_add(struct edit_kills *kills, const char *text, size_t n)
{
	if (kills->count == EDIT_KILLS_MAX)
		free(kills->texts[--kills->count]);
	memmove(kills->texts + 1, kills->texts,
	    kills->count * sizeof(kills->texts[0]));
	kills->texts[0] = xstrndup(text, n);
	kills->count++;
}

void
kills_join(
    struct edit_kills *kills, const char *text, size_t n, enum kill_side side)
{
	size_t old_size = kills->count ? strlen(kills->texts[0]) : 0;

	if (kills->count == 0 || old_size + n > EDIT_TEXT_MAX) {
		kills_add(kills, text, n);
		return;
	}
	char *joined = xmalloc(old_size + n + 1);
	memcpy(
	    joined + (side == KILL_BEFORE ? n : 0), kills->texts[0], old_size);
	memcpy(joined + (side == KILL_BEFORE ? 0 : old_size), text, n);
	joined[old_size + n] = '\0';
	free(kills->texts[0]);
	kills->texts[0] = joined;
}

const char *
kills_get(const struct edit_kills *kills, size_t index)
{
	return kills->count ? kills->texts[index % kills->count] : NULL;
}
