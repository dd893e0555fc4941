/* SPDX-License-Identifier: MIT */
/*
 * What the files of earshot listen share.
 */
#ifndef APP_LISTEN_STATE_H
#define APP_LISTEN_STATE_H

#include "app/child.h"
#include "base/bucket.h"
#include "base/buf.h"
#include "base/now.h"
#include "base/words.h"
#include "net/ports.h"
#include "net/tcp.h"
#include "proto/answering.h"
#include "proto/framing.h"

enum {
	LISTEN_PORT = 1, /* its number */
	LISTEN_ANSWER_MS = 5000,
	LISTEN_ANSWER_MAX = 64 * 1024,
	LISTEN_WAITING_MAX = 256, /* datagrams that wait for a program */
	LISTEN_WAITING_EACH = 32, /* the same, of one sender */
	LISTEN_WAITING_BYTES = 4 * 1024 * 1024,
	LISTEN_CONNS_MAX = 512,
	LISTEN_CONNS_EACH = 256, /* of one host */
	LISTEN_IDLE_MS = 60000,  /* who said nothing for so long gives way */
	LISTEN_OUTPUT_MAX = 4 * 1024 * 1024,
	LISTEN_PER_S = 50, /* messages of one connection */
	LISTEN_BURST = 100,
};

/* A connection. */
struct guest {
	uint32_t conn;
	struct addr from;
	struct framing *framing;
	struct bucket pace;
	bool ended; /* has said all */
	bool busy;  /* a message of it is being answered */
	int64_t heard_ms, ready_ms;
};

/* A message that is to be answered. */
struct job {
	unsigned child; /* 0: waits */
	uint32_t conn;  /* 0: a datagram */
	struct addr from;
	uint8_t *bytes;
	size_t size;
	int64_t started_ms;
};

struct listening {
	struct loop *loop;
	int signal_fd, iface_fd;
	struct ports *ports;
	struct tcp *tcp;
	struct children *children;
	struct answering *answering; /* NULL: nothing is answered */
	struct now now;
	struct words argv; /* none: what comes is only printed */
	struct iface_choice choice;
	char **names; /* of choice; borrowed, but the array */
	struct iface ifaces[IFACES_MAX];
	size_t iface_count;
	enum framing_kind framing;
	uint16_t port;
	bool stream, json, ascii, done;
	struct guest *guests;
	size_t guest_count, guest_cap;
	uint32_t last_conn;
	struct job *jobs; /* in the order in which they came */
	size_t job_count, job_cap;
	struct bucket notices;
	unsigned notices_left_out;
	struct buf out;   /* to standard output, which may be slow */
	unsigned missing; /* lines that did not fit */
	bool out_ended;
};

/* listen_print.c: lines for people, or objects. */

void listen_print_start(struct listening *l);
void listen_print_message(struct listening *l, const struct addr *from,
    const uint8_t *bytes, size_t n);
/* A connection; came, else it is over. */
void listen_print_guest(
    struct listening *l, const struct addr *from, bool came);
void listen_print_answer(
    struct listening *l, const struct job *j, size_t n, int status);
/* Why there is none; a sentence of N_(). */
void listen_print_unanswered(
    struct listening *l, const struct addr *from, const char *why);

/* Writes what can be written within that time. */
void listen_print_some(struct listening *l, int timeout_ms);

/* listen_jobs.c: the programs. */

/* Copies the bytes; false when too many wait. */
bool jobs_add(struct listening *l, uint32_t conn, const struct addr *from,
    const uint8_t *bytes, size_t n);
/* Takes what programs said, and starts those that may be. */
void jobs_turn(struct listening *l);
void jobs_free(struct listening *l);

/* listen_guests.c: the connections. */

/* Takes the fd. */
void guest_accept(struct listening *l, const struct port_stream *s);
void guest_event(struct listening *l, const struct tcp_event *ev);
/* Its message was answered by these bytes; none is no answer. */
void guest_answer(
    struct listening *l, uint32_t conn, const uint8_t *bytes, size_t n);
/* What has become due. */
void guests_turn(struct listening *l);
int64_t guests_deadline(const struct listening *l);
void guests_free(struct listening *l);

#endif
