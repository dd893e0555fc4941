/* SPDX-License-Identifier: MIT */
/*
 * What db_commit answered 0 for is there after whatever happens next: a disk
 * that fails, a process that is killed, a loss of power. A turn is there as a
 * whole or not at all.
 */
#include "store/db.h"

#include "bad_disk.h"
#include "base/err.h"
#include "core/transfer.h"
#include "db_kit.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	TURN = 3, /* messages in a turn */
	TURNS = 40,
	CRASHES = 120,
	FAULTS = 150,
	ROUNDS = 50,
};

static uint32_t
draw(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(*state >> 33) % below;
}

/* The last message of a turn offers a file, which is there in the next. */
static void
put_transfer(struct db_kit *k, unsigned n, enum transfer_state state)
{
	char name[] = "name";
	struct transfer t = { .id = n + 1,
		.row = (n + 1) * TURN,
		.state = state,
		.name = name,
		.done = n };
	struct change c = {
		.kind = CHANGE_TRANSFER, .fp = db_kit_fp(1), .transfer = &t
	};

	db_apply(k->db, &c);
}

/* Turn n of a child or of ourselves: ids and rows follow from it. */
static int
turn(struct db_kit *k, unsigned n)
{
	char text[64];

	for (unsigned i = 0; i < TURN; i++) {
		unsigned id = n * TURN + i + 1;
		snprintf(text, sizeof(text), "text %u", id);
		k->row = id - 1;
		struct change c = i == 1 ? db_kit_ours(k, 1, id, text)
					 : db_kit_theirs(k, 1, id, text);
		if (i + 1 == TURN)
			c.message = MESSAGE_FILE;
		db_apply(k->db, &c);
	}
	put_transfer(k, n, TRANSFER_ACCEPTED);
	if (n > 0) {
		put_transfer(k, n - 1, TRANSFER_DONE);
		struct change d =
		    db_kit_deliver(1, (n - 1) * TURN + 2, DELIVERY_DELIVERED);
		d.row = n % 2 == 0 ? 0 : (n - 1) * TURN + 2;
		db_apply(k->db, &d);
	}
	int err = db_kit_try_commit(k);
	if (n % 3 != 0)
		db_settle(k->db);
	return err;
}

static void
look(struct db_kit *k, unsigned n, bool *ret_there)
{
	struct fp fp = db_kit_fp(1);
	struct saved_page page;
	char text[64];
	unsigned found = 0;

	assert_int_equal(
	    db_page(k->db, &fp, (n + 1) * TURN + 1, TURN, &page), 0);
	for (size_t i = 0; i < page.count; i++) {
		const struct message *m = &page.messages[i];
		if (m->row <= n * TURN)
			continue;
		snprintf(text, sizeof(text), "text %d", (int)m->row);
		assert_string_equal(m->text, text);
		assert_int_equal(m->kind == MESSAGE_FILE, m->row % TURN == 0);
		assert_true(m->file == NULL || m->file->done == n);
		found++;
	}
	saved_page_clear(&page);
	assert_true(found == 0 || found == TURN);
	*ret_there = found == TURN;
}

/* All turns below have are there, and at most one more, of which it was never
 * said how it went. */
static unsigned
check(struct db_kit *k, unsigned have)
{
	bool there;

	for (unsigned n = 0; n < have; n++) {
		look(k, n, &there);
		assert_true(there);
	}
	look(k, have, &there);
	if (there)
		have++;
	look(k, have, &there);
	assert_false(there);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.next_row, have * TURN + 1);
	/* The last one waits; the others were delivered in the next turn. */
	assert_int_equal(saved.outbox_count, have == 0 ? 0 : 1);
	assert_int_equal(saved.transfer_count, have == 0 ? 0 : 1);
	assert_int_equal(saved.transfer_number, have);
	if (have > 0) {
		assert_int_equal(saved.transfers[0]->id, have);
		assert_int_equal(saved.convs[0].unread, 2 * have);
		assert_int_equal(saved.convs[0].last_row, have * TURN);
		assert_true(saved.pins[0].received_seq == have * TURN);
	}
	saved_clear(&saved);
	return have;
}

static int
setup_bad(void **state)
{
	bad_disk_install();
	return db_kit_setup(state);
}

static int
teardown_bad(void **state)
{
	bad_disk_set(BAD_NONE);
	int result = db_kit_teardown(state);
	bad_disk_remove();
	return result;
}

/* Also in maintenance, in a checkpoint, and while opening. */
static void
test_power_loss(void **state)
{
	struct db_kit *k = *state;
	uint64_t random = 17;
	unsigned have = 0, in_doubt = 0;

	for (unsigned i = 0; i < CRASHES; i++) {
		unsigned before = have, turns = 1 + draw(&random, TURNS);
		bool rests = draw(&random, 2) == 0;
		bad_disk_after(1 + draw(&random, 400), BAD_DEAD, false);
		for (unsigned n = 0; n < turns; n++) {
			if (turn(k, have) != 0)
				break;
			have++;
			struct now now = { .mono_ms = 1000 * n, .wall_ms = 1 };
			if (rests)
				db_maintain(k->db, now);
		}
		bad_disk_set(BAD_DEAD);
		db_kit_close(k);
		bad_disk_power_loss(i + 1);
		/* And once more while what was left is put in order. */
		bad_disk_after(1 + draw(&random, 20), BAD_DEAD, false);
		if (db_kit_try_open(k) == 0) {
			bad_disk_set(BAD_DEAD);
			db_kit_close(k);
		}
		bad_disk_power_loss(i + 1000);
		db_kit_open(k);
		assert_null(k->error);
		unsigned found = check(k, have);
		in_doubt += found - have;
		have = found;
		assert_true(have >= before);
	}
	print_message("%u turns, %u in doubt\n", have, in_doubt);
	assert_true(have > CRASHES);
}

/* The n-th write or sync fails, once. The process goes on. */
static void
test_fault(void **state)
{
	struct db_kit *k = *state;
	unsigned have = 0, failures = 0;

	for (unsigned i = 0; i < FAULTS; i++) {
		enum bad_mode mode = i % 2 == 0 ? BAD_ERROR : BAD_FULL;
		bool there;
		bad_disk_after(1 + i / 2, mode, true);
		for (unsigned n = 0; n < 4; n++) {
			int err = turn(k, have);
			if (err == 0) {
				have++;
				continue;
			}
			failures++;
			assert_non_null(k->error);
			assert_false(db_is_dirty(k->db));
			look(k, have, &there);
			assert_false(there);
		}
		bad_disk_set(BAD_NONE);
		assert_int_equal(turn(k, have), 0);
		have++;
		db_maintain(k->db, (struct now){ .mono_ms = 1000 * i });
		if (i % 10 == 0) {
			db_kit_reopen(k);
			assert_int_equal(check(k, have), have);
		}
	}
	print_message("%u turns, %u failed\n", have, failures);
	assert_true(failures > FAULTS / 4);
	assert_int_equal(check(k, have), have);
}

static void
test_disk_full(void **state)
{
	struct db_kit *k = *state;

	assert_int_equal(turn(k, 0), 0);
	bad_disk_set(BAD_FULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(turn(k, 1), ERR_SYS);
		assert_non_null(strstr(k->error, "no room left"));
		assert_non_null(strstr(k->error, "make room"));
	}
	assert_int_equal(check(k, 1), 1);
	bad_disk_set(BAD_NONE);
	assert_int_equal(turn(k, 1), 0);
	assert_int_equal(check(k, 2), 2);
}

static void
test_readonly(void **state)
{
	struct db_kit *k = *state;

	assert_int_equal(turn(k, 0), 0);
	db_kit_close(k);
	bad_disk_set(BAD_READONLY);
	assert_int_not_equal(db_kit_try_open(k), 0);
	assert_non_null(strstr(k->error, "cannot be written"));
	bad_disk_set(BAD_NONE);
	db_kit_open(k);
	assert_int_equal(check(k, 1), 1);
}

/* Writes turns and tells each that was committed, until it is killed. */
static void
run_child(struct db_kit *k, unsigned have, int fd)
{
	unsigned n = have;

	if (db_kit_try_open(k) != 0)
		_exit(3);
	for (;; n++) {
		if (turn(k, n) != 0)
			_exit(4);
		if (write(fd, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(5);
		if (n % 16 == 0)
			db_maintain(k->db, (struct now){ .mono_ms = n * 20L });
	}
}

static pid_t
start_child(struct db_kit *k, unsigned have, int *ret_fd)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		run_child(k, have, fds[1]);
	}
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

/* Waits for so many turns; then some more, for no two alike moments. */
static unsigned
read_turns(int fd, unsigned count, unsigned have)
{
	unsigned n;

	while (count-- > 0) {
		assert_int_equal(read(fd, &n, sizeof(n)), sizeof(n));
		assert_int_equal(n, have);
		have++;
	}
	return have;
}

static unsigned
drain(int fd, unsigned have)
{
	unsigned n;

	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while (read(fd, &n, sizeof(n)) == (ssize_t)sizeof(n))
		have = n + 1;
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	return have;
}

static volatile unsigned spun;

static void
spin(unsigned count)
{
	while (count-- > 0)
		spun++;
}

static void
test_kill(void **state)
{
	struct db_kit *k = *state;
	uint64_t random = 3;
	unsigned have = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		int fd, status;
		db_kit_close(k);
		pid_t pid = start_child(k, have, &fd);
		have = read_turns(fd, 1 + draw(&random, 20), have);
		spin(draw(&random, 1000000));
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		have = drain(fd, have);
		close(fd);
		db_kit_open(k);
		assert_null(k->error);
		have = check(k, have);
	}
}

static void
copy_file(const char *from_dir, const char *to_dir, const char *name)
{
	struct stat st;
	int fd = open(tmpdir_path(from_dir, name), O_RDONLY);

	if (fd < 0)
		return;
	assert_int_equal(fstat(fd, &st), 0);
	char *data = malloc((size_t)st.st_size + 1);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	tmpdir_write(tmpdir_path(to_dir, name), data, (size_t)st.st_size, 0600);
	free(data);
}

static void
check_copy(const struct db_kit *k, unsigned have)
{
	struct db_kit copy = { .dir = tmpdir_make(), .cfg = k->cfg };

	copy_file(k->dir, copy.dir, "earshot.db");
	copy_file(k->dir, copy.dir, "earshot.db-wal");
	assert_int_equal(home_open(&copy.home, copy.dir, &copy.error), 0);
	db_kit_open(&copy);
	assert_null(copy.error);
	check(&copy, have);
	db_kit_close(&copy);
	home_close(&copy.home);
	tmpdir_remove(copy.dir);
}

static void
test_copies(void **state)
{
	struct db_kit *k = *state;
	uint64_t random = 5;
	unsigned have = 0;
	int fd, status;

	db_kit_close(k);
	pid_t pid = start_child(k, 0, &fd);
	for (unsigned i = 0; i < ROUNDS; i++) {
		have = read_turns(fd, 1 + draw(&random, 8), have);
		spin(draw(&random, 1000000));
		assert_int_equal(kill(pid, SIGSTOP), 0);
		assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
		assert_true(WIFSTOPPED(status));
		have = drain(fd, have);
		check_copy(k, have);
		assert_int_equal(kill(pid, SIGCONT), 0);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	db_kit_open(k);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
#define BAD(name) cmocka_unit_test_setup_teardown(name, setup_bad, teardown_bad)
	const struct CMUnitTest tests[] = {
		BAD(test_power_loss),
		BAD(test_fault),
		BAD(test_disk_full),
		BAD(test_readonly),
		TEST(test_kill),
		TEST(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
