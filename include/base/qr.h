/* SPDX-License-Identifier: MIT */
/*
 * A QR code of ISO/IEC 18004, of one size: version 3 with error correction M,
 * which holds 61 characters of its alphanumeric set.
 */
#ifndef BASE_QR_H
#define BASE_QR_H

#include <stdbool.h>
#include <stdint.h>

enum { QR_SIZE = 29, QR_TEXT_MAX = 61 };

struct qr {
	bool dark[QR_SIZE][QR_SIZE]; /* by row and column */
};

/* 0; ERR_LIMIT when it is too long, ERR_FORMAT when it has other characters
 * than 0-9, A-Z, blank and $%*+-./: */
int qr_make(const char *text, struct qr *ret_qr);

#endif
