/* SPDX-License-Identifier: MIT */
#ifndef STORE_SINK_STATE_H
#define STORE_SINK_STATE_H

#include "store/sink_place.h"

#include <sys/stat.h>
#include <sys/types.h>

struct level {
	int fd;
	int64_t mtime;
};

struct sink {
	struct sink_plan plan; /* its strings are not used any more */
	int dir;
	char *dir_path, *name; /* where it will be */
	char temp[TEMP_NAME_SIZE];
	struct stat st; /* of temp */
	bool has_temp;
	struct level levels[FILE_DEPTH_MAX];
	unsigned depth;
	bool left_root; /* the folder is complete */
	int fd;         /* the file that is written; or -1 */
	bool has_file;  /* of a single one: FILE or bytes came */
	uint64_t left;  /* bytes of it to come */
	int64_t mtime;
	uint64_t room; /* may be written before the next look */
	uint64_t unflushed, at;
	uint64_t entries;
	/* While it is being finished, by a child that answers through fd. */
	pid_t child;
	int answer_fd;
	char *answer;
	size_t answer_size, answer_cap;
};

#endif
