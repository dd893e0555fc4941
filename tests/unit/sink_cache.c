/* SPDX-License-Identifier: MIT */
/*
 * A very large file does not push out of memory what else is there.
 */
#include "base/mem.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	MIB = 1024 * 1024,
	VERY_LARGE = 256 * MIB,
	CAME = 64 * MIB,
	/* Two steps on their way to the disk, and one that is not yet. */
	CACHED_MAX = 24 * MIB,
};

/* Of the first bytes of a file: how many of them memory has. */
static size_t
cached(int fd, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), count = 0;
	unsigned char *in = xcalloc(size / page, 1);
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	assert_true(map != MAP_FAILED);
	assert_int_equal(mincore(map, size, in), 0);
	for (size_t i = 0; i < size / page; i++)
		count += in[i] & 1;
	munmap(map, size);
	free(in);
	return count * page;
}

/* Where files are memory, none of it leaves. */
static bool
is_on_disk(int fd)
{
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(posix_fadvise(fd, 0, MIB, POSIX_FADV_DONTNEED), 0);
	return cached(fd, MIB) == 0;
}

/* What memory has when much of a file of that size has come. */
static size_t
cached_of(off_t size)
{
	char *path = xstrdup(tmpdir_path(top, "large"));
	tmpdir_write(path, "", 0, 0600);
	assert_int_equal(truncate(path, size), 0);
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	assert_int_equal(feed(s, path, 0, CAME), 0);
	int fd = open(sink_part(s), O_RDONLY);
	assert_true(fd >= 0);
	size_t bytes = cached(fd, CAME - MIB);
	bool on_disk = is_on_disk(fd);
	close(fd);
	sink_abandon(s);
	free(path);
	if (!on_disk)
		skip();
	return bytes;
}

static void
a_very_large_file_leaves_memory(void **state)
{
	(void)state;
	assert_in_range(cached_of(VERY_LARGE), 1, CACHED_MAX);
}

static void
another_stays(void **state)
{
	(void)state;
	assert_in_range(cached_of(VERY_LARGE - 1), CACHED_MAX + 1, CAME);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_very_large_file_leaves_memory),
		TEST(another_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
