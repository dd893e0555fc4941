/* SPDX-License-Identifier: MIT */
/*
 * /doctor: looks at everything that may keep people away, without holding up
 * the loop, and tells the front end that asked.
 */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "app/fronts.h"
#include "core/engine.h"

struct shell;

/*
 * Begins to look, for front f, which may be gone when the answer is there: in
 * the conversation conv. who: as typed, clean, NULL: everybody; fp: who that
 * is, zero: it is an address, or nobody. The facts are complete within
 * seconds, then judged and told.
 */
void doctor_begin(struct shell *sh, struct front *f, uint32_t conv,
    const struct fp *fp, const char *who);

#endif
