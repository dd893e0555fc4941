/* SPDX-License-Identifier: MIT */
/*
 * lanswitch FD...: a switch between network cards, each a TAP device that was
 * opened in some namespace, or for its own test a datagram socket. What passes
 * is lost, doubled, held up and overtaken as commands say. They come as lines
 * on standard input and are answered by a line each, "ok" or "error"; the end
 * of the input is the end of the switch. Ports are counted from 0.
 *
 *	seed N              of the dice
 *	loss P              percent that is lost
 *	duplicate P         percent that comes twice
 *	reorder P           percent that is not held up
 *	delay MS SPREAD_MS  holds up MS, give or take SPREAD_MS
 *	cut PORT            nothing passes there
 *	heal PORT           undoes it
 *	drop tcp|udp|none   loses all of that
 *	stats               counts since the last time
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	PORTS_MAX = 16,
	FRAME_MAX = 2048,
	HEADER_SIZE = 14,
	MAC_SIZE = 6,
	HELD_MAX = 32768,
	FRAMES_A_TURN = 64,
	LINE_MAX_SIZE = 256,
};

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

struct port {
	int fd;
	bool is_cut;
	bool has_mac;
	uint8_t mac[MAC_SIZE]; /* of the card, learnt from what it sends */
};

struct frame {
	struct frame *next;
	int64_t due_ns;
	size_t to;
	size_t size;
	uint8_t bytes[FRAME_MAX];
};

struct stats {
	uint64_t in, out, lost, doubled, overtaking, dropped;
};

struct lanswitch {
	struct port ports[PORTS_MAX];
	size_t port_count;
	struct frame *held; /* by the time they are due */
	size_t held_count;
	double loss, duplicate, reorder, delay_ms, spread_ms;
	uint8_t dropped_proto; /* of IP; 0: none */
	uint64_t dice;
	struct stats stats;
	char line[LINE_MAX_SIZE];
	size_t line_size;
	bool done;
};

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* From 0 up to 1. A plain multiplicative generator is random enough here, and
 * a run can be repeated. */
static double
roll(struct lanswitch *s)
{
	s->dice = s->dice * UINT64_C(6364136223846793005) +
		  UINT64_C(1442695040888963407);
	return (double)(s->dice >> 33) / (double)(UINT64_C(1) << 31);
}

static bool
happens(struct lanswitch *s, double percent)
{
	return percent > 0 && roll(s) * 100 < percent;
}

static int64_t
held_up_ns(struct lanswitch *s)
{
	double ms = s->delay_ms + (roll(s) * 2 - 1) * s->spread_ms;

	if (happens(s, s->reorder)) {
		s->stats.overtaking++;
		ms = 0;
	}
	return ms > 0 ? (int64_t)(ms * NS_PER_MS) : 0;
}

/* What is due at one time keeps its order. */
static void
hold(struct lanswitch *s, size_t to, const uint8_t *bytes, size_t size)
{
	struct frame **at = &s->held;
	struct frame *f;

	if (s->held_count == HELD_MAX || (f = malloc(sizeof(*f))) == NULL) {
		s->stats.lost++;
		return;
	}
	f->due_ns = now_ns() + held_up_ns(s);
	f->to = to;
	f->size = size;
	memcpy(f->bytes, bytes, size);
	while (*at != NULL && (*at)->due_ns <= f->due_ns)
		at = &(*at)->next;
	f->next = *at;
	*at = f;
	s->held_count++;
}

static void
deliver(struct lanswitch *s, int64_t now)
{
	while (s->held != NULL && s->held->due_ns <= now) {
		struct frame *f = s->held;
		const struct port *to = &s->ports[f->to];
		s->held = f->next;
		s->held_count--;
		/* A card that is down takes nothing: so it is with cables. */
		if (!to->is_cut && write(to->fd, f->bytes, f->size) > 0)
			s->stats.out++;
		else
			s->stats.lost++;
		free(f);
	}
}

static uint8_t
ip_proto(const uint8_t *bytes, size_t size)
{
	const uint8_t *ip = bytes + HEADER_SIZE;
	unsigned type = (unsigned)bytes[12] << 8 | bytes[13];

	if (type == 0x0800 && size >= HEADER_SIZE + 20)
		return ip[9];
	if (type == 0x86dd && size >= HEADER_SIZE + 40)
		return ip[6];
	return 0;
}

static void
pass(struct lanswitch *s, size_t to, const uint8_t *bytes, size_t size)
{
	if (s->ports[to].is_cut || happens(s, s->loss)) {
		s->stats.lost++;
		return;
	}
	hold(s, to, bytes, size);
	if (happens(s, s->duplicate)) {
		s->stats.doubled++;
		hold(s, to, bytes, size);
	}
}

static void
forward(struct lanswitch *s, size_t from, const uint8_t *bytes, size_t size)
{
	struct port *p = &s->ports[from];
	bool is_known = false;

	s->stats.in++;
	memcpy(p->mac, bytes + MAC_SIZE, MAC_SIZE);
	p->has_mac = true;
	if (p->is_cut) {
		s->stats.lost++;
		return;
	}
	if (s->dropped_proto != 0 &&
	    ip_proto(bytes, size) == s->dropped_proto) {
		s->stats.dropped++;
		return;
	}
	for (size_t i = 0; i < s->port_count; i++) {
		if (s->ports[i].has_mac &&
		    memcmp(s->ports[i].mac, bytes, MAC_SIZE) == 0) {
			is_known = true;
			if (i != from)
				pass(s, i, bytes, size);
		}
	}
	for (size_t i = 0; i < s->port_count && !is_known; i++)
		if (i != from)
			pass(s, i, bytes, size);
}

static void
read_port(struct lanswitch *s, size_t from)
{
	uint8_t bytes[FRAME_MAX];

	for (int i = 0; i < FRAMES_A_TURN; i++) {
		ssize_t n = read(s->ports[from].fd, bytes, sizeof(bytes));
		if (n < HEADER_SIZE)
			return;
		forward(s, from, bytes, (size_t)n);
	}
}

static bool
set_number(struct lanswitch *s, const char *word, const char *rest)
{
	struct {
		const char *word;
		double *value;
	} const numbers[] = {
		{ "loss", &s->loss },
		{ "duplicate", &s->duplicate },
		{ "reorder", &s->reorder },
	};
	double percent;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(numbers[i].word, word) != 0)
			continue;
		if (sscanf(rest, "%lf", &percent) != 1 || percent < 0 ||
		    percent > 100)
			return false;
		*numbers[i].value = percent;
		return true;
	}
	return false;
}

static bool
set_cut(struct lanswitch *s, const char *rest, bool is_cut)
{
	size_t port;

	if (sscanf(rest, "%zu", &port) != 1 || port >= s->port_count)
		return false;
	s->ports[port].is_cut = is_cut;
	return true;
}

static bool
set_dropped(struct lanswitch *s, const char *rest)
{
	static const struct {
		const char *word;
		uint8_t proto;
	} protos[] = { { "none", 0 }, { "tcp", 6 }, { "udp", 17 } };

	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (strcmp(protos[i].word, rest) == 0) {
			s->dropped_proto = protos[i].proto;
			return true;
		}
	}
	return false;
}

static bool
set(struct lanswitch *s, const char *word, const char *rest)
{
	double ms, spread;

	if (strcmp(word, "seed") == 0)
		return sscanf(rest, "%" SCNu64, &s->dice) == 1;
	if (strcmp(word, "delay") == 0) {
		if (sscanf(rest, "%lf %lf", &ms, &spread) != 2)
			return false;
		s->delay_ms = ms;
		s->spread_ms = spread;
		return true;
	}
	if (strcmp(word, "cut") == 0 || strcmp(word, "heal") == 0)
		return set_cut(s, rest, word[0] == 'c');
	if (strcmp(word, "drop") == 0)
		return set_dropped(s, rest);
	return set_number(s, word, rest);
}

static void
run_line(struct lanswitch *s)
{
	char *rest = strchr(s->line, ' ');

	if (strcmp(s->line, "stats") == 0) {
		const struct stats *t = &s->stats;
		printf("ok in %" PRIu64 " out %" PRIu64 " lost %" PRIu64
		       " doubled %" PRIu64 " overtaking %" PRIu64
		       " dropped %" PRIu64 "\n",
		    t->in, t->out, t->lost, t->doubled, t->overtaking,
		    t->dropped);
		memset(&s->stats, 0, sizeof(s->stats));
		return;
	}
	if (rest != NULL)
		*rest++ = '\0';
	puts(rest != NULL && set(s, s->line, rest) ? "ok" : "error");
}

static void
read_commands(struct lanswitch *s)
{
	char bytes[LINE_MAX_SIZE];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	s->done = n <= 0;
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] != '\n') {
			if (s->line_size < sizeof(s->line) - 1)
				s->line[s->line_size++] = bytes[i];
			continue;
		}
		s->line[s->line_size] = '\0';
		s->line_size = 0;
		run_line(s);
	}
}

static void
wait_for(struct lanswitch *s, struct pollfd *fds)
{
	struct timespec t = { 0 };
	int64_t left = s->held == NULL ? 0 : s->held->due_ns - now_ns();

	if (left > 0) {
		t.tv_sec = left / NS_PER_S;
		t.tv_nsec = left % NS_PER_S;
	}
	for (size_t i = 0; i <= s->port_count; i++)
		fds[i].revents = 0;
	if (ppoll(fds, s->port_count + 1, s->held == NULL ? NULL : &t, NULL) <
		0 &&
	    errno != EINTR)
		s->done = true;
}

static bool
open_ports(struct lanswitch *s, struct pollfd *fds, char **words)
{
	fds[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
	for (; *words != NULL && s->port_count < PORTS_MAX; words++) {
		int fd = (int)strtol(*words, NULL, 10);
		if (fd <= STDERR_FILENO || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
			return false;
		s->ports[s->port_count++].fd = fd;
		fds[s->port_count] = (struct pollfd){ fd, POLLIN, 0 };
	}
	return *words == NULL;
}

int
main(int argc, char **argv)
{
	static struct lanswitch s;
	struct pollfd fds[PORTS_MAX + 1];

	if (argc < 3 || !open_ports(&s, fds, argv + 1)) {
		fputs("lanswitch: give me descriptors of cards\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (!s.done) {
		wait_for(&s, fds);
		/* Before what comes in now, which must not overtake it. */
		deliver(&s, now_ns());
		for (size_t i = 0; i < s.port_count; i++)
			if (fds[i + 1].revents != 0)
				read_port(&s, i);
		deliver(&s, now_ns());
		if (fds[0].revents != 0)
			read_commands(&s);
	}
	return 0;
}
