/* SPDX-License-Identifier: MIT */
#include "proto/discover_shout.h"

#include "base/now.h"

#include <string.h>

void
shouts_heard_init(struct shouts_heard *h, int64_t now_ms)
{
	h->count = h->next = 0;
	bucket_init(
	    &h->total, SHOUT_TOTAL_PER_1000S, SHOUT_TOTAL_BURST, now_ms);
}

bool
shouts_heard_has(
    const struct shouts_heard *h, const struct fp *fp, const struct msg_id *id)
{
	for (uint32_t i = 0; i < h->count; i++) {
		if (msg_id_equal(&h->list[i].id, id) &&
		    fp_equal(&h->list[i].fp, fp))
			return true;
	}
	return false;
}

void
shouts_heard_add(
    struct shouts_heard *h, const struct fp *fp, const struct msg_id *id)
{
	h->list[h->next] = (struct heard_shout){ .fp = *fp, .id = *id };
	h->next = (h->next + 1) % SHOUTS_HEARD_MAX;
	if (h->count < SHOUTS_HEARD_MAX)
		h->count++;
}

void
shouts_out_init(struct shouts_out *o, int64_t now_ms)
{
	o->count = 0;
	bucket_init(&o->rate, SHOUT_PER_1000S, SHOUT_BURST, now_ms);
}

struct shout_out *
shouts_out_add(struct shouts_out *o, int64_t now_ms)
{
	if (o->count == SHOUT_BURST || !bucket_take(&o->rate, now_ms))
		return NULL;
	struct shout_out *s = &o->list[o->count++];
	s->sent = 0;
	s->next_ms = now_ms;
	return s;
}

bool
shouts_out_next(struct shouts_out *o, int64_t now_ms, uint32_t jitter_ms,
    uint8_t out[static BEACON_MAX], size_t *ret_size)
{
	unsigned i = 0;

	while (i < o->count && o->list[i].next_ms > now_ms)
		i++;
	if (i == o->count)
		return false;
	struct shout_out *s = &o->list[i];
	memcpy(out, s->bytes, s->size);
	*ret_size = s->size;
	s->sent++;
	s->next_ms = now_ms + jitter_ms +
		     (s->sent == 1 ? SHOUT_GAP_2_MS : SHOUT_GAP_3_MS);
	if (s->sent == SHOUT_COPIES)
		*s = o->list[--o->count];
	return true;
}

int64_t
shouts_out_deadline(const struct shouts_out *o)
{
	int64_t deadline_ms = NEVER_MS;

	for (unsigned i = 0; i < o->count; i++)
		deadline_ms = earlier_ms(deadline_ms, o->list[i].next_ms);
	return deadline_ms;
}
