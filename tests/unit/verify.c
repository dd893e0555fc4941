/* SPDX-License-Identifier: MIT */
#include "core/verify.h"

#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct fp
fp_of(uint8_t first)
{
	struct fp fp;

	for (size_t i = 0; i < FP_SIZE; i++)
		fp.b[i] = (uint8_t)(first + i);
	return fp;
}

/* By Python's hashlib.blake2b, as doc/PROTOCOL tells. */
static void
a_known_pair(void **state)
{
	struct fp a = fp_of(0), b = fp_of(100);
	char one[VERIFY_TEXT_SIZE], two[VERIFY_TEXT_SIZE];

	(void)state;
	assert_string_equal(verify_number(&a, &b, one),
	    "91685 35608 35821 24066 75430 64949 "
	    "92878 57472 77727 72715 93174 27320");
	assert_string_equal(verify_number(&b, &a, two), one);
}

/* Whoever stands between two people shows each a key of its own. */
static void
t7_somebody_between_shows_another_number(void **state)
{
	struct fp ana = fp_of(1), bob = fp_of(2);
	char straight[VERIFY_TEXT_SIZE], number[VERIFY_TEXT_SIZE];
	unsigned met = 0;

	(void)state;
	verify_number(&ana, &bob, straight);
	for (unsigned i = 0; i < 10000; i++) {
		struct fp eve = fp_of(3);
		eve.b[0] = (uint8_t)i;
		eve.b[1] = (uint8_t)(i >> 8);
		met += strcmp(verify_number(&ana, &eve, number), straight) == 0;
		met += strcmp(verify_number(&eve, &bob, number), straight) == 0;
	}
	assert_int_equal(met, 0);
	/* One bit is another number. */
	for (unsigned bit = 0; bit < 8 * FP_SIZE; bit++) {
		struct fp eve = bob;
		eve.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		met += strcmp(verify_number(&ana, &eve, number), straight) == 0;
	}
	assert_int_equal(met, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_pair),
		cmocka_unit_test(t7_somebody_between_shows_another_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
