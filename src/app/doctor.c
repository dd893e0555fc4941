/* SPDX-License-Identifier: MIT */
/*
 * Each who looks is a front end of its own for that time, so that the loop
 * watches what it waits for.
 */
#include "app/doctor.h"

#include "app/clock.h"
#include "app/language.h"
#include "app/look.h"
#include "app/shell.h"
#include "base/mem.h"
#include "wire/hello.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum {
	/* Everybody who is there has answered by then. */
	LISTEN_MS = 3200,
};

struct doctor {
	struct front front;
	struct doctor_facts *facts;
	struct look *look;
	uint32_t asker, conv;
	struct fp fp;
	char *text; /* owned */
	int64_t due_ms;
	bool began;
	uint32_t path; /* the test of the way; 0: none, or it is over */
};

static void
add_system(struct doctor_facts *f)
{
	struct utsname u;

	snprintf(f->version, sizeof(f->version), "%s", PACKAGE_VERSION);
	if (uname(&u) == 0)
		snprintf(f->system, sizeof(f->system), "%.20s %.40s", u.sysname,
		    u.release);
	f->protocol = MESSAGE_VERSION;
}

/* Where somebody is, or may be. */
static struct addr
asked_addr(const struct doctor *d, const struct model *m)
{
	struct addr a = { .family = ADDR_NONE };
	const struct peer *p =
	    fp_is_zero(&d->fp) ? NULL : model_peer(m, &d->fp);
	const struct addr *host = p == NULL ? NULL : peer_host(p);

	if (host != NULL)
		a = *host;
	else
		(void)addr_parse(d->text, 0, &a);
	return a;
}

static void
add_asked(const struct doctor *d, struct doctor_facts *f, const struct model *m)
{
	f->asked = d->text[0] != '\0';
	if (!f->asked)
		return;
	snprintf(f->asked_text, sizeof(f->asked_text), "%s", d->text);
	f->asked_addr = asked_addr(d, m);
	for (size_t i = 0; i < f->peer_count && !f->asked_known; i++) {
		const struct doctor_peer *p = &f->peers[i];
		if (!fp_equal(&p->fp, &d->fp) &&
		    !(fp_is_zero(&d->fp) &&
			addr_same_host(&p->addr, &f->asked_addr)))
			continue;
		f->asked_known = true;
		f->asked_peer = i;
	}
}

/* Contacts on our links that do not show. */
static void
add_lost(const struct model *m, struct look_cfg *cfg)
{
	const struct iface *link;

	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		const struct addr *host = peer_host(p);
		if (cfg->lost_count == LOOK_LOST_MAX)
			return;
		if (p->presence != PRESENCE_OFFLINE || peer_is_legacy(p) ||
		    host == NULL ||
		    iface_reach(m->ifaces, m->iface_count, host, &link) !=
			IFACE_REACH_SUBNET)
			continue;
		cfg->lost[cfg->lost_count++] = *host;
	}
}

static bool
is_talking(const struct model *m)
{
	for (size_t i = 0; i < m->peer_count; i++)
		if (m->peers[i]->link == PEER_LINK_UP)
			return true;
	return false;
}

/* What others have to answer. */
static void
ask_others(struct shell *sh, struct doctor *d)
{
	const struct model *m = shell_model(sh);
	struct path_ask ask = {
		.peer = d->fp, .has_peer = !fp_is_zero(&d->fp), .load = true
	};
	enum { ANSWER_MS = 500 };

	d->began = true;
	if (d->text[0] == '\0') {
		if (!is_talking(m))
			return;
		engine_ask_round(sh->engine, sh->now);
		int64_t until_ms = sh->now.mono_ms + ASK_ROUND_MS + ANSWER_MS;
		if (d->due_ms < until_ms)
			d->due_ms = until_ms;
	} else {
		if (!ask.has_peer)
			ask.addr = asked_addr(d, m);
		if (ask.has_peer || ask.addr.family != ADDR_NONE)
			d->path = engine_path(sh->engine, sh->now, &ask);
	}
	shell_drain(sh);
}

static void
doctor_report_of(
    struct front *front, struct shell *sh, const struct effect *effect)
{
	struct doctor *d = (struct doctor *)front;

	(void)sh;
	if (effect->kind != EFFECT_PATH || d->path == 0 ||
	    effect->token != d->path)
		return;
	d->facts->path = *effect->path;
	d->facts->has_path = true;
	if (effect->on)
		d->path = 0;
}

static void
doctor_free(struct shell *sh, struct doctor *d)
{
	if (d->path != 0) {
		engine_path_stop(sh->engine, sh->now, d->path);
		shell_drain(sh);
	}
	front_remove(&sh->fronts, &d->front);
	look_free(d->look);
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
	add_asked(d, d->facts, m);
	look_tell(d->look);
	doctor_tell(sh, d->asker, d->conv, d->facts);
}

static void
doctor_turn(struct front *front, struct shell *sh)
{
	struct doctor *d = (struct doctor *)front;
	bool over = sh->done || shell_model(sh)->leaving;
	bool looked = look_turn(d->look, sh->now);

	if (!over && !d->began)
		ask_others(sh, d);
	if (!over && (!looked || d->path != 0 || sh->now.mono_ms < d->due_ms))
		return;
	if (!over)
		finish(sh, d);
	doctor_free(sh, d);
}

static int64_t
doctor_deadline(struct front *front, struct shell *sh)
{
	const struct doctor *d = (const struct doctor *)front;
	int64_t look_ms = look_deadline(d->look);

	if (!d->began)
		return sh->now.mono_ms;
	if (look_ms != NEVER_MS)
		return look_ms;
	/* The engine knows when the way is tested. */
	return d->path != 0 && d->due_ms <= sh->now.mono_ms ? NEVER_MS
							    : d->due_ms;
}

enum { TAG_LOOK = 1 };

static void
doctor_watch(struct front *front, struct shell *sh, struct loop *l)
{
	(void)sh;
	look_watch(((const struct doctor *)front)->look, l,
	    front_tag(front, TAG_LOOK));
}

static void
doctor_ready(struct front *front, struct shell *sh, const struct loop_event *ev)
{
	(void)sh;
	look_ready(((struct doctor *)front)->look, ev);
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
	const struct model *m = shell_model(sh);
	struct doctor *d = xcalloc(1, sizeof(*d));
	d->front = (struct front){
		.report = doctor_report_of,
		.watch = doctor_watch,
		.ready = doctor_ready,
		.turn = doctor_turn,
		.deadline = doctor_deadline,
	};
	d->facts = doctor_facts_new();
	d->asker = f->number;
	d->conv = query->conv;
	d->fp = query->fp;
	d->text = xstrdup(query->text);
	d->due_ms = m->started_ms + LISTEN_MS;
	struct look_cfg cfg = {
		.settings = &m->settings,
		.discovery_port = m->discovery_port,
		.tcp_port = m->tcp_port,
		.udp_port = m->udp_port,
		.runs = true,
		.asked = asked_addr(d, m),
	};
	add_lost(m, &cfg);
	d->look = look_new(&cfg, d->facts, sh->now);
	front_add(&sh->fronts, &d->front);
}

/* Nothing runs that could be held up. */
static void
look_through(const struct shell *sh, struct doctor_facts *f)
{
	struct look_cfg cfg = {
		.settings = &sh->settings,
		.discovery_port = (uint16_t)sh->settings.port,
	};
	struct now now = clock_read();
	struct loop *l = loop_new();
	struct look *k = look_new(&cfg, f, now);
	struct loop_event ev;

	while (!look_turn(k, now)) {
		loop_begin(l);
		look_watch(k, l, TAG_LOOK);
		int64_t wait_ms = look_deadline(k) - now.mono_ms;
		if (loop_wait(l, wait_ms > 0 ? wait_ms : 0) < 0)
			break;
		while (loop_ready(l, &ev))
			look_ready(k, &ev);
		now = clock_read();
	}
	look_tell(k);
	look_free(k);
	loop_free(l);
}

struct doctor_facts *
doctor_unopened(const struct shell *sh, const char *error)
{
	struct doctor_facts *f = doctor_facts_new();

	f->now = clock_read();
	f->discovery_port = (uint16_t)sh->settings.port;
	add_system(f);
	look_through(sh, f);
	snprintf(f->start_error, sizeof(f->start_error), "%s", error);
	return f;
}
