/* SPDX-License-Identifier: MIT */
/*
 * Somebody else works in the folder of downloads, and means no good.
 */
#include "base/mem.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RACE_ROUNDS = 10000, INSIDE_ROUNDS = 300 };

static atomic_bool race_over;
static atomic_uint swaps;

/* Puts a link to the outside where the folder was, and back. */
static void *
swap_folder(void *arg)
{
	char *real = xstrdup(tmpdir_path(top, "real"));
	char *link = xstrdup(tmpdir_path(top, "link"));

	(void)arg;
	if (symlink(outside, link) != 0)
		abort();
	while (!atomic_load(&race_over)) {
		if (rename(downloads, real) != 0 ||
		    rename(link, downloads) != 0 ||
		    rename(downloads, link) != 0 ||
		    rename(real, downloads) != 0)
			abort();
	}
	free(real);
	free(link);
	return NULL;
}

/* Where what is written goes: there is one such entry, the caller's to free. */
static char *
temporary(void)
{
	DIR *d = opendir(downloads);
	const struct dirent *e;
	char *temp = NULL;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, ".earshot-", 9) != 0)
			continue;
		assert_null(temp);
		temp = xasprintf("%s/%s", downloads, e->d_name);
	}
	closedir(d);
	assert_non_null(temp);
	return temp;
}

/* One call where the system can: between two of others' there is no time for
 * more. */
static bool
swap_names(const char *a, const char *b)
{
#ifdef RENAME_EXCHANGE
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0;
#else
	char *aside = xasprintf("%s-aside", b);
	bool done =
	    rename(a, aside) == 0 && rename(b, a) == 0 && rename(aside, b) == 0;
	free(aside);
	return done;
#endif
}

/* A link, or a folder of theirs. */
static void
remove_swapped(const char *path)
{
	if (unlink(path) == 0)
		return;
	(void)unlink(tmpdir_path(path, "f"));
	(void)rmdir(path);
}

struct inside {
	const char *temp;
	bool comes_back; /* the directory; else there is only the link */
};

/* The same inside: whatever directory appears there becomes a link. */
static void *
swap_inside(void *arg)
{
	const struct inside *in = arg;
	char *path = xstrdup(tmpdir_path(in->temp, "sub"));
	char *moved = xstrdup(tmpdir_path(top, "moved"));

	while (!atomic_load(&race_over)) {
		if (symlink(outside, moved) != 0 && errno != EEXIST)
			abort();
		if (!swap_names(path, moved))
			continue;
		atomic_fetch_add(&swaps, 1);
		if (!in->comes_back)
			remove_swapped(moved);
	}
	remove_swapped(moved);
	free(path);
	free(moved);
	return NULL;
}

static void
t38_folder_becomes_a_link(void **state)
{
	(void)state;
	pthread_t thread;
	struct sink_plan plan = plan_folder("kept");
	struct sink *s = begin(&plan);
	unsigned rounds = 0;
	assert_int_equal(put_enter(s, "kept"), 0);
	atomic_store(&race_over, false);
	assert_int_equal(pthread_create(&thread, NULL, swap_folder, NULL), 0);
	/* Begun before, all of it goes where it was begun. */
	for (; rounds < RACE_ROUNDS; rounds++) {
		char name[16];
		snprintf(name, sizeof(name), "%u", rounds);
		if (rounds % 100 == 0) {
			assert_int_equal(put_enter(s, name), 0);
			assert_int_equal(put_leave(s), 0);
		}
		if (rounds % 10 == 0)
			assert_int_equal(put_file(s, name, 10), 0);
		assert_int_equal(put_bytes(s, "x", 1), 0);
	}
	atomic_store(&race_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(put_leave(s), 0);
	free(finish(s));
	assert_int_equal(rounds, RACE_ROUNDS);
	assert_int_equal(count_entries(tmpdir_path(downloads, "kept")),
	    RACE_ROUNDS / 10 + RACE_ROUNDS / 100);
	assert_int_equal(count_entries(outside), 1);
}

/* The temporary folder is found, and what is in it swapped while it is
 * written: nothing gets outside, and what is removed is only what is inside. */
static void
t38_inside_becomes_a_link(void **state)
{
	(void)state;
	pthread_t thread;
	unsigned rounds = 0;
	struct sink_plan plan = plan_folder("raced");
	for (; rounds < INSIDE_ROUNDS; rounds++) {
		struct sink *s = begin(&plan);
		char *temp = temporary();
		struct inside in = { .temp = temp, .comes_back = rounds & 1 };
		atomic_store(&race_over, false);
		assert_int_equal(
		    pthread_create(&thread, NULL, swap_inside, &in), 0);
		assert_int_equal(put_enter(s, "raced"), 0);
		for (unsigned i = 0; i < 10; i++) {
			if (put_enter(s, "sub") != 0)
				break;
			if (put_file(s, "f", 1) == 0 &&
			    put_bytes(s, "x", 1) == 0)
				assert_int_equal(put_leave(s), 0);
			else
				break;
		}
		sink_abandon(s);
		atomic_store(&race_over, true);
		assert_int_equal(pthread_join(thread, NULL), 0);
		/* What came back last of all may be there still. */
		remove_swapped(tmpdir_path(temp, "sub"));
		(void)rmdir(temp);
		assert_int_equal(count_entries(downloads), 0);
		free(temp);
		assert_int_equal(count_entries(outside), 1);
	}
	assert_int_equal(rounds, INSIDE_ROUNDS);
	assert_true(atomic_load(&swaps) > 0);
}

/* The temporary name becomes something else: it is not ours to remove, nor to
 * give the name. */
static void
t38_temporary_is_replaced(void **state)
{
	(void)state;
	struct sink_plan plan = plan_file("x", 1);
	for (unsigned folder = 0; folder < 2; folder++) {
		for (unsigned end = 0; end < 2; end++) {
			plan.is_folder = folder;
			struct sink *s = begin(&plan);
			char *temp = temporary();
			assert_int_equal(
			    rename(temp, tmpdir_path(top, "taken")), 0);
			assert_int_equal(symlink(outside, temp), 0);
			if (folder) {
				assert_int_equal(put_enter(s, "x"), 0);
				assert_int_equal(put_file(s, "f", 1), 0);
			}
			assert_int_equal(put_bytes(s, "x", 1), 0);
			if (folder)
				assert_int_equal(put_leave(s), 0);
			if (end == 0)
				finish_fails(s);
			else
				sink_abandon(s);
			/* The link is another's; it is there still. */
			assert_int_equal(unlink(temp), 0);
			assert_false(
			    tmpdir_exists(tmpdir_path(downloads, "x")));
			assert_int_equal(count_entries(downloads), 0);
			(void)unlink(tmpdir_path(top, "taken/f"));
			assert_int_equal(remove(tmpdir_path(top, "taken")), 0);
			free(temp);
		}
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t38_folder_becomes_a_link),
		TEST(t38_inside_becomes_a_link),
		TEST(t38_temporary_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
