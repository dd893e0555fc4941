/* SPDX-License-Identifier: MIT */
/*
 * Where it goes on: both ends hash what they have of the stream. What this
 * takes is bounded by the disk, and done in turns as all else.
 */
#include "app/mover_state.h"

#include "app/language.h"
#include "base/mem.h"
#include "proto/flow_prefix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static void
spend(struct move *mv, const struct file_piece *piece)
{
	size_t n = piece->kind == FILE_PIECE_BYTES ? piece->count
						   : (size_t)MOVER_ENTRY_COST;

	mv->left -= n < mv->left ? n : mv->left;
}

void
resume_source_begin(struct mover *m, struct move *mv)
{
	uint64_t offsets[FLOW_MARKS_MAX];

	(void)m;
	for (size_t i = 0; i < mv->mark_count; i++)
		offsets[i] = mv->marks[mv->mark_count - 1 - i].offset;
	mv->prefix = flow_prefix_new(offsets, mv->mark_count);
	mv->state = MOVE_HASHING;
	mv->busy = true;
}

/* Nothing of ours begins as what they have. */
static void
fail_other(struct mover *m, struct move *mv)
{
	move_fail(m, mv, FLOW_STOP_OTHER,
	    xasprintf(
		say(language(), "what they have of %s is not how it begins"),
		mv->name));
}

/* The hashes are there: the highest place that both came to. */
static void
choose(struct mover *m, struct move *mv)
{
	uint64_t at = flow_prefix_match(mv->prefix, mv->marks, mv->mark_count);

	flow_prefix_free(mv->prefix);
	mv->prefix = NULL;
	if (at == 0) {
		fail_other(m, mv);
	} else if (at == mv->tally.at) {
		sender_begin(m, mv, at);
	} else if (sender_open(m, mv)) {
		mv->has_piece = false;
		mv->goal = at;
		mv->state = MOVE_SKIPPING;
		mv->busy = true;
	}
}

/* Bytes behind the last mark are sent first. */
static void
hash_bytes(struct move *mv, const struct file_piece *piece)
{
	size_t n = flow_prefix_piece(mv->prefix, piece);

	tally_bytes(&mv->tally, n);
	mv->piece = *piece;
	mv->piece.bytes += n;
	mv->piece.count -= n;
	mv->has_piece = mv->piece.count > 0;
}

static void
hash_piece(struct mover *m, struct move *mv, const struct file_piece *piece)
{
	if (piece->kind == FILE_PIECE_BYTES) {
		hash_bytes(mv, piece);
	} else {
		(void)flow_prefix_piece(mv->prefix, piece);
		tally_head(&mv->tally, piece);
	}
	/* A mark within a header is none. */
	if (flow_prefix_offset(mv->prefix) != mv->tally.at)
		fail_other(m, mv);
	else if (flow_prefix_is_complete(mv->prefix))
		choose(m, mv);
}

void
resume_source_turn(struct mover *m, struct move *mv)
{
	while (mv->state == MOVE_HASHING && mv->left > 0) {
		struct file_piece piece;
		source_next(mv->source, &piece);
		spend(mv, &piece);
		if (piece.kind == FILE_PIECE_END)
			choose(m, mv);
		else if (piece.kind == FILE_PIECE_BYTES ||
			 sender_accepts(m, mv, &piece))
			hash_piece(m, mv, &piece);
	}
	mv->busy = mv->state != MOVE_ASKED;
}

/* Past the bytes of a file that are there already. */
static void
skip_bytes(struct move *mv)
{
	uint64_t left, n = mv->goal - mv->tally.at;
	int fd = source_fd(mv->source, &left);

	if (fd < 0)
		return;
	if (n > left)
		n = left;
	if (n > INT64_MAX || lseek(fd, (off_t)n, SEEK_CUR) < 0)
		return;
	source_took(mv->source, n);
	tally_bytes(&mv->tally, n);
}

void
resume_skip_turn(struct mover *m, struct move *mv)
{
	while (mv->state == MOVE_SKIPPING && mv->left > 0 &&
	       mv->tally.at < mv->goal) {
		struct file_piece piece;
		source_next(mv->source, &piece);
		spend(mv, &piece);
		if (!sender_accepts(m, mv, &piece))
			continue;
		/* It is another one than a moment ago. */
		if (piece.kind == FILE_PIECE_END ||
		    piece.kind == FILE_PIECE_BYTES) {
			fail_other(m, mv);
			return;
		}
		tally_head(&mv->tally, &piece);
		if (mv->tally.at < mv->goal)
			skip_bytes(mv);
	}
	if (mv->state != MOVE_SKIPPING)
		return;
	mv->busy = true;
	if (mv->tally.at > mv->goal)
		fail_other(m, mv);
	else if (mv->tally.at == mv->goal)
		sender_begin(m, mv, mv->goal);
}

/*
 * A file that lost its end in a power failure has its beginning, so there are
 * marks at several places of what is here; ascending. What comes after the
 * header counts.
 */
static size_t
pick_offsets(uint64_t head, uint64_t size, uint64_t out[static FLOW_MARKS_MAX])
{
	const uint64_t mib = 1024 * 1024;
	const uint64_t wanted[FLOW_MARKS_MAX] = { size / 8, size / 4, size / 2,
		size - size / 4, size - 256 * mib, size - 16 * mib, size - mib,
		size };
	size_t count = 0;

	for (size_t i = 0; i < FLOW_MARKS_MAX; i++) {
		uint64_t at = wanted[i];
		size_t to = count;
		/* Those below 0 are far above size. */
		if (at == 0 || at > size)
			continue;
		while (to > 0 && out[to - 1] > head + at)
			to--;
		if (to > 0 && out[to - 1] == head + at)
			continue;
		memmove(out + to + 1, out + to, (count - to) * sizeof(*out));
		out[to] = head + at;
		count++;
	}
	return count;
}

/* Of the file that came first, or the folder. */
static void
begin_hashing(struct move *mv, const struct file_piece *first)
{
	uint64_t offsets[FLOW_MARKS_MAX] = { UINT64_MAX };
	size_t count = 1;
	struct stat st;

	if (!mv->folder) {
		/* It may have its name already. */
		uint64_t size = stat(sink_part(mv->sink), &st) == 0
				    ? (uint64_t)st.st_size
				    : first->size;
		count = pick_offsets(tally_header(first), size, offsets);
	}
	if (count == 0)
		return;
	mv->prefix = flow_prefix_new(offsets, count);
}

static void
hash_ours(struct move *mv, const struct file_piece *piece)
{
	if (mv->tally.at == 0)
		begin_hashing(mv, piece);
	if (piece->kind == FILE_PIECE_BYTES)
		tally_bytes(&mv->tally, piece->count);
	else
		tally_head(&mv->tally, piece);
	if (mv->prefix != NULL)
		(void)flow_prefix_piece(mv->prefix, piece);
}

void
resume_sink_turn(struct mover *m, struct move *mv)
{
	while (mv->left > 0) {
		struct file_piece piece;
		sink_replay(mv->sink, &piece);
		spend(mv, &piece);
		if (piece.kind == FILE_PIECE_ERROR) {
			move_fail(m, mv, FLOW_STOP_SINK, xstrdup(piece.name));
			return;
		}
		if (piece.kind == FILE_PIECE_END) {
			receiver_want(m, mv);
			return;
		}
		hash_ours(mv, &piece);
	}
	mv->busy = true;
}
