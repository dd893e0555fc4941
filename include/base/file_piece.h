/* SPDX-License-Identifier: MIT */
/*
 * A file or a folder, cut into pieces that go one after the other: how those
 * who read and write files and those who carry them talk.
 *
 *   a file:    FILE BYTES... END
 *   a folder:  ENTER (FILE BYTES... | ENTER ... LEAVE)... LEAVE END
 *
 * ERROR ends it wherever it comes.
 */
#ifndef BASE_FILE_PIECE_H
#define BASE_FILE_PIECE_H

#include <stddef.h>
#include <stdint.h>

enum {
	/* Folders within folders, the outermost one counted. */
	FILE_DEPTH_MAX = 64,
	/* The most BYTES of one piece out of a source. */
	FILE_PIECE_MAX = 65536,
	/* Of a name out of a source, in bytes. */
	FILE_PIECE_NAME_MAX = 255,
};

enum file_piece_kind {
	FILE_PIECE_ENTER, /* a folder begins; the first is what was offered */
	FILE_PIECE_FILE,  /* exactly size bytes of it follow; of a single one
			     that is taken up again, less the offset */
	FILE_PIECE_BYTES,
	FILE_PIECE_LEAVE,
	FILE_PIECE_NOTE, /* of sources: something was left out or has changed;
			    for our user, and not sent */
	FILE_PIECE_END,  /* all of it was there */
	FILE_PIECE_ERROR,
};

struct file_piece {
	uint8_t kind; /* enum file_piece_kind */
	/* ENTER, FILE: one name, UTF-8, borrowed; of a peer it is not yet safe.
	 * NOTE, ERROR: a sentence. */
	const char *name;
	uint64_t size;        /* FILE */
	int64_t mtime;        /* ENTER, FILE: Unix seconds; 0: not known */
	uint32_t mode;        /* ENTER, FILE: permissions; 0: not known */
	const uint8_t *bytes; /* BYTES: borrowed */
	size_t count;         /* BYTES: at least 1 */
};

/*
 * Where something is in a transfer is counted in bytes of one stream: those of
 * the files, and a header before each FILE, ENTER and LEAVE
 * (wire/file_stream.h). How long the header is; 0 for what has none.
 */
size_t file_piece_header_size(const struct file_piece *piece);

#endif
