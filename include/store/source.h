/* SPDX-License-Identifier: MIT */
/*
 * Reading what is sent: a file, or a folder with all that is in it. Symbolic
 * links, devices, sockets, named pipes and files whose size is not known before
 * they are read are left out and named; nothing outside of what was named is
 * opened.
 */
#ifndef STORE_SOURCE_H
#define STORE_SOURCE_H

#include "base/file_piece.h"
#include "core/transfer.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How much it is, found a little at a time.
 */
struct survey;
/* 0, or an error and its sentence (caller frees). */
int survey_open(const char *path, struct survey **ret_survey, char **ret_error);
/* Looks at so many entries; true when that was all. */
bool survey_step(struct survey *s, unsigned entries);
/* After that; until survey_free. */
const struct file_info *survey_info(const struct survey *s);
/* NULL is fine. */
void survey_free(struct survey *s);

/*
 * Its pieces.
 */
struct source;
struct source_plan {
	const char *path;
	/* It is a single file: what it has to be, and where to begin. */
	bool expects;
	uint64_t size, offset;
	int64_t mtime; /* 0: any; counts where offset is not 0 */
	bool exact;    /* mtime counts always */
	bool sorted;   /* a folder: its entries by their names, so that it is
			  the same the next time */
};
/* 0, or an error and its sentence (caller frees). */
int source_open(const struct source_plan *plan, struct source **ret_source,
    char **ret_error);
/* Between pieces of one file: its descriptor stands where the next bytes are,
 * and so many follow: read them yourself, then source_took. -1 and 0: it is not
 * in a file. */
int source_fd(const struct source *s, uint64_t *ret_left);
void source_took(struct source *s, size_t n);
/* Whether a file was written to while it was read; how many things were left
 * out. */
bool source_changed(const struct source *s);
uint32_t source_left_out(const struct source *s);
/* The next piece, until the next call; after END or ERROR that again. */
void source_next(struct source *s, struct file_piece *ret_piece);
/* NULL is fine. */
void source_free(struct source *s);

#endif
