/* SPDX-License-Identifier: MIT */
#include "ipmsg_files_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { NUMBER = 1700000060, PACKET = 7 };

void
files_kit_init(struct files_kit *k)
{
	memset(k, 0, sizeof(*k));
	k->now.mono_ms = 1000000;
	k->offers = ipmsg_offers_new();
	k->asker.handle = "bob@host3";
	k->step = 1000000;
}

static void
disconnect(struct files_kit *k)
{
	ipmsg_serve_free(k->serve);
	ipmsg_fetch_free(k->fetch);
	k->serve = NULL;
	k->fetch = NULL;
}

void
files_kit_clear(struct files_kit *k)
{
	disconnect(k);
	ipmsg_offers_free(k->offers);
	k->offers = NULL;
}

void
files_kit_offer(struct files_kit *k, uint32_t token, uint64_t id, bool folder,
    uint64_t size)
{
	struct ipmsg_offer offer = {
		.token = token,
		.packet = PACKET,
		.id = id,
		.folder = folder,
		.size = size,
		.handle = "Bob@host3",
	};

	assert_int_equal(ipmsg_offers_add(k->offers, &offer), 0);
}

static void
admit(struct files_kit *k)
{
	struct ipmsg_text user, host;

	if (!ipmsg_serve_asked(k->serve, &user, &host))
		return;
	assert_true(ipmsg_text_is(user, "bob"));
	assert_true(ipmsg_text_is(host, "host3"));
	k->admit_err = ipmsg_serve_admit(
	    k->serve, k->now, k->offers, &k->asker, &k->admitted);
}

void
files_kit_ask(struct files_kit *k, const uint8_t *p, size_t n)
{
	disconnect(k);
	k->serve = ipmsg_serve_new(k->now);
	for (size_t at = 0; at < n; at += k->step)
		ipmsg_serve_input(k->serve, k->now, p + at,
		    n - at < k->step ? n - at : k->step);
	admit(k);
}

void
files_kit_connect(struct files_kit *k, struct ipmsg_fetch_cfg *cfg)
{
	uint8_t request[IPMSG_REQUEST_MAX];
	size_t size;

	if (cfg->number == 0)
		cfg->number = NUMBER;
	if (cfg->packet == 0)
		cfg->packet = PACKET;
	cfg->user = "bob";
	cfg->host = "host3";
	struct ipmsg_fetch *f = ipmsg_fetch_new(cfg, k->now);
	assert_int_equal(ipmsg_fetch_begin(f, k->now, request, &size), 0);
	files_kit_ask(k, request, size);
	k->fetch = f;
	memset(k->told, 0, sizeof(k->told));
	k->told_size = 0;
	k->bytes = 0;
}

static void
tell(struct files_kit *k, const void *p, size_t n)
{
	if (n > 0 && k->told_size + n < sizeof(k->told)) {
		memcpy(k->told + k->told_size, p, n);
		k->told_size += n;
	}
}

static void
tell_piece(struct files_kit *k, const struct file_piece *piece)
{
	static const char *const before[] = {
		[FILE_PIECE_ENTER] = "+",
		[FILE_PIECE_FILE] = "",
		[FILE_PIECE_BYTES] = "",
		[FILE_PIECE_LEAVE] = "-",
		[FILE_PIECE_NOTE] = "?",
		[FILE_PIECE_END] = ".",
		[FILE_PIECE_ERROR] = "!",
	};

	tell(k, before[piece->kind], strlen(before[piece->kind]));
	if (piece->name)
		tell(k, piece->name, strlen(piece->name));
	if (piece->kind == FILE_PIECE_ENTER)
		tell(k, " ", 1);
	if (piece->kind == FILE_PIECE_FILE) {
		tell(k, "=", 1);
		k->size = piece->size;
	}
	tell(k, piece->bytes, piece->count);
	k->bytes += piece->count;
}

void
files_kit_feed(struct files_kit *k, const uint8_t *p, size_t n)
{
	struct file_piece piece;
	size_t at = 0;

	do {
		const uint8_t *q = p + at;
		size_t m = n - at < k->step ? n - at : k->step;
		at += m;
		while (ipmsg_fetch_next(k->fetch, k->now, &q, &m, &piece))
			tell_piece(k, &piece);
	} while (at < n);
}

void
files_kit_carry(struct files_kit *k, const struct files_piece *pieces)
{
	const uint8_t *p = (const uint8_t *)"";
	size_t n;
	bool more = true;

	files_kit_feed(k, p, 0);
	for (; more; pieces++) {
		struct file_piece piece = { .kind = pieces->kind };
		if (piece.kind == FILE_PIECE_BYTES) {
			piece.bytes = (const uint8_t *)pieces->text;
			piece.count = strlen(pieces->text);
		} else {
			piece.name = pieces->text;
		}
		if (piece.kind == FILE_PIECE_FILE &&
		    pieces[1].kind == FILE_PIECE_BYTES)
			piece.size =
			    k->admitted.offset + strlen(pieces[1].text);
		more = piece.kind != FILE_PIECE_END &&
		       piece.kind != FILE_PIECE_ERROR;
		ipmsg_serve_piece(k->serve, k->now, &piece);
		while (ipmsg_serve_output(k->serve, &p, &n))
			files_kit_feed(k, p, n);
	}
}

enum ipmsg_files_state
files_kit_served(const struct files_kit *k)
{
	return ipmsg_serve_state(k->serve);
}

enum ipmsg_files_state
files_kit_fetched(const struct files_kit *k)
{
	return ipmsg_fetch_state(k->fetch);
}
