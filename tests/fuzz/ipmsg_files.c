/* SPDX-License-Identifier: MIT */
/* A file of a list is the same when it is written and read again. */
#include "wire/ipmsg_files.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipmsg_text list = { data, size, false };
	struct ipmsg_file_reader r = ipmsg_files_read(list), again;
	struct ipmsg_file f, g;
	uint8_t out[4096];
	int more;

	while ((more = ipmsg_file_next(&r, &f)) != 0) {
		if (more < 0)
			continue;
		struct wr w = wr_to(out, sizeof(out));
		ipmsg_file_put(&w, &f);
		list = (struct ipmsg_text){ out, w.size, false };
		again = ipmsg_files_read(list);
		check(!w.failed && ipmsg_file_next(&again, &g) == 1);
		check(f.id == g.id && f.size == g.size && f.type == g.type);
		check(f.name_size == g.name_size && f.mode == g.mode);
	}
	return 0;
}
