/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the doctor share: each looks at some of the facts and adds
 * what it finds. Those that look at people come after those that look at this
 * machine.
 */
#ifndef CORE_DOCTOR_STATE_H
#define CORE_DOCTOR_STATE_H

#include "core/doctor.h"

enum {
	/* Until everybody who is there has answered that somebody came. */
	DOCTOR_LISTENED_MS = 3000,
};

struct diagnosis {
	const struct doctor_facts *f;
	const struct lang *l;
	struct doctor_verdict *v;
};

/* Takes text and mend (NULL: none); returns what may be told more of, until
 * the next one. */
struct doctor_finding *diagnosis_add(struct diagnosis *d,
    enum doctor_severity severity, enum doctor_fault fault, char *text,
    char *mend);
bool diagnosis_has(const struct diagnosis *d, enum doctor_fault fault);
/* "sudo ", or "" for root. */
const char *diagnosis_sudo(const struct diagnosis *d);
/* The command that gives an earshot one; caller frees. */
char *diagnosis_new_identity(void);
/* What the number of an error means; caller frees. */
char *diagnosis_errno(const struct diagnosis *d, int sys_errno);

/* It leads to others, and is used. */
bool doctor_is_used(const struct doctor_iface *n);
/* The interface of this machine that has host on its link, by the longest
 * prefix of those that are used (or of those that are not); NULL: none. */
const struct doctor_iface *doctor_link_of(const struct doctor_facts *f,
    const struct addr *host, bool used, const struct doctor_addr **ret_addr);
/* An address of this machine. */
bool doctor_is_ours(const struct doctor_facts *f, const struct addr *host);
/* It was here in this run, and is another machine's. */
bool doctor_is_here(const struct doctor_facts *f, const struct doctor_peer *p);
/* How many are. */
size_t doctor_here_count(const struct doctor_facts *f);
/* A gateway that does; NULL: none, or not known. */
const struct doctor_gateway *doctor_gateway_answering(
    const struct doctor_facts *f);
/* Who was asked for; NULL: nobody, or an address of nobody we know. */
const struct doctor_peer *doctor_asked(const struct doctor_facts *f);

/* Ports and interfaces of this machine. */
void doctor_here(struct diagnosis *d);
/* Firewalls, and what cannot be sent. */
void doctor_filter(struct diagnosis *d);
/* Addresses, routes and networks in the way. */
void doctor_net(struct diagnosis *d);
/* What is wrong between us and some of those who are there. */
void doctor_people(struct diagnosis *d);
/* The way to who was asked for. */
void doctor_way(struct diagnosis *d);
/* What nobody can know yet. */
void doctor_doubts(struct diagnosis *d);

#endif
