/* SPDX-License-Identifier: MIT */
/*
 * What Enter means in the window nearby to who has just come: greet.c.
 */
#ifndef UI_GREET_H
#define UI_GREET_H

#include "ui/press.h"

#include <stdbool.h>
#include <stddef.h>

/* The line is for our name. */
bool greet_asks_name(const struct ui *ui, const struct model *m);
/* True when Enter was for this. */
bool greet_send(struct press *p);
/* What is typed has nobody to go to: true when it was offered to somebody. */
bool greet_offer(struct press *p);
/* Ends the offer; true when there was one. */
bool greet_escape(struct ui *ui, const struct model *m);
/* The sentence of the offer; false when there is none. */
bool greet_hint(
    const struct ui *ui, const struct model *m, char *out, size_t size);

#endif
