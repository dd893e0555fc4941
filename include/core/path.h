/* SPDX-License-Identifier: MIT */
/*
 * What stands between us and one peer or address, found out step by step: the
 * neighbour table, datagrams, a connection, a handshake, and, between contacts,
 * the echo of a message, whom they hear, and how much goes through. A test
 * begins with engine_path (core/engine.h) and tells of itself by EFFECT_PATH;
 * it lasts PATH_MS_MAX at most, without the load PATH_QUICK_MS_MAX.
 */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include "base/addr.h"
#include "base/id.h"
#include "base/iface.h"
#include "core/traffic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PATH_TESTS_MAX = 4, /* tests under way; one of them with a load */
	PATH_QUICK_MS_MAX = 5000,
	PATH_MS_MAX = 16000,
	PATH_LOAD_BYTES = 16 * 1024 * 1024,
	PATH_SMALL_SIZE = 64,   /* bytes of a small datagram */
	PATH_LARGE_SIZE = 1400, /* of a large one */
};

/* In the order in which they are shown; some go on at the same time. */
enum path_step {
	PATH_NEIGHBOUR,  /* the system has a hardware address for it */
	PATH_PING,       /* a small datagram to the discovery port comes back */
	PATH_PING_OWN,   /* the same, to the port of its own */
	PATH_PING_LARGE, /* a large one, to a port that answered */
	PATH_TCP,        /* it takes a connection */
	PATH_HANDSHAKE,  /* it proves who it is, and is who was meant */
	PATH_ECHO,       /* a message comes back */
	PATH_HEARD,      /* it says whom it hears */
	PATH_LOAD,       /* PATH_LOAD_BYTES go through */
	PATH_STEPS,
};

enum path_state {
	PATH_WAITS, /* for a step before it */
	PATH_RUNS,
	PATH_OK,
	PATH_FAILED,
	PATH_SKIPPED, /* there was no way to try; why says so */
};

enum path_why {
	PATH_WHY_NONE,
	PATH_WHY_SYSTEM,   /* sys_errno, where it is not 0 */
	PATH_WHY_TIMEOUT,  /* no answer */
	PATH_WHY_CLOSED,   /* the other end closed the connection */
	PATH_WHY_IDENTITY, /* somebody else answers there */
	PATH_WHY_VERSION,  /* no version that both speak */
	PATH_WHY_SELF,     /* our own identity answers there */
	/* Of what is skipped. */
	PATH_WHY_EARLIER,  /* a step before it failed */
	PATH_WHY_HERE,     /* it is this machine */
	PATH_WHY_ROUTED,   /* a router is in between */
	PATH_WHY_PORT,     /* its port is not known */
	PATH_WHY_ADDRESS,  /* no address of it is known */
	PATH_WHY_STRANGER, /* we have not pinned it, or have blocked it */
	PATH_WHY_REFUSED,  /* it has not pinned us, or is busy */
	PATH_WHY_BUSY,     /* we are */
	PATH_WHY_ASKED,    /* nobody asked for it */
	PATH_WHY_LEGACY,   /* it does not speak earshot */
};

struct path_outcome {
	enum path_state state;
	enum path_why why;
	int sys_errno;
	int64_t ms; /* it took; of PATH_OK and PATH_FAILED */
};

struct path {
	uint32_t token;
	bool has_peer; /* peer is who was asked for, or who answered */
	struct fp peer;
	struct addr addr;  /* TCP; ADDR_NONE: none is known */
	uint16_t udp_port; /* its own; 0: not known */
	struct path_outcome steps[PATH_STEPS];
	bool ended;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	bool has_skew;
	int64_t clock_skew_ms; /* theirs minus ours */
	bool over_udp; /* the session that ECHO and HEARD went through */
	enum hears hears_us;
	uint32_t heard_s;     /* HEARS_US: so many seconds ago */
	unsigned heard_count; /* how many it hears, as it says; at most 64 */
	uint64_t load_bytes;  /* that it says have arrived */
	int64_t load_ms;      /* in so long */
};

struct path_ask {
	bool has_peer;
	struct fp peer;
	/* Where; port 0: the usual one. ADDR_NONE: where the peer was last. */
	struct addr addr;
	bool load; /* PATH_LOAD, too */
};

/* "ping", …: the word of --json; static storage. */
const char *path_step_text(enum path_step step);
/* "ok", "failed", "skipped", … the same. */
const char *path_state_text(enum path_state state);
/* A sentence for the user, to be translated; "" for PATH_WHY_NONE. */
const char *path_why_text(const struct path_outcome *o);

#endif
