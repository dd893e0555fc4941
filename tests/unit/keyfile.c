/* SPDX-License-Identifier: MIT */
#include "store/keyfile.h"

#include "base/err.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	SEED_SIZE = 32,
	FILE_SIZE = 19 + 64 + 1,
	RACERS = 8,
	STARTS = 100,
	NOBODY = 65534,
	TEXT_MAX = 64,
};

static const int64_t wall_ms = INT64_C(1763700000123);
static const uint32_t wall_s = 1763700000;

static const uint8_t fresh[SEED_SIZE] = { 0x00, 0x01, 0xfe, 0xff, 0x9a };
static const char file_text[FILE_SIZE + 1] =
    "earshot identity 1\n"
    "0001feff9a000000000000000000000000000000000000000000000000000000\n";

/* In place of the C library's, to see that it is called, and to fail. */
static unsigned fsyncs;
static int fsync_fails_at;

static int
sync_by(long number, int fd)
{
	fsyncs++;
	if (fsync_fails_at > 0 && --fsync_fails_at == 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(number, fd);
}

int
fsync(int fd)
{
	return sync_by(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	return sync_by(SYS_fdatasync, fd);
}

struct fixture {
	char *dir;
	struct home h;
	const char *identity, *epoch;
	uint8_t seed[SEED_SIZE];
	bool created;
	char *error;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	umask(0);
	f->dir = tmpdir_make();
	if (home_open(&f->h, f->dir, &f->error) != 0)
		return -1;
	f->identity = tmpdir_path(f->dir, "identity");
	f->epoch = tmpdir_path(f->dir, "epoch");
	fsyncs = 0;
	fsync_fails_at = 0;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	home_close(&f->h);
	tmpdir_remove(f->dir);
	free(f->error);
	free(f);
	return 0;
}

static int
load(struct fixture *f)
{
	free(f->error);
	f->error = NULL;
	memset(f->seed, 0xee, sizeof(f->seed));
	struct keyfile k = { 0 };
	int err = keyfile_load(&f->h, fresh, &k, &f->error);
	if (err == 0) {
		assert_false(k.sealed);
		f->created = k.created;
		memcpy(f->seed, k.seed, SEED_SIZE);
	} else {
		/* Nothing is given out. */
		assert_false(k.sealed || k.created || k.text != NULL);
	}
	keyfile_clear(&k);
	return err;
}

static void
assert_says(const struct fixture *f, const char *word)
{
	assert_non_null(f->error);
	if (strstr(f->error, word) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", f->error, word);
}

/* Refused, with the path in the sentence, and no seed given out. */
static void
assert_refused(struct fixture *f, int err, const char *word)
{
	uint8_t untouched[SEED_SIZE];

	memset(untouched, 0xee, sizeof(untouched));
	assert_int_equal(load(f), err);
	assert_says(f, f->identity);
	assert_says(f, word);
	assert_memory_equal(f->seed, untouched, SEED_SIZE);
}

static void
identity_is_made_once(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(load(f), 0);
	assert_true(f->created);
	assert_memory_equal(f->seed, fresh, SEED_SIZE);
	/* The file and its directory. */
	assert_int_equal(fsyncs, 2);
	assert_int_equal(stat(f->identity, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	char *text = tmpdir_read(f->identity);
	assert_string_equal(text, file_text);
	free(text);
	const uint8_t other[SEED_SIZE] = { 9 };
	struct keyfile k = { 0 };
	assert_int_equal(keyfile_load(&f->h, other, &k, &f->error), 0);
	assert_false(k.created);
	assert_memory_equal(k.seed, fresh, SEED_SIZE);
	keyfile_clear(&k);
	assert_int_equal(load(f), 0);
	assert_false(f->created);
	assert_memory_equal(f->seed, fresh, SEED_SIZE);
}

static void
t50_identity_open_to_others_6_modes(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0660, 0606, 0644, 0666 };
	struct fixture *f = *state;
	unsigned refused = 0;
	char mode[TEXT_MAX];

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		tmpdir_write(f->identity, file_text, FILE_SIZE, modes[i]);
		snprintf(mode, sizeof(mode), "mode %04o", (unsigned)modes[i]);
		assert_refused(f, ERR_PERMISSION, mode);
		assert_says(f, "chmod 600");
		refused++;
	}
	assert_int_equal(refused, 6);
	assert_int_equal(chmod(f->identity, 0600), 0);
	assert_int_equal(load(f), 0);
	assert_int_equal(chmod(f->identity, 0400), 0);
	assert_int_equal(load(f), 0);
}

static void
identity_of_somebody_else_is_refused(void **state)
{
	struct fixture *f = *state;

	tmpdir_write(f->identity, file_text, FILE_SIZE, 0600);
	if (geteuid() != 0 || chown(f->identity, NOBODY, NOBODY) != 0)
		skip();
	assert_refused(f, ERR_PERMISSION, "belongs to user 65534");
}

static void
identity_is_a_plain_file(void **state)
{
	struct fixture *f = *state;
	const char *target = tmpdir_path(f->dir, "target");

	/* Dangling: not made through the link either. */
	assert_int_equal(symlink(target, f->identity), 0);
	assert_refused(f, ERR_PERMISSION, "symbolic link");
	assert_false(tmpdir_exists(target));
	tmpdir_write(target, file_text, FILE_SIZE, 0600);
	assert_refused(f, ERR_PERMISSION, "symbolic link");
	assert_int_equal(unlink(f->identity), 0);
	assert_int_equal(mkdir(f->identity, 0700), 0);
	assert_refused(f, ERR_FORMAT, "not a plain file");
	assert_int_equal(rmdir(f->identity), 0);
	assert_int_equal(mkfifo(f->identity, 0600), 0);
	assert_refused(f, ERR_FORMAT, "not a plain file");
}

static void
damaged_identity_is_refused_and_kept(void **state)
{
	struct fixture *f = *state;
	char text[FILE_SIZE + 1];
	unsigned refused = 0;

	for (size_t i = 0; i < FILE_SIZE; i++) {
		memcpy(text, file_text, sizeof(text));
		text[i] = 'x';
		tmpdir_write(f->identity, text, FILE_SIZE, 0600);
		assert_int_not_equal(load(f), 0);
		assert_says(f, f->identity);
		char *now = tmpdir_read(f->identity);
		assert_string_equal(now, text);
		free(now);
		refused++;
	}
	for (size_t n = 0; n <= FILE_SIZE + 1; n++) {
		if (n == FILE_SIZE)
			continue;
		tmpdir_write(f->identity, file_text, n, 0600);
		assert_refused(f, ERR_FORMAT, "restore it from a backup");
		refused++;
	}
	assert_int_equal(refused, 2 * FILE_SIZE + 1);
	char *big = calloc(1, 5000);
	tmpdir_write(f->identity, big, 5000, 0600);
	free(big);
	assert_refused(f, ERR_FORMAT, "far too long");
	tmpdir_write(f->identity, "earshot identity 3\nx\n", 21, 0600);
	assert_refused(f, ERR_VERSION, "newer earshot");
}

static const char sealed_text[] = "earshot identity 2\nwhatever it is\n";

/* What is in the file, and what loading it tells. */
static void
assert_sealed(struct fixture *f)
{
	static const uint8_t zeros[SEED_SIZE];
	struct keyfile k = { 0 };
	struct stat st;

	assert_int_equal(stat(f->identity, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(keyfile_load(&f->h, fresh, &k, &f->error), 0);
	assert_true(k.sealed);
	assert_false(k.created);
	assert_memory_equal(k.seed, zeros, SEED_SIZE);
	assert_int_equal(k.size, sizeof(sealed_text) - 1);
	assert_memory_equal(k.text, sealed_text, k.size);
	keyfile_clear(&k);
}

static int
write_sealed(struct fixture *f, bool is_new)
{
	free(f->error);
	f->error = NULL;
	return keyfile_write_sealed(
	    &f->h, is_new, sealed_text, sizeof(sealed_text) - 1, &f->error);
}

static void
identity_is_sealed_and_opened_in_place(void **state)
{
	struct fixture *f = *state;
	static const uint8_t other[SEED_SIZE] = { 3 };

	assert_int_equal(load(f), 0);
	fsyncs = 0;
	assert_int_equal(write_sealed(f, false), 0);
	assert_int_equal(fsyncs, 2);
	assert_sealed(f);
	assert_int_equal(
	    keyfile_write_plain(&f->h, false, other, &f->error), 0);
	assert_int_equal(fsyncs, 4);
	assert_int_equal(load(f), 0);
	assert_false(f->created);
	assert_memory_equal(f->seed, other, SEED_SIZE);
}

static void
new_sealed_identity_replaces_none(void **state)
{
	struct fixture *f = *state;
	struct keyfile k = { 0 };

	assert_int_equal(keyfile_read(&f->h, &k, &f->error), ERR_NOT_FOUND);
	assert_says(f, f->identity);
	assert_int_equal(write_sealed(f, true), 0);
	assert_sealed(f);
	assert_int_equal(unlink(f->identity), 0);
	assert_int_equal(load(f), 0);
	assert_int_equal(write_sealed(f, true), ERR_STATE);
	assert_says(f, "has just made");
	assert_int_equal(load(f), 0);
	assert_memory_equal(f->seed, fresh, SEED_SIZE);
}

/* Whatever fails: what was there is there, and nothing beside it. */
static void
unwritten_seal_leaves_the_old_one(void **state)
{
	struct fixture *f = *state;
	const char *beside = tmpdir_path(f->dir, "identity~");
	struct rlimit old, none;

	assert_int_equal(load(f), 0);
	fsync_fails_at = 1;
	assert_int_equal(write_sealed(f, false), ERR_SYS);
	assert_says(f, f->identity);
	assert_false(tmpdir_exists(beside));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	none = old;
	none.rlim_cur = 5;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	int err = write_sealed(f, false);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err, ERR_SYS);
	assert_false(tmpdir_exists(beside));
	assert_int_equal(load(f), 0);
	assert_memory_equal(f->seed, fresh, SEED_SIZE);
	/* Left behind by a crash, or put there: not written through. */
	const char *target = tmpdir_path(f->dir, "target");
	tmpdir_write(target, "kept", 4, 0644);
	assert_int_equal(symlink(target, beside), 0);
	assert_int_equal(write_sealed(f, false), 0);
	assert_sealed(f);
	char *kept = tmpdir_read(target);
	assert_string_equal(kept, "kept");
	free(kept);
}

static void
sealed_identity_is_private_too(void **state)
{
	struct fixture *f = *state;

	tmpdir_write(f->identity, sealed_text, sizeof(sealed_text) - 1, 0644);
	assert_refused(f, ERR_PERMISSION, "mode 0644");
}

static void
passphrase_file_is_private(void **state)
{
	struct fixture *f = *state;
	const char *path = tmpdir_path(f->dir, "secret");
	char *text = NULL, *big = calloc(1, 5000);
	size_t n = 0;

	assert_int_equal(keyfile_read_passphrases(path, &text, &n, &f->error),
	    ERR_NOT_FOUND);
	assert_says(f, path);
	free(f->error);
	tmpdir_write(path, "one\ntwo\n", 8, 0640);
	assert_int_equal(keyfile_read_passphrases(path, &text, &n, &f->error),
	    ERR_PERMISSION);
	assert_says(f, "chmod 600");
	free(f->error);
	tmpdir_write(path, big, 5000, 0600);
	free(big);
	assert_int_equal(
	    keyfile_read_passphrases(path, &text, &n, &f->error), ERR_LIMIT);
	assert_says(f, "too long");
	assert_null(text);
	tmpdir_write(path, "one\ntwo\n", 8, 0600);
	assert_int_equal(
	    keyfile_read_passphrases(path, &text, &n, &f->error), 0);
	assert_int_equal(n, 8);
	assert_memory_equal(text, "one\ntwo\n", 8);
	free(text);
}

/* Without the lock on the home: nobody ever starts with a key that is not the
 * one in the file. */
static void
identity_race_has_one_winner(void **state)
{
	struct fixture *f = *state;
	unsigned created = 0, failed = 0;
	int go[2];

	assert_int_equal(pipe(go), 0);
	for (int i = 0; i < RACERS; i++) {
		if (fork() != 0)
			continue;
		uint8_t mine[SEED_SIZE] = { (uint8_t)(i + 1) };
		char byte;
		close(go[1]);
		if (read(go[0], &byte, 1) != 0)
			_exit(9);
		struct keyfile k = { 0 };
		if (keyfile_load(&f->h, mine, &k, &f->error) != 0)
			_exit(0);
		_exit((k.created ? 100 : 50) + k.seed[0]);
	}
	close(go[0]);
	close(go[1]);
	int seeds[RACERS], status;
	for (int i = 0; i < RACERS; i++) {
		assert_true(wait(&status) > 0);
		seeds[i] = WEXITSTATUS(status);
		created += seeds[i] > 100;
		failed += seeds[i] == 0;
	}
	assert_int_equal(created, 1);
	assert_true(failed < RACERS);
	assert_int_equal(load(f), 0);
	assert_false(f->created);
	for (int i = 0; i < RACERS; i++)
		if (seeds[i] != 0)
			assert_int_equal(seeds[i] % 50, f->seed[0]);
}

static void
identity_is_whole_or_not_there(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, little;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	little = (struct rlimit){ .rlim_cur = 30, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	int err = load(f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err, ERR_SYS);
	assert_says(f, strerror(EFBIG));
	assert_false(tmpdir_exists(f->identity));
	for (int at = 1; at <= 2; at++) {
		fsync_fails_at = at;
		assert_refused(f, ERR_SYS, strerror(EIO));
		assert_false(tmpdir_exists(f->identity));
	}
	assert_int_equal(load(f), 0);
	assert_true(f->created);
}

/* Killed in the middle of its first start: half a key must not be in the way
 * of the next one. */
static void
identity_survives_a_crash(void **state)
{
	struct fixture *f = *state;
	struct rlimit little = { .rlim_cur = 30, .rlim_max = 30 };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGXFSZ, SIG_DFL);
		setrlimit(RLIMIT_FSIZE, &little);
		load(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
	assert_false(tmpdir_exists(f->identity));
	assert_int_equal(load(f), 0);
	assert_true(f->created);
	char *text = tmpdir_read(f->identity);
	assert_string_equal(text, file_text);
	free(text);
}

static uint32_t
epoch(struct fixture *f, int64_t ms)
{
	uint32_t value = 0;

	assert_int_equal(epoch_next(&f->h, ms, &value, &f->error), 0);
	char *text = tmpdir_read(f->epoch);
	assert_int_equal(strtoul(text, NULL, 10), value);
	free(text);
	return value;
}

static void
epoch_grows_by_one_a_start(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < STARTS; i++) {
		fsyncs = 0;
		/* A clock that runs backwards does not matter. */
		assert_int_equal(
		    epoch(f, wall_ms - i * INT64_C(100000)), wall_s + i);
		/* A new file and its place; from then on, what is in it. */
		assert_int_equal(fsyncs, i == 0 ? 2 : 1);
	}
}

/* What comes back from a copy must not count again what was counted since. */
static void
epoch_of_an_old_copy_is_not_used_again(void **state)
{
	struct fixture *f = *state;
	uint32_t before = epoch(f, wall_ms);
	char *copy = tmpdir_read(f->epoch);
	uint32_t since = epoch(f, wall_ms + 60000);

	assert_true(since > before);
	tmpdir_write(f->epoch, copy, strlen(copy), 0600);
	assert_true(epoch(f, wall_ms + 3600000) > since);
	free(copy);
}

/* Only what has the same size and is ours alone is written over. */
static void
epoch_of_another_size_is_replaced(void **state)
{
	struct fixture *f = *state;
	const char *second = tmpdir_path(f->dir, "second");

	tmpdir_write(f->epoch, "99\n", 3, 0600);
	assert_int_equal(link(f->epoch, second), 0);
	assert_int_equal(epoch(f, 0), 100);
	char *text = tmpdir_read(second);
	assert_string_equal(text, "99\n");
	free(text);
	tmpdir_write(f->epoch, "41\n", 3, 0600);
	unlink(second);
	assert_int_equal(link(f->epoch, second), 0);
	assert_int_equal(epoch(f, 0), 42);
	text = tmpdir_read(second);
	assert_string_equal(text, "41\n");
	free(text);
}

static void
epoch_that_is_damaged_starts_from_the_clock(void **state)
{
	static const char *const texts[] = { "", "\n", "12", "-1\n", "0\n",
		"12 \n", "1\n2\n", "4294967296\n", "4294967295\n",
		"99999999999999999999\n", "abc\n", "0x12\n" };
	struct fixture *f = *state;
	unsigned damaged = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tmpdir_write(f->epoch, texts[i], strlen(texts[i]), 0600);
		assert_int_equal(epoch(f, wall_ms), wall_s);
		damaged++;
	}
	assert_int_equal(damaged, 12);
	tmpdir_write(f->epoch, "1\0\n", 3, 0600);
	assert_int_equal(epoch(f, wall_ms), wall_s);
	tmpdir_write(f->epoch, "12\n", 3, 0600);
	assert_int_equal(epoch(f, 0), 13);
	tmpdir_write(f->epoch, "4294967294\n", 11, 0600);
	assert_int_equal(epoch(f, wall_ms), UINT32_MAX);
}

static void
epoch_is_never_zero(void **state)
{
	static const int64_t clocks[] = { 0, -1, 999, INT64_MIN };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		unlink(f->epoch);
		assert_int_equal(epoch(f, clocks[i]), 1);
	}
	unlink(f->epoch);
	assert_int_equal(epoch(f, INT64_MAX), UINT32_MAX - 1);
}

/* What could not be made safe is not used. */
static void
epoch_that_cannot_be_synced_is_not_given_out(void **state)
{
	struct fixture *f = *state;
	uint32_t value = 77;

	/* Written over, or replaced since it has a digit more. */
	static const struct {
		const char *before;
		int fails_at;
	} cases[] = { { "41\n", 1 }, { "9\n", 1 }, { "9\n", 2 } };
	for (unsigned i = 0; i < 3; i++) {
		const char *before = cases[i].before;
		tmpdir_write(f->epoch, before, strlen(before), 0600);
		fsync_fails_at = cases[i].fails_at;
		assert_int_equal(
		    epoch_next(&f->h, wall_ms, &value, &f->error), ERR_SYS);
		assert_int_equal(value, 77);
		assert_says(f, f->epoch);
		assert_says(f, strerror(EIO));
		free(f->error);
		f->error = NULL;
		assert_true(epoch(f, wall_ms) > strtoul(before, NULL, 10));
	}
}

static void
epoch_that_is_no_file_is_an_error(void **state)
{
	struct fixture *f = *state;
	uint32_t value = 77;

	assert_int_equal(mkdir(f->epoch, 0700), 0);
	assert_int_equal(
	    epoch_next(&f->h, wall_ms, &value, &f->error), ERR_SYS);
	assert_int_equal(value, 77);
	assert_says(f, f->epoch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(identity_is_made_once),
		TEST(t50_identity_open_to_others_6_modes),
		TEST(identity_of_somebody_else_is_refused),
		TEST(identity_is_a_plain_file),
		TEST(damaged_identity_is_refused_and_kept),
		TEST(identity_is_sealed_and_opened_in_place),
		TEST(new_sealed_identity_replaces_none),
		TEST(unwritten_seal_leaves_the_old_one),
		TEST(sealed_identity_is_private_too),
		TEST(passphrase_file_is_private),
		TEST(identity_race_has_one_winner),
		TEST(identity_is_whole_or_not_there),
		TEST(identity_survives_a_crash),
		TEST(epoch_grows_by_one_a_start),
		TEST(epoch_of_an_old_copy_is_not_used_again),
		TEST(epoch_of_another_size_is_replaced),
		TEST(epoch_that_is_damaged_starts_from_the_clock),
		TEST(epoch_is_never_zero),
		TEST(epoch_that_cannot_be_synced_is_not_given_out),
		TEST(epoch_that_is_no_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
