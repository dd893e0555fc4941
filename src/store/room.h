/* SPDX-License-Identifier: MIT */
/*
 * How much may be written to a disk, so that some of it stays free.
 */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include <stdint.h>

enum { ROOM_FREE_MIB = 256 };

/*
 * Of the disk that a descriptor is on. free_bytes: what stays free; 0:
 * ROOM_FREE_MIB. path is what the sentence names. 0 and the bytes that may be
 * written, at least n; ERR_LIMIT: there is no room for n; ERR_SYS. Both with a
 * sentence (caller frees).
 */
struct room_plan {
	int fd;
	const char *path;
	uint64_t free_bytes;
};
int room_look(const struct room_plan *plan, uint64_t n, uint64_t *ret_bytes,
    char **ret_error);
/* How much of these to write before the next look: others write, too. */
uint64_t room_step(uint64_t bytes);

#endif
