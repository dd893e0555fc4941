/* SPDX-License-Identifier: MIT */
/*
 * Fingerprints and message ids, and how people read and type them.
 *
 * The text form is base32 of RFC 4648 §6 in lower case without padding.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FP_SIZE = 32,
	FP_TEXT_SIZE = 52 + 1, /* 256 bits in base32, and NUL */
	MSG_ID_SIZE = 16,
	MSG_ID_TEXT_SIZE = 26 + 1, /* 128 bits in base32, and NUL */
	INSTANCE_SIZE = 8,
	TAG_SHORT = 4, /* characters of a fingerprint shown beside a name */
	TAG_LONG = 8,  /* the same where two names look alike */
};

/* The identity of a peer: a hash over both of its public keys. */
struct fp {
	uint8_t b[FP_SIZE];
};

struct msg_id {
	uint8_t b[MSG_ID_SIZE];
};

bool fp_equal(const struct fp *a, const struct fp *b);
/* Total order over fingerprints, as memcmp. */
int fp_compare(const struct fp *a, const struct fp *b);
bool fp_is_zero(const struct fp *fp);
/* Returns out. */
const char *fp_text(const struct fp *fp, char out[static FP_TEXT_SIZE]);
/* The first n characters of the text form; out holds n + 1. Returns out. */
const char *fp_tag(const struct fp *fp, size_t n, char *out);
/* In upper or lower case. 0 or ERR_FORMAT. */
int fp_parse(const char *text, struct fp *ret_fp);

bool msg_id_equal(const struct msg_id *a, const struct msg_id *b);
/* Returns out. */
const char *msg_id_text(
    const struct msg_id *id, char out[static MSG_ID_TEXT_SIZE]);
/* In upper or lower case. 0 or ERR_FORMAT. */
int msg_id_parse(const char *text, struct msg_id *ret_id);

#endif
