/* SPDX-License-Identifier: MIT */
/*
 * Who is there. A peer is found by the bytes of user and host in its packets,
 * and by its handle, which is these in clean text; the handle is what it was
 * made with, whatever set of characters its name is later read in.
 *
 * Who invents names fills the table; those that never answered us go first,
 * and one address brings no more than IPMSG_PER_SOURCE_MAX.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <stdlib.h>
#include <string.h>

enum { HANDLE_CUT = 100 };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char *
folded_of(const char *s)
{
	char *copy = xstrdup(s);

	for (char *c = copy; *c != '\0'; c++)
		*c = lower(*c);
	return copy;
}

struct ipmsg_peer *
ipmsg_peer_find(const struct ipmsg *m, const char *handle)
{
	char *folded = folded_of(handle);
	uint32_t hash = ipmsg_hash(folded, strlen(folded));
	struct ipmsg_peer *found = NULL;

	for (size_t i = 0; found == NULL && i < m->peer_count; i++)
		if (m->peers[i]->hash == hash &&
		    strcmp(m->peers[i]->folded, folded) == 0)
			found = m->peers[i];
	free(folded);
	return found;
}

/* "user:host" in lower case: no field of a packet holds a colon. */
static size_t
raw_key(struct ipmsg_text user, struct ipmsg_text host,
    uint8_t out[static 2 * IPMSG_NAME_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < user.size && i < IPMSG_NAME_MAX; i++)
		out[n++] = (uint8_t)lower((char)user.bytes[i]);
	out[n++] = ':';
	for (size_t i = 0; i < host.size && i < IPMSG_NAME_MAX; i++)
		out[n++] = (uint8_t)lower((char)host.bytes[i]);
	return n;
}

struct ipmsg_peer *
ipmsg_peer_of(
    const struct ipmsg *m, struct ipmsg_text user, struct ipmsg_text host)
{
	uint8_t key[2 * IPMSG_NAME_MAX + 1];
	size_t n = raw_key(user, host, key);
	uint32_t hash = ipmsg_hash(key, n);

	for (size_t i = 0; i < m->peer_count; i++) {
		struct ipmsg_peer *p = m->peers[i];
		if (p->raw_hash == hash && p->raw_size == n &&
		    memcmp(p->raw, key, n) == 0)
			return p;
	}
	return NULL;
}

static void
peer_set_raw(
    struct ipmsg_peer *p, struct ipmsg_text user, struct ipmsg_text host)
{
	uint8_t key[2 * IPMSG_NAME_MAX + 1];

	p->raw_size = raw_key(user, host, key);
	p->raw_hash = ipmsg_hash(key, p->raw_size);
	free(p->raw);
	p->raw = xmemdup(key, p->raw_size);
}

/* Long ones keep apart by a hash of what was cut off, which cleaning may do,
 * too. */
static char *
handle_of(const char *user, const char *host)
{
	char *joined = xasprintf("%s@%s", user, host);
	size_t n = strlen(joined);
	char *handle =
	    peer_text(untrusted_of(joined, n), PEER_TEXT_STATUS, NULL);

	if (n > STATUS_CELLS_MAX) {
		char *folded = folded_of(joined);
		char *cut = xasprintf("%.*s~%08x",
		    (int)utf8_cut(handle, strlen(handle), HANDLE_CUT), handle,
		    ipmsg_hash(folded, n));
		free(folded);
		free(handle);
		handle = cut;
	}
	free(joined);
	return handle;
}

static bool
is_busy(const struct ipmsg_peer *p)
{
	return p->kept || p->first != NULL || p->references > 0;
}

/* The lower, the sooner it goes. */
static int
worth(const struct ipmsg_peer *p)
{
	return (p->proven ? 2 : 0) + (p->present ? 1 : 0);
}

static size_t
slot_to_evict(const struct ipmsg *m)
{
	size_t at = IPMSG_HOSTS_MAX;

	for (size_t i = 0; i < m->peer_count; i++) {
		const struct ipmsg_peer *p = m->peers[i];
		if (is_busy(p))
			continue;
		if (at == IPMSG_HOSTS_MAX || worth(p) < worth(m->peers[at]) ||
		    (worth(p) == worth(m->peers[at]) &&
			p->heard_ms < m->peers[at]->heard_ms))
			at = i;
	}
	return at;
}

static bool
evict(struct ipmsg *m)
{
	size_t at = slot_to_evict(m);

	if (at == IPMSG_HOSTS_MAX)
		return false;
	struct ipmsg_peer *p = m->peers[at];
	m->peers[at] = m->peers[--m->peer_count];
	if (p->present)
		m->present--;
	p->present = false;
	struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_EVICTED);
	if (q != NULL)
		q->owns_peer = true;
	else
		ipmsg_peer_free(p);
	return true;
}

static unsigned
brought_by(const struct ipmsg *m, const struct addr *source)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->peer_count; i++)
		n += addr_same_host(&m->peers[i]->source, source);
	return n;
}

static struct ipmsg_peer *
peer_new(struct ipmsg *m, struct now now, const char *handle)
{
	struct ipmsg_text plain;

	if (m->peer_count == IPMSG_HOSTS_MAX && !evict(m))
		return NULL;
	struct ipmsg_peer *p = xcalloc(1, sizeof(*p));
	p->serial = ++m->serials;
	p->handle = xstrdup(handle);
	p->folded = folded_of(handle);
	p->hash = ipmsg_hash(p->folded, strlen(p->folded));
	p->user = xstrndup(handle, strcspn(handle, "@"));
	p->nick = xstrdup("");
	p->group = xstrdup("");
	p->away_text = xstrdup("");
	p->software = xstrdup("");
	p->heard_ms = now.mono_ms;
	p->probe_ms = NEVER_MS;
	p->auto_ms = p->nudge_ms = INT64_MIN / 2;
	p->asked_ms[0] = p->asked_ms[1] = INT64_MIN / 2;
	p->entry_ms = INT64_MIN / 2;
	p->fingerprint =
	    ipmsg_user_fingerprint(ipmsg_text_of(p->user), &plain, p->name_fp);
	m->peers[m->peer_count++] = p;
	return p;
}

void
ipmsg_peer_free(struct ipmsg_peer *p)
{
	ipmsg_posts_clear(p);
	ipmsg_secret_free(p->secret);
	free(p->handle);
	free(p->folded);
	free(p->raw);
	free(p->user);
	free(p->nick);
	free(p->group);
	free(p->away_text);
	free(p->software);
	free(p->seen);
	free(p);
}

static void
peer_set_name(struct ipmsg_peer *p, struct ipmsg_text user, char *decoded)
{
	struct ipmsg_text plain;

	free(p->user);
	p->user = decoded;
	p->fingerprint = ipmsg_user_fingerprint(user, &plain, p->name_fp);
	if (p->fingerprint && plain.size < strlen(decoded))
		p->user[plain.size] = '\0';
}

struct ipmsg_peer *
ipmsg_peer_make(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	const struct ipmsg_packet *packet = &heard->packet;
	struct ipmsg_text user, host;

	if (heard->peer != NULL)
		return heard->peer;
	ipmsg_sender(packet, &user, &host);
	char *u = ipmsg_read_text(m, NULL, heard->client, user);
	char *h = ipmsg_read_text(m, NULL, heard->client, host);
	char *handle = handle_of(u, h);
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);
	if (p == NULL &&
	    brought_by(m, &heard->source->host) < IPMSG_PER_SOURCE_MAX)
		p = peer_new(m, now, handle);
	if (p == NULL) {
		m->counters.limited++;
		free(u);
	} else {
		peer_set_raw(p, packet->user, packet->host);
		peer_set_name(p, user, u);
		p->source = heard->source->host;
	}
	free(h);
	free(handle);
	return heard->peer = p;
}

static size_t
addr_slot(struct ipmsg_peer *p, const struct addr *from)
{
	size_t at = 0;

	while (at < p->addr_count && !addr_same_host(&p->addrs[at], from))
		at++;
	if (at < p->addr_count)
		return at;
	if (p->addr_count < IPMSG_HOST_ADDRS_MAX)
		return p->addr_count++;
	at = 1;
	for (size_t i = 2; i < p->addr_count; i++)
		if (p->addr_ms[i] < p->addr_ms[at])
			at = i;
	return at;
}

/* Somebody with two interfaces says everything twice; it stays where it was
 * heard first, until that falls silent. IPv4 is better known to these. */
bool
ipmsg_peer_at(struct ipmsg_peer *p, struct now now, const struct addr *from)
{
	bool is_first = p->addr_count == 0;
	size_t at = addr_slot(p, from);
	bool moved = at == 0 && !is_first && p->addrs[0].port != from->port;

	p->addrs[at] = *from;
	p->addr_ms[at] = now.mono_ms;
	if (at == 0)
		return moved || is_first;
	if (now.mono_ms - p->addr_ms[0] < ADDRESS_STAYS_MS &&
	    !(p->addrs[0].family == ADDR_IPV6 && from->family == ADDR_IPV4))
		return false;
	if (p->addrs[0].family == ADDR_IPV4 && from->family == ADDR_IPV6 &&
	    now.mono_ms - p->addr_ms[0] < SILENT_MS)
		return false;
	p->addrs[at] = p->addrs[0];
	p->addr_ms[at] = p->addr_ms[0];
	p->addrs[0] = *from;
	p->addr_ms[0] = now.mono_ms;
	return true;
}

void
ipmsg_peer_present(struct ipmsg *m, struct ipmsg_peer *p, bool present)
{
	if (p->present == present)
		return;
	p->present = present;
	if (present)
		m->present++;
	else
		m->present--;
}

static void
peer_set_software(struct ipmsg_peer *p, const struct ipmsg_heard *heard)
{
	struct ipmsg_text v = heard->packet.version;

	if (heard->client != IPMSG_CLIENT_OTHER)
		p->client = heard->client;
	if (ipmsg_text_is(v, p->software))
		return;
	free(p->software);
	p->software = charset_decode(CHARSET_AUTO, v.bytes, v.size, NULL, NULL);
}

static void
peer_alive(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	p->heard_ms = now.mono_ms;
	p->probes = 0;
	p->probe_ms = now.mono_ms + SILENT_MS +
		      rng_below(&m->cfg.rng, SILENT_JITTER_MS) +
		      (int64_t)m->present * PEERS_FEW;
}

void
ipmsg_peer_heard(
    struct ipmsg *m, struct now now, const struct ipmsg_heard *heard)
{
	struct ipmsg_peer *p = heard->peer;
	bool moved = ipmsg_peer_at(p, now, &heard->input->from);

	peer_set_software(p, heard);
	if (heard->packet.number > p->highest)
		p->highest = heard->packet.number;
	peer_alive(m, now, p);
	if (!p->present) {
		ipmsg_peer_present(m, p, true);
		ipmsg_tell(m, p, IPMSG_SEEN);
	} else if (moved) {
		ipmsg_tell(m, p, IPMSG_CHANGED);
	}
	ipmsg_notices_shown(m, now, p);
	ipmsg_post_shown(m, now, p);
}

void
ipmsg_peer_left(struct ipmsg *m, struct ipmsg_peer *p, bool said)
{
	p->probe_ms = NEVER_MS;
	/* Its next entry is another one, whatever its number. */
	p->entry_number = 0;
	if (!p->present)
		return;
	ipmsg_peer_present(m, p, false);
	struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_GONE);
	if (q != NULL)
		q->event.left = said;
}

/* Who may not be asked alone is asked with all others, and they with him:
 * seldom, but then as often as he would be. */
static void
ask_all(struct ipmsg *m, struct now now, const struct ipmsg_peer *p)
{
	int64_t since_ms = now.mono_ms - m->ask_all_ms;

	if (since_ms >= ASK_ALL_MS)
		m->ask_all_ms = now.mono_ms;
	else if (p->probes == 0 || since_ms > PROBES * PROBE_GAP_MS ||
		 now.mono_ms - m->asked_ms < PROBE_GAP_MS)
		return;
	ipmsg_entry_send(m, now, IPMSG_BR_ENTRY);
}

/* IP Messenger announces itself once, when it starts: who is silent is asked,
 * and only who does not answer has gone. */
void
ipmsg_peer_tick(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	if (now.mono_ms < p->probe_ms)
		return;
	if (p->probes >= PROBES) {
		ipmsg_peer_left(m, p, false);
		return;
	}
	p->probe_ms = now.mono_ms + PROBE_GAP_MS;
	size_t sent = 0;
	for (size_t i = 0; i < p->addr_count; i++)
		if (i == 0 || p->probes > 0)
			sent += ipmsg_entry_check(m, now, &p->addrs[i]);
	if (sent == 0)
		ask_all(m, now, p);
	p->probes++;
}

void
ipmsg_peer_doubt(struct ipmsg_peer *p, struct now now)
{
	if (p->present && p->probes == 0)
		p->probe_ms = now.mono_ms;
}

void
ipmsg_peer_describe(const struct ipmsg *m, const struct ipmsg_peer *p,
    struct ipmsg_who *ret_who)
{
	*ret_who = (struct ipmsg_who){
		.handle = p->handle,
		.nick = *p->nick != '\0' ? p->nick : p->user,
		.group = p->group,
		.away_text = p->away ? p->away_text : "",
		.client = p->client,
		.software = p->software,
		.present = p->present,
		.away = p->away,
		/* An iptux can, and does not say so. */
		.files = !p->listed || (p->abilities & IPMSG_FILEATTACH) ||
			 p->client == IPMSG_CLIENT_IPTUX,
		.obfuscates = ipmsg_secret_wanted(m, p),
		.fingerprint = p->fingerprint,
		.dial_up = (p->abilities & IPMSG_DIALUP) != 0,
		.charset = ipmsg_charset_out(m, p),
		.addrs = p->addrs,
		.addr_count = p->addr_count,
		.heard_ms = p->heard_ms,
	};
}

bool
ipmsg_get(const struct ipmsg *m, const char *handle, struct ipmsg_who *ret_who)
{
	const struct ipmsg_peer *p = ipmsg_peer_find(m, handle);

	if (p != NULL)
		ipmsg_peer_describe(m, p, ret_who);
	return p != NULL;
}

static bool
is_at(const struct ipmsg_peer *p, const struct addr *from)
{
	for (size_t i = 0; i < p->addr_count; i++)
		if (addr_same_host(&p->addrs[i], from))
			return true;
	return false;
}

bool
ipmsg_at(const struct ipmsg *m, const struct addr *from, struct ipmsg_text user,
    struct ipmsg_text host, struct ipmsg_who *ret_who)
{
	const struct ipmsg_peer *p = ipmsg_peer_of(m, user, host);

	if (p == NULL || !is_at(p, from))
		return false;
	ipmsg_peer_describe(m, p, ret_who);
	return true;
}

bool
ipmsg_each(const struct ipmsg *m, size_t *cursor, struct ipmsg_who *ret_who)
{
	if (*cursor >= m->peer_count)
		return false;
	ipmsg_peer_describe(m, m->peers[(*cursor)++], ret_who);
	return true;
}

void
ipmsg_keep(struct ipmsg *m, struct now now, const char *handle,
    const struct addr *address)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);

	if (p == NULL)
		p = peer_new(m, now, handle);
	if (p == NULL)
		return;
	p->kept = true;
	if (address != NULL && p->addr_count == 0)
		ipmsg_peer_at(p, now, address);
}

void
ipmsg_unkeep(struct ipmsg *m, const char *handle)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);

	if (p != NULL)
		p->kept = false;
}

int
ipmsg_host_charset(struct ipmsg *m, const char *handle, enum charset charset)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);

	if (p == NULL)
		return ERR_NOT_FOUND;
	p->forced = charset;
	return 0;
}

void
ipmsg_fetched(
    struct ipmsg *m, struct now now, const struct addr *from, uint64_t number)
{
	for (size_t i = 0; i < m->peer_count; i++)
		if (is_at(m->peers[i], from))
			ipmsg_post_acked(m, now, m->peers[i], number);
}
