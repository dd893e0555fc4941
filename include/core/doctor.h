/* SPDX-License-Identifier: MIT */
/*
 * Why somebody is missing. What was found out about this machine and its
 * network goes in as plain data; out come sentences, the worst first, each with
 * the command that mends it. Nothing here looks at anything by itself.
 *
 * What was not asked, not permitted or not answered is unknown, which is what
 * zero means in every field here, and is never held against anybody.
 */
#ifndef CORE_DOCTOR_H
#define CORE_DOCTOR_H

#include "base/addr.h"
#include "base/id.h"
#include "base/iface.h"
#include "base/lang.h"
#include "base/now.h"
#include "core/model.h"
#include "core/path.h"
#include "core/traffic.h"
#include "proto/discover.h"
#include "proto/presence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DOCTOR_IFACES_MAX = 64,
	DOCTOR_ADDRS_MAX = 8, /* of one interface */
	DOCTOR_PORTS_MAX = 16,
	DOCTOR_RULES_MAX = 32,
	DOCTOR_GATEWAYS_MAX = 8,
	DOCTOR_CLASHES_MAX = 16,
	DOCTOR_STRAYS_MAX = 32,
	DOCTOR_MACS_MAX = 4,
	DOCTOR_WORD_SIZE = 64,
	DOCTOR_LINE_SIZE = 256,
};

enum known { KNOWN_NOTHING, KNOWN_NO, KNOWN_YES };

static inline enum known
known_of(bool yes)
{
	return yes ? KNOWN_YES : KNOWN_NO;
}

/* What an interface is, by its driver and not by its name. */
enum doctor_link {
	LINK_UNKNOWN,
	LINK_LOOPBACK,
	LINK_ETHERNET,
	LINK_WIRELESS,
	LINK_BRIDGE,
	LINK_VETH,
	LINK_CONTAINER, /* of docker, podman, lxc, libvirt: a bridge of theirs
			 */
	LINK_TUNNEL,    /* VPN: tun, tap, wireguard, ppp */
	LINK_OTHER,
};

struct doctor_addr {
	struct addr addr;
	struct addr broadcast; /* as it is set; ADDR_NONE: none */
	unsigned prefix_bits;
	enum iface_use use;
	/* Duplicate address detection of the kernel said no (IPv6). */
	bool refused;
	/* Where this machine sends what is for its subnet; "": there. */
	char routed[IFACE_NAME_MAX];
};

struct doctor_iface {
	char name[IFACE_NAME_MAX];
	unsigned index;
	enum doctor_link link;
	bool up;               /* switched on */
	enum known carrier;    /* a cable, an access point */
	enum known broadcasts; /* the flag of the interface */
	enum known multicasts; /* the same */
	enum known joined;     /* our IPv6 group, there */
	unsigned mtu;          /* 0: not known */
	struct doctor_addr addrs[DOCTOR_ADDRS_MAX];
	unsigned addr_count;
	bool has_mac;
	uint8_t mac[MAC_SIZE];
	/* Of IPv4 and of IPv6; a family of ADDR_NONE: it was not counted. */
	struct iface_traffic traffic[2];
	size_t peer_count; /* different ones that were heard there */
	/* errno of the last announcement that could not be sent, or 0. */
	int last_error;
	/* It is a member of a bridge that keeps its members apart. */
	enum known isolated;
};

enum doctor_port_kind {
	PORT_DISCOVERY, /* UDP, shared by all instances of a machine */
	PORT_OWN,       /* UDP, where ours goes out and answers come to */
	PORT_TCP,
	PORT_IPMSG_UDP,
	PORT_IPMSG_TCP,
	PORT_PLAIN_UDP,
	PORT_PLAIN_TCP,
};

/* A process. */
struct doctor_owner {
	enum known known; /* no: another user's, which only root may see */
	int64_t pid;
	char command[DOCTOR_WORD_SIZE]; /* clean */
	char user[DOCTOR_WORD_SIZE];    /* clean; "": not known */
};

/* One that we want; those that are off are not here. */
struct doctor_port {
	enum doctor_port_kind kind;
	uint16_t wanted; /* 0: any */
	uint16_t got;    /* 0: none */
	int sys_errno;   /* why not; 0: it was free */
	/* Of the one that was wanted and not got. */
	struct doctor_owner owner;
};

enum doctor_backend {
	FIREWALL_NONE,
	FIREWALL_NFT,
	FIREWALL_IPTABLES,
	FIREWALL_UFW,
	FIREWALL_FIREWALLD,
	FIREWALL_PF,
};

enum doctor_what { RULE_ANY, RULE_UDP, RULE_TCP, RULE_MULTICAST };

/* What would be dropped, and of which one rule is the reason. */
struct doctor_rule {
	enum doctor_backend backend;
	bool out; /* what we send; else what comes to us */
	enum doctor_what what;
	uint16_t port;              /* of ours; 0: any */
	char iface[IFACE_NAME_MAX]; /* "": all */
	struct addr peer;           /* ADDR_NONE: everybody */
	char
	    text[DOCTOR_LINE_SIZE]; /* the rule as its program says it; clean */
	/* The command that lets it through; without sudo. */
	char mend[DOCTOR_LINE_SIZE];
};

struct doctor_firewall {
	/* No: none of them may be read without root. */
	enum known readable;
	/* Which program is there and in charge, as far as that is known. */
	enum doctor_backend backend;
	/* The command that root would read it with; "": none. */
	char ask[DOCTOR_LINE_SIZE];
	struct doctor_rule rules[DOCTOR_RULES_MAX];
	size_t rule_count;
};

/* What the machine knows of another one on a link. */
enum doctor_neighbour {
	NEIGHBOUR_UNKNOWN, /* was not asked */
	NEIGHBOUR_NONE,    /* there is no entry */
	NEIGHBOUR_ASKED,   /* incomplete: nobody answered yet */
	NEIGHBOUR_FAILED,  /* nobody answered */
	NEIGHBOUR_STALE,
	NEIGHBOUR_REACHABLE,
};

/* Of a default route. */
struct doctor_gateway {
	struct addr addr; /* ADDR_NONE: the link itself, as with a tunnel */
	char iface[IFACE_NAME_MAX];
	enum doctor_link link;
	unsigned metric;
	enum doctor_neighbour neighbour;
	enum known answers;
	int64_t answer_ms; /* where it answers */
};

/* Several hardware addresses answer for one address. */
struct doctor_clash {
	struct addr addr;
	bool ours; /* it is an address of this machine */
	char iface[IFACE_NAME_MAX];
	uint8_t macs[DOCTOR_MACS_MAX][MAC_SIZE];
	unsigned mac_count;
};

/* Somebody whose announcements were dropped. */
struct doctor_stray {
	struct addr from;
	char iface[IFACE_NAME_MAX]; /* "": not known */
	/* DROP_OFF_LINK, DROP_VERSION; DROP_OWN: it has our identity, and is
	 * another earshot than this one. */
	enum discover_drop why;
	unsigned version; /* DROP_VERSION: theirs */
	uint64_t count;
};

struct doctor_peer {
	struct fp fp;
	char name[PEER_LABEL_SIZE];
	enum dialect dialect;
	enum presence presence;
	enum trust trust;
	struct addr addr; /* where it is reached; ADDR_NONE: not known */
	uint16_t udp_port;
	bool by_hand;               /* by /connect */
	bool session;               /* is up */
	bool look_alike;            /* has the name of another one, or ours */
	char iface[IFACE_NAME_MAX]; /* where it was heard; "" */
	/* By its announcements to everybody, how long ago; and by anything. */
	enum known broadcast_heard;
	int64_t broadcast_ago_ms, heard_ago_ms; /* -1: never, or not known */
	enum hears hears_us;                    /* as it says itself */
	/* An announcement of it was heard in this run, to everybody or as an
	 * answer to ours. */
	bool announced;
	char version_text[VERSION_TEXT_SIZE];
	bool has_skew;
	int64_t skew_ms; /* its clock minus ours */
	enum doctor_neighbour neighbour;
	unsigned path_mtu; /* 0: not known */
};

struct doctor_facts {
	struct now now;
	char version[DOCTOR_WORD_SIZE], system[DOCTOR_WORD_SIZE];
	struct fp self;
	char name[PEER_LABEL_SIZE];
	/* How long we have listened: what nobody can know yet is told so. */
	int64_t listened_ms;
	bool quiet, leaving, root;
	/* No instance could be started, and why; clean. */
	char start_error[DOCTOR_LINE_SIZE];
	unsigned protocol; /* version of ours */
	uint16_t discovery_port;
	struct doctor_iface ifaces[DOCTOR_IFACES_MAX];
	size_t iface_count;
	struct doctor_port ports[DOCTOR_PORTS_MAX];
	size_t port_count;
	struct doctor_firewall firewall;
	struct doctor_gateway gateways[DOCTOR_GATEWAYS_MAX];
	size_t gateway_count;
	struct doctor_clash clashes[DOCTOR_CLASHES_MAX];
	size_t clash_count;
	struct doctor_stray strays[DOCTOR_STRAYS_MAX];
	size_t stray_count;
	struct discover_counters counters;
	struct doctor_peer *peers; /* owned */
	size_t peer_count;
	/* With WHO: as asked for, clean; who is peers[asked_peer], if anybody;
	 * else its address alone. */
	bool asked, asked_known;
	char asked_text[PEER_LABEL_SIZE];
	size_t asked_peer;
	struct addr asked_addr;
	/* The test of the way there; no state but PATH_OK and PATH_FAILED tells
	 * anything. */
	bool has_path;
	struct path path;
};

/* All unknown; on the heap, for its size. */
struct doctor_facts *doctor_facts_new(void);
/* NULL is fine. */
void doctor_facts_free(struct doctor_facts *f);
/* What the model knows of ports, interfaces and people; beside what is there.
 */
void doctor_facts_model(
    struct doctor_facts *f, const struct model *m, struct now now);

enum doctor_severity {
	DOCTOR_BAD,    /* nobody, or the one asked for, can be reached */
	DOCTOR_PARTLY, /* some cannot, or one way only */
	DOCTOR_MINOR,  /* something is wrong, yet people are reached */
	/* May explain something, or is not known; no fault by itself. */
	DOCTOR_HINT,
};
/* "bad", "partly", "minor", "hint": of --json. */
const char *doctor_severity_text(enum doctor_severity s);

/* In the order of their importance among those equally severe. */
enum doctor_fault {
	FAULT_START,          /* earshot does not come up */
	FAULT_PORT_DISCOVERY, /* taken */
	FAULT_NO_IFACE,       /* there is none */
	FAULT_IFACE_DOWN,     /* the one there is */
	FAULT_NO_CARRIER,
	FAULT_NO_ADDRESS,
	FAULT_NOT_USED, /* there are some, and all are off */
	FAULT_FIREWALL_OUT,
	FAULT_FIREWALL_IN,
	FAULT_SEND, /* sends fail, for another reason */
	FAULT_QUIET,
	FAULT_ADDRESS_TWICE, /* duplicate address */
	FAULT_IDENTITY_TWICE,
	FAULT_NETMASK,
	FAULT_BROADCAST_ADDRESS, /* wrong, or none */
	FAULT_NO_BROADCAST,      /* the flag */
	FAULT_VERSION,
	FAULT_GATEWAY,  /* does not answer on its link */
	FAULT_ISOLATED, /* gateway answers, peers never */
	FAULT_VPN_ROUTE,
	FAULT_PORT_TCP,    /* nobody can dial us, or at another port */
	FAULT_PORT_TAKEN,  /* of another dialect */
	FAULT_FILTERED,    /* the machine is there, and drops us */
	FAULT_UDP_DROPPED, /* dials come through, datagrams do not */
	FAULT_TCP_DROPPED, /* datagrams come through, dials do not */
	FAULT_DEAF,        /* they hear us, we do not hear them */
	FAULT_MUTE,        /* we hear them, they do not hear us */
	FAULT_MTU,
	FAULT_MULTICAST, /* IPv6 only, and multicast is filtered */
	FAULT_IPV6_ONLY,
	FAULT_UNREACHABLE, /* the one asked for, and no reason is known */
	FAULT_REFUSED,     /* it is there, and earshot is not */
	FAULT_HANDSHAKE,
	FAULT_SLOW,
	FAULT_CONTAINER, /* bridge of containers in the way */
	FAULT_CLOCK,
	FAULT_NAME_TWICE,
	FAULT_BLOCKED,
	FAULT_CHANGED,          /* its key is another one */
	FAULT_ROUTED,           /* in another subnet: nothing announces there */
	FAULT_NOBODY,           /* all is well here, and nobody is heard */
	FAULT_FIREWALL_UNKNOWN, /* root would tell */
	FAULT_EARLY,            /* listened for too short a time */
	FAULT_KINDS,
};
/* "firewall-in", …: of --json, for ever; static storage. */
const char *doctor_fault_text(enum doctor_fault fault);

struct doctor_finding {
	enum doctor_severity severity;
	enum doctor_fault fault;
	char *text;     /* owned: a sentence or two, in the language */
	char *mend;     /* owned: commands, one a line; NULL: none */
	struct fp peer; /* zero: of nobody alone */
	char iface[IFACE_NAME_MAX]; /* "": of none alone */
};

struct doctor_verdict {
	struct doctor_finding *findings; /* owned; the worst first */
	size_t count, cap;
};

/* Something is wrong: there is more than hints. */
bool doctor_is_ill(const struct doctor_verdict *v);
void doctor_judge(const struct doctor_facts *f, const struct lang *l,
    struct doctor_verdict *ret_verdict);
void doctor_verdict_clear(struct doctor_verdict *v);
/*
 * Findings, then the facts they were drawn from, as lines; safe to paste in
 * public: no text of anybody's, and of fingerprints the tag. Caller frees.
 */
char *doctor_report(const struct doctor_facts *f,
    const struct doctor_verdict *v, const struct lang *l);

#endif
