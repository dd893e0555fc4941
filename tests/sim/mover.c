/* SPDX-License-Identifier: MIT */
#include "mover.h"

#include "base/mem.h"
#include "proto/flow_prefix.h"
#include "wire/file_stream.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_MAX = 2000, REKEY_RECORDS = 7 };

struct report {
	struct move_report r;
	char part[DISK_NAME], path[DISK_NAME];
};

struct mover_job {
	unsigned serial, node;
	uint32_t token, conn;
	struct flow *flow; /* NULL: only its last report is left */
	bool sends, folder, finishing;
	uint64_t size;
	int64_t mtime;
	char name[DISK_NAME], path[DISK_NAME], part[DISK_NAME];
	/* Sending: where in the stream, and what it was at the beginning. */
	struct file_stream reader;
	size_t at;
	unsigned version;
	bool changed;
	uint64_t done; /* bytes of files */
	struct report reports[MOVER_REPORTS_MAX];
	size_t report_count;
	/* A path that is looked at: nothing else then. */
	bool is_stat;
};

static const struct rng *
rng_of(struct sim_movers *m)
{
	return sim_rng(m->sim);
}

static struct mover_job *
job_new(struct sim_movers *m, unsigned node, uint32_t token)
{
	unsigned i = 0;

	while (i < MOVER_JOBS_MAX && m->jobs[i] != NULL)
		i++;
	assert(i < MOVER_JOBS_MAX);
	struct mover_job *j = m->jobs[i] = xcalloc(1, sizeof(*j));
	j->serial = ++m->serial;
	j->node = node;
	j->token = token;
	return j;
}

static void
job_free(struct sim_movers *m, struct mover_job *j)
{
	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++) {
		if (m->jobs[i] == j)
			m->jobs[i] = NULL;
	}
	flow_free(j->flow);
	free(j);
}

static struct mover_job *
job_by_serial(struct sim_movers *m, unsigned serial)
{
	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++) {
		if (m->jobs[i] != NULL && m->jobs[i]->serial == serial)
			return m->jobs[i];
	}
	return NULL;
}

static struct mover_job *
job_by_token(struct sim_movers *m, unsigned node, uint32_t token)
{
	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++) {
		struct mover_job *j = m->jobs[i];
		if (j != NULL && j->node == node && j->token == token &&
		    !j->is_stat)
			return j;
	}
	return NULL;
}

static void
wake(struct sim_movers *m, const struct mover_job *j, uint32_t max_ms)
{
	sim_wake(m->sim, j->node, rng_below(rng_of(m), max_ms + 1), j->serial);
}

static void
report(struct sim_movers *m, struct mover_job *j, const struct move_report *r)
{
	/* What is on its way to the front of the queue is newer. */
	if (j->report_count == MOVER_REPORTS_MAX)
		j->report_count--;
	struct report *to = &j->reports[j->report_count++];
	to->r = *r;
	snprintf(to->part, sizeof(to->part), "%s", j->part);
	snprintf(to->path, sizeof(to->path), "%s", j->name);
	wake(m, j, 50);
}

static void
flush(struct sim_movers *m, struct mover_job *j)
{
	size_t n;
	const uint8_t *p;

	while (p = flow_output(j->flow, &n), n > 0) {
		sim_send(m->sim, j->node, j->conn, p, n);
		flow_sent(j->flow, n);
	}
}

/* The last report of a job; its stream ends. */
static void
end(struct sim_movers *m, struct mover_job *j, enum move_kind kind,
    enum flow_stop why, const char *text)
{
	struct move_report r = {
		.kind = kind, .why = why, .text = text, .done = j->done
	};

	flush(m, j);
	sim_close(m->sim, j->node, j->conn);
	flow_free(j->flow);
	j->flow = NULL;
	report(m, j, &r);
}

static void
refuse(struct sim_movers *m, struct mover_job *j, enum flow_stop why,
    const char *text)
{
	(void)flow_stop(j->flow, why);
	end(m, j, MOVE_FAILED, why, text);
}

/* Sending. */

static struct flow_prefix *
hash_of(const uint8_t *raw, size_t n, const uint64_t *offsets, size_t count)
{
	struct flow_prefix *p = flow_prefix_new(offsets, count);
	struct file_stream s = { 0 };
	struct file_piece piece;
	size_t at = 0, taken = 0;

	while (file_stream_next(&s, raw + at, n - at, &piece, &taken) == 1) {
		flow_prefix_piece(p, &piece);
		at += taken;
	}
	return p;
}

static uint64_t
match(const struct disk_version *v, const struct flow_event *ev)
{
	uint64_t offsets[FLOW_MARKS_MAX];

	for (size_t i = 0; i < ev->count; i++)
		offsets[i] = ev->marks[ev->count - 1 - i].offset;
	if (ev->count == 0)
		return 0;
	struct flow_prefix *p = hash_of(v->raw, v->size, offsets, ev->count);
	uint64_t at = flow_prefix_match(p, ev->marks, ev->count);
	flow_prefix_free(p);
	return at;
}

/* Up to there it was sent before. */
static void
skip(struct mover_job *j, const struct disk_version *v, uint64_t offset)
{
	struct file_piece piece;
	size_t taken = 0;

	while (j->at < offset) {
		int more = file_stream_next(&j->reader, v->raw + j->at,
		    (size_t)offset - j->at, &piece, &taken);
		assert(more == 1);
		(void)more;
		if (piece.kind == FILE_PIECE_BYTES)
			j->done += piece.count;
		j->at += taken;
	}
}

static void
begin_sending(
    struct sim_movers *m, struct mover_job *j, const struct flow_event *ev)
{
	struct disk_thing *thing = thing_find(&m->things, j->path);

	assert(thing != NULL);
	const struct disk_version *v = thing_now(thing);
	if (thing->gone) {
		refuse(m, j, FLOW_STOP_SOURCE, "it cannot be read");
		return;
	}
	uint64_t at = match(v, ev);
	bool gone = v->mtime != j->mtime || thing->bytes != j->size;
	if (gone || (ev->count > 0 && at == 0)) {
		m->tally.refused_changed++;
		refuse(m, j, gone ? FLOW_STOP_CHANGED : FLOW_STOP_OTHER,
		    gone ? "it changed" : "it begins otherwise");
		return;
	}
	skip(j, v, at);
	m->tally.resumed += at > 0;
	m->tally.bytes_saved += at;
	j->version = thing->count;
	int err = flow_begin(j->flow, at);
	assert(err == 0);
	(void)err;
	struct move_report r = { .kind = MOVE_BEGUN, .offset = j->done };
	report(m, j, &r);
}

/* A piece, by copy or without. */
static void
give(struct sim_movers *m, struct mover_job *j, const struct file_piece *piece)
{
	size_t cap;
	uint8_t *room = flow_space(j->flow, &cap);
	bool fits = piece->kind == FILE_PIECE_BYTES && piece->count <= cap;

	if (fits && rng_below(rng_of(m), 2) == 0) {
		memcpy(room, piece->bytes, piece->count);
		(void)flow_filled(j->flow, piece->count);
	} else {
		int err = flow_piece(j->flow, piece);
		assert(err == 0);
		(void)err;
	}
	if (rng_below(rng_of(m), 4) == 0)
		(void)flow_flush(j->flow);
}

static void
go_on_sending(struct sim_movers *m, struct mover_job *j)
{
	struct disk_thing *thing = thing_find(&m->things, j->path);
	const struct disk_version *v = thing_now(thing);
	struct file_piece piece;
	size_t taken = 0;

	j->changed |= j->version != thing->count;
	if (thing->gone) {
		refuse(m, j, FLOW_STOP_SOURCE, "it cannot be read");
		return;
	}
	for (int i = 0; i < 1 && flow_takes(j->flow) && j->at < v->size; i++) {
		size_t n = 300 + rng_below(rng_of(m), CHUNK_MAX);
		if (n > v->size - j->at)
			n = v->size - j->at;
		int more = file_stream_next(
		    &j->reader, v->raw + j->at, n, &piece, &taken);
		assert(more == 1);
		(void)more;
		give(m, j, &piece);
		j->at += taken;
		if (piece.kind == FILE_PIECE_BYTES)
			j->done += taken;
	}
	if (j->at == v->size)
		(void)flow_end(j->flow, j->changed, 0);
	else
		wake(m, j, 100);
	flush(m, j);
}

/* Receiving. */

/* Where marks are: several of a file, since its end may be spoiled. */
static size_t
choose_offsets(const struct mover_job *j, size_t size, uint64_t *out)
{
	static const uint64_t back[] = { 1 << 16, 1 << 14, 1 << 12, 1 << 10 };
	size_t n = 0;

	if (!j->folder && size / 2 > 64)
		out[n++] = size / 2;
	for (size_t i = 0; i < 4 && !j->folder; i++) {
		if (size > back[i] && (n == 0 || size - back[i] > out[n - 1]))
			out[n++] = size - back[i];
	}
	out[n++] = UINT64_MAX;
	return n;
}

static void
begin_receiving(struct sim_movers *m, struct mover_job *j)
{
	struct disk_part *part = part_find(&m->disks[j->node], j->part);
	uint64_t offsets[FLOW_MARKS_MAX];
	struct flow_mark marks[FLOW_MARKS_MAX];
	size_t count = 0;

	if (part != NULL && part->size > 0) {
		count = choose_offsets(j, part->size, offsets);
		struct flow_prefix *p =
		    hash_of(part->raw, part->size, offsets, count);
		flow_prefix_end(p);
		count = flow_prefix_marks(p, marks);
		flow_prefix_free(p);
	}
	int err = flow_want(j->flow, marks, count);
	assert(err == 0);
	(void)err;
}

static void
count_bytes(struct mover_job *j, const struct disk_part *part)
{
	struct file_stream s = { 0 };
	struct file_piece piece;
	size_t at = 0, taken = 0;

	while (at < part->size && file_stream_next(&s, part->raw + at,
				      part->size - at, &piece, &taken) == 1) {
		if (piece.kind == FILE_PIECE_BYTES)
			j->done += piece.count;
		at += taken;
	}
}

static void
cut_part(struct sim_movers *m, struct mover_job *j, uint64_t offset)
{
	struct disk *d = &m->disks[j->node];
	struct disk_part *part = part_find(d, j->part);

	if (part == NULL) {
		part = part_make(d);
		snprintf(j->part, sizeof(j->part), "%s", part->name);
	}
	assert(offset <= part->size);
	/* What is in its place is not touched any more. */
	part->placed = part->placed && offset == part->size;
	part->size = (size_t)offset;
	if (part->synced > part->size)
		part->synced = part->size;
	count_bytes(j, part);
	struct move_report r = { .kind = MOVE_BEGUN, .offset = j->done };
	report(m, j, &r);
}

static void
take_piece(
    struct sim_movers *m, struct mover_job *j, const struct file_piece *piece)
{
	struct disk *d = &m->disks[j->node];
	struct disk_part *part = part_find(d, j->part);
	uint8_t header[FILE_STREAM_HEADER_MAX];
	size_t n = 0;

	if (d->full) {
		m->tally.full++;
		refuse(m, j, FLOW_STOP_SINK, "the disk is full");
		return;
	}
	if (piece->kind == FILE_PIECE_BYTES) {
		part_append(part, piece->bytes, piece->count);
		j->done += piece->count;
	} else {
		int err = file_stream_put(piece, header, &n);
		assert(err == 0);
		(void)err;
		part_append(part, header, n);
	}
	if (rng_below(rng_of(m), 8) == 0)
		part->synced = part->size;
	struct move_report r = { .kind = MOVE_PROGRESS, .done = j->done };
	if (rng_below(rng_of(m), 4) == 0)
		report(m, j, &r);
}

/* It has its name from now on: the one moment that counts. */
static void
finish(struct sim_movers *m, struct mover_job *j)
{
	struct disk_part *part = part_find(&m->disks[j->node], j->part);
	const struct disk_thing *thing = thing_find(&m->things, j->name);

	m->tally.finished += part != NULL && !part->placed;
	m->tally.changed_midway += j->changed;
	if (part == NULL || thing == NULL ||
	    (!j->changed && !thing_was(thing, part->raw, part->size))) {
		m->wrong = true;
		snprintf(m->why, sizeof(m->why),
		    "node %u: %s is not what was sent", j->node, j->name);
	}
	part->placed = true;
	part->synced = part->size;
	(void)flow_done(j->flow);
	end(m, j, MOVE_DONE, 0, NULL);
}

/* Where it is complete, it is done, whatever they say. */
static void
take_end(struct sim_movers *m, struct mover_job *j, enum flow_stop why)
{
	const struct disk_part *part = part_find(&m->disks[j->node], j->part);
	bool done = !j->sends && part != NULL && part->placed;

	end(m, j, done ? MOVE_DONE : MOVE_STOPPED, why, NULL);
}

/* Both. */

static void
hear(struct sim_movers *m, struct mover_job *j, const struct flow_event *ev)
{
	switch (ev->kind) {
	case FLOW_WANTED:
		begin_sending(m, j, ev);
		if (j->flow != NULL)
			go_on_sending(m, j);
		break;
	case FLOW_BEGUN:
		cut_part(m, j, ev->offset);
		break;
	case FLOW_PIECE:
		take_piece(m, j, &ev->piece);
		break;
	case FLOW_END:
		j->changed = ev->changed;
		j->finishing = true;
		wake(m, j, 200);
		break;
	case FLOW_DONE:
		end(m, j, MOVE_DONE, 0, NULL);
		break;
	case FLOW_STOPPED:
		take_end(m, j, ev->why);
		break;
	}
}

static void
pull(struct sim_movers *m, struct mover_job *j)
{
	struct flow_event ev;
	int more = 0;

	while (j->flow != NULL && (more = flow_next(j->flow, &ev)) == 1)
		hear(m, j, &ev);
	if (j->flow == NULL)
		return;
	if (more < 0) {
		m->wrong = true;
		snprintf(m->why, sizeof(m->why), "node %u: a flow failed: %d",
		    j->node, more);
		end(m, j, MOVE_FAILED, FLOW_STOP_PROTOCOL, "not readable");
		return;
	}
	flush(m, j);
}

static struct mover_job *
job_by_conn(struct sim_movers *m, unsigned node, uint32_t conn)
{
	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++) {
		struct mover_job *j = m->jobs[i];
		if (j != NULL && j->node == node && j->conn == conn &&
		    j->flow != NULL)
			return j;
	}
	return NULL;
}

static void
take_bytes(void *ctx, unsigned node, uint32_t conn, const uint8_t *p, size_t n)
{
	struct sim_movers *m = ctx;
	struct mover_job *j;

	while (n > 0 && (j = job_by_conn(m, node, conn)) != NULL) {
		size_t cap;
		uint8_t *room = flow_room(j->flow, &cap);
		assert(cap > 0);
		cap = cap < n ? cap : n;
		memcpy(room, p, cap);
		flow_received(j->flow, cap);
		p += cap;
		n -= cap;
		pull(m, j);
	}
}

static void
take_closed(void *ctx, unsigned node, uint32_t conn)
{
	struct sim_movers *m = ctx;
	struct mover_job *j = job_by_conn(m, node, conn);

	if (j == NULL)
		return;
	m->tally.lost++;
	end(m, j, MOVE_LOST, 0, NULL);
}

static void
take_move(struct sim_movers *m, unsigned node, const struct effect *effect)
{
	struct move_plan *plan = effect->move;
	struct flow_cfg cfg = { .sends = plan->sends,
		.keys = &plan->keys,
		.rest = plan->rest,
		.rest_size = plan->rest_size,
		.rekey_records = REKEY_RECORDS };

	assert(job_by_token(m, node, effect->token) == NULL);
	struct mover_job *j = job_new(m, node, effect->token);
	j->flow = flow_new(&cfg);
	j->conn = sim_take(m->sim, node, effect->conn);
	j->sends = plan->sends;
	j->folder = plan->folder;
	j->size = plan->size;
	j->mtime = plan->mtime;
	snprintf(j->name, sizeof(j->name), "%s", plan->name);
	snprintf(j->path, sizeof(j->path), "%s", plan->path);
	if (plan->part != NULL)
		snprintf(j->part, sizeof(j->part), "%s", plan->part);
	if (!j->sends)
		begin_receiving(m, j);
	pull(m, j);
}

/* Nobody is asked. */
static void
take_look(struct sim_movers *m, unsigned node, const struct effect *effect)
{
	const struct move_plan *plan = effect->move;
	const struct disk_part *part = part_find(&m->disks[node], plan->part);
	bool all = part != NULL && part->placed;
	struct move_report r = { .kind = all ? MOVE_DONE : MOVE_LOST,
		.done = all ? plan->size : 0 };

	assert(job_by_token(m, node, effect->token) == NULL);
	struct mover_job *j = job_new(m, node, effect->token);
	snprintf(j->name, sizeof(j->name), "%s", plan->name);
	snprintf(j->part, sizeof(j->part), "%s", plan->part);
	report(m, j, &r);
}

static void
take_stop(struct sim_movers *m, unsigned node, const struct effect *effect)
{
	struct mover_job *j = job_by_token(m, node, effect->token);

	if (j == NULL)
		return;
	if (effect->on)
		part_drop(part_find(&m->disks[node], j->part));
	if (j->flow != NULL && flow_stop(j->flow, effect->why) == 0)
		flush(m, j);
	if (j->flow != NULL)
		sim_close(m->sim, node, j->conn);
	job_free(m, j);
}

static void
take_effect(void *ctx, unsigned node, const struct effect *effect)
{
	struct sim_movers *m = ctx;

	if (effect->kind == EFFECT_MOVE && effect->conn == 0)
		take_look(m, node, effect);
	else if (effect->kind == EFFECT_MOVE)
		take_move(m, node, effect);
	if (effect->kind == EFFECT_MOVE_STOP)
		take_stop(m, node, effect);
	if (effect->kind == EFFECT_PART_DROP)
		part_drop(part_find(&m->disks[node], effect->text));
	if (effect->kind == EFFECT_FILE_STAT) {
		struct mover_job *j = job_new(m, node, effect->token);
		j->is_stat = true;
		snprintf(j->path, sizeof(j->path), "%s", effect->text);
		wake(m, j, 20);
	}
}

static void
answer_stat(struct sim_movers *m, struct mover_job *j)
{
	const struct disk_thing *thing = thing_find(&m->things, j->path);
	unsigned node = j->node;
	uint32_t token = j->token;

	assert(thing != NULL);
	struct file_info info = { .name = thing->name,
		.folder = thing->folder,
		.size = thing->bytes,
		.files = thing->files,
		.mtime = thing_now(thing)->mtime };
	job_free(m, j);
	engine_file_stat(
	    sim_enter(m->sim, node), sim_now(m->sim, node), token, &info, NULL);
	sim_drain(m->sim, node);
}

static void
say_report(struct sim_movers *m, struct mover_job *j)
{
	struct report first = j->reports[0];
	unsigned node = j->node;
	uint32_t token = j->token;

	memmove(j->reports, j->reports + 1,
	    --j->report_count * sizeof(j->reports[0]));
	if (first.part[0] != '\0' && !j->sends)
		first.r.part = first.part;
	first.r.path = first.path;
	if (j->report_count == 0 && j->flow == NULL)
		job_free(m, j);
	engine_move(
	    sim_enter(m->sim, node), sim_now(m->sim, node), token, &first.r);
	sim_drain(m->sim, node);
}

static void
take_wake(void *ctx, unsigned node, unsigned number)
{
	struct sim_movers *m = ctx;
	struct mover_job *j = job_by_serial(m, number);

	(void)node;
	if (j == NULL)
		return;
	if (j->is_stat) {
		answer_stat(m, j);
		return;
	}
	if (j->flow != NULL && j->finishing)
		finish(m, j);
	else if (j->flow != NULL && j->sends && flow_takes(j->flow))
		go_on_sending(m, j);
	if (j->report_count > 0)
		say_report(m, j);
}

static void
take_death(void *ctx, unsigned node)
{
	struct sim_movers *m = ctx;

	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++) {
		if (m->jobs[i] != NULL && m->jobs[i]->node == node)
			job_free(m, m->jobs[i]);
	}
}

void
movers_begin(struct sim_movers *m, struct sim *sim)
{
	const struct sim_mover hooks = {
		.effect = take_effect,
		.bytes = take_bytes,
		.closed = take_closed,
		.wake = take_wake,
		.died = take_death,
		.ctx = m,
	};

	memset(m, 0, sizeof(*m));
	m->sim = sim;
	sim_mover(sim, &hooks);
}

void
movers_clear(struct sim_movers *m)
{
	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++) {
		if (m->jobs[i] != NULL)
			job_free(m, m->jobs[i]);
	}
	for (unsigned i = 0; i < SIM_NODES_MAX; i++)
		disk_clear(&m->disks[i]);
	things_clear(&m->things);
}

unsigned
movers_count(const struct sim_movers *m, unsigned node)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MOVER_JOBS_MAX; i++)
		n += m->jobs[i] != NULL && m->jobs[i]->node == node;
	return n;
}
