/* SPDX-License-Identifier: MIT */
/*
 * The stream of a folder. Each header says how long it is, counted from its
 * own first digit, so it is collected whole and only then looked at.
 */
#include "base/err.h"
#include "wire/ipmsg_attributes.h"
#include "wire/ipmsg_files.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

enum {
	/* iptux once wrote three; everybody else four. */
	LENGTH_DIGITS_MIN = 3,
	LENGTH_DIGITS_MAX = 4,
};

void
ipmsg_stream_init(
    struct ipmsg_stream *s, uint64_t bytes_max, uint64_t entries_max)
{
	memset(s, 0, sizeof(*s));
	s->bytes_max = bytes_max;
	s->entries_max = entries_max;
}

/* One more digit, or the colon behind them. */
static int
take_length(struct ipmsg_stream *s, uint8_t c)
{
	struct ipmsg_text digits = { s->header, s->header_size, false };
	uint64_t want;

	s->header[s->header_size++] = c;
	if (c != ':')
		return s->header_size > LENGTH_DIGITS_MAX ? ERR_FORMAT : 0;
	if (digits.size < LENGTH_DIGITS_MIN ||
	    ipmsg_scan_hex(digits, &want) < 0)
		return ERR_FORMAT;
	if (want <= s->header_size)
		return ERR_FORMAT;
	if (want > IPMSG_STREAM_HEADER_MAX)
		return ERR_LIMIT;
	s->header_want = (size_t)want;
	return 0;
}

/* 1 when a header is complete, 0 when the bytes are used up. */
static int
take_header(struct ipmsg_stream *s, const uint8_t **p, size_t *n)
{
	while (s->header_want == 0) {
		if (*n == 0)
			return 0;
		int err = take_length(s, **p);
		if (err < 0)
			return err;
		++*p;
		--*n;
	}
	size_t take = s->header_want - s->header_size;
	if (take > *n)
		take = *n;
	if (take > 0)
		memcpy(s->header + s->header_size, *p, take);
	s->header_size += take;
	*p += take;
	*n -= take;
	return s->header_size == s->header_want;
}

static int
decode_header(struct ipmsg_stream *s, struct ipmsg_file *file)
{
	struct ipmsg_text left = { s->header, s->header_size, false };
	struct ipmsg_text field;
	int err;

	if (s->header[s->header_size - 1] != ':')
		return ERR_FORMAT;
	ipmsg_scan_field(&left, ':', &field);
	if ((err = ipmsg_attributes_name(&left, file)) < 0)
		return err;
	if (!ipmsg_scan_field(&left, ':', &field))
		return ERR_FORMAT;
	if ((err = ipmsg_attributes_size(field, &file->size)) < 0)
		return err;
	return ipmsg_attributes_decode(left, file);
}

static int
begin_file(struct ipmsg_stream *s, const struct ipmsg_file *file)
{
	if (file->size > s->bytes_max - s->bytes)
		return ERR_LIMIT;
	s->bytes += file->size;
	s->left = file->size;
	return IPMSG_STREAM_FILE;
}

/* What a header does: a kind of event, or an error. */
static int
apply(struct ipmsg_stream *s, const struct ipmsg_file *file)
{
	int kind = IPMSG_STREAM_SKIPPED;

	switch (file->type) {
	case IPMSG_FILE_DIR:
		if (s->depth == IPMSG_STREAM_DEPTH_MAX)
			return ERR_LIMIT;
		s->depth++;
		kind = IPMSG_STREAM_ENTER;
		break;
	case IPMSG_FILE_RETPARENT:
		if (s->depth == 0)
			return ERR_FORMAT;
		s->depth--;
		return IPMSG_STREAM_LEAVE;
	case IPMSG_FILE_RESFORK:
		kind = begin_file(s, file);
		s->swallow = true;
		if (kind == IPMSG_STREAM_FILE)
			kind = IPMSG_STREAM_SKIPPED;
		break;
	case IPMSG_FILE_REGULAR:
	case IPMSG_FILE_CLIPBOARD:
		kind = begin_file(s, file);
		s->swallow = false;
		break;
	default:
		break;
	}
	if (kind == IPMSG_STREAM_SKIPPED && !s->began)
		return ERR_FORMAT;
	return kind;
}

static void
describe(struct ipmsg_stream *s, const struct ipmsg_file *file,
    struct ipmsg_stream_event *event)
{
	/* The header is read: its place serves for the name, which the event
	 * borrows. */
	memcpy(s->header, file->name, file->name_size + 1);
	event->name = s->header;
	event->name_size = file->name_size;
	if (event->kind == IPMSG_STREAM_FILE)
		event->size = file->size;
	event->mtime = file->mtime;
	event->mode = file->mode;
}

static int
next_header(struct ipmsg_stream *s, const uint8_t **p, size_t *n,
    struct ipmsg_stream_event *event)
{
	struct ipmsg_file file = { .clipboard = -1 };
	int kind = take_header(s, p, n);

	if (kind <= 0)
		return kind;
	if ((kind = decode_header(s, &file)) < 0 ||
	    (kind = apply(s, &file)) < 0)
		return kind;
	if (s->entries++ == s->entries_max)
		return ERR_LIMIT;
	s->began = true;
	event->kind = (uint8_t)kind;
	if (kind != IPMSG_STREAM_LEAVE)
		describe(s, &file, event);
	s->header_size = 0;
	s->header_want = 0;
	return 1;
}

/* True when there is an event of bytes. */
static bool
next_bytes(struct ipmsg_stream *s, const uint8_t **p, size_t *n,
    struct ipmsg_stream_event *event)
{
	size_t take = *n < s->left ? *n : (size_t)s->left;

	if (take > 0 && !s->swallow) {
		event->kind = IPMSG_STREAM_BYTES;
		event->bytes = *p;
		event->count = take;
	}
	*p += take;
	*n -= take;
	s->left -= take;
	return event->count > 0;
}

int
ipmsg_stream_next(struct ipmsg_stream *s, const uint8_t **p, size_t *n,
    struct ipmsg_stream_event *ret_event)
{
	memset(ret_event, 0, sizeof(*ret_event));
	if (s->err < 0 || s->ended)
		return s->err;
	if (s->left > 0) {
		if (next_bytes(s, p, n, ret_event))
			return 1;
		if (s->left > 0)
			return 0;
	}
	if (s->began && s->depth == 0) {
		s->ended = true;
		ret_event->kind = IPMSG_STREAM_END;
		return 1;
	}
	int more = next_header(s, p, n, ret_event);
	if (more < 0)
		s->err = more;
	return more;
}

void
ipmsg_stream_put(struct wr *w, const struct ipmsg_file *file)
{
	static const char hex[] = "0123456789abcdef";
	bool leaves = file->type == IPMSG_FILE_RETPARENT;
	size_t start = w->size;

	ipmsg_scan_put_text(w, "0000:");
	if (leaves)
		wr_u8(w, '.');
	else
		ipmsg_attributes_put_name(w, file);
	wr_u8(w, ':');
	ipmsg_scan_put_hex(
	    w, file->type == IPMSG_FILE_REGULAR ? file->size : 0);
	wr_u8(w, ':');
	ipmsg_scan_put_hex(w, file->type);
	wr_u8(w, ':');
	if (!leaves) {
		ipmsg_attributes_put(w, IPMSG_KEY_PERM, file->mode);
		ipmsg_attributes_put(w, IPMSG_KEY_MTIME,
		    file->mtime > 0 ? (uint64_t)file->mtime : 0);
	}
	size_t size = w->size - start;
	if (w->failed)
		return;
	for (size_t i = 0; i < 4; i++)
		w->p[start + i] = (uint8_t)hex[size >> (4 * (3 - i)) & 15];
}
