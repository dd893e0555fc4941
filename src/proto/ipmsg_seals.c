/* SPDX-License-Identifier: MIT */
/*
 * Sealed texts: notices that one was opened, ours until they are confirmed,
 * theirs matched by number and by who was written to. Notices by number alone
 * have named the wrong person elsewhere.
 */
#include "base/err.h"
#include "base/mem.h"
#include "proto/ipmsg_state.h"

#include <string.h>

enum {
	ID_MARK = 0xa0, /* in the byte of flags */
	ID_CHECK = 0x01,
	ID_FLAGS = 7,
	ID_NUMBER = 8,
	ID_HANDLE = 3, /* bytes of the hash of the handle, then of the text */
	CLOCK_NUMBERS = 1000000000, /* numbers below are counted, not timed */
	SAME_RUN_MS = 600000,
};

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static uint32_t
handle_hash(const struct ipmsg_peer *peer)
{
	return ipmsg_hash(peer->folded, strlen(peer->folded));
}

/* Who counts from 1 at each start says "7: hello" every day, and each is
 * another text; who takes the time as number does not. */
struct msg_id
ipmsg_id_of(const struct ipmsg_peer *peer, const struct ipmsg_packet *packet,
    struct now now)
{
	struct msg_id id;
	uint32_t content = ipmsg_hash(packet->body.bytes, packet->body.size);
	uint8_t handle[4];

	content =
	    content * 31 + ipmsg_hash(packet->ext.bytes, packet->ext.size);
	if (packet->options & IPMSG_ENCRYPT)
		content = 0;
	if (packet->number < CLOCK_NUMBERS)
		content ^= (uint32_t)(now.wall_ms / SAME_RUN_MS) * 2654435761U;
	put_u32(handle, handle_hash(peer));
	memcpy(id.b, handle, ID_HANDLE);
	put_u32(id.b + ID_HANDLE, content);
	id.b[ID_FLAGS] = ID_MARK;
	if (packet->options & IPMSG_READCHECK)
		id.b[ID_FLAGS] |= ID_CHECK;
	put_u32(id.b + ID_NUMBER, (uint32_t)(packet->number >> 32));
	put_u32(id.b + ID_NUMBER + 4, (uint32_t)packet->number);
	return id;
}

static bool
id_is_of(const struct msg_id *id, const struct ipmsg_peer *peer)
{
	uint8_t handle[4];

	put_u32(handle, handle_hash(peer));
	return (id->b[ID_FLAGS] & ~ID_CHECK) == ID_MARK &&
	       memcmp(id->b, handle, ID_HANDLE) == 0;
}

static uint64_t
id_number(const struct msg_id *id)
{
	uint64_t number = 0;

	for (int i = ID_NUMBER; i < MSG_ID_SIZE; i++)
		number = number << 8 | id->b[i];
	return number;
}

static void
notice_send(struct ipmsg *m, struct now now, struct ipmsg_notice *n)
{
	char digits[IPMSG_NUMBER_TEXT_MAX];
	struct ipmsg_packet packet = {
		.user = ipmsg_text_of(m->user),
		.host = ipmsg_text_of(m->host),
		.number = n->number,
		.command = IPMSG_READMSG,
		.options = n->check ? IPMSG_READCHECK : 0,
		.body = ipmsg_text_of(ipmsg_number_text(n->about, digits)),
	};

	ipmsg_send(m, &n->peer->addrs[0], &packet);
	n->sends++;
	n->due_ms = now.mono_ms + NOTICE_GAP_MS;
}

static void
notice_remove(struct ipmsg *m, struct ipmsg_notice *n)
{
	n->peer->references--;
	*n = m->notices[--m->notice_count];
}

int
ipmsg_opened(struct ipmsg *m, struct now now, const char *handle,
    const struct msg_id *id)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);

	if (p == NULL)
		return ERR_NOT_FOUND;
	if (!m->started || m->leaving)
		return ERR_STATE;
	if (!id_is_of(id, p))
		return ERR_FORMAT;
	if (m->notice_count == NOTICES_MAX)
		notice_remove(m, &m->notices[0]);
	struct ipmsg_notice *n = &m->notices[m->notice_count++];
	*n = (struct ipmsg_notice){
		.peer = p,
		.about = id_number(id),
		.number = ipmsg_number_next(m, now),
		.check = (id->b[ID_FLAGS] & ID_CHECK) != 0,
	};
	p->references++;
	/* A seal of an earlier run, and its sender was not heard yet. */
	if (p->addr_count == 0)
		n->due_ms = NEVER_MS;
	ipmsg_notices_tick(m, now);
	return 0;
}

void
ipmsg_notices_shown(
    struct ipmsg *m, struct now now, const struct ipmsg_peer *peer)
{
	for (size_t i = 0; i < m->notice_count; i++)
		if (m->notices[i].peer == peer &&
		    m->notices[i].due_ms == NEVER_MS)
			m->notices[i].due_ms = now.mono_ms;
	ipmsg_notices_tick(m, now);
}

/* Without a check nobody will confirm it. */
static bool
is_over(const struct ipmsg_notice *n)
{
	return n->sends >= (n->check ? NOTICE_SENDS : 1);
}

void
ipmsg_notices_tick(struct ipmsg *m, struct now now)
{
	size_t i = 0;

	while (i < m->notice_count) {
		struct ipmsg_notice *n = &m->notices[i];
		if (now.mono_ms < n->due_ms) {
			i++;
		} else if (is_over(n)) {
			notice_remove(m, n);
		} else {
			notice_send(m, now, n);
		}
	}
}

int64_t
ipmsg_notices_deadline(const struct ipmsg *m)
{
	int64_t at_ms = NEVER_MS;

	for (size_t i = 0; i < m->notice_count; i++)
		at_ms = earlier_ms(at_ms, m->notices[i].due_ms);
	return at_ms;
}

/* Our notice arrived. */
void
ipmsg_confirm_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	uint64_t number;

	if (heard->peer == NULL ||
	    ipmsg_number_decode(heard->packet.body, &number) != 0) {
		m->counters.ignored++;
		return;
	}
	for (size_t i = 0; i < m->notice_count; i++) {
		struct ipmsg_notice *n = &m->notices[i];
		if (n->peer != heard->peer || n->number != number)
			continue;
		struct ipmsg_queued *q = ipmsg_tell(m, n->peer, IPMSG_OPENED);
		if (q != NULL)
			q->event.number = n->about;
		n->peer->proven = heard->source->proven = true;
		notice_remove(m, n);
		ipmsg_peer_heard(m, now, heard);
		return;
	}
	m->counters.ignored++;
}

void
ipmsg_seal_sent(struct ipmsg *m, const struct ipmsg_peer *peer,
    const struct ipmsg_post *post)
{
	m->seals[m->seal_at++ % SEALS_MAX] = (struct ipmsg_seal){
		.peer = peer->serial,
		.number = post->number,
		.id = post->id,
	};
	if (m->seal_count < SEALS_MAX)
		m->seal_count++;
}

static void
tell_read(struct ipmsg *m, struct ipmsg_peer *p, uint64_t number)
{
	for (size_t i = 0; i < m->seal_count; i++) {
		struct ipmsg_seal *s = &m->seals[i];
		if (s->peer != p->serial || s->number != number)
			continue;
		struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_ANSWERED);
		if (q != NULL) {
			q->event.answered = s->id;
			q->event.number = number;
			q->event.answer = IPMSG_READ;
		}
		s->peer = 0;
		return;
	}
}

static void
confirm(struct ipmsg *m, struct now now, const struct ipmsg_heard *heard)
{
	struct ipmsg_packet packet = ipmsg_head(m, now, IPMSG_ANSREADMSG, 0);

	packet.body = heard->packet.digits;
	size_t size = ipmsg_packet_size(&packet);
	if (size > ipmsg_source_room(heard->source)) {
		m->counters.limited++;
		return;
	}
	ipmsg_send(m, &heard->input->from, &packet);
	ipmsg_source_spend(heard->source, size);
}

/* They opened one of ours. Who opened it has it, so it was delivered, too. */
void
ipmsg_read_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	uint64_t number;

	if (heard->peer == NULL ||
	    ipmsg_number_decode(heard->packet.body, &number) != 0) {
		m->counters.ignored++;
		return;
	}
	if (heard->packet.options & IPMSG_READCHECK)
		confirm(m, now, heard);
	if (ipmsg_post_acked(m, now, heard->peer, number))
		heard->source->proven = true;
	tell_read(m, heard->peer, number);
	ipmsg_peer_heard(m, now, heard);
}
