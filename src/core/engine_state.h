/* SPDX-License-Identifier: MIT */
/*
 * What the files of the engine share. A connection is one byte stream, or one
 * exchange of datagrams, with one session on it; a contact is one identity we
 * hold a conversation with, whatever connections come and go below it.
 */
#ifndef CORE_ENGINE_STATE_H
#define CORE_ENGINE_STATE_H

#include "base/bucket.h"
#include "base/buf.h"
#include "core/carrier.h"
#include "core/engine.h"
#include "core/host.h"
#include "core/listeners.h"
#include "core/model_edit.h"
#include "core/path.h"
#include "core/record.h"
#include "proto/chat.h"
#include "proto/dial.h"
#include "proto/discover.h"
#include "proto/gate.h"

enum {
	/* Effects that one input can yield at most; more is a bug. The most is
	 * that all sessions are lost, with a full flight on each. */
	EFFECTS_MAX = 2 * SESSIONS_MAX * CHAT_FLIGHT_MAX,
	EFFECT_BYTES_MAX = 64 * 1024 * 1024,
	CONTACTS_MAX = DISCOVER_PINNED_MAX,
	/* Hosts whose rate of connecting is remembered. */
	ACCEPT_HOSTS_MAX = 64,
	/* People on one host are many connections from one address. */
	ACCEPT_LOOPBACK_FACTOR = 10,
	/* /connect commands under way. */
	CONNECTS_MAX = 8,
	/* With those to hosts that are listed. */
	CONNECTS_ALL = CONNECTS_MAX + 16,
	LOOKUPS_MAX = 4,
	/* Messages of one connection handled in one go. */
	PUMP_MAX = 512,
	/* Inbound messages of somebody we never wrote to; beyond, they wait in
	 * the sender's socket. */
	STRANGER_PER_S = 20,
	STRANGER_BURST = 100,
	/* Conversations that strangers began and nobody answered; who comes
	 * after them is told that the inbox is full. */
	STRANGERS_MAX = 64,
	/* What one of them may say, in all: what is stored pushes out what is
	 * older once the quota is reached. */
	STRANGER_BYTES_MAX = 1024 * 1024,
	/* What is stored of shouts in legacy dialects, where any sender can be
	 * invented: in a second, and at once. */
	LEGACY_SHOUT_BYTES_PER_S = 1024,
	LEGACY_SHOUT_BYTES_MAX = 1024 * 1024,
	/* How long the loser of two sessions is still listened to. */
	LOSER_MS = 2000,
	/* Connections that are for a file, until they are handed on; the oldest
	 * that names none makes room. */
	FILE_CONNS_MAX = 32,
	/* Between the handshake and the name of the transfer. */
	FILE_ATTACH_MS = 5000,
	/* Connections that others test the way with, how long each may take
	 * and what it may bring. */
	PROBE_CONNS_MAX = 4,
	PROBE_LIFE_MS = 20000,
	PROBE_BYTES_MAX = 2 * PATH_LOAD_BYTES,
	/* On the way at a time. */
	PROBE_WINDOW = 256 * 1024,
	/* The same on a session for chat, where it is in the way of others. */
	ECHO_CHAT_MAX = 4096,
	ASKS_PER_S = 5,
	ASKS_BURST = 20,
	HEARD_COST = 4, /* of these, since the answer is larger */
	/* Questions of ours that wait for an answer. */
	ASKINGS_MAX = 64,
	/* What was heard longer ago is not told. */
	HEARD_LATE_S = 3600,
	/* Pings answered, of all: none is larger than what it answers. */
	PINGS_PER_S = 100,
	/* Connections over TCP, of all states. */
	STREAMS_MAX = SESSIONS_MAX + HALF_OPEN_MAX + FILE_CONNS_MAX +
		      PROBE_CONNS_MAX + PATH_TESTS_MAX,
	/* On UDP though TCP is preferred: TCP is tried again, and again. */
	SWITCH_FIRST_MS = 60000,
	SWITCH_AGAIN_MS = 600000,
	/* After the network changed; it takes a moment to settle. */
	SWITCH_SETTLE_MS = 2000,
	/* Changes given to the store and not committed; beyond, connections are
	 * not read. */
	JOURNAL_MAX = 2048,
	JOURNAL_BYTES_MAX = 8 * 1024 * 1024,
	/* How often those that could not be stored are given again. */
	STORE_AGAIN_MS = 3000,
	/* Messages asked for at once, and when a conversation is opened. */
	HISTORY_PAGE = 100,
	HISTORY_PAGE_MAX = 500,
	/* What /outbox lists, and /cancel can name by number. */
	OUTBOX_LISTED_MAX = 64,
	/* Receipts for what is not in memory: each makes the store search. */
	RECEIPTS_PER_MINUTE = 10,
	RECEIPTS_BURST = 10,
	/* /send under way. */
	SENDINGS_MAX = 16,
};

enum conn_state {
	CONN_DIALING, /* nobody has answered yet */
	CONN_HANDSHAKE,
	CONN_OPEN,
	CONN_LOSING, /* another session of the same pair won */
	CONN_STREAM, /* open, and of another dialect: no session is on it */
	CONN_PROBE,  /* open, to test the way: nothing else goes over it */
	CONN_ATTACH, /* for a file, and proven: which one comes next */
};

struct contact {
	struct fp fp;
	struct pin pin;
	bool pinned;
	bool answered;          /* the user wrote to it, in whatever run */
	bool accepted;          /* the user took it in spite of its name */
	struct fp accepted_for; /* legacy: which resembled this contact then */
	bool in_inbox; /* it wrote and is not answered: one of strangers */
	bool kept;     /* its pin is in the store, or on the way there */
	bool changed;  /* the pin in the store is not the latest */
	struct chat *chat;
	uint64_t ready_seq; /* ours up to it were committed just now */
	bool is_ready;      /* something of it may go out */
	struct bucket receipts;
	struct bucket runs; /* begun here for it */
	struct dial dial;
	uint16_t wish;     /* grows when the user wants another transport */
	int64_t switch_ms; /* when the other transport is tried beside the
			      session that is up; NEVER_MS */
	int64_t switch_from_ms; /* and not before */
	bool switch_asked;      /* the user waits to hear how that went */
	uint32_t conn;          /* the open session; 0 while there is none */
	struct bucket inbound;  /* while not answered */
	struct bucket asks;     /* HEARD_ASK and ECHO; made with the first */
	size_t inbound_bytes;   /* taken, while not answered */
	bool present;           /* legacy: its chat is up */
	bool traced;            /* a record has it */
	bool has_rule;
	struct accept_rule rule; /* its folder is owned */
	/* Offers of ours that were refused are made again from the first on;
	 * where none is answered there, from the second on. */
	int64_t offer_ms, offer_minute_ms;
	bool offer_room; /* one was, while another was on its way */
};

struct conn {
	uint32_t id;
	enum conn_use use;
	struct ipmsg_file_conn *ipmsg; /* CONN_IPMSG_FILE */
	/* CONN_EARSHOT: for one transfer, never for the chat. */
	bool file;
	uint32_t transfer; /* that we dialled for; 0 */
	/* The same: for a test of the way, of ours (path) or of theirs. */
	bool probe;
	uint32_t path;
	int sys_errno;        /* why it is gone, of its last moment */
	uint64_t probe_bytes; /* of load that came */
	uint32_t via; /* the listener it came through; 0: our own, or dialled */
	bool held;    /* CONN_STREAM: its bytes are not wanted now */
	enum conn_state state;
	struct carrier carrier; /* empty while TCP connects */
	uint32_t dgram_id;      /* our end of a datagram session; 0 over TCP */
	struct addr addr;
	bool expects; /* fp is whom we dialled */
	struct dial_attempt attempt;
	bool accepted;
	struct fp fp;
	struct contact *contact; /* after the hello; or whom we dialled */
	uint8_t instance[INSTANCE_SIZE];
	uint32_t epoch;
	uint16_t tcp_port, udp_port; /* where the other end listens */
	/* Of the initiator, both ends know it: its user asked for this
	 * transport, and when: a later wish is a higher number. */
	bool chosen;
	uint16_t wish;
	struct connect *connect; /* the /connect that began it, or NULL */
	int64_t deadline_ms;
	bool pump_again;
	bool traced_in, traced_out; /* trace.c: its beginning went by */
};

/* A change that was given to the store and not committed yet. */
struct entry {
	struct entry *next;
	struct change change;
	struct pin pin;            /* CHANGE_PIN; its texts are owned */
	struct transfer *transfer; /* CHANGE_TRANSFER; owned */
	struct accept_rule rule;   /* CHANGE_RULE; its folder is owned */
	struct contact *of;        /* NULL: nearby, or forgotten */
	char text[];               /* the reason behind it, and raw */
};

struct journal {
	struct entry *first, *last;
	size_t count, bytes;
	bool awaited;     /* a post among what was given since the last one */
	bool failed;      /* the last commit did */
	bool given;       /* all of it, since then */
	int64_t again_ms; /* while failed */
};

/* A line of the last /outbox. */
struct listed {
	struct fp fp;
	struct msg_id id;
};

struct connect {
	bool used;
	uint32_t token, conv;
	uint32_t listed; /* the number of that host; 0: of /connect */
	char *host;
	uint16_t port;
	struct addr addrs[PEER_ADDRS_MAX];
	size_t count, next;
	size_t next_udp;     /* of addrs, when TCP failed at all of them */
	uint16_t udp_port;   /* the last one tried; 0 = none */
	const char *tcp_why; /* of the last failure over TCP; static */
};

/* A look-up of /info; core/lookup.c. */
struct lookup {
	uint32_t token; /* 0: this place is free */
	uint32_t conv;
	struct fp peer;
	struct host_found found;
};

/* The dialect of IP Messenger; core/ipmsg_line.c. */
struct ipmsg_line {
	struct ipmsg *machine; /* NULL while it is off */
	uint32_t udp, tcp;     /* its listeners; 0: none */
	uint16_t port;
	bool wanted;  /* the setting, as it was followed */
	bool pumping; /* an event of it is handled */
	struct bucket nudges;
	uint32_t conv; /* who switched it on hears how that went; 0: nobody */
	struct ipmsg_files *files; /* core/ipmsg_transfer.c */
};

struct accept_host {
	struct addr host;
	struct bucket bucket;
	int64_t used_ms;
};

/* A question to a contact. */
struct asking {
	uint64_t nonce; /* 0: this place is free */
	uint8_t type;   /* enum msg_type */
	uint32_t conn;
	int64_t since_ms, at_ms; /* probes_ask */
};

/* A test of the way to somebody; path.c. */
struct path_test {
	bool used, load;
	struct path path;
	int64_t started_ms;
	/* By step: when it began, and when it is given up. */
	int64_t began_ms[PATH_STEPS], due_ms[PATH_STEPS];
	/* Of pings, the echo and the question. */
	uint64_t nonces[PATH_STEPS];
	int64_t again_ms[PATH_STEPS]; /* pings: the next try */
	uint32_t conn;                /* of its own; 0: none */
	bool ready, proven;           /* of it */
	bool asks;                    /* who is there is a contact of ours */
	uint64_t load_sent, load_nonce;
	bool changed;
};

/* A /send whose files are looked at. */
struct sending;

/* When the last of what we sent to everybody went out; monotonic. */
enum { ANNOUNCED_MAX = 8 };

/* What an EFFECT_MOVE of this input points to; core/file_conns.c. */
struct planned;

/* Commands that run, at either end; core/runs.h. */
struct runs;

/* What a record is to have and was not asked for yet: its entries, encoded. */
struct trace {
	bool on;
	int ended; /* enum record_end, by itself; 0: not */
	int64_t began_ms, now_ms;
	struct buf entries;
	size_t given; /* of these, by the last engine_trace_next */
};

struct engine {
	const struct identity *identity;
	struct rng rng;
	struct trace trace;
	uint32_t epoch;
	uint8_t instance[INSTANCE_SIZE];
	bool quiet, started;
	const struct lang *lang; /* of the system */
	bool left;               /* EFFECT_LEFT was given */
	struct model *model;
	struct discover *discover;
	struct gate *gate;

	struct conn *conns[CONNS_MAX];
	uint32_t conn_end; /* no slot from here on is used */
	uint32_t conn_generation;
	unsigned streams;   /* connections over TCP for sessions */
	unsigned half_open; /* of these, in their handshake */
	unsigned sessions, strangers;
	unsigned plain_conns, ipmsg_conns, file_conns;
	struct planned *planned;
	struct plain *plain;
	struct bucket legacy_shouts;
	struct listener listeners[LISTENERS_MAX];
	uint32_t listener_number; /* the last one given */
	struct ipmsg_line ipmsg;
	char *login, *hostname; /* of this user and machine */
	const struct ipmsg_keys *ipmsg_keys;
	uint32_t transfer_number; /* the last one given */
	struct sending *sendings[SENDINGS_MAX];
	/* The line that is answered now, though it was executed before; or
	 * NULL. */
	const char *answers;
	uint32_t answers_in; /* where it was executed */
	struct accept_host hosts[ACCEPT_HOSTS_MAX];
	struct contact **contacts;
	size_t contact_count, contact_cap;
	struct connect connects[CONNECTS_ALL];
	uint32_t last_host;
	uint32_t next_token;
	struct lookup lookups[LOOKUPS_MAX];
	struct runs *runs;
	unsigned probe_conns; /* that others made */
	struct bucket pings;
	struct asking askings[ASKINGS_MAX];
	size_t asking_next;
	int64_t round_ms; /* when all are asked whether they hear us */
	struct path_test paths[PATH_TESTS_MAX];
	int64_t announced_ms[ANNOUNCED_MAX]; /* a ring */
	size_t announced_count;
	int64_t typing_ms; /* earliest end of a typing notice */

	int64_t next_row;
	bool notes_kept; /* the store knows whose they are */
	struct journal journal;
	struct listed listed[OUTBOX_LISTED_MAX];
	size_t listed_count;
	int64_t expire_ms;       /* when what waits is looked at for its age */
	int64_t started_wall_ms; /* the clock when the monotonic one was 0 */

	struct effect *effects;
	size_t effect_count, effect_next, effect_cap;
	struct buf effect_bytes;
};

/* engine.c */
/* Everything that is due, without beginning a new input. */
void engine_tick_rest(struct engine *e, struct now now);

/* effects.c */
/* Every input begins here: what the last one yielded was drained. */
/* Each input of the engine begins so. */
void effects_begin(struct engine *e, struct now now);
/* Copies bytes and text; the rest by value. */
void effect_add(struct engine *e, struct effect effect);
void effects_free(struct engine *e);

/* prefer.c: wishes about one contact. */
void prefer_execute(
    struct engine *e, struct now now, const struct command *cmd);

/* execute.c: our name, status or absence changed: tell everybody. */
void execute_announce(struct engine *e, struct now now);
/* COMMAND_NICK, COMMAND_STATUS without their answers. */
void execute_rename(struct engine *e, struct now now, const char *name);
void execute_restate(struct engine *e, struct now now, const char *status);

/* adjust.c: COMMAND_SET and COMMAND_SAVE. */
void adjust_set(struct engine *e, struct now now, const struct command *cmd);
void adjust_save(struct engine *e, const struct command *cmd);
/* A setting that another command changed, into its file. */
void adjust_keep(
    struct engine *e, uint32_t conv, const char *key, const char *value);

/* notices.c */
void engine_info(struct engine *e, struct now now, uint32_t conv,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void engine_error(struct engine *e, struct now now, uint32_t conv,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Takes the text. */
void engine_notice(struct engine *e, struct now now, uint32_t conv,
    enum message_kind kind, char *text);
void effect_peer(struct engine *e, const struct fp *fp);
/* until_ms: 0 when it does not type any more. */
void peer_set_typing(struct engine *e, struct peer *p, int64_t until_ms);
void effect_message(
    struct engine *e, const struct conv *c, const struct message *m);
void message_set_delivery(struct engine *e, const struct conv *c,
    struct message *m, enum delivery delivery, const char *reason);
/* The same for one of ours to k that may not be in memory. */
void effect_set_delivery(struct engine *e, const struct contact *k, int64_t row,
    const struct msg_id *id, enum delivery delivery, const char *reason);

/* conns.c */
struct conn *conn_get(struct engine *e, uint32_t id);
const struct conn *conn_find(const struct engine *e, uint32_t id);
/* The one whose datagram session has that id at our end. */
struct conn *conn_of_dgram(struct engine *e, uint32_t dgram_id);
/* NULL when there are too many. */
struct conn *conn_new(
    struct engine *e, const struct addr *addr, enum transport transport);
/* The same for a dialect without sessions, each with a bound of its own. */
struct conn *conn_new_stream(
    struct engine *e, const struct addr *addr, enum conn_use use);
void conn_free_stream(struct engine *e, struct conn *c);
/* Makes the session; over TCP, once the connection stands. */
void conn_start(
    struct engine *e, struct now now, struct conn *c, enum noise_role role);
/* Somebody is there: the handshake has its time. And its end, well or not. */
void conn_greet(struct engine *e, struct conn *c);
void conn_greeted(struct engine *e, struct conn *c);
/* Dials k, or with NULL whoever is there. NULL when there are too many. */
struct conn *conn_dial(struct engine *e, struct now now,
    const struct addr *addr, enum transport transport, struct contact *k);
/* The same for a transfer with k: it never becomes a session to chat over. */
struct conn *conn_dial_file(struct engine *e, struct now now,
    const struct addr *addr, struct contact *k, uint32_t transfer);
/* The same to test the way; fp NULL: to whoever is there. */
struct conn *conn_dial_probe(struct engine *e, struct now now,
    const struct addr *addr, const struct fp *fp, uint32_t path);
/* It is neither for a file nor a test. */
bool conn_is_chat(const struct conn *c);
/* It is for a file, as its session says. */
void conn_set_file(struct engine *e, struct conn *c);
/* It goes on elsewhere: forgotten here, and not closed. */
void conn_hand_over(struct engine *e, struct conn *c);
/* Hands the session's output to the shell. */
void conn_flush(struct engine *e, struct now now, struct conn *c);
/* Ends it on our side: CLOSE goes out when reason is not 0. */
void conn_drop(
    struct engine *e, struct now now, struct conn *c, uint8_t reason);
/* It is over: reason is a CLOSE of the other end, or 0. */
void conn_end(struct engine *e, struct now now, struct conn *c, uint8_t reason,
    const char *why);
/* The words for what the system says. */
const char *conn_why(int sys_errno);
/* The network changed: is the other end of each still there? */
void conns_probe(struct engine *e, struct now now);
void conns_free(struct engine *e);

/* pump.c */
/* Handles buffered input; c may be gone afterwards. */
void conn_pump(struct engine *e, struct now now, struct conn *c);
void conns_tick(struct engine *e, struct now now);
int64_t conns_deadline(const struct engine *e);

/* datagrams.c */
/* A datagram of a session, or of somebody who wants one. */
void datagram_input(struct engine *e, struct now now, const struct addr *from,
    const uint8_t *p, size_t n);

/* sessions.c */
/* Whether the one who said hello is welcome; if so the session goes on. */
int session_judge(struct engine *e, struct now now, struct conn *c,
    const struct session_event *ev);
/* Theirs minus ours, whatever they claim; its negative exists too. */
int64_t clock_skew_ms(int64_t theirs, int64_t ours);
void session_up(struct engine *e, struct now now, struct conn *c);
/* It ended; reason is a CLOSE of the other end, or 0 when it was lost. */
void session_down(
    struct engine *e, struct now now, struct conn *c, uint8_t reason);

/* contacts.c */
struct contact *contact_find(const struct engine *e, const struct fp *fp);
/* Made when it is not there; NULL beyond CONTACTS_MAX. */
struct contact *contact_get(
    struct engine *e, struct now now, const struct fp *fp);
/* Forgets a contact that means nothing: no conversation, and nothing of it is
 * in the store. */
void contact_release(struct engine *e, struct contact *k);
/* Remembers the identity, unless it passes itself off as another. */
void contact_pin(struct engine *e, struct now now, struct contact *k);
/* Stores what is known of it, pinned or not. */
void contact_keep(struct engine *e, struct contact *k);
/* The same for all of which something changed. */
void contacts_keep(struct engine *e);
/* Its chat, made when there is none. */
struct chat *contact_chat(struct engine *e, struct contact *k);
/* Everything but that it exists. */
void contact_forget(struct engine *e, struct now now, struct contact *k);
void contacts_load(struct engine *e, const struct pin *pins, size_t count);
void contacts_free(struct engine *e);
size_t contacts_waiting(const struct engine *e);

/* talk.c */
void talk_input(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n);
/* Moves what the chat has to the session, and on to the shell. */
void talk_flush(struct engine *e, struct now now, struct contact *k);
/* Stores and queues a post of the user to k, who is dialled when absent. False,
 * with a word to the user, when too much waits. */
bool talk_post(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, struct chat_post *post);
/* Whom the user may write to as cmd says; NULL when he was told why not.
 * Release the contact afterwards. */
struct contact *talk_partner(
    struct engine *e, struct now now, const struct command *cmd);
/* The same for what says nothing: who gets it stays a stranger. */
bool talk_queue(struct engine *e, struct now now, uint32_t conv,
    struct contact *k, struct chat_post *post);
/* An offer that was refused is made again: its id, row and time stay. Not
 * stored yet. False when too much waits. */
bool talk_requeue(struct engine *e, struct now now, struct contact *k,
    struct chat_post *post);
/* What was sent and not acknowledged waits again. */
void talk_interrupted(struct engine *e, const struct contact *k);
/* The user means k: it is no stranger. */
void talk_set_answered(struct engine *e, struct contact *k);
void talk_say(struct engine *e, struct now now, const struct command *cmd);
/* A shout, ours or theirs; takes its text. Without keep it is shown, and not
 * stored. */
void talk_shout(struct engine *e, struct message *m, bool keep);
/* Whether something new of k is taken: who was never written to has so much
 * room and no more. */
bool talk_has_room(struct engine *e, struct contact *k);

/* notes.c: what the user says to nobody but the store. */
bool notes_are(const struct engine *e, const struct fp *fp);
void notes_open(struct engine *e);
/* Text of cmd, clean. */
void notes_say(struct engine *e, struct now now, const struct command *cmd,
    const char *text, size_t n);
/* A revision of one of them; complete but for its number. */
void notes_revise(struct engine *e, struct now now, struct change *change);
/* A change of theirs is stored. */
void notes_stored(struct engine *e, const struct change *change);
/* The sentence for what cannot be done with them. */
void notes_refuse(struct engine *e, struct now now, const struct command *cmd);

/* commit.c */
/* Gives a change to the store. Copies; of: the contact it is about, or NULL. */
void commit_change(
    struct engine *e, struct contact *of, const struct change *c);
/* That text of theirs was given to the store, and is not there yet. */
bool commit_holds(
    const struct engine *e, const struct fp *from, const struct msg_id *id);
/* No more should be read before a commit. */
bool commit_is_full(const struct engine *e);
void commit_tick(struct engine *e, struct now now);
int64_t commit_deadline(const struct engine *e);
/* A contact goes. */
void commit_forget(struct engine *e, const struct contact *k);
void commit_free(struct engine *e);

/* history.c */
void history_load(struct engine *e, const struct saved *saved);
/* The first page, where none is in memory. */
void history_open(struct engine *e, struct conv *c);
void history_load_older(struct engine *e, const struct command *cmd);
void history_draft(struct engine *e, const struct command *cmd);
void history_forget(
    struct engine *e, struct now now, const struct command *cmd);

/* outbox.c */
void outbox_restore(struct engine *e, struct now now, const struct saved *s);
/* Whoever something waits for is dialled. */
void outbox_start(struct engine *e, struct now now);
/* Something waits from now on. */
void outbox_watch(struct engine *e, struct now now);
void outbox_list(struct engine *e, struct now now, const struct command *cmd);
void outbox_cancel(struct engine *e, struct now now, const struct command *cmd);
/* Takes back all to k that is not on its way; how many. */
size_t outbox_withdraw(
    struct engine *e, struct now now, struct contact *k, const char *reason);
/* One of ours to k waits no more. */
void outbox_settle(struct engine *e, struct now now, struct contact *k,
    const struct chat_post *post, enum delivery delivery, const char *reason);
void outbox_tick(struct engine *e, struct now now);

/* receipts.c */
/* All of the conversation was shown to the user. */
void receipts_read(struct engine *e, struct conv *c);
/* That is stored: the other end may hear of it. */
void receipts_tell(struct contact *k, const struct msg_id *id);
/* They saw one of ours, and all before it. */
void receipts_shown(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id);

/* revise.c */
/* EDIT, DELETE and REACT of theirs, and of the user. */
void revise_arrived(struct engine *e, struct now now, struct contact *k,
    const struct chat_event *ev);
/* It is not theirs to make, but it is safe with us that it came. */
void revise_ignore(
    struct engine *e, struct contact *k, const struct change *revision);
void revise_command(
    struct engine *e, struct now now, const struct command *cmd);
/* One of ours is stored. */
void revise_apply(struct engine *e, struct now now, struct contact *k,
    const struct change *c);
/* The text or a reaction of m is another now. */
void revise_message(struct engine *e, struct conv *c, struct message *m,
    const struct change *change);
/* Its target may have come from a store that does not know it yet. */
void revise_loaded(
    struct engine *e, struct conv *c, const struct change *change);

/* dialling.c */
void dialling_tick(struct engine *e, struct now now);
int64_t dialling_deadline(const struct engine *e);
/* The address to try of peer p over UDP by index; false behind the last. */
bool dialling_udp_addr(
    const struct peer *p, unsigned index, struct addr *ret_addr);
/* A session is up: whether, and when, a better transport is tried. */
void dialling_settle(struct engine *e, struct now now, struct contact *k);
/* The network changed. */
void dialling_network(struct engine *e, struct now now);
/* The user wants k reached over another transport from now on; k has a
 * conversation. */
void dialling_renew(struct engine *e, struct now now, struct contact *k);
/* To be dialled, after a while; nobody who is blocked is. */
void dialling_want(struct contact *k, struct now now, int64_t delay_ms);
/* Who was away is there again, and no session is: dialled in delay_ms. */
void dialling_return(
    struct engine *e, struct now now, struct contact *k, int64_t delay_ms);

/* wish.c */
/* Whether the user wants k to be reached over this transport and no other. */
bool wish_is_for(const struct contact *k, enum transport transport);
/* What a hello tells of it, and how it is read. */
uint64_t wish_encode(const struct conn *c);
void wish_decode(struct conn *c, uint64_t capabilities);
/* Whether, as far as wishes go, a session like a stays and not b: above 0; b:
 * below 0; 0 when they say nothing. */
int wish_compare(
    const struct conn *a, const struct conn *b, bool same_initiator);

/* hearing.c: what came over which interface */
/* A datagram of discovery, just after it was judged. */
void hearing_datagram(
    struct engine *e, struct now now, const struct arrived *a);
/* The same, when it was taken. */
void hearing_sighting(struct engine *e, struct now now,
    const struct sighting *s, const struct arrived *a);
/* Something of ours goes to everybody. */
void hearing_announced(struct engine *e, struct now now);

/* sightings.c */
/* Who fell silent, and the datagrams that are due. */
void sightings_tick(struct engine *e, struct now now);

/* connect.c */
void connect_start(struct engine *e, struct now now, const struct command *cmd);
/* An attempt failed: the next address, or a sentence. Forgets c's claim. */
void connect_failed(
    struct engine *e, struct now now, struct conn *c, const char *why);
/* The same: it was ourselves who answered. */
void connect_is_self(struct engine *e, struct now now, struct conn *c);
void connect_done(struct engine *e, struct now now, struct conn *c);
void connects_free(struct engine *e);
/* The same of a host that is listed; false when so many are under way. */
bool connect_host(struct engine *e, struct now now, const struct host *h);

/* hosts.c: those that are listed */
/* The list is another one, or just known. */
void hosts_follow(struct engine *e, struct now now);
void hosts_tick(struct engine *e, struct now now);
int64_t hosts_deadline(const struct engine *e);
void hosts_met(
    struct engine *e, struct now now, uint32_t id, const struct fp *fp);
/* Who answers there is one we do not talk to. */
void hosts_refused(struct engine *e, uint32_t id, const struct fp *fp);
void hosts_failed(
    struct engine *e, struct now now, uint32_t id, const char *why);
/* The session with somebody is over, or he is not blocked any more. */
void hosts_lost(struct engine *e, struct now now, const struct fp *fp);
void hosts_network(struct engine *e, struct now now);

/* lookup.c: the hosts of peers */

void lookup_start(struct engine *e, struct now now, const struct command *cmd);
void lookups_free(struct engine *e);

#endif
