/* SPDX-License-Identifier: MIT */
/*
 * A child process on a pseudo-terminal: it runs the terminal layer, the test is
 * the terminal and judges the bytes that came and the state of the line after.
 */
#ifndef SUPPORT_PTY_CHILD_H
#define SUPPORT_PTY_CHILD_H

#include "tty/tty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum { WAIT_MS = 60000, CHILD_FAILED = 3 };

struct child {
	const char *term, *locale;
	bool no_color;
	bool no_control; /* the terminal is not its controlling one */
	int rows, cols;
	int steps; /* how often the body shows its frame */
	int talk;  /* to the other side */
	const char *title;
};

struct parent {
	pid_t pid;
	int master, slave;
	int talk; /* bytes for and from the child; its end is the child's */
	struct termios before;
	uint8_t *out;
	size_t size;
	int status;
};

/* In the child there is no cmocka: it says where it failed and ends. */
#define CHECK(what) \
	do { \
		if (!(what)) { \
			dprintf(c->talk, "line %d: %s\n", __LINE__, #what); \
			tty_emergency(); \
			_exit(CHILD_FAILED); \
		} \
	} while (0)

typedef void child_body(const struct child *c);

/* A terminal of 24 x 80 that is like xterm. */
extern const struct child plain_child;

struct parent start(struct child c, child_body *body);
/* What the child says of itself; false when it has ended. Its output is taken
 * meanwhile where drain says so. */
bool hear(struct parent *p, bool drain, char *text, size_t cap);
/* Runs the child to its end and collects what it wrote. */
void finish(struct parent *p);
/* All of it, for a child that must end well. */
struct parent run(struct child c, child_body *body);

const uint8_t *find_last(const struct parent *p, const char *what);
#define assert_wrote(p, what) assert_non_null(find_last(p, what))
#define assert_not_wrote(p, what) assert_null(find_last(p, what))

/* In the child. */
struct tty *child_open(const struct child *c, struct grid *g);
void put(struct grid *g, int row, int col, enum style style, const char *text);

#endif
