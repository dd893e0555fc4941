/* SPDX-License-Identifier: MIT */
/*
 * What holds of the screen's primitives for any input. Each check aborts where
 * it does not; unit tests call them with seeded input, fuzz targets with
 * theirs.
 */
#ifndef SUPPORT_UI_CHECK_H
#define SUPPORT_UI_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* Any bytes give the same keys however they are cut into reads. */
void ui_check_decode(const uint8_t *p, size_t n);
/* Whatever a terminal answers, what is known of it is within reason. */
void ui_check_probe(const uint8_t *p, size_t n);
/* The rows of any text cover it, fit, and cut no cluster. */
void ui_check_wrap(const uint8_t *p, size_t n);
/* Any text takes the cells that width_text() says and no control gets in. */
void ui_check_grid(const uint8_t *p, size_t n);
/* Any actions leave a clean draft within its bounds, and undo goes back and
 * forth. */
void ui_check_edit(const uint8_t *p, size_t n);

#endif
