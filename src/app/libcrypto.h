/* SPDX-License-Identifier: MIT */
/*
 * libcrypto of OpenSSL, loaded by whoever needs it.
 */
#ifndef APP_LIBCRYPTO_H
#define APP_LIBCRYPTO_H

#include "crypto/rsa.h"

/* What it is called on this machine; NULL: built without. */
const char *libcrypto_name(void);
/* Loads it for the rest of the run. Has nothing in it where it cannot be
 * loaded. */
struct rsa_lib libcrypto_load(void);

#endif
