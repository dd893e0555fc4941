/* SPDX-License-Identifier: MIT */
/* Records of somebody with the right keys, to who sends a file; it does what is
 * asked and can be done. Each record is a length and its plain bytes. */
#include "flow_kit.h"
#include "fuzz.h"

static void
answer(struct flow *f, const struct flow_event *ev)
{
	struct file_piece file = { .kind = FILE_PIECE_FILE, .name = "x" };

	for (size_t i = 1; i < ev->count; i++)
		check(ev->marks[i].offset < ev->marks[i - 1].offset);
	check(flow_begin(f, ev->count > 0 ? ev->marks[0].offset : 0) == 0);
	check(flow_piece(f, &file) == 0 && flow_end(f, false, 0) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow *f = flow_kit_end(true, 0);
	struct flow_raw raw = flow_kit_raw(false);
	struct flow_event ev;
	size_t n;

	for (size_t at = 0; at < size; at += n) {
		n = data[at++] * 2u;
		n = n < size - at ? n : size - at;
		flow_raw_give(&raw, f, data + at, n);
		while (flow_next(f, &ev) == 1)
			if (ev.kind == FLOW_WANTED)
				answer(f, &ev);
			else
				check(ev.kind >= FLOW_DONE);
	}
	flow_free(f);
	return 0;
}
