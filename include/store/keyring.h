/* SPDX-License-Identifier: MIT */
/*
 * The keys by which IP Messenger encrypts for us, in data_dir/ipmsg-keys: 0600,
 * written whole or not at all. They say nothing of who we are, and can be moved
 * away: then new ones are made.
 *
 *   "earshot ipmsg 1\n" | the bytes as hex digits | "\n"
 */
#ifndef STORE_KEYRING_H
#define STORE_KEYRING_H

#include "store/home.h"

#include <stddef.h>
#include <stdint.h>

enum { KEYRING_BYTES_MAX = 4096 };

/* The bytes (caller wipes and frees). 0; ERR_NOT_FOUND without a sentence; or
 * an error with one. */
int keyring_read(const struct home *h, uint8_t **ret_bytes, size_t *ret_size,
    char **ret_error);
/* The sentence for bytes that are no keys (caller frees). */
char *keyring_damaged(const struct home *h);
/* 0, or an error with its sentence. n is at most KEYRING_BYTES_MAX. */
int keyring_write(
    const struct home *h, const uint8_t *bytes, size_t n, char **ret_error);

#endif
