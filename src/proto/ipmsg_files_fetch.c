/* SPDX-License-Identifier: MIT */
/*
 * The end that fetches. A file has no frame: how long it is was said with the
 * offer, and the connection may stay open behind it.
 */
#include "base/err.h"
#include "base/mem.h"
#include "proto/ipmsg_files.h"

#include <stdlib.h>
#include <string.h>

enum { OPEN_MAX = 16384 };

struct ipmsg_fetch {
	struct ipmsg_fetch_cfg cfg;
	char *user, *host;
	enum ipmsg_files_state state;
	int64_t moved_ms;
	uint64_t left; /* of a file */
	bool whole;    /* of a file: all that was asked for is here */
	bool finished; /* whole, and nothing more came */
	struct ipmsg_stream *stream; /* of a folder */
	uint64_t skipped;
	char *name;          /* of the piece that was given out */
	struct rsa_ctr *ctr; /* NULL: in the clear */
	uint8_t *open;       /* what was decrypted */
	size_t open_at, open_end;
};

bool
ipmsg_fetch_resumes(enum ipmsg_client client)
{
	return client == IPMSG_CLIENT_WINDOWS;
}

struct ipmsg_fetch *
ipmsg_fetch_new(const struct ipmsg_fetch_cfg *cfg, struct now now)
{
	struct ipmsg_fetch *f = xcalloc(1, sizeof(*f));

	f->cfg = *cfg;
	f->user = xstrdup(cfg->user);
	f->host = xstrdup(cfg->host);
	f->moved_ms = now.mono_ms;
	if (cfg->folder || cfg->offset >= cfg->size)
		f->cfg.offset = 0;
	f->left = cfg->size - f->cfg.offset;
	if (cfg->folder) {
		f->stream = xmalloc(sizeof(*f->stream));
		ipmsg_stream_init(f->stream,
		    cfg->bytes_max == 0 ? INT64_MAX : cfg->bytes_max,
		    IPMSG_ENTRIES_MAX);
	}
	return f;
}

void
ipmsg_fetch_free(struct ipmsg_fetch *f)
{
	if (f == NULL)
		return;
	rsa_ctr_free(f->ctr);
	free(f->open);
	free(f->stream);
	free(f->name);
	free(f->user);
	free(f->host);
	free(f);
}

static void
end_as(struct ipmsg_fetch *f, enum ipmsg_files_state state)
{
	if (!ipmsg_files_is_over(f->state))
		f->state = state;
}

/* The body, encrypted, and the stream that the answer comes in. */
static int
seal(struct ipmsg_fetch *f, struct ipmsg_packet *packet,
    struct ipmsg_request *request, uint8_t out[static IPMSG_REQUEST_MAX])
{
	char digits[IPMSG_NUMBER_TEXT_MAX];
	uint8_t plain[256];
	size_t plain_size, size;

	request->capabilities = IPMSG_FILE_AES_CTR;
	request->own_number = f->cfg.number;
	rng_fill(f->cfg.rng, request->key, sizeof(request->key));
	int err = ipmsg_request_encode(
	    request, packet->command, plain, sizeof(plain) - 1, &plain_size);
	if (err < 0)
		return err;
	plain[plain_size++] = '\0';
	ipmsg_number_text(f->cfg.number, digits);
	err = ipmsg_crypt_encode(f->cfg.keys, f->cfg.rng, f->cfg.pubkey,
	    ipmsg_text_of(digits),
	    (struct ipmsg_text){ .bytes = plain, .size = plain_size }, out,
	    IPMSG_REQUEST_MAX, &size);
	if (err == 0) {
		f->ctr = ipmsg_ctr_new(
		    f->cfg.keys, request->key, ipmsg_text_of(digits));
		f->open = xmalloc(OPEN_MAX);
		err = f->ctr == NULL ? ERR_UNSUPPORTED : 0;
	}
	mem_wipe(plain, sizeof(plain));
	mem_wipe(request->key, sizeof(request->key));
	packet->options |= IPMSG_ENCRYPT | IPMSG_ENCFILE;
	packet->body = (struct ipmsg_text){ .bytes = out, .size = size };
	return err;
}

int
ipmsg_fetch_begin(struct ipmsg_fetch *f, struct now now,
    uint8_t out[static IPMSG_REQUEST_MAX], size_t *ret_size)
{
	uint8_t body[IPMSG_REQUEST_MAX];
	size_t size;
	int err;
	struct ipmsg_request request = {
		.packet = f->cfg.packet,
		.file = f->cfg.id,
		.offset = f->cfg.offset,
	};
	struct ipmsg_packet packet = {
		.number = f->cfg.number,
		.user = ipmsg_text_of(f->user),
		.host = ipmsg_text_of(f->host),
		.command =
		    f->cfg.folder ? IPMSG_GETDIRFILES : IPMSG_GETFILEDATA,
		.options = f->cfg.utf8 ? IPMSG_UTF8 : 0,
	};

	f->moved_ms = now.mono_ms;
	if (f->cfg.keys != NULL) {
		err = seal(f, &packet, &request, body);
	} else {
		err = ipmsg_request_encode(
		    &request, packet.command, body, sizeof(body), &size);
		packet.body =
		    (struct ipmsg_text){ .bytes = body, .size = size };
	}
	return err < 0
		   ? err
		   : ipmsg_encode(&packet, out, IPMSG_REQUEST_MAX, ret_size);
}

/* A name as a string; false for one that leads anywhere but into its folder,
 * or cannot be one. */
static bool
take_name(struct ipmsg_fetch *f, const struct ipmsg_stream_event *event)
{
	enum charset cs = f->cfg.utf8 ? CHARSET_UTF8 : f->cfg.charset;
	size_t size;

	free(f->name);
	f->name =
	    charset_decode(cs, event->name, event->name_size, &size, NULL);
	return size > 0 && strlen(f->name) == size &&
	       strchr(f->name, '/') == NULL && strcmp(f->name, ".") != 0 &&
	       strcmp(f->name, "..") != 0;
}

/* True with a piece; false when the event is none, or ends it. */
static bool
piece_of(struct ipmsg_fetch *f, const struct ipmsg_stream_event *event,
    struct file_piece *piece)
{
	static const uint8_t kinds[] = {
		[IPMSG_STREAM_ENTER] = FILE_PIECE_ENTER,
		[IPMSG_STREAM_FILE] = FILE_PIECE_FILE,
		[IPMSG_STREAM_BYTES] = FILE_PIECE_BYTES,
		[IPMSG_STREAM_LEAVE] = FILE_PIECE_LEAVE,
		[IPMSG_STREAM_END] = FILE_PIECE_END,
	};

	if (event->kind == IPMSG_STREAM_SKIPPED) {
		f->skipped++;
		return false;
	}
	*piece = (struct file_piece){
		.kind = kinds[event->kind],
		.bytes = event->bytes,
		.count = event->count,
		.size = event->size,
		.mtime = event->mtime,
		.mode = event->mode,
	};
	if (event->kind == IPMSG_STREAM_END)
		end_as(f, IPMSG_FILES_DONE);
	if (event->name == NULL)
		return true;
	if (!take_name(f, event)) {
		end_as(f, IPMSG_FILES_UNSAFE);
		return false;
	}
	piece->name = f->name;
	return true;
}

static bool
next_of_folder(struct ipmsg_fetch *f, const uint8_t **p, size_t *n,
    struct file_piece *piece)
{
	struct ipmsg_stream_event event;
	int more;

	while (!ipmsg_files_is_over(f->state) &&
	       (more = ipmsg_stream_next(f->stream, p, n, &event)) != 0) {
		if (more < 0)
			end_as(f, more == ERR_LIMIT ? IPMSG_FILES_LIMIT
						    : IPMSG_FILES_BROKEN);
		/* A folder was offered: a file instead of it is a lie. */
		else if (f->stream->depth == 0 &&
			 event.kind == IPMSG_STREAM_FILE)
			end_as(f, IPMSG_FILES_BROKEN);
		else if (piece_of(f, &event, piece))
			return true;
	}
	return false;
}

static bool
next_of_file(struct ipmsg_fetch *f, const uint8_t **p, size_t *n,
    struct file_piece *piece)
{
	size_t take = *n < f->left ? *n : (size_t)f->left;

	if (take > 0) {
		*piece = (struct file_piece){
			.kind = FILE_PIECE_BYTES,
			.bytes = *p,
			.count = take,
		};
		*p += take;
		*n -= take;
		f->left -= take;
		return true;
	}
	f->whole = f->left == 0;
	/* From an offset the end is only known by nothing coming after it. */
	if (f->whole && f->cfg.offset > 0 && *n > 0)
		end_as(f, IPMSG_FILES_RESTART);
	else if (f->whole && (f->cfg.offset == 0 || f->finished))
		end_as(f, IPMSG_FILES_DONE);
	if (f->state != IPMSG_FILES_DONE)
		return false;
	*piece = (struct file_piece){ .kind = FILE_PIECE_END };
	return true;
}

static bool
next_in_clear(struct ipmsg_fetch *f, const uint8_t **p, size_t *n,
    struct file_piece *piece)
{
	if (ipmsg_files_is_over(f->state))
		return false;
	return f->cfg.folder ? next_of_folder(f, p, n, piece)
			     : next_of_file(f, p, n, piece);
}

/* Decrypts as much as there is room for, and goes on with that. */
static bool
next_sealed(struct ipmsg_fetch *f, const uint8_t **p, size_t *n,
    struct file_piece *piece)
{
	for (;;) {
		const uint8_t *at = f->open + f->open_at;
		size_t left = f->open_end - f->open_at;
		bool more = next_in_clear(f, &at, &left, piece);
		f->open_at = f->open_end - left;
		if (more || *n == 0 || ipmsg_files_is_over(f->state))
			return more;
		size_t take = *n < OPEN_MAX ? *n : OPEN_MAX;
		memcpy(f->open, *p, take);
		rsa_ctr_apply(f->ctr, f->open, take);
		*p += take;
		*n -= take;
		f->open_at = 0;
		f->open_end = take;
	}
}

bool
ipmsg_fetch_next(struct ipmsg_fetch *f, struct now now, const uint8_t **p,
    size_t *n, struct file_piece *ret_piece)
{
	if (*n > 0) {
		f->moved_ms = now.mono_ms;
		if (f->state == IPMSG_FILES_WAITING)
			f->state = IPMSG_FILES_RUNNING;
	}
	return f->ctr == NULL ? next_in_clear(f, p, n, ret_piece)
			      : next_sealed(f, p, n, ret_piece);
}

void
ipmsg_fetch_closed(struct ipmsg_fetch *f)
{
	if (f->whole)
		f->finished = true;
	else if (f->state == IPMSG_FILES_WAITING)
		end_as(f, IPMSG_FILES_REFUSED);
	else
		end_as(f, IPMSG_FILES_SHORT);
}

int64_t
ipmsg_fetch_deadline(const struct ipmsg_fetch *f)
{
	if (ipmsg_files_is_over(f->state))
		return NEVER_MS;
	return f->moved_ms + (f->whole ? IPMSG_GRACE_MS : IPMSG_IDLE_MS);
}

void
ipmsg_fetch_tick(struct ipmsg_fetch *f, struct now now)
{
	if (now.mono_ms < ipmsg_fetch_deadline(f))
		return;
	if (f->whole)
		f->finished = true;
	else
		end_as(f, IPMSG_FILES_TIMEOUT);
}

enum ipmsg_files_state
ipmsg_fetch_state(const struct ipmsg_fetch *f)
{
	return f->state;
}

uint64_t
ipmsg_fetch_skipped(const struct ipmsg_fetch *f)
{
	return f->skipped;
}
