/* SPDX-License-Identifier: MIT */
/*
 * One engine, and around it peers that do what a test says: real sessions with
 * real keys over streams that the test opens, stalls and breaks. Time is
 * virtual, everything follows from numbers.
 */
#ifndef ENGINE_KIT_H
#define ENGINE_KIT_H

#include "core/engine.h"
#include "memstore.h"
#include "session_kit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KIT_PORTS_MAX = 16, KIT_TALK_MAX = 16384 };

/* What the engine did with other dialects' ports and streams; the answer to
 * EFFECT_LISTEN is the test's. */
struct kit_ports {
	struct effect listens[KIT_PORTS_MAX]; /* and EFFECT_UNLISTEN */
	size_t listen_count;
	unsigned datagrams, broadcasts; /* through listeners */
	struct effect last;             /* the last of these */
	uint8_t bytes[KIT_TALK_MAX];    /* of it */
	uint32_t conn;                  /* of the last EFFECT_SEND elsewhere */
	char sent[KIT_TALK_MAX];        /* all of these, one after the other */
	size_t sent_size;
	uint32_t closed; /* the last EFFECT_CLOSE elsewhere */
};

enum { KIT_REMOTES_MAX = 400, KIT_DIALS_MAX = 512, KIT_EPOCH = 5 };

struct kit_dial {
	uint32_t conn;
	struct addr addr;
};

struct remote {
	struct end end;
	struct hello hello; /* before it starts: for the test to change */
	uint16_t udp_port;  /* that it announces; 0: none */
	uint32_t conn;      /* 0: no stream */
	bool started;
	bool silent; /* reads and says nothing any more, the stream is up */
	bool hold_acks;
	/* No session of ours: the test reads what came here, and writes with
	 * ekit_give. */
	struct wire *raw;
	uint64_t next_seq;
	unsigned texts, acks, nacks, statuses, typings;
	struct msg_id last_id, last_target, shown_id;
	uint8_t last_type;
	uint64_t last_seq, last_prev;
	unsigned shown; /* receipts */
	/* What it was asked and told of the way between us. */
	unsigned asked, heards, echoes;
	uint64_t last_ask;
	struct msg_heard last_heard;
	struct msg_echo last_echo;
	char last_text[256];
	uint8_t nack_code, ack_state;
	/* RUN, its arguments' bytes, and what became of runs; the name and
	 * what was said last are last_text, the id of a RUN is last_id. */
	unsigned runs, run_outputs, run_ends, run_stops;
	size_t run_args;
	uint8_t run_end, run_code;
	bool away, closed; /* closed: by the engine */
	uint8_t close_reason;
};

struct ekit {
	struct identity identity;
	struct rng_seed seed;
	struct engine *engine;
	struct now now;
	struct remote *remotes[KIT_REMOTES_MAX];
	size_t remote_count;
	struct kit_dial dials[KIT_DIALS_MAX]; /* neither opened nor failed */
	size_t dial_count;
	uint32_t number, epoch;
	struct memstore store;
	bool full;         /* no commit succeeds */
	bool hold_commits; /* the test commits */
	bool hold_loads;
	struct effect load; /* the last one; not answered while loading */
	bool loading;
	struct effect told; /* the last EFFECT_REVISED, _QUERY, _SETTING,
			       _LOOKUP, _HOST, _RUN, _NOTICE */
	char told_text[256], told_line[256];
	struct kit_ports ports;
	unsigned unseen; /* deliveries of what is not in memory */
	/* How often each effect came. */
	unsigned counts[EFFECT_LEFT + 1];
	uint32_t token;
	char host[256];
	uint16_t port;
};

/* Started, at time 1000 000 ms. */
void ekit_init(struct ekit *k, uint32_t number);
void ekit_init_with(struct ekit *k, uint32_t number, const struct pin *pins,
    size_t count, bool quiet);
void ekit_clear(struct ekit *k);
/* A crash: what was not committed is gone, and all streams. */
void ekit_restart(struct ekit *k);
/* The end of a turn. */
void ekit_commit(struct ekit *k, bool ok);

/* Lets time pass, and everything happen that is due. */
void ekit_pass(struct ekit *k, int64_t ms);
/* Moves bytes both ways until nobody has more to say. */
void ekit_run(struct ekit *k);
/* Takes the effects that wait. */
void ekit_drain(struct ekit *k);

void ekit_command(struct ekit *k, enum command_kind kind, const struct fp *fp,
    const char *text);
/* Copies the text inside. */
void ekit_do(struct ekit *k, const struct command *cmd);
void ekit_say(struct ekit *k, const struct remote *r, const char *text);
/* A signed announcement of r, as of that name, from addr. */
void ekit_hear(struct ekit *k, const struct remote *r, const char *name,
    const struct addr *addr, uint32_t seq);

struct addr ekit_addr(uint32_t number);
/* A peer that is not there yet; freed with the kit. */
struct remote *ekit_remote(struct ekit *k, uint32_t number);
/* One that was heard of at its address. */
struct remote *ekit_heard(struct ekit *k, uint32_t number, const char *name);
/* One we have a session with, that the engine dialled to say hello. */
struct remote *ekit_friend(struct ekit *k, uint32_t number, const char *name);
/* It connects; false when it was not let in. */
bool remote_connect(struct ekit *k, struct remote *r, const struct addr *addr);
/* It answers the oldest dial. */
void remote_answer(struct ekit *k, struct remote *r);
/* The oldest dial fails. */
void ekit_fail_dial(struct ekit *k, int sys_errno);
/* The stream breaks. */
void remote_lose(struct ekit *k, struct remote *r);
/* Forgets stream and session, to start anew with another instance. */
void remote_restart(struct remote *r);
bool remote_is_up(const struct remote *r);
/* Bytes for the engine on that stream, as they are. */
void ekit_give(struct ekit *k, struct remote *r, const uint8_t *p, size_t n);
/* A connection without a session of ours; false when it was not let in. */
bool remote_connect_raw(
    struct ekit *k, struct remote *r, const struct addr *addr);
/* The same with the handshake of raw done, up to READY. */
void remote_open_raw(
    struct ekit *k, struct remote *r, struct raw *raw, const struct addr *addr);
void remote_send(struct ekit *k, struct remote *r, const struct msg *m);
void remote_say(struct ekit *k, struct remote *r, const char *text);

const struct peer *ekit_peer(struct ekit *k, const struct remote *r);
const struct conv *ekit_conv(struct ekit *k, const struct remote *r);
/* The last message of that kind in the conversation with r (NULL: nearby). */
const struct message *ekit_last(
    struct ekit *k, const struct remote *r, enum message_kind kind);
size_t ekit_count(
    struct ekit *k, const struct remote *r, enum message_kind kind, bool mine);
/* How many of those remembered are pinned. */
size_t ekit_pinned(const struct ekit *k);
/* What the engine holds for connections and people: nothing may leak. */
unsigned ekit_conns(const struct ekit *k);

#endif
