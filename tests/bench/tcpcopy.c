/* SPDX-License-Identifier: MIT */
/*
 * What a copy over TCP is at best, without encryption: read and send at one
 * end, receive and write at the other.
 *
 *   tcpcopy take PORT PATH      takes one file, writes and syncs it, ends
 *   tcpcopy give ADDRESS PORT PATH   ends when it has arrived there, synced
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK_SIZE = 256 * 1024 };

static void
fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static struct sockaddr_in
place(const char *address, const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };

	if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
		fail(address);
	return at;
}

static void
write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);
		if (n <= 0)
			fail("write");
		bytes += n;
		size -= (size_t)n;
	}
}

static void
copy(int from, int to)
{
	static char bytes[CHUNK_SIZE];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		write_all(to, bytes, (size_t)n);
	if (n < 0)
		fail("read");
}

static void
take(const char *port, const char *path)
{
	struct sockaddr_in at = place("0.0.0.0", port);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(listener, 1) < 0)
		fail(port);
	puts("ready");
	fflush(stdout);
	int conn = accept(listener, NULL, NULL);
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (conn < 0 || file < 0)
		fail(path);
	copy(conn, file);
	if (fsync(file) < 0)
		fail("fsync");
	write_all(conn, "", 1);
	close(file);
	close(conn);
	close(listener);
}

static void
give(const char *address, const char *port, const char *path)
{
	struct sockaddr_in to = place(address, port);
	int conn = socket(AF_INET, SOCK_STREAM, 0);
	int file = open(path, O_RDONLY);
	char done;

	if (file < 0)
		fail(path);
	if (connect(conn, (const struct sockaddr *)&to, sizeof(to)) < 0)
		fail("connect");
	copy(file, conn);
	if (shutdown(conn, SHUT_WR) < 0 || read(conn, &done, 1) != 1)
		fail("its end");
	close(file);
	close(conn);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "take") == 0)
		take(argv[2], argv[3]);
	else if (argc == 5 && strcmp(argv[1], "give") == 0)
		give(argv[2], argv[3], argv[4]);
	else
		return 2;
	return EXIT_SUCCESS;
}
