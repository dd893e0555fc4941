/* SPDX-License-Identifier: MIT */
/*
 * A front end of lines: commands come in, events go out, one on a line. It is
 * what --plain is, and each client of the control socket.
 */
#ifndef APP_LINES_H
#define APP_LINES_H

#include "app/events.h"
#include "app/fronts.h"
#include "app/shell.h"
#include "base/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines {
	struct front front;
	const struct events *events;
	int in, out;      /* borrowed */
	size_t write_max; /* at once, so that it does not block */
	bool ascii;       /* a terminal that takes no UTF-8 */
	bool aside;       /* answers are for it alone (front_aside) */
	/* An object that is no line: true when it was for there. NULL: none
	 * is. */
	bool (*object)(struct lines *l, struct shell *sh, const json_t *object);
	bool taken; /* by then: what else comes is not lines */
	struct buf input, output;
	size_t output_max;
	size_t lost;         /* lines that the output had no room for */
	uint32_t conv;       /* where text without a slash goes */
	const char *command; /* the line being executed; NULL between */
	bool skipping;       /* inside a line that is too long */
	bool input_ended, output_ended;
	bool failed; /* something was not read, or not printed */
};

/* The fields above the buffers, and front but for turn, deadline and signal,
 * are the caller's. output_max: bytes that may wait for a reader. */
void lines_init(struct lines *l, size_t output_max);
void lines_clear(struct lines *l);

/* Takes the text; NULL: nothing. */
void lines_print(struct lines *l, char *text);
/* For front: report, found, show, diagnosed, watch, ready. */
void lines_report(
    struct front *f, struct shell *sh, const struct effect *effect);
void lines_found(struct front *f, struct shell *sh, const struct effect *query,
    const struct findings *findings);
void lines_show(struct front *f, struct shell *sh, uint32_t conv, int64_t row);
void lines_diagnosed(struct front *f, struct shell *sh,
    const struct doctor_facts *facts, const struct doctor_verdict *verdict);
void lines_watch(struct front *f, struct shell *sh, struct loop *l);
void lines_ready(
    struct front *f, struct shell *sh, const struct loop_event *ev);
/* Once a turn: writes what can be written now. */
void lines_flush(struct lines *l);
/* Writes all that is left, and waits for that. */
void lines_write_rest(struct lines *l);

#endif
