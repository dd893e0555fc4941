/* SPDX-License-Identifier: MIT */
#include "chat_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct side a, b;
struct now now;
char text[TEXT_MAX];

static void
side_init(struct side *s, uint64_t seed, uint32_t epoch)
{
	memset(s, 0, sizeof(*s));
	s->rng = rng_seeded(&s->seed, seed);
	s->chat = chat_new(&s->rng, epoch);
}

int
begin(void **state)
{
	(void)state;
	now =
	    (struct now){ .mono_ms = 5000, .wall_ms = INT64_C(1795168920000) };
	side_init(&a, 1, 7);
	side_init(&b, 2, 9);
	memset(text, 't', sizeof(text));
	return 0;
}

int
end(void **state)
{
	(void)state;
	chat_free(a.chat);
	chat_free(b.chat);
	return 0;
}

void
down(void)
{
	chat_session_down(a.chat);
	chat_session_down(b.chat);
}

static void
take_text(struct side *s, const struct chat_event *ev)
{
	assert_true(s->texts < LOG_MAX);
	s->ids[s->texts++] = ev->id;
	s->missing = ev->missing;
	s->types[ev->type & 15]++;
	if (s->refuse)
		chat_refuse(s->chat, &ev->id, NACK_INBOX_FULL);
	else if (!s->hold)
		chat_ack(s->chat, &ev->id, ev->seq);
}

void
input(struct side *s, const uint8_t *p, size_t n)
{
	struct chat_event ev;

	chat_input(s->chat, p, n);
	while (chat_event(s->chat, &ev)) {
		if (ev.kind == CHAT_POST)
			take_text(s, &ev);
		s->acked += ev.kind == CHAT_ACKED;
		s->refused += ev.kind == CHAT_REFUSED;
		s->shown += ev.kind == CHAT_SHOWN;
		if (ev.kind == CHAT_SHOWN)
			s->shown_id = ev.id;
		if (ev.kind == CHAT_ACKED || ev.kind == CHAT_REFUSED)
			s->row = ev.row;
		if (ev.kind == CHAT_REFUSED)
			s->code = ev.code;
		s->typings += ev.kind == CHAT_TYPING;
		if (ev.kind == CHAT_TYPING)
			s->typing = ev.typing;
		s->statuses += ev.kind == CHAT_STATUS;
		if (ev.kind == CHAT_STATUS)
			s->away = ev.status.away;
	}
}

size_t
move(struct side *from, struct side *to, size_t max)
{
	struct chat_packet packet;
	size_t moved = 0;

	while (moved < max && chat_output(from->chat, &packet)) {
		input(to, packet.bytes, packet.size);
		moved++;
	}
	return moved;
}

void
up(void)
{
	unsigned told = a.statuses + b.statuses;

	chat_session_up(a.chat);
	chat_session_up(b.chat);
	move(&a, &b, 1);
	move(&b, &a, 1);
	assert_int_equal(a.statuses + b.statuses, told + 2);
}

void
run(void)
{
	while (move(&a, &b, SIZE_MAX) + move(&b, &a, SIZE_MAX) > 0)
		;
}

struct chat_post
a_post(size_t n)
{
	return (struct chat_post){ .type = MSG_TEXT,
		.sent_ms = now.wall_ms,
		.text = text,
		.size = n };
}

struct msg_id
say(struct side *s, size_t n)
{
	struct chat_post post = a_post(n);

	assert_int_equal(chat_send(s->chat, &post), 0);
	chat_stored(s->chat, post.seq);
	return post.id;
}

struct msg
make_text(uint32_t number, uint64_t seq)
{
	struct msg m = { .type = MSG_TEXT,
		.post = { .seq = seq,
		    .prev = (uint32_t)seq > 1 ? seq - 1 : 0,
		    .text = untrusted_of("x", 1) } };

	m.post.id.b[0] = 1;
	memcpy(m.post.id.b + 4, &number, sizeof(number));
	return m;
}

void
give(struct side *to, const struct msg *m)
{
	static uint8_t bytes[MSG_MAX];
	size_t n;

	assert_int_equal(msg_encode(m, bytes, sizeof(bytes), &n), 0);
	input(to, bytes, n);
}
