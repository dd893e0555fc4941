/* SPDX-License-Identifier: MIT */
/*
 * The main of a fuzz target where there is no libFuzzer: every file named, or
 * found in a directory named, goes through the target, then as many seeded
 * mutations of them as asked for. The same seed gives the same inputs, so a
 * failure here is a failure everywhere. An input that aborts, or that takes
 * longer than INPUT_SECONDS, is printed as hex.
 *
 *   TARGET [-r COUNT SEED] PATH...
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SEEDS_MAX = 1024,
	SEED_BYTES_MAX = 128 * 1024,
	INPUT_BYTES_MAX = 2 * SEED_BYTES_MAX,
	STEPS_MAX = 8, /* mutations of one input */
	BLOCK_MAX = 256,
	INPUT_SECONDS = 20,
	PATH_BYTES_MAX = 4096,
};

struct bytes {
	uint8_t *data;
	size_t size;
};

static struct bytes seeds[SEEDS_MAX];
static size_t seed_count;
/* What is running, for the signal handler. */
static struct bytes current;
static uint64_t state;

static void
die(const char *what)
{
	perror(what);
	exit(2);
}

static void
on_signal(int sig)
{
	static const char digits[] = "0123456789abcdef";
	static const char head[] = "\nthe input was (hex): ";
	char pair[2];

	if (write(2, head, sizeof(head) - 1) < 0)
		_exit(2);
	for (size_t i = 0; i < current.size; i++) {
		pair[0] = digits[current.data[i] >> 4];
		pair[1] = digits[current.data[i] & 15];
		if (write(2, pair, sizeof(pair)) < 0)
			_exit(2);
	}
	if (write(2, "\n", 1) < 0)
		_exit(2);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* xorshift64*: any seed but zero. */
static uint64_t
next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(2685821657736338717);
}

static size_t
below(size_t bound)
{
	return bound == 0 ? 0 : (size_t)(next_random() >> 16) % bound;
}

/* A copy of the exact size, so that ASan sees one byte too far. */
static void
run_one(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size == 0 ? 1 : size);

	if (copy == NULL)
		die("malloc");
	if (size > 0)
		memcpy(copy, data, size);
	current = (struct bytes){ .data = copy, .size = size };
	alarm(INPUT_SECONDS);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	free(copy);
}

static void
add_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(SEED_BYTES_MAX);

	if (f == NULL || data == NULL)
		die(path);
	size_t size = fread(data, 1, SEED_BYTES_MAX, f);
	if (ferror(f) || fgetc(f) != EOF || seed_count == SEEDS_MAX) {
		fprintf(stderr, "%s: unreadable, too long or too many\n", path);
		exit(2);
	}
	fclose(f);
	seeds[seed_count++] = (struct bytes){ .data = data, .size = size };
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
add_path(const char *path)
{
	char name[PATH_BYTES_MAX];
	struct dirent **entries;
	struct stat st;

	if (stat(path, &st) != 0)
		die(path);
	if (!S_ISDIR(st.st_mode)) {
		add_file(path);
		return;
	}
	int count = scandir(path, &entries, is_visible, alphasort);
	if (count < 0)
		die(path);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		add_path(name);
		free(entries[i]);
	}
	free(entries);
}

static void
put_byte(struct bytes *in)
{
	static const uint8_t edges[] = { 0, 1, 0x1b, 0x20, 0x7f, 0x80, 0xff };

	if (in->size == 0)
		return;
	uint8_t *at = &in->data[below(in->size)];
	if (below(2) == 0)
		*at = edges[below(sizeof(edges))];
	else
		*at = (uint8_t)(*at ^ (1u << below(8)));
}

static void
remove_block(struct bytes *in)
{
	size_t at = below(in->size + 1);
	size_t n = below(BLOCK_MAX);

	if (n > in->size - at)
		n = in->size - at;
	memmove(in->data + at, in->data + at + n, in->size - at - n);
	in->size -= n;
}

/* Inserts a piece of a seed, which may be this one, or noise. */
static void
insert_block(struct bytes *in)
{
	const struct bytes *from = &seeds[below(seed_count)];
	size_t at = below(in->size + 1);
	size_t start = below(from->size + 1);
	size_t n = below(BLOCK_MAX);

	if (n > from->size - start)
		n = from->size - start;
	if (n > INPUT_BYTES_MAX - in->size)
		return;
	memmove(in->data + at + n, in->data + at, in->size - at);
	memcpy(in->data + at, from->data + start, n);
	in->size += n;
	if (n > 0 && below(4) == 0)
		in->data[at] = (uint8_t)next_random();
}

static void
cut_end(struct bytes *in)
{
	in->size = below(in->size + 1);
}

static void
mutate(struct bytes *in)
{
	static void (*const steps[])(struct bytes *) = {
		put_byte,
		put_byte,
		put_byte,
		remove_block,
		insert_block,
		cut_end,
		insert_block,
	};
	size_t count = 1 + below(STEPS_MAX);

	for (size_t i = 0; i < count; i++)
		steps[below(sizeof(steps) / sizeof(steps[0]))](in);
}

static void
run_mutations(unsigned long count, uint64_t seed)
{
	struct bytes in = { .data = malloc(INPUT_BYTES_MAX) };

	if (in.data == NULL)
		die("malloc");
	for (unsigned long i = 0; i < count; i++) {
		/* Each input has a state of its own, so that one can be run
		 * again without those before it. */
		state = (seed + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
		if (state == 0)
			state = 1;
		const struct bytes *from = &seeds[below(seed_count)];
		memcpy(in.data, from->data, from->size);
		in.size = from->size;
		mutate(&in);
		run_one(in.data, in.size);
	}
	free(in.data);
}

int
main(int argc, char **argv)
{
	unsigned long count = 0;
	uint64_t seed = 0;
	int first = 1;

	if (argc >= 4 && strcmp(argv[1], "-r") == 0) {
		count = strtoul(argv[2], NULL, 10);
		seed = strtoull(argv[3], NULL, 10);
		first = 4;
	}
	signal(SIGABRT, on_signal);
	signal(SIGALRM, on_signal);
	for (int i = first; i < argc; i++)
		add_path(argv[i]);
	for (size_t i = 0; i < seed_count; i++)
		run_one(seeds[i].data, seeds[i].size);
	printf("%zu files, ", seed_count);
	/* The empty input is always a seed of its own. */
	if (seed_count == SEEDS_MAX)
		seed_count--;
	seeds[seed_count++] = (struct bytes){ .data = calloc(1, 1) };
	run_one(seeds[seed_count - 1].data, 0);
	run_mutations(count, seed);
	printf("%lu mutations\n", count);
	for (size_t i = 0; i < seed_count; i++)
		free(seeds[i].data);
	return 0;
}
