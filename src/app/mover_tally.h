/* SPDX-License-Identifier: MIT */
/*
 * Where one is in a stream of pieces.
 */
#ifndef APP_MOVER_TALLY_H
#define APP_MOVER_TALLY_H

#include "base/file_piece.h"

#include <stddef.h>
#include <stdint.h>

struct tally {
	uint64_t at;         /* bytes of the stream (wire/file_stream.h) */
	uint64_t done;       /* of these, bytes of files */
	uint64_t size, left; /* of the file that one is in */
	uint32_t files_done;
	uint64_t entries; /* files and folders that began */
};

/* What the header of a piece takes of the stream; 0: it has none. */
size_t tally_header(const struct file_piece *piece);
/* ENTER, FILE or LEAVE went by. */
void tally_head(struct tally *t, const struct file_piece *piece);
/* n bytes of the file. */
void tally_bytes(struct tally *t, uint64_t n);

#endif
