/* SPDX-License-Identifier: MIT */
/*
 * A pipe that becomes a file; and a process that may write in one place only.
 */
#include "store/spool.h"
#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "core/saved.h"
#include "core/transfer.h"
#include "store/confine.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char *dir;

static int
make_dir(void **state)
{
	(void)state;
	dir = tmpdir_make();
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	tmpdir_remove(dir);
	return 0;
}

static void
a_pipe(void **state)
{
	(void)state;
	int fds[2];
	struct stat st;
	char *error = NULL;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "hello", 5), 5);
	close(fds[1]);
	char *path = spool_open(dir, "my name.txt", fds[0], &error);
	assert_non_null(path);
	assert_string_equal(strrchr(path, '/'), "/my name.txt");
	assert_non_null(file_name_spooled(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	char *text = tmpdir_read(path);
	assert_string_equal(text, "hello");
	spool_remove(path);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	free(text);
	free(path);
	close(fds[0]);
	spool_remove(NULL);
}

static void
more_than_a_pipe_holds(void **state)
{
	enum { SIZE = 1000003 };

	(void)state;
	char *error = NULL;
	uint8_t *bytes = xmalloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 255);
	const char *from = tmpdir_path(dir, "from");
	tmpdir_write(from, bytes, SIZE, 0600);
	int fd = open(from, O_RDONLY);
	char *path = spool_open(dir, "x", fd, &error);
	close(fd);
	assert_non_null(path);
	uint8_t *got = xmalloc(SIZE);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, got, SIZE), SIZE);
	assert_memory_equal(got, bytes, SIZE);
	close(fd);
	free(got);
	free(bytes);
	free(path);
}

/* Bytes of files in it, wherever. */
static long long file_bytes;

static int
add_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)path;
	(void)where;
	file_bytes += type == FTW_F ? st->st_size : 0;
	return 0;
}

/* A folder without anything in it may stay. */
static void
who_is_killed_leaves_nothing(void **state)
{
	enum { SIZE = 1000003 };

	(void)state;
	int fds[2], status;
	uint8_t *bytes = xcalloc(1, SIZE);
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char *error;
		close(fds[1]);
		spool_open(dir, "x", fds[0], &error);
		_exit(0);
	}
	/* A pipe does not hold as much: most of it was read. */
	assert_int_equal(write(fds[1], bytes, SIZE), SIZE);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(nftw(dir, add_file, 8, FTW_PHYS), 0);
	assert_int_equal(file_bytes, 0);
	close(fds[0]);
	close(fds[1]);
	free(bytes);
}

static void
what_cannot_be(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "/x" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *error = NULL;
		assert_null(spool_open(dir, names[i], STDIN_FILENO, &error));
		assert_non_null(error);
		free(error);
	}
	char *error = NULL;
	assert_null(spool_open("/nowhere", "x", STDIN_FILENO, &error));
	free(error);
	/* It cannot be read: nothing is left. */
	error = NULL;
	int fd = open(dir, O_RDONLY);
	assert_null(spool_open(dir, "x", fd, &error));
	close(fd);
	free(error);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
}

enum { NOW_S = 2000000000, DAY_S = 24 * 3600 };

static void
set_age(const char *path, int days)
{
	struct timespec times[2] = { { .tv_sec = NOW_S - days * DAY_S },
		{ .tv_sec = NOW_S - days * DAY_S } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* One whose file and folder are so old (caller frees). */
static char *
spooled(int file_days, int folder_days)
{
	char *error = NULL;
	int fd = open("/dev/null", O_RDONLY);
	char *path = spool_open(dir, "x", fd, &error);

	close(fd);
	assert_non_null(path);
	char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	set_age(path, file_days);
	set_age(folder, folder_days);
	free(folder);
	return path;
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* An offer may be open for months; whoever has the same home may name it by
 * another path. */
static void
what_is_needed_stays(void **state)
{
	(void)state;
	char *open = spooled(100, 100), *over = spooled(8, 8);
	char *elsewhere = xasprintf("/other/%s", file_name_spooled(open));
	struct transfer ours = {
		.mine = true, .state = TRANSFER_OFFERED, .path = elsewhere
	};
	struct transfer done = {
		.mine = true, .state = TRANSFER_DONE, .path = over
	};
	struct transfer *list[] = { &done, &ours };
	struct saved saved = { .transfers = list, .transfer_count = 2 };
	char *fresh = spooled(6, 6), *slow = spooled(0, 8);
	char *foreign = xstrdup(tmpdir_path(dir, "x.spool"));
	assert_int_equal(mkdir(foreign, 0700), 0);
	set_age(foreign, 100);
	/* Nor is it swept while another one comes. */
	char *more = spooled(0, 0);
	spool_remove(more);
	free(more);
	assert_true(is_there(open));
	spool_sweep(dir, INT64_C(1000) * NOW_S, &saved);
	assert_true(is_there(open));
	assert_false(is_there(over));
	assert_true(is_there(fresh));
	assert_true(is_there(slow));
	assert_true(is_there(foreign));
	/* It goes with its transfer, and nothing else does. */
	assert_true(spool_drop(dir, elsewhere));
	assert_false(is_there(open));
	assert_false(spool_drop(dir, foreign));
	assert_true(is_there(foreign));
	free(elsewhere);
	free(open);
	free(over);
	free(fresh);
	free(slow);
	free(foreign);
}

/* What the child could not do, as bits; 128: it knows no such thing. */
static int
try_all(const char *in, const char *out)
{
	char *inside = xasprintf("%s/f", in), *beside = xasprintf("%s/f", out);
	char *old = xasprintf("%s/old", out), *d = xasprintf("%s/d", out);
	char *link = xasprintf("%s/link", in);
	int err = confine_writes(&in, 1), failed = 0;

	if (err == ERR_UNSUPPORTED)
		return 128;
	failed |= (err != 0) << 0;
	failed |= (open(inside, O_CREAT | O_WRONLY, 0600) < 0) << 1;
	failed |= (unlink(inside) != 0) << 2;
	failed |= (open(beside, O_CREAT | O_WRONLY, 0600) >= 0) << 3;
	failed |= (open(old, O_WRONLY) >= 0) << 3;
	failed |= (mkdir(d, 0700) == 0 || unlink(old) == 0) << 4;
	failed |= (symlink(old, link) == 0) << 5;
	failed |= (open(old, O_RDONLY) < 0) << 6;
	free(inside);
	free(beside);
	free(old);
	free(d);
	free(link);
	return failed;
}

/* Where the kernel has it; where it has not, nothing changes. */
static void
writes_are_confined(void **state)
{
	(void)state;
	int status;
	char *in = xstrdup(tmpdir_path(dir, "in"));
	char *out = xstrdup(tmpdir_path(dir, "out"));
	assert_int_equal(mkdir(in, 0700), 0);
	assert_int_equal(mkdir(out, 0700), 0);
	tmpdir_write(tmpdir_path(out, "old"), "x", 1, 0600);
	pid_t pid = fork();
	if (pid == 0)
		_exit(try_all(in, out));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 128) {
		/* The system call is not there, or switched off. */
		tmpdir_write(tmpdir_path(out, "new"), "x", 1, 0600);
		assert_true(tmpdir_exists(tmpdir_path(out, "new")));
	} else {
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_true(tmpdir_exists(tmpdir_path(out, "old")));
	}
	free(in);
	free(out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pipe),
		TEST(more_than_a_pipe_holds),
		TEST(who_is_killed_leaves_nothing),
		TEST(what_cannot_be),
		TEST(what_is_needed_stays),
		TEST(writes_are_confined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
