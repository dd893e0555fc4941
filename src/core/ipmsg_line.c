/* SPDX-License-Identifier: MIT */
#include "core/ipmsg_line.h"

void
ipmsg_line_flush(struct engine *e, struct now now, struct peer *p)
{
	(void)e;
	(void)now;
	(void)p;
}

void
ipmsg_line_stored(struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	(void)e;
	(void)now;
	(void)p;
	(void)token;
}
