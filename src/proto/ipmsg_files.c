/* SPDX-License-Identifier: MIT */
/*
 * What was offered, and how the connections end.
 */
#include "proto/ipmsg_files.h"

#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"
#include "proto/ipmsg_offers.h"

#include <stdlib.h>
#include <string.h>

struct row {
	struct ipmsg_offer offer;
	char *handle; /* offer.handle */
	bool running, complete;
};

struct ipmsg_offers {
	struct row *rows;
	size_t count, cap;
};

struct ipmsg_offers *
ipmsg_offers_new(void)
{
	return xcalloc(1, sizeof(struct ipmsg_offers));
}

void
ipmsg_offers_free(struct ipmsg_offers *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->count; i++)
		free(o->rows[i].handle);
	free(o->rows);
	free(o);
}

int
ipmsg_offers_add(struct ipmsg_offers *o, const struct ipmsg_offer *offer)
{
	if (o->count == IPMSG_OFFERS_MAX)
		return ERR_LIMIT;
	o->rows = xgrow(o->rows, o->count, &o->cap, sizeof(*o->rows));
	struct row *row = &o->rows[o->count++];
	*row = (struct row){
		.offer = *offer,
		.handle = xstrdup(offer->handle),
	};
	row->offer.handle = row->handle;
	return 0;
}

static struct row *
row_of(struct ipmsg_offers *o, uint32_t token)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->rows[i].offer.token == token)
			return &o->rows[i];
	return NULL;
}

void
ipmsg_offers_remove(struct ipmsg_offers *o, uint32_t token)
{
	struct row *row = row_of(o, token);

	if (row == NULL)
		return;
	free(row->handle);
	*row = o->rows[--o->count];
}

void
ipmsg_offers_end(struct ipmsg_offers *o, uint32_t token, bool complete)
{
	struct row *row = row_of(o, token);

	if (row == NULL)
		return;
	row->running = false;
	row->complete |= complete;
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
same_handle(const char *a, const char *b)
{
	while (*a != '\0' && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

size_t
ipmsg_offers_of(const struct ipmsg_offers *o, const char *handle,
    uint64_t packet, uint32_t *ret_tokens, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < o->count && n < max; i++) {
		const struct ipmsg_offer *offer = &o->rows[i].offer;
		if (offer->packet == packet &&
		    same_handle(offer->handle, handle))
			ret_tokens[n++] = offer->token;
	}
	return n;
}

static struct row *
find_id(
    struct ipmsg_offers *o, const char *handle, uint64_t packet, uint64_t id)
{
	for (size_t i = 0; i < o->count; i++) {
		struct row *row = &o->rows[i];
		if (row->offer.packet == packet && row->offer.id == id &&
		    same_handle(row->handle, handle))
			return row;
	}
	return NULL;
}

int
ipmsg_offers_take(struct ipmsg_offers *o, const char *handle,
    const struct ipmsg_request *request, bool as_folder,
    const struct ipmsg_offer **ret_offer)
{
	struct row *row = find_id(o, handle, request->packet, request->file);

	if (row == NULL)
		row =
		    find_id(o, handle, request->packet, request->file_decimal);
	if (row == NULL)
		return ERR_NOT_FOUND;
	/* A file may be asked for as the stream of a folder; not the other way
	 * round. */
	if (row->offer.folder && !as_folder)
		return ERR_FORMAT;
	if (row->running || row->complete)
		return ERR_STATE;
	if (!as_folder && request->offset > 0 &&
	    request->offset >= row->offer.size)
		return ERR_FORMAT;
	row->running = true;
	*ret_offer = &row->offer;
	return 0;
}

bool
ipmsg_files_is_over(enum ipmsg_files_state s)
{
	return s >= IPMSG_FILES_DONE;
}

const char *
ipmsg_files_reason(enum ipmsg_files_state s)
{
	switch (s) {
	case IPMSG_FILES_REFUSED:
		return N_("the other end did not give it");
	case IPMSG_FILES_SHORT:
		return N_("the connection ended before the file did");
	case IPMSG_FILES_BROKEN:
		return N_("what came was not what it should be");
	case IPMSG_FILES_LIMIT:
		return N_("more came than is allowed");
	case IPMSG_FILES_UNSAFE:
		return N_("a name in it leads out of its folder");
	case IPMSG_FILES_TIMEOUT:
		return N_("nothing moved for too long");
	case IPMSG_FILES_RESTART:
		return N_("it did not go on where it had stopped");
	case IPMSG_FILES_SOURCE:
		return N_("it could not be read to its end");
	case IPMSG_FILES_WAITING:
	case IPMSG_FILES_ASKED:
	case IPMSG_FILES_RUNNING:
	case IPMSG_FILES_ENDING:
	case IPMSG_FILES_DONE:
		break;
	}
	return NULL;
}
