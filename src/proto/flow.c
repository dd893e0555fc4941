/* SPDX-License-Identifier: MIT */
/*
 * What comes in. A record is opened where it lies, and its bytes are handed out
 * from there; nothing is read into the buffer before they are gone. The room
 * for reading ends, as far as can be foreseen, with a record, so that none has
 * to be moved to the front.
 *
 * Who breaks the order of the records, or the stream in them, is not answered:
 * the connection ends, and what is here stays for another one.
 */
#include "proto/flow.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "proto/flow_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct flow *
flow_new(const struct flow_cfg *cfg)
{
	struct flow *f = xcalloc(1, sizeof(*f));

	f->sends = cfg->sends;
	f->step = cfg->sends ? FLOW_STEP_ASKED : FLOW_STEP_START;
	f->sealer = bulk_new(cfg->lib, &cfg->keys->send);
	f->opener = bulk_new(cfg->lib, &cfg->keys->receive);
	f->rekey_records =
	    cfg->rekey_records != 0 ? cfg->rekey_records : FLOW_REKEY_RECORDS;
	f->stride = cfg->sends ? FLOW_EARLY_MAX : FLOW_SLOT_SIZE;
	f->cap = cfg->sends ? 2 * FLOW_EARLY_MAX : FLOW_INPUT_MAX;
	assert(cfg->rest_size <= FLOW_INPUT_MAX);
	if (f->cap < cfg->rest_size)
		f->cap = cfg->rest_size;
	f->input = xmalloc(f->cap);
	f->tail = cfg->rest_size;
	if (cfg->rest_size > 0)
		memcpy(f->input, cfg->rest, cfg->rest_size);
	if (cfg->sends)
		f->slots = xmalloc((size_t)FLOW_SLOTS * FLOW_SLOT_SIZE);
	return f;
}

void
flow_free(struct flow *f)
{
	if (f == NULL)
		return;
	bulk_free(f->sealer);
	bulk_free(f->opener);
	/* Somebody's files. */
	mem_wipe(f->input, f->cap);
	free(f->input);
	if (f->slots != NULL)
		mem_wipe(f->slots, (size_t)FLOW_SLOTS * FLOW_SLOT_SIZE);
	free(f->slots);
	free(f);
}

int
flow_fail(struct flow *f, int err)
{
	f->step = FLOW_STEP_DEAD;
	f->head = f->tail = f->data_size = f->fill = 0;
	return err;
}

static size_t
length_at(const struct flow *f)
{
	return (size_t)(f->input[f->head] << 8 | f->input[f->head + 1]);
}

static bool
is_allowed(const struct flow *f, size_t length)
{
	return length > NOISE_TAG_SIZE &&
	       (!f->sends || length <= FLOW_CONTROL_MAX + NOISE_TAG_SIZE);
}

/* A whole record, or a length that is not allowed, is there. */
static bool
has_record(const struct flow *f)
{
	size_t have = f->tail - f->head;

	if (have < 2)
		return false;
	return have >= 2 + length_at(f) || !is_allowed(f, length_at(f));
}

static void
move_to_front(struct flow *f)
{
	memmove(f->input, f->input + f->head, f->tail - f->head);
	f->tail -= f->head;
	f->head = 0;
}

uint8_t *
flow_room(struct flow *f, size_t *ret_cap)
{
	*ret_cap = 0;
	if (f->data_size > 0 || has_record(f) || f->step == FLOW_STEP_DEAD)
		return f->input;
	size_t next = f->tail - f->head < 2 ? 0 : 2 + length_at(f);
	if (next < f->stride)
		next = f->stride;
	if (f->head == f->tail || f->head + next > f->cap)
		move_to_front(f);
	size_t end = f->head + (f->cap - f->head) / f->stride * f->stride;
	if (end <= f->tail)
		end = f->cap;
	*ret_cap = end - f->tail;
	return f->input + f->tail;
}

void
flow_received(struct flow *f, size_t n)
{
	assert(n <= f->cap - f->tail);
	f->tail += n;
}

/* The next record, opened in place; 1, 0, or an error. */
static int
open_record(struct flow *f, const uint8_t **ret_p, size_t *ret_size)
{
	if (!has_record(f))
		return 0;
	size_t n = length_at(f);
	if (!is_allowed(f, n))
		return ERR_FORMAT;
	uint8_t *p = f->input + f->head + 2;
	int err = bulk_open(f->opener, p, n, p);
	if (err < 0)
		return err;
	f->head += 2 + n;
	f->stride = 2 + n;
	if (++f->opened == f->rekey_records) {
		bulk_rekey(f->opener);
		f->opened = 0;
	}
	*ret_p = p;
	*ret_size = n - NOISE_TAG_SIZE;
	return 1;
}

static int
take_want(struct flow *f, struct rd *rd, struct flow_event *ev)
{
	size_t count = rd_u8(rd);
	uint64_t before = UINT64_MAX;

	if (f->step != FLOW_STEP_ASKED)
		return ERR_STATE;
	if (count > FLOW_MARKS_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < count; i++) {
		struct flow_mark *m = &f->marks[i];
		*m = (struct flow_mark){ .offset = rd_u64(rd) };
		rd_copy(rd, m->hash, sizeof(m->hash));
		if (m->offset == 0 || m->offset >= before)
			return ERR_FORMAT;
		before = m->offset;
	}
	if (!rd_done(rd))
		return ERR_FORMAT;
	f->mark_count = count;
	f->step = FLOW_STEP_ANSWER;
	ev->kind = FLOW_WANTED;
	ev->marks = f->marks;
	ev->count = count;
	return 1;
}

static int
take_from(struct flow *f, struct rd *rd, struct flow_event *ev)
{
	uint64_t offset = rd_u64(rd);

	if (f->step != FLOW_STEP_ASKED)
		return ERR_STATE;
	const struct flow_mark *m = f->marks;
	const struct flow_mark *end = m + f->mark_count;
	while (offset != 0 && m < end && m->offset != offset)
		m++;
	if (!rd_done(rd) || (offset != 0 && m == end))
		return ERR_FORMAT;
	if (offset != 0)
		f->stream = (struct file_stream){ .left = m->left,
			.depth = m->depth,
			.over = m->left == 0 && m->depth == 0 };
	f->step = FLOW_STEP_MOVING;
	ev->kind = FLOW_BEGUN;
	ev->offset = offset;
	return 1;
}

static int
take_data(struct flow *f, struct rd *rd)
{
	if (f->step != FLOW_STEP_MOVING)
		return ERR_STATE;
	if (rd->left == 0)
		return ERR_FORMAT;
	f->data = rd->p;
	f->data_size = rd->left;
	return 0;
}

static int
take_end(struct flow *f, struct rd *rd, struct flow_event *ev)
{
	ev->kind = FLOW_END;
	ev->changed = (rd_u8(rd) & FLOW_END_CHANGED) != 0;
	ev->left_out = rd_u32(rd);
	if (f->step != FLOW_STEP_MOVING || !f->stream.over)
		return ERR_STATE;
	f->step = FLOW_STEP_ENDED;
	return rd_done(rd) ? 1 : ERR_FORMAT;
}

static int
take_done(struct flow *f, struct rd *rd, struct flow_event *ev)
{
	if (f->step != FLOW_STEP_ENDED)
		return ERR_STATE;
	f->step = FLOW_STEP_FINISHED;
	ev->kind = FLOW_DONE;
	return rd_done(rd) ? 1 : ERR_FORMAT;
}

static int
take_stop(struct flow *f, struct rd *rd, struct flow_event *ev)
{
	/* The receiver may be done before it hears of it; the sender knows
	 * that it is. */
	if (f->sends && f->step == FLOW_STEP_FINISHED)
		return ERR_STATE;
	f->step = FLOW_STEP_GONE;
	f->fill = 0;
	ev->kind = FLOW_STOPPED;
	ev->why = (enum flow_stop)rd_u8(rd);
	return rd_done(rd) ? 1 : ERR_FORMAT;
}

static int
take_record(struct flow *f, const uint8_t *p, size_t n, struct flow_event *ev)
{
	struct rd rd = rd_of(p, n);

	if (f->step == FLOW_STEP_GONE)
		return ERR_STATE;
	switch (rd_u8(&rd)) {
	case FLOW_RECORD_WANT:
		return f->sends ? take_want(f, &rd, ev) : ERR_STATE;
	case FLOW_RECORD_DONE:
		return f->sends ? take_done(f, &rd, ev) : ERR_STATE;
	case FLOW_RECORD_FROM:
		return f->sends ? ERR_STATE : take_from(f, &rd, ev);
	case FLOW_RECORD_DATA:
		return f->sends ? ERR_STATE : take_data(f, &rd);
	case FLOW_RECORD_END:
		return f->sends ? ERR_STATE : take_end(f, &rd, ev);
	case FLOW_RECORD_STOP:
		return take_stop(f, &rd, ev);
	default:
		return ERR_FORMAT;
	}
}

/* No header is split over two records, so what is not whole never will be. */
static int
next_piece(struct flow *f, struct flow_event *ev)
{
	size_t taken;
	int more = file_stream_next(
	    &f->stream, f->data, f->data_size, &ev->piece, &taken);

	if (more != 1)
		return more == 0 ? ERR_FORMAT : more;
	f->data += taken;
	f->data_size -= taken;
	ev->kind = FLOW_PIECE;
	return 1;
}

static int
next(struct flow *f, struct flow_event *ev)
{
	while (f->data_size == 0) {
		const uint8_t *p;
		size_t n;
		int more = open_record(f, &p, &n);
		if (more != 1)
			return more;
		more = take_record(f, p, n, ev);
		if (more != 0)
			return more;
	}
	return next_piece(f, ev);
}

int
flow_next(struct flow *f, struct flow_event *ret_event)
{
	struct flow_event ev = { .kind = FLOW_PIECE };

	if (f->step == FLOW_STEP_DEAD)
		return ERR_STATE;
	if (f->step == FLOW_STEP_STOPPED) {
		f->head = f->tail = f->data_size = 0;
		return 0;
	}
	int more = next(f, &ev);
	if (more < 0)
		return flow_fail(f, more);
	if (more == 1)
		*ret_event = ev;
	return more;
}
