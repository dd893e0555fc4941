/* SPDX-License-Identifier: MIT */
#include "store/sink_list.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "base/wr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LIST_VERSION = 1,
	MAGIC_SIZE = 8,
	CHECK_SIZE = 4,
	FIXED_SIZE = 1 + 8 + 8 + 2 + 2,
	READ_SIZE = 32 * 1024,
};

_Static_assert(
    LIST_RECORD_MAX == FIXED_SIZE + FILE_PIECE_NAME_MAX + NAME_MAX + CHECK_SIZE,
    "all of a record");

static const char magic[MAGIC_SIZE + 1] = "EARSHOTL";

struct list_reader {
	int fd;
	uint64_t at;       /* of the first byte in bytes */
	size_t begin, end; /* what is left there */
	bool folder, over;
	unsigned depth;
	struct list_record record;
	uint8_t bytes[READ_SIZE];
};

/* FNV-1a. */
static uint32_t
sum(uint64_t at, const uint8_t *p, size_t n)
{
	uint32_t h = UINT32_C(2166136261) ^ (uint32_t)at;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT32_C(16777619);
	return h;
}

/* One call, so that a program that is killed wrote all or nothing. */
int
list_write(int fd, uint64_t at, const uint8_t *p, size_t n)
{
	ssize_t done;

	do
		done = pwrite(fd, p, n, (off_t)at);
	while (done < 0 && errno == EINTR);
	if (done >= 0 && (size_t)done < n)
		errno = ENOSPC;
	return done == (ssize_t)n ? 0 : ERR_SYS;
}

void
list_push(int fd)
{
#ifdef SYNC_FILE_RANGE_WRITE
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
	(void)fd;
#endif
}

int
list_begin(int fd, bool folder, uint64_t inode)
{
	uint8_t head[LIST_RECORDS_SIZE];
	struct wr w = wr_to(head, sizeof(head));

	wr_bytes(&w, magic, MAGIC_SIZE);
	wr_u8(&w, LIST_VERSION);
	wr_u8(&w, folder);
	wr_zeros(&w, 6);
	wr_u64(&w, inode);
	wr_u32(&w, sum(0, head, w.size));
	return list_write(fd, 0, head, w.size);
}

int
list_head(int fd, bool *ret_folder, uint64_t *ret_inode)
{
	uint8_t head[LIST_RECORDS_SIZE];

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return ERR_FORMAT;
	struct rd r = rd_of(head, sizeof(head));
	const uint8_t *start = rd_span(&r, MAGIC_SIZE);
	uint8_t version = rd_u8(&r), folder = rd_u8(&r);
	rd_span(&r, 6);
	uint64_t inode = rd_u64(&r);
	uint32_t check = rd_u32(&r);
	if (!rd_done(&r) || memcmp(start, magic, MAGIC_SIZE) != 0 ||
	    version != LIST_VERSION || folder > 1 ||
	    check != sum(0, head, sizeof(head) - CHECK_SIZE))
		return ERR_FORMAT;
	*ret_folder = folder == 1;
	*ret_inode = inode;
	return 0;
}

int
list_encode(uint8_t out[static LIST_RECORD_MAX], uint64_t at,
    const struct file_piece *piece, const char *local)
{
	struct wr w = wr_to(out, LIST_RECORD_MAX);
	size_t name_size = piece->name == NULL ? 0 : strlen(piece->name);
	size_t local_size = local == NULL ? 0 : strlen(local);

	if (name_size > FILE_PIECE_NAME_MAX || local_size > NAME_MAX)
		return ERR_LIMIT;
	wr_u8(&w, piece->kind);
	wr_u64(&w, (uint64_t)piece->mtime);
	wr_u64(&w, piece->size);
	wr_u16(&w, (uint16_t)name_size);
	wr_u16(&w, (uint16_t)local_size);
	if (name_size > 0)
		wr_bytes(&w, piece->name, name_size);
	if (local_size > 0)
		wr_bytes(&w, local, local_size);
	wr_u32(&w, sum(at, out, w.size));
	return (int)w.size;
}

struct list_reader *
list_reader_new(int fd, bool folder)
{
	struct list_reader *r = xcalloc(1, sizeof(*r));

	r->fd = fd;
	r->at = LIST_RECORDS_SIZE;
	r->folder = folder;
	return r;
}

void
list_reader_free(struct list_reader *r)
{
	free(r);
}

/* Has as many bytes of a record as there are. */
static void
fill(struct list_reader *r)
{
	if (r->end - r->begin >= LIST_RECORD_MAX)
		return;
	memmove(r->bytes, r->bytes + r->begin, r->end - r->begin);
	r->at += r->begin;
	r->end -= r->begin;
	r->begin = 0;
	while (r->end < READ_SIZE) {
		ssize_t got = pread(r->fd, r->bytes + r->end,
		    READ_SIZE - r->end, (off_t)(r->at + r->end));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		r->end += (size_t)got;
	}
}

/* One component, of a name that cannot be misunderstood. */
static bool
is_local_name(const char *name, size_t size)
{
	return strlen(name) == size && strchr(name, '/') == NULL &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Whether there may be such a record; then the depth is that behind it. */
static bool
take_kind(struct list_reader *r, const struct list_record *record)
{
	bool named = record->local[0] != '\0';

	if (r->over)
		return record->kind == LIST_COMPLETE;
	switch (record->kind) {
	case FILE_PIECE_FILE:
		r->over = !r->folder;
		return r->folder ? r->depth > 0 && named : !named;
	case FILE_PIECE_ENTER:
		return r->folder && r->depth < FILE_DEPTH_MAX &&
		       named == (r->depth++ > 0);
	case FILE_PIECE_LEAVE:
		if (r->depth == 0)
			return false;
		r->over = --r->depth == 0;
		return true;
	default:
		return false;
	}
}

static bool
copy_name(struct rd *r, size_t n, size_t max, char *out)
{
	if (n > max)
		return false;
	rd_copy(r, out, n);
	out[n] = '\0';
	return !r->failed && strlen(out) == n;
}

const struct list_record *
list_next(struct list_reader *reader)
{
	struct list_record *record = &reader->record;

	fill(reader);
	const uint8_t *start = reader->bytes + reader->begin;
	struct rd r = rd_of(start, reader->end - reader->begin);
	record->at = reader->at + reader->begin;
	record->kind = rd_u8(&r);
	record->mtime = (int64_t)rd_u64(&r);
	record->size = rd_u64(&r);
	size_t name_size = rd_u16(&r), local_size = rd_u16(&r);
	if (!copy_name(&r, name_size, FILE_PIECE_NAME_MAX, record->name) ||
	    !copy_name(&r, local_size, NAME_MAX, record->local) ||
	    !is_local_name(record->local, local_size))
		return NULL;
	size_t size = FIXED_SIZE + name_size + local_size;
	uint32_t check = rd_u32(&r);
	if (r.failed || check != sum(record->at, start, size) ||
	    !take_kind(reader, record))
		return NULL;
	reader->begin += size + CHECK_SIZE;
	record->next = record->at + size + CHECK_SIZE;
	return record;
}

unsigned
list_depth(const struct list_reader *r)
{
	return r->depth;
}

struct file_piece
list_piece(const struct list_record *r)
{
	return (struct file_piece){ .kind = r->kind,
		.name = r->name,
		.size = r->size,
		.mtime = r->mtime };
}
