/* SPDX-License-Identifier: MIT */
/*
 * The whole of earshot without a socket, a file or a clock: bytes, commands
 * and the time go in; effects and a model come out.
 *
 *   engine_xxx(e, now, …);
 *   while (engine_next(e, &effect)) …
 *
 * Effects are pulled, never called back. Drain them after every input: one
 * input yields a bounded number, and the queue holds them all. They are to be
 * executed in order. Bytes an effect carries are valid until the next input.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include "base/addr.h"
#include "base/file_piece.h"
#include "base/iface.h"
#include "base/lang.h"
#include "base/now.h"
#include "core/change.h"
#include "core/command.h"
#include "core/model.h"
#include "core/move.h"
#include "core/path.h"
#include "core/pin.h"
#include "core/saved.h"
#include "core/settings.h"
#include "core/transfer.h"
#include "crypto/identity.h"
#include "crypto/rng.h"
#include "wire/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DISCOVERY_PORT = 41827, /* also where TCP listens when it is free */
	/* 256 sessions, 64 half-open over TCP, 256 over UDP, and our own; and
	 * the streams of other dialects. */
	CONNS_MAX = 800,
	PLAIN_CONNS_MAX = 128,
	IPMSG_CONNS_MAX = 32,
	SESSIONS_MAX = 256,
	HALF_OPEN_MAX = 64,
	HALF_OPEN_PER_HOST = 8,
	ACCEPT_PER_S = 10, /* per host, burst 20 */
	ACCEPT_BURST = 20,
	/* The most bytes of one connection handed to engine_bytes at once. */
	ENGINE_READ_MAX = 65536,
	/* What of a file waits on its connection at most, and a piece more. */
	SOURCE_AHEAD = 256 * 1024,
};

/* What is spoken on a connection. */
enum conn_use {
	CONN_EARSHOT, /* a session, for chat or one transfer */
	CONN_PLAIN,
	CONN_IPMSG_FILE,
};

struct ipmsg_keys;
struct record_entry;

struct engine_cfg {
	const struct identity *identity; /* borrowed for the whole life */
	struct rng rng;
	uint32_t epoch; /* fsynced before, and used in no earlier run */
	const struct settings *settings; /* copied; NULL: the defaults */
	const char *name;                /* cleaned and copied */
	const char *status;              /* the same; may be NULL */
	uint16_t tcp_port;               /* where we listen; 0 = nowhere */
	uint16_t udp_port;               /* where our datagrams come from */
	uint16_t discovery_port;
	bool quiet;
	/* Of this user and this machine, as IP Messenger tells them; copied.
	 * NULL: the name, and nothing. */
	const char *login, *hostname;
	/* Where look.language is "auto". */
	const struct lang *lang;
	/* What is remembered; NULL: nothing. For the call only. */
	const struct saved *saved;
	bool traced; /* what goes in and out is kept for engine_trace_next */
};

enum effect_kind {
	EFFECT_BROADCAST, /* bytes, on every used interface and loopback; via:
			     from that listener, to port at the broadcast
			     addresses; 0: to those who discover */
	EFFECT_DATAGRAM,  /* bytes to addr, from our own UDP socket, or from
			     the listener via */
	EFFECT_LISTEN,    /* at port, for datagrams or connections as transport
			     says: engine_listening(token); its number from now
			     on is token */
	EFFECT_UNLISTEN,  /* token: no more */
	EFFECT_KEYS,    /* engine_ipmsg_keys, before EFFECT_LISTEN is answered;
			   on: they are made where there are none, which takes
			   long; conv hears of a failure */
	EFFECT_DIAL,    /* connection conn to addr over TCP */
	EFFECT_SEND,    /* bytes on conn */
	EFFECT_CLOSE,   /* conn, after what is queued was sent; no answer to
			   this: the engine has forgotten conn */
	EFFECT_HOLD,    /* conn: engine_reading is false now, though no bytes of
			   it came just now */
	EFFECT_RESOLVE, /* text is HOST, port beside it; answer with
			   engine_resolved(token) */
	EFFECT_LOOKUP,  /* about the host at addr, and its port over transport:
			   engine_looked_up(token), twice; on: its hardware
			   address alone, once */
	EFFECT_STORE,   /* change: to remember; it stays where it is until
			   engine_committed. Commit once a turn, when all
			   input of the turn was drained */
	EFFECT_LOAD,    /* the page of at most count messages before row, with
			   fp (zero: nearby); engine_history */
	EFFECT_QUERY,   /* question, text, fp: answer in conv (COMMAND_INFO,
			   COMMAND_OLDER) */
	EFFECT_SETTING, /* text: the key, NULL for all: keep what the model has
			   of it; on: it was set, else unset; conv: where to
			   say so when that fails */
	/* Of files; token is chosen by the engine. */
	EFFECT_FILE_STAT,    /* text: a path; engine_file_stat(token) */
	EFFECT_SOURCE_OPEN,  /* read text; of a single file (not on) which has
				to be as piece says, from offset on:
				engine_source(token), whenever conn has less
				than SOURCE_AHEAD to send */
	EFFECT_SOURCE_CLOSE, /* token: no more of it */
	EFFECT_SINK_OPEN,    /* write what piece describes (ENTER or FILE; on:
				its size is known) to where text says; "": to
				the folder that is set */
	EFFECT_SINK_PIECE,   /* token, piece: the next of it */
	EFFECT_SINK_CLOSE,   /* token; on: that was all: engine_sink; else it is
				removed */
	EFFECT_MOVE, /* move: conn is no longer the engine's; its descriptor,
			with what is queued on it, goes to whoever moves token:
			engine_move(token). conn 0: nobody is asked; MOVE_DONE
			where part has its name already, else MOVE_LOST */
	EFFECT_MOVE_STOP, /* token: the other end is told why; no report
			     follows; on: what is here of it is removed */
	EFFECT_RUN, /* start a program: text is the name of the command, and the
		       words of the program, a line each; of fp, who asked; at
		       most limit_ms: engine_run(token) */
	EFFECT_RUN_STOP,  /* token: it is killed, and no more of it is told */
	EFFECT_PART_DROP, /* text: what is there of a transfer (its part) is
			     removed; or what was spooled to be sent */
	/* Reports for front ends: nothing to execute. */
	EFFECT_PEER,     /* fp: presence, trust, name or status changed */
	EFFECT_TYPING,   /* fp: on: began to type; else: does so no more */
	EFFECT_MESSAGE,  /* conv, serial: a new message of any kind */
	EFFECT_NOTICE,   /* conv: aside; text: what is said there; on: an error
			  */
	EFFECT_DELIVERY, /* conv, serial, id, fp: the delivery of one of ours
			    changed; text: the reason, or NULL. Serial 0: the
			    message is not in memory */
	EFFECT_REVISED,  /* conv, serial, id: its text or reactions changed;
			    fp: by whom; revision: how; text: the new one */
	EFFECT_HOST,     /* fp, host: the answer of EFFECT_LOOKUP */
	EFFECT_TRANSFER, /* token: a file on its way (core/transfer.h), now in
			    state; on: only its numbers changed */
	EFFECT_PATH, /* token, path: how a test of engine_path stands; on: it
			has ended, and is forgotten */
	EFFECT_RAN,  /* fp, id: a command that is run (RUN), for us (on) or by
			us: step; text: what was asked for, or said; of the
			end: end, code */
	EFFECT_LEFT, /* goodbyes are out: the process may end */
};

/* What is known of a host; NULL: not known. */
struct host_found {
	struct addr addr;
	enum iface_reach reach;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	char *name, *service; /* owned; clean */
};

enum run_step { RUN_STEP_ASKED, RUN_STEP_SAID, RUN_STEP_OVER };

struct effect {
	enum effect_kind kind;
	uint32_t conn, conv, token;
	uint32_t via; /* a listener */
	uint16_t port;
	enum transport transport;
	enum question question;
	uint64_t serial;
	struct msg_id id;
	int64_t row;
	size_t count;
	enum revision revision;      /* EFFECT_REVISED */
	const struct change *change; /* until engine_committed */
	struct addr addr;
	struct fp fp;
	bool on; /* EFFECT_TYPING, at that moment; EFFECT_SETTING */
	enum delivery delivery; /* of the message, at that moment */
	const uint8_t *bytes;
	size_t size;
	const char *text;
	const char *line;  /* EFFECT_MESSAGE, EFFECT_NOTICE: that of the command
			      which this answers, where it was executed
			      before; EFFECT_QUERY: the one that asks; else
			      NULL */
	uint32_t asked_in; /* EFFECT_TRANSFER: where the command was executed
			      that offers it just now; 0: none does */
	enum transfer_state state;
	const struct host_found *host; /* until the next look-up */
	uint64_t offset;
	struct file_piece piece;
	enum flow_stop why;      /* EFFECT_MOVE_STOP */
	int64_t limit_ms;        /* EFFECT_RUN */
	enum run_step step;      /* EFFECT_RAN */
	uint8_t end, code;       /* enum run_end, and as it says */
	const struct path *path; /* until the next input */
	struct move_plan *move;  /* EFFECT_MOVE: until the next input;
					  wipe its keys */
};

struct engine;

/* Nothing is sent before engine_start. */
struct engine *engine_new(const struct engine_cfg *cfg, struct now now);
/* NULL is fine. */
void engine_free(struct engine *e);

/* Announce ourselves; the sockets are open. */
void engine_start(struct engine *e, struct now now);
/* The interfaces as they are now; changed: beyond the first time, and after
 * sleep, this starts a burst and tests sessions. */
void engine_network(struct engine *e, struct now now,
    const struct iface *ifaces, size_t count, bool changed);

/* A datagram came in. on_link: its source lies in a network of the interface it
 * came in through. */
void engine_datagram(struct engine *e, struct now now, const struct addr *from,
    bool on_link, const uint8_t *p, size_t n);
/* The same, and through which interface; index 0: not known. */
struct arrived {
	struct addr from;
	bool on_link;
	unsigned index;
	const uint8_t *bytes;
	size_t size;
	bool to_all; /* not to us alone */
};
void engine_arrived(struct engine *e, struct now now, const struct arrived *a);
/* How an EFFECT_BROADCAST without via went, of each interface that it went
 * through: last_error is that of it. No input: yields no effects. */
void engine_broadcast_sent(
    struct engine *e, struct now now, const struct iface *ifaces, size_t count);
/* A connection came in; conn is chosen by the engine. 0 refuses it: close. */
uint32_t engine_accepted(
    struct engine *e, struct now now, const struct addr *from);
/* The answer to EFFECT_LISTEN: sys_errno is 0 when it stands, at port. */
void engine_listening(struct engine *e, struct now now, uint32_t token,
    uint16_t port, int sys_errno);
/* The answer to EFFECT_KEYS, where there are some: borrowed for the whole life,
 * and used from the next time on that the dialect is switched on. */
void engine_ipmsg_keys(struct engine *e, const struct ipmsg_keys *keys);
/* What came to a listener. */
struct port_input {
	struct addr from;
	bool to_all; /* it was sent to a broadcast address */
	const uint8_t *bytes;
	size_t size; /* at most 64 KiB */
};
void engine_datagram_at(struct engine *e, struct now now, uint32_t via,
    const struct port_input *in);
/* The same as engine_accepted, through that listener. */
uint32_t engine_accepted_at(
    struct engine *e, struct now now, uint32_t via, const struct addr *from);
/* conn was given more than 256 KiB since the last time, and less than that of
 * it waits now: there is room for more. */
void engine_drained(struct engine *e, struct now now, uint32_t conn);
/* A dial succeeded. */
void engine_opened(struct engine *e, struct now now, uint32_t conn);
/* Bytes of conn, at most ENGINE_READ_MAX. */
void engine_bytes(struct engine *e, struct now now, uint32_t conn,
    const uint8_t *p, size_t n);
/* A dial failed, or the connection ended; sys_errno is 0 for a plain end. */
void engine_closed(
    struct engine *e, struct now now, uint32_t conn, int sys_errno);
/* Whether bytes of conn are wanted now. While it is false, leave them in the
 * socket: this is the back-pressure that loses nothing. */
bool engine_reading(const struct engine *e, uint32_t conn);
/* The answer to EFFECT_RESOLVE: addresses with their port, or why not. */
void engine_resolved(struct engine *e, struct now now, uint32_t token,
    const struct addr *addrs, size_t count, const char *error);

/*
 * The answer to EFFECT_LOOKUP, in two parts: first what the machine knows by
 * itself, its hardware address; then (ended) what a name server says, or why it
 * does not.
 */
struct looked_up {
	bool ended;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	const char *name, *service; /* as they came; NULL or "": none */
	const char *error;
};
void engine_looked_up(struct engine *e, struct now now, uint32_t token,
    const struct looked_up *answer);

/*
 * How the commit went of all that EFFECT_STORE gave since the last one. Until
 * then nothing of it was acknowledged or sent. When it failed (why is for the
 * user), what was to be sent is not; what came stays unacknowledged and is
 * given to the store again, every few seconds and with whatever comes next.
 */
void engine_committed(
    struct engine *e, struct now now, bool ok, const char *why);
/* Somebody waits for the commit: a post of ours or theirs is in it. What else
 * was given can be committed when there is nothing better to do. */
bool engine_is_waiting(const struct engine *e);
/* The answer to EFFECT_LOAD; takes the messages out of the page. */
void engine_history(struct engine *e, struct now now, const struct fp *fp,
    struct saved_page *page);

/* The answer to EFFECT_FILE_STAT: info, or why there is none. */
void engine_file_stat(struct engine *e, struct now now, uint32_t token,
    const struct file_info *info, const char *error);
/* The next piece of a source; END and ERROR close it, and so does an ERROR
 * instead of the first one. */
void engine_source(struct engine *e, struct now now, uint32_t token,
    const struct file_piece *piece);
/* A sink is closed: it is complete and at path, and text is a sentence of what
 * is otherwise there, or NULL; or path is NULL, and text why it failed, at
 * whatever time it does. */
void engine_sink(struct engine *e, struct now now, uint32_t token,
    const char *path, const char *text);

/* How a transfer goes that EFFECT_MOVE gave away. */
void engine_move(struct engine *e, struct now now, uint32_t token,
    const struct move_report *report);

/* News of EFFECT_RUN. */
struct run_news {
	bool ended;
	uint8_t end, code;    /* enum run_end, once it ended */
	const uint8_t *bytes; /* what it said meanwhile */
	size_t size;
};
void engine_run(struct engine *e, struct now now, uint32_t token,
    const struct run_news *news);

/* Takes the text inside. */
void engine_command(struct engine *e, struct now now, struct command *cmd);

/* Begins a test of the way to somebody (core/path.h): its token, or 0 when too
 * many are under way. */
uint32_t engine_path(
    struct engine *e, struct now now, const struct path_ask *ask);
/* Ends it without a further word. */
void engine_path_stop(struct engine *e, struct now now, uint32_t token);

/* All contacts that a session is up with are asked, in ASK_ROUND_MS, whether
 * they hear us, and we announce ourselves before: model, peer.hears_us. */
enum { ASK_ROUND_MS = 2000 };
void engine_ask_round(struct engine *e, struct now now);

/* The next of what a record is to have (core/record.h), oldest first; false: no
 * more, until the engine is called again. It borrows until the next call. */
bool engine_trace_next(struct engine *e, struct record_entry *ret_entry);
/* Why there will be no more of it: RECORD_END_TIME; RECORD_END_SIZE: more came
 * than is kept (TRACE_BYTES_MAX) before it was asked for. 0: there will. */
int engine_trace_ended(const struct engine *e);

/* For a replay: what a record tells, and only keys could show. RECORD_CONTACT;
 * RECORD_PEER, of a peer that is not of a legacy dialect. */
void engine_told_contact(
    struct engine *e, struct now now, const struct record_entry *r);
void engine_told_peer(
    struct engine *e, struct now now, const struct record_entry *r);

/* What has become due. */
void engine_tick(struct engine *e, struct now now);
/* When engine_tick is due, on the monotonic clock; NEVER_MS for never. */
int64_t engine_deadline(const struct engine *e);

/* Pulls the next effect; false when there is none. */
bool engine_next(struct engine *e, struct effect *ret_effect);
/* Borrowed, for the life of the engine. */
const struct model *engine_model(const struct engine *e);

#endif
