/* SPDX-License-Identifier: MIT */
/*
 * Processes that nobody waits for (store/aside.h), for a test that does.
 */
#ifndef ORPHANS_H
#define ORPHANS_H

#include <stdbool.h>

/* From now on they are children of this process. False: not on this system. */
bool orphans_adopt(void);
/* There is no child any more. */
void orphans_wait(void);

#endif
