/* SPDX-License-Identifier: MIT */
/*
 * The keys of the vectors of IP Messenger, loaded.
 */
#ifndef SUPPORT_IPMSG_RING_H
#define SUPPORT_IPMSG_RING_H

#include "app/libcrypto.h"
#include "ipmsg_keys.h"
#include "wire/ipmsg_crypt.h"

/* Keys from one DER or two (NULL: one). NULL without libcrypto. */
static inline struct ipmsg_keys *
load_keys(const char *large, const char *small)
{
	uint8_t der[2 * KEY_DER_MAX];
	struct rsa_lib lib = libcrypto_load();
	struct ipmsg_keys *k = NULL;
	size_t n = key_der(large, der);

	if (small != NULL)
		n += key_der(small, der + n);
	if (ipmsg_keys_load(&lib, der, n, &k) != 0 && rsa_is_available())
		abort();
	return k;
}

static inline struct ipmsg_keys *
load_bob(void)
{
	return load_keys(bob_2048, bob_1024);
}

#endif
