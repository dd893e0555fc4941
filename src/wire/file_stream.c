/* SPDX-License-Identifier: MIT */
#include "wire/file_stream.h"

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"

#include <string.h>

enum tag { TAG_FILE = 1, TAG_ENTER = 2, TAG_LEAVE = 3 };

static void
put_name(struct wr *w, const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > FILE_STREAM_NAME_MAX)
		w->failed = true;
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, name, n);
}

int
file_stream_put(const struct file_piece *piece,
    uint8_t out[static FILE_STREAM_HEADER_MAX], size_t *ret_size)
{
	struct wr w = wr_to(out, FILE_STREAM_HEADER_MAX);

	switch (piece->kind) {
	case FILE_PIECE_FILE:
		wr_u8(&w, TAG_FILE);
		wr_u64(&w, (uint64_t)piece->mtime);
		wr_u64(&w, piece->size);
		put_name(&w, piece->name);
		break;
	case FILE_PIECE_ENTER:
		wr_u8(&w, TAG_ENTER);
		wr_u64(&w, (uint64_t)piece->mtime);
		put_name(&w, piece->name);
		break;
	case FILE_PIECE_LEAVE:
		wr_u8(&w, TAG_LEAVE);
		break;
	default:
		return ERR_FORMAT;
	}
	if (w.failed)
		return ERR_FORMAT;
	*ret_size = w.size;
	return 0;
}

/* 1, 0 while it is incomplete, or an error. */
static int
get_name(struct file_stream *s, struct rd *rd)
{
	size_t n = rd_u16(rd);

	if (rd->failed)
		return 0;
	if (n > FILE_STREAM_NAME_MAX)
		return ERR_LIMIT;
	if (n == 0)
		return ERR_FORMAT;
	const uint8_t *p = rd_span(rd, n);
	if (p == NULL)
		return 0;
	if (memchr(p, 0, n) != NULL)
		return ERR_FORMAT;
	memcpy(s->name, p, n);
	s->name[n] = '\0';
	return 1;
}

static int64_t
get_mtime(struct rd *rd)
{
	uint64_t bits = rd_u64(rd);
	int64_t mtime;

	memcpy(&mtime, &bits, sizeof(mtime));
	return mtime;
}

static int
get_file(struct file_stream *s, struct rd *rd, struct file_piece *piece)
{
	*piece = (struct file_piece){
		.kind = FILE_PIECE_FILE, .name = s->name, .mtime = get_mtime(rd)
	};
	piece->size = rd_u64(rd);
	int more = get_name(s, rd);
	if (more != 1)
		return more;
	/* No disk has more, and it would turn negative further on. */
	if (piece->size > INT64_MAX)
		return ERR_LIMIT;
	s->left = piece->size;
	return 1;
}

static int
get_enter(struct file_stream *s, struct rd *rd, struct file_piece *piece)
{
	*piece = (struct file_piece){ .kind = FILE_PIECE_ENTER,
		.name = s->name,
		.mtime = get_mtime(rd) };
	int more = get_name(s, rd);
	if (more != 1)
		return more;
	if (s->depth >= FILE_DEPTH_MAX)
		return ERR_LIMIT;
	s->depth++;
	return 1;
}

static int
get_leave(struct file_stream *s, struct file_piece *piece)
{
	if (s->depth == 0)
		return ERR_FORMAT;
	s->depth--;
	*piece = (struct file_piece){ .kind = FILE_PIECE_LEAVE };
	return 1;
}

static int
get_header(struct file_stream *s, struct rd *rd, struct file_piece *piece)
{
	switch (rd_u8(rd)) {
	case TAG_FILE:
		return get_file(s, rd, piece);
	case TAG_ENTER:
		return get_enter(s, rd, piece);
	case TAG_LEAVE:
		return get_leave(s, piece);
	default:
		return ERR_FORMAT;
	}
}

static size_t
get_bytes(
    struct file_stream *s, const uint8_t *p, size_t n, struct file_piece *piece)
{
	size_t count = n > s->left ? (size_t)s->left : n;

	*piece = (struct file_piece){
		.kind = FILE_PIECE_BYTES, .bytes = p, .count = count
	};
	s->left -= count;
	return count;
}

int
file_stream_next(struct file_stream *s, const uint8_t *p, size_t n,
    struct file_piece *ret_piece, size_t *ret_taken)
{
	struct rd rd = rd_of(p, n);

	if (n == 0)
		return 0;
	if (s->over)
		return ERR_FORMAT;
	if (s->left > 0) {
		*ret_taken = get_bytes(s, p, n, ret_piece);
	} else {
		struct file_piece piece;
		int more = get_header(s, &rd, &piece);
		if (more != 1)
			return more;
		*ret_piece = piece;
		*ret_taken = n - rd.left;
	}
	s->over = s->depth == 0 && s->left == 0;
	return 1;
}
