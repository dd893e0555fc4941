/* SPDX-License-Identifier: MIT */
#ifndef CORE_IPMSG_LINE_H
#define CORE_IPMSG_LINE_H

#include "core/engine_state.h"

/* Something may wait for p: legacy_next. */
void ipmsg_line_flush(struct engine *e, struct now now, struct peer *p);
/* The text of p with this token is stored. */
void ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token);

#endif
