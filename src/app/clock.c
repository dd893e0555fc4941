/* SPDX-License-Identifier: MIT */
#include "app/clock.h"

#include <time.h>

static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) < 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct now
clock_read(void)
{
	return (struct now){ .mono_ms = read_ms(CLOCK_MONOTONIC),
		.wall_ms = read_ms(CLOCK_REALTIME) };
}

int64_t
clock_slept_ms(void)
{
#ifdef CLOCK_BOOTTIME
	return read_ms(CLOCK_BOOTTIME) - read_ms(CLOCK_MONOTONIC);
#else
	return 0;
#endif
}
