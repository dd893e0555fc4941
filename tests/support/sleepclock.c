/* SPDX-License-Identifier: MIT */
/*
 * Loaded into a program before all else (LD_PRELOAD), this makes it believe
 * that the machine slept: in the directory SLEEPCLOCK, a file "slept" moves the
 * clock that counts sleep on by an hour, and what is written to the pipe "wake"
 * ends the wait as waking up does.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { SLEPT_S = 3600, PATH_SIZE = 512 };

static void
path_of(const char *name, char out[static PATH_SIZE])
{
	snprintf(out, PATH_SIZE, "%s/%s", getenv("SLEEPCLOCK"), name);
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int (*real)(clockid_t, struct timespec *);
	char path[PATH_SIZE];

	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int err = real(id, t);
	path_of("slept", path);
	if (err == 0 && id == CLOCK_BOOTTIME && access(path, F_OK) == 0)
		t->tv_sec += SLEPT_S;
	return err;
}

int
timerfd_create(int id, int flags)
{
	char path[PATH_SIZE];

	(void)id;
	(void)flags;
	path_of("wake", path);
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

int
timerfd_settime(
    int fd, int flags, const struct itimerspec *to, struct itimerspec *was)
{
	(void)fd;
	(void)to;
	(void)was;
	/* Without it no sleep would ever end the wait. */
	return (flags & TFD_TIMER_CANCEL_ON_SET) == 0 ? -1 : 0;
}
