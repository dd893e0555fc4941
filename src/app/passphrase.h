/* SPDX-License-Identifier: MIT */
/*
 * earshot passphrase: sets, changes or removes the passphrase of the identity.
 */
#ifndef APP_PASSPHRASE_H
#define APP_PASSPHRASE_H

#include "app/options.h"

/* 0, or an error and its sentence (caller frees). What was done is said on
 * standard output. */
int passphrase_change(const struct options *o, char **ret_error);

#endif
