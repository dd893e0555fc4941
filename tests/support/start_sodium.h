/* SPDX-License-Identifier: MIT */
/*
 * The group setup of tests that need nothing but libsodium.
 */
#ifndef START_SODIUM_H
#define START_SODIUM_H

#include <sodium.h>

static inline int
start_sodium(void **state)
{
	(void)state;
	return sodium_init() < 0;
}

#endif
