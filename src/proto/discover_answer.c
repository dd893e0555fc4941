/* SPDX-License-Identifier: MIT */
#include "proto/discover_answer.h"

#include "proto/discover_table.h"

#include <assert.h>

void
discover_answers_init(struct discover_answers *a, int64_t now_ms)
{
	a->count = a->sent_at = 0;
	for (unsigned i = 0; i < DISCOVER_REPLY_PER_S; i++)
		a->sent_ms[i] = LONG_AGO_MS;
	bucket_init(
	    &a->young, ANSWER_YOUNG_PER_1000S, ANSWER_YOUNG_BURST, now_ms);
}

bool
discover_answers_add(
    struct discover_answers *a, const struct discover_answer *answer)
{
	if (a->count == ANSWERS_MAX)
		return false;
	a->list[a->count++] = *answer;
	return true;
}

static unsigned
first_due(const struct discover_answers *a)
{
	unsigned first = 0;

	assert(a->count > 0);
	for (unsigned i = 1; i < a->count; i++) {
		if (a->list[i].due_ms < a->list[first].due_ms)
			first = i;
	}
	return first;
}

/* When the rate allows one more. */
static int64_t
allowed_ms(const struct discover_answers *a)
{
	return a->sent_ms[a->sent_at] + 1000;
}

static bool
is_needless(
    const struct discover_answer *answer, int64_t now_ms, int64_t broadcast_ms)
{
	if (answer->crowded && broadcast_ms >= answer->asked_ms)
		return true;
	return now_ms - answer->asked_ms > ANSWER_LATE_MS;
}

bool
discover_answers_next(struct discover_answers *a, int64_t now_ms,
    int64_t broadcast_ms, struct discover_answer *ret_answer)
{
	while (a->count > 0) {
		unsigned i = first_due(a);
		struct discover_answer answer = a->list[i];
		if (answer.due_ms > now_ms || allowed_ms(a) > now_ms)
			return false;
		a->list[i] = a->list[--a->count];
		if (is_needless(&answer, now_ms, broadcast_ms))
			continue;
		a->sent_ms[a->sent_at] = now_ms;
		a->sent_at = (a->sent_at + 1) % DISCOVER_REPLY_PER_S;
		*ret_answer = answer;
		return true;
	}
	return false;
}

int64_t
discover_answers_deadline(const struct discover_answers *a)
{
	if (a->count == 0)
		return INT64_MAX;
	int64_t due_ms = a->list[first_due(a)].due_ms;
	return due_ms > allowed_ms(a) ? due_ms : allowed_ms(a);
}
