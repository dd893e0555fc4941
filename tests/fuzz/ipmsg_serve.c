/* SPDX-License-Identifier: MIT */
/* Whatever connects and says something: it is served or refused. */
#include "fuzz.h"
#include "proto/ipmsg_files.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct now now = { .mono_ms = 1 };
	struct ipmsg_serve *s = ipmsg_serve_new(now);
	struct ipmsg_offers *o = ipmsg_offers_new();
	struct ipmsg_asker asker = { .handle = "bob@host3" };
	struct ipmsg_offer offer = { 1, 7, 1, false, 5, "bob@host3" };
	struct file_piece piece = { .kind = FILE_PIECE_FILE, .name = "a" };
	struct ipmsg_text user, host;
	struct ipmsg_admitted in;

	check(ipmsg_offers_add(o, &offer) == 0);
	for (size_t at = 0, n; at < size; at += n, now.mono_ms += 300) {
		n = size - at < 64 ? size - at : 64;
		ipmsg_serve_input(s, now, data + at, n);
		ipmsg_serve_tick(s, now);
		if (ipmsg_serve_asked(s, &user, &host) &&
		    ipmsg_serve_admit(s, now, o, &asker, &in) == 0)
			check(in.token == 1 && in.offset < 5);
		ipmsg_serve_piece(s, now, &piece);
	}
	ipmsg_serve_free(s);
	ipmsg_offers_free(o);
	return 0;
}
