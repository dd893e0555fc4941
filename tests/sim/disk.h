/* SPDX-License-Identifier: MIT */
/*
 * Disks of the simulator: what can be sent, what came of it so far, and what is
 * complete. A file or folder is its stream of pieces (wire/file_stream.h), as
 * bytes.
 */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H

#include "crypto/rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DISK_THINGS_MAX = 48,
	DISK_VERSIONS_MAX = 6,
	DISK_PARTS_MAX = 64,
	DISK_NAME = 24,
};

struct disk_version {
	uint8_t *raw;
	size_t size;
	int64_t mtime;
};

/* Something that can be sent, with all that it ever was. */
struct disk_thing {
	char name[DISK_NAME]; /* its path, too; nothing else has it */
	bool folder, gone;
	uint64_t bytes; /* of all files in it */
	uint32_t files;
	struct disk_version versions[DISK_VERSIONS_MAX];
	unsigned count; /* the last one is what it is now */
};

struct disk_part {
	char name[DISK_NAME]; /* "": none */
	uint8_t *raw;
	size_t size, cap;
	size_t synced; /* what is beyond may be lost with the power */
	/* It is in its place; what is here tells where, until that is stored.
	 */
	bool placed;
};

struct disk {
	struct disk_part parts[DISK_PARTS_MAX];
	unsigned part_number;
	bool full;
};

/* What the whole network has. */
struct things {
	struct disk_thing list[DISK_THINGS_MAX];
	unsigned count;
};

/* A new one, of at most so many bytes. */
struct disk_thing *thing_make(
    struct things *t, const struct rng *rng, bool folder, uint32_t max);
struct disk_thing *thing_find(struct things *t, const char *name);
const struct disk_version *thing_now(const struct disk_thing *thing);
/* Other bytes in the same files; loud: at another time. */
void thing_change(struct disk_thing *thing, const struct rng *rng, bool loud);
/* One of its versions is exactly that. */
bool thing_was(const struct disk_thing *thing, const uint8_t *raw, size_t n);
void things_clear(struct things *t);

struct disk_part *part_make(struct disk *d);
struct disk_part *part_find(struct disk *d, const char *name);
void part_append(struct disk_part *p, const uint8_t *bytes, size_t n);
void part_drop(struct disk_part *p);
/* The power fails: of what was not synced, some is gone, and some is not what
 * was written. */
void disk_fail(struct disk *d, const struct rng *rng);
void disk_clear(struct disk *d);

#endif
