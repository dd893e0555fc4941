/* SPDX-License-Identifier: MIT */
#include "base/charset.h"
#include "base/utf8.h"
#include "fuzz.h"

/* What was decoded is text, and is decoded the same again once encoded. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum charset cs = size > 0 ? data[0] % CHARSETS : CHARSET_AUTO;
	size_t n, bad, again_size, encoded_size;
	uint8_t *encoded;
	char *text = charset_decode(cs, data, size, &n, &bad);

	check(utf8_is_valid(text, n) && bad <= size);
	check(charset_guess(data, size, cs) != CHARSET_AUTO);
	if (charset_encode(cs, text, n, &encoded, &encoded_size, NULL) == 0) {
		free(charset_decode(
		    cs, encoded, encoded_size, &again_size, &bad));
		check(bad == 0);
		free(encoded);
	}
	free(text);
	return 0;
}
