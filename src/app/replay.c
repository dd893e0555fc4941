/* SPDX-License-Identifier: MIT */
/*
 * Nothing of this machine is looked at but the file: no home, no network, no
 * clock. Memory does not depend on how long the record is.
 */
#include "app/replay.h"

#include "app/ascii.h"
#include "app/language.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_AT_ONCE = 64 * 1024 };

struct reading {
	const struct options *o;
	struct replay *replay;
	int fd;
	struct buf bytes;
	uint64_t offset; /* of the first of them in the file */
	bool file_ended, ended;
	struct record_entry entry;
	unsigned matches[REPLAY_APART + 1];
};

static void
print(const struct reading *g, json_t *event)
{
	if (event == NULL)
		return;
	char *line = g->o->json
			 ? json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER)
			 : replay_line(event);
	if (line != NULL && ascii_is_needed())
		ascii_make(line);
	if (line != NULL)
		puts(line);
	free(line);
	json_decref(event);
}

static int
damaged(const struct reading *g, const char *what, char **ret_error)
{
	*ret_error = xasprintf(say(language(), "%s: %s, at byte %llu"),
	    g->o->replay, what, (unsigned long long)g->offset);
	return ERR_FORMAT;
}

static int
read_more(struct reading *g, char **ret_error)
{
	uint8_t *room = buf_reserve(&g->bytes, READ_AT_ONCE);
	ssize_t n;

	do
		n = read(g->fd, room, READ_AT_ONCE);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		*ret_error = xasprintf("%s: %s", g->o->replay, strerror(errno));
		return ERR_SYS;
	}
	g->file_ended = n == 0;
	buf_commit(&g->bytes, (size_t)n);
	return 0;
}

static void
take_off(struct reading *g, size_t n)
{
	buf_consume(&g->bytes, n);
	g->offset += n;
}

static int
read_magic(struct reading *g, char **ret_error)
{
	while (buf_size(&g->bytes) < RECORD_MAGIC_SIZE && !g->file_ended) {
		int err = read_more(g, ret_error);
		if (err < 0)
			return err;
	}
	if (buf_size(&g->bytes) < RECORD_MAGIC_SIZE ||
	    memcmp(buf_data(&g->bytes), record_magic, RECORD_MAGIC_SIZE) != 0)
		return damaged(g,
		    say(language(), "this is no record of this earshot"),
		    ret_error);
	take_off(g, RECORD_MAGIC_SIZE);
	return 0;
}

static void
show_effects(const struct reading *g)
{
	struct effect effect;

	while (replay_next(g->replay, &effect))
		print(g, replay_show_effect(g->replay, &effect));
}

/* What went in stands above what came of it; of a state only what came of it
 * tells whether it was the same. */
static int
play(struct reading *g, char **ret_error)
{
	const struct record_entry *e = &g->entry;
	bool after = e->kind == RECORD_PEER;
	int done;

	while ((done = replay_step(g->replay, e)) == 0)
		show_effects(g);
	if (done < 0)
		return damaged(g,
		    say(language(), "an entry is not where it belongs"),
		    ret_error);
	if (!after)
		print(g, replay_show_entry(g->replay, e));
	show_effects(g);
	if (after) {
		g->matches[replay_match(g->replay)]++;
		print(g, replay_show_entry(g->replay, e));
	}
	g->ended = e->kind == RECORD_END;
	return 0;
}

/* 1, 0 at the end of the file, or an error. */
static int
next(struct reading *g, char **ret_error)
{
	for (;;) {
		size_t taken, n = buf_size(&g->bytes);
		int got = n == 0 ? 0
				 : record_decode(buf_data(&g->bytes), n,
				       &g->entry, &taken);
		int err = 0;
		if (got > 0) {
			/* It borrows from what is taken off after. */
			err = play(g, ret_error);
			take_off(g, taken);
			return err < 0 ? err : 1;
		}
		if (got < 0)
			return damaged(g,
			    say(language(), "the record is damaged"),
			    ret_error);
		if (g->file_ended)
			return 0;
		if ((err = read_more(g, ret_error)) < 0)
			return err;
	}
}

static void
show_sum(const struct reading *g)
{
	json_t *event;

	if (replay_model(g->replay) == NULL)
		return;
	for (size_t i = 0; (event = replay_show_traffic(g->replay, i)) != NULL;
	     i++)
		print(g, event);
	print(g, replay_show_sum(g->replay));
	event = json_pack("{s:s, s:I, s:i, s:i, s:i}", "event", "states", "ms",
	    (json_int_t)replay_at_ms(g->replay), "same",
	    (int)g->matches[REPLAY_SAME], "different",
	    (int)g->matches[REPLAY_OTHER], "told",
	    (int)g->matches[REPLAY_TOLD]);
	print(g, event);
}

static int
read_all(struct reading *g, char **ret_error)
{
	int got = read_magic(g, ret_error);

	if (got < 0)
		return got;
	while ((got = next(g, ret_error)) > 0)
		if (g->ended && buf_size(&g->bytes) > 0)
			return damaged(g,
			    say(language(), "something follows the end"),
			    ret_error);
	show_sum(g);
	if (got == 0 && !g->ended)
		return damaged(g,
		    buf_size(&g->bytes) > 0
			? say(language(), "the record breaks off in an entry")
			: say(language(),
			      "the record breaks off without an end"),
		    ret_error);
	return got;
}

int
replay_run(const struct options *o, char **ret_error)
{
	struct reading g = { .o = o, .fd = open(o->replay, O_RDONLY) };

	if (g.fd < 0) {
		*ret_error = xasprintf("%s: %s", o->replay, strerror(errno));
		return EXIT_FAILED;
	}
	buf_init(&g.bytes, 2 * READ_AT_ONCE);
	g.replay = replay_new(language());
	int err = read_all(&g, ret_error);
	replay_free(g.replay);
	buf_clear(&g.bytes);
	close(g.fd);
	/* A reader that went away is no failure of the record. */
	fflush(stdout);
	return err < 0 ? EXIT_FAILED : EXIT_DONE;
}
