/* SPDX-License-Identifier: MIT */
#include "store/keyring.h"

#include "base/err.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct home home;
static char *dir;

static int
setup(void **state)
{
	char *error = NULL;

	(void)state;
	dir = tmpdir_make();
	return home_open(&home, dir, &error);
}

static int
teardown(void **state)
{
	(void)state;
	home_close(&home);
	tmpdir_remove(dir);
	return 0;
}

static void
write_text(const char *text, size_t n, mode_t mode)
{
	tmpdir_write(tmpdir_path(dir, "ipmsg-keys"), text, n, mode);
}

static void
keys_come_back(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 1800, KEYRING_BYTES_MAX };
	uint8_t bytes[KEYRING_BYTES_MAX], *got = NULL;
	size_t n = 0;
	struct stat st;
	char *error = NULL;
	const char *path = tmpdir_path(dir, "ipmsg-keys");

	assert_int_equal(keyring_read(&home, &got, &n, &error), ERR_NOT_FOUND);
	assert_null(error);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    keyring_write(&home, bytes, sizes[i], &error), 0);
		assert_int_equal(keyring_read(&home, &got, &n, &error), 0);
		assert_int_equal(n, sizes[i]);
		assert_memory_equal(got, bytes, n);
		free(got);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
assert_refused(int want, const char *word)
{
	uint8_t *got = NULL;
	size_t n = 0;
	char *error = NULL;

	assert_int_equal(keyring_read(&home, &got, &n, &error), want);
	assert_null(got);
	assert_non_null(error);
	assert_non_null(strstr(error, word));
	free(error);
}

static void
what_is_damaged_or_open_to_others_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "earshot ipmsg 1\n",
		"earshot ipmsg 1\n\n", "earshot ipmsg 1\n0\n",
		"earshot ipmsg 1\n00", "earshot ipmsg 1\n0G\n",
		"earshot ipmsg 1\n00 0\n", "earshot ipmsg 2\n00\n",
		"earshot identity 1\n00\n" };
	static char large[2 * KEYRING_BYTES_MAX + 64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_text(texts[i], strlen(texts[i]), 0600);
		assert_refused(ERR_FORMAT, "damaged");
	}
	memset(large, '0', sizeof(large));
	write_text(large, sizeof(large), 0600);
	assert_refused(ERR_LIMIT, "damaged");
	write_text("earshot ipmsg 1\n00\n", 19, 0644);
	assert_refused(ERR_PERMISSION, "ipmsg-keys");
}

static void
a_home_that_cannot_be_written_says_so(void **state)
{
	(void)state;
	char *error = NULL;
	const char *path = tmpdir_path(dir, "ipmsg-keys");
	static const uint8_t byte = 1;

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(keyring_write(&home, &byte, 1, &error), ERR_SYS);
	assert_non_null(strstr(error, "cannot write"));
	free(error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    keys_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_damaged_or_open_to_others_is_refused, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_home_that_cannot_be_written_says_so, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
