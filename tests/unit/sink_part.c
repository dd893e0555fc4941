/* SPDX-License-Identifier: MIT */
/*
 * What is cut is taken up again, wherever it was cut.
 */
#include "base/err.h"
#include "base/mem.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* The rest of it, and the end: all of it is right, and nothing else there. */
static void
finish_rest(struct sink *s, const char *path, uint64_t from)
{
	assert_int_equal(feed(s, path, from, UINT64_MAX), 0);
	char *got = finish(s);
	assert_true(is_same_tree(path, got));
	assert_int_equal(count_entries(downloads), 1);
	char *line = xasprintf("rm -r '%s'", got);
	assert_int_equal(system(line), 0);
	free(line);
	free(got);
}

/* Cut after so many bytes; taken up where that was, or further back. */
static void
cut_once(const char *path, uint64_t came, uint64_t back)
{
	int err;
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, came), 0);
	sink_keep(s);
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	uint64_t there = replay(s, path);
	assert_true(there <= came);
	uint64_t offset = there < back ? 0 : there - back;
	err = cut(s, offset);
	if (err == ERR_FORMAT) {
		/* Within a header. */
		sink_keep(s);
		s = take_up(&plan, part, &err);
		replay(s, path);
		offset = 0;
		err = cut(s, 0);
	}
	assert_int_equal(err, 0);
	finish_rest(s, path, offset);
	free(part);
}

static void
a_file_cut_anywhere(void **state)
{
	(void)state;
	const char *path = make_large(200000);
	uint64_t size = stream_size(path);
	unsigned count = 0;
	for (uint64_t came = 0; came <= size; came += 9973)
		for (uint64_t back = 0; back <= 100000; back += 50000, count++)
			cut_once(path, came, back);
	cut_once(path, size, 0);
	cut_once(path, size, 1);
	assert_int_equal(count, 63);
}

static void
a_folder_cut_anywhere(void **state)
{
	(void)state;
	const char *path = make_tree();
	uint64_t size = stream_size(path);
	unsigned count = 0;
	for (uint64_t came = 0; came <= size; count++) {
		cut_once(path, came, count % 2 == 0 ? 0 : count * 500);
		/* Each few bytes of the small ones, less of the large ones. */
		came += came > 300 && came + 1000 < size ? 4999 : 5;
	}
	cut_once(path, size, 0);
	assert_true(count > 100);
}

/* Again and again, a little further each time, from one end to the other. */
static void
cut_again_and_again(void **state)
{
	(void)state;
	const char *path = make_tree();
	uint64_t size = stream_size(path), at = 0;
	unsigned cuts = 0;
	int err;
	struct sink_plan plan = plan_of(path);
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	while (at < size) {
		assert_int_equal(feed(s, path, at, at + 8001), 0);
		sink_keep(s);
		s = take_up(&plan, part, &err);
		assert_int_equal(err, 0);
		uint64_t there = replay(s, path);
		assert_true(there > at);
		assert_int_equal(cut(s, there), 0);
		at = there;
		cuts++;
	}
	assert_true(cuts > 20);
	finish_rest(s, path, at);
	free(part);
}

static uint64_t
replay_all(struct sink *s)
{
	struct file_piece piece;
	uint64_t size = 0;

	for (;;) {
		sink_replay(s, &piece);
		if (piece.kind == FILE_PIECE_END)
			return size;
		size += file_piece_header_size(&piece) + piece.count;
	}
}

/* Over all of what came, whoever wrote it. */
static void
changed_names_are_counted(void **state)
{
	(void)state;
	int err;
	struct sink_plan plan = plan_folder("d");
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(put_enter(s, "d"), 0);
	assert_int_equal(put_file(s, "fine", 0), 0);
	assert_int_equal(put_file(s, ".hidden", 0), 0);
	assert_int_equal(sink_names_changed(s), 1);
	assert_int_equal(put_enter(s, "con"), 0);
	assert_int_equal(put_leave(s), 0);
	assert_int_equal(put_file(s, "a:b", 0), 0);
	assert_int_equal(put_file(s, "a_b", 0), 0);
	/* The last one has a number. */
	assert_int_equal(sink_names_changed(s), 4);
	sink_keep(s);
	s = take_up(&plan, part, &err);
	uint64_t there = replay_all(s);
	assert_int_equal(cut(s, there), 0);
	assert_int_equal(sink_names_changed(s), 4);
	sink_keep(s);
	/* What comes once more counts once. */
	s = take_up(&plan, part, &err);
	struct file_piece last = { .kind = FILE_PIECE_FILE, .name = "a_b" };
	assert_int_equal(replay_all(s), there);
	assert_int_equal(cut(s, there - file_piece_header_size(&last)), 0);
	assert_int_equal(sink_names_changed(s), 3);
	assert_int_equal(put_file(s, "a_b", 0), 0);
	assert_int_equal(sink_names_changed(s), 4);
	assert_int_equal(put_leave(s), 0);
	free(finish(s));
	free(part);
}

/* Without hearing it, a finish has happened. */
static void
finished_and_not_told(void **state)
{
	(void)state;
	int err;
	for (unsigned folder = 0; folder < 2; folder++) {
		const char *path = folder ? make_tree() : make_large(100000);
		uint64_t size = stream_size(path);
		struct sink_plan plan = plan_of(path);
		plan.keeps_list = true;
		struct sink *s = begin_part(&plan);
		char *part = xstrdup(sink_part(s));
		assert_int_equal(feed(s, path, 0, size), 0);
		char *got = finish(s);
		assert_int_equal(count_entries(downloads), 2);
		s = take_up(&plan, part, &err);
		assert_int_equal(err, 0);
		assert_int_equal(replay(s, path), size);
		assert_int_equal(cut(s, size), 0);
		char *again = finish(s);
		assert_string_equal(again, got);
		assert_true(is_same_tree(path, again));
		free(again);
		/* It cannot become less. */
		s = take_up(&plan, part, &err);
		assert_int_equal(err, 0);
		assert_int_equal(cut(s, 0), ERR_STATE);
		sink_keep(s);
		/* The user called it something else meanwhile. */
		char *moved = xstrdup(tmpdir_path(downloads, "moved"));
		assert_int_equal(rename(got, moved), 0);
		s = take_up(&plan, part, &err);
		assert_int_equal(err, 0);
		replay(s, path);
		assert_int_equal(cut(s, size), 0);
		again = finish(s);
		assert_string_equal(again, moved);
		free(again);
		/* What is finished is not dropped. */
		drop_part(part);
		assert_int_equal(count_entries(downloads), 1);
		assert_true(is_same_tree(path, moved));
		assert_null(take_up(&plan, part, &err));
		assert_int_equal(err, ERR_NOT_FOUND);
		char *line = xasprintf("rm -r '%s'", moved);
		assert_int_equal(system(line), 0);
		free(line);
		free(moved);
		free(got);
		free(part);
	}
}

/* A new name that the user chose for a folder is a folder, once it is there. */
static void
finished_under_a_new_name(void **state)
{
	(void)state;
	int err;
	const char *path = make_tree();
	struct sink_plan plan = plan_of(path);
	char *where = xstrdup(tmpdir_path(downloads, "new"));
	plan.where = where;
	plan.keeps_list = true;
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, UINT64_MAX), 0);
	char *got = finish(s);
	assert_string_equal(got, where);
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	assert_true(sink_has_name(s));
	uint64_t size = replay(s, path);
	assert_int_equal(cut(s, size), 0);
	char *again = finish(s);
	assert_string_equal(again, where);
	/* Somewhere else it is not. */
	plan.where = outside;
	assert_null(take_up(&plan, part, &err));
	assert_int_equal(err, ERR_NOT_FOUND);
	free(again);
	free(got);
	free(part);
	free(where);
}

/* As cut_once, with something done to what is there in between. */
static void
assert_gone(const struct sink_plan *plan, const char *part, int want)
{
	int err;

	assert_null(take_up(plan, part, &err));
	assert_int_equal(err, want);
}

static char *
make_part(const struct sink_plan *plan, const char *path, uint64_t came)
{
	struct sink *s = begin_part(plan);
	char *part = xstrdup(sink_part(s));

	assert_int_equal(feed(s, path, 0, came), 0);
	sink_keep(s);
	return part;
}

static char *
list_of(const char *part)
{
	return xasprintf("%.*s.list", (int)(strlen(part) - 5), part);
}

enum other {
	OTHER_NOTHING,
	OTHER_LINK, /* to what was there */
	OTHER_LINK_OUTSIDE,
	OTHER_FIFO,
	OTHER_KIND,
	OTHER_HARD_LINK,
	OTHER_OF_OURS,
	OTHER_COUNT,
};

/* Puts it in the place of name, which is a folder or not. */
static void
put_other(enum other other, const char *name, bool folder, const char *away)
{
	const char *secret = tmpdir_path(outside, "secret");
	int err = 0;

	if (other == OTHER_LINK)
		err = symlink(away, name);
	else if (other == OTHER_LINK_OUTSIDE)
		err = symlink(secret, name);
	else if (other == OTHER_FIFO)
		err = mkfifo(name, 0600);
	else if (other == OTHER_HARD_LINK)
		err = link(secret, name);
	else if (other == OTHER_KIND)
		folder = !folder;
	assert_int_equal(err, 0);
	if (other != OTHER_KIND && other != OTHER_OF_OURS)
		return;
	if (folder)
		assert_int_equal(mkdir(name, 0700), 0);
	else
		tmpdir_write(name, "x", 1, 0600);
}

/* In the place of the part or of its list is something else: it is not taken
 * up, and stays as it is. */
static void
replaced(const char *path, bool of_list, enum other other)
{
	struct stat st;
	struct sink_plan plan = plan_of(path);
	char *part = make_part(&plan, path, 100), *list = list_of(part);
	char *away = xstrdup(tmpdir_path(top, "away"));
	const char *name = of_list ? list : part;

	assert_int_equal(rename(name, away), 0);
	put_other(other, name, !of_list && plan.is_folder, away);
	assert_gone(
	    &plan, part, other == OTHER_NOTHING ? ERR_NOT_FOUND : ERR_FORMAT);
	if (other != OTHER_NOTHING) {
		if (of_list)
			drop_part(part);
		assert_int_equal(lstat(name, &st), 0);
		assert_int_equal(remove(name), 0);
	}
	assert_int_equal(rename(away, name), 0);
	drop_part(part);
	assert_int_equal(count_entries(downloads), 0);
	free(away);
	free(list);
	free(part);
}

static void
t38_parts_that_are_something_else(void **state)
{
	(void)state;
	unsigned count = 0;
	for (unsigned i = 0; i < OTHER_COUNT; i++) {
		replaced(make_large(5000), false, (enum other)i);
		replaced(make_large(5000), true, (enum other)i);
		count += 2;
	}
	const char *path = make_tree();
	for (unsigned i = 0; i < OTHER_COUNT; i++, count += 2) {
		replaced(path, false, (enum other)i);
		replaced(path, true, (enum other)i);
	}
	assert_int_equal(count, 28);
	char *text = tmpdir_read(tmpdir_path(outside, "secret"));
	assert_string_equal(text, "keep");
	free(text);
}

/* A part that is another folder of ours now is not removed with its list. */
static void
t38_what_is_dropped_is_what_was_made(void **state)
{
	(void)state;
	const char *path = make_tree();
	struct sink_plan plan = plan_of(path);
	char *part = make_part(&plan, path, 100);
	char *away = xstrdup(tmpdir_path(top, "away"));
	assert_int_equal(rename(part, away), 0);
	assert_int_equal(mkdir(part, 0700), 0);
	tmpdir_write(tmpdir_path(part, "work"), "x", 1, 0600);
	drop_part(part);
	assert_true(tmpdir_exists(tmpdir_path(part, "work")));
	assert_int_equal(count_entries(downloads), 1);
	free(away);
	free(part);
}

static void
what_is_no_part(void **state)
{
	static const char *const names[] = { "", "x", "/", "x/y",
		".earshot-0123456789abcdef.part", "/.earshot-0.part",
		"/nowhere/.earshot-0123456789abcdef.part" };

	(void)state;
	struct sink_plan plan = plan_file("x", 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_gone(&plan, names[i], i == 6 ? ERR_SYS : ERR_FORMAT);
		drop_part(names[i]);
	}
	/* A file is not taken up as a folder, nor elsewhere. */
	const char *path = make_large(5000);
	plan = plan_of(path);
	char *part = make_part(&plan, path, 100);
	plan.is_folder = true;
	assert_gone(&plan, part, ERR_FORMAT);
	plan.is_folder = false;
	plan.where = outside;
	assert_gone(&plan, part, ERR_NOT_FOUND);
	plan.where = downloads;
	int err;
	struct sink *s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	/* Not beyond what was looked at. */
	assert_int_equal(cut(s, 100), ERR_LIMIT);
	sink_abandon(s);
	assert_int_equal(count_entries(downloads), 0);
	free(part);
}

/* A disk that is not mounted: what is on it waits, and goes on. */
static void
folder_that_is_not_there(void **state)
{
	(void)state;
	int err;
	const char *path = make_large(50000);
	struct sink_plan plan = plan_of(path);
	char *where = xstrdup(tmpdir_path(downloads, "disk"));
	char *away = xstrdup(tmpdir_path(top, "away"));
	char *slash = xasprintf("%s/", where);
	char *name = xasprintf("%s/new", where);
	const char *const there[] = { NULL, where, slash, name };
	assert_int_equal(mkdir(where, 0700), 0);
	plan.where = where;
	char *part = make_part(&plan, path, 20000);
	assert_int_equal(rename(where, away), 0);
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		plan.where = there[i];
		assert_gone(&plan, part, ERR_SYS);
	}
	/* It was begun there, and is wanted elsewhere. */
	plan.where = outside;
	assert_gone(&plan, part, ERR_NOT_FOUND);
	plan.where = downloads;
	assert_gone(&plan, part, ERR_NOT_FOUND);
	assert_int_equal(rename(away, where), 0);
	plan.where = where;
	struct sink *s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	sink_abandon(s);
	free(part);
	free(name);
	free(slash);
	free(away);
	free(where);
}

/* Whatever is wrong with the list, what is taken up is right, or nothing is. */
static void
damaged_lists(void **state)
{
	(void)state;
	const char *path = make_tree();
	uint64_t size = stream_size(path);
	struct sink_plan plan = plan_of(path);
	unsigned gone = 0, count = 0;
	for (size_t at = 0;; at += 11, count++) {
		char *part = make_part(&plan, path, size);
		char *list = list_of(part);
		struct stat st;
		assert_int_equal(stat(list, &st), 0);
		if (at >= (size_t)st.st_size) {
			drop_part(part);
			free(list);
			free(part);
			break;
		}
		/* A byte of it, or all from there on, or its end. */
		int fd = open(list, O_RDWR);
		uint8_t bytes[64] = { 0 };
		size_t n = count % 3 == 0 ? 1 : sizeof(bytes);
		assert_int_equal(pread(fd, bytes, 1, (off_t)at), 1);
		bytes[0] = (uint8_t)(bytes[0] ^ 0x41);
		if (count % 3 == 2)
			assert_int_equal(ftruncate(fd, (off_t)at), 0);
		else
			assert_int_equal(
			    pwrite(fd, bytes, n, (off_t)at), (ssize_t)n);
		close(fd);
		int err;
		struct sink *s = take_up(&plan, part, &err);
		if (s == NULL) {
			gone++;
			assert_int_equal(err, ERR_FORMAT);
			/* Whose it is cannot be told. */
			drop_part(part);
			assert_int_equal(count_entries(downloads), 2);
			char *line = xasprintf("rm -r '%s' '%s'", part, list);
			assert_int_equal(system(line), 0);
			free(line);
		} else {
			uint64_t there = replay(s, path);
			assert_int_equal(cut(s, there), 0);
			finish_rest(s, path, there);
		}
		free(list);
		free(part);
	}
	assert_true(count > 60 && gone == 3);
}

/* What a failing power may leave: files too long, too short, or not there;
 * things that are in no list. */
static void
damaged_folders(void **state)
{
	(void)state;
	const char *path = make_tree();
	uint64_t size = stream_size(path);
	struct sink_plan plan = plan_of(path);
	static const char *const lines[] = { "rm -r a", "rm a/large",
		"echo x >a/empty", "echo x >>readme", ": >a/large",
		"rm -r b/c/d", "ln -s /etc b/x", "mkdir -p b/more/and/more",
		"rm -r none", "rm -r b; ln -s /etc b",
		"rm README; mkdir README", "rm README; mkfifo README",
		"ln README b/another" };
	unsigned count = 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++, count++) {
		/* Not all of it came: it could be told from what is complete
		 * by nothing else than the hash. */
		char *part = make_part(&plan, path, size - 1);
		char *line = xasprintf("cd '%s' && { %s; }", part, lines[i]);
		assert_int_equal(system(line), 0);
		free(line);
		int err;
		struct sink *s = take_up(&plan, part, &err);
		assert_int_equal(err, 0);
		uint64_t there = 0;
		struct file_piece p;
		for (sink_replay(s, &p); p.kind != FILE_PIECE_END;
		     sink_replay(s, &p))
			there += file_piece_header_size(&p) + p.count;
		/* What lies in a folder that is complete cannot come from
		 * that; it stays, and was not sent. */
		if (i == 6 || i == 7 || i == 12) {
			assert_true(there < size);
			sink_abandon(s);
		} else {
			assert_true(there < size - 1);
			assert_int_equal(cut(s, there), 0);
			finish_rest(s, path, there);
		}
		free(part);
	}
	assert_int_equal(count, 13);
}

/* Things in the folders that are being written, in no list. */
static void
strays_go(void **state)
{
	(void)state;
	const char *path = make_tree();
	uint64_t size = stream_size(path);
	struct sink_plan plan = plan_of(path);
	unsigned count = 0;
	for (uint64_t came = 0; came < size - 1; came += 14001, count++) {
		char *part = make_part(&plan, path, came);
		char *line = xasprintf("cd '%s' && mkdir -p stray/s && "
				       "echo x >zzz && ln -s '%s' link && "
				       "mkfifo fifo && ln -s '%s' stray/s/l",
		    part, outside, outside);
		assert_int_equal(system(line), 0);
		free(line);
		int err;
		struct sink *s = take_up(&plan, part, &err);
		assert_int_equal(err, 0);
		uint64_t there = replay(s, path);
		assert_int_equal(cut(s, there), 0);
		finish_rest(s, path, there);
		free(part);
	}
	assert_true(count > 10);
}

static void
make_old(const char *path, int64_t seconds)
{
	struct timespec times[2] = { { .tv_sec = (time_t)seconds },
		{ .tv_sec = (time_t)seconds } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* What waits for its sender for weeks is there when he comes. */
static void
what_is_wanted_stays(void **state)
{
	enum { DAY = 24 * 3600 };

	(void)state;
	const char *path = make_large(5000);
	struct sink_plan plan = plan_of(path), other = plan_file("new", 0);
	char *part = make_part(&plan, path, 100);
	char *list = list_of(part);
	int64_t now = time(NULL);
	make_old(part, now - 30 * DAY);
	make_old(list, now - 30 * DAY);
	free(finish(begin(&other)));
	assert_true(tmpdir_exists(part) && tmpdir_exists(list));
	/* One that was taken up lately. */
	make_old(part, now - 90 * DAY);
	make_old(list, now - 90 * DAY);
	int err;
	struct sink *s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	sink_keep(s);
	free(finish(begin(&other)));
	assert_true(tmpdir_exists(part) && tmpdir_exists(list));
	/* Nobody wants it any more. */
	make_old(part, now - 90 * DAY);
	make_old(list, now - 90 * DAY);
	free(finish(begin(&other)));
	assert_false(tmpdir_exists(part) || tmpdir_exists(list));
	/* A list alone. */
	tmpdir_write(list, "x", 1, 0600);
	make_old(list, now - 8 * DAY);
	free(finish(begin(&other)));
	assert_false(tmpdir_exists(list));
	free(list);
	free(part);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_cut_anywhere),
		TEST(a_folder_cut_anywhere),
		TEST(cut_again_and_again),
		TEST(changed_names_are_counted),
		TEST(finished_and_not_told),
		TEST(finished_under_a_new_name),
		TEST(t38_parts_that_are_something_else),
		TEST(t38_what_is_dropped_is_what_was_made),
		TEST(what_is_no_part),
		TEST(folder_that_is_not_there),
		TEST(damaged_lists),
		TEST(damaged_folders),
		TEST(strays_go),
		TEST(what_is_wanted_stays),
	};

	/* In memory, a sync takes no time. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
