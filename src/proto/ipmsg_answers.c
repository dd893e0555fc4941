/* SPDX-License-Identifier: MIT */
/*
 * Answers to questions, each when its turn comes: one in 2 s to an address,
 * so many to all together, and only what its credit allows. A question that
 * comes again while its answer waits is the same question, so there is at most
 * one answer of each kind on its way to anybody.
 *
 * Nothing here is caused by an answer, so two machines come to rest (T21).
 */
#include "base/err.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <stdlib.h>
#include <string.h>

enum { TRY_AGAIN_MS = 100 };

static struct ipmsg_pending *
pending_find(struct ipmsg *m, enum answer_kind kind, const struct addr *to)
{
	for (size_t i = 0; i < m->answer_count; i++)
		if (m->answers[i].kind == kind &&
		    addr_equal(&m->answers[i].to, to))
			return &m->answers[i];
	return NULL;
}

static struct ipmsg_pending *
pending_add(struct ipmsg *m, enum answer_kind kind, const struct addr *to)
{
	struct ipmsg_pending *a = pending_find(m, kind, to);

	if (a == NULL && m->answer_count < ANSWERS_MAX) {
		a = &m->answers[m->answer_count++];
		*a = (struct ipmsg_pending){
			.kind = kind, .to = *to, .due_ms = NEVER_MS
		};
	}
	return a;
}

/* Whether it is anybody's business. */
static bool
may_know(const struct ipmsg *m, const struct ipmsg_heard *heard,
    enum answer_kind kind)
{
	const struct ipmsg_peer *p = heard->peer;

	if (kind == ANSWER_PROBE)
		return true;
	if (m->cfg.answer == IPMSG_ANSWER_OFF)
		return false;
	if (kind == ANSWER_ENTRY || m->cfg.answer == IPMSG_ANSWER_ALL)
		return true;
	return p != NULL && (p->kept || p->listed);
}

void
ipmsg_answer_later(struct ipmsg *m, struct now now,
    const struct ipmsg_heard *heard, enum answer_kind kind, int64_t delay_ms)
{
	struct ipmsg_pending *a = NULL;
	uint32_t options = heard->packet.options;

	if (m->started && !m->leaving && may_know(m, heard, kind))
		a = pending_add(m, kind, &heard->input->from);
	if (a == NULL) {
		m->counters.limited++;
		return;
	}
	int64_t due_ms = now.mono_ms + delay_ms;
	a->due_ms = earlier_ms(a->due_ms, due_ms);
	a->until_ms = due_ms + ANSWER_KEEP_MS;
	if (heard->peer != NULL)
		options |= heard->peer->abilities;
	a->utf8 = (options & IPMSG_CAPUTF8) != 0;
	a->charset = ipmsg_charset_out(m, heard->peer);
	a->caps = heard->caps;
	ipmsg_answers_tick(m, now);
}

void
ipmsg_answers_credit(struct ipmsg *m, struct now now, const struct addr *from)
{
	bool waited = false;

	for (size_t i = 0; i < m->answer_count; i++) {
		struct ipmsg_pending *a = &m->answers[i];
		if (a->due_ms == a->until_ms && addr_same_host(&a->to, from)) {
			a->due_ms = now.mono_ms;
			waited = true;
		}
	}
	if (waited)
		ipmsg_answers_tick(m, now);
}

/* A short text of ours, in a packet of its own. */
static size_t
send_text(struct ipmsg *m, struct now now, const struct ipmsg_pending *a,
    uint8_t command, const char *text)
{
	uint32_t options = a->utf8 ? IPMSG_UTF8 : 0;
	size_t n;
	uint8_t *body =
	    ipmsg_write_text(a->utf8 ? CHARSET_UTF8 : a->charset, text, &n);

	if (command == IPMSG_SENDMSG)
		options |= IPMSG_AUTORET;
	struct ipmsg_packet packet = ipmsg_head(m, now, command, options);
	packet.body = (struct ipmsg_text){ body, n, a->utf8 };
	if (command == IPMSG_SENDMSG)
		m->shouted = m->number;
	size_t size = ipmsg_send(m, &a->to, &packet);
	free(body);
	return size;
}

static const char *
away_words(const struct ipmsg *m)
{
	if (!m->away)
		return "Not away";
	return *m->away_text != '\0' ? m->away_text : "Away";
}

/* What it may weigh at most, without a number of it being used up. */
static size_t
text_size(const struct ipmsg *m, const char *text)
{
	enum { HEAD = 40 };

	return HEAD + strlen(m->user) + strlen(m->host) + 2 * strlen(text);
}

static size_t
say(struct ipmsg *m, struct now now, const struct ipmsg_pending *a,
    uint8_t command, const char *text)
{
	struct ipmsg_source *s = ipmsg_source_get(m, now, &a->to);

	if (text_size(m, text) > ipmsg_source_room(s))
		return 0;
	return send_text(m, now, a, command, text);
}

static size_t
answer_give(struct ipmsg *m, struct now now, const struct ipmsg_pending *a)
{
	size_t room = ipmsg_source_room(ipmsg_source_get(m, now, &a->to));

	switch (a->kind) {
	case ANSWER_ENTRY:
		return ipmsg_entry_answer(m, now, a, room);
	case ANSWER_INFO:
		return say(m, now, a, IPMSG_SENDINFO, m->version);
	case ANSWER_AWAY:
		return say(m, now, a, IPMSG_SENDABSENCEINFO, away_words(m));
	case ANSWER_AUTO:
		return say(m, now, a, IPMSG_SENDMSG, away_words(m));
	case ANSWER_KEY:
		return ipmsg_secret_answer(m, now, a, room);
	case ANSWER_ASK_KEY:
		return ipmsg_secret_ask_back(m, now, a, room);
	case ANSWER_PROBE:
		return ipmsg_entry_check(m, now, &a->to);
	case ANSWER_KINDS:
		break;
	}
	return 0;
}

/* True when it is done with, one way or the other. */
static bool
answer_try(struct ipmsg *m, struct now now, struct ipmsg_pending *a)
{
	struct ipmsg_source *s = ipmsg_source_get(m, now, &a->to);
	int64_t ready_ms = bucket_ready_ms(&s->answers, now.mono_ms);

	if (ready_ms > now.mono_ms) {
		a->due_ms = ready_ms;
		return false;
	}
	if (!bucket_take(&m->answers_total, now.mono_ms)) {
		a->due_ms = now.mono_ms + TRY_AGAIN_MS;
		return false;
	}
	size_t size = answer_give(m, now, a);
	if (size == 0) {
		/* More may come from there, and its credit grow. */
		a->due_ms = a->until_ms;
		return false;
	}
	bucket_take(&s->answers, now.mono_ms);
	if (a->kind != ANSWER_PROBE)
		ipmsg_source_spend(s, size);
	return true;
}

static bool
answer_tick(struct ipmsg *m, struct now now, struct ipmsg_pending *a)
{
	if (now.mono_ms < a->due_ms)
		return false;
	if (now.mono_ms >= a->until_ms) {
		m->counters.limited++;
		return true;
	}
	return answer_try(m, now, a);
}

/* Not one of those that can be asked for: it goes with a text of ours. */
void
ipmsg_answers_introduce(struct ipmsg *m, struct now now, const struct addr *to)
{
	struct ipmsg_pending *a = pending_find(m, ANSWER_ENTRY, to);

	if (a == NULL)
		return;
	ipmsg_source_spend(ipmsg_source_get(m, now, to),
	    ipmsg_entry_answer(m, now, a, IPMSG_PACKET_MAX));
	*a = m->answers[--m->answer_count];
}

void
ipmsg_answers_tick(struct ipmsg *m, struct now now)
{
	size_t i = 0;

	while (i < m->answer_count)
		if (answer_tick(m, now, &m->answers[i]))
			m->answers[i] = m->answers[--m->answer_count];
		else
			i++;
}

int64_t
ipmsg_answers_deadline(const struct ipmsg *m)
{
	int64_t at_ms = NEVER_MS;

	for (size_t i = 0; i < m->answer_count; i++)
		at_ms = earlier_ms(at_ms, m->answers[i].due_ms);
	return at_ms;
}

int
ipmsg_ask(struct ipmsg *m, struct now now, const char *handle,
    enum ipmsg_question question)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);

	if (p == NULL || p->addr_count == 0)
		return ERR_NOT_FOUND;
	if (!m->started || m->leaving)
		return ERR_STATE;
	if (now.mono_ms - p->asked_ms[question] < ASK_GAP_MS)
		return ERR_LIMIT;
	p->asked_ms[question] = now.mono_ms;
	p->asked[question] = true;
	struct ipmsg_packet packet = ipmsg_head(m, now,
	    question == IPMSG_ASK_AWAY ? IPMSG_GETABSENCEINFO : IPMSG_GETINFO,
	    IPMSG_CAPUTF8);
	ipmsg_send(m, &p->addrs[0], &packet);
	return 0;
}

/* Only what was asked for, and once. */
void
ipmsg_info_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard,
    enum ipmsg_question question)
{
	struct ipmsg_peer *p = heard->peer;

	if (p == NULL || !p->asked[question]) {
		m->counters.ignored++;
		return;
	}
	p->asked[question] = false;
	p->proven = heard->source->proven = true;
	ipmsg_peer_heard(m, now, heard);
	struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_INFO);
	if (q == NULL)
		return;
	q->event.from = heard->input->from;
	q->event.question = question;
	q->text = ipmsg_read_text(m, p, p->client, heard->packet.body);
	q->event.text_size = strlen(q->text);
}
