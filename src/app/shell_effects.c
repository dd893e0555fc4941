/* SPDX-License-Identifier: MIT */
#include "app/shell_effects.h"

#include "app/askings.h"
#include "app/files.h"
#include "app/shell_moves.h"
#include "app/shell_ports.h"
#include "app/shell_store.h"
#include "base/mem.h"
#include "net/neighbours.h"

enum {
	/* Told after the commit. */
	REPORTS_LATE = 4,
};

/* A number that no connection has any more would keep its place for ever. */
void
shell_forget_paused(struct shell *sh, uint32_t conn)
{
	for (size_t i = 0; i < sh->paused_count; i++) {
		if (sh->paused[i] == conn)
			sh->paused[i] = sh->paused[--sh->paused_count];
	}
}

void
shell_resume_paused(struct shell *sh)
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
	sh->reports = xgrow(sh->reports, sh->report_count, &sh->report_cap,
	    sizeof(*sh->reports));
	sh->reports[sh->report_count++] = *effect;
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

void
shell_pause_if_full(struct shell *sh, uint32_t conn)
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

/* False: it is something else. */
static bool
run_on_network(struct shell *sh, const struct effect *effect)
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
		shell_pause_if_full(sh, effect->conn);
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
		shell_forget_paused(sh, effect->conn);
		tcp_close(sh->tcp, effect->conn, sh->now.mono_ms);
		break;
	case EFFECT_RESOLVE:
		start_resolve(sh, effect);
		break;
	case EFFECT_LOOKUP:
		start_lookup(sh, effect);
		break;
	default:
		return false;
	}
	return true;
}

/* The same. */
static bool
run_on_files(struct shell *sh, const struct effect *effect)
{
	switch ((int)effect->kind) {
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
		shell_forget_paused(sh, effect->conn);
		shell_moves_run(sh, effect);
		break;
	default:
		return false;
	}
	return true;
}

static void
run_effect(struct shell *sh, const struct effect *effect)
{
	if (run_on_network(sh, effect) || run_on_files(sh, effect))
		return;
	switch ((int)effect->kind) {
	case EFFECT_STORE:
		shell_keep(sh, effect->change);
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
		shell_drain(sh);
	}
}

void
shell_run_effects(struct shell *sh)
{
	struct effect effect;

	while (engine_next(sh->engine, &effect))
		run_effect(sh, &effect);
}

/* What people are told comes last: describing a text takes longer than storing
 * and sending it, and the other end is waiting. */
void
shell_drain(struct shell *sh)
{
	shell_run_effects(sh);
	if (!may_tell_later(sh))
		shell_tell(sh);
	if (sh->asking_count > 0) {
		shell_store(sh);
		askings_answer(sh);
	}
	if (sh->listened_count > 0)
		shell_ports_tell(sh);
	if (sh->looking_count > 0)
		tell_macs(sh);
}
