/* SPDX-License-Identifier: MIT */
/*
 * The language earshot speaks, known before there is anything else, and so the
 * one thing that app keeps outside of a struct. Other layers are given it.
 */
#ifndef APP_LANGUAGE_H
#define APP_LANGUAGE_H

#include "base/lang.h"

/* First of all: the locale of the process, and from it the language. */
void language_start(void);
/* What the settings say. */
void language_set(const struct lang *l);
const struct lang *language(void);
/* That of the locale, whatever was chosen. */
const struct lang *language_of_system(void);

#endif
