/* SPDX-License-Identifier: MIT */
#include "app/mover_tally.h"

#include "wire/file_stream.h"

size_t
tally_header(const struct file_piece *piece)
{
	uint8_t out[FILE_STREAM_HEADER_MAX];
	size_t size = 0;

	return file_stream_put(piece, out, &size) == 0 ? size : 0;
}

void
tally_head(struct tally *t, const struct file_piece *piece)
{
	t->at += tally_header(piece);
	t->entries += piece->kind != FILE_PIECE_LEAVE;
	if (piece->kind != FILE_PIECE_FILE)
		return;
	t->size = t->left = piece->size;
	t->files_done += piece->size == 0;
}

void
tally_bytes(struct tally *t, uint64_t n)
{
	t->at += n;
	t->done += n;
	t->left -= n;
	t->files_done += n > 0 && t->left == 0;
}
