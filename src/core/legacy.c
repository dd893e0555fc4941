/* SPDX-License-Identifier: MIT */
#include "core/legacy.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "core/ipmsg_line.h"
#include "core/plain.h"
#include "crypto/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static char
folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct fp
legacy_fp(enum dialect d, const char *handle)
{
	static const char label[] = "earshot legacy 1";
	uint8_t dialect = (uint8_t)d;
	char lower[HANDLE_SIZE];
	size_t n = strlen(handle);
	struct fp fp;

	assert(n < sizeof(lower));
	for (size_t i = 0; i < n; i++)
		lower[i] = d == DIALECT_IPMSG ? folded(handle[i]) : handle[i];
	struct hash_part parts[] = {
		{ label, sizeof(label) },
		{ &dialect, 1 },
		{ lower, n },
	};
	hash_256("", parts, sizeof(parts) / sizeof(parts[0]), fp.b);
	return fp;
}

/* Who speaks plain text is invented with each datagram, and comes back with the
 * next one; who speaks IP Messenger would be missed until it changes. */
static bool
goes_before(const struct peer *p, const struct peer *other)
{
	bool plain = p->dialect == DIALECT_PLAIN;

	if (other == NULL || plain != (other->dialect == DIALECT_PLAIN))
		return other == NULL || plain;
	return p->last_seen_ms < other->last_seen_ms;
}

/* Who has said nothing worth keeping makes room. */
static bool
make_room(struct engine *e)
{
	const struct model *m = e->model;
	const struct peer *oldest = NULL;

	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		if (peer_is_legacy(p) && p->conv == 0 &&
		    goes_before(p, oldest) && contact_find(e, &p->fp) == NULL)
			oldest = p;
	}
	if (oldest == NULL)
		return false;
	struct fp fp = oldest->fp;
	model_peer_edit(e->model, &fp)->presence = PRESENCE_OFFLINE;
	effect_peer(e, &fp);
	model_peer_remove(e->model, &fp);
	return true;
}

struct peer *
legacy_peer(struct engine *e, struct now now, enum dialect d,
    const char *handle, const char *name)
{
	struct fp fp = legacy_fp(d, handle);
	struct peer *p = model_peer_edit(e->model, &fp);
	bool is_new = p == NULL;

	if (is_new && e->model->legacy_count >= LEGACY_PEERS_MAX &&
	    !make_room(e))
		return NULL;
	if (is_new) {
		p = model_legacy_add(e->model, &fp, d, handle);
		p->first_seen_ms = now.wall_ms;
	}
	p->last_seen_ms = now.wall_ms;
	if (name == NULL && is_new)
		name = handle;
	if (name != NULL && peer_set_name(e->model, p, name))
		effect_peer(e, &fp);
	return p;
}

void
legacy_chat_up(struct engine *e, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	if (k->present || p->presence < PRESENCE_AWAY ||
	    p->trust == TRUST_BLOCKED)
		return;
	k->present = true;
	chat_session_up(contact_chat(e, k));
}

void
legacy_chat_down(struct engine *e, struct now now, struct contact *k)
{
	if (!k->present)
		return;
	k->present = false;
	chat_session_down(k->chat);
	const struct peer *p = model_peer(e->model, &k->fp);
	if (p != NULL && p->dialect == DIALECT_IPMSG)
		ipmsg_line_hold(e, now, p);
	talk_interrupted(e, k);
}

void
legacy_presence(
    struct engine *e, struct now now, struct peer *p, enum presence presence)
{
	struct contact *k = contact_find(e, &p->fp);

	if (presence >= PRESENCE_AWAY)
		p->last_seen_ms = now.wall_ms;
	if (p->presence != presence) {
		p->presence = presence;
		model_touch(e->model);
		effect_peer(e, &p->fp);
	}
	if (k == NULL)
		return;
	k->changed = true;
	if (presence < PRESENCE_AWAY) {
		legacy_chat_down(e, now, k);
		return;
	}
	legacy_chat_up(e, k);
	legacy_flush(e, now, k);
}

static bool
is_marked(const struct engine *e, const struct contact *k)
{
	const struct fp *claims = &model_peer(e->model, &k->fp)->claims;

	return !fp_is_zero(claims) && !fp_equal(claims, &k->accepted_for);
}

void
legacy_flush(struct engine *e, struct now now, struct contact *k)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);

	if (!k->present || is_marked(e, k))
		return;
	if (p->dialect == DIALECT_IPMSG)
		ipmsg_line_flush(e, now, p);
	else
		plain_flush(e, now, p);
}

void
legacy_stored(
    struct engine *e, struct now now, struct contact *k, uint64_t token)
{
	struct peer *p = model_peer_edit(e->model, &k->fp);

	if (p->dialect == DIALECT_IPMSG)
		ipmsg_line_stored(e, now, p, token);
	else
		plain_stored(e, now, p, token);
}

bool
legacy_next(struct engine *e, struct peer *p, struct chat_post *ret_post)
{
	struct contact *k = contact_find(e, &p->fp);

	if (k == NULL || !k->present || is_marked(e, k) ||
	    !chat_next_post(k->chat, ret_post))
		return false;
	effect_set_delivery(
	    e, k, ret_post->row, &ret_post->id, DELIVERY_SENT, NULL);
	return true;
}

/* One that is delivered already was read. */
static void
was_read(struct engine *e, struct contact *k, const struct msg_id *id)
{
	struct conv *c =
	    model_conv_edit(e->model, model_peer(e->model, &k->fp)->conv);
	struct message *m = c == NULL ? NULL : conv_find_mine(c, id);

	if (m == NULL || m->delivery != DELIVERY_DELIVERED)
		return;
	struct change change = {
		.kind = CHANGE_DELIVERY,
		.fp = k->fp,
		.row = m->row,
		.id = *id,
		.mine = true,
		.keep = !k->pin.forgets,
		.delivery = DELIVERY_READ,
	};
	commit_change(e, k, &change);
	message_set_delivery(e, c, m, DELIVERY_READ, NULL);
}

void
legacy_answered(struct engine *e, struct now now, struct peer *p,
    const struct msg_id *id, enum delivery delivery, const char *reason)
{
	struct contact *k = contact_find(e, &p->fp);
	struct chat_post post;

	if (k == NULL || k->chat == NULL)
		return;
	if (chat_answer(k->chat, id, delivery != DELIVERY_FAILED, &post))
		outbox_settle(e, now, k, &post, delivery, reason);
	else if (delivery == DELIVERY_READ)
		was_read(e, k, id);
}

void
legacy_waits(struct engine *e, const struct peer *p, const struct msg_id *id)
{
	struct conv *c = model_conv_edit(e->model, p->conv);
	struct message *m = c == NULL ? NULL : conv_find_mine(c, id);

	if (m != NULL && m->delivery == DELIVERY_SENT)
		message_set_delivery(e, c, m, DELIVERY_QUEUED, NULL);
}

static struct msg_id
new_id(struct engine *e)
{
	struct msg_id id;

	rng_fill(&e->rng, id.b, sizeof(id.b));
	return id;
}

static struct message
message_of(struct engine *e, struct now now, struct peer *p,
    const struct legacy_text *t)
{
	struct message m = {
		.kind = t->kind,
		.id = t->id != NULL ? *t->id : new_id(e),
		.from = p->fp,
		.sent_ms = t->sent_ms != 0 ? t->sent_ms : now.wall_ms,
		.arrived_ms = now.wall_ms,
		.transport = p->transport,
		.dialect = p->dialect,
		.seal = t->seal,
		.locked = t->locked,
		.obfuscated = t->obfuscated,
		.charset = t->charset != CHARSET_AUTO ? t->charset : p->charset,
		.declared = t->declared,
		.raw = xmemdup(t->raw, t->raw_size),
		.raw_size = t->raw_size,
	};

	if (m.charset == CHARSET_AUTO)
		m.charset = charset_guess(m.raw, m.raw_size, p->guessed);
	p->guessed = m.charset;
	/* What is not in the text, nothing can show, find or write down. */
	m.text =
	    t->seal == SEAL_CLOSED ? xstrdup("") : legacy_text_of(&m, &m.size);
	return m;
}

static void
take_text(struct engine *e, struct contact *k, struct peer *p,
    struct message *m, uint64_t token)
{
	m->row = e->next_row++;
	struct change change = {
		.kind = CHANGE_MESSAGE,
		.fp = k->fp,
		.row = m->row,
		.id = m->id,
		.keep = !k->pin.forgets,
		.message = MESSAGE_TEXT,
		.from = k->fp,
		.sent_ms = m->sent_ms,
		.arrived_ms = m->arrived_ms,
		.text = m->text,
		.size = m->size,
		.dialect = m->dialect,
		.seal = m->seal,
		.locked = m->locked,
		.obfuscated = m->obfuscated,
		.charset = m->charset,
		.declared = m->declared,
		.raw = m->raw,
		.raw_size = m->raw_size,
		.token = token,
	};

	k->inbound_bytes += sizeof(change) + change.size + change.raw_size;
	commit_change(e, k, &change);
	struct conv *c = model_conv_open(e->model, p);
	effect_message(e, c, conv_append(e->model, c, m));
}

/* What is stored pushes out what is older once the quota is reached, and no
 * stranger shall push out what the user wants to keep. */
static void
take_shout(struct engine *e, struct now now, struct peer *p,
    const struct legacy_text *t)
{
	struct message m = message_of(e, now, p, t);
	size_t size = sizeof(struct change) + m.size + m.raw_size;

	talk_shout(e, &m,
	    bucket_take_n(&e->legacy_shouts, (uint32_t)size, now.mono_ms));
}

/* Nobody leaves it in a socket, as a session would: what is too much is not
 * taken, and who wants to know whether it was sends it again. */
static bool
has_room(struct engine *e, struct now now, struct contact *k)
{
	return talk_has_room(e, k) &&
	       (k->answered || bucket_take(&k->inbound, now.mono_ms));
}

/* One from before our start whose acknowledgement they did not get. The store
 * knows those that are not in memory. */
static bool
is_here(const struct engine *e, const struct peer *p, const struct msg_id *id)
{
	struct conv *c = model_conv_edit(e->model, p->conv);

	return id != NULL && c != NULL &&
	       conv_find_text_of(c, id, false) != NULL;
}

bool
legacy_arrived(struct engine *e, struct now now, struct peer *p,
    const struct legacy_text *t)
{
	if (p->trust == TRUST_BLOCKED || commit_is_full(e))
		return false;
	if (t->kind == MESSAGE_SHOUT) {
		take_shout(e, now, p, t);
		return true;
	}
	struct contact *k = contact_get(e, now, &p->fp);
	if (k == NULL)
		return false;
	if (!has_room(e, now, k)) {
		contact_release(e, k);
		return false;
	}
	if (is_here(e, p, t->id)) {
		/* The one before is acknowledged when it is stored. */
		if (commit_holds(e, &p->fp, t->id))
			return false;
		contact_chat(e, k);
		legacy_stored(e, now, k, t->token);
		return true;
	}
	contact_chat(e, k);
	if (!k->kept)
		contact_keep(e, k);
	struct message m = message_of(e, now, p, t);
	take_text(e, k, p, &m, t->token);
	return true;
}

bool
legacy_may_write(struct engine *e, struct now now, const struct command *cmd,
    const struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp), *found;
	const struct peer *contact = model_peer(e->model, &p->claims);

	if (!is_marked(e, k))
		return true;
	bool plain_name = model_find_legacy(e->model, p->name, &found) == 0;
	engine_error(e, now, cmd->conv,
	    "not sent: %s may not be your contact %s, and this line is not "
	    "encrypted: anyone on the network can read and forge it. To write "
	    "all the same: /query %s unencrypted",
	    p->name, contact == NULL ? "?" : contact->name,
	    plain_name && found == p ? p->name : p->handle);
	return false;
}

void
legacy_accept(struct engine *e, struct now now, struct contact *k)
{
	const struct peer *p = model_peer(e->model, &k->fp);

	if (!is_marked(e, k))
		return;
	k->accepted_for = p->claims;
	engine_info(e, now, p->conv,
	    "you may write to %s, without encryption: anyone on the network "
	    "can read and forge it",
	    p->handle);
	legacy_chat_up(e, k);
	legacy_flush(e, now, k);
}

/* Their first line is enough to know what is meant. */
static char *
quoted(const char *quote, const char *text)
{
	size_t n = strcspn(quote, "\n");
	const char *more = quote[n] != '\0' ? " ..." : "";

	return xasprintf("> %.*s%s\n%s", (int)n, quote, more, text);
}

char *
legacy_wording(struct engine *e, const struct command *cmd,
    const struct contact *k, size_t *ret_size)
{
	struct conv *c =
	    model_conv_edit(e->model, model_peer(e->model, &k->fp)->conv);
	const struct message *target =
	    cmd->has_target && c != NULL ? conv_find_id(c, &cmd->target) : NULL;
	char *text = NULL;

	if (cmd->action)
		text = xasprintf("* %s %s", e->model->name, cmd->text);
	else if (target != NULL && target->size > 0)
		text = quoted(target->text, cmd->text);
	char *clean =
	    own_text(text == NULL ? cmd->text : text, PEER_TEXT_BODY, ret_size);
	free(text);
	return clean;
}

static bool
refuse(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p)
{
	const char *dialect = dialect_text(p->dialect), *name = p->name;
	uint32_t conv = cmd->conv;

	if (cmd->kind == COMMAND_EDIT)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s cannot change what was "
		    "sent",
		    dialect, name);
	else if (cmd->kind == COMMAND_DELETE)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s cannot take back what was "
		    "sent; /forget removes it here",
		    dialect, name);
	else if (cmd->kind == COMMAND_REACT)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s has no reactions", dialect,
		    name);
	else if (cmd->kind == COMMAND_RECEIPTS)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s has no receipts", dialect,
		    name);
	else if (cmd->kind == COMMAND_TRANSPORT)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s leaves no choice of the "
		    "transport",
		    dialect, name);
	else if (cmd->kind == COMMAND_PIN)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s has no key to remember",
		    dialect, name);
	else if (cmd->kind == COMMAND_VERIFY)
		engine_error(e, now, conv,
		    "not done: the %s dialect of %s has no key to compare; "
		    "anyone can pass for them",
		    dialect, name);
	else
		return false;
	return true;
}

bool
legacy_refuses(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);

	return p != NULL && peer_is_legacy(p) && refuse(e, now, cmd, p);
}
