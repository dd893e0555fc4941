/* SPDX-License-Identifier: MIT */
/* Two chats over a wire that loses its end, doubles, and says anything. */
#include "proto/chat.h"
#include "base/rd.h"
#include "fuzz.h"

#include <string.h>

struct side {
	struct rng_seed seed;
	struct rng rng;
	struct chat *chat;
	size_t sent, answered;
};

static void
input(struct side *s, const uint8_t *p, size_t n, bool refuse)
{
	struct chat_event ev;

	chat_input(s->chat, p, n);
	while (chat_event(s->chat, &ev)) {
		s->answered += ev.kind == CHAT_ACKED || ev.kind == CHAT_REFUSED;
		if (ev.kind == CHAT_POST && refuse)
			chat_refuse(s->chat, &ev.id, NACK_INBOX_FULL);
		else if (ev.kind == CHAT_POST)
			chat_ack(s->chat, &ev.id, ev.seq);
	}
}

static void
step(struct side *s, struct side *to, uint8_t op, struct rd *r)
{
	struct now now = { .mono_ms = (int64_t)r->left * 100 };
	struct chat_packet out;
	struct chat_post post = { .type = MSG_TEXT,
		.sent_ms = now.mono_ms,
		.flags = op,
		.text = "some text",
		.size = 9 };
	size_t n = r->left < op ? r->left : op;

	switch (op % 7) {
	case 0:
		if (op > 128) {
			post.type = MSG_EDIT;
			post.has_target = true;
		}
		s->sent += chat_send(s->chat, &post) == 0;
		if (op % 2 == 0)
			chat_stored(s->chat, post.seq);
		else if (op > 250)
			s->answered += chat_withdraw(s->chat, &post.id);
		break;
	case 1:
		chat_session_up(s->chat);
		break;
	case 2:
		chat_session_down(s->chat);
		break;
	case 3:
		input(s, rd_span(r, n), n, op > 128);
		break;
	case 4:
		chat_typing(s->chat, now, op > 128);
		chat_status(s->chat, op > 128, op > 64 ? "out" : "");
		if (op > 200)
			chat_shown(s->chat, &post.id);
		break;
	default:
		if (!chat_output(s->chat, &out))
			return;
		for (int copies = op > 200 ? 2 : 1; copies > 0; copies--)
			input(to, out.bytes, out.size, op > 250);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(data, size);
	struct side s[2] = { { .sent = 0 } };

	for (unsigned i = 0; i < 2; i++) {
		s[i].rng = rng_seeded(&s[i].seed, i + 1);
		s[i].chat = chat_new(&s[i].rng, i + 1);
	}
	while (r.left > 1) {
		uint8_t who = rd_u8(&r) & 1;
		step(&s[who], &s[!who], rd_u8(&r), &r);
		check(
		    s[who].sent - s[who].answered == chat_waiting(s[who].chat));
	}
	chat_free(s[0].chat);
	chat_free(s[1].chat);
	return 0;
}
