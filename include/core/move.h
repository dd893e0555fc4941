/* SPDX-License-Identifier: MIT */
/*
 * A transfer between two earshots, as the engine hands it to whoever moves its
 * bytes (EFFECT_MOVE), and what is heard of it from there (engine_move).
 */
#ifndef CORE_MOVE_H
#define CORE_MOVE_H

#include "proto/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct move_plan {
	bool sends;
	struct session_keys keys;
	const uint8_t *rest; /* of the connection; came already */
	size_t rest_size;
	/* What is sent; or where it shall go, "": to the folder that is set. */
	const char *path;
	const char *name; /* clean, one component; as it was offered */
	bool folder;
	uint64_t size;
	uint32_t files;       /* of a folder: not one more comes, or goes */
	uint64_t entries_max; /* of theirs, files and folders; 0: nobody says */
	int64_t mtime;
	/* Of theirs: what is here of it, as a report told; NULL: nothing. */
	const char *part;
};

enum move_kind {
	MOVE_BEGUN,    /* it goes, from offset (of the bytes of files) on; part:
			  of theirs, where it is written */
	MOVE_PROGRESS, /* a few times in a second, and when the last byte came
			  or went (ended): done, files_done, at; before
			  MOVE_BEGUN of what is hashed */
	/* The last one of a transfer is one of these. */
	MOVE_DONE,    /* path: of theirs; note */
	MOVE_STOPPED, /* the other end said why */
	MOVE_LOST,    /* the connection: sys_errno; 0: it was closed */
	MOVE_FAILED,  /* here: text is a sentence. why as it was told */
};

struct move_report {
	enum move_kind kind;
	uint64_t offset, done; /* bytes of files, all that is there */
	uint64_t at; /* of the stream: an empty file is some of it, too */
	uint32_t files_done;
	bool ended; /* what follows waits for a disk, however little it was */
	enum flow_stop why;
	int sys_errno;
	const char *text, *path, *part;
	/* What our user should know: left out, changed. A sentence, or NULL. */
	const char *note;
};

#endif
