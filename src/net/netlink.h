/* SPDX-License-Identifier: MIT */
/*
 * One question to the kernel about its network, and the messages of its
 * answer, which is made while it is read: nothing is waited for. Linux only.
 */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whom the messages are given to: the type, and what is behind the header.
 * False: no more of them. */
struct netlink_taker {
	bool (*take)(void *self, uint16_t type, const char *p, size_t n);
	void *self;
};

/* request begins with its header, whose length is filled in. 0, or an errno:
 * also that of an answer which is one. */
int netlink_ask(void *request, size_t size, const struct netlink_taker *taker);

struct netlink_attr {
	uint16_t type;
	const char *value; /* not aligned */
	size_t size;
};
/* Takes the next attribute off the front; false when there is none. */
bool netlink_next(const char **p, size_t *left, struct netlink_attr *ret_attr);
/* 0 when it is too short for one. */
uint32_t netlink_u32(const struct netlink_attr *a);

#endif
