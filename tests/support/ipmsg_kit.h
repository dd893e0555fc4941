/* SPDX-License-Identifier: MIT */
/*
 * Machines of IP Messenger for tests: one or more of them, packets as text, and
 * what came out kept to be looked at.
 */
#ifndef IPMSG_KIT_H
#define IPMSG_KIT_H

#include "proto/ipmsg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KIT_OUT_MAX = 1536,
	KIT_EVENTS_MAX = 1536,
	KIT_BYTES_MAX = 1400,
	KIT_WALL_S = 1700000000,
};

struct kit_out {
	bool to_all;
	struct addr to;
	size_t size; /* may be above KIT_BYTES_MAX: the rest is cut off */
	uint8_t bytes[KIT_BYTES_MAX + 1];
	struct ipmsg_packet packet;
};

struct kit_event {
	struct ipmsg_event e; /* what it borrows is gone, but for these */
	char handle[IPMSG_HANDLE_MAX];
	char nick[256], group[256], away[256];
	char text[1024], others[256];
	char file[256]; /* the first */
	uint64_t file_size;
	bool present, is_away;
};

struct kit_machine {
	struct ipmsg *m;
	struct rng_seed seed;
	struct addr addr;
	int64_t now_ms;
	struct kit_out out[KIT_OUT_MAX];
	size_t outs, carried;
	struct kit_event events[KIT_EVENTS_MAX];
	size_t event_count;
	bool stores; /* every text at once, as it comes */
};

struct ipmsg_cfg kit_ipmsg_cfg(struct kit_machine *k, unsigned number);
/* 10.0.0.number, user "u<number>", host "h<number>"; on the heap. */
struct kit_machine *kit_machine_new(unsigned number);
struct kit_machine *kit_machine_of(
    unsigned number, const struct ipmsg_cfg *cfg);
void kit_machine_free(struct kit_machine *k);
struct now kit_time(const struct kit_machine *k);
struct addr kit_host(unsigned number);

/* Forgets what came out before. */
void kit_forget(struct kit_machine *k);
/* Takes what there is, behind what was there. */
void kit_pull(struct kit_machine *k);
/* Goes on to that time, deadline by deadline. */
void kit_run(struct kit_machine *k, int64_t until_ms);
void kit_hear(struct kit_machine *k, const struct addr *from, bool to_all,
    const void *p, size_t n);
/* The text and its NUL; "|" in it is a NUL, too. */
void kit_hear_text(
    struct kit_machine *k, const struct addr *from, const char *text);
/* kit_start: started, with its first entries forgotten. */
void kit_start(struct kit_machine *k);

/* What each sent arrives at the other, and what that causes, and so on. */
void kit_exchange(struct kit_machine *a, struct kit_machine *b);
/* So for a time. */
void kit_live(struct kit_machine *a, struct kit_machine *b, int64_t ms);

/* The first datagram with this command from `at` on; NULL: none. */
const struct kit_out *kit_sent(
    const struct kit_machine *k, uint8_t command, size_t at);
size_t kit_count_sent(const struct kit_machine *k, uint8_t command);
const struct kit_event *kit_told(
    const struct kit_machine *k, enum ipmsg_event_kind kind);
size_t kit_count_told(const struct kit_machine *k, enum ipmsg_event_kind kind);
size_t kit_bytes_to(const struct kit_machine *k, const struct addr *to);
struct msg_id kit_id(unsigned number);
int kit_say(
    struct kit_machine *k, const char *handle, unsigned id, const char *text);
bool kit_body_is(const struct kit_out *out, const char *text);

#endif
