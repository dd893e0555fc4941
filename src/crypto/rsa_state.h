/* SPDX-License-Identifier: MIT */
/* libcrypto as rsa.c opened it. */
#ifndef CRYPTO_RSA_STATE_H
#define CRYPTO_RSA_STATE_H

#include "crypto/rsa.h"

/* Blowfish goes through the old interface of libcrypto: the new one has it in a
 * module, which is a file that may not be there. */
#define OPENSSL_SUPPRESS_DEPRECATED
/* Theirs is a type. */
#define ERR_STATE openssl_err_state
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#ifndef OPENSSL_NO_BF
#include <openssl/blowfish.h>
#endif
#undef ERR_STATE

struct rsa {
	/* Our own, which no configuration changes. */
	OSSL_LIB_CTX *lib;
	EVP_CIPHER *cbc;
	EVP_CIPHER *ctr;
};

#endif
