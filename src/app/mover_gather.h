/* SPDX-License-Identifier: MIT */
/*
 * When whoever receives is to be woken: for each byte, or, where much comes
 * quickly, for much at once. Pure.
 */
#ifndef APP_MOVER_GATHER_H
#define APP_MOVER_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* As much as one read takes: FLOW_INPUT_MAX, about. */
	GATHER_BYTES = 256 * 1024,
	/* So long the kernel may keep less than that to itself. */
	GATHER_MS = 5,
};

/* Begins as { 0 }. */
struct gather {
	bool on;     /* for GATHER_BYTES, not for each byte */
	size_t came; /* since since_ms */
	int64_t since_ms;
};

/* At now_ms n bytes came, and left more are due at least: on may change. */
void gather_took(struct gather *g, int64_t now_ms, size_t n, uint64_t left);
/* Until then, while it is on, as many have to come; NEVER_MS else. */
int64_t gather_deadline(const struct gather *g);
/* Whether it is over at now_ms: then it is off, and what came is to be read. */
bool gather_over(struct gather *g, int64_t now_ms);

#endif
