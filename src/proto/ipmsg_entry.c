/* SPDX-License-Identifier: MIT */
/*
 * Entries: what we say of ourselves, and what others say.
 *
 * The fields of an entry are in the set of its reader, and nobody knows who
 * reads a broadcast; so they are in ours, and the keys behind them in UTF-8,
 * for those who look there. An answer goes to one reader and needs no keys.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <stdlib.h>
#include <string.h>

enum {
	TAIL_MAX = 1024,
	NICK_LEAST = 4, /* bytes, when there is little room */
	/* iptux counts from 1 at each start; others go by the clock. */
	NUMBERS_BACK = 4096,
};

static uint32_t
abilities(const struct ipmsg *m)
{
	uint32_t options = IPMSG_CAPUTF8 | IPMSG_ENCEXTMSG | IPMSG_FILEATTACH;

	if (ipmsg_secret_able(m))
		options |= IPMSG_ENCRYPT;
	if (m->away)
		options |= IPMSG_ABSENCE;
	return options;
}

/* "nick[away text]", as the others have it. */
static char *
shown_nick(const struct ipmsg *m)
{
	if (!m->away || *m->away_text == '\0')
		return xstrdup(m->nick);
	return xasprintf("%s[%s]", m->nick, m->away_text);
}

struct entry_parts {
	char *nick_text;
	uint8_t *nick, *group;
	size_t nick_size, group_size;
	uint8_t tail[TAIL_MAX];
	size_t tail_size;
};

static void
parts_make(const struct ipmsg *m, enum charset cs, struct entry_parts *parts)
{
	parts->nick_text = shown_nick(m);
	parts->nick = ipmsg_write_text(cs, parts->nick_text, &parts->nick_size);
	parts->group = ipmsg_write_text(cs, m->group, &parts->group_size);
	parts->tail_size = 0;
}

static void
parts_clear(struct entry_parts *parts)
{
	free(parts->nick_text);
	free(parts->nick);
	free(parts->group);
}

static void
packet_fill(struct ipmsg_packet *packet, const struct entry_parts *parts)
{
	packet->body =
	    (struct ipmsg_text){ parts->nick, parts->nick_size, false };
	packet->ext =
	    (struct ipmsg_text){ parts->group, parts->group_size, false };
	packet->rest =
	    (struct ipmsg_text){ parts->tail, parts->tail_size, true };
}

static struct ipmsg_packet
entry_make(
    struct ipmsg *m, struct now now, uint8_t command, struct entry_parts *parts)
{
	struct ipmsg_packet packet = ipmsg_head(m, now, command, abilities(m));

	parts_make(m, ipmsg_charset_out(m, NULL), parts);
	struct ipmsg_tail tail = {
		.user = m->user,
		.host = m->host,
		.nick = parts->nick_text,
		.group = m->group,
		.client_version = m->client_version,
	};
	ipmsg_tail_encode(&tail, parts->tail, TAIL_MAX, &parts->tail_size);
	packet_fill(&packet, parts);
	return packet;
}

void
ipmsg_entry_send(struct ipmsg *m, struct now now, uint8_t command)
{
	struct entry_parts parts;
	struct ipmsg_packet packet = entry_make(m, now, command, &parts);

	ipmsg_send_all(m, &packet);
	if (command == IPMSG_BR_ENTRY)
		m->asked_ms = now.mono_ms;
	parts_clear(&parts);
}

size_t
ipmsg_entry_to(
    struct ipmsg *m, struct now now, const struct addr *to, uint8_t command)
{
	struct entry_parts parts;
	struct ipmsg_packet packet = entry_make(m, now, command, &parts);
	size_t size = ipmsg_send(m, to, &packet);

	parts_clear(&parts);
	return size;
}

/* Leaves out what is least missed until it fits. */
static size_t
entry_shorten(struct ipmsg_packet *packet, size_t most)
{
	size_t size = ipmsg_packet_size(packet);

	if (size > most) {
		packet->rest.size = 0;
		size = ipmsg_packet_size(packet);
	}
	if (size > most) {
		packet->ext.size = 0;
		size = ipmsg_packet_size(packet);
	}
	if (size > most && packet->body.size > NICK_LEAST) {
		size_t over = size - most, left = NICK_LEAST;
		if (over < packet->body.size - NICK_LEAST)
			left = packet->body.size - over;
		packet->body.size = utf8_cut(
		    (const char *)packet->body.bytes, packet->body.size, left);
		size = ipmsg_packet_size(packet);
	}
	return size;
}

size_t
ipmsg_entry_answer(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most)
{
	enum charset cs = answer->utf8 ? CHARSET_UTF8 : answer->charset;
	uint32_t options = abilities(m) | (answer->utf8 ? IPMSG_UTF8 : 0);
	struct ipmsg_packet packet = {
		.user = ipmsg_text_of(m->user),
		.host = ipmsg_text_of(m->host),
		.number = m->number + 1,
		.command = IPMSG_ANSENTRY,
		.options = options,
	};
	struct entry_parts parts;
	struct ipmsg_tail tail = { .client_version = m->client_version };

	parts_make(m, cs, &parts);
	ipmsg_tail_encode(&tail, parts.tail, TAIL_MAX, &parts.tail_size);
	packet_fill(&packet, &parts);
	size_t size = entry_shorten(&packet, most);
	if (size <= most) {
		packet.number = ipmsg_number_next(m, now);
		size = ipmsg_send(m, &answer->to, &packet);
	} else {
		size = 0;
	}
	parts_clear(&parts);
	return size;
}

static void
remember_probe(struct ipmsg *m, struct now now, const struct addr *to)
{
	unsigned at = m->probed_at++ % PROBED_MAX;

	m->probed[at] = *to;
	m->probed_ms[at] = now.mono_ms;
}

size_t
ipmsg_entry_probe(struct ipmsg *m, struct now now, const struct addr *to)
{
	remember_probe(m, now, to);
	return ipmsg_entry_to(m, now, to, IPMSG_BR_ENTRY);
}

size_t
ipmsg_entry_check(struct ipmsg *m, struct now now, const struct addr *to)
{
	struct ipmsg_source *s = ipmsg_source_get(m, now, to);
	size_t most = ipmsg_source_room(s), size = 0;
	struct entry_parts parts;
	struct ipmsg_packet packet = entry_make(m, now, IPMSG_BR_ENTRY, &parts);

	if (entry_shorten(&packet, most) <= most) {
		remember_probe(m, now, to);
		size = ipmsg_send(m, to, &packet);
		ipmsg_source_spend(s, size);
	}
	parts_clear(&parts);
	return size;
}

static bool
replace(char **at, char *with)
{
	bool differs = strcmp(*at, with) != 0;

	free(*at);
	*at = with;
	return differs;
}

static void
guess_from(struct ipmsg *m, struct ipmsg_peer *p, struct ipmsg_text t)
{
	for (size_t i = 0; i < t.size; i++)
		if (t.bytes[i] >= 0x80) {
			p->guessed = ipmsg_charset_in(m, NULL, p->client, t);
			return;
		}
}

static bool
peer_take_texts(
    struct ipmsg *m, struct ipmsg_peer *p, const struct ipmsg_entry *entry)
{
	bool changed = false;
	char *nick = ipmsg_read_text(m, p, p->client, entry->nick);
	char *group = ipmsg_read_text(m, p, p->client, entry->group);
	char *away = ipmsg_read_text(m, p, p->client, entry->away_text);

	changed |= replace(&p->nick, nick);
	changed |= replace(&p->group, group);
	changed |= replace(&p->away_text, away);
	return changed;
}

static bool
is_restart(const struct ipmsg_peer *p, const struct ipmsg_heard *heard)
{
	uint64_t number = heard->packet.number;

	if (p->client == IPMSG_CLIENT_IPTUX &&
	    heard->packet.command == IPMSG_BR_ENTRY)
		return number < p->highest;
	return number < p->highest && p->highest - number > NUMBERS_BACK;
}

/* Whether something changed that is shown. */
static bool
peer_take_entry(
    struct ipmsg *m, struct ipmsg_heard *heard, const struct ipmsg_entry *entry)
{
	static const struct ipmsg_text version_of_ours = {
		(const uint8_t *)"00050001", 8, true
	};
	struct ipmsg_peer *p = heard->peer;
	uint32_t options = heard->packet.options;
	bool changed = ((p->abilities ^ options) & ~IPMSG_UTF8) != 0 ||
		       p->away != entry->away;

	p->listed = true;
	p->abilities = options;
	p->away = entry->away;
	/* An answer may be too short to tell. */
	if (heard->packet.command == IPMSG_BR_ENTRY ||
	    entry->client != IPMSG_CLIENT_OTHER)
		p->client = entry->client;
	if (entry->client_version.size >= version_of_ours.size)
		p->earshot =
		    memcmp(entry->client_version.bytes, version_of_ours.bytes,
			version_of_ours.size) == 0;
	/* The fields of the head, as the keys are always UTF-8. */
	guess_from(m, p, heard->packet.body);
	guess_from(m, p, heard->packet.ext);
	return peer_take_texts(m, p, entry) || changed;
}

/* Who names itself after a key can encrypt, or is somebody else. */
static bool
breaks_promise(const struct ipmsg_heard *heard, const struct ipmsg_entry *entry)
{
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];
	struct ipmsg_text plain;

	return ipmsg_user_fingerprint(entry->user, &plain, fp) &&
	       !(heard->packet.options & IPMSG_ENCRYPT);
}

static bool
was_probed(const struct ipmsg *m, struct now now, const struct addr *from)
{
	for (unsigned i = 0; i < PROBED_MAX; i++)
		if (addr_same_host(&m->probed[i], from) &&
		    now.mono_ms - m->probed_ms[i] < PROOF_MS)
			return true;
	return false;
}

static bool
is_answer_to_us(
    const struct ipmsg *m, struct now now, const struct ipmsg_heard *heard)
{
	if (heard->packet.command != IPMSG_ANSENTRY)
		return false;
	return was_probed(m, now, &heard->input->from) ||
	       now.mono_ms - m->asked_ms < PROOF_MS;
}

static int64_t
spread_ms(const struct ipmsg *m)
{
	size_t spread = m->present * ANSWER_SPREAD_MS;

	if (m->present < PEERS_FEW)
		return 0;
	if (spread > ANSWER_SPREAD_MAX_MS)
		spread = ANSWER_SPREAD_MAX_MS;
	return rng_below(&m->cfg.rng, (uint32_t)spread);
}

/* An entry goes to several broadcast addresses, and is one. But an iptux that
 * is started again begins at the same number, and knows nobody. */
static void
answer_entry(struct ipmsg *m, struct now now, const struct ipmsg_heard *heard,
    bool begins)
{
	struct ipmsg_peer *p = heard->peer;

	ipmsg_secret_hope(p);
	if (!begins && p->entry_number == heard->packet.number &&
	    now.mono_ms - p->entry_ms < ENTRY_TWICE_MS)
		return;
	p->entry_number = heard->packet.number;
	p->entry_ms = now.mono_ms;
	ipmsg_answer_later(m, now, heard, ANSWER_ENTRY, spread_ms(m));
}

void
ipmsg_entry_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	struct ipmsg_entry entry;

	ipmsg_entry_decode(&heard->packet, &entry);
	if (breaks_promise(heard, &entry)) {
		m->counters.refused++;
		return;
	}
	bool proves = is_answer_to_us(m, now, heard);
	heard->client = entry.client;
	if (ipmsg_peer_make(m, now, heard) == NULL)
		return;
	struct ipmsg_peer *p = heard->peer;
	bool was_present = p->present, begins = is_restart(p, heard);
	if (begins) {
		ipmsg_seen_forget(p);
		p->highest = 0;
	}
	bool changed = peer_take_entry(m, heard, &entry);
	p->proven |= proves;
	heard->source->proven |= proves;
	if (heard->packet.command == IPMSG_BR_ENTRY)
		answer_entry(m, now, heard, begins || !was_present);
	ipmsg_peer_heard(m, now, heard);
	if (was_present && changed)
		ipmsg_tell(m, p, IPMSG_CHANGED);
}

/* Only from where it was heard; that is little, but more than nothing. */
void
ipmsg_exit_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	struct ipmsg_peer *p = heard->peer;

	(void)now;
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->addr_count; i++)
		if (addr_same_host(&p->addrs[i], &heard->input->from)) {
			ipmsg_peer_left(m, p, true);
			return;
		}
	m->counters.refused++;
}
