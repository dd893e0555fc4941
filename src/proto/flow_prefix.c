/* SPDX-License-Identifier: MIT */
#include "proto/flow_prefix.h"

#include "base/mem.h"
#include "wire/file_stream.h"

#include <assert.h>
#include <stdlib.h>

_Static_assert(FLOW_HASH_SIZE == 32, "that of hash_stream_256");

struct flow_prefix {
	struct hash_stream *hash;
	uint64_t offsets[FLOW_MARKS_MAX];
	size_t count, next; /* those before next are passed */
	uint64_t offset, left;
	unsigned depth;
	struct flow_mark marks[FLOW_MARKS_MAX]; /* ascending */
	size_t mark_count;
};

struct flow_prefix *
flow_prefix_new(const uint64_t *offsets, size_t count)
{
	struct flow_prefix *p = xcalloc(1, sizeof(*p));

	assert(count >= 1 && count <= FLOW_MARKS_MAX);
	for (size_t i = 0; i < count; i++) {
		assert(offsets[i] > (i == 0 ? 0 : offsets[i - 1]));
		p->offsets[i] = offsets[i];
	}
	p->count = count;
	p->hash = hash_stream_new("earshot-file-v1");
	return p;
}

void
flow_prefix_free(struct flow_prefix *p)
{
	if (p == NULL)
		return;
	hash_stream_free(p->hash);
	free(p);
}

static void
mark_here(struct flow_prefix *p)
{
	struct flow_mark *m = &p->marks[p->mark_count++];

	*m = (struct flow_mark){
		.offset = p->offset, .left = p->left, .depth = p->depth
	};
	hash_stream_256(p->hash, m->hash);
}

/* An offset within a header is none where anybody could go on: it is passed
 * without a mark. */
static void
advance(struct flow_prefix *p, const void *bytes, size_t n)
{
	hash_stream_add(p->hash, bytes, n);
	p->offset += n;
	for (; p->next < p->count && p->offsets[p->next] <= p->offset;
	     p->next++) {
		if (p->offsets[p->next] == p->offset)
			mark_here(p);
	}
}

static size_t
add_bytes(struct flow_prefix *p, const uint8_t *bytes, size_t n)
{
	size_t taken = 0;

	while (taken < n && p->next < p->count) {
		uint64_t to_next = p->offsets[p->next] - p->offset;
		size_t part = n - taken < to_next ? n - taken : (size_t)to_next;
		p->left -= part < p->left ? part : p->left;
		advance(p, bytes + taken, part);
		taken += part;
	}
	return taken;
}

/* Where it leads, before a mark can be made there. */
static void
follow(struct flow_prefix *p, const struct file_piece *piece)
{
	if (piece->kind == FILE_PIECE_FILE)
		p->left = piece->size;
	else if (piece->kind == FILE_PIECE_ENTER)
		p->depth++;
	else
		p->depth -= p->depth > 0 ? 1 : 0;
}

size_t
flow_prefix_piece(struct flow_prefix *p, const struct file_piece *piece)
{
	uint8_t header[FILE_STREAM_HEADER_MAX];
	size_t n;

	if (piece->kind == FILE_PIECE_BYTES)
		return add_bytes(p, piece->bytes, piece->count);
	if (p->next == p->count || file_stream_put(piece, header, &n) != 0)
		return 0;
	follow(p, piece);
	advance(p, header, n);
	return 1;
}

void
flow_prefix_end(struct flow_prefix *p)
{
	uint64_t before = p->count > 1 ? p->offsets[p->count - 2] : 0;

	if (p->next == p->count - 1 && p->offset > before)
		mark_here(p);
	p->next = p->count;
}

uint64_t
flow_prefix_offset(const struct flow_prefix *p)
{
	return p->offset;
}

bool
flow_prefix_is_complete(const struct flow_prefix *p)
{
	return p->next == p->count;
}

size_t
flow_prefix_marks(
    const struct flow_prefix *p, struct flow_mark out[static FLOW_MARKS_MAX])
{
	for (size_t i = 0; i < p->mark_count; i++)
		out[i] = p->marks[p->mark_count - 1 - i];
	return p->mark_count;
}

uint64_t
flow_prefix_match(
    const struct flow_prefix *p, const struct flow_mark *marks, size_t count)
{
	uint64_t best = 0;

	for (size_t i = 0; i < count * p->mark_count; i++) {
		const struct flow_mark *theirs = &marks[i / p->mark_count];
		const struct flow_mark *ours = &p->marks[i % p->mark_count];
		if (theirs->offset == ours->offset && theirs->offset > best &&
		    hash_equal(theirs->hash, ours->hash, FLOW_HASH_SIZE))
			best = theirs->offset;
	}
	return best;
}
