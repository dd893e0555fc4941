/* SPDX-License-Identifier: MIT */
/*
 * A key told in the moment it is of use, at most three times ever, and never
 * again once it was pressed.
 */
#ifndef UI_HINTS_H
#define UI_HINTS_H

#include "base/now.h"
#include "core/model.h"
#include "ui/edit.h"
#include "ui/keymap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ui;

enum {
	HINTS_MAX = 16,
	HINT_TIMES = 3,
	HINT_AGAIN_MS = 60000, /* from one to another */
	HINTS_TEXT_SIZE = 96,
};

struct hints {
	bool on; /* what was told before is known */
	uint8_t told[HINTS_MAX];
	bool has_now; /* one is on the screen, and which */
	size_t now;
	int64_t since_ms;
};

/* Before a frame: what to tell in it. */
void hints_choose(struct ui *ui, const struct model *m, struct now now);
/* The key was pressed. */
void hints_retire(struct ui *ui, const struct keymap_row *row);
/* False: nothing is to be told. */
bool hints_text(const struct ui *ui, const struct model *m,
    char out[static HINTS_TEXT_SIZE]);

#endif
