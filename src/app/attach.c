/* SPDX-License-Identifier: MIT */
/*
 * The terminal belongs to this process alone: what is killed, stopped or hung
 * here is of no concern to earshot, and its end leaves a clean terminal here.
 */
#include "app/attach.h"

#include "app/ascii.h"
#include "app/attach_wire.h"
#include "app/child.h"
#include "app/clock.h"
#include "app/language.h"
#include "app/shell.h"
#include "app/terminal.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "net/local_socket.h"
#include "net/signals.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TAG_SIGNAL = 1,
	TAG_SOCKET,
	TAG_KEYS,
	TAG_CHILD,
	TAG_TERMINAL, /* and behind it */
	READ_MAX = 65536,
	/* An earshot that is stopped does not answer. */
	ANSWER_MS = 5000,
	WAIT_MS = 3000,
	AGAIN_MS = 100,
	/* Keys that wait for one that is stopped; the rest stay where they
	 * are. */
	KEYS_WAITING = 65536,
	/* One may have been on its way already; the next one is not sent before
	 * what we said with the first was read. */
	FRAMES_DUE = 2,
};

struct attach {
	struct terminal terminal;
	struct home home;
	struct children *children;
	struct loop *loop;
	int fd, signal_fd;
	struct now now;
	struct buf input, output;
	struct grid grid;
	bool has_grid;
	bool unshown; /* the grid is to be shown, all of it */
	bool owes;    /* earshot waits to hear that it is */
	char *edited; /* owned: by an editor; NULL once earshot has it */
	int due;      /* frames until that is sure */
	bool plain; /* it takes no more than ASCII, at least before and after */
	bool over, said_bye;
	enum attach_bye why;
};

/* Where nobody hears it, what they said before may be there still. */
static void
flush(struct attach *a)
{
	while (buf_size(&a->output) > 0) {
		ssize_t n = send(a->fd, buf_data(&a->output),
		    buf_size(&a->output), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		buf_consume(
		    &a->output, n < 0 ? buf_size(&a->output) : (size_t)n);
	}
}

/* What does not fit is lost: earshot has not read for so long. */
static void
on_press(void *user, const struct press_event *ev)
{
	struct attach *a = user;

	(void)!attach_press(&a->output, ev);
	flush(a);
}

static void
on_size(void *user, int rows, int cols)
{
	struct attach *a = user;

	a->unshown = a->has_grid;
	(void)!attach_size(&a->output, rows, cols);
}

static void
on_again(void *user)
{
	struct attach *a = user;

	a->unshown = a->has_grid;
}

static void
on_ascii(void *user, bool ascii)
{
	struct attach *a = user;

	(void)!attach_number(&a->output, ATTACH_ASCII, ascii);
}

static void
on_gone(void *user)
{
	struct attach *a = user;

	a->over = a->said_bye = true;
}

static void
on_tell(void *user, const char *sentence)
{
	struct attach *a = user;

	(void)!attach_texts(&a->output, ATTACH_TELL, sentence, NULL, 0);
}

static void
on_edited(void *user, const char *text)
{
	struct attach *a = user;

	free(a->edited);
	a->edited = xstrdup(text);
	a->due = FRAMES_DUE;
	(void)!attach_texts(&a->output, ATTACH_EDITED, text, NULL, 0);
}

static void
on_aside(void *user, const char *text, const char *sentence)
{
	struct attach *a = user;

	(void)!attach_texts(&a->output, ATTACH_ASIDE, text, sentence, 0);
}

static void
on_spelt(void *user, const char *word, bool known)
{
	struct attach *a = user;

	(void)!attach_texts(&a->output, ATTACH_SPELT, word, NULL, known);
}

static const struct terminal_calls calls = {
	.answers = { .tell = on_tell,
	    .edited = on_edited,
	    .aside = on_aside,
	    .spelt = on_spelt },
	.press = on_press,
	.size = on_size,
	.again = on_again,
	.ascii = on_ascii,
	.warn = on_tell,
	.gone = on_gone,
};

static void
show(struct attach *a, enum part part, int first)
{
	a->unshown = !terminal_show(&a->terminal, &a->grid, part, first);
	if (a->unshown || !a->owes)
		return;
	a->owes = false;
	(void)!attach_number(&a->output, ATTACH_SHOWN,
	    (uint32_t)terminal_frame_size(&a->terminal));
}

static bool
take_frame(struct attach *a, struct rd *r)
{
	enum part part;
	int first;

	if (!attach_read_frame(r, &a->grid, &part, &first))
		return false;
	a->has_grid = a->owes = true;
	if (a->due > 0 && --a->due == 0) {
		free(a->edited);
		a->edited = NULL;
	}
	show(a, a->unshown ? PART_ALL : part, first);
	return true;
}

static bool
take_wish(struct attach *a, struct rd *r)
{
	struct terminal_wish wish;
	char *opener;

	if (!attach_read_wish(r, &wish, &opener))
		return false;
	terminal_configure(&a->terminal, &wish);
	free(opener);
	return true;
}

static bool
take_request(struct attach *a, struct rd *r)
{
	struct request request;

	if (!attach_read_request(r, &request))
		return false;
	terminal_request(&a->terminal, &request);
	request_clear(&request);
	return true;
}

static bool
take_bye(struct attach *a, struct rd *r)
{
	uint32_t why;

	if (!attach_read_number(r, &why))
		return false;
	a->why = why == BYE_DETACHED ? BYE_DETACHED : BYE_ENDED;
	a->over = a->said_bye = true;
	return true;
}

static bool
take(struct attach *a, struct attach_message *msg)
{
	switch ((int)msg->kind) {
	case ATTACH_FRAME:
		return take_frame(a, &msg->body);
	case ATTACH_WISH:
		return take_wish(a, &msg->body);
	case ATTACH_REQUEST:
		return take_request(a, &msg->body);
	case ATTACH_SUSPEND:
		terminal_suspend(&a->terminal);
		return true;
	case ATTACH_REDRAW:
		terminal_redraw(&a->terminal);
		return true;
	case ATTACH_BYE:
		return take_bye(a, &msg->body);
	default:
		return false;
	}
}

/* While something else is on the terminal nothing is taken: earshot draws no
 * other frame until this one is shown. */
static void
take_messages(struct attach *a)
{
	struct attach_message msg;
	int err = 0;

	while (!a->over && !terminal_is_lent(&a->terminal) &&
	       attach_next(&a->input, ATTACH_FRAME_MAX, &msg, &err)) {
		bool ok = take(a, &msg);
		buf_consume(&a->input, msg.size);
		a->over |= !ok;
	}
	a->over |= err < 0;
}

static void
receive(struct attach *a)
{
	uint8_t *room = buf_reserve(&a->input, READ_MAX);
	ssize_t n =
	    room == NULL ? 0 : recv(a->fd, room, READ_MAX, MSG_DONTWAIT);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		a->over = true;
		return;
	}
	buf_commit(&a->input, (size_t)n);
}

static void
on_signals(struct attach *a)
{
	int number;

	while ((number = signals_next(a->signal_fd)) != 0) {
		if (number == SIGTERM || number == SIGHUP || number == SIGINT)
			a->over = a->said_bye = true;
		else if (number != SIGCHLD)
			terminal_signal(&a->terminal, number);
	}
}

static void
dispatch(struct attach *a, const struct loop_event *ev)
{
	if (ev->tag == TAG_SIGNAL)
		on_signals(a);
	else if (ev->tag == TAG_CHILD)
		children_ready(a->children, ev);
	else if (ev->tag == TAG_SOCKET)
		receive(a);
	else if (ev->tag >= TAG_TERMINAL)
		terminal_ready(&a->terminal, ev->tag - TAG_TERMINAL);
}

static void
watch(struct attach *a)
{
	bool lent = terminal_is_lent(&a->terminal);

	loop_begin(a->loop);
	loop_watch_lasting(a->loop, a->signal_fd, TAG_SIGNAL);
	if (!lent)
		loop_watch(a->loop, a->fd, true, false, TAG_SOCKET);
	if (buf_size(&a->output) > 0)
		loop_watch(a->loop, a->fd, false, true, TAG_KEYS);
	if (buf_size(&a->output) < KEYS_WAITING)
		terminal_watch(&a->terminal, a->loop, TAG_TERMINAL);
	children_watch(a->children, a->loop, TAG_CHILD);
}

static int64_t
timeout_ms(const struct attach *a)
{
	int64_t at = earlier_ms(
	    terminal_deadline(&a->terminal), children_deadline(a->children));

	if (at == NEVER_MS)
		return -1;
	return at > a->now.mono_ms ? at - a->now.mono_ms : 0;
}

static void
turn(struct attach *a)
{
	struct loop_event ev;

	a->now = clock_read();
	terminal_turn(&a->terminal);
	take_messages(a);
	if (a->unshown && !a->terminal.blocked &&
	    !terminal_is_lent(&a->terminal))
		show(a, PART_ALL, 0);
	flush(a);
	if (a->over)
		return;
	watch(a);
	loop_wait(a->loop, timeout_ms(a));
	a->now = clock_read();
	while (!a->over && loop_ready(a->loop, &ev))
		dispatch(a, &ev);
}

static int
open_all(struct attach *a, char **ret_error)
{
	struct terminal_cfg cfg = { .calls = &calls,
		.user = a,
		.children = a->children,
		.home = &a->home,
		.now = &a->now };

	a->now = clock_read();
	a->signal_fd = signals_open();
	if (a->signal_fd < 0) {
		*ret_error = xstrdup(
		    say(language(), "cannot watch for signals: no file can be "
				    "opened; close other programs"));
		return ERR_SYS;
	}
	int err = terminal_open(&a->terminal, &cfg, ret_error);
	if (err < 0)
		signals_restore(a->signal_fd);
	return err;
}

/* There is no other copy of it. */
static void
print_edited(const struct attach *a)
{
	char *clean = own_text(a->edited, PEER_TEXT_BODY, NULL);

	puts(say(
	    language(), "what the editor wrote came too late, and is this:"));
	if (a->plain)
		ascii_make(clean);
	puts(clean);
	free(clean);
}

/* What is told on the screen of the shell. */
static int
last_words(const struct attach *a, char **ret_error)
{
	/* The language is that of the earshot it was attached to. */
	if (a->plain)
		language_set(NULL);
	if (a->edited != NULL && !(a->said_bye && a->why == BYE_DETACHED))
		print_edited(a);
	if (!a->said_bye) {
		*ret_error = xstrdup(say(language(),
		    "the earshot of this screen is gone; start it again"));
		return EXIT_FAILED;
	}
	if (a->terminal.gone)
		return EXIT_DONE;
	puts(a->why == BYE_ENDED
		 ? say(language(), "earshot has ended")
		 : say(language(),
		       "earshot goes on without this screen; start it again to "
		       "come back, and /quit --all ends it"));
	return EXIT_DONE;
}

static int
run(struct attach *a, bool had_options, char **ret_error)
{
	a->children = children_new();
	a->loop = loop_new();
	grid_init(&a->grid, 1, 1);
	int status = EXIT_FAILED;
	if (open_all(a, ret_error) == 0) {
		on_ascii(a, terminal_is_ascii(&a->terminal));
		terminal_start(&a->terminal);
		if (had_options)
			on_tell(
			    a, say(language(),
				   "earshot runs already: the options of this "
				   "start do not count"));
		while (!a->over)
			turn(a);
		terminal_close(&a->terminal);
		signals_restore(a->signal_fd);
		status = last_words(a, ret_error);
	}
	free(a->edited);
	grid_clear(&a->grid);
	loop_free(a->loop);
	children_free(a->children);
	return status;
}

/* A line of what came; NULL: there is none. */
static json_t *
take_line(struct attach *a)
{
	const char *start = (const char *)buf_data(&a->input);
	size_t size = buf_size(&a->input);
	const char *end = size == 0 ? NULL : memchr(start, '\n', size);

	if (end == NULL)
		return NULL;
	json_t *event = json_loadb(start, (size_t)(end - start), 0, NULL);
	buf_consume(&a->input, (size_t)(end - start) + 1);
	return event;
}

static bool
is_event(const json_t *event, const char *name)
{
	const char *kind = json_string_value(json_object_get(event, "event"));

	return kind != NULL && strcmp(kind, name) == 0;
}

/* The greeting of the control socket comes first. 0: attached; -1: not yet;
 * else as attach_run. */
static int
hear(json_t *event, char **ret_error)
{
	int status = -1;

	if (is_event(event, "attached")) {
		const char *name =
		    json_string_value(json_object_get(event, "language"));
		language_set(lang_find(name == NULL ? "" : name));
		status = EXIT_DONE;
	} else if (is_event(event, "error")) {
		const char *text =
		    json_string_value(json_object_get(event, "text"));
		*ret_error = xstrdup(text == NULL ? "" : text);
		status = EXIT_FAILED;
	}
	json_decref(event);
	return status;
}

static bool
wait_for_it(const struct attach *a, int64_t until_ms)
{
	struct pollfd in = { .fd = a->fd, .events = POLLIN };
	int64_t left = until_ms - clock_read().mono_ms;

	return left > 0 && poll(&in, 1, (int)left) != 0;
}

/* EXIT_DONE: a screen of it is ours. */
static int
ask(struct attach *a, char **ret_error)
{
	int64_t until_ms = clock_read().mono_ms + ANSWER_MS;
	char line[64];
	json_t *event;
	int status = -1;

	snprintf(line, sizeof(line), "{\"attach\": %d}\n", ATTACH_VERSION);
	if (send(a->fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		return ATTACH_NOBODY;
	while (status < 0) {
		while (status < 0 && (event = take_line(a)) != NULL)
			status = hear(event, ret_error);
		if (status >= 0 || a->over)
			break;
		if (!wait_for_it(a, until_ms)) {
			*ret_error = xstrdup(say(language(),
			    "the earshot that runs here does not answer; is it "
			    "stopped? It holds on to this home"));
			return EXIT_FAILED;
		}
		receive(a);
	}
	return status < 0 ? ATTACH_NOBODY : status;
}

int
attach_run(const struct options *o, char **ret_error)
{
	struct attach a = { .signal_fd = -1, .plain = ascii_is_needed() };
	char *error = NULL;

	if (shell_open_home(&a.home, o->home, &error) < 0) {
		free(error);
		return ATTACH_NOBODY;
	}
	char *path = home_path(a.home.runtime_dir, "control");
	int status = ATTACH_NOBODY;
	if (local_connect(path, &a.fd) == 0) {
		buf_init(&a.input, 2 * ATTACH_FRAME_MAX);
		buf_init(&a.output, 4 * ATTACH_KEYS_MAX);
		status = ask(&a, ret_error);
		if (status == EXIT_DONE)
			status = run(&a, o->overrides.count > 0, ret_error);
		close(a.fd);
		buf_clear(&a.input);
		buf_clear(&a.output);
	}
	free(path);
	home_close(&a.home);
	return status;
}

int
attach_wait(const struct options *o, char **ret_error)
{
	int64_t until_ms = clock_read().mono_ms + WAIT_MS;
	int status;

	while ((status = attach_run(o, ret_error)) == ATTACH_NOBODY &&
	       clock_read().mono_ms < until_ms)
		poll(NULL, 0, AGAIN_MS);
	return status;
}
