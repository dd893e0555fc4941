/* SPDX-License-Identifier: MIT */
/*
 * Each who looks is a front end of its own for that time, so that the loop
 * watches what it waits for.
 */
#include "app/doctor.h"

#include "app/clock.h"
#include "app/language.h"
#include "app/shell.h"
#include "base/mem.h"
#include "net/ifaces.h"
#include "wire/hello.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
	/* Everybody who is there has answered by then. */
	LISTEN_MS = 3200,
};

struct doctor {
	struct front front;
	struct doctor_facts *facts;
	uint32_t asker, conv;
	struct fp fp;
	char *text; /* owned */
	int64_t due_ms;
};

static void
add_system(struct doctor_facts *f)
{
	struct utsname u;

	snprintf(f->version, sizeof(f->version), "%s", PACKAGE_VERSION);
	if (uname(&u) == 0)
		snprintf(f->system, sizeof(f->system), "%.20s %.40s", u.sysname,
		    u.release);
	f->root = geteuid() == 0;
	f->protocol = MESSAGE_VERSION;
}

static void
add_port(struct doctor_facts *f, enum doctor_port_kind kind, uint16_t wanted,
    uint16_t got, int sys_errno)
{
	if (f->port_count < DOCTOR_PORTS_MAX)
		f->ports[f->port_count++] = (struct doctor_port){
			.kind = kind,
			.wanted = wanted,
			.got = got,
			.sys_errno = sys_errno,
		};
}

static void
add_ports(struct doctor_facts *f, const struct model *m)
{
	add_port(f, PORT_DISCOVERY, m->discovery_port, m->discovery_port, 0);
	add_port(f, PORT_OWN, 0, m->udp_port, 0);
	add_port(f, PORT_TCP, DISCOVERY_PORT, m->tcp_port,
	    m->tcp_port == DISCOVERY_PORT ? 0 : EADDRINUSE);
}

/* Who it is, or at which address somebody may be. */
static void
add_asked(const struct doctor *d, struct doctor_facts *f)
{
	f->asked = d->text[0] != '\0';
	if (!f->asked)
		return;
	snprintf(f->asked_text, sizeof(f->asked_text), "%s", d->text);
	(void)addr_parse(d->text, 0, &f->asked_addr);
	for (size_t i = 0; i < f->peer_count && !f->asked_known; i++) {
		const struct doctor_peer *p = &f->peers[i];
		if (!fp_equal(&p->fp, &d->fp) &&
		    !(fp_is_zero(&d->fp) &&
			addr_same_host(&p->addr, &f->asked_addr)))
			continue;
		f->asked_known = true;
		f->asked_peer = i;
		if (f->asked_addr.family == ADDR_NONE)
			f->asked_addr = p->addr;
	}
}

static void
doctor_free(struct shell *sh, struct doctor *d)
{
	front_remove(&sh->fronts, &d->front);
	doctor_facts_free(d->facts);
	free(d->text);
	free(d);
}

static void
finish(struct shell *sh, struct doctor *d)
{
	const struct model *m = shell_model(sh);

	doctor_facts_model(d->facts, m, sh->now);
	add_system(d->facts);
	add_ports(d->facts, m);
	add_asked(d, d->facts);
	doctor_tell(sh, d->asker, d->conv, d->facts);
}

static void
doctor_turn(struct front *front, struct shell *sh)
{
	struct doctor *d = (struct doctor *)front;
	bool over = sh->done || shell_model(sh)->leaving;

	if (!over && sh->now.mono_ms < d->due_ms)
		return;
	if (!over)
		finish(sh, d);
	doctor_free(sh, d);
}

static int64_t
doctor_deadline(struct front *front, struct shell *sh)
{
	(void)sh;
	return ((const struct doctor *)front)->due_ms;
}

static size_t
count(const struct shell *sh)
{
	size_t n = 0;

	for (const struct front *f = sh->fronts.first; f != NULL; f = f->next)
		n += f->turn == doctor_turn;
	return n;
}

void
doctor_begin(struct shell *sh, struct front *f, const struct effect *query)
{
	if (count(sh) >= DOCTORS_MAX) {
		struct command cmd = { .kind = COMMAND_ERROR,
			.conv = query->conv,
			.text = xstrdup(
			    say(language(), "the doctor is busy; try again")) };
		shell_command(sh, &cmd);
		return;
	}
	struct doctor *d = xcalloc(1, sizeof(*d));
	d->front =
	    (struct front){ .turn = doctor_turn, .deadline = doctor_deadline };
	d->facts = doctor_facts_new();
	d->asker = f->number;
	d->conv = query->conv;
	d->fp = query->fp;
	d->text = xstrdup(query->text);
	d->due_ms = shell_model(sh)->started_ms + LISTEN_MS;
	front_add(&sh->fronts, &d->front);
}

struct doctor_facts *
doctor_unopened(const struct shell *sh, const char *error)
{
	struct doctor_facts *f = doctor_facts_new();
	struct model *m = xcalloc(1, sizeof(*m));
	struct iface_choice choice = { .names = sh->settings.interfaces.items,
		.count = sh->settings.interfaces.count };
	char name[] = "";

	m->name = name;
	m->discovery_port = (uint16_t)sh->settings.port;
	m->iface_count = ifaces_list(&choice, m->ifaces);
	doctor_facts_model(f, m, clock_read());
	free(m);
	f->listened_ms = 0;
	add_system(f);
	if (sh->udp == NULL && sh->db != NULL)
		add_port(f, PORT_DISCOVERY, f->discovery_port, 0, EADDRINUSE);
	snprintf(f->start_error, sizeof(f->start_error), "%s", error);
	return f;
}
