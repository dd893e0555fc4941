/* SPDX-License-Identifier: MIT */
#include "app/shell.h"

#include "app/child.h"
#include "app/clock.h"
#include "app/control.h"
#include "app/exports.h"
#include "app/files.h"
#include "app/hooks.h"
#include "app/keyrings.h"
#include "app/language.h"
#include "app/log.h"
#include "app/record.h"
#include "app/run_front.h"
#include "app/shell_effects.h"
#include "app/shell_moves.h"
#include "app/shell_ports.h"
#include "app/shell_store.h"
#include "net/signals.h"

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
	/* Changes of interfaces come in groups. */
	IFACES_SETTLE_MS = 250,
	SLEEP_MS = 5000,
};

const struct model *
shell_model(const struct shell *sh)
{
	return engine_model(sh->engine);
}

void
shell_command(struct shell *sh, struct command *cmd)
{
	/* What came before it: it may forget that. */
	shell_tell(sh);
	shell_moves_name(cmd);
	shell_moves_check(cmd);
	engine_command(sh->engine, sh->now, cmd);
	shell_drain(sh);
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

/* Who says so a second time does not want to wait. */
static void
leave(struct shell *sh)
{
	if (shell_model(sh)->leaving)
		exports_stop(sh);
	shell_quit(sh, false);
}

static void
on_signal(struct shell *sh)
{
	int number;

	while ((number = signals_next(sh->signal_fd)) != 0) {
		if (number == SIGTERM || number == SIGHUP || number == SIGINT)
			leave(sh);
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
		shell_drain(sh);
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
	shell_drain(sh);
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
		shell_forget_paused(sh, ev->conn);
		engine_closed(sh->engine, sh->now, ev->conn, ev->sys_errno);
		break;
	}
	shell_drain(sh);
	if (ev->kind == TCP_BYTES)
		shell_pause_if_full(sh, ev->conn);
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
		shell_drain(sh);
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
	shell_drain(sh);
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
		shell_drain(sh);
	}
	while (resolve_next(sh->resolve, sh->now.mono_ms, &a)) {
		if (a.back) {
			tell_name(sh, a.token, a.host, a.service, a.error);
			continue;
		}
		engine_resolved(
		    sh->engine, sh->now, a.token, a.addrs, a.count, a.error);
		shell_drain(sh);
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
	shell_drain(sh);
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
	shell_resume_paused(sh);
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
		shell_drain(sh);
	}
	shell_maintain(sh);
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

static bool
is_over(const struct shell *sh)
{
	return sh->done && !tcp_is_busy(sh->tcp) && !exports_are_busy(sh);
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
	shell_commit(sh);
	if (is_over(sh))
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
		shell_commit(sh);
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
	shell_drain(sh);
	while (!is_over(sh))
		turn(sh);
	sh->commit_ms = earlier_ms(sh->commit_ms, sh->now.mono_ms);
	shell_commit(sh);
	fronts_turn(&sh->fronts, sh);
	control_end(sh);
	run_front_free(sh, sh->run_front);
	hooks_free(sh, sh->hooks);
	sh->hooks = NULL;
}
