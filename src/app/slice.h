/* SPDX-License-Identifier: MIT */
/*
 * How soon a thread gets the processor when it has something to do.
 */
#ifndef APP_SLICE_H
#define APP_SLICE_H

/* The calling thread wants so many microseconds at a time, 100 to 100000. Who
 * wants less is let in sooner. Systems that know no such thing do as they
 * always do. */
void slice_set(unsigned us);

#endif
