/* SPDX-License-Identifier: MIT */
/*
 * The arrays live from turn to turn and only grow, so a turn allocates
 * nothing. Tags lie beside the pollfds, not in them.
 */
#include "net/loop.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

struct loop {
	struct pollfd *fds;
	uint64_t *tags;
	size_t count, cap;
	size_t next; /* where loop_ready goes on */
};

struct loop *
loop_new(void)
{
	return xcalloc(1, sizeof(struct loop));
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	free(l->fds);
	free(l->tags);
	free(l);
}

void
loop_begin(struct loop *l)
{
	l->count = 0;
	l->next = 0;
}

void
loop_watch(struct loop *l, int fd, bool read, bool write, uint64_t tag)
{
	assert(fd >= 0);
	if (l->count == l->cap) {
		l->cap = l->cap == 0 ? 16 : l->cap * 2;
		l->fds = xrealloc(l->fds, l->cap, sizeof(*l->fds));
		l->tags = xrealloc(l->tags, l->cap, sizeof(*l->tags));
	}
	l->fds[l->count] = (struct pollfd){
		.fd = fd,
		.events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0)),
	};
	l->tags[l->count++] = tag;
}

int
loop_wait(struct loop *l, int64_t timeout_ms)
{
	int timeout = timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;

	if (timeout_ms < 0)
		timeout = -1;
	l->next = 0;
	if (poll(l->fds, l->count, timeout) >= 0)
		return 0;
	if (errno != EINTR && errno != EAGAIN)
		return ERR_SYS;
	/* Nothing is known of the fds then: let none look ready. */
	l->next = l->count;
	return 0;
}

bool
loop_ready(struct loop *l, struct loop_event *ret_event)
{
	while (l->next < l->count) {
		size_t i = l->next++;
		int got = l->fds[i].revents;
		if (got == 0)
			continue;
		*ret_event = (struct loop_event){
			.fd = l->fds[i].fd,
			.tag = l->tags[i],
			.readable = (got & POLLIN) != 0,
			.writable = (got & POLLOUT) != 0,
			.hangup = (got & (POLLHUP | POLLERR | POLLNVAL)) != 0,
		};
		return true;
	}
	return false;
}
