/* SPDX-License-Identifier: MIT */
/*
 * A VFS of SQLite around that of the system. The files really are written; what
 * is remembered beside them is their content at the last sync and the writes
 * since, from which power_loss makes the files anew.
 */
#include "bad_disk.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 16, SECTOR = 512 };

struct pending {
	sqlite3_int64 at;
	int size; /* -1: the file ends at at */
	uint8_t *data;
};

struct image {
	char *path;
	uint8_t *data; /* as of the last sync */
	size_t size, cap;
	struct pending *pending;
	size_t count, pending_cap;
};

struct bad_file {
	sqlite3_file base;
	struct image *image; /* NULL: not remembered */
	sqlite3_file *real;
};

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	sqlite3_io_methods methods;
	enum bad_mode mode, next;
	bool once;
	unsigned left, count;
	struct image images[FILES_MAX];
	size_t image_count;
} disk;

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
forget_pending(struct image *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->pending[i].data);
	m->count = 0;
}

static void
resize(struct image *m, size_t size)
{
	if (size > m->cap) {
		m->cap = 2 * size;
		m->data = must(realloc(m->data, m->cap));
	}
	if (size > m->size)
		memset(m->data + m->size, 0, size - m->size);
	m->size = size;
}

static void
play(struct image *m, const struct pending *p, size_t size)
{
	size_t at = (size_t)p->at;

	if (p->size < 0) {
		resize(m, at);
		return;
	}
	if (at + size > m->size)
		resize(m, at + size);
	memcpy(m->data + at, p->data, size);
}

static void
add_pending(struct image *m, const void *data, int size, sqlite3_int64 at)
{
	if (m == NULL || disk.mode == BAD_DEAD)
		return;
	if (m->count == m->pending_cap) {
		m->pending_cap = 2 * m->pending_cap + 16;
		m->pending = must(
		    realloc(m->pending, m->pending_cap * sizeof(*m->pending)));
	}
	struct pending *p = &m->pending[m->count++];
	*p = (struct pending){ .at = at, .size = size };
	if (size > 0)
		p->data =
		    memcpy(must(malloc((size_t)size)), data, (size_t)size);
}

static void
load(struct image *m)
{
	struct stat st;
	int fd = open(m->path, O_RDONLY | O_CLOEXEC);

	forget_pending(m);
	m->size = 0;
	if (fd < 0)
		return;
	if (fstat(fd, &st) != 0)
		abort();
	resize(m, (size_t)st.st_size);
	if (read(fd, m->data, m->size) != (ssize_t)m->size)
		abort();
	close(fd);
}

static struct image *
image_of(const char *path)
{
	size_t i = 0;

	while (i < disk.image_count && strcmp(disk.images[i].path, path) != 0)
		i++;
	if (i == disk.image_count) {
		if (i == FILES_MAX)
			abort();
		disk.images[i] = (struct image){ .path = must(strdup(path)) };
		disk.image_count++;
		load(&disk.images[i]);
	}
	return &disk.images[i];
}

/* What the next write or sync meets. */
static int
fate(bool sync)
{
	disk.count++;
	enum bad_mode mode = disk.mode;
	if (disk.left > 0 && --disk.left == 0) {
		mode = disk.next;
		if (!disk.once)
			disk.mode = mode;
	}
	switch (mode) {
	case BAD_NONE:
	case BAD_READONLY:
		return SQLITE_OK;
	case BAD_FULL:
		return sync ? SQLITE_OK : SQLITE_FULL;
	case BAD_ERROR:
	case BAD_DEAD:
		break;
	}
	return sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE;
}

static struct bad_file *
bad(sqlite3_file *f)
{
	return (struct bad_file *)(void *)f;
}

static sqlite3_file *
real(sqlite3_file *f)
{
	return bad(f)->real;
}

static int
bad_close(sqlite3_file *f)
{
	int code = real(f)->pMethods->xClose(real(f));

	free(real(f));
	return code;
}

static int
bad_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), p, n, at);
}

static int
bad_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	int code = fate(false);

	if (code != SQLITE_OK)
		return code;
	add_pending(bad(f)->image, p, n, at);
	return real(f)->pMethods->xWrite(real(f), p, n, at);
}

static int
bad_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int code = fate(false);

	if (code != SQLITE_OK)
		return code == SQLITE_FULL ? code : SQLITE_IOERR_TRUNCATE;
	add_pending(bad(f)->image, NULL, -1, size);
	return real(f)->pMethods->xTruncate(real(f), size);
}

/* To the disk of the memory; the real one need not turn for this. */
static int
bad_sync(sqlite3_file *f, int flags)
{
	struct image *m = bad(f)->image;
	int code = fate(true);

	(void)flags;
	if (code != SQLITE_OK || m == NULL || disk.mode == BAD_DEAD)
		return code;
	for (size_t i = 0; i < m->count; i++)
		play(m, &m->pending[i],
		    m->pending[i].size < 0 ? 0 : (size_t)m->pending[i].size);
	forget_pending(m);
	return SQLITE_OK;
}

static int
bad_size(sqlite3_file *f, sqlite3_int64 *ret_size)
{
	return real(f)->pMethods->xFileSize(real(f), ret_size);
}

static int
bad_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int
bad_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
bad_reserved(sqlite3_file *f, int *ret_locked)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), ret_locked);
}

static int
bad_control(sqlite3_file *f, int op, void *p)
{
	return real(f)->pMethods->xFileControl(real(f), op, p);
}

static int
bad_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
bad_traits(sqlite3_file *f)
{
	(void)f;
	/* The worst there is: any write may be in part. */
	return 0;
}

static int
bad_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
}

static int
bad_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void
bad_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
bad_shm_unmap(sqlite3_file *f, int remove_it)
{
	return real(f)->pMethods->xShmUnmap(real(f), remove_it);
}

static int
bad_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *ret_flags)
{
	struct bad_file *b = bad(f);

	(void)vfs;
	f->pMethods = NULL;
	if (disk.mode == BAD_READONLY && (flags & SQLITE_OPEN_MAIN_DB) != 0 &&
	    (flags & SQLITE_OPEN_READWRITE) != 0) {
		flags &= ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
		flags |= SQLITE_OPEN_READONLY;
	}
	b->real = must(calloc(1, (size_t)disk.real->szOsFile));
	int code = disk.real->xOpen(disk.real, name, b->real, flags, ret_flags);
	if (code != SQLITE_OK) {
		free(b->real);
		return code;
	}
	b->image = NULL;
	if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0)
		b->image = image_of(name);
	f->pMethods = &disk.methods;
	return SQLITE_OK;
}

static int
bad_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (disk.mode == BAD_DEAD)
		return SQLITE_IOERR_DELETE;
	int code = disk.real->xDelete(disk.real, name, sync);
	for (size_t i = 0; i < disk.image_count; i++)
		if (strcmp(disk.images[i].path, name) == 0)
			load(&disk.images[i]);
	return code;
}

void
bad_disk_install(void)
{
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "bad";
	disk.vfs.szOsFile = (int)sizeof(struct bad_file);
	disk.vfs.xOpen = bad_open;
	disk.vfs.xDelete = bad_delete;
	disk.methods = (sqlite3_io_methods){
		.iVersion = 2,
		.xClose = bad_close,
		.xRead = bad_read,
		.xWrite = bad_write,
		.xTruncate = bad_truncate,
		.xSync = bad_sync,
		.xFileSize = bad_size,
		.xLock = bad_lock,
		.xUnlock = bad_unlock,
		.xCheckReservedLock = bad_reserved,
		.xFileControl = bad_control,
		.xSectorSize = bad_sector,
		.xDeviceCharacteristics = bad_traits,
		.xShmMap = bad_shm_map,
		.xShmLock = bad_shm_lock,
		.xShmBarrier = bad_shm_barrier,
		.xShmUnmap = bad_shm_unmap,
	};
	bad_disk_set(BAD_NONE);
	if (sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK)
		abort();
}

void
bad_disk_remove(void)
{
	sqlite3_vfs_unregister(&disk.vfs);
	sqlite3_vfs_register(disk.real, 1);
	for (size_t i = 0; i < disk.image_count; i++) {
		forget_pending(&disk.images[i]);
		free(disk.images[i].pending);
		free(disk.images[i].data);
		free(disk.images[i].path);
	}
	disk.image_count = 0;
}

void
bad_disk_set(enum bad_mode mode)
{
	disk.mode = mode;
	disk.left = disk.count = 0;
}

void
bad_disk_after(unsigned count, enum bad_mode mode, bool once)
{
	disk.mode = BAD_NONE;
	disk.left = count;
	disk.next = mode;
	disk.once = once;
	disk.count = 0;
}

unsigned
bad_disk_count(void)
{
	return disk.count;
}

static uint32_t
draw(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(*state >> 33) % below;
}

/* A third not at all, a third in part, sector by sector. */
static void
lose(struct image *m, uint64_t *state)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct pending *p = &m->pending[i];
		uint32_t luck = draw(state, 3);
		if (luck == 0)
			continue;
		size_t size = p->size < 0 ? 0 : (size_t)p->size;
		if (luck == 1 && size > SECTOR)
			size =
			    SECTOR * draw(state, (uint32_t)(size / SECTOR) + 1);
		if (p->size < 0 || size > 0)
			play(m, p, size);
	}
	forget_pending(m);
}

void
bad_disk_power_loss(uint64_t seed)
{
	for (size_t i = 0; i < disk.image_count; i++) {
		struct image *m = &disk.images[i];
		lose(m, &seed);
		int fd = open(
		    m->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, m->data, m->size) != (ssize_t)m->size)
			abort();
		close(fd);
	}
	bad_disk_set(BAD_NONE);
}
