/* SPDX-License-Identifier: MIT */
/*
 * The seed out of an identity file, sealed or not.
 */
#ifndef APP_UNSEAL_H
#define APP_UNSEAL_H

#include "app/ask.h"
#include "store/keyfile.h"

/* Asks for the passphrase of what was read sealed, at a terminal up to three
 * times, and fills in the seed. 0, or an error and its sentence (caller
 * frees). */
int unseal(
    const struct home *h, struct ask *a, struct keyfile *k, char **ret_error);
/* Loads or makes the identity, and asks where it is sealed; the seed is there
 * in any case (caller clears). passphrase_file may be NULL, see ask_init. */
int unseal_load(const struct home *h, const char *passphrase_file,
    struct keyfile *ret, char **ret_error);

#endif
