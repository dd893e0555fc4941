/* SPDX-License-Identifier: MIT */
/*
 * Whole transfers between two movers, by the threads that they have in the
 * program too. The test carries the bytes between them, so it decides where a
 * connection is cut; it waits by poll for what they say, never for the clock.
 */
#include "mover_kit.h"

#include "base/mem.h"
#include "proto/flow.h"
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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KIB = 1024, MIB = 1024 * 1024 };

static void
assert_done(struct kit *k)
{
	assert_int_equal(k->from.kind, MOVE_DONE);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_int_equal(k->from.done, k->to.done);
	assert_int_equal(k->from.files_done, k->to.files_done);
	assert_int_equal(k->from.begun, 1);
	assert_int_equal(k->to.begun, 1);
	assert_null(k->from.path);
	assert_non_null(k->to.path);
}

static void
a_file_arrives(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB + 321);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_int_equal(k->to.offset, 0);
	assert_int_equal(k->to.done, k->plan.size);
	assert_int_equal(k->to.files_done, 1);
	assert_null(k->to.note);
	assert_null(k->from.note);
	kit_check_file(k);
	assert_string_equal(strrchr(k->to.path, '/'), "/a.bin");
	/* Neither the part nor its list. */
	assert_int_equal(kit_downloads(k), 1);
}

static void
an_empty_file_arrives(void **state)
{
	struct kit *k = *state;

	kit_file(k, "empty", 0);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	kit_check_file(k);
	assert_int_equal(k->to.files_done, 1);
	assert_int_equal(kit_downloads(k), 1);
}

static void
assert_arrived(const struct kit *k, const char *name, off_t size)
{
	char *path = xasprintf("%s/%s", k->to.path, name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_true(size < 0 ? S_ISDIR(st.st_mode) : st.st_size == size);
	free(path);
}

enum { TREE_BYTES = 3 * MIB + 100 + 70000, TREE_FILES = 104 };

static void
make_tree(struct kit *k)
{
	char name[32];

	kit_make_folder(k, "tree");
	kit_make_folder(k, "tree/bare");
	kit_make_folder(k, "tree/deep");
	kit_make_folder(k, "tree/deep/er");
	kit_make_file(k, "tree/big", 3 * MIB);
	kit_make_file(k, "tree/deep/a", 70000);
	kit_make_file(k, "tree/deep/er/empty", 0);
	kit_make_file(k, "tree/zero", 0);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "tree/deep/f%d", i);
		kit_make_file(k, name, 1);
	}
	kit_folder(k, "tree", TREE_BYTES, TREE_FILES);
}

static void
assert_tree(const struct kit *k)
{
	assert_arrived(k, "bare", -1);
	assert_arrived(k, "big", 3 * MIB);
	assert_arrived(k, "deep/a", 70000);
	assert_arrived(k, "deep/er/empty", 0);
	assert_arrived(k, "zero", 0);
	assert_arrived(k, "deep/f0", 1);
	assert_arrived(k, "deep/f99", 1);
	assert_int_equal(k->to.done, TREE_BYTES);
	assert_int_equal(k->to.files_done, TREE_FILES);
	assert_int_equal(kit_downloads(k), 1);
}

static void
a_folder_arrives(void **state)
{
	struct kit *k = *state;

	make_tree(k);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_tree(k);
	/* However little came, that was all. */
	assert_true(k->from.ended && k->to.ended);
}

static void
an_empty_folder_arrives(void **state)
{
	struct kit *k = *state;

	kit_make_folder(k, "none");
	kit_folder(k, "none", 0, 0);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_int_equal(k->to.files_done, 0);
	assert_int_equal(kit_downloads(k), 1);
	assert_true(k->from.ended && k->to.ended);
}

static void
what_is_no_file_is_left_out_and_told(void **state)
{
	struct kit *k = *state;
	char *pipe;

	kit_make_folder(k, "odd");
	kit_make_file(k, "odd/file", 10);
	pipe = xasprintf("%s/src/odd/pipe", k->top);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	free(pipe);
	pipe = xasprintf("%s/src/odd/link", k->top);
	assert_int_equal(symlink("/etc/passwd", pipe), 0);
	free(pipe);
	kit_make_file(k, "odd/.hidden", 0);
	kit_folder(k, "odd", 10, 2);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_non_null(strstr(k->from.note, "link"));
	assert_non_null(strstr(k->from.note, "1 more"));
	assert_non_null(strstr(k->to.note, "2 things"));
	assert_non_null(
	    strstr(k->to.note, "; 1 name in it was changed, to be safe here"));
	assert_arrived(k, "file", 10);
}

static void
a_file_is_taken_up_again(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	kit_run_and_cut(k, 3 * MIB);
	uint64_t had = k->to.done;
	assert_in_range(had, 2 * MIB, 3 * MIB);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_int_equal(k->to.offset, had);
	assert_int_equal(k->from.offset, had);
	assert_in_range(k->carried, 2 * MIB, 5 * MIB / 2);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
}

/* Killed before it was written down where it is; the sender may know that it
 * arrived, or not. */
static void
what_is_finished_is_found_again(void **state)
{
	struct kit *k = *state;
	struct session_keys keys = kit_keys(true);
	struct flow_cfg cfg = { .sends = true, .keys = &keys };
	struct flow *f = flow_new(&cfg);
	size_t n;

	kit_file(k, "a.bin", 5 * MIB);
	k->to.dies = true;
	kit_start(k);
	kit_run(k);
	assert_done(k);
	char *path = xstrdup(k->to.path);
	assert_int_equal(kit_downloads(k), 2);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_string_equal(k->to.path, path);
	assert_in_range(k->carried, 0, 1000);
	assert_int_equal(kit_downloads(k), 2);
	/* Who does not know of it any more is believed no more than who is not
	 * there. */
	kit_start_alone(k);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_string_equal(k->to.path, path);
	kit_start_receiver(k);
	assert_int_equal(flow_stop(f, FLOW_STOP_CANCELLED), 0);
	const uint8_t *p = flow_output(f, &n);
	assert_int_equal(write(k->to.fd, p, n), n);
	k->to.dies = false;
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_DONE);
	assert_int_equal(k->to.done, k->plan.size);
	assert_string_equal(k->to.path, path);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
	flow_free(f);
	free(path);
}

/* Wherever the connection is cut. */
static void
a_folder_is_taken_up_again(void **state)
{
	struct kit *k = *state;
	uint64_t had = 0;

	make_tree(k);
	/* The first is cut within its first record. */
	for (size_t limit = 300; had < TREE_BYTES - 500000; limit = 400000) {
		kit_run_and_cut(k, limit);
		assert_true(k->to.done >= had);
		had = k->to.done;
	}
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_int_equal(k->to.offset, had);
	assert_tree(k);
}

static void
spoil(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* As after a power failure. */
static void
a_spoiled_end_is_sent_again(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	kit_run_and_cut(k, 3 * MIB);
	uint64_t had = k->to.done;
	spoil(k->to.part, (off_t)had - 100 * KIB);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_int_equal(k->to.offset, had - had / 4);
	kit_check_file(k);
}

static void
a_part_that_is_gone_begins_anew(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	kit_run_and_cut(k, 3 * MIB);
	assert_int_equal(unlink(k->to.part), 0);
	kit_start(k);
	kit_run(k);
	assert_done(k);
	assert_int_equal(k->to.offset, 0);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
}

static void
assert_told(struct kit *k, enum flow_stop why)
{
	kit_run(k);
	assert_int_equal(k->from.kind, MOVE_FAILED);
	assert_int_equal(k->from.why, why);
	assert_non_null(k->from.text);
	assert_int_equal(k->to.kind, MOVE_STOPPED);
	assert_int_equal(k->to.why, why);
}

static void
assert_changed(struct kit *k)
{
	assert_told(k, FLOW_STOP_CHANGED);
}

static void
t40_a_changed_source_is_told(void **state)
{
	struct kit *k = *state;
	struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };

	kit_file(k, "a.bin", 5 * MIB);
	kit_run_and_cut(k, 3 * MIB);
	spoil(k->source, 17);
	/* Its time says so. */
	kit_start(k);
	assert_changed(k);
	/* Nothing says so but what is in it. */
	assert_int_equal(utimensat(AT_FDCWD, k->source, times, 0), 0);
	kit_start(k);
	assert_told(k, FLOW_STOP_OTHER);
	assert_true(tmpdir_exists(k->to.part));
	/* Another size. */
	assert_int_equal(truncate(k->source, 4 * MIB), 0);
	assert_int_equal(utimensat(AT_FDCWD, k->source, times, 0), 0);
	kit_start(k);
	assert_changed(k);
}

static void
a_folder_that_grew_is_another_one(void **state)
{
	struct kit *k = *state;

	make_tree(k);
	kit_make_file(k, "tree/zzz", 1);
	kit_start(k);
	assert_changed(k);
	assert_true(k->to.done <= TREE_BYTES);
}

static void
a_source_that_is_gone_is_told(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 100);
	assert_int_equal(unlink(k->source), 0);
	kit_start(k);
	kit_run(k);
	assert_int_equal(k->from.kind, MOVE_FAILED);
	assert_int_equal(k->from.why, FLOW_STOP_SOURCE);
	assert_int_equal(k->to.kind, MOVE_STOPPED);
	assert_int_equal(k->to.why, FLOW_STOP_SOURCE);
	/* Of what nobody was told to keep. */
	assert_int_equal(kit_downloads(k), 0);
}

static void
a_place_that_is_none_is_told(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 100);
	tmpdir_write(k->downloads, "x", 1, 0600);
	kit_start(k);
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_FAILED);
	assert_int_equal(k->to.why, FLOW_STOP_SINK);
	assert_non_null(k->to.text);
	assert_int_equal(k->from.kind, MOVE_STOPPED);
	assert_int_equal(k->from.why, FLOW_STOP_SINK);
}

static void
who_is_stopped_tells_the_other_end(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	k->limit = 2 * MIB;
	kit_start(k);
	kit_run_to_limit(k);
	mover_stop(k->to.m, KIT_TOKEN, FLOW_STOP_PAUSED, false);
	k->to.last = 1;
	k->limit = SIZE_MAX;
	kit_run(k);
	assert_int_equal(k->from.kind, MOVE_STOPPED);
	assert_int_equal(k->from.why, FLOW_STOP_PAUSED);
	/* And it goes on as if it had been cut. */
	kit_start(k);
	kit_run(k);
	assert_done(k);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
}

static void
what_is_dropped_leaves_nothing(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	k->limit = 2 * MIB;
	kit_start(k);
	kit_run_to_limit(k);
	assert_int_not_equal(kit_downloads(k), 0);
	mover_stop(k->to.m, KIT_TOKEN, FLOW_STOP_CANCELLED, true);
	k->to.last = 1;
	k->limit = SIZE_MAX;
	kit_run(k);
	assert_int_equal(k->from.why, FLOW_STOP_CANCELLED);
	assert_int_equal(kit_downloads(k), 0);
}

static void
a_sender_that_is_stopped_tells_too(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	k->limit = 1 * MIB;
	kit_start(k);
	kit_run_to_limit(k);
	mover_stop(k->from.m, KIT_TOKEN, FLOW_STOP_CANCELLED, false);
	k->from.last = 1;
	k->limit = SIZE_MAX;
	kit_run(k);
	assert_int_equal(k->to.kind, MOVE_STOPPED);
	assert_int_equal(k->to.why, FLOW_STOP_CANCELLED);
	assert_true(tmpdir_exists(k->to.part));
}

static void
the_end_of_a_mover_is_told(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	k->limit = 1 * MIB;
	kit_start(k);
	kit_run_to_limit(k);
	mover_free(k->from.m);
	k->from.m = mover_new();
	k->from.last = 1;
	k->limit = SIZE_MAX;
	kit_run(k);
	assert_true(
	    k->to.kind == MOVE_LOST ||
	    (k->to.kind == MOVE_STOPPED && k->to.why == FLOW_STOP_LATER));
	mover_free(k->to.m);
	k->to.m = mover_new();
	kit_start(k);
	kit_run(k);
	assert_done(k);
	kit_check_file(k);
}

/* A newer connection for the same transfer. */
static void
a_second_start_takes_its_place(void **state)
{
	struct kit *k = *state;

	kit_file(k, "a.bin", 5 * MIB);
	k->limit = 1 * MIB;
	kit_start(k);
	kit_run_to_limit(k);
	k->limit = SIZE_MAX;
	kit_start(k);
	kit_run(k);
	assert_done(k);
	kit_check_file(k);
	assert_int_equal(kit_downloads(k), 1);
}

static void
nobody_is_told_of_what_was_stopped(void **state)
{
	struct kit *k = *state;
	struct move_report r;
	uint32_t token;

	kit_file(k, "a.bin", 100);
	kit_start_receiver(k);
	kit_cut(k);
	mover_stop(k->to.m, KIT_TOKEN, FLOW_STOP_LATER, false);
	kit_start_receiver(k);
	/* The last thing said is of the second. */
	kit_cut(k);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_LOST);
	assert_false(mover_next(k->to.m, &token, &r));
}

static void
a_connection_that_is_gone_is_lost(void **state)
{
	struct kit *k = *state;
	struct move_plan plan;

	kit_file(k, "a.bin", 100);
	plan = k->plan;
	plan.path = "";
	plan.keys = kit_keys(false);
	mover_start(k->to.m, KIT_TOKEN, &plan, -1, NULL, 0, k->downloads);
	assert_int_equal(plan.keys.send.key[0], 0);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_LOST);
	assert_int_equal(kit_downloads(k), 0);
}

static void
garbage_is_no_reason_to_give_up(void **state)
{
	struct kit *k = *state;
	uint8_t *junk = kit_pattern(70000);

	/* The size of a record. */
	junk[0] = 0;
	junk[1] = 40;
	kit_file(k, "a.bin", 100);
	kit_start_sender(k);
	assert_int_equal(send(k->from.fd, junk, 70000, 0), 70000);
	kit_wait(k, &k->from);
	assert_int_equal(k->from.kind, MOVE_LOST);
	assert_int_equal(k->from.sys_errno, EBADMSG);
	kit_start_receiver(k);
	assert_int_equal(send(k->to.fd, junk, 70000, 0), 70000);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_LOST);
	free(junk);
}

/* What was queued goes out first, what came already is heard. */
static void
nothing_between_the_two_owners_is_lost(void **state)
{
	struct kit *k = *state;
	struct session_keys keys = kit_keys(false);
	struct flow_cfg cfg = { .keys = &keys };
	struct flow *f = flow_new(&cfg);
	struct move_plan plan;
	int fds[2];
	char first[5];

	kit_file(k, "a.bin", 100);
	assert_int_equal(flow_want(f, NULL, 0), 0);
	plan = k->plan;
	plan.sends = true;
	plan.path = k->source;
	plan.keys = kit_keys(true);
	plan.rest = flow_output(f, &plan.rest_size);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	mover_start(k->from.m, KIT_TOKEN, &plan, fds[0],
	    (uint8_t *)xstrdup("queue"), 5, NULL);
	assert_int_equal(recv(fds[1], first, 5, MSG_WAITALL), 5);
	assert_memory_equal(first, "queue", 5);
	/* It was asked, and answers. */
	assert_int_equal(recv(fds[1], first, 1, 0), 1);
	close(fds[1]);
	kit_wait(k, &k->from);
	assert_int_equal(k->from.begun, 1);
	assert_int_equal(k->from.kind, MOVE_LOST);
	flow_free(f);
}

static void
t41_not_a_byte_more_than_was_offered(void **state)
{
	struct kit *k = *state;
	struct kit_liar l;
	const struct file_piece enter = { .kind = FILE_PIECE_ENTER,
		.name = "tree" },
				file = { .kind = FILE_PIECE_FILE,
					.name = "f",
					.size = 60 },
				bytes = { .kind = FILE_PIECE_BYTES,
					.bytes = (const uint8_t *)"0123456789"
								  "0123456789",
					.count = 20 };

	kit_make_folder(k, "tree");
	kit_folder(k, "tree", 100, 3);
	kit_start_receiver(k);
	kit_liar_open(&l, k->to.fd);
	assert_int_equal(flow_piece(l.f, &enter), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(flow_piece(l.f, &file), 0);
		for (int j = 0; i == 0 && j < 3; j++)
			assert_int_equal(flow_piece(l.f, &bytes), 0);
	}
	kit_liar_say(&l);
	kit_wait(k, &k->to);
	assert_int_equal(k->to.kind, MOVE_FAILED);
	assert_int_equal(k->to.why, FLOW_STOP_PROTOCOL);
	assert_int_equal(k->to.done, 60);
	assert_null(k->to.path);
	flow_free(l.f);
}

/* Fair turns: all go, and none waits for the end of another. */
static void
sixteen_go_at_once(void **state)
{
	struct kit *k = *state;
	int done[2] = { 0 };
	struct mover *ms[2] = { k->from.m, k->to.m };
	char *parts[16 + 1] = { 0 };

	kit_file(k, "a.bin", MIB);
	for (uint32_t i = 1; i <= 16; i++) {
		int fds[2];
		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
		    0);
		for (int end = 0; end < 2; end++) {
			struct move_plan plan = k->plan;
			plan.sends = end == 0;
			plan.path = plan.sends ? k->source : "";
			plan.keys = kit_keys(plan.sends);
			mover_start(
			    ms[end], i, &plan, fds[end], NULL, 0, k->downloads);
		}
	}
	while (done[0] + done[1] < 32) {
		struct pollfd fds[2] = {
			{ .fd = mover_fd(ms[0]), .events = POLLIN },
			{ .fd = mover_fd(ms[1]), .events = POLLIN },
		};
		struct move_report r;
		uint32_t token;
		assert_true(poll(fds, 2, KIT_WAIT_MS) > 0);
		for (int end = 0; end < 2; end++)
			while (mover_next(ms[end], &token, &r)) {
				done[end] += r.kind == MOVE_DONE;
				if (r.part != NULL)
					parts[token] = xstrdup(r.part);
			}
	}
	for (size_t i = 1; i <= 16; i++) {
		sink_drop_aside(parts[i]);
		free(parts[i]);
	}
	assert_int_equal(kit_downloads(k), 16);
}

static void
warming_is_not_needed(void **state)
{
	struct kit *k = *state;

	assert_int_equal(mover_fd(k->from.m), -1);
	mover_warm(k->from.m);
	mover_warm(k->from.m);
	assert_true(mover_fd(k->from.m) >= 0);
	mover_stop(k->from.m, KIT_TOKEN, FLOW_STOP_LATER, true);
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_open, kit_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_file_arrives),
		KIT_TEST(an_empty_file_arrives),
		KIT_TEST(a_folder_arrives),
		KIT_TEST(an_empty_folder_arrives),
		KIT_TEST(what_is_no_file_is_left_out_and_told),
		KIT_TEST(a_file_is_taken_up_again),
		KIT_TEST(what_is_finished_is_found_again),
		KIT_TEST(a_folder_is_taken_up_again),
		KIT_TEST(a_spoiled_end_is_sent_again),
		KIT_TEST(a_part_that_is_gone_begins_anew),
		KIT_TEST(t40_a_changed_source_is_told),
		KIT_TEST(a_folder_that_grew_is_another_one),
		KIT_TEST(a_source_that_is_gone_is_told),
		KIT_TEST(a_place_that_is_none_is_told),
		KIT_TEST(who_is_stopped_tells_the_other_end),
		KIT_TEST(what_is_dropped_leaves_nothing),
		KIT_TEST(a_sender_that_is_stopped_tells_too),
		KIT_TEST(the_end_of_a_mover_is_told),
		KIT_TEST(a_second_start_takes_its_place),
		KIT_TEST(nobody_is_told_of_what_was_stopped),
		KIT_TEST(a_connection_that_is_gone_is_lost),
		KIT_TEST(garbage_is_no_reason_to_give_up),
		KIT_TEST(nothing_between_the_two_owners_is_lost),
		KIT_TEST(t41_not_a_byte_more_than_was_offered),
		KIT_TEST(sixteen_go_at_once),
		KIT_TEST(warming_is_not_needed),
	};

	return cmocka_run_group_tests_name("mover", tests, start_sodium, NULL);
}
