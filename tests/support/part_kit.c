/* SPDX-License-Identifier: MIT */
#include "part_kit.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "orphans.h"
#include "sink_kit.h"
#include "store/source.h"
#include "tmpdir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { OLD = 1000000000 };

static void
set_time(const char *path, int64_t mtime)
{
	struct timespec times[2] = { { .tv_sec = (time_t)mtime },
		{ .tv_sec = (time_t)mtime } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
fill_file(const char *path, size_t size)
{
	uint8_t *bytes = xmalloc(size + 1);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251 + size);
	tmpdir_write(path, bytes, size, 0600);
	free(bytes);
	set_time(path, OLD + (int64_t)(size % 1000));
}

static const char *
sent_path(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s", tmpdir_path(top, name));
	return path;
}

const char *
make_large(size_t size)
{
	const char *path = sent_path("large.bin");

	fill_file(path, size);
	return path;
}

const char *
make_small(unsigned count, size_t size)
{
	char name[32];

	assert_int_equal(mkdir(tmpdir_path(top, "small"), 0700), 0);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "small/%u", i);
		fill_file(tmpdir_path(top, name), size);
	}
	return sent_path("small");
}

const char *
make_tree(void)
{
	static const struct {
		const char *name;
		size_t size; /* SIZE_MAX: a folder */
	} rows[] = {
		{ "tree", SIZE_MAX },
		{ "tree/README", 11 },
		{ "tree/a", SIZE_MAX },
		{ "tree/a/empty", 0 },
		{ "tree/a/large", 150000 },
		{ "tree/a/x:y", 3 },
		{ "tree/a/x_y", 4 },
		{ "tree/b", SIZE_MAX },
		{ "tree/b/c", SIZE_MAX },
		{ "tree/b/c/d", SIZE_MAX },
		{ "tree/b/c/d/.hidden", 5 },
		{ "tree/b/z", 1 },
		{ "tree/none", SIZE_MAX },
		{ "tree/readme", 12 },
		{ "tree/\xe6\x8a\xa5\xe5\x91\x8a", 70000 },
	};
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };

	for (size_t i = 0; i < COUNT; i++) {
		const char *path = tmpdir_path(top, rows[i].name);
		if (rows[i].size == SIZE_MAX)
			assert_int_equal(mkdir(path, 0700), 0);
		else
			fill_file(path, rows[i].size);
	}
	for (size_t i = COUNT; i-- > 0;)
		if (rows[i].size == SIZE_MAX)
			set_time(tmpdir_path(top, rows[i].name),
			    OLD + 5000 + (int64_t)i);
	return sent_path("tree");
}

static struct source *
open_source(const char *path)
{
	struct source_plan plan = { .path = path, .sorted = true };
	struct source *s = NULL;
	char *error = NULL;

	if (source_open(&plan, &s, &error) != 0)
		fail_msg("%s", error);
	return s;
}

struct sink_plan
plan_of(const char *path)
{
	struct survey *s;
	char *error = NULL;

	assert_int_equal(survey_open(path, &s, &error), 0);
	while (!survey_step(s, 1000))
		;
	const struct file_info *info = survey_info(s);
	struct sink_plan plan =
	    info->folder ? plan_folder("got") : plan_file("got", info->size);
	plan.size_known = true;
	plan.size = info->size;
	plan.mtime = info->mtime;
	survey_free(s);
	return plan;
}

uint64_t
stream_size(const char *path)
{
	struct source *s = open_source(path);
	struct file_piece p;
	uint64_t size = 0;

	for (source_next(s, &p); p.kind != FILE_PIECE_END; source_next(s, &p))
		size += file_piece_header_size(&p) + p.count;
	source_free(s);
	return size;
}

/* What of a piece is behind a place and before another. */
static bool
clip(struct file_piece *p, uint64_t at, uint64_t from, uint64_t to)
{
	if (p->kind != FILE_PIECE_BYTES)
		return at >= from && at + file_piece_header_size(p) <= to;
	uint64_t end = at + p->count, begin = at < from ? from : at;
	if (end > to)
		end = to;
	if (begin >= end)
		return false;
	p->bytes += begin - at;
	p->count = (size_t)(end - begin);
	return true;
}

volatile uint64_t *feed_told;

int
feed(struct sink *s, const char *path, uint64_t from, uint64_t to)
{
	struct source *source = open_source(path);
	struct file_piece p;
	uint64_t at = 0;
	int err = 0;

	for (source_next(source, &p);
	     err == 0 && at < to && p.kind != FILE_PIECE_END;
	     source_next(source, &p)) {
		uint64_t next = at + file_piece_header_size(&p) + p.count;
		if (clip(&p, at, from, to))
			err = put(s, &p);
		at = next;
		if (err == 0 && feed_told != NULL)
			*feed_told = at;
	}
	source_free(source);
	return err;
}

struct sink *
begin_part(const struct sink_plan *plan)
{
	struct sink *s = NULL;
	char *error = NULL;

	if (sink_open_part(plan, &s, &error) != 0)
		fail_msg("%s", error);
	return s;
}

struct sink *
take_up(const struct sink_plan *plan, const char *part, int *err)
{
	struct sink *s = NULL;
	char *error = NULL;

	*err = sink_resume(plan, part, &s, &error);
	assert_true((*err == 0) == (error == NULL));
	free(error);
	return s;
}

/* The same kind, name and times; bytes are compared one by one. */
static void
assert_header(const struct file_piece *a, const struct file_piece *b)
{
	assert_int_equal(a->kind, b->kind);
	if (a->kind == FILE_PIECE_LEAVE)
		return;
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->mtime, b->mtime);
	assert_int_equal(a->size, b->size);
}

static void
next_if_used(struct source *source, struct file_piece *p)
{
	if (p->kind != FILE_PIECE_BYTES || p->count == 0)
		source_next(source, p);
}

uint64_t
replay(struct sink *s, const char *path)
{
	struct source *source = open_source(path);
	struct file_piece is, want = { .kind = FILE_PIECE_LEAVE };
	uint64_t at = 0;

	for (sink_replay(s, &is); is.kind != FILE_PIECE_END;
	     sink_replay(s, &is)) {
		assert_int_not_equal(is.kind, FILE_PIECE_ERROR);
		at += file_piece_header_size(&is) + is.count;
		if (is.kind != FILE_PIECE_BYTES) {
			next_if_used(source, &want);
			assert_header(&is, &want);
		}
		while (is.kind == FILE_PIECE_BYTES && is.count > 0) {
			next_if_used(source, &want);
			assert_int_equal(want.kind, FILE_PIECE_BYTES);
			size_t n =
			    is.count < want.count ? is.count : want.count;
			assert_memory_equal(is.bytes, want.bytes, n);
			is.bytes += n;
			is.count -= n;
			want.bytes += n;
			want.count -= n;
		}
	}
	source_free(source);
	return at;
}

int
cut(struct sink *s, uint64_t offset)
{
	char *error = NULL;
	int err = sink_cut(s, offset, &error);

	assert_true((err == 0) == (error == NULL));
	free(error);
	return err;
}

/* It has a safe name, or that with a number. */
static bool
name_fits(const char *sent, const char *got)
{
	char *safe = file_name_safe(sent, strlen(sent));
	char *second = file_name_numbered(safe, 2);
	bool fits = strcmp(safe, got) == 0 || strcmp(second, got) == 0;

	free(safe);
	free(second);
	return fits;
}

static bool
piece_fits(
    const struct file_piece *sent, const struct file_piece *got, bool is_first)
{
	if (sent->kind != got->kind || sent->mtime != got->mtime ||
	    sent->size != got->size || sent->count != got->count)
		return false;
	if (sent->kind == FILE_PIECE_BYTES)
		return memcmp(sent->bytes, got->bytes, got->count) == 0;
	if (sent->kind == FILE_PIECE_ENTER || sent->kind == FILE_PIECE_FILE)
		return is_first || name_fits(sent->name, got->name);
	return true;
}

bool
is_same_tree(const char *sent, const char *got)
{
	struct source *a = open_source(sent), *b = open_source(got);
	struct file_piece p, q;
	bool is_first = true, same;

	do {
		source_next(a, &p);
		source_next(b, &q);
		same = p.kind != FILE_PIECE_NOTE &&
		       p.kind != FILE_PIECE_ERROR &&
		       piece_fits(&p, &q, is_first);
		is_first = false;
	} while (same && p.kind != FILE_PIECE_END);
	source_free(a);
	source_free(b);
	return same;
}

void
drop_part(const char *part)
{
	if (!orphans_adopt())
		skip();
	sink_drop_aside(part);
	orphans_wait();
}
