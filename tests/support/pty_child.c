/* SPDX-License-Identifier: MIT */
#include "pty_child.h"

#include "base/mem.h"

#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

const struct child plain_child = {
	.term = "xterm-256color",
	.locale = "C.UTF-8",
	.rows = 24,
	.cols = 80,
	.steps = 1,
	.title = "earshot",
};

static void
child_start(struct child c, child_body *body, int slave)
{
	setsid();
	if (!c.no_control)
		ioctl(slave, TIOCSCTTY, 0);
	for (int i = 0; i < 3; i++)
		dup2(slave, i);
	close(slave);
	setenv("TERM", c.term, 1);
	setenv("LC_ALL", c.locale, 1);
	setlocale(LC_ALL, "");
	alarm(WAIT_MS / 1000);
	body(&c);
	_exit(0);
}

struct parent
start(struct child c, child_body *body)
{
	struct parent p = { .master = posix_openpt(O_RDWR | O_NOCTTY) };
	struct winsize size = { .ws_row = (unsigned short)c.rows,
		.ws_col = (unsigned short)c.cols };
	int pair[2];

	assert_true(p.master >= 0);
	assert_int_equal(grantpt(p.master), 0);
	assert_int_equal(unlockpt(p.master), 0);
	p.slave = open(ptsname(p.master), O_RDWR | O_NOCTTY);
	assert_true(p.slave >= 0);
	assert_int_equal(ioctl(p.master, TIOCSWINSZ, &size), 0);
	assert_int_equal(tcgetattr(p.slave, &p.before), 0);
	assert_int_equal(pipe2(pair, 0), 0);
	fflush(stdout);
	p.pid = fork();
	assert_true(p.pid >= 0);
	if (p.pid == 0) {
		close(pair[0]);
		close(p.master);
		c.talk = pair[1];
		child_start(c, body, p.slave);
	}
	close(pair[1]);
	p.talk = pair[0];
	return p;
}

static void
take_output(struct parent *p)
{
	uint8_t bytes[4096];
	ssize_t n = read(p->master, bytes, sizeof(bytes));

	if (n <= 0)
		return;
	p->out = xrealloc(p->out, p->size + (size_t)n + 1, 1);
	memcpy(p->out + p->size, bytes, (size_t)n);
	p->size += (size_t)n;
	p->out[p->size] = '\0';
}

bool
hear(struct parent *p, bool drain, char *text, size_t cap)
{
	struct pollfd fds[2] = {
		{ .fd = p->talk, .events = POLLIN },
		{ .fd = drain ? p->master : -1, .events = POLLIN },
	};

	for (;;) {
		assert_true(poll(fds, 2, WAIT_MS) > 0);
		if ((fds[1].revents & POLLIN) != 0) {
			take_output(p);
			continue;
		}
		if (fds[0].revents == 0)
			continue;
		ssize_t n = read(p->talk, text, cap - 1);
		text[n > 0 ? n : 0] = '\0';
		return n > 0;
	}
}

void
finish(struct parent *p)
{
	struct termios after;
	char said[256];

	while (hear(p, true, said, sizeof(said)))
		print_message("child: %s", said);
	assert_int_equal(waitpid(p->pid, &p->status, 0), p->pid);
	assert_int_equal(tcgetattr(p->slave, &after), 0);
	assert_int_equal(after.c_lflag, p->before.c_lflag);
	assert_int_equal(after.c_iflag, p->before.c_iflag);
	assert_int_equal(after.c_oflag, p->before.c_oflag);
	close(p->slave);
	/* Then reading ends with EIO. */
	for (size_t had = p->size + 1; had != p->size;) {
		had = p->size;
		take_output(p);
	}
	close(p->master);
	close(p->talk);
}

struct parent
run(struct child c, child_body *body)
{
	struct parent p = start(c, body);

	finish(&p);
	assert_true(WIFEXITED(p.status));
	assert_int_equal(WEXITSTATUS(p.status), 0);
	return p;
}

const uint8_t *
find_last(const struct parent *p, const char *what)
{
	size_t n = strlen(what);

	for (size_t at = p->size + 1; at-- > 0;)
		if (at + n <= p->size && memcmp(p->out + at, what, n) == 0)
			return p->out + at;
	return NULL;
}

struct tty *
child_open(const struct child *c, struct grid *g)
{
	struct tty_cfg cfg = { .no_color = c->no_color };
	struct tty *t = NULL;
	char *error = NULL;
	int rows, cols;

	CHECK(tty_open(&cfg, &t, &error) == 0);
	tty_size(t, &rows, &cols);
	CHECK(rows == c->rows && cols == c->cols);
	grid_init(g, rows, cols);
	snprintf(g->title, sizeof(g->title), "%s", c->title);
	return t;
}

void
put(struct grid *g, int row, int col, enum style style, const char *text)
{
	grid_put(g, row, col, g->cols, style, text, strlen(text));
}
