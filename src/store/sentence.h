/* SPDX-License-Identifier: MIT */
/*
 * The sentences that go with a failure of the store. fail() says its format in
 * the language that home_speak() chose.
 */
#ifndef STORE_SENTENCE_H
#define STORE_SENTENCE_H

#include "base/lang.h"

/* The language of all sentences of the store; NULL: English. */
const struct lang *sentence_lang(void);
/* Puts a new string (caller frees) into *ret_error. Leaves errno alone and
 * returns err, so that a caller can say "return fail(ret_error, ERR_SYS, …)".
 */
__attribute__((format(printf, 3, 4))) int fail(
    char **ret_error, int err, const char *format, ...);

#endif
