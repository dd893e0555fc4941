/* SPDX-License-Identifier: MIT */
/* Records of somebody with the right keys, to who receives a file. The first
 * byte says what was asked for; each record is a length and its plain bytes. */
#include "flow_kit.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct flow_mark marks[] = { { .offset = 9, .depth = 2 },
		{ .offset = 5, .left = 3 } };
	struct flow *f = flow_kit_end(false, 3);
	struct flow_raw raw = flow_kit_raw(true);
	struct flow_event ev = { .kind = FLOW_PIECE };
	size_t n, records = 0;

	flow_want(f, marks, size == 0 ? 0 : data[0] % 3);
	for (size_t at = 1; at < size && ev.kind != FLOW_END; at += n) {
		n = data[at++];
		n = n < size - at ? n : size - at;
		if (records++ % 3 == 0 && records > 1)
			noise_rekey(&raw.send);
		flow_raw_give(&raw, f, data + at, n);
		while (flow_next(f, &ev) == 1)
			check(ev.piece.kind != FILE_PIECE_BYTES ||
			      ev.piece.count <= n);
	}
	check(ev.kind != FLOW_END || flow_done(f) == 0);
	flow_free(f);
	return 0;
}
