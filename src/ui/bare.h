/* SPDX-License-Identifier: MIT */
/*
 * A conversation as lines without anything that is only there for the eye, for
 * the selection of the terminal itself.
 */
#ifndef UI_BARE_H
#define UI_BARE_H

#include "base/now.h"
#include "core/model.h"

/* What is in memory of it, oldest first, the newest BARE_MESSAGES_MAX at most.
 * A new string of \n-separated lines (caller frees). */
enum { BARE_MESSAGES_MAX = 2000 };
char *bare_text(const struct model *m, struct now now, const struct conv *c);

#endif
