/* SPDX-License-Identifier: MIT */
#ifndef APP_CLOCK_H
#define APP_CLOCK_H

#include "base/now.h"

#include <stdint.h>

/* The time of this turn of the loop. */
struct now clock_read(void);
/* Milliseconds the machine has slept since it booted; 0 where the system does
 * not tell. When it grows, we were suspended. */
int64_t clock_slept_ms(void);

#endif
