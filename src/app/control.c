/* SPDX-License-Identifier: MIT */
/*
 * Each client is a front end of its own, told everything as the others are;
 * what a command of it is answered is told to it alone.
 */
#include "app/control.h"

#include "app/attach_wire.h"
#include "app/language.h"
#include "app/lines.h"
#include "app/log.h"
#include "app/screen_far.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/local_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TAG_LISTENER,
	WRITE_MAX = 65536,
	/* How long the last words may take, after the end of the input or of
	 * earshot. */
	REST_MS = 2000,
};

struct control {
	struct front front;
	int fd;
	char *path;
	int64_t
	    rest_ms; /* nobody is accepted before; there was no descriptor */
};

struct client {
	struct lines lines;
	int64_t leave_ms; /* NEVER_MS: it speaks still */
};

static struct client *
client_of(struct front *f)
{
	return (struct client *)f;
}

static void
client_free(struct shell *sh, struct client *c)
{
	front_remove(&sh->fronts, &c->lines.front);
	close(c->lines.in);
	lines_clear(&c->lines);
	sh->control_clients--;
	free(c);
}

static char *
attached(const struct model *m)
{
	json_t *event = json_pack(
	    "{s:s,s:s}", "event", "attached", "language", lang_name(m->lang));
	char *text = json_dumps(event, JSON_COMPACT);

	json_decref(event);
	return text;
}

/* Who runs earshot for a moment waits for its end, and who leaves is not to be
 * held up: both go away, and then one can be started. */
static void
attach(struct lines *l, struct shell *sh, json_int_t version)
{
	const struct model *m = shell_model(sh);

	if (version != ATTACH_VERSION)
		lines_print(l,
		    l->events->error(NULL,
			say(language(),
			    "the earshot that runs here is of another version; "
			    "end it first, with /quit --all")));
	else if (sh->is_brief || m->leaving || l->lost > 0)
		l->input_ended = l->output_ended = true;
	else
		l->taken = true;
	if (l->taken)
		lines_print(l, attached(m));
}

/* {"attach": N}: a terminal comes, in the words of version N. */
static bool
client_object(struct lines *l, struct shell *sh, const json_t *object)
{
	const json_t *version = json_object_get(object, "attach");

	if (json_is_integer(version))
		attach(l, sh, json_integer_value(version));
	return json_is_integer(version);
}

/* What it is from now on. */
static void
become_screen(struct shell *sh, struct client *c)
{
	struct lines *l = &c->lines;

	front_remove(&sh->fronts, &l->front);
	screen_far_new(sh, l->in, &l->input, &l->output);
	lines_clear(l);
	free(c);
}

/* Whoever ends his input may still read what it comes to. */
static void
client_turn(struct front *f, struct shell *sh)
{
	struct client *c = client_of(f);
	struct lines *l = &c->lines;

	if (l->taken) {
		become_screen(sh, c);
		return;
	}
	lines_flush(l);
	if (l->input_ended && c->leave_ms == NEVER_MS)
		c->leave_ms = sh->now.mono_ms + REST_MS;
	/* What it wrote before it went is executed still. */
	if (l->input_ended && (l->output_ended || buf_size(&l->output) == 0 ||
				  sh->now.mono_ms >= c->leave_ms))
		client_free(sh, c);
}

static int64_t
client_deadline(struct front *f, struct shell *sh)
{
	(void)sh;
	return client_of(f)->leave_ms;
}

/* Who is there already, as if it were heard of now. */
static void
greet(struct shell *sh, struct lines *l)
{
	const struct model *m = shell_model(sh);

	lines_print(l, l->events->ready(m));
	for (size_t i = 0; i < m->peer_count; i++)
		if (!m->peers[i]->is_self)
			lines_print(l, l->events->peer(m, m->peers[i]));
	lines_print(l, l->events->done(""));
}

void
control_adopt(struct shell *sh, int fd)
{
	struct client *c = xcalloc(1, sizeof(*c));

	fcntl(fd, F_SETFL, O_NONBLOCK);
	c->leave_ms = NEVER_MS;
	c->lines = (struct lines){
		.front = { .turn = client_turn, .deadline = client_deadline },
		.events = &events_json,
		.in = fd,
		.out = fd,
		.write_max = WRITE_MAX,
		.aside = true,
		.object = client_object,
	};
	lines_init(&c->lines, CONTROL_OUTPUT_MAX);
	front_add(&sh->fronts, &c->lines.front);
	sh->control_clients++;
	greet(sh, &c->lines);
}

static void
control_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	struct control *c = (struct control *)f;
	int fd;

	(void)ev;
	errno = 0;
	while (sh->control_clients < CONTROL_CLIENTS_MAX &&
	       (fd = local_accept(c->fd)) >= 0)
		control_adopt(sh, fd);
	if (errno == EMFILE || errno == ENFILE)
		c->rest_ms = sh->now.mono_ms + REST_MS;
}

/* Beyond so many, they wait in the backlog. So does who comes to one that
 * leaves: with the end of the socket he learns that nobody heard him. */
static void
control_watch(struct front *f, struct shell *sh, struct loop *l)
{
	struct control *c = (struct control *)f;

	if (!shell_model(sh)->leaving &&
	    sh->control_clients < CONTROL_CLIENTS_MAX &&
	    sh->now.mono_ms >= c->rest_ms)
		front_watch(f, l, c->fd, true, false, TAG_LISTENER);
}

static int64_t
control_deadline(struct front *f, struct shell *sh)
{
	const struct control *c = (const struct control *)f;

	return c->rest_ms > sh->now.mono_ms ? c->rest_ms : NEVER_MS;
}

static void
tell_why(const char *path, int err)
{
	if (err == ERR_LIMIT)
		log_line("no control socket: %s is too long a path", path);
	else if (err == ERR_STATE)
		log_line("no control socket: another earshot is at %s", path);
	else
		log_line("no control socket: %s: %s", path, strerror(errno));
}

void
control_start(struct shell *sh)
{
	int fd;

	mkdir(sh->home.runtime_dir, 0700);
	char *path = home_path(sh->home.runtime_dir, "control");
	int err = local_listen(path, &fd);
	if (err < 0) {
		tell_why(path, err);
		free(path);
		return;
	}
	struct control *c = xcalloc(1, sizeof(*c));
	c->front = (struct front){
		.watch = control_watch,
		.ready = control_ready,
		.deadline = control_deadline,
	};
	c->fd = fd;
	c->path = path;
	sh->control = c;
	front_add(&sh->fronts, &c->front);
}

void
control_end(struct shell *sh)
{
	struct control *c = sh->control;
	struct front *next;

	screen_far_end(sh);
	for (struct front *f = sh->fronts.first; f != NULL; f = next) {
		next = f->next;
		if (f->turn != client_turn)
			continue;
		lines_flush(&client_of(f)->lines);
		client_free(sh, client_of(f));
	}
	if (c == NULL)
		return;
	sh->control = NULL;
	front_remove(&sh->fronts, &c->front);
	local_unlisten(c->fd, c->path);
	free(c->path);
	free(c);
}
