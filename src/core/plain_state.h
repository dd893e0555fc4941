/* SPDX-License-Identifier: MIT */
/*
 * What the files of the plain dialect share.
 */
#ifndef CORE_PLAIN_STATE_H
#define CORE_PLAIN_STATE_H

#include "core/legacy.h"
#include "core/plain.h"
#include "proto/framing.h"

enum {
	/* That of the shouts, and those of /listen. */
	PLAIN_PORTS_MAX = 9,
	/* /connect and /contact add under way. */
	PLAIN_DIALS_MAX = 8,
	/* Hosts whose rate of datagrams is remembered. */
	PLAIN_SOURCES_MAX = 64,
	PLAIN_PER_S = 4,
	PLAIN_BURST = 20,
	/* Of all hosts together. */
	PLAIN_ALL_PER_S = 50,
	PLAIN_ALL_BURST = 200,
	/* Ours, until they came back to us. */
	PLAIN_ECHOES_MAX = 4,
	PLAIN_ECHO_MS = 5000,
	/* A shout of ours. */
	PLAIN_SHOUT_MAX = 512,
	/* Given to a stream without a word that it goes on: more waits. */
	PLAIN_GIVEN_MAX = 256 * 1024,
	/* What a datagram can hold. */
	PLAIN_DATAGRAM_MAX = 65507,
	/* Who sent datagrams and is no contact is gone after so long. */
	PLAIN_GONE_MS = 10 * 60 * 1000,
};

/* One that was asked for; its place is free when number is 0. */
struct plain_port {
	uint32_t number; /* of the listener */
	enum transport transport;
	uint16_t port;
	enum framing_kind framing;
	bool shouts;   /* what comes here is for everybody */
	uint32_t conv; /* where to say how it went */
};

/* The last thing they said, where it ends a talk by custom. */
enum farewell { FAREWELL_NONE, FAREWELL_WORD, FAREWELL_EMPTY };

enum {
	/* "udp://" and an address; or "tcp://", a host and a number. */
	PLAIN_HANDLE_SIZE = ADDR_TEXT_MAX + 12,
};

/* A stream. */
struct plain_line {
	uint32_t conn;
	struct fp fp; /* zero while we dial */
	char handle[PLAIN_HANDLE_SIZE];
	struct plain_dial *dial;
	struct framing *framing;
	uint16_t port; /* of ours that it came to; 0: we dialled */
	enum farewell farewell;
	int64_t resume_ms; /* while its bytes are not wanted */
	size_t given;      /* to the stream, since it was drained */
};

/* A command that has to look up or connect first. */
struct plain_dial {
	bool used;
	uint32_t token, conv;
	enum transport transport;
	enum framing_kind framing;
	char *host, *name; /* name: of /contact add; NULL else */
	uint16_t port;
	struct addr addrs[PEER_ADDRS_MAX];
	size_t count, next;
};

struct plain_source {
	struct addr host;
	struct bucket bucket;
	int64_t used_ms;
};

struct plain_echo {
	uint8_t *bytes;
	size_t size;
	int64_t until_ms;
};

struct plain {
	bool on;
	struct plain_port ports[PLAIN_PORTS_MAX];
	struct plain_line *lines[PLAIN_CONNS_MAX];
	size_t line_count;
	struct plain_dial dials[PLAIN_DIALS_MAX];
	struct plain_source sources[PLAIN_SOURCES_MAX];
	struct bucket all, shouts, notices;
	struct plain_echo echoes[PLAIN_ECHOES_MAX];
	int64_t sweep_ms; /* when somebody is gone */
};

/* plain.c */
const struct plain_port *plain_port_find(
    const struct engine *e, enum transport transport, uint16_t port);
/* Asks for it; NULL when there are too many. */
struct plain_port *plain_port_open(
    struct engine *e, enum transport transport, uint16_t port);
void plain_port_close(struct engine *e, struct plain_port *s);
/* The one with that handle, which is at that address; NULL when there are too
 * many. */
struct peer *plain_peer(struct engine *e, struct now now,
    enum transport transport, const char *handle, const struct addr *addr);
/* What who is reached there is known by. */
const char *plain_handle(enum transport transport, const struct addr *addr,
    char out[static PLAIN_HANDLE_SIZE]);
/* Where something of p is said: its conversation, or nearby. */
uint32_t plain_conv(const struct peer *p);
/* False, and the user was told, while the dialect is off. */
bool plain_is_on(struct engine *e, struct now now, uint32_t conv);

/* plain_lines.c */
struct plain_line *plain_line_of(struct engine *e, const struct fp *fp);
/* Dials the next address; false when there is none. */
bool plain_line_dial(struct engine *e, struct now now, struct plain_dial *d);
/* Ours to p over its stream. */
void plain_line_flush(struct engine *e, struct now now, struct peer *p);
/* Takes what may be taken; it may be gone then. */
void plain_line_read(struct engine *e, struct now now, struct plain_line *line);
/* We end it. */
void plain_line_end(struct engine *e, struct now now, struct plain_line *line);
void plain_lines_tick(struct engine *e, struct now now);
int64_t plain_lines_deadline(const struct engine *e);
/* All of them. */
void plain_lines_end(struct engine *e, struct now now);
void plain_lines_free(struct engine *e);
/* Ours as they are read there; false: it failed, and that was said. */
bool plain_encode(struct engine *e, struct now now, struct peer *p,
    const struct chat_post *post, uint8_t **ret_bytes, size_t *ret_size);

/* plain_commands.c */
void plain_dial_failed(
    struct engine *e, struct now now, struct plain_dial *d, const char *why);
/* It stands: p is there. */
void plain_dial_done(
    struct engine *e, struct now now, struct plain_dial *d, struct peer *p);
void plain_dials_free(struct engine *e);

#endif
