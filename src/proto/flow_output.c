/* SPDX-License-Identifier: MIT */
/*
 * What goes out. Files are read to where they are sealed and sent from; what
 * begins or ends a transfer has places of its own, so that there is always room
 * to end it.
 */
#include "base/err.h"
#include "base/wr.h"
#include "proto/flow.h"
#include "proto/flow_state.h"

#include <assert.h>
#include <string.h>

/* Where the size of a record, its kind, and its data are. */
enum { KIND_AT = 2, DATA_AT = 3 };

static int
seal(struct flow *f, uint8_t *record, size_t plain, size_t *ret_size)
{
	size_t n = plain + NOISE_TAG_SIZE;
	uint8_t *p = record + KIND_AT;
	int err = bulk_seal(f->sealer, p, plain, p);

	if (err < 0)
		return flow_fail(f, err);
	record[0] = (uint8_t)(n >> 8);
	record[1] = (uint8_t)n;
	if (++f->sealed == f->rekey_records) {
		bulk_rekey(f->sealer);
		f->sealed = 0;
	}
	*ret_size = KIND_AT + n;
	return 0;
}

static uint8_t *
slot_at(const struct flow *f, size_t i)
{
	return f->slots + i % FLOW_SLOTS * FLOW_SLOT_SIZE;
}

/* The one that is being filled. */
static uint8_t *
open_slot(const struct flow *f)
{
	return slot_at(f, f->slot_first + f->slot_count);
}

static int
seal_slot(struct flow *f)
{
	uint8_t *slot = open_slot(f);
	size_t size;

	assert(f->slot_count < FLOW_SLOTS);
	slot[KIND_AT] = FLOW_RECORD_DATA;
	int err = seal(f, slot, 1 + f->fill, &size);
	if (err < 0)
		return err;
	f->slot_size[(f->slot_first + f->slot_count) % FLOW_SLOTS] = size;
	f->slot_count++;
	f->fill = 0;
	return 0;
}

/* Several at once where they lie behind one another. */
static const uint8_t *
slots_output(const struct flow *f, size_t *ret_size)
{
	size_t at = f->slot_first, n = f->slot_size[at] - f->slot_sent;

	for (size_t i = 1; i < f->slot_count && at + i < FLOW_SLOTS; i++) {
		if (f->slot_size[at + i - 1] != FLOW_SLOT_SIZE)
			break;
		n += f->slot_size[at + i];
	}
	*ret_size = n;
	return slot_at(f, at) + f->slot_sent;
}

const uint8_t *
flow_output(const struct flow *f, size_t *ret_size)
{
	if (f->early_size > f->early_sent) {
		*ret_size = f->early_size - f->early_sent;
		return f->early + f->early_sent;
	}
	if (f->slot_count > 0)
		return slots_output(f, ret_size);
	*ret_size = f->late_size - f->late_sent;
	return f->late + f->late_sent;
}

static void
slots_sent(struct flow *f, size_t n)
{
	while (n > 0) {
		size_t left = f->slot_size[f->slot_first] - f->slot_sent;
		assert(f->slot_count > 0);
		if (n < left) {
			f->slot_sent += n;
			return;
		}
		n -= left;
		f->slot_sent = 0;
		f->slot_first = (f->slot_first + 1) % FLOW_SLOTS;
		f->slot_count--;
	}
	/* The same memory again, while it is near. */
	if (f->slot_count == 0 && f->fill == 0)
		f->slot_first = 0;
}

void
flow_sent(struct flow *f, size_t n)
{
	size_t cap;

	(void)flow_output(f, &cap);
	assert(n <= cap);
	if (f->early_size > f->early_sent)
		f->early_sent += n;
	else if (f->slot_count > 0)
		slots_sent(f, n);
	else
		f->late_sent += n;
}

bool
flow_takes(const struct flow *f)
{
	return f->sends && f->step == FLOW_STEP_MOVING &&
	       f->slot_count < FLOW_OUTPUT_RECORDS;
}

static int
put_early(struct flow *f, struct wr *w)
{
	assert(!w->failed && f->early_size == 0);
	return seal(f, f->early, w->size, &f->early_size);
}

int
flow_want(struct flow *f, const struct flow_mark *marks, size_t count)
{
	struct wr w = wr_to(f->early + KIND_AT, FLOW_CONTROL_MAX);

	if (f->sends || f->step != FLOW_STEP_START)
		return ERR_STATE;
	assert(count <= FLOW_MARKS_MAX);
	wr_u8(&w, FLOW_RECORD_WANT);
	wr_u8(&w, (uint8_t)count);
	for (size_t i = 0; i < count; i++) {
		assert(marks[i].offset > 0 &&
		       (i == 0 || marks[i].offset < marks[i - 1].offset));
		wr_u64(&w, marks[i].offset);
		wr_bytes(&w, marks[i].hash, sizeof(marks[i].hash));
		f->marks[i] = marks[i];
	}
	f->mark_count = count;
	f->step = FLOW_STEP_ASKED;
	return put_early(f, &w);
}

static bool
is_wanted(const struct flow *f, uint64_t offset)
{
	for (size_t i = 0; i < f->mark_count; i++) {
		if (f->marks[i].offset == offset)
			return true;
	}
	return offset == 0;
}

int
flow_begin(struct flow *f, uint64_t offset)
{
	struct wr w = wr_to(f->early + KIND_AT, FLOW_CONTROL_MAX);

	if (f->step != FLOW_STEP_ANSWER || !is_wanted(f, offset))
		return ERR_STATE;
	wr_u8(&w, FLOW_RECORD_FROM);
	wr_u64(&w, offset);
	f->step = FLOW_STEP_MOVING;
	return put_early(f, &w);
}

uint8_t *
flow_space(struct flow *f, size_t *ret_cap)
{
	if (!flow_takes(f)) {
		*ret_cap = 0;
		return NULL;
	}
	*ret_cap = FLOW_DATA_MAX - f->fill;
	return open_slot(f) + DATA_AT + f->fill;
}

int
flow_filled(struct flow *f, size_t n)
{
	if (!flow_takes(f))
		return ERR_LIMIT;
	assert(n <= FLOW_DATA_MAX - f->fill);
	f->fill += n;
	return f->fill == FLOW_DATA_MAX ? seal_slot(f) : 0;
}

static int
put_bytes(struct flow *f, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t room = FLOW_DATA_MAX - f->fill;
		size_t part = n < room ? n : room;
		memcpy(open_slot(f) + DATA_AT + f->fill, p, part);
		f->fill += part;
		p += part;
		n -= part;
		int err = f->fill == FLOW_DATA_MAX ? seal_slot(f) : 0;
		if (err < 0)
			return err;
	}
	return 0;
}

int
flow_piece(struct flow *f, const struct file_piece *piece)
{
	uint8_t header[FILE_STREAM_HEADER_MAX];
	size_t n;

	if (!flow_takes(f))
		return ERR_LIMIT;
	if (piece->kind == FILE_PIECE_BYTES) {
		assert(piece->count <= FILE_PIECE_MAX);
		return put_bytes(f, piece->bytes, piece->count);
	}
	int err = file_stream_put(piece, header, &n);
	/* A header is in one record. */
	if (err == 0 && f->fill + n > FLOW_DATA_MAX)
		err = seal_slot(f);
	return err < 0 ? flow_fail(f, err) : put_bytes(f, header, n);
}

int
flow_flush(struct flow *f)
{
	if (f->step != FLOW_STEP_MOVING)
		return ERR_STATE;
	return f->fill > 0 ? seal_slot(f) : 0;
}

static int
put_late(struct flow *f, const uint8_t *plain, size_t n)
{
	uint8_t *record = f->late + f->late_size;
	size_t size;

	assert(f->late_size + KIND_AT + n + NOISE_TAG_SIZE <= FLOW_LATE_MAX);
	memcpy(record + KIND_AT, plain, n);
	int err = seal(f, record, n, &size);
	if (err == 0)
		f->late_size += size;
	return err;
}

int
flow_end(struct flow *f, bool changed, uint32_t left_out)
{
	uint8_t plain[6];
	struct wr w = wr_to(plain, sizeof(plain));

	if (!f->sends)
		return ERR_STATE;
	int err = flow_flush(f);
	if (err < 0)
		return err;
	wr_u8(&w, FLOW_RECORD_END);
	wr_u8(&w, changed ? FLOW_END_CHANGED : 0);
	wr_u32(&w, left_out);
	f->step = FLOW_STEP_ENDED;
	return put_late(f, plain, w.size);
}

int
flow_done(struct flow *f)
{
	static const uint8_t plain[] = { FLOW_RECORD_DONE };

	if (f->sends || f->step != FLOW_STEP_ENDED)
		return ERR_STATE;
	f->step = FLOW_STEP_FINISHED;
	return put_late(f, plain, sizeof(plain));
}

int
flow_stop(struct flow *f, enum flow_stop why)
{
	const uint8_t plain[] = { FLOW_RECORD_STOP, (uint8_t)why };

	if (f->step >= FLOW_STEP_FINISHED)
		return ERR_STATE;
	f->step = FLOW_STEP_STOPPED;
	f->fill = 0;
	return put_late(f, plain, sizeof(plain));
}
