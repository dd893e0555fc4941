/* SPDX-License-Identifier: MIT */
/* The same bytes as each of the messages that hold more than a number. */
#include "app/attach_wire.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size), q = r;
	struct press_event ev;
	struct request request;
	enum part part;
	int first;
	struct grid g;

	grid_init(&g, 2, 2);
	if (attach_read_frame(&r, &g, &part, &first))
		check(first < g.rows && g.cursor_col < g.cols);
	grid_clear(&g);
	if (attach_read_request(&q, &request))
		request_clear(&request);
	r = rd_of(data, size);
	if (attach_read_press(&r, &ev) && ev.paste != NULL)
		check(ev.paste_size <= size);
	return 0;
}
