/* SPDX-License-Identifier: MIT */
#include "core/model_edit.h"

#include "base/mem.h"
#include "core/transfer.h"

#include <assert.h>
#include <stdlib.h>

enum { CONV_RING_MIN = 16 };

void
message_clear(struct message *msg)
{
	free(msg->text);
	free(msg->reason);
	free(msg->raw);
	transfer_free(msg->file);
	*msg = (struct message){ 0 };
}

/* Moves what a ring holds into a larger one; slots go by serial. */
static void
ring_grow(struct conv *c)
{
	size_t cap = c->ring_cap == 0 ? CONV_RING_MIN : c->ring_cap * 2;
	struct message *ring = xcalloc(cap, sizeof(*ring));

	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		ring[s % cap] = c->ring[s % c->ring_cap];
	free(c->ring);
	c->ring = ring;
	c->ring_cap = cap;
}

static bool
is_history(const struct message *msg)
{
	return msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT ||
	       msg->kind == MESSAGE_FILE;
}

static size_t
bytes_of(const struct message *msg)
{
	return msg->size + msg->raw_size;
}

static void
drop_oldest(struct conv *c)
{
	struct message *msg = conv_message_edit(c, c->first_serial);

	c->older |= is_history(msg);
	c->bytes -= bytes_of(msg);
	message_clear(msg);
	c->first_serial++;
	if (c->unread > 0 && c->unread_serial < c->first_serial) {
		c->unread_serial = c->first_serial;
		if (c->unread > c->next_serial - c->first_serial)
			c->unread =
			    (uint32_t)(c->next_serial - c->first_serial);
	}
}

/* More bytes for those who asked for more messages. */
static size_t
bytes_max(const struct conv *c)
{
	return (size_t)CONV_BYTES_MAX * c->kept_max / CONV_MESSAGES_MAX;
}

static void
trim(struct conv *c)
{
	while (c->bytes > bytes_max(c) && c->next_serial - c->first_serial > 1)
		drop_oldest(c);
}

static bool
counts_as_unread(const struct message *msg)
{
	return !msg->mine && !msg->read && is_history(msg);
}

struct message *
conv_append(struct model *m, struct conv *c, const struct message *msg)
{
	uint64_t held = c->next_serial - c->first_serial;

	if (held >= c->kept_max)
		drop_oldest(c);
	else if (held == c->ring_cap)
		ring_grow(c);
	struct message *slot = &c->ring[c->next_serial % c->ring_cap];
	*slot = *msg;
	slot->serial = c->next_serial++;
	c->bytes += bytes_of(slot);
	c->active_ms = msg->arrived_ms;
	if (counts_as_unread(slot)) {
		if (c->unread++ == 0)
			c->unread_serial = slot->serial;
	}
	if (is_history(slot))
		c->last_row = slot->row;
	trim(c);
	model_touch(m);
	return slot;
}

static void
put_in_front(struct conv *c, struct message *msg)
{
	if (c->next_serial - c->first_serial == c->ring_cap)
		ring_grow(c);
	struct message *slot = &c->ring[--c->first_serial % c->ring_cap];
	*slot = *msg;
	*msg = (struct message){ .row = slot->row };
	slot->serial = c->first_serial;
	c->bytes += bytes_of(slot);
	if (counts_as_unread(slot) && c->unread > 0)
		c->unread_serial = slot->serial;
}

/* The newest of the page, as long as there is room. */
void
conv_prepend(struct model *m, struct conv *c, struct saved_page *page)
{
	size_t left = page->count;

	while (left > 0 && c->next_serial - c->first_serial < c->kept_max &&
	       c->bytes + bytes_of(&page->messages[left - 1]) <= bytes_max(c))
		put_in_front(c, &page->messages[--left]);
	c->older = page->more || left > 0;
	model_touch(m);
}

int64_t
conv_first_row(const struct conv *c, int64_t end)
{
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		if (is_history(msg))
			return msg->row;
	}
	return end;
}

/* Rows never descend from one message to the next. */
struct message *
conv_find_row(struct conv *c, int64_t row, const struct msg_id *id)
{
	uint64_t low = c->first_serial, high = c->next_serial;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (conv_message(c, middle)->row < row)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == c->next_serial)
		return NULL;
	struct message *msg = conv_message_edit(c, low);
	return is_history(msg) && msg->row == row && msg_id_equal(&msg->id, id)
		   ? msg
		   : NULL;
}

struct message *
conv_find_text(struct conv *c, const struct msg_id *id)
{
	unsigned looked = 0;

	for (uint64_t s = c->next_serial;
	     s > c->first_serial && looked < CONV_MESSAGES_MAX; s--, looked++) {
		struct message *msg = conv_message_edit(c, s - 1);
		if ((msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_FILE) &&
		    msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

struct message *
conv_find_text_of(struct conv *c, const struct msg_id *id, bool mine)
{
	unsigned looked = 0;

	for (uint64_t s = c->next_serial;
	     s > c->first_serial && looked < CONV_MESSAGES_MAX; s--, looked++) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (msg->kind == MESSAGE_TEXT && msg->mine == mine &&
		    msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

struct message *
conv_find_id(struct conv *c, const struct msg_id *id)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (is_history(msg) && msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

void
conv_set_text(struct model *m, struct conv *c, struct message *msg,
    const char *text, size_t size)
{
	free(msg->text);
	msg->text = xstrndup(text, size);
	c->bytes = c->bytes - msg->size + size;
	msg->size = size;
	trim(c);
	model_touch(m);
}

void
conv_remove(struct model *m, struct conv *c, uint64_t serial)
{
	struct message *msg = conv_message_edit(c, serial);

	if (counts_as_unread(msg) && c->unread > 0)
		c->unread--;
	if (c->unread > 0 && c->unread_serial > serial)
		c->unread_serial--;
	c->bytes -= bytes_of(msg);
	message_clear(msg);
	for (uint64_t s = serial; s + 1 < c->next_serial; s++) {
		struct message *to = conv_message_edit(c, s);
		*to = *conv_message_edit(c, s + 1);
		to->serial = s;
	}
	*conv_message_edit(c, c->next_serial - 1) = (struct message){ 0 };
	c->next_serial--;
	model_touch(m);
}

void
conv_clear(struct model *m, struct conv *c)
{
	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		message_clear(conv_message_edit(c, s));
	c->first_serial = c->next_serial;
	c->bytes = 0;
	c->unread = 0;
	c->older = false;
	model_touch(m);
}

struct message *
conv_message_edit(struct conv *c, uint64_t serial)
{
	assert(serial >= c->first_serial && serial < c->next_serial);
	return &c->ring[serial % c->ring_cap];
}

struct message *
conv_find_mine(struct conv *c, const struct msg_id *id)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (msg->mine && msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

void
conv_mark_read(struct model *m, struct conv *c)
{
	if (c->unread == 0)
		return;
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (s - 1 < c->unread_serial)
			break;
		msg->read = true;
	}
	c->unread = 0;
	model_touch(m);
}

void
conv_clear_notices(struct model *m, struct conv *c)
{
	uint64_t to = c->first_serial;

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		struct message *msg = conv_message_edit(c, s);
		if (msg->kind == MESSAGE_INFO || msg->kind == MESSAGE_ERROR) {
			c->bytes -= bytes_of(msg);
			message_clear(msg);
			continue;
		}
		if (c->unread > 0 && c->unread_serial == s)
			c->unread_serial = to;
		if (to != s) {
			struct message *slot = &c->ring[to % c->ring_cap];
			*slot = *msg;
			slot->serial = to;
			*msg = (struct message){ 0 };
		}
		to++;
	}
	c->next_serial = to;
	model_touch(m);
}
