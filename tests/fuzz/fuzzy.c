/* SPDX-License-Identifier: MIT */
#include "ui/fuzzy.h"

#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2048] = "", pattern[256] = "";
	size_t n = size > 0 ? data[0] : 0;
	int score;

	if (size == 0 || size >= sizeof(text) || n >= size)
		return 0;
	memcpy(pattern, data + 1, n < 255 ? n : 255);
	memcpy(text, data + 1 + n, size - 1 - n);
	bool fits = fuzzy_match(pattern, text, &score);
	check(fits || score == 0);
	return 0;
}
