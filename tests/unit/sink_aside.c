/* SPDX-License-Identifier: MIT */
/*
 * What is removed by a process that nobody waits for. Here that process stops
 * itself before it removes the first thing, where it is told to.
 */
#include "base/err.h"
#include "base/mem.h"
#include "orphans.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "store/sink_place.h"
#include "tmpdir.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	MANY = 300,
	/* A list, and a file. */
	FEW = 2,
	/* Descriptors looked at. */
	FDS = 256,
};

static pid_t tester;
static bool holds;
/* Things removed by this process. */
static unsigned removed;

int
unlinkat(int dir, const char *name, int flags)
{
	if (getpid() == tester) {
		removed++;
	} else if (holds) {
		holds = false;
		raise(SIGSTOP);
	}
	return (int)syscall(SYS_unlinkat, dir, name, flags);
}

/* There are too many processes. */
static bool has_no_fork;
/* While a process began: descriptors of a file of that size. */
static off_t watched;
static unsigned watched_fds;

static unsigned
count_watched(void)
{
	struct stat st;
	unsigned count = 0;

	for (int fd = 0; fd < FDS; fd++)
		count += fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
			 st.st_size == watched;
	return count;
}

pid_t
fork(void)
{
	pid_t (*real)(void) = NULL;

	if (has_no_fork) {
		errno = EAGAIN;
		return -1;
	}
	watched_fds = count_watched();
	*(void **)&real = dlsym(RTLD_NEXT, "fork");
	return real();
}

static pid_t
wait_for_hold(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WUNTRACED);

	assert_true(pid > 0);
	assert_true(WIFSTOPPED(status));
	holds = false;
	return pid;
}

static void
go_on(pid_t pid)
{
	assert_int_equal(kill(pid, SIGCONT), 0);
	orphans_wait();
}

/* All of it came, and it is not finished. */
static struct sink *
begin_many(const char *path)
{
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);

	assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
	removed = 0;
	return s;
}

static char *
keep_many(const char *path)
{
	struct sink *s = begin_many(path);
	char *part = xstrdup(sink_part(s));

	sink_keep(s);
	return part;
}

static void
a_part_is_dropped(void **state)
{
	(void)state;
	const char *path = make_small(MANY, 10);
	char *part = keep_many(path);
	sink_drop_aside(part);
	assert_true(removed <= FEW);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 0);
	/* It is no other one's. */
	sink_drop_aside(part);
	free(part);
}

static void
a_file_is_dropped_at_once(void **state)
{
	(void)state;
	const char *path = make_large(5000);
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, 1000), 0);
	char *part = xstrdup(sink_part(s));
	sink_keep(s);
	has_no_fork = true;
	sink_drop_aside(part);
	has_no_fork = false;
	assert_int_equal(count_entries(downloads), 0);
	free(part);
}

static void
a_sink_is_abandoned(void **state)
{
	(void)state;
	sink_abandon_aside(begin_many(make_small(MANY, 10)));
	assert_true(removed <= FEW);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 0);
	/* One that cannot be taken up again. */
	struct sink_plan plan = plan_folder("d");
	struct sink *s = begin(&plan);
	assert_int_equal(put_enter(s, "d"), 0);
	assert_int_equal(put_enter(s, "e"), 0);
	removed = 0;
	sink_abandon_aside(s);
	assert_int_equal(removed, 0);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 0);
}

static const char *
only_entry(void)
{
	DIR *d = opendir(downloads);
	const struct dirent *e;
	const char *path = NULL;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			path = tmpdir_path(downloads, e->d_name);
	closedir(d);
	assert_non_null(path);
	return path;
}

/* Nobody else has it open then: who closes it last waits for the disk. */
static void
a_large_file_is_abandoned(void **state)
{
	(void)state;
	struct sink_plan plan = plan_file("f", 100);
	for (int large = 0; large < 2; large++) {
		struct sink *s = begin(&plan);
		watched = PLACE_LARGE - 1 + large;
		assert_int_equal(truncate(only_entry(), watched), 0);
		assert_int_equal(count_watched(), 1);
		removed = 0;
		watched_fds = 1;
		sink_abandon_aside(s);
		assert_int_equal(removed, large ? 0 : 1);
		assert_int_equal(watched_fds, large ? 0 : 1);
		orphans_wait();
		assert_int_equal(count_entries(downloads), 0);
	}
}

static void
make_old(const char *path)
{
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
what_is_old_is_removed(void **state)
{
	(void)state;
	const char *path = make_small(MANY, 10);
	char *part = keep_many(path);
	char *list = xasprintf("%.*s.list", (int)strlen(part) - 5, part);
	make_old(part);
	make_old(list);
	struct sink_plan plan = plan_file("new", 0);
	free(finish(begin(&plan)));
	assert_true(removed <= FEW);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 1);
	free(list);
	free(part);
}

/* What is being removed is not taken up again, and what comes instead is not
 * what is removed. */
static void
it_comes_anew_meanwhile(void **state)
{
	(void)state;
	int err;
	const char *path = make_small(MANY, 10);
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, 1000), 0);
	char *part = xstrdup(sink_part(s));
	sink_keep(s);
	holds = true;
	sink_drop_aside(part);
	pid_t pid = wait_for_hold();
	assert_null(take_up(&plan, part, &err));
	assert_int_equal(err, ERR_STATE);
	s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
	char *got = finish(s);
	go_on(pid);
	assert_true(is_same_tree(path, got));
	assert_int_equal(count_entries(downloads), 1);
	assert_null(take_up(&plan, part, &err));
	assert_int_equal(err, ERR_NOT_FOUND);
	free(got);
	free(part);
}

static void
it_outlives_the_program(void **state)
{
	(void)state;
	int status;
	const char *path = make_small(MANY, 10);
	char *part = keep_many(path);
	pid_t program = fork();
	assert_true(program >= 0);
	if (program == 0) {
		/* As if a terminal had been closed. */
		setpgid(0, 0);
		holds = true;
		sink_drop_aside(part);
		_exit(0);
	}
	assert_int_equal(waitpid(program, &status, 0), program);
	assert_int_equal(status, 0);
	pid_t pid = wait_for_hold();
	assert_int_not_equal(getpgid(pid), program);
	assert_true(count_entries(downloads) > 0);
	go_on(pid);
	assert_int_equal(count_entries(downloads), 0);
	free(part);
}

static void
without_a_process_it_is_done_here(void **state)
{
	(void)state;
	const char *path = make_small(MANY, 10);
	char *part = keep_many(path);
	has_no_fork = true;
	sink_drop_aside(part);
	assert_int_equal(count_entries(downloads), 0);
	sink_abandon_aside(begin_many(path));
	assert_int_equal(count_entries(downloads), 0);
	has_no_fork = false;
	free(part);
}

/* A link is removed, and not what it leads to. */
static void
nothing_outside_is_removed(void **state)
{
	(void)state;
	const char *path = make_small(MANY, 10);
	char *part = keep_many(path);
	assert_int_equal(symlink(outside, tmpdir_path(part, "link")), 0);
	sink_drop_aside(part);
	orphans_wait();
	assert_int_equal(count_entries(downloads), 0);
	/* Nor where the part became one. */
	assert_int_equal(symlink(outside, part), 0);
	sink_drop_aside(part);
	orphans_wait();
	assert_int_equal(count_entries(outside), 1);
	assert_int_equal(unlink(part), 0);
	free(part);
}

#define PLACED(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(a_part_is_dropped),
		PLACED(a_file_is_dropped_at_once),
		PLACED(a_sink_is_abandoned),
		PLACED(a_large_file_is_abandoned),
		PLACED(what_is_old_is_removed),
		PLACED(it_comes_anew_meanwhile),
		PLACED(it_outlives_the_program),
		PLACED(without_a_process_it_is_done_here),
		PLACED(nothing_outside_is_removed),
	};

	tester = getpid();
	if (!orphans_adopt())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
