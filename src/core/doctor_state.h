/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the doctor share: each looks at some of the facts and adds
 * what it finds.
 */
#ifndef CORE_DOCTOR_STATE_H
#define CORE_DOCTOR_STATE_H

#include "core/doctor.h"

struct diagnosis {
	const struct doctor_facts *f;
	const struct lang *l;
	struct doctor_verdict *v;
};

/* Takes text and mend (NULL: none); returns what may be told more of, until
 * the next one. */
struct doctor_finding *diagnosis_add(struct diagnosis *d,
    enum doctor_severity severity, enum doctor_fault fault, char *text,
    char *mend);
/* Something was found that keeps all others away: what is said of single
 * people would only repeat it. */
bool diagnosis_has(const struct diagnosis *d, enum doctor_fault fault);

/* Of this machine. */
void doctor_here(struct diagnosis *d);

#endif
