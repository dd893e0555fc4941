/* SPDX-License-Identifier: MIT */
/*
 * The arrays live from turn to turn and only grow, so a turn allocates
 * nothing. Tags lie beside the pollfds, not in them.
 *
 * poll() looks at every fd when it begins and again when it ends, and after a
 * pause nothing of that is in a cache: a dozen of them take 20 us of those that
 * a key has to its echo. Most are the same for as long as we run and hardly
 * ever ready; those are told to the kernel once, and polled as one. The others
 * come and go, and their numbers are used again, which an epoll set notices too
 * late or, while a child has a copy, not at all.
 */
#include "net/loop.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

enum { LASTING_MAX = 16 };

struct lasting {
	int fd;
	uint64_t tag;
};

struct loop {
	struct pollfd *fds;
	uint64_t *tags;
	size_t count, cap;
	size_t next; /* where loop_ready goes on */
	/* Of this turn, and as the set has them. */
	struct lasting wanted[LASTING_MAX], had[LASTING_MAX];
	size_t wanted_count, had_count;
	int set;    /* -1: none, and there will be none */
	int set_at; /* among the fds; -1 */
#ifdef __linux__
	struct epoll_event events[LASTING_MAX];
	int event_count, next_event;
#endif
};

static int
set_new(void)
{
#ifdef __linux__
	return epoll_create1(EPOLL_CLOEXEC);
#else
	return -1;
#endif
}

struct loop *
loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));

	l->set = set_new();
	l->set_at = -1;
	return l;
}

static void
set_free(struct loop *l)
{
	if (l->set >= 0)
		close(l->set);
	l->set = -1;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	set_free(l);
	free(l->fds);
	free(l->tags);
	free(l);
}

void
loop_begin(struct loop *l)
{
	l->count = 0;
	l->next = 0;
	l->wanted_count = 0;
	l->set_at = -1;
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

void
loop_watch_lasting(struct loop *l, int fd, uint64_t tag)
{
	if (l->set < 0 || l->wanted_count == LASTING_MAX) {
		loop_watch(l, fd, true, false, tag);
		return;
	}
	l->wanted[l->wanted_count++] = (struct lasting){ .fd = fd, .tag = tag };
}

#ifdef __linux__
static bool
set_is_right(const struct loop *l)
{
	if (l->wanted_count != l->had_count)
		return false;
	for (size_t i = 0; i < l->had_count; i++)
		if (l->wanted[i].fd != l->had[i].fd ||
		    l->wanted[i].tag != l->had[i].tag)
			return false;
	return true;
}

static bool
set_fill(struct loop *l)
{
	for (size_t i = 0; i < l->had_count; i++)
		epoll_ctl(l->set, EPOLL_CTL_DEL, l->had[i].fd, NULL);
	l->had_count = 0;
	for (size_t i = 0; i < l->wanted_count; i++) {
		struct epoll_event ev = { .events = EPOLLIN, .data.u64 = i };
		if (epoll_ctl(l->set, EPOLL_CTL_ADD, l->wanted[i].fd, &ev) != 0)
			return false;
		l->had[l->had_count++] = l->wanted[i];
	}
	return true;
}

static void
set_watch(struct loop *l)
{
	l->event_count = l->next_event = 0;
	if (l->set < 0 || l->set_at >= 0)
		return;
	if (set_is_right(l) || set_fill(l)) {
		if (l->had_count == 0)
			return;
		loop_watch(l, l->set, true, false, 0);
		l->set_at = (int)l->count - 1;
		return;
	}
	set_free(l);
	for (size_t i = 0; i < l->wanted_count; i++)
		loop_watch(l, l->wanted[i].fd, true, false, l->wanted[i].tag);
}

static void
set_take(struct loop *l)
{
	if (l->set_at < 0 || l->fds[l->set_at].revents == 0)
		return;
	l->fds[l->set_at].revents = 0;
	int got = epoll_wait(l->set, l->events, LASTING_MAX, 0);
	l->event_count = got < 0 ? 0 : got;
}

static bool
set_ready(struct loop *l, struct loop_event *ret_event)
{
	if (l->next_event >= l->event_count)
		return false;
	const struct epoll_event *ev = &l->events[l->next_event++];
	const struct lasting *it = &l->had[ev->data.u64];
	*ret_event = (struct loop_event){
		.fd = it->fd,
		.tag = it->tag,
		.readable = (ev->events & EPOLLIN) != 0,
		.hangup = (ev->events & (EPOLLHUP | EPOLLERR)) != 0,
	};
	return true;
}
#else
static void
set_watch(struct loop *l)
{
	(void)l;
}

static void
set_take(struct loop *l)
{
	(void)l;
}

static bool
set_ready(struct loop *l, struct loop_event *ret_event)
{
	(void)l;
	(void)ret_event;
	return false;
}
#endif

static int
poll_all(struct loop *l, int64_t timeout_ms)
{
	int timeout = timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;

	return poll(l->fds, l->count, timeout_ms < 0 ? -1 : timeout);
}

int
loop_wait(struct loop *l, int64_t timeout_ms)
{
	set_watch(l);
	l->next = 0;
	if (poll_all(l, timeout_ms) >= 0) {
		set_take(l);
		return 0;
	}
	if (errno != EINTR && errno != EAGAIN)
		return ERR_SYS;
	/* Nothing is known of the fds then: let none look ready. */
	l->next = l->count;
	return 0;
}

void
loop_rest(struct loop *l, int64_t timeout_ms)
{
	/* Whatever ends it is found by the next turn. */
	(void)poll_all(l, timeout_ms);
	l->next = l->count;
}

bool
loop_ready(struct loop *l, struct loop_event *ret_event)
{
	if (set_ready(l, ret_event))
		return true;
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
