/* SPDX-License-Identifier: MIT */
/*
 * Messages as rows of a given width. Only what is looked at is ever wrapped,
 * so the length of a conversation costs nothing.
 */
#ifndef UI_TRANSCRIPT_H
#define UI_TRANSCRIPT_H

#include "ui/view.h"
#include "ui/wrap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NICK_CELLS_MIN = 3,
	NICK_CELLS_MAX = 12,
	COMPACT_INDENT = 3,
	GROUP_MS = 5 * 60 * 1000, /* one sender's lines stand together */
	TIME_CELLS = 6,           /* with the blank behind it */
	MARK_CELLS = 3,
	BAR_CELLS = 3,
	REASON_SIZE = 256,
	COLS_TIME = 24, /* narrower: no time */
};

struct transcript {
	const struct frame *f;
	const struct conv *c;
	struct rect r;
	struct rect peek; /* a rule and the newest, below a frozen view */
	bool compact;
	int time;        /* cells of the gutter for times; 0: none */
	int nick;        /* the same for names */
	int text, right; /* columns where text begins and ends */
	int rest;        /* where its further rows begin */
};

/* The rows of one message, top to bottom. */
struct item {
	const struct message *msg;
	const char *mark; /* "PUBLIC ", "PLAIN ", "* " or "", before the text */
	int from;         /* column of the first row's text */
	/* A row each, before the text. */
	bool day, marker, missing, quote;
	bool selected;   /* in message mode, or found */
	bool follows;    /* the line before is of the same sender */
	bool edited;     /* so it says behind the text */
	bool edited_row; /* in a row of its own */
	bool reacted;    /* a row behind it, and then */
	const struct transfer *transfer; /* NULL; rows behind it: */
	size_t transfer_rows;
	size_t reason_rows; /* why it failed */
	size_t lead;        /* rows before the text */
	size_t text_rows, rows;
	int text_end; /* column behind its last row */
};

/* f->c must be there. The rectangle is that of the chat without the peek. */
void transcript_init(struct transcript *t, const struct frame *f);
void transcript_item(
    const struct transcript *t, uint64_t serial, struct item *ret_item);
/* Draws the rows of an item whose first is at row top, as far as they lie in
 * the rectangle. */
void transcript_draw(
    const struct transcript *t, const struct item *item, int top);
/* How a file stands, with a gauge where there is room (caller frees). */
char *transcript_file(const struct transcript *t, const struct item *item);
/* Starts on the rows of the text. */
void transcript_wrap(
    const struct transcript *t, const struct item *item, struct wrap *w);
/* Why it failed, "" where it did not. Returns out. */
const char *reason_text(const struct lang *l, const struct message *msg,
    char out[static REASON_SIZE]);
/* What stands for the text of a message. */
const char *message_text(
    const struct model *m, const struct message *msg, size_t *ret_size);
/* A notice or an error of earshot itself. */
bool message_is_own(const struct message *msg);
/* The sender in so many cells. Returns out. */
const char *message_nick(const struct frame *f, const struct message *msg,
    int cells, char out[static PEER_LABEL_SIZE]);
/* "." queued, ">" sent, …, "!" failed or an error; "" where there is none. */
const char *delivery_mark(const struct frame *f, const struct message *msg);
/* The place of the frozen view, made valid for this size. */
struct place transcript_place(const struct transcript *t, const struct win *w);
/* Moves the place; false when that is past the end. */
bool transcript_down(const struct transcript *t, struct place *p, size_t rows);
/* Rows from the first to the place, counted up to max. */
size_t transcript_rows_above(
    const struct transcript *t, struct place p, size_t max);
/* New messages of others below a frozen view. */
unsigned transcript_new_below(const struct frame *f);

#endif
