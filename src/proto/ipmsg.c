/* SPDX-License-Identifier: MIT */
/*
 * The life of the machine: beginning, schedule of what we say of ourselves,
 * clock, end.
 *
 * Nothing here ever expects an answer to a refresh, so a quiet network costs
 * one datagram in a minute or two, however many are on it.
 */
#include "proto/ipmsg.h"

#include "base/err.h"
#include "base/mem.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <stdlib.h>
#include <string.h>

/* Client types go up to 0004 elsewhere; this one is not registered. */
static const char client_type[] = "00050001";

static char *
name_of(const char *text)
{
	char *name = xstrdup(*text != '\0' ? text : "earshot");

	for (char *c = name; *c != '\0'; c++)
		if (*c == ':' || (*c > 0 && *c < ' ') || *c == 0x7f)
			*c = ';';
	return name;
}

/* "00050001:0:1:0". */
static void
set_client_version(struct ipmsg *m)
{
	char *text = xasprintf("%s:%s", client_type, PACKAGE_VERSION);
	size_t n = strlen(text);

	if (n >= sizeof(m->client_version))
		n = sizeof(m->client_version) - 1;
	memcpy(m->client_version, text, n);
	for (size_t i = 0; i < n; i++)
		if (m->client_version[i] == '.')
			m->client_version[i] = ':';
	free(text);
}

struct ipmsg *
ipmsg_new(const struct ipmsg_cfg *cfg, struct now now)
{
	struct ipmsg *m = xcalloc(1, sizeof(*m));

	m->cfg = *cfg;
	if (m->cfg.port == 0)
		m->cfg.port = IPMSG_PORT;
	m->number = cfg->number;
	m->user = name_of(cfg->user);
	m->host = name_of(cfg->host);
	m->version = xstrdup(cfg->version);
	m->cfg.user = m->cfg.host = m->cfg.version = NULL;
	set_client_version(m);
	m->nick = xstrdup(m->user);
	m->group = xstrdup("");
	m->away_text = xstrdup("");
	m->entry_ms = m->refresh_ms = m->absence_ms = NEVER_MS;
	m->exit_ms = m->again_ms = m->hearsay_ms = NEVER_MS;
	m->burst_began_ms = m->asked_ms = INT64_MIN / 2;
	m->ask_all_ms = INT64_MIN / 2;
	m->list_asked_ms = m->told_ms = INT64_MIN / 2;
	bucket_init(&m->shouts, SHOUT_PER_1000S, SHOUT_BURST, now.mono_ms);
	bucket_init(&m->answers_total, ANSWERS_PER_S * 1000, ANSWERS_BURST,
	    now.mono_ms);
	return m;
}

void
ipmsg_free(struct ipmsg *m)
{
	if (m == NULL)
		return;
	ipmsg_queue_clear(m);
	for (size_t i = 0; i < m->peer_count; i++)
		ipmsg_peer_free(m->peers[i]);
	free(m->user);
	free(m->host);
	free(m->version);
	free(m->nick);
	free(m->group);
	free(m->away_text);
	free(m);
}

static bool
replace(char **at, const char *with)
{
	bool differs = strcmp(*at, with) != 0;

	if (differs) {
		free(*at);
		*at = xstrdup(with);
	}
	return differs;
}

void
ipmsg_profile(
    struct ipmsg *m, struct now now, const struct ipmsg_profile *profile)
{
	bool changed = m->away != profile->away;

	m->away = profile->away;
	changed |=
	    replace(&m->nick, *profile->nick != '\0' ? profile->nick : m->user);
	changed |= replace(&m->group, profile->group);
	changed |= replace(&m->away_text, profile->away_text);
	if (changed && m->started && m->absence_ms == NEVER_MS)
		m->absence_ms = now.mono_ms;
	ipmsg_tick(m, now);
}

static void
burst_begin(struct ipmsg *m, struct now now)
{
	m->burst = 0;
	m->burst_began_ms = m->entry_ms = now.mono_ms;
}

void
ipmsg_start(struct ipmsg *m, struct now now)
{
	if (m->started)
		return;
	m->started = true;
	burst_begin(m, now);
	ipmsg_tick(m, now);
}

void
ipmsg_stop(struct ipmsg *m, struct now now)
{
	if (m->leaving)
		return;
	m->leaving = true;
	m->left = !m->started;
	if (m->started)
		m->exit_ms = now.mono_ms;
	ipmsg_tick(m, now);
}

bool
ipmsg_has_left(const struct ipmsg *m)
{
	return m->left && m->outputs == NULL;
}

void
ipmsg_network(struct ipmsg *m, struct now now)
{
	int64_t soonest_ms = m->burst_began_ms + BURST_GAP_MS;

	if (!m->started || m->leaving)
		return;
	if (now.mono_ms >= soonest_ms) {
		burst_begin(m, now);
	} else {
		/* The burst that is running goes on, and another follows. */
		m->again_ms = soonest_ms;
	}
	ipmsg_tick(m, now);
}

void
ipmsg_set_answer(struct ipmsg *m, enum ipmsg_answer answer)
{
	m->cfg.answer = answer;
}

void
ipmsg_set_charset(struct ipmsg *m, enum charset charset)
{
	m->cfg.charset = charset;
}

static int64_t
refresh_after(const struct ipmsg *m)
{
	int64_t from = REFRESH_MIN_MS, to = REFRESH_FEW_MS;

	if (m->present >= PEERS_FEW) {
		from = REFRESH_FEW_MS;
		to = REFRESH_MAX_MS;
	}
	return from + rng_below(&m->cfg.rng, (uint32_t)(to - from));
}

static void
entry_tick(struct ipmsg *m, struct now now)
{
	static const int64_t burst_ms[] = { 0, ENTRY_AGAIN_MS, ENTRY_LAST_MS };
	enum { BURST = sizeof(burst_ms) / sizeof(burst_ms[0]) };

	if (now.mono_ms >= m->again_ms) {
		m->again_ms = NEVER_MS;
		burst_begin(m, now);
	}
	if (now.mono_ms < m->entry_ms)
		return;
	ipmsg_entry_send(m, now, IPMSG_BR_ENTRY);
	m->burst++;
	m->entry_ms = m->burst < BURST ? m->burst_began_ms + burst_ms[m->burst]
				       : NEVER_MS;
	m->refresh_ms = now.mono_ms + refresh_after(m);
	m->absence_ms = NEVER_MS;
}

static void
refresh_tick(struct ipmsg *m, struct now now)
{
	int64_t due_ms = earlier_ms(m->refresh_ms, m->absence_ms);

	if (now.mono_ms < due_ms)
		return;
	if (now.mono_ms < m->told_ms + ABSENCE_GAP_MS) {
		m->absence_ms = m->told_ms + ABSENCE_GAP_MS;
		return;
	}
	ipmsg_entry_send(m, now, IPMSG_BR_ABSENCE);
	m->told_ms = now.mono_ms;
	m->absence_ms = NEVER_MS;
	m->refresh_ms = now.mono_ms + refresh_after(m);
}

static void
exit_tick(struct ipmsg *m, struct now now)
{
	if (now.mono_ms < m->exit_ms)
		return;
	ipmsg_entry_send(m, now, IPMSG_BR_EXIT);
	m->exits++;
	m->exit_ms = m->exits < 2 ? now.mono_ms + EXIT_AGAIN_MS : NEVER_MS;
	m->left = m->exits >= 2;
}

void
ipmsg_tick(struct ipmsg *m, struct now now)
{
	if (m->leaving) {
		exit_tick(m, now);
		return;
	}
	if (!m->started)
		return;
	entry_tick(m, now);
	refresh_tick(m, now);
	ipmsg_answers_tick(m, now);
	ipmsg_notices_tick(m, now);
	ipmsg_lists_tick(m, now);
	for (size_t i = 0; i < m->peer_count; i++) {
		ipmsg_post_tick(m, now, m->peers[i]);
		ipmsg_peer_tick(m, now, m->peers[i]);
	}
}

int64_t
ipmsg_deadline(const struct ipmsg *m)
{
	if (m->leaving)
		return m->exit_ms;
	if (!m->started)
		return NEVER_MS;
	int64_t at_ms = earlier_ms(m->entry_ms, m->again_ms);
	at_ms = earlier_ms(at_ms, earlier_ms(m->refresh_ms, m->absence_ms));
	at_ms = earlier_ms(at_ms, ipmsg_answers_deadline(m));
	at_ms = earlier_ms(at_ms, ipmsg_notices_deadline(m));
	at_ms = earlier_ms(at_ms, ipmsg_lists_deadline(m));
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct ipmsg_peer *p = m->peers[i];
		at_ms = earlier_ms(at_ms, p->probe_ms);
		at_ms = earlier_ms(at_ms, ipmsg_post_deadline(p));
	}
	return at_ms;
}

int
ipmsg_release(
    struct ipmsg *m, struct now now, const char *handle, uint64_t number)
{
	const struct ipmsg_peer *p = ipmsg_peer_find(m, handle);
	char digits[IPMSG_NUMBER_TEXT_MAX];

	if (p == NULL || p->addr_count == 0)
		return ERR_NOT_FOUND;
	if (!m->started || m->leaving)
		return ERR_STATE;
	struct ipmsg_packet packet = ipmsg_head(m, now, IPMSG_RELEASEFILES, 0);
	packet.body = ipmsg_text_of(ipmsg_number_text(number, digits));
	ipmsg_send(m, &p->addrs[0], &packet);
	return 0;
}

void
ipmsg_probe(struct ipmsg *m, struct now now, const struct addr *to)
{
	if (!m->started || m->leaving)
		return;
	ipmsg_entry_probe(m, now, to);
}

uint32_t
ipmsg_number(struct ipmsg *m, struct now now)
{
	return ipmsg_number_next(m, now);
}

const char *
ipmsg_user(const struct ipmsg *m)
{
	return m->user;
}

const char *
ipmsg_hostname(const struct ipmsg *m)
{
	return m->host;
}

const struct ipmsg_counters *
ipmsg_counters(const struct ipmsg *m)
{
	return &m->counters;
}
