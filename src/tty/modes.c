/* SPDX-License-Identifier: MIT */
/*
 * There is one controlling terminal, and a handler of a fatal signal has no
 * argument: hence the file scope.
 *
 * Mode 1007 turns the wheel into arrow keys on the alternate screen, which
 * would walk through the history of the draft. Terminals that can save it get
 * it back as it was; the others do not say how it was, and most have it on.
 */
#include "tty/modes.h"

#include "base/err.h"

#include <errno.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

/* Bracketed paste, focus, explicit direction of text (ECMA-48 BDSM). */
#define MODES_ON "\033[?1007s\033[?1007l\033[?2004h\033[?1004h\033[8l"
#define MODES_OFF "\033[8h\033[?1004l\033[?2004l\033[?1007h\033[?1007r"
/* Buttons and the wheel, told in decimal: the older form ends at column 223. */
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
/* What a program that died in the middle of its work may have left behind. */
#define MENDED "\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?25h"
#define TITLE_PUSH "\033[22;2t"
#define TITLE_POP "\033[23;2t"
/* What curses would do: attributes, the cursor, the main screen. Before it CAN,
 * as it may have been cut off in the middle of a sequence, and the end of an
 * update that is shown at once. */
#define CUT "\030\033[?2026l"
#define SCREEN_OFF "\033[0m\033[?25h\033[?1049l"

static const char emergency[] = CUT MOUSE_OFF MODES_OFF SCREEN_OFF;
static const char emergency_title[] =
    CUT MOUSE_OFF MODES_OFF TITLE_POP SCREEN_OFF;

static struct {
	volatile sig_atomic_t entered, titled;
	int fd;
	bool has_title, mouse;
	struct termios line;
} terminal;

int
modes_save(const struct out *o, bool has_title)
{
	if (tcgetattr(STDIN_FILENO, &terminal.line) != 0)
		return ERR_SYS;
	terminal.fd = o->fd;
	terminal.has_title = has_title;
	return 0;
}

static void
make_raw(void)
{
	struct termios raw = terminal.line;

	raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR |
				   IGNCR | ICRNL | IXON | IXOFF);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
	raw.c_cflag |= CS8;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void
modes_enter(struct out *o)
{
	make_raw();
	/* The title is pushed once: a second push would need a second pop. */
	if (terminal.has_title && !terminal.titled) {
		out_add(o, TITLE_PUSH);
		terminal.titled = 1;
	}
	out_add(o, MODES_ON);
	if (terminal.mouse)
		out_add(o, MOUSE_ON);
	terminal.entered = 1;
}

void
modes_mend(struct out *o)
{
	out_add(o, MENDED);
}

void
modes_mouse(struct out *o, bool on)
{
	if (terminal.entered && on != terminal.mouse)
		out_add(o, on ? MOUSE_ON : MOUSE_OFF);
	terminal.mouse = on;
}

void
modes_leave(struct out *o)
{
	if (terminal.mouse)
		out_add(o, MOUSE_OFF);
	out_add(o, MODES_OFF);
	if (terminal.titled)
		out_add(o, TITLE_POP);
	terminal.titled = 0;
}

void
modes_restore_line(void)
{
	terminal.entered = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.line);
}

void
modes_emergency(void)
{
	const char *text = emergency;
	size_t size = sizeof(emergency) - 1;
	int saved = errno;

	if (!terminal.entered)
		return;
	/* Once only: a second signal may come on the way out. */
	terminal.entered = 0;
	if (terminal.titled) {
		text = emergency_title;
		size = sizeof(emergency_title) - 1;
	}
	/* There is nothing to be done about a failure. */
	if (write(terminal.fd, text, size) < 0)
		errno = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.line);
	errno = saved;
}

void
modes_stop(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;
	sigset_t set, mask;

	sigemptyset(&dfl.sa_mask);
	sigaction(SIGTSTP, &dfl, &old);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	/* The whole group: a script that started us must stop as well, or
	 * the shell above it never gets the terminal. */
	kill(0, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &mask);
	/* Stopped, and going on, inside the call above. */
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &old, NULL);
}
