/* SPDX-License-Identifier: MIT */
/*
 * What is encrypted, where there is nothing to encrypt with.
 */
#include "proto/ipmsg_secret.h"

#include "base/err.h"

void
ipmsg_secret_free(struct ipmsg_secret *secret)
{
	(void)secret;
}

bool
ipmsg_secret_able(const struct ipmsg *m)
{
	(void)m;
	return false;
}

bool
ipmsg_secret_wanted(const struct ipmsg *m, const struct ipmsg_peer *peer)
{
	(void)m;
	(void)peer;
	return false;
}

bool
ipmsg_secret_ready(const struct ipmsg_peer *peer)
{
	(void)peer;
	return false;
}

void
ipmsg_secret_ask(struct ipmsg *m, struct now now, const struct ipmsg_peer *peer)
{
	(void)m;
	(void)now;
	(void)peer;
}

size_t
ipmsg_secret_answer(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most)
{
	(void)m;
	(void)now;
	(void)answer;
	(void)most;
	return 0;
}

void
ipmsg_secret_question(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	(void)now;
	(void)heard;
	m->counters.ignored++;
}

void
ipmsg_secret_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	(void)now;
	(void)heard;
	m->counters.ignored++;
}

int
ipmsg_secret_open(struct ipmsg *m, const struct ipmsg_heard *heard,
    struct ipmsg_content *ret_content)
{
	(void)m;
	(void)heard;
	(void)ret_content;
	return ERR_UNSUPPORTED;
}

int
ipmsg_secret_seal(struct ipmsg *m, const struct ipmsg_peer *peer,
    const struct ipmsg_post *post, uint8_t **ret_body, size_t *ret_size)
{
	(void)m;
	(void)peer;
	(void)post;
	(void)ret_body;
	(void)ret_size;
	return ERR_UNSUPPORTED;
}
