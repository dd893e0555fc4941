/* SPDX-License-Identifier: MIT */
/*
 * The sum of the machines: hands each input to the one it concerns, then lets
 * all of them do what has become due.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/earshot_transfer.h"
#include "core/ipmsg_line.h"
#include "core/paths.h"
#include "core/plain.h"
#include "core/probes.h"
#include "core/runs.h"
#include "core/trace.h"
#include "core/transfers.h"

#include <stdlib.h>
#include <string.h>

static struct model *
first_model(const struct engine_cfg *cfg, struct now now)
{
	char *name = own_text(cfg->name, PEER_TEXT_NAME, NULL);
	struct model *m = model_new(&cfg->identity->fp, name);

	free(name);
	if (cfg->settings != NULL)
		settings_copy(&m->settings, cfg->settings);
	if (cfg->status != NULL)
		model_clean_status(m, cfg->status);
	m->hostname = cfg->hostname == NULL
			  ? NULL
			  : own_text(cfg->hostname, PEER_TEXT_NAME, NULL);
	m->tcp_port = cfg->tcp_port;
	m->udp_port = cfg->udp_port;
	m->discovery_port = cfg->discovery_port;
	m->started_ms = now.mono_ms;
	m->lang = settings_lang(&m->settings, cfg->lang);
	m->settings.lang = m->lang;
	return m;
}

struct engine *
engine_new(const struct engine_cfg *cfg, struct now now)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->identity = cfg->identity;
	e->rng = cfg->rng;
	e->epoch = cfg->epoch;
	e->quiet = cfg->quiet;
	e->lang = cfg->lang;
	e->login = own_text(
	    cfg->login == NULL ? cfg->name : cfg->login, PEER_TEXT_NAME, NULL);
	e->hostname =
	    own_text(cfg->hostname == NULL ? "earshot" : cfg->hostname,
		PEER_TEXT_NAME, NULL);
	bucket_init(&e->legacy_shouts, LEGACY_SHOUT_BYTES_PER_S * 1000,
	    LEGACY_SHOUT_BYTES_MAX, now.mono_ms);
	e->typing_ms = e->expire_ms = e->round_ms = NEVER_MS;
	bucket_init(&e->pings, PINGS_PER_S * 1000, PINGS_PER_S, now.mono_ms);
	e->next_row = 1;
	e->started_wall_ms = now.wall_ms - now.mono_ms;
	rng_fill(&e->rng, e->instance, sizeof(e->instance));
	buf_init(&e->effect_bytes, EFFECT_BYTES_MAX);
	e->model = first_model(cfg, now);
	struct discover_cfg discover = {
		.identity = cfg->identity,
		.rng = cfg->rng,
		.epoch = cfg->epoch,
		.tcp_port = cfg->tcp_port,
		.udp_port = cfg->udp_port,
		.quiet = cfg->quiet,
	};
	memcpy(discover.instance, e->instance, INSTANCE_SIZE);
	e->discover = discover_new(&discover, now);
	e->gate = gate_new(&e->rng, now);
	discover_profile(
	    e->discover, now, e->model->name, e->model->status, false);
	notes_open(e);
	runs_init(e, now);
	plain_init(e, now);
	if (cfg->traced)
		trace_start(e, now);
	if (cfg->saved == NULL)
		return e;
	contacts_load(e, cfg->saved->pins, cfg->saved->pin_count);
	history_load(e, cfg->saved);
	outbox_restore(e, now, cfg->saved);
	transfers_load(e, now, cfg->saved);
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	commit_free(e);
	sendings_free(e);
	conns_free(e);
	connects_free(e);
	lookups_free(e);
	runs_free(e);
	plain_free(e);
	contacts_free(e);
	discover_free(e->discover);
	gate_free(e->gate);
	ipmsg_line_free(e);
	free(e->login);
	free(e->hostname);
	model_free(e->model);
	effects_free(e);
	trace_free(e);
	free(e);
}

static void
expire_typing(struct engine *e, struct now now)
{
	struct model *m = e->model;

	if (now.mono_ms < e->typing_ms)
		return;
	e->typing_ms = NEVER_MS;
	for (size_t i = 0; i < m->peer_count; i++) {
		struct peer *p = m->peers[i];
		if (p->typing_until_ms == 0)
			continue;
		if (p->typing_until_ms > now.mono_ms) {
			e->typing_ms =
			    earlier_ms(e->typing_ms, p->typing_until_ms);
			continue;
		}
		peer_set_typing(e, p, 0);
	}
}

/* What the model shows of discovery, copied when somebody may look. */
static void
refresh_counters(const struct engine *e)
{
	e->model->discovery = *discover_counters(e->discover);
	e->model->next_announce_ms = discover_next_broadcast_ms(e->discover);
	e->model->next_shout_ms = discover_shout_ms(e->discover);
}

void
engine_tick_rest(struct engine *e, struct now now)
{
	/* A session that ends may be what makes a peer expire. */
	conns_tick(e, now);
	sightings_tick(e, now);
	dialling_tick(e, now);
	hosts_tick(e, now);
	plain_tick(e, now);
	expire_typing(e, now);
	ipmsg_line_tick(e, now);
	outbox_tick(e, now);
	transfers_tick(e, now);
	runs_tick(e, now);
	paths_tick(e, now);
	probes_tick(e, now);
	commit_tick(e, now);
}

void
engine_start(struct engine *e, struct now now)
{
	effects_begin(e, now);
	discover_start(e->discover, now);
	outbox_start(e, now);
	transfers_start(e, now);
	ipmsg_line_follow(e, now, 0);
	plain_adjust(e, now);
	hosts_follow(e, now);
	e->started = true;
	engine_tick_rest(e, now);
}

void
engine_tick(struct engine *e, struct now now)
{
	effects_begin(e, now);
	engine_tick_rest(e, now);
}

void
engine_ipmsg_keys(struct engine *e, const struct ipmsg_keys *keys)
{
	e->ipmsg_keys = keys;
}

int64_t
engine_deadline(const struct engine *e)
{
	int64_t at = discover_deadline(e->discover);

	at = earlier_ms(at, conns_deadline(e));
	at = earlier_ms(at, dialling_deadline(e));
	at = earlier_ms(at, hosts_deadline(e));
	at = earlier_ms(at, plain_deadline(e));
	at = earlier_ms(at, e->expire_ms);
	at = earlier_ms(at, ipmsg_line_deadline(e));
	at = earlier_ms(at, transfers_deadline(e));
	at = earlier_ms(at, runs_deadline(e));
	at = earlier_ms(at, paths_deadline(e));
	at = earlier_ms(at, e->round_ms);
	at = earlier_ms(at, commit_deadline(e));
	return earlier_ms(at, e->typing_ms);
}

void
engine_network(struct engine *e, struct now now, const struct iface *ifaces,
    size_t count, bool changed)
{
	effects_begin(e, now);
	trace_network(e, false, ifaces, count, changed);
	struct model *m = e->model;
	m->iface_count = count < IFACES_MAX ? count : IFACES_MAX;
	if (m->iface_count > 0)
		memcpy(m->ifaces, ifaces, m->iface_count * sizeof(*ifaces));
	model_touch(m);
	if (!changed)
		return;
	discover_network_changed(e->discover, now);
	conns_probe(e, now);
	dialling_network(e, now);
	hosts_network(e, now);
	earshot_transfer_network(e, now);
	ipmsg_line_network(e, now);
	engine_tick_rest(e, now);
}

const struct model *
engine_model(const struct engine *e)
{
	refresh_counters(e);
	return e->model;
}
