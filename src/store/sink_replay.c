/* SPDX-License-Identifier: MIT */
/*
 * What is there, from the list and the files that it names. It ends where the
 * two do not fit any more: after the last byte of a file that is too short, or
 * before what is not there.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sink_replay {
	struct list_reader *list;
	int dirs[FILE_DEPTH_MAX]; /* from 1 on; of 0 the sink's */
	unsigned depth;
	int fd; /* the file that is read; or -1 */
	bool owns_fd;
	uint64_t at, left; /* in it */
	bool over;         /* it ends behind the file */
	char *error;
	uint8_t bytes[FILE_PIECE_MAX];
};

static struct sink_replay *
replay_new(const struct sink *s)
{
	struct sink_replay *r = xcalloc(1, sizeof(*r));

	r->list = list_reader_new(s->list, s->plan.is_folder);
	r->fd = -1;
	r->owns_fd = s->plan.is_folder;
	return r;
}

static void
end_file(struct sink_replay *r)
{
	if (r->owns_fd && r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

void
sink_replay_free(struct sink_replay *r)
{
	if (r == NULL)
		return;
	end_file(r);
	while (r->depth > 1)
		close(r->dirs[--r->depth]);
	list_reader_free(r->list);
	free(r->error);
	free(r);
}

static int
dir_of(const struct sink *s, const struct sink_replay *r)
{
	return r->depth > 1 ? r->dirs[r->depth - 1] : s->levels[0].fd;
}

static bool
begin_file(
    struct sink *s, struct sink_replay *r, const struct list_record *record)
{
	struct stat st;

	r->fd = s->fd;
	if (s->plan.is_folder)
		r->fd =
		    place_open_file(dir_of(s, r), record->local, O_RDONLY, &st);
	else if (fstat(r->fd, &st) != 0)
		return false;
	if (r->fd < 0)
		return false;
#ifdef POSIX_FADV_SEQUENTIAL
	if (record->size > sizeof(r->bytes))
		posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	uint64_t there = (uint64_t)st.st_size;
	r->over = there != record->size;
	r->left = there < record->size ? there : record->size;
	r->at = 0;
	return true;
}

/* Whether it is there. */
static bool
begin_record(
    struct sink *s, struct sink_replay *r, const struct list_record *record)
{
	struct stat st;

	switch (record->kind) {
	case FILE_PIECE_FILE:
		return begin_file(s, r, record);
	case FILE_PIECE_ENTER:
		if (r->depth > 0) {
			int fd =
			    place_open_folder(dir_of(s, r), record->local, &st);
			if (fd < 0)
				return false;
			r->dirs[r->depth] = fd;
		}
		r->depth++;
		return true;
	case FILE_PIECE_LEAVE:
		if (--r->depth > 0)
			close(r->dirs[r->depth]);
		return true;
	default:
		return false;
	}
}

static struct file_piece
read_error(struct sink *s)
{
	free(s->replay->error);
	s->replay->error = xasprintf("%s: %s", s->name, strerror(errno));
	return (struct file_piece){ .kind = FILE_PIECE_ERROR,
		.name = s->replay->error };
}

/* BYTES; or END, when there are no more after all. */
static struct file_piece
read_file(struct sink *s, struct sink_replay *r)
{
	size_t want =
	    r->left < sizeof(r->bytes) ? (size_t)r->left : sizeof(r->bytes);
	ssize_t got;

	do
		got = pread(r->fd, r->bytes, want, (off_t)r->at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return read_error(s);
	r->at += (uint64_t)got;
	r->left -= (uint64_t)got;
	s->replayed += (uint64_t)got;
	if (got == 0) {
		r->left = 0;
		r->over = true;
		return (struct file_piece){ .kind = FILE_PIECE_END };
	}
	return (struct file_piece){ .kind = FILE_PIECE_BYTES,
		.bytes = r->bytes,
		.count = (size_t)got };
}

void
sink_replay(struct sink *s, struct file_piece *ret_piece)
{
	*ret_piece = (struct file_piece){ .kind = FILE_PIECE_END };
	if (!s->resumed)
		return;
	if (s->replay == NULL)
		s->replay = replay_new(s);
	struct sink_replay *r = s->replay;
	if (r->left > 0) {
		*ret_piece = read_file(s, r);
		return;
	}
	end_file(r);
	if (r->over)
		return;
	const struct list_record *record = list_next(r->list);
	if (record == NULL || !begin_record(s, r, record)) {
		r->over = true;
		return;
	}
	*ret_piece = list_piece(record);
	s->replayed += file_piece_header_size(ret_piece);
}
