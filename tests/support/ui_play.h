/* SPDX-License-Identifier: MIT */
/*
 * Bytes as keys, pastes, sizes, peers and messages, in any order.
 */
#ifndef UI_PLAY_H
#define UI_PLAY_H

#include "ui_scene.h"

#include <stddef.h>
#include <stdint.h>

/* Aborts where a cell holds a control or half of a wide character, or the
 * cursor is outside. */
void ui_play_check(const struct grid *g);
void ui_play(struct scene *s, const uint8_t *p, size_t n);
/* As above, in a scene of its own. */
void ui_play_all(const uint8_t *p, size_t n);
/* A line through the parser and through completion at every byte. */
void ui_play_line(const uint8_t *p, size_t n);

#endif
