/* SPDX-License-Identifier: MIT */
#include "store/room.h"

#include "base/err.h"
#include "store/sentence.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

enum {
	MIB = 1024 * 1024,
	STEP_MAX = 16 * MIB,
	/* As many may write at once, each with a step of its own. */
	WRITERS = 64,
	INODES_MIN = 1024,
};

int
room_look(const struct room_plan *plan, uint64_t n, uint64_t *ret_bytes,
    char **ret_error)
{
	struct statvfs vfs;

	if (fstatvfs(plan->fd, &vfs) != 0)
		return fail(
		    ret_error, ERR_SYS, "%s: %s", plan->path, strerror(errno));
	uint64_t bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	uint64_t floor = plan->free_bytes != 0 ? plan->free_bytes
					       : (uint64_t)ROOM_FREE_MIB * MIB;
	if (bytes < floor || bytes - floor < n ||
	    (vfs.f_files != 0 && vfs.f_favail < INODES_MIN))
		return fail(ret_error, ERR_LIMIT,
		    "the disk of %s is too full: %llu MiB of it stay free",
		    plan->path, (unsigned long long)(floor / MIB));
	*ret_bytes = bytes - floor;
	return 0;
}

uint64_t
room_step(uint64_t bytes)
{
	uint64_t step = bytes / WRITERS;

	return step < STEP_MAX ? step : STEP_MAX;
}
