/* SPDX-License-Identifier: MIT */
#ifdef __linux__

#include "net/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READS_MAX = 1024, READ_SIZE = 32768 };

struct answer {
	const struct netlink_taker *taker;
	bool ended;
	int sys_errno;
};

/* -1 with errno. */
static int
ask(const void *request, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	if (sendto(fd, request, size, 0, (struct sockaddr *)&kernel,
		sizeof(kernel)) >= 0)
		return fd;
	int sys_errno = errno;
	close(fd);
	errno = sys_errno;
	return -1;
}

static void
take_error(struct answer *a, const char *p, size_t n)
{
	struct nlmsgerr e;

	a->ended = true;
	if (n < sizeof(e))
		return;
	memcpy(&e, p, sizeof(e));
	a->sys_errno = -e.error;
}

static void
take_one(struct answer *a, const struct nlmsghdr *h, const char *p)
{
	size_t n = h->nlmsg_len - NLMSG_HDRLEN;

	if (h->nlmsg_type == NLMSG_ERROR) {
		take_error(a, p, n);
		return;
	}
	if (h->nlmsg_type == NLMSG_DONE) {
		a->ended = true;
		return;
	}
	bool more = a->taker->take(a->taker->self, h->nlmsg_type, p, n);
	/* What is no list is one message, without an end. */
	a->ended = !more || (h->nlmsg_flags & NLM_F_MULTI) == 0;
}

static void
take_all(struct answer *a, const char *p, size_t left)
{
	struct nlmsghdr h;

	while (!a->ended && left >= sizeof(h)) {
		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > left)
			return;
		take_one(a, &h, p + NLMSG_HDRLEN);
		size_t step = NLMSG_ALIGN(h.nlmsg_len);
		if (step >= left)
			return;
		p += step;
		left -= step;
	}
}

int
netlink_ask(void *request, size_t size, const struct netlink_taker *taker)
{
	_Alignas(struct nlmsghdr) char bytes[READ_SIZE];
	struct answer a = { .taker = taker };
	uint32_t length = (uint32_t)size;

	memcpy(request, &length, sizeof(length));
	int fd = ask(request, size);
	if (fd < 0)
		return errno;
	for (int i = 0; i < READS_MAX && !a.ended; i++) {
		struct sockaddr_nl from = { .nl_pid = 1 };
		socklen_t from_size = sizeof(from);
		ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&from, &from_size);
		if (got <= 0)
			break;
		/* Another process can send here too. */
		if (from.nl_pid == 0)
			take_all(&a, bytes, (size_t)got);
	}
	close(fd);
	return a.sys_errno;
}

bool
netlink_next(const char **p, size_t *left, struct netlink_attr *ret_attr)
{
	struct rtattr a;

	if (*left < sizeof(a))
		return false;
	memcpy(&a, *p, sizeof(a));
	if (a.rta_len < sizeof(a) || a.rta_len > *left)
		return false;
	*ret_attr = (struct netlink_attr){
		.type = (uint16_t)(a.rta_type & 0x3fff), /* without its flags */
		.value = *p + RTA_LENGTH(0),
		.size = a.rta_len - RTA_LENGTH(0),
	};
	size_t step = RTA_ALIGN(a.rta_len);
	if (step > *left)
		step = *left;
	*p += step;
	*left -= step;
	return true;
}

uint32_t
netlink_u32(const struct netlink_attr *a)
{
	uint32_t value = 0;

	if (a->size >= sizeof(value))
		memcpy(&value, a->value, sizeof(value));
	return value;
}

#else

/* A file must not be empty. */
extern int netlink_is_elsewhere;

#endif
