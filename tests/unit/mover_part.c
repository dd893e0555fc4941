/* SPDX-License-Identifier: MIT */
/*
 * What is here of a transfer, when somebody else has it, or nobody wants it any
 * more.
 */
#include "mover_kit.h"

#include "base/mem.h"
#include "orphans.h"
#include "start_sodium.h"
#include "store/sink.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MIB = 1024 * 1024,
	MANY = 300,
	/* A list, twice. */
	FEW = 2,
};

/* Who is not this process stops before its next sync, and that is told. */
static volatile bool holds;
static pid_t tester;
static int stopped[2];

int
fsync(int fd)
{
	if (holds && getpid() != tester) {
		holds = false;
		raise(SIGSTOP);
	}
	return (int)syscall(SYS_fsync, fd);
}

/* What this process removes, and of that the thread of the test. */
static pthread_t test_thread;
static atomic_uint removed, removed_by_test;

int
unlinkat(int dir, const char *name, int flags)
{
	if (getpid() == tester) {
		removed++;
		removed_by_test +=
		    pthread_equal(pthread_self(), test_thread) != 0;
	}
	return (int)syscall(SYS_unlinkat, dir, name, flags);
}

static void
on_child(int number)
{
	int saved_errno = errno;

	(void)number;
	(void)!write(stopped[1], "", 1);
	errno = saved_errno;
}

/* False: it is closed. */
static bool
forward(int from, int to, size_t *count)
{
	static uint8_t chunk[64 * 1024];
	ssize_t got = recv(from, chunk, sizeof(chunk), 0), at = 0;

	if (got < 0)
		return errno == EAGAIN;
	while (at < got) {
		struct pollfd room = { .fd = to, .events = POLLOUT };
		ssize_t n =
		    send(to, chunk + at, (size_t)(got - at), MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return true;
		if (n < 0)
			assert_true(poll(&room, 1, KIT_WAIT_MS) >= 0);
		else
			at += n;
	}
	*count += (size_t)got;
	return got > 0;
}

/* Carries, and hears nothing, until limit was, the receiver has closed, or that
 * is readable. */
static void
carry_until(struct kit *k, int fd)
{
	struct pollfd fds[] = {
		{ .fd = k->from.fd, .events = POLLIN },
		{ .fd = k->to.fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	size_t back = 0;
	while (fds[1].fd >= 0 && fds[2].revents == 0 && k->carried < k->limit) {
		if (poll(fds, 3, KIT_WAIT_MS) < 0) {
			assert_int_equal(errno, EINTR);
			continue;
		}
		if (fds[0].revents != 0 &&
		    !forward(k->from.fd, k->to.fd, &k->carried))
			fds[0].fd = -1;
		if (fds[1].revents != 0 &&
		    !forward(k->to.fd, k->from.fd, &back))
			fds[1].fd = -1;
	}
}

/* All that it was asked for is done. */
static void
end_receiver(struct kit *k)
{
	mover_free(k->to.m);
	k->to.m = mover_new();
}

/* As while it is put in its place by a process of a program that was killed. */
static void
a_part_that_is_busy_is_tried_later(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	kit_run_and_cut(k, 3 * MIB);
	char *list =
	    xasprintf("%.*s.list", (int)strlen(k->to.part) - 5, k->to.part);
	int fd = open(list, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	kit_start_receiver(k);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_LOST);
	assert_int_equal(k->to.sys_errno, EBUSY);
	assert_int_equal(kit_downloads(k), 2);
	assert_true(tmpdir_exists(k->to.part));
	close(fd);
	kit_start(k);
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_int_not_equal(k->to.offset, 0);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
	free(list);
}

/* They cancel it, too, and main hears of that somewhere else first. */
static void
nothing_stays_where_both_cancel(void **state)
{
	struct kit *k = *state;

	for (int heard = 0; heard < 2; heard++) {
		kit_file(k, "a.bin", 5 * MIB);
		k->limit = 3 * MIB;
		kit_start(k);
		if (heard)
			kit_run_to_limit(k);
		else
			carry_until(k, -1);
		k->limit = SIZE_MAX;
		mover_stop(k->from.m, KIT_TOKEN, FLOW_STOP_CANCELLED, false);
		carry_until(k, -1);
		mover_stop(k->to.m, KIT_TOKEN, FLOW_STOP_CANCELLED, true);
		end_receiver(k);
		assert_int_equal(kit_downloads(k), 0);
		kit_cut(k);
	}
}

static void
what_is_finished_is_dropped(void **state)
{
	struct kit *k = *state;
	siginfo_t info;
	int status;

	kit_file(k, "a.bin", 5 * MIB);
	k->limit = SIZE_MAX;
	holds = true;
	signal(SIGCHLD, on_child);
	kit_start(k);
	carry_until(k, stopped[0]);
	signal(SIGCHLD, SIG_DFL);
	holds = false;
	pid_t pid = waitpid(-1, &status, WUNTRACED);
	assert_true(pid > 0 && WIFSTOPPED(status));
	assert_int_equal(kit_downloads(k), 2);
	mover_stop(k->to.m, KIT_TOKEN, FLOW_STOP_CANCELLED, true);
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0)
		assert_int_equal(errno, ECHILD);
	end_receiver(k);
	assert_int_equal(kit_downloads(k), 0);
}

/* A folder that is not complete: its part (caller frees). */
static char *
make_part(const char *folder)
{
	struct sink_plan plan = {
		.folder = folder, .name = "many", .is_folder = true
	};
	struct file_piece enter = { .kind = FILE_PIECE_ENTER, .name = "many" };
	struct sink *s;
	char *error = NULL;

	assert_int_equal(sink_open_part(&plan, &s, &error), 0);
	assert_int_equal(sink_piece(s, &enter, &error), 0);
	for (int i = 0; i < MANY; i++) {
		char name[16];
		struct file_piece file = { .kind = FILE_PIECE_FILE,
			.name = name };
		snprintf(name, sizeof(name), "%03d", i);
		assert_int_equal(sink_piece(s, &file, &error), 0);
	}
	char *part = xstrdup(sink_part(s));
	sink_keep(s);
	return part;
}

/* Also where the thread that is there could not write. */
static void
main_removes_nothing(void **state)
{
	struct kit *k = *state;
	char *other = xasprintf("%s/other", k->top);
	char *parts[] = { make_part(k->downloads), make_part(other),
		make_part(k->downloads) };

	removed = removed_by_test = 0;
	for (size_t i = 0; i < 3; i++)
		mover_drop(k->to.m, parts[i]);
	end_receiver(k);
	assert_int_equal(removed_by_test, 0);
	orphans_wait();
	assert_int_equal(kit_downloads(k), 0);
	assert_int_equal(rmdir(other), 0);
	for (size_t i = 0; i < 3; i++)
		free(parts[i]);
	free(other);
}

static void
send_many(struct kit *k)
{
	kit_make_folder(k, "many");
	for (int i = 0; i < MANY; i++) {
		char name[32];
		snprintf(name, sizeof(name), "many/%d", i);
		kit_make_file(k, name, 1000);
	}
	kit_folder(k, "many", MANY * 1000, MANY);
}

/* Else what others move would wait. */
static void
the_thread_removes_no_folder(void **state)
{
	struct kit *k = *state;

	send_many(k);
	k->limit = (MANY - 100) * 1000;
	kit_start(k);
	kit_run_to_limit(k);
	k->limit = SIZE_MAX;
	removed = 0;
	mover_stop(k->to.m, KIT_TOKEN, FLOW_STOP_CANCELLED, true);
	end_receiver(k);
	assert_true(removed <= FEW);
	orphans_wait();
	assert_int_equal(kit_downloads(k), 0);
}

/* Nor where it comes from the beginning on: that is another part. */
static void
the_thread_empties_no_folder(void **state)
{
	struct kit *k = *state;
	struct kit_liar liar;

	send_many(k);
	kit_run_and_cut(k, (MANY - 100) * 1000);
	char *old = xstrdup(k->to.part);
	kit_start_receiver(k);
	kit_liar_open(&liar, k->to.fd);
	removed = 0;
	kit_liar_say(&liar);
	kit_look(&k->to);
	assert_int_equal(k->to.begun, 1);
	assert_true(removed <= FEW);
	assert_string_not_equal(k->to.part, old);
	orphans_wait();
	assert_int_equal(kit_downloads(k), 2);
	/* It is gone on with as any. */
	kit_cut(k);
	kit_wait(k, &k->to);
	kit_start(k);
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_int_equal(k->to.files_done, MANY);
	assert_int_equal(kit_downloads(k), 1);
	flow_free(liar.f);
	free(old);
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_open, kit_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_part_that_is_busy_is_tried_later),
		KIT_TEST(nothing_stays_where_both_cancel),
		KIT_TEST(what_is_finished_is_dropped),
		KIT_TEST(main_removes_nothing),
		KIT_TEST(the_thread_removes_no_folder),
		KIT_TEST(the_thread_empties_no_folder),
	};

	tester = getpid();
	test_thread = pthread_self();
	if (!orphans_adopt())
		return 77;
	if (pipe(stopped) != 0)
		return 99;
	return cmocka_run_group_tests_name(
	    "mover_part", tests, start_sodium, NULL);
}
