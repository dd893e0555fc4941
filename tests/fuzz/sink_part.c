/* SPDX-License-Identifier: MIT */
/*
 * A part and its list that were left in any state. What is said to be there is
 * the beginning of what came, and with the rest of it all is.
 *
 * The first bytes say what is damaged and where it is taken up; of the others
 * each is a piece of what came.
 */
#define _XOPEN_SOURCE 700

#include "base/err.h"
#include "base/mem.h"
#include "fuzz.h"
#include "store/sink.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	DAMAGE_SIZE = 5,
	PIECES_MAX = 64,
	FILE_MAX = 40,
	TEXT_MAX = 64 * PIECES_MAX,
	TREE_FDS = 20,
};

/* A stream in a form of its own, and the offsets at which it may be cut. */
struct stream {
	uint8_t text[TEXT_MAX];
	size_t size;
	uint64_t at, cuts[2 * PIECES_MAX + 1];
	size_t cut_count;
	unsigned entries;
};

static char *top;
/* For the visits of nftw. */
static unsigned damage_left, counted;
static uint8_t damage_to;

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)st;
	(void)kind;
	return w->level == 0 ? 0 : remove(path);
}

static int
damage_one(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)w;
	if (kind != FTW_F || damage_left-- > 0)
		return 0;
	check(truncate(path, st->st_size * damage_to / UINT8_MAX) == 0);
	return 1;
}

static int
count_one(const char *path, const struct stat *st, int kind, struct FTW *w)
{
	(void)path;
	(void)st;
	(void)kind;
	(void)w;
	counted++;
	return 0;
}

static void
empty_top(void)
{
	check(nftw(top, remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS) == 0);
}

static void
remove_top(void)
{
	empty_top();
	(void)rmdir(top);
	free(top);
}

static void
make_top(void)
{
	const char *tmp = getenv("TMPDIR");

	if (top != NULL) {
		empty_top();
		return;
	}
	top = xasprintf("%s/earshot-fuzz-XXXXXX", tmp != NULL ? tmp : "/tmp");
	check(mkdtemp(top) != NULL && atexit(remove_top) == 0);
}

static void
stream_add(struct stream *to, const struct file_piece *p)
{
	uint8_t head[4] = { p->kind, p->name == NULL ? 0 : (uint8_t)p->name[0],
		(uint8_t)p->size, (uint8_t)p->mtime };
	const uint8_t *from = head;
	size_t n = sizeof(head);

	if (p->kind == FILE_PIECE_BYTES) {
		from = p->bytes;
		n = p->count;
	}
	check(to->size + n <= TEXT_MAX && to->cut_count < 2 * PIECES_MAX);
	memcpy(to->text + to->size, from, n);
	to->size += n;
	to->entries +=
	    p->kind == FILE_PIECE_FILE || p->kind == FILE_PIECE_ENTER;
	to->at += file_piece_header_size(p) + p->count;
	to->cuts[to->cut_count++] = to->at;
}

/* Names are few, so that some are one. */
static struct file_piece
piece_of(uint8_t c, uint8_t bytes[static FILE_MAX])
{
	static const char names[4][3] = { "a", "b", ".a", "A" };
	static const uint8_t kinds[4] = { FILE_PIECE_FILE, FILE_PIECE_FILE,
		FILE_PIECE_ENTER, FILE_PIECE_LEAVE };
	struct file_piece p = { .kind = kinds[c >> 6] };

	if (p.kind == FILE_PIECE_LEAVE)
		return p;
	p.name = names[c & 3];
	p.mtime = 1000 + (c & 3);
	if (p.kind == FILE_PIECE_FILE)
		p.size = (c >> 2 & 15) * 2;
	memset(bytes, c, FILE_MAX);
	return p;
}

/* From that offset of it on; ret: all that was taken. */
static void
feed(struct sink *s, const uint8_t *data, size_t n, uint64_t from,
    struct stream *ret)
{
	uint8_t bytes[FILE_MAX];
	char *error = NULL;
	int err = 0;

	for (size_t i = 0; i < n && i < PIECES_MAX && err == 0; i++) {
		struct file_piece p = piece_of(data[i], bytes);
		bool is_new = ret->at >= from;
		if (is_new)
			err = sink_piece(s, &p, &error);
		if (err < 0)
			break;
		stream_add(ret, &p);
		if (p.size == 0)
			continue;
		uint64_t skip = from > ret->at ? from - ret->at : 0;
		struct file_piece content = { .kind = FILE_PIECE_BYTES,
			.bytes = bytes + (skip < p.size ? skip : 0),
			.count = p.size - (skip < p.size ? skip : 0) };
		if (skip < p.size)
			err = sink_piece(s, &content, &error);
		content.bytes = bytes;
		content.count = p.size;
		if (err == 0)
			stream_add(ret, &content);
	}
	free(error);
}

/* Whether it can be read to its end. */
static bool
replay(struct sink *s, struct stream *ret)
{
	struct file_piece p;

	for (;;) {
		sink_replay(s, &p);
		if (p.kind == FILE_PIECE_END || p.kind == FILE_PIECE_ERROR)
			return p.kind == FILE_PIECE_END;
		stream_add(ret, &p);
	}
}

static void
damage(const uint8_t how[static DAMAGE_SIZE], const char *part)
{
	char *list = xstrdup(part);
	struct stat st;
	uint8_t byte;

	memcpy(strrchr(list, '.'), ".list", 5);
	int fd = open(list, O_RDWR);
	check(fd >= 0 && fstat(fd, &st) == 0);
	off_t at = st.st_size * how[1] / UINT8_MAX;
	if ((how[0] & 1) != 0)
		check(ftruncate(fd, at) == 0);
	else if ((how[0] & 2) != 0 && pread(fd, &byte, 1, at) == 1) {
		byte ^= (uint8_t)(how[2] | 1);
		check(pwrite(fd, &byte, 1, at) == 1);
	}
	close(fd);
	if ((how[0] & 4) != 0) {
		damage_left = how[3];
		damage_to = how[2];
		(void)nftw(part, damage_one, TREE_FDS, FTW_PHYS);
	}
	free(list);
}

static void
check_beginning(const struct stream *some, const struct stream *all)
{
	check(some->size <= all->size &&
	      memcmp(some->text, all->text, some->size) == 0);
}

/* Taken up, and once more, when the rest of it has come. */
static void
take_up(const struct sink_plan *plan, const char *part, uint8_t where,
    const uint8_t *data, size_t n, const struct stream *all)
{
	struct stream there = { 0 }, again = { 0 }, last = { 0 };
	struct sink *s;
	char *error = NULL;

	if (sink_resume(plan, part, &s, &error) < 0) {
		free(error);
		return;
	}
	check(replay(s, &there));
	check_beginning(&there, all);
	uint64_t offset =
	    there.cut_count == 0 ? 0 : there.cuts[where % there.cut_count];
	check(sink_cut(s, offset, &error) == 0);
	feed(s, data, n, offset, &again);
	check(again.size == all->size);
	sink_keep(s);
	check(sink_resume(plan, part, &s, &error) == 0);
	check(replay(s, &last));
	check(last.size == all->size);
	check_beginning(&last, all);
	counted = 0;
	check(nftw(part, count_one, TREE_FDS, FTW_PHYS) == 0);
	/* The part itself is there before anything came. */
	check(counted == (all->entries > 0 ? all->entries : 1));
	sink_abandon(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < DAMAGE_SIZE)
		return 0;
	make_top();
	struct sink_plan plan = { .folder = top,
		.name = "x",
		.is_folder = (data[0] & 8) != 0,
		.free_bytes = 1,
		.keeps_list = true };
	struct stream all = { 0 };
	struct sink *s;
	char *error = NULL;

	check(sink_open_part(&plan, &s, &error) == 0);
	char *part = xstrdup(sink_part(s));
	feed(s, data + DAMAGE_SIZE, size - DAMAGE_SIZE, 0, &all);
	sink_keep(s);
	damage(data, part);
	take_up(
	    &plan, part, data[4], data + DAMAGE_SIZE, size - DAMAGE_SIZE, &all);
	free(part);
	return 0;
}
