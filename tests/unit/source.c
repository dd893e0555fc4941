/* SPDX-License-Identifier: MIT */
#include "store/source.h"
#include "base/err.h"
#include "base/mem.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char *dir;

static int
make_dir(void **state)
{
	(void)state;
	dir = tmpdir_make();
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	tmpdir_remove(dir);
	return 0;
}

static struct source *
begin(const struct source_plan *plan)
{
	struct source *s = NULL;
	char *error = NULL;

	if (source_open(plan, &s, &error) != 0)
		fail_msg("%s", error);
	return s;
}

/* All pieces as a line of text (caller frees). */
static char *
all_pieces(struct source *s)
{
	char *out = xstrdup("");

	for (;;) {
		struct file_piece p;
		char *next = NULL;
		source_next(s, &p);
		switch ((enum file_piece_kind)p.kind) {
		case FILE_PIECE_ENTER:
			next = xasprintf("%s<%s ", out, p.name);
			break;
		case FILE_PIECE_FILE:
			next = xasprintf("%s%s:%llu ", out, p.name,
			    (unsigned long long)p.size);
			break;
		case FILE_PIECE_BYTES:
			next = xasprintf("%s[%.*s] ", out, (int)p.count,
			    (const char *)p.bytes);
			break;
		case FILE_PIECE_LEAVE:
			next = xasprintf("%s> ", out);
			break;
		case FILE_PIECE_NOTE:
			next = xasprintf("%s(%s) ", out, p.name);
			break;
		case FILE_PIECE_END:
			next = xasprintf("%s.", out);
			break;
		case FILE_PIECE_ERROR:
			next = xasprintf("%s! %s", out, p.name);
			break;
		}
		free(out);
		out = next;
		if (p.kind == FILE_PIECE_END || p.kind == FILE_PIECE_ERROR)
			return out;
	}
}

static void
assert_pieces(const struct source_plan *plan, const char *want)
{
	struct source *s = begin(plan);
	char *got = all_pieces(s), *again = all_pieces(s);

	assert_string_equal(got, want);
	/* The last piece stays the last. */
	assert_string_equal(again, got + strlen(got) - strlen(again));
	free(got);
	free(again);
	source_free(s);
}

static void
a_file(void **state)
{
	(void)state;
	const char *path = tmpdir_path(dir, "a.txt");
	tmpdir_write(path, "hello", 5, 0644);
	assert_pieces(
	    &(struct source_plan){ .path = path }, "a.txt:5 [hello] .");
	/* From the middle, from the end. */
	struct source_plan plan = {
		.path = path, .expects = true, .size = 5, .offset = 2
	};
	assert_pieces(&plan, "a.txt:5 [llo] .");
	plan.offset = 5;
	assert_pieces(&plan, "a.txt:5 .");
	tmpdir_write(path, "", 0, 0644);
	assert_pieces(&(struct source_plan){ .path = path }, "a.txt:0 .");
}

static void
a_large_file(void **state)
{
	enum { SIZE = 3 * FILE_PIECE_MAX + 7 };

	(void)state;
	const char *path = tmpdir_path(dir, "large");
	uint8_t *bytes = xmalloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	tmpdir_write(path, bytes, SIZE, 0600);
	struct source *s = begin(&(struct source_plan){ .path = path });
	struct file_piece p;
	source_next(s, &p);
	assert_int_equal(p.kind, FILE_PIECE_FILE);
	size_t at = 0;
	for (source_next(s, &p); p.kind == FILE_PIECE_BYTES;
	     source_next(s, &p)) {
		assert_true(p.count > 0 && p.count <= FILE_PIECE_MAX);
		assert_memory_equal(p.bytes, bytes + at, p.count);
		at += p.count;
	}
	assert_int_equal(p.kind, FILE_PIECE_END);
	assert_int_equal(at, SIZE);
	source_free(s);
	free(bytes);
}

static void
a_folder(void **state)
{
	(void)state;
	struct stat st;
	char *path = xstrdup(tmpdir_path(dir, "f"));
	assert_int_equal(mkdir(path, 0755), 0);
	assert_pieces(&(struct source_plan){ .path = path }, "<f > .");
	assert_int_equal(mkdir(tmpdir_path(path, "sub"), 0700), 0);
	tmpdir_write(tmpdir_path(path, "sub/a"), "x", 1, 0640);
	assert_int_equal(mkdir(tmpdir_path(path, "sub/b"), 0700), 0);
	struct source *s = begin(&(struct source_plan){ .path = path });
	struct file_piece p;
	source_next(s, &p);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(p.mtime, st.st_mtim.tv_sec);
	assert_int_equal(p.mode, 0755);
	source_free(s);
	s = begin(&(struct source_plan){ .path = path });
	char *got = all_pieces(s);
	assert_true(strcmp(got, "<f <sub a:1 [x] <b > > > .") == 0 ||
		    strcmp(got, "<f <sub <b > a:1 [x] > > .") == 0);
	free(got);
	source_free(s);
	/* A slash at the end changes nothing. */
	char *slash = xasprintf("%s//", path);
	s = begin(&(struct source_plan){ .path = slash });
	source_next(s, &p);
	assert_string_equal(p.name, "f");
	source_free(s);
	free(slash);
	free(path);
}

static void
make_socket(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(strlen(path) < sizeof(a.sun_path));
	memcpy(a.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);
}

/* In a folder, and named themselves: none is read, each is named. */
static void
t43_what_is_no_file(void **state)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "fifo", "a named pipe" },
		{ "socket", "a socket" },
		{ "device", "a device" },
		{ "link", "a symbolic link" },
		{ "dangling", "a symbolic link" },
		{ "linked folder", "a symbolic link" },
	};

	(void)state;
	char *f = xstrdup(tmpdir_path(dir, "f"));
	assert_int_equal(mkdir(f, 0700), 0);
	tmpdir_write(tmpdir_path(dir, "secret"), "secret", 6, 0600);
	assert_int_equal(mkfifo(tmpdir_path(f, "fifo"), 0600), 0);
	make_socket(tmpdir_path(f, "socket"));
	assert_int_equal(symlink("../secret", tmpdir_path(f, "link")), 0);
	assert_int_equal(symlink("nowhere", tmpdir_path(f, "dangling")), 0);
	assert_int_equal(symlink("..", tmpdir_path(f, "linked folder")), 0);
	/* Devices are not for everybody to make. */
	bool device =
	    mknod(tmpdir_path(f, "device"), S_IFCHR | 0600, 0x0103) == 0;
	struct source *s = begin(&(struct source_plan){ .path = f });
	char *got = all_pieces(s);
	unsigned count = 0;
	assert_null(strstr(got, "secret]"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = tmpdir_path(f, rows[i].name);
		char *error = NULL;
		struct source *other;
		struct survey *survey;
		if (!device && strcmp(rows[i].name, "device") == 0)
			path = "/dev/null";
		else
			assert_non_null(strstr(got, rows[i].name));
		struct source_plan plan = { .path = path };
		assert_int_equal(source_open(&plan, &other, &error), ERR_SYS);
		assert_non_null(strstr(error, rows[i].why));
		free(error);
		assert_int_equal(survey_open(path, &survey, &error), ERR_SYS);
		free(error);
		count++;
	}
	assert_int_equal(count, 6);
	free(got);
	source_free(s);
	free(f);
}

static void
t40_it_changes(void **state)
{
	(void)state;
	struct file_piece p;
	char *path = xstrdup(tmpdir_path(dir, "a"));
	unsigned count = 0;
	/* Since it was offered. */
	tmpdir_write(path, "hello", 5, 0600);
	struct source_plan plan = { .path = path, .expects = true, .size = 6 };
	assert_pieces(&plan, "! a has another size than when it was offered");
	count++;
	plan.size = 4;
	assert_pieces(&plan, "! a has another size than when it was offered");
	count++;
	/* Since the first part was sent. */
	plan = (struct source_plan){ .path = path,
		.expects = true,
		.size = 5,
		.offset = 2,
		.mtime = 1 };
	assert_pieces(&plan, "! a changed since the first part of it was sent");
	count++;
	plan.offset = 6;
	assert_pieces(&plan, "! a has another size than when it was offered");
	count++;
	/* While it is read: shorter, longer, or only another. */
	struct source *s = begin(&(struct source_plan){ .path = path });
	source_next(s, &p);
	assert_int_equal(truncate(path, 3), 0);
	char *got = all_pieces(s);
	assert_string_equal(got, "[hel] ! a became shorter while it was sent");
	free(got);
	source_free(s);
	count++;
	s = begin(&(struct source_plan){ .path = path });
	source_next(s, &p);
	tmpdir_write(path, "help me", 7, 0600);
	got = all_pieces(s);
	assert_string_equal(got, "[hel] (a changed while it was sent) .");
	free(got);
	source_free(s);
	count++;
	s = begin(&(struct source_plan){ .path = path });
	source_next(s, &p);
	struct timespec times[2] = { { .tv_sec = 5 }, { .tv_sec = 5 } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	got = all_pieces(s);
	assert_string_equal(got, "[help me] (a changed while it was sent) .");
	free(got);
	source_free(s);
	count++;
	/* It became a folder. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	plan = (struct source_plan){ .path = path, .expects = true, .size = 5 };
	assert_pieces(&plan, "! a is a folder now");
	count++;
	assert_int_equal(count, 8);
	free(path);
}

static void
exactly_what_was_offered(void **state)
{
	(void)state;
	struct stat st;
	char *path = xstrdup(tmpdir_path(dir, "a"));
	tmpdir_write(path, "hello", 5, 0600);
	assert_int_equal(stat(path, &st), 0);
	struct source_plan plan = { .path = path,
		.expects = true,
		.exact = true,
		.size = 5,
		.mtime = st.st_mtim.tv_sec };
	assert_pieces(&plan, "a:5 [hello] .");
	plan.mtime--;
	assert_pieces(&plan, "! a changed since it was offered");
	plan.exact = false;
	assert_pieces(&plan, "a:5 [hello] .");
	plan.exact = true;
	plan.mtime = 0;
	assert_pieces(&plan, "a:5 [hello] .");
	free(path);
}

/* Whoever reads the bytes himself, and says so. */
static void
read_from_the_descriptor(void **state)
{
	(void)state;
	struct file_piece p;
	uint64_t left;
	char buf[8];
	char *path = xstrdup(tmpdir_path(dir, "a"));
	tmpdir_write(path, "hello", 5, 0600);
	for (unsigned i = 0; i < 4; i++) {
		struct source *s = begin(&(struct source_plan){ .path = path,
		    .expects = true,
		    .size = i < 3 ? 5 : 3,
		    .offset = 1 });
		assert_int_equal(source_fd(s, &left), -1);
		source_next(s, &p);
		int fd = source_fd(s, &left);
		assert_true(fd >= 0);
		assert_int_equal(left, i < 3 ? 4 : 2);
		assert_int_equal(read(fd, buf, 2), 2);
		assert_memory_equal(buf, "el", 2);
		source_took(s, 2);
		assert_false(source_changed(s));
		/* Read to the end; by the source; changed; too short. */
		if (i == 0) {
			assert_int_equal(read(fd, buf, 8), 2);
			source_took(s, 2);
			assert_int_equal(source_fd(s, &left), fd);
			assert_int_equal(left, 0);
		}
		if (i == 2)
			assert_int_equal(truncate(path, 3), 0);
		if (i == 3)
			tmpdir_write(path, "help me", 7, 0600);
		char *got = all_pieces(s);
		assert_string_equal(
		    got, i == 0   ? "."
			 : i == 1 ? "[lo] ."
			 : i == 2 ? "! a became shorter while it was sent"
				  : "(a changed while it was sent) .");
		assert_int_equal(source_changed(s), i == 3);
		assert_int_equal(source_fd(s, &left), -1);
		assert_int_equal(left, 0);
		free(got);
		source_free(s);
	}
	free(path);
}

/* In order, whatever that of the file system is; more names than are kept at
 * once; and the same again. */
static void
sorted(void **state)
{
	enum { MANY = 30000 };

	(void)state;
	struct file_piece p;
	char *f = xstrdup(tmpdir_path(dir, "f"));
	assert_int_equal(mkdir(f, 0700), 0);
	assert_int_equal(mkdir(tmpdir_path(f, "sub"), 0700), 0);
	tmpdir_write(tmpdir_path(f, "sub/b"), "", 0, 0600);
	tmpdir_write(tmpdir_path(f, "sub/B"), "", 0, 0600);
	tmpdir_write(tmpdir_path(f, "sub\xc3\xa9"), "", 0, 0600);
	tmpdir_write(tmpdir_path(f, "a"), "", 0, 0600);
	tmpdir_write(tmpdir_path(f, "sub."), "", 0, 0600);
	assert_int_equal(symlink("a", tmpdir_path(f, "link")), 0);
	assert_pieces(&(struct source_plan){ .path = f, .sorted = true },
	    "<f a:0 (link was left out: a symbolic link) <sub B:0 b:0 > "
	    "sub.:0 sub\xc3\xa9:0 > .");
	char *many = xstrdup(tmpdir_path(dir, "many"));
	assert_int_equal(mkdir(many, 0700), 0);
	for (unsigned i = 0; i < MANY; i++) {
		char *path = xasprintf("%s/%u-%040u", many, i * 7919 % MANY, i);
		int fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0600);
		assert_true(fd >= 0);
		close(fd);
		free(path);
	}
	struct source *s =
	    begin(&(struct source_plan){ .path = many, .sorted = true });
	char last[64] = "";
	unsigned count = 0;
	source_next(s, &p);
	for (source_next(s, &p); p.kind == FILE_PIECE_FILE;
	     source_next(s, &p), count++) {
		assert_true(strcmp(last, p.name) < 0);
		snprintf(last, sizeof(last), "%s", p.name);
	}
	assert_int_equal(count, MANY);
	assert_int_equal(p.kind, FILE_PIECE_LEAVE);
	assert_int_equal(source_left_out(s), 0);
	source_free(s);
	free(many);
	free(f);
}

static void
make_deep(unsigned depth)
{
	char path[1024];
	int n = snprintf(path, sizeof(path), "%s", dir);

	for (unsigned i = 0; i < depth; i++) {
		n += snprintf(path + n, sizeof(path) - (size_t)n, "/d");
		assert_int_equal(mkdir(path, 0700), 0);
	}
}

static void
depth_64_and_65(void **state)
{
	(void)state;
	make_deep(65);
	struct source *s =
	    begin(&(struct source_plan){ .path = tmpdir_path(dir, "d") });
	struct file_piece p;
	unsigned entered = 0, notes = 0, left = 0;
	do {
		source_next(s, &p);
		entered += p.kind == FILE_PIECE_ENTER;
		left += p.kind == FILE_PIECE_LEAVE;
		notes += p.kind == FILE_PIECE_NOTE;
	} while (p.kind != FILE_PIECE_END);
	assert_int_equal(entered, 64);
	assert_int_equal(left, 64);
	assert_int_equal(notes, 1);
	source_free(s);
}

static const struct file_info *
survey(const char *path, struct survey **ret_survey)
{
	char *error = NULL;
	unsigned steps = 0;

	if (survey_open(path, ret_survey, &error) != 0)
		fail_msg("%s", error);
	while (!survey_step(*ret_survey, 1))
		steps++;
	assert_true(steps > 0);
	return survey_info(*ret_survey);
}

static void
surveys(void **state)
{
	(void)state;
	struct survey *s;
	char *f = xstrdup(tmpdir_path(dir, "f"));
	assert_int_equal(mkdir(f, 0700), 0);
	tmpdir_write(tmpdir_path(f, "a"), "hello", 5, 0600);
	assert_int_equal(mkdir(tmpdir_path(f, "sub"), 0700), 0);
	tmpdir_write(tmpdir_path(f, "sub/b"), "hello", 5, 0600);
	const struct file_info *info = survey(tmpdir_path(f, "a"), &s);
	assert_string_equal(info->name, "a");
	assert_false(info->folder);
	assert_int_equal(info->size, 5);
	assert_int_equal(info->files, 1);
	assert_null(info->note);
	survey_free(s);
	for (unsigned i = 0; i < 5; i++) {
		char name[8];
		snprintf(name, sizeof(name), "l%u", i);
		assert_int_equal(symlink("a", tmpdir_path(f, name)), 0);
	}
	info = survey(f, &s);
	assert_true(info->folder);
	assert_int_equal(info->size, 10);
	assert_int_equal(info->files, 2);
	assert_non_null(strstr(info->note, "is left out: a symbolic link"));
	assert_non_null(strstr(info->note, "; and 2 more"));
	survey_free(s);
	free(f);
}

static void
assert_no_survey(const char *path, const char *why)
{
	struct survey *s;
	char *error = NULL;

	assert_true(survey_open(path, &s, &error) < 0);
	assert_string_equal(error, why);
	free(error);
}

/* A shell would have made names of it; here it is one. */
static void
what_looks_like_a_pattern(void **state)
{
	static const char *const names[] = { "*.txt", "a?", "[ab]" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct survey *s;
		char *path = xstrdup(tmpdir_path(dir, names[i]));
		char *why = xasprintf("no file %s; no patterns here: name each "
				      "path, Tab completes",
		    names[i]);
		assert_no_survey(path, why);
		tmpdir_write(path, "x", 1, 0600);
		assert_int_equal(survey(path, &s)->size, 1);
		survey_free(s);
		free(why);
		free(path);
	}
	assert_no_survey(tmpdir_path(dir, "d*/a"),
	    "no file d*/a; no patterns here: name each path, Tab completes");
	char *plain = xstrdup(tmpdir_path(dir, "none"));
	char *why = xasprintf("%s: No such file or directory", plain);
	assert_no_survey(plain, why);
	free(why);
	free(plain);
}

/* What a kernel makes up, where there is such a one: it is said at once, and of
 * a folder in the offer as in the stream. */
static void
what_only_says_that_it_is_empty(void **state)
{
	static const char *const made[] = { "/proc/version",
		"/proc/sys/kernel/random" };
	static const char was_left[] =
	    "(uuid was left out: its size is not known before it is read)";

	(void)state;
	struct source *src;
	struct survey *s;
	struct stat st;
	char *error = NULL;
	struct source_plan plan = { .path = made[0], .sorted = true };
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (stat(made[i], &st) != 0)
			skip();
	assert_no_survey(made[0],
	    "/proc/version: its size is not known before it is read; this "
	    "sends what comes of it: earshot send-file CONTACT - --name NAME < "
	    "FILE");
	assert_int_equal(source_open(&plan, &src, &error), ERR_UNSUPPORTED);
	free(error);
	char *path = xasprintf("%s/uuid", made[1]);
	assert_int_equal(survey_open(path, &s, &error), ERR_UNSUPPORTED);
	free(error);
	free(path);
	const struct file_info *info = survey(made[1], &s);
	assert_int_equal(info->files, 0);
	assert_int_equal(info->size, 0);
	assert_non_null(strstr(info->note, "its size is not known"));
	survey_free(s);
	plan.path = made[1];
	src = begin(&plan);
	char *got = all_pieces(src);
	assert_non_null(strstr(got, was_left));
	assert_null(strstr(got, ":0"));
	assert_true(source_left_out(src) > 1);
	free(got);
	source_free(src);
	/* An empty one is sent as ever. */
	tmpdir_write(tmpdir_path(dir, "empty"), "", 0, 0600);
	info = survey(dir, &s);
	assert_int_equal(info->files, 1);
	assert_null(info->note);
	survey_free(s);
}

static void
what_cannot_be_sent(void **state)
{
	static const char *const paths[] = { "/", ".", "..", "", "/nowhere" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct survey *s;
		char *error = NULL;
		assert_true(survey_open(paths[i], &s, &error) < 0);
		assert_non_null(error);
		free(error);
	}
	/* Bytes that are no text do not leave here. */
	const char *path = tmpdir_path(dir, "a\xff\nb");
	tmpdir_write(path, "", 0, 0600);
	assert_pieces(&(struct source_plan){ .path = path },
	    "a\xef\xbf\xbd\xe2\x8f\x8e"
	    "b:0 .");
	/* Nor names that are too long, or nothing, once they are text. */
	char name[256];
	memset(name, '\xff', 255);
	name[255] = '\0';
	char *f = xstrdup(tmpdir_path(dir, "f"));
	assert_int_equal(mkdir(f, 0700), 0);
	tmpdir_write(tmpdir_path(f, name), "", 0, 0600);
	tmpdir_write(tmpdir_path(f, "\xe2\x80\x8b"), "", 0, 0600);
	struct source *s = begin(&(struct source_plan){ .path = f });
	struct file_piece p;
	for (source_next(s, &p); p.kind != FILE_PIECE_END; source_next(s, &p))
		if (p.kind == FILE_PIECE_FILE)
			assert_true(strlen(p.name) >= 1 &&
				    strlen(p.name) <= FILE_PIECE_NAME_MAX);
	source_free(s);
	free(f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file),
		TEST(a_large_file),
		TEST(a_folder),
		TEST(t43_what_is_no_file),
		TEST(t40_it_changes),
		TEST(exactly_what_was_offered),
		TEST(read_from_the_descriptor),
		TEST(sorted),
		TEST(depth_64_and_65),
		TEST(surveys),
		TEST(what_looks_like_a_pattern),
		TEST(what_only_says_that_it_is_empty),
		TEST(what_cannot_be_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
