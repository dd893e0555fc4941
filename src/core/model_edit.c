/* SPDX-License-Identifier: MIT */
#include "core/model_edit.h"

#include "base/mem.h"
#include "base/peer_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	PEER_INDEX_MIN = 64,
	CONV_RING_MIN = 16,
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
message_clear(struct message *msg)
{
	free(msg->text);
	free(msg->reason);
	*msg = (struct message){ 0 };
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
	free(p);
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
	free(m->peers);
	free(m->peer_index);
	free(m->convs);
	settings_clear(&m->settings);
	free(m->name);
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

/* A stranger under a contact's name is not that contact: doc/SECURITY,
 * "A name with another key". */
static void
set_claim(struct peer *p, const struct peer *contact)
{
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
		set_claim(p, contact);
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
peer_refresh_trust(struct model *m, struct peer *p)
{
	refresh_doubles(m, p->skeleton);
	if (p->has_alias)
		refresh_named(m, p->called);
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
settle_alike(const struct alike *list, size_t count, bool like_us)
{
	const struct peer *contact = NULL;

	for (size_t i = 0; i < count && contact == NULL; i++)
		if (trust_is_pinned(list[i].peer->trust))
			contact = list[i].peer;
	for (size_t i = 0; i < count; i++) {
		list[i].peer->look_alike = like_us || count > 1;
		set_claim(list[i].peer, contact);
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
		    list + from, to - from, strcmp(own, skeleton) == 0);
	}
	free(own);
	free(list);
	model_touch(m);
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
	model_touch(m);
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
	model_touch(m);
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

/* Moves what a ring holds into a larger one; slots go by serial. */
static void
ring_grow(struct conv *c)
{
	size_t cap = c->ring_cap == 0 ? CONV_RING_MIN : c->ring_cap * 2;
	struct message *ring = xcalloc(cap, sizeof(*ring));

	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		ring[s % cap] = c->ring[s % c->ring_cap];
	free(c->ring);
	c->ring = ring;
	c->ring_cap = cap;
}

static bool
is_history(const struct message *msg)
{
	return msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT;
}

static void
drop_oldest(struct conv *c)
{
	struct message *msg = conv_message_edit(c, c->first_serial);

	c->older |= is_history(msg);
	c->bytes -= msg->size;
	message_clear(msg);
	c->first_serial++;
	if (c->unread > 0 && c->unread_serial < c->first_serial) {
		c->unread_serial = c->first_serial;
		if (c->unread > c->next_serial - c->first_serial)
			c->unread =
			    (uint32_t)(c->next_serial - c->first_serial);
	}
}

/* More bytes for those who asked for more messages. */
static size_t
bytes_max(const struct conv *c)
{
	return (size_t)CONV_BYTES_MAX * c->kept_max / CONV_MESSAGES_MAX;
}

static void
trim(struct conv *c)
{
	while (c->bytes > bytes_max(c) && c->next_serial - c->first_serial > 1)
		drop_oldest(c);
}

static bool
counts_as_unread(const struct message *msg)
{
	return !msg->mine && !msg->read && is_history(msg);
}

struct message *
conv_append(struct model *m, struct conv *c, const struct message *msg)
{
	uint64_t held = c->next_serial - c->first_serial;

	if (held >= c->kept_max)
		drop_oldest(c);
	else if (held == c->ring_cap)
		ring_grow(c);
	struct message *slot = &c->ring[c->next_serial % c->ring_cap];
	*slot = *msg;
	slot->serial = c->next_serial++;
	c->bytes += slot->size;
	c->active_ms = msg->arrived_ms;
	if (counts_as_unread(slot)) {
		if (c->unread++ == 0)
			c->unread_serial = slot->serial;
	}
	if (is_history(slot))
		c->last_row = slot->row;
	trim(c);
	model_touch(m);
	return slot;
}

static void
put_in_front(struct conv *c, struct message *msg)
{
	if (c->next_serial - c->first_serial == c->ring_cap)
		ring_grow(c);
	struct message *slot = &c->ring[--c->first_serial % c->ring_cap];
	*slot = *msg;
	*msg = (struct message){ .row = slot->row };
	slot->serial = c->first_serial;
	c->bytes += slot->size;
	if (counts_as_unread(slot) && c->unread > 0)
		c->unread_serial = slot->serial;
}

/* The newest of the page, as long as there is room. */
void
conv_prepend(struct model *m, struct conv *c, struct saved_page *page)
{
	size_t left = page->count;

	while (left > 0 && c->next_serial - c->first_serial < c->kept_max &&
	       c->bytes + page->messages[left - 1].size <= bytes_max(c))
		put_in_front(c, &page->messages[--left]);
	c->older = page->more || left > 0;
	model_touch(m);
}

int64_t
conv_first_row(const struct conv *c, int64_t end)
{
	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		if (is_history(msg))
			return msg->row;
	}
	return end;
}

/* Rows never descend from one message to the next. */
struct message *
conv_find_row(struct conv *c, int64_t row, const struct msg_id *id)
{
	uint64_t low = c->first_serial, high = c->next_serial;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (conv_message(c, middle)->row < row)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == c->next_serial)
		return NULL;
	struct message *msg = conv_message_edit(c, low);
	return is_history(msg) && msg->row == row && msg_id_equal(&msg->id, id)
		   ? msg
		   : NULL;
}

struct message *
conv_find_text(struct conv *c, const struct msg_id *id)
{
	unsigned looked = 0;

	for (uint64_t s = c->next_serial;
	     s > c->first_serial && looked < CONV_MESSAGES_MAX; s--, looked++) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (msg->kind == MESSAGE_TEXT && msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

struct message *
conv_find_text_of(struct conv *c, const struct msg_id *id, bool mine)
{
	unsigned looked = 0;

	for (uint64_t s = c->next_serial;
	     s > c->first_serial && looked < CONV_MESSAGES_MAX; s--, looked++) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (msg->kind == MESSAGE_TEXT && msg->mine == mine &&
		    msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

void
conv_set_text(struct model *m, struct conv *c, struct message *msg,
    const char *text, size_t size)
{
	free(msg->text);
	msg->text = xstrndup(text, size);
	c->bytes = c->bytes - msg->size + size;
	msg->size = size;
	trim(c);
	model_touch(m);
}

void
conv_remove(struct model *m, struct conv *c, uint64_t serial)
{
	struct message *msg = conv_message_edit(c, serial);

	if (counts_as_unread(msg) && c->unread > 0)
		c->unread--;
	if (c->unread > 0 && c->unread_serial > serial)
		c->unread_serial--;
	c->bytes -= msg->size;
	message_clear(msg);
	for (uint64_t s = serial; s + 1 < c->next_serial; s++) {
		struct message *to = conv_message_edit(c, s);
		*to = *conv_message_edit(c, s + 1);
		to->serial = s;
	}
	*conv_message_edit(c, c->next_serial - 1) = (struct message){ 0 };
	c->next_serial--;
	model_touch(m);
}

void
conv_clear(struct model *m, struct conv *c)
{
	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		message_clear(conv_message_edit(c, s));
	c->first_serial = c->next_serial;
	c->bytes = 0;
	c->unread = 0;
	c->older = false;
	model_touch(m);
}

struct message *
conv_message_edit(struct conv *c, uint64_t serial)
{
	assert(serial >= c->first_serial && serial < c->next_serial);
	return &c->ring[serial % c->ring_cap];
}

struct message *
conv_find_mine(struct conv *c, const struct msg_id *id)
{
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (msg->mine && msg_id_equal(&msg->id, id))
			return msg;
	}
	return NULL;
}

void
conv_mark_read(struct model *m, struct conv *c)
{
	if (c->unread == 0)
		return;
	for (uint64_t s = c->next_serial; s > c->first_serial; s--) {
		struct message *msg = conv_message_edit(c, s - 1);
		if (s - 1 < c->unread_serial)
			break;
		msg->read = true;
	}
	c->unread = 0;
	model_touch(m);
}

void
conv_clear_notices(struct model *m, struct conv *c)
{
	uint64_t to = c->first_serial;

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		struct message *msg = conv_message_edit(c, s);
		if (msg->kind == MESSAGE_INFO || msg->kind == MESSAGE_ERROR) {
			c->bytes -= msg->size;
			message_clear(msg);
			continue;
		}
		if (c->unread > 0 && c->unread_serial == s)
			c->unread_serial = to;
		if (to != s) {
			struct message *slot = &c->ring[to % c->ring_cap];
			*slot = *msg;
			slot->serial = to;
			*msg = (struct message){ 0 };
		}
		to++;
	}
	c->next_serial = to;
	model_touch(m);
}
