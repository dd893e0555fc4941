/* SPDX-License-Identifier: MIT */
#include "net/wake.h"

#include "base/err.h"

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

#ifdef EFD_NONBLOCK

int
wake_open(struct wake *w)
{
	w->read_fd = w->write_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return w->read_fd < 0 ? ERR_SYS : 0;
}

#else

int
wake_open(struct wake *w)
{
	int fds[2];

	w->read_fd = w->write_fd = -1;
	if (pipe(fds) != 0)
		return ERR_SYS;
	for (int i = 0; i < 2; i++) {
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
	w->read_fd = fds[0];
	w->write_fd = fds[1];
	return 0;
}

#endif

void
wake_close(struct wake *w)
{
	if (w->write_fd >= 0 && w->write_fd != w->read_fd)
		close(w->write_fd);
	if (w->read_fd >= 0)
		close(w->read_fd);
	w->read_fd = w->write_fd = -1;
}

void
wake_set(const struct wake *w)
{
	const uint64_t one = 1;

	/* One that takes no more is readable. */
	if (write(w->write_fd, &one, sizeof(one)) < 0)
		return;
}

void
wake_clear(const struct wake *w)
{
	uint64_t times;

	while (read(w->read_fd, &times, sizeof(times)) > 0)
		;
}
