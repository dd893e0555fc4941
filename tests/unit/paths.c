/* SPDX-License-Identifier: MIT */
#include "store/paths.h"

#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *dir;

static int
setup(void **state)
{
	static const char *const names[] = { "build.log", "boot log", ".hidden",
		"\xe4\xbd\xa0\xe5\xa5\xbd", "\033[31m", "line\nend",
		"bad\xff" };

	(void)state;
	dir = tmpdir_make();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tmpdir_write(tmpdir_path(dir, names[i]), "", 0, 0600);
	mkdir(tmpdir_path(dir, "books"), 0700);
	setenv("HOME", dir, 1);
	assert_int_equal(chdir(dir), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	tmpdir_remove(dir);
	return 0;
}

static void
expect(const char *start, const char *wanted)
{
	char *paths[PATHS_MAX], all[4096] = "";
	size_t count = paths_starting(start, paths), used = 0;

	for (size_t i = 0; i < count; i++) {
		used += (size_t)snprintf(
		    all + used, sizeof(all) - used, "%s|", paths[i]);
		free(paths[i]);
	}
	assert_string_equal(all, wanted);
}

static void
t45_names_are_listed_as_typed(void **state)
{
	char start[512], wanted[1024];

	(void)state;
	expect("b", "books/|boot log|build.log|");
	expect("./bo", "./books/|./boot log|");
	expect("~/bu", "~/build.log|");
	snprintf(start, sizeof(start), "%s/bu", dir);
	snprintf(wanted, sizeof(wanted), "%s/build.log|", dir);
	expect(start, wanted);
	/* Not those that would be another file when typed. */
	expect("", "books/|boot log|build.log|\xe4\xbd\xa0\xe5\xa5\xbd|");
	expect(".", ".hidden|");
	expect("books/", "");
	expect("nothing", "");
	expect("nowhere/x", "");
}

static void
the_first_ones_are_kept(void **state)
{
	char name[16], *paths[PATHS_MAX];

	(void)state;
	for (int i = 0; i < 3 * PATHS_MAX; i++) {
		snprintf(name, sizeof(name), "x%03d", 3 * PATHS_MAX - i);
		tmpdir_write(tmpdir_path(dir, name), "", 0, 0600);
	}
	assert_int_equal(paths_starting("x", paths), PATHS_MAX);
	for (int i = 0; i < PATHS_MAX; i++) {
		snprintf(name, sizeof(name), "x%03d", i + 1);
		assert_string_equal(paths[i], name);
		free(paths[i]);
	}
}

static void
the_home_is_expanded(void **state)
{
	char *path = path_expand("~/a"), wanted[512];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s/a", dir);
	assert_string_equal(path, wanted);
	free(path);
	/* Else it would be a file that nobody dares to remove. */
	path = path_expand("~");
	assert_string_equal(path, dir);
	free(path);
	path = path_expand("~a");
	assert_string_equal(path, "~a");
	free(path);
	path = path_expand("a~/b");
	assert_string_equal(path, "a~/b");
	free(path);
}

static void
what_is_there_is_known(void **state)
{
	const char *path = tmpdir_path(dir, "boot log");

	(void)state;
	assert_true(paths_is_there(path));
	assert_true(paths_is_there(dir));
	assert_false(paths_is_there(tmpdir_path(dir, "boot")));
	assert_false(paths_is_there(""));
}

/* Wherever the next run is started, the same is meant. */
static void
paths_are_made_absolute(void **state)
{
	char wanted[1024], *here = getcwd(NULL, 0);
	char *paths = paths_absolute("a b\n/c\n~/d\n~e\n~\n");

	(void)state;
	snprintf(
	    wanted, sizeof(wanted), "%s/a b\n/c\n~/d\n%s/~e\n~\n", here, here);
	assert_string_equal(paths, wanted);
	free(paths);
	paths = paths_absolute("x");
	snprintf(wanted, sizeof(wanted), "%s/x", here);
	assert_string_equal(paths, wanted);
	free(paths);
	free(here);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t45_names_are_listed_as_typed),
		cmocka_unit_test(the_first_ones_are_kept),
		cmocka_unit_test(the_home_is_expanded),
		cmocka_unit_test(what_is_there_is_known),
		cmocka_unit_test(paths_are_made_absolute),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
