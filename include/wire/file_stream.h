/* SPDX-License-Identifier: MIT */
/*
 * A file or a folder as one stream of bytes: the pieces of base/file_piece.h,
 * one after the other. doc/PROTOCOL, "Files".
 *
 *   FILE   1 | mtime i64 | size u64 | name size u16 | name | the bytes of it
 *   ENTER  2 | mtime i64 | name size u16 | name
 *   LEAVE  3
 *
 * Integers are big-endian. The place where a transfer is taken up again is an
 * offset in this stream, so folders and files are the same to it. The bytes of
 * files have no header: their number is in that of the file.
 */
#ifndef WIRE_FILE_STREAM_H
#define WIRE_FILE_STREAM_H

#include "base/file_piece.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FILE_STREAM_NAME_MAX = 255,
	FILE_STREAM_HEADER_MAX = 1 + 8 + 8 + 2 + FILE_STREAM_NAME_MAX,
};

/* The header of a FILE, ENTER or LEAVE; ERR_FORMAT for other kinds and names
 * that are empty or too long. */
int file_stream_put(const struct file_piece *piece,
    uint8_t out[static FILE_STREAM_HEADER_MAX], size_t *ret_size);

/* Reads one; zero it to begin. */
struct file_stream {
	uint64_t left; /* bytes of the file that come next */
	unsigned depth;
	bool over; /* the one file, or the outermost folder, is complete */
	char name[FILE_STREAM_NAME_MAX + 1];
};
/*
 * The next piece of what begins at p: 1, *ret_piece and how many bytes it took;
 * BYTES borrow p, names borrow s. 0: more bytes are needed. ERR_FORMAT (unknown
 * kind, empty name or one with a zero byte, LEAVE without ENTER, something
 * after the end), ERR_LIMIT (name, FILE_DEPTH_MAX).
 */
int file_stream_next(struct file_stream *s, const uint8_t *p, size_t n,
    struct file_piece *ret_piece, size_t *ret_taken);

#endif
