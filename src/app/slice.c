/* SPDX-License-Identifier: MIT */
/*
 * Linux from 6.12 on takes the wish; those before it ignore it.
 */
#include "app/slice.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <stdint.h>
#include <unistd.h>

#if defined(__linux__) && defined(SYS_sched_setattr) && \
    defined(SYS_sched_getattr)
/* sched_setattr(2), in its first version. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

void
slice_set(unsigned us)
{
	struct attributes a;

	if (syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0) != 0)
		return;
	a.size = sizeof(a);
	a.flags = 0;
	a.runtime_ns = (uint64_t)us * 1000;
	(void)syscall(SYS_sched_setattr, 0, &a, 0);
}
#else
void
slice_set(unsigned us)
{
	(void)us;
}
#endif
