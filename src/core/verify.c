/* SPDX-License-Identifier: MIT */
#include "core/verify.h"

#include "crypto/hash.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the hash for a group: the remainder by 100 000 of 40 bits is even
 * but for one part in ten million. */
enum { GROUP_BYTES = 5, MODULUS = 100000 };

_Static_assert(VERIFY_GROUPS *GROUP_BYTES <= HASH_SIZE, "a hash is enough");

const char *
verify_number(
    const struct fp *a, const struct fp *b, char out[static VERIFY_TEXT_SIZE])
{
	static const char label[] = "earshot-verify-1";
	bool first = memcmp(a->b, b->b, FP_SIZE) < 0;
	const struct hash_part parts[] = {
		{ label, sizeof(label) - 1 },
		{ first ? a->b : b->b, FP_SIZE },
		{ first ? b->b : a->b, FP_SIZE },
	};
	uint8_t hash[HASH_SIZE];
	char *at = out;

	hash_parts(parts, sizeof(parts) / sizeof(parts[0]), hash);
	for (int i = 0; i < VERIFY_GROUPS; i++) {
		uint64_t value = 0;
		for (int j = 0; j < GROUP_BYTES; j++)
			value = value << 8 | hash[i * GROUP_BYTES + j];
		at += snprintf(at, VERIFY_DIGITS + 2, "%s%05" PRIu64,
		    i == 0 ? "" : " ", value % MODULUS);
	}
	return out;
}
