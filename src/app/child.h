/* SPDX-License-Identifier: MIT */
/*
 * Other programs: an opener of links, a notifier, an editor, a speller.
 * Started by argv, never through a shell; with nothing of ours but what is
 * named here, in a process group of their own; given up when they take too
 * long or say too much; reaped by the loop.
 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHILDREN_MAX = 16,
	CHILD_ARGS_MAX = 16,
	CHILD_ENV_MAX = 16,            /* of child_spec.env */
	CHILD_OUTPUT_MAX = 256 * 1024, /* bytes it may say before it is read */
	CHILD_INPUT_MAX = 256 * 1024,
};

struct children;

struct child_spec {
	/* Ends with NULL; argv[0] is looked up in PATH. An argument that came
	 * from a peer must not be able to begin with '-': put "--" before. */
	const char *const *argv;
	const char *input; /* to its standard input; NULL: there is none */
	size_t input_size;
	bool lasts;   /* standard input stays open for child_write */
	bool answers; /* its standard output is wanted */
	bool errors;  /* so is what it says on standard error, the same */
	/* Of our own environment it gets nothing, nor our terminal, and who it
	 * started ends with it, unless that left its process group. */
	bool alone;
	bool terminal;    /* it gets our terminal, and our process group */
	int64_t limit_ms; /* of its life; 0: none */
	/* "NAME=value", beside our own environment (unless alone); ends with
	 * NULL; may be NULL. */
	const char *const *env;
};

struct child_event {
	unsigned id;
	bool ended;
	int status; /* once ended: its exit status, 128 + a signal, or -1 where
		       it was given up */
	/* All there is of its output, not consumed yet; borrowed until the
	 * next call. */
	const uint8_t *output;
	size_t size;
};

struct children *children_new(void);
/* Those who still run are killed where an answer was wanted, or their life was
 * to be limited. NULL is fine. */
void children_free(struct children *c);
/* An id, never 0; or a negative enum err: ERR_LIMIT (too many), ERR_NOT_FOUND
 * (no such program), ERR_SYS. */
int child_start(
    struct children *c, const struct child_spec *spec, int64_t mono_ms);
/* To a lasting one; 0, ERR_LIMIT, ERR_NOT_FOUND. */
int child_write(struct children *c, unsigned id, const char *text, size_t n);
/* Forgets the first n bytes of its output. */
void child_consume(struct children *c, unsigned id, size_t n);
/* Ends it; there will be no event. */
void child_stop(struct children *c, unsigned id);
void children_watch(const struct children *c, struct loop *l, uint64_t tag);
void children_ready(struct children *c, const struct loop_event *ev);
/* New output, or an end, which is told once; false when there is nothing. */
bool children_next(
    struct children *c, int64_t mono_ms, struct child_event *ret_event);
int64_t children_deadline(const struct children *c);

#endif
