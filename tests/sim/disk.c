/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include "base/mem.h"
#include "wire/file_stream.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MTIME_FIRST = 1000, ENTRIES_MAX = 12 };

struct maker {
	uint8_t *raw;
	size_t size, cap;
	const struct rng *rng;
	struct disk_thing *thing;
	int64_t mtime;
};

static void
add(struct maker *m, const void *bytes, size_t n)
{
	while (m->size + n > m->cap) {
		m->cap = 2 * m->cap + 1024;
		m->raw = xrealloc(m->raw, m->cap, 1);
	}
	memcpy(m->raw + m->size, bytes, n);
	m->size += n;
}

static void
add_header(
    struct maker *m, enum file_piece_kind kind, const char *name, uint64_t size)
{
	uint8_t header[FILE_STREAM_HEADER_MAX];
	size_t n = 0;
	const struct file_piece p = { .kind = (uint8_t)kind,
		.name = name,
		.size = size,
		.mtime = m->mtime };
	int err = file_stream_put(&p, header, &n);

	assert(err == 0);
	(void)err;
	add(m, header, n);
}

static void
add_file(struct maker *m, const char *name, uint32_t max)
{
	uint32_t n = rng_below(m->rng, 8) == 0 ? 0 : rng_below(m->rng, max + 1);
	uint8_t block[256];

	add_header(m, FILE_PIECE_FILE, name, n);
	m->thing->bytes += n;
	m->thing->files++;
	for (uint32_t at = 0; at < n; at += sizeof(block)) {
		rng_fill(m->rng, block, sizeof(block));
		add(m, block, n - at < sizeof(block) ? n - at : sizeof(block));
	}
}

static void
add_folder(struct maker *m, const char *name, uint32_t max)
{
	uint32_t entries = rng_below(m->rng, ENTRIES_MAX);
	char entry[DISK_NAME];

	add_header(m, FILE_PIECE_ENTER, name, 0);
	for (uint32_t i = 0; i < entries; i++) {
		snprintf(entry, sizeof(entry), "e%02u", (unsigned)i);
		if (rng_below(m->rng, 5) == 0) {
			add_header(m, FILE_PIECE_ENTER, entry, 0);
			add_file(m, "inner", max / ENTRIES_MAX);
			add_header(m, FILE_PIECE_LEAVE, NULL, 0);
		} else {
			add_file(m, entry, max / ENTRIES_MAX);
		}
	}
	add_header(m, FILE_PIECE_LEAVE, NULL, 0);
}

struct disk_thing *
thing_make(struct things *t, const struct rng *rng, bool folder, uint32_t max)
{
	assert(t->count < DISK_THINGS_MAX);
	struct disk_thing *thing = &t->list[t->count++];
	struct maker m = { .rng = rng, .thing = thing, .mtime = MTIME_FIRST };

	memset(thing, 0, sizeof(*thing));
	snprintf(thing->name, sizeof(thing->name), "thing%u", t->count);
	thing->folder = folder;
	if (folder)
		add_folder(&m, thing->name, max);
	else
		add_file(&m, thing->name, max);
	thing->versions[thing->count++] = (struct disk_version){
		.raw = m.raw, .size = m.size, .mtime = m.mtime
	};
	return thing;
}

struct disk_thing *
thing_find(struct things *t, const char *name)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (strcmp(t->list[i].name, name) == 0)
			return &t->list[i];
	}
	return NULL;
}

const struct disk_version *
thing_now(const struct disk_thing *thing)
{
	return &thing->versions[thing->count - 1];
}

/* Calls for the bytes of files in a stream, where each lies; returns how much
 * of it is whole pieces. */
static size_t
each_bytes(
    uint8_t *raw, size_t n, void (*call)(void *, uint8_t *, size_t), void *ctx)
{
	struct file_stream s = { 0 };
	struct file_piece piece;
	size_t at = 0, taken = 0;

	while (file_stream_next(&s, raw + at, n - at, &piece, &taken) == 1) {
		if (piece.kind == FILE_PIECE_BYTES)
			call(ctx, raw + at, taken);
		at += taken;
	}
	return at;
}

static void
change_one(void *ctx, uint8_t *bytes, size_t n)
{
	const struct rng *rng = ctx;

	bytes[rng_below(rng, (uint32_t)n)] ^= 1;
}

/* The time of what is sent is in its first header. */
void
thing_change(struct disk_thing *thing, const struct rng *rng, bool loud)
{
	const struct disk_version *last = thing_now(thing);
	struct rng copy = *rng;

	if (thing->count == DISK_VERSIONS_MAX)
		return;
	struct disk_version *v = &thing->versions[thing->count];
	*v = *last;
	v->raw = xmemdup(last->raw, last->size);
	each_bytes(v->raw, v->size, change_one, &copy);
	if (loud) {
		v->mtime++;
		v->raw[8] = (uint8_t)(v->mtime & 0xFF);
		v->raw[7] = (uint8_t)(v->mtime >> 8 & 0xFF);
	}
	thing->count++;
}

bool
thing_was(const struct disk_thing *thing, const uint8_t *raw, size_t n)
{
	for (unsigned i = 0; i < thing->count; i++) {
		const struct disk_version *v = &thing->versions[i];
		if (v->size == n && memcmp(v->raw, raw, n) == 0)
			return true;
	}
	return false;
}

void
things_clear(struct things *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		for (unsigned j = 0; j < t->list[i].count; j++)
			free(t->list[i].versions[j].raw);
	}
	t->count = 0;
}

struct disk_part *
part_make(struct disk *d)
{
	struct disk_part *p = d->parts;

	while (p->name[0] != '\0')
		p++;
	assert(p < d->parts + DISK_PARTS_MAX);
	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "part%u", ++d->part_number);
	return p;
}

struct disk_part *
part_find(struct disk *d, const char *name)
{
	for (unsigned i = 0; i < DISK_PARTS_MAX; i++) {
		if (d->parts[i].name[0] != '\0' &&
		    strcmp(d->parts[i].name, name) == 0)
			return &d->parts[i];
	}
	return NULL;
}

void
part_append(struct disk_part *p, const uint8_t *bytes, size_t n)
{
	while (p->size + n > p->cap) {
		p->cap = 2 * p->cap + 4096;
		p->raw = xrealloc(p->raw, p->cap, 1);
	}
	memcpy(p->raw + p->size, bytes, n);
	p->size += n;
}

void
part_drop(struct disk_part *p)
{
	if (p == NULL)
		return;
	free(p->raw);
	memset(p, 0, sizeof(*p));
}

struct failing {
	const struct rng *rng;
	const uint8_t *synced; /* up to there it is as it was */
};

static void
spoil(void *ctx, uint8_t *bytes, size_t n)
{
	const struct failing *f = ctx;

	for (size_t i = 0; i < n; i++) {
		if (bytes + i >= f->synced && rng_below(f->rng, 16) == 0)
			bytes[i] = 0;
	}
}

void
disk_fail(struct disk *d, const struct rng *rng)
{
	for (unsigned i = 0; i < DISK_PARTS_MAX; i++) {
		struct disk_part *p = &d->parts[i];
		if (p->name[0] == '\0' || p->size == p->synced)
			continue;
		struct failing f = { rng, p->raw + p->synced };
		uint32_t loose = (uint32_t)(p->size - p->synced);
		p->size = p->synced + rng_below(rng, loose + 1);
		/* Half a header is none. */
		p->size = each_bytes(p->raw, p->size, spoil, &f);
		p->synced = p->size;
	}
}

void
disk_clear(struct disk *d)
{
	for (unsigned i = 0; i < DISK_PARTS_MAX; i++)
		part_drop(&d->parts[i]);
}
