/* SPDX-License-Identifier: MIT */
/*
 * The power fails while a file is finished. What was synced is there, in the
 * order of the syncs; of the list, which nobody waits for, any beginning.
 */
#include "base/err.h"
#include "base/mem.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 100000 };

/* What was asked of the disk, in order; the first of it. */
static char calls[64];

static void
note_call(char c)
{
	size_t n = strlen(calls);

	if (n + 1 == sizeof(calls))
		return;
	calls[n] = c;
	calls[n + 1] = '\0';
}

int
fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	note_call(S_ISDIR(st.st_mode) ? 'D' : 'F');
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	note_call('f');
	return (int)syscall(SYS_fdatasync, fd);
}

#ifdef SYNC_FILE_RANGE_WRITE
int
sync_file_range(int fd, off_t at, off_t n, unsigned how)
{
	struct stat st;

	/* Of a file that is no longer than this one no step is. */
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_size < 1000);
	assert_int_equal(how, SYNC_FILE_RANGE_WRITE);
	assert_int_equal(at, 0);
	assert_int_equal(n, 0);
	note_call('l');
	return 0;
}

#define PUSH "l"
#else
#define PUSH ""
#endif

int
renameat2(
    int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	note_call('R');
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

static char *
list_of(const char *part)
{
	return xasprintf("%.*s.list", (int)strlen(part) - 5, part);
}

static off_t
size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* The list is on its way before the file is waited for; that, and its folder,
 * are all that is waited for. */
static void
two_syncs(void **state)
{
	(void)state;
	int err;
	const char *path = make_large(SIZE);
	struct sink_plan plan = plan_of(path);
	plan.keeps_list = true;
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	calls[0] = '\0';
	assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
	assert_string_equal(calls, PUSH);
	free(finish(s));
	assert_string_equal(calls, PUSH PUSH "FRD");
	/* Its name may not have been on the disk. */
	calls[0] = '\0';
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	assert_true(sink_has_name(s));
	free(finish(s));
	assert_string_equal(calls, "FD");
	sink_drop_aside(part);
	free(part);
}

/* What the next program does with what is there. */
static void
begin_again(const struct sink_plan *plan, const char *path, const char *part)
{
	int err;
	struct sink *s = take_up(plan, part, &err);
	uint64_t there = 0;

	if (s == NULL) {
		assert_true(err == ERR_NOT_FOUND || err == ERR_FORMAT);
		drop_part(part);
		s = begin_part(plan);
	} else {
		there = replay(s, path);
		assert_int_equal(cut(s, there), 0);
	}
	assert_int_equal(feed(s, path, there, UINT64_MAX), 0);
	char *got = finish(s);
	assert_true(is_same_tree(path, got));
	free(got);
	sink_drop_aside(part);
}

static unsigned
count_named(void)
{
	DIR *d = opendir(downloads);
	const struct dirent *e;
	unsigned count = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		count += e->d_name[0] != '.';
	closedir(d);
	return count;
}

static void
remove_all(void)
{
	char *line =
	    xasprintf("rm -rf '%s' && mkdir '%s'", downloads, downloads);

	assert_int_equal(system(line), 0);
	free(line);
}

/* Written as it came, so its header is the whole list. */
static off_t
list_of_header(const char *path, const struct sink_plan *plan)
{
	struct sink *s = begin_part(plan);
	char *list = list_of(sink_part(s));

	assert_int_equal(feed(s, path, 0, SIZE / 2), 0);
	off_t size = size_of(list);
	sink_abandon(s);
	free(list);
	return size;
}

/* Before it has its name, so much of it may be there, or all. */
static void
cut_before_its_name(void **state)
{
	(void)state;
	const char *path = make_large(SIZE);
	struct sink_plan plan = plan_of(path);
	off_t sizes[] = { 0, 1, SIZE / 2, SIZE - 1, SIZE };
	plan.keeps_list = true;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (off_t at = 0, end = 1; at <= end; at++) {
			struct sink *s = begin_part(&plan);
			char *part = xstrdup(sink_part(s));
			char *list = list_of(part);
			assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
			sink_keep(s);
			end = size_of(list);
			assert_int_equal(truncate(part, sizes[i]), 0);
			assert_int_equal(truncate(list, at), 0);
			begin_again(&plan, path, part);
			assert_int_equal(count_named(), 1);
			remove_all();
			free(list);
			free(part);
		}
	}
}

/* It is found again while the list has its header. */
static void
cut_when_it_has_its_name(void **state)
{
	(void)state;
	const char *path = make_large(SIZE);
	struct sink_plan plan = plan_of(path);
	plan.keeps_list = true;
	off_t header = list_of_header(path, &plan);
	unsigned once = 0;
	for (off_t at = 0, end = header; at <= end; at++) {
		struct sink *s = begin_part(&plan);
		char *part = xstrdup(sink_part(s));
		char *list = list_of(part);
		assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
		free(finish(s));
		end = size_of(list);
		assert_true(end > header);
		assert_int_equal(truncate(list, at), 0);
		begin_again(&plan, path, part);
		assert_int_equal(count_named(), at < header ? 2 : 1);
		once += count_named() == 1;
		remove_all();
		free(list);
		free(part);
	}
	assert_true(once > 20);
}

/* Somebody gave it that name before all of it came; or it is another file, in
 * the place of the part. */
static void
what_is_not_complete(void **state)
{
	(void)state;
	int err;
	const char *path = make_large(SIZE);
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, SIZE / 2), 0);
	sink_keep(s);
	assert_int_equal(rename(part, tmpdir_path(downloads, "half")), 0);
	assert_null(take_up(&plan, part, &err));
	assert_int_equal(err, ERR_NOT_FOUND);
	assert_int_equal(truncate(tmpdir_path(downloads, "half"), SIZE + 1), 0);
	assert_null(take_up(&plan, part, &err));
	assert_int_equal(err, ERR_NOT_FOUND);
	free(part);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_syncs),
		TEST(cut_before_its_name),
		TEST(cut_when_it_has_its_name),
		TEST(what_is_not_complete),
	};

	/* In memory, a sync takes no time. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
