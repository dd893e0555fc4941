/* SPDX-License-Identifier: MIT */
/*
 * The identity file: a seed of 32 bytes and nothing else that matters. 0600,
 * made with O_EXCL, synced. A file that others can read, or that is not ours,
 * is refused.
 *
 *   "earshot identity 1\n" | 64 hex digits | "\n"
 *   "earshot identity 2\n" | the rest of a sealed seed, see crypto/seal.h
 */
#ifndef STORE_KEYFILE_H
#define STORE_KEYFILE_H

#include "store/home.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYFILE_TEXT_MAX = 4096 };

/* What the file holds: a seed, or, where it is sealed, the text to open with a
 * passphrase. */
struct keyfile {
	bool created; /* by this call */
	bool sealed;
	uint8_t seed[32]; /* zeros where it is sealed */
	char *text;       /* NULL where it is not */
	size_t size;
};

/* Loads data_dir/identity. 0, ERR_NOT_FOUND, or an error with its sentence;
 * the sentence comes with both. */
int keyfile_read(const struct home *h, struct keyfile *ret, char **ret_error);
/* The same, and makes it with the random bytes given where there is none. */
int keyfile_load(const struct home *h, const uint8_t fresh[static 32],
    struct keyfile *ret, char **ret_error);
/* Wipes and frees; what is all zeros, too. */
void keyfile_clear(struct keyfile *k);

/* Puts another content into the place of what was read, whole or not at all;
 * where nothing was, it must still be so. What the disk keeps of the old file
 * is not known. 0, or an error with its sentence. */
int keyfile_write_plain(const struct home *h, bool is_new,
    const uint8_t seed[static 32], char **ret_error);
int keyfile_write_sealed(const struct home *h, bool is_new, const char *text,
    size_t n, char **ret_error);

/* A file with passphrases, which must be as private as the identity itself
 * (caller wipes and frees). 0, or an error with its sentence. */
int keyfile_read_passphrases(
    const char *path, char **ret_text, size_t *ret_size, char **ret_error);

/* The start counter data_dir/epoch: the Unix time in seconds, or one more than
 * last time where that is higher; synced, then returned. So it grows over
 * restarts with a clock that is wrong, and over the return of an old copy of
 * the home with a clock that is right. */
int epoch_next(const struct home *h, int64_t wall_ms, uint32_t *ret_epoch,
    char **ret_error);

#endif
