/* SPDX-License-Identifier: MIT */
/*
 * What everybody asks of a transfer who only reads: apart from the engine, so
 * that the store needs none of that.
 */
#include "core/transfer.h"

#include "base/file_name.h"
#include "base/lang.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
transfer_state_text(enum transfer_state s)
{
	static const char *const words[] = {
		[TRANSFER_OFFERED] = N_("offered"),
		[TRANSFER_ACCEPTED] = N_("accepted"),
		[TRANSFER_RUNNING] = N_("running"),
		[TRANSFER_PAUSED] = N_("paused"),
		[TRANSFER_DONE] = N_("done"),
		[TRANSFER_FAILED] = N_("failed"),
		[TRANSFER_REFUSED] = N_("refused"),
		[TRANSFER_CANCELLED] = N_("cancelled"),
	};

	return words[s];
}

bool
transfer_state_is_last(enum transfer_state s)
{
	return s >= TRANSFER_DONE;
}

const struct transfer *
model_transfer(const struct model *m, uint32_t id)
{
	for (size_t i = 0; i < m->transfer_count; i++)
		if (m->transfers[i]->id == id)
			return m->transfers[i];
	return NULL;
}

bool
transfer_rests_there(const struct transfer *t)
{
	return t->state == TRANSFER_PAUSED && t->paused_there &&
	       !t->paused_here && t->reason == NULL;
}

const char *
transfer_ended_by(const struct transfer *t)
{
	/* Nobody refuses what he offers. */
	if (t->state == TRANSFER_REFUSED)
		return t->mine ? "them" : "us";
	if (t->state != TRANSFER_CANCELLED)
		return NULL;
	return t->ended_here ? "us" : t->ended_there ? "them" : NULL;
}

char *
transfer_end_text(
    const struct lang *l, const struct transfer *t, const char *who)
{
	const char *by = transfer_ended_by(t);
	bool refused = t->state == TRANSFER_REFUSED;

	if (by == NULL)
		return xstrdup(say(l, transfer_state_text(t->state)));
	if (strcmp(by, "us") == 0)
		return xstrdup(refused ? say(l, "refused by you")
				       : say(l, "cancelled by you"));
	return xasprintf(
	    refused ? say(l, "refused by %s") : say(l, "cancelled by %s"), who);
}

char *
transfer_path(const struct transfer *t)
{
	if (t->path == NULL || file_name_spooled(t->path) != NULL)
		return NULL;
	return own_text(t->path, PEER_TEXT_LINE, NULL);
}

int64_t
transfer_left_s(const struct transfer *t)
{
	if (t->rate == 0 || !t->size_known || t->done > t->size)
		return -1;
	uint64_t s = (t->size - t->done + t->rate - 1) / t->rate;
	return s > INT32_MAX ? INT32_MAX : (int64_t)s;
}

const char *
size_text(uint64_t bytes, char out[static SIZE_TEXT_SIZE])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB",
		"EB" };
	uint64_t unit = 1000;
	size_t i = 0;

	if (bytes < unit) {
		snprintf(out, SIZE_TEXT_SIZE, "%u B", (unsigned)bytes);
		return out;
	}
	while (
	    i + 1 < sizeof(units) / sizeof(units[0]) && bytes / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	unsigned whole = (unsigned)(bytes / unit);
	unsigned tenth = (unsigned)(bytes % unit * 10 / unit);
	if (whole < 10)
		snprintf(
		    out, SIZE_TEXT_SIZE, "%u.%u %s", whole, tenth, units[i]);
	else
		snprintf(out, SIZE_TEXT_SIZE, "%u %s", whole, units[i]);
	return out;
}
const struct transfer *
message_transfer(const struct model *m, const struct message *msg)
{
	const struct transfer *t =
	    msg->kind == MESSAGE_FILE ? model_transfer(m, msg->transfer) : NULL;

	return t != NULL ? t : msg->file;
}

static char *
copy(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

struct transfer *
transfer_copy(const struct transfer *t)
{
	struct transfer *n = xmalloc(sizeof(*n));

	*n = *t;
	n->name = copy(t->name);
	n->path = copy(t->path);
	n->reason = copy(t->reason);
	n->note = copy(t->note);
	n->part = copy(t->part);
	return n;
}
