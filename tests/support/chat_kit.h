/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a conversation, and the messages between them in the hands of the
 * test.
 */
#ifndef CHAT_KIT_H
#define CHAT_KIT_H

#include "crypto/rng.h"
#include "proto/chat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_MAX = 4096 };

/* One end: its chat and what it heard. */
struct side {
	struct rng_seed seed;
	struct rng rng;
	struct chat *chat;
	struct msg_id ids[LOG_MAX];
	size_t texts, acked, refused;
	unsigned code; /* of the last refusal */
	uint32_t missing;
	bool typing, away;
	unsigned typings, statuses;
	unsigned shown;
	struct msg_id shown_id;
	int64_t row;        /* of the last answer */
	unsigned types[16]; /* posts, by type */
	bool refuse;        /* every post */
	bool hold;          /* none is stored */
};

/* The ends of one conversation, at this time; the text is for both. */
extern struct side a, b;
extern struct now now;
extern char text[TEXT_MAX];

/* Setup and teardown of every test. */
int begin(void **state);
int end(void **state);

/* A session, with the status that each begins with. */
void up(void);
void down(void);
/* Moves up to max messages; how many there were. */
size_t move(struct side *from, struct side *to, size_t max);
/* Moves all there are, both ways. */
void run(void);
/* The first n bytes of the text. */
struct chat_post a_post(size_t n);
/* Queues them, as stored. */
struct msg_id say(struct side *s, size_t n);
/* A text of one byte whose id is made from the number. */
struct msg make_text(uint32_t number, uint64_t seq);
/* Hands bytes over, and pulls all events: they are counted, and each text is
 * acknowledged or refused. */
void input(struct side *s, const uint8_t *p, size_t n);
/* The same with a message that nobody sent. */
void give(struct side *to, const struct msg *m);

#endif
