/* SPDX-License-Identifier: MIT */
#include "core/plain.h"

void
plain_flush(struct engine *e, struct now now, struct peer *p)
{
	(void)e;
	(void)now;
	(void)p;
}

void
plain_stored(struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	(void)e;
	(void)now;
	(void)p;
	(void)token;
}
