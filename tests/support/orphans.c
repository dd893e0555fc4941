/* SPDX-License-Identifier: MIT */
#include "orphans.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

bool
orphans_adopt(void)
{
#ifdef PR_SET_CHILD_SUBREAPER
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
#else
	return false;
#endif
}

void
orphans_wait(void)
{
	while (waitpid(-1, NULL, 0) >= 0 || errno == EINTR)
		;
	if (errno != ECHILD)
		abort();
}
