/* SPDX-License-Identifier: MIT */
/*
 * The identity file: a seed of 32 bytes and nothing else that matters. 0600,
 * made with O_EXCL, synced. A file that others can read, or that is not ours,
 * is refused.
 *
 *   "earshot identity 1\n" | 64 hex digits | "\n"
 */
#ifndef STORE_KEYFILE_H
#define STORE_KEYFILE_H

#include "store/home.h"

#include <stdbool.h>
#include <stdint.h>

/* Loads data_dir/identity, or makes it with the random bytes given. 0, or an
 * error with its sentence. */
int keyfile_load(const struct home *h, const uint8_t fresh[static 32],
    uint8_t ret_seed[static 32], bool *ret_created, char **ret_error);

/* The start counter data_dir/epoch: reads, adds one, syncs, then returns it.
 * A lost or damaged file starts from the Unix time instead, which is ahead of
 * any counter that grew by one a start. */
int epoch_next(const struct home *h, int64_t wall_ms, uint32_t *ret_epoch,
    char **ret_error);

#endif
