/* SPDX-License-Identifier: MIT */
/*
 * Words of the draft that a speller does not know. A word is asked about once,
 * when a blank stands behind it, and its answer may come whenever it likes:
 * typing never waits. A command is no prose.
 */
#include "ui/spell.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "base/width.h"
#include "ui/state.h"
#include "ui/str.h"
#include "ui/view.h"

#include <stdlib.h>
#include <string.h>

enum {
	WORD_MIN = 2,
	WORD_MAX = 64,
	WORDS_MAX = 512, /* known at once; a longer draft has no more of them */
	NEW_MAX = 64,    /* asked about at once */
};

/* Letters of all scripts; an apostrophe within a word. */
static bool
is_word_byte(const char *text, size_t size, size_t at)
{
	char c = text[at];

	/* Those at the ends were taken off as marks. */
	if (c == '\'')
		return at > 0 && at + 1 < size && text[at - 1] != '\'';
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n';
}

/* The next run of what is no blank, from *at on, with a blank behind it. */
static bool
next_run(const char *text, size_t size, size_t *at, size_t *ret_end)
{
	while (*at < size && is_blank(text[*at]))
		(*at)++;
	*ret_end = *at;
	while (*ret_end < size && !is_blank(text[*ret_end]))
		(*ret_end)++;
	return *ret_end < size;
}

/* The word in a run, without the marks around it. What holds anything else,
 * as links and names of files do, is no word. */
static bool
word_of(const char *text, size_t *from, size_t *to)
{
	static const char marks[] = "\"'()[]{},.;:!?*_~`";

	while (*from < *to && strchr(marks, text[*from]) != NULL)
		(*from)++;
	while (*to > *from && strchr(marks, text[*to - 1]) != NULL)
		(*to)--;
	for (size_t i = *from; i < *to; i++)
		if (!is_word_byte(text + *from, *to - *from, i - *from))
			return false;
	return *to - *from >= WORD_MIN && *to - *from <= WORD_MAX;
}

static struct spell_word *
find(const struct spell *s, const char *word, size_t n)
{
	for (size_t i = 0; i < s->count; i++)
		if (strncmp(s->words[i].text, word, n) == 0 &&
		    s->words[i].text[n] == '\0')
			return &s->words[i];
	return NULL;
}

static void
forget(struct spell *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->words[i].text);
	s->count = 0;
}

void
spell_free(struct ui *ui)
{
	forget(&ui->spell);
	free(ui->spell.words);
	free(ui->spell.lang);
}

static void
ask(struct spell *s, struct str *words, const char *text, size_t n)
{
	s->words = xgrow(s->words, s->count, &s->cap, sizeof(*s->words));
	s->words[s->count++] = (struct spell_word){ .text = xstrndup(text, n) };
	str_addf(words, "%s%.*s", words->size > 0 ? " " : "", (int)n, text);
}

void
spell_settle(struct ui *ui, const struct model *m)
{
	const char *lang = m->settings.edit_spell;
	struct spell *s = &ui->spell;
	struct str words = { 0 };
	size_t size, end, asked = 0;
	const char *text = edit_text(win_current(ui)->edit, &size);

	if (s->lang == NULL || strcmp(s->lang, lang) != 0) {
		free(s->lang);
		s->lang = xstrdup(lang);
		forget(s);
	}
	s->on = strcmp(lang, "off") != 0 && text[0] != '/';
	if (!s->on)
		return;
	if (size == 0 && s->count > WORDS_MAX / 2)
		forget(s);
	for (size_t at = 0; next_run(text, size, &at, &end) && asked < NEW_MAX;
	     at = end) {
		size_t from = at, to = end;
		if (!word_of(text, &from, &to) ||
		    find(s, text + from, to - from) != NULL)
			continue;
		if (s->count == WORDS_MAX)
			break;
		ask(s, &words, text + from, to - from);
		asked++;
	}
	if (asked > 0)
		request_add(ui, REQUEST_SPELL, str_text(&words), lang);
	str_clear(&words);
}

void
ui_answer_spell(struct ui *ui, const char *word, bool known)
{
	struct spell_word *w = find(&ui->spell, word, strlen(word));

	if (w == NULL || w->bad == !known)
		return;
	w->bad = !known;
	ui->dirty = true;
}

void
spell_mark(const struct frame *f, const struct wrap_row *wr, int row, int col)
{
	const struct spell *s = &f->ui->spell;
	size_t size, end, last = wr->offset + wr->size;
	const char *text = edit_text(f->w->edit, &size);

	for (size_t at = 0;
	     s->on && next_run(text, size, &at, &end) && at < last; at = end) {
		size_t from = at, to = end;
		if (!word_of(text, &from, &to))
			continue;
		const struct spell_word *w = find(s, text + from, to - from);
		from = from > wr->offset ? from : wr->offset;
		to = to < last ? to : last;
		if (w == NULL || !w->bad || from >= to)
			continue;
		int cell =
		    col + width_text(text + wr->offset, from - wr->offset);
		int behind = cell + width_text(text + from, to - from);
		for (; cell < behind && cell < f->g->cols; cell++)
			grid_cell(f->g, row, cell)->style = STYLE_MISSPELT;
	}
}
