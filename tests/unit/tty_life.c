/* SPDX-License-Identifier: MIT */
/*
 * How the terminal is entered and left, and what it may do to us meanwhile.
 */
#include "tty/tty.h"

#include "base/err.h"
#include "pty_child.h"
#include "tty/term.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static void
read_raw(const struct child *c)
{
	static const char typed[] = "\x03\x1a\x13\x11\r\n\033[A\x7f";
	struct grid g;
	struct tty *t = child_open(c, &g);
	struct pollfd in = { .fd = tty_fd(t), .events = POLLIN };
	uint8_t got[64];
	size_t size = 0;
	int n;

	CHECK(tty_read(t, got, sizeof(got)) == 0);
	dprintf(c->talk, "ready");
	while (size < sizeof(typed) - 1) {
		CHECK(poll(&in, 1, WAIT_MS) == 1);
		n = tty_read(t, got + size, sizeof(got) - size);
		CHECK(n > 0);
		size += (size_t)n;
	}
	CHECK(memcmp(got, typed, sizeof(typed) - 1) == 0);
	tty_close(t);
	grid_clear(&g);
}

static void
keys_arrive_as_they_are(void **state)
{
	struct parent p = start(plain_child, read_raw);
	char said[64];

	(void)state;
	assert_true(hear(&p, true, said, sizeof(said)));
	assert_string_equal(said, "ready");
	assert_int_equal(
	    write(p.master, "\x03\x1a\x13\x11\r\n\033[A\x7f", 10), 10);
	finish(&p);
	assert_int_equal(p.status, 0);
	/* Nothing is echoed. */
	assert_not_wrote(&p, "^C");
	free(p.out);
}

static void
read_until_gone(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);
	struct pollfd in = { .fd = tty_fd(t), .events = POLLIN };
	uint8_t got[8];

	signal(SIGHUP, SIG_IGN);
	dprintf(c->talk, "ready");
	CHECK(poll(&in, 1, WAIT_MS) == 1);
	CHECK(tty_read(t, got, sizeof(got)) == ERR_CLOSED);
	tty_close(t);
	grid_clear(&g);
}

static void
a_terminal_that_is_gone_is_noticed(void **state)
{
	struct parent p = start(plain_child, read_until_gone);
	char said[64];

	(void)state;
	assert_true(hear(&p, true, said, sizeof(said)));
	close(p.slave);
	close(p.master);
	assert_false(hear(&p, false, said, sizeof(said)));
	assert_int_equal(waitpid(p.pid, &p.status, 0), p.pid);
	assert_int_equal(p.status, 0);
	close(p.talk);
	free(p.out);
}

static void
flood(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);
	char text[2] = "a";
	int shown = 0;

	/* Blocking would end in the alarm. */
	for (;; shown++) {
		text[0] = text[0] == 'a' ? 'b' : 'a';
		for (int row = 0; row < c->rows; row++)
			for (int col = 0; col < c->cols; col++)
				put(&g, row, col, STYLE_NORMAL, text);
		if (!tty_show(t, &g))
			break;
	}
	CHECK(shown > 0);
	CHECK(!tty_show(t, &g));
	tty_close(t);
	dprintf(c->talk, "out");
	grid_clear(&g);
}

static void
a_terminal_that_does_not_read_blocks_nobody(void **state)
{
	struct parent p = start(plain_child, flood);
	char said[256];

	(void)state;
	assert_true(hear(&p, false, said, sizeof(said)));
	assert_string_equal(said, "out");
	finish(&p);
	assert_int_equal(p.status, 0);
	free(p.out);
}

static void
show_last_words(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);

	put(&g, 0, 0, STYLE_BAR_ALERT, "last words");
	while (!tty_show(t, &g))
		CHECK(poll(&(struct pollfd){ .fd = 1, .events = POLLOUT }, 1,
			  WAIT_MS) == 1);
	tty_close(t);
	grid_clear(&g);
}

/* There the terminal cannot be opened a second time. */
static void
a_terminal_that_does_not_control_us_will_do(void **state)
{
	struct child c = plain_child;

	(void)state;
	c.no_control = true;
	struct parent p = run(c, show_last_words);
	assert_wrote(&p, "last words");
	assert_wrote(&p, "\033[?1049l");
	free(p.out);
}

static void
resize(const struct child *c)
{
	static const int sizes[][2] = { { 12, 40 }, { 1, 1 }, { 60, 200 },
		{ 24, 80 } };
	struct grid g;
	struct tty *t = child_open(c, &g);
	int rows, cols;

	for (size_t i = 0; i < 4; i++) {
		struct winsize size = {
			.ws_row = (unsigned short)sizes[i][0],
			.ws_col = (unsigned short)sizes[i][1],
		};
		CHECK(ioctl(0, TIOCSWINSZ, &size) == 0);
		/* A frame of the old size may still come in between. */
		put(&g, 0, 0, STYLE_NORMAL, "old");
		CHECK(tty_show(t, &g));
		tty_resized(t);
		CHECK(tty_show(t, &g));
		tty_size(t, &rows, &cols);
		CHECK(rows == sizes[i][0] && cols == sizes[i][1]);
		grid_resize(&g, rows, cols);
		put(&g, rows - 1, cols - 1, STYLE_NORMAL, "Q");
		CHECK(tty_show(t, &g));
	}
	tty_close(t);
	grid_clear(&g);
}

static void
sizes_follow_the_terminal(void **state)
{
	struct child c = plain_child;

	(void)state;
	struct parent p = run(c, resize);
	free(p.out);
	/* Which the environment does not overrule. */
	setenv("LINES", "7", 1);
	setenv("COLUMNS", "9", 1);
	p = run(c, resize);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	free(p.out);
}

static void
on_abort(int number)
{
	tty_emergency();
	signal(number, SIG_DFL);
	raise(number);
}

static void
die(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);

	put(&g, 0, 0, STYLE_BAR_ALERT, "last words");
	CHECK(tty_show(t, &g));
	signal(SIGABRT, on_abort);
	abort();
}

static void
abort_leaves_a_usable_terminal(void **state)
{
	struct parent p = start(plain_child, die);

	(void)state;
	finish(&p);
	assert_true(WIFSIGNALED(p.status));
	assert_int_equal(WTERMSIG(p.status), SIGABRT);
	assert_wrote(&p, "\033[?2004l");
	assert_wrote(&p, "\033[?1004l");
	assert_wrote(&p, "\033[23;2t");
	assert_wrote(&p, "\033[0m");
	assert_true(find_last(&p, "\033[?25h") > find_last(&p, "last words"));
	assert_true(find_last(&p, "\033[?1049l") > find_last(&p, "last words"));
	free(p.out);
}

static void
emergency_without_a_screen(const struct child *c)
{
	struct grid g;

	tty_emergency();
	tty_close(child_open(c, &g));
	tty_emergency();
	grid_clear(&g);
}

static void
emergency_outside_does_nothing(void **state)
{
	struct parent p = run(plain_child, emergency_without_a_screen);
	const uint8_t *last = find_last(&p, "\033[?1049l");

	(void)state;
	assert_memory_equal(p.out + p.size - 7, "\033[23;2t", 7);
	assert_true(last < p.out + p.size - 7);
	free(p.out);
}

static void
stop_and_go_on(const struct child *c)
{
	struct grid g;
	struct tty *t = child_open(c, &g);
	sigset_t set;

	/* As the loop has it. */
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	put(&g, 0, 0, STYLE_NORMAL, "before");
	CHECK(tty_show(t, &g));
	tty_suspend(t);
	put(&g, 0, 0, STYLE_NORMAL, "after!");
	CHECK(tty_show(t, &g));
	sigprocmask(SIG_BLOCK, NULL, &set);
	CHECK(sigismember(&set, SIGTSTP) == 1);
	tty_close(t);
	grid_clear(&g);
}

/* A shell with job control: a group of its own for the child, or the kernel
 * would not stop it. */
static void
be_a_shell(const struct child *c)
{
	struct termios before, now;
	int status;

	signal(SIGTTOU, SIG_IGN);
	CHECK(tcgetattr(0, &before) == 0);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		stop_and_go_on(c);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
	CHECK(tcgetattr(0, &now) == 0);
	CHECK(now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag);
	CHECK(write(1, "$shell$", 7) == 7);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(status == 0);
	tcsetpgrp(0, getpid());
}

static void
suspend_gives_the_terminal_back(void **state)
{
	struct parent p = run(plain_child, be_a_shell);
	const uint8_t *before = find_last(&p, "before");
	const uint8_t *shell = find_last(&p, "$shell$");
	const uint8_t *after = find_last(&p, "after!");

	(void)state;
	assert_non_null(before);
	assert_true(before < shell && shell < after);
	/* The palette is the user's, whoever set it. */
	assert_not_wrote(&p, "\033]104");
	/* Main screen for the shell, ours again afterwards. */
	assert_true(find_last(&p, "\033[?1049h") > shell);
	assert_true(find_last(&p, "\033[?2004h") > shell);
	free(p.out);
}

static void
must_fail(const struct child *c)
{
	struct tty_cfg cfg = { .no_color = false };
	struct tty *t = NULL;
	char *error = NULL;

	CHECK(tty_open(&cfg, &t, &error) < 0);
	CHECK(t == NULL && error != NULL);
	CHECK(strstr(error, "earshot --plain") != NULL);
	CHECK(strstr(error, c->title) != NULL);
	free(error);
	tty_emergency();
}

static void
must_fail_into_a_pipe(const struct child *c)
{
	dup2(c->talk, 1);
	must_fail(c);
}

static void
bad_terminals_are_a_sentence(void **state)
{
	static const struct {
		const char *term, *why;
	} bad[] = { { "nosuch", "TERM=nosuch" }, { "dumb", "cannot place" },
		{ "", "not set" }, { "stem", "does not know" } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct child c = plain_child;
		c.term = bad[i].term;
		c.title = bad[i].why;
		struct parent p = run(c, must_fail);
		/* And nothing was done to it. */
		assert_int_equal(p.size, 0);
		free(p.out);
	}
	struct child c = plain_child;
	c.title = "not a terminal";
	struct parent p = run(c, must_fail_into_a_pipe);
	free(p.out);
}

static void
strange_names_find_their_kin(void **state)
{
	static const struct {
		const char *term, *name;
	} kin[] = {
		{ "xterm-256color", "xterm-256color" },
		{ "xterm-nosuch", "xterm-256color" },
		{ "alacritty-nosuch", "xterm-256color" },
		{ "screen.nosuch-at-all", "screen-256color" },
		{ "vt100-nosuch-am", "vt220" },
		{ "ansi-nosuch", "ansi" },
	};
	char name[TERM_NAME_MAX];
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(kin) / sizeof(kin[0]); i++) {
		assert_int_equal(
		    term_choose(NULL, kin[i].term, name, &error), 0);
		assert_string_equal(name, kin[i].name);
	}
	assert_true(term_has_title("xterm-kitty"));
	assert_true(term_has_title("st-256color"));
	assert_false(term_has_title("stem"));
	assert_false(term_has_title("linux"));
	assert_false(term_has_title(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_arrive_as_they_are),
		cmocka_unit_test(a_terminal_that_is_gone_is_noticed),
		cmocka_unit_test(a_terminal_that_does_not_read_blocks_nobody),
		cmocka_unit_test(a_terminal_that_does_not_control_us_will_do),
		cmocka_unit_test(sizes_follow_the_terminal),
		cmocka_unit_test(abort_leaves_a_usable_terminal),
		cmocka_unit_test(emergency_outside_does_nothing),
		cmocka_unit_test(suspend_gives_the_terminal_back),
		cmocka_unit_test(bad_terminals_are_a_sentence),
		cmocka_unit_test(strange_names_find_their_kin),
	};

	unsetenv("LINES");
	unsetenv("COLUMNS");
	return cmocka_run_group_tests_name("tty_life", tests, NULL, NULL);
}
