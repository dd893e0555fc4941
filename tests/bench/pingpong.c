/* SPDX-License-Identifier: MIT */
/*
 * The other end of the bare ping-pong: gives back every 100 bytes that come
 * over TCP.
 *
 *   pingpong PORT
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BALL_SIZE = 100 };

static int
listen_on(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(fd, 1) < 0)
		return -1;
	return fd;
}

int
main(int argc, char **argv)
{
	char ball[BALL_SIZE];
	int on = 1;
	int fd =
	    argc == 2 ? listen_on((uint16_t)strtoul(argv[1], NULL, 10)) : -1;

	if (fd < 0) {
		perror("pingpong");
		return EXIT_FAILURE;
	}
	puts("ready");
	fflush(stdout);
	int conn = accept(fd, NULL, NULL);
	setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	while (recv(conn, ball, sizeof(ball), MSG_WAITALL) == sizeof(ball))
		if (write(conn, ball, sizeof(ball)) != sizeof(ball))
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
