/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
		cmocka_unit_test(memory_is_zeroed_copied_and_never_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
