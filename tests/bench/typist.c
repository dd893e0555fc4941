/* SPDX-License-Identifier: MIT */
/*
 * Somebody at a terminal, whose other end is the standard input:
 *
 *   typist echo COUNT PAUSE_MS    types COUNT letters, PAUSE_MS apart
 *   typist resize COUNT           gives the terminal COUNT other sizes
 *
 * prints a line for each: nanoseconds and bytes. Of a letter, the time until
 * it is among the bytes for the terminal ("-" where it does not come), and all
 * bytes until the next; of a size, the time of the last byte before the
 * terminal is quiet, and what came until then.
 *
 * The letters are such as nothing else writes, so they are found in whatever
 * else is drawn meanwhile; now and then the line is emptied.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	READ_SIZE = 1 << 16,
	LINE_MAX_KEYS = 20,
	PATIENCE_MS = 2000,
	QUIET_MS = 60,
	EMPTY_LINE = 'u' & 0x1F,
};

static const char letters[] = "~{^}";

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Bytes read, 0 after so long without any. */
static size_t
take(char *bytes, int64_t wait_ns)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec wait = { .tv_sec = wait_ns / 1000000000,
		.tv_nsec = wait_ns % 1000000000 };

	if (wait_ns < 0 || ppoll(&p, 1, &wait, NULL) <= 0)
		return 0;
	ssize_t n = read(STDIN_FILENO, bytes, READ_SIZE);
	if (n <= 0)
		exit(EXIT_FAILURE);
	return (size_t)n;
}

static void
press(char key)
{
	if (write(STDIN_FILENO, &key, 1) != 1)
		exit(EXIT_FAILURE);
}

/* All that comes until then. */
static size_t
drain_until(char *bytes, int64_t end_ns)
{
	size_t sum = 0;

	for (int64_t left; (left = end_ns - now_ns()) > 0;)
		sum += take(bytes, left);
	return sum;
}

static void
type_one(char *bytes, char key, int64_t pause_ns)
{
	int64_t start_ns = now_ns(), seen_ns = 0;
	int64_t end_ns = start_ns + (int64_t)PATIENCE_MS * 1000000;
	size_t sum = 0;

	press(key);
	for (int64_t left; seen_ns == 0 && (left = end_ns - now_ns()) > 0;) {
		size_t n = take(bytes, left);
		sum += n;
		if (memchr(bytes, key, n) != NULL)
			seen_ns = now_ns();
	}
	sum += drain_until(bytes, now_ns() + pause_ns);
	if (seen_ns == 0)
		printf("- %zu\n", sum);
	else
		printf("%lld %zu\n", (long long)(seen_ns - start_ns), sum);
}

static void
type_all(char *bytes, unsigned count, int64_t pause_ns)
{
	for (unsigned i = 0; i < count; i++) {
		if (i % LINE_MAX_KEYS == 0) {
			press(EMPTY_LINE);
			drain_until(
			    bytes, now_ns() + (int64_t)QUIET_MS * 1000000);
		}
		type_one(bytes, letters[i % (sizeof(letters) - 1)], pause_ns);
	}
}

static void
resize_one(char *bytes, unsigned short rows, unsigned short cols)
{
	struct winsize size = { .ws_row = rows, .ws_col = cols };
	int64_t start_ns = now_ns(), last_ns = start_ns;
	size_t sum = 0, n;

	if (ioctl(STDIN_FILENO, TIOCSWINSZ, &size) < 0)
		exit(EXIT_FAILURE);
	while ((n = take(bytes, (int64_t)QUIET_MS * 1000000)) > 0) {
		sum += n;
		last_ns = now_ns();
	}
	printf("%lld %zu\n", (long long)(last_ns - start_ns), sum);
}

static void
resize_all(char *bytes, unsigned count)
{
	static const unsigned short sizes[][2] = { { 40, 120 }, { 24, 80 },
		{ 60, 200 }, { 30, 60 } };

	for (unsigned i = 0; i < count; i++) {
		const unsigned short *s =
		    sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
		resize_one(bytes, s[0], s[1]);
	}
}

int
main(int argc, char **argv)
{
	char *bytes = malloc(READ_SIZE);
	unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

	if (bytes == NULL)
		return EXIT_FAILURE;
	if (argc == 4 && strcmp(argv[1], "echo") == 0)
		type_all(bytes, count, strtoll(argv[3], NULL, 10) * 1000000);
	else if (argc == 3 && strcmp(argv[1], "resize") == 0)
		resize_all(bytes, count);
	else
		return 2;
	free(bytes);
	return EXIT_SUCCESS;
}
