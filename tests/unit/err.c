/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "base/mem.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
each_error_has_its_own_text(void **state)
{
	(void)state;
	for (int a = ERR_PERMISSION; a <= ERR_NONE; a++) {
		assert_true(strlen(err_text(a)) > 0);
		assert_string_not_equal(err_text(a), err_text(1));
		for (int b = a + 1; b <= ERR_NONE; b++)
			assert_string_not_equal(err_text(a), err_text(b));
	}
}

static void
unknown_errors_have_a_text_too(void **state)
{
	static const int unknown[] = { 1, ERR_PERMISSION - 1, INT_MIN,
		INT_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_string_equal(err_text(unknown[i]), "unknown error");
}

static void
memory_is_zeroed_copied_and_never_null(void **state)
{
	char *z = xcalloc(3, 5);
	void *empty = xmalloc(0);
	char *s = xstrdup("ana");
	char *cut = xstrndup("bob and more", 3);
	char *none = xstrndup(NULL, 0);
	char *dup = xmemdup("\0x", 2);

	(void)state;
	for (int i = 0; i < 15; i++)
		assert_int_equal(z[i], 0);
	assert_non_null(empty);
	assert_string_equal(s, "ana");
	assert_string_equal(cut, "bob");
	assert_string_equal(none, "");
	assert_memory_equal(dup, "\0x", 2);
	z = xrealloc(z, 0, 5);
	assert_non_null(z);
	free(z);
	free(empty);
	free(s);
	free(cut);
	free(none);
	free(dup);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_has_its_own_text),
		cmocka_unit_test(unknown_errors_have_a_text_too),
		cmocka_unit_test(memory_is_zeroed_copied_and_never_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
