/* SPDX-License-Identifier: MIT */
/*
 * earshot demo: the real program with three real peers of its own, all on
 * loopback, on a port of their own, in a home that is removed afterwards.
 */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include "app/options.h"

struct demo;

/* Starts the peers. Points the options at the demo's home, port and loopback.
 * NULL and a sentence (caller frees) on failure. */
struct demo *demo_start(struct options *o, char **ret_error);
/* Ends the peers and removes their homes. */
void demo_end(struct demo *d);

#endif
