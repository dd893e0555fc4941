/* SPDX-License-Identifier: MIT */
#ifndef WIRE_IPMSG_KEYS_H
#define WIRE_IPMSG_KEYS_H

#include "wire/ipmsg_crypt.h"

struct ipmsg_keys {
	struct rsa *rsa;
	struct rsa_key *large; /* of 2048 bits: signs */
	struct rsa_key *small; /* of 1024 bits; NULL: none */
};

#endif
