/* SPDX-License-Identifier: MIT */
#include "app/plain.h"

#include "app/ascii.h"
#include "app/events.h"
#include "app/language.h"
#include "app/options.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "ui/commands.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TAG_INPUT,
	TAG_OUTPUT,
	READ_MAX = 65536,
	/* The longest line: a text of 64 KiB with its command and name. */
	LINE_MAX_BYTES = 65536 + 1024,
	OUTPUT_MAX = 64 * 1024 * 1024,
	/* A pipe that polls writable takes so much without blocking, and a
	 * terminal not more than this. */
	WRITE_MAX = 4096,
	WRITE_TERMINAL_MAX = 64,
	/* How long the end of the input waits for deliveries. */
	LINGER_MS = 10000,
};

struct plain {
	struct front front;
	const struct events *events;
	struct buf input, output;
	size_t write_max;
	bool ascii;          /* a terminal that takes no UTF-8 */
	size_t lost;         /* lines that the output had no room for */
	uint32_t conv;       /* where text without a slash goes */
	const char *command; /* the line being executed; NULL between */
	bool skipping;       /* inside a line that is too long */
	bool input_ended, output_ended;
	int64_t leave_ms; /* when waiting for deliveries ends */
	bool failed;
	bool lonely; /* was told that there is no network */
};

static struct plain *
plain_of(struct front *f)
{
	return (struct plain *)f;
}

/* Takes the text. Where nobody reads, better to lose lines, and to say so, than
 * to hold up the network or to grow without bound. */
static void
print_line(struct plain *p, char *text)
{
	if (text == NULL)
		return;
	if (p->ascii)
		ascii_make(text);
	size_t n = strlen(text);
	text[n] = '\n';
	if (p->lost > 0 || buf_append(&p->output, text, n + 1) < 0) {
		p->lost++;
		p->failed = true;
	}
	free(text);
}

/* Only when there is much room again, or every line read would lose the next
 * and be followed by such a notice. */
static void
tell_lost(struct plain *p)
{
	char text[160];

	if (p->lost == 0 || buf_size(&p->output) > OUTPUT_MAX / 2)
		return;
	snprintf(text, sizeof(text),
	    say_n(language(),
		"%zu line is missing here: nobody read the output",
		"%zu lines are missing here: nobody read the output", p->lost),
	    p->lost);
	p->lost = 0;
	print_line(p, p->events->error(NULL, text));
}

static void
write_some(struct plain *p)
{
	size_t n = buf_size(&p->output);

	if (n == 0)
		return;
	ssize_t done = write(STDOUT_FILENO, buf_data(&p->output),
	    n < p->write_max ? n : p->write_max);
	if (done >= 0) {
		buf_consume(&p->output, (size_t)done);
		return;
	}
	if (errno == EINTR || errno == EAGAIN)
		return;
	/* Nobody will ever read what happens here. */
	buf_consume(&p->output, n);
	p->failed = true;
	p->output_ended = true;
}

static bool
is_writable(int timeout_ms)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, timeout_ms) > 0;
}

/* What is of a peer and of no message; false for all else. */
static bool
report_peer(struct plain *p, const struct model *m, const struct effect *effect)
{
	const struct peer *peer = model_peer(m, &effect->fp);

	if (effect->kind != EFFECT_PEER && effect->kind != EFFECT_TYPING)
		return false;
	if (peer == NULL)
		return true;
	if (effect->kind == EFFECT_PEER)
		print_line(p, p->events->peer(m, peer));
	else
		print_line(p, p->events->typing(m, peer, effect->on));
	return true;
}

/* Of nobody and of no conversation. */
static bool
report_setting(
    struct plain *p, const struct model *m, const struct effect *effect)
{
	if (effect->kind != EFFECT_SETTING)
		return false;
	if (effect->text != NULL)
		print_line(p, p->events->setting(m, settings_find(effect->text,
							strlen(effect->text))));
	return true;
}

static bool
report_transfer(
    struct plain *p, const struct model *m, const struct effect *effect)
{
	if (effect->kind != EFFECT_TRANSFER)
		return false;
	const struct transfer *t = model_transfer(m, effect->token);
	if (t != NULL)
		print_line(p, p->events->transfer(m, t, effect));
	return true;
}

static bool
report_host(struct plain *p, const struct model *m, const struct effect *effect)
{
	if (effect->kind != EFFECT_HOST)
		return false;
	print_line(p, p->events->host(m, effect));
	return true;
}

static void
plain_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	struct plain *p = plain_of(f);
	const struct model *m = shell_model(sh);

	if (report_peer(p, m, effect) || report_setting(p, m, effect) ||
	    report_transfer(p, m, effect) || report_host(p, m, effect))
		return;
	const struct conv *c = model_conv(m, effect->conv);
	const struct message *msg =
	    effect->serial == 0 ? NULL : conv_message(c, effect->serial);
	if (effect->kind == EFFECT_REVISED)
		print_line(p, p->events->revised(m, c, msg, effect));
	else if (effect->delivery != DELIVERY_NONE)
		print_line(p, p->events->delivery(m, c, msg, effect));
	else
		print_line(p, p->events->message(m, c, msg, p->command));
}

static void
plain_found(struct front *f, struct shell *sh, const struct effect *query,
    const struct findings *findings)
{
	struct plain *p = plain_of(f);

	(void)query;
	for (size_t i = 0; i < findings->count; i++)
		print_line(
		    p, p->events->found(shell_model(sh), &findings->items[i]));
}

/* Lines cannot be turned back to: what was said from there on is printed. */
static void
plain_show(struct front *f, struct shell *sh, uint32_t conv, int64_t row)
{
	struct plain *p = plain_of(f);
	const struct model *m = shell_model(sh);
	const struct conv *c = model_conv(m, conv);

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		const struct peer *peer = model_peer(m, &c->fp);
		struct found found = { .conv = c->fp,
			.message = *msg,
			.name = peer == NULL ? NULL : peer->name };
		bool is_said =
		    msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT;
		if (is_said && msg->row >= row)
			print_line(p, p->events->found(m, &found));
	}
}

static void
select_conv(struct plain *p, struct shell *sh, const struct entered *en,
    const struct fp *fp)
{
	const struct conv *c = model_conv_of(shell_model(sh), fp);

	if (en->front == FRONT_CLOSE)
		p->conv = CONV_NEARBY;
	if (en->front == FRONT_SELECT)
		p->conv = c != NULL ? c->id : CONV_NEARBY;
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

static void
execute(struct plain *p, struct shell *sh, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	if (line[strspn(line, " \t")] == '\0')
		return;
	p->command = line;
	int err = command_parse(
	    shell_model(sh), sh->now, p->conv, line, &en, &error, &at);
	if (err < 0) {
		print_line(p, p->events->error(line, error));
		free(error);
	} else {
		struct fp fp = en.cmd.peer;
		bool has_command = en.cmd.kind != COMMAND_NONE;
		if (has_command)
			shell_command_of(sh, &p->front, &en.cmd);
		select_conv(p, sh, &en, &fp);
		entered_clear(&en);
	}
	p->command = NULL;
}

/* Pipes may bring anything; what is not text would be sent as something else
 * than was meant. */
static void
take_line(struct plain *p, struct shell *sh, char *line, size_t n)
{
	if (memchr(line, '\0', n) == NULL && utf8_is_valid(line, n)) {
		execute(p, sh, line);
		return;
	}
	char *clean = peer_text(untrusted_of(line, n), PEER_TEXT_LINE, NULL);
	print_line(p,
	    p->events->error(clean,
		say(language(),
		    "nothing done: that line is not UTF-8 text; write it as such")));
	free(clean);
}

/* Executes the complete lines of the input. */
static void
take_lines(struct plain *p, struct shell *sh)
{
	while (buf_size(&p->input) > 0) {
		const char *start = (const char *)buf_data(&p->input);
		const char *end = memchr(start, '\n', buf_size(&p->input));
		if (end == NULL)
			break;
		size_t n = (size_t)(end - start);
		char *line = xstrndup(start, n);
		buf_consume(&p->input, n + 1);
		if (n > 0 && line[n - 1] == '\r')
			line[--n] = '\0';
		if (!p->skipping)
			take_line(p, sh, line, n);
		p->skipping = false;
		free(line);
	}
	if (buf_size(&p->input) < LINE_MAX_BYTES)
		return;
	if (!p->skipping)
		print_line(
		    p, p->events->error("",
			   say(language(),
			       "that line is longer than 64 KiB; not sent")));
	p->skipping = true;
	buf_consume(&p->input, buf_size(&p->input));
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
end_input(struct plain *p, struct shell *sh)
{
	/* A last line without its newline counts. */
	if (buf_size(&p->input) > 0 && buf_append(&p->input, "\n", 1) == 0)
		take_lines(p, sh);
	p->input_ended = true;
	p->leave_ms = sh->now.mono_ms + LINGER_MS;
}

static void
plain_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	struct plain *p = plain_of(f);

	/* The next turn writes. Now there may be a text of ours among it that
	 * is not stored yet: it counts as accepted once it was printed. */
	if (ev->tag == TAG_OUTPUT)
		return;
	uint8_t *room = buf_reserve(&p->input, READ_MAX);
	ssize_t n = read(STDIN_FILENO, room, READ_MAX);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_input(p, sh);
		return;
	}
	buf_commit(&p->input, (size_t)n);
	take_lines(p, sh);
}

static void
show_warning(struct plain *p, struct shell *sh)
{
	if (sh->warning == NULL)
		return;
	print_line(p, p->events->error(NULL, sh->warning));
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
		print_line(p,
		    p->events->error(NULL,
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

	tell_lost(p);
	show_warning(p, sh);
	show_lonely(p, sh);
	mark_read(sh);
	/* Most often there is room, and this saves a whole turn of the loop
	 * between an event and its reader. */
	if (buf_size(&p->output) > 0 && is_writable(0))
		write_some(p);
	if (p->output_ended && !m->leaving)
		shell_quit(sh, false);
	if (p->input_ended && !m->leaving) {
		bool waiting = has_waiting(m);
		if (waiting && sh->now.mono_ms < p->leave_ms)
			return;
		p->failed |= waiting;
		shell_quit(sh, false);
	}
}

static int64_t
plain_deadline(struct front *f, struct shell *sh)
{
	const struct plain *p = plain_of(f);

	return p->input_ended && !shell_model(sh)->leaving ? p->leave_ms
							   : NEVER_MS;
}

static void
plain_watch(struct front *f, struct shell *sh, struct loop *l)
{
	struct plain *p = plain_of(f);

	(void)sh;
	if (!p->input_ended)
		front_watch(f, l, STDIN_FILENO, true, false, TAG_INPUT);
	if (buf_size(&p->output) > 0)
		front_watch(f, l, STDOUT_FILENO, false, true, TAG_OUTPUT);
}

static void
plain_signal(struct front *f, struct shell *sh, int number)
{
	(void)f;
	(void)sh;
	if (number == SIGTSTP)
		raise(SIGSTOP);
}

/*
 * What is left to print when all is over. By now the home and the network are
 * free and the signals do what they always do, so a reader that does not read
 * holds up nobody, and whoever waits for us can end the wait.
 */
static void
write_rest(struct plain *p)
{
	signal(SIGPIPE, SIG_IGN);
	while (buf_size(&p->output) > 0) {
		tell_lost(p);
		if (is_writable(-1))
			write_some(p);
	}
}

int
plain_run(struct shell *sh, bool json)
{
	struct plain p = {
		.front = {
			.report = plain_report,
			.watch = plain_watch,
			.ready = plain_ready,
			.turn = plain_turn,
			.found = plain_found,
			.show = plain_show,
			.deadline = plain_deadline,
			.signal = plain_signal,
		},
		.events = json ? &events_json : &events_text,
		.conv = CONV_NEARBY,
		.ascii = ascii_is_needed(),
		.write_max =
		    isatty(STDOUT_FILENO) ? WRITE_TERMINAL_MAX : WRITE_MAX,
	};

	buf_init(&p.input, LINE_MAX_BYTES + 2 * READ_MAX);
	buf_init(&p.output, OUTPUT_MAX);
	print_line(&p, p.events->ready(shell_model(sh)));
	shell_run(sh, &p.front);
	shell_close(sh);
	write_rest(&p);
	buf_clear(&p.input);
	buf_clear(&p.output);
	return p.failed ? EXIT_FAILED : EXIT_DONE;
}
