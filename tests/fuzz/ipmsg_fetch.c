/* SPDX-License-Identifier: MIT */
/* Whatever comes for a folder: its pieces keep to their grammar. */
#include "fuzz.h"
#include "proto/ipmsg_files.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipmsg_fetch_cfg cfg = { .user = "a", .host = "b", .folder = 1 };
	struct now now = { .mono_ms = 1 };
	struct ipmsg_fetch *f = ipmsg_fetch_new(&cfg, now);
	struct file_piece piece;
	uint64_t left = 0, depth = 0;

	while (ipmsg_fetch_next(f, now, &data, &size, &piece)) {
		bool bytes = piece.kind == FILE_PIECE_BYTES;
		check(bytes ? piece.count <= left : left == 0);
		left = bytes ? left - piece.count : piece.size;
		depth += piece.kind == FILE_PIECE_ENTER;
		depth -= piece.kind == FILE_PIECE_LEAVE;
		check(depth <= FILE_DEPTH_MAX);
		check(!piece.name || !strchr(piece.name, '/'));
	}
	check(ipmsg_files_is_over(ipmsg_fetch_state(f)) || size == 0);
	ipmsg_fetch_free(f);
	return 0;
}
