/* SPDX-License-Identifier: MIT */
/*
 * A healthy machine for the doctor, into which a test puts a fault.
 */
#ifndef DOCTOR_KIT_H
#define DOCTOR_KIT_H

#include "core/doctor.h"

#define NEW_IDENTITY \
	"mv \"${XDG_DATA_HOME:-$HOME/.local/share}/earshot/identity\" " \
	"~/earshot-identity.old"

enum { PORT = 41827 };

struct addr ip(const char *text);
struct doctor_iface *add_iface(struct doctor_facts *f, const char *name,
    const char *addr, const char *broadcast, unsigned prefix);
struct doctor_peer *add_peer(
    struct doctor_facts *f, const char *name, const char *addr);
void add_port(
    struct doctor_facts *f, enum doctor_port_kind kind, uint16_t wanted);
struct doctor_facts *healthy(void);
struct doctor_iface *eth(struct doctor_facts *f);
void leave_alone(struct doctor_facts *f);
void ask(struct doctor_facts *f, const char *addr);
void fail_step(struct doctor_facts *f, enum path_step step, enum path_why why,
    int sys_errno);
/* Takes the facts. What comes first, and what mends it (NULL: nothing does). */
void expect(struct doctor_facts *f, enum doctor_severity severity,
    enum doctor_fault fault, const char *mend);
void expect_nothing(struct doctor_facts *f);

#endif
