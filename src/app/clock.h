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
/* An fd that is readable when the machine woke up or its clock was set; -1
 * where there is no such thing. close() ends it. */
int clock_watch_open(void);
/* Makes it unreadable again. */
void clock_watch_read(int fd);

#endif
