/* SPDX-License-Identifier: MIT */
/*
 * Text for what is beside the window: the clipboard and the desktop. By the
 * terminal where it can, which works over ssh, too; else by the programs of the
 * desktop.
 */
#ifndef APP_OUTSIDE_H
#define APP_OUTSIDE_H

#include "app/requests.h"

#include <stdbool.h>
#include <stddef.h>

/* There is one that a program can show something on. */
bool outside_has_desktop(void);
void outside_copy(struct requests *r, const char *text);
/* The same with a path, which is told. */
void outside_copy_path(struct requests *r, const char *path);
void outside_notify(struct requests *r, const char *title, const char *body);
/* For a server of notifications that reads the body as markup; size as of
 * snprintf. Returns out. */
const char *outside_escape(const char *text, char *out, size_t size);

#endif
