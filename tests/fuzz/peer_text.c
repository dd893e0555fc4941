/* SPDX-License-Identifier: MIT */
#include "base/peer_text.h"
#include "clean_check.h"
#include "fuzz.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int kind = PEER_TEXT_NAME; kind <= PEER_TEXT_LINE; kind++) {
		size_t n;
		char *text = peer_text(
		    untrusted_of(data, size), (enum peer_text_kind)kind, &n);
		if (clean_fault(text, n, (enum peer_text_kind)kind) != NULL)
			abort();
		free(name_skeleton(text));
		free(text);
	}
	return 0;
}
