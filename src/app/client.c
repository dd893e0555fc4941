/* SPDX-License-Identifier: MIT */
#include "app/client.h"

#include "app/clock.h"
#include "app/doctor.h"
#include "app/headless.h"
#include "app/language.h"
#include "app/shell.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/local_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_MAX = 65536, LINE_MAX_BYTES = 16 * 1024 * 1024 };

struct client {
	int fd;
	int heed_fd; /* or -1 */
	pid_t child; /* the earshot that was started; 0: none */
	struct buf input;
	bool over, heeded;
	bool heard; /* anything */
	bool held;  /* the child found the home in use */
};

/* Goes wrong where the other end waits for events. */
static void
tell(int fd, const json_t *event)
{
	char *line = json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (line != NULL && write(fd, line, strlen(line)) > 0)
		(void)!write(fd, "\n", 1);
	free(line);
}

static void
tell_parent(int fd, const char *error, bool held)
{
	json_t *event = json_pack(
	    "{s:s,s:s,s:b}", "event", "fatal", "text", error, "held", held);

	tell(fd, event);
	json_decref(event);
}

static void
diagnose(const struct shell *sh, int fd, const char *error)
{
	struct doctor_facts *facts = doctor_unopened(sh, error);
	struct doctor_verdict v;

	doctor_judge(facts, language(), &v);
	json_t *events = doctor_events(facts, &v), *event;
	size_t i;
	json_array_foreach(events, i, event)
	{
		tell(fd, event);
	}
	json_decref(events);
	doctor_verdict_clear(&v);
	doctor_facts_free(facts);
}

static _Noreturn void
child_run(const struct options *o, int fd)
{
	struct shell sh;
	struct shell_cfg cfg = { .home = o->home,
		.overrides = &o->overrides,
		.passphrase_file = o->passphrase_file,
		.record = o->record };
	char *error = NULL;
	int status = EXIT_FAILED;

	int err = shell_open(&sh, &cfg, &error);
	if (err < 0) {
		bool held = err == ERR_STATE && sh.home.lock_fd < 0;
		tell_parent(fd, error, held);
		if (o->verb == VERB_DOCTOR)
			diagnose(&sh, fd, error);
	} else
		status = headless_run(&sh, fd);
	shell_close(&sh);
	_exit(status);
}

static int
start(const struct options *o, struct client *c, char **ret_error)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0) {
		c->child = fork();
		if (c->child == 0) {
			close(fds[0]);
			child_run(o, fds[1]);
		}
		close(fds[1]);
		c->fd = fds[0];
		if (c->child > 0)
			return 0;
		close(fds[0]);
	}
	*ret_error =
	    xasprintf(say(language(), "cannot start: %s"), strerror(errno));
	return ERR_SYS;
}

static int
attach(const struct options *o, struct client *c, char **ret_error)
{
	struct home h;
	int err = shell_open_home(&h, o->home, ret_error);

	if (err < 0)
		return err;
	char *path = home_path(h.runtime_dir, "control");
	err = local_connect(path, &c->fd);
	free(path);
	home_close(&h);
	if (err == 0 && o->record != NULL) {
		close(c->fd);
		*ret_error = xstrdup(say(language(),
		    "an earshot runs already, and only one that starts can "
		    "record; end that one first"));
		return ERR_STATE;
	}
	return err < 0 ? start(o, c, ret_error) : 0;
}

int
client_open(
    const struct options *o, struct client **ret_client, char **ret_error)
{
	struct client *c = xcalloc(1, sizeof(*c));
	int err = attach(o, c, ret_error);

	if (err < 0) {
		free(c);
		return err;
	}
	c->heed_fd = -1;
	buf_init(&c->input, LINE_MAX_BYTES);
	*ret_client = c;
	return 0;
}

void
client_close(struct client *c)
{
	close(c->fd);
	while (c->child > 0 && waitpid(c->child, NULL, 0) < 0 && errno == EINTR)
		;
	buf_clear(&c->input);
	free(c);
}

bool
client_is_alone(const struct client *c)
{
	return c->child > 0;
}

bool
client_has_heeded(const struct client *c)
{
	return c->heeded;
}

bool
client_is_over(const struct client *c)
{
	return c->over;
}

bool
client_came_between(const struct client *c)
{
	return c->held || (c->over && !c->heard && c->child == 0);
}

int
client_fd(const struct client *c)
{
	return c->fd;
}

void
client_heed(struct client *c, int fd)
{
	c->heed_fd = fd;
}

void
client_send(struct client *c, const char *line)
{
	json_t *object = json_pack("{s:s}", "line", line);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	size_t size = text == NULL ? 0 : strlen(text);

	if (text == NULL) {
		c->over = true;
		return;
	}
	text[size++] = '\n';
	for (size_t done = 0; done < size && !c->over;) {
		ssize_t n = send(c->fd, text + done, size - done, MSG_NOSIGNAL);
		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR)
			c->over = true;
	}
	free(text);
	json_decref(object);
}

/* A line that is there already. */
static json_t *
take_line(struct client *c)
{
	const char *start = (const char *)buf_data(&c->input);
	const char *end = buf_size(&c->input) == 0
			      ? NULL
			      : memchr(start, '\n', buf_size(&c->input));

	if (end == NULL)
		return NULL;
	json_t *event = json_loadb(start, (size_t)(end - start), 0, NULL);
	buf_consume(&c->input, (size_t)(end - start) + 1);
	if (event == NULL)
		c->over = true;
	c->heard = true;
	c->held |= json_is_true(json_object_get(event, "held"));
	return event;
}

static bool
wait_for_it(struct client *c, int64_t until_ms)
{
	struct pollfd in[] = { { .fd = c->fd, .events = POLLIN },
		{ .fd = c->heed_fd, .events = POLLIN } };
	int64_t left = until_ms - clock_read().mono_ms;
	int timeout = until_ms == NEVER_MS ? -1
		      : left <= 0          ? 0
		      : left > INT32_MAX   ? INT32_MAX
					   : (int)left;

	int ready = poll(in, 2, timeout);
	c->heeded |= ready > 0 && in[1].revents != 0;
	if (ready > 0)
		return !c->heeded;
	return ready < 0 && errno == EINTR;
}

json_t *
client_event(struct client *c, int64_t until_ms)
{
	json_t *event;

	while ((event = take_line(c)) == NULL && !c->over) {
		if (!wait_for_it(c, until_ms))
			return NULL;
		uint8_t *room = buf_reserve(&c->input, READ_MAX);
		ssize_t n = room == NULL ? 0 : read(c->fd, room, READ_MAX);
		if (n > 0)
			buf_commit(&c->input, (size_t)n);
		else if (n == 0 || errno != EINTR)
			c->over = true;
	}
	return event;
}

const char *
client_text(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text == NULL ? "" : text;
}

bool
client_is(const json_t *event, const char *kind)
{
	return strcmp(client_text(event, "event"), kind) == 0;
}
