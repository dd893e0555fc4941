/* SPDX-License-Identifier: MIT */
/*
 * What is done ahead for a large file: its room is taken in large steps, and
 * what came goes to the disk while more comes, so that the sync at the end is
 * short; and one that is very large does not push out of memory what else is
 * there.
 */
#include "store/sink_state.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

enum {
	MIB = 1024 * 1024,
	/* Two steps are on their way to the disk at most: who syncs a few bytes
	 * meanwhile waits for them, and for no more. A disk works best with
	 * large ones. */
	FLUSH_STEP = 8 * MIB,
	FLUSH_SHARED = MIB / 8,
	RESERVE_STEP = 64 * MIB,
	RESERVE_MIN = 2 * MIB,
	/* What is smaller than that may be wanted soon. */
	DROP_CACHE_MIN = 256 * MIB,
};

#if defined(__linux__) && defined(FALLOC_FL_KEEP_SIZE)
/* There, it is only more work. */
static bool
is_in_memory(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (uint32_t)fs.f_type == 0x01021994;
}

static bool
reserve(struct sink *s, uint64_t n)
{
	char *error = NULL;
	bool room =
	    !is_in_memory(s->fd) && sink_look_at_disk(s, n, &error) == 0;

	free(error);
	/* The size stays what was written: that tells how much is there. */
	return room && fallocate(s->fd, FALLOC_FL_KEEP_SIZE, (off_t)s->at,
			   (off_t)n) == 0;
}
#else
static bool
reserve(struct sink *s, uint64_t n)
{
	(void)s;
	(void)n;
	return false;
}
#endif

void
sink_share(struct sink *s, bool on)
{
	s->shares = on;
}

void
sink_ahead_begin(struct sink *s)
{
	s->unflushed = s->flushing = s->reserved = 0;
	s->reserves = s->left >= RESERVE_MIN && s->left <= INT64_MAX;
	s->drops_cache = s->left >= DROP_CACHE_MIN;
}

uint64_t
sink_ahead_reserve(struct sink *s, size_t n)
{
	if (s->reserved == 0 && s->reserves) {
		uint64_t step =
		    s->left < RESERVE_STEP ? s->left : (uint64_t)RESERVE_STEP;
		s->reserves = reserve(s, step);
		s->reserved = s->reserves ? step : 0;
	}
	return n < s->reserved ? 0 : n - s->reserved;
}

#ifdef SYNC_FILE_RANGE_WRITE
static int
send_range(const struct sink *s, uint64_t at, uint64_t n, unsigned how)
{
	if (sync_file_range(s->fd, (off_t)at, (off_t)n, how) == 0)
		return 0;
	/* Who is told so once is not told by the sync at the end. Else it is
	 * not for such a file. */
	return errno == EIO || errno == ENOSPC || errno == EDQUOT ? ERR_SYS : 0;
}

/* Of two steps one is on the disk when it returns. Whoever has no thread of
 * its own for that does not wait. */
static int
flush(const struct sink *s)
{
	uint64_t at = s->at - s->unflushed;
	int err = send_range(s, at, s->unflushed, SYNC_FILE_RANGE_WRITE);

	if (err < 0 || s->flushing == 0 || s->part == NULL)
		return err;
	err = send_range(
	    s, at - s->flushing, s->flushing, SYNC_FILE_RANGE_WAIT_BEFORE);
	if (err == 0 && s->drops_cache)
		(void)posix_fadvise(s->fd, (off_t)(at - s->flushing),
		    (off_t)s->flushing, POSIX_FADV_DONTNEED);
	return err;
}
#else
static int
flush(const struct sink *s)
{
	(void)s;
	return 0;
}
#endif

int
sink_ahead_wrote(struct sink *s, size_t n)
{
	s->at += n;
	s->reserved -= n < s->reserved ? n : s->reserved;
	s->unflushed += n;
	if (s->unflushed < (s->shares ? FLUSH_SHARED : FLUSH_STEP))
		return 0;
	int err = flush(s);
	s->flushing = s->unflushed;
	s->unflushed = 0;
	return err;
}

void
sink_ahead_end(struct sink *s)
{
	/* Where that fails, only room is lost, until it is taken up. */
	if (s->fd >= 0 && s->reserved > 0 &&
	    ftruncate(s->fd, (off_t)s->at) == 0)
		s->reserved = 0;
}
