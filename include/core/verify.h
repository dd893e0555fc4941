/* SPDX-License-Identifier: MIT */
/*
 * The number that two people compare to know that nobody stands between them:
 * it follows from both of their fingerprints, and from nothing else.
 */
#ifndef CORE_VERIFY_H
#define CORE_VERIFY_H

#include "base/id.h"

enum {
	VERIFY_GROUPS = 12, /* of five digits: 199 bits */
	VERIFY_DIGITS = 5,
	/* A blank between groups, and the NUL. */
	VERIFY_TEXT_SIZE = VERIFY_GROUPS * (VERIFY_DIGITS + 1),
};

/* The same for both, whichever comes first. doc/PROTOCOL, "The number to
 * compare". Returns out. */
const char *verify_number(
    const struct fp *a, const struct fp *b, char out[static VERIFY_TEXT_SIZE]);

#endif
