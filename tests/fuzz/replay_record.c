/* SPDX-License-Identifier: MIT */
/* Whatever a file holds, an engine can be given it. */
#include "core/replay.h"
#include "fuzz.h"

#include <sodium.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct replay *r = replay_new(NULL);
	struct record_entry e;
	struct effect effect;
	size_t taken;
	int done = sodium_init() < 0 ? 0 : 1;

	while (done > 0 && record_decode(data, size, &e, &taken) == 1) {
		do {
			done = replay_step(r, &e);
			while (replay_next(r, &effect))
				check(replay_model(r) != NULL);
		} while (done == 0);
		data += taken;
		size -= taken;
	}
	replay_free(r);
	return 0;
}
