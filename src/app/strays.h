/* SPDX-License-Identifier: MIT */
/*
 * Announcements that came from outside the networks of the interface they came
 * through: nothing is done with them, and the doctor tells of them.
 */
#ifndef APP_STRAYS_H
#define APP_STRAYS_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

enum { STRAYS_MAX = 8 };

struct stray {
	struct addr from;
	unsigned index; /* of the interface; 0: not known */
	uint64_t count;
};

struct strays {
	struct stray list[STRAYS_MAX];
	size_t count, next; /* the oldest gives way */
};

void strays_note(struct strays *s, const struct addr *from, unsigned index,
    const uint8_t *p, size_t n);

#endif
