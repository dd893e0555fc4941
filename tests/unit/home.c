/* SPDX-License-Identifier: MIT */
#include "store/home.h"

#include "base/err.h"
#include "store/file.h"
#include "tmpdir.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534, TEXT_MAX = 64 };

static int
setup(void **state)
{
	umask(0);
	*state = tmpdir_make();
	return 0;
}

static int
teardown(void **state)
{
	/* After a failure in the middle of being somebody else. */
	if (seteuid(getuid()) != 0)
		return -1;
	tmpdir_remove(*state);
	return 0;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* The home is refused with the error, and the sentence has both words. */
static void
assert_refused(const char *dir, int err, const char *a, const char *b)
{
	struct home h = { .lock_fd = -7 };
	char *error = NULL;

	assert_int_equal(home_open(&h, dir, &error), err);
	assert_non_null(error);
	if (strstr(error, a) == NULL || strstr(error, b) == NULL)
		fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error, a, b);
	assert_int_equal(h.lock_fd, -7);
	free(error);
}

static void
open_puts_all_below_dir(void **state)
{
	const char *dir = tmpdir_path(*state, "a/b/c");
	struct home h;
	char *error = NULL;

	assert_int_equal(home_open(&h, dir, &error), 0);
	assert_null(error);
	assert_string_equal(h.config_dir, dir);
	assert_string_equal(h.data_dir, dir);
	assert_string_equal(h.state_dir, dir);
	assert_int_equal(h.lock_fd, -1);
	assert_int_equal(mode_of(dir), 0700);
	assert_int_equal(mode_of(tmpdir_path(*state, "a")), 0700);
	home_close(&h);
	assert_null(h.data_dir);
	assert_int_equal(home_open(&h, dir, &error), 0);
	home_close(&h);
}

static void
open_follows_xdg(void **state)
{
	struct home h;
	char *error = NULL;

	setenv("HOME", *state, 1);
	setenv("XDG_CONFIG_HOME", tmpdir_path(*state, "conf"), 1);
	setenv("XDG_DATA_HOME", "relative/does/not/count", 1);
	unsetenv("XDG_STATE_HOME");
	assert_int_equal(home_open(&h, NULL, &error), 0);
	assert_string_equal(h.config_dir, tmpdir_path(*state, "conf/earshot"));
	assert_string_equal(
	    h.data_dir, tmpdir_path(*state, ".local/share/earshot"));
	assert_string_equal(
	    h.state_dir, tmpdir_path(*state, ".local/state/earshot"));
	assert_int_equal(mode_of(h.config_dir), 0700);
	assert_int_equal(mode_of(h.data_dir), 0700);
	assert_int_equal(mode_of(h.state_dir), 0700);
	home_close(&h);
}

/* Whose data is elsewhere is another one, and has a socket of its own. */
static void
a_runtime_dir_is_of_one_home(void **state)
{
	const char *runtime = tmpdir_path(*state, "run");
	struct home h, o;
	char *error = NULL;

	assert_int_equal(mkdir(runtime, 0700), 0);
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	setenv("XDG_STATE_HOME", tmpdir_path(*state, "state"), 1);
	setenv("XDG_DATA_HOME", tmpdir_path(*state, "one"), 1);
	assert_int_equal(home_open(&h, NULL, &error), 0);
	setenv("XDG_DATA_HOME", tmpdir_path(*state, "two"), 1);
	assert_int_equal(home_open(&o, NULL, &error), 0);
	assert_string_equal(h.runtime_dir, h.data_dir);
	assert_string_equal(o.runtime_dir, o.data_dir);
	assert_string_not_equal(o.runtime_dir, h.runtime_dir);
	home_close(&h);
	home_close(&o);
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_DATA_HOME");
}

static void
t50_data_dir_open_to_others_6_modes(void **state)
{
	static const mode_t modes[] = { 0701, 0710, 0704, 0740, 0755, 0777 };
	const char *dir = tmpdir_path(*state, "open");
	unsigned refused = 0;
	char mode[TEXT_MAX];

	assert_int_equal(mkdir(dir, 0700), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(dir, modes[i]), 0);
		snprintf(mode, sizeof(mode), "mode %04o", (unsigned)modes[i]);
		assert_refused(dir, ERR_PERMISSION, mode, "chmod 700");
		refused++;
	}
	assert_int_equal(refused, 6);
}

static void
open_says_what_is_in_the_way(void **state)
{
	const char *file = tmpdir_path(*state, "file");

	tmpdir_write(file, "x", 1, 0600);
	assert_refused(file, ERR_SYS, file, "--home DIR");
	assert_refused(tmpdir_path(*state, "file/home"), ERR_SYS,
	    "cannot make the directory", strerror(ENOTDIR));
	assert_refused("/dev/null/earshot", ERR_SYS, "/dev/null", "--home DIR");
	assert_refused("", ERR_FORMAT, "empty", "--home");
}

/* As root everything is writable, so become somebody else for a moment. */
static void
open_refuses_a_home_it_cannot_use(void **state)
{
	const char *dir = tmpdir_path(*state, "home");

	assert_int_equal(mkdir(dir, 0500), 0);
	if (geteuid() != 0) {
		assert_refused(dir, ERR_SYS, dir, strerror(EACCES));
		return;
	}
	assert_int_equal(chmod(*state, 0755), 0);
	if (chown(dir, NOBODY, NOBODY) != 0)
		skip();
	assert_refused(
	    dir, ERR_PERMISSION, "belongs to user 65534", "--home DIR");
	assert_int_equal(seteuid(NOBODY), 0);
	assert_refused(dir, ERR_SYS, dir, strerror(EACCES));
	assert_refused(tmpdir_path(*state, "new"), ERR_SYS,
	    "cannot make the directory", strerror(EACCES));
	assert_int_equal(seteuid(0), 0);
}

static void
lock_names_the_process_that_has_it(void **state)
{
	struct home a, b;
	char *error = NULL;
	char word[TEXT_MAX];

	assert_int_equal(home_open(&a, *state, &error), 0);
	assert_int_equal(home_open(&b, *state, &error), 0);
	assert_int_equal(home_lock(&a, &error), 0);
	assert_int_equal(home_lock(&b, &error), ERR_STATE);
	snprintf(word, sizeof(word), "(process %ld)", (long)getpid());
	assert_non_null(strstr(error, word));
	assert_non_null(strstr(error, "--home DIR"));
	free(error);
	error = NULL;
	home_close(&a);
	assert_int_equal(home_lock(&b, &error), 0);
	assert_null(error);
	home_close(&b);
}

static void
lock_is_free_when_its_process_was_killed(void **state)
{
	struct home h;
	char *error = NULL;
	char word[TEXT_MAX], byte;
	int ready[2];

	assert_int_equal(home_open(&h, *state, &error), 0);
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		if (home_lock(&h, &error) != 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(home_lock(&h, &error), ERR_STATE);
	snprintf(word, sizeof(word), "(process %ld)", (long)child);
	assert_non_null(strstr(error, word));
	free(error);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(home_lock(&h, &error), 0);
	home_close(&h);
	close(ready[0]);
	close(ready[1]);
}

static void
lock_is_no_symbolic_link(void **state)
{
	struct home h;
	char *error = NULL;
	const char *target = tmpdir_path(*state, "target");

	tmpdir_write(target, "precious", 8, 0600);
	assert_int_equal(symlink(target, tmpdir_path(*state, "lock")), 0);
	assert_int_equal(home_open(&h, *state, &error), 0);
	assert_int_equal(home_lock(&h, &error), ERR_SYS);
	free(error);
	home_close(&h);
	char *text = tmpdir_read(target);
	assert_string_equal(text, "precious");
	free(text);
}

static void
replace_writes_all_or_nothing(void **state)
{
	const char *path = tmpdir_path(*state, "file");
	const char *fresh = tmpdir_path(*state, "file~");
	struct rlimit old, none;

	assert_int_equal(file_replace(path, "first", 5), 0);
	assert_int_equal(mode_of(path), 0600);
	/* A full disk, without one. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none = (struct rlimit){ .rlim_cur = 2, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	int err = file_replace(path, "second", 6);
	int seen_errno = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err, ERR_SYS);
	assert_int_equal(seen_errno, EFBIG);
	assert_false(tmpdir_exists(fresh));
	char *text = tmpdir_read(path);
	assert_string_equal(text, "first");
	free(text);
	assert_int_equal(
	    file_replace(tmpdir_path(*state, "no/file"), "x", 1), ERR_SYS);
}

static void
replace_follows_no_link_left_behind(void **state)
{
	const char *path = tmpdir_path(*state, "file");
	const char *target = tmpdir_path(*state, "target");

	tmpdir_write(target, "precious", 8, 0600);
	assert_int_equal(symlink(target, tmpdir_path(*state, "file~")), 0);
	assert_int_equal(file_replace(path, "new", 3), 0);
	char *text = tmpdir_read(target);
	assert_string_equal(text, "precious");
	free(text);
	text = tmpdir_read(path);
	assert_string_equal(text, "new");
	free(text);
}

static void
read_is_bounded_and_never_hangs(void **state)
{
	const char *path = tmpdir_path(*state, "file");
	const char *fifo = tmpdir_path(*state, "fifo");
	char big[10000];
	char *data = NULL;
	size_t n = 0;

	memset(big, 'x', sizeof(big));
	assert_int_equal(file_read(path, 10, &data, &n), ERR_NOT_FOUND);
	tmpdir_write(path, big, sizeof(big), 0600);
	assert_int_equal(
	    file_read(path, sizeof(big) - 1, &data, &n), ERR_LIMIT);
	assert_null(data);
	assert_int_equal(file_read(path, sizeof(big), &data, &n), 0);
	assert_int_equal(n, sizeof(big));
	assert_memory_equal(data, big, n);
	assert_int_equal(data[n], 0);
	free(data);
	tmpdir_write(path, "", 0, 0600);
	assert_int_equal(file_read(path, 0, &data, &n), 0);
	assert_int_equal(n, 0);
	assert_string_equal(data, "");
	free(data);
	assert_int_equal(file_read(*state, 10, &data, &n), ERR_SYS);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(file_read(fifo, 10, &data, &n), ERR_SYS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open_puts_all_below_dir),
		TEST(open_follows_xdg),
		TEST(a_runtime_dir_is_of_one_home),
		TEST(t50_data_dir_open_to_others_6_modes),
		TEST(open_says_what_is_in_the_way),
		TEST(open_refuses_a_home_it_cannot_use),
		TEST(lock_names_the_process_that_has_it),
		TEST(lock_is_free_when_its_process_was_killed),
		TEST(lock_is_no_symbolic_link),
		TEST(replace_writes_all_or_nothing),
		TEST(replace_follows_no_link_left_behind),
		TEST(read_is_bounded_and_never_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
