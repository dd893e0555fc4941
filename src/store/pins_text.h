/* SPDX-License-Identifier: MIT */
/*
 * The text of the pins file, without the file. doc/earshot.1 describes it.
 */
#ifndef STORE_PINS_TEXT_H
#define STORE_PINS_TEXT_H

#include "core/pin.h"

#include <stddef.h>

enum {
	PINS_MAX = 4096,
	PIN_LINE_MAX = 512,
	PINS_TEXT_MAX = PINS_MAX * PIN_LINE_MAX,
};

struct pins_text {
	struct pin *pins; /* owned */
	size_t count;
	/* The lines that were not understood, as they are; owned. */
	char *rejects;
	size_t rejects_size;
	size_t reject_count;
};

/* Never fails on what the text says, but for ERR_VERSION when a newer earshot
 * wrote it. */
int pins_parse(const char *text, size_t n, struct pins_text *ret_parsed);
void pins_text_clear(struct pins_text *parsed);
/* The whole file (caller frees); count at most PINS_MAX. */
char *pins_format(const struct pin *pins, size_t count, size_t *ret_size);

#endif
