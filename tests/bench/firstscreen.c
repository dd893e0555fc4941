/* SPDX-License-Identifier: MIT */
/*
 * Starts a program on a terminal of its own and tells when its screen stood:
 *
 *   firstscreen TEXT COMMAND [ARG]...
 *
 * prints milliseconds from exec: of the first byte, of the byte that completes
 * TEXT ("-" where it did not come), and of the last byte before the terminal
 * was quiet. With an empty TEXT it waits for the quiet alone. The program is
 * killed then.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	BYTES_MAX = 1 << 20,
	QUIET_MS = 150,
	PATIENCE_MS = 5000,
	ROWS = 24,
	COLS = 80,
};

struct watch {
	const char *text;
	uint8_t *bytes;
	size_t size;
	int64_t first_ns, text_ns, last_ns;
};

/* A new session is ranked anew where the kernel groups them. */
static void
rank_session(void)
{
	FILE *file = fopen("/proc/self/autogroup", "w");

	if (file == NULL)
		return;
	fprintf(file, "%d", getpriority(PRIO_PROCESS, 0));
	fclose(file);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* False when there will be no more, or enough was seen. */
static bool
take(struct watch *w, int fd)
{
	ssize_t n = read(fd, w->bytes + w->size, BYTES_MAX - w->size);
	size_t text_size = strlen(w->text);

	if (n <= 0)
		return false;
	w->last_ns = now_ns();
	if (w->first_ns == 0)
		w->first_ns = w->last_ns;
	w->size += (size_t)n;
	if (text_size > 0 &&
	    memmem(w->bytes, w->size, w->text, text_size) != NULL)
		w->text_ns = w->last_ns;
	return w->text_ns == 0 && w->size < BYTES_MAX;
}

static void
observe(struct watch *w, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t end_ns = now_ns() + (int64_t)PATIENCE_MS * 1000000;

	while (now_ns() < end_ns) {
		bool waits = w->first_ns == 0 || *w->text != '\0';
		int n = poll(&p, 1, waits ? PATIENCE_MS : QUIET_MS);
		if (n <= 0 || !take(w, fd))
			return;
	}
}

static void
print_ms(int64_t at_ns, int64_t start_ns, char end)
{
	if (at_ns == 0)
		printf("-%c", end);
	else
		printf("%.3f%c", (double)(at_ns - start_ns) / 1e6, end);
}

int
main(int argc, char **argv)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };
	struct watch w = { .text = argc > 2 ? argv[1] : "" };
	int fd;

	/* The child tells when it called exec, without the cost of fork. */
	int64_t *start_ns = mmap(NULL, sizeof(*start_ns),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w.bytes = malloc(BYTES_MAX);
	if (argc < 3 || start_ns == MAP_FAILED || w.bytes == NULL)
		return 2;
	pid_t pid = forkpty(&fd, NULL, NULL, &size);
	if (pid < 0)
		return 1;
	if (pid == 0) {
		rank_session();
		*start_ns = now_ns();
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	observe(&w, fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	print_ms(w.first_ns, *start_ns, ' ');
	print_ms(w.text_ns, *start_ns, ' ');
	print_ms(w.last_ns, *start_ns, '\n');
	free(w.bytes);
	return EXIT_SUCCESS;
}
