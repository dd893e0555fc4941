/* SPDX-License-Identifier: MIT */
#include "core/ipmsg_transfer.h"

void
ipmsg_transfer_offered(struct engine *e, struct now now, const struct fp *fp,
    const struct ipmsg_event *ev)
{
	(void)e, (void)now, (void)fp, (void)ev;
}

void
ipmsg_transfer_released(
    struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	(void)e, (void)now, (void)ev;
}

void
ipmsg_transfer_failed(struct engine *e, struct now now,
    const struct msg_id *message, const char *reason)
{
	(void)e, (void)now, (void)message, (void)reason;
}

void
ipmsg_transfer_clear(struct engine *e, struct now now)
{
	(void)e, (void)now;
}

void
ipmsg_transfer_free(struct engine *e)
{
	(void)e;
}

bool
ipmsg_transfer_accepted(struct engine *e, struct now now, struct conn *c)
{
	(void)e, (void)now, (void)c;
	return false;
}

void
ipmsg_transfer_opened(struct engine *e, struct now now, struct conn *c)
{
	(void)e, (void)now, (void)c;
}

void
ipmsg_transfer_bytes(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n)
{
	(void)e, (void)now, (void)c, (void)p, (void)n;
}

void
ipmsg_transfer_closed(
    struct engine *e, struct now now, struct conn *c, int sys_errno)
{
	(void)e, (void)now, (void)c, (void)sys_errno;
}

void
ipmsg_transfer_drained(struct engine *e, struct now now, struct conn *c)
{
	(void)e, (void)now, (void)c;
}

void
ipmsg_transfer_late(struct engine *e, struct now now, struct conn *c)
{
	(void)now;
	stream_close(e, c);
}

void
ipmsg_transfer_detach(struct conn *c)
{
	(void)c;
}
