/* SPDX-License-Identifier: MIT */
#include "core/model.h"

#include "base/err.h"
#include "core/model_edit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const trust_texts[] = {
	[TRUST_UNKNOWN] = N_("unknown"),
	[TRUST_PINNED] = N_("pinned"),
	[TRUST_VERIFIED] = N_("verified"),
	[TRUST_CHANGED] = N_("changed"),
	[TRUST_BLOCKED] = N_("blocked"),
};

static const char *const delivery_texts[] = {
	[DELIVERY_NONE] = N_("received"),
	[DELIVERY_QUEUED] = N_("queued"),
	[DELIVERY_SENT] = N_("sent"),
	[DELIVERY_DELIVERED] = N_("delivered"),
	[DELIVERY_READ] = N_("read"),
	[DELIVERY_FAILED] = N_("failed"),
};

const char *
dialect_text(enum dialect d)
{
	static const char *const words[] = { "earshot", "ipmsg", "plain" };

	return words[d];
}

const char *
transport_text(enum transport t)
{
	return t == CARRIER_UDP ? "udp" : "tcp";
}

const char *
trust_text(enum trust t)
{
	return trust_texts[t];
}

bool
trust_is_pinned(enum trust t)
{
	return t == TRUST_PINNED || t == TRUST_VERIFIED;
}

const char *
delivery_text(enum delivery d)
{
	return delivery_texts[d];
}

bool
model_peer_slot(const struct model *m, const struct fp *fp, size_t *ret_slot)
{
	if (m->peer_index_cap == 0)
		return false;
	uint64_t h;
	memcpy(&h, fp->b, sizeof(h));
	size_t mask = m->peer_index_cap - 1;
	size_t i = (size_t)(h * 0x9e3779b97f4a7c15ULL >> 20) & mask;
	while (m->peer_index[i] != NULL && !fp_equal(&m->peer_index[i]->fp, fp))
		i = (i + 1) & mask;
	*ret_slot = i;
	return m->peer_index[i] != NULL;
}

const struct peer *
model_peer(const struct model *m, const struct fp *fp)
{
	size_t slot;

	return model_peer_slot(m, fp, &slot) ? m->peer_index[slot] : NULL;
}

/* Ids are given out in order from CONV_NEARBY and conversations never leave,
 * so the id is the place. */
const struct conv *
model_conv(const struct model *m, uint32_t id)
{
	if (id < CONV_NEARBY || id - CONV_NEARBY >= m->conv_count)
		return NULL;
	return m->convs[id - CONV_NEARBY];
}

const struct conv *
model_conv_of(const struct model *m, const struct fp *fp)
{
	const struct peer *p = model_peer(m, fp);

	return p == NULL ? NULL : model_conv(m, p->conv);
}

bool
conv_is_muted(const struct model *m, const struct conv *c, struct now now)
{
	const struct peer *p = model_peer(m, &c->fp);

	return (p == NULL ? m->muted_ms : p->muted_ms) > now.wall_ms;
}

/* In any case of ASCII letters. */
static bool
has_text(const char *text, const char *pattern)
{
	size_t n = strlen(pattern);

	while (*text != '\0' && strncasecmp(text, pattern, n) != 0)
		text++;
	return *text != '\0';
}

bool
message_is_ignored(const struct model *m, const struct message *msg)
{
	const struct setting_list *list = &m->settings.talk_ignore;

	if (msg->kind != MESSAGE_SHOUT || msg->mine)
		return false;
	const struct peer *p = model_peer(m, &msg->from);
	for (size_t i = 0; i < list->count; i++)
		if (has_text(msg->text, list->items[i]) ||
		    (p != NULL && has_text(p->name, list->items[i])))
			return true;
	return false;
}

const struct message *
conv_message(const struct conv *c, uint64_t serial)
{
	assert(serial >= c->first_serial && serial < c->next_serial);
	return &c->ring[serial % c->ring_cap];
}

/* "name·tag" or "name.tag": the tag is at least TAG_SHORT characters of the
 * fingerprint behind the last separator. */
static bool
label_fits(const struct peer *p, const char *text)
{
	char fp[FP_TEXT_SIZE];
	size_t name_size = strlen(p->name);

	if (strncasecmp(text, p->name, name_size) != 0)
		return false;
	const char *tag = text + name_size;
	if (strncmp(tag, "\xc2\xb7", 2) == 0)
		tag += 2;
	else if (*tag == '.')
		tag++;
	else
		return false;
	if (peer_is_legacy(p))
		return strlen(tag) >= TAG_SHORT &&
		       strncasecmp(p->handle, tag, strlen(tag)) == 0;
	fp_text(&p->fp, fp);
	return strlen(tag) >= TAG_SHORT &&
	       strncasecmp(fp, tag, strlen(tag)) == 0;
}

static bool
fingerprint_fits(const struct peer *p, const char *text)
{
	struct fp fp;

	return !peer_is_legacy(p) && fp_parse(text, &fp) == 0 &&
	       fp_equal(&fp, &p->fp);
}

static bool
handle_fits(const struct peer *p, const char *text)
{
	return peer_is_legacy(p) && strcasecmp(p->handle, text) == 0;
}

static bool
name_fits(const struct peer *p, const char *text)
{
	return strcasecmp(p->name, text) == 0;
}

static bool
prefix_fits(const struct peer *p, const char *text)
{
	return !p->is_self && strncasecmp(p->name, text, strlen(text)) == 0;
}

/* The notes give way to everybody whose name begins like theirs. */
static bool
notes_fit(const struct peer *p, const char *text)
{
	return p->is_self && strncasecmp(p->name, text, strlen(text)) == 0;
}

/* Whose key is pinned goes before a stranger of the same name: who was talked
 * to is who is meant. And the notes before both. */
static int
rank(const struct peer *p)
{
	return p->is_self ? 2 : trust_is_pinned(p->trust) ? 1 : 0;
}

/* Among whom somebody is looked for. */
enum among { AMONG_ALL, AMONG_KNOWN, AMONG_LEGACY };

static bool
is_among(const struct peer *p, enum among among)
{
	return among == AMONG_ALL || (among == AMONG_KNOWN && rank(p) > 0) ||
	       (among == AMONG_LEGACY && peer_is_legacy(p));
}

static int
pick(const struct model *m, const char *text, enum among among,
    bool (*fits)(const struct peer *, const char *),
    const struct peer **ret_peer)
{
	const struct peer *best = NULL;
	bool tie = false;

	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		if (!is_among(p, among) || !fits(p, text))
			continue;
		if (best == NULL || rank(p) > rank(best)) {
			best = p;
			tie = false;
		} else if (rank(p) == rank(best)) {
			tie = true;
		}
	}
	if (best == NULL)
		return ERR_NOT_FOUND;
	if (tie)
		return ERR_AMBIGUOUS;
	*ret_peer = best;
	return 0;
}

/* One way to name somebody. A stranger chooses its handle, so whoever is known
 * under that name goes before. */
struct rule {
	bool (*fits)(const struct peer *, const char *);
	enum among among;
};

static int
find(const struct model *m, const char *text, bool legacy,
    const struct peer **ret_peer)
{
	static const struct rule rules[] = {
		{ fingerprint_fits, AMONG_ALL },
		{ label_fits, AMONG_KNOWN },
		{ name_fits, AMONG_KNOWN },
		{ handle_fits, AMONG_ALL },
		{ label_fits, AMONG_ALL },
		{ name_fits, AMONG_ALL },
		{ prefix_fits, AMONG_ALL },
		{ notes_fit, AMONG_ALL },
	};

	if (*text == '\0')
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		enum among among = rules[i].among;
		/* None of these is known by a key. */
		if (legacy && among == AMONG_KNOWN)
			continue;
		int err = pick(m, text, legacy ? AMONG_LEGACY : among,
		    rules[i].fits, ret_peer);
		if (err != ERR_NOT_FOUND)
			return err;
	}
	return ERR_NOT_FOUND;
}

int
model_find_peer(
    const struct model *m, const char *text, const struct peer **ret_peer)
{
	return find(m, text, false, ret_peer);
}

int
model_find_legacy(
    const struct model *m, const char *text, const struct peer **ret_peer)
{
	return find(m, text, true, ret_peer);
}

/* There is no key a tag could come of. */
static const char *
legacy_label(
    const struct peer *p, bool always, char out[static PEER_LABEL_SIZE])
{
	bool doubtful = p->look_alike || !fp_is_zero(&p->claims);
	bool with = doubtful || always;

	if (with && !p->has_alias && strstr(p->handle, p->name) != NULL)
		snprintf(out, PEER_LABEL_SIZE, "%s", p->handle);
	else
		snprintf(out, PEER_LABEL_SIZE, "%s%s%s", p->name,
		    with ? "\xc2\xb7" : "", with ? p->handle : "");
	return out;
}

const char *
peer_label(const struct peer *p, bool always, char out[static PEER_LABEL_SIZE])
{
	char tag[TAG_LONG + 1];

	if (peer_is_legacy(p))
		return legacy_label(p, always, out);
	if (p->is_self)
		tag[0] = '\0';
	else if (p->look_alike || p->trust == TRUST_CHANGED)
		fp_tag(&p->fp, TAG_LONG, tag);
	else if (always)
		fp_tag(&p->fp, TAG_SHORT, tag);
	else
		tag[0] = '\0';
	snprintf(out, PEER_LABEL_SIZE, "%s%s%s", p->name,
	    tag[0] != '\0' ? "\xc2\xb7" : "", tag);
	return out;
}

const struct addr *
peer_host(const struct peer *p)
{
	if (p->link != PEER_LINK_NONE && p->link_addr.family != ADDR_NONE)
		return &p->link_addr;
	return p->addr_count > 0 ? &p->addrs[0] : NULL;
}
