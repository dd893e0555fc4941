/* SPDX-License-Identifier: MIT */
/*
 * What can be taken up again, where names, sizes, disks and others mean no
 * good.
 */
#include "bad_names.h"
#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "part_kit.h"
#include "sink_kit.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	RACE_ROUNDS = 10000,
	PATH_SIZE = 4096,
	MIB = 1024 * 1024,
	DISK_MIB = 300,
	TRANSFERS = 50,
};

static struct sink *
take_up_at_end(const struct sink_plan *plan, const char *part)
{
	int err;
	uint64_t there = 0;
	struct file_piece p;
	struct sink *s = take_up(plan, part, &err);

	assert_int_equal(err, 0);
	for (sink_replay(s, &p); p.kind != FILE_PIECE_END; sink_replay(s, &p))
		there += file_piece_header_size(&p) + p.count;
	assert_int_equal(cut(s, there), 0);
	return s;
}

static void
put_named(struct sink *s, const char *name, bool folder)
{
	if (folder) {
		assert_int_equal(put_enter(s, "top"), 0);
		assert_int_equal(put_enter(s, name), 0);
		assert_int_equal(put_leave(s), 0);
	}
	assert_int_equal(put_file(s, name, 2), 0);
	assert_int_equal(put_bytes(s, "x", 1), 0);
}

/* Each name of the table: as it comes, taken up in the middle, and dropped. */
static void
t37_names_taken_up(void **state)
{
	(void)state;
	unsigned count = 0;
	for (size_t i = 0; i < 2 * BAD_NAME_COUNT; i++) {
		const char *name = bad_names[i / 2].name;
		bool folder = i % 2 == 1;
		char *dir = xasprintf("%s/%zu", downloads, i);
		struct sink_plan plan = plan_file(name, 2);
		plan.is_folder = folder;
		plan.folder = dir;
		for (unsigned how = 0; how < 3; how++, count++) {
			struct sink *s = begin_part(&plan);
			char *part = xstrdup(sink_part(s));
			assert_int_equal(strncmp(part, dir, strlen(dir)), 0);
			put_named(s, name, folder);
			if (how > 0)
				sink_keep(s);
			if (how == 2) {
				drop_part(part);
				assert_int_equal(count_entries(dir), 2);
				free(part);
				continue;
			}
			if (how == 1)
				s = take_up_at_end(&plan, part);
			assert_int_equal(put_bytes(s, "y", 1), 0);
			if (folder)
				assert_int_equal(put_leave(s), 0);
			char *got = finish(s);
			assert_int_equal(strncmp(got, dir, strlen(dir)), 0);
			assert_null(strchr(got + strlen(dir) + 1, '/'));
			/* The folder and the file that have the same name. */
			if (folder)
				assert_int_equal(count_entries(got), 2);
			assert_int_equal(count_entries(dir), how + 1);
			free(got);
			free(part);
		}
		free(dir);
	}
	assert_true(count >= 240);
	assert_int_equal(count_entries(downloads), 2 * BAD_NAME_COUNT);
}

/* Of one that can be taken up: what is offered is all that is taken. */
static void
t39_sizes(void **state)
{
	static const struct {
		uint64_t offered, header;
		size_t comes;
		int header_err, bytes_err;
		bool done;
	} rows[] = {
		{ 5, 5, 5, 0, 0, true },
		{ 5, 5, 6, 0, ERR_LIMIT, false },
		{ 5, 5, 4, 0, 0, false },
		{ 5, 4, 0, ERR_FORMAT, 0, false },
		{ 5, 6, 0, ERR_FORMAT, 0, false },
		{ 5, 0, 0, ERR_FORMAT, 0, false },
		{ 5, UINT64_C(1) << 63, 0, ERR_FORMAT, 0, false },
		{ 5, UINT64_MAX, 0, ERR_FORMAT, 0, false },
		{ 0, 0, 0, 0, 0, true },
		{ 0, 0, 1, 0, ERR_LIMIT, false },
		{ 0, 1, 0, ERR_FORMAT, 0, false },
		{ 65536, 65536, 65535, 0, 0, false },
	};
	static const uint8_t zeros[65537];

	(void)state;
	unsigned count = 0;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		size_t r = i / 2;
		struct sink_plan plan = plan_file("f", rows[r].offered);
		/* In a folder a file may be less than all of it. */
		bool folder = i % 2 == 1;
		bool less = folder && rows[r].header < rows[r].offered;
		plan.is_folder = folder;
		struct sink *s = begin_part(&plan);
		char *part = xstrdup(sink_part(s));
		int want = rows[r].header_err;
		if (folder && want != 0)
			want = ERR_LIMIT;
		if (folder)
			assert_int_equal(put_enter(s, "f"), 0);
		assert_int_equal(
		    put_file(s, "f", rows[r].header), less ? 0 : want);
		if (rows[r].comes > 0)
			assert_int_equal(put_bytes(s, zeros, rows[r].comes),
			    rows[r].bytes_err);
		if (rows[r].done) {
			if (folder)
				assert_int_equal(put_leave(s), 0);
			free(finish(s));
		} else if (rows[r].bytes_err != 0 || want != 0) {
			sink_keep(s);
		} else {
			finish_fails(s);
		}
		/* No final name; what is there can be taken up, or dropped. */
		assert_int_equal(
		    tmpdir_exists(tmpdir_path(downloads, "f")), rows[r].done);
		drop_part(part);
		assert_int_equal(count_entries(downloads), rows[r].done);
		(void)remove(tmpdir_path(downloads, "f/f"));
		(void)remove(tmpdir_path(downloads, "f"));
		count += !folder;
		free(part);
	}
	assert_int_equal(count, 12);
	/* Bytes without a header: where they belong is not known. */
	struct sink_plan plan = plan_file("f", 5);
	struct sink *s = begin_part(&plan);
	assert_int_equal(put_bytes(s, "hello", 5), ERR_FORMAT);
	sink_abandon(s);
	s = begin_part(&plan);
	finish_fails(s);
}

/* Files of a folder that are together more than all of it was to be. */
static void
t39_a_folder_that_grows(void **state)
{
	(void)state;
	struct sink_plan plan = plan_folder("f");
	plan.size_known = true;
	plan.size = 10;
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(put_enter(s, "f"), 0);
	assert_int_equal(put_file(s, "a", 6), 0);
	assert_int_equal(put_bytes(s, "abcdef", 6), 0);
	sink_keep(s);
	s = take_up_at_end(&plan, part);
	assert_int_equal(put_file(s, "b", 5), ERR_LIMIT);
	sink_keep(s);
	s = take_up_at_end(&plan, part);
	assert_int_equal(put_file(s, "b", 4), 0);
	assert_int_equal(put_bytes(s, "abcde", 5), ERR_LIMIT);
	sink_abandon(s);
	assert_int_equal(count_entries(downloads), 0);
	free(part);
}

/*
 * T38. Another who may write to the folder of downloads, and knows the names.
 */
static atomic_bool race_over;
static pthread_mutex_t race_lock = PTHREAD_MUTEX_INITIALIZER;
static char race_part[PATH_SIZE];

static void
tell_part(const char *part)
{
	pthread_mutex_lock(&race_lock);
	snprintf(race_part, sizeof(race_part), "%s", part);
	pthread_mutex_unlock(&race_lock);
}

/* In its place, for a moment, is a link to what is outside. */
static void
swap(const char *path, const char *with, bool hard)
{
	char *away = xasprintf("%s/away", downloads);

	if (rename(path, away) == 0) {
		bool made =
		    hard ? link(with, path) == 0 : symlink(with, path) == 0;
		if (made)
			(void)unlink(path);
		(void)rename(away, path);
	}
	free(away);
}

static void *
swap_parts(void *arg)
{
	char part[PATH_SIZE], list[PATH_SIZE];
	char *secret = xstrdup(tmpdir_path(outside, "secret"));

	(void)arg;
	for (unsigned i = 0; !atomic_load(&race_over); i++) {
		pthread_mutex_lock(&race_lock);
		snprintf(part, sizeof(part), "%s", race_part);
		pthread_mutex_unlock(&race_lock);
		snprintf(list, sizeof(list), "%.*s.list",
		    (int)strlen(part) - (int)strlen(".part"), part);
		swap(part, i % 2 == 0 ? secret : outside, i % 4 == 0);
		swap(list, secret, i % 4 == 1);
		sched_yield();
	}
	free(secret);
	return NULL;
}

/* Something of it; false where another was quicker. */
static bool
go_on(struct sink *s, uint64_t *ret_at)
{
	char *error = NULL;
	struct file_piece p;
	uint64_t there = 0;

	for (sink_replay(s, &p);
	     p.kind != FILE_PIECE_END && p.kind != FILE_PIECE_ERROR;
	     sink_replay(s, &p))
		there += file_piece_header_size(&p) + p.count;
	bool done = sink_cut(s, there, &error) == 0;
	free(error);
	*ret_at = there;
	return done;
}

static void
race_one(const struct sink_plan *plan, const char *path, unsigned round,
    unsigned *done)
{
	struct sink *s = NULL;
	char *error = NULL;
	uint64_t at = 0, size = stream_size(path);

	if (sink_resume(plan, race_part, &s, &error) != 0) {
		free(error);
		s = begin_part(plan);
		tell_part(sink_part(s));
	} else if (!go_on(s, &at)) {
		sink_keep(s);
		return;
	}
	if (feed(s, path, at, at + size / 3 + 1) == 0 && at + size / 3 >= size)
		round = 0;
	if (round % 50 != 0) {
		sink_keep(s);
		return;
	}
	char *got = sink_finish(s, &error);
	/* Complete, and just then away: it is found, and moved again. */
	if (got != NULL && strstr(got, "/away") == NULL) {
		(*done)++;
		char *line = xasprintf("rm -r '%s'", got);
		assert_true(is_same_tree(path, got));
		assert_int_equal(system(line), 0);
		free(line);
	}
	free(got);
	free(error);
}

static void
race(const char *path)
{
	pthread_t thread;
	struct sink_plan plan = plan_of(path);
	unsigned rounds = 0, done = 0;
	struct sink *s = begin_part(&plan);

	tell_part(sink_part(s));
	sink_keep(s);
	atomic_store(&race_over, false);
	assert_int_equal(pthread_create(&thread, NULL, swap_parts, NULL), 0);
	for (; rounds < RACE_ROUNDS / 2; rounds++)
		race_one(&plan, path, rounds, &done);
	atomic_store(&race_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(rounds, RACE_ROUNDS / 2);
	assert_true(done > 0);
	/* Nothing outside was written to, or lost. */
	assert_int_equal(count_entries(outside), 1);
	char *text = tmpdir_read(tmpdir_path(outside, "secret"));
	assert_string_equal(text, "keep");
	free(text);
}

static void
t38_parts_become_links(void **state)
{
	(void)state;
	race(make_large(3000));
	char *line =
	    xasprintf("rm -rf '%s' && mkdir '%s'", downloads, downloads);
	assert_int_equal(system(line), 0);
	free(line);
	char *small = xstrdup(tmpdir_path(top, "small"));
	assert_int_equal(mkdir(small, 0700), 0);
	tmpdir_write(tmpdir_path(small, "a"), "hello", 5, 0600);
	assert_int_equal(mkdir(tmpdir_path(small, "sub"), 0700), 0);
	tmpdir_write(tmpdir_path(small, "sub/b"), "hello", 5, 0600);
	race(small);
	free(small);
}

/*
 * T35. A disk of 300 MiB of its own, and many who send as much as it has.
 */
static uint64_t
free_now(const char *path)
{
	struct statvfs vfs;

	if (statvfs(path, &vfs) != 0)
		return 0;
	return (uint64_t)vfs.f_bavail * vfs.f_frsize;
}

static bool
mount_disk(const char *path)
{
	int flags = CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);

	return unshare(flags) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", path, "tmpfs", 0, "size=300m") == 0;
}

struct sender {
	struct sink *s;
	uint64_t came;
};

/* A block of each in turn, until each is done or refused. */
static unsigned
fill_disk(struct sender *senders, uint64_t size, uint64_t *least)
{
	static uint8_t block[65536];
	unsigned running = TRANSFERS, refused = 0;

	while (running > 0) {
		running = 0;
		for (size_t i = 0; i < TRANSFERS; i++) {
			struct sender *t = &senders[i];
			char *error = NULL;
			if (t->s == NULL || t->came == size)
				continue;
			struct file_piece p = { .kind = FILE_PIECE_BYTES,
				.bytes = block,
				.count = sizeof(block) };
			int err = sink_piece(t->s, &p, &error);
			free(error);
			t->came += err == 0 ? sizeof(block) : 0;
			if (err != 0) {
				refused++;
				sink_keep(t->s);
				t->s = NULL;
			}
			running += err == 0;
			if (free_now(downloads) < *least)
				*least = free_now(downloads);
		}
	}
	return refused;
}

/* In a process of its own, for the disk: 0, or which of these was not so. */
static int
fifty_transfers(void)
{
	static struct sender senders[TRANSFERS];
	uint64_t size = 2 * MIB, least = UINT64_MAX;
	unsigned opened = 0, done = 0;

	if (!mount_disk(downloads))
		return 100;
	for (size_t i = 0; i < TRANSFERS; i++) {
		char *error = NULL;
		struct sink_plan plan = plan_file("f", size);
		plan.free_bytes = 0;
		struct file_piece p = {
			.kind = FILE_PIECE_FILE, .name = "f", .size = size
		};
		if (sink_open_part(&plan, &senders[i].s, &error) == 0 &&
		    sink_piece(senders[i].s, &p, &error) == 0)
			opened++;
		free(error);
	}
	unsigned refused = fill_disk(senders, size, &least);
	for (size_t i = 0; i < TRANSFERS; i++) {
		char *error = NULL;
		if (senders[i].s == NULL)
			continue;
		char *path = sink_finish(senders[i].s, &error);
		done += path != NULL;
		free(path);
		free(error);
	}
	if (opened != TRANSFERS)
		return 1;
	if (least < (uint64_t)SINK_FREE_MIB * MIB)
		return 2;
	/* There was room for 20 or so; some of the rest took it. */
	if (refused == 0 || done + refused != TRANSFERS)
		return 3;
	return least > (uint64_t)(SINK_FREE_MIB + 8) * MIB ? 4 : 0;
}

static void
t35_fifty_transfers(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(fifty_transfers());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 100) {
		fprintf(
		    stderr, "SKIPPED: no disk of its own can be had here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* It is full in the middle; there is room again, and it goes on. */
static void
t35_full_and_free_again(void **state)
{
	enum { SIZE = 8 * MIB };

	(void)state;
	const char *path = make_large(SIZE);
	struct sink_plan plan = plan_of(path);
	plan.free_bytes = free_now(downloads) - SIZE - MIB;
	struct sink *s = begin_part(&plan);
	char *part = xstrdup(sink_part(s));
	assert_int_equal(feed(s, path, 0, SIZE / 2), 0);
	/* Somebody else took it. */
	const char *other = tmpdir_path(top, "other");
	int fd = open(other, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(posix_fallocate(fd, 0, 64 * MIB), 0);
	assert_int_equal(feed(s, path, SIZE / 2, UINT64_MAX), ERR_LIMIT);
	sink_keep(s);
	int err;
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	uint64_t there = replay(s, path);
	assert_true(there >= SIZE / 2);
	assert_int_equal(cut(s, there), ERR_LIMIT);
	sink_keep(s);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	/* Others work on the same disk. */
	plan.free_bytes = 1;
	s = take_up(&plan, part, &err);
	assert_int_equal(err, 0);
	assert_int_equal(replay(s, path), there);
	assert_int_equal(cut(s, there), 0);
	assert_int_equal(feed(s, path, there, UINT64_MAX), 0);
	char *got = finish(s);
	assert_true(is_same_tree(path, got));
	free(got);
	free(part);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t37_names_taken_up),
		TEST(t39_sizes),
		TEST(t39_a_folder_that_grows),
		TEST(t38_parts_become_links),
		TEST(t35_fifty_transfers),
		TEST(t35_full_and_free_again),
	};

	/* In memory, a sync takes no time. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
