/* SPDX-License-Identifier: MIT */
/*
 * Who is listed, and in which order: contacts (a conversation, or a pinned
 * key) before the notes to oneself and other people nearby, the present before
 * the absent, then contacts by number and others by name. Strangers are listed
 * only while they are present and few enough: ten thousand invented peers cost
 * one walk over the model and one line.
 */
#ifndef UI_ROSTER_H
#define UI_ROSTER_H

#include "core/model.h"

#include <stdbool.h>
#include <stddef.h>

struct roster {
	const struct peer **rows; /* owned; the peers borrowed */
	size_t count, contacts;   /* the contacts are rows[0 .. contacts) */
	size_t notes;             /* 1: rows[contacts] are the notes */
	size_t hidden;            /* strangers not listed */
	size_t present;           /* people here, of both kinds */
};

bool peer_is_contact(const struct peer *p);
bool peer_is_present(const struct peer *p);
/* The one somebody there is to talk with; NULL where there is nobody, or a
 * choice. */
const struct peer *roster_only(const struct model *m);

/* Strangers are listed if all rows together are at most so many. */
void roster_init(struct roster *r, const struct model *m, size_t rows_max);
void roster_clear(struct roster *r);
/* The row of the peer with this number, or r->count. */
size_t roster_by_number(const struct roster *r, size_t number);

#endif
