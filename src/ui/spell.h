/* SPDX-License-Identifier: MIT */
/*
 * Spelling of the draft: spell.c.
 */
#ifndef UI_SPELL_H
#define UI_SPELL_H

#include "ui/wrap.h"

#include <stdbool.h>
#include <stddef.h>

struct frame;
struct model;
struct ui;

struct spell_word {
	char *text; /* owned */
	bool bad;   /* so the speller said */
};

struct spell {
	char *lang; /* owned; what the words were asked for */
	bool on;    /* the draft in view is looked at */
	struct spell_word *words;
	size_t count, cap;
};

/* Asks about words of the draft that were not asked about before. */
void spell_settle(struct ui *ui, const struct model *m);
/* Underlines those of a row of the draft. */
void spell_mark(
    const struct frame *f, const struct wrap_row *wr, int row, int col);
void spell_free(struct ui *ui);

#endif
