/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn tells at once that a program is not there, which fork and exec
 * would tell by a status like any other. Descriptors of ours are all
 * close-on-exec; signals, which the loop keeps blocked, go back to normal.
 */
#include "app/child.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/now.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { READ_MAX = 16384, SIGNALLED = 128, GIVEN_UP = -1 };

struct child {
	unsigned id; /* 0: this place is free */
	pid_t pid;
	int in, out; /* our ends; -1: none */
	bool lasts, answers, terminal, alone;
	bool news; /* output since the last event */
	bool reaped;
	bool given_up;
	int status;
	int64_t deadline_ms;
	struct buf to, from;
};

struct children {
	unsigned last_id;
	struct child list[CHILDREN_MAX];
};

struct children *
children_new(void)
{
	struct children *c = xcalloc(1, sizeof(*c));

	return c;
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
forget(struct child *ch)
{
	close_end(&ch->in);
	close_end(&ch->out);
	buf_clear(&ch->to);
	buf_clear(&ch->from);
	ch->id = 0;
}

static void
kill_child(const struct child *ch)
{
	if (!ch->reaped)
		kill(ch->terminal ? ch->pid : -ch->pid, SIGKILL);
}

static void
end(struct child *ch)
{
	kill_child(ch);
	if (!ch->reaped)
		waitpid(ch->pid, NULL, 0);
	forget(ch);
}

void
children_free(struct children *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		struct child *ch = &c->list[i];
		if (ch->id == 0)
			buf_clear(&ch->from);
		else if (ch->answers || ch->deadline_ms != NEVER_MS)
			end(ch);
		else
			forget(ch);
	}
	free(c);
}

static struct child *
find(struct children *c, unsigned id)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (id != 0 && c->list[i].id == id)
			return &c->list[i];
	return NULL;
}

static struct child *
find_free(struct children *c)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (c->list[i].id == 0)
			return &c->list[i];
	return NULL;
}

/* ret_ours is close-on-exec and does not block. */
static int
make_pipe(bool to_child, int *ret_ours, int *ret_theirs)
{
	int fds[2];

	if (pipe(fds) != 0)
		return ERR_SYS;
	*ret_ours = fds[to_child ? 1 : 0];
	*ret_theirs = fds[to_child ? 0 : 1];
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	fcntl(*ret_ours, F_SETFL, O_NONBLOCK);
	return 0;
}

static void
wire_up(posix_spawn_file_actions_t *a, const struct child_spec *spec, int in,
    int out)
{
	if (spec->terminal)
		return;
	if (in >= 0)
		posix_spawn_file_actions_adddup2(a, in, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(
		    a, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(a, out, STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(
		    a, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (spec->errors && out >= 0)
		posix_spawn_file_actions_adddup2(a, out, STDERR_FILENO);
	else
		posix_spawn_file_actions_addopen(
		    a, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
}

/* Ours and theirs; the strings are borrowed (caller frees the array). */
static char **
make_environment(const struct child_spec *spec)
{
	size_t own = 0, n = 0;

	while (!spec->alone && environ[own] != NULL)
		own++;
	char **all = xcalloc(own + CHILD_ENV_MAX + 1, sizeof(*all));
	/* Whoever looks a name up takes the first. */
	for (; spec->env != NULL && spec->env[n] != NULL && n < CHILD_ENV_MAX;
	     n++)
		memcpy(&all[n], &spec->env[n], sizeof(*all));
	memcpy(all + n, environ, own * sizeof(*all));
	return all;
}

/* A session is a process group, too, and has no terminal: what we are shown on
 * is not for others to write on or to ask at. */
static short
group_flag(const struct child_spec *spec)
{
	if (spec->terminal)
		return 0;
#ifdef POSIX_SPAWN_SETSID
	if (spec->alone)
		return POSIX_SPAWN_SETSID;
#endif
	return POSIX_SPAWN_SETPGROUP;
}

static int
spawn(const struct child_spec *spec, int in, int out, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t all, none;
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	flags = (short)(flags | group_flag(spec));
	posix_spawnattr_setflags(&attr, flags);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	wire_up(&actions, spec, in, out);
	/* It takes the strings as they are, but was declared before const. */
	char *argv[CHILD_ARGS_MAX + 1] = { NULL };
	for (size_t i = 0; i < CHILD_ARGS_MAX && spec->argv[i] != NULL; i++)
		argv[i] = xstrdup(spec->argv[i]);
	char **env = make_environment(spec);
	int failed = posix_spawnp(ret_pid, argv[0], &actions, &attr, argv, env);
	free(env);
	for (size_t i = 0; i < CHILD_ARGS_MAX; i++)
		free(argv[i]);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (failed == 0)
		return 0;
	return failed == ENOENT || failed == EACCES ? ERR_NOT_FOUND : ERR_SYS;
}

static void
push_input(struct child *ch)
{
	while (ch->in >= 0 && buf_size(&ch->to) > 0) {
		ssize_t n = write(ch->in, buf_data(&ch->to), buf_size(&ch->to));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			close_end(&ch->in);
			return;
		}
		buf_consume(&ch->to, (size_t)n);
	}
	if (!ch->lasts)
		close_end(&ch->in);
}

static int
open_ends(const struct child_spec *spec, struct child *ch, int theirs[2])
{
	bool wants_input = spec->input != NULL || spec->lasts;

	if (wants_input && make_pipe(true, &ch->in, &theirs[0]) < 0)
		return ERR_SYS;
	if (spec->answers && make_pipe(false, &ch->out, &theirs[1]) < 0)
		return ERR_SYS;
	return 0;
}

int
child_start(struct children *c, const struct child_spec *spec, int64_t mono_ms)
{
	int theirs[2] = { -1, -1 };
	struct child *ch = find_free(c);

	if (ch == NULL || spec->input_size > CHILD_INPUT_MAX)
		return ERR_LIMIT;
	buf_clear(&ch->from);
	*ch = (struct child){
		.in = -1,
		.out = -1,
		.lasts = spec->lasts,
		.answers = spec->answers,
		.terminal = spec->terminal,
		.alone = spec->alone,
		.deadline_ms =
		    spec->limit_ms == 0 ? NEVER_MS : mono_ms + spec->limit_ms,
	};
	buf_init(&ch->to, CHILD_INPUT_MAX);
	buf_init(&ch->from, CHILD_OUTPUT_MAX);
	int err = open_ends(spec, ch, theirs);
	if (err == 0)
		err = spawn(spec, theirs[0], theirs[1], &ch->pid);
	close_end(&theirs[0]);
	close_end(&theirs[1]);
	if (err < 0) {
		forget(ch);
		return err;
	}
	ch->id = ++c->last_id & 0x7fffffff;
	if (spec->input != NULL)
		buf_append(&ch->to, spec->input, spec->input_size);
	push_input(ch);
	return (int)ch->id;
}

int
child_write(struct children *c, unsigned id, const char *text, size_t n)
{
	struct child *ch = find(c, id);

	if (ch == NULL || ch->in < 0)
		return ERR_NOT_FOUND;
	int err = buf_append(&ch->to, text, n);
	push_input(ch);
	return err;
}

void
child_consume(struct children *c, unsigned id, size_t n)
{
	struct child *ch = find(c, id);

	if (ch != NULL)
		buf_consume(&ch->from, n);
}

void
child_stop(struct children *c, unsigned id)
{
	struct child *ch = find(c, id);

	if (ch != NULL)
		end(ch);
}

void
children_watch(const struct children *c, struct loop *l, uint64_t tag)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		const struct child *ch = &c->list[i];
		if (ch->id == 0)
			continue;
		if (ch->out >= 0)
			loop_watch(l, ch->out, true, false, tag);
		if (ch->in >= 0 && buf_size(&ch->to) > 0)
			loop_watch(l, ch->in, false, true, tag);
	}
}

static void
pull_output(struct child *ch)
{
	for (;;) {
		uint8_t *to = buf_reserve(&ch->from, READ_MAX);
		if (to == NULL) {
			/* It says more than anybody asked for. */
			ch->given_up = true;
			kill_child(ch);
			close_end(&ch->out);
			return;
		}
		ssize_t n = read(ch->out, to, READ_MAX);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_end(&ch->out);
			return;
		}
		buf_commit(&ch->from, (size_t)n);
		ch->news = true;
	}
}

void
children_ready(struct children *c, const struct loop_event *ev)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		struct child *ch = &c->list[i];
		if (ch->id == 0)
			continue;
		if (ev->fd == ch->out)
			pull_output(ch);
		else if (ev->fd == ch->in)
			push_input(ch);
	}
}

/* Its number is that of its group as long as nobody waited for it: until then
 * no other group can be meant. */
static void
end_group(const struct child *ch)
{
	siginfo_t info = { .si_pid = 0 };

	if (ch->alone && !ch->reaped &&
	    waitid(P_PID, (id_t)ch->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		0 &&
	    info.si_pid == ch->pid)
		kill(-ch->pid, SIGKILL);
}

static void
reap(struct child *ch)
{
	int status;

	end_group(ch);
	if (ch->reaped || waitpid(ch->pid, &status, WNOHANG) != ch->pid)
		return;
	ch->reaped = true;
	ch->status = WIFEXITED(status) ? WEXITSTATUS(status)
				       : SIGNALLED + WTERMSIG(status);
	/* What it said last; its own children may hold the pipe for ever. */
	if (ch->out >= 0)
		pull_output(ch);
	close_end(&ch->out);
}

static void
describe(const struct child *ch, struct child_event *ret_event)
{
	*ret_event = (struct child_event){
		.id = ch->id,
		.ended = ch->reaped,
		.status = ch->given_up ? GIVEN_UP : ch->status,
		.output = buf_data(&ch->from),
		.size = buf_size(&ch->from),
	};
}

bool
children_next(
    struct children *c, int64_t mono_ms, struct child_event *ret_event)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		struct child *ch = &c->list[i];
		if (ch->id == 0)
			continue;
		if (mono_ms >= ch->deadline_ms && !ch->given_up) {
			ch->given_up = true;
			ch->deadline_ms = NEVER_MS;
			kill_child(ch);
		}
		reap(ch);
		if (!ch->reaped && !ch->news)
			continue;
		describe(ch, ret_event);
		ch->news = false;
		/* The output of the event stays until it is asked for again,
		 * when this place has no id any more. */
		if (ch->reaped) {
			close_end(&ch->in);
			buf_clear(&ch->to);
			ch->id = 0;
		}
		return true;
	}
	return false;
}

int64_t
children_deadline(const struct children *c)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (c->list[i].id != 0)
			at = earlier_ms(at, c->list[i].deadline_ms);
	return at;
}
