/* SPDX-License-Identifier: MIT */
/*
 * All there is to show: ourselves, the peers, the conversations, the network.
 * The engine writes it, everybody else reads it. Every string in it is clean
 * (base/peer_text.h) and NUL-terminated; nothing in it is secret.
 *
 * Peers and conversations are referred to by fingerprint and by id, never by
 * pointer, across calls of the engine.
 */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "base/addr.h"
#include "base/charset.h"
#include "base/id.h"
#include "base/iface.h"
#include "base/lang.h"
#include "base/now.h"
#include "core/host.h"
#include "core/settings.h"
#include "core/traffic.h"
#include "proto/discover.h"
#include "proto/presence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PEER_ADDRS_MAX = 8,
	/* Messages kept in memory for each conversation; so many more as the
	 * user asked to see again, up to CONV_OLDER_MAX in all. */
	CONV_MESSAGES_MAX = 2000,
	CONV_OLDER_MAX = 20000,
	/* Bytes of their texts; the newest message stays in any case. */
	CONV_BYTES_MAX = 4 * 1024 * 1024,
	VERSION_TEXT_SIZE = 3 * BEACON_VERSION_TEXT_MAX + 1,
	/* The conversation that always exists: shouts and what the network
	 * does. */
	CONV_NEARBY = 1,
	/* What the user calls the notes by on the keyboard; nobody else. */
	NUMBER_NOTES = 10,
	/* A reaction is a short text: an emoji, most often. With its NUL. */
	REACTION_SIZE = 17,
	/* Of struct peer, with its NUL. */
	HANDLE_SIZE = 192,
};

/* The serial of the first message of a run in each conversation: older ones,
 * loaded later, fit in front of it. */
#define CONV_SERIAL_FIRST (UINT64_C(1) << 32)

enum trust {
	TRUST_UNKNOWN,  /* seen only */
	TRUST_PINNED,   /* key remembered at the first session */
	TRUST_VERIFIED, /* compared by people */
	TRUST_CHANGED,  /* claims to be a pinned contact, with another key */
	TRUST_BLOCKED,
};
/* The word of the screen and of --json. */
const char *trust_text(enum trust t);
/* The key is remembered, and may be talked to. */
bool trust_is_pinned(enum trust t);

/* A text that its sender wants opened by hand. */
enum seal {
	SEAL_NONE,
	SEAL_CLOSED, /* the text is empty; raw has it */
	SEAL_OPENED,
};

enum peer_link {
	PEER_LINK_NONE,
	PEER_LINK_DIALING,
	PEER_LINK_UP, /* an encrypted session, both ends proven */
};

/* How somebody is talked to. */
enum dialect { DIALECT_EARSHOT, DIALECT_IPMSG, DIALECT_PLAIN };
/* The word of the screen and of --json: "earshot", … */
const char *dialect_text(enum dialect d);

/* What carries a session, and came with a message. */
enum transport { CARRIER_TCP, CARRIER_UDP };
/* What a contact is to be reached over. */
enum transport_choice { TRANSPORT_AUTO, TRANSPORT_TCP, TRANSPORT_UDP };
/* The word of the screen and of --json. */
const char *transport_text(enum transport t);

struct peer {
	struct fp fp;
	char *name;     /* never empty: the alias where there is one */
	char *called;   /* what it calls itself; never empty */
	bool has_alias; /* name is the user's own for it */
	/* The notes to oneself: our own fingerprint, which nobody else can
	 * come under. It is here as long as we are, and counts as nobody. */
	bool is_self;
	char *skeleton; /* name_skeleton(name) */
	char *status;   /* may be empty */
	char version[VERSION_TEXT_SIZE];
	enum presence presence;
	enum trust trust;
	bool look_alike; /* another known peer's name looks the same */
	/* TRUST_CHANGED: whom it resembles. Of a legacy peer: the contact whose
	 * name or host it has; zero: nobody's. */
	struct fp claims;
	struct addr addrs[PEER_ADDRS_MAX]; /* TCP, best first */
	unsigned addr_count;
	uint16_t udp_port; /* the same over UDP; 0 = not known, or none */
	bool by_hand;      /* reached by /connect */
	enum peer_link link;
	enum transport transport; /* of the session that is up */
	enum transport_choice choice;
	bool receipts;         /* it is told what was shown */
	bool forgets;          /* no history is kept */
	int64_t muted_ms;      /* wall clock: draws no attention before */
	struct addr link_addr; /* while dialling or up */
	int64_t first_seen_ms, last_seen_ms; /* wall clock */
	int64_t typing_until_ms;             /* monotonic; 0 when not typing */
	int64_t clock_skew_ms; /* theirs minus ours, at the last handshake */
	/* Monotonic, 0 for never: what it sent to everybody was heard, and what
	 * it sent to us alone. Since the start. */
	int64_t heard_ms, answered_ms;
	uint64_t heard_on; /* a bit for each entry of model.traffic */
	enum hears hears_us;
	int64_t hears_us_ms; /* monotonic: it said so then */
	uint32_t conv;       /* 0 while there is none */
	/* What the user calls it by on the keyboard: at first sight the
	 * smallest from CONV_NEARBY + 1 that was free, and kept. */
	uint32_t number;
	/* Of a legacy peer fp is a key of our tables only, never shown and
	 * never sent; trust is TRUST_UNKNOWN or TRUST_BLOCKED. */
	enum dialect dialect;
	char *handle;    /* who it is on the wire: "zhang@PC-1",
			    "udp://10.0.0.2:9000"; NULL for earshot */
	char *group;     /* may be NULL */
	uint32_t via;    /* plain: the listener it last wrote to */
	int64_t gone_ms; /* plain datagrams: monotonic; it counts as gone */
	/* How its texts are read: CHARSET_AUTO: guessed, guessed is what the
	 * last one was. */
	enum charset charset, guessed;
	bool obfuscates; /* encrypted with keys that nobody verified */
};

static inline bool
peer_is_legacy(const struct peer *p)
{
	return p->dialect != DIALECT_EARSHOT;
}

enum message_kind {
	MESSAGE_TEXT,
	MESSAGE_SHOUT,
	MESSAGE_INFO,  /* an answer of earshot's own; not history */
	MESSAGE_ERROR, /* the same, and something went wrong */
	MESSAGE_FILE,  /* somebody offers a file: transfer */
};

enum delivery {
	DELIVERY_NONE, /* received, or needs none */
	DELIVERY_QUEUED,
	DELIVERY_SENT,
	DELIVERY_DELIVERED,
	DELIVERY_READ,
	DELIVERY_FAILED, /* reason is set */
};
/* The word of the screen and of --json: "queued", … */
const char *delivery_text(enum delivery d);

/* What of a conversation nobody typed: a command that one had run at the other
 * (/run). */
enum ran {
	RAN_NOT,
	RAN_ASKED, /* the command, by who wants it */
	RAN_SAID,  /* what it said, by whose it is */
};

struct message {
	uint64_t serial; /* place in the conversation, no gaps */
	/* The number in the history, ascending (core/change.h); of a notice,
	 * which is not history, the one of what came before it. */
	int64_t row;
	struct msg_id id;
	enum message_kind kind;
	enum delivery delivery;
	bool mine;
	enum ran ran;
	bool action;     /* "/me": the text describes the sender */
	bool read;       /* shown to the user, or mine */
	bool edited;     /* the text is not the first one */
	bool deleted;    /* the text is empty */
	bool has_target; /* it answers another message */
	enum transport transport;
	struct msg_id target;
	/* Of them, of us; "": none. Clean. */
	char reactions[2][REACTION_SIZE];
	uint32_t missing;   /* so many of the sender's are missing before it */
	struct fp from;     /* zero for MESSAGE_INFO and MESSAGE_ERROR */
	int64_t sent_ms;    /* the sender's wall clock */
	int64_t arrived_ms; /* our wall clock */
	char *text;
	size_t size;
	char *reason;          /* of a failure; NULL else */
	uint32_t transfer;     /* MESSAGE_FILE: its id in the table; else: */
	struct transfer *file; /* as the history has it; owned; or NULL */
	/* What follows is of a legacy dialect. */
	enum dialect dialect;
	enum seal seal;
	bool locked;     /* asks for our own password before it is opened */
	bool obfuscated; /* came encrypted with keys that nobody verified */
	/* The bytes as they came, and how they were read; NULL else. */
	uint8_t *raw;
	size_t raw_size;
	enum charset charset;
	bool declared; /* the sender said which, so nobody has to know better */
};

enum conv_kind { CONV_KIND_NEARBY, CONV_KIND_DIRECT };

struct conv {
	uint32_t id;
	enum conv_kind kind;
	struct fp fp; /* CONV_KIND_DIRECT */
	/* The messages first_serial .. next_serial-1 are in memory. */
	uint64_t first_serial, next_serial;
	struct message *ring; /* use conv_message */
	size_t ring_cap;
	size_t bytes; /* of all texts in memory */
	uint32_t unread;
	/* The first unread in memory, while unread > 0; next_serial when none
	 * of them is loaded yet. */
	uint64_t unread_serial;
	int64_t active_ms; /* wall clock of the last message */
	int64_t last_row;  /* of the newest, in memory or not */
	int64_t read_row;  /* of the newest that was shown to the user */
	size_t kept_max;   /* messages that stay in memory */
	bool older;        /* the store may have some before first_serial */
	bool loading;      /* and was asked for them */
	int64_t asked_row; /* those before it, while loading */
	int64_t goal_row;  /* all from here on are wanted; 0: none more */
	char *draft;       /* what is typed there and not sent; may be NULL */
};

struct transfer;

/* Numbers of conversations from here on are of no conversation: what earshot
 * says in one is told (EFFECT_NOTICE) and kept nowhere. */
#define CONV_ASIDE UINT32_C(0x80000000)

/* What came in a legacy dialect and was not taken. */
struct legacy_counters {
	uint64_t ipmsg_bad;     /* no packet of it */
	uint64_t ipmsg_unknown; /* a command that we do not know or obey */
	uint64_t ipmsg_limited; /* too many, too large */
	uint64_t plain_bad, plain_limited;
};

struct model {
	uint64_t revision;       /* grows with every visible change */
	const struct lang *lang; /* of all that is shown; NULL: English */
	struct settings settings;
	struct fp self;
	char *hostname;      /* of this machine; NULL: not known */
	char *name, *status; /* ours; status may be empty */
	bool away;
	bool leaving;
	uint16_t tcp_port, udp_port, discovery_port;
	int64_t started_ms;       /* monotonic */
	int64_t last_announce_ms; /* monotonic, of our last broadcast; 0 none */
	int64_t next_announce_ms; /* monotonic; NEVER_MS when quiet */
	int64_t next_shout_ms;    /* monotonic; when one is allowed again */
	struct iface ifaces[IFACES_MAX];
	size_t iface_count;
	struct host *hosts; /* the setting peer, in its order */
	size_t host_count;
	/* What went over each, and came; entries stay as long as we run. */
	struct iface_traffic traffic[TRAFFIC_MAX];
	size_t traffic_count;
	struct discover_counters discovery;
	/* The same in the last minute. */
	struct meter received_rate, dropped_rate[DROP_KINDS];
	struct stray_beacon strays[BEACON_STRAYS_MAX]; /* in no order */
	size_t stray_count;
	uint64_t asks_refused; /* HEARD_ASK and ECHO: too many, or of others */
	uint64_t sessions_refused, sessions_failed, records_bad;
	/* Edits, deletions and reactions that were not their author's to make,
	 * or too late. */
	uint64_t revisions_ignored;
	struct legacy_counters legacy;
	bool store_failed; /* what comes now is not remembered */
	int64_t muted_ms;  /* wall clock: shouts draw no attention before */

	struct peer **peers; /* unordered */
	size_t peer_count, peer_cap;
	size_t legacy_count;      /* of them */
	struct peer **peer_index; /* open addressing by fingerprint */
	size_t peer_index_cap;    /* a power of two, or 0 */
	/* Files on their way and since the start, by number; core/transfer.h.
	 */
	struct transfer **transfers;
	size_t transfer_count;
	uint64_t offers_refused; /* of files: too many at a time */
	uint64_t runs_refused;   /* commands that others wanted to run here */
	/* All numbers below the floor are taken, none is above the top. */
	uint32_t number_floor, number_top;
	struct conv **convs; /* in order of creation */
	size_t conv_count, conv_cap;
};

/* NULL when not there. Valid until the next call of the engine. */
const struct peer *model_peer(const struct model *m, const struct fp *fp);
const struct conv *model_conv(const struct model *m, uint32_t id);
/* Where it is reached now, or was last; NULL. */
const struct addr *peer_host(const struct peer *p);
/* What the notes are called, in every language: it is typed. */
#define NOTES_NAME "note-to-self"
/* The conversation with a peer, or NULL. */
const struct conv *model_conv_of(const struct model *m, const struct fp *fp);
/* What is new in it draws no attention: no bell, no notification, no count. */
bool conv_is_muted(const struct model *m, const struct conv *c, struct now now);
/* A shout of somebody's that the user does not want to hear of. */
bool message_is_ignored(const struct model *m, const struct message *msg);
/* first_serial <= serial < next_serial. */
const struct message *conv_message(const struct conv *c, uint64_t serial);

/*
 * Whom a person means by what they typed: a fingerprint, "name·tag" or
 * "name.tag", a whole name, or the start of just one name, in this order and
 * without regard to case. 0, ERR_NOT_FOUND, ERR_AMBIGUOUS.
 */
int model_find_peer(
    const struct model *m, const char *text, const struct peer **ret_peer);

/* The same among legacy peers only, whoever else is called so; their handle
 * counts as a name. */
int model_find_legacy(
    const struct model *m, const char *text, const struct peer **ret_peer);

enum {
	/* name, "·", tag or handle, NUL */
	PEER_LABEL_SIZE = NAME_BYTES_MAX * 3 + 2 + HANDLE_SIZE,
};
/* The name that cannot be mistaken: with a tag where another looks alike (8
 * characters) or where always asks for one (4); a legacy peer, which has none,
 * with its handle where the name is not in it. Returns out. */
const char *peer_label(
    const struct peer *p, bool always, char out[static PEER_LABEL_SIZE]);

#endif
