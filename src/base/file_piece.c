/* SPDX-License-Identifier: MIT */
#include "base/file_piece.h"

#include <string.h>

enum {
	KIND_SIZE = 1,
	TIME_SIZE = 8,
	LENGTH_SIZE = 8,
	NAME_LENGTH_SIZE = 2,
};

size_t
file_piece_header_size(const struct file_piece *piece)
{
	switch ((enum file_piece_kind)piece->kind) {
	case FILE_PIECE_FILE:
		return KIND_SIZE + TIME_SIZE + LENGTH_SIZE + NAME_LENGTH_SIZE +
		       strlen(piece->name);
	case FILE_PIECE_ENTER:
		return KIND_SIZE + TIME_SIZE + NAME_LENGTH_SIZE +
		       strlen(piece->name);
	case FILE_PIECE_LEAVE:
		return KIND_SIZE;
	case FILE_PIECE_BYTES:
	case FILE_PIECE_NOTE:
	case FILE_PIECE_END:
	case FILE_PIECE_ERROR:
		break;
	}
	return 0;
}
