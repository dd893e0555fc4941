/* SPDX-License-Identifier: MIT */
#include "app/plain.h"

#include "app/ascii.h"
#include "app/language.h"
#include "app/lines.h"
#include "app/options.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OUTPUT_MAX = 64 * 1024 * 1024,
	/* A pipe that polls writable takes so much without blocking, and a
	 * terminal not more than this. */
	WRITE_MAX = 4096,
	WRITE_TERMINAL_MAX = 64,
	/* How long the end of the input waits for deliveries. */
	LINGER_MS = 10000,
};

struct plain {
	struct lines lines;
	int64_t leave_ms; /* when waiting for deliveries ends; 0: not yet */
	bool lonely;      /* was told that there is no network */
};

static struct plain *
plain_of(struct front *f)
{
	return (struct plain *)f;
}

/* Whatever is shown here is read. */
static void
mark_read(struct shell *sh)
{
	const struct model *m = shell_model(sh);

	for (size_t i = 0; i < m->conv_count; i++) {
		struct command cmd = { .kind = COMMAND_READ,
			.conv = m->convs[i]->id };
		if (m->convs[i]->unread > 0)
			shell_command(sh, &cmd);
	}
}

static bool
has_waiting(const struct model *m)
{
	for (size_t i = 0; i < m->conv_count; i++) {
		const struct conv *c = m->convs[i];
		for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
			enum delivery d = conv_message(c, s)->delivery;
			if (d == DELIVERY_QUEUED || d == DELIVERY_SENT)
				return true;
		}
	}
	return false;
}

static void
show_warning(struct plain *p, struct shell *sh)
{
	if (sh->warning == NULL)
		return;
	lines_print(&p->lines, p->lines.events->error(NULL, sh->warning));
	free(sh->warning);
	sh->warning = NULL;
}

/* Also when the cable was pulled later. */
static void
show_lonely(struct plain *p, const struct shell *sh)
{
	bool lonely = true;

	for (size_t i = 0; i < sh->iface_count; i++)
		lonely &= sh->ifaces[i].use != IFACE_USED ||
			  (sh->ifaces[i].loopback &&
			      sh->settings.interfaces.count == 0);
	if (lonely && !p->lonely)
		lines_print(&p->lines,
		    p->lines.events->error(NULL,
			say(language(),
			    "no network: only people on this machine are reached. "
			    "Once an interface is up and has an address it is "
			    "used; /net shows them")));
	p->lonely = lonely;
}

static void
plain_turn(struct front *f, struct shell *sh)
{
	struct plain *p = plain_of(f);
	const struct model *m = shell_model(sh);

	show_warning(p, sh);
	show_lonely(p, sh);
	mark_read(sh);
	lines_flush(&p->lines);
	if (p->lines.output_ended && !m->leaving)
		shell_quit(sh, false);
	if (!p->lines.input_ended || m->leaving)
		return;
	if (p->leave_ms == 0)
		p->leave_ms = sh->now.mono_ms + LINGER_MS;
	bool waiting = has_waiting(m);
	if (waiting && sh->now.mono_ms < p->leave_ms)
		return;
	p->lines.failed |= waiting;
	shell_quit(sh, false);
}

static int64_t
plain_deadline(struct front *f, struct shell *sh)
{
	const struct plain *p = plain_of(f);

	return p->lines.input_ended && !shell_model(sh)->leaving ? p->leave_ms
								 : NEVER_MS;
}

static void
plain_signal(struct front *f, struct shell *sh, int number)
{
	(void)f;
	(void)sh;
	if (number == SIGTSTP)
		raise(SIGSTOP);
}

int
plain_run(struct shell *sh, bool json)
{
	struct plain p = {
		.lines = {
			.front = {
				.turn = plain_turn,
				.deadline = plain_deadline,
				.signal = plain_signal,
			},
			.events = json ? &events_json : &events_text,
			.in = STDIN_FILENO,
			.out = STDOUT_FILENO,
			.ascii = ascii_is_needed(),
			.write_max = isatty(STDOUT_FILENO) ? WRITE_TERMINAL_MAX
							   : WRITE_MAX,
		},
	};

	lines_init(&p.lines, OUTPUT_MAX);
	lines_print(&p.lines, p.lines.events->ready(shell_model(sh)));
	shell_run(sh, &p.lines.front);
	shell_close(sh);
	/* By now the home and the network are free and the signals do what they
	 * always do, so a reader that does not read holds up nobody, and
	 * whoever waits for us can end the wait. */
	signal(SIGPIPE, SIG_IGN);
	lines_write_rest(&p.lines);
	lines_clear(&p.lines);
	return p.lines.failed ? EXIT_FAILED : EXIT_DONE;
}
