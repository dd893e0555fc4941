/* SPDX-License-Identifier: MIT */
#include "proto/postbox.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* All fields but the text. */
enum { FIELDS_SIZE = 104 };

static void
posted_free(struct posted *p)
{
	free((void *)(uintptr_t)p->post.text);
	free(p);
}

void
postbox_clear(struct postbox *b)
{
	while (b->first != NULL) {
		struct posted *p = b->first;
		b->first = p->next;
		posted_free(p);
	}
	*b = (struct postbox){ .sent_seq = b->sent_seq };
}

int
postbox_add(struct postbox *b, const struct chat_post *post)
{
	size_t cost = msg_padded_size(post->size + FIELDS_SIZE);

	if (b->count >= CHAT_QUEUE_MAX ||
	    b->bytes + cost > CHAT_QUEUE_BYTES_MAX)
		return ERR_LIMIT;
	struct posted *p = xcalloc(1, sizeof(*p));
	p->post = *post;
	p->post.text = xstrndup(post->text, post->size);
	p->cost = cost;
	p->before = b->last;
	if (b->last == NULL)
		b->first = p;
	else
		b->last->next = p;
	b->last = p;
	if (b->unsent == NULL)
		b->unsent = p;
	b->count++;
	b->bytes += cost;
	b->offers += post->type == MSG_FILE;
	return 0;
}

void
postbox_rewind(struct postbox *b)
{
	b->unsent = b->first;
	b->flight = b->flight_bytes = 0;
}

static uint64_t
seq_before(const struct postbox *b, const struct posted *p)
{
	if (p->before != NULL)
		return p->before->post.seq;
	return b->sent_seq < p->post.seq ? b->sent_seq : 0;
}

/* One that was taken out and came back, since nobody had stored that it was,
 * would be below what the peer has: dropped, and acknowledged all the same. */
static bool
is_held(const struct postbox *b, const struct posted *p)
{
	return p->post.seq > b->stored_seq ||
	       (b->removed_seq != 0 && p->post.seq > b->removed_seq);
}

void
postbox_stored(struct postbox *b, uint64_t seq)
{
	b->removed_seq = 0;
	if (seq > b->stored_seq)
		b->stored_seq = seq;
}

const struct posted *
postbox_next(struct postbox *b, uint64_t *ret_prev)
{
	struct posted *p = b->unsent;

	if (p == NULL || is_held(b, p) || b->flight >= CHAT_FLIGHT_MAX ||
	    (b->flight > 0 &&
		b->flight_bytes + p->cost > CHAT_FLIGHT_BYTES_MAX))
		return NULL;
	*ret_prev = seq_before(b, p);
	b->unsent = p->next;
	b->flight++;
	b->flight_bytes += p->cost;
	return p;
}

static void
take_out(struct postbox *b, struct posted *p)
{
	if (p->before == NULL)
		b->first = p->next;
	else
		p->before->next = p->next;
	if (p->next == NULL)
		b->last = p->before;
	else
		p->next->before = p->before;
	if (b->unsent == p)
		b->unsent = p->next;
	b->count--;
	b->bytes -= p->cost;
	b->offers -= p->post.type == MSG_FILE;
	posted_free(p);
}

static struct posted *
find(struct posted *from, const struct posted *end, const struct msg_id *id)
{
	while (from != end && !msg_id_equal(&from->post.id, id))
		from = from->next;
	return from == end ? NULL : from;
}

bool
postbox_has(const struct postbox *b, const struct msg_id *id)
{
	return find(b->first, NULL, id) != NULL;
}

bool
postbox_is_flying(const struct postbox *b, const struct msg_id *id)
{
	return find(b->first, b->unsent, id) != NULL;
}

bool
postbox_answered(struct postbox *b, const struct msg_id *id, bool acked,
    struct chat_post *ret_post)
{
	struct posted *p = find(b->first, b->unsent, id);

	if (p == NULL)
		return false;
	*ret_post = p->post;
	ret_post->text = NULL;
	ret_post->size = 0;
	if (acked && p->post.seq > b->sent_seq)
		b->sent_seq = p->post.seq;
	b->flight--;
	b->flight_bytes -= p->cost;
	take_out(b, p);
	return true;
}

bool
postbox_remove(struct postbox *b, const struct msg_id *id)
{
	struct posted *p = find(b->unsent, NULL, id);

	if (p == NULL)
		return false;
	if (b->removed_seq == 0 || p->post.seq < b->removed_seq)
		b->removed_seq = p->post.seq;
	take_out(b, p);
	return true;
}
