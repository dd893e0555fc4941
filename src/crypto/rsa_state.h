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

/* clang-format off */
/* The functions of libcrypto that are called: each is looked up by its name,
 * and has the type that its header says. */
#define RSA_CALLS(X) \
	X(BN_bin2bn) X(BN_bn2bin) X(BN_free) X(BN_is_zero) X(BN_num_bits) \
	X(CRYPTO_clear_free) X(ERR_clear_error) X(EVP_CIPHER_CTX_free) \
	X(EVP_CIPHER_CTX_new) X(EVP_CIPHER_CTX_set_padding) \
	X(EVP_CIPHER_fetch) X(EVP_CIPHER_free) X(EVP_CipherInit_ex2) \
	X(EVP_CipherUpdate) X(EVP_DigestSign) X(EVP_DigestSignInit_ex) \
	X(EVP_DigestVerify) X(EVP_DigestVerifyInit_ex) \
	X(EVP_EncryptInit_ex2) X(EVP_EncryptUpdate) X(EVP_MD_CTX_free) \
	X(EVP_MD_CTX_new) X(EVP_PKEY_CTX_free) \
	X(EVP_PKEY_CTX_new_from_name) X(EVP_PKEY_CTX_new_from_pkey) \
	X(EVP_PKEY_CTX_set_rsa_keygen_bits) X(EVP_PKEY_CTX_set_rsa_padding) \
	X(EVP_PKEY_decrypt) X(EVP_PKEY_decrypt_init) X(EVP_PKEY_encrypt) \
	X(EVP_PKEY_encrypt_init) X(EVP_PKEY_free) X(EVP_PKEY_fromdata) \
	X(EVP_PKEY_fromdata_init) X(EVP_PKEY_generate) \
	X(EVP_PKEY_get_bn_param) X(EVP_PKEY_get_size) \
	X(EVP_PKEY_keygen_init) X(EVP_Q_digest) X(OPENSSL_init_crypto) \
	X(OSSL_LIB_CTX_free) X(OSSL_LIB_CTX_new) X(OSSL_PARAM_BLD_free) \
	X(OSSL_PARAM_BLD_new) X(OSSL_PARAM_BLD_push_BN) \
	X(OSSL_PARAM_BLD_push_uint32) X(OSSL_PARAM_BLD_to_param) \
	X(OSSL_PARAM_free) X(d2i_PrivateKey_ex) X(i2d_PrivateKey)
/* Those that may be missing. */
#ifdef OPENSSL_NO_BF
#define RSA_CALLS_OLD(X)
#else
#define RSA_CALLS_OLD(X) X(BF_set_key) X(BF_cbc_encrypt)
#endif
/* clang-format on */

struct rsa_calls {
#define DECLARE(name) __typeof__(name) *name;
	RSA_CALLS(DECLARE)
	RSA_CALLS_OLD(DECLARE)
#undef DECLARE
};

struct rsa {
	struct rsa_calls call;
	/* Our own, which no configuration changes. */
	OSSL_LIB_CTX *lib;
	EVP_CIPHER *cbc;
	EVP_CIPHER *ctr;
};

#endif
