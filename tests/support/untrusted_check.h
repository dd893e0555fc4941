/* SPDX-License-Identifier: MIT */
#ifndef UNTRUSTED_CHECK_H
#define UNTRUSTED_CHECK_H

#include "base/peer_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static inline void
assert_text_equal(struct untrusted a, struct untrusted b)
{
	assert_int_equal(a.untrusted_size, b.untrusted_size);
	if (a.untrusted_size > 0)
		assert_memory_equal(
		    a.untrusted_data, b.untrusted_data, a.untrusted_size);
}

#endif
