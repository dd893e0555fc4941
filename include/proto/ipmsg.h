/* SPDX-License-Identifier: MIT */
/*
 * The dialect of IP Messenger as a machine: who is there, messages with
 * acknowledgement and resending, seals, offers of files, questions and answers.
 * Sans-IO: datagrams, commands and a clock in; datagrams and events out.
 * Files themselves go over TCP and are elsewhere. doc/PROTOCOL, "IP Messenger".
 *
 * Nothing here is proven. A host is whoever says "user@host"; an address is
 * where that was last said from; keys come from whoever answered. No command of
 * a peer makes us do anything but answer a question, and:
 *
 *   - an answer is never answered, so two machines cannot keep each other busy
 *   - to a source that never took part in an exchange of ours no more bytes go
 *     than came from it, and one answer in 2 s beside acknowledgements
 *   - a text is acknowledged once it is stored, and not before
 *
 * Texts to one host go one at a time, in order, under rising numbers: there are
 * clients that acknowledge and drop what has a lower number than the last.
 *
 * After every call: pull ipmsg_output and ipmsg_event until false, then ask
 * ipmsg_deadline.
 */
#ifndef PROTO_IPMSG_H
#define PROTO_IPMSG_H

#include "base/addr.h"
#include "base/charset.h"
#include "base/id.h"
#include "base/now.h"
#include "crypto/rng.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_files.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ipmsg_keys; /* keys of ours, where it was built with libcrypto */

enum {
	IPMSG_HOSTS_MAX = 1024,    /* the least recently heard goes first */
	IPMSG_HOST_ADDRS_MAX = 4,  /* of one host */
	IPMSG_PER_SOURCE_MAX = 16, /* hosts that one address may bring */
	IPMSG_HANDLE_MAX = 192,    /* bytes of a handle and its NUL */
	/* Bytes of a text, encoded: what the client there can receive. */
	IPMSG_TEXT_SMALL_MAX = 8 * 1024 - 512,
	IPMSG_TEXT_LARGE_MAX = 30 * 1024,
	IPMSG_QUEUE_MAX = 1000,    /* texts of ours that wait for one host */
	IPMSG_ARRIVING_MAX = 1024, /* texts of theirs that wait to be stored */
	IPMSG_SEEN_MAX = 64,       /* numbers of one host known as duplicates */
	IPMSG_SENDS = 6,           /* of one text, before it waits */
};

/* Who gets answers to questions about us: version, away text, key. Entries and
 * texts are always answered, but for OFF: that is texts only. */
enum ipmsg_answer {
	IPMSG_ANSWER_OFF,
	IPMSG_ANSWER_KNOWN, /* who is listed, or has a conversation */
	IPMSG_ANSWER_ALL,
};

struct ipmsg_cfg {
	struct rng rng;
	/* Clean UTF-8, copied; never empty on the wire, ':' becomes ';'. */
	const char *user, *host;
	const char *version;  /* said to who asks; "" says nothing */
	enum charset charset; /* of hosts that do not say; AUTO: guessed */
	enum ipmsg_answer answer;
	uint32_t number; /* all numbers are above it; 0: the clock alone */
	uint16_t port;   /* where others listen; 0: IPMSG_PORT */
	/* Borrowed for the whole life; NULL: without encryption. */
	const struct ipmsg_keys *keys;
};

/* Clean UTF-8, borrowed only for the call. */
struct ipmsg_profile {
	const char *nick;
	const char *group; /* "" for none */
	bool away;
	const char *away_text; /* "" for none */
};

/* What is known of one host. Strings live until the next call. nick, group,
 * away_text and software are still texts of a peer: through peer_text before
 * they are shown. */
struct ipmsg_who {
	/* "user@host", one line of clean text. Compared without regard to case,
	 * by ipmsg itself too. */
	const char *handle;
	const char *nick;      /* UTF-8; the user's name where there is none */
	const char *group;     /* "" for none */
	const char *away_text; /* "" unless away */
	enum ipmsg_client client;
	const char *software; /* the version text of its packets */
	bool present;
	bool away;
	bool files;       /* can take offers */
	bool obfuscates;  /* texts to it go encrypted; keys nobody verified */
	bool fingerprint; /* in its name: never written to in the clear */
	bool dial_up;
	enum charset charset; /* in which we write to it */
	/* The first is where it is written to; its TCP port is the same. */
	const struct addr *addrs;
	size_t addr_count;
	int64_t heard_ms; /* monotonic */
};

enum ipmsg_event_kind {
	IPMSG_SEEN,    /* host: is there now */
	IPMSG_CHANGED, /* host: nick, group, away, address or abilities */
	IPMSG_GONE,    /* host: left, or fell silent. `left` tells which */
	IPMSG_EVICTED, /* host: forgotten to make room */
	/* host, text…: new. Answer ipmsg_stored, or ipmsg_refused. */
	IPMSG_TEXT,
	IPMSG_ANSWERED, /* host, id, answer: a text of ours */
	IPMSG_OPENED,   /* host, number: our notice of an opened seal arrived */
	IPMSG_RELEASED, /* host, number: does not want those files */
	IPMSG_INFO,     /* host, question, text: answer to ipmsg_ask */
	IPMSG_NUDGE,    /* host: shook our window; at most one in 10 s */
	IPMSG_KEY,      /* host: its key arrived; `left`: another than before */
};

/* What became of a text of ours; each but WAITING is said once, and nothing
 * follows READ or FAILED. */
enum ipmsg_answered {
	IPMSG_WAITING, /* not acknowledged; goes again when the host shows */
	IPMSG_DELIVERED,
	IPMSG_READ, /* a seal was opened */
	IPMSG_FAILED,
};

enum ipmsg_question {
	IPMSG_ASK_VERSION,
	IPMSG_ASK_AWAY,
};

struct ipmsg_event {
	enum ipmsg_event_kind kind;
	struct ipmsg_who host;
	struct addr from; /* where the datagram came from */
	bool left;

	/* IPMSG_TEXT. */
	uint64_t token;
	/* Made of host, number and content: a text that comes again after a
	 * restart has the same one. Holds what ipmsg_opened needs. */
	struct msg_id id;
	const uint8_t *raw; /* as it came, without what was glued to it */
	size_t raw_size;
	enum charset charset; /* as it was read; never AUTO */
	bool declared;        /* because its sender said so */
	const char *text;     /* UTF-8, still a peer's; INFO has it, too */
	size_t text_size;
	bool shout;     /* to everybody: not acknowledged */
	bool sealed;    /* to be shown once opened */
	bool locked;    /* sealed, and its reader's password is asked for */
	bool automatic; /* by a machine: an away text */
	bool obfuscated;
	bool signature_bad; /* obfuscated, and not by the key we have of it */
	/* "ann@pc1, bob@pc2": to whom else it went; NULL where not said. */
	const char *others;
	/* What is offered; names in UTF-8, still a peer's. */
	const struct ipmsg_file *files;
	size_t file_count;

	/* The packet number of the text (or of what `kind` speaks of), under
	 * which its files are asked for. */
	uint64_t number;
	bool utf8; /* the text was flagged as UTF-8: ask for files the same */
	struct msg_id answered; /* IPMSG_ANSWERED: what ipmsg_say was given */
	enum ipmsg_answered answer;
	enum ipmsg_question question;
};

/* A datagram that arrived. */
struct ipmsg_input {
	struct addr from;
	bool to_all; /* at a broadcast address */
	const uint8_t *bytes;
	size_t size;
};

struct ipmsg_output {
	bool to_all; /* broadcast, to port to.port */
	struct addr to;
	const uint8_t *bytes; /* borrowed until the next call */
	size_t size;
};

/* Of ours, to one host. */
struct ipmsg_message {
	struct msg_id id; /* the owner's; comes back with the answer */
	const char *utf8;
	size_t size;
	bool sealed; /* asks for a read notice, too */
	bool locked;
	const struct ipmsg_file *files; /* an offer; names in UTF-8 */
	size_t file_count;
};

struct ipmsg_counters {
	uint64_t received, sent;
	uint64_t malformed;  /* no packet of the dialect */
	uint64_t unknown;    /* commands we do not know */
	uint64_t ignored;    /* known, and ignored on purpose */
	uint64_t own;        /* our own, come back */
	uint64_t duplicates; /* texts that came again */
	uint64_t limited;    /* not answered or not taken: too many */
	uint64_t refused;    /* broke a rule: plain text under a fingerprint */
	uint64_t undecipherable;
	uint64_t hearsay; /* hosts that another told of */
};

struct ipmsg;

struct ipmsg *ipmsg_new(const struct ipmsg_cfg *cfg, struct now now);
/* NULL is fine. */
void ipmsg_free(struct ipmsg *m);

/* What entries say of us; before ipmsg_start, and on change. */
void ipmsg_profile(
    struct ipmsg *m, struct now now, const struct ipmsg_profile *profile);
/* The first entries: at once, after 1 s and after 5 s. */
void ipmsg_start(struct ipmsg *m, struct now now);
/* Says that we leave, twice; nothing else is sent any more. */
void ipmsg_stop(struct ipmsg *m, struct now now);
/* True once the second was given out. */
bool ipmsg_has_left(const struct ipmsg *m);
/* Interfaces changed or the machine slept: entries as at the start, at most one
 * such burst in 10 s; a call in between is remembered. */
void ipmsg_network(struct ipmsg *m, struct now now);
void ipmsg_set_answer(struct ipmsg *m, enum ipmsg_answer answer);
/* Of hosts that do not say. */
void ipmsg_set_charset(struct ipmsg *m, enum charset charset);
/* Of one host, whatever it says; AUTO: as it says, or guessed. ERR_NOT_FOUND.
 */
int ipmsg_host_charset(
    struct ipmsg *m, const char *handle, enum charset charset);

void ipmsg_datagram(
    struct ipmsg *m, struct now now, const struct ipmsg_input *input);
/* What is due. Call once the deadline passed; earlier does no harm. */
void ipmsg_tick(struct ipmsg *m, struct now now);
int64_t ipmsg_deadline(const struct ipmsg *m);

/* A contact from before, so that it can be written to before it is heard of;
 * address may be NULL. In a conversation it is never evicted. */
void ipmsg_keep(struct ipmsg *m, struct now now, const char *handle,
    const struct addr *address);
/* The conversation was forgotten. */
void ipmsg_unkeep(struct ipmsg *m, const char *handle);

/*
 * Whether ipmsg_say would take it; nothing is sent. 0; ERR_NOT_FOUND: no such
 * host; ERR_FORMAT: *ret_at (may be NULL) is the offset of the first character
 * that the host's character set (ipmsg_get) does not have; ERR_LIMIT: too long
 * for the client there, *ret_at is how many bytes fit; ERR_UNSUPPORTED: there
 * is a fingerprint in its name, and we cannot encrypt; or files, and it takes
 * none.
 */
int ipmsg_check(struct ipmsg *m, const char *handle,
    const struct ipmsg_message *text, size_t *ret_at);
/*
 * As ipmsg_check, and queued. An id that waits already goes on with the number
 * it has, so a text that was handed over again is shown once. ERR_STATE when
 * not started; ERR_LIMIT, too, when IPMSG_QUEUE_MAX wait. *ret_number (may be
 * NULL) is what files are asked for under.
 */
int ipmsg_say(struct ipmsg *m, struct now now, const char *handle,
    const struct ipmsg_message *text, uint64_t *ret_number);
/* Nothing more goes to this host until ipmsg_say hands it over again, in the
 * order as before; what is left out then is dropped. Offers of files are not
 * held. */
void ipmsg_hold(struct ipmsg *m, struct now now, const char *handle);
/* To everybody; not acknowledged. ERR_LIMIT: too long, or more than one in 5 s
 * after three; ERR_FORMAT: empty; ERR_STATE: not started. */
int ipmsg_shout(struct ipmsg *m, struct now now, const char *utf8, size_t n);

/* The text with this token is stored: acknowledged now. */
void ipmsg_stored(struct ipmsg *m, struct now now, uint64_t token);
/* It was not taken: it is not acknowledged, and is new when it comes again. */
void ipmsg_refused(struct ipmsg *m, uint64_t token);
/* A sealed text was opened: tells its sender, until that is confirmed. From an
 * earlier run, too. ERR_NOT_FOUND: no such host; ERR_FORMAT: no id of ours. */
int ipmsg_opened(struct ipmsg *m, struct now now, const char *handle,
    const struct msg_id *id);
/* We do not want the files of that offer. ERR_NOT_FOUND. */
int ipmsg_release(
    struct ipmsg *m, struct now now, const char *handle, uint64_t number);
/* Somebody at this address asked for files of that offer: it arrived there. */
void ipmsg_fetched(
    struct ipmsg *m, struct now now, const struct addr *from, uint64_t number);
/* ERR_NOT_FOUND, ERR_LIMIT: asked a moment ago. */
int ipmsg_ask(struct ipmsg *m, struct now now, const char *handle,
    enum ipmsg_question question);
/* Asks for lists of hosts, and every host on them whether it is there. */
void ipmsg_ask_lists(struct ipmsg *m, struct now now);
/* An entry to this address alone: who is behind it, if anybody. */
void ipmsg_probe(struct ipmsg *m, struct now now, const struct addr *to);

/* The next number, which no other packet has: for requests over TCP. */
uint32_t ipmsg_number(struct ipmsg *m, struct now now);
/* Our user and host as they stand in packets. */
const char *ipmsg_user(const struct ipmsg *m);
const char *ipmsg_hostname(const struct ipmsg *m);

bool ipmsg_get(
    const struct ipmsg *m, const char *handle, struct ipmsg_who *ret_who);
/* Who is there under this address, as far as it was heard from; for requests
 * over TCP, which come from any port. user and host as in the packet. */
bool ipmsg_at(const struct ipmsg *m, const struct addr *from,
    struct ipmsg_text user, struct ipmsg_text host, struct ipmsg_who *ret_who);
/* Walks the hosts: *cursor is 0 before the first. */
bool ipmsg_each(
    const struct ipmsg *m, size_t *cursor, struct ipmsg_who *ret_who);

bool ipmsg_output(struct ipmsg *m, struct ipmsg_output *ret_output);
bool ipmsg_event(struct ipmsg *m, struct ipmsg_event *ret_event);
const struct ipmsg_counters *ipmsg_counters(const struct ipmsg *m);

#endif
