/* SPDX-License-Identifier: MIT */
/*
 * The pins in a text file of the home, a line each. Format: doc/earshot.1,
 * FILES. A damaged line is reported and kept aside, never dropped in silence.
 */
#ifndef STORE_PINS_H
#define STORE_PINS_H

#include "core/pin.h"
#include "store/home.h"

#include <stddef.h>

/* *ret_pins: caller: pins_free. A file that is not there is no pins. *ret_error
 * (caller frees) may hold a warning also on success. */
int pins_load(const struct home *h, struct pin **ret_pins, size_t *ret_count,
    char **ret_error);
/* Replaces the file. 0, or an error with its sentence (caller frees). */
int pins_save(const struct home *h, const struct pin *pins, size_t count,
    char **ret_error);

#endif
