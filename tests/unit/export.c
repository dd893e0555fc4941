/* SPDX-License-Identifier: MIT */
#include "store/export.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/transfer.h"
#include "db_kit.h"
#include "tmpdir.h"
#include "wire/msg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { BOB = 1, CAROL = 2 };

/* A file system where each file has a name. */
static bool has_no_nameless;

#ifdef O_TMPFILE
int
openat(int dir, const char *name, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	mode_t mode = va_arg(args, mode_t);
	va_end(args);
	if (has_no_nameless && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, dir, name, flags, mode);
}
#endif

/* A disk that takes long: who waits for it stops. */
static bool is_slow;

int
fsync(int fd)
{
	if (is_slow)
		raise(SIGSTOP);
	is_slow = false;
	return (int)syscall(SYS_fsync, fd);
}

static void
say_it(struct db_kit *k, unsigned who, unsigned n, const char *text)
{
	struct change c = db_kit_theirs(k, who, n, text);

	db_kit_add(k, &c);
}

static void
pin(struct db_kit *k, unsigned who, const char *name)
{
	struct pin pin = {
		.fp = db_kit_fp(who), .trust = TRUST_PINNED, .name = name
	};

	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
}

/* Of 2026-11-20. */
static int64_t
at_hour(int hour)
{
	struct tm tm = { .tm_year = 2026 - 1900,
		.tm_mon = 10,
		.tm_mday = 20,
		.tm_hour = hour,
		.tm_isdst = -1 };

	return (int64_t)mktime(&tm) * 1000;
}

static void
expect_file(const char *path, const char *expected)
{
	char *text = tmpdir_read(path);

	assert_string_equal(text, expected);
	free(text);
}

static void
test_export_text(void **state)
{
	struct db_kit *k = *state;
	struct fp bob = db_kit_fp(BOB);
	const char *path = tmpdir_path(k->dir, "bob.txt");
	char *error;
	size_t count;

	pin(k, BOB, "bob");
	pin(k, CAROL, "carol: x");
	for (unsigned n = 1; n <= 4; n++) {
		struct change c = n % 2 != 0
				      ? db_kit_theirs(k, BOB, n, "one\ntwo")
				      : db_kit_ours(k, BOB, n, "waves");
		c.arrived_ms = at_hour(9 + (int)n);
		c.flags = n == 4 ? TEXT_ACTION : 0;
		db_kit_add(k, &c);
	}
	struct change c = db_kit_theirs(k, CAROL, 5, "tea");
	c.arrived_ms = at_hour(14);
	db_kit_add(k, &c);
	db_kit_commit(k);
	assert_int_equal(
	    db_kit_export(k, &(struct export_plan){ &bob, EXPORT_TEXT, path },
		&count, &error),
	    0);
	assert_int_equal(count, 4);
	expect_file(path, "2026-11-20 10:00 bob: one\n      | two\n"
			  "2026-11-20 11:00 me: waves\n"
			  "2026-11-20 12:00 bob: one\n      | two\n"
			  "2026-11-20 13:00 * me waves\n");
	path = tmpdir_path(k->dir, "all.txt");
	assert_int_equal(
	    db_kit_export(k, &(struct export_plan){ NULL, EXPORT_TEXT, path },
		&count, &error),
	    0);
	assert_int_equal(count, 5);
	char *text = tmpdir_read(path);
	assert_non_null(strstr(text, "11:00 me to bob: waves\n"));
	assert_non_null(strstr(text, "14:00 carol: x\xc2\xb7"));
	free(text);
}

static void
test_export_json(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "all.json");
	char *error, id[MSG_ID_TEXT_SIZE], fp[FP_TEXT_SIZE];
	size_t count;

	pin(k, BOB, "bob");
	struct change c = db_kit_theirs(k, BOB, 1, "a \"b\" \\ \n\xc3\xa4");
	c.sent_ms = INT64_C(1795169000000);
	c.arrived_ms = INT64_C(1795169001000);
	c.has_target = true;
	c.target = db_kit_id(2);
	db_kit_add(k, &c);
	c = db_kit_ours(k, BOB, 2, "x");
	c.arrived_ms = c.sent_ms = 0;
	db_kit_add(k, &c);
	c = db_kit_theirs(k, BOB, 3, "\xf0\x9f\x91\x8d");
	c.kind = CHANGE_REVISION;
	c.revision = REVISION_REACT;
	c.has_target = true;
	c.target = db_kit_id(2);
	db_kit_add(k, &c);
	db_kit_commit(k);
	assert_int_equal(
	    db_kit_export(k, &(struct export_plan){ NULL, EXPORT_JSON, path },
		&count, &error),
	    0);
	struct fp bob = db_kit_fp(BOB);
	struct msg_id first = db_kit_id(1), second = db_kit_id(2);
	char second_text[MSG_ID_TEXT_SIZE];
	msg_id_text(&second, second_text);
	char *expected = xasprintf(
	    "{\"from\":\"bob\",\"id\":\"%s\",\"conversation\":\"bob\","
	    "\"message\":\"%s\",\"text\":\"a \\\"b\\\" \\\\ "
	    "\\n\xc3\xa4\",\"sent\":\"2026-11-20T10:03:20Z\","
	    "\"arrived\":\"2026-11-20T10:03:21Z\",\"reply_to\":\"%s\","
	    "\"mine\":false,\"action\":false,\"edited\":false,"
	    "\"deleted\":false,\"reactions\":{\"theirs\":null,"
	    "\"mine\":null},\"delivery\":\"received\",\"dialect\":\"earshot\",\"encrypted\":true}\n"
	    "{\"from\":\"me\",\"id\":null,\"conversation\":\"bob\","
	    "\"message\":\"%s\",\"text\":\"x\","
	    "\"sent\":\"1970-01-01T00:00:00Z\","
	    "\"arrived\":\"1970-01-01T00:00:00Z\",\"reply_to\":null,"
	    "\"mine\":true,\"action\":false,\"edited\":false,"
	    "\"deleted\":false,\"reactions\":{\"theirs\":"
	    "\"\xf0\x9f\x91\x8d\",\"mine\":null},"
	    "\"delivery\":\"queued\",\"dialect\":\"earshot\",\"encrypted\":true}\n",
	    fp_text(&bob, fp), msg_id_text(&first, id), second_text,
	    second_text);
	expect_file(path, expected);
	free(expected);
}

static void
expect_no_export(struct db_kit *k, const char *path, int err, const char *says)
{
	char *error = NULL;
	size_t count;

	assert_int_equal(
	    db_kit_export(k, &(struct export_plan){ NULL, EXPORT_TEXT, path },
		&count, &error),
	    err);
	assert_non_null(strstr(error, says));
	assert_non_null(strstr(error, path));
	free(error);
}

static void
test_export_fails_without_a_trace(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "out.txt");
	struct rlimit limit, small;
	struct stat st;
	char *error;
	size_t count;

	for (unsigned n = 1; n <= 2000; n++)
		say_it(k, BOB, n, "some words that take up room in a file");
	db_kit_commit(k);
	assert_int_equal(
	    db_kit_export(k, &(struct export_plan){ NULL, EXPORT_TEXT, path },
		&count, &error),
	    0);
	assert_int_equal(count, 2000);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	expect_no_export(k, path, ERR_STATE, "exists already");
	expect_no_export(k, "/dev/null", ERR_STATE, "exists already");
	path = tmpdir_path(k->dir, "none/out.txt");
	expect_no_export(k, path, ERR_NOT_FOUND, "no directory");
	path = tmpdir_path(k->dir, "big.txt");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	expect_no_export(k, path, ERR_SYS, "no room left");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_false(tmpdir_exists(path));
	if (geteuid() == 0)
		return;
	path = tmpdir_path(k->dir, "closed");
	assert_int_equal(mkdir(path, 0500), 0);
	path = tmpdir_path(k->dir, "closed/out.txt");
	expect_no_export(k, path, ERR_SYS, "Permission denied");
}

static struct export *
begin(struct db_kit *k, const char *path)
{
	struct export_plan plan = { NULL, EXPORT_TEXT, path };
	struct export *x;
	char *error;

	assert_int_equal(export_open(k->db, &plan, &x, &error), 0);
	return x;
}

static void
say_some(struct db_kit *k, unsigned from, unsigned to)
{
	for (unsigned n = from; n <= to; n++)
		say_it(k, BOB, n, "tea");
	db_kit_commit(k);
}

static unsigned
count_entries(const char *dir)
{
	unsigned n = 0;
	DIR *d = opendir(dir);

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static unsigned
count_lines(const char *path)
{
	char *text = tmpdir_read(path);
	unsigned n = 0;

	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	free(text);
	return n;
}

/* No step has more than it may. */
static void
test_steps(void **state)
{
	struct db_kit *k = *state;
	struct export *x;
	char *error;

	say_some(k, 1, 10);
	for (size_t size = 1; size <= 11; size++) {
		x = begin(k, tmpdir_path(k->dir, "none.txt"));
		size_t calls = 0;
		while (export_step(x, size, &error) == 1)
			calls++;
		assert_int_equal(calls, 10 / size);
		export_free(x);
	}
	assert_false(tmpdir_exists(tmpdir_path(k->dir, "none.txt")));
}

/* What is said and forgotten after it began changes nothing of it. */
static void
test_as_it_was(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "was.txt");
	struct change forget = { .kind = CHANGE_FORGET_CONV,
		.fp = db_kit_fp(BOB) };
	char *error;
	size_t count;

	say_some(k, 1, 9);
	say_it(k, BOB, 10, "zanzibar");
	db_kit_commit(k);
	struct export *x = begin(k, path);
	db_kit_add(k, &forget);
	say_some(k, 11, 14);
	assert_int_equal(export_step(x, 5, &error), 1);
	say_some(k, 21, 30);
	assert_int_equal(export_step(x, 6, &error), 0);
	/* Who reads no more keeps nothing in the log. */
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "zanzibar"));
	assert_int_equal(export_finish(x, &count, &error), 0);
	export_free(x);
	assert_int_equal(count, 10);
	assert_int_equal(count_lines(path), 10);
}

static void
expect_name_at_the_end(struct db_kit *k, unsigned temps)
{
	char *dir = xstrdup(tmpdir_path(k->dir, "out"));
	const char *path = tmpdir_path(dir, "x.txt");
	char *error;
	size_t count;

	assert_int_equal(mkdir(dir, 0700), 0);
	struct export *x = begin(k, path);
	assert_int_equal(export_step(x, 5, &error), 1);
	assert_int_equal(count_entries(dir), temps);
	export_free(x);
	assert_int_equal(count_entries(dir), 0);
	/* Somebody makes one of that name meanwhile. */
	x = begin(k, path);
	assert_int_equal(export_step(x, 11, &error), 0);
	tmpdir_write(path, "theirs", 6, 0600);
	assert_int_equal(export_finish(x, &count, &error), ERR_STATE);
	assert_non_null(strstr(error, "exists already"));
	free(error);
	export_free(x);
	expect_file(path, "theirs");
	assert_int_equal(unlink(path), 0);
	x = begin(k, path);
	assert_int_equal(export_step(x, 11, &error), 0);
	assert_int_equal(count_entries(dir), temps);
	assert_int_equal(export_finish(x, &count, &error), 0);
	export_free(x);
	assert_int_equal(count_entries(dir), 1);
	assert_int_equal(count_lines(path), 10);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

static void
test_name_at_the_end(void **state)
{
	struct db_kit *k = *state;

	say_some(k, 1, 10);
	has_no_nameless = true;
	expect_name_at_the_end(k, 1);
	has_no_nameless = false;
#ifdef O_TMPFILE
	int fd = openat(AT_FDCWD, k->dir, O_TMPFILE | O_WRONLY, 0600);
	if (fd < 0)
		skip();
	close(fd);
	expect_name_at_the_end(k, 0);
#endif
}

static void
wait_for(const struct export *x)
{
	struct pollfd p = { .fd = export_fd(x), .events = POLLIN };

	assert_int_equal(poll(&p, 1, -1), 1);
}

static void
test_a_process_finishes(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "x.txt");
	char *error;
	size_t count;

	say_some(k, 1, 10);
	struct export *x = begin(k, path);
	assert_int_equal(export_step(x, 11, &error), 0);
	assert_int_equal(export_finish_begin(x), 0);
	wait_for(x);
	assert_int_equal(export_finish(x, &count, &error), 0);
	export_free(x);
	assert_int_equal(count_lines(path), 10);
	/* What it says of a failure. */
	assert_int_equal(unlink(path), 0);
	x = begin(k, path);
	assert_int_equal(export_step(x, 11, &error), 0);
	tmpdir_write(path, "theirs", 6, 0600);
	assert_int_equal(export_finish_begin(x), 0);
	wait_for(x);
	assert_int_equal(export_finish(x, &count, &error), ERR_STATE);
	assert_non_null(strstr(error, "exists already"));
	free(error);
	export_free(x);
	/* Nobody wants to know. */
	assert_int_equal(unlink(path), 0);
	x = begin(k, path);
	assert_int_equal(export_step(x, 11, &error), 0);
	assert_int_equal(export_finish_begin(x), 0);
	export_free(x);
	assert_int_equal(count_lines(path), 10);
}

/* Ctrl-C in a terminal, and who ends a service, send it to all of ours. */
static void
test_a_signal_to_all(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "x.txt");
	pid_t group = getpgrp();
	sigset_t set, was;
	char *error = NULL;
	size_t count;
	int number;

	say_some(k, 1, 10);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &was), 0);
	assert_int_equal(setpgid(0, 0), 0);
	struct export *x = begin(k, path);
	assert_int_equal(export_step(x, 11, &error), 0);
	assert_int_equal(export_finish_begin(x), 0);
	assert_int_equal(kill(0, SIGTERM), 0);
	int err = export_finish(x, &count, &error);
	assert_int_equal(sigwait(&set, &number), 0);
	assert_int_equal(setpgid(0, group), 0);
	sigprocmask(SIG_SETMASK, &was, NULL);
	export_free(x);
	assert_string_equal(err == 0 ? "" : error, "");
	assert_int_equal(count_lines(path), 10);
}

/* Who leaves waits for no disk. */
static void
test_left(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "x.txt");
	char *error;
	int status;

	say_some(k, 1, 10);
	for (int i = 0; i < 2; i++) {
		has_no_nameless = i == 1;
		struct export *x = begin(k, path);
		assert_int_equal(export_step(x, 11, &error), 0);
		is_slow = true;
		assert_int_equal(export_finish_begin(x), 0);
		is_slow = false;
		pid_t pid = waitpid(-1, &status, WUNTRACED);
		assert_true(WIFSTOPPED(status));
		export_leave(x);
		assert_false(tmpdir_exists(path));
		assert_int_equal(kill(pid, SIGCONT), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(count_lines(path), 10);
		assert_int_equal(unlink(path), 0);
	}
	has_no_nameless = false;
}

/* What is forgotten meanwhile is gone soon after, whoever reads as long. */
static void
test_forgotten_meanwhile(void **state)
{
	struct db_kit *k = *state;
	struct change forget = { .kind = CHANGE_FORGET_CONV,
		.fp = db_kit_fp(BOB) };
	struct now now = { .wall_ms = k->cfg.wall_ms };
	char *error;

	say_some(k, 1, 9);
	say_it(k, BOB, 10, "zanzibar");
	db_kit_commit(k);
	struct export *x = begin(k, tmpdir_path(k->dir, "x.txt"));
	assert_int_equal(export_step(x, 5, &error), 1);
	db_kit_add(k, &forget);
	db_kit_commit(k);
	for (int i = 0; i < 100; i++) {
		int64_t at = db_maintain(k->db, now);
		assert_true(at - now.mono_ms <= 1000);
		now.mono_ms = at;
	}
	export_free(x);
	now.mono_ms = db_maintain(k->db, now);
	assert_false(db_kit_in_files(k, "zanzibar"));
}

/* A turn is not as long as its messages are. */
static void
test_long_texts(void **state)
{
	struct db_kit *k = *state;
	char *text = xcalloc(60000 + 1, 1), *error;
	size_t calls = 1;

	memset(text, '"', 60000);
	for (unsigned i = 1; i <= 20; i++)
		say_it(k, BOB, i, text);
	db_kit_commit(k);
	free(text);
	struct export *x = begin(k, tmpdir_path(k->dir, "x.txt"));
	while (export_step(x, 500, &error) == 1)
		calls++;
	export_free(x);
	assert_true(calls >= 10);
}

/* By whom, as far as that was noted. */
static void
test_ends_of_files(void **state)
{
	static const struct {
		bool mine, here, there;
		enum transfer_state state;
		const char *line, *by;
	} ends[] = {
		{ true, true, false, TRANSFER_CANCELLED, "cancelled by you",
		    "\"us\"" },
		{ true, false, true, TRANSFER_CANCELLED, "cancelled by bob",
		    "\"them\"" },
		{ false, false, true, TRANSFER_CANCELLED, "cancelled by bob",
		    "\"them\"" },
		{ true, false, false, TRANSFER_CANCELLED, "cancelled", "null" },
		{ true, false, true, TRANSFER_REFUSED, "refused by bob",
		    "\"them\"" },
		{ false, true, false, TRANSFER_REFUSED, "refused by you",
		    "\"us\"" },
	};
	static char bob[] = "bob", name[] = "a.txt",
		    path[] = "/h/.earshot-0123456789abcdef.spool/a.txt";

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct transfer t = { .id = 1,
			.mine = ends[i].mine,
			.state = ends[i].state,
			.name = name,
			.path = path,
			.size_known = true,
			.ended_here = ends[i].here,
			.ended_there = ends[i].there };
		struct found f = { .name = bob,
			.message = { .kind = MESSAGE_FILE,
			    .mine = t.mine,
			    .text = name,
			    .file = &t } };
		char *line = found_line(&f, EXPORT_TEXT, false);
		char *end = strstr(line, "file a.txt, 0 B (");
		assert_non_null(end);
		end += strlen("file a.txt, 0 B (");
		assert_int_equal(strcspn(end, ")"), strlen(ends[i].line));
		assert_memory_equal(end, ends[i].line, strlen(ends[i].line));
		free(line);
		line = found_line(&f, EXPORT_JSON, false);
		assert_non_null(strstr(line, ",\"path\":null,"));
		end = strstr(line, ",\"ended_by\":");
		assert_non_null(end);
		end += strlen(",\"ended_by\":");
		assert_memory_equal(end, ends[i].by, strlen(ends[i].by));
		free(line);
	}
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_export_text),
		TEST(test_export_json),
		TEST(test_export_fails_without_a_trace),
		TEST(test_steps),
		TEST(test_as_it_was),
		TEST(test_name_at_the_end),
		TEST(test_a_process_finishes),
		TEST(test_a_signal_to_all),
		TEST(test_left),
		TEST(test_forgotten_meanwhile),
		TEST(test_long_texts),
		TEST(test_ends_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
