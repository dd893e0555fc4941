/* SPDX-License-Identifier: MIT */
/*
 * Connections lie in one small array and are found by walking it: there are at
 * most a few hundred, and a system call follows each search.
 *
 * A descriptor that was closed in this turn may be handed out again by the
 * kernel before the turn ends, and then an event of the old one reaches the
 * new one. So no event is believed: connected is what getpeername says, closed
 * is what recv or send says.
 *
 * A connection that may not be read is not watched for input, and where it has
 * nothing to send not at all, as POLLHUP cannot be masked and would spin. Its
 * end is noticed when it may be read again, and what came before the end is
 * not lost.
 */
#include "net/tcp.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/now.h"
#include "net/confine.h"
#include "net/listener.h"
#include "net/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SIGPIPE is ignored anyway */
#endif

enum {
	READ_SIZE = 64 * 1024,
	READS_PER_TURN = 4,
	ACCEPTS_PER_TURN = 16,
	WRITES_PER_TURN = 8,
	LINGERING_MAX = 64, /* more are cut off at once */
	USER_TIMEOUT_MS = 20000,
	/* Of one that was released, and may only be read: noticed by then. */
	KEEP_IDLE_S = 10,
	KEEP_EVERY_S = 5,
	KEEP_COUNT = 2,
	BUF_KEEP = 64 * 1024, /* an emptied queue larger than this is freed */
};

enum conn_state {
	CONN_DIALING,
	CONN_OPEN,
	CONN_FAILED,    /* no fd; waits for tcp_failed */
	CONN_LINGERING, /* forgotten by the caller; number is void */
};

struct conn {
	uint32_t number;
	int fd;
	enum conn_state state;
	bool reading;
	bool keeps;          /* its end is TCP_ENDED, and then it is not read */
	int sys_errno;       /* sending failed; reported when reading ends */
	int64_t deadline_ms; /* of lingering */
	size_t given;        /* to send, since tcp_drained told of it */
	struct buf out;
};

struct tcp {
	struct listener listener;
	struct iface_choice choice;
	struct conn *conns;
	size_t count, cap;
	size_t failed_count;
	int turn_fd;   /* whose event is being worked off, or -1 */
	int turn_left; /* reads or accepts it may still cause */
	uint8_t bytes[READ_SIZE];
};

static struct conn *
conn_find(const struct tcp *t, uint32_t number)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->conns[i].number == number &&
		    t->conns[i].state != CONN_LINGERING)
			return &t->conns[i];
	return NULL;
}

static struct conn *
conn_find_fd(const struct tcp *t, int fd)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->conns[i].fd == fd)
			return &t->conns[i];
	return NULL;
}

static struct conn *
conn_add(struct tcp *t, uint32_t number, int fd, enum conn_state state)
{
	assert(conn_find(t, number) == NULL);
	t->conns = xgrow(t->conns, t->count, &t->cap, sizeof(*t->conns));
	struct conn *c = &t->conns[t->count++];
	*c = (struct conn){
		.number = number,
		.fd = fd,
		.state = state,
		.reading = true,
	};
	buf_init(&c->out, TCP_QUEUE_MAX);
	return c;
}

/* Moves the last one into its place. */
static void
conn_remove(struct tcp *t, struct conn *c)
{
	socket_close(c->fd);
	buf_clear(&c->out);
	if (c->state == CONN_FAILED)
		t->failed_count--;
	*c = t->conns[--t->count];
}

static void
conn_fail(struct tcp *t, struct conn *c, int sys_errno)
{
	assert(c->state != CONN_FAILED);
	socket_close(c->fd);
	buf_clear(&c->out);
	c->fd = -1;
	c->sys_errno = sys_errno;
	c->state = CONN_FAILED;
	t->failed_count++;
}

static void
conn_tune(int fd)
{
	/* Small records must not wait for the acknowledgement of others; and
	 * a peer that fell off the network is given up in seconds, not in
	 * the quarter of an hour that is the kernel's default. */
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
#ifdef TCP_USER_TIMEOUT
	socket_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
#endif
#ifdef SO_NOSIGPIPE
	socket_set(fd, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
}

int
tcp_open(uint16_t port, bool loopback_only, const struct lang *lang,
    struct tcp **ret_tcp, char **ret_error)
{
	struct tcp *t = xcalloc(1, sizeof(*t));
	int err =
	    listener_open(&t->listener, port, loopback_only, lang, ret_error);

	if (err != 0) {
		free(t);
		return err;
	}
	t->listener.lasts = true;
	t->turn_fd = -1;
	*ret_tcp = t;
	return 0;
}

struct tcp *
tcp_new(void)
{
	struct tcp *t = xcalloc(1, sizeof(*t));

	t->listener.fds[0] = t->listener.fds[1] = t->listener.reserve_fd = -1;
	t->turn_fd = -1;
	return t;
}

void
tcp_free(struct tcp *t)
{
	if (t == NULL)
		return;
	while (t->count > 0)
		conn_remove(t, &t->conns[0]);
	free(t->conns);
	listener_close(&t->listener);
	free(t);
}

void
tcp_confine(struct tcp *t, const struct iface_choice *choice)
{
	t->choice = *choice;
}

uint16_t
tcp_port(const struct tcp *t)
{
	return t->listener.port;
}

/* How the attempt to send n bytes went: bytes taken, 0 for "not now", -1 for
 * "never again" with errno. */
static ssize_t
send_some(int fd, const uint8_t *p, size_t n)
{
	ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

	if (sent >= 0)
		return sent;
	switch (errno) {
	case EAGAIN:
	case EINTR:
	case ENOBUFS:
	case ENOMEM:
		return 0;
	default:
		return -1;
	}
}

/*
 * The other end no longer takes anything, but what it sent before may still
 * lie in our socket (its goodbye does, typically). So only the output ends
 * here; reading will find the end and report this errno.
 */
static void
conn_output_broke(struct conn *c, int sys_errno)
{
	buf_clear(&c->out);
	c->sys_errno = sys_errno;
}

static void
conn_flush(struct conn *c)
{
	for (int i = 0; i < WRITES_PER_TURN && buf_size(&c->out) > 0; i++) {
		ssize_t sent =
		    send_some(c->fd, buf_data(&c->out), buf_size(&c->out));
		if (sent < 0)
			conn_output_broke(c, errno);
		if (sent <= 0)
			break;
		buf_consume(&c->out, (size_t)sent);
	}
	if (buf_size(&c->out) == 0 && c->out.cap > BUF_KEEP)
		buf_clear(&c->out);
}

void
tcp_send(struct tcp *t, uint32_t conn, const uint8_t *p, size_t n)
{
	struct conn *c = conn_find(t, conn);

	if (c == NULL || c->state == CONN_FAILED || c->sys_errno != 0)
		return;
	c->given += n;
	if (c->state == CONN_OPEN && buf_size(&c->out) == 0) {
		ssize_t sent = send_some(c->fd, p, n);
		if (sent < 0) {
			conn_output_broke(c, errno);
			return;
		}
		p += sent;
		n -= (size_t)sent;
	}
	if (n > 0 && buf_append(&c->out, p, n) != 0)
		conn_fail(t, c, ENOBUFS);
}

static bool
is_drained(const struct conn *c)
{
	return c->given > TCP_FULL && c->state == CONN_OPEN &&
	       buf_size(&c->out) < TCP_FULL;
}

uint32_t
tcp_drained(struct tcp *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!is_drained(&t->conns[i]))
			continue;
		t->conns[i].given = 0;
		return t->conns[i].number;
	}
	return 0;
}

size_t
tcp_queued(const struct tcp *t, uint32_t conn)
{
	const struct conn *c = conn_find(t, conn);

	return c == NULL ? 0 : buf_size(&c->out);
}

void
tcp_set_reading(struct tcp *t, uint32_t conn, bool reading)
{
	struct conn *c = conn_find(t, conn);

	if (c != NULL)
		c->reading = reading;
}

void
tcp_adopt(struct tcp *t, int fd, uint32_t conn)
{
	conn_tune(fd);
	conn_add(t, conn, fd, CONN_OPEN);
}

void
tcp_keep(struct tcp *t, uint32_t conn)
{
	struct conn *c = conn_find(t, conn);

	if (c != NULL)
		c->keeps = true;
}

void
tcp_refuse(struct tcp *t, int fd)
{
	/* A reset instead of a farewell: whoever connects a thousand times
	 * must not leave a thousand sockets in TIME_WAIT here. */
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	(void)t;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
}

void
tcp_dial(struct tcp *t, uint32_t conn, const struct addr *to)
{
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(to, &ss);

	assert(size > 0);
	int fd = socket_new((enum addr_family)to->family, SOCK_STREAM);
	struct conn *c = conn_add(t, conn, fd, CONN_DIALING);
	if (fd < 0) {
		conn_fail(t, c, errno);
		return;
	}
	int refused = confine_dial(&t->choice, fd, to);
	if (refused != 0) {
		conn_fail(t, c, refused);
		return;
	}
	conn_tune(fd);
	if (connect(fd, (struct sockaddr *)&ss, size) != 0 &&
	    errno != EINPROGRESS && errno != EINTR)
		conn_fail(t, c, errno);
}

static void
event_closed(
    struct tcp *t, struct conn *c, int sys_errno, struct tcp_event *ret_event)
{
	*ret_event = (struct tcp_event){
		.kind = TCP_CLOSED,
		.conn = c->number,
		.fd = -1,
		.sys_errno = c->sys_errno != 0 ? c->sys_errno : sys_errno,
	};
	conn_remove(t, c);
}

bool
tcp_failed(struct tcp *t, struct tcp_event *ret_event)
{
	if (t->failed_count == 0)
		return false;
	for (size_t i = 0; i < t->count; i++) {
		struct conn *c = &t->conns[i];
		if (c->state != CONN_FAILED)
			continue;
		event_closed(t, c, 0, ret_event);
		return true;
	}
	return false;
}

static size_t
lingering_count(const struct tcp *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		n += t->conns[i].state == CONN_LINGERING;
	return n;
}

/*
 * True when nothing is left to do for it. close() with unread input makes the
 * kernel send a reset and throw away what it has not yet delivered for us, so
 * after our end is sent the input is read away until the other end closes too.
 */
static bool
linger_step(struct tcp *t, struct conn *c)
{
	if (buf_size(&c->out) > 0) {
		conn_flush(c);
		if (buf_size(&c->out) > 0)
			return false;
		if (c->sys_errno == 0)
			shutdown(c->fd, SHUT_WR);
	}
	for (int i = 0; i < READS_PER_TURN; i++) {
		ssize_t got = recv(c->fd, t->bytes, sizeof(t->bytes), 0);
		if (got < 0)
			return errno != EAGAIN && errno != EINTR;
		if (got == 0)
			return true;
	}
	return false;
}

void
tcp_close(struct tcp *t, uint32_t conn, int64_t mono_ms)
{
	struct conn *c = conn_find(t, conn);

	if (c == NULL)
		return;
	if (c->state != CONN_OPEN || c->sys_errno != 0 ||
	    lingering_count(t) >= LINGERING_MAX) {
		conn_remove(t, c);
		return;
	}
	c->state = CONN_LINGERING;
	c->deadline_ms = mono_ms + TCP_LINGER_MS;
	if (buf_size(&c->out) == 0)
		shutdown(c->fd, SHUT_WR);
	if (linger_step(t, c))
		conn_remove(t, c);
}

/* Nobody pings on it any more. */
static void
keep_alive(int fd)
{
	socket_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	socket_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
#endif
#ifdef TCP_KEEPINTVL
	socket_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_EVERY_S);
#endif
#ifdef TCP_KEEPCNT
	socket_set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
#endif
}

int
tcp_release(
    struct tcp *t, uint32_t conn, uint8_t **ret_queued, size_t *ret_size)
{
	struct conn *c = conn_find(t, conn);

	*ret_queued = NULL;
	*ret_size = 0;
	if (c == NULL)
		return -1;
	int fd = c->fd;
	if (c->state != CONN_OPEN || c->sys_errno != 0) {
		conn_remove(t, c);
		return -1;
	}
	if (buf_size(&c->out) > 0) {
		*ret_size = buf_size(&c->out);
		*ret_queued = xmemdup(buf_data(&c->out), *ret_size);
	}
	c->fd = -1;
	conn_remove(t, c);
	keep_alive(fd);
	return fd;
}

bool
tcp_is_busy(const struct tcp *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->conns[i].state == CONN_LINGERING &&
		    buf_size(&t->conns[i].out) > 0)
			return true;
	return false;
}

int64_t
tcp_deadline(const struct tcp *t)
{
	int64_t at = NEVER_MS;

	if (t->listener.pause_ms != 0)
		at = t->listener.pause_ms;
	for (size_t i = 0; i < t->count; i++) {
		if (t->conns[i].state == CONN_LINGERING)
			at = earlier_ms(at, t->conns[i].deadline_ms);
		else if (is_drained(&t->conns[i]))
			at = 0;
	}
	return at;
}

static void
conn_watch(const struct conn *c, struct loop *l, uint64_t tag)
{
	bool queued = buf_size(&c->out) > 0;
	bool read = false, write = false;

	switch (c->state) {
	case CONN_DIALING:
		write = true;
		break;
	case CONN_OPEN:
		read = c->reading;
		write = queued;
		break;
	case CONN_LINGERING:
		read = !queued;
		write = queued;
		break;
	case CONN_FAILED:
		break;
	}
	if (read || write)
		loop_watch(l, c->fd, read, write, tag);
}

void
tcp_watch(struct tcp *t, struct loop *l, int64_t mono_ms, uint64_t tag)
{
	t->turn_fd = -1;
	listener_watch(&t->listener, l, mono_ms, tag);
	for (size_t i = t->count; i-- > 0;) {
		struct conn *c = &t->conns[i];
		if (c->state == CONN_LINGERING && c->deadline_ms <= mono_ms)
			conn_remove(t, c);
		else
			conn_watch(c, l, tag);
	}
}

static bool
next_accept(struct tcp *t, int fd, struct tcp_event *ret_event)
{
	while (t->turn_left-- > 0) {
		struct addr from;
		int got = listener_accept(&t->listener, fd, &from);
		if (got == -1)
			return false;
		if (got < 0)
			continue;
		if (!confine_accepts(&t->choice, got)) {
			tcp_refuse(t, got);
			continue;
		}
		*ret_event = (struct tcp_event){
			.kind = TCP_ACCEPTED,
			.fd = got,
			.addr = from,
		};
		return true;
	}
	return false;
}

static bool
next_dialing(struct tcp *t, struct conn *c, struct tcp_event *ret_event)
{
	struct sockaddr_storage ss;
	socklen_t size = sizeof(ss);
	int error = 0;
	socklen_t error_size = sizeof(error);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &error_size) != 0)
		error = errno;
	if (error != 0) {
		event_closed(t, c, error, ret_event);
		return true;
	}
	if (getpeername(c->fd, (struct sockaddr *)&ss, &size) != 0)
		return false;
	c->state = CONN_OPEN;
	conn_flush(c);
	*ret_event = (struct tcp_event){
		.kind = TCP_OPENED,
		.conn = c->number,
		.fd = -1,
	};
	return true;
}

static bool
next_read(struct tcp *t, struct conn *c, struct tcp_event *ret_event)
{
	if (!c->reading || t->turn_left-- <= 0)
		return false;
	ssize_t got = recv(c->fd, t->bytes, sizeof(t->bytes), 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got == 0 && c->keeps && c->sys_errno == 0) {
		c->reading = c->keeps = false;
		*ret_event = (struct tcp_event){
			.kind = TCP_ENDED,
			.conn = c->number,
			.fd = -1,
		};
		return true;
	}
	if (got <= 0) {
		event_closed(t, c, got < 0 ? errno : 0, ret_event);
		return true;
	}
	/* A short read emptied the socket: spare the call that would say so. */
	if ((size_t)got < sizeof(t->bytes))
		t->turn_left = 0;
	*ret_event = (struct tcp_event){
		.kind = TCP_BYTES,
		.conn = c->number,
		.fd = -1,
		.bytes = t->bytes,
		.size = (size_t)got,
	};
	return true;
}

static bool
next_conn(
    struct tcp *t, const struct loop_event *ev, struct tcp_event *ret_event)
{
	struct conn *c = conn_find_fd(t, ev->fd);

	if (c == NULL)
		return false;
	switch (c->state) {
	case CONN_DIALING:
		return next_dialing(t, c, ret_event);
	case CONN_OPEN:
		if (ev->writable || ev->hangup)
			conn_flush(c);
		if (ev->readable || ev->hangup)
			return next_read(t, c, ret_event);
		return false;
	case CONN_LINGERING:
		if (linger_step(t, c))
			conn_remove(t, c);
		return false;
	case CONN_FAILED:
		break;
	}
	return false;
}

bool
tcp_next(
    struct tcp *t, const struct loop_event *ev, struct tcp_event *ret_event)
{
	bool listening = listener_has(&t->listener, ev->fd);

	if (t->turn_fd != ev->fd) {
		t->turn_fd = ev->fd;
		t->turn_left = listening ? ACCEPTS_PER_TURN : READS_PER_TURN;
	}
	if (listening ? next_accept(t, ev->fd, ret_event)
		      : next_conn(t, ev, ret_event))
		return true;
	t->turn_fd = -1;
	return false;
}
