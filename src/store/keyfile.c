/* SPDX-License-Identifier: MIT */
/*
 * The identity must never be replaced by accident: whoever loses it is a
 * stranger to all contacts. So a file that is damaged, cut off, empty or open
 * to others stops the start with a sentence, and only where there is no file
 * at all a new one is made.
 */
#include "store/keyfile.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SEED_SIZE = 32,
	EPOCH_TEXT_MAX = 16,
};

static const char head[] = "earshot identity 1\n";
static const char sealed_head[] = "earshot identity 2\n";
static const char family[] = "earshot identity ";

enum { FILE_SIZE = sizeof(head) - 1 + 2 * SEED_SIZE + 1 };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool
parse_seed(const char *hex, uint8_t seed[static SEED_SIZE])
{
	for (size_t i = 0; i < SEED_SIZE; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		seed[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static int
fail_damaged(const char *path, const char *how, char **ret_error)
{
	return fail(ret_error, ERR_FORMAT,
	    "%s %s; restore it from a backup, or move it away to start as "
	    "somebody new, whom your contacts do not know",
	    path, how);
}

static bool
begins_with(const char *text, size_t n, const char *start)
{
	size_t size = strlen(start);

	return n >= size && memcmp(text, start, size) == 0;
}

static int
parse_plain(const char *path, const char *text, size_t n,
    uint8_t ret_seed[static SEED_SIZE], char **ret_error)
{
	uint8_t seed[SEED_SIZE];

	if (n == 0)
		return fail_damaged(path, N_("is empty"), ret_error);
	if (n > sizeof(family) && begins_with(text, n, family) &&
	    text[sizeof(family) - 1] != head[sizeof(family) - 1])
		return fail(ret_error, ERR_VERSION,
		    "%s was written by a newer earshot; use that one", path);
	if (!begins_with(text, n, head))
		return fail_damaged(path,
		    N_("does not begin with \"earshot identity 1\""),
		    ret_error);
	if (n != FILE_SIZE || text[FILE_SIZE - 1] != '\n' ||
	    !parse_seed(text + sizeof(head) - 1, seed))
		return fail_damaged(path,
		    N_("is damaged: its second line is not 64 digits of a key"),
		    ret_error);
	memcpy(ret_seed, seed, SEED_SIZE);
	mem_wipe(seed, sizeof(seed));
	return 0;
}

/* ERR_NOT_FOUND comes without a sentence. Takes no file that is sealed apart:
 * that is for who has the passphrase. */
static int
load_identity(const char *path, struct keyfile *ret, char **ret_error)
{
	struct keyfile k = { 0 };
	char *text = NULL;
	size_t n = 0;
	int err =
	    file_read_private(path, KEYFILE_TEXT_MAX, &text, &n, ret_error);

	if (err == ERR_LIMIT)
		return fail_damaged(path, N_("is far too long"), ret_error);
	if (err != 0)
		return err;
	k.sealed = begins_with(text, n, sealed_head);
	if (k.sealed) {
		k.text = text;
		k.size = n;
	} else {
		err = parse_plain(path, text, n, k.seed, ret_error);
		mem_wipe(text, n);
		free(text);
	}
	if (err == 0)
		*ret = k;
	mem_wipe(k.seed, sizeof(k.seed));
	return err;
}

static void
print_plain(const uint8_t seed[static SEED_SIZE], char text[static FILE_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t at = sizeof(head) - 1;

	memcpy(text, head, at);
	for (size_t i = 0; i < SEED_SIZE; i++) {
		text[at++] = digits[seed[i] >> 4];
		text[at++] = digits[seed[i] & 15];
	}
	text[at] = '\n';
}

/* Gives the finished file its name, unless there is one of that name: then
 * ERR_STATE. */
static int
place_identity(const char *fresh, const char *path)
{
	if (link(fresh, path) != 0) {
		if (errno == EEXIST)
			return ERR_STATE;
		/* Some file systems have no second names. There, the lock on
		 * the home has to do. */
		if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return ERR_STATE;
		if (rename(fresh, path) != 0)
			return ERR_SYS;
	}
	if (file_sync_parent(path) == 0)
		return 0;
	int saved_errno = errno;
	/* Nobody has seen this key, and the next start shall not find it
	 * without knowing that it is safe. */
	unlink(path);
	errno = saved_errno;
	return ERR_SYS;
}

static int
fail_unwritten(const char *path, int err, char **ret_error)
{
	return fail(ret_error, err,
	    "cannot write your key to %s: %s; make room there, or use another "
	    "home with --home DIR",
	    path, strerror(errno));
}

/* ERR_STATE when somebody else was faster. */
static int
create_identity(const char *path, const char *text, size_t n, char **ret_error)
{
	/* A name that no other process uses: where there are no locks, two may
	 * be here at once. */
	char *fresh = xasprintf("%s.%ld~", path, (long)getpid());

	/* Of a process that was killed here. */
	unlink(fresh);
	int fd = open(
	    fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = fd < 0 ? ERR_SYS : file_write_and_close(fd, text, n);
	if (err == 0)
		err = place_identity(fresh, path);
	if (err != 0 && err != ERR_STATE)
		fail_unwritten(path, err, ret_error);
	unlink(fresh);
	free(fresh);
	return err;
}

int
keyfile_read(const struct home *h, struct keyfile *ret, char **ret_error)
{
	char *path = home_path(h->data_dir, "identity");
	int err = load_identity(path, ret, ret_error);

	if (err == ERR_NOT_FOUND)
		fail(ret_error, err, "there is no %s", path);
	free(path);
	return err;
}

int
keyfile_load(const struct home *h, const uint8_t fresh[static SEED_SIZE],
    struct keyfile *ret, char **ret_error)
{
	char *path = home_path(h->data_dir, "identity");
	char text[FILE_SIZE];
	int err = load_identity(path, ret, ret_error);

	if (err == ERR_NOT_FOUND) {
		print_plain(fresh, text);
		err = create_identity(path, text, sizeof(text), ret_error);
		mem_wipe(text, sizeof(text));
		if (err == ERR_STATE) {
			err = keyfile_read(h, ret, ret_error);
		} else if (err == 0) {
			*ret = (struct keyfile){ .created = true };
			memcpy(ret->seed, fresh, SEED_SIZE);
		}
	}
	free(path);
	return err;
}

void
keyfile_clear(struct keyfile *k)
{
	free(k->text);
	mem_wipe(k, sizeof(*k));
}

static int
write_text(const struct home *h, bool is_new, const char *text, size_t n,
    char **ret_error)
{
	char *path = home_path(h->data_dir, "identity");
	int err;

	if (is_new) {
		err = create_identity(path, text, n, ret_error);
		if (err == ERR_STATE)
			fail(ret_error, err,
			    "another earshot has just made %s; do this again",
			    path);
	} else if ((err = file_replace(path, text, n)) != 0) {
		fail_unwritten(path, err, ret_error);
	}
	free(path);
	return err;
}

int
keyfile_write_plain(const struct home *h, bool is_new,
    const uint8_t seed[static SEED_SIZE], char **ret_error)
{
	char text[FILE_SIZE];

	print_plain(seed, text);
	int err = write_text(h, is_new, text, sizeof(text), ret_error);
	mem_wipe(text, sizeof(text));
	return err;
}

int
keyfile_write_sealed(const struct home *h, bool is_new, const char *text,
    size_t n, char **ret_error)
{
	assert(begins_with(text, n, sealed_head));
	return write_text(h, is_new, text, n, ret_error);
}

int
keyfile_read_passphrases(
    const char *path, char **ret_text, size_t *ret_size, char **ret_error)
{
	int err = file_read_private(
	    path, KEYFILE_TEXT_MAX, ret_text, ret_size, ret_error);

	if (err == ERR_NOT_FOUND)
		return fail(ret_error, err,
		    "there is no file \"%s\" to read the passphrase from",
		    path);
	if (err == ERR_LIMIT)
		return fail(ret_error, err,
		    "%s is too long for a file with a passphrase", path);
	return err;
}

/* One number on one line; 0 for anything else. */
static uint32_t
parse_epoch(const char *text, size_t n)
{
	uint64_t value = 0;

	if (n < 2 || text[n - 1] != '\n')
		return 0;
	for (size_t i = 0; i + 1 < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		value = value * 10 + (uint64_t)(text[i] - '0');
		if (value > UINT32_MAX)
			return 0;
	}
	return (uint32_t)value;
}

static uint32_t
epoch_of_clock(int64_t wall_ms)
{
	int64_t seconds = wall_ms / 1000;

	/* A board without a battery starts in 1970. */
	if (seconds < 1)
		return 1;
	return seconds > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)seconds;
}

/*
 * Starting again at or below what others have seen would make all we announce
 * look like a replay, and what we say like what they have. A home that comes
 * back from a copy or a snapshot counts from an old number: the clock, when it
 * is right, is beyond it.
 */
static uint32_t
epoch_after(uint32_t last, uint32_t clock)
{
	if (last == UINT32_MAX || last < clock)
		return clock;
	return last + 1;
}

int
epoch_next(const struct home *h, int64_t wall_ms, uint32_t *ret_epoch,
    char **ret_error)
{
	char *path = home_path(h->data_dir, "epoch");
	char text[EPOCH_TEXT_MAX];
	char *old = NULL;
	size_t size = 0;
	uint32_t epoch = 0;
	int err = file_read(path, EPOCH_TEXT_MAX, &old, &size);

	if (err == 0)
		epoch = parse_epoch(old, size);
	free(old);
	if (err == ERR_SYS) {
		fail(ret_error, err,
		    "cannot read %s: %s; move it away and start again", path,
		    strerror(errno));
		free(path);
		return err;
	}
	epoch = epoch_after(epoch, epoch_of_clock(wall_ms));
	int n = snprintf(text, sizeof(text), "%lu\n", (unsigned long)epoch);
	/* Every start of the program waits for this, and as a rule there were
	 * ten digits before. */
	err = size == (size_t)n ? file_overwrite(path, text, size) : ERR_FORMAT;
	if (err == ERR_FORMAT)
		err = file_replace(path, text, (size_t)n);
	if (err != 0)
		fail(ret_error, err,
		    "cannot write %s: %s; make room there, or use another "
		    "home with --home DIR",
		    path, strerror(errno));
	else
		*ret_epoch = epoch;
	free(path);
	return err;
}
