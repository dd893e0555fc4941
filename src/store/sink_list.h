/* SPDX-License-Identifier: MIT */
/*
 * The list beside a part: the headers of what came, in their order, each with
 * the name that it has here. Of each file and folder that is complete all are
 * there; the last ones are written together (SINK_LAG).
 *
 *   head     magic 8 | version u8 | folder u8 | 0 x 6 | inode u64 | check u32
 *   record   kind u8 | mtime u64 | size u64 | name size u16 | local size u16 |
 *            name | local name | check u32
 *
 * Kinds are those of the pieces, and LIST_COMPLETE, behind which there is
 * nothing. The check is a sum over the bytes and the place where they are: not
 * against attacks (the list is ours, in a file that nobody else may write), but
 * against what a failing power leaves of it. What is behind the last good
 * record counts as not there.
 */
#ifndef STORE_SINK_LIST_H
#define STORE_SINK_LIST_H

#include "base/file_piece.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LIST_COMPLETE = 255,    /* all came; what is next is its name */
	LIST_RECORDS_SIZE = 28, /* where the first record is */
	LIST_RECORD_MAX =
	    1 + 8 + 8 + 2 + 2 + FILE_PIECE_NAME_MAX + NAME_MAX + 4,
};

struct list_record {
	uint8_t kind;
	int64_t mtime;
	uint64_t size;
	char name[FILE_PIECE_NAME_MAX + 1];
	char local[NAME_MAX + 1]; /* one component; "": what the part is */
	uint64_t at, next;        /* where it is, and what follows it */
};

/* Writes the head, with the inode of the part. 0 or ERR_SYS. */
int list_begin(int fd, bool folder, uint64_t inode);
/* 0; ERR_FORMAT: it is none, or of another version. */
int list_head(int fd, bool *ret_folder, uint64_t *ret_inode);
/* A record that will be at that place; local may be NULL. Its size, or
 * ERR_LIMIT for names that are too long. */
int list_encode(uint8_t out[static LIST_RECORD_MAX], uint64_t at,
    const struct file_piece *piece, const char *local);
/* Writes records. 0 or ERR_SYS. */
int list_write(int fd, uint64_t at, const uint8_t *p, size_t n);
/* What was written is on its way to the disk, where the system can; nobody
 * waits for it. */
void list_push(int fd);

/* Reads them all: no more than one file, or the things of one folder in a
 * possible order. */
struct list_reader;
struct list_reader *list_reader_new(int fd, bool folder);
/* NULL is fine. */
void list_reader_free(struct list_reader *r);
/* The next record; until the next call. NULL: no more good ones. */
const struct list_record *list_next(struct list_reader *r);
/* Folders that the last one is in; of an ENTER, itself counted. */
unsigned list_depth(const struct list_reader *r);
/* A record as a piece, that borrows its name. */
struct file_piece list_piece(const struct list_record *r);

#endif
