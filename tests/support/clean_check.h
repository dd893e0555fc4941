/* SPDX-License-Identifier: MIT */
/*
 * What clean text of a peer may hold, written down a second time and in another
 * way than in base/peer_text.c, so that the two check each other.
 */
#ifndef SUPPORT_CLEAN_CHECK_H
#define SUPPORT_CLEAN_CHECK_H

#include "base/peer_text.h"

#include <stdbool.h>
#include <stddef.h>

/* NULL where text is clean for its kind, else what is wrong with it. */
const char *clean_fault(
    const char *text, size_t size, enum peer_text_kind kind);

#endif
