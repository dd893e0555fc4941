/* SPDX-License-Identifier: MIT */
/*
 * One frame is on its way at a time: the next one is drawn when the terminal
 * says that it shows this one. So a terminal that is slow, stopped or hung
 * costs a frame of memory, and what it has not shown counts as not read.
 */
#include "app/screen_far.h"

#include "app/attach_wire.h"
#include "app/screen.h"
#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TAG_INPUT,
	TAG_OUTPUT,
	READ_MAX = 65536,
	/* Of what is asked for beside frames. */
	OUTPUT_MAX = ATTACH_FRAME_MAX + 4 * ATTACH_KEYS_MAX,
	/* How long the last words may take. */
	REST_MS = 2000,
};

struct far {
	struct screen screen; /* first: the shell and the screen know this */
	int fd;
	struct buf input, output;
	struct cell *sent; /* owned: as many as the grid has; NULL: no size */
	bool fresh;        /* what is sent is not known */
	uint64_t gone;     /* bytes that were sent, and where the frame ends */
	uint64_t frame_end;
	bool owes;        /* the terminal has not shown it yet */
	bool came;        /* one of the keys that came together */
	int64_t leave_ms; /* it is over, and closed by then; or NEVER_MS */
	bool ended;       /* so is the socket */
};

static struct far *
far_of(struct front *f)
{
	return (struct far *)f;
}

static struct far *
far_of_screen(struct screen *s)
{
	return far_of(&s->front);
}

static bool
is_over(const struct far *f)
{
	return f->ended || f->leave_ms != NEVER_MS;
}

static void
consume(struct far *f, size_t n)
{
	buf_consume(&f->output, n);
	f->gone += n;
}

static void
flush(struct far *f)
{
	while (!f->ended && buf_size(&f->output) > 0) {
		ssize_t n = send(f->fd, buf_data(&f->output),
		    buf_size(&f->output), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			f->ended = true;
		else
			consume(f, (size_t)n);
	}
}

/* Who has asked for so much and reads nothing is not there. */
static void
must(struct far *f, int err)
{
	if (err < 0)
		f->ended = true;
}

static enum shown
far_show(struct screen *s, enum part part, int first)
{
	struct far *f = far_of_screen(s);

	must(f,
	    attach_frame(&f->output, &s->grid, part, first, f->sent, f->fresh));
	f->fresh = false;
	f->owes = true;
	f->frame_end = f->gone + buf_size(&f->output);
	/* At once: somebody may wait for the letter. */
	flush(f);
	return SHOWN_SENT;
}

static void
far_configure(struct screen *s, const struct terminal_wish *wish)
{
	struct far *f = far_of_screen(s);

	must(f, attach_wish(&f->output, wish));
}

static void
far_request(struct screen *s, const struct request *request)
{
	struct far *f = far_of_screen(s);

	must(f, attach_request(&f->output, request));
}

static void
far_suspend(struct screen *s)
{
	struct far *f = far_of_screen(s);

	must(f, attach_empty(&f->output, ATTACH_SUSPEND));
}

static void
far_redraw(struct screen *s)
{
	struct far *f = far_of_screen(s);

	must(f, attach_empty(&f->output, ATTACH_REDRAW));
}

static void
say_bye(struct far *f, enum attach_bye why)
{
	if (is_over(f))
		return;
	screen_leave(&f->screen);
	must(f, attach_number(&f->output, ATTACH_BYE, (uint32_t)why));
	f->leave_ms = f->screen.sh->now.mono_ms + REST_MS;
}

/* Leaving a window is not leaving the network. */
static bool
far_quit(struct screen *s, const struct command *cmd)
{
	if (cmd->number == QUIT_ALL)
		return false;
	say_bye(far_of_screen(s), BYE_DETACHED);
	return true;
}

static const struct screen_calls calls = {
	.show = far_show,
	.configure = far_configure,
	.request = far_request,
	.suspend = far_suspend,
	.redraw = far_redraw,
	.quit = far_quit,
};

static void
far_free(struct far *f)
{
	struct shell *sh = f->screen.sh;

	front_remove(&sh->fronts, &f->screen.front);
	close(f->fd);
	sh->control_clients--;
	buf_clear(&f->input);
	buf_clear(&f->output);
	screen_clear(&f->screen);
	free(f->sent);
	free(f);
}

static bool
take_size(struct far *f, struct rd *r)
{
	int rows, cols;

	if (!attach_read_size(r, &rows, &cols))
		return false;
	screen_resize(&f->screen, rows, cols);
	const struct grid *g = &f->screen.grid;
	free(f->sent);
	f->sent = xcalloc((size_t)g->rows * (size_t)g->cols, sizeof(*f->sent));
	f->fresh = true;
	return true;
}

static bool
take_press(struct far *f, struct rd *r)
{
	struct press_event ev;

	if (!attach_read_press(r, &ev))
		return false;
	ev.alone = ev.alone && !f->came;
	f->came = true;
	screen_press(&f->screen, &ev);
	return true;
}

static bool
take_number(struct far *f, enum attach_kind kind, struct rd *r)
{
	uint32_t number;

	if (!attach_read_number(r, &number))
		return false;
	if (kind == ATTACH_ASCII) {
		screen_set_ascii(&f->screen, number != 0);
		return true;
	}
	/* Nobody shows what did not come. */
	if (!f->owes || f->gone < f->frame_end)
		return false;
	f->owes = false;
	f->screen.frame_size = number;
	screen_was_shown(&f->screen);
	return true;
}

static bool
take_texts(struct far *f, enum attach_kind kind, struct rd *r)
{
	struct ui *ui = f->screen.ui;
	struct now now = f->screen.sh->now;
	char *text, *more;
	uint8_t flag;

	if (!attach_read_texts(r, &text, &more, &flag))
		return false;
	switch ((int)kind) {
	case ATTACH_TELL:
		ui_tell(ui, now, text);
		break;
	case ATTACH_EDITED:
		ui_answer_editor(ui, now, text);
		break;
	case ATTACH_ASIDE:
		ui_set_aside(ui, now, text, more == NULL ? "" : more);
		break;
	default:
		ui_answer_spell(ui, text, flag != 0);
		break;
	}
	free(text);
	free(more);
	return true;
}

/* Before the size there is no screen. */
static bool
take(struct far *f, struct attach_message *msg)
{
	if (f->sent == NULL && msg->kind != ATTACH_SIZE &&
	    msg->kind != ATTACH_ASCII)
		return false;
	switch ((int)msg->kind) {
	case ATTACH_PRESS:
		return take_press(f, &msg->body);
	case ATTACH_SIZE:
		return take_size(f, &msg->body);
	case ATTACH_ASCII:
	case ATTACH_SHOWN:
		return take_number(f, msg->kind, &msg->body);
	case ATTACH_TELL:
	case ATTACH_EDITED:
	case ATTACH_ASIDE:
	case ATTACH_SPELT:
		return take_texts(f, msg->kind, &msg->body);
	default:
		return false;
	}
}

static void
take_messages(struct far *f)
{
	struct attach_message msg;
	int err = 0;

	f->came = false;
	while (!is_over(f) &&
	       attach_next(&f->input, ATTACH_KEYS_MAX, &msg, &err)) {
		if (!take(f, &msg))
			err = ERR_FORMAT;
		buf_consume(&f->input, msg.size);
		if (err < 0)
			break;
	}
	must(f, err);
}

static void
far_ready(struct front *front, struct shell *sh, const struct loop_event *ev)
{
	struct far *f = far_of(front);

	(void)sh;
	if (ev->tag == TAG_OUTPUT) {
		flush(f);
		return;
	}
	uint8_t *room = buf_reserve(&f->input, READ_MAX);
	ssize_t n =
	    room == NULL ? 0 : recv(f->fd, room, READ_MAX, MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		f->ended = true;
		return;
	}
	buf_commit(&f->input, (size_t)n);
	take_messages(f);
}

static void
far_watch(struct front *front, struct shell *sh, struct loop *l)
{
	struct far *f = far_of(front);

	(void)sh;
	front_watch(front, l, f->fd, true, false, TAG_INPUT);
	if (buf_size(&f->output) > 0)
		front_watch(front, l, f->fd, false, true, TAG_OUTPUT);
}

static void
far_turn(struct front *front, struct shell *sh)
{
	struct far *f = far_of(front);

	if (!is_over(f) && f->sent != NULL)
		screen_draw(&f->screen);
	flush(f);
	if (!f->ended && f->leave_ms == NEVER_MS)
		return;
	/* What was typed and not sent is kept. */
	if (f->leave_ms == NEVER_MS)
		screen_leave(&f->screen);
	if (f->ended || buf_size(&f->output) == 0 ||
	    sh->now.mono_ms >= f->leave_ms)
		far_free(f);
}

static int64_t
far_deadline(struct front *front, struct shell *sh)
{
	struct far *f = far_of(front);

	if (f->ended)
		return sh->now.mono_ms;
	if (f->leave_ms != NEVER_MS || f->sent == NULL)
		return f->leave_ms;
	return screen_deadline(&f->screen);
}

void
screen_far_new(struct shell *sh, int fd, struct buf *input, struct buf *output)
{
	struct far *f = xcalloc(1, sizeof(*f));

	f->screen.front = (struct front){
		.watch = far_watch,
		.ready = far_ready,
		.turn = far_turn,
		.deadline = far_deadline,
	};
	f->screen.calls = &calls;
	f->fd = fd;
	f->leave_ms = NEVER_MS;
	buf_init(&f->input, 2 * ATTACH_KEYS_MAX);
	buf_init(&f->output, OUTPUT_MAX);
	must(f, buf_append(&f->output, buf_data(output), buf_size(output)));
	must(f, buf_append(&f->input, buf_data(input), buf_size(input)));
	screen_init(&f->screen, sh, false);
	front_add(&sh->fronts, &f->screen.front);
	must(f, attach_wish(&f->output, &f->screen.wish));
	take_messages(f);
}

void
screen_far_end(struct shell *sh)
{
	struct front *next;

	for (struct front *front = sh->fronts.first; front != NULL;
	     front = next) {
		next = front->next;
		if (front->turn != far_turn)
			continue;
		say_bye(far_of(front), BYE_ENDED);
		flush(far_of(front));
		far_free(far_of(front));
	}
}
