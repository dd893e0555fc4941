/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the machine of IP Messenger share. Each part is one .c; the
 * functions below are grouped by it.
 */
#ifndef PROTO_IPMSG_STATE_H
#define PROTO_IPMSG_STATE_H

#include "base/bucket.h"
#include "proto/ipmsg.h"

enum {
	/* Presence. */
	ENTRY_AGAIN_MS = 1000, /* second entry of a burst, and the third */
	ENTRY_LAST_MS = 5000,
	BURST_GAP_MS = 10000,
	REFRESH_MIN_MS = 60000,
	REFRESH_FEW_MS = 120000, /* while few are there */
	REFRESH_MAX_MS = 300000,
	ABSENCE_GAP_MS = 2000,
	EXIT_AGAIN_MS = 100,
	PEERS_FEW = 16,        /* fewer answers than this may come at once */
	ANSWER_SPREAD_MS = 20, /* for each peer beyond */
	ANSWER_SPREAD_MAX_MS = 4000,
	/* Silence. Above REFRESH_MAX_MS: who refreshes is never probed. */
	SILENT_MS = 330000,
	SILENT_JITTER_MS = 30000,
	PROBE_GAP_MS = 5000,
	PROBES = 3,
	ASK_ALL_MS = 300000,
	ENTRY_TWICE_MS = 500, /* one entry, by several ways */
	ADDRESS_STAYS_MS = 7000,

	/* Answers. */
	ANSWERS_MAX = 256,
	/* Waiting for its turn, or for credit: one turn, so that whatever was
	 * asked, nothing moves 2 s later (T21). */
	ANSWER_KEEP_MS = 2100,
	SOURCES_MAX = 2048,
	SOURCE_ANSWER_PER_1000S = 500, /* one in 2 s */
	SOURCE_DATAGRAMS_PER_S = 2000,
	SOURCE_DATAGRAMS_BURST = 4000,
	SOURCE_CREDIT_MAX = 65536,
	SOURCE_SHOUT_PER_1000S = 500,
	SOURCE_SHOUT_BURST = 8,
	ANSWERS_PER_S = 50,
	ANSWERS_BURST = 100,
	PROBED_MAX = 32,
	PROOF_MS = 10000, /* an entry of ours may be answered so long */

	/* Texts. */
	POST_WAIT_MS = 3000, /* after the last of its sends */
	ROUND_FIRST_MS = 5000,
	ROUND_MAX_MS = 300000,
	AUTO_GAP_MS = 180000,
	NUDGE_GAP_MS = 10000,
	ASK_GAP_MS = 2000,
	SHOUT_PER_1000S = 200,
	SHOUT_BURST = 3,
	SEALS_MAX = 1024, /* of ours, delivered and not yet opened */
	NOTICES_MAX = 256,
	NOTICE_SENDS = 12,
	NOTICE_GAP_MS = 750,
	EVENTS_MAX = 4096,
	OUTPUTS_MAX = 8192,
	OWN_MAX = 256, /* numbers of ours, to know what comes back */

	/* Lists of other hosts. */
	LIST_ASK_MS = 10000,
	LIST_PAGES_MAX = 64,
	HEARSAY_MAX = 256, /* addresses that wait to be probed */
	HEARSAY_GAP_MS = 50,
};

struct ipmsg_seen {
	bool used;
	uint64_t number;
	uint32_t hash;
	bool stored; /* else it waits to be, or is refused */
};

enum post_state {
	POST_QUEUED,  /* behind others, or new */
	POST_KEYING,  /* waits for a key */
	POST_FLYING,  /* sent, and sent again */
	POST_WAITING, /* given up until the peer shows */
};

struct ipmsg_post {
	struct ipmsg_post *next;
	struct msg_id id;
	uint32_t number;
	enum post_state state;
	unsigned sends;
	int64_t began_ms; /* of this round */
	int64_t due_ms;
	int64_t round_ms; /* no new round before */
	int64_t round_gap_ms;
	bool sealed, encrypted;
	bool held;        /* until it is handed over again */
	uint32_t options; /* with the command, before encryption */
	/* body NUL ext, in the set of the peer. */
	uint8_t *body;
	size_t body_size, ext_at; /* ext_at 0: none */
	uint8_t *bytes;           /* the datagram; NULL until it first goes */
	size_t size;
};

struct ipmsg_peer {
	uint32_t serial; /* never used twice */
	char *handle, *folded;
	uint8_t
	    *raw; /* "user:host" of its packets, folded; NULL: never heard */
	size_t raw_size;
	uint32_t raw_hash, hash;
	char *user; /* decoded */
	char *nick, *group, *away_text, *software;
	enum ipmsg_client client;
	uint32_t abilities; /* options of its last entry */
	bool listed;        /* an entry was heard */
	bool present, away, kept, fingerprint, earshot;
	bool proven; /* answered something of ours */
	uint8_t name_fp[IPMSG_FINGERPRINT_SIZE];
	enum charset forced, guessed;
	struct addr addrs[IPMSG_HOST_ADDRS_MAX];
	int64_t addr_ms[IPMSG_HOST_ADDRS_MAX];
	size_t addr_count;
	struct addr source; /* who brought it; port 0 */
	int64_t heard_ms, probe_ms;
	unsigned probes;
	uint64_t highest;      /* number of it */
	uint64_t entry_number; /* of the last that was answered */
	int64_t entry_ms;
	struct ipmsg_seen *seen;
	unsigned seen_at;
	uint32_t told; /* highest number of a text to it */
	int64_t auto_ms, nudge_ms, asked_ms[2];
	bool asked[2];
	struct ipmsg_post *first, *last;
	size_t posts;
	unsigned references; /* events and texts that name it */
	struct ipmsg_secret *secret;
};

struct ipmsg_source {
	uint32_t hash;
	struct addr host;
	int64_t used_ms;
	struct bucket answers, datagrams, shouts;
	uint32_t credit; /* bytes that came and were not answered */
	bool proven;
};

enum answer_kind {
	ANSWER_ENTRY,
	ANSWER_INFO,
	ANSWER_AWAY,
	ANSWER_KEY,
	ANSWER_ASK_KEY, /* theirs, when they ask for ours */
	ANSWER_AUTO,    /* the away text, of itself */
	ANSWER_PROBE,   /* who wrote to us without an entry is asked for one */
	ANSWER_KINDS,
};

struct ipmsg_pending {
	enum answer_kind kind;
	struct addr to;
	int64_t due_ms, until_ms;
	enum charset charset;
	bool utf8;     /* may be told that it is */
	uint32_t caps; /* of who asks for a key */
};

/* What an encrypted message holds, or a plain one. */
struct ipmsg_content {
	struct ipmsg_parts parts;
	bool obfuscated, signature_bad;
	uint8_t *plain; /* what parts borrow; NULL: from the packet */
	size_t plain_size;
};

struct ipmsg_arriving {
	uint64_t token;
	struct ipmsg_peer *peer;
	struct addr from;
	uint64_t number;
	uint32_t hash, options;
	char digits[IPMSG_NUMBER_TEXT_MAX];
	bool utf8; /* it can read UTF-8 */
};

struct ipmsg_seal {
	uint32_t peer, number;
	struct msg_id id;
};

struct ipmsg_notice {
	struct ipmsg_peer *peer;
	uint64_t about;
	uint32_t number;
	bool check; /* until it is confirmed */
	unsigned sends;
	int64_t due_ms;
};

struct ipmsg_queued {
	struct ipmsg_queued *next;
	struct ipmsg_peer *peer;
	bool owns_peer;
	struct ipmsg_event event;
	/* What event borrows. */
	uint8_t *raw;
	char *text, *others;
	struct ipmsg_file *files;
};

struct ipmsg_outgoing {
	struct ipmsg_outgoing *next;
	bool to_all;
	struct addr to;
	size_t size;
	uint8_t bytes[];
};

struct ipmsg {
	struct ipmsg_cfg cfg;
	char *user, *host, *version;
	char client_version[32];
	char *nick, *group, *away_text;
	bool away;
	bool started, leaving, left;
	uint32_t number; /* the last one */
	uint32_t own[OWN_MAX];
	unsigned own_at;
	uint32_t shouted; /* the last number of a text to all */
	struct bucket shouts, answers_total;
	struct ipmsg_counters counters;

	/* The schedule. */
	unsigned burst; /* entries of it that were sent */
	int64_t burst_began_ms, entry_ms, again_ms;
	int64_t refresh_ms, absence_ms, told_ms, exit_ms;
	unsigned exits;
	int64_t asked_ms;   /* our last entry to all */
	int64_t ask_all_ms; /* when that was to find out who is gone */
	/* Who was asked alone, before it was anybody. */
	struct addr probed[PROBED_MAX];
	int64_t probed_ms[PROBED_MAX];
	unsigned probed_at;

	struct ipmsg_peer *peers[IPMSG_HOSTS_MAX];
	size_t peer_count, present;
	uint32_t serials;
	uint32_t source_hashes[SOURCES_MAX];
	struct ipmsg_source sources[SOURCES_MAX];
	size_t source_count;
	struct ipmsg_pending answers[ANSWERS_MAX];
	size_t answer_count;
	struct ipmsg_arriving arriving[IPMSG_ARRIVING_MAX];
	size_t arriving_count;
	uint64_t tokens;
	struct ipmsg_seal seals[SEALS_MAX];
	size_t seal_at, seal_count;
	struct ipmsg_notice notices[NOTICES_MAX];
	size_t notice_count;

	/* Lists. */
	int64_t list_asked_ms, list_due_ms;
	struct addr list_from;
	unsigned list_pages;
	struct addr hearsay[HEARSAY_MAX];
	size_t hearsay_count;
	int64_t hearsay_ms;

	struct ipmsg_queued *events, *events_last, *told;
	size_t event_count;
	struct ipmsg_outgoing *outputs, *outputs_last, *given;
	size_t output_count;
};

/* A datagram, and whose it is. */
struct ipmsg_heard {
	const struct ipmsg_input *input;
	struct ipmsg_packet packet;
	struct ipmsg_source *source;
	struct ipmsg_peer *peer; /* NULL: not known */
	enum ipmsg_client client;
	uint32_t caps; /* of who asks for a key */
};

/* ipmsg_queue.c: what goes out. */
uint32_t ipmsg_number_next(struct ipmsg *m, struct now now);
/* The head of a packet of ours, with a number of its own. */
struct ipmsg_packet ipmsg_head(
    struct ipmsg *m, struct now now, uint8_t command, uint32_t options);
/* Encodes and queues; returns its size, 0 when it was dropped. */
size_t ipmsg_send(
    struct ipmsg *m, const struct addr *to, const struct ipmsg_packet *packet);
void ipmsg_send_bytes(
    struct ipmsg *m, const struct addr *to, const uint8_t *p, size_t n);
/* What it would take; SIZE_MAX: cannot be sent. */
size_t ipmsg_packet_size(const struct ipmsg_packet *packet);
void ipmsg_send_all(struct ipmsg *m, const struct ipmsg_packet *packet);
bool ipmsg_is_own(const struct ipmsg *m, const struct ipmsg_packet *packet);
/* NULL when there are too many. The event has kind and host; the rest is the
 * caller's. */
struct ipmsg_queued *ipmsg_tell(
    struct ipmsg *m, struct ipmsg_peer *peer, enum ipmsg_event_kind kind);
void ipmsg_queue_clear(struct ipmsg *m);

/* ipmsg_names.c: character sets. */
enum charset ipmsg_charset_in(const struct ipmsg *m,
    const struct ipmsg_peer *peer, enum ipmsg_client client,
    struct ipmsg_text text);
enum charset ipmsg_charset_out(
    const struct ipmsg *m, const struct ipmsg_peer *peer);
/* A new string, without NULs. */
char *ipmsg_read_text(const struct ipmsg *m, const struct ipmsg_peer *peer,
    enum ipmsg_client client, struct ipmsg_text text);
/* Bytes of text in cs, what cannot be encoded as "?"; caller frees. */
uint8_t *ipmsg_write_text(enum charset cs, const char *utf8, size_t *ret_size);
uint32_t ipmsg_hash(const void *p, size_t n);

/* ipmsg_peers.c */
struct ipmsg_peer *ipmsg_peer_find(const struct ipmsg *m, const char *handle);
struct ipmsg_peer *ipmsg_peer_of(
    const struct ipmsg *m, struct ipmsg_text user, struct ipmsg_text host);
/* Makes the peer of the packet where there is none; NULL: no room. */
struct ipmsg_peer *ipmsg_peer_make(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
/* It said something from that address: its place in the set of addresses. True
 * when it is now written to elsewhere. */
bool ipmsg_peer_at(
    struct ipmsg_peer *peer, struct now now, const struct addr *from);
void ipmsg_peer_heard(
    struct ipmsg *m, struct now now, const struct ipmsg_heard *heard);
void ipmsg_peer_present(struct ipmsg *m, struct ipmsg_peer *peer, bool present);
void ipmsg_peer_left(struct ipmsg *m, struct ipmsg_peer *peer, bool said);
void ipmsg_peer_tick(struct ipmsg *m, struct now now, struct ipmsg_peer *peer);
/* Soon, whether it is there. */
void ipmsg_peer_doubt(struct ipmsg_peer *peer, struct now now);
void ipmsg_peer_describe(const struct ipmsg *m, const struct ipmsg_peer *peer,
    struct ipmsg_who *ret_who);
void ipmsg_peer_free(struct ipmsg_peer *peer);

/* ipmsg_entry.c */
void ipmsg_entry_send(struct ipmsg *m, struct now now, uint8_t command);
size_t ipmsg_entry_to(
    struct ipmsg *m, struct now now, const struct addr *to, uint8_t command);
/* Asks who is there, and remembers that it did. */
size_t ipmsg_entry_probe(
    struct ipmsg *m, struct now now, const struct addr *to);
/* The same of our own accord: within the credit of that address, and shorter
 * where it is small; 0 when it is too small. */
size_t ipmsg_entry_check(
    struct ipmsg *m, struct now now, const struct addr *to);
/* An ANSENTRY of at most so many bytes; 0 when there is none as short. */
size_t ipmsg_entry_answer(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most);
void ipmsg_entry_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
void ipmsg_exit_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);

/* ipmsg_source.c */
struct ipmsg_source *ipmsg_source_get(
    struct ipmsg *m, struct now now, const struct addr *from);
/* The datagram counts as credit; false: too many. */
bool ipmsg_source_take(struct ipmsg_source *s, struct now now, size_t size);
/* How many bytes may go to it now. */
size_t ipmsg_source_room(const struct ipmsg_source *s);
void ipmsg_source_spend(struct ipmsg_source *s, size_t size);

/* ipmsg_answers.c */
void ipmsg_answer_later(struct ipmsg *m, struct now now,
    const struct ipmsg_heard *heard, enum answer_kind kind, int64_t delay_ms);
/* More came from there: what waited for credit may go. */
void ipmsg_answers_credit(
    struct ipmsg *m, struct now now, const struct addr *from);
/* Before a text goes there: if its entry is still to be answered, that is done
 * now, for an iptux shows what comes from strangers as nobody's. */
void ipmsg_answers_introduce(
    struct ipmsg *m, struct now now, const struct addr *to);
void ipmsg_answers_tick(struct ipmsg *m, struct now now);
int64_t ipmsg_answers_deadline(const struct ipmsg *m);
void ipmsg_info_input(struct ipmsg *m, struct now now,
    struct ipmsg_heard *heard, enum ipmsg_question question);

/* ipmsg_arrive.c */
void ipmsg_message_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
void ipmsg_seen_forget(struct ipmsg_peer *peer);

/* ipmsg_post.c */
void ipmsg_post_shown(struct ipmsg *m, struct now now, struct ipmsg_peer *peer);
void ipmsg_post_tick(struct ipmsg *m, struct now now, struct ipmsg_peer *peer);
int64_t ipmsg_post_deadline(const struct ipmsg_peer *peer);
/* Returns whether it was a text of ours to that peer that waited. */
bool ipmsg_post_acked(
    struct ipmsg *m, struct now now, struct ipmsg_peer *peer, uint64_t number);
void ipmsg_post_key(struct ipmsg *m, struct now now, struct ipmsg_peer *peer);
/* What was encrypted is encrypted anew before it goes again. */
void ipmsg_post_rekey(struct ipmsg_peer *peer);
void ipmsg_posts_clear(struct ipmsg_peer *peer);
void ipmsg_post_free(struct ipmsg_post *post);

/* ipmsg_seals.c */
void ipmsg_seal_sent(
    struct ipmsg *m, const struct ipmsg_peer *peer, const struct ipmsg_post *p);
void ipmsg_read_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
void ipmsg_confirm_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
/* Where it is written to is known now. */
void ipmsg_notices_shown(
    struct ipmsg *m, struct now now, const struct ipmsg_peer *peer);
void ipmsg_notices_tick(struct ipmsg *m, struct now now);
int64_t ipmsg_notices_deadline(const struct ipmsg *m);
struct msg_id ipmsg_id_of(const struct ipmsg_peer *peer,
    const struct ipmsg_packet *packet, struct now now);

/* ipmsg_lists.c */
void ipmsg_lists_input(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard);
void ipmsg_lists_tick(struct ipmsg *m, struct now now);
int64_t ipmsg_lists_deadline(const struct ipmsg *m);

#endif
