/* SPDX-License-Identifier: MIT */
/*
 * A terminal that stops reading (Ctrl-S, a suspended ssh, a hung window) must
 * not stop the network. poll() is not enough: on a pseudo-terminal it says
 * that there is room for one byte, and a frame has thousands. O_NONBLOCK on
 * standard output is forbidden: the shell and others share that open file. So
 * the terminal is opened once more, for an open file of our own; and curses,
 * which spins when a write is refused, writes into memory.
 */
#include "tty/out.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

enum {
	PENDING_MAX = 64 * 1024 * 1024, /* a frame of the largest grid */
	/* Where writing may block, no more at once than most lines buffer. */
	CAREFUL_SIZE = 64,
	FINISH_WAIT_MS = 50,
	FINISH_WAITS = 10,
};

static int
open_terminal(void)
{
	/* Its name may be forbidden to us after su, /dev/tty is not; but it
	 * is another terminal when standard output is not ours. */
	if (tcgetsid(STDOUT_FILENO) != getsid(0))
		return -1;
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static FILE *
open_memory(void)
{
#ifdef __linux__
	int fd = memfd_create("screen", MFD_CLOEXEC);
	if (fd >= 0)
		return fdopen(fd, "w");
#endif
	return tmpfile();
}

int
out_open(struct out *o)
{
	o->file = open_memory();
	if (o->file == NULL)
		return ERR_SYS;
	buf_init(&o->pending, PENDING_MAX);
	o->fd = open_terminal();
	o->may_block = o->fd < 0;
	if (o->may_block)
		o->fd = STDOUT_FILENO;
	return 0;
}

bool
out_is_input(const struct out *o)
{
	return !o->may_block && tcgetsid(STDIN_FILENO) == getsid(0);
}

void
out_close(struct out *o)
{
	if (!o->may_block)
		close(o->fd);
	fclose(o->file);
	buf_clear(&o->pending);
}

size_t
out_written(const struct out *o)
{
	off_t size = lseek(fileno(o->file), 0, SEEK_CUR);

	return size <= 0 ? 0 : (size_t)size;
}

/* Returns the bytes that are left. */
static size_t
drop_unwanted(const struct out *o, uint8_t *p, size_t n)
{
	size_t size = o->unwanted == NULL ? 0 : strlen(o->unwanted);
	uint8_t *at = p;

	if (size == 0)
		return n;
	for (;;) {
		at = memmem(at, n - (size_t)(at - p), o->unwanted, size);
		if (at == NULL)
			return n;
		n -= size;
		memmove(at, at + size, n - (size_t)(at - p));
	}
}

void
out_collect(struct out *o)
{
	int fd = fileno(o->file);
	size_t size = out_written(o);

	if (size == 0)
		return;
	uint8_t *to = buf_reserve(&o->pending, size);
	ssize_t got = to == NULL ? 0 : pread(fd, to, size, 0);
	if (got > 0)
		buf_commit(&o->pending, drop_unwanted(o, to, (size_t)got));
	lseek(fd, 0, SEEK_SET);
}

bool
out_drop(struct out *o, char byte)
{
	int fd = fileno(o->file);
	char got = '\0';
	bool same =
	    out_written(o) == 1 && pread(fd, &got, 1, 0) == 1 && got == byte;

	lseek(fd, 0, SEEK_SET);
	return same;
}

void
out_add(struct out *o, const char *text)
{
	/* Only a frame can be as large as the bound. */
	(void)buf_append(&o->pending, text, strlen(text));
}

static bool
can_write(const struct out *o, int wait_ms)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	return poll(&p, 1, wait_ms) == 1;
}

bool
out_flush(struct out *o)
{
	while (buf_size(&o->pending) > 0) {
		size_t n = buf_size(&o->pending);
		if (o->may_block) {
			if (!can_write(o, 0))
				return false;
			n = n < CAREFUL_SIZE ? n : CAREFUL_SIZE;
		}
		ssize_t done = write(o->fd, buf_data(&o->pending), n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			return false;
		/* A terminal that is gone takes everything. */
		buf_consume(&o->pending, done < 0 ? n : (size_t)done);
	}
	return true;
}

bool
out_finish(struct out *o)
{
	for (int i = 0; i < FINISH_WAITS; i++) {
		if (out_flush(o))
			return true;
		if (!can_write(o, FINISH_WAIT_MS))
			return false;
	}
	return out_flush(o);
}
