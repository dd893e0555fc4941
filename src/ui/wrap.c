/* SPDX-License-Identifier: MIT */
/*
 * A greedy filler with one memory: the last place where the row could end.
 * Kinsoku is the light form: no closing mark starts a row if moving a few
 * characters prevents it.
 */
#include "ui/wrap.h"

#include "base/utf8.h"
#include "base/width.h"
#include "ui/emoji.h"

#include <stdint.h>
#include <string.h>

enum {
	/* Clusters taken along to keep closing marks from a row's start. */
	PULL_MAX = 3,
};

/* Scripts that are written without blanks, and emoji. */
static const struct {
	uint32_t first, last;
} ideographic[] = {
	{ 0x2E80, 0x2FDF },   /* radicals */
	{ 0x3001, 0x30FF },   /* punctuation, kana */
	{ 0x31F0, 0x4DBF },   /* kana, enclosed, extension A */
	{ 0x4E00, 0x9FFF },   /* unified ideographs */
	{ 0xF900, 0xFAFF },   /* compatibility */
	{ 0xFF01, 0xFF9F },   /* full width, half width kana */
	{ 0x1F300, 0x1FAFF }, /* emoji */
	{ 0x20000, 0x3FFFD },
};

/* Both sorted. */
static const uint16_t closing[] = { '!', ')', ',', '.', ':', ';', '?', ']', '}',
	0xBB, 0x2019, 0x201D, 0x2026, 0x203A, 0x3001, 0x3002, 0x3005, 0x3009,
	0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x3017, 0x3019, 0x301B, 0x3041,
	0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x30A1,
	0x30A3, 0x30A5, 0x30A7, 0x30A9, 0x30C3, 0x30E3, 0x30E5, 0x30E7, 0x30FB,
	0x30FC, 0xFF01, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D,
	0xFF5D, 0xFF60, 0xFF61, 0xFF63, 0xFF64, 0xFF70 };

static const uint16_t opening[] = { '(', '[', '{', 0xAB, 0x2018, 0x201C, 0x2039,
	0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0x3016, 0x3018, 0x301A,
	0xFF08, 0xFF3B, 0xFF5B, 0xFF5F, 0xFF62 };

struct piece {
	uint32_t cp; /* the first of the cluster */
	size_t at, size;
	int cells;
	bool is_blank; /* and nothing on top of it */
};

/* A row while it is filled. */
struct fill {
	size_t start, at; /* bytes [start, at) are in the row */
	int cells;
	struct wrap_row end; /* where it could end; size 0: nowhere yet */
	size_t next;         /* where the next row would start then */
	struct wrap_row cut; /* the same, inside a word */
	int pull;            /* clusters behind cut */
	struct piece last;
};

static bool
has_mark(const uint16_t *table, size_t count, uint32_t cp)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (table[middle] < cp)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && table[low] == cp;
}

static bool
is_closing(uint32_t cp)
{
	return has_mark(closing, sizeof(closing) / sizeof(closing[0]), cp);
}

static bool
is_opening(uint32_t cp)
{
	return has_mark(opening, sizeof(opening) / sizeof(opening[0]), cp);
}

static bool
is_ideographic(uint32_t cp)
{
	enum { LOWEST = 0x2E80 };

	if (cp < LOWEST)
		return false;
	for (size_t i = 0; i < sizeof(ideographic) / sizeof(ideographic[0]);
	     i++)
		if (cp >= ideographic[i].first && cp <= ideographic[i].last)
			return true;
	return false;
}

static bool
is_blank(uint32_t cp)
{
	enum { IDEOGRAPHIC_SPACE = 0x3000 };

	return cp == ' ' || cp == '\t' || cp == IDEOGRAPHIC_SPACE;
}

void
wrap_init(struct wrap *w, const char *text, size_t size, int first, int rest)
{
	*w = (struct wrap){
		.text = text,
		.size = size,
		.width = first < 1 ? 1 : first,
		.rest = rest < 1 ? 1 : rest,
	};
}

static struct piece
piece_at(const struct wrap *w, size_t at)
{
	struct piece piece = { .at = at };

	piece.size = cluster_next(w->text + at, w->size - at, &piece.cells);
	size_t n = utf8_decode(w->text + at, w->size - at, &piece.cp, NULL);
	if (w->names)
		piece.cells = emoji_width(true, w->text + at, piece.size);
	piece.is_blank = is_blank(piece.cp) && n == piece.size;
	return piece;
}

static void
mark_end(struct fill *f, size_t next)
{
	f->end = (struct wrap_row){ f->start, f->at - f->start, f->cells };
	f->next = next;
}

/* Notes whether the row could end before the piece. */
static void
note_break(struct fill *f, const struct piece *piece)
{
	const struct piece *before = &f->last;

	if (f->at == f->start)
		return;
	if (piece->is_blank) {
		if (!before->is_blank)
			mark_end(f, piece->at + piece->size);
		else if (f->end.size > 0)
			f->next = piece->at + piece->size;
		return;
	}
	if (before->is_blank || is_closing(piece->cp) || is_opening(before->cp))
		return;
	if (is_ideographic(piece->cp) || is_ideographic(before->cp))
		mark_end(f, piece->at);
}

static void
note_cut(struct fill *f, const struct piece *piece)
{
	f->pull++;
	if (f->at == f->start || is_closing(piece->cp) ||
	    is_opening(f->last.cp))
		return;
	f->cut = (struct wrap_row){ f->start, f->at - f->start, f->cells };
	f->pull = 0;
}

/* The row is full: where it ends, and where the next one starts. */
static struct wrap_row
break_row(const struct fill *f, size_t *ret_next)
{
	if (f->end.size > 0) {
		*ret_next = f->next;
		return f->end;
	}
	struct wrap_row row = { f->start, f->at - f->start, f->cells };
	if (f->cut.size > 0 && f->pull <= PULL_MAX)
		row = f->cut;
	*ret_next = row.offset + row.size;
	return row;
}

/* The row that a \n or the end of the text ends. Blanks may hang over. */
static struct wrap_row
last_row(const struct fill *f, int width)
{
	if (f->cells > width && f->end.size > 0)
		return f->end;
	return (struct wrap_row){ f->start, f->at - f->start, f->cells };
}

/* False when the piece is for the next row. */
static bool
fill_piece(struct fill *f, const struct piece *piece, int width)
{
	note_break(f, piece);
	note_cut(f, piece);
	bool fits = piece->cells <= width - f->cells;
	bool hangs = piece->is_blank && f->end.size > 0;
	if (!fits && !hangs && f->at > f->start)
		return false;
	f->at += piece->size;
	f->cells += piece->cells;
	f->last = *piece;
	return true;
}

/* Nothing has more cells than bytes but an emoji's name, so most rows fit
 * without a look at their words. */
static bool
fits_whole(const struct wrap *w, int width, size_t *ret_size)
{
	size_t left = w->size - w->at;
	size_t seen = left <= (size_t)width ? left : (size_t)width + 1;
	const char *end =
	    seen == 0 ? NULL : memchr(w->text + w->at, '\n', seen);

	*ret_size = end == NULL ? left : (size_t)(end - w->text) - w->at;
	/* \r\n is one cluster, which ends no row. */
	if (end != NULL && *ret_size > 0 && end[-1] == '\r')
		return false;
	return !w->names && *ret_size <= (size_t)width;
}

static void
begin_next(struct wrap *w, size_t end)
{
	w->done = end == w->size;
	w->at = w->done ? end : end + 1;
}

bool
wrap_next(struct wrap *w, struct wrap_row *ret_row)
{
	struct fill f = { .start = w->at, .at = w->at };
	int width = w->width;
	size_t size;

	if (w->done)
		return false;
	w->width = w->rest;
	if (fits_whole(w, width, &size)) {
		*ret_row = (struct wrap_row){ w->at, size,
			width_text(w->text + w->at, size) };
		begin_next(w, w->at + size);
		return true;
	}
	while (f.at < w->size && w->text[f.at] != '\n') {
		struct piece piece = piece_at(w, f.at);
		if (fill_piece(&f, &piece, width))
			continue;
		*ret_row = break_row(&f, &w->at);
		return true;
	}
	*ret_row = last_row(&f, width);
	begin_next(w, f.at);
	return true;
}

size_t
wrap_count(const char *text, size_t size, int first, int rest)
{
	struct wrap w;
	struct wrap_row row;
	size_t count = 0;

	wrap_init(&w, text, size, first, rest);
	while (wrap_next(&w, &row))
		count++;
	return count;
}

void
wrap_locate(const struct wrap *start, size_t at, size_t *ret_row, int *ret_col)
{
	struct wrap w = *start;
	struct wrap_row row;
	int width = w.width;
	size_t count = 0;

	while (wrap_next(&w, &row) && at >= w.at && !w.done) {
		width = w.width;
		count++;
	}
	int col = width_text(w.text + row.offset, at - row.offset);
	*ret_row = count;
	*ret_col = col < width ? col : width;
}
