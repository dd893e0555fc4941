/* SPDX-License-Identifier: MIT */
/*
 * The end that serves. Until a request is there and admitted, nothing is sent:
 * a stranger who connects learns that the port is open and no more.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "proto/ipmsg_files.h"
#include "proto/ipmsg_offers.h"

#include <stdlib.h>
#include <string.h>

struct ipmsg_serve {
	enum ipmsg_files_state state;
	int64_t started_ms; /* the connection; then the last that moved */
	int64_t heard_ms;   /* bytes of the request */
	uint8_t request[IPMSG_REQUEST_MAX];
	size_t request_size;
	struct ipmsg_packet packet; /* borrows from request */
	bool as_folder;
	bool utf8;
	enum charset charset;
	struct rsa_ctr *ctr; /* NULL: in the clear */
	struct buf out;
	size_t given;    /* bytes of out that were given out */
	uint64_t offset; /* where a single file begins */
	uint64_t left;   /* of the file that runs */
	unsigned depth;
	bool ended; /* the source */
	bool sent;  /* anything */
	bool quiet; /* what is there is no request yet */
};

enum {
	/* One piece of the source, and headers. */
	SERVE_OUT_MAX = FILE_PIECE_MAX + 16384,
	HEADER_MAX = 4096,
};

struct ipmsg_serve *
ipmsg_serve_new(struct now now)
{
	struct ipmsg_serve *s = xcalloc(1, sizeof(*s));

	s->started_ms = now.mono_ms;
	s->heard_ms = now.mono_ms;
	buf_init(&s->out, SERVE_OUT_MAX);
	return s;
}

void
ipmsg_serve_free(struct ipmsg_serve *s)
{
	if (s == NULL)
		return;
	rsa_ctr_free(s->ctr);
	buf_clear(&s->out);
	free(s);
}

static void
end_as(struct ipmsg_serve *s, enum ipmsg_files_state state)
{
	if (!ipmsg_files_is_over(s->state))
		s->state = state;
}

static bool
is_request(struct ipmsg_serve *s)
{
	return ipmsg_decode(s->request, s->request_size, &s->packet) == 0 &&
	       (s->packet.command == IPMSG_GETFILEDATA ||
		   s->packet.command == IPMSG_GETDIRFILES);
}

void
ipmsg_serve_input(
    struct ipmsg_serve *s, struct now now, const uint8_t *p, size_t n)
{
	/* Nobody has anything to say after the request. */
	if (s->state != IPMSG_FILES_WAITING || n == 0)
		return;
	s->heard_ms = now.mono_ms;
	const uint8_t *end = memchr(p, '\0', n);
	size_t take = end == NULL ? n : (size_t)(end - p);
	if (take > sizeof(s->request) - s->request_size) {
		end_as(s, IPMSG_FILES_REFUSED);
		return;
	}
	memcpy(s->request + s->request_size, p, take);
	s->request_size += take;
	s->quiet = false;
	if (end != NULL)
		end_as(
		    s, is_request(s) ? IPMSG_FILES_ASKED : IPMSG_FILES_REFUSED);
}

bool
ipmsg_serve_asked(const struct ipmsg_serve *s, struct ipmsg_text *ret_user,
    struct ipmsg_text *ret_host)
{
	if (s->state != IPMSG_FILES_ASKED)
		return false;
	ipmsg_sender(&s->packet, ret_user, ret_host);
	return true;
}

/* Sets the stream of the answer where the request wants one. */
static int
open_answer(struct ipmsg_serve *s, const struct ipmsg_asker *asker,
    const struct ipmsg_request *request)
{
	/* The number in the sealed part is the one outside: or else the part
	 * was cut out of another packet. */
	if (request->own_number != s->packet.number)
		return ERR_AUTH;
	if (request->capabilities != IPMSG_FILE_AES_CTR)
		return 0;
	s->ctr = ipmsg_ctr_new(asker->keys, request->key, s->packet.digits);
	return s->ctr == NULL ? ERR_UNSUPPORTED : 0;
}

static int
decode_sealed(struct ipmsg_serve *s, const struct ipmsg_asker *asker,
    struct ipmsg_request *request)
{
	struct ipmsg_clear clear;

	if (asker->keys == NULL)
		return ERR_UNSUPPORTED;
	int err = ipmsg_crypt_decode(
	    asker->keys, asker->rng, &s->packet, asker->pubkey, &clear);
	if (err < 0)
		return err;
	struct ipmsg_parts parts = ipmsg_parts(clear.bytes, clear.size, false);
	bool with_key = (s->packet.options & IPMSG_ENCFILE) != 0;
	err = ipmsg_request_decode(
	    parts.body, s->packet.command, with_key, request);
	/* Without a key to check it by it is as good as one in the clear; a
	 * signature that is wrong is worse. */
	if (err == 0 && clear.signature == IPMSG_SIGNED_BAD)
		err = ERR_AUTH;
	if (err == 0 && with_key)
		err = open_answer(s, asker, request);
	mem_wipe(clear.bytes, clear.size);
	free(clear.bytes);
	return err;
}

static int
decode_request(struct ipmsg_serve *s, const struct ipmsg_asker *asker,
    struct ipmsg_request *request)
{
	if (s->packet.options & IPMSG_ENCRYPT)
		return decode_sealed(s, asker, request);
	return ipmsg_request_decode(
	    s->packet.body, s->packet.command, false, request);
}

static int
admit(struct ipmsg_serve *s, struct ipmsg_offers *offers,
    const struct ipmsg_asker *asker, struct ipmsg_admitted *admitted)
{
	struct ipmsg_request request = { 0 };
	const struct ipmsg_offer *offer;

	if (asker->handle == NULL)
		return ERR_NOT_FOUND;
	int err = decode_request(s, asker, &request);
	if (err == 0)
		err = ipmsg_offers_take(
		    offers, asker->handle, &request, s->as_folder, &offer);
	mem_wipe(request.key, sizeof(request.key));
	if (err < 0)
		return err;
	*admitted = (struct ipmsg_admitted){
		.token = offer->token,
		.packet = offer->packet,
		.offset = s->as_folder ? 0 : request.offset,
	};
	s->offset = admitted->offset;
	return 0;
}

int
ipmsg_serve_admit(struct ipmsg_serve *s, struct now now,
    struct ipmsg_offers *offers, const struct ipmsg_asker *asker,
    struct ipmsg_admitted *ret_admitted)
{
	if (s->state != IPMSG_FILES_ASKED)
		return ERR_STATE;
	s->as_folder = s->packet.command == IPMSG_GETDIRFILES;
	s->utf8 = (s->packet.options & IPMSG_UTF8) != 0;
	s->charset = asker->charset;
	int err = admit(s, offers, asker, ret_admitted);
	end_as(s, err < 0 ? IPMSG_FILES_REFUSED : IPMSG_FILES_RUNNING);
	s->started_ms = now.mono_ms;
	return err;
}

/* A name in the set of the reader; what that does not have becomes "_", since
 * a file with such a name is better than none. Caller frees. */
static uint8_t *
encode_name(const struct ipmsg_serve *s, const char *name, size_t *ret_size)
{
	char *text = xstrdup(name);
	size_t size = strlen(text), at = 0;
	uint8_t *out = NULL;
	enum charset cs = s->utf8 ? CHARSET_UTF8 : s->charset;

	*ret_size = 0;
	while (charset_encode(cs, text, size, &out, ret_size, &at) < 0) {
		size_t next = at + 1;
		if (at >= size)
			break;
		text[at] = '_';
		while (((unsigned char)text[next] & 0xC0) == 0x80)
			next++;
		memmove(text + at + 1, text + next, size - next + 1);
		size -= next - at - 1;
	}
	free(text);
	return out;
}

static bool
put(struct ipmsg_serve *s, const uint8_t *p, size_t n)
{
	uint8_t *room = buf_reserve(&s->out, n);

	if (room == NULL)
		return false;
	memcpy(room, p, n);
	if (s->ctr != NULL)
		rsa_ctr_apply(s->ctr, room, n);
	buf_commit(&s->out, n);
	return true;
}

static bool
put_header(struct ipmsg_serve *s, uint8_t type, const struct file_piece *piece)
{
	struct ipmsg_file file = { .type = type };
	uint8_t header[HEADER_MAX];
	struct wr w = wr_to(header, sizeof(header));

	if (piece != NULL) {
		uint8_t *name = encode_name(s, piece->name, &file.name_size);
		if (name != NULL && file.name_size <= IPMSG_FILE_NAME_MAX)
			memcpy(file.name, name, file.name_size);
		free(name);
		file.size = piece->size;
		file.mtime = piece->mtime;
		file.mode = piece->mode & 0777;
	}
	ipmsg_stream_put(&w, &file);
	return !w.failed && put(s, header, w.size);
}

static bool
begin_file(struct ipmsg_serve *s, const struct file_piece *piece)
{
	if (piece->size < s->offset)
		return false;
	s->left = piece->size - s->offset;
	return !s->as_folder || put_header(s, IPMSG_FILE_REGULAR, piece);
}

static bool
put_bytes(struct ipmsg_serve *s, const struct file_piece *piece)
{
	if (piece->count > s->left)
		return false;
	s->left -= piece->count;
	return put(s, piece->bytes, piece->count);
}

/* False when the source does not keep to its grammar or cannot go on: then the
 * connection ends, so that the other end takes it for incomplete. */
static bool
put_piece(struct ipmsg_serve *s, const struct file_piece *piece)
{
	if (s->left > 0 && piece->kind != FILE_PIECE_BYTES &&
	    piece->kind != FILE_PIECE_NOTE)
		return false;
	switch ((enum file_piece_kind)piece->kind) {
	case FILE_PIECE_ENTER:
		s->depth++;
		return s->as_folder && put_header(s, IPMSG_FILE_DIR, piece);
	case FILE_PIECE_FILE:
		return begin_file(s, piece);
	case FILE_PIECE_BYTES:
		return put_bytes(s, piece);
	case FILE_PIECE_LEAVE:
		return s->depth-- > 0 &&
		       put_header(s, IPMSG_FILE_RETPARENT, NULL);
	case FILE_PIECE_NOTE:
		return true;
	case FILE_PIECE_END:
		s->ended = true;
		return s->depth == 0;
	case FILE_PIECE_ERROR:
		break;
	}
	return false;
}

void
ipmsg_serve_piece(
    struct ipmsg_serve *s, struct now now, const struct file_piece *piece)
{
	if (s->state != IPMSG_FILES_RUNNING)
		return;
	s->started_ms = now.mono_ms;
	if (!put_piece(s, piece))
		end_as(s, IPMSG_FILES_SOURCE);
	else if (s->ended) /* of an empty file nothing goes out to wait for */
		end_as(s, s->sent || buf_size(&s->out) > 0 ? IPMSG_FILES_ENDING
							   : IPMSG_FILES_DONE);
}

bool
ipmsg_serve_output(struct ipmsg_serve *s, const uint8_t **ret_p, size_t *ret_n)
{
	buf_consume(&s->out, s->given);
	s->given = buf_size(&s->out);
	if (s->given == 0)
		return false;
	s->sent = true;
	*ret_p = buf_data(&s->out);
	*ret_n = s->given;
	return true;
}

void
ipmsg_serve_wrote(struct ipmsg_serve *s, struct now now)
{
	s->started_ms = now.mono_ms;
}

void
ipmsg_serve_closed(struct ipmsg_serve *s, bool broken)
{
	if (s->state == IPMSG_FILES_ENDING && !broken)
		end_as(s, IPMSG_FILES_DONE);
	else if (s->state == IPMSG_FILES_WAITING)
		end_as(s, IPMSG_FILES_REFUSED);
	else
		end_as(s, IPMSG_FILES_SHORT);
}

int64_t
ipmsg_serve_deadline(const struct ipmsg_serve *s)
{
	switch (s->state) {
	case IPMSG_FILES_WAITING:
		if (s->request_size == 0 || s->quiet)
			return s->started_ms + IPMSG_REQUEST_MS;
		return earlier_ms(s->started_ms + IPMSG_REQUEST_MS,
		    s->heard_ms + IPMSG_QUIET_MS);
	case IPMSG_FILES_ASKED:
		return s->started_ms + IPMSG_REQUEST_MS;
	case IPMSG_FILES_RUNNING:
		return s->started_ms + IPMSG_IDLE_MS;
	case IPMSG_FILES_ENDING:
		return s->started_ms + IPMSG_LINGER_MS;
	case IPMSG_FILES_DONE:
	case IPMSG_FILES_REFUSED:
	case IPMSG_FILES_SHORT:
	case IPMSG_FILES_BROKEN:
	case IPMSG_FILES_LIMIT:
	case IPMSG_FILES_UNSAFE:
	case IPMSG_FILES_TIMEOUT:
	case IPMSG_FILES_RESTART:
	case IPMSG_FILES_SOURCE:
		break;
	}
	return NEVER_MS;
}

void
ipmsg_serve_tick(struct ipmsg_serve *s, struct now now)
{
	if (now.mono_ms < ipmsg_serve_deadline(s))
		return;
	if (s->state == IPMSG_FILES_WAITING &&
	    now.mono_ms < s->started_ms + IPMSG_REQUEST_MS) {
		s->quiet = !is_request(s);
		if (!s->quiet)
			s->state = IPMSG_FILES_ASKED;
	} else if (s->state == IPMSG_FILES_ENDING)
		end_as(s, IPMSG_FILES_DONE);
	else if (s->state == IPMSG_FILES_RUNNING)
		end_as(s, IPMSG_FILES_TIMEOUT);
	else
		end_as(s, IPMSG_FILES_REFUSED);
}

enum ipmsg_files_state
ipmsg_serve_state(const struct ipmsg_serve *s)
{
	return s->state;
}
