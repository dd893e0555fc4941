/* SPDX-License-Identifier: MIT */
#include "core/model_edit.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/host.h"
#include "core/transfer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	PEER_INDEX_MIN = 64,
};

static struct conv *
conv_new(struct model *m, enum conv_kind kind)
{
	m->convs =
	    xgrow(m->convs, m->conv_count, &m->conv_cap, sizeof(struct conv *));
	struct conv *c = xcalloc(1, sizeof(*c));
	c->id = CONV_NEARBY + (uint32_t)m->conv_count;
	c->kind = kind;
	c->first_serial = c->next_serial = CONV_SERIAL_FIRST;
	c->kept_max = CONV_MESSAGES_MAX;
	m->convs[m->conv_count++] = c;
	return c;
}

static void
conv_free(struct conv *c)
{
	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		message_clear(conv_message_edit(c, s));
	free(c->ring);
	free(c->draft);
	free(c);
}

static void
peer_free(struct peer *p)
{
	free(p->name);
	free(p->called);
	free(p->skeleton);
	free(p->status);
	free(p->handle);
	free(p->group);
	free(p);
}

void
transfer_free(struct transfer *t)
{
	if (t == NULL)
		return;
	free(t->name);
	free(t->path);
	free(t->reason);
	free(t->note);
	free(t->part);
	free(t);
}

struct model *
model_new(const struct fp *self, const char *name)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->self = *self;
	m->name = xstrdup(name);
	m->status = xstrdup("");
	m->number_floor = CONV_NEARBY + 1;
	settings_init(&m->settings);
	conv_new(m, CONV_KIND_NEARBY);
	return m;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->peer_count; i++)
		peer_free(m->peers[i]);
	for (size_t i = 0; i < m->conv_count; i++)
		conv_free(m->convs[i]);
	for (size_t i = 0; i < m->transfer_count; i++)
		transfer_free(m->transfers[i]);
	for (size_t i = 0; i < m->host_count; i++)
		host_clear(&m->hosts[i]);
	free(m->hosts);
	free(m->transfers);
	free(m->peers);
	free(m->peer_index);
	free(m->convs);
	settings_clear(&m->settings);
	free(m->name);
	free(m->hostname);
	free(m->status);
	free(m);
}

bool
model_set_text(struct model *m, char **field, const char *text)
{
	if (*field != NULL && strcmp(*field, text) == 0)
		return false;
	free(*field);
	*field = xstrdup(text);
	model_touch(m);
	return true;
}

static void
index_insert(struct model *m, struct peer *p)
{
	size_t slot;
	bool there = model_peer_slot(m, &p->fp, &slot);

	assert(!there);
	(void)there;
	m->peer_index[slot] = p;
}

static void
index_rebuild(struct model *m, size_t cap)
{
	free(m->peer_index);
	m->peer_index = xcalloc(cap, sizeof(struct peer *));
	m->peer_index_cap = cap;
	for (size_t i = 0; i < m->peer_count; i++)
		index_insert(m, m->peers[i]);
}

struct peer *
model_peer_edit(struct model *m, const struct fp *fp)
{
	size_t slot;

	return model_peer_slot(m, fp, &slot) ? m->peer_index[slot] : NULL;
}

static uint32_t
lowest_number(const struct model *m)
{
	bool *taken = xcalloc(m->peer_count + 2, sizeof(*taken));
	uint32_t number = CONV_NEARBY + 1;

	for (size_t i = 0; i < m->peer_count; i++) {
		size_t place = m->peers[i]->number - (CONV_NEARBY + 1);
		if (place < m->peer_count + 1)
			taken[place] = true;
	}
	while (number == NUMBER_NOTES || taken[number - (CONV_NEARBY + 1)])
		number++;
	free(taken);
	return number;
}

/* Nobody is looked at while nobody has gone, as for a thousand contacts at the
 * start. */
static uint32_t
take_number(struct model *m)
{
	uint32_t number = m->number_floor;

	if (number <= m->number_top)
		number = lowest_number(m);
	else if (number == NUMBER_NOTES)
		number++;
	m->number_floor = number + 1;
	if (m->number_top < number)
		m->number_top = number;
	return number;
}

static void
give_number_back(struct model *m, uint32_t number)
{
	if (m->number_floor > number)
		m->number_floor = number;
}

struct peer *
model_peer_add(struct model *m, const struct fp *fp)
{
	struct peer *p = model_peer_edit(m, fp);

	if (p != NULL)
		return p;
	m->peers =
	    xgrow(m->peers, m->peer_count, &m->peer_cap, sizeof(struct peer *));
	p = xcalloc(1, sizeof(*p));
	p->fp = *fp;
	p->name = xstrdup("?");
	p->called = xstrdup("?");
	p->skeleton = name_skeleton(p->name);
	p->status = xstrdup("");
	p->number = take_number(m);
	m->peers[m->peer_count++] = p;
	if (m->peer_count * 2 > m->peer_index_cap)
		index_rebuild(m, m->peer_index_cap == 0
				     ? PEER_INDEX_MIN
				     : m->peer_index_cap * 2);
	else
		index_insert(m, p);
	model_touch(m);
	return p;
}

static bool
share_host(const struct peer *a, const struct peer *b)
{
	for (unsigned i = 0; i < a->addr_count; i++)
		for (unsigned j = 0; j < b->addr_count; j++)
			if (addr_same_host(&a->addrs[i], &b->addrs[j]))
				return true;
	return false;
}

/* A host says nothing about who is there; but what is written to a contact's
 * without a key may be meant for the contact. */
static const struct peer *
contact_at(const struct model *m, const struct peer *p)
{
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *contact = m->peers[i];
		if (trust_is_pinned(contact->trust) && !contact->is_self &&
		    share_host(contact, p))
			return contact;
	}
	return NULL;
}

/* A stranger under a contact's name is not that contact: doc/SECURITY,
 * "A name with another key". */
static void
set_claim(const struct model *m, struct peer *p, const struct peer *contact)
{
	if (peer_is_legacy(p)) {
		if (contact == NULL)
			contact = contact_at(m, p);
		p->claims = contact == NULL ? (struct fp){ 0 } : contact->fp;
		return;
	}
	if (p->trust != TRUST_UNKNOWN && p->trust != TRUST_CHANGED)
		return;
	p->trust = contact == NULL ? TRUST_UNKNOWN : TRUST_CHANGED;
	p->claims = contact == NULL ? (struct fp){ 0 } : contact->fp;
}

/* Whose key is known under this name, whatever the user calls them here. */
static bool
is_contact_called(const struct peer *p, const char *skeleton)
{
	if (!trust_is_pinned(p->trust) || !p->has_alias)
		return false;
	char *called = name_skeleton(p->called);
	bool same = strcmp(called, skeleton) == 0;
	free(called);
	return same;
}

/* Who of those with this skeleton would be taken for another, or for us. Anyone
 * can come in any number under one name, so each is looked at twice, whatever
 * the others are called. */
static void
refresh_doubles(struct model *m, const char *skeleton)
{
	char *own = name_skeleton(m->name);
	size_t alike = strcmp(own, skeleton) == 0 ? 1 : 0;
	const struct peer *contact = NULL;

	free(own);
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		bool same = strcmp(p->skeleton, skeleton) == 0;
		alike += same;
		if (contact == NULL && ((same && trust_is_pinned(p->trust)) ||
					   is_contact_called(p, skeleton)))
			contact = p;
	}
	for (size_t i = 0; i < m->peer_count; i++) {
		struct peer *p = m->peers[i];
		if (strcmp(p->skeleton, skeleton) != 0)
			continue;
		p->look_alike = alike > 1;
		set_claim(m, p, contact);
	}
}

static void
refresh_named(struct model *m, const char *name)
{
	char *skeleton = name_skeleton(name);

	refresh_doubles(m, skeleton);
	free(skeleton);
}

void
peer_refresh_claim(struct model *m, struct peer *p)
{
	struct fp was = p->claims;

	refresh_doubles(m, p->skeleton);
	if (!fp_equal(&was, &p->claims))
		model_touch(m);
}

/* Those without a key may be at the host of one who has one. */
static void
refresh_hosts(struct model *m, const struct peer *changed)
{
	if (m->legacy_count == 0 || peer_is_legacy(changed))
		return;
	for (size_t i = 0; i < m->peer_count; i++) {
		struct peer *p = m->peers[i];
		if (peer_is_legacy(p) &&
		    (share_host(p, changed) ||
			fp_equal(&p->claims, &changed->fp)))
			peer_refresh_claim(m, p);
	}
}

void
peer_refresh_trust(struct model *m, struct peer *p)
{
	refresh_doubles(m, p->skeleton);
	if (p->has_alias)
		refresh_named(m, p->called);
	refresh_hosts(m, p);
	model_touch(m);
}

void
model_set_name(struct model *m, const char *name)
{
	char *old = name_skeleton(m->name);

	if (model_set_text(m, &m->name, name)) {
		char *skeleton = name_skeleton(name);
		refresh_doubles(m, old);
		refresh_doubles(m, skeleton);
		free(skeleton);
	}
	free(old);
}

void
model_clean_status(struct model *m, const char *text)
{
	char *status = own_text(text, PEER_TEXT_STATUS, NULL);

	model_set_text(m, &m->status, status);
	free(status);
}

static bool
show_name(struct model *m, struct peer *p, const char *name)
{
	if (!model_set_text(m, &p->name, name))
		return false;
	char *old = p->skeleton;
	p->skeleton = name_skeleton(name);
	refresh_doubles(m, old);
	refresh_doubles(m, p->skeleton);
	free(old);
	return true;
}

bool
peer_set_name(struct model *m, struct peer *p, const char *name)
{
	char *old = xstrdup(p->called);
	bool differs = model_set_text(m, &p->called, name);

	if (differs && p->has_alias) {
		refresh_named(m, old);
		refresh_named(m, name);
	}
	free(old);
	return p->has_alias ? differs : show_name(m, p, name);
}

void
peer_set_alias(struct model *m, struct peer *p, const char *alias)
{
	p->has_alias = alias[0] != '\0';
	show_name(m, p, p->has_alias ? alias : p->called);
	peer_refresh_trust(m, p);
}

void
peer_load_names(struct peer *p, const char *called, const char *alias)
{
	p->has_alias = alias[0] != '\0';
	free(p->called);
	free(p->name);
	free(p->skeleton);
	p->called = xstrdup(called);
	p->name = xstrdup(p->has_alias ? alias : called);
	p->skeleton = name_skeleton(p->name);
}

struct alike {
	struct peer *peer;
	size_t place;
};

static int
compare_alike(const void *a, const void *b)
{
	const struct alike *x = a, *y = b;
	int order = strcmp(x->peer->skeleton, y->peer->skeleton);

	if (order != 0)
		return order;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void
settle_alike(
    const struct model *m, const struct alike *list, size_t count, bool like_us)
{
	const struct peer *contact = NULL;

	for (size_t i = 0; i < count && contact == NULL; i++)
		if (trust_is_pinned(list[i].peer->trust))
			contact = list[i].peer;
	for (size_t i = 0; i < count; i++) {
		list[i].peer->look_alike = like_us || count > 1;
		set_claim(m, list[i].peer, contact);
	}
}

/* One after the other would look at everybody for each. */
void
model_find_doubles(struct model *m)
{
	struct alike *list = xcalloc(m->peer_count + 1, sizeof(*list));
	char *own = name_skeleton(m->name);

	for (size_t i = 0; i < m->peer_count; i++)
		list[i] = (struct alike){ m->peers[i], i };
	qsort(list, m->peer_count, sizeof(*list), compare_alike);
	for (size_t from = 0, to; from < m->peer_count; from = to) {
		const char *skeleton = list[from].peer->skeleton;
		to = from + 1;
		while (to < m->peer_count &&
		       strcmp(list[to].peer->skeleton, skeleton) == 0)
			to++;
		settle_alike(
		    m, list + from, to - from, strcmp(own, skeleton) == 0);
	}
	free(own);
	free(list);
	model_touch(m);
}

struct peer *
model_legacy_add(struct model *m, const struct fp *fp, enum dialect dialect,
    const char *handle)
{
	struct peer *p = model_peer_edit(m, fp);

	if (p != NULL)
		return p;
	p = model_peer_add(m, fp);
	p->dialect = dialect;
	p->handle = xstrdup(handle);
	m->legacy_count++;
	return p;
}

struct peer *
model_notes_add(struct model *m)
{
	struct peer *p = model_peer_add(m, &m->self);

	p->is_self = true;
	give_number_back(m, p->number);
	p->number = NUMBER_NOTES;
	/* Who takes its name is marked like one who takes a contact's. */
	p->trust = TRUST_VERIFIED;
	peer_set_name(m, p, NOTES_NAME);
	peer_refresh_trust(m, p);
	return p;
}

void
model_peer_remove(struct model *m, const struct fp *fp)
{
	for (size_t i = 0; i < m->peer_count; i++) {
		struct peer *p = m->peers[i];
		if (!fp_equal(&p->fp, fp))
			continue;
		assert(p->conv == 0);
		m->legacy_count -= peer_is_legacy(p) ? 1 : 0;
		m->peers[i] = m->peers[--m->peer_count];
		give_number_back(m, p->number);
		index_rebuild(m, m->peer_index_cap);
		refresh_doubles(m, p->skeleton);
		peer_free(p);
		model_touch(m);
		return;
	}
}

static unsigned
addr_place(const struct peer *p, const struct addr *a)
{
	unsigned i = 0;

	while (i < p->addr_count && !addr_equal(&p->addrs[i], a))
		i++;
	return i;
}

static void
moved(struct model *m, struct peer *p)
{
	if (peer_is_legacy(p))
		peer_refresh_claim(m, p);
	else if (trust_is_pinned(p->trust))
		refresh_hosts(m, p);
	model_touch(m);
}

void
peer_add_addr(struct model *m, struct peer *p, const struct addr *a)
{
	unsigned at = addr_place(p, a);

	if (at == 0 && p->addr_count > 0)
		return;
	if (at == p->addr_count && p->addr_count < PEER_ADDRS_MAX)
		p->addr_count++;
	if (at == PEER_ADDRS_MAX)
		at--;
	memmove(p->addrs + 1, p->addrs, at * sizeof(*p->addrs));
	p->addrs[0] = *a;
	moved(m, p);
}

void
peer_load_addr(struct peer *p, const struct addr *a)
{
	if (p->addr_count == 0)
		p->addrs[p->addr_count++] = *a;
}

void
peer_hint_addr(struct model *m, struct peer *p, const struct addr *a)
{
	if (addr_place(p, a) < p->addr_count)
		return;
	/* The last place is the one hints compete for, so that a replay from
	 * many addresses cannot push out those that worked. */
	if (p->addr_count < PEER_ADDRS_MAX)
		p->addr_count++;
	p->addrs[p->addr_count - 1] = *a;
	moved(m, p);
}

void
peer_remove_addr(struct model *m, struct peer *p, const struct addr *a)
{
	unsigned at = addr_place(p, a);

	if (at == p->addr_count)
		return;
	p->addr_count--;
	memmove(p->addrs + at, p->addrs + at + 1,
	    (p->addr_count - at) * sizeof(*p->addrs));
	model_touch(m);
}

struct conv *
model_conv_edit(struct model *m, uint32_t id)
{
	return model_conv(m, id) == NULL ? NULL : m->convs[id - CONV_NEARBY];
}

struct conv *
model_conv_open(struct model *m, struct peer *p)
{
	if (p->conv != 0)
		return m->convs[p->conv - CONV_NEARBY];
	struct conv *c = conv_new(m, CONV_KIND_DIRECT);
	c->fp = p->fp;
	p->conv = c->id;
	model_touch(m);
	return c;
}
