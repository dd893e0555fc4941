/* SPDX-License-Identifier: MIT */
/*
 * Small programs send "hello" and read what one recv() gives: no line ends,
 * and "exit" is compared with the whole of it. Terminals send lines and show
 * none without an end. So ours end the way theirs did, and until they have
 * said something, as lines.
 */
#include "proto/framing.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH_SIZE = 4 };

enum ending { ENDING_LF, ENDING_CRLF, ENDING_NONE };

struct framing {
	enum framing_kind kind;
	struct buf in;
	size_t taken;       /* of in: given out by the last framing_next */
	size_t looked;      /* of in: there is no LF before it */
	enum ending ending; /* of theirs */
	bool ended, broken;
	bool quiet; /* what is there counts, with an end or without */
	int64_t quiet_ms;
};

static const char *const texts[] = {
	[FRAMING_LINE] = "line",
	[FRAMING_LENGTH] = "length",
	[FRAMING_LENGTH_LE] = "length-le",
	[FRAMING_DATAGRAM] = "datagram",
};

const char *
framing_text(enum framing_kind kind)
{
	return texts[kind];
}

int
framing_parse(const char *text, enum framing_kind *ret_kind)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i], text) != 0)
			continue;
		*ret_kind = (enum framing_kind)i;
		return 0;
	}
	return ERR_NOT_FOUND;
}

struct framing *
framing_new(enum framing_kind kind)
{
	struct framing *f = xcalloc(1, sizeof(*f));

	f->kind = kind;
	f->quiet_ms = NEVER_MS;
	buf_init(&f->in, LENGTH_SIZE + FRAMING_MAX + FRAMING_INPUT_MAX);
	return f;
}

void
framing_free(struct framing *f)
{
	if (f == NULL)
		return;
	buf_clear(&f->in);
	free(f);
}

enum framing_kind
framing_kind(const struct framing *f)
{
	return f->kind;
}

/* What was given out is valid until the next call, which is now. */
static void
let_go(struct framing *f)
{
	buf_consume(&f->in, f->taken);
	f->taken = 0;
}

void
framing_change(struct framing *f, enum framing_kind kind)
{
	let_go(f);
	f->kind = kind;
	f->looked = 0;
	f->quiet = buf_size(&f->in) > 0;
	f->quiet_ms = NEVER_MS;
}

void
framing_input(struct framing *f, struct now now, const uint8_t *bytes, size_t n)
{
	let_go(f);
	assert(n <= FRAMING_INPUT_MAX);
	if (f->broken)
		return;
	int err = buf_append(&f->in, bytes, n);
	assert(err == 0);
	(void)err;
	f->quiet = false;
	f->quiet_ms = NEVER_MS;
	if (f->kind == FRAMING_LINE && n > 0)
		f->quiet_ms = now.mono_ms + FRAMING_QUIET_MS;
}

void
framing_end(struct framing *f)
{
	f->ended = true;
}

size_t
framing_left(const struct framing *f)
{
	return buf_size(&f->in) - f->taken;
}

int64_t
framing_deadline(const struct framing *f)
{
	return framing_left(f) > 0 ? f->quiet_ms : NEVER_MS;
}

void
framing_tick(struct framing *f, struct now now)
{
	if (framing_deadline(f) > now.mono_ms)
		return;
	f->quiet = true;
	f->quiet_ms = NEVER_MS;
}

static int
give(struct framing *f, struct framing_message *ret_message, size_t skip,
    size_t size, size_t taken)
{
	*ret_message = (struct framing_message){
		.bytes = size == 0 ? NULL : buf_data(&f->in) + skip,
		.size = size,
	};
	f->taken = taken;
	f->looked = 0;
	return 1;
}

/* Up to max bytes, and no character of UTF-8 in two. */
static size_t
cut_before(const uint8_t *p, size_t max)
{
	size_t at = max;

	while (at > max - 3 && (p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static int
give_piece(struct framing *f, struct framing_message *ret_message)
{
	size_t at = cut_before(buf_data(&f->in), FRAMING_MAX);

	give(f, ret_message, 0, at, at);
	ret_message->cut = true;
	return 1;
}

static int
next_line(struct framing *f, struct framing_message *ret_message)
{
	const uint8_t *p = buf_data(&f->in);
	size_t n = buf_size(&f->in);

	if (n == 0)
		return 0;
	const uint8_t *lf = memchr(p + f->looked, '\n', n - f->looked);
	size_t size = lf == NULL ? n : (size_t)(lf - p);
	if (size > FRAMING_MAX)
		return give_piece(f, ret_message);
	if (lf == NULL) {
		f->looked = n;
		if (!f->ended && !f->quiet)
			return 0;
		f->ending = f->ended ? f->ending : ENDING_NONE;
		return give(f, ret_message, 0, n, n);
	}
	bool cr = size > 0 && p[size - 1] == '\r';
	f->ending = cr ? ENDING_CRLF : ENDING_LF;
	return give(f, ret_message, 0, size - (cr ? 1 : 0), size + 1);
}

static uint32_t
read_length(const struct framing *f, const uint8_t *p)
{
	if (f->kind == FRAMING_LENGTH)
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		       (uint32_t)p[2] << 8 | p[3];
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static int
next_record(struct framing *f, struct framing_message *ret_message)
{
	const uint8_t *p = buf_data(&f->in);
	size_t n = buf_size(&f->in);

	if (n < LENGTH_SIZE)
		return 0;
	uint32_t size = read_length(f, p);
	f->broken |= size > FRAMING_MAX;
	if (f->broken)
		return ERR_FORMAT;
	if (n - LENGTH_SIZE < size)
		return 0;
	return give(f, ret_message, LENGTH_SIZE, size, LENGTH_SIZE + size);
}

static int
next_chunk(struct framing *f, struct framing_message *ret_message)
{
	size_t n = buf_size(&f->in);

	if (n > FRAMING_MAX)
		return give_piece(f, ret_message);
	return n == 0 ? 0 : give(f, ret_message, 0, n, n);
}

int
framing_next(struct framing *f, struct framing_message *ret_message)
{
	let_go(f);
	if (f->broken)
		return ERR_FORMAT;
	switch (f->kind) {
	case FRAMING_LENGTH:
	case FRAMING_LENGTH_LE:
		return next_record(f, ret_message);
	case FRAMING_DATAGRAM:
		return next_chunk(f, ret_message);
	case FRAMING_LINE:
		break;
	}
	return next_line(f, ret_message);
}

static void
put_length(const struct framing *f, uint8_t *out, size_t n)
{
	for (unsigned i = 0; i < LENGTH_SIZE; i++) {
		unsigned shift = f->kind == FRAMING_LENGTH ? 24 - 8 * i : 8 * i;
		out[i] = (uint8_t)(n >> shift);
	}
}

static size_t
put_lines(const struct framing *f, const uint8_t *text, size_t n, uint8_t *out)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' && f->ending == ENDING_CRLF)
			out[size++] = '\r';
		out[size++] = text[i];
	}
	if (f->ending == ENDING_CRLF)
		out[size++] = '\r';
	if (f->ending != ENDING_NONE)
		out[size++] = '\n';
	return size;
}

int
framing_encode(const struct framing *f, const uint8_t *text, size_t n,
    uint8_t **ret_bytes, size_t *ret_size)
{
	if (n > FRAMING_MAX)
		return ERR_LIMIT;
	uint8_t *out = xmalloc(2 * n + LENGTH_SIZE);
	size_t size = 0;
	switch (f->kind) {
	case FRAMING_LINE:
		size = put_lines(f, text, n, out);
		break;
	case FRAMING_LENGTH:
	case FRAMING_LENGTH_LE:
		put_length(f, out, n);
		size = LENGTH_SIZE;
		break;
	case FRAMING_DATAGRAM:
		break;
	}
	if (f->kind != FRAMING_LINE && n > 0) {
		memcpy(out + size, text, n);
		size += n;
	}
	*ret_bytes = out;
	*ret_size = size;
	return 0;
}
