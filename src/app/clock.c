/* SPDX-License-Identifier: MIT */
#include "app/clock.h"

#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/timerfd.h>
#endif

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

#ifdef TFD_TIMER_CANCEL_ON_SET
/* The time that poll waits stands still while the machine sleeps, and nothing
 * else is sure to end the wait afterwards. A timer on the wall clock that never
 * fires is cancelled by every jump of that clock, and by waking up. */
int
clock_watch_open(void)
{
	static const struct itimerspec never = { .it_value.tv_sec = INT32_MAX };
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd >= 0 &&
	    timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
		&never, NULL) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void
clock_watch_read(int fd)
{
	uint64_t times;

	/* ECANCELED is the news; that it came is all there is to know. */
	if (read(fd, &times, sizeof(times)) < 0)
		return;
}
#else
int
clock_watch_open(void)
{
	return -1;
}

void
clock_watch_read(int fd)
{
	(void)fd;
}
#endif
