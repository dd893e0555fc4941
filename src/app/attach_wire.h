/* SPDX-License-Identifier: MIT */
/*
 * What a running earshot and the terminal of another process say to each other
 * once the control socket was asked to "attach": frames one way, keys the
 * other. A length of four bytes, a kind, and what it holds; both ends are of
 * one version (ATTACH_VERSION), and neither believes the other.
 */
#ifndef APP_ATTACH_WIRE_H
#define APP_ATTACH_WIRE_H

#include "app/terminal.h"
#include "base/buf.h"
#include "base/rd.h"
#include "ui/grid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ATTACH_VERSION = 1, /* rises with any change here */
	ATTACH_HEAD = 5,
	/* Bytes of a message to earshot: a paste, or what an editor wrote. */
	ATTACH_KEYS_MAX = 1024 * 1024,
	/* And of one to the terminal: a frame of the largest grid. */
	ATTACH_FRAME_MAX = 32 * 1024 * 1024,
	ATTACH_TEXT_MAX = 512 * 1024,
};

enum attach_kind {
	/* To the terminal. */
	ATTACH_FRAME = 1,
	ATTACH_WISH,
	ATTACH_REQUEST,
	ATTACH_SUSPEND,
	ATTACH_REDRAW,
	ATTACH_BYE,
	/* To earshot. */
	ATTACH_PRESS = 16,
	ATTACH_SIZE,
	ATTACH_ASCII,
	ATTACH_SHOWN, /* the frame is on the terminal: the next one may come */
	ATTACH_TELL,
	ATTACH_EDITED,
	ATTACH_ASIDE,
	ATTACH_SPELT,
};

/* Why it is over for a terminal. */
enum attach_bye {
	BYE_DETACHED, /* it was left; earshot goes on */
	BYE_ENDED,    /* earshot ends */
};

struct attach_message {
	enum attach_kind kind;
	struct rd body;
	size_t size; /* with its head; to be consumed */
};

/* A whole message at the front of what came: true; what it borrows is valid
 * until that is consumed. *ret_err: ERR_LIMIT when it is longer than max. */
bool attach_next(const struct buf *b, size_t max,
    struct attach_message *ret_message, int *ret_err);

/* Encoders append to a buffer. 0, or ERR_LIMIT with nothing appended. */

/* Rows from first on that differ from what was sent, which they are then.
 * sent: rows * cols cells; fresh: they are not known. */
int attach_frame(struct buf *b, const struct grid *g, enum part part, int first,
    struct cell *sent, bool fresh);
int attach_wish(struct buf *b, const struct terminal_wish *wish);
int attach_request(struct buf *b, const struct request *request);
int attach_press(struct buf *b, const struct press_event *ev);
int attach_size(struct buf *b, int rows, int cols);
/* ATTACH_ASCII, SHOWN, BYE. */
int attach_number(struct buf *b, enum attach_kind kind, uint32_t number);
/* One or two texts; the second may be NULL. */
int attach_texts(struct buf *b, enum attach_kind kind, const char *text,
    const char *more, uint8_t flag);
/* ATTACH_SUSPEND, REDRAW. */
int attach_empty(struct buf *b, enum attach_kind kind);

/* Decoders: false, and nothing or a part is done, when it is no such message.
 * Texts are new strings (caller frees). */

/* Into a grid, which takes the size of the frame. */
bool attach_read_frame(
    struct rd *r, struct grid *g, enum part *ret_part, int *ret_first);
/* *ret_opener is what wish->opener borrows; NULL: there is none. */
bool attach_read_wish(
    struct rd *r, struct terminal_wish *ret_wish, char **ret_opener);
bool attach_read_request(struct rd *r, struct request *ret_request);
/* The paste is borrowed. */
bool attach_read_press(struct rd *r, struct press_event *ret_event);
bool attach_read_size(struct rd *r, int *ret_rows, int *ret_cols);
bool attach_read_number(struct rd *r, uint32_t *ret_number);
bool attach_read_texts(
    struct rd *r, char **ret_text, char **ret_more, uint8_t *ret_flag);

#endif
