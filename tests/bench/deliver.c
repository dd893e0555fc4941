/* SPDX-License-Identifier: MIT */
/*
 * How long a text takes from the line that sends it to the event that says it
 * was delivered, beside a bare TCP ping-pong, a synced write and a round trip
 * through two pipes, one after the other in turns, so that all meet the same
 * machine.
 *
 *   deliver ROUNDS ADDRESS PORT FILE NAME TRANSPORT COMMAND [ARG]...
 *
 * COMMAND is earshot --plain --json; NAME is whom it writes to, over TRANSPORT
 * (tcp or udp); pingpong listens at ADDRESS and PORT; FILE is on the disk of
 * the homes. Prints four numbers of nanoseconds a round: the text, the
 * ping-pong, the pipes, the synced write.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	BALL_SIZE = 100,
	SYNC_SIZE = 200,
	WARM_ROUNDS = 20,
	BYTES_MAX = 1 << 16,
	PATIENCE_MS = 10000,
	PAUSE_MS = 10,
};

/* A program on the other side of two pipes. */
struct child {
	pid_t pid;
	int in, out;
	size_t size;
	char bytes[BYTES_MAX + 1];
};

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void
pause_ms(unsigned ms)
{
	struct timespec t = { .tv_nsec = (long)ms * 1000000 };

	nanosleep(&t, NULL);
}

/* What the child for the pipes does: gives back what it gets. */
static void
give_back(void)
{
	char bytes[BALL_SIZE * 2];
	ssize_t n;

	while ((n = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0)
		if (write(STDOUT_FILENO, bytes, (size_t)n) != n)
			break;
	_exit(EXIT_SUCCESS);
}

static void
child_start(struct child *c, char **argv)
{
	int in[2], out[2];

	if (pipe(in) < 0 || pipe(out) < 0)
		fail("pipe");
	c->pid = fork();
	if (c->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		if (argv == NULL)
			give_back();
		execvp(argv[0], argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->in = in[1];
	c->out = out[0];
	c->size = 0;
}

static void
child_end(struct child *c)
{
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
}

/* Reads until the text came; what was read up to then is forgotten. */
static void
child_await(struct child *c, const char *text)
{
	struct pollfd p = { .fd = c->out, .events = POLLIN };

	for (;;) {
		c->bytes[c->size] = '\0';
		if (strstr(c->bytes, text) != NULL)
			break;
		if (c->size == BYTES_MAX)
			c->size = 0;
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			fail(text);
		ssize_t n =
		    read(c->out, c->bytes + c->size, BYTES_MAX - c->size);
		if (n <= 0)
			fail(text);
		c->size += (size_t)n;
	}
	c->size = 0;
}

static int64_t
child_round(struct child *c, const char *line, const char *text)
{
	size_t size = strlen(line);
	int64_t start_ns = now_ns();

	if (write(c->in, line, size) != (ssize_t)size)
		fail("write");
	child_await(c, text);
	return now_ns() - start_ns;
}

static int
connect_to(const char *address, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int64_t
bare_round(int fd)
{
	char ball[BALL_SIZE] = { 0 };
	int64_t start_ns = now_ns();

	if (write(fd, ball, sizeof(ball)) != sizeof(ball) ||
	    recv(fd, ball, sizeof(ball), MSG_WAITALL) != sizeof(ball))
		fail("ping-pong");
	return now_ns() - start_ns;
}

/* What two of are the least for a text that both ends store. */
static int64_t
sync_round(int fd)
{
	char bytes[SYNC_SIZE] = { 0 };
	int64_t start_ns = now_ns();

	if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes) ||
	    fdatasync(fd) < 0)
		fail("fdatasync");
	return now_ns() - start_ns;
}

static void
choose_transport(struct child *c, const char *name, const char *transport)
{
	char line[BALL_SIZE];

	snprintf(
	    line, sizeof(line), "/transport %.8s %.32s\n", transport, name);
	if (write(c->in, line, strlen(line)) != (ssize_t)strlen(line))
		fail("write");
	/* What was said before goes on over the one it began with. */
	enum { SWITCH_MS = 900 };
	pause_ms(SWITCH_MS);
}

int
main(int argc, char **argv)
{
	static struct child earshot, pipes;
	char line[BALL_SIZE * 2], name[BALL_SIZE];

	if (argc < 8)
		return 2;
	int bare = connect_to(argv[2], argv[3]);
	int rounds = (int)strtol(argv[1], NULL, 10);
	int file = open(argv[4], O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (file < 0)
		fail(argv[4]);
	child_start(&pipes, NULL);
	child_start(&earshot, argv + 7);
	snprintf(name, sizeof(name), "\"event\":\"peer\",\"name\":\"%.32s\"",
	    argv[5]);
	child_await(&earshot, name);
	choose_transport(&earshot, argv[5], argv[6]);
	for (int i = -WARM_ROUNDS; i < rounds; i++) {
		snprintf(line, sizeof(line), "/msg %.32s %0*d\n", argv[5],
		    BALL_SIZE, i + WARM_ROUNDS);
		pause_ms(PAUSE_MS);
		int64_t text_ns =
		    child_round(&earshot, line, "\"state\":\"delivered\"");
		pause_ms(PAUSE_MS);
		int64_t bare_ns = bare_round(bare);
		pause_ms(PAUSE_MS);
		int64_t pipe_ns = child_round(&pipes, line, "\n");
		pause_ms(PAUSE_MS);
		int64_t sync_ns = sync_round(file);
		if (i >= 0)
			printf("%lld %lld %lld %lld\n", (long long)text_ns,
			    (long long)bare_ns, (long long)pipe_ns,
			    (long long)sync_ns);
	}
	child_end(&earshot);
	child_end(&pipes);
	close(file);
	return EXIT_SUCCESS;
}
