/* SPDX-License-Identifier: MIT */
/*
 * One end of a Noise session over loopback TCP, for noise_interop.py, which
 * plays the other with an independent implementation.
 *
 *   noise_peer listen|PORT initiator|responder PROLOGUE SECRET-HEX
 *
 * Prints "port N" when it listens, then "hash HEX" and "remote HEX" after the
 * handshake. Frames are two bytes of length and a Noise message. The handshake
 * payloads are "one", "two", "three". Afterwards it sends every message back,
 * but for "rekey" (both directions, answered "rekeyed" under the new keys) and
 * "bye". Exit status: 0 done, 2 wrong use or network, 3 refused by Noise.
 */
#include "crypto/noise.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEADLINE_S = 60, EXIT_NETWORK = 2, EXIT_REFUSED = 3 };

struct session {
	int fd;
	struct noise n;
	struct noise_cipher send, receive;
	uint8_t frame[NOISE_MESSAGE_MAX], text[NOISE_MESSAGE_MAX];
};

static void
die(const char *what, int status)
{
	fprintf(stderr, "noise_peer: %s\n", what);
	exit(status);
}

static void
check(int rc, const char *what)
{
	if (rc != 0)
		die(what, EXIT_REFUSED);
}

static void
print_hex(const char *name, const uint8_t *bytes, size_t n)
{
	char text[2 * HASH_SIZE + 1];

	sodium_bin2hex(text, sizeof(text), bytes, n);
	printf("%s %s\n", name, text);
	fflush(stdout);
}

static int
connect_or_listen(const char *where)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket", EXIT_NETWORK);
	if (strcmp(where, "listen") != 0) {
		a.sin_port = htons((uint16_t)strtoul(where, NULL, 10));
		if (connect(fd, (struct sockaddr *)&a, len) != 0)
			die("connect", EXIT_NETWORK);
		return fd;
	}
	if (bind(fd, (struct sockaddr *)&a, len) != 0 || listen(fd, 1) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		die("listen", EXIT_NETWORK);
	printf("port %u\n", (unsigned)ntohs(a.sin_port));
	fflush(stdout);
	int connection = accept(fd, NULL, NULL);
	if (connection < 0)
		die("accept", EXIT_NETWORK);
	close(fd);
	return connection;
}

static void
write_all(int fd, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);
		if (done <= 0)
			die("write", EXIT_NETWORK);
		bytes += done;
		n -= (size_t)done;
	}
}

static void
read_all(int fd, uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = read(fd, bytes, n);
		if (done <= 0)
			die("read", EXIT_NETWORK);
		bytes += done;
		n -= (size_t)done;
	}
}

static void
write_frame(struct session *s, size_t n)
{
	const uint8_t head[] = { (uint8_t)(n >> 8), (uint8_t)n };

	write_all(s->fd, head, sizeof(head));
	write_all(s->fd, s->frame, n);
}

static size_t
read_frame(struct session *s)
{
	uint8_t head[2];

	read_all(s->fd, head, sizeof(head));
	size_t n = (size_t)head[0] << 8 | head[1];
	read_all(s->fd, s->frame, n);
	return n;
}

static void
shake_hands(struct session *s)
{
	static const char *const payloads[] = { "one", "two", "three" };
	uint8_t hash[HASH_SIZE], remote[NOISE_KEY_SIZE];
	size_t size;

	for (int step = 0; step < 3; step++) {
		const char *payload = payloads[step];
		size_t n = strlen(payload);
		bool ours = (step == 1) == (s->n.role == NOISE_RESPONDER);
		if (ours) {
			check(noise_write(&s->n, payload, n, s->frame,
				  sizeof(s->frame), &size),
			    "write");
			write_frame(s, size);
			continue;
		}
		size = read_frame(s);
		check(noise_read(&s->n, s->frame, size, s->text,
			  sizeof(s->text), &size),
		    "read");
		if (size != n || memcmp(s->text, payload, n) != 0)
			die("another payload", EXIT_REFUSED);
	}
	memcpy(remote, noise_remote_static(&s->n), sizeof(remote));
	check(noise_split(&s->n, &s->send, &s->receive, hash), "split");
	print_hex("hash", hash, sizeof(hash));
	print_hex("remote", remote, sizeof(remote));
}

static void
send_text(struct session *s, const void *text, size_t n)
{
	check(noise_seal(&s->send, NULL, 0, text, n, s->frame), "seal");
	write_frame(s, n + NOISE_TAG_SIZE);
}

static bool
is_text(const struct session *s, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(s->text, word, n) == 0;
}

static void
serve(struct session *s)
{
	for (;;) {
		size_t n = read_frame(s);
		check(noise_open(&s->receive, NULL, 0, s->frame, n, s->text),
		    "open");
		n -= NOISE_TAG_SIZE;
		if (is_text(s, n, "bye"))
			return;
		if (!is_text(s, n, "rekey")) {
			send_text(s, s->text, n);
			continue;
		}
		noise_rekey(&s->send);
		noise_rekey(&s->receive);
		send_text(s, "rekeyed", strlen("rekeyed"));
	}
}

int
main(int argc, char **argv)
{
	static struct session s;
	struct noise_keypair keys;
	struct rng rng = rng_system();
	size_t size;

	if (argc != 5 || sodium_init() < 0)
		die("wrong use", EXIT_NETWORK);
	if (sodium_hex2bin(keys.secret, sizeof(keys.secret), argv[4],
		strlen(argv[4]), NULL, &size, NULL) != 0 ||
	    size != sizeof(keys.secret) ||
	    crypto_scalarmult_base(keys.public, keys.secret) != 0)
		die("wrong key", EXIT_NETWORK);
	alarm(DEADLINE_S);
	s.fd = connect_or_listen(argv[1]);
	noise_init(&s.n,
	    strcmp(argv[2], "initiator") == 0 ? NOISE_INITIATOR
					      : NOISE_RESPONDER,
	    &keys, argv[3], strlen(argv[3]), &rng);
	shake_hands(&s);
	serve(&s);
	return 0;
}
