/* SPDX-License-Identifier: MIT */
/*
 * How each step of a test of the way is tried, and how it ends. None of these
 * looks at another step.
 */
#ifndef CORE_PATH_STEPS_H
#define CORE_PATH_STEPS_H

#include "core/paths.h"

enum { PATH_HANDSHAKE_MS = 2000 };

void path_begin(
    struct path_test *t, struct now now, enum path_step which, int64_t ms);
/* The first end counts. */
void path_succeed(struct path_test *t, struct now now, enum path_step which);
void path_fail(struct path_test *t, struct now now, enum path_step which,
    enum path_why why, int sys_errno);
void path_skip(struct path_test *t, enum path_step which, enum path_why why);

/* Where to, and what needs nothing else. */
void path_start(struct engine *e, struct now now, struct path_test *t);
void path_ping_begin(struct engine *e, struct now now, struct path_test *t,
    enum path_step which);
/* Asks for the hardware address. */
void path_look(struct engine *e, struct now now, struct path_test *t);
/* As much load as may be on the way; and so much has come, in all. */
void path_load_more(struct engine *e, struct now now, struct path_test *t);
void path_load_back(
    struct engine *e, struct now now, struct path_test *t, uint64_t size);
/* What is due: another ping, or the end of a step. */
void path_late(struct engine *e, struct now now, struct path_test *t);
/* Ends its connection. */
void path_hang_up(struct engine *e, struct now now, struct path_test *t);

#endif
