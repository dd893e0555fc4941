/* SPDX-License-Identifier: MIT */
#include "base/err.h"

static const char *const err_texts[] = {
	[-ERR_NONE] = "no error",
	[-ERR_SHORT] = "ends too early",
	[-ERR_FORMAT] = "malformed",
	[-ERR_AUTH] = "authentication failed",
	[-ERR_STATE] = "not possible now",
	[-ERR_LIMIT] = "too much",
	[-ERR_VERSION] = "version not supported",
	[-ERR_IDENTITY] = "not the expected identity",
	[-ERR_REPLAY] = "seen before",
	[-ERR_UNSUPPORTED] = "not supported",
	[-ERR_NOT_FOUND] = "not found",
	[-ERR_AMBIGUOUS] = "more than one fits",
	[-ERR_TIMEOUT] = "timed out",
	[-ERR_CLOSED] = "closed by the other end",
	[-ERR_SYS] = "system error",
	[-ERR_PERMISSION] = "open to others, or not ours",
};

const char *
err_text(int err)
{
	const int count = (int)(sizeof err_texts / sizeof err_texts[0]);

	if (err > 0 || err <= -count)
		return "unknown error";
	return err_texts[-err];
}
