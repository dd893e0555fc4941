/* SPDX-License-Identifier: MIT */
/* What is read is written again, byte for byte. */
#include "wire/file_stream.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file_stream s = { 0 };
	struct file_piece piece;
	uint8_t header[FILE_STREAM_HEADER_MAX];
	size_t at = 0, taken = 0, n = 0;

	while (
	    file_stream_next(&s, data + at, size - at, &piece, &taken) == 1) {
		check(taken > 0 && taken <= size - at);
		check(s.depth <= FILE_DEPTH_MAX && s.left <= INT64_MAX);
		if (piece.kind == FILE_PIECE_BYTES) {
			check(piece.count == taken && piece.bytes == data + at);
		} else {
			check(file_stream_put(&piece, header, &n) == 0);
			check(n == taken && memcmp(header, data + at, n) == 0);
		}
		at += taken;
	}
	return 0;
}
