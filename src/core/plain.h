/* SPDX-License-Identifier: MIT */
#ifndef CORE_PLAIN_H
#define CORE_PLAIN_H

#include "core/engine_state.h"

/* Something may wait for p: legacy_next. */
void plain_flush(struct engine *e, struct now now, struct peer *p);
/* The text of p with this token is stored. */
void plain_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);

#endif
