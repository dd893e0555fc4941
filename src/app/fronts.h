/* SPDX-License-Identifier: MIT */
/*
 * The front ends of one engine: its screen or lines, and whoever speaks to it
 * through its control socket. All of them are told all that happens.
 */
#ifndef APP_FRONTS_H
#define APP_FRONTS_H

#include "core/engine.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct doctor_facts;
struct doctor_verdict;
struct findings;
struct shell;

/*
 * A front end. All calls come from shell_run; what it has no use for is NULL.
 * report is called for effects that are for people, while the model still shows
 * what they speak of.
 */
struct front {
	void (*report)(
	    struct front *f, struct shell *sh, const struct effect *effect);
	/* Adds its fds, by front_watch. */
	void (*watch)(struct front *f, struct shell *sh, struct loop *l);
	/* ev->tag is as it was given there. */
	void (*ready)(
	    struct front *f, struct shell *sh, const struct loop_event *ev);
	/* Once a turn, after all input: draw, flush, time out. It may remove
	 * itself. */
	void (*turn)(struct front *f, struct shell *sh);
	int64_t (*deadline)(struct front *f, struct shell *sh);
	/* So many of what a search found make a list, shown also where there
	 * is nothing in it; 0: they are lines. */
	size_t list_max;
	/* What a search of its own found. */
	void (*found)(struct front *f, struct shell *sh,
	    const struct effect *query, const struct findings *findings);
	/* /goto, of its own: conv is to be shown from row on; it is loaded. */
	void (*show)(
	    struct front *f, struct shell *sh, uint32_t conv, int64_t row);
	/* What was asked here is answered now, by what was said last there. */
	void (*answered)(struct front *f, struct shell *sh, uint32_t conv);
	/* /doctor, of its own; NULL: it is told the report. */
	void (*diagnosed)(struct front *f, struct shell *sh,
	    const struct doctor_facts *facts,
	    const struct doctor_verdict *verdict);
	/* A signal that is not the shell's: SIGWINCH, SIGTSTP, SIGCONT. */
	void (*signal)(struct front *f, struct shell *sh, int number);
	/* Of fronts.c. */
	struct front *next;
	uint32_t number;
};

struct fronts {
	struct front *first;
	uint32_t last_number;
};

/* Tags of the loop from here on are those of front ends. */
#define FRONT_TAG_FIRST (UINT64_C(1) << 16)

/* Borrowed until front_remove. */
void front_add(struct fronts *fs, struct front *f);
void front_remove(struct fronts *fs, struct front *f);
/* The conversation in which what is said is told to that one alone. */
uint32_t front_aside(const struct front *f);
/* What of the loop comes back to that one as tag, below FRONT_TAG_FIRST. */
uint64_t front_tag(const struct front *f, uint64_t tag);
void front_watch(const struct front *f, struct loop *l, int fd, bool read,
    bool write, uint64_t tag);

void fronts_report(
    const struct fronts *fs, struct shell *sh, const struct effect *effect);
void fronts_watch(const struct fronts *fs, struct shell *sh, struct loop *l);
void fronts_ready(
    const struct fronts *fs, struct shell *sh, const struct loop_event *ev);
void fronts_turn(const struct fronts *fs, struct shell *sh);
int64_t fronts_deadline(const struct fronts *fs, struct shell *sh);
void fronts_signal(const struct fronts *fs, struct shell *sh, int number);

#endif
