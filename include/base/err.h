/* SPDX-License-Identifier: MIT */
/*
 * The one list of expected failures.
 *
 * A function that can fail returns 0 or one of these negative values. Bugs are
 * asserted and exhaustion of memory aborts, so neither is listed here.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_NONE = 0,
	ERR_SHORT = -1,       /* the input ends too early */
	ERR_FORMAT = -2,      /* the input breaks its grammar */
	ERR_AUTH = -3,        /* a signature or an authentication tag is bad */
	ERR_STATE = -4,       /* not possible in this state */
	ERR_LIMIT = -5,       /* a named bound would be passed */
	ERR_VERSION = -6,     /* a version or suite we do not speak */
	ERR_IDENTITY = -7,    /* not the identity that was expected */
	ERR_UNSUPPORTED = -8, /* a critical field we do not know */
	ERR_NOT_FOUND = -9,
	ERR_AMBIGUOUS = -10, /* more than one fits */
	ERR_TIMEOUT = -11,
	ERR_CLOSED = -12,     /* the other end is gone */
	ERR_SYS = -13,        /* errno tells more; only net, store, tty, app */
	ERR_PERMISSION = -14, /* a file is open to others, or not ours */
};

#endif
