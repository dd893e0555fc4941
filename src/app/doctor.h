/* SPDX-License-Identifier: MIT */
/*
 * /doctor: looks at everything that may keep people away, without holding up
 * the loop, and tells the front end that asked.
 */
#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include "app/fronts.h"
#include "core/doctor.h"
#include "core/engine.h"

#include <jansson.h>

struct shell;

enum { DOCTORS_MAX = 4 /* that look at the same time */ };

/*
 * QUESTION_DOCTOR of front f, who may be gone when the answer is there: query
 * has conv, fp (zero: an address, or everybody) and text, what was typed ("":
 * everybody). The facts are complete within seconds, then judged and told.
 */
void doctor_begin(
    struct shell *sh, struct front *f, const struct effect *query);
/* The same for a shell that did not open, and why: facts without an engine, at
 * once; sh has its settings where it came so far. Caller frees. */
struct doctor_facts *doctor_unopened(const struct shell *sh, const char *error);

/* Of doctor_tell.c. Judges them and tells the front end with that number, if it
 * is there still, or in conv who has no way of its own. */
void doctor_tell(struct shell *sh, uint32_t front, uint32_t conv,
    const struct doctor_facts *facts);
/* "finding" and "fact" events, and "doctor" at the end: an array; caller
 * decrefs. */
json_t *doctor_events(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict);

#endif
