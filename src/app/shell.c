/* SPDX-License-Identifier: MIT */
#include "app/shell.h"

#include "app/askings.h"
#include "app/child.h"
#include "app/clock.h"
#include "app/control.h"
#include "app/files.h"
#include "app/hooks.h"
#include "app/keyrings.h"
#include "app/language.h"
#include "app/log.h"
#include "app/mover.h"
#include "app/record.h"
#include "app/run_front.h"
#include "app/shell_moves.h"
#include "app/shell_ports.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/neighbours.h"
#include "net/signals.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAG_SIGNAL = 1,
	TAG_UDP,
	TAG_TCP,
	TAG_PORT_UDP,
	TAG_PORT_TCP,
	TAG_IFACES,
	TAG_RESOLVE,
	TAG_FILES,
	TAG_MOVES,
	TAG_CLOCK,
	TAG_CHILD,
	/* Datagrams handled for one ready socket and turn. */
	DATAGRAMS_MAX = 64,
	/* The same for connections. */
	STREAMS_PER_TURN = 16,
	/* Told after the commit. */
	REPORTS_LATE = 4,
	/* Changes of interfaces come in groups. */
	IFACES_SETTLE_MS = 250,
	SLEEP_MS = 5000,
	/* After a commit both ends are busy with its message. */
	SETTLE_MS = 5,
	/* What nobody waits for is stored by the next commit, or after this;
	 * unless there is so much of it. */
	LATE_MS = 5,
	SHARE_MS = 2000, /* after a text there may be another */
	LATE_MAX = 64,
	/* A commit of more is one of many, and nobody counts its time. */
	FEW = 4,
	/* The database is tidied when so long nothing came. */
	MAINTAIN_MS = 1000,
};

const struct model *
shell_model(const struct shell *sh)
{
	return engine_model(sh->engine);
}

/* A number that no connection has any more would keep its place for ever. */
static void drain(struct shell *sh);

static void
forget_paused(struct shell *sh, uint32_t conn)
{
	for (size_t i = 0; i < sh->paused_count; i++) {
		if (sh->paused[i] == conn)
			sh->paused[i] = sh->paused[--sh->paused_count];
	}
}

static void
start_resolve(struct shell *sh, const struct effect *effect)
{
	/* The engine takes no input while its effects are drained: a refusal
	 * is told in the next turn. */
	if (resolve_start(sh->resolve, effect->token, effect->text,
		effect->port, sh->now.mono_ms) < 0 &&
	    sh->unresolved_count < UNRESOLVED_MAX)
		sh->unresolved[sh->unresolved_count++] = effect->token;
}

/* A name that is not looked up has no answer but that. */
static void
start_lookup(struct shell *sh, const struct effect *effect)
{
	if (sh->looking_count < RESOLVE_MAX)
		sh->looking[sh->looking_count++] = (struct looking){
			.token = effect->token,
			.addr = effect->addr,
		};
	if (effect->on)
		return;
	if (resolve_start_back(sh->resolve, effect->token, &effect->addr,
		effect->transport == CARRIER_TCP, sh->now.mono_ms) < 0 &&
	    sh->unnamed_count < UNRESOLVED_MAX)
		sh->unnamed[sh->unnamed_count++] = effect->token;
}

static void
keep_report(struct shell *sh, const struct effect *effect)
{
	if (sh->report_count == sh->report_cap) {
		sh->report_cap = sh->report_cap == 0 ? 32 : sh->report_cap * 2;
		sh->reports =
		    xrealloc(sh->reports, sh->report_cap, sizeof(*sh->reports));
	}
	sh->reports[sh->report_count++] = *effect;
}

/* When it is to be stored: what nobody waits for, and what comes again should
 * it get lost, takes no turn of the disk for itself. */
static int64_t
due_ms(const struct shell *sh, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_DELIVERY:
	case CHANGE_SHOWN:
	case CHANGE_READ:
	case CHANGE_DRAFT:
		if (sh->change_count < LATE_MAX &&
		    change->delivery != DELIVERY_FAILED)
			return sh->now.mono_ms + LATE_MS;
		break;
	case CHANGE_TRANSFER:
		/* That it begins, which it does meanwhile, and how far it is,
		 * every few seconds. */
		if (sh->change_count < LATE_MAX &&
		    (change->transfer->state == TRANSFER_ACCEPTED ||
			change->transfer->state == TRANSFER_RUNNING))
			return sh->now.mono_ms + LATE_MS;
		break;
	case CHANGE_MESSAGE:
	case CHANGE_REVISION:
	case CHANGE_PIN:
	case CHANGE_SEAL:
	case CHANGE_RECODE:
	case CHANGE_RULE:
	case CHANGE_FORGET_MESSAGE:
	case CHANGE_FORGET_CONV:
	case CHANGE_FORGET_CONTACT:
		break;
	}
	return sh->now.mono_ms;
}

static void
keep_change(struct shell *sh, const struct change *change)
{
	sh->commit_ms = earlier_ms(sh->commit_ms, due_ms(sh, change));
	sh->changes = xgrow(sh->changes, sh->change_count, &sh->change_cap,
	    sizeof(*sh->changes));
	sh->changes[sh->change_count++] = change;
}

static void
apply_changes(struct shell *sh)
{
	for (size_t i = 0; i < sh->change_count; i++)
		db_apply(sh->db, sh->changes[i]);
	sh->change_count = 0;
}

static void
broadcast(struct shell *sh, const struct effect *effect)
{
	if (effect->via != 0) {
		ports_broadcast(sh->ports, effect->via, effect->port,
		    effect->bytes, effect->size);
		return;
	}
	udp_broadcast(
	    sh->udp, sh->ifaces, sh->iface_count, effect->bytes, effect->size);
	engine_broadcast_sent(sh->engine, sh->now, sh->ifaces, sh->iface_count);
}

static void
send_datagram(struct shell *sh, const struct effect *effect)
{
	if (effect->via != 0)
		ports_send(sh->ports, effect->via, &effect->addr, effect->bytes,
		    effect->size);
	else
		udp_send(sh->udp, &effect->addr, effect->bytes, effect->size);
}

/* Bytes the engine does not want now stay in the socket until it does. */
static void
pause_if_full(struct shell *sh, uint32_t conn)
{
	if (engine_reading(sh->engine, conn))
		return;
	tcp_set_reading(sh->tcp, conn, false);
	for (size_t i = 0; i < sh->paused_count; i++) {
		if (sh->paused[i] == conn)
			return;
	}
	if (sh->paused_count < CONNS_MAX)
		sh->paused[sh->paused_count++] = conn;
}

static void
run_effect(struct shell *sh, const struct effect *effect)
{
	switch ((int)effect->kind) {
	case EFFECT_BROADCAST:
		broadcast(sh, effect);
		break;
	case EFFECT_DATAGRAM:
		send_datagram(sh, effect);
		break;
	case EFFECT_LISTEN:
		shell_ports_open(sh, effect);
		break;
	case EFFECT_HOLD:
		pause_if_full(sh, effect->conn);
		break;
	case EFFECT_UNLISTEN:
		ports_close(sh->ports, effect->token);
		break;
	case EFFECT_DIAL:
		tcp_dial(sh->tcp, effect->conn, &effect->addr);
		break;
	case EFFECT_SEND:
		tcp_send(sh->tcp, effect->conn, effect->bytes, effect->size);
		break;
	case EFFECT_CLOSE:
		forget_paused(sh, effect->conn);
		tcp_close(sh->tcp, effect->conn, sh->now.mono_ms);
		break;
	case EFFECT_RESOLVE:
		start_resolve(sh, effect);
		break;
	case EFFECT_LOOKUP:
		start_lookup(sh, effect);
		break;
	case EFFECT_STORE:
		keep_change(sh, effect->change);
		break;
	case EFFECT_LOAD:
	case EFFECT_QUERY:
	case EFFECT_KEYS:
		askings_keep(sh, effect);
		break;
	case EFFECT_SETTING:
		askings_keep(sh, effect);
		keep_report(sh, effect);
		break;
	case EFFECT_FILE_STAT:
	case EFFECT_SOURCE_OPEN:
	case EFFECT_SOURCE_CLOSE:
	case EFFECT_SINK_OPEN:
	case EFFECT_SINK_PIECE:
	case EFFECT_SINK_CLOSE:
		files_run(sh, effect);
		break;
	case EFFECT_MOVE:
	case EFFECT_MOVE_STOP:
	case EFFECT_PART_DROP:
		forget_paused(sh, effect->conn);
		shell_moves_run(sh, effect);
		break;
	case EFFECT_LEFT:
		sh->done = true;
		break;
	case EFFECT_TRANSFER:
		shell_moves_warm(sh, effect);
		keep_report(sh, effect);
		break;
	default: /* the others are for front ends */
		keep_report(sh, effect);
		break;
	}
}

void
shell_tell(struct shell *sh)
{
	for (size_t i = 0; i < sh->report_count; i++)
		fronts_report(&sh->fronts, sh, &sh->reports[i]);
	sh->report_count = 0;
}

/* As true later as now, and tells nothing of the command that it came of. */
static bool
keeps(const struct shell *sh, const struct effect *report)
{
	if (report->kind == EFFECT_DELIVERY)
		return report->text == NULL;
	return report->kind == EFFECT_MESSAGE &&
	       conv_message(
		   model_conv(shell_model(sh), report->conv), report->serial)
		       ->kind == MESSAGE_TEXT;
}

/* Until the commit at the end of this turn. No more than a few, or so much
 * might come in the meantime that their messages are not in memory any more. */
static bool
may_tell_later(const struct shell *sh)
{
	if (!engine_is_waiting(sh->engine) || sh->report_count > REPORTS_LATE)
		return false;
	for (size_t i = 0; i < sh->report_count; i++)
		if (!keeps(sh, &sh->reports[i]))
			return false;
	return true;
}

static void
tell_macs(struct shell *sh)
{
	while (sh->looking_count > 0) {
		struct looking l = sh->looking[--sh->looking_count];
		struct looked_up answer = { .ended = false };
		answer.has_mac = neighbours_find(&l.addr, answer.mac);
		engine_looked_up(sh->engine, sh->now, l.token, &answer);
		drain(sh);
	}
}

static void
run_effects(struct shell *sh)
{
	struct effect effect;

	while (engine_next(sh->engine, &effect))
		run_effect(sh, &effect);
}

/* What people are told comes last: describing a text takes longer than storing
 * and sending it, and the other end is waiting. */
static void
drain(struct shell *sh)
{
	run_effects(sh);
	if (!may_tell_later(sh))
		shell_tell(sh);
	if (sh->asking_count > 0) {
		apply_changes(sh);
		askings_answer(sh);
	}
	if (sh->listened_count > 0)
		shell_ports_tell(sh);
	if (sh->looking_count > 0)
		tell_macs(sh);
}

void
shell_drain(struct shell *sh)
{
	drain(sh);
}

/* At the end of a turn: what it gave to the store goes out only now. */
static void
commit(struct shell *sh)
{
	while (sh->commit_ms <= sh->now.mono_ms) {
		size_t count = sh->change_count;
		apply_changes(sh);
		sh->commit_ms = NEVER_MS;
		if (!db_is_dirty(sh->db))
			return;
		char *error = NULL;
		if (engine_is_waiting(sh->engine))
			mover_share(sh->mover, sh->now.mono_ms + SHARE_MS);
		bool ok = db_commit(sh->db, &error) == 0;
		if (!ok) {
			log_line("%s", error);
			shell_tell(sh);
		}
		engine_committed(sh->engine, sh->now, ok, error);
		free(error);
		run_effects(sh);
		/* The other end may be on this processor. It syncs next, and
		 * what is left to do here fits in meanwhile. */
		if (count <= FEW)
			sched_yield();
		drain(sh);
		sh->settle_ms =
		    earlier_ms(sh->settle_ms, sh->now.mono_ms + SETTLE_MS);
		sh->maintain_ms = sh->now.mono_ms + MAINTAIN_MS;
	}
}

void
shell_command(struct shell *sh, struct command *cmd)
{
	/* What came before it: it may forget that. */
	shell_tell(sh);
	shell_moves_name(cmd);
	engine_command(sh->engine, sh->now, cmd);
	drain(sh);
}

void
shell_command_of(struct shell *sh, struct front *f, struct command *cmd)
{
	struct front *was = sh->asker;

	sh->asker = f;
	shell_command(sh, cmd);
	sh->asker = was;
}

void
shell_quit(struct shell *sh, bool ask)
{
	struct command cmd = {
		.kind = COMMAND_QUIT, .conv = CONV_NEARBY, .on = !ask
	};

	shell_command(sh, &cmd);
}

static void
on_signal(struct shell *sh)
{
	int number;

	while ((number = signals_next(sh->signal_fd)) != 0) {
		if (number == SIGTERM || number == SIGHUP || number == SIGINT)
			shell_quit(sh, false);
		else if (number != SIGCHLD)
			fronts_signal(&sh->fronts, sh, number);
	}
}

static void
on_datagrams(struct shell *sh, int fd)
{
	struct datagram d;

	for (int i = 0; i < DATAGRAMS_MAX; i++) {
		if (!udp_receive(sh->udp, fd, &d))
			return;
		struct arrived a = { d.from, d.on_link, d.index, d.bytes,
			d.size, d.to_all };
		engine_arrived(sh->engine, sh->now, &a);
		drain(sh);
	}
}

static void
resume_paused(struct shell *sh)
{
	for (size_t i = 0; i < sh->paused_count;) {
		uint32_t conn = sh->paused[i];
		if (!engine_reading(sh->engine, conn)) {
			i++;
			continue;
		}
		tcp_set_reading(sh->tcp, conn, true);
		sh->paused[i] = sh->paused[--sh->paused_count];
	}
}

static void
on_accepted(struct shell *sh, const struct tcp_event *ev)
{
	uint32_t conn = engine_accepted(sh->engine, sh->now, &ev->addr);

	if (conn == 0)
		tcp_refuse(sh->tcp, ev->fd);
	else
		tcp_adopt(sh->tcp, ev->fd, conn);
	drain(sh);
}

static void
on_tcp_event(struct shell *sh, const struct tcp_event *ev)
{
	switch (ev->kind) {
	case TCP_ACCEPTED:
		on_accepted(sh, ev);
		return;
	case TCP_OPENED:
		engine_opened(sh->engine, sh->now, ev->conn);
		break;
	case TCP_BYTES:
		engine_bytes(
		    sh->engine, sh->now, ev->conn, ev->bytes, ev->size);
		break;
	case TCP_ENDED: /* nothing is kept here */
	case TCP_CLOSED:
		forget_paused(sh, ev->conn);
		engine_closed(sh->engine, sh->now, ev->conn, ev->sys_errno);
		break;
	}
	drain(sh);
	if (ev->kind == TCP_BYTES)
		pause_if_full(sh, ev->conn);
}

static void
on_tcp(struct shell *sh, const struct loop_event *ready)
{
	struct tcp_event ev;

	while (tcp_next(sh->tcp, ready, &ev))
		on_tcp_event(sh, &ev);
}

static void
on_drained(struct shell *sh)
{
	for (int i = 0; i < STREAMS_PER_TURN; i++) {
		uint32_t conn = tcp_drained(sh->tcp);
		if (conn == 0)
			return;
		engine_drained(sh->engine, sh->now, conn);
		drain(sh);
	}
}

static void
on_failures(struct shell *sh)
{
	struct tcp_event ev;

	while (tcp_failed(sh->tcp, &ev))
		on_tcp_event(sh, &ev);
}

static void
tell_name(struct shell *sh, uint32_t token, const char *name,
    const char *service, const char *error)
{
	struct looked_up answer = {
		.ended = true,
		.name = name,
		.service = service,
		.error = error,
	};

	engine_looked_up(sh->engine, sh->now, token, &answer);
	drain(sh);
}

static void
on_answers(struct shell *sh)
{
	struct resolve_answer a;

	while (sh->unnamed_count > 0)
		tell_name(sh, sh->unnamed[--sh->unnamed_count], NULL, NULL,
		    N_("too many names are being looked up; try again"));

	while (sh->unresolved_count > 0) {
		uint32_t token = sh->unresolved[--sh->unresolved_count];
		engine_resolved(sh->engine, sh->now, token, NULL, 0,
		    say(language(),
			"too many names are being looked up; try again"));
		drain(sh);
	}
	while (resolve_next(sh->resolve, sh->now.mono_ms, &a)) {
		if (a.back) {
			tell_name(sh, a.token, a.host, a.service, a.error);
			continue;
		}
		engine_resolved(
		    sh->engine, sh->now, a.token, a.addrs, a.count, a.error);
		drain(sh);
	}
}

static bool
reaches_others(const struct shell *sh)
{
	for (size_t i = 0; i < sh->iface_count; i++)
		if (sh->ifaces[i].use == IFACE_USED && !sh->ifaces[i].loopback)
			return true;
	return false;
}

static void
read_ifaces(struct shell *sh, bool force)
{
	struct iface list[IFACES_MAX];
	struct iface_choice choice = { .names = sh->settings.interfaces.items,
		.count = sh->settings.interfaces.count };
	size_t count = ifaces_list(&choice, list);

	sh->ifaces_due_ms = NEVER_MS;
	if (!force && ifaces_equal(list, count, sh->ifaces, sh->iface_count))
		return;
	memcpy(sh->ifaces, list, count * sizeof(*list));
	sh->iface_count = count;
	udp_interfaces(sh->udp, sh->ifaces, count);
	ports_interfaces(sh->ports, sh->ifaces, count);
	/* With the last cable out there is nobody to tell; a burst now would
	 * hold up the one when it is back. */
	engine_network(sh->engine, sh->now, sh->ifaces, count,
	    force || reaches_others(sh));
	drain(sh);
}

static void
notice_sleep(struct shell *sh)
{
	int64_t slept = clock_slept_ms();

	if (slept - sh->slept_ms > SLEEP_MS) {
		log_line("the machine slept for %lld s",
		    (long long)(slept - sh->slept_ms) / 1000);
		read_ifaces(sh, true);
	}
	sh->slept_ms = slept;
}

static void
watch_all(struct shell *sh)
{
	struct loop *l = sh->loop;

	loop_begin(l);
	loop_watch_lasting(l, sh->signal_fd, TAG_SIGNAL);
	udp_watch(sh->udp, l, TAG_UDP);
	resume_paused(sh);
	tcp_watch(sh->tcp, l, sh->now.mono_ms, TAG_TCP);
	ports_watch(sh->ports, l, sh->now.mono_ms, TAG_PORT_UDP, TAG_PORT_TCP);
	resolve_watch(sh->resolve, l, TAG_RESOLVE);
	files_watch(sh, l, TAG_FILES);
	shell_moves_watch(sh, l, TAG_MOVES);
	children_watch(sh->children, l, TAG_CHILD);
	if (sh->iface_fd >= 0)
		loop_watch_lasting(l, sh->iface_fd, TAG_IFACES);
	if (sh->clock_fd >= 0)
		loop_watch_lasting(l, sh->clock_fd, TAG_CLOCK);
	fronts_watch(&sh->fronts, sh, l);
}

static int64_t
timeout_ms(struct shell *sh)
{
	int64_t at = engine_deadline(sh->engine);

	at = earlier_ms(at, tcp_deadline(sh->tcp));
	at = earlier_ms(at, ports_deadline(sh->ports));
	at = earlier_ms(at, resolve_deadline(sh->resolve));
	at = earlier_ms(at, files_deadline(sh));
	at = earlier_ms(at, children_deadline(sh->children));
	at = earlier_ms(at, sh->ifaces_due_ms);
	at = earlier_ms(at, sh->commit_ms);
	at = earlier_ms(at, sh->settle_ms);
	at = earlier_ms(at, sh->maintain_ms);
	at = earlier_ms(at, sh->keys_ms);
	at = earlier_ms(at, fronts_deadline(&sh->fronts, sh));
	sh->due_ms = at;
	if (at == NEVER_MS)
		return -1;
	return at > sh->now.mono_ms ? at - sh->now.mono_ms : 0;
}

static void
dispatch(struct shell *sh, const struct loop_event *ev)
{
	switch (ev->tag) {
	case TAG_SIGNAL:
		on_signal(sh);
		break;
	case TAG_UDP:
		on_datagrams(sh, ev->fd);
		break;
	case TAG_TCP:
		on_tcp(sh, ev);
		break;
	case TAG_PORT_UDP:
		shell_ports_datagrams(sh, ev->fd);
		break;
	case TAG_PORT_TCP:
		shell_ports_streams(sh, ev->fd);
		break;
	case TAG_IFACES:
		if (ifaces_watch_read(sh->iface_fd) &&
		    sh->ifaces_due_ms == NEVER_MS)
			sh->ifaces_due_ms = sh->now.mono_ms + IFACES_SETTLE_MS;
		break;
	case TAG_RESOLVE:
	case TAG_FILES:
	case TAG_MOVES:
		break;
	case TAG_CHILD:
		children_ready(sh->children, ev);
		break;
	case TAG_CLOCK:
		clock_watch_read(sh->clock_fd);
		break;
	default:
		fronts_ready(&sh->fronts, sh, ev);
		break;
	}
}

/* What the database has to do by itself, while nobody waits. */
static void
maintain(struct shell *sh)
{
	if (sh->now.mono_ms >= sh->settle_ms) {
		sh->settle_ms = NEVER_MS;
		if (db_wants_settling(sh->db))
			db_settle(sh->db);
	}
	if (sh->now.mono_ms < sh->maintain_ms)
		return;
	apply_changes(sh);
	sh->maintain_ms = db_maintain(sh->db, sh->now);
}

/* What has become due without an fd telling so. */
static void
tick(struct shell *sh)
{
	if (sh->now.mono_ms >= sh->ifaces_due_ms)
		read_ifaces(sh, false);
	on_failures(sh);
	on_drained(sh);
	on_answers(sh);
	files_turn(sh);
	shell_moves_turn(sh);
	if (engine_deadline(sh->engine) <= sh->now.mono_ms) {
		engine_tick(sh->engine, sh->now);
		drain(sh);
	}
	maintain(sh);
	keyrings_tick(sh);
}

/* Not while there is anything else to do, or to come before that. */
static void
rest(struct shell *sh, unsigned event_count)
{
	int64_t end_ms = earlier_ms(sh->rest_ms, sh->due_ms);

	sh->rest_ms = 0;
	if (event_count == 1 && end_ms > sh->now.mono_ms)
		loop_rest(sh->loop, end_ms - sh->now.mono_ms);
}

static void
turn(struct shell *sh)
{
	struct loop_event ev;
	unsigned count = 0;

	sh->now = clock_read();
	notice_sleep(sh);
	tick(sh);
	fronts_turn(&sh->fronts, sh);
	commit(sh);
	if (sh->done && !tcp_is_busy(sh->tcp))
		return;
	watch_all(sh);
	if (loop_wait(sh->loop, timeout_ms(sh)) < 0)
		log_line("poll failed");
	sh->now = clock_read();
	while (loop_ready(sh->loop, &ev)) {
		dispatch(sh, &ev);
		count++;
	}
	/* The other end waits for a post; nobody does for a delivery. */
	if (engine_is_waiting(sh->engine))
		commit(sh);
	rest(sh, count);
}

void
shell_run(struct shell *sh, struct front *front)
{
	front_add(&sh->fronts, front);
	sh->asker = front;
	sh->now = clock_read();
	sh->hooks = hooks_new(sh);
	sh->run_front = run_front_new(sh);
	recorder_start(sh);
	control_start(sh);
	engine_start(sh->engine, sh->now);
	drain(sh);
	while (!sh->done || tcp_is_busy(sh->tcp))
		turn(sh);
	sh->commit_ms = earlier_ms(sh->commit_ms, sh->now.mono_ms);
	commit(sh);
	fronts_turn(&sh->fronts, sh);
	control_end(sh);
	run_front_free(sh, sh->run_front);
	hooks_free(sh, sh->hooks);
	sh->hooks = NULL;
}
