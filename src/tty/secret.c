/* SPDX-License-Identifier: MIT */
/*
 * A shell that gets a terminal back without echo looks dead. So every signal
 * that could end or stop us is held back until pselect, from where it leads to
 * the restored terminal first, and is then raised again as if nothing had been
 * in between.
 */
#include "tty/secret.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP,
	SIGCONT, SIGALRM, SIGUSR1, SIGUSR2 };

enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]), CHUNK = 256 };

static volatile sig_atomic_t caught;

struct watch {
	struct sigaction before[NUMBERS];
	sigset_t mask;    /* as it was */
	sigset_t waiting; /* while waiting: ours get through */
};

static void
on_signal(int number)
{
	caught = number;
}

static void
watch_signals(struct watch *w)
{
	struct sigaction ours = { .sa_handler = on_signal };
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < NUMBERS; i++)
		sigaddset(&held, numbers[i]);
	sigprocmask(SIG_BLOCK, &held, &w->mask);
	w->waiting = w->mask;
	caught = 0;
	for (size_t i = 0; i < NUMBERS; i++) {
		sigaction(numbers[i], NULL, &w->before[i]);
		/* As with nohup. */
		if (w->before[i].sa_handler == SIG_IGN)
			continue;
		sigaction(numbers[i], &ours, NULL);
		sigdelset(&w->waiting, numbers[i]);
	}
}

/* What was caught happens here. */
static void
unwatch_signals(const struct watch *w)
{
	for (size_t i = 0; i < NUMBERS; i++)
		sigaction(numbers[i], &w->before[i], NULL);
	if (caught != 0 && caught != SIGCONT)
		raise(caught);
	sigprocmask(SIG_SETMASK, &w->mask, NULL);
}

static void
write_text(int fd, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		ssize_t written = write(fd, text, n);
		if (written < 0)
			return;
		text += written;
		n -= (size_t)written;
	}
}

/* One read, or ERR_STATE for a signal. */
static int
read_some(int fd, const struct watch *w, char *chunk, size_t *ret_size)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	if (caught != 0 ||
	    pselect(fd + 1, &set, NULL, NULL, NULL, &w->waiting) < 0)
		return caught != 0 ? ERR_STATE : ERR_SYS;
	ssize_t n = read(fd, chunk, CHUNK);
	/* EIO: hung up. */
	if (n <= 0)
		return n == 0 || errno == EIO ? ERR_CLOSED : ERR_SYS;
	*ret_size = (size_t)n;
	return 0;
}

/* A line that is too long is read to its end all the same, or its rest would
 * answer the next question. */
static int
read_line(
    int fd, const struct watch *w, char *out, size_t cap, size_t *ret_size)
{
	char chunk[CHUNK];
	size_t size = 0, n = 0;
	bool ended = false;
	int err;

	while (!ended && (err = read_some(fd, w, chunk, &n)) == 0) {
		ended = chunk[n - 1] == '\n';
		n -= ended;
		if (size + n < cap)
			memcpy(out + size, chunk, n);
		size = size + n < cap ? size + n : cap;
	}
	mem_wipe(chunk, sizeof(chunk));
	if (ended)
		err = size < cap ? 0 : ERR_LIMIT;
	if (err != 0) {
		mem_wipe(out, cap);
		return err;
	}
	out[size] = '\0';
	*ret_size = size;
	return 0;
}

static int
ask_once(int fd, const char *question, char *out, size_t cap, size_t *ret_size)
{
	struct termios before, hidden;
	struct watch w;

	if (tcgetattr(fd, &before) != 0)
		return ERR_SYS;
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	hidden.c_iflag |= ICRNL;
	watch_signals(&w);
	/* Whatever was typed before the question is no answer to it. */
	int err = tcsetattr(fd, TCSANOW, &hidden) == 0 ? 0 : ERR_SYS;
	if (err == 0) {
		tcflush(fd, TCIFLUSH);
		write_text(fd, question);
		err = read_line(fd, &w, out, cap, ret_size);
		tcsetattr(fd, TCSANOW, &before);
		/* The one that was typed was not shown. */
		write_text(fd, "\n");
	}
	unwatch_signals(&w);
	return err;
}

int
secret_ask(const char *question, char *out, size_t cap, size_t *ret_size)
{
	int err, fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return ERR_NOT_FOUND;
	if (fd >= FD_SETSIZE) {
		close(fd);
		return ERR_SYS;
	}
	/* Back from where a signal led. */
	do
		err = ask_once(fd, question, out, cap, ret_size);
	while (err == ERR_STATE);
	close(fd);
	return err;
}
