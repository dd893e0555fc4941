/* SPDX-License-Identifier: MIT */
#include "bad_names.h"
#include "base/err.h"
#include "base/mem.h"
#include "orphans.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY_FILES = 10000 };

static void
a_file(void **state)
{
	(void)state;
	struct stat st;
	struct sink_plan plan = plan_file("a.txt", 5);
	plan.mtime = 1000000000;
	struct sink *s = begin(&plan);
	/* Until it is complete, nothing has its name. */
	assert_false(tmpdir_exists(tmpdir_path(downloads, "a.txt")));
	assert_int_equal(count_entries(downloads), 1);
	assert_int_equal(put_bytes(s, "he", 2), 0);
	assert_int_equal(put_bytes(s, "llo", 3), 0);
	char *path = finish(s);
	assert_string_equal(path, tmpdir_path(downloads, "a.txt"));
	char *text = tmpdir_read(path);
	assert_string_equal(text, "hello");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(count_entries(downloads), 1);
	free(text);
	free(path);
}

/* Its room is taken in steps; what was taken too much is given back. */
static void
a_large_file(void **state)
{
	enum { MIB = 1024 * 1024, COUNT = 66 };
	static uint8_t block[MIB];

	(void)state;
	struct stat st;
	char *error = NULL;
	struct sink_plan plan = plan_file("large", (uint64_t)COUNT * MIB);
	for (unsigned end = 0; end < 2; end++) {
		struct sink *s = NULL;
		assert_int_equal(sink_open_part(&plan, &s, &error), 0);
		char *part = xstrdup(sink_part(s));
		assert_int_equal(put_file(s, "large", plan.size), 0);
		for (unsigned i = 0; i < (end == 0 ? 3 : COUNT); i++) {
			memset(block, (int)i, sizeof(block));
			assert_int_equal(put_bytes(s, block, MIB), 0);
		}
		char *path = NULL;
		if (end == 0)
			sink_keep(s);
		else
			path = finish(s);
		assert_int_equal(stat(end == 0 ? part : path, &st), 0);
		assert_int_equal(st.st_size, (end == 0 ? 3 : COUNT) * MIB);
		assert_true(st.st_blocks * 512 <= st.st_size + MIB);
		sink_drop_aside(part);
		free(path);
		free(part);
	}
	int fd = open(tmpdir_path(downloads, "large"), O_RDONLY);
	for (unsigned i = 0; i < COUNT; i++) {
		uint8_t first;
		assert_int_equal(pread(fd, &first, 1, (off_t)i * MIB), 1);
		assert_int_equal(first, i);
	}
	close(fd);
	assert_int_equal(count_entries(downloads), 1);
}

/* By a child, with many descriptors open that it must not keep. */
static void
finished_elsewhere(void **state)
{
	(void)state;
	int fds[2];
	char c, *error = NULL;
	for (unsigned i = 0; i < 3; i++) {
		struct sink_plan plan =
		    i == 1 ? plan_folder("d") : plan_file("a.txt", 5);
		struct sink *s = begin(&plan);
		if (i == 1) {
			assert_int_equal(put_enter(s, "d"), 0);
			assert_int_equal(put_leave(s), 0);
		}
		/* Too short, the last time. */
		if (i == 0)
			assert_int_equal(put_bytes(s, "hello", 5), 0);
		assert_int_equal(pipe(fds), 0);
		assert_int_equal(sink_finish_begin(s), 0);
		close(fds[1]);
		assert_int_equal(read(fds[0], &c, 1), 0);
		close(fds[0]);
		struct pollfd ready = { .fd = sink_fd(s), .events = POLLIN };
		while (!sink_is_finished(s))
			assert_true(poll(&ready, 1, -1) > 0);
		char *path = sink_finish_end(s, &error);
		assert_true((path == NULL) == (i == 2));
		assert_true((error == NULL) == (i != 2));
		if (path != NULL)
			assert_string_equal(path,
			    tmpdir_path(downloads, i == 0 ? "a.txt" : "d"));
		free(path);
		free(error);
		error = NULL;
	}
	assert_int_equal(count_entries(downloads), 2);
	/* Whoever goes meanwhile waits for it. */
	struct sink_plan plan = plan_file("b", 0);
	struct sink *s = begin(&plan);
	assert_int_equal(sink_finish_begin(s), 0);
	sink_abandon(s);
	assert_true(tmpdir_exists(tmpdir_path(downloads, "b")));
}

static void
make_old(const char *path)
{
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	assert_int_equal(
	    utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

/* What a killed one left goes some day; nothing else does. */
static void
t37_what_was_left_behind(void **state)
{
	static const char *const names[] = { ".earshot-0123456789abcdef.part",
		".earshot-0123456789abcdee.part", "old", ".earshot-0.part",
		".earshot-0123456789abcded.part.x",
		".earshot-0123456789abcdec.part",
		".earshot-0123456789abcdeb.part" };
	enum { COUNT = sizeof(names) / sizeof(names[0]) };

	(void)state;
	if (!orphans_adopt())
		skip();
	for (size_t i = 0; i < COUNT; i++) {
		char *path = xstrdup(tmpdir_path(downloads, names[i]));
		if (i == 1) {
			assert_int_equal(mkdir(path, 0700), 0);
			assert_int_equal(
			    symlink(outside, tmpdir_path(path, "x")), 0);
			assert_int_equal(
			    mkdir(tmpdir_path(path, "y"), 0700), 0);
		} else if (i == 5) {
			assert_int_equal(symlink(outside, path), 0);
		} else {
			tmpdir_write(path, "x", 1, 0600);
		}
		if (i != 6)
			make_old(path);
		free(path);
	}
	struct sink_plan plan = plan_file("new", 0);
	free(finish(begin(&plan)));
	orphans_wait();
	assert_false(tmpdir_exists(tmpdir_path(downloads, names[0])));
	assert_false(tmpdir_exists(tmpdir_path(downloads, names[1])));
	assert_int_equal(count_entries(downloads), COUNT - 2 + 1);
}

static void
where_the_user_wants_it(void **state)
{
	(void)state;
	char *error = NULL;
	struct sink *s;
	struct sink_plan plan = plan_file("a.txt", 0);
	char *dir = xstrdup(tmpdir_path(top, "other"));
	char *name = xasprintf("%s/my name", dir);
	char *none = xasprintf("%s/none/x", dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	plan.where = dir;
	char *path = finish(begin(&plan));
	assert_string_equal(path, tmpdir_path(dir, "a.txt"));
	free(path);
	plan.where = name;
	path = finish(begin(&plan));
	assert_string_equal(path, name);
	free(path);
	plan.where = none;
	assert_int_equal(sink_open(&plan, &s, &error), ERR_SYS);
	free(error);
	free(none);
	none = xasprintf("%s/none/..", dir);
	plan.where = none;
	assert_int_equal(sink_open(&plan, &s, &error), ERR_NOT_FOUND);
	free(error);
	/* What ends as a folder is one, and made. */
	char *inbox = xasprintf("%s/in/box/", dir);
	plan.where = inbox;
	for (unsigned i = 0; i < 2; i++) {
		path = finish(begin(&plan));
		assert_string_equal(
		    tmpdir_path(
			dir, i == 0 ? "in/box/a.txt" : "in/box/a (2).txt"),
		    path);
		free(path);
	}
	/* It never becomes what it is not. */
	free(inbox);
	inbox = xasprintf("%s/", name);
	plan.where = inbox;
	assert_int_equal(sink_open(&plan, &s, &error), ERR_SYS);
	free(error);
	free(inbox);
	/* The usual folder is made. */
	plan.where = NULL;
	char *deep = xasprintf("%s/deep/er", dir);
	plan.folder = deep;
	path = finish(begin(&plan));
	assert_string_equal(path, tmpdir_path(deep, "a.txt"));
	free(path);
	free(deep);
	free(none);
	free(name);
	free(dir);
}

static void
check_where(const char *where, const char *missing)
{
	char *error = NULL, *path = xstrdup(tmpdir_path(top, where));
	int err = sink_check_where(path, &error);

	assert_int_equal(err, missing == NULL ? 0 : ERR_NOT_FOUND);
	if (missing == NULL) {
		assert_null(error);
	} else {
		char *why = xasprintf(
		    "there is no folder %s", tmpdir_path(top, missing));
		assert_string_equal(error, why);
		free(why);
	}
	free(error);
	free(path);
}

/* Before anything comes; nothing is made for that. */
static void
whether_there_is_a_place(void **state)
{
	char *error = NULL;
	char *file = xstrdup(tmpdir_path(top, "file"));
	char *in_file = xasprintf("%s/name", file);

	(void)state;
	tmpdir_write(file, "", 0, 0600);
	check_where("", NULL);
	check_where("name", NULL);
	check_where("file", NULL);
	check_where("none/", NULL);
	check_where("none/at/all/", NULL);
	check_where("none/name", "none");
	check_where("none/at/all", "none/at");
	check_where("none/..", "none/..");
	assert_int_equal(sink_check_where(in_file, &error), ERR_SYS);
	assert_non_null(strstr(error, file));
	assert_int_equal(sink_check_where("name", &error), 0);
	assert_false(tmpdir_exists(tmpdir_path(top, "none")));
	free(error);
	free(in_file);
	free(file);
}

static void
a_folder(void **state)
{
	(void)state;
	struct stat st;
	struct sink_plan plan = plan_folder("photos");
	struct sink *s = begin(&plan);
	assert_int_equal(put_enter(s, "photos"), 0);
	assert_int_equal(put_file(s, "a.txt", 5), 0);
	assert_int_equal(put_bytes(s, "hello", 5), 0);
	assert_int_equal(put_enter(s, "empty"), 0);
	assert_int_equal(put_leave(s), 0);
	assert_int_equal(put_enter(s, "sub"), 0);
	assert_int_equal(put_file(s, "none", 0), 0);
	assert_int_equal(put_file(s, "b", 1), 0);
	assert_int_equal(put_bytes(s, "b", 1), 0);
	assert_int_equal(put_leave(s), 0);
	assert_false(tmpdir_exists(tmpdir_path(downloads, "photos")));
	assert_int_equal(put_leave(s), 0);
	char *path = finish(s);
	assert_string_equal(path, tmpdir_path(downloads, "photos"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	assert_int_equal(st.st_mode & 07777, 0700);
	char *text = tmpdir_read(tmpdir_path(path, "a.txt"));
	assert_string_equal(text, "hello");
	assert_int_equal(stat(tmpdir_path(path, "a.txt"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(count_entries(tmpdir_path(path, "empty")), 0);
	assert_int_equal(count_entries(tmpdir_path(path, "sub")), 2);
	assert_int_equal(stat(tmpdir_path(path, "sub"), &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
	free(text);
	free(path);
}

static void
assert_names_note(const struct sink *s, const char *note)
{
	char *text = sink_names_note(s);

	if (note == NULL)
		assert_null(text);
	else
		assert_string_equal(text, note);
	free(text);
}

/* Also where nothing can be taken up again. */
static void
names_that_are_changed(void **state)
{
	(void)state;
	struct sink_plan plan = plan_folder("d");
	struct sink *s = begin(&plan);
	assert_int_equal(put_enter(s, "d"), 0);
	assert_int_equal(put_file(s, "fine", 0), 0);
	assert_names_note(s, NULL);
	assert_int_equal(put_file(s, "a:b", 0), 0);
	assert_names_note(s, "1 name in it was changed, to be safe here");
	/* Two get a number, since what is there has their name. */
	assert_int_equal(put_file(s, "a_b", 0), 0);
	assert_int_equal(put_enter(s, "fine"), 0);
	assert_int_equal(put_leave(s), 0);
	assert_names_note(s, "3 names in it were changed, to be safe here");
	assert_int_equal(put_leave(s), 0);
	char *path = finish(s);
	assert_int_equal(count_entries(path), 4);
	free(path);
}

/* Each name of the table as a file, as a folder, and left unfinished. */
static void
t37_names(void **state)
{
	(void)state;
	unsigned count = 0;
	for (size_t i = 0; i < BAD_NAME_COUNT; i++) {
		char *dir = xasprintf("%s/%zu", downloads, i);
		struct sink_plan plan = plan_file(bad_names[i].name, 1);
		plan.folder = dir;
		struct sink *s = begin(&plan);
		assert_int_equal(put_bytes(s, "x", 1), 0);
		char *path = finish(s);
		assert_int_equal(strncmp(path, dir, strlen(dir)), 0);
		assert_null(strchr(path + strlen(dir) + 1, '/'));
		assert_int_equal(count_entries(dir), 1);
		free(path);
		count++;

		plan.is_folder = true;
		s = begin(&plan);
		assert_int_equal(put_enter(s, "x"), 0);
		assert_int_equal(put_enter(s, bad_names[i].name), 0);
		assert_int_equal(put_leave(s), 0);
		assert_int_equal(put_file(s, bad_names[i].name, 0), 0);
		assert_int_equal(put_leave(s), 0);
		path = finish(s);
		assert_int_equal(count_entries(path), 2);
		assert_int_equal(count_entries(dir), 2);
		free(path);
		count++;

		s = begin(&plan);
		assert_int_equal(put_enter(s, "x"), 0);
		assert_int_equal(put_enter(s, bad_names[i].name), 0);
		assert_int_equal(put_file(s, bad_names[i].name, 9), 0);
		sink_abandon(s);
		assert_int_equal(count_entries(dir), 2);
		count++;
		free(dir);
	}
	assert_true(count >= 240);
	assert_int_equal(count_entries(downloads), BAD_NAME_COUNT);
}

/* What is there already, of whatever kind, stays as it is. */
static void
t37_taken_names(void **state)
{
	(void)state;
	struct stat st;
	const char *name = "taken";
	static const char *const got[] = { "taken (2)", "taken (3)",
		"taken (4)", "taken (5)", "taken (6)", "taken (7)" };
	for (unsigned kind = 0; kind < 6; kind++) {
		const char *path =
		    tmpdir_path(downloads, kind == 0 ? name : got[kind - 1]);
		const char *secret = tmpdir_path(outside, "secret");
		if (kind == 0)
			tmpdir_write(path, "old", 3, 0600);
		else if (kind == 1)
			assert_int_equal(symlink(secret, path), 0);
		else if (kind == 2)
			assert_int_equal(symlink("nowhere", path), 0);
		else if (kind == 3)
			assert_int_equal(mkdir(path, 0700), 0);
		else if (kind == 4)
			assert_int_equal(mkfifo(path, 0600), 0);
		else
			assert_int_equal(symlink(outside, path), 0);
		for (unsigned folder = 0; folder < 2; folder++) {
			struct sink_plan plan = plan_file(name, 0);
			plan.is_folder = folder;
			struct sink *s = begin(&plan);
			if (folder) {
				assert_int_equal(put_enter(s, name), 0);
				assert_int_equal(put_leave(s), 0);
			}
			char *to = finish(s);
			assert_string_equal(
			    to, tmpdir_path(downloads, got[kind]));
			assert_int_equal(remove(to), 0);
			free(to);
		}
	}
	char *text = tmpdir_read(tmpdir_path(outside, "secret"));
	assert_string_equal(text, "keep");
	free(text);
	text = tmpdir_read(tmpdir_path(downloads, name));
	assert_string_equal(text, "old");
	free(text);
	assert_int_equal(lstat(tmpdir_path(downloads, got[0]), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

/* Names that become the same: none is lost, none replaces another. */
static void
t37_clashes(void **state)
{
	static const char *const names[] = { "a/b", "a_b", "a\\b", "a:b",
		"caf\xc3\xa9", "cafe\xcc\x81", "README", "readme", "x", "x." };

	(void)state;
	struct sink_plan plan = plan_folder("same");
	struct sink *s = begin(&plan);
	assert_int_equal(put_enter(s, "same"), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(put_file(s, names[i], 1), 0);
		assert_int_equal(put_bytes(s, "x", 1), 0);
	}
	assert_int_equal(put_leave(s), 0);
	char *path = finish(s);
	assert_int_equal(count_entries(path), sizeof(names) / sizeof(names[0]));
	assert_true(tmpdir_exists(tmpdir_path(path, "a_b (4)")));
	free(path);
}

/* Sizes that are not true, of a file and of one in a folder. */
static void
t39_sizes(void **state)
{
	static const struct {
		uint64_t offered, header; /* UINT64_MAX: no header */
		size_t comes;
		int err;   /* of the bytes */
		bool done; /* it can be completed */
	} rows[] = {
		{ 5, UINT64_MAX, 5, 0, true },
		{ 5, UINT64_MAX, 6, ERR_LIMIT, false },
		{ 5, UINT64_MAX, 4, 0, false },
		{ 0, UINT64_MAX, 1, ERR_LIMIT, false },
		{ 0, UINT64_MAX, 0, 0, true },
		{ 5, 4, 4, 0, true },
		{ 5, 4, 5, ERR_LIMIT, false },
		{ 5, 5, 0, 0, false },
		{ 5, 0, 1, ERR_LIMIT, false },
		{ 65536, UINT64_MAX, 65537, ERR_LIMIT, false },
		{ 65536, UINT64_MAX, 65535, 0, false },
		{ 65536, 65536, 65536, 0, true },
	};
	static const uint8_t zeros[65537];

	(void)state;
	unsigned count = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, count++) {
		struct sink_plan plan = plan_file("f", rows[i].offered);
		struct sink *s = begin(&plan);
		if (rows[i].header != UINT64_MAX)
			assert_int_equal(put_file(s, "f", rows[i].header), 0);
		if (rows[i].comes > 0)
			assert_int_equal(
			    put_bytes(s, zeros, rows[i].comes), rows[i].err);
		if (rows[i].err != 0)
			sink_abandon(s);
		else if (!rows[i].done)
			finish_fails(s);
		else
			free(finish(s));
		assert_int_equal(
		    tmpdir_exists(tmpdir_path(downloads, "f")), rows[i].done);
		assert_int_equal(count_entries(downloads), rows[i].done);
		(void)unlink(tmpdir_path(downloads, "f"));
	}
	assert_int_equal(count, 12);
}

static void
t39_sizes_beyond_reason(void **state)
{
	static const uint64_t sizes[] = { INT64_MAX, UINT64_C(1) << 63,
		UINT64_MAX - 1, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *error = NULL;
		struct sink *s = NULL;
		struct sink_plan plan = plan_file("f", sizes[i]);
		assert_int_equal(sink_open(&plan, &s, &error), ERR_LIMIT);
		free(error);
		plan = plan_folder("f");
		s = begin(&plan);
		assert_int_equal(put_enter(s, "f"), 0);
		assert_int_equal(put_file(s, "f", sizes[i]), ERR_LIMIT);
		sink_abandon(s);
		/* More than was offered. */
		plan = plan_file("f", 10);
		s = begin(&plan);
		assert_int_equal(put_file(s, "f", sizes[i]), ERR_FORMAT);
		sink_abandon(s);
	}
	assert_int_equal(count_entries(downloads), 0);
}

static void
a_folder_in_disorder(void **state)
{
	(void)state;
	struct sink_plan plan = plan_folder("f"), single = plan_file("f", 3);
	struct sink *s = begin(&plan);
	assert_int_equal(put_leave(s), ERR_FORMAT);
	assert_int_equal(put_file(s, "f", 1), ERR_FORMAT);
	assert_int_equal(put_bytes(s, "x", 1), ERR_FORMAT);
	sink_abandon(s);
	/* It ends in the middle of a file, of a folder, or twice. */
	s = begin(&plan);
	assert_int_equal(put_enter(s, "f"), 0);
	assert_int_equal(put_file(s, "f", 2), 0);
	assert_int_equal(put_bytes(s, "x", 1), 0);
	assert_int_equal(put_file(s, "g", 2), ERR_SHORT);
	assert_int_equal(put_leave(s), ERR_SHORT);
	finish_fails(s);
	s = begin(&plan);
	assert_int_equal(put_enter(s, "f"), 0);
	finish_fails(s);
	s = begin(&plan);
	finish_fails(s);
	s = begin(&plan);
	assert_int_equal(put_enter(s, "f"), 0);
	assert_int_equal(put_leave(s), 0);
	assert_int_equal(put_enter(s, "f"), ERR_FORMAT);
	assert_int_equal(put_leave(s), ERR_FORMAT);
	sink_abandon(s);
	/* One file is neither a folder nor two. */
	s = begin(&single);
	assert_int_equal(put_enter(s, "f"), ERR_FORMAT);
	assert_int_equal(put_file(s, "f", 3), 0);
	assert_int_equal(put_file(s, "f", 3), ERR_FORMAT);
	sink_abandon(s);
	assert_int_equal(count_entries(downloads), 0);
}

static void
depth_64_and_65(void **state)
{
	(void)state;
	for (unsigned depth = 64; depth <= 65; depth++) {
		struct sink_plan plan = plan_folder("deep");
		struct sink *s = begin(&plan);
		int err = 0;
		unsigned in = 0;
		while (in < depth && err == 0) {
			err = put_enter(s, "d");
			in += err == 0;
		}
		assert_int_equal(in, 64);
		assert_int_equal(err, depth == 64 ? 0 : ERR_LIMIT);
		if (err != 0) {
			sink_abandon(s);
			continue;
		}
		while (in-- > 0)
			assert_int_equal(put_leave(s), 0);
		free(finish(s));
	}
	assert_int_equal(count_entries(downloads), 1);
}

static void
many_tiny_files(void **state)
{
	(void)state;
	struct sink_plan plan = plan_folder("many");
	for (unsigned end = 0; end < 2; end++) {
		struct sink *s = begin(&plan);
		assert_int_equal(put_enter(s, "many"), 0);
		unsigned count = end == 0 ? MANY_FILES / 10 : MANY_FILES;
		for (unsigned i = 0; i < count; i++) {
			char name[16];
			snprintf(name, sizeof(name), "%u", i);
			assert_int_equal(put_file(s, name, 1), 0);
			assert_int_equal(put_bytes(s, "x", 1), 0);
		}
		if (end == 0) {
			sink_abandon(s);
			assert_int_equal(count_entries(downloads), 0);
			continue;
		}
		assert_int_equal(put_leave(s), 0);
		char *path = finish(s);
		assert_int_equal(count_entries(path), MANY_FILES);
		free(path);
	}
}

static uint64_t
free_now(void)
{
	struct statvfs vfs;

	assert_int_equal(statvfs(downloads, &vfs), 0);
	return (uint64_t)vfs.f_bavail * vfs.f_frsize;
}

/* What has to stay free stays free: known before, or found out on the way. */
static void
t35_free_space(void **state)
{
	enum { MIB = 1024 * 1024, SPARE = 64 };
	static uint8_t block[MIB];

	(void)state;
	char *error = NULL;
	struct sink *s = NULL;
	unsigned refused = 0;
	for (unsigned i = 0; i < 50; i++) {
		struct sink_plan plan = plan_file("f", UINT64_C(300) * MIB);
		plan.free_bytes = free_now() - (uint64_t)SPARE * MIB;
		refused += sink_open(&plan, &s, &error) == ERR_LIMIT;
		free(error);
	}
	assert_int_equal(refused, 50);
	/* The default is more than nothing. */
	struct sink_plan plan = plan_file("f", free_now() - MIB);
	plan.free_bytes = 0;
	assert_int_equal(sink_open(&plan, &s, &error), ERR_LIMIT);
	assert_non_null(strstr(error, "256 MiB"));
	free(error);
	/* A folder whose files are not known before. */
	plan = plan_folder("f");
	plan.free_bytes = free_now() - (uint64_t)SPARE * MIB;
	s = begin(&plan);
	assert_int_equal(put_enter(s, "f"), 0);
	unsigned written = 0;
	int err = 0;
	while (err == 0 && written < 4 * SPARE) {
		char name[16];
		snprintf(name, sizeof(name), "%u", written);
		err = put_file(s, name, MIB);
		if (err == 0)
			err = put_bytes(s, block, MIB);
		written += err == 0;
	}
	assert_int_equal(err, ERR_LIMIT);
	assert_true(written <= SPARE + SPARE / 4);
	sink_abandon(s);
	assert_int_equal(count_entries(downloads), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file),
		TEST(a_large_file),
		TEST(finished_elsewhere),
		TEST(t37_what_was_left_behind),
		TEST(where_the_user_wants_it),
		TEST(whether_there_is_a_place),
		TEST(a_folder),
		TEST(names_that_are_changed),
		TEST(t37_names),
		TEST(t37_taken_names),
		TEST(t37_clashes),
		TEST(t39_sizes),
		TEST(t39_sizes_beyond_reason),
		TEST(a_folder_in_disorder),
		TEST(depth_64_and_65),
		TEST(many_tiny_files),
		TEST(t35_free_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
