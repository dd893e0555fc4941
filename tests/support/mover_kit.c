/* SPDX-License-Identifier: MIT */
#include "mover_kit.h"

#include "base/mem.h"
#include "store/sink.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 32768 };

int
kit_open(void **state)
{
	struct kit *k = xcalloc(1, sizeof(*k));

	k->top = tmpdir_make();
	k->downloads = xasprintf("%s/downloads", k->top);
	char *src = xasprintf("%s/src", k->top);
	assert_int_equal(mkdir(src, 0700), 0);
	free(src);
	k->from = (struct kit_end){ .m = mover_new(), .fd = -1 };
	k->to = (struct kit_end){ .m = mover_new(), .fd = -1 };
	k->limit = SIZE_MAX;
	*state = k;
	return 0;
}

static void
end_forget(struct kit_end *e)
{
	free(e->path);
	free(e->text);
	free(e->note);
	if (e->fd >= 0)
		close(e->fd);
	*e = (struct kit_end){ .m = e->m,
		.fd = -1,
		.part = e->part,
		.dies = e->dies,
		.looked = e->looked };
}

int
kit_close(void **state)
{
	struct kit *k = *state;

	mover_free(k->from.m);
	mover_free(k->to.m);
	end_forget(&k->from);
	end_forget(&k->to);
	free(k->to.part);
	tmpdir_remove(k->top);
	free(k->source);
	free(k->downloads);
	free(k);
	return 0;
}

uint8_t *
kit_pattern(size_t n)
{
	uint8_t *p = xmalloc(n + 1);
	uint32_t x = 12345;

	for (size_t i = 0; i < n; i++) {
		x = x * 1103515245 + 12345;
		p[i] = (uint8_t)(x >> 16);
	}
	return p;
}

static void
name_source(struct kit *k, const char *name)
{
	free(k->source);
	k->source = xasprintf("%s/src/%s", k->top, name);
	k->plan = (struct move_plan){ .name = name };
}

void
kit_file(struct kit *k, const char *name, size_t n)
{
	uint8_t *bytes = kit_pattern(n);
	struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };

	name_source(k, name);
	tmpdir_write(k->source, bytes, n, 0600);
	free(bytes);
	assert_int_equal(utimensat(AT_FDCWD, k->source, times, 0), 0);
	k->plan.size = n;
	k->plan.files = 1;
	k->plan.mtime = times[1].tv_sec;
}

void
kit_folder(struct kit *k, const char *name, uint64_t bytes, uint32_t files)
{
	name_source(k, name);
	k->plan.folder = true;
	k->plan.size = bytes;
	k->plan.files = files;
}

struct session_keys
kit_keys(bool sends)
{
	struct session_keys keys = { .send.nonce = 3, .receive.nonce = 3 };

	memset(keys.send.key, sends ? 1 : 2, sizeof(keys.send.key));
	memset(keys.receive.key, sends ? 2 : 1, sizeof(keys.receive.key));
	return keys;
}

static void
pair_tcp(int fds[static 2])
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(to);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&to, n), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&to, &n), 0);
	fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fds[1], (struct sockaddr *)&to, n), 0);
	fds[0] = accept(listener, NULL, NULL);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fcntl(fds[i], F_SETFL, O_NONBLOCK), 0);
	close(listener);
}

/* A connection; the test has the other end. */
static int
connect_to(const struct kit *k, struct kit_end *e)
{
	int fds[2];

	if (k->tcp)
		pair_tcp(fds);
	else
		assert_int_equal(
		    socketpair(AF_UNIX,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
		    0);
	e->fd = fds[1];
	e->given = fds[0];
	return fds[0];
}

void
kit_start_sender(struct kit *k)
{
	struct move_plan plan = k->plan;

	end_forget(&k->from);
	plan.sends = true;
	plan.keys = kit_keys(true);
	plan.path = k->source;
	mover_start(k->from.m, KIT_TOKEN, &plan, connect_to(k, &k->from), NULL,
	    0, k->downloads);
}

static void
start_receiver(struct kit *k, int fd)
{
	struct move_plan plan = k->plan;

	plan.keys = kit_keys(false);
	plan.path = "";
	plan.part = k->to.part;
	mover_start(k->to.m, KIT_TOKEN, &plan, fd, NULL, 0, k->downloads);
}

void
kit_start_receiver(struct kit *k)
{
	end_forget(&k->to);
	start_receiver(k, connect_to(k, &k->to));
}

void
kit_start_alone(struct kit *k)
{
	end_forget(&k->to);
	start_receiver(k, -1);
}

void
kit_start(struct kit *k)
{
	k->carried = 0;
	kit_start_sender(k);
	kit_start_receiver(k);
}

static void
keep_text(char **to, const char *text)
{
	if (text == NULL)
		return;
	free(*to);
	*to = xstrdup(text);
}

static void
hear(struct kit_end *e)
{
	struct move_report r;
	uint32_t token;

	while (mover_next(e->m, &token, &r)) {
		if (token == KIT_LOOK_TOKEN) {
			assert_int_equal(r.kind, MOVE_LOST);
			e->looked++;
			continue;
		}
		assert_int_equal(token, KIT_TOKEN);
		assert_int_equal(e->last, 0);
		/* Before it begins, that is how much was looked at, which a
		 * slow machine tells of. */
		assert_true(r.done >= e->done || e->begun == 0);
		e->done = r.done;
		e->files_done = r.files_done;
		keep_text(&e->path, r.path);
		keep_text(&e->part, r.part);
		keep_text(&e->text, r.text);
		keep_text(&e->note, r.note);
		if (r.kind == MOVE_BEGUN) {
			assert_int_equal(e->begun++, 0);
			e->offset = r.offset;
		} else if (r.kind == MOVE_PROGRESS) {
			e->progress++;
			e->ended = r.ended;
		} else {
			e->last++;
			e->kind = r.kind;
			e->why = r.why;
			e->sys_errno = r.sys_errno;
			/* As main does, once that is stored. */
			if (r.kind == MOVE_DONE && e->part != NULL && !e->dies)
				sink_drop_aside(e->part);
		}
	}
}

static void
end_connection(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Between two blocking ends would be a deadlock: what was read waits here to be
 * taken. False: the other end has closed. */
static bool
put(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN) {
			struct pollfd one = { .fd = fd, .events = POLLOUT };
			assert_int_equal(poll(&one, 1, KIT_WAIT_MS), 1);
			continue;
		}
		if (sent < 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

/* What is there now; up to max. */
static size_t
carry(int from, int to, size_t max)
{
	static uint8_t chunk[CHUNK];
	size_t sum = 0;

	while (from >= 0 && to >= 0 && sum < max) {
		size_t want = max - sum < CHUNK ? max - sum : CHUNK;
		ssize_t got = recv(from, chunk, want, 0);
		if (got == 0)
			shutdown(to, SHUT_WR);
		if (got <= 0)
			break;
		if (!put(to, chunk, (size_t)got))
			break;
		sum += (size_t)got;
	}
	return sum;
}

static bool
ended(int fd)
{
	uint8_t byte;

	return fd < 0 || recv(fd, &byte, 1, MSG_PEEK) == 0;
}

static void
wait_for_some(struct kit *k)
{
	bool from = !ended(k->from.fd) && k->carried < k->limit;
	struct pollfd fds[] = {
		{ .fd = from ? k->from.fd : -1, .events = POLLIN },
		{ .fd = ended(k->to.fd) ? -1 : k->to.fd, .events = POLLIN },
		{ .fd = mover_fd(k->from.m), .events = POLLIN },
		{ .fd = mover_fd(k->to.m), .events = POLLIN },
	};

	assert_true(poll(fds, 4, KIT_WAIT_MS) > 0);
}

static void
turn(struct kit *k)
{
	k->carried += carry(k->from.fd, k->to.fd, k->limit - k->carried);
	carry(k->to.fd, k->from.fd, SIZE_MAX);
	hear(&k->from);
	hear(&k->to);
}

void
kit_run(struct kit *k)
{
	turn(k);
	while (k->from.last == 0 || k->to.last == 0) {
		wait_for_some(k);
		turn(k);
	}
}

void
kit_run_to_limit(struct kit *k)
{
	turn(k);
	while (k->carried < k->limit) {
		wait_for_some(k);
		turn(k);
	}
}

void
kit_cut(struct kit *k)
{
	end_connection(&k->from.fd);
	end_connection(&k->to.fd);
}

void
kit_wait(struct kit *k, struct kit_end *e)
{
	struct pollfd one = { .fd = mover_fd(e->m), .events = POLLIN };

	(void)k;
	hear(e);
	while (e->last == 0) {
		assert_int_equal(poll(&one, 1, KIT_WAIT_MS), 1);
		hear(e);
	}
}

/* A round of the thread: a move that has no connection is told of. */
static void
look_once(struct kit_end *e)
{
	struct move_plan plan = { .sends = true, .path = "", .name = "none" };
	unsigned looked = e->looked;

	mover_start(e->m, KIT_LOOK_TOKEN, &plan, -1, NULL, 0, NULL);
	hear(e);
	while (e->looked == looked) {
		struct pollfd one = { .fd = mover_fd(e->m), .events = POLLIN };
		assert_int_equal(poll(&one, 1, KIT_WAIT_MS), 1);
		hear(e);
	}
}

void
kit_look(struct kit_end *e)
{
	/* Of the first it may be in the middle; in the second it sees what is
	 * there; with the third it has dealt with that. */
	for (int i = 0; i < 3; i++)
		look_once(e);
}

void
kit_liar_open(struct kit_liar *l, int fd)
{
	struct flow_event ev;
	size_t cap;

	*l = (struct kit_liar){ .keys = kit_keys(true), .fd = fd };
	struct flow_cfg cfg = { .sends = true, .keys = &l->keys };
	l->f = flow_new(&cfg);
	while (flow_next(l->f, &ev) == 0) {
		struct pollfd one = { .fd = fd, .events = POLLIN };
		assert_int_equal(poll(&one, 1, KIT_WAIT_MS), 1);
		uint8_t *to = flow_room(l->f, &cap);
		ssize_t got = recv(fd, to, cap, 0);
		assert_true(got > 0);
		flow_received(l->f, (size_t)got);
	}
	assert_int_equal(ev.kind, FLOW_WANTED);
	assert_int_equal(flow_begin(l->f, 0), 0);
}

void
kit_liar_say(struct kit_liar *l)
{
	size_t n;
	const uint8_t *p;

	assert_int_equal(flow_flush(l->f), 0);
	while ((p = flow_output(l->f, &n)) != NULL && n > 0) {
		assert_int_equal(send(l->fd, p, n, 0), n);
		flow_sent(l->f, n);
	}
}

void
kit_check_file(struct kit *k)
{
	struct stat st;
	uint8_t *want = kit_pattern((size_t)k->plan.size);

	assert_non_null(k->to.path);
	assert_int_equal(stat(k->to.path, &st), 0);
	assert_int_equal(st.st_size, k->plan.size);
	assert_int_equal(st.st_mtim.tv_sec, k->plan.mtime);
	assert_int_equal(st.st_mode & 0777, 0600);
	uint8_t *got = xmalloc((size_t)k->plan.size + 1);
	int fd = open(k->to.path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, got, (size_t)k->plan.size + 1), k->plan.size);
	assert_memory_equal(got, want, (size_t)k->plan.size);
	close(fd);
	free(got);
	free(want);
}

unsigned
kit_downloads(const struct kit *k)
{
	DIR *d = opendir(k->downloads);
	unsigned count = 0;

	if (d == NULL)
		return 0;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		count += e->d_name[0] != '.' ||
			 strncmp(e->d_name, ".earshot", 8) == 0;
	closedir(d);
	return count;
}

void
kit_make_folder(struct kit *k, const char *name)
{
	char *path = xasprintf("%s/src/%s", k->top, name);

	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

void
kit_make_file(struct kit *k, const char *name, size_t n)
{
	uint8_t *bytes = kit_pattern(n);
	char *path = xasprintf("%s/src/%s", k->top, name);

	tmpdir_write(path, bytes, n, 0600);
	free(path);
	free(bytes);
}

void
kit_run_and_cut(struct kit *k, size_t limit)
{
	k->limit = limit;
	kit_start(k);
	kit_run_to_limit(k);
	kit_cut(k);
	kit_wait(k, &k->from);
	kit_wait(k, &k->to);
	k->limit = SIZE_MAX;
	assert_int_equal(k->from.kind, MOVE_LOST);
	assert_int_equal(k->to.kind, MOVE_LOST);
	assert_non_null(k->to.part);
	assert_true(tmpdir_exists(k->to.part));
}
