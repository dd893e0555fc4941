/* SPDX-License-Identifier: MIT */
/*
 * Of a part there is one writer, also when the program of the one before is
 * gone and a process of it still waits for the disk. Here that process stops
 * itself where it would wait.
 */
#include "base/err.h"
#include "base/mem.h"
#include "orphans.h"
#include "part_kit.h"
#include "sink_kit.h"
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	/* So many files are synced while they come. */
	MANY = 600,
	/* Who waits so long would wait for ever. */
	HANG_S = 60,
};

/* What a process says before it is gone. */
struct said {
	char part[4096];
	pid_t child;
};

static struct said *said;
/* Who is not this process stops before its next sync. */
static bool holds;
static pid_t tester;
/* The one that stopped, or 0; and whether somebody waited for it. */
static volatile sig_atomic_t held, was_waited_for;

static void
hold(void)
{
	if (!holds || getpid() == tester)
		return;
	holds = false;
	raise(SIGSTOP);
}

int
fsync(int fd)
{
	hold();
	return (int)syscall(SYS_fsync, fd);
}

int
syncfs(int fd)
{
	hold();
	return (int)syscall(SYS_syncfs, fd);
}

/* An older kernel. */
static bool has_no_close_range;

#ifdef CLOSE_RANGE_CLOEXEC
int
close_range(unsigned first, unsigned last, int flags)
{
	if (!has_no_close_range)
		return (int)syscall(SYS_close_range, first, last, flags);
	errno = ENOSYS;
	return -1;
}
#endif

/* A file system that has none. */
static bool has_no_locks;

int
flock(int fd, int how)
{
	if (!has_no_locks)
		return (int)syscall(SYS_flock, fd, how);
	errno = ENOLCK;
	return -1;
}

/* After so many that succeed, one fails; 0: none. */
static unsigned fstat_fails;

int
fstat(int fd, struct stat *st)
{
	if (fstat_fails > 0 && --fstat_fails == 0) {
		errno = EIO;
		return -1;
	}
	return fstatat(fd, "", st, AT_EMPTY_PATH);
}

/* It is this process that removes. */
static bool has_no_fork;

pid_t
fork(void)
{
	pid_t (*real)(void) = NULL;

	if (has_no_fork) {
		errno = EAGAIN;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "fork");
	return real();
}

/* The child that stopped. */
static pid_t
wait_for_hold(void)
{
	int status;
	pid_t pid = waitpid(-1, &status, WUNTRACED);

	if (pid < 0 || !WIFSTOPPED(status))
		abort();
	holds = false;
	return pid;
}

/* The test goes on, to say so. */
static void
on_alarm(int number)
{
	(void)number;
	was_waited_for = 1;
	kill(held, SIGCONT);
}

/* Nobody may wait for it from here on, until let_go. */
static void
nobody_waits_for(pid_t pid)
{
	held = pid;
	was_waited_for = 0;
	alarm(HANG_S);
}

static void
let_go(void)
{
	alarm(0);
	if (was_waited_for)
		fail_msg("somebody waits for what has to wait for the disk");
	assert_int_equal(kill(held, SIGCONT), 0);
}

/* Who is held goes on when the first thing is removed. */
static bool goes_on;

int
unlinkat(int dir, const char *name, int flags)
{
	siginfo_t info;

	if (goes_on) {
		goes_on = false;
		let_go();
		if (waitid(P_PID, (id_t)held, &info, WEXITED | WNOWAIT) != 0)
			abort();
	}
	return (int)syscall(SYS_unlinkat, dir, name, flags);
}

static void
busy(const struct sink_plan *plan, const char *part)
{
	int err;

	assert_null(take_up(plan, part, &err));
	assert_int_equal(err, ERR_STATE);
}

static void
one_sink_has_it(void **state)
{
	(void)state;
	const char *path = make_large(100000);
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, 5000), 0);
	busy(&plan, part);
	sink_keep(s);
	int err;
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	busy(&plan, part);
	sink_abandon(s);
	assert_int_equal(count_entries(downloads), 0);
	free(part);
}

static void
without_locks_it_goes(void **state)
{
	(void)state;
	int err;
	const char *path = make_large(100000);
	struct sink_plan plan = plan_of(path);
	has_no_locks = true;
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, 5000), 0);
	sink_keep(s);
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	sink_abandon(s);
	has_no_locks = false;
	free(part);
}

static void
assert_has_name(
    const struct sink_plan *plan, const char *path, const char *part)
{
	int err;
	struct sink *s = take_up(plan, part, &err);

	assert_int_equal(err, 0);
	assert_true(sink_has_name(s));
	uint64_t size = replay(s, path);
	assert_int_equal(size, stream_size(path));
	assert_int_equal(cut(s, size), 0);
	char *got = finish(s);
	assert_true(is_same_tree(path, got));
	free(got);
}

static void
finished_while_it_is_asked_for(const char *path)
{
	char *error = NULL;
	struct sink_plan plan = plan_of(path);

	plan.keeps_list = true;
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
	holds = true;
	assert_int_equal(sink_finish_begin(s), 0);
	nobody_waits_for(wait_for_hold());
	busy(&plan, part);
	let_go();
	char *got = sink_finish_end(s, &error);
	assert_non_null(got);
	assert_has_name(&plan, path, part);
	free(got);
	free(part);
}

static void
who_finishes_has_it(void **state)
{
	(void)state;
	finished_while_it_is_asked_for(make_large(100000));
	finished_while_it_is_asked_for(make_tree());
}

/* The program of before: it is gone when its child is on its way. */
static _Noreturn void
run_and_die(const struct sink_plan *plan, const char *path)
{
	struct sink *s = begin_part(plan);

	snprintf(said->part, sizeof(said->part), "%s", sink_part(s));
	if (feed(s, path, 0, UINT64_MAX) != 0)
		abort();
	holds = true;
	tester = getpid();
	if (sink_finish_begin(s) != 0)
		abort();
	said->child = wait_for_hold();
	_exit(0);
}

static void
wait_for_lock(const char *part)
{
	char *list = xasprintf("%.*s.list", (int)(strlen(part) - 5), part);
	int fd = open(list, O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	close(fd);
	free(list);
}

static void
outlived(const char *path)
{
	struct sink_plan plan = plan_of(path);
	int status;

	plan.keeps_list = true;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_and_die(&plan, path);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	nobody_waits_for(said->child);
	busy(&plan, said->part);
	let_go();
	wait_for_lock(said->part);
	orphans_wait();
	assert_has_name(&plan, path, said->part);
}

static void
who_outlives_the_program_has_it(void **state)
{
	(void)state;
	outlived(make_large(100000));
	outlived(make_tree());
}

static unsigned
count_fds(pid_t pid)
{
	char name[64];
	unsigned count = 0;

	snprintf(name, sizeof(name), "/proc/%d/fd", (int)pid);
	DIR *d = opendir(name);
	if (d == NULL)
		skip();
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count - 2;
}

/* Else it would hold up who waits for the end of something of the program; and
 * who is done with the part does not wait for the disk. */
static void
who_syncs_has_nothing_else(void **state)
{
	(void)state;
	struct sink_plan plan = plan_folder("many");
	char name[16];
	int far = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 300);
	assert_true(far >= 300);
	for (int i = 0; i < 2; i++) {
		struct sink *s = begin_part(&plan);
		has_no_close_range = i == 1;
		holds = true;
		assert_int_equal(put_enter(s, "many"), 0);
		for (int n = 0; n < MANY; n++) {
			snprintf(name, sizeof(name), "%03d", n);
			assert_int_equal(put_file(s, name, 0), 0);
		}
		pid_t pid = wait_for_hold();
		unsigned count = count_fds(pid);
		nobody_waits_for(pid);
		sink_abandon(s);
		let_go();
		orphans_wait();
		/* The folder, and where it sees the end. */
		assert_int_equal(count, 2);
	}
	has_no_close_range = false;
	close(far);
}

static void
nothing_stays_open(void **state)
{
	(void)state;
	int err;
	for (int folder = 0; folder < 2; folder++) {
		const char *path = folder ? make_tree() : make_large(1000);
		struct sink_plan plan = plan_of(path);
		struct sink *s = begin_part(&plan);
		char *part = xstrdup(sink_part(s));
		assert_int_equal(feed(s, path, 0, 500), 0);
		sink_keep(s);
		unsigned count = count_fds(getpid());
		/* Of its list, and of itself. */
		for (unsigned i = 1; i <= 2; i++) {
			fstat_fails = i;
			assert_null(take_up(&plan, part, &err));
			assert_int_equal(fstat_fails, 0);
			assert_int_equal(err, ERR_SYS);
			assert_int_equal(count_fds(getpid()), count);
		}
		drop_part(part);
		free(part);
	}
}

/* It is removed, or there: nothing of it is lost under its name. */
static void
dropped_while_it_is_finished(void **state)
{
	(void)state;
	char *error = NULL;
	const char *path = make_tree();
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
	holds = true;
	assert_int_equal(sink_finish_begin(s), 0);
	nobody_waits_for(wait_for_hold());
	goes_on = true;
	has_no_fork = true;
	sink_drop_aside(part);
	has_no_fork = false;
	char *got = sink_finish_end(s, &error);
	assert_null(got);
	assert_non_null(error);
	assert_int_equal(count_entries(downloads), 0);
	free(error);
	free(part);
}

#define PLACED(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(one_sink_has_it),
		PLACED(without_locks_it_goes),
		PLACED(who_finishes_has_it),
		PLACED(who_outlives_the_program_has_it),
		PLACED(who_syncs_has_nothing_else),
		PLACED(nothing_stays_open),
		PLACED(dropped_while_it_is_finished),
	};

	tester = getpid();
	if (!orphans_adopt() || signal(SIGALRM, on_alarm) == SIG_ERR)
		return 77;
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (said == MAP_FAILED)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
