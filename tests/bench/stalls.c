/* SPDX-License-Identifier: MIT */
/*
 * stalls: when a processor was taken from all that runs on it. On each of them
 * a thread that comes before everything else wakes once a millisecond; where it
 * wakes more than one too late, that time is a line on standard output:
 *
 *   from until     milliseconds of CLOCK_MONOTONIC
 *
 * "ready" comes before them. It ends with its standard input; status 1 where it
 * may not come first.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { CPUS_MAX = 256 };

static const double step_ms = 1, late_ms = 1;

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
sleep_until(double ms)
{
	time_t s = (time_t)(ms / 1e3);
	struct timespec t = {
		.tv_sec = s,
		.tv_nsec = (long)((ms - (double)s * 1e3) * 1e6),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void *
watch(void *arg)
{
	(void)arg;
	for (double due = now_ms();;) {
		due += step_ms;
		sleep_until(due);
		double now = now_ms();
		if (now > due + late_ms) {
			printf("%.3f %.3f\n", due, now);
			due = now;
		}
	}
	return NULL;
}

/* On that processor alone, and before all others there. */
static int
start_on(size_t cpu)
{
	struct sched_param first = {
		.sched_priority = sched_get_priority_max(SCHED_FIFO),
	};
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(one), &one);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &first);
	int error = pthread_create(&thread, &attr, watch, NULL);
	pthread_attr_destroy(&attr);
	return error;
}

int
main(void)
{
	cpu_set_t all;
	char c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (sched_getaffinity(0, sizeof(all), &all) != 0)
		return EXIT_FAILURE;
	for (size_t cpu = 0; cpu < CPUS_MAX; cpu++)
		if (CPU_ISSET(cpu, &all) && start_on(cpu) != 0)
			return EXIT_FAILURE;
	puts("ready");
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return EXIT_SUCCESS;
}
